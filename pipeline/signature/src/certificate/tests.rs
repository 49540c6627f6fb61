//! Tests of the certificate walk: good certificates read whole, each malformed one refused by its
//! rule.

use x509_parser::prelude::{FromDer, X509Certificate};

use super::*;
use crate::der::dotted;

const SIGN_EE: &[u8] = include_bytes!("../../tests/certificates/sign-ee.cer");
const AUTH_EE: &[u8] = include_bytes!("../../tests/certificates/auth-ee.cer");
const SIGN_CA: &[u8] = include_bytes!("../../tests/certificates/sign-ca-3.cer");
const P384_EE: &[u8] = include_bytes!("../../tests/certificates/sign-ee-p384.cer");

/// An element that can be changed and written again, also against the rules.
#[derive(Clone)]
struct Node {
    tag: u8,
    /// The length octets, if they are not to be the right ones.
    length: Option<Vec<u8>>,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Octets(Vec<u8>),
    Nodes(Vec<Node>),
}

impl Node {
    fn read(tlv: Tlv<'_>) -> Self {
        let mut nodes = Vec::new();
        let mut reader = tlv.reader();
        while tlv.tag & 0x20 != 0 && !reader.is_empty() {
            nodes.push(Self::read(reader.next().expect("a good certificate")));
        }
        let content = match tlv.tag & 0x20 {
            0 => Content::Octets(tlv.content.to_vec()),
            _ => Content::Nodes(nodes),
        };
        Self { tag: tlv.tag, length: None, content }
    }

    fn new(tag: u8, octets: &[u8]) -> Self {
        Self { tag, length: None, content: Content::Octets(octets.to_vec()) }
    }

    fn write(&self) -> Vec<u8> {
        let content = match &self.content {
            Content::Octets(octets) => octets.clone(),
            Content::Nodes(nodes) => nodes.iter().flat_map(Self::write).collect(),
        };
        let len = content.len();
        let length = self.length.clone().unwrap_or(match len {
            0..0x80 => vec![len as u8],
            0x80..0x100 => vec![0x81, len as u8],
            _ => vec![0x82, (len >> 8) as u8, len as u8],
        });
        [vec![self.tag], length, content].concat()
    }

    fn nodes(&mut self) -> &mut Vec<Node> {
        match &mut self.content {
            Content::Nodes(nodes) => nodes,
            Content::Octets(_) => panic!("the element is primitive"),
        }
    }

    fn octets(&mut self) -> &mut Vec<u8> {
        match &mut self.content {
            Content::Octets(octets) => octets,
            Content::Nodes(_) => panic!("the element is constructed"),
        }
    }

    fn at(&mut self, path: &[usize]) -> &mut Node {
        path.iter().fold(self, |node, index| &mut node.nodes()[*index])
    }
}

/// Places in a certificate.
const TBS: &[usize] = &[0];
const VERSION: &[usize] = &[0, 0, 0];
const SERIAL: &[usize] = &[0, 1];
const NOT_AFTER: &[usize] = &[0, 4, 1];
const EXTENSIONS: &[usize] = &[0, 7, 0];
const KEY_USAGE: &[usize] = &[0, 7, 0, 0];
const SIGNATURE: &[usize] = &[2];

/// Changes the good certificate and writes it.
fn changed(change: impl Fn(&mut Node)) -> Vec<u8> {
    let mut root = Node::read(Tlv::only(SIGN_EE).expect("a good certificate"));
    change(&mut root);
    root.write()
}

/// What is changed, how, by which rule it is refused, whether x509-parser takes it.
type Mutation = (&'static str, fn(&mut Node), Rule, bool);

/// The eighteen mutations that other readers take, and a few more.
const MUTATIONS: &[Mutation] = &[
    (
        "the outer length has an octet too many",
        |root| root.length = Some(vec![0x83, 0, 6, 0xcc]),
        Rule::LongLength,
        true,
    ),
    (
        "the inner length has an octet too many",
        |root| root.at(TBS).length = Some(vec![0x83, 0, 5, 0xb4]),
        Rule::LongLength,
        true,
    ),
    (
        "a short length is written long",
        |root| root.at(SERIAL).length = Some(vec![0x81, 4]),
        Rule::LongLength,
        true,
    ),
    (
        "the serial has a zero too many",
        |root| root.at(SERIAL).octets().insert(0, 0),
        Rule::LongInteger,
        true,
    ),
    (
        "the serial is negative",
        |root| root.at(SERIAL).octets()[0] = 0x87,
        Rule::NegativeInteger,
        true,
    ),
    ("TRUE is 01", |root| root.at(KEY_USAGE).at(&[1]).octets()[0] = 1, Rule::BadBoolean, true),
    (
        "an extension stands twice",
        |root| {
            let twice = root.at(KEY_USAGE).clone();
            root.at(EXTENSIONS).nodes().push(twice);
        },
        Rule::DuplicateExtension,
        true,
    ),
    (
        "critical FALSE is written",
        |root| root.at(EXTENSIONS).at(&[2]).nodes().insert(1, Node::new(tag::BOOLEAN, &[0])),
        Rule::ExplicitDefault,
        true,
    ),
    (
        "cA FALSE is written",
        |root| {
            let constraints = Node {
                tag: tag::SEQUENCE,
                length: None,
                content: Content::Nodes(vec![
                    Node::new(tag::OID, &[0x55, 0x1d, 19]),
                    Node::new(tag::OCTET_STRING, &[0x30, 3, 1, 1, 0]),
                ]),
            };
            root.at(EXTENSIONS).nodes().push(constraints);
        },
        Rule::ExplicitDefault,
        true,
    ),
    (
        "a fourth element follows the signature",
        |root| root.nodes().push(Node::new(tag::NULL, &[])),
        Rule::TrailingBytes,
        true,
    ),
    (
        "the signature algorithms differ",
        |root| root.at(&[1, 0]).octets()[8] = 12,
        Rule::AlgorithmMismatch,
        true,
    ),
    (
        "the time has no seconds",
        |root| *root.at(NOT_AFTER) = Node::new(tag::UTC_TIME, b"2904011459Z"),
        Rule::BadTime,
        true,
    ),
    (
        "the time has an offset",
        |root| *root.at(NOT_AFTER) = Node::new(tag::UTC_TIME, b"290401235959+0900"),
        Rule::BadTime,
        true,
    ),
    (
        "the time has a fraction",
        |root| *root.at(NOT_AFTER) = Node::new(tag::GENERALIZED_TIME, b"20290401145959.5Z"),
        Rule::BadTime,
        true,
    ),
    (
        "version 1 has extensions",
        |root| drop(root.at(TBS).nodes().remove(0)),
        Rule::ExtensionsWithoutV3,
        true,
    ),
    (
        "the signature has an unused bit",
        |root| {
            let octets = root.at(SIGNATURE).octets();
            octets[0] = 1;
            *octets.last_mut().expect("a signature") &= 0xfe;
        },
        Rule::UnusedBits,
        true,
    ),
    (
        "the outer length is indefinite",
        |root| {
            root.length = Some(vec![0x80]);
            root.nodes().push(Node::new(0, &[]));
        },
        Rule::IndefiniteLength,
        false,
    ),
    ("version 1 is written", |root| root.at(VERSION).octets()[0] = 0, Rule::ExplicitDefault, true),
    ("the version is 4", |root| root.at(VERSION).octets()[0] = 3, Rule::BadVersion, true),
    (
        "the serial has 21 octets",
        |root| *root.at(SERIAL).octets() = vec![1; 21],
        Rule::LongSerial,
        true,
    ),
    (
        "the key usage ends in zero bits",
        |root| *root.at(KEY_USAGE).at(&[2]).octets() = vec![3, 2, 5, 0xc0],
        Rule::TrailingZeroBits,
        true,
    ),
    (
        "the key's parameters are absent",
        |root| drop(root.at(&[0, 6, 0]).nodes().pop()),
        Rule::BadKey,
        true,
    ),
    ("the issuer's name is empty", |root| root.at(&[0, 3]).nodes().clear(), Rule::BadName, true),
];

#[test]
fn every_malformed_certificate_is_refused_by_its_rule() {
    assert_eq!(changed(|_| {}), SIGN_EE, "an unchanged certificate is written as it was");
    for (what, change, rule, taken) in MUTATIONS {
        let der = changed(change);
        let met = Certificate::read(&der).expect_err(what);
        assert_eq!(met.rule, *rule, "{what}");
        assert_eq!(X509Certificate::from_der(&der).is_ok(), *taken, "{what}, by x509-parser");
    }
    let mut trailing = SIGN_EE.to_vec();
    trailing.push(0);
    let met = Certificate::read(&trailing).expect_err("a trailing byte");
    assert_eq!((met.rule, met.offset), (Rule::TrailingBytes, SIGN_EE.len()));
    assert!(X509Certificate::from_der(&trailing).is_ok_and(|(rest, _)| rest == [0]));
}

#[test]
fn a_certificate_cut_anywhere_is_refused() {
    for len in 0..SIGN_EE.len() {
        assert!(Certificate::read(&SIGN_EE[..len]).is_err(), "{len} octets");
    }
}

#[test]
fn a_signing_certificate_is_read_whole() {
    let certificate = Certificate::read(SIGN_EE).expect("a good certificate");
    let (_, other) = X509Certificate::from_der(SIGN_EE).expect("x509-parser reads it");
    assert_eq!(certificate.serial, 120_000_001u32.to_be_bytes());
    assert_eq!(certificate.tbs, other.tbs_certificate.as_ref());
    assert_eq!(certificate.signature, &*other.signature_value.data);
    assert_eq!(certificate.issuer.raw(), other.issuer().as_raw());
    assert_eq!(certificate.subject.raw(), other.subject().as_raw());
    assert_eq!(certificate.not_before, other.validity().not_before.timestamp());
    assert_eq!(certificate.not_after, other.validity().not_after.timestamp());
    assert_eq!(certificate.key.spki, other.public_key().raw);
    assert_eq!(certificate.signature_algorithm.scheme(), Scheme::Rsa(lanes::Hash::Sha256));
    assert!(matches!(certificate.key.verifiable(), Some(lanes::Key::Rsa { .. })));
    let extensions = &certificate.extensions;
    assert_eq!(extensions.iter().count(), other.extensions().len());
    let usage = extensions.key_usage.expect("a key usage");
    assert!(usage.digital_signature() && usage.non_repudiation() && !usage.key_cert_sign());
    assert!(!certificate.is_ca() && !certificate.is_self_issued());
    let policies: Vec<_> = extensions.policies.expect("policies").iter().collect();
    assert_eq!(dotted(policies[0].oid), "1.2.392.200149.8.5.1.1.20");
    assert_eq!(extensions.subject_alt_names.expect("names").iter().count(), 6);
    let authority = extensions.authority_key_id.expect("an authority key identifier");
    assert_eq!(authority.serial, Some(&108_816_929u32.to_be_bytes()[..]));
    let issuer = Certificate::read(SIGN_CA).expect("a good certificate");
    assert_eq!(authority.key, issuer.extensions.subject_key_id);
    assert!(issuer.is_ca() && issuer.is_self_issued());
    let points: Vec<_> = extensions.distribution_points.expect("points").iter().collect();
    let Some(PointName::Full(names)) = points[0].name else { panic!("a full name") };
    let Some(GeneralName::Directory(name)) = names.iter().next() else {
        panic!("a directory name")
    };
    assert_eq!(
        name.to_string(),
        "C=JP, O=JPKI, OU=JPKI for digital signature, OU=CRL Distribution Points, OU=Ibaraki-ken, \
         CN=Tsukuba-shi CRLDP"
    );
    assert!(extensions.unknown_critical.is_none() && !extensions.has_constraints);
}

#[test]
fn an_authentication_certificate_names_its_responder() {
    let certificate = Certificate::read(AUTH_EE).expect("a good certificate");
    let access: Vec<_> = certificate.extensions.authority_info.expect("access").iter().collect();
    assert_eq!(access[0].method, OCSP);
    assert_eq!(access[0].location, GeneralName::Uri("http://ocspauthnorm.jpki.go.jp"));
    let usage = certificate.extensions.extended_key_usage.expect("purposes");
    let purposes: Vec<String> = usage.iter().map(dotted).collect();
    assert_eq!(purposes, ["1.3.6.1.5.5.7.3.2"]);
}

#[test]
fn a_certificate_of_the_next_card_has_a_p384_key() {
    let certificate = Certificate::read(P384_EE).expect("a good certificate");
    assert_eq!(certificate.signature_algorithm.scheme(), Scheme::Ecdsa(lanes::Hash::Sha384));
    assert!(
        matches!(certificate.key.verifiable(), Some(lanes::Key::P384(point)) if point.len() == 97)
    );
}

#[test]
fn an_unknown_critical_extension_is_named() {
    let der = changed(|root| {
        let node = root.at(EXTENSIONS).at(&[0]);
        *node.at(&[0]).octets() = vec![0x2a, 0x03, 0x04];
    });
    let certificate = Certificate::read(&der).expect("unknown extensions are well-formed");
    let unknown = certificate.extensions.unknown_critical.expect("an unknown extension");
    assert_eq!(dotted(unknown.oid), "1.2.3.4");
    assert!(certificate.extensions.key_usage.is_none());
}
