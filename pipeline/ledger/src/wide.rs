//! Columns of text in which a full-width character takes two places.

/// Returns the places that `c` takes in a fixed-pitch Japanese font.
///
/// Half-width kana and Latin take one, a variation selector or combining mark none, all else two,
/// so that characters of ambiguous width line up as on a Japanese desktop.
pub fn char_places(c: char) -> usize {
    match c as u32 {
        0..=0x02FF | 0xFF61..=0xFF9F => 1,
        0x0300..=0x036F | 0x200B..=0x200F | 0xFE00..=0xFE0F | 0xE0100..=0xE01EF => 0,
        _ => 2,
    }
}

/// Returns the places that `text` takes.
pub fn places(text: &str) -> usize {
    text.chars().map(char_places).sum()
}

/// Returns `text` filled with blanks on its right up to `width` places.
pub fn left(text: &str, width: usize) -> String {
    format!("{text}{}", blanks(text, width))
}

/// Returns `text` filled with blanks on its left up to `width` places.
pub fn right(text: &str, width: usize) -> String {
    format!("{}{text}", blanks(text, width))
}

/// Returns `text` broken into lines of at most `width` places.
///
/// A Latin word stays whole where it fits a line; a closing mark hangs over the end rather than
/// start a line.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for unit in units(text) {
        let wide = places(unit);
        let line = lines.last_mut().expect("starts with one line");
        if used + wide <= width || used == 0 || unit.starts_with(CLOSING) {
            line.push_str(unit);
            used += wide;
        } else {
            let fresh = unit.trim_start_matches(' ');
            used = places(fresh);
            lines.push(fresh.to_owned());
        }
    }
    lines
}

/// Marks that do not start a line.
const CLOSING: &[char] = &['、', '。', '，', '．', '）', '」', '』', '】', ')', ',', '.'];

/// Splits a text into what stays on one line: a Latin word with the blank before it, or any other
/// character.
fn units(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let word = rest.trim_start_matches(' ');
        let latin = word.find(|c: char| !c.is_ascii_graphic()).unwrap_or(word.len());
        let end = match latin {
            0 => first.len_utf8(),
            _ => rest.len() - word.len() + latin.min(WORD_BYTES_MAX),
        };
        let (unit, after) = rest.split_at(end);
        rest = after;
        Some(unit)
    })
}

/// The longest Latin run that is kept whole; ids have at most 64 characters.
const WORD_BYTES_MAX: usize = 64;

/// Returns `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn blanks(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(places(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_width_character_takes_two_places_and_a_selector_none() {
        for (text, width) in [("abc", 3), ("書面", 4), ("ｶﾅ", 2), ("葛\u{E0100}城", 4), ("①", 2)]
        {
            assert_eq!(places(text), width, "{text}");
        }
        assert_eq!(left("書面", 6), "書面  ");
        assert_eq!(right("書面", 6), "  書面");
    }

    #[test]
    fn a_line_breaks_before_the_character_that_does_not_fit() {
        assert_eq!(wrap("郵便番号を確認", 7), ["郵便番", "号を確", "認"]);
        assert_eq!(wrap("", 7), [""]);
        assert_eq!(wrap("番号、確認", 4), ["番号、", "確認"]);
        assert_eq!(wrap("the code of a batch", 8), ["the code", "of a", "batch"]);
        assert_eq!(wrap("第1回 tax-2026", 9), ["第1回", "tax-2026"]);
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345_678, "12,345,678")]
        {
            assert_eq!(grouped(number), text);
        }
    }
}
