//! The kernel's arithmetic, in lanes and as a model, against another library's big integers.

use rsa::BigUint;

use super::lanes::{Bytes, Lanes, Number, LANES, LIMB_BITS, LIMB_MAX};
use super::model::Model;
use super::verify::open;

/// A step of Knuth's linear congruential generator, of which the upper half is taken.
fn noise(state: &mut u64) -> u8 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 56) as u8
}

/// Returns a number of one of the patterns that big-integer code gets wrong.
fn patterned(pattern: usize, state: &mut u64) -> Bytes {
    let mut bytes: Bytes = match pattern {
        0 => std::array::from_fn(|_| noise(state)),
        1 => [0xFF; 256],
        2 => [0; 256],
        // Long runs of ones and zeros.
        3 => std::array::from_fn(|i| if i / 16 % 2 == 0 { 0xFF } else { 0 }),
        // One set bit or one clear bit in a byte of noise's choosing.
        4 => single(usize::from(noise(state)), 0x00, 0x10),
        5 => single(usize::from(noise(state)), 0xFF, 0xEF),
        // Limbs of all ones below noise, and noise below ones.
        6 => std::array::from_fn(|i| if i < 128 { noise(state) } else { 0xFF }),
        _ => std::array::from_fn(|i| if i < 128 { 0xFF } else { noise(state) }),
    };
    bytes[7] ^= noise(state) & 1;
    bytes
}

fn single(position: usize, others: u8, one: u8) -> Bytes {
    let mut bytes = [others; 256];
    bytes[position] = one;
    bytes
}

const PATTERNS: usize = 8;

/// Returns the values of eight numbers, limbs carried out.
fn values<L: Lanes>(lanes: L, number: &Number<L::Word>) -> [BigUint; LANES] {
    let limbs: Vec<[u64; LANES]> =
        number.0.as_flattened().iter().map(|&limb| lanes.words(limb)).collect();
    std::array::from_fn(|lane| {
        limbs.iter().rev().fold(BigUint::from(0u8), |value, limb| {
            (value << LIMB_BITS as usize) + BigUint::from(limb[lane] & LIMB_MAX)
        })
    })
}

/// Runs every pattern of modulus with every pattern of base: the power is right, or the lane is
/// undecided. Patterns of ones leave many a lane undecided, noise none.
fn check<L: Lanes>(lanes: L, repeats: usize) {
    let exponent = BigUint::from(65_537u32);
    let mut state = 1;
    let mut undecided = 0;
    for _ in 0..repeats {
        for pattern in 0..PATTERNS {
            let moduli: [Bytes; LANES] = std::array::from_fn(|_| {
                let mut modulus = patterned(pattern, &mut state);
                modulus[0] |= 0x80;
                modulus[255] |= 1;
                modulus
            });
            let bases: [Bytes; LANES] = std::array::from_fn(|lane| patterned(lane, &mut state));
            let opened = open(lanes, moduli.each_ref(), bases.each_ref());
            let flags = lanes.nonzero(opened.undecided);
            let found = values(lanes, &opened.number);
            for lane in 0..LANES {
                if flags & 1 << lane != 0 {
                    assert!((pattern, lane) != (0, 0), "noise is undecided");
                    undecided += 1;
                    continue;
                }
                let n = BigUint::from_bytes_be(&moduli[lane]);
                let expected = BigUint::from_bytes_be(&bases[lane]).modpow(&exponent, &n);
                let bound = &n + (BigUint::from(1u8) << 2018);
                assert!(found[lane] < bound, "modulus {pattern}, base {lane}: too large");
                assert_eq!(&found[lane] % &n, expected, "modulus {pattern}, base {lane}");
            }
        }
    }
    let all = repeats * PATTERNS * LANES;
    assert!(undecided < all / 2, "{undecided} of {all} lanes undecided");
}

#[test]
fn powers_of_patterned_numbers_are_right_or_undecided() {
    check(Model, 2);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn powers_in_vector_lanes_are_right_or_undecided() {
    if let Some(lanes) = super::avx512::Avx512::detect() {
        check(lanes, 8);
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn vector_lanes_read_numbers_as_the_model_does() {
    let Some(lanes) = super::avx512::Avx512::detect() else { return };
    let mut state = 3;
    for _ in 0..16 {
        let numbers: [Bytes; LANES] = std::array::from_fn(|i| patterned(i, &mut state));
        let expected = values(Model, &Model.load(numbers.each_ref()));
        assert_eq!(values(lanes, &lanes.load(numbers.each_ref())), expected);
        let as_read = numbers.each_ref().map(|number| BigUint::from_bytes_be(number));
        assert_eq!(expected, as_read);
    }
}
