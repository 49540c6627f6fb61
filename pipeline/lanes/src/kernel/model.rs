//! The model of the machine in plain integers: the kernel's other body, for tests on any machine.

use super::lanes::{Bytes, Lanes, Number, BLOCK, BLOCKS, LANES, LIMB_BITS, LIMB_MAX};

/// Eight lanes played by plain integers, slow and easy to believe.
///
/// Where overflow is checked (the dev profile) a sum that left the room of an accumulator panics:
/// the model is also the test of the kernel's bounds.
#[derive(Clone, Copy)]
pub(crate) struct Model;

type Word = [u64; LANES];

impl Lanes for Model {
    type Word = Word;

    fn splat(self, word: u64) -> Word {
        [word; LANES]
    }

    fn gather(self, words: [u64; LANES]) -> Word {
        words
    }

    fn add(self, a: Word, b: Word) -> Word {
        each(|lane| a[lane] + b[lane])
    }

    fn sub(self, a: Word, b: Word) -> Word {
        each(|lane| a[lane].wrapping_sub(b[lane]))
    }

    fn and(self, a: Word, b: Word) -> Word {
        each(|lane| a[lane] & b[lane])
    }

    fn or(self, a: Word, b: Word) -> Word {
        each(|lane| a[lane] | b[lane])
    }

    fn xor(self, a: Word, b: Word) -> Word {
        each(|lane| a[lane] ^ b[lane])
    }

    fn carry(self, a: Word) -> Word {
        each(|lane| a[lane] >> LIMB_BITS)
    }

    fn add_low(self, sum: Word, a: Word, b: Word) -> Word {
        each(|lane| accumulated(sum[lane], product(a[lane], b[lane]) as u64 & LIMB_MAX))
    }

    fn add_high(self, sum: Word, a: Word, b: Word) -> Word {
        each(|lane| accumulated(sum[lane], (product(a[lane], b[lane]) >> LIMB_BITS) as u64))
    }

    fn nonzero(self, a: Word) -> u8 {
        (0..LANES).map(|lane| u8::from(a[lane] != 0) << lane).sum()
    }

    fn load(self, numbers: [&Bytes; LANES]) -> Number<Word> {
        let limbs = numbers.map(limbs);
        let limb = |index: usize| each(|lane| limbs[lane][index]);
        Number(std::array::from_fn(|block| std::array::from_fn(|i| limb(block * BLOCK + i))))
    }

    #[cfg(test)]
    fn words(self, a: Word) -> [u64; LANES] {
        a
    }
}

fn each(word: impl Fn(usize) -> u64) -> Word {
    std::array::from_fn(word)
}

fn product(a: u64, b: u64) -> u128 {
    u128::from(a & LIMB_MAX) * u128::from(b & LIMB_MAX)
}

fn accumulated(sum: u64, half: u64) -> u64 {
    debug_assert!(sum < SUM_BOUND, "a sum has outgrown its accumulator");
    sum + half
}

/// Returns the limbs of a big-endian number, the lowest first.
fn limbs(number: &Bytes) -> [u64; BLOCK * BLOCKS] {
    let mut limbs = [0; BLOCK * BLOCKS];
    for (position, &byte) in number.iter().rev().enumerate() {
        let bit = position as u32 * 8;
        let (limb, shift) = ((bit / LIMB_BITS) as usize, bit % LIMB_BITS);
        let wide = u64::from(byte) << shift;
        limbs[limb] |= wide & LIMB_MAX;
        // Every other limb begins within a byte.
        if wide > LIMB_MAX {
            limbs[limb + 1] |= wide >> LIMB_BITS;
        }
    }
    limbs
}

/// No sum of the kernel reaches this; see the bounds in `kernel`.
const SUM_BOUND: u64 = 1 << 60;
