//! The seal of a copy: the SHA-256 of its bytes, taken when it was made.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The SHA-256 of a file's bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Seal(pub [u8; 32]);

/// Seals the copies of one batch without reading their shared prefix for each of them again.
#[derive(Clone)]
pub struct Sealer {
    prefix: Sha256,
    prefix_len: u64,
}

/// A copy is not what was sealed; it must not be handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the copy was sealed as {sealed} and reads {found}")]
pub struct SealBroken {
    /// The seal.
    pub sealed: Seal,
    /// The SHA-256 of what is there.
    pub found: Seal,
}

impl Seal {
    /// Returns the seal of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Parses 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl Sealer {
    /// Returns the sealer of copies that begin with `shared`.
    pub fn new(shared: &[u8]) -> Self {
        Self { prefix: Sha256::new_with_prefix(shared), prefix_len: shared.len() as u64 }
    }

    /// Returns the seal of the copy that ends with `tail`; costs the tail's length only.
    pub fn seal(&self, tail: &[u8]) -> Seal {
        Seal(self.prefix.clone().chain_update(tail).finalize().into())
    }

    /// Returns the seal of the shared prefix itself.
    pub fn shared(&self) -> Seal {
        self.seal(&[])
    }

    /// Returns the length of the shared prefix, bytes.
    pub fn shared_len(&self) -> u64 {
        self.prefix_len
    }
}

/// Joins prefix and tail to the copy that was sealed.
///
/// # Errors
/// [`SealBroken`] if the bytes are not those that were sealed.
pub fn assemble(shared: &[u8], tail: &[u8], seal: &Seal) -> Result<Vec<u8>, SealBroken> {
    let copy = [shared, tail].concat();
    let found = Seal::of(&copy);
    if found == *seal {
        Ok(copy)
    } else {
        Err(SealBroken { sealed: *seal, found })
    }
}

impl fmt::Display for Seal {
    /// Writes 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Seal> for String {
    fn from(seal: Seal) -> Self {
        seal.to_string()
    }
}

impl TryFrom<String> for Seal {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a SHA-256"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_the_sha256_of_prefix_and_tail_together() {
        // FIPS 180-4's example: SHA-256 of "abc".
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Sealer::new(b"a").seal(b"bc").to_string(), abc);
        assert_eq!(Seal::parse(abc), Some(Seal::of(b"abc")));
        assert_eq!(Seal::parse(&abc[1..]), None);
    }

    #[test]
    fn a_copy_with_any_changed_byte_is_not_handed_out() {
        let sealer = Sealer::new(b"shared");
        let seal = sealer.seal(b"tail");
        assert_eq!(assemble(b"shared", b"tail", &seal).as_deref(), Ok(b"sharedtail".as_slice()));
        for at in 0..4 {
            let mut tail = *b"tail";
            tail[at] ^= 1;
            let found = sealer.seal(&tail);
            assert_eq!(assemble(b"shared", &tail, &seal), Err(SealBroken { sealed: seal, found }));
        }
    }
}
