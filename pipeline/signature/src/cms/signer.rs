//! One signer of a message (RFC 5652 §5.3).

use lanes::{Hash, Item};

use super::attributes::{hash, is_like_attributes};
use super::{Attributes, Fault, DATA};
use crate::certificate::{Algorithm, Certificate, Scheme};
use crate::der::{oid, tag, Rule, Tlv};
use crate::name::Name;

/// A SignerInfo, borrowed from its message.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// Which certificate the signer means.
    pub sid: Sid<'a>,
    /// The hash function of the content's digest.
    pub hash: Hash,
    /// How the signature is made, with the same hash function.
    pub scheme: Scheme,
    /// The signed attributes; without them the signature is over the content itself.
    pub attributes: Option<Attributes<'a>>,
    /// The signature value.
    pub signature: &'a [u8],
    /// The content of the unsigned attributes, which nothing here reads.
    pub unsigned: &'a [u8],
}

/// Which certificate a signer means.
#[derive(Clone, Copy, Debug)]
pub enum Sid<'a> {
    /// By issuer and serial number, the latter without the octet of its sign.
    IssuerAndSerial(Name<'a>, &'a [u8]),
    /// By subject key identifier.
    KeyId(&'a [u8]),
}

/// What is left to do for a signer: digest, compare, verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work<'a> {
    /// The hash function of every digest of this signer.
    pub hash: Hash,
    /// The bytes of the content, to be digested.
    pub content: &'a [u8],
    /// The digest that the content must have; `None` when the signature is over the content.
    pub expected: Option<&'a [u8]>,
    /// How the signature is made.
    pub scheme: Scheme,
    /// The signature over the digest of the attributes ([`Attributes::write`]), or of the content.
    pub signature: &'a [u8],
}

impl Sid<'_> {
    /// Whether this is the certificate that the signer means.
    #[inline]
    pub fn is(&self, certificate: &Certificate<'_>) -> bool {
        match self {
            Self::IssuerAndSerial(issuer, serial) => {
                *serial == certificate.serial && issuer.matches(certificate.issuer)
            }
            Self::KeyId(id) => certificate.extensions.subject_key_id == Some(*id),
        }
    }
}

impl<'a> Signer<'a> {
    /// Reads the SignerInfo that `tlv` is, over content of this type.
    pub(super) fn read(tlv: Tlv<'a>, content_type: &[u8]) -> Result<Self, Fault> {
        let mut parts = tlv.tagged(tag::SEQUENCE)?.reader();
        let version = parts.expect(tag::INTEGER)?;
        let sid = match parts.next()? {
            id if id.tag == tag::SEQUENCE => {
                let mut fields = id.reader();
                let issuer = Name::read(fields.expect(tag::SEQUENCE)?)?;
                let serial = fields.unsigned()?;
                fields.finish()?;
                Sid::IssuerAndSerial(issuer, serial)
            }
            id if id.tag == tag::context(0) => Sid::KeyId(id.content),
            other => return Err(other.breaks(Rule::UnexpectedTag).into()),
        };
        let of_kind = if matches!(sid, Sid::KeyId(_)) { 3 } else { 1 };
        if version.small()? != of_kind {
            return Err(version.breaks(Rule::BadVersion).into());
        }
        let hash = hash(&Algorithm::read(&mut parts)?).ok_or(Fault::Algorithm)?;
        let attributes = match parts.optional(tag::constructed(0))? {
            Some(set) => Some(Attributes::read(set, content_type, hash)?),
            None if content_type != DATA => return Err(Fault::NoAttributes),
            None => None,
        };
        let scheme = scheme(&Algorithm::read(&mut parts)?, hash)?;
        let signature = parts.octet_string()?;
        let unsigned = parts.optional(tag::constructed(1))?.map_or(&[][..], |set| set.content);
        parts.finish()?;
        Ok(Self { sid, hash, scheme, attributes, signature, unsigned })
    }

    /// Returns the certificate that the signer means among those at hand.
    ///
    /// Certificates that cannot be read are passed over. Of several that fit a key identifier the
    /// first is returned; a signature that is wrong under its key is wrong.
    pub fn certificate<'c>(
        &self,
        mut at_hand: impl Iterator<Item = &'c [u8]>,
    ) -> Option<Certificate<'c>> {
        at_hand.find_map(|der| Certificate::read(der).ok().filter(|met| self.sid.is(met)))
    }

    /// Returns what is left to do, given the content.
    ///
    /// # Errors
    /// `AmbiguousContent` when there are no signed attributes and the content could pass for them.
    pub fn work<'c>(&self, content: &'c [u8]) -> Result<Work<'c>, Fault>
    where
        'a: 'c,
    {
        if self.attributes.is_none() && is_like_attributes(content) {
            return Err(Fault::AmbiguousContent);
        }
        Ok(Work {
            hash: self.hash,
            content,
            expected: self.attributes.map(|attributes| attributes.message_digest),
            scheme: self.scheme,
            signature: self.signature,
        })
    }

    /// Returns the signature for the verifier, given the `digest` of the attributes or of the
    /// content; `None` when the certificate's key cannot have made it, or the shop does not verify
    /// with it.
    pub fn item<'i>(&self, certificate: &Certificate<'i>, digest: &'i [u8]) -> Option<Item<'i>>
    where
        'a: 'i,
    {
        let (key, hash) = certificate.key.verifies(self.scheme)?;
        Some(Item { key, hash, digest, signature: self.signature })
    }
}

/// Returns how a signature is made whose content was digested with `hash`.
///
/// `rsaEncryption` (RFC 3370 §3.2) leaves the hash function to the digest algorithm; with any other
/// the two must agree.
fn scheme(algorithm: &Algorithm<'_>, hash: Hash) -> Result<Scheme, Fault> {
    let null = algorithm.parameters.is_some_and(|parameters| parameters.raw == [tag::NULL, 0]);
    let scheme = match algorithm.oid {
        RSA_ENCRYPTION if null || algorithm.parameters.is_none() => Scheme::Rsa(hash),
        _ => algorithm.scheme(),
    };
    match scheme {
        Scheme::Rsa(own) | Scheme::Ecdsa(own) if own == hash => Ok(scheme),
        Scheme::Rsa(_) | Scheme::Ecdsa(_) => Err(Fault::HashMismatch),
        Scheme::Other => Err(Fault::Algorithm),
    }
}

const RSA_ENCRYPTION: &[u8] = &oid::<9>(&[1, 2, 840, 113549, 1, 1, 1]);
