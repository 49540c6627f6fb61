//! Streams of SHA-256 blocks in step, on the instructions of SHA-NI.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{Padded, BLOCK, CONSTANTS, INITIAL};

/// The leave to use SHA-NI with SSSE3 and SSE4.1; only [`ShaNi::detect`] makes one.
#[derive(Clone, Copy)]
pub(super) struct ShaNi(());

impl ShaNi {
    /// Returns the leave if the processor has the instructions.
    pub(super) fn detect() -> Option<ShaNi> {
        let found = is_x86_feature_detected!("sha")
            && is_x86_feature_detected!("ssse3")
            && is_x86_feature_detected!("sse4.1");
        found.then_some(ShaNi(()))
    }

    /// Returns the digest of one message.
    pub(super) fn one(self, message: &Padded<'_>) -> [u8; 32] {
        let mut streams = [Stream::start()];
        // SAFETY: self was made by the detection of exactly these instructions.
        unsafe { run(&mut streams, [message], 0..message.block_count) };
        // SAFETY: as above.
        unsafe { streams[0].digest() }
    }

    /// Returns the digests of two messages, of which the second has at least as many blocks.
    pub(super) fn two(self, short: &Padded<'_>, long: &Padded<'_>) -> [[u8; 32]; 2] {
        debug_assert!(short.block_count <= long.block_count);
        let mut streams = [Stream::start(), Stream::start()];
        // SAFETY: self was made by the detection of exactly these instructions.
        unsafe { run(&mut streams, [short, long], 0..short.block_count) };
        let [first, second] = streams;
        let mut second = [second];
        // SAFETY: as above.
        unsafe { run(&mut second, [long], short.block_count..long.block_count) };
        // SAFETY: as above.
        unsafe { [first.digest(), second[0].digest()] }
    }
}

/// The state of one digest, in the order in which the instructions keep it.
#[derive(Clone, Copy)]
struct Stream {
    abef: __m128i,
    cdgh: __m128i,
}

impl Stream {
    /// Returns the initial hash value (FIPS 180-4 §5.3.3).
    fn start() -> Stream {
        let [a, b, c, d, e, f, g, h] = INITIAL.map(|word| word as i32);
        // SAFETY: SSE2 is part of x86-64.
        unsafe { Stream { abef: _mm_set_epi32(a, b, e, f), cdgh: _mm_set_epi32(c, d, g, h) } }
    }

    /// Returns the state's words, big-endian.
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    fn digest(self) -> [u8; 32] {
        let feba = _mm_shuffle_epi32::<0b00_01_10_11>(self.abef);
        let dchg = _mm_shuffle_epi32::<0b10_11_00_01>(self.cdgh);
        let dcba = _mm_blend_epi16::<0b1111_0000>(feba, dchg);
        let hgfe = _mm_alignr_epi8::<8>(dchg, feba);
        let mut bytes = [0; 32];
        let (low, high) = bytes.split_at_mut(16);
        // SAFETY: both halves are as large as a vector, and storeu asks no alignment.
        unsafe {
            _mm_storeu_si128(low.as_mut_ptr().cast(), big_endian(dcba));
            _mm_storeu_si128(high.as_mut_ptr().cast(), big_endian(hgfe));
        }
        bytes
    }
}

/// Digests a range of blocks of every message, one block of each in step.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn run<const N: usize>(
    streams: &mut [Stream; N],
    messages: [&Padded<'_>; N],
    range: std::ops::Range<usize>,
) {
    let mut states = *streams;
    for index in range {
        let before = states;
        let mut schedules = messages.map(|message| first_words(message.block(index)));
        four_rounds::<N, 0>(&mut states, &mut schedules);
        four_rounds::<N, 1>(&mut states, &mut schedules);
        four_rounds::<N, 2>(&mut states, &mut schedules);
        four_rounds::<N, 3>(&mut states, &mut schedules);
        four_rounds::<N, 4>(&mut states, &mut schedules);
        four_rounds::<N, 5>(&mut states, &mut schedules);
        four_rounds::<N, 6>(&mut states, &mut schedules);
        four_rounds::<N, 7>(&mut states, &mut schedules);
        four_rounds::<N, 8>(&mut states, &mut schedules);
        four_rounds::<N, 9>(&mut states, &mut schedules);
        four_rounds::<N, 10>(&mut states, &mut schedules);
        four_rounds::<N, 11>(&mut states, &mut schedules);
        four_rounds::<N, 12>(&mut states, &mut schedules);
        four_rounds::<N, 13>(&mut states, &mut schedules);
        four_rounds::<N, 14>(&mut states, &mut schedules);
        four_rounds::<N, 15>(&mut states, &mut schedules);
        for (state, before) in states.iter_mut().zip(before) {
            state.abef = _mm_add_epi32(state.abef, before.abef);
            state.cdgh = _mm_add_epi32(state.cdgh, before.cdgh);
        }
    }
    *streams = states;
}

/// Does rounds 4·I to 4·I + 3 of every stream, and replaces their four words of the schedule by
/// those of sixteen rounds later (FIPS 180-4 §6.2.2).
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn four_rounds<const N: usize, const I: usize>(
    states: &mut [Stream; N],
    schedules: &mut [[__m128i; 4]; N],
) {
    let k = &CONSTANTS[4 * I..4 * I + 4];
    // SAFETY: four words are as large as a vector, and loadu asks no alignment.
    let k = unsafe { _mm_loadu_si128(k.as_ptr().cast()) };
    for (state, words) in states.iter_mut().zip(schedules) {
        let sums = _mm_add_epi32(words[I % 4], k);
        state.cdgh = _mm_sha256rnds2_epu32(state.cdgh, state.abef, sums);
        let upper = _mm_shuffle_epi32::<0b00_00_11_10>(sums);
        state.abef = _mm_sha256rnds2_epu32(state.abef, state.cdgh, upper);
        if I < 12 {
            let (second, third, fourth) =
                (words[(I + 1) % 4], words[(I + 2) % 4], words[(I + 3) % 4]);
            let partial = _mm_sha256msg1_epu32(words[I % 4], second);
            let partial = _mm_add_epi32(partial, _mm_alignr_epi8::<4>(fourth, third));
            words[I % 4] = _mm_sha256msg2_epu32(partial, fourth);
        }
    }
}

/// Returns the sixteen words of a block.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn first_words(block: &[u8; BLOCK]) -> [__m128i; 4] {
    let at = |i: usize| {
        let quarter = &block[16 * i..16 * i + 16];
        // SAFETY: a quarter is as large as a vector, and loadu asks no alignment.
        unsafe { _mm_loadu_si128(quarter.as_ptr().cast()) }
    };
    [big_endian(at(0)), big_endian(at(1)), big_endian(at(2)), big_endian(at(3))]
}

/// Turns the bytes of every word around.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn big_endian(words: __m128i) -> __m128i {
    let places = _mm_set_epi64x(0x0C0D_0E0F_0809_0A0B, 0x0405_0607_0001_0203);
    _mm_shuffle_epi8(words, places)
}
