//! Damages: of any bytes, of DER, of text with markup.

mod der;
mod embedded;
mod text;

use crate::random::Random;

pub use der::damage_der;
pub use embedded::damage_embedded;
pub use text::damage_text;

/// Bytes and numbers at which readers slip.
const EDGES: [u8; 12] = [0, 1, 0x1f, 0x20, 0x30, 0x7f, 0x80, 0x81, 0x84, 0x88, 0xfe, 0xff];
/// The longest copy of a block.
const BLOCK_MAX: usize = 64;

/// Damages any bytes once; `other` is what a piece may be taken from.
pub fn damage_bytes(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let len = bytes.len();
    let at = random.below(len);
    let block = |random: &mut Random, at: usize, len: usize| {
        at..(at + 1 + random.below(BLOCK_MAX)).min(len).max(at)
    };
    match random.below(11) {
        _ if len == 0 => bytes.extend(random.bytes(3)),
        0 | 1 => bytes[at] ^= 1 << random.below(8),
        2 | 3 => bytes[at] = random.pick(&EDGES),
        4 => bytes[at] = random.next() as u8,
        5 => bytes.insert(at, random.pick(&EDGES)),
        6 => drop(bytes.drain(block(random, at, len))),
        7 => {
            let piece = bytes[block(random, at, len)].to_vec();
            let to = random.below(len);
            let until = (to + piece.len()).min(len);
            match random.once_in(2) {
                true => drop(bytes.splice(to..to, piece)),
                false => bytes[to..until].copy_from_slice(&piece[..until - to]),
            }
        }
        8 => {
            let from = random.below(other.len());
            let piece = other[block(random, from, other.len())].to_vec();
            drop(bytes.splice(at..at, piece));
        }
        9 => {
            let from = random.below(other.len());
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        _ if random.once_in(4) => bytes.truncate(at),
        _ => {
            let until = (at + random.pick(&[2, 4, 8])).min(len);
            bytes[at..until].fill(random.pick(&EDGES));
        }
    }
}
