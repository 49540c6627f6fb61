//! Numbers as senders write them, as plain digits.

/// Most digits of a number: 18 fit every amount and a signed 64-bit integer.
const DIGITS_MAX: usize = 18;

/// Writes a whole number as digits with an optional minus; returns whether it is one.
///
/// Takes full-width digits, a yen sign before, 円 after, and commas that stand before groups of
/// three. The minus is `-` or one of its full-width forms, ▲ or △, first or after the yen sign.
pub(super) fn read(text: &str, number: &mut String) -> bool {
    number.clear();
    let text = text.trim_start_matches(BLANKS).trim_end_matches(BLANKS);
    let text = text.strip_suffix('円').unwrap_or(text);
    let (signed, rest) = sign(text);
    let rest = rest.strip_prefix(YEN).unwrap_or(rest);
    let (negative, rest) = if signed.is_none() { sign(rest) } else { (signed, rest) };
    if negative == Some(true) {
        number.push('-');
    }
    digits(rest, number)
}

fn digits(text: &str, number: &mut String) -> bool {
    let sign_len = number.len();
    let mut count = 0;
    let mut since_comma: Option<usize> = None;
    for c in text.chars() {
        if let Some(digit) = digit(c) {
            count += 1;
            since_comma = since_comma.map(|n| n + 1);
            if digit != '0' || number.len() > sign_len {
                number.push(digit);
            }
        } else if matches!(c, ',' | '，') {
            let grouped = since_comma.map_or((1..=3).contains(&count), |n| n == 3);
            if !grouped {
                return false;
            }
            since_comma = Some(0);
        } else {
            return false;
        }
    }
    if count == 0 || number.len() - sign_len > DIGITS_MAX || since_comma.is_some_and(|n| n != 3) {
        return false;
    }
    if number.len() == sign_len {
        number.clear();
        number.push('0');
    }
    true
}

/// Takes a sign off: whether there is one, and whether it is a minus.
fn sign(text: &str) -> (Option<bool>, &str) {
    if let Some(rest) = text.strip_prefix(MINUS) {
        return (Some(true), rest);
    }
    match text.strip_prefix(['+', '＋']) {
        Some(rest) => (Some(false), rest),
        None => (None, text),
    }
}

/// Returns an ASCII digit for a digit of either width.
pub(super) fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32),
        _ => None,
    }
}

/// Blanks of both widths.
pub(super) const BLANKS: [char; 2] = [' ', '\u{3000}'];
/// Hyphen-minus, minus sign, full-width hyphen, and the triangles of accounts.
const MINUS: [char; 5] = ['-', '−', '－', '▲', '△'];
/// Yen signs; CP932 writes the half-width one as 0x5C, a backslash.
const YEN: [char; 3] = ['¥', '￥', '\\'];

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_become_plain_digits_or_are_refused() {
        for (text, expected) in [
            ("12000", Some("12000")),
            ("12,000", Some("12000")),
            ("１２，０００", Some("12000")),
            ("¥1,234,567", Some("1234567")),
            ("\\500", Some("500")),
            ("￥500円", Some("500")),
            ("-5", Some("-5")),
            ("▲1,000", Some("-1000")),
            ("¥-3", Some("-3")),
            ("+7", Some("7")),
            ("0000120", Some("120")),
            ("000", Some("0")),
            ("-0", Some("0")),
            ("  42　", Some("42")),
            ("999999999999999999", Some("999999999999999999")),
            ("1999999999999999999", None),
            ("1,00", None),
            ("1234,567", None),
            ("1,,000", None),
            (",000", None),
            ("1,000,", None),
            ("12.5", None),
            ("12a", None),
            ("--1", None),
            ("-", None),
            ("円", None),
            ("一", None),
        ] {
            let mut number = String::new();
            let read = super::read(text, &mut number).then_some(number.as_str());
            assert_eq!(read, expected, "{text}");
        }
    }
}
