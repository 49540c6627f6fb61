//! Known answers, asked of the machine before its lanes are trusted.

use super::lanes::{Bytes, LANES};
use super::verify::{Found, Signed};
use crate::sha256::by_library;

/// Tells whether the lanes accept right signatures under two keys, and in every lane refuse a
/// wrong one: the other key's signature, the other digest, the other modulus.
pub(crate) fn given_by(open: impl Fn(&[Signed<'_>; LANES]) -> Option<Found>) -> bool {
    let digests = MESSAGES.map(by_library);
    let right: [Signed<'_>; LANES] = std::array::from_fn(|lane| signed(lane % 2, &digests));
    let accepts = |signed: &[Signed<'_>; LANES], accepted| {
        open(signed) == Some(Found { accepted, undecided: 0 })
    };
    let refuses = |lane: usize| {
        let (own, other) = (right[lane], signed(1 - lane % 2, &digests));
        let wrong = [
            Signed { modulus: other.modulus, ..own },
            Signed { signature: other.signature, ..own },
            Signed { digest: other.digest, ..own },
        ];
        wrong.iter().all(|&wrong| {
            let mut signed = right;
            signed[lane] = wrong;
            accepts(&signed, !(1 << lane))
        })
    };
    accepts(&right, 0xFF) && (0..LANES).all(refuses)
}

/// Returns the right signature under key 0 or 1.
fn signed(number: usize, digests: &[[u8; 32]; 2]) -> Signed<'_> {
    let part = |at: usize| -> &'static Bytes {
        ANSWERS[at * 256..].first_chunk().expect("the file has four parts of 256 bytes")
    };
    Signed { modulus: part(2 * number), signature: part(2 * number + 1), digest: &digests[number] }
}

/// What the two keys signed.
const MESSAGES: [&[u8]; 2] = [b"lettershop, known answer 0", b"lettershop, known answer 1"];

/// Modulus and signature, twice, made by `openssl dgst -sha256 -sign`.
const ANSWERS: &[u8; 1024] = include_bytes!("known_answers.bin");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::model::Model;
    use crate::kernel::verify::eight;

    #[test]
    fn the_model_knows_the_answers() {
        assert!(given_by(|signed| Some(eight(Model, signed))));
    }

    #[test]
    fn lanes_that_answer_wrongly_in_any_way_are_not_trusted() {
        let spoiled =
            |spoil: fn(Found) -> Found| given_by(|signed| Some(spoil(eight(Model, signed))));
        assert!(!spoiled(|found| Found { accepted: 0xFF, ..found }), "accepts all");
        assert!(!spoiled(|found| Found { accepted: 0, ..found }), "refuses all");
        assert!(!spoiled(|found| Found { accepted: found.accepted | 0x10, ..found }));
        assert!(!spoiled(|found| Found { accepted: found.accepted.rotate_left(1), ..found }));
        assert!(!spoiled(|found| Found { undecided: 1, ..found }), "decides nothing");
        assert!(!given_by(|signed| {
            // Lanes 2 and 3 read each other's signature.
            let mut mixed = *signed;
            (mixed[2].signature, mixed[3].signature) = (signed[3].signature, signed[2].signature);
            Some(eight(Model, &mixed))
        }));
        assert!(!given_by(|_| None), "has no lanes");
    }
}
