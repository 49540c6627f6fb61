//! The certificates that are trusted because the operator put them there.

use std::ops::Range;

use lanes::{digest, Hash};
use x509_parser::pem::Pem;

use crate::certificate::{AuthorityKeyId, Certificate, GeneralName, KeyKind, PublicKey};
use crate::der::Malformed;
use crate::name::Name;
use crate::profile::Authority;

/// Anchors, found by the identifier of their key.
///
/// Several generations of a CA have one name and different keys, so that a name alone finds
/// nothing for certain.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    /// Ordered by key identifier, then by bytes; no certificate stands twice.
    anchors: Vec<Anchor>,
}

/// A trusted CA certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    der: Box<[u8]>,
    key_id: Vec<u8>,
    subject: Range<usize>,
    issuer: Range<usize>,
    serial: Range<usize>,
    spki: Range<usize>,
    bits: Range<usize>,
    kind: KeySpan,
    /// Which of the two JPKI authorities it is by its name.
    pub authority: Authority,
    /// The first second of its validity, since 1970 in UTC.
    pub not_before: i64,
    /// The last second of its validity, since 1970 in UTC.
    pub not_after: i64,
    /// How many CA certificates may follow it, if it says so.
    pub path_len: Option<u64>,
    /// Whether its key may sign revocation lists.
    pub signs_crls: bool,
}

/// Where the key's parts stand in the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
enum KeySpan {
    Rsa { modulus: Range<usize>, exponent: Range<usize> },
    P256,
    P384,
    Other,
}

/// Why a file is no anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnchorFault {
    /// It is not a certificate.
    #[error("the certificate is malformed at {0}")]
    Malformed(#[from] Malformed),
    /// It is PEM without a certificate, or broken PEM.
    #[error("the PEM file holds no certificate that can be read")]
    NoCertificate,
    /// It is not a CA's, or its key may not sign certificates.
    #[error("the certificate is not one of a CA that signs certificates")]
    NotCa,
}

impl Anchors {
    /// Returns the anchors of a folder: each file is a certificate in DER, or PEM with any number
    /// of them. The order of the files does not matter.
    ///
    /// # Errors
    /// The first file's fault with its index.
    pub fn read<'f>(
        files: impl IntoIterator<Item = &'f [u8]>,
    ) -> Result<Self, (usize, AnchorFault)> {
        let mut anchors = Self::default();
        for (index, file) in files.into_iter().enumerate() {
            anchors.add(file).map_err(|fault| (index, fault))?;
        }
        Ok(anchors)
    }

    /// Adds the certificates of one file, DER or PEM; those that are there already change nothing.
    ///
    /// # Errors
    /// `Malformed`, `NoCertificate`, `NotCa`; nothing of the file is added then.
    pub fn add(&mut self, file: &[u8]) -> Result<(), AnchorFault> {
        let added: Vec<Anchor> =
            certificates_of(file)?.into_iter().map(Anchor::read).collect::<Result<_, _>>()?;
        for anchor in added {
            let order =
                |other: &Anchor| (&other.key_id, &other.der).cmp(&(&anchor.key_id, &anchor.der));
            if let Err(place) = self.anchors.binary_search_by(order) {
                self.anchors.insert(place, anchor);
            }
        }
        Ok(())
    }

    /// Returns this anchor alone.
    pub(crate) fn only(anchor: &Anchor) -> Self {
        Self { anchors: vec![anchor.clone()] }
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.anchors.len()
    }

    /// Returns whether nothing is trusted.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// Returns every anchor, ordered by key identifier.
    pub fn iter(&self) -> std::slice::Iter<'_, Anchor> {
        self.anchors.iter()
    }

    /// Returns the anchors whose key has this identifier.
    #[inline]
    pub fn by_key_id(&self, key_id: &[u8]) -> &[Anchor] {
        let start = self.anchors.partition_point(|anchor| anchor.key_id.as_slice() < key_id);
        let rest = &self.anchors[start..];
        let len = rest.iter().take_while(|anchor| anchor.key_id == key_id).count();
        &rest[..len]
    }
}

/// Returns the certificates of one file: the bytes themselves if they are DER, else every
/// certificate of a PEM file, in its order. They are not read yet.
///
/// # Errors
/// `NoCertificate` for PEM that is broken or has no certificate.
pub fn certificates_of(file: &[u8]) -> Result<Vec<Vec<u8>>, AnchorFault> {
    if file.first() == Some(&crate::der::tag::SEQUENCE) {
        return Ok(vec![file.to_vec()]);
    }
    let mut certificates = Vec::new();
    for pem in Pem::iter_from_buffer(file) {
        let pem = pem.map_err(|_| AnchorFault::NoCertificate)?;
        if pem.label == "CERTIFICATE" || pem.label == "X509 CERTIFICATE" {
            certificates.push(pem.contents);
        }
    }
    if certificates.is_empty() {
        return Err(AnchorFault::NoCertificate);
    }
    Ok(certificates)
}

impl Anchor {
    fn read(der: Vec<u8>) -> Result<Self, AnchorFault> {
        let der = der.into_boxed_slice();
        let certificate = Certificate::read(&der)?;
        let extensions = &certificate.extensions;
        let signs = extensions.key_usage.is_none_or(|usage| usage.key_cert_sign());
        if !certificate.is_ca() || !signs {
            return Err(AnchorFault::NotCa);
        }
        let key = &certificate.key;
        let kind = match key.kind {
            KeyKind::Rsa { modulus, exponent } => {
                KeySpan::Rsa { modulus: span(&der, modulus), exponent: span(&der, exponent) }
            }
            KeyKind::P256(_) => KeySpan::P256,
            KeyKind::P384(_) => KeySpan::P384,
            KeyKind::Other => KeySpan::Other,
        };
        let (subject, issuer) = (certificate.subject.raw(), certificate.issuer.raw());
        Ok(Self {
            key_id: key_id(&certificate),
            subject: span(&der, subject),
            issuer: span(&der, issuer),
            serial: span(&der, certificate.serial),
            spki: span(&der, key.spki),
            bits: span(&der, key.bits),
            kind,
            authority: Authority::of(certificate.subject),
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            path_len: extensions.basic_constraints.and_then(|constraints| constraints.path_len),
            signs_crls: extensions.key_usage.is_none_or(|usage| usage.crl_sign()),
            der,
        })
    }

    /// Returns the DER of the certificate.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Returns the identifier of its key: that of the certificate, or the SHA-1 of the key where it
    /// has none (RFC 5280 §4.2.1.2, method 1).
    pub fn key_id(&self) -> &[u8] {
        &self.key_id
    }

    /// Returns its name.
    #[inline]
    pub fn name(&self) -> Name<'_> {
        Name::from_checked(&self.der[self.subject.clone()])
    }

    /// Returns its key.
    #[inline]
    pub fn key(&self) -> PublicKey<'_> {
        let bits = &self.der[self.bits.clone()];
        let kind = match &self.kind {
            KeySpan::Rsa { modulus, exponent } => KeyKind::Rsa {
                modulus: &self.der[modulus.clone()],
                exponent: &self.der[exponent.clone()],
            },
            KeySpan::P256 => KeyKind::P256(bits),
            KeySpan::P384 => KeyKind::P384(bits),
            KeySpan::Other => KeyKind::Other,
        };
        PublicKey { spki: &self.der[self.spki.clone()], bits, kind }
    }

    /// Returns the certificate, read again.
    pub fn certificate(&self) -> Certificate<'_> {
        Certificate::read(&self.der).expect("an anchor was read when it was added")
    }

    /// Returns whether an authority key identifier can mean this anchor: the key identifier is
    /// this key's, issuer and serial number are this certificate's; what is absent says nothing.
    #[inline]
    pub fn is_meant_by(&self, id: &AuthorityKeyId<'_>) -> bool {
        let issuer = Name::from_checked(&self.der[self.issuer.clone()]);
        is_meant(id, &self.key_id, issuer, &self.der[self.serial.clone()])
    }
}

/// Returns whether an authority key identifier can mean the certificate with this key identifier,
/// issuer and serial number.
pub(super) fn is_meant(
    id: &AuthorityKeyId<'_>,
    key_id: &[u8],
    issuer: Name<'_>,
    serial: &[u8],
) -> bool {
    id.key.is_none_or(|key| key == key_id)
        && id.serial.is_none_or(|met| met == serial)
        && id.issuer.is_none_or(|names| {
            let mut directories = names.iter().filter_map(|name| match name {
                GeneralName::Directory(name) => Some(name),
                _ => None,
            });
            directories.all(|name| name.matches(issuer))
        })
}

/// Returns the identifier of the certificate's own key.
pub(super) fn key_id(certificate: &Certificate<'_>) -> Vec<u8> {
    match certificate.extensions.subject_key_id {
        Some(id) => id.to_vec(),
        None => digest(Hash::Sha1, certificate.key.bits).as_ref().to_vec(),
    }
}

/// Returns where `part`, a slice of `whole`, stands in it.
fn span(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}
