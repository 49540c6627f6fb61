//! OCSP responses: one oddity each.

use lanes::Hash;
use signature::certificate::Certificate;
use signature::der::tag;
use signature::revocation::{Gathering, Missing, Query, Refusal, Status};

use super::forge::*;

const SERIAL: &[u8] = &[5];
const MORNING: &str = "2026-01-10T09:00:00Z";

/// A response to be made.
struct Draft {
    issuer_key: Vec<u8>,
    status: Vec<u8>,
    next_update: Option<&'static str>,
    certificates: Vec<Vec<u8>>,
    hash: (Hash, &'static [u8]),
}

impl Draft {
    fn good(issuer: &Key) -> Self {
        Self {
            issuer_key: issuer.bits.clone(),
            status: tlv(0x80, &[]),
            next_update: Some("20260111000000Z"),
            certificates: Vec::new(),
            hash: (Hash::Sha1, &[0x2b, 0x0e, 3, 2, 0x1a]),
        }
    }

    /// Signs a response of 2026-01-10T08:00 by the responder with this key.
    fn signed_by(&self, responder: &Key) -> Vec<u8> {
        let time = |text: &str| tlv(tag::GENERALIZED_TIME, text.as_bytes());
        let digest = |bytes: &[u8]| octets(lanes::digest(self.hash.0, bytes).as_ref());
        let id = sequence(&[
            algorithm(self.hash.1),
            digest(&authority_name()),
            digest(&self.issuer_key),
            integer(SERIAL),
        ]);
        let next = self.next_update.map(|text| tlv(0xa0, &time(text))).unwrap_or_default();
        let single = sequence(&[id, self.status.clone(), time("20260110080000Z"), next]);
        let by_key = tlv(0xa2, &octets(&responder.id()));
        let tbs = sequence(&[by_key, time("20260110080000Z"), sequence(&[single])]);
        let mut parts = vec![tbs.clone(), algorithm(SHA256_RSA), bit_string(&responder.sign(&tbs))];
        if !self.certificates.is_empty() {
            parts.push(tlv(0xa0, &sequence(&self.certificates)));
        }
        let basic = [0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1];
        let bytes = sequence(&[oid(&basic), octets(&sequence(&parts))]);
        sequence(&[tlv(tag::ENUMERATED, &[0]), tlv(0xa0, &bytes)])
    }
}

/// A certificate of a responder, with the purpose and the nocheck that are given.
fn responder(key: &Key, issuer: &Key, purpose: u8, no_check: bool) -> Vec<u8> {
    let purpose = oid(&[0x2b, 6, 1, 5, 5, 7, 3, purpose]);
    let mut extensions = vec![extension(&[0x55, 0x1d, 37], false, &sequence(&[purpose]))];
    if no_check {
        let kind = [0x2b, 6, 1, 5, 5, 7, 0x30, 1, 5];
        extensions.push(extension(&kind, false, &tlv(tag::NULL, &[])));
    }
    let subject = name(&["responder"]);
    let draft =
        super::forge::Draft { serial: &[77], issuer: authority_name(), subject, key, extensions };
    draft.signed_by(issuer)
}

/// Returns the status that a response gives to the certificate of [`SERIAL`].
fn ask(response: &[u8], moment: &str) -> Result<Status, &'static str> {
    let (ca, signer) = (Key::of(0), authority(&Key::of(0)));
    let mut gathering = Gathering::new([signer.as_slice()]);
    gathering.take_response(response).map_err(Refusal::code)?;
    let crls = gathering.finish();
    let der = citizen(SERIAL, "Wako-shi", &Key::of(3), &ca);
    let certificate = Certificate::read(&der).expect("a good certificate");
    let query = Query { certificate: &certificate, issuer_key: &ca.spki, at: at(moment) };
    let answer = crls.answer(query);
    assert_eq!(answer.response.is_some(), !matches!(answer.status, Status::Unknown(_)));
    Ok(answer.status)
}

#[test]
fn the_issuer_or_whom_it_allows_may_respond() {
    let (ca, delegate) = (Key::of(0), Key::of(1));
    assert_eq!(ask(&Draft::good(&ca).signed_by(&ca), MORNING), Ok(Status::Good));
    let mut by_sha256 = Draft::good(&ca);
    by_sha256.hash = (Hash::Sha256, SHA256);
    assert_eq!(ask(&by_sha256.signed_by(&ca), MORNING), Ok(Status::Good));
    let by_delegate = |certificate: Vec<u8>| {
        let draft = Draft { certificates: vec![certificate], ..Draft::good(&ca) };
        ask(&draft.signed_by(&delegate), MORNING)
    };
    assert_eq!(by_delegate(responder(&delegate, &ca, 9, true)), Ok(Status::Good));
    assert_eq!(by_delegate(responder(&delegate, &ca, 2, true)), Err("responder"));
    assert_eq!(by_delegate(responder(&delegate, &ca, 9, false)), Err("responder"));
    assert_eq!(by_delegate(responder(&delegate, &delegate, 9, true)), Err("responder"));
    assert_eq!(ask(&Draft::good(&ca).signed_by(&delegate), MORNING), Err("responder"));
    let other = Draft { issuer_key: delegate.bits.clone(), ..Draft::good(&ca) };
    assert_eq!(ask(&other.signed_by(&ca), MORNING), Err("unknown-issuer"));
}

#[test]
fn a_response_counts_within_its_time() {
    let ca = Key::of(0);
    let good = Draft::good(&ca).signed_by(&ca);
    let stale = Status::Unknown(Missing::Issuer);
    assert_eq!(ask(&good, "2026-01-11T00:00:00Z"), Ok(Status::Good));
    assert_eq!(ask(&good, "2026-01-11T00:00:01Z"), Ok(stale));
    let endless = Draft { next_update: None, ..Draft::good(&ca) }.signed_by(&ca);
    assert_eq!(ask(&endless, MORNING), Ok(stale));
    assert_eq!(ask(&endless, "2026-01-10T07:59:59Z"), Ok(Status::Good));
}

#[test]
fn revoked_and_unknown_are_told() {
    let ca = Key::of(0);
    let date = tlv(tag::GENERALIZED_TIME, b"20260109000000Z");
    let reason = tlv(0xa0, &tlv(tag::ENUMERATED, &[6]));
    let status = tlv(0xa1, &[date, reason].concat());
    let revoked = Draft { status, ..Draft::good(&ca) }.signed_by(&ca);
    assert!(matches!(ask(&revoked, MORNING), Ok(Status::Revoked(_))));
    let unknown = Draft { status: tlv(0x82, &[]), ..Draft::good(&ca) }.signed_by(&ca);
    assert_eq!(ask(&unknown, MORNING), Ok(Status::Unknown(Missing::Responder)));
    let error = sequence(&[tlv(tag::ENUMERATED, &[3])]);
    assert_eq!(ask(&error, MORNING), Err("no-response"));
    let mut altered = Draft::good(&ca).signed_by(&ca);
    let last = altered.len() - 1;
    altered[last] ^= 1;
    assert_eq!(ask(&altered, MORNING), Err("signature"));
}
