//! A key of our own, so that damaged lists and certificates still have a right signature and reach
//! what comes after it.
//!
//! The key is made at start and ECDSA draws a number a signature, so that these bytes, and no
//! others, differ from run to run.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{EcdsaKeyPair, KeyPair, ECDSA_P256_SHA256_ASN1_SIGNING};
use signature::der::Reader;

use crate::tree::{element, Change, Tree};

/// ecdsa-with-SHA256 (RFC 5758 §3.2).
const ECDSA_SHA256: &[u8] = &[0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
/// id-ecPublicKey with prime256v1 (RFC 5480 §2.1.1).
const P256: &[u8] = &[
    0x30, 19, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7,
];
/// Where the key stands in a TBSCertificate of version 3.
const KEY_AT: usize = 6;

/// The key.
pub struct Seal {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl Seal {
    /// Makes the key.
    pub fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        Self { pair, random: SystemRandom::new() }
    }

    /// Returns the key's octets as a BIT STRING has them.
    pub fn point(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// Returns the SubjectPublicKeyInfo.
    pub fn spki(&self) -> Vec<u8> {
        element(0x30, &[P256, &element(3, &[&[0], self.point()])])
    }

    /// Returns the certificate of a CA with this key in place of its own.
    pub fn authority(&self, certificate: &[u8]) -> Vec<u8> {
        let tree = Tree::read(certificate);
        let tbs = tree.within(tree.within(None).first().copied())[0];
        let key = tree.within(Some(tbs))[KEY_AT];
        self.sealed(&self.ready(&tree.write(&[(key, Change::Instead(self.spki()))])))
    }

    /// Names our algorithm within and without something signed, whose signature is wrong then.
    pub fn ready(&self, signed: &[u8]) -> Vec<u8> {
        let tree = Tree::read(signed);
        let parts = tree.within(tree.within(None).first().copied());
        let [tbs, algorithm, ..] = parts[..] else { return signed.to_vec() };
        let is_algorithm = |node: &usize| tree.raw(*node) == tree.raw(algorithm);
        let within = tree.within(Some(tbs)).into_iter().find(is_algorithm);
        let places = within.into_iter().chain([algorithm]);
        let ours = |node| (node, Change::Instead(ECDSA_SHA256.to_vec()));
        tree.write(&places.map(ours).collect::<Vec<_>>())
    }

    /// Signs a sequence of what is signed, algorithm and signature again; leaves other bytes alone.
    pub fn sealed(&self, bytes: &[u8]) -> Vec<u8> {
        let parts = || {
            let mut parts = Reader::new(bytes).next().ok()?.reader();
            let tbs = parts.next().ok()?;
            Some((tbs.raw, parts.next().ok()?.raw))
        };
        let Some((tbs, algorithm)) = parts() else { return bytes.to_vec() };
        element(0x30, &[tbs, algorithm, &self.signature(tbs)])
    }

    /// Returns our signature over `tbs` as a BIT STRING.
    pub fn signature(&self, tbs: &[u8]) -> Vec<u8> {
        let signature = self.pair.sign(&self.random, tbs).expect("it signs");
        element(3, &[&[0], signature.as_ref()])
    }

    /// Puts what is signed, our algorithm and our signature together, with `more` after them.
    pub fn seal(&self, tbs: &[u8], more: &[u8]) -> Vec<u8> {
        element(0x30, &[tbs, ECDSA_SHA256, &self.signature(tbs), more])
    }
}
