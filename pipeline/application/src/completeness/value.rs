//! Whether a value is what its field asks for.

use std::borrow::Cow;

use letter::{Date, PostalCode};

use crate::cp932;
use crate::municipality::JisCode;
use crate::procedure::{FieldType, Repertoire};

/// What is wrong with a value; none of them holds the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    TooLong { max: usize },
    TooManyLines { max: usize },
    OutsideRepertoire,
    NotKana,
    NotADay,
    InTheFuture,
    TooEarly(Date),
    TooLate(Date),
    NotANumber,
    OutOfRange,
    NotAPostalCode,
    NotAPhoneNumber,
    NotAnEmailAddress,
    NotAChoice,
    NotAMunicipality,
}

/// Checks a value that is not blank.
pub(crate) fn check(kind: &FieldType, text: &str, received: Date) -> Option<Trouble> {
    match kind {
        FieldType::Text { max, lines, repertoire } => check_text(text, *max, *lines, *repertoire),
        FieldType::Kana { max } => match () {
            () if !text.chars().all(is_kana) => Some(Trouble::NotKana),
            () => (text.chars().count() > *max).then_some(Trouble::TooLong { max: *max }),
        },
        FieldType::Day { past, not_before, not_after } => match day(text) {
            None => Some(Trouble::NotADay),
            Some(day) if *past && day > received => Some(Trouble::InTheFuture),
            Some(day) => match (not_before, not_after) {
                (Some(first), _) if day < *first => Some(Trouble::TooEarly(*first)),
                (_, Some(last)) if day > *last => Some(Trouble::TooLate(*last)),
                _ => None,
            },
        },
        FieldType::Number { min, max } => match number(text) {
            None => Some(Trouble::NotANumber),
            Some(number) => (!(*min..=*max).contains(&number)).then_some(Trouble::OutOfRange),
        },
        FieldType::PostalCode => {
            PostalCode::parse(text).is_none().then_some(Trouble::NotAPostalCode)
        }
        FieldType::Phone => (!is_phone(text)).then_some(Trouble::NotAPhoneNumber),
        FieldType::Email => (!is_email(text)).then_some(Trouble::NotAnEmailAddress),
        FieldType::Choice(choices) => (!choices.contains_key(text)).then_some(Trouble::NotAChoice),
        FieldType::Municipality => {
            JisCode::parse(text).is_none().then_some(Trouble::NotAMunicipality)
        }
    }
}

/// Reads a day as the rules understand it.
pub(crate) fn day(text: &str) -> Option<Date> {
    crate::day::read(text)
}

/// Reads a whole number of half- or full-width digits.
pub(crate) fn number(text: &str) -> Option<i64> {
    let plain = half_width_digits(text);
    let digits = plain.strip_prefix('-').unwrap_or(&plain);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| plain.parse().ok())?
}

fn half_width_digits(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let half = |c: char| match c {
        '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
        '－' | '−' => '-',
        _ => c,
    };
    Cow::Owned(text.chars().map(half).collect())
}

fn check_text(text: &str, max: usize, lines: usize, repertoire: Repertoire) -> Option<Trouble> {
    // A byte is never more than a character, so most texts need no count.
    if text.len() > max && text.chars().count() > max {
        return Some(Trouble::TooLong { max });
    }
    let control = |c: char| c.is_control() && !(lines > 1 && matches!(c, '\n' | '\r'));
    if text.chars().any(control) {
        let broken = lines == 1 && text.contains(['\n', '\r']);
        return Some(match broken {
            true => Trouble::TooManyLines { max: 1 },
            false => Trouble::OutsideRepertoire,
        });
    }
    if lines > 1 && text.lines().count() > lines {
        return Some(Trouble::TooManyLines { max: lines });
    }
    let fits = match repertoire {
        Repertoire::Any => true,
        Repertoire::Cp932 => text.is_ascii() || text.chars().all(|c| cp932::code(c).is_some()),
        Repertoire::JisX0208 => text.is_ascii() || text.chars().all(is_jis_x_0208),
    };
    (!fits).then_some(Trouble::OutsideRepertoire)
}

/// Levels 1 and 2 lie under the lead bytes 81–84 and 88–EA of CP932; NEC's row 13 is 87, the
/// extensions of NEC and IBM are ED, EE and FA–FC.
fn is_jis_x_0208(c: char) -> bool {
    let lead = cp932::code(c).map(|code| code >> 8);
    c.is_ascii() || matches!(lead, Some(0x81..=0x84 | 0x88..=0x9F | 0xE0..=0xEA))
}

/// Katakana, full or half width, with what stands between names and in account holders' names.
fn is_kana(c: char) -> bool {
    matches!(c,
        'ァ'..='ヺ' | 'ー' | '・' | '･' | 'ヽ' | 'ヾ' | 'ｦ'..='ﾟ'
        | ' ' | '\u{3000}' | '-' | '－' | '.' | '．' | '(' | ')' | '（' | '）')
}

/// Ten or eleven digits from a zero (番号計画), or E.164: a plus and 8 to 15 digits.
fn is_phone(text: &str) -> bool {
    let text = half_width_digits(text);
    let (plus, rest) = match text.strip_prefix(['+', '＋']) {
        Some(rest) => (true, rest),
        None => (false, &*text),
    };
    let mut digits = 0;
    for c in rest.chars() {
        match c {
            '0'..='9' => digits += 1,
            '-' | ' ' | '(' | ')' | '（' | '）' | '\u{3000}' | 'ー' | '‐' | '―' => {}
            _ => return false,
        }
    }
    match plus {
        true => (8..=15).contains(&digits),
        false => {
            (10..=11).contains(&digits) && rest.trim_start_matches(['(', '（']).starts_with('0')
        }
    }
}

/// The common part of RFC 5321, 4.1.2: a dot-string, an at sign, a domain of two labels or more.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    // Phone companies once gave out addresses with double and final dots; they still receive.
    let local_fits = (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && local.bytes().all(|b| atom(b) || b == b'.');
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    local_fits && text.len() <= 254 && domain.contains('.') && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(repertoire: Repertoire) -> FieldType {
        FieldType::Text { max: 5, lines: 1, repertoire }
    }

    #[test]
    fn every_type_takes_what_it_asks_for_and_nothing_else() {
        let received = Date::new(2026, 11, 22).expect("a day");
        let first = Date::new(1900, 1, 1).expect("a day");
        let day = FieldType::Day { past: true, not_before: Some(first), not_after: None };
        let last = FieldType::Day { past: false, not_before: None, not_after: Some(first) };
        let choice = FieldType::Choice([("a".to_owned(), "A".to_owned())].into());
        for (kind, value, expected) in [
            (text(Repertoire::Any), "星見花子𠮷", None),
            (text(Repertoire::Any), "星見花子𠮷野", Some(Trouble::TooLong { max: 5 })),
            (text(Repertoire::Any), "a\nb", Some(Trouble::TooManyLines { max: 1 })),
            (text(Repertoire::Any), "a\u{1b}b", Some(Trouble::OutsideRepertoire)),
            (text(Repertoire::Cp932), "髙①", None),
            (text(Repertoire::Cp932), "𠮷", Some(Trouble::OutsideRepertoire)),
            (text(Repertoire::Cp932), "¥", Some(Trouble::OutsideRepertoire)),
            (text(Repertoire::JisX0208), "高熙", None),
            (text(Repertoire::JisX0208), "髙", Some(Trouble::OutsideRepertoire)),
            (text(Repertoire::JisX0208), "①", Some(Trouble::OutsideRepertoire)),
            (FieldType::Kana { max: 9 }, "ホシミ　ハナコ", None),
            (FieldType::Kana { max: 9 }, "ﾎｼﾐ ﾊﾅｺ", None),
            (FieldType::Kana { max: 9 }, "ほしみ", Some(Trouble::NotKana)),
            (FieldType::Kana { max: 2 }, "ホシミ", Some(Trouble::TooLong { max: 2 })),
            (day.clone(), "平成元年1月8日", None),
            (day.clone(), "2026-11-23", Some(Trouble::InTheFuture)),
            (day.clone(), "1899-12-31", Some(Trouble::TooEarly(first))),
            (day, "いつか", Some(Trouble::NotADay)),
            (last, "1900-01-02", Some(Trouble::TooLate(first))),
            (FieldType::Number { min: -5, max: 9 }, "－５", None),
            (FieldType::Number { min: 0, max: 9 }, "10", Some(Trouble::OutOfRange)),
            (FieldType::Number { min: 0, max: 9 }, "1.5", Some(Trouble::NotANumber)),
            (FieldType::Number { min: 0, max: 9 }, "-", Some(Trouble::NotANumber)),
            (FieldType::Number { min: 0, max: 9 }, &"9".repeat(30), Some(Trouble::NotANumber)),
            (FieldType::PostalCode, "〒231-0005", None),
            (FieldType::PostalCode, "231-005", Some(Trouble::NotAPostalCode)),
            (choice.clone(), "a", None),
            (choice, "A", Some(Trouble::NotAChoice)),
            (FieldType::Municipality, "131016", None),
            (FieldType::Municipality, "131017", Some(Trouble::NotAMunicipality)),
        ] {
            assert_eq!(check(&kind, value, received), expected, "{kind:?} {value}");
        }
    }

    #[test]
    fn telephone_numbers_and_mail_addresses_are_told_from_other_text() {
        for good in [
            "03-1234-5678",
            "090-1234-5678",
            "０９０１２３４５６７８",
            "(03)1234-5678",
            "+81 90 1234 5678",
        ] {
            assert!(is_phone(good), "{good}");
        }
        for bad in ["", "1234-5678-90", "03-1234", "03-1234-5678-99", "03-1234-567x", "+1", "+++"] {
            assert!(!is_phone(bad), "{bad}");
        }
        for good in ["a@b.jp", "hanako..h.@docomo.ne.jp", "x+y@sub.example.co.jp"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "@b.jp", "a@b", "a@b..jp", "a b@c.jp", "ａ@b.jp", "a@-b.jp", ".a@b.jp"]
        {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
