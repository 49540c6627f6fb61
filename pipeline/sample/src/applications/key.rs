//! Keys that are made from a seed.
//!
//! `rsa` makes them; the power of a signature is taken by `crypto-bigint`, which needs 1.2 ms where
//! `rsa` 0.9 needs 4.3, and gives the same bytes (a test compares them).

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U1024};
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BigUint, RsaPrivateKey};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::der::{bit_string, oid, sequence, unsigned, NULL};
use crate::random::Random;

/// An RSA key of 2048 bits; the same seed and number give the same key.
///
/// Whoever knows the seed knows the key: these keys protect nothing.
#[derive(Clone, Debug)]
pub struct Key {
    private: RsaPrivateKey,
    halves: [Half; 2],
    /// SubjectPublicKeyInfo.
    pub(crate) info: Vec<u8>,
    /// SHA-1 over the bits of the public key (RFC 5280, 4.2.1.2 (1)).
    pub(crate) identifier: [u8; 20],
}

/// What one of the two primes does in a signature.
#[derive(Clone, Debug)]
struct Half {
    prime: BigUint,
    modulus: FixedMontyParams<{ U1024::LIMBS }>,
    /// The private exponent modulo the prime less 1.
    exponent: U1024,
}

impl Half {
    fn new(prime: &BigUint, exponent: &BigUint) -> Self {
        let odd = Odd::new(fixed(prime)).expect("a large prime is odd");
        let modulus = FixedMontyParams::new_vartime(odd);
        Self { prime: prime.clone(), modulus, exponent: fixed(exponent) }
    }

    /// Returns the number to the private exponent, modulo the prime.
    fn power(&self, number: &BigUint) -> BigUint {
        let base = FixedMontyForm::new(&fixed(&(number % &self.prime)), &self.modulus);
        let power = base.pow(&self.exponent).retrieve();
        BigUint::from_bytes_be(power.to_be_bytes().as_ref())
    }
}

/// Returns a number below 2^1024 in its fixed width.
fn fixed(number: &BigUint) -> U1024 {
    let (bytes, mut wide) = (number.to_bytes_be(), [0; U1024::BYTES]);
    wide[U1024::BYTES - bytes.len()..].copy_from_slice(&bytes);
    U1024::from_be_slice(&wide)
}

/// Bits of every key, as on the cards.
const KEY_BITS: usize = 2048;
const KEY_BYTES: usize = KEY_BITS / 8;
/// Streams of random numbers that are the keys'.
const KEY_STREAMS: u64 = 7 << 56;
/// DigestInfo for SHA-256 before the digest (RFC 8017, 9.2, note 1).
const SHA256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

impl Key {
    /// Makes key `number` of a seed; takes some tenths of a second.
    pub fn make(seed: u64, number: u64) -> Self {
        let mut source = Source(Random::new(seed, KEY_STREAMS + number));
        let private = RsaPrivateKey::new(&mut source, KEY_BITS).expect("primes are many");
        let (modulus, exponent) = (private.n().to_bytes_be(), private.e().to_bytes_be());
        let bits = sequence(&[&unsigned(&modulus), &unsigned(&exponent)]);
        let identifier = Sha1::digest(&bits).into();
        let info = sequence(&[&rsa_encryption(), &bit_string(&bits)]);
        let exponents = private.dp().zip(private.dq()).expect("a new key is prepared");
        let primes = private.primes();
        let halves = [Half::new(&primes[0], exponents.0), Half::new(&primes[1], exponents.1)];
        Self { private, halves, info, identifier }
    }

    /// Signs SHA-256 of the message by RSASSA-PKCS1-v1_5; 256 bytes.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.sign_with_digest(message).1
    }

    /// Returns SHA-256 of the message and its signature.
    pub(crate) fn sign_with_digest(&self, message: &[u8]) -> ([u8; 32], Vec<u8>) {
        let digest: [u8; 32] = Sha256::digest(message).into();
        (digest, self.power(&padded(&digest)))
    }

    /// Takes the private power in two halves (RFC 8017, 5.2.1, step 2b).
    fn power(&self, message: &[u8; KEY_BYTES]) -> Vec<u8> {
        let message = BigUint::from_bytes_be(message);
        let [p, q] = &self.halves;
        let (in_p, in_q) = (p.power(&message), q.power(&message));
        let inverse = self.private.qinv().and_then(|inverse| inverse.to_biguint());
        let inverse = inverse.expect("a new key is prepared");
        let h = (in_p + &p.prime - &in_q % &p.prime) * inverse % &p.prime;
        let power = (in_q + h * &q.prime).to_bytes_be();
        let mut signature = vec![0; KEY_BYTES - power.len()];
        signature.extend(power);
        signature
    }

    /// Signs what goes into a certificate or list and puts all three together.
    pub(crate) fn seal(&self, to_be_signed: &[u8]) -> Vec<u8> {
        let signature = bit_string(&self.sign(to_be_signed));
        sequence(&[to_be_signed, &sha256_with_rsa(), &signature])
    }
}

/// Pads a digest for signing (RFC 8017, 9.2): 00 01 ff … ff 00 and the digest's DigestInfo.
fn padded(digest: &[u8; 32]) -> [u8; KEY_BYTES] {
    let mut message = [0xFF; KEY_BYTES];
    let info = KEY_BYTES - SHA256_INFO.len() - digest.len();
    message[..2].copy_from_slice(&[0, 1]);
    message[info - 1] = 0;
    message[info..info + SHA256_INFO.len()].copy_from_slice(&SHA256_INFO);
    message[KEY_BYTES - digest.len()..].copy_from_slice(digest);
    message
}

/// AlgorithmIdentifier rsaEncryption, with NULL.
pub(crate) fn rsa_encryption() -> Vec<u8> {
    sequence(&[&oid(&[1, 2, 840, 113_549, 1, 1, 1]), &NULL])
}

/// AlgorithmIdentifier sha256WithRSAEncryption, with NULL.
pub(crate) fn sha256_with_rsa() -> Vec<u8> {
    sequence(&[&oid(&[1, 2, 840, 113_549, 1, 1, 11]), &NULL])
}

/// The seeded source where the library asks for a cryptographic one.
struct Source(Random);

impl RngCore for Source {
    fn next_u32(&mut self) -> u32 {
        self.0.next() as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.0.next().to_le_bytes()[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

// Not true, and not needed to be: the keys are samples.
impl CryptoRng for Source {}

#[cfg(test)]
mod tests {
    use rsa::Pkcs1v15Sign;

    use super::*;

    #[test]
    fn signatures_are_those_that_rsa_makes() {
        let key = Key::make(7, 0);
        for number in 0..16u8 {
            let (digest, signature) = key.sign_with_digest(&[number; 99]);
            let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: SHA256_INFO.into() };
            assert_eq!(Ok(signature), key.private.sign(scheme, &digest));
        }
    }
}
