//! SHA-256 of many messages, as many at a time as the machine does best.
//!
//! Sixteen messages of about the same length go in step through the lanes of AVX-512, where that is
//! the faster way; others two at a time through the instructions of SHA-NI, whose two rounds take
//! four cycles to deliver but one or two to issue, so that one message leaves half of the unit
//! idle. Two messages with nothing in common fill it; three would no longer fit the sixteen
//! registers that the instructions can name.

#[cfg(target_arch = "x86_64")]
mod streams;
#[cfg(target_arch = "x86_64")]
mod wide;

use aws_lc_rs::digest as library;

/// Returns the SHA-256 digest (FIPS 180-4 §6.2) of every message, in their order.
///
/// `digests` is emptied first and has one entry per message afterwards.
pub fn sha256_many(messages: &[&[u8]], digests: &mut Vec<[u8; 32]>) {
    digests.clear();
    #[cfg(target_arch = "x86_64")]
    if let Some(streams) = streams::ShaNi::detect() {
        digests.resize(messages.len(), [0; 32]);
        return in_step(streams, wide::Wide::detect(), messages, digests);
    }
    digests.extend(messages.iter().map(|message| by_library(message)));
}

/// Returns one digest, by the library.
pub(crate) fn by_library(message: &[u8]) -> [u8; 32] {
    let found = library::digest(&library::SHA256, message);
    found.as_ref().try_into().expect("a SHA-256 digest has 32 bytes")
}

/// Digests neighbours in the order of their lengths, so that what goes in step ends together.
#[cfg(target_arch = "x86_64")]
fn in_step(
    streams: streams::ShaNi,
    wide: Option<wide::Wide>,
    messages: &[&[u8]],
    digests: &mut [[u8; 32]],
) {
    let key = |(index, message): (usize, &&[u8])| (block_count(message.len()), index);
    let mut order: Vec<(usize, usize)> = messages.iter().enumerate().map(key).collect();
    order.sort_unstable();
    let order: Vec<usize> = order.into_iter().map(|(_, index)| index).collect();
    let mut rest = order.as_slice();
    while let Some((group, further)) = rest.split_first_chunk::<{ wide::LANES }>() {
        let Some(wide) = wide else { break };
        let padded = group.map(|index| Padded::new(messages[index]));
        if !fills_lanes(&padded) {
            break;
        }
        for (index, digest) in group.iter().zip(wide.sixteen(&padded)) {
            digests[*index] = digest;
        }
        rest = further;
    }
    let mut pairs = rest.chunks_exact(2);
    for pair in &mut pairs {
        let padded = [Padded::new(messages[pair[0]]), Padded::new(messages[pair[1]])];
        let [first, second] = streams.two(&padded[0], &padded[1]);
        digests[pair[0]] = first;
        digests[pair[1]] = second;
    }
    if let [last] = pairs.remainder() {
        digests[*last] = streams.one(&Padded::new(messages[*last]));
    }
}

/// Whether so few lanes stand empty that sixteen in step are faster than pairs of streams.
#[cfg(target_arch = "x86_64")]
fn fills_lanes(padded: &[Padded<'_>; wide::LANES]) -> bool {
    let most = padded.iter().map(|message| message.block_count).max().unwrap_or_default();
    let all: usize = padded.iter().map(|message| message.block_count).sum();
    all >= WORTHWHILE * most
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

/// With how many full lanes sixteen in step take as long as pairs of streams: a block of every lane
/// takes as long as ten blocks of streams.
#[cfg(target_arch = "x86_64")]
const WORTHWHILE: usize = 10;

/// The message's length at the end of the last block, in bytes.
const LENGTH: usize = 8;

/// The initial hash value (FIPS 180-4 §5.3.3).
const INITIAL: [u32; 8] = [
    0x6A09_E667,
    0xBB67_AE85,
    0x3C6E_F372,
    0xA54F_F53A,
    0x510E_527F,
    0x9B05_688C,
    0x1F83_D9AB,
    0x5BE0_CD19,
];

/// The constants of the rounds (FIPS 180-4 §4.2.2).
const CONSTANTS: [u32; 64] = [
    0x428A_2F98,
    0x7137_4491,
    0xB5C0_FBCF,
    0xE9B5_DBA5,
    0x3956_C25B,
    0x59F1_11F1,
    0x923F_82A4,
    0xAB1C_5ED5,
    0xD807_AA98,
    0x1283_5B01,
    0x2431_85BE,
    0x550C_7DC3,
    0x72BE_5D74,
    0x80DE_B1FE,
    0x9BDC_06A7,
    0xC19B_F174,
    0xE49B_69C1,
    0xEFBE_4786,
    0x0FC1_9DC6,
    0x240C_A1CC,
    0x2DE9_2C6F,
    0x4A74_84AA,
    0x5CB0_A9DC,
    0x76F9_88DA,
    0x983E_5152,
    0xA831_C66D,
    0xB003_27C8,
    0xBF59_7FC7,
    0xC6E0_0BF3,
    0xD5A7_9147,
    0x06CA_6351,
    0x1429_2967,
    0x27B7_0A85,
    0x2E1B_2138,
    0x4D2C_6DFC,
    0x5338_0D13,
    0x650A_7354,
    0x766A_0ABB,
    0x81C2_C92E,
    0x9272_2C85,
    0xA2BF_E8A1,
    0xA81A_664B,
    0xC24B_8B70,
    0xC76C_51A3,
    0xD192_E819,
    0xD699_0624,
    0xF40E_3585,
    0x106A_A070,
    0x19A4_C116,
    0x1E37_6C08,
    0x2748_774C,
    0x34B0_BCB5,
    0x391C_0CB3,
    0x4ED8_AA4A,
    0x5B9C_CA4F,
    0x682E_6FF3,
    0x748F_82EE,
    0x78A5_636F,
    0x84C8_7814,
    0x8CC7_0208,
    0x90BE_FFFA,
    0xA450_6CEB,
    0xBEF9_A3F7,
    0xC671_78F2,
];

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
