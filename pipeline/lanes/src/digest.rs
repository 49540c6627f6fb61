//! The digest of one message, by the library.

use std::fmt;

use aws_lc_rs::digest as library;

use crate::Hash;

/// A digest of 20 to 64 bytes; its bytes are its [`AsRef`].
#[derive(Clone, Copy)]
pub struct Digest {
    bytes: [u8; LONGEST],
    len: u8,
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Digest) -> bool {
        self.as_ref() == other.as_ref()
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Returns the digest of a message.
pub fn digest(hash: Hash, message: &[u8]) -> Digest {
    let found = library::digest(algorithm(hash), message);
    let mut bytes = [0; LONGEST];
    bytes[..hash.digest_len()].copy_from_slice(found.as_ref());
    Digest { bytes, len: hash.digest_len() as u8 }
}

/// Returns the library's name of a hash function.
pub(crate) fn algorithm(hash: Hash) -> &'static library::Algorithm {
    match hash {
        Hash::Sha1 => &library::SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha256 => &library::SHA256,
        Hash::Sha384 => &library::SHA384,
        Hash::Sha512 => &library::SHA512,
    }
}

/// The longest digest, SHA-512's, in bytes.
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hash: Hash, message: &[u8], expected: &str) {
        assert_eq!(format!("{:?}", digest(hash, message)), expected);
        assert_eq!(digest(hash, message).as_ref().len(), hash.digest_len());
    }

    #[test]
    fn the_examples_of_fips_180_come_out() {
        check(Hash::Sha1, b"abc", "a9993e364706816aba3e25717850c26c9cd0d89d");
        check(
            Hash::Sha256,
            b"abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        );
        check(
            Hash::Sha384,
            b"abc",
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
             8086072ba1e7cc2358baeca134c825a7",
        );
        check(
            Hash::Sha512,
            b"abc",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        );
    }
}
