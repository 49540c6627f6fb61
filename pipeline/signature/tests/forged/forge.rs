//! Keys, names, certificates and lists, written by hand.

use lanes::Hash;
use rsa::{BigUint, Pkcs1v15Sign, RsaPrivateKey};
use signature::der::tag;

/// An RSA key of 2048 bits, which protects nothing.
pub struct Key {
    private: RsaPrivateKey,
    pub spki: Vec<u8>,
    pub bits: Vec<u8>,
}

impl Key {
    /// Returns one of the four keys.
    pub fn of(number: usize) -> Self {
        let mut primes = include_str!("primes.txt").lines().skip(number * 2);
        let mut prime = || {
            let hex = primes.next().expect("a prime");
            BigUint::parse_bytes(hex.as_bytes(), 16).expect("hexadecimal")
        };
        let (p, q) = (prime(), prime());
        let modulus = integer(&(&p * &q).to_bytes_be());
        let private = RsaPrivateKey::from_p_q(p, q, BigUint::from(65_537_u32)).expect("two primes");
        let bits = sequence(&[modulus, integer(&[1, 0, 1])]);
        let spki = sequence(&[algorithm(RSA), bit_string(&bits)]);
        Self { private, spki, bits }
    }

    /// Returns the usual identifier of the key.
    pub fn id(&self) -> Vec<u8> {
        lanes::digest(Hash::Sha1, &self.bits).as_ref().to_vec()
    }

    /// Signs by SHA-256.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let digest = lanes::digest(Hash::Sha256, message);
        self.sign_digest(digest.as_ref())
    }

    /// Signs a SHA-256 digest.
    pub fn sign_digest(&self, digest: &[u8]) -> Vec<u8> {
        let prefix =
            [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
        let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: prefix.into() };
        self.private.sign(scheme, digest).expect("a digest fits")
    }

    /// Puts something to be signed, its algorithm and its signature together.
    pub fn seal(&self, tbs: Vec<u8>) -> Vec<u8> {
        let signature = bit_string(&self.sign(&tbs));
        sequence(&[tbs, algorithm(SHA256_RSA), signature])
    }
}

pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let len = content.len();
    match len {
        0..=0x7f => out.push(len as u8),
        0x80..=0xff => out.extend([0x81, len as u8]),
        _ => out.extend([0x82, (len >> 8) as u8, len as u8]),
    }
    out.extend_from_slice(content);
    out
}

pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(tag::SEQUENCE, &parts.concat())
}

/// A SET OF in its order.
pub fn set(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    tlv(tag::SET, &parts.concat())
}

/// A non-negative INTEGER.
pub fn integer(octets: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if octets[0] >= 0x80 { &[0] } else { &[] };
    tlv(tag::INTEGER, &[sign, octets].concat())
}

pub fn bit_string(octets: &[u8]) -> Vec<u8> {
    tlv(tag::BIT_STRING, &[&[0], octets].concat())
}

pub fn octets(octets: &[u8]) -> Vec<u8> {
    tlv(tag::OCTET_STRING, octets)
}

pub fn oid(content: &[u8]) -> Vec<u8> {
    tlv(tag::OID, content)
}

/// An algorithm with NULL parameters.
pub fn algorithm(kind: &[u8]) -> Vec<u8> {
    sequence(&[oid(kind), tlv(tag::NULL, &[])])
}

pub fn utc(text: &str) -> Vec<u8> {
    tlv(tag::UTC_TIME, format!("{text}Z").as_bytes())
}

/// `C=JP` and an organisational unit for each word.
pub fn name(units: &[&str]) -> Vec<u8> {
    let attribute = |kind: &[u8], tag: u8, value: &str| {
        set(vec![sequence(&[oid(kind), tlv(tag, value.as_bytes())])])
    };
    let mut rdns = vec![attribute(&[0x55, 4, 6], tag::PRINTABLE_STRING, "JP")];
    rdns.extend(units.iter().map(|unit| attribute(&[0x55, 4, 11], tag::UTF8_STRING, unit)));
    sequence(&rdns)
}

pub fn extension(kind: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag = if critical { tlv(tag::BOOLEAN, &[0xff]) } else { Vec::new() };
    sequence(&[oid(kind), flag, octets(value)])
}

/// A DistributionPointName, with its explicit tag, of one distinguished name.
pub fn point_name(name: &[u8]) -> Vec<u8> {
    tlv(0xa0, &tlv(0xa0, &tlv(0xa4, name)))
}

/// A certificate to be made.
pub struct Draft<'d> {
    pub serial: &'d [u8],
    pub issuer: Vec<u8>,
    pub subject: Vec<u8>,
    pub key: &'d Key,
    pub extensions: Vec<Vec<u8>>,
}

impl Draft<'_> {
    /// Signs the certificate, valid from 2025 to 2029.
    pub fn signed_by(&self, issuer: &Key) -> Vec<u8> {
        let mut parts = vec![
            tlv(0xa0, &integer(&[2])),
            integer(self.serial),
            algorithm(SHA256_RSA),
            self.issuer.clone(),
            sequence(&[utc("250101000000"), utc("291231145959")]),
            self.subject.clone(),
            self.key.spki.clone(),
        ];
        if !self.extensions.is_empty() {
            parts.push(tlv(0xa3, &sequence(&self.extensions)));
        }
        issuer.seal(sequence(&parts))
    }
}

/// A CA of one name, whatever its generation.
pub fn authority(key: &Key) -> Vec<u8> {
    let usage = extension(&[0x55, 0x1d, 15], true, &[3, 2, 1, 6]);
    let basic = extension(&[0x55, 0x1d, 19], true, &sequence(&[tlv(tag::BOOLEAN, &[0xff])]));
    let id = extension(&[0x55, 0x1d, 14], false, &octets(&key.id()));
    let draft = Draft {
        serial: &[1],
        issuer: authority_name(),
        subject: authority_name(),
        key,
        extensions: vec![usage, basic, id],
    };
    draft.signed_by(key)
}

pub fn authority_name() -> Vec<u8> {
    name(&["for digital signature"])
}

/// A citizen of a town, whose list has the town's name.
pub fn citizen(serial: &[u8], town: &str, key: &Key, issuer: &Key) -> Vec<u8> {
    let point = sequence(&[sequence(&[point_name(&town_name(town))])]);
    let extensions = vec![
        extension(&[0x55, 0x1d, 31], false, &point),
        extension(&[0x55, 0x1d, 14], false, &octets(&key.id())),
    ];
    let subject = name(&["citizen"]);
    Draft { serial, issuer: authority_name(), subject, key, extensions }.signed_by(issuer)
}

pub fn town_name(town: &str) -> Vec<u8> {
    name(&["CRL Distribution Points", town])
}

/// A revocation list to be made.
pub struct ListDraft {
    pub version: Vec<u8>,
    pub issuer: Vec<u8>,
    pub this_update: &'static str,
    pub next_update: Option<&'static str>,
    pub entries: Vec<Vec<u8>>,
    pub extensions: Vec<Vec<u8>>,
}

impl ListDraft {
    /// A list of a town, of 2026-01-10 for two days.
    pub fn of(town: &str, number: u8, entries: &[(&[u8], &str)]) -> Self {
        let entries = entries.iter();
        Self {
            version: integer(&[1]),
            issuer: authority_name(),
            this_update: "260110000000",
            next_update: Some("260112000000"),
            entries: entries.map(|(serial, date)| entry(serial, date, Some(3))).collect(),
            extensions: vec![
                extension(&[0x55, 0x1d, 20], false, &integer(&[number])),
                extension(&[0x55, 0x1d, 28], true, &sequence(&[point_name(&town_name(town))])),
            ],
        }
    }

    pub fn signed_by(&self, key: &Key) -> Vec<u8> {
        let mut parts = vec![
            self.version.clone(),
            algorithm(SHA256_RSA),
            self.issuer.clone(),
            utc(self.this_update),
            self.next_update.map(utc).unwrap_or_default(),
        ];
        if !self.entries.is_empty() {
            parts.push(sequence(&self.entries));
        }
        let id = tlv(0x80, &key.id());
        let mut extensions = vec![extension(&[0x55, 0x1d, 35], false, &sequence(&[id]))];
        extensions.extend(self.extensions.iter().cloned());
        parts.push(tlv(0xa0, &sequence(&extensions)));
        key.seal(sequence(&parts))
    }
}

/// An entry of a list.
pub fn entry(serial: &[u8], date: &str, reason: Option<u8>) -> Vec<u8> {
    let extensions = reason.map(|reason| {
        sequence(&[extension(&[0x55, 0x1d, 21], false, &tlv(tag::ENUMERATED, &[reason]))])
    });
    sequence(&[integer(serial), utc(date), extensions.unwrap_or_default()])
}

/// Returns UNIX seconds of a moment.
pub fn at(rfc3339: &str) -> i64 {
    letter::Moment::parse_rfc3339(rfc3339).expect("a moment").0
}

pub const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
pub const SHA256_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
pub const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
