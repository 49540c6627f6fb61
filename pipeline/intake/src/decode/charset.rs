//! Bytes of the agreed encoding as text, and the exact place where they are not.

use encoding_rs::{DecoderResult, SHIFT_JIS};

use crate::layout::Charset;

/// The encoding that a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// CP932, one to two bytes a character.
    Cp932,
    /// UTF-8.
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
}

/// A byte that no UTF-8 has: it stands for half a surrogate pair in text made from UTF-16.
const MARKER: u8 = 0xFF;

/// The first bytes of a file that tell its encoding.
const BYTE_ORDER_MARKS: [(&[u8], Coding); 3] = [
    (b"\xef\xbb\xbf", Coding::Utf8),
    (b"\xff\xfe", Coding::Utf16Le),
    (b"\xfe\xff", Coding::Utf16Be),
];

impl Coding {
    /// Returns the encoding of a file that begins with `start`, and the length of its mark.
    ///
    /// Returns `None` for UTF-16 without a mark. A mark of another encoding than the agreed one
    /// is left to be met as undecodable bytes.
    pub fn detect(agreed: Charset, start: &[u8]) -> Option<(Self, usize)> {
        let mark = BYTE_ORDER_MARKS.iter().find(|(mark, _)| start.starts_with(mark));
        let marked = mark.map(|&(mark, coding)| (coding, mark.len()));
        match (agreed, marked) {
            (Charset::Auto, Some(marked)) => Some(marked),
            (Charset::Auto | Charset::Cp932, _) => Some((Self::Cp932, 0)),
            (Charset::Utf8, Some((Self::Utf8, len))) => Some((Self::Utf8, len)),
            (Charset::Utf8, _) => Some((Self::Utf8, 0)),
            (Charset::Utf16, marked) => marked.filter(|(coding, _)| coding.is_wide()),
        }
    }

    /// Returns whether a code unit has two bytes.
    pub fn is_wide(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be)
    }

    /// Returns the encoding's name for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cp932 => "CP932",
            Self::Utf8 => "UTF-8",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
        }
    }

    /// Reads one code unit of two bytes.
    pub fn unit(self, pair: [u8; 2]) -> u16 {
        match self {
            Self::Utf16Be => u16::from_be_bytes(pair),
            _ => u16::from_le_bytes(pair),
        }
    }

    /// Returns ASCII bytes as this encoding writes them.
    pub fn ascii(self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Utf16Le => text.iter().flat_map(|&byte| [byte, 0]).collect(),
            Self::Utf16Be => text.iter().flat_map(|&byte| [0, byte]).collect(),
            Self::Cp932 | Self::Utf8 => text.to_vec(),
        }
    }

    /// Returns the byte-order mark of this encoding.
    pub fn mark(self) -> &'static [u8] {
        let mark = BYTE_ORDER_MARKS.iter().find(|(_, coding)| *coding == self);
        mark.map_or(&[], |(mark, _)| mark)
    }

    /// Returns the text of a field, in `scratch` if it is not there as it is.
    ///
    /// A field of a UTF-16 file comes as [`widen`] left it. Returns `None` if the bytes are not
    /// text; [`Coding::undecodable`] tells where.
    pub fn decode<'a>(self, bytes: &'a [u8], scratch: &'a mut String) -> Option<&'a str> {
        if self != Self::Cp932 || bytes.is_ascii() {
            return std::str::from_utf8(bytes).ok();
        }
        scratch.clear();
        scratch.reserve(bytes.len() * 3);
        let mut decoder = SHIFT_JIS.new_decoder_without_bom_handling();
        let (result, _) = decoder.decode_to_string_without_replacement(bytes, scratch, true);
        (result == DecoderResult::InputEmpty).then_some(scratch)
    }

    /// Returns offset and length of the first bytes that are not text.
    pub fn undecodable(self, bytes: &[u8]) -> (usize, usize) {
        if self != Self::Cp932 {
            let error = std::str::from_utf8(bytes).expect_err("decode found the bytes to be wrong");
            let at = error.valid_up_to();
            return (at, error.error_len().unwrap_or(bytes.len() - at));
        }
        let mut text = String::with_capacity(bytes.len() * 3);
        let mut decoder = SHIFT_JIS.new_decoder_without_bom_handling();
        match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
            (DecoderResult::Malformed(len, after), read) => {
                let (len, after) = (usize::from(len), usize::from(after));
                (read - after - len, len)
            }
            _ => unreachable!("decode found the bytes to be wrong"),
        }
    }
}

/// Turns UTF-16 into UTF-8, with a marker byte for each unit that is none.
pub(crate) fn widen(coding: Coding, raw: &[u8], text: &mut Vec<u8>) {
    text.clear();
    let pairs = raw.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| coding.unit([pair[0], pair[1]]));
    for c in char::decode_utf16(units) {
        match c {
            Ok(c) => text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(_) => text.push(MARKER),
        }
    }
    if odd {
        text.push(MARKER);
    }
}

/// Returns the offset in UTF-16 bytes that the offset `at` in text from [`widen`] stands for.
pub(crate) fn narrow_offset(text: &[u8], at: usize) -> usize {
    let bytes = |&byte: &u8| match byte {
        0x80..=0xBF => 0,
        0xF0..=0xF7 => 4,
        _ => 2,
    };
    text[..at].iter().map(bytes).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cp932(bytes: &[u8]) -> Result<String, (usize, usize)> {
        let mut scratch = String::new();
        let text = Coding::Cp932.decode(bytes, &mut scratch).map(str::to_owned);
        text.ok_or_else(|| Coding::Cp932.undecodable(bytes))
    }

    #[test]
    fn cp932_is_read_and_its_faults_have_their_place() {
        assert_eq!(cp932(b"\x8d\x82\xfb\xfc").as_deref(), Ok("高髙"));
        assert_eq!(cp932(b"\xf0\x40\xf9\xfc").as_deref(), Ok("\u{E000}\u{E757}"));
        assert_eq!(cp932(b"\xd4\xcf\xc0\xde").as_deref(), Ok("ﾔﾏﾀﾞ"));
        assert_eq!(cp932(b"ab\x81"), Err((2, 1)), "a cut double byte");
        assert_eq!(cp932(b"a\x81,b"), Err((1, 1)), "a lead byte before ASCII");
        assert_eq!(cp932(b"\x8d\x82\xff"), Err((2, 1)));
        assert_eq!(cp932(b"\x8d\x82\xef\xbb\xbf"), Err((2, 2)));
    }

    #[test]
    fn utf16_halves_have_their_place_in_the_senders_bytes() {
        let raw = b"a\0\x42\xd8\xb7\xdf\x00\xd8b\0\x01";
        let mut text = Vec::new();
        widen(Coding::Utf16Le, raw, &mut text);
        assert_eq!(text, "a\u{20BB7}".bytes().chain([MARKER, b'b', MARKER]).collect::<Vec<_>>());
        let (at, _) = Coding::Utf16Le.undecodable(&text);
        assert_eq!(narrow_offset(&text, at), 6);
    }

    #[test]
    fn the_mark_decides_only_where_that_is_agreed() {
        let detect = |agreed, start: &[u8]| Coding::detect(agreed, start);
        assert_eq!(detect(Charset::Auto, b"\xef\xbb\xbfa"), Some((Coding::Utf8, 3)));
        assert_eq!(detect(Charset::Auto, b"\xfe\xff\0a"), Some((Coding::Utf16Be, 2)));
        assert_eq!(detect(Charset::Auto, b"a"), Some((Coding::Cp932, 0)));
        assert_eq!(detect(Charset::Cp932, b"\xef\xbb\xbfa"), Some((Coding::Cp932, 0)));
        assert_eq!(detect(Charset::Utf16, b"a\0"), None);
        assert_eq!(detect(Charset::Utf8, b"\xff\xfe"), Some((Coding::Utf8, 0)));
    }
}
