//! Codes for the characters of a face: one byte for the usual ones, two for the rest, chosen so
//! that no byte of a string is escaped.

use letter::page::CharIndex;

use super::FaceData;
use crate::error::PressError;

/// A code of one or two bytes as it stands in a content stream.
///
/// Which it is, its first byte says: those that begin a code of two stand for nothing alone
/// (ISO 32000-1 §9.7.6.2).
///
/// The bytes stand in the lower half, the first one lowest, and above them how many bits they have,
/// so that a page's codes are read in one go each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code(u32);

/// Stands for a character that is not used.
pub(crate) const NO_CODE: Code = Code(0);

/// How many characters of one face a batch can use: 250 first bytes with 251 second ones each.
pub const CODES_MAX: usize = FIRST_BYTES * SECOND_BYTES;

impl Code {
    const fn one(byte: u8) -> Self {
        Self(byte as u32 | 8 << BITS_SHIFT)
    }

    const fn two(first: u8, second: u8) -> Self {
        Self(first as u32 | (second as u32) << 8 | 16 << BITS_SHIFT)
    }

    /// Returns the code's bytes, the first one lowest.
    #[inline]
    pub(crate) fn low_bytes(self) -> u64 {
        u64::from(self.0 & 0xffff)
    }

    /// Returns 8 or 16, or 0 for a character that is not used.
    #[inline]
    pub(crate) fn bits(self) -> u32 {
        self.0 >> BITS_SHIFT
    }

    /// Returns the code's bytes.
    pub(crate) fn bytes(self) -> impl Iterator<Item = u8> + Clone {
        (self.0 as u16).to_le_bytes().into_iter().take(self.len())
    }

    /// Returns 1 or 2, or 0 for a character that is not used.
    pub(crate) fn len(self) -> usize {
        self.bits() as usize / 8
    }

    /// Returns the code as a number. No code of two bytes is the number of one of one byte.
    pub(crate) fn number(self) -> u16 {
        self.bytes().fold(0, |number, byte| number << 8 | u16::from(byte))
    }
}

/// The codes of a face.
pub(crate) struct Assigned {
    /// Of every character of the face's charset, in the order of their indices.
    pub(crate) codes: Vec<Code>,
    /// The used characters in the order of their codes.
    pub(crate) order: Vec<CharIndex>,
    /// The first bytes of codes of two.
    pub(crate) leads: Vec<u8>,
}

/// Assigns codes to the used characters of a face; `used` begins with the most frequent.
///
/// As few bytes as will do begin codes of two. The bytes that operators are made of go to the most
/// frequent characters, because a compressor spends the fewest bits on few frequent bytes.
pub(super) fn assign(face: &FaceData<'_>, used: Vec<CharIndex>) -> Result<Assigned, PressError> {
    if used.len() > CODES_MAX {
        let face = face.name.to_owned();
        return Err(PressError::TooManyCharacters { face, found: used.len(), max: CODES_MAX });
    }
    let leads = used.len().saturating_sub(FIRST_BYTES).div_ceil(SECOND_BYTES - 1);
    let first_bytes = first_bytes();
    let (single, leads) = first_bytes.split_at(FIRST_BYTES - leads);
    let second = || (0..=u8::MAX).filter(|byte| !SPECIAL.contains(byte));
    let one = single.iter().map(|&byte| Code::one(byte));
    let two = leads.iter().flat_map(|&lead| second().map(move |second| Code::two(lead, second)));
    let mut codes = vec![NO_CODE; face.charset.entries.len()];
    for (&index, code) in used.iter().zip(one.chain(two)) {
        let glyph = face.charset.entries.get(index as usize).map_or(0, |entry| entry.glyph);
        if glyph == 0 {
            let why = format!("its charset draws nothing for character {index}");
            return Err(PressError::Face { face: face.name.to_owned(), why });
        }
        codes[index as usize] = code;
    }
    Ok(Assigned { codes, order: used, leads: leads.to_vec() })
}

/// Returns the bytes that can begin a code: those of operators first, then the others descending,
/// so that codes of two bytes begin with low ones and are small numbers.
fn first_bytes() -> Vec<u8> {
    let plain = |byte: &u8| !SPECIAL.contains(byte) && !USUAL.contains(byte);
    let others = (1..=u8::MAX).rev().filter(plain);
    USUAL.iter().copied().chain(others).collect()
}

/// Bytes with a meaning inside a literal string: parentheses, backslash and the line ends, which a
/// reader may fold (ISO 32000-1 §7.3.4.2).
const SPECIAL: [u8; 5] = [b'(', b')', b'\\', b'\r', b'\n'];
/// Bytes that a page's operators and numbers are made of, the most frequent first.
const USUAL: &[u8] = b"0 142365897TdjJ[]-'ecr/fDBEq.gLZACMIQo";
/// Above a code's two bytes.
const BITS_SHIFT: u32 = 16;
/// All bytes but the special ones and 0, which is left to `.notdef`.
const FIRST_BYTES: usize = 250;
/// All bytes but the special ones.
const SECOND_BYTES: usize = 251;

#[cfg(test)]
mod tests {
    use letter::page::{Charset, CharsetEntry};

    use super::*;

    fn check(count: usize) -> Result<Assigned, PressError> {
        let entry = CharsetEntry { character: 'a', selector: None, glyph: 1, advance: 1, shift: 0 };
        let charset = Charset { entries: vec![entry; 65_535], units_per_em: 1000 };
        let used: Vec<CharIndex> = (0..count).map(|index| index as CharIndex).rev().collect();
        assign(&FaceData { name: "all", bytes: &[], charset: &charset }, used)
    }

    #[test]
    fn as_many_characters_as_there_are_codes_have_each_their_own() {
        for count in [1, 250, 251, 500, 501, 7_000, CODES_MAX] {
            let Assigned { codes, leads, .. } = check(count).expect("codes for all");
            let mut used: Vec<Code> = codes.iter().copied().filter(|c| *c != NO_CODE).collect();
            let mut bytes = used.iter().flat_map(|code| code.bytes());
            assert!(bytes.all(|byte| !SPECIAL.contains(&byte)));
            let leads_two = |code: &Code| leads.contains(&code.bytes().next().expect("a byte"));
            assert!(used.iter().all(|code| leads_two(code) == (code.len() == 2)));
            used.sort_unstable_by_key(|code| code.number());
            used.dedup_by_key(|code| code.number());
            assert_eq!((used.len(), used[0].number() == 0), (count, false));
        }
    }

    #[test]
    fn the_most_frequent_characters_have_one_byte_and_no_more_bytes_than_needed_begin_two() {
        let Assigned { codes, leads, .. } = check(600).expect("codes for all");
        assert_eq!([599, 598].map(|index: usize| codes[index].number()), [0x30, 0x20]);
        assert_eq!((leads.len(), codes[0].len()), (2, 2));
        assert_eq!(codes.iter().filter(|code| code.len() == 1).count(), 248);
        assert!(check(250).expect("codes for all").leads.is_empty());
    }

    #[test]
    fn one_character_more_is_refused() {
        assert!(matches!(check(CODES_MAX + 1), Err(PressError::TooManyCharacters { .. })));
    }
}
