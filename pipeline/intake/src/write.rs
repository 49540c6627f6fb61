//! Files in a sender's form, for samples and tests: the inverse of decoding.

use std::io::{Cursor, Write};

use encoding_rs::{EncoderResult, SHIFT_JIS};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::layout::Gaiji;

/// A character that CP932 and the gaiji table do not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("CP932 and the gaiji table have no U+{:04X}", u32::from(*.character))]
pub struct Unencodable {
    /// The character.
    pub character: char,
}

/// Why a value cannot be padded to its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found} bytes do not fit the width of {width}")]
pub struct TooWide {
    /// Bytes of the value.
    pub found: usize,
    /// Bytes of the column.
    pub width: usize,
}

/// Encodes text as CP932; sequences of the gaiji table become user-defined cells.
///
/// Decoding gives back the same text. Never writes numeric character references.
///
/// # Errors
/// The first character that has no code; also U+00A5, U+203E and U+2212, which would come back
/// as `\`, `~` and U+FF0D.
pub fn encode_cp932(text: &str, gaiji: &Gaiji) -> Result<Vec<u8>, Unencodable> {
    let mut bytes = Vec::with_capacity(text.len());
    if gaiji.is_empty() {
        encode_plain(text, &mut bytes)?;
        return Ok(bytes);
    }
    let (mut rest, mut plain) = (text, 0);
    while let Some(c) = rest[plain..].chars().next() {
        let Some((cell, len)) = gaiji.longest_prefix(&rest[plain..]) else {
            plain += c.len_utf8();
            continue;
        };
        encode_plain(&rest[..plain], &mut bytes)?;
        bytes.extend_from_slice(&gaiji_bytes(cell));
        (rest, plain) = (&rest[plain + len..], 0);
    }
    encode_plain(rest, &mut bytes)?;
    Ok(bytes)
}

fn encode_plain(text: &str, bytes: &mut Vec<u8>) -> Result<(), Unencodable> {
    if let Some(character) = text.chars().find(|c| matches!(c, '\u{A5}' | '\u{203E}' | '\u{2212}'))
    {
        return Err(Unencodable { character });
    }
    bytes.reserve(2 * text.len());
    let (result, _) =
        SHIFT_JIS.new_encoder().encode_from_utf8_to_vec_without_replacement(text, bytes, true);
    match result {
        EncoderResult::InputEmpty => Ok(()),
        EncoderResult::Unmappable(character) => Err(Unencodable { character }),
        EncoderResult::OutputFull => unreachable!("no character has more than two bytes"),
    }
}

/// Returns the two bytes of a user-defined cell: 188 cells a lead byte from 0xF0.
fn gaiji_bytes(cell: u16) -> [u8; 2] {
    let (row, column) = ((cell / 188) as u8, (cell % 188) as u8);
    [0xF0 + row, 0x40 + column + u8::from(column >= 0x3F)]
}

/// Appends one row, fields quoted where they must be, with CR LF.
///
/// Fields are bytes of any encoding in which no second byte is a quote or the delimiter, CP932
/// and UTF-8 for instance.
pub fn csv_row<'a>(fields: impl IntoIterator<Item = &'a [u8]>, delimiter: u8, out: &mut Vec<u8>) {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(csv::Terminator::CRLF)
        .from_writer(&mut *out);
    writer.write_record(fields).expect("one row of any length goes into memory");
    writer.flush().expect("memory takes all bytes");
}

/// Appends a value padded with blanks on the right to its width in bytes.
///
/// # Errors
/// If the value is wider; nothing is appended then.
pub fn pad(value: &[u8], width: usize, out: &mut Vec<u8>) -> Result<(), TooWide> {
    let blanks = width.checked_sub(value.len());
    let blanks = blanks.ok_or(TooWide { found: value.len(), width })?;
    out.extend_from_slice(value);
    out.resize(out.len() + blanks, b' ');
    Ok(())
}

/// Appends digits padded with zeros on the left to their width in bytes.
///
/// # Errors
/// If the digits are wider; nothing is appended then.
pub fn pad_number(digits: &str, width: usize, out: &mut Vec<u8>) -> Result<(), TooWide> {
    let zeros = width.checked_sub(digits.len());
    let zeros = zeros.ok_or(TooWide { found: digits.len(), width })?;
    out.resize(out.len() + zeros, b'0');
    out.extend_from_slice(digits.as_bytes());
    Ok(())
}

/// Packs members into a ZIP; the same members give the same bytes (all dated 1980-01-01).
pub fn zip_drop(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_by(CompressionMethod::Deflated, members)
}

/// Packs members into a ZIP as they are: for scans and signatures, which no longer shrink.
pub fn zip_stored(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_by(CompressionMethod::Stored, members)
}

fn zip_by(method: CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
    let options = SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let large = options.large_file(bytes.len() as u64 >= u64::from(u32::MAX));
        zip.start_file(*name, large).expect("memory takes all bytes");
        zip.write_all(bytes).expect("memory takes all bytes");
    }
    zip.finish().expect("memory takes all bytes").into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Sender;

    const SENDER: &str = "sender = \"s\"\nname = \"s\"\n[gaiji]\n\"E000\" = \"葛\\U000E0100\"\n\
        \"E0BC\" = \"𠮷\"\n\"E757\" = \"葛\"\n\"E001\" = \"hold\"\n";

    fn gaiji() -> Gaiji {
        Sender::parse(SENDER).and_then(|sender| sender.gaiji_table()).expect("a sender")
    }

    #[test]
    fn the_longest_sequence_of_the_table_becomes_its_cell() {
        let encode = |text| encode_cp932(text, &gaiji());
        assert_eq!(encode("葛\u{E0100}a").as_deref(), Ok(b"\xf0\x40a".as_slice()));
        assert_eq!(encode("葛𠮷").as_deref(), Ok(b"\xf9\xfc\xf1\x40".as_slice()));
        assert_eq!(encode("髙﨑").as_deref(), Ok(b"\xfb\xfc\xfa\xb1".as_slice()));
    }

    #[test]
    fn every_cell_and_every_character_of_cp932_comes_back() {
        let decode = |bytes: &[u8]| SHIFT_JIS.decode_without_bom_handling(bytes).0.into_owned();
        for cell in 0..crate::layout::GAIJI_CELLS as u16 {
            let c = char::from_u32(0xE000 + u32::from(cell)).expect("a private character");
            assert_eq!(decode(&gaiji_bytes(cell)), c.to_string());
        }
        let mut count = 0;
        for c in ('\u{20}'..='\u{FFFF}').filter(|&c| c != '\u{7F}') {
            if let Ok(bytes) = encode_cp932(c.encode_utf8(&mut [0; 4]), &Gaiji::default()) {
                assert_eq!(decode(&bytes), c.to_string());
                count += 1;
            }
        }
        // 95 of ASCII, U+0080, 63 half-width kana and the 7,326 of two bytes (facts §6.1).
        assert_eq!(count, 95 + 1 + 63 + 7_326);
    }

    #[test]
    fn what_would_not_come_back_is_an_error() {
        for c in ['𠮟', '\u{A5}', '\u{203E}', '\u{2212}', '\u{301C}', '\u{E0100}', '\u{E002}'] {
            let encoded = encode_cp932(&format!("a{c}"), &Gaiji::default());
            assert_eq!(encoded, Err(Unencodable { character: c }));
        }
    }

    #[test]
    fn a_value_is_padded_or_refused() {
        let mut out = Vec::new();
        pad(b"ab", 4, &mut out).expect("it fits");
        pad_number("12", 4, &mut out).expect("it fits");
        assert_eq!(out, b"ab  0012");
        assert_eq!(pad(b"abc", 2, &mut out), Err(TooWide { found: 3, width: 2 }));
    }

    #[test]
    fn the_same_members_give_the_same_zip() {
        let members = [("manifest.toml", b"x".as_slice()), ("recipients.csv", b"a,b\r\n")];
        assert_eq!(zip_drop(&members), zip_drop(&members));
    }
}
