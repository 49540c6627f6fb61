//! SHA-256 of sixteen messages in step, a message a lane of AVX-512.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{Padded, BLOCK, CONSTANTS, INITIAL};

/// The leave to use AVX-512 F and BW; only [`Wide::detect`] makes one.
#[derive(Clone, Copy)]
pub(super) struct Wide(());

impl Wide {
    /// Returns the leave if the processor has the instructions, and is faster with them than with
    /// two streams of SHA-NI.
    ///
    /// Intel's processors take as long for the instructions of the schedule as for those of the
    /// rounds, so that a second stream hardly helps; AMD's do not (Fog, Instruction tables:
    /// SHA256MSG1 and SHA256MSG2).
    pub(super) fn detect() -> Option<Wide> {
        let found = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
        (found && is_of_intel()).then_some(Wide(()))
    }

    /// Returns the leave if the processor has the instructions, whoever made it.
    #[cfg(test)]
    pub(super) fn detect_anywhere() -> Option<Wide> {
        let found = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
        found.then_some(Wide(()))
    }

    /// Returns the digests of sixteen messages, of which the last has the most blocks.
    pub(super) fn sixteen(self, messages: &[Padded<'_>; LANES]) -> [[u8; 32]; LANES] {
        // SAFETY: self was made by the detection of exactly these instructions.
        unsafe { sixteen(messages) }
    }
}

/// Whether the processor says that Intel made it.
fn is_of_intel() -> bool {
    let leaf = __cpuid(0);
    let maker = [leaf.ebx, leaf.edx, leaf.ecx].map(u32::to_le_bytes);
    maker.as_flattened() == b"GenuineIntel"
}

#[target_feature(enable = "avx512f,avx512bw")]
fn sixteen(messages: &[Padded<'_>; LANES]) -> [[u8; 32]; LANES] {
    let mut state = [_mm512_setzero_si512(); 8];
    for (state, word) in state.iter_mut().zip(INITIAL) {
        *state = _mm512_set1_epi32(word as i32);
    }
    let (mut most, mut least) = (0, usize::MAX);
    for message in messages {
        most = most.max(message.block_count);
        least = least.min(message.message.len());
    }
    for index in 0..most {
        let mut rows = [_mm512_setzero_si512(); LANES];
        let mut goes_on = u16::MAX;
        if index < least {
            for (row, message) in rows.iter_mut().zip(messages) {
                *row = words_of(&message.message[index]);
            }
        } else {
            for (lane, (row, message)) in rows.iter_mut().zip(messages).enumerate() {
                // A message that has ended goes on with its last block, which the mask drops.
                *row = words_of(message.block(index.min(message.block_count - 1)));
                goes_on &= !(u16::from(index >= message.block_count) << lane);
            }
        }
        let mut words = transposed(rows);
        let before = state;
        first_rounds(&mut state, &words);
        for turn in 1..4 {
            further_rounds(&mut state, &mut words, &CONSTANTS[16 * turn..16 * turn + 16]);
        }
        for (state, before) in state.iter_mut().zip(before) {
            *state = _mm512_mask_add_epi32(before, goes_on, *state, before);
        }
    }
    digests(&state)
}

/// Does the rounds 0 to 15 (FIPS 180-4 §6.2.2).
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn first_rounds(state: &mut [__m512i; 8], words: &[__m512i; 16]) {
    for (word, k) in words.iter().zip(&CONSTANTS) {
        round(state, *word, *k);
    }
}

/// Does sixteen further rounds, and replaces each word of the schedule by that of its round.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn further_rounds(state: &mut [__m512i; 8], words: &mut [__m512i; 16], constants: &[u32]) {
    for (i, k) in constants.iter().enumerate() {
        let (second, fifteenth) = (words[(i + 1) % 16], words[(i + 14) % 16]);
        let s0 = _mm512_ternarylogic_epi32::<XOR>(
            _mm512_ror_epi32::<7>(second),
            _mm512_ror_epi32::<18>(second),
            _mm512_srli_epi32::<3>(second),
        );
        let s1 = _mm512_ternarylogic_epi32::<XOR>(
            _mm512_ror_epi32::<17>(fifteenth),
            _mm512_ror_epi32::<19>(fifteenth),
            _mm512_srli_epi32::<10>(fifteenth),
        );
        let sum = _mm512_add_epi32(words[i], words[(i + 9) % 16]);
        words[i] = _mm512_add_epi32(_mm512_add_epi32(sum, s0), s1);
        round(state, words[i], *k);
    }
}

/// Does one round.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn round(state: &mut [__m512i; 8], word: __m512i, k: u32) {
    let [a, b, c, d, e, f, g, h] = *state;
    let sum1 = _mm512_ternarylogic_epi32::<XOR>(
        _mm512_ror_epi32::<6>(e),
        _mm512_ror_epi32::<11>(e),
        _mm512_ror_epi32::<25>(e),
    );
    let chosen = _mm512_ternarylogic_epi32::<CHOICE>(e, f, g);
    let known = _mm512_add_epi32(_mm512_add_epi32(word, _mm512_set1_epi32(k as i32)), h);
    let first = _mm512_add_epi32(_mm512_add_epi32(known, chosen), sum1);
    let sum0 = _mm512_ternarylogic_epi32::<XOR>(
        _mm512_ror_epi32::<2>(a),
        _mm512_ror_epi32::<13>(a),
        _mm512_ror_epi32::<22>(a),
    );
    let second = _mm512_add_epi32(sum0, _mm512_ternarylogic_epi32::<MAJORITY>(a, b, c));
    *state = [_mm512_add_epi32(first, second), a, b, c, _mm512_add_epi32(d, first), e, f, g];
}

/// Returns the sixteen words of a block, in their order.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn words_of(block: &[u8; BLOCK]) -> __m512i {
    // SAFETY: a block is as large as a vector, and loadu asks no alignment.
    let bytes = unsafe { _mm512_loadu_epi8(block.as_ptr().cast()) };
    let places = _mm_set_epi64x(0x0C0D_0E0F_0809_0A0B, 0x0405_0607_0001_0203);
    _mm512_shuffle_epi8(bytes, _mm512_broadcast_i32x4(places))
}

/// Turns sixteen rows of words into their columns.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn transposed(rows: [__m512i; 16]) -> [__m512i; 16] {
    let mut pairs = rows;
    for i in (0..16).step_by(2) {
        pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    let mut fours = pairs;
    for i in (0..16).step_by(4) {
        fours[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
        fours[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
        fours[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
        fours[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
    }
    let mut columns = fours;
    for j in 0..4 {
        let even = _mm512_shuffle_i32x4::<EVEN>(fours[j], fours[j + 4]);
        let odd = _mm512_shuffle_i32x4::<ODD>(fours[j], fours[j + 4]);
        let lower_even = _mm512_shuffle_i32x4::<EVEN>(fours[j + 8], fours[j + 12]);
        let lower_odd = _mm512_shuffle_i32x4::<ODD>(fours[j + 8], fours[j + 12]);
        columns[j] = _mm512_shuffle_i32x4::<EVEN>(even, lower_even);
        columns[j + 4] = _mm512_shuffle_i32x4::<EVEN>(odd, lower_odd);
        columns[j + 8] = _mm512_shuffle_i32x4::<ODD>(even, lower_even);
        columns[j + 12] = _mm512_shuffle_i32x4::<ODD>(odd, lower_odd);
    }
    columns
}

/// Returns the states of all lanes, big-endian.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn digests(state: &[__m512i; 8]) -> [[u8; 32]; LANES] {
    let mut words = [[0u32; LANES]; 8];
    for (lanes, word) in words.iter_mut().zip(state) {
        // SAFETY: sixteen words are as large as a vector, and storeu asks no alignment.
        unsafe { _mm512_storeu_epi32(lanes.as_mut_ptr().cast(), *word) };
    }
    let mut digests = [[0; 32]; LANES];
    for (lane, digest) in digests.iter_mut().enumerate() {
        for (octets, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(&words) {
            *octets = word[lane].to_be_bytes();
        }
    }
    digests
}

/// How many messages go in step.
pub(super) const LANES: usize = 16;

/// The truth table of a ^ b ^ c.
const XOR: i32 = 0x96;
/// The truth table of Ch: b where a is set, else c.
const CHOICE: i32 = 0xca;
/// The truth table of Maj.
const MAJORITY: i32 = 0xe8;
/// The quarters 0 and 2 of two vectors.
const EVEN: i32 = 0b10_00_10_00;
/// The quarters 1 and 3 of two vectors.
const ODD: i32 = 0b11_01_11_01;

#[cfg(test)]
mod tests {
    use super::super::by_library;
    use super::*;

    #[test]
    fn sixteen_messages_of_any_lengths_are_digested_as_by_the_library() {
        let Some(wide) = Wide::detect_anywhere() else { return };
        let data: Vec<u8> = (0..40_000u32).map(|i| (i.wrapping_mul(i) >> 5) as u8).collect();
        for (first, step) in [(0, 0), (0, 1), (40, 9), (63, 64), (5, 977), (4_096, 0)] {
            let message = |lane: usize| &data[lane..lane + first + lane * step];
            let padded: [Padded<'_>; LANES] =
                std::array::from_fn(|lane| Padded::new(message(lane)));
            let expected: [[u8; 32]; LANES] = std::array::from_fn(|lane| by_library(message(lane)));
            assert_eq!(wide.sixteen(&padded), expected, "{first} and {step}");
        }
    }
}
