//! CP932 with no loss: the characters that it holds and gives back unchanged.
//!
//! The table is that of the Encoding Standard (Shift_JIS, index jis0208 with the extensions of NEC
//! and IBM). `¥`, `‾` and U+2212 have codes there that read back as other characters, so they are
//! outside here.

use std::sync::OnceLock;

use encoding_rs::SHIFT_JIS;

/// Characters of the basic plane: CP932 has none beyond it.
const PLANE: u32 = 0x1_0000;

/// Returns the character's code, one byte below 0x100, two bytes above; `None` outside CP932.
pub(crate) fn code(c: char) -> Option<u16> {
    if c.is_ascii() {
        return Some(c as u16);
    }
    static CODES: OnceLock<Vec<u16>> = OnceLock::new();
    let codes = CODES.get_or_init(|| (0..PLANE).map(slow_code).collect());
    codes.get(c as usize).copied().filter(|code| *code != 0)
}

/// Appends the text whole; `false`, with `out` as it was, if a character is outside.
pub(crate) fn push(out: &mut Vec<u8>, text: &str) -> bool {
    let before = out.len();
    for c in text.chars() {
        match code(c) {
            Some(code @ ..=0xFF) => out.push(code as u8),
            Some(code) => out.extend_from_slice(&code.to_be_bytes()),
            None => {
                out.truncate(before);
                return false;
            }
        }
    }
    true
}

/// Asks the library, both ways; 0 for what is outside.
fn slow_code(point: u32) -> u16 {
    let Some(c) = char::from_u32(point) else { return 0 };
    let mut utf8 = [0; 4];
    let (bytes, _, unmappable) = SHIFT_JIS.encode(c.encode_utf8(&mut utf8));
    let back = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&bytes);
    let is_whole = !unmappable && back.is_some_and(|back| back.chars().eq([c]));
    match (is_whole, &*bytes) {
        (true, [one]) => u16::from(*one),
        (true, [lead, trail]) => u16::from_be_bytes([*lead, *trail]),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pushed_reads_back_and_what_would_change_is_outside() {
        let mut out = b"x".to_vec();
        assert!(push(&mut out, "Aｱ漢髙①～"));
        assert_eq!(SHIFT_JIS.decode(&out).0, "xAｱ漢髙①～");
        for outside in ["¥", "‾", "−", "𠮷", "é", "漢é"] {
            assert!(!push(&mut out, outside), "{outside}");
        }
        assert_eq!(SHIFT_JIS.decode(&out).0, "xAｱ漢髙①～");
        assert_eq!((code('A'), code('\0'), code('亜')), (Some(0x41), Some(0), Some(0x889F)));
    }
}
