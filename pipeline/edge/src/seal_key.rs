//! The shop's key: what it signs the seals of batches with, and how anybody verifies them.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::prelude::{Engine as _, BASE64_STANDARD};
use mailbox::{BatchSeal, Seal};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePublicKey as _};
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding as _, Signer as _, Verifier as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPrivateKey, RsaPublicKey};

/// A private RSA key, read from a file that only the shop can read.
pub struct SealKey {
    key: SigningKey<Sha256>,
    id: Seal,
}

/// A public RSA key.
#[derive(Debug)]
pub struct SealPublicKey {
    key: VerifyingKey<Sha256>,
    id: Seal,
}

/// Why a file is no key for seals.
#[derive(Debug, thiserror::Error)]
pub enum SealKeyError {
    /// The disk.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// It is not such a key.
    #[error("{path} holds no {wanted}")]
    NoKey {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        wanted: &'static str,
    },
    /// The key is too short to be trusted.
    #[error("the key in {path} has {bits} bits; {BITS_MIN} are the least")]
    Short {
        /// The file.
        path: PathBuf,
        /// Bits of its modulus.
        bits: usize,
    },
}

/// What is wrong with a seal's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// The shop had no key.
    #[error("the batch's seal is not signed")]
    NotSigned,
    /// Another key signed it.
    #[error("the batch's seal was signed with key {signed}, not with {given}")]
    OtherKey {
        /// The key that the seal names.
        signed: Seal,
        /// The key at hand.
        given: Seal,
    },
    /// The signature is wrong.
    #[error("the signature of the batch's seal is wrong")]
    Wrong,
}

impl fmt::Debug for SealKey {
    /// Writes which key it is, never the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl SealKey {
    /// Reads a private key: PKCS #8 in PEM, as `openssl genpkey -algorithm RSA` writes it.
    ///
    /// # Errors
    /// [`SealKeyError`].
    pub fn read(path: &Path) -> Result<Self, SealKeyError> {
        let wanted = "private RSA key in PEM (PKCS #8, without a passphrase)";
        let key = RsaPrivateKey::from_pkcs8_pem(&read(path)?);
        let key = key.map_err(|_| SealKeyError::NoKey { path: path.to_owned(), wanted })?;
        check_bits(path, &key.to_public_key())?;
        let id = id_of(&key.to_public_key());
        Ok(Self { key: SigningKey::new(key), id })
    }

    /// Signs a seal and names the key in it.
    ///
    /// The same seal always gets the same signature: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017
    /// §8.2).
    pub fn sign(&self, seal: BatchSeal) -> BatchSeal {
        let signature = self.key.sign(&seal.message()).to_vec();
        let signature = Some(BASE64_STANDARD.encode(signature));
        BatchSeal { key: Some(self.id), signature, ..seal }
    }
}

impl SealPublicKey {
    /// Reads a public key: SubjectPublicKeyInfo in PEM, as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    /// [`SealKeyError`].
    pub fn read(path: &Path) -> Result<Self, SealKeyError> {
        let wanted = "public RSA key in PEM";
        let key = RsaPublicKey::from_public_key_pem(&read(path)?);
        let key = key.map_err(|_| SealKeyError::NoKey { path: path.to_owned(), wanted })?;
        check_bits(path, &key)?;
        let id = id_of(&key);
        Ok(Self { key: VerifyingKey::new(key), id })
    }

    /// Verifies that this key signed a seal.
    ///
    /// # Errors
    /// [`SealFault`].
    pub fn verify(&self, seal: &BatchSeal) -> Result<(), SealFault> {
        let (Some(signed), Some(signature)) = (seal.key, &seal.signature) else {
            return Err(SealFault::NotSigned);
        };
        if signed != self.id {
            return Err(SealFault::OtherKey { signed, given: self.id });
        }
        let signature = BASE64_STANDARD.decode(signature).map_err(|_| SealFault::Wrong)?;
        let signature = Signature::try_from(&signature[..]).map_err(|_| SealFault::Wrong)?;
        self.key.verify(&seal.message(), &signature).map_err(|_| SealFault::Wrong)
    }
}

fn read(path: &Path) -> Result<String, SealKeyError> {
    fs::read_to_string(path).map_err(|error| SealKeyError::Io { path: path.to_owned(), error })
}

fn check_bits(path: &Path, key: &RsaPublicKey) -> Result<(), SealKeyError> {
    let bits = key.n().bits();
    if bits < BITS_MIN {
        return Err(SealKeyError::Short { path: path.to_owned(), bits });
    }
    Ok(())
}

/// Returns the SHA-256 of the key's SubjectPublicKeyInfo.
fn id_of(key: &RsaPublicKey) -> Seal {
    Seal::of(key.to_public_key_der().expect("an RSA key has a DER form").as_bytes())
}

/// NIST SP 800-131A Rev. 2 §3: shorter keys no longer make signatures.
const BITS_MIN: usize = 2048;

#[cfg(test)]
mod tests {
    use letter::{BatchId, Moment, PieceId, SenderId};
    use mailbox::Tree;
    use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};

    use super::*;

    #[test]
    fn only_the_shops_own_key_and_the_signed_words_are_good() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let key = RsaPrivateKey::from_pkcs8_pem(KEY).expect("a key");
        let pem = key.to_public_key().to_public_key_pem(LineEnding::LF).expect("PEM");
        fs::write(at("private.pem"), KEY).expect("written");
        fs::write(at("public.pem"), pem).expect("written");
        let mut tree = Tree::default();
        tree.push(PieceId(1), &Seal::of(b"a"));
        let sender = SenderId::parse("hoshimi-city").expect("an id");
        let batch = BatchId::parse("tax-2026-1").expect("an id");
        let seal = BatchSeal::of(&tree, sender, batch, Moment(1_795_280_400));

        let private = SealKey::read(&at("private.pem")).expect("a key");
        let public = SealPublicKey::read(&at("public.pem")).expect("a key");
        assert_eq!(public.verify(&seal), Err(SealFault::NotSigned));
        let signed = private.sign(seal.clone());
        assert_eq!(signed, private.sign(seal), "the same words, the same signature");
        assert_eq!(public.verify(&signed), Ok(()));
        let mut changed = signed.clone();
        changed.copies += 1;
        assert_eq!(public.verify(&changed), Err(SealFault::Wrong));
        let mut of_other = signed;
        of_other.key = Some(Seal::of(b"another"));
        assert!(matches!(public.verify(&of_other), Err(SealFault::OtherKey { .. })));

        let error = SealPublicKey::read(&at("private.pem")).expect_err("no public key");
        assert!(matches!(error, SealKeyError::NoKey { .. }), "{error}");
        let short = RsaPrivateKey::from_pkcs8_pem(SHORT_KEY).expect("a key");
        let short = short.to_pkcs8_pem(LineEnding::LF).expect("PEM");
        fs::write(at("short.pem"), short.as_bytes()).expect("written");
        let error = SealKey::read(&at("short.pem")).expect_err("a short key");
        assert!(matches!(error, SealKeyError::Short { bits: 1024, .. }), "{error}");
    }

    /// Made for this test with `openssl genpkey`; it guards nothing.
    const KEY: &str = include_str!("../tests/seal-key.pem");
    /// The same, of 1,024 bits.
    const SHORT_KEY: &str = include_str!("../tests/short-seal-key.pem");
}
