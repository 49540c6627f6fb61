//! CMS messages: one oddity each.

use lanes::Hash;
use signature::certificate::Certificate;
use signature::cms::{Fault, SignedData};
use signature::der::tag;

use super::forge::*;

pub const CONTENT: &[u8] = b"<application/>";
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const SIGNED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];

/// A message to be made.
pub struct Draft {
    content_type: &'static [u8],
    attached: bool,
    version: u8,
    sid: Vec<u8>,
    digest_algorithm: &'static [u8],
    signature_algorithm: &'static [u8],
    attributes: Option<Vec<Vec<u8>>>,
    /// Signs something else than what stands in the message.
    over: Option<Vec<u8>>,
    signers: usize,
}

impl Draft {
    pub fn new(certificate: &[u8]) -> Self {
        let certificate = Certificate::read(certificate).expect("a good certificate");
        let sid = sequence(&[certificate.issuer.raw().to_vec(), integer(certificate.serial)]);
        Self {
            content_type: DATA,
            attached: true,
            version: 1,
            sid,
            digest_algorithm: SHA256,
            signature_algorithm: RSA,
            attributes: Some(vec![content_type(DATA), message_digest(CONTENT), signing_time()]),
            over: None,
            signers: 1,
        }
    }

    pub fn signed_by(&self, key: &Key, certificate: &[u8]) -> Vec<u8> {
        let attributes = self.attributes.clone().map(set);
        let signed = attributes.clone().unwrap_or(CONTENT.to_vec());
        let signature = key.sign(self.over.as_ref().unwrap_or(&signed));
        let implicit = attributes.map(|set| [&[0xa0], &set[1..]].concat()).unwrap_or_default();
        let signer = sequence(&[
            integer(&[self.version]),
            self.sid.clone(),
            algorithm(self.digest_algorithm),
            implicit,
            algorithm(self.signature_algorithm),
            octets(&signature),
        ]);
        let content = if self.attached { tlv(0xa0, &octets(CONTENT)) } else { Vec::new() };
        let data = sequence(&[
            integer(&[1]),
            set(vec![algorithm(SHA256)]),
            sequence(&[oid(self.content_type), content]),
            tlv(0xa0, certificate),
            set(vec![signer; self.signers]),
        ]);
        sequence(&[oid(SIGNED), tlv(0xa0, &data)])
    }
}

fn attribute(kind: &[u8], values: Vec<Vec<u8>>) -> Vec<u8> {
    sequence(&[oid(kind), set(values)])
}

fn pkcs9(number: u8) -> [u8; 9] {
    [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, number]
}

fn content_type(kind: &[u8]) -> Vec<u8> {
    attribute(&pkcs9(3), vec![oid(kind)])
}

fn message_digest(content: &[u8]) -> Vec<u8> {
    let digest = lanes::digest(Hash::Sha256, content);
    attribute(&pkcs9(4), vec![octets(digest.as_ref())])
}

fn signing_time() -> Vec<u8> {
    attribute(&pkcs9(5), vec![utc("260110090000")])
}

/// Verifies a message as far as it goes without its path.
fn verify(message: &[u8], detached: Option<&[u8]>) -> Result<bool, Fault> {
    let signed = SignedData::read(message)?;
    let content = signed.signed_content(detached)?;
    let mut right = true;
    for signer in signed.signers() {
        let signer = signer?;
        let certificate = signer.certificate(signed.certificates()).expect("the certificate");
        let work = signer.work(content)?;
        let digest = lanes::digest(work.hash, work.content);
        let mut over = Vec::new();
        match signer.attributes {
            Some(attributes) => attributes.write(&mut over),
            None => over.extend_from_slice(content),
        }
        right &= work.expected.is_none_or(|expected| expected == digest.as_ref());
        let digest = lanes::digest(work.hash, &over);
        let mut answers = Vec::new();
        lanes::verify(&[signer.item(&certificate, digest.as_ref()).expect("RSA")], &mut answers);
        right &= answers == [true];
    }
    Ok(right)
}

/// Signs a draft that was changed, and verifies it.
fn check(change: &dyn Fn(&mut Draft)) -> Result<bool, &'static str> {
    let key = Key::of(3);
    let certificate = citizen(&[5], "Wako-shi", &key, &Key::of(0));
    let mut draft = Draft::new(&certificate);
    change(&mut draft);
    let detached = (!draft.attached).then_some(CONTENT);
    verify(&draft.signed_by(&key, &certificate), detached).map_err(Fault::code)
}

fn attributes(draft: &mut Draft) -> &mut Vec<Vec<u8>> {
    draft.attributes.as_mut().expect("signed attributes")
}

#[test]
fn messages_of_every_allowed_form_are_right() {
    let changes: [&dyn Fn(&mut Draft); 8] = [
        &|_| {},
        &|draft| draft.attached = false,
        &|draft| draft.attributes = None,
        &|draft| draft.signature_algorithm = SHA256_RSA,
        &|draft| draft.signers = 2,
        &|draft| (draft.version, draft.sid) = (3, tlv(0x80, &Key::of(3).id())),
        &|draft| attributes(draft).truncate(2),
        &|draft| attributes(draft).push(attribute(&pkcs9(52), vec![octets(b"a"), octets(b"b")])),
    ];
    for change in changes {
        assert_eq!(check(change), Ok(true));
    }
}

#[test]
fn a_message_with_an_oddity_is_refused_by_its_name() {
    let refused = |code: &str, change: &dyn Fn(&mut Draft)| {
        assert_eq!(check(change), Err(code));
    };
    refused("no-content-type", &|draft| drop(attributes(draft).remove(0)));
    refused("other-content-type", &|draft| attributes(draft)[0] = content_type(TST_INFO));
    refused("no-message-digest", &|draft| drop(attributes(draft).remove(1)));
    refused("repeated-attribute", &|draft| attributes(draft).push(content_type(DATA)));
    refused("repeated-attribute", &|draft| attributes(draft).push(message_digest(b"other")));
    refused("many-values", &|draft| {
        let values = vec![octets(&[1; 32]), octets(&[2; 32])];
        attributes(draft)[1] = attribute(&pkcs9(4), values);
    });
    refused("many-values", &|draft| attributes(draft)[0] = attribute(&pkcs9(3), Vec::new()));
    refused("digest-length", &|draft| {
        attributes(draft)[1] = attribute(&pkcs9(4), vec![octets(&[1; 20])]);
    });
    refused("bad-time", &|draft| {
        let time = tlv(tag::UTC_TIME, b"2601100900Z");
        attributes(draft)[2] = attribute(&pkcs9(5), vec![time]);
    });
    refused("empty-list", &|draft| draft.attributes = Some(Vec::new()));
    refused("no-attributes", &|draft| {
        (draft.attributes, draft.content_type) = (None, TST_INFO);
    });
    refused("no-signer", &|draft| draft.signers = 0);
    refused("bad-version", &|draft| draft.version = 3);
    refused("hash-mismatch", &|draft| {
        draft.signature_algorithm = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13];
    });
    refused("algorithm", &|draft| {
        draft.signature_algorithm = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
    });
}

#[test]
fn attributes_out_of_order_and_indefinite_lengths_are_refused() {
    let key = Key::of(3);
    let certificate = citizen(&[5], "Wako-shi", &key, &Key::of(0));
    let message = Draft::new(&certificate).signed_by(&key, &certificate);
    let (first, second) = (content_type(DATA), signing_time());
    assert_eq!(first.len(), 26);
    let both = [&first[..], &second[..]].concat();
    let at = message.windows(both.len()).position(|window| window == both);
    let at = at.expect("the two attributes stand in this order");
    let mut swapped = message.clone();
    swapped[at..at + both.len()].copy_from_slice(&[second, first].concat());
    assert_eq!(verify(&swapped, None).map_err(Fault::code), Err("set-order"));
    let mut indefinite = message.clone();
    indefinite[1] = 0x80;
    assert_eq!(verify(&indefinite, None).map_err(Fault::code), Err("indefinite-length"));
    for cut in 0..message.len() {
        assert!(verify(&message[..cut], None).is_err(), "cut at {cut}");
    }
}

#[test]
fn attributes_given_out_as_content_are_refused() {
    let key = Key::of(3);
    let certificate = citizen(&[5], "Wako-shi", &key, &Key::of(0));
    let stolen = set(vec![content_type(DATA), message_digest(CONTENT), signing_time()]);
    let mut draft = Draft::new(&certificate);
    (draft.attributes, draft.attached) = (None, false);
    draft.over = Some(stolen.clone());
    let message = draft.signed_by(&key, &certificate);
    assert_eq!(verify(&message, Some(&stolen)), Err(Fault::AmbiguousContent));
}

#[test]
fn the_content_must_be_the_file_that_came_along() {
    let key = Key::of(3);
    let certificate = citizen(&[5], "Wako-shi", &key, &Key::of(0));
    let attached = Draft::new(&certificate).signed_by(&key, &certificate);
    assert_eq!(verify(&attached, Some(CONTENT)), Ok(true));
    assert_eq!(verify(&attached, Some(b"other")), Err(Fault::OtherContent));
    let detached = Draft { attached: false, ..Draft::new(&certificate) };
    let detached = detached.signed_by(&key, &certificate);
    assert_eq!(verify(&detached, None), Err(Fault::NoContent));
    assert_eq!(verify(&detached, Some(b"other")), Ok(false));
}

#[test]
fn the_signing_certificate_attribute_binds_the_certificate() {
    let (key, ca) = (Key::of(3), Key::of(0));
    let certificate = citizen(&[5], "Wako-shi", &key, &ca);
    let read = Certificate::read(&certificate).expect("a good certificate");
    for (serial, may_be) in [(&[5][..], true), (&[6], false)] {
        let digest = octets(lanes::digest(Hash::Sha256, &certificate).as_ref());
        let names = sequence(&[tlv(0xa4, &authority_name())]);
        let id = sequence(&[digest, sequence(&[names, integer(serial)])]);
        let value = sequence(&[sequence(&[id])]);
        let kind = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];
        let mut draft = Draft::new(&certificate);
        attributes(&mut draft).push(attribute(&kind, vec![value]));
        let message = draft.signed_by(&key, &certificate);
        let signed = SignedData::read(&message).expect("a good message");
        let signer = signed.signers().next().expect("a signer").expect("a good signer");
        let attributes = signer.attributes.expect("signed attributes");
        assert_eq!(attributes.signing_time, Some(at("2026-01-10T09:00:00Z")));
        let id = attributes.certificate.expect("an identifier");
        assert_eq!(id.digest, lanes::digest(id.hash, &certificate).as_ref());
        assert_eq!(id.may_be(&read), may_be);
    }
}
