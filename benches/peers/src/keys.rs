//! Signatures under as many keys.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RsaKeyPair, RSA_PKCS1_SHA256};
use lanes::{Hash, Item, Key};

/// A signed message with its key in every form that a contender wants.
pub struct Signed {
    pub message: [u8; 64],
    pub digest: Vec<u8>,
    pub signature: Vec<u8>,
    pub modulus: Vec<u8>,
    /// RSAPublicKey, RFC 8017 appendix A.1.1.
    pub pkcs1: Vec<u8>,
    /// SubjectPublicKeyInfo, RFC 5280 §4.1.
    pub spki: Vec<u8>,
}

impl Signed {
    pub fn item(&self) -> Item<'_> {
        Item {
            key: Key::Rsa { modulus: &self.modulus, exponent: &EXPONENT },
            hash: Hash::Sha256,
            digest: &self.digest,
            signature: &self.signature,
        }
    }
}

/// Returns signatures under keys of their own, or all under one key.
pub fn signed(count: usize, keys: usize) -> Vec<Signed> {
    let pairs: Vec<RsaKeyPair> =
        (0..keys).map(|_| RsaKeyPair::generate(KeySize::Rsa2048).expect("a key pair")).collect();
    (0..count).map(|i| sign(&pairs[i % keys], i)).collect()
}

fn sign(pair: &RsaKeyPair, number: usize) -> Signed {
    let mut message = [0; 64];
    message[..8].copy_from_slice(&number.to_le_bytes());
    let mut signature = vec![0; 256];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &message, &mut signature).expect("signed");
    let pkcs1 = pair.public_key().as_ref().to_vec();
    let spki = pair.public_key().as_der().expect("a key info").as_ref().to_vec();
    let digest = lanes::digest(Hash::Sha256, &message).as_ref().to_vec();
    Signed { message, digest, signature, modulus: pkcs1[9..][..256].to_vec(), pkcs1, spki }
}

pub const EXPONENT: [u8; 3] = [1, 0, 1];
