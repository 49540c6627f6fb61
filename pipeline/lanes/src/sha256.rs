//! SHA-256 of many messages, two at a time where the machine digests blocks in hardware.
//!
//! The hardware's two rounds take four cycles to deliver but one or two to issue, so that one
//! message leaves half of the unit idle. Two messages with nothing in common fill it; three would
//! no longer fit the sixteen registers that the instructions can name.

#[cfg(target_arch = "x86_64")]
mod streams;

use aws_lc_rs::digest as library;

/// Returns the SHA-256 digest (FIPS 180-4 §6.2) of every message, in their order.
///
/// `digests` is emptied first and has one entry per message afterwards.
pub fn sha256_many(messages: &[&[u8]], digests: &mut Vec<[u8; 32]>) {
    digests.clear();
    #[cfg(target_arch = "x86_64")]
    if let Some(leave) = streams::ShaNi::detect() {
        digests.resize(messages.len(), [0; 32]);
        return in_pairs(leave, messages, digests);
    }
    digests.extend(messages.iter().map(|message| by_library(message)));
}

/// Returns one digest, by the library.
pub(crate) fn by_library(message: &[u8]) -> [u8; 32] {
    let found = library::digest(&library::SHA256, message);
    found.as_ref().try_into().expect("a SHA-256 digest has 32 bytes")
}

/// Digests neighbours in the order of their lengths, so that two streams end together.
#[cfg(target_arch = "x86_64")]
fn in_pairs(leave: streams::ShaNi, messages: &[&[u8]], digests: &mut [[u8; 32]]) {
    let mut order: Vec<usize> = (0..messages.len()).collect();
    order.sort_unstable_by_key(|&index| (block_count(messages[index].len()), index));
    let mut pairs = order.chunks_exact(2);
    for pair in &mut pairs {
        let padded = [Padded::new(messages[pair[0]]), Padded::new(messages[pair[1]])];
        let [first, second] = leave.two(&padded[0], &padded[1]);
        digests[pair[0]] = first;
        digests[pair[1]] = second;
    }
    if let [last] = pairs.remainder() {
        digests[*last] = leave.one(&Padded::new(messages[*last]));
    }
}

/// A message with its padding (FIPS 180-4 §5.1.1), block by block.
struct Padded<'a> {
    message: &'a [[u8; BLOCK]],
    /// What follows the message's full blocks: its rest, a one bit, zeros, its length in bits.
    tail: [[u8; BLOCK]; 2],
    block_count: usize,
}

impl<'a> Padded<'a> {
    fn new(message: &'a [u8]) -> Padded<'a> {
        let (full, rest) = message.as_chunks();
        let block_count = block_count(message.len());
        let mut tail = [[0; BLOCK]; 2];
        tail[0][..rest.len()].copy_from_slice(rest);
        tail[0][rest.len()] = 0x80;
        let bits = (message.len() as u64) << 3;
        tail[block_count - full.len() - 1][BLOCK - LENGTH..].copy_from_slice(&bits.to_be_bytes());
        Padded { message: full, tail, block_count }
    }

    #[inline(always)]
    fn block(&self, index: usize) -> &[u8; BLOCK] {
        match self.message.get(index) {
            Some(block) => block,
            None => &self.tail[index - self.message.len()],
        }
    }
}

/// Returns how many blocks a message fills with at least one bit and its length behind it.
fn block_count(len: usize) -> usize {
    (len + LENGTH) / BLOCK + 1
}

/// A block, in bytes.
const BLOCK: usize = 64;

/// The message's length at the end of the last block, in bytes.
const LENGTH: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks a batch of messages with these lengths against the library.
    fn check(lengths: &[usize]) {
        let data: Vec<u8> = (0..70_000u32).map(|i| (i.wrapping_mul(i) >> 7) as u8).collect();
        let messages: Vec<&[u8]> =
            lengths.iter().enumerate().map(|(i, &len)| &data[i..i + len]).collect();
        let mut digests = vec![[7; 32]];
        sha256_many(&messages, &mut digests);
        let expected: Vec<[u8; 32]> = messages.iter().map(|message| by_library(message)).collect();
        assert_eq!(digests, expected, "{lengths:?}");
    }

    #[test]
    fn messages_of_every_length_around_a_block_are_digested_as_by_the_library() {
        check(&(0..300).collect::<Vec<_>>());
        for len in 0..200 {
            check(&[len]);
            check(&[len, 199 - len]);
        }
    }

    #[test]
    fn many_digests_keep_the_order_of_their_messages() {
        check(&[]);
        check(&[4096, 0, 1695, 65_000, 55, 56, 63, 64, 65, 4096, 1695]);
    }
}
