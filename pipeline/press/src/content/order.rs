//! Which marks may be painted before those that stand before them: parts, rules, then the rest.
//!
//! Rules that follow one another need one operator to be filled, and text without rules in between
//! stays one text object. Text is black, so a black rule may always change places with it.

use letter::page::Mark;

/// What a mark is painted as, in the order of painting.
pub(super) fn kind(mark: &Mark) -> usize {
    match mark {
        Mark::Part { .. } => 0,
        Mark::Rule { .. } => 1,
        Mark::Text { .. } | Mark::Barcode { .. } => LAST_KIND,
        Mark::Layer(_) | Mark::Picture { .. } => LAST_KIND,
    }
}

/// The greatest that [`kind`] returns.
pub(super) const LAST_KIND: usize = 2;

/// Returns how many of the marks, at least one, may be painted in the order of their kinds.
pub(super) fn stretch(marks: &[Mark]) -> usize {
    if matches!(marks[0], Mark::Layer(_) | Mark::Picture { .. }) {
        return 1;
    }
    let (mut text, mut rules) = (Bands::default(), Bands::default());
    // Cells of a row stand at the same height.
    let mut line = (0, 0);
    for (at, mark) in marks.iter().enumerate() {
        match *mark {
            Mark::Layer(_) | Mark::Picture { .. } => return at,
            Mark::Part { y, height, .. } => {
                let (low, high) = (y.0, y.0 + height.0);
                if text.meet(low, high) || rules.meet(low, high) {
                    return at;
                }
            }
            Mark::Rule { y, height, tint, .. } => {
                let (low, high) = (y.0, y.0 + height.0);
                if tint < 100 && text.meet(low, high) {
                    return at;
                }
                rules.add(low, high);
            }
            Mark::Text { y, size, .. } | Mark::Barcode { y, size, .. } => {
                if (y.0, size.0) != line {
                    line = (y.0, size.0);
                    text.add(y.0 - size.0 / 2, y.0 + size.0 * 5 / 4);
                }
            }
        }
    }
    marks.len()
}

/// Where marks stand: a bit for each point of height, from the lower edge of the page.
#[derive(Default)]
struct Bands {
    words: [u64; WORDS],
}

impl Bands {
    fn add(&mut self, low: i32, high: i32) {
        each_word(low, high, |at, bits| self.words[at] |= bits);
    }

    fn meet(&self, low: i32, high: i32) -> bool {
        let mut meet = false;
        each_word(low, high, |at, bits| meet |= self.words[at] & bits != 0);
        meet
    }
}

/// Gives the words that a band touches, each with the bits; what is beyond the page lies at its
/// edge.
fn each_word(low: i32, high: i32, mut each: impl FnMut(usize, u64)) {
    let bit = |height: i32| (height.div_euclid(POINT)).clamp(0, 64 * WORDS as i32 - 1) as usize;
    let (low, high) = (bit(low), bit(high));
    for at in low / 64..=high / 64 {
        let from = low.max(64 * at) - 64 * at;
        let to = high.min(64 * at + 63) - 64 * at;
        each(at, u64::MAX << from & u64::MAX >> (63 - to));
    }
}

/// In 1/100 point.
const POINT: i32 = 100;
/// 896 points: more than the height of A4; what is higher lies in the last band.
const WORDS: usize = 14;

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
        // Rules between the lines of a table, after all of its text.
        let between = [text(5000), text(3000), text(1000), rule(4300, 25), rule(2300, 25)];
        assert_eq!(stretch(&between), 5);
        // A frame about both lines.
        let framed = [text(5000), text(3500), rule(2900, 3000), text(1000)];
        assert_eq!((stretch(&framed), stretch(&framed[2..])), (2, 2));
        assert_eq!(stretch(&[text(5000), Mark::Layer(0), rule(0, 1)]), 1);
        assert_eq!(stretch(&[Mark::Layer(0), rule(0, 1)]), 1);
    }
}
