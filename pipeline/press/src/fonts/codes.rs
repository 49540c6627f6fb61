//! Two-byte codes for the characters of a face, chosen so that no byte of a string is escaped.

use letter::page::CharIndex;

use super::FaceData;
use crate::error::PressError;

/// A two-byte code as it stands in a content stream.
pub(crate) type Code = [u8; 2];

/// Stands for a character that is not used; as a code it would draw `.notdef`.
pub(crate) const NO_CODE: Code = [0, 0];

/// How many characters of one face a batch can use: 251 × 251 codes less the one of `.notdef`.
pub const CODES_MAX: usize = 251 * 251 - 1;

/// Bytes with a meaning inside a literal string: parentheses, backslash and the line ends, which a
/// reader may fold (ISO 32000-1 §7.3.4.2).
const SPECIAL: [u8; 5] = [b'(', b')', b'\\', b'\r', b'\n'];

/// Returns the code of every character of the face's charset, in the order of their indices, so
/// that kana and digits share their first byte.
pub(crate) fn assign(face: &FaceData<'_>, used: &[CharIndex]) -> Result<Vec<Code>, PressError> {
    if used.len() > CODES_MAX {
        let face = face.name.to_owned();
        return Err(PressError::TooManyCharacters { face, found: used.len(), max: CODES_MAX });
    }
    let plain: Vec<u8> = (0..=u8::MAX).filter(|byte| !SPECIAL.contains(byte)).collect();
    let mut codes = vec![NO_CODE; face.charset.entries.len()];
    for (place, &index) in used.iter().enumerate() {
        let glyph = face.charset.entries.get(index as usize).map_or(0, |entry| entry.glyph);
        if glyph == 0 {
            let why = format!("its charset draws nothing for character {index}");
            return Err(PressError::Face { face: face.name.to_owned(), why });
        }
        let rank = place + 1;
        codes[index as usize] = [plain[rank / plain.len()], plain[rank % plain.len()]];
    }
    Ok(codes)
}

#[cfg(test)]
mod tests {
    use letter::page::{Charset, CharsetEntry};

    use super::*;

    fn check(count: usize) -> Result<Vec<Code>, PressError> {
        let entry = CharsetEntry { character: 'a', selector: None, glyph: 1, advance: 1 };
        let charset = Charset { entries: vec![entry; 65_535], units_per_em: 1000 };
        let used: Vec<CharIndex> = (0..count).map(|index| index as CharIndex).collect();
        assign(&FaceData { name: "all", bytes: &[], charset: &charset }, &used)
    }

    #[test]
    fn as_many_characters_as_there_are_codes_have_each_their_own() {
        let mut codes = check(CODES_MAX).expect("codes for all");
        codes.truncate(CODES_MAX);
        assert!(codes.iter().flatten().all(|byte| !SPECIAL.contains(byte)));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!((codes.len(), codes[0] == NO_CODE), (CODES_MAX, false));
    }

    #[test]
    fn one_character_more_is_refused() {
        assert!(matches!(check(CODES_MAX + 1), Err(PressError::TooManyCharacters { .. })));
    }
}
