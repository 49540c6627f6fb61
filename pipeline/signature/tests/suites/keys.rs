//! Keys out of certificates, and the whole verification of one signature, one after the other.

use lanes::Key;
use signature::xml::signature::{only_signature, open, Opened};
use signature::xml::{Document, Refused};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

/// Numbers of a public key.
pub enum Numbers {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    Point(Vec<u8>),
}

impl Numbers {
    pub fn of_certificate(der: &[u8]) -> Option<Numbers> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        match certificate.public_key().parsed().ok()? {
            PublicKey::RSA(key) => {
                Some(Numbers::Rsa { modulus: bare(key.modulus), exponent: bare(key.exponent) })
            }
            PublicKey::EC(point) => Some(Numbers::Point(point.data().to_vec())),
            _ => None,
        }
    }

    pub fn key(&self) -> Option<Key<'_>> {
        match self {
            Numbers::Rsa { modulus, exponent } => Some(Key::Rsa { modulus, exponent }),
            Numbers::Point(point) if point.len() == 65 => Some(Key::P256(point)),
            Numbers::Point(point) if point.len() == 97 => Some(Key::P384(point)),
            Numbers::Point(_) => None,
        }
    }
}

/// Without leading zeros.
pub fn bare(number: &[u8]) -> Vec<u8> {
    number.iter().copied().skip_while(|byte| *byte == 0).collect()
}

/// Opens the one signature of a document with the files beside it.
pub fn opened(bytes: &[u8], files: &[(&str, &[u8])]) -> Result<Opened, Refused> {
    let document = Document::read(bytes)?;
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    open(&document, only_signature(&document)?, &names)
}

/// Whether every digest is right.
pub fn intact(opened: &Opened, files: &[(&str, &[u8])]) -> bool {
    let contents: Vec<&[u8]> = files.iter().map(|(_, bytes)| *bytes).collect();
    opened.digests_right(&contents).iter().all(|right| *right)
}

/// Whether the signature value is right under a key.
pub fn signed_by(opened: &Opened, numbers: &Numbers) -> bool {
    let digest = lanes::digest(opened.algorithm.hash, opened.signed_info());
    let Some(key) = numbers.key().filter(|key| opened.fits(key)) else { return false };
    let mut answers = Vec::new();
    lanes::verify(&[opened.item(key, digest.as_ref())], &mut answers);
    answers == [true]
}
