//! Which rules may be painted before the text that stands before them: those that do not meet it.
//!
//! Rules that follow one another need one operator to be filled, and text without rules in between
//! stays one text object.

use letter::page::Mark;

/// Returns how many of the marks, at least one, may be painted with the rules first.
pub(super) fn stretch(marks: &[Mark]) -> usize {
    if matches!(marks[0], Mark::Layer(_)) {
        return 1;
    }
    // The band in which text stands so far.
    let (mut low, mut high) = (i32::MAX, i32::MIN);
    for (at, mark) in marks.iter().enumerate() {
        match *mark {
            Mark::Layer(_) => return at,
            Mark::Rule { y, height, .. } => {
                if y.0 < high && y.0 + height.0 > low {
                    return at;
                }
            }
            Mark::Text { y, size, .. } | Mark::Barcode { y, size, .. } => {
                low = low.min(y.0 - size.0 / 2);
                high = high.max(y.0 + size.0 * 5 / 4);
            }
        }
    }
    marks.len()
}

#[cfg(test)]
mod tests {
    use letter::page::Len;

    use super::*;

    fn text(y: i32) -> Mark {
        Mark::Text { face: 0, size: Len(1000), x: Len(0), y: Len(y), start: 0, end: 1 }
    }

    fn rule(y: i32, height: i32) -> Mark {
        Mark::Rule { x: Len(0), y: Len(y), width: Len(9), height: Len(height), tint: 40 }
    }

    #[test]
    fn rules_between_lines_go_first_and_those_that_meet_a_line_do_not() {
        // A band under a line, a rule below each line.
        let table = [rule(4700, 1700), text(5000), rule(4300, 20), text(3500), rule(2900, 20)];
        assert_eq!(stretch(&table), 5);
        // A frame about both lines.
        let framed = [text(5000), text(3500), rule(2900, 3000), text(1000)];
        assert_eq!((stretch(&framed), stretch(&framed[2..])), (2, 2));
        assert_eq!(stretch(&[text(5000), Mark::Layer(0), rule(0, 1)]), 1);
        assert_eq!(stretch(&[Mark::Layer(0), rule(0, 1)]), 1);
    }
}
