//! The library's answer to one signature: what every machine has, and the judge of every reject.

use aws_lc_rs::digest::Digest;
use aws_lc_rs::signature::{
    VerificationAlgorithm, ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1,
    ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
};

use crate::digest::algorithm;
use crate::{Hash, Item, Key};

/// Answers whether one signature is right.
pub(crate) fn verify(item: &Item<'_>) -> bool {
    let Some(scheme) = scheme(&item.key, item.hash) else { return false };
    let Ok(digest) = Digest::import_less_safe(item.digest, algorithm(item.hash)) else {
        return false;
    };
    match item.key {
        Key::Rsa { modulus, exponent } => {
            let Some(key) = RsaPublicKey::of(modulus, exponent) else { return false };
            scheme.verify_digest_sig(key.der(), &digest, item.signature).is_ok()
        }
        Key::P256(point) => {
            is_point(point, P256_POINT_LEN)
                && scheme.verify_digest_sig(point, &digest, item.signature).is_ok()
        }
        Key::P384(point) => {
            is_point(point, P384_POINT_LEN)
                && scheme.verify_digest_sig(point, &digest, item.signature).is_ok()
        }
    }
}

/// Returns the library's name of a signature scheme, or nothing for SHA-1.
fn scheme(key: &Key<'_>, hash: Hash) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (key, hash) {
        (_, Hash::Sha1) => return None,
        (Key::Rsa { .. }, Hash::Sha256) => &RSA_PKCS1_2048_8192_SHA256,
        (Key::Rsa { .. }, Hash::Sha384) => &RSA_PKCS1_2048_8192_SHA384,
        (Key::Rsa { .. }, Hash::Sha512) => &RSA_PKCS1_2048_8192_SHA512,
        (Key::P256(_), Hash::Sha256) => &ECDSA_P256_SHA256_ASN1,
        (Key::P256(_), Hash::Sha384) => &ECDSA_P256_SHA384_ASN1,
        (Key::P256(_), Hash::Sha512) => &ECDSA_P256_SHA512_ASN1,
        (Key::P384(_), Hash::Sha256) => &ECDSA_P384_SHA256_ASN1,
        (Key::P384(_), Hash::Sha384) => &ECDSA_P384_SHA384_ASN1,
        (Key::P384(_), Hash::Sha512) => &ECDSA_P384_SHA512_ASN1,
    })
}

/// Tells whether bytes have the length and the first byte of an uncompressed point.
fn is_point(point: &[u8], len: usize) -> bool {
    point.len() == len && point[0] == UNCOMPRESSED
}

/// The DER of an RSAPublicKey (RFC 8017 appendix A.1.1), the form in which the library takes it.
struct RsaPublicKey {
    bytes: [u8; LONGEST_DER],
    len: usize,
}

impl RsaPublicKey {
    /// Returns the DER of a key of 2048 to 4096 bits with the exponent 65537, nothing otherwise.
    fn of(modulus: &[u8], exponent: &[u8]) -> Option<RsaPublicKey> {
        let size_fits = (MODULUS_MIN..=MODULUS_MAX).contains(&modulus.len());
        if !size_fits || modulus[0] == 0 || exponent != EXPONENT {
            return None;
        }
        // The shortest modulus has its top bit set too: 2041 bits also fill 256 bytes.
        if modulus.len() == MODULUS_MIN && modulus[0] < 0x80 {
            return None;
        }
        let sign = usize::from(modulus[0] >= 0x80);
        let integer_len = sign + modulus.len();
        let mut key = RsaPublicKey { bytes: [0; LONGEST_DER], len: 0 };
        key.push(&[0x30, 0x82]);
        key.push(&((4 + integer_len + EXPONENT_TLV.len()) as u16).to_be_bytes());
        key.push(&[0x02, 0x82]);
        key.push(&(integer_len as u16).to_be_bytes());
        key.push(&[0][..sign]);
        key.push(modulus);
        key.push(&EXPONENT_TLV);
        Some(key)
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.len..][..bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    fn der(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The one public exponent in use, 65537, as big-endian bytes.
pub(crate) const EXPONENT: &[u8] = &[1, 0, 1];

/// The exponent as a DER INTEGER.
const EXPONENT_TLV: [u8; 5] = [0x02, 0x03, 1, 0, 1];

/// The shortest modulus, 2048 bits, in bytes: CRYPTREC and SOG-IS accept nothing shorter.
const MODULUS_MIN: usize = 256;

/// The longest modulus, 4096 bits, in bytes: beyond it a signature costs more than it is worth.
const MODULUS_MAX: usize = 512;

/// Two headers of four bytes, a sign byte, the modulus and the exponent.
const LONGEST_DER: usize = 4 + 4 + 1 + MODULUS_MAX + EXPONENT_TLV.len();

/// The first byte of an uncompressed point (SEC 1 §2.3.3).
const UNCOMPRESSED: u8 = 4;

const P256_POINT_LEN: usize = 1 + 2 * 32;
const P384_POINT_LEN: usize = 1 + 2 * 48;

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair, RsaEncoding, RsaKeyPair,
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, RSA_PKCS1_SHA256,
        RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
    };

    use super::*;
    use crate::digest::digest;

    const MESSAGE: &[u8] = b"an application";

    /// Checks that a signature is right as it stands, and wrong with anything changed.
    fn check(key: Key<'_>, hash: Hash, signature: &[u8]) {
        let item = |hash: Hash, digest: &[u8], signature: &[u8]| {
            verify(&Item { key, hash, digest, signature })
        };
        let right = digest(hash, MESSAGE);
        assert!(item(hash, right.as_ref(), signature), "{hash:?}");
        for (position, bit) in [(0, 0), (signature.len() / 2, 3), (signature.len() - 1, 7)] {
            let mut flipped = signature.to_vec();
            flipped[position] ^= 1 << bit;
            assert!(!item(hash, right.as_ref(), &flipped), "{hash:?} {position}");
        }
        assert!(!item(hash, digest(hash, b"another").as_ref(), signature));
        assert!(!item(hash, &right.as_ref()[1..], signature), "a short digest");
        assert!(!item(hash, right.as_ref(), &signature[..signature.len() - 1]));
        assert!(!item(hash, right.as_ref(), &[]), "an empty signature");
        let longer = [signature, &[0]].concat();
        assert!(!item(hash, right.as_ref(), &longer), "a byte more");
        let sha1 = digest(Hash::Sha1, MESSAGE);
        assert!(!item(Hash::Sha1, sha1.as_ref(), signature), "SHA-1 is never right");
    }

    #[test]
    fn rsa_signatures_of_every_size_and_hash_are_told_from_wrong_ones() {
        for size in [KeySize::Rsa2048, KeySize::Rsa3072, KeySize::Rsa4096] {
            let pair = RsaKeyPair::generate(size).expect("a key pair");
            let (modulus, exponent) = components(&pair);
            let key = Key::Rsa { modulus: &modulus, exponent: &exponent };
            let schemes: [(Hash, &'static dyn RsaEncoding); 3] = [
                (Hash::Sha256, &RSA_PKCS1_SHA256),
                (Hash::Sha384, &RSA_PKCS1_SHA384),
                (Hash::Sha512, &RSA_PKCS1_SHA512),
            ];
            for (hash, scheme) in schemes {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(scheme, &SystemRandom::new(), MESSAGE, &mut signature).expect("signed");
                check(key, hash, &signature);
                let digest = digest(hash, MESSAGE);
                let item = |modulus: &[u8], exponent: &[u8]| {
                    let key = Key::Rsa { modulus, exponent };
                    verify(&Item { key, hash, digest: digest.as_ref(), signature: &signature })
                };
                assert!(!item(&modulus, &[3]), "another exponent");
                assert!(!item(&modulus[1..], &exponent), "a short modulus");
                assert!(!item(&[&[0], &modulus[..]].concat(), &exponent), "a leading 0");
                assert!(!item(&[], &[]), "no key");
            }
        }
    }

    #[test]
    fn an_ecdsa_signature_is_told_from_wrong_ones() {
        let pair = ec_pair(&ECDSA_P256_SHA256_ASN1_SIGNING);
        let signature = pair.sign(&SystemRandom::new(), MESSAGE).expect("signed");
        check(Key::P256(pair.public_key().as_ref()), Hash::Sha256, signature.as_ref());
        let pair = ec_pair(&ECDSA_P384_SHA384_ASN1_SIGNING);
        let signature = pair.sign(&SystemRandom::new(), MESSAGE).expect("signed");
        check(Key::P384(pair.public_key().as_ref()), Hash::Sha384, signature.as_ref());
    }

    #[test]
    fn a_point_of_another_form_or_curve_is_no_key() {
        let pair = ec_pair(&ECDSA_P256_SHA256_ASN1_SIGNING);
        let signature = pair.sign(&SystemRandom::new(), MESSAGE).expect("signed");
        let digest = digest(Hash::Sha256, MESSAGE);
        let point = pair.public_key().as_ref();
        let spki = pair.public_key().as_der().expect("a key info");
        let mut off_curve = point.to_vec();
        off_curve[64] ^= 1;
        let keys = [
            Key::P256(&[]),
            Key::P256(&point[1..]),
            Key::P256(&point[..33]),
            Key::P256(&off_curve),
            Key::P256(spki.as_ref()),
            Key::P384(point),
        ];
        for key in keys {
            let (digest, signature) = (digest.as_ref(), signature.as_ref());
            assert!(!verify(&Item { key, hash: Hash::Sha256, digest, signature }), "{key:?}");
        }
    }

    fn ec_pair(algorithm: &'static EcdsaSigningAlgorithm) -> EcdsaKeyPair {
        EcdsaKeyPair::generate(algorithm).expect("a key pair")
    }

    /// Returns modulus and exponent of a key pair.
    fn components(pair: &RsaKeyPair) -> (Vec<u8>, Vec<u8>) {
        // RSAPublicKey: header (4), header of the modulus (4), sign (1), modulus, exponent.
        let der = pair.public_key().as_ref();
        let modulus = der[9..][..pair.public_modulus_len()].to_vec();
        (modulus, der[der.len() - 3..].to_vec())
    }
}
