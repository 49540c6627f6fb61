//! The characters of XML 1.0 (fifth edition): which may stand in a document and in a name.

use std::borrow::Cow;

/// Returns the byte at which the first character stands that XML forbids (§2.2), if any.
pub(super) fn first_forbidden(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let control = |b: u8| (b < 0x20) & (b != b'\t') & (b != b'\n') & (b != b'\r');
    // Without a branch within, so that the compiler looks at many bytes at once.
    let controls = bytes.iter().fold(false, |seen, b| seen | control(*b));
    let first_control = || bytes.iter().position(|b| control(*b));
    // U+FFFE and U+FFFF are EF BF BE and EF BF BF in UTF-8.
    let mut noncharacters = memchr::memmem::find_iter(bytes, b"\xEF\xBF");
    let noncharacter = noncharacters.find(|at| bytes[at + 2] >= 0xBE);
    match (controls.then(first_control).flatten(), noncharacter) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Returns whether a character reference may name this character (§2.2, production 2).
pub(super) fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Returns the length in bytes of the NCName at the start, 0 when there is none (Namespaces §3).
pub(super) fn ncname_len(bytes: &[u8], text: &str, start: usize) -> usize {
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        let class = CLASS[usize::from(*byte)];
        if class & NAME != 0 && (at > start || class & NAME_START != 0) {
            at += 1;
        } else if matches!(byte, 0xE4..=0xEC)
            || (*byte == 0xE3 && bytes[at + 1..at + 3] != [0x80; 2])
        {
            // U+3001 to U+CFFF, kana and most kanji, may begin a name: production 4 in UTF-8.
            at += 3;
        } else if *byte >= 0x80 {
            let c = text[at..].chars().next().expect("a byte above 7F begins a character");
            if !(is_name_start(c) || (at > start && is_name_more(c))) {
                break;
            }
            at += c.len_utf8();
        } else {
            break;
        }
    }
    at - start
}

/// NameStartChar above ASCII (§2.3, production 4).
fn is_name_start(c: char) -> bool {
    matches!(c,
        '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}'
        | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// What NameChar adds to it above ASCII (§2.3, production 4a).
fn is_name_more(c: char) -> bool {
    matches!(c, '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Reads the reference at the start of `text`, which begins with `&`; returns the character and the
/// length in bytes. Only the five predefined entities and allowed characters are references here.
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(MAX_REFERENCE_LEN).position(|b| b == b';')?;
    let c = match &text[1..end] {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        number => {
            let number = number.strip_prefix('#')?;
            let (digits, radix) = match number.strip_prefix('x') {
                Some(digits) => (digits, 16),
                None => (number, 10),
            };
            // from_str_radix takes a sign, XML does not.
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            let c = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
            is_character(c).then_some(c)?
        }
    };
    Some((c, end + 1))
}

/// Returns the value that an attribute has (§3.3.3): white space made spaces, references read.
pub(super) fn attribute_value(raw: &str) -> Cow<'_, str> {
    if !raw.bytes().any(|b| matches!(b, b'&' | b'\t' | b'\n' | b'\r')) {
        return Cow::Borrowed(raw);
    }
    let mut value = String::with_capacity(raw.len());
    each_character(raw, |c, written| match c {
        '\t' | '\n' if written => value.push(' '),
        c => value.push(c),
    });
    Cow::Owned(value)
}

/// Returns the characters that a piece of text stands for: line ends made LF, references read.
pub(super) fn text_value(raw: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'&', b'\r', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut value = String::with_capacity(raw.len());
    each_character(raw, |c, _| value.push(c));
    Cow::Owned(value)
}

/// Calls `take` with every character and whether it was written as itself; line ends are made LF.
fn each_character(raw: &str, mut take: impl FnMut(char, bool)) {
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let len = match c {
            '&' => {
                let (c, len) = reference(rest).expect("the reader has checked every reference");
                take(c, false);
                len
            }
            '\r' => {
                take('\n', true);
                if rest.as_bytes().get(1) == Some(&b'\n') {
                    2
                } else {
                    1
                }
            }
            c => {
                take(c, true);
                c.len_utf8()
            }
        };
        rest = &rest[len..];
    }
}

/// Classes of bytes in ASCII names.
const NAME_START: u8 = 1;
const NAME: u8 = 2;
const CLASS: [u8; 256] = {
    let mut class = [0u8; 256];
    let mut byte = 0usize;
    while byte < 256 {
        let b = byte as u8;
        if b.is_ascii_alphabetic() || b == b'_' {
            class[byte] = NAME_START | NAME;
        } else if b.is_ascii_digit() || b == b'-' || b == b'.' {
            class[byte] = NAME;
        }
        byte += 1;
    }
    class
};

/// `&#x10FFFF;` with room for leading zeros.
const MAX_REFERENCE_LEN: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_the_five_and_allowed_characters() {
        assert_eq!(reference("&lt;x"), Some(('<', 4)));
        assert_eq!(reference("&#x6C0F;"), Some(('氏', 8)));
        assert_eq!(reference("&#13;"), Some(('\r', 5)));
        for bad in ["&", "&;", "&nbsp;", "&#;", "&#x;", "&#0;", "&#xD800;", "&#xFFFE;", "&#+9;"] {
            assert_eq!(reference(bad), None, "{bad}");
        }
    }

    #[test]
    fn forbidden_characters_are_found_and_fullwidth_ones_are_not() {
        assert_eq!(first_forbidden("Ａ～￮\t\r\n"), None);
        assert_eq!(first_forbidden("a\u{1}"), Some(1));
        assert_eq!(first_forbidden("Ａ\u{FFFE}"), Some(3));
        assert_eq!(first_forbidden("Ａ\u{FFFF}"), Some(3));
    }

    #[test]
    fn a_carriage_return_is_a_line_end_only_where_it_was_written_as_itself() {
        assert_eq!(text_value("a\r&#10;b"), "a\n\nb");
        assert_eq!(text_value("a&#13;\nb"), "a\r\nb");
        assert_eq!(text_value("a\r\nb\rc"), "a\nb\nc");
        assert_eq!(attribute_value("a\r\nb\tc&#9;&#10;d"), "a b c\t\nd");
    }

    #[test]
    fn names_are_those_of_the_fifth_edition() {
        for (text, len) in [
            ("構成情報 ", 12),
            ("a.b-c_1", 7),
            ("-a", 0),
            ("1", 0),
            ("ー", 3),
            ("a:b", 1),
            ("\u{3000}", 0),
            ("あ\u{3000}", 3),
            ("、", 3),
            ("\u{FF21}", 3),
            ("×", 0),
            ("a×", 1),
            ("\u{301}", 0),
            ("か\u{301}", 5),
        ] {
            assert_eq!(ncname_len(text.as_bytes(), text, 0), len, "{text}");
        }
    }
}
