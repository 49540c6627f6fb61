//! The lanes of AVX-512: the 52-bit multiplier of IFMA and the byte shuffles of VBMI.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::lanes::{Bytes, Lanes, Number, BLOCK, BLOCKS, LANES, LIMB_BITS, LIMB_MAX};
use super::verify::{self, Found, Signed};

/// The leave to use AVX-512 F, DQ, BW, IFMA and VBMI; only [`Avx512::detect`] makes one.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(());

impl Avx512 {
    /// Returns the leave if the processor has the instructions and the system their registers.
    pub(crate) fn detect() -> Option<Avx512> {
        let found = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512ifma")
            && is_x86_feature_detected!("avx512vbmi");
        found.then_some(Avx512(()))
    }

    /// Opens eight signatures and compares them with their digests.
    pub(crate) fn eight(self, signed: &[Signed<'_>; LANES]) -> Found {
        // SAFETY: self was made by the detection of exactly these instructions.
        unsafe { eight(self, signed) }
    }
}

/// The kernel compiled for these instructions: all of it is inlined here.
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512ifma,avx512vbmi")]
fn eight(lanes: Avx512, signed: &[Signed<'_>; LANES]) -> Found {
    verify::eight(lanes, signed)
}

/// Calls an instruction that the leave stands for.
macro_rules! with_leave {
    ($instruction:expr) => {
        // SAFETY: a value of Avx512 exists, so the processor has the instruction.
        unsafe { $instruction }
    };
}

impl Lanes for Avx512 {
    type Word = __m512i;

    #[inline(always)]
    fn splat(self, word: u64) -> __m512i {
        with_leave!(_mm512_set1_epi64(word as i64))
    }

    #[inline(always)]
    fn gather(self, words: [u64; LANES]) -> __m512i {
        // SAFETY: the leave stands for the instruction; an array of eight words is as large as a
        // vector, and loadu asks no alignment.
        unsafe { _mm512_loadu_epi64(words.as_ptr().cast()) }
    }

    #[inline(always)]
    fn add(self, a: __m512i, b: __m512i) -> __m512i {
        with_leave!(_mm512_add_epi64(a, b))
    }

    #[inline(always)]
    fn sub(self, a: __m512i, b: __m512i) -> __m512i {
        with_leave!(_mm512_sub_epi64(a, b))
    }

    #[inline(always)]
    fn and(self, a: __m512i, b: __m512i) -> __m512i {
        with_leave!(_mm512_and_si512(a, b))
    }

    #[inline(always)]
    fn or(self, a: __m512i, b: __m512i) -> __m512i {
        with_leave!(_mm512_or_si512(a, b))
    }

    #[inline(always)]
    fn xor(self, a: __m512i, b: __m512i) -> __m512i {
        with_leave!(_mm512_xor_si512(a, b))
    }

    #[inline(always)]
    fn carry(self, a: __m512i) -> __m512i {
        with_leave!(_mm512_srli_epi64::<LIMB_BITS>(a))
    }

    #[inline(always)]
    fn add_low(self, sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
        with_leave!(_mm512_madd52lo_epu64(sum, a, b))
    }

    #[inline(always)]
    fn add_high(self, sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
        with_leave!(_mm512_madd52hi_epu64(sum, a, b))
    }

    #[inline(always)]
    fn nonzero(self, a: __m512i) -> u8 {
        with_leave!(_mm512_test_epi64_mask(a, a))
    }

    #[inline(always)]
    fn load(self, numbers: [&Bytes; LANES]) -> Number<__m512i> {
        let mut loaded = Number([[self.splat(0); BLOCK]; BLOCKS]);
        for (block, limbs) in loaded.0.iter_mut().enumerate() {
            let (start, places) = if block + 1 < BLOCKS {
                (WINDOW_OF_LOWEST - BLOCK_BYTES * block, &PLACES)
            } else {
                (0, &PLACES_OF_HIGHEST)
            };
            for (row, number) in limbs.iter_mut().zip(numbers) {
                let window =
                    number[start..].first_chunk().expect("a window ends within the number");
                *row = eight_limbs(self, window, places);
            }
            *limbs = transpose(self, *limbs);
        }
        loaded
    }

    #[cfg(test)]
    fn words(self, a: __m512i) -> [u64; LANES] {
        let mut words = [0; LANES];
        // SAFETY: an array of eight words is as large as a vector, and storeu asks no alignment.
        unsafe { _mm512_storeu_epi64(words.as_mut_ptr().cast(), a) };
        words
    }
}

/// Returns eight neighbouring limbs of one number from the 64 bytes around them.
///
/// A limb begins at bit 52k: at the first bit of a byte if k is even, four bits into one if it is
/// odd. Its eight bytes are brought together, lowest first, and shifted down by those four bits.
#[inline(always)]
fn eight_limbs(_leave: Avx512, window: &[u8; 64], places: &[u8; 64]) -> __m512i {
    // SAFETY: the leave stands for the instructions; both arrays are as large as a vector, and
    // loadu asks no alignment.
    unsafe {
        let bytes = _mm512_loadu_epi8(window.as_ptr().cast());
        let places = _mm512_loadu_epi8(places.as_ptr().cast());
        let absent = _mm512_movepi8_mask(places);
        let limbs = _mm512_maskz_permutexvar_epi8(!absent, places, bytes);
        let shifted = _mm512_srlv_epi64(limbs, _mm512_set_epi64(4, 0, 4, 0, 4, 0, 4, 0));
        _mm512_and_si512(shifted, _mm512_set1_epi64(LIMB_MAX as i64))
    }
}

/// Turns eight limbs of each of eight numbers into eight words, one a limb.
#[inline(always)]
fn transpose(leave: Avx512, rows: [__m512i; LANES]) -> [__m512i; BLOCK] {
    let [a, b, c, d, e, f, g, h] = rows;
    // SAFETY: the leave stands for the instructions.
    unsafe {
        let even = quarters(
            leave,
            [
                _mm512_unpacklo_epi64(a, b),
                _mm512_unpacklo_epi64(c, d),
                _mm512_unpacklo_epi64(e, f),
                _mm512_unpacklo_epi64(g, h),
            ],
        );
        let odd = quarters(
            leave,
            [
                _mm512_unpackhi_epi64(a, b),
                _mm512_unpackhi_epi64(c, d),
                _mm512_unpackhi_epi64(e, f),
                _mm512_unpackhi_epi64(g, h),
            ],
        );
        [even[0], odd[0], even[1], odd[1], even[2], odd[2], even[3], odd[3]]
    }
}

/// Transposes a 4 × 4 matrix of 128-bit quarters.
#[inline(always)]
fn quarters(_leave: Avx512, [a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
    // SAFETY: the leave stands for the instructions.
    unsafe {
        let left = _mm512_shuffle_i64x2::<0b01_00_01_00>(a, b);
        let right = _mm512_shuffle_i64x2::<0b11_10_11_10>(a, b);
        let left_below = _mm512_shuffle_i64x2::<0b01_00_01_00>(c, d);
        let right_below = _mm512_shuffle_i64x2::<0b11_10_11_10>(c, d);
        [
            _mm512_shuffle_i64x2::<0b10_00_10_00>(left, left_below),
            _mm512_shuffle_i64x2::<0b11_01_11_01>(left, left_below),
            _mm512_shuffle_i64x2::<0b10_00_10_00>(right, right_below),
            _mm512_shuffle_i64x2::<0b11_01_11_01>(right, right_below),
        ]
    }
}

/// Eight limbs are 416 bits, 52 bytes.
const BLOCK_BYTES: usize = BLOCK * LIMB_BITS as usize / 8;

/// Where the window of the lowest block begins: it ends with the number.
const WINDOW_OF_LOWEST: usize = 256 - 64;

/// Stands for a byte above the number's end, zero.
const ABSENT: u8 = 0x80;

/// For every byte of eight limbs its place in a window that ends with the lowest of them.
const PLACES: [u8; 64] = places(64);

/// The same for the highest block, whose window begins with the number and holds 48 bytes of it.
const PLACES_OF_HIGHEST: [u8; 64] = places(256 - (BLOCKS - 1) * BLOCK_BYTES);

/// Returns the places of the bytes of eight limbs if the window's first `len` bytes end with them.
const fn places(len: usize) -> [u8; 64] {
    let mut places = [ABSENT; 64];
    let mut i = 0;
    while i < 64 {
        let from_lowest = i / 8 * LIMB_BITS as usize / 8 + i % 8;
        if from_lowest < len {
            places[i] = (len - 1 - from_lowest) as u8;
        }
        i += 1;
    }
    places
}
