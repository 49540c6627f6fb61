//! CMS SignedData: its signers and what they sign (RFC 5652).
//!
//! The reader walks a message in place and verifies nothing. It returns parts: the content, the
//! certificates, and of every signer what is to be digested, which digest was signed and which
//! signature stands over it, so that a batch can do the work of many messages together.
//!
//! Only DER is read. RFC 5652 §5.1 allows BER around the signed attributes; messages with
//! indefinite lengths or constructed strings are refused with the byte and the rule. Sets outside
//! of the signed attributes may stand in any order, as many makers write them.

mod attributes;
mod fault;
mod signer;

pub use attributes::{Attributes, CertificateId};
pub use fault::Fault;
pub use signer::{Sid, Signer, Work};

use crate::certificate::Algorithm;
use crate::der::{oid, tag, Malformed, Reader, Rule, Tlv};

/// A SignedData, borrowed from its message.
#[derive(Clone, Copy, Debug)]
pub struct SignedData<'a> {
    /// The content octets of the OBJECT IDENTIFIER of the content's type.
    pub content_type: &'a [u8],
    /// The content, if it is attached.
    pub content: Option<&'a [u8]>,
    certificates: &'a [u8],
    crls: &'a [u8],
    signers: Tlv<'a>,
}

impl<'a> SignedData<'a> {
    /// Reads the ContentInfo (RFC 5652 §3) whose DER is `der`.
    ///
    /// # Errors
    /// The first breach of DER or of RFC 5652 §5.1; `NotSignedData` for another type of content,
    /// `NoSigner` for a message that only carries certificates.
    pub fn read(der: &'a [u8]) -> Result<Self, Fault> {
        let mut info = Tlv::only(der)?.tagged(tag::SEQUENCE)?.reader();
        if info.oid()? != SIGNED_DATA {
            return Err(Fault::NotSignedData);
        }
        let mut explicit = info.expect(tag::constructed(0))?.reader();
        info.finish()?;
        let mut parts = explicit.sequence()?;
        explicit.finish()?;
        let version = parts.expect(tag::INTEGER)?;
        if !(1..=5).contains(&version.small()?) {
            return Err(version.breaks(Rule::BadVersion).into());
        }
        let mut algorithms = parts.expect(tag::SET)?.reader();
        while !algorithms.is_empty() {
            Algorithm::read(&mut algorithms)?;
        }
        let mut encapsulated = parts.sequence()?;
        let content_type = encapsulated.oid()?;
        let content = match encapsulated.optional(tag::constructed(0))? {
            Some(explicit) => {
                let mut explicit = explicit.reader();
                let octets = explicit.octet_string()?;
                explicit.finish()?;
                Some(octets)
            }
            None => None,
        };
        encapsulated.finish()?;
        let certificates = elements(parts.optional(tag::constructed(0))?)?;
        let crls = elements(parts.optional(tag::constructed(1))?)?;
        let signers = parts.expect(tag::SET)?;
        parts.finish()?;
        if signers.content.is_empty() {
            return Err(Fault::NoSigner);
        }
        Ok(Self { content_type, content, certificates, crls, signers })
    }

    /// Returns the DER of every X.509 certificate that the message carries, in its order; other
    /// kinds of certificates are left out.
    pub fn certificates(&self) -> impl Iterator<Item = &'a [u8]> {
        sequences(self.certificates)
    }

    /// Returns the DER of every revocation list that the message carries, in its order.
    pub fn crls(&self) -> impl Iterator<Item = &'a [u8]> {
        sequences(self.crls)
    }

    /// Returns every signer, in the message's order. A verifier asks them all.
    pub fn signers(&self) -> impl Iterator<Item = Result<Signer<'a>, Fault>> {
        let content_type = self.content_type;
        let mut reader = self.signers.reader();
        let mut count = 0;
        std::iter::from_fn(move || {
            if reader.is_empty() {
                return None;
            }
            count += 1;
            let signer = match reader.next() {
                Ok(tlv) if count > SIGNERS_MAX => Err(tlv.breaks(Rule::TooMany).into()),
                Ok(tlv) => Signer::read(tlv, content_type),
                Err(malformed) => Err(malformed.into()),
            };
            if signer.is_err() {
                reader = Reader::new(&[]);
            }
            Some(signer)
        })
    }

    /// Returns the bytes that are signed: those of the message, or, when it has none, `detached`.
    ///
    /// # Errors
    /// `NoContent` when there is neither; `OtherContent` when both are there and differ.
    pub fn signed_content<'c>(&self, detached: Option<&'c [u8]>) -> Result<&'c [u8], Fault>
    where
        'a: 'c,
    {
        match (self.content, detached) {
            (Some(own), Some(given)) if own != given => Err(Fault::OtherContent),
            (Some(own), _) => Ok(own),
            (None, Some(given)) => Ok(given),
            (None, None) => Err(Fault::NoContent),
        }
    }
}

/// Returns the content of an optional set, once it is a row of elements.
fn elements(set: Option<Tlv<'_>>) -> Result<&[u8], Malformed> {
    let Some(set) = set else { return Ok(&[]) };
    let mut reader = set.reader();
    let mut count = 0;
    while !reader.is_empty() {
        count += 1;
        let element = reader.next()?;
        if count > ELEMENTS_MAX {
            return Err(element.breaks(Rule::TooMany));
        }
    }
    Ok(set.content)
}

/// Returns the SEQUENCEs of a row of elements that was walked before.
fn sequences(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut reader = Reader::new(content);
    let next = move || if reader.is_empty() { None } else { reader.next().ok() };
    std::iter::from_fn(next).filter(|tlv| tlv.tag == tag::SEQUENCE).map(|tlv| tlv.raw)
}

/// The content type id-data.
pub const DATA: &[u8] = &oid::<9>(&[1, 2, 840, 113549, 1, 7, 1]);
const SIGNED_DATA: &[u8] = &oid::<9>(&[1, 2, 840, 113549, 1, 7, 2]);
/// Real messages have one signer, or a handful.
const SIGNERS_MAX: usize = 64;
/// Real messages carry a path of certificates, and at most a list for each of them.
const ELEMENTS_MAX: usize = 256;
