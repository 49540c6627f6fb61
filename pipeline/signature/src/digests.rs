//! The array of signed digests that the Mynaportal app returns.
//!
//! The web page gives the app one digest a file; the card signs each of them by PKCS #1 v1.5, and
//! the page gets back the signatures with the signing certificate. There is no container: what was
//! signed is told by whoever keeps the array, and must be matched with the files' bytes.

use lanes::{Hash, Item};

use crate::certificate::{Certificate, KeyKind, Scheme};
use crate::der::Malformed;

/// One file of the array.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The name of the file.
    pub name: &'a str,
    /// The hash function.
    pub hash: Hash,
    /// The digest that was given to the card.
    pub digest: &'a [u8],
    /// The signature that came back.
    pub signature: &'a [u8],
}

/// The array with the certificate of its signer.
#[derive(Clone, Debug)]
pub struct Array<'a> {
    /// The signer's certificate.
    pub certificate: Certificate<'a>,
    /// How the signatures are made, by the certificate's key; the hash function is each entry's.
    entries: &'a [Entry<'a>],
}

/// Why an array or an entry is refused before any digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The certificate is not strict DER or not of its structure.
    #[error("the certificate: {0}")]
    Certificate(#[from] Malformed),
    /// There is no entry.
    #[error("the array is empty")]
    Empty,
    /// More entries than any real application has files.
    #[error("the array has too many entries")]
    TooMany,
    /// A file stands twice.
    #[error("entry {0} is of a file that stands in the array before")]
    RepeatedFile(usize),
    /// A digest is not as long as the hash function's.
    #[error("entry {0} has a digest of another length than the hash function's")]
    DigestLength(usize),
    /// The hash function or the key is not verified here.
    #[error("entry {0} is of an algorithm that is not verified here")]
    Algorithm(usize),
}

impl Fault {
    /// Returns the stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Certificate(malformed) => malformed.rule.code(),
            Self::Empty => "no-signer",
            Self::TooMany => "too-many",
            Self::RepeatedFile(_) => "repeated-file",
            Self::DigestLength(_) => "digest-length",
            Self::Algorithm(_) => "algorithm",
        }
    }
}

/// What a file that came along has to do with the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// The entry of this index is of the file: its bytes must have the entry's digest.
    Entry(usize),
    /// No entry names the file: the signatures say nothing of it.
    NotCovered,
}

impl<'a> Array<'a> {
    /// Reads the certificate and checks the entries against each other.
    ///
    /// # Errors
    /// The first fault; see [`Fault`].
    pub fn read(certificate: &'a [u8], entries: &'a [Entry<'a>]) -> Result<Self, Fault> {
        let certificate = Certificate::read(certificate)?;
        if entries.is_empty() {
            return Err(Fault::Empty);
        }
        if entries.len() > ENTRIES_MAX {
            return Err(Fault::TooMany);
        }
        for (at, entry) in entries.iter().enumerate() {
            if entries[..at].iter().any(|before| before.name == entry.name) {
                return Err(Fault::RepeatedFile(at));
            }
            if entry.digest.len() != entry.hash.digest_len() {
                return Err(Fault::DigestLength(at));
            }
            if certificate.key.verifies(scheme(&certificate, entry.hash)).is_none() {
                return Err(Fault::Algorithm(at));
            }
        }
        Ok(Self { certificate, entries })
    }

    /// Returns the entries in their order.
    pub fn entries(&self) -> &'a [Entry<'a>] {
        self.entries
    }

    /// Returns which entry is of the file with this name.
    pub fn cover(&self, name: &str) -> Cover {
        let entry = self.entries.iter().position(|entry| entry.name == name);
        entry.map_or(Cover::NotCovered, Cover::Entry)
    }

    /// Returns how the signature of an entry is made.
    pub fn scheme(&self, entry: &Entry<'_>) -> Scheme {
        scheme(&self.certificate, entry.hash)
    }

    /// Returns the signature of an entry for the verifier, over the digest that it names; the
    /// file's bytes are digested and compared apart from this.
    pub fn item(&self, entry: &Entry<'a>) -> Option<Item<'a>> {
        let (key, hash) = self.certificate.key.verifies(self.scheme(entry))?;
        Some(Item { key, hash, digest: entry.digest, signature: entry.signature })
    }
}

/// Returns the scheme of a card's signature: the card has one for each type of key.
fn scheme(certificate: &Certificate<'_>, hash: Hash) -> Scheme {
    match (certificate.key.kind, hash) {
        (_, Hash::Sha1) | (KeyKind::Other, _) => Scheme::Other,
        (KeyKind::Rsa { .. }, _) => Scheme::Rsa(hash),
        (KeyKind::P256(_) | KeyKind::P384(_), _) => Scheme::Ecdsa(hash),
    }
}

/// Files of one application; the largest forms take some dozens.
const ENTRIES_MAX: usize = 1024;
