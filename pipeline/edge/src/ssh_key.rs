//! A sender's public keys as OpenSSH writes them, read strictly before sshd is given them.

use base64::prelude::{Engine as _, BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use sha2::{Digest, Sha256};

/// A public key that may sign a sender in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    kind: String,
    blob: Vec<u8>,
}

/// Why a line is no key that may sign a sender in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// It is a private key, which must never leave its owner.
    #[error("this is a private key; the sender must make a new pair and send the .pub file")]
    Private,
    /// The file holds no key.
    #[error("the file holds no public key")]
    None,
    /// A line is no public key.
    #[error("line {line} is no public key of a known kind ({})", KINDS.join(", "))]
    NoKey {
        /// The line, from 1.
        line: usize,
    },
    /// An RSA key is too short to be trusted.
    #[error("line {line}: the RSA key has {bits} bits; {RSA_BITS_MIN} are the least")]
    Short {
        /// The line, from 1.
        line: usize,
        /// Bits of its modulus.
        bits: usize,
    },
}

/// Kinds of keys that sshd of OpenSSH 8.5 and later takes by default, without certificates.
const KINDS: [&str; 7] = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
];
/// Shorter RSA keys are no longer advised (CRYPTREC, 112-bit security ends with 2048 bits in 2030).
const RSA_BITS_MIN: usize = 2048;

impl PublicKey {
    /// Reads every key of a `.pub` or `authorized_keys` file; options before a key are not taken
    /// over, so that no sender writes its own rules.
    ///
    /// # Errors
    /// The first line that is no key; a private key; a file without a key.
    pub fn read_all(text: &str) -> Result<Vec<Self>, KeyFault> {
        if text.contains("PRIVATE KEY-----") {
            return Err(KeyFault::Private);
        }
        let mut keys = Vec::new();
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let key = Self::parse(content).ok_or(KeyFault::NoKey { line })?;
            if let Some(bits) = key.rsa_bits().filter(|bits| *bits < RSA_BITS_MIN) {
                return Err(KeyFault::Short { line, bits });
            }
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        match keys.is_empty() {
            true => Err(KeyFault::None),
            false => Ok(keys),
        }
    }

    /// Returns the line for `authorized_keys`: the key may only do what the configuration says.
    pub fn authorized_line(&self) -> String {
        format!("restrict {} {}\n", self.kind, BASE64_STANDARD.encode(&self.blob))
    }

    /// Returns the fingerprint as `ssh-keygen -l` writes it.
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", BASE64_STANDARD_NO_PAD.encode(Sha256::digest(&self.blob)))
    }

    /// Returns the kind, `ssh-ed25519`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|word| KINDS.contains(word))?;
        let blob = BASE64_STANDARD.decode(words.get(at + 1)?).ok()?;
        // The blob names its kind again (RFC 4253 §6.6).
        let (kind, _) = string(&blob)?;
        (kind == words[at].as_bytes()).then(|| Self { kind: words[at].to_owned(), blob })
    }

    /// Returns the bits of an RSA key's modulus: kind, exponent, modulus (RFC 4253 §6.6).
    fn rsa_bits(&self) -> Option<usize> {
        if self.kind != "ssh-rsa" {
            return None;
        }
        let bits = || {
            let (_, rest) = string(&self.blob)?;
            let (_, rest) = string(rest)?;
            let (modulus, _) = string(rest)?;
            let at = modulus.iter().position(|byte| *byte != 0)?;
            let zeros = modulus[at].leading_zeros() as usize;
            Some((modulus.len() - at) * 8 - zeros)
        };
        Some(bits().unwrap_or(0))
    }
}

/// Splits a string with its length before it (RFC 4251 §5) from what follows.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_be_bytes(*len) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key whose parts have these bytes.
    fn line(kind: &str, parts: &[&[u8]]) -> String {
        let mut blob = Vec::new();
        for part in [&[kind.as_bytes()], parts].concat() {
            blob.extend_from_slice(&(part.len() as u32).to_be_bytes());
            blob.extend_from_slice(part);
        }
        format!("{kind} {} someone@somewhere", BASE64_STANDARD.encode(blob))
    }

    #[test]
    fn a_key_is_taken_without_the_options_and_the_comment_beside_it() {
        let key = line("ssh-ed25519", &[&[7; 32]]);
        let text = format!("# ours\ncommand=\"sh\" {key}\n\n{key}\n");
        let keys = PublicKey::read_all(&text).expect("a key");
        assert_eq!(keys.len(), 1, "the same key twice is one");
        assert!(keys[0].authorized_line().starts_with("restrict ssh-ed25519 AAAA"));
        assert!(!keys[0].authorized_line().contains("command"));
        assert!(!keys[0].authorized_line().contains("someone"));
        assert_eq!(keys[0].fingerprint().len(), "SHA256:".len() + 43);
    }

    #[test]
    fn private_short_and_unknown_keys_are_refused() {
        let private = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n";
        assert_eq!(PublicKey::read_all(private), Err(KeyFault::Private));
        assert_eq!(PublicKey::read_all("# none\n"), Err(KeyFault::None));
        let rsa = |bytes: usize| line("ssh-rsa", &[&[1, 0, 1], &vec![0xFF; bytes]]);
        assert_eq!(PublicKey::read_all(&rsa(128)), Err(KeyFault::Short { line: 1, bits: 1024 }));
        assert!(PublicKey::read_all(&rsa(384)).is_ok());
        assert_eq!(PublicKey::read_all("ssh-dss AAAA"), Err(KeyFault::NoKey { line: 1 }));
        let lies = line("ssh-ed25519", &[]).replace("ssh-ed25519 ", "ssh-rsa ");
        assert_eq!(PublicKey::read_all(&lies), Err(KeyFault::NoKey { line: 1 }));
    }
}
