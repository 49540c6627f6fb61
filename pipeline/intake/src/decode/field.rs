//! One field's bytes as the value that the record stores.

use letter::record::field;
use letter::Reason;

use super::charset::Coding;
use super::day::Day;
use super::frame::Field;
use super::split::undouble;
use super::{day, kana, number};
use crate::layout::{Column, Gaiji, GaijiEntry, Kind};

/// What is wrong with a field.
#[derive(Debug)]
pub(crate) enum FieldTrouble {
    /// Bytes that are not text, at an offset within the row's text.
    Undecodable { at: usize, len: usize },
    /// All else.
    Reason(Reason),
}

/// Reads fields, one after the other, with the same scratch buffers.
#[derive(Debug)]
pub(crate) struct FieldReader<'l> {
    gaiji: &'l Gaiji,
    plain: Vec<u8>,
    decoded: String,
    value: String,
}

impl<'l> FieldReader<'l> {
    pub fn new(gaiji: &'l Gaiji) -> Self {
        Self { gaiji, plain: Vec::new(), decoded: String::new(), value: String::new() }
    }

    /// Returns the value of a field: empty, or in the form of the column's kind.
    pub fn read<'a>(
        &'a mut self,
        coding: Coding,
        column: &Column,
        field: Field<'a>,
    ) -> Result<&'a str, FieldTrouble> {
        let Self { gaiji, plain, decoded, value } = self;
        let text = text(coding, field, plain, decoded)?;
        let text = text.trim_end_matches(number::BLANKS);
        if text.is_empty() {
            return Ok(text);
        }
        let seen = look(text);
        if let Some(code) = seen.control.filter(|&code| code != LINE_FEED || !has_lines(column)) {
            let field = column.to.clone();
            return Err(FieldTrouble::Reason(Reason::ControlCharacter { field, code }));
        }
        let text = convert(column, text, &seen, gaiji, value).map_err(FieldTrouble::Reason)?;
        let short = if text.len() <= column.max { 0 } else { length(text) };
        if short > column.max {
            let (field, max) = (column.to.clone(), column.max);
            return Err(FieldTrouble::Reason(Reason::FieldTooLong { field, found: short, max }));
        }
        Ok(text)
    }
}

/// Returns the text of a field, its doubled quotes made single.
fn text<'a>(
    coding: Coding,
    field: Field<'a>,
    plain: &'a mut Vec<u8>,
    decoded: &'a mut String,
) -> Result<&'a str, FieldTrouble> {
    let bytes = if field.doubled {
        undouble(field.bytes, plain);
        plain
    } else {
        field.bytes
    };
    coding.decode(bytes, decoded).ok_or_else(|| {
        // Quotes are ASCII: the doubled ones do not change what can be decoded.
        let (at, len) = coding.undecodable(field.bytes);
        FieldTrouble::Undecodable { at: field.offset + at, len }
    })
}

/// Brings a text into the form of its column's kind.
fn convert<'a>(
    column: &Column,
    text: &'a str,
    seen: &Seen,
    gaiji: &Gaiji,
    value: &'a mut String,
) -> Result<&'a str, Reason> {
    let (name, met) = (|| column.to.clone(), || clip(text));
    match column.kind {
        Kind::Text if seen.line_ends || seen.gaiji => {
            substitute(column, text, gaiji, value)?;
            Ok(value)
        }
        Kind::Text => Ok(text),
        Kind::Kana => {
            if seen.gaiji {
                return Err(first_gaiji(column, text));
            }
            kana::compose(text, value);
            Ok(value)
        }
        Kind::Number if number::read(text, value) => Ok(value),
        Kind::Number => Err(Reason::BadNumber { field: name(), value: met() }),
        Kind::Date => match day::read(column.date, text) {
            Day::Of(date) => {
                value.clear();
                push_date(date, value);
                Ok(value)
            }
            Day::None => Ok(""),
            Day::Unreadable => Err(Reason::BadDate { field: name(), value: met() }),
        },
    }
}

/// Writes user-defined characters as their sequences and CR LF as LF.
fn substitute(
    column: &Column,
    text: &str,
    gaiji: &Gaiji,
    value: &mut String,
) -> Result<(), Reason> {
    value.clear();
    for c in text.chars().filter(|&c| c != '\r') {
        if !crate::layout::is_user_defined(c) {
            value.push(c);
            continue;
        }
        match gaiji.get(c) {
            Some(GaijiEntry::Text(sequence)) => value.push_str(sequence),
            Some(GaijiEntry::Hold) | None => {
                return Err(Reason::UnknownGaiji { field: column.to.clone(), code: c as u32 });
            }
        }
    }
    Ok(())
}

fn first_gaiji(column: &Column, text: &str) -> Reason {
    let code = text.chars().find(|&c| crate::layout::is_user_defined(c));
    let code = code.expect("the text was seen to hold one") as u32;
    Reason::UnknownGaiji { field: column.to.clone(), code }
}

/// Returns the first characters of a value, as much as a report shows.
fn clip(text: &str) -> String {
    text.chars().take(VALUE_SHOWN_CHARS).collect()
}

/// Characters of a wrong value that a report shows.
const VALUE_SHOWN_CHARS: usize = 40;
/// The one control character that a text of more than one line holds.
const LINE_FEED: u32 = 0x0A;

/// What one look at a text finds.
struct Seen {
    /// The first control character; line feed only if there is no other.
    control: Option<u32>,
    /// Whether it holds line ends.
    line_ends: bool,
    /// Whether it holds user-defined characters.
    gaiji: bool,
}

fn look(text: &str) -> Seen {
    let mut seen = Seen { control: None, line_ends: false, gaiji: false };
    if text.bytes().all(|b| (0x20..0x7F).contains(&b)) {
        return seen;
    }
    let mut before = '\0';
    for c in text.chars() {
        if c == '\n' {
            seen.line_ends = true;
        } else if is_control(c) && c != '\r' || before == '\r' {
            let code = if before == '\r' { before } else { c } as u32;
            seen.control = seen.control.or(Some(code));
        }
        seen.gaiji |= crate::layout::is_user_defined(c);
        before = c;
    }
    if before == '\r' {
        seen.control = seen.control.or(Some('\r' as u32));
    }
    if seen.line_ends {
        seen.control = seen.control.or(Some(LINE_FEED));
    }
    seen
}

/// Returns whether a character is a control or an invisible format character: such would print
/// nothing, or turn the order of what follows.
fn is_control(c: char) -> bool {
    const INVISIBLE: [std::ops::RangeInclusive<char>; 4] = [
        '\u{200B}'..='\u{200F}',
        '\u{2028}'..='\u{202E}',
        '\u{2060}'..='\u{206F}',
        '\u{FEFF}'..='\u{FEFF}',
    ];
    c.is_control() || INVISIBLE.iter().any(|range| range.contains(&c))
}

/// Returns whether a column may hold more than one line: texts of the letter's body only.
fn has_lines(column: &Column) -> bool {
    column.kind == Kind::Text && !field::OF_EVERY_LETTER.contains(&column.to.as_str())
}

/// Returns the number of characters, variation selectors aside.
fn length(text: &str) -> usize {
    let selector = |c: &char| matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}');
    text.chars().filter(|c| !selector(c)).count()
}

/// Writes `2026-06-30`.
fn push_date(date: letter::Date, out: &mut String) {
    let digit = |n: u16| char::from(b'0' + (n % 10) as u8);
    let (year, month, day) = (date.year(), u16::from(date.month()), u16::from(date.day()));
    out.extend([digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), '-']);
    out.extend([digit(month / 10), digit(month), '-', digit(day / 10), digit(day)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_tells_line_ends_from_control_characters() {
        for (text, control, line_ends) in [
            ("plain", None, false),
            ("髙橋", None, false),
            ("a\r\nb", Some(0x0A), true),
            ("a\nb", Some(0x0A), true),
            ("a\rb", Some(0x0D), false),
            ("a\n\r", Some(0x0D), true),
            ("a\tb\n", Some(0x09), true),
            ("a\u{7F}", Some(0x7F), false),
            ("a\u{80}", Some(0x80), false),
            ("a\u{202E}b", Some(0x202E), false),
        ] {
            let seen = look(text);
            assert_eq!((seen.control, seen.line_ends), (control, line_ends), "{text:?}");
        }
    }

    #[test]
    fn a_date_is_written_as_it_displays() {
        for text in ["2026-06-30", "0001-12-09", "9999-01-31"] {
            let date = letter::Date::parse(text).expect("a day");
            let mut out = String::new();
            push_date(date, &mut out);
            assert_eq!(out, date.to_string());
        }
    }
}
