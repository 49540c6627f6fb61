//! Signatures for trials, good ones and bad ones of every kind.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair, RsaKeyPair, RSA_PKCS1_SHA256};
use lanes::{Hash, Item, Key};
use rsa::BigUint;

/// A signature with all that belongs to it.
#[derive(Clone)]
pub struct Trial {
    pub modulus: [u8; 256],
    pub digest: [u8; 32],
    pub signature: [u8; 256],
}

impl Trial {
    /// Returns the signature of message `number` under a key.
    pub fn signed(pair: &RsaKeyPair, number: usize) -> Trial {
        let message = number.to_be_bytes();
        let mut signature = [0; 256];
        let random = SystemRandom::new();
        pair.sign(&RSA_PKCS1_SHA256, &random, &message, &mut signature).expect("signed");
        // RSAPublicKey: two headers of four bytes and a sign byte stand before the modulus.
        let modulus = pair.public_key().as_ref()[9..][..256].try_into().expect("256 bytes");
        let digest = lanes::digest(Hash::Sha256, &message);
        Trial { modulus, digest: digest.as_ref().try_into().expect("32 bytes"), signature }
    }

    pub fn item(&self) -> Item<'_> {
        Item {
            key: Key::Rsa { modulus: &self.modulus, exponent: &[1, 0, 1] },
            hash: Hash::Sha256,
            digest: &self.digest,
            signature: &self.signature,
        }
    }

    /// Returns what `rsa`, the second opinion, says.
    pub fn second_opinion(&self) -> bool {
        let key = rsa::RsaPublicKey::new(BigUint::from_bytes_be(&self.modulus), 65_537u32.into());
        let scheme = rsa::Pkcs1v15Sign::new::<rsa::sha2::Sha256>();
        key.is_ok_and(|key| key.verify(scheme, &self.digest, &self.signature).is_ok())
    }

    /// Returns this signature spoiled in one of [`KINDS`] ways; `other` is right under its key.
    pub fn spoiled(&self, kind: usize, other: &Trial) -> Trial {
        let s = BigUint::from_bytes_be(&self.signature);
        let n = BigUint::from_bytes_be(&self.modulus);
        let one = BigUint::from(1u8);
        let mut bad = self.clone();
        match kind {
            0 => bad.signature[usize::from(self.digest[0])] ^= 1 << (self.digest[1] % 8),
            1 => bad.digest[usize::from(self.digest[0] % 32)] ^= 1 << (self.digest[1] % 8),
            2 => bad.digest = other.digest,
            3 => bad.signature = other.signature,
            4 => bad.modulus = other.modulus,
            5 => bad.signature = number(&(&n - &s)),
            // s + n where it fits 2048 bits; its lower 2048 bits otherwise.
            6 => bad.signature = number(&((&s + &n) % (&one << 2048))),
            7 => bad.signature = number(&BigUint::from(0u8)),
            8 => bad.signature = number(&one),
            9 => bad.signature = number(&(&n - &one)),
            10 => bad.signature = self.modulus,
            11 => bad.signature = [0xFF; 256],
            12 => bad.signature = number(&(s >> 1)),
            13 => bad.signature.reverse(),
            // The encoded digest itself, that is without any signing.
            _ => bad.signature = number(&s.modpow(&65_537u32.into(), &n)),
        }
        bad
    }
}

/// How many ways there are to spoil a signature.
pub const KINDS: usize = 15;

/// Returns the committed key pairs.
pub fn key_pairs() -> Vec<RsaKeyPair> {
    let mut rest: &[u8] = include_bytes!("keys.der");
    let mut pairs = Vec::new();
    while !rest.is_empty() {
        // An RSAPrivateKey (RFC 8017 appendix A.1.2) is a SEQUENCE with a length of two bytes.
        let len = 4 + usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        pairs.push(RsaKeyPair::from_der(&rest[..len]).expect("a key pair"));
        rest = &rest[len..];
    }
    pairs
}

fn number(value: &BigUint) -> [u8; 256] {
    let bytes = value.to_bytes_be();
    let mut padded = [0; 256];
    padded[256 - bytes.len()..].copy_from_slice(&bytes);
    padded
}

/// What the four judges said about some signatures.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Tally {
    pub signatures: usize,
    pub right: usize,
    pub undecided: usize,
    pub disagreements: usize,
}

/// Asks the lanes, the model, aws-lc-rs and `rsa` about eight signatures at a time, the first two
/// without the library behind them.
pub fn judge(trials: &[Trial], tally: &mut Tally) {
    let items: Vec<Item<'_>> = trials.iter().map(Trial::item).collect();
    let mut of_library = Vec::new();
    lanes::Engine::library().verify(&items, &mut of_library);
    let mut ours = Vec::new();
    lanes::verify(&items, &mut ours);
    let mut modelled = Vec::new();
    lanes::Engine::model().verify(&items, &mut modelled);
    for (i, trial) in trials.iter().enumerate() {
        let second = trial.second_opinion();
        tally.signatures += 1;
        tally.right += usize::from(second);
        let agreed = [of_library[i], ours[i], modelled[i]].iter().all(|&answer| answer == second);
        tally.disagreements += usize::from(!agreed);
    }
    for (eight, expected) in items.chunks_exact(8).zip(of_library.chunks_exact(8)) {
        let eight = eight.try_into().expect("chunks of eight");
        for engine in [Some(lanes::Engine::model()), lanes::Engine::lanes()].into_iter().flatten() {
            let Some(found) = engine.eight(eight) else { continue };
            tally.undecided += found.undecided.count_ones() as usize;
            for (lane, &expected) in expected.iter().enumerate() {
                let decided = found.undecided & 1 << lane == 0;
                let accepted = found.accepted & 1 << lane != 0;
                tally.disagreements += usize::from(decided && accepted != expected);
                tally.disagreements += usize::from(!decided && accepted);
            }
        }
    }
}
