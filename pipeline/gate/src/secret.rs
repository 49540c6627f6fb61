//! Words that prove something: how they are drawn, digested and compared.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The SHA-256 of a secret: what is kept of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

/// A secret of 256 random bits as 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Returns a token made of random bytes.
    pub fn of(random: [u8; 32]) -> Self {
        Self(hex(&random))
    }

    /// Returns the token as it travels in a cookie or a form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Digest {
    /// Returns the digest of a secret for one use; digests for two uses have nothing in common.
    pub fn of(purpose: &str, secret: &str) -> Self {
        let digest = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(secret);
        Self(digest.finalize().into())
    }

    /// Returns whether a secret is the one that was digested, in a time that says nothing of it.
    pub fn is_of(&self, purpose: &str, secret: &str) -> bool {
        same(&self.0, &Self::of(purpose, secret).0)
    }
}

/// Returns whether two texts are the same, in a time that depends on their lengths alone.
pub fn same_text(one: &str, other: &str) -> bool {
    one.len() == other.len() && same(one.as_bytes(), other.as_bytes())
}

fn same(one: &[u8], other: &[u8]) -> bool {
    let differing = one.iter().zip(other).fold(0, |differing, (a, b)| differing | (a ^ b));
    std::hint::black_box(differing) == 0
}

/// Writes bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = || format!("{text:?} is not a digest");
        let seal = mailbox::Seal::parse(&text).ok_or_else(wrong)?;
        Ok(Self(seal.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_of_its_secret_and_purpose_alone() {
        let digest = Digest::of("session", "secret");
        assert!(digest.is_of("session", "secret"));
        assert!(!digest.is_of("session", "secreT"));
        assert!(!digest.is_of("form", "secret"));
        let read: Digest = digest.to_string().try_into().expect("a digest");
        assert_eq!(read, digest);
    }

    #[test]
    fn a_token_does_not_show_itself_in_a_log() {
        let token = Token::of([7; 32]);
        assert_eq!(token.as_str().len(), 64);
        assert!(!format!("{token:?}").contains("07"));
    }

    #[test]
    fn texts_are_the_same_only_as_a_whole() {
        assert!(same_text("abc", "abc"));
        for other in ["abd", "ab", "abcd", ""] {
            assert!(!same_text("abc", other));
        }
    }
}
