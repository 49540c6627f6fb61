//! The signed attributes of a signer (RFC 5652 §5.3, §11).

use lanes::Hash;

use super::Fault;
use crate::certificate::{Algorithm, Certificate, GeneralName, GeneralNames};
use crate::der::{oid, tag, Reader, Rule, Tlv};

/// The signed attributes, checked whole when they are read.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a> {
    /// The attributes as they stand, under the tag `[0]`.
    raw: &'a [u8],
    /// The digest of the content.
    pub message_digest: &'a [u8],
    /// The moment that the signer claims, UNIX seconds; nobody vouches for it.
    pub signing_time: Option<i64>,
    /// The certificate that the signer binds the signature to.
    pub certificate: Option<CertificateId<'a>>,
}

/// The first ESSCertID or ESSCertIDv2 of a signing certificate attribute (RFC 5035).
#[derive(Clone, Copy, Debug)]
pub struct CertificateId<'a> {
    /// The hash function of the digest.
    pub hash: Hash,
    /// The digest of the whole certificate.
    pub digest: &'a [u8],
    /// Issuer and serial number of the certificate, where they are given.
    issuer_serial: Option<(GeneralNames<'a>, &'a [u8])>,
}

impl<'a> Attributes<'a> {
    /// Reads signed attributes, of which `tlv` is the implicit set.
    ///
    /// # Errors
    /// Those of the reader, `SetOrder` among them: the signature is over the DER of the set, which
    /// is therefore how it must stand. Those of RFC 5652 §11: contentType and messageDigest are
    /// there, every attribute that is known here stands once and has one value.
    pub(super) fn read(tlv: Tlv<'a>, content_type: &[u8], hash: Hash) -> Result<Self, Fault> {
        let mut reader = tlv.reader().not_empty()?;
        reader.ascending()?;
        let mut found = Found::default();
        while !reader.is_empty() {
            found.take(&mut reader)?;
        }
        if found.content_type.ok_or(Fault::NoContentType)? != content_type {
            return Err(Fault::OtherContentType);
        }
        let message_digest = found.message_digest.ok_or(Fault::NoMessageDigest)?;
        if message_digest.len() != hash.digest_len() {
            return Err(Fault::DigestLength);
        }
        Ok(Self {
            raw: tlv.raw,
            message_digest,
            signing_time: found.signing_time,
            certificate: found.certificate_v2.or(found.certificate),
        })
    }

    /// Appends the bytes whose digest is signed: the attributes under the tag of a SET OF
    /// (RFC 5652 §5.4).
    pub fn write(&self, out: &mut Vec<u8>) {
        out.push(tag::SET);
        out.extend_from_slice(&self.raw[1..]);
    }

    /// Returns the length of what [`Self::write`] appends, in bytes.
    pub fn written_len(&self) -> usize {
        self.raw.len()
    }
}

impl CertificateId<'_> {
    /// Whether the certificate has the issuer and serial number that are given, if any are; its
    /// digest is compared apart from this.
    pub fn may_be(&self, certificate: &Certificate<'_>) -> bool {
        let Some((names, serial)) = self.issuer_serial else { return true };
        let mut names = names.iter();
        let (Some(GeneralName::Directory(name)), None) = (names.next(), names.next()) else {
            return false;
        };
        name.matches(certificate.issuer) && serial == certificate.serial
    }
}

/// Whether content could pass for signed attributes: a SET OF attributes with a contentType and a
/// messageDigest among them.
pub(super) fn is_like_attributes(content: &[u8]) -> bool {
    if content.first() != Some(&tag::SET) {
        return false;
    }
    let Ok(set) = Tlv::only(content) else { return false };
    let (mut reader, mut content_type, mut digest) = (set.reader(), false, false);
    while !reader.is_empty() {
        let Ok(mut attribute) = reader.sequence() else { return false };
        let Ok(kind) = attribute.oid() else { return false };
        content_type |= kind == CONTENT_TYPE;
        digest |= kind == MESSAGE_DIGEST;
    }
    content_type || digest
}

/// What was met so far.
#[derive(Default)]
struct Found<'a> {
    kinds: [&'a [u8]; ATTRIBUTES_MAX],
    count: usize,
    content_type: Option<&'a [u8]>,
    message_digest: Option<&'a [u8]>,
    signing_time: Option<i64>,
    certificate: Option<CertificateId<'a>>,
    certificate_v2: Option<CertificateId<'a>>,
}

impl<'a> Found<'a> {
    fn take(&mut self, reader: &mut Reader<'a>) -> Result<(), Fault> {
        let mut attribute = reader.sequence()?;
        let kind = attribute.oid()?;
        let values = attribute.expect(tag::SET)?;
        attribute.finish()?;
        if self.kinds[..self.count].contains(&kind) {
            return Err(Fault::RepeatedAttribute);
        }
        if self.count == ATTRIBUTES_MAX {
            return Err(values.breaks(Rule::TooMany).into());
        }
        self.kinds[self.count] = kind;
        self.count += 1;
        match kind {
            CONTENT_TYPE => self.content_type = Some(only(values)?.tagged(tag::OID)?.oid()?),
            MESSAGE_DIGEST => {
                self.message_digest = Some(only(values)?.tagged(tag::OCTET_STRING)?.content);
            }
            SIGNING_TIME => self.signing_time = Some(only(values)?.time()?),
            SIGNING_CERTIFICATE => self.certificate = Some(read_id(only(values)?, false)?),
            SIGNING_CERTIFICATE_V2 => self.certificate_v2 = Some(read_id(only(values)?, true)?),
            _ => values.reader().ascending()?,
        }
        Ok(())
    }
}

/// Returns the one value of an attribute.
fn only(values: Tlv<'_>) -> Result<Tlv<'_>, Fault> {
    let mut reader = values.reader();
    if reader.is_empty() {
        return Err(Fault::ManyValues);
    }
    let value = reader.next()?;
    if reader.is_empty() {
        Ok(value)
    } else {
        Err(Fault::ManyValues)
    }
}

/// Reads the first certificate of a SigningCertificate or, in version 2, SigningCertificateV2.
fn read_id(value: Tlv<'_>, v2: bool) -> Result<CertificateId<'_>, Fault> {
    let mut signing = value.tagged(tag::SEQUENCE)?.reader();
    let mut ids = signing.sequence()?.not_empty()?;
    signing.optional(tag::SEQUENCE)?;
    signing.finish()?;
    let mut id = ids.sequence()?;
    let hash = match v2 {
        true => read_hash(&mut id)?,
        false => Hash::Sha1,
    };
    let digest = id.octet_string()?;
    if digest.len() != hash.digest_len() {
        return Err(Fault::DigestLength);
    }
    let issuer_serial = match id.optional(tag::SEQUENCE)? {
        Some(tlv) => {
            let mut parts = tlv.reader();
            let names = GeneralNames::read(parts.expect(tag::SEQUENCE)?)?;
            let serial = parts.unsigned()?;
            parts.finish()?;
            Some((names, serial))
        }
        None => None,
    };
    id.finish()?;
    Ok(CertificateId { hash, digest, issuer_serial })
}

/// Reads the hash function of an ESSCertIDv2; SHA-256 is its default, which DER does not write but
/// many makers do, so that it is taken either way.
fn read_hash(id: &mut Reader<'_>) -> Result<Hash, Fault> {
    match id.peek() {
        Some(tag::SEQUENCE) => hash(&Algorithm::read(id)?).ok_or(Fault::Algorithm),
        _ => Ok(Hash::Sha256),
    }
}

/// Returns the hash function of an algorithm, whose parameters are NULL or absent (RFC 5754 §2).
pub(super) fn hash(algorithm: &Algorithm<'_>) -> Option<Hash> {
    if algorithm.parameters.is_some_and(|parameters| parameters.raw != [tag::NULL, 0]) {
        return None;
    }
    Some(match algorithm.oid {
        SHA1 => Hash::Sha1,
        SHA256 => Hash::Sha256,
        SHA384 => Hash::Sha384,
        SHA512 => Hash::Sha512,
        _ => return None,
    })
}

/// Real signers have three to eight attributes.
const ATTRIBUTES_MAX: usize = 24;

const CONTENT_TYPE: &[u8] = &oid::<9>(&[1, 2, 840, 113549, 1, 9, 3]);
const MESSAGE_DIGEST: &[u8] = &oid::<9>(&[1, 2, 840, 113549, 1, 9, 4]);
const SIGNING_TIME: &[u8] = &oid::<9>(&[1, 2, 840, 113549, 1, 9, 5]);
const SIGNING_CERTIFICATE: &[u8] = &oid::<11>(&[1, 2, 840, 113549, 1, 9, 16, 2, 12]);
const SIGNING_CERTIFICATE_V2: &[u8] = &oid::<11>(&[1, 2, 840, 113549, 1, 9, 16, 2, 47]);
const SHA1: &[u8] = &oid::<5>(&[1, 3, 14, 3, 2, 26]);
const SHA256: &[u8] = &oid::<9>(&[2, 16, 840, 1, 101, 3, 4, 2, 1]);
const SHA384: &[u8] = &oid::<9>(&[2, 16, 840, 1, 101, 3, 4, 2, 2]);
const SHA512: &[u8] = &oid::<9>(&[2, 16, 840, 1, 101, 3, 4, 2, 3]);
