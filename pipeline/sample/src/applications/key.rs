//! Keys that are made from a seed.

use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
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
    /// SubjectPublicKeyInfo.
    pub(crate) info: Vec<u8>,
    /// SHA-1 over the bits of the public key (RFC 5280, 4.2.1.2 (1)).
    pub(crate) identifier: [u8; 20],
}

/// Bits of every key, as on the cards.
const KEY_BITS: usize = 2048;
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
        Self { private, info, identifier }
    }

    /// Signs SHA-256 of the message by RSASSA-PKCS1-v1_5; 256 bytes.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.sign_with_digest(message).1
    }

    /// Returns SHA-256 of the message and its signature.
    pub(crate) fn sign_with_digest(&self, message: &[u8]) -> ([u8; 32], Vec<u8>) {
        let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: SHA256_INFO.into() };
        let digest: [u8; 32] = Sha256::digest(message).into();
        let signature = self.private.sign(scheme, &digest).expect("a digest fits 2048 bits");
        (digest, signature)
    }

    /// Signs what goes into a certificate or list and puts all three together.
    pub(crate) fn seal(&self, to_be_signed: &[u8]) -> Vec<u8> {
        let signature = bit_string(&self.sign(to_be_signed));
        sequence(&[to_be_signed, &sha256_with_rsa(), &signature])
    }
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
