//! OCSP responses as files, for certificates whose list leaves a doubt (RFC 6960).

use lanes::Hash;

use super::answer::Query;
use super::gather::{hash, item, sha256};
use super::listed::Responded;
use super::{Missing, Reason, Refusal, Revoked, Status};
use crate::certificate::{Algorithm, Certificate, Extension};
use crate::der::{oid, tag, Malformed, Reader, Rule, Tlv};
use crate::name::Name;

/// An accepted response.
pub struct Response {
    responded: Responded,
    /// The SubjectPublicKeyInfo of the issuer for which it answers.
    issuer_key: Box<[u8]>,
    singles: Vec<Single>,
}

/// What a response says of one certificate.
struct Single {
    serial: Box<[u8]>,
    status: Status,
    this_update: i64,
    next_update: Option<i64>,
}

impl Response {
    /// Returns the number of certificates that the response speaks of.
    pub fn len(&self) -> usize {
        self.singles.len()
    }

    /// Returns whether the response speaks of no certificate.
    pub fn is_empty(&self) -> bool {
        self.singles.is_empty()
    }

    pub(super) fn responded(&self) -> &Responded {
        &self.responded
    }

    /// Returns what the response says of a certificate, and when it was known to be right.
    ///
    /// `None` when it says nothing of it or is not current at the reference time; one without
    /// nextUpdate (RFC 6960 §4.2.2.1: newer information is always there) counts only when it is
    /// younger than the reference time.
    pub(super) fn status(&self, query: &Query<'_, '_>) -> Option<(Status, i64)> {
        let single = self.singles.iter().find(|s| *s.serial == *query.certificate.serial)?;
        if *self.issuer_key != *query.issuer_key {
            return None;
        }
        let current = single.this_update > query.at
            || single.next_update.is_some_and(|next_update| query.at <= next_update);
        (current || matches!(single.status, Status::Revoked(_)))
            .then_some((single.status, single.this_update))
    }
}

/// The certificates of issuers, for whose certificates somebody may respond.
pub(super) struct Responder<'s, 'a> {
    pub issuers: &'s [Certificate<'a>],
}

/// A BasicOCSPResponse, in place.
struct Basic<'a> {
    tbs: Tlv<'a>,
    algorithm: Algorithm<'a>,
    signature: &'a [u8],
    certificates: Vec<Certificate<'a>>,
    produced_at: i64,
    responder: ResponderId<'a>,
    singles: Reader<'a>,
}

/// ResponderID (RFC 6960 §4.2.1).
enum ResponderId<'a> {
    Name(Name<'a>),
    /// SHA-1 of the responder's public key.
    Key(&'a [u8]),
}

/// CertID (RFC 6960 §4.1.1).
struct CertId<'a> {
    hash: Hash,
    issuer_name: &'a [u8],
    issuer_key: &'a [u8],
}

impl Responder<'_, '_> {
    /// Reads and verifies a response.
    pub fn accept(&self, der: &[u8]) -> Result<Response, Refusal> {
        let basic = Basic::read(der)?;
        let mut singles = Vec::new();
        let mut issuer: Option<&Certificate<'_>> = None;
        let mut reader = basic.singles.clone();
        while !reader.is_empty() {
            if singles.len() == SINGLES_MAX {
                return Err(reader.breaks(Rule::TooMany).into());
            }
            let (id, single) = read_single(&mut reader)?;
            let found = match issuer {
                Some(issuer) => Some(issuer).filter(|issuer| id.is_of(issuer)),
                None => self.issuers.iter().find(|issuer| id.is_of(issuer)),
            };
            issuer = Some(found.ok_or(Refusal::UnknownIssuer)?);
            singles.push(single);
        }
        let issuer = issuer.ok_or(Refusal::NoResponse)?;
        self.check_signer(&basic, issuer)?;
        let this_update = singles.iter().map(|s| s.this_update).min().unwrap_or(basic.produced_at);
        Ok(Response {
            responded: Responded {
                produced_at: basic.produced_at,
                this_update,
                sha256: sha256(der),
            },
            issuer_key: issuer.key.spki.into(),
            singles,
        })
    }

    /// Refuses a response that neither the issuer nor somebody allowed by it has signed
    /// (RFC 6960 §4.2.2.2).
    fn check_signer(&self, basic: &Basic<'_>, issuer: &Certificate<'_>) -> Result<(), Refusal> {
        let hash_of = hash(basic.algorithm.scheme()).ok_or(Refusal::Algorithm)?;
        let digest = lanes::digest(hash_of, basic.tbs.raw);
        let delegates = basic.certificates.iter().filter(|certificate| {
            is_delegate(certificate, basic.produced_at) && is_signed_by(certificate, issuer)
        });
        let named = std::iter::once(issuer).chain(delegates).filter(|c| basic.responder.is(c));
        let mut refusal = Refusal::Responder;
        let mut answers = Vec::new();
        for signer in named {
            let item = item(&signer.key, &basic.algorithm, digest.as_ref(), basic.signature);
            lanes::verify(&[item.ok_or(Refusal::Algorithm)?], &mut answers);
            if answers == [true] {
                return Ok(());
            }
            refusal = Refusal::Signature;
        }
        Err(refusal)
    }
}

/// Whether the issuer's key signed the certificate under the issuer's name.
fn is_signed_by(certificate: &Certificate<'_>, issuer: &Certificate<'_>) -> bool {
    let algorithm = &certificate.signature_algorithm;
    let Some(hash) = hash(algorithm.scheme()) else { return false };
    let digest = lanes::digest(hash, certificate.tbs);
    let mut answers = Vec::new();
    let item = item(&issuer.key, algorithm, digest.as_ref(), certificate.signature);
    item.is_some_and(|item| {
        lanes::verify(&[item], &mut answers);
        answers == [true]
    }) && certificate.issuer.matches(issuer.subject)
}

/// Whether a certificate may respond for its issuer: id-kp-OCSPSigning, valid when the response
/// was made, and id-pkix-ocsp-nocheck, without which its own revocation would have to be asked
/// (RFC 6960 §4.2.2.2.1).
fn is_delegate(certificate: &Certificate<'_>, at: i64) -> bool {
    let extensions = &certificate.extensions;
    let purposes = extensions.extended_key_usage.into_iter().flat_map(|usage| usage.iter());
    purposes.into_iter().any(|purpose| purpose == OCSP_SIGNING)
        && extensions.get(NO_CHECK).is_some()
        && extensions.unknown_critical.is_none()
        && extensions.key_usage.is_none_or(|usage| usage.digital_signature())
        && (certificate.not_before..=certificate.not_after).contains(&at)
}

impl ResponderId<'_> {
    fn is(&self, certificate: &Certificate<'_>) -> bool {
        match self {
            Self::Name(name) => name.matches(certificate.subject),
            Self::Key(id) => lanes::digest(Hash::Sha1, certificate.key.bits).as_ref() == *id,
        }
    }
}

impl CertId<'_> {
    fn is_of(&self, issuer: &Certificate<'_>) -> bool {
        let is =
            |bytes: &[u8], expected: &[u8]| lanes::digest(self.hash, bytes).as_ref() == expected;
        is(issuer.key.bits, self.issuer_key) && is(issuer.subject.raw(), self.issuer_name)
    }
}

impl<'a> Basic<'a> {
    /// Reads an OCSPResponse (RFC 6960 §4.2.1) with a BasicOCSPResponse in it.
    fn read(der: &'a [u8]) -> Result<Self, Refusal> {
        let mut outer = Tlv::only(der)?.tagged(tag::SEQUENCE)?.reader();
        let successful = outer.expect(tag::ENUMERATED)?.content == [0];
        let bytes = outer.optional(tag::constructed(0))?;
        outer.finish()?;
        let (true, Some(bytes)) = (successful, bytes) else { return Err(Refusal::NoResponse) };
        let mut explicit = bytes.reader();
        let mut typed = explicit.sequence()?;
        explicit.finish()?;
        if typed.oid()? != BASIC {
            return Err(Refusal::NoResponse);
        }
        let octets = typed.expect(tag::OCTET_STRING)?;
        typed.finish()?;
        let mut inner = octets.reader();
        let mut parts = inner.sequence()?;
        inner.finish()?;
        let tbs = parts.expect(tag::SEQUENCE)?;
        let algorithm = Algorithm::read(&mut parts)?;
        let signature = parts.bit_octets()?;
        let mut certificates = Vec::new();
        if let Some(explicit) = parts.optional(tag::constructed(0))? {
            let mut explicit = explicit.reader();
            let mut list = explicit.sequence()?;
            explicit.finish()?;
            while !list.is_empty() {
                if certificates.len() == CERTIFICATES_MAX {
                    return Err(list.breaks(Rule::TooMany).into());
                }
                certificates.push(Certificate::read(list.next()?.raw)?);
            }
        }
        parts.finish()?;
        let mut fields = tbs.reader();
        // DEFAULT v1 is not written in DER, and there is no other version.
        let responder = match fields.next()? {
            by if by.tag == tag::constructed(1) => ResponderId::Name(Name::from_der(by.content)?),
            by if by.tag == tag::constructed(2) => {
                let mut key = by.reader();
                let id = key.octet_string()?;
                key.finish()?;
                ResponderId::Key(id)
            }
            other => return Err(other.breaks(Rule::UnexpectedTag).into()),
        };
        let produced_at = fields.expect(tag::GENERALIZED_TIME)?.time()?;
        let singles = fields.sequence()?;
        if let Some(extensions) = fields.optional(tag::constructed(1))? {
            check_extensions(extensions)?;
        }
        fields.finish()?;
        Ok(Self { tbs, algorithm, signature, certificates, produced_at, responder, singles })
    }
}

/// Reads a SingleResponse (RFC 6960 §4.2.1).
fn read_single<'a>(reader: &mut Reader<'a>) -> Result<(CertId<'a>, Single), Refusal> {
    let mut parts = reader.sequence()?;
    let mut id = parts.sequence()?;
    let algorithm = Algorithm::read(&mut id)?;
    let hash = match algorithm.oid {
        SHA1 => Hash::Sha1,
        SHA256 => Hash::Sha256,
        _ => return Err(Refusal::Algorithm),
    };
    let (issuer_name, issuer_key) = (id.octet_string()?, id.octet_string()?);
    let serial = id.unsigned()?;
    id.finish()?;
    let status = read_status(parts.next()?)?;
    let this_update = parts.expect(tag::GENERALIZED_TIME)?.time()?;
    let next_update = match parts.optional(tag::constructed(0))? {
        Some(explicit) => {
            let mut explicit = explicit.reader();
            let time = explicit.expect(tag::GENERALIZED_TIME)?.time()?;
            explicit.finish()?;
            Some(time)
        }
        None => None,
    };
    if next_update.is_some_and(|next_update| next_update < this_update) {
        return Err(Refusal::Backwards);
    }
    if let Some(extensions) = parts.optional(tag::constructed(1))? {
        check_extensions(extensions)?;
    }
    parts.finish()?;
    let single = Single { serial: serial.into(), status, this_update, next_update };
    Ok((CertId { hash, issuer_name, issuer_key }, single))
}

/// Reads a CertStatus.
fn read_status(tlv: Tlv<'_>) -> Result<Status, Malformed> {
    const GOOD: u8 = tag::context(0);
    const REVOKED: u8 = tag::constructed(1);
    const UNKNOWN: u8 = tag::context(2);
    match tlv.tag {
        GOOD => tlv.null().map(|()| Status::Good),
        UNKNOWN => tlv.null().map(|()| Status::Unknown(Missing::Responder)),
        REVOKED => {
            let mut parts = tlv.reader();
            let date = parts.expect(tag::GENERALIZED_TIME)?.time()?;
            let mut reason = None;
            if let Some(explicit) = parts.optional(tag::constructed(0))? {
                let code = Tlv::only(explicit.content)?.tagged(tag::ENUMERATED)?;
                let [code] = code.content else { return Err(explicit.breaks(Rule::BadExtension)) };
                let known = Reason::from_code(*code);
                reason = Some(known.ok_or_else(|| explicit.breaks(Rule::BadExtension))?);
            }
            parts.finish()?;
            Ok(Status::Revoked(Revoked { date, reason }))
        }
        _ => Err(tlv.breaks(Rule::UnexpectedTag)),
    }
}

/// Refuses critical extensions: RFC 6960 §4.4 has none that must be known.
fn check_extensions(explicit: Tlv<'_>) -> Result<(), Refusal> {
    let mut outer = explicit.reader();
    let mut list = outer.sequence()?.not_empty()?;
    outer.finish()?;
    while !list.is_empty() {
        if Extension::read(&mut list)?.critical {
            return Err(Refusal::UnknownCritical);
        }
    }
    Ok(())
}

/// Certificates in a response; there is one, or a short path.
const CERTIFICATES_MAX: usize = 16;
/// Certificates that a response speaks of; real ones speak of one.
const SINGLES_MAX: usize = 1024;

const BASIC: &[u8] = &oid::<9>(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 1]);
const NO_CHECK: &[u8] = &oid::<9>(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 5]);
const OCSP_SIGNING: &[u8] = &oid::<8>(&[1, 3, 6, 1, 5, 5, 7, 3, 9]);
const SHA1: &[u8] = &oid::<5>(&[1, 3, 14, 3, 2, 26]);
const SHA256: &[u8] = &oid::<9>(&[2, 16, 840, 1, 101, 3, 4, 2, 1]);
