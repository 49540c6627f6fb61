//! An applicant signs: certificate and signature file in each of the containers.

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use letter::Moment;
use serde_json::json;

use super::authority::Authority;
use super::certificate::{authentication, signing};
use super::citizen::Shown;
use super::cms::{self, Signer};
use super::defect::ApplicationDefect;
use super::draft::Draft;
use super::key::Key;
use super::town::Municipality;
use crate::random::Random;

/// An applicant with card and key.
#[derive(Debug)]
pub(crate) struct Card<'a> {
    /// The key.
    pub key: &'a Key,
    /// Who issued the certificate.
    authority: &'a Authority,
    serial: u64,
    /// The certificate.
    pub certificate: Vec<u8>,
}

/// A file that is signed: as the applicant signed it, and as it was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File<'a> {
    /// The member's name.
    pub name: &'a str,
    /// The bytes that were signed.
    pub signed: &'a [u8],
    /// The bytes that were sent.
    pub sent: &'a [u8],
}

impl<'a> Card<'a> {
    /// Issues the card of a draft's applicant.
    pub fn issue(
        draft: &Draft,
        home: &Municipality<'_>,
        authorities: &'a [Authority],
        key: &'a Key,
    ) -> Self {
        let authority = match draft.defect {
            Some(ApplicationDefect::AuthenticationCertificate) => &authorities[5],
            Some(ApplicationDefect::UnknownAuthority) => &authorities[6],
            _ => &authorities[draft.generation - 1],
        };
        let certificate = match draft.defect {
            Some(ApplicationDefect::AuthenticationCertificate) => {
                authentication(authority, &draft.terms, home, key)
            }
            _ => signing(authority, &draft.terms, &Shown::of(&draft.citizen), home, key),
        };
        Self { key, authority, serial: draft.terms.serial, certificate }
    }

    /// Signs a file as CMS; `attached` puts what was sent into the message.
    pub fn cms(&self, file: File<'_>, attached: bool, signing_time: Moment) -> Vec<u8> {
        let signer = Signer {
            key: self.key,
            certificate: &self.certificate,
            issuer: &self.authority.name,
            serial: self.serial,
            signing_time,
        };
        cms::sign(signer, file.signed, attached.then_some(file.sent))
    }

    /// Signs each file for itself, as the app for cards does: JSON of certificate and signatures.
    pub fn digests(&self, files: &[File<'_>]) -> Vec<u8> {
        let entry = |file: &File<'_>| {
            let (digest, signature) = self.key.sign_with_digest(file.signed);
            json!({
                "file": file.name,
                "digest": STANDARD.encode(digest),
                "signature": STANDARD.encode(signature),
            })
        };
        let entries: Vec<_> = files.iter().map(entry).collect();
        let certificate = STANDARD.encode(&self.certificate);
        let text = json!({ "certificate": certificate, "hash": "sha256", "entries": entries });
        format!("{text:#}\n").into_bytes()
    }
}

/// Turns one bit over in the last 100 bytes of a binary signature.
pub(crate) fn break_binary(signature: &mut [u8], random: &mut Random) {
    let at = signature.len() - 1 - random.below(100) as usize;
    signature[at] ^= 1 << random.below(8);
}

/// Turns one bit over in the Base64 that follows `mark` for the first time.
pub(crate) fn break_text(signature: &mut [u8], mark: &str, random: &mut Random) {
    let at = signature.windows(mark.len()).position(|window| window == mark.as_bytes());
    let first = at.expect("the file has a signature") + mark.len() + 8;
    let at = first + random.below(60) as usize;
    // Both letters are in the alphabet of Base64, with different bits.
    signature[at] = if signature[at] == b'A' { b'B' } else { b'A' };
}
