//! Damages of DER: elements change, and the lengths above them with them.

use super::{damage_bytes, EDGES};
use crate::random::Random;
use crate::tree::{Change, Tree};

/// Contents at which readers of times, numbers, identifiers and texts slip.
const CONTENTS: [&[u8]; 22] = [
    b"",
    b"\x00",
    b"\xff",
    b"\x80",
    b"\x00\x80",
    b"\x00\x00\x01",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"\x80\x00\x00\x00\x00\x00\x00\x00",
    b"\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    b"99991231235959Z",
    b"00010101000000Z",
    b"00000000000000Z",
    b"20000230000000Z",
    b"500101000000Z",
    b"491231235960Z",
    b"\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\x2a\x80\x01",
    b"\xed\xa0\x80",
    b"\xd8\x00\xdc\x00",
    b"\x07\x80",
    b"\x08\x00",
];
/// Tags that come in what is read here.
const TAGS: [u8; 20] = [
    1, 2, 3, 4, 5, 6, 0x0a, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x80, 0x82, 0xa0, 0xa1,
    0xa3,
];

/// Damages DER one to three times; once in a while the bytes thereafter.
pub fn damage_der(tree: &Tree, other: &Tree, random: &mut Random) -> Vec<u8> {
    let mut changes = Vec::new();
    if tree.len() > 0 && !random.once_in(8) {
        for _ in 0..1 + random.below(3) {
            let at = random.below(tree.len());
            changes.push((at, change(tree, at, other, random)));
        }
    }
    let mut bytes = tree.write(&changes);
    while changes.is_empty() || random.once_in(5) {
        damage_bytes(&mut bytes, other.write(&[]).as_slice(), random);
        changes.push((0, Change::Remove));
    }
    bytes
}

fn change(tree: &Tree, at: usize, other: &Tree, random: &mut Random) -> Change {
    match random.below(16) {
        0 | 1 => Change::Remove,
        2 => Change::Repeat(1 + random.below(3)),
        3 if random.once_in(300) => Change::Repeat((1 << 19) / (tree.raw(at).len() + 1)),
        3 => Change::Repeat(random.below(80)),
        4 | 5 => Change::Tag(random.pick(&TAGS)),
        6 => Change::Tag(tree.raw(at)[0] ^ (1 << random.below(8))),
        7 | 8 => Change::Content(random.pick(&CONTENTS).to_vec()),
        9 => {
            let mut content = tree.content(at).to_vec();
            damage_bytes(&mut content, random.pick(&CONTENTS), random);
            Change::Content(content)
        }
        10 if other.len() > 0 => Change::Instead(other.raw(random.below(other.len())).to_vec()),
        11 if other.len() > 0 => Change::Before(other.raw(random.below(other.len())).to_vec()),
        12 => Change::Instead(tree.raw(random.below(tree.len())).to_vec()),
        13 => {
            let deep = if random.once_in(200) { 20_000 } else { 1 + random.below(40) };
            Change::Wrap(random.pick(&TAGS), deep)
        }
        14 => {
            let len = tree.content(at).len();
            Change::Length(match random.below(5) {
                0 => vec![0x80],
                1 => vec![0x81, len as u8],
                2 => vec![0x84, 0, 0, (len >> 8) as u8, len as u8],
                3 => vec![0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, random.pick(&EDGES)],
                _ => vec![(len as u8).wrapping_add(random.pick(&[1, 2, 0xff]))],
            })
        }
        _ => {
            let len = tree.content(at).len().min(4_096);
            Change::Content(random.bytes(len))
        }
    }
}
