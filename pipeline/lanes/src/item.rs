//! What a signature is made of: a key, a digest, a hash function's name, a signature.

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hash {
    /// SHA-1 (FIPS 180-4), for naming legacy content only: no signature over it is ever right.
    Sha1,
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-384 (FIPS 180-4).
    Sha384,
    /// SHA-512 (FIPS 180-4).
    Sha512,
}

impl Hash {
    /// Returns the length of a digest, in bytes.
    pub const fn digest_len(self) -> usize {
        match self {
            Hash::Sha1 => 20,
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
        }
    }
}

/// A public key, borrowed from wherever the caller read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// An RSA key (RFC 8017 §3.1): two big-endian numbers without a leading zero byte.
    Rsa {
        /// The modulus n, 256 to 512 bytes.
        modulus: &'a [u8],
        /// The public exponent e, which must be `[1, 0, 1]`, 65537.
        exponent: &'a [u8],
    },
    /// A point of the curve P-256, uncompressed: `04 ‖ x ‖ y`, 65 bytes (SEC 1 §2.3.3).
    P256(&'a [u8]),
    /// A point of the curve P-384, uncompressed: `04 ‖ x ‖ y`, 97 bytes (SEC 1 §2.3.3).
    P384(&'a [u8]),
}

/// One signature that wants an answer.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The key that the signature should belong to.
    pub key: Key<'a>,
    /// The hash function that made the digest.
    pub hash: Hash,
    /// The digest of what was signed; its length must be that of `hash`.
    pub digest: &'a [u8],
    /// The PKCS#1 v1.5 block, as long as the modulus, or the DER of an ECDSA-Sig-Value (RFC 3279
    /// §2.2.3).
    pub signature: &'a [u8],
}
