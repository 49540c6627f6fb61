//! Eight signatures, from bytes to verdicts.

use super::encoded::encoded;
use super::fold::{self, Folded};
use super::lanes::{Bytes, Lanes, Number, BLOCKS, LANES, LIMB_MAX};
use super::montgomery;
use crate::library::EXPONENT;
use crate::{Hash, Item, Key};

/// A signature that fits a lane: RSA-2048 with the exponent 65537 over a SHA-256 digest, the
/// modulus odd and with its top bit set, the signature below the modulus.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(super) modulus: &'a Bytes,
    pub(super) signature: &'a Bytes,
    pub(super) digest: &'a [u8; 32],
}

impl<'a> Signed<'a> {
    /// Returns the item if it fits a lane.
    pub(crate) fn of(item: &Item<'a>) -> Option<Signed<'a>> {
        let Key::Rsa { modulus, exponent } = item.key else { return None };
        if item.hash != Hash::Sha256 || exponent != EXPONENT {
            return None;
        }
        let modulus: &Bytes = modulus.try_into().ok()?;
        let signature: &Bytes = item.signature.try_into().ok()?;
        let digest = item.digest.try_into().ok()?;
        let fits = modulus[0] >= 0x80 && modulus[255] % 2 == 1 && signature < modulus;
        fits.then_some(Signed { modulus, signature, digest })
    }
}

/// What the kernel found, a bit for every lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The signature opened to the encoded digest: it is right.
    pub accepted: u8,
    /// The arithmetic of the lane was given up: the lane says nothing.
    pub undecided: u8,
}

/// Eight numbers to the power 65537, but for the undecided lanes.
pub(super) struct Opened<W> {
    /// Congruent to the powers modulo n, and below n + 2^2018.
    pub(super) number: Number<W>,
    /// Not zero in a lane whose number is wrong.
    pub(super) undecided: W,
}

/// Opens eight signatures and compares them with their digests.
#[inline(always)]
pub(crate) fn eight<L: Lanes>(lanes: L, signed: &[Signed<'_>; LANES]) -> Found {
    let opened = open(lanes, signed.map(|one| one.modulus), signed.map(|one| one.signature));
    let blocks = signed.map(|one| encoded(one.digest));
    let expected = lanes.load(blocks.each_ref());
    let mut differing = lanes.splat(0);
    for b in 0..BLOCKS {
        for (&found, &expected) in opened.number.0[b].iter().zip(&expected.0[b]) {
            differing = lanes.or(differing, lanes.xor(found, expected));
        }
    }
    let undecided = lanes.nonzero(opened.undecided);
    let refused = lanes.nonzero(lanes.and(differing, lanes.splat(LIMB_MAX)));
    Found { accepted: !refused & !undecided, undecided }
}

/// Returns s^65537 modulo n for eight s below their odd n of exactly 2048 bits.
#[inline(always)]
pub(super) fn open<L: Lanes>(
    lanes: L,
    moduli: [&Bytes; LANES],
    signatures: [&Bytes; LANES],
) -> Opened<L::Word> {
    let key = fold::prepare(lanes, moduli);
    let s = lanes.load(signatures);
    let Folded { number: mut power, undecided } = fold::fold(lanes, &s, &key);
    for _ in 0..SQUARINGS {
        montgomery::square(lanes, &mut power, &key.modulus);
    }
    let number = montgomery::multiply(lanes, &power, &s, &key.modulus);
    Opened { number, undecided }
}

/// 65537 = 2^16 + 1.
const SQUARINGS: usize = 16;
