//! A certificate read in place, strictly.
//!
//! One walk without allocation over every element of an X.509 v3 certificate (RFC 5280 §4). It
//! stands in front of x509-parser, which reads more than DER allows: whatever
//! [`Certificate::read`] refuses never gets there. [`Constraints`] takes the rarely used extensions
//! from x509-parser.

mod constraints;
mod extension;
mod general;
mod key;

pub use constraints::{Constraints, Mapping, Subtree};
pub use extension::{
    AuthorityKeyId, BasicConstraints, ExtendedKeyUsage, Extension, Extensions, KeyUsage, Policies,
    Policy,
};
pub use general::{
    AccessDescription, AccessDescriptions, DistributionPoint, DistributionPoints, GeneralName,
    GeneralNames, PointName, CA_ISSUERS, OCSP,
};
pub use key::{Algorithm, KeyKind, PublicKey, Scheme, RSA_BITS};

use crate::der::{tag, Malformed, Reader, Rule, Tlv};
use crate::name::Name;

/// A certificate, borrowed from its bytes.
#[derive(Clone, Debug)]
pub struct Certificate<'a> {
    /// The whole certificate.
    pub raw: &'a [u8],
    /// The part that is signed.
    pub tbs: &'a [u8],
    /// The serial number: big-endian without the octet of its sign, 1 to 20 octets.
    pub serial: &'a [u8],
    /// The algorithm with which the certificate is signed.
    pub signature_algorithm: Algorithm<'a>,
    /// Who signed it.
    pub issuer: Name<'a>,
    /// The first second at which it is valid, in seconds since 1970 in UTC.
    pub not_before: i64,
    /// The last second at which it is valid, in seconds since 1970 in UTC.
    pub not_after: i64,
    /// Whose it is.
    pub subject: Name<'a>,
    /// The subject's key.
    pub key: PublicKey<'a>,
    /// What its extensions say.
    pub extensions: Extensions<'a>,
    /// The issuer's signature over [`Certificate::tbs`].
    pub signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads the certificate whose DER is `der`.
    ///
    /// # Errors
    /// The first breach of DER (ITU-T X.690) or of the structure of RFC 5280 §4.1 and §4.2: version
    /// v3, a non-negative serial number of at most 20 octets, the signature algorithm the same
    /// within and without, an issuer's name that is not empty, every extension once and of its
    /// type, no trailing bytes.
    pub fn read(der: &'a [u8]) -> Result<Self, Malformed> {
        let mut outer = Reader::new(der);
        let whole = outer.expect(tag::SEQUENCE)?;
        outer.finish()?;
        let mut parts = whole.reader();
        let tbs = parts.expect(tag::SEQUENCE)?;
        let algorithm_offset = parts.offset();
        let signature_algorithm = Algorithm::read(&mut parts)?;
        let signature = parts.bit_octets()?;
        parts.finish()?;

        let mut fields = tbs.reader();
        let version_offset = fields.offset();
        let version = read_version(&mut fields)?;
        let serial = read_serial(fields.expect(tag::INTEGER)?)?;
        if Algorithm::read(&mut fields)?.raw != signature_algorithm.raw {
            return Err(Malformed::new(algorithm_offset, Rule::AlgorithmMismatch));
        }
        let issuer_tlv = fields.expect(tag::SEQUENCE)?;
        let issuer = Name::read(issuer_tlv)?;
        if issuer.is_empty() {
            return Err(issuer_tlv.breaks(Rule::BadName));
        }
        let mut validity = fields.sequence()?;
        let (not_before, not_after) = (validity.time()?, validity.time()?);
        validity.finish()?;
        let subject = Name::read(fields.expect(tag::SEQUENCE)?)?;
        let key = PublicKey::read(&mut fields)?;
        for unique_id in [tag::context(1), tag::context(2)] {
            if let Some(id) = fields.optional(unique_id)? {
                id.bits()?;
            }
        }
        let extensions = match fields.optional(tag::constructed(3))? {
            Some(tlv) if version < V3 => return Err(tlv.breaks(Rule::ExtensionsWithoutV3)),
            Some(tlv) => Extensions::read(tlv)?,
            None => Extensions::default(),
        };
        fields.finish()?;
        if version != V3 {
            return Err(Malformed::new(version_offset, Rule::BadVersion));
        }
        Ok(Self {
            raw: der,
            tbs: tbs.raw,
            serial,
            signature_algorithm,
            issuer,
            not_before,
            not_after,
            subject,
            key,
            extensions,
            signature,
        })
    }

    /// Returns whether issuer and subject are the same name.
    pub fn is_self_issued(&self) -> bool {
        self.issuer.matches(self.subject)
    }

    /// Returns whether the basic constraints say that the subject is a CA.
    pub fn is_ca(&self) -> bool {
        self.extensions.basic_constraints.is_some_and(|constraints| constraints.ca)
    }

    /// Returns the signature over this certificate for the verifier: to be verified with the
    /// issuer's `key`, given the `digest` of [`Certificate::tbs`].
    ///
    /// `None` when the key cannot have made a signature of this algorithm, or the shop does not
    /// verify with the key or the algorithm.
    #[inline]
    pub fn signed_by(&self, key: &PublicKey<'a>, digest: &'a [u8]) -> Option<lanes::Item<'a>> {
        let (key, hash) = key.verifies(self.signature_algorithm.scheme())?;
        Some(lanes::Item { key, hash, digest, signature: self.signature })
    }
}

/// Reads the version: 0 for v1, 2 for v3.
fn read_version(fields: &mut Reader<'_>) -> Result<u64, Malformed> {
    let Some(explicit) = fields.optional(tag::constructed(0))? else { return Ok(0) };
    let mut inner = explicit.reader();
    let version = inner.small()?;
    inner.finish()?;
    match version {
        0 => Err(explicit.breaks(Rule::ExplicitDefault)),
        1 | V3 => Ok(version),
        _ => Err(explicit.breaks(Rule::BadVersion)),
    }
}

fn read_serial(tlv: Tlv<'_>) -> Result<&[u8], Malformed> {
    let serial = tlv.unsigned()?;
    if serial.len() > SERIAL_LEN_MAX {
        return Err(tlv.breaks(Rule::LongSerial));
    }
    Ok(serial)
}

/// The number that stands for version 3.
const V3: u64 = 2;
/// Octets of the longest serial number (RFC 5280 §4.1.2.2).
const SERIAL_LEN_MAX: usize = 20;

#[cfg(test)]
mod tests;
