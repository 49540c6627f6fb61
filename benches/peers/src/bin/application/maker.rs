//! Applications of the card's shape, made for the bench: certificates, signatures, lists.

use aws_lc_rs::digest::{digest, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};

/// A key with what certificates say of it.
pub struct Key {
    pair: KeyPair,
    spki: Vec<u8>,
    /// SHA-1 of the subject public key's bits (RFC 5280 §4.2.1.2, method 1).
    id: Vec<u8>,
}

impl Key {
    pub fn make() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("an SPKI");
        let id = digest(&SHA1_FOR_LEGACY_USE_ONLY, pair.public_key().as_ref()).as_ref().to_vec();
        Self { spki: spki.as_ref().to_vec(), pair, id }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; 256];
        let random = SystemRandom::new();
        self.pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("a signature");
        signature
    }
}

/// The authority for signing certificates.
pub struct Authority {
    pub key: Key,
    pub certificate: Vec<u8>,
}

impl Authority {
    pub fn found() -> Self {
        let key = Key::make();
        let name = authority_name();
        let extensions = [
            extension("2.5.29.15", true, &[3, 2, 1, 6]),
            extension("2.5.29.19", true, &seq(&[&[1, 1, 0xff]])),
            extension("2.5.29.14", false, &tlv(4, &key.id)),
        ];
        let certificate = certificate(&key, &name, &key, &name, 20_104_363, &extensions);
        Self { key, certificate }
    }

    /// Returns the certificate of a citizen, some 1,700 bytes.
    pub fn certify(&self, key: &Key, serial: u32, municipality: usize) -> Vec<u8> {
        let subject = name(&[
            ("2.5.4.6", 0x13, "JP"),
            ("2.5.4.7", 0x0c, "Tokyo-to"),
            ("2.5.4.7", 0x0c, "Chiyoda-ku"),
            ("2.5.4.3", 0x0c, &format!("20260101120000{serial:09}")),
        ]);
        let address = "東京都千代田区霞が関三丁目２番１号 霞が関コモンゲート西館二十三階".repeat(2);
        let zeros = "0".repeat(address.chars().count());
        let alt_names: Vec<Vec<u8>> = [
            (1u8, "試験　花子"),
            (4, "319801231"),
            (3, "2"),
            (5, &address),
            (2, "00000"),
            (6, &zeros),
        ]
        .iter()
        .map(|(arc, text)| {
            let oid = oid(&format!("1.2.392.200149.8.5.5.{arc}"));
            tlv(0xa0, &[oid, tlv(0xa0, &tlv(0x0c, text.as_bytes()))].concat())
        })
        .collect();
        let alt_names: Vec<&[u8]> = alt_names.iter().map(Vec::as_slice).collect();
        let service = name(&[
            ("2.5.4.6", 0x13, "JP"),
            ("2.5.4.10", 0x0c, "公的個人認証サービス"),
            ("2.5.4.11", 0x0c, "公的個人認証サービス署名用"),
            ("2.5.4.11", 0x0c, "地方公共団体情報システム機構"),
        ]);
        let policy = seq(&[
            &oid("1.2.392.200149.8.5.1.1.20"),
            &seq(&[&seq(&[
                &oid("1.3.6.1.5.5.7.2.1"),
                &tlv(0x16, b"http://www.jpki.go.jp/cps.html"),
            ])]),
        ]);
        let authority_key = [
            tlv(0x80, &self.key.id),
            tlv(0xa1, &tlv(0xa4, &authority_name())),
            tlv(0x82, &20_104_363u32.to_be_bytes()),
        ]
        .concat();
        let extensions = [
            extension("2.5.29.15", true, &[3, 2, 6, 0xc0]),
            extension("2.5.29.32", true, &seq(&[&policy])),
            extension("2.5.29.17", false, &seq(&alt_names)),
            extension("2.5.29.18", false, &seq(&[&tlv(0xa4, &service)])),
            extension("2.5.29.31", false, &seq(&[&point(municipality)])),
            extension("2.5.29.35", false, &tlv(0x30, &authority_key)),
            extension("2.5.29.14", false, &tlv(4, &key.id)),
        ];
        certificate(&self.key, &authority_name(), key, &subject, serial, &extensions)
    }

    /// Returns the list of one municipality with these serials revoked.
    pub fn list(
        &self,
        municipality: usize,
        number: u32,
        serials: impl Iterator<Item = u32>,
    ) -> Vec<u8> {
        let mut entries = Vec::new();
        let reason = extension("2.5.29.21", false, &[0x0a, 1, 4]);
        let reason = seq(&[&reason]);
        for serial in serials {
            entries.extend(seq(&[
                &integer(&serial.to_be_bytes()),
                &tlv(0x17, b"260115000000Z"),
                &reason,
            ]));
        }
        let entries = if entries.is_empty() { entries } else { tlv(0x30, &entries) };
        let issuing = tlv(0x30, &point_name(municipality));
        let extensions = [
            extension("2.5.29.35", false, &seq(&[&tlv(0x80, &self.key.id)])),
            extension("2.5.29.20", false, &integer(&number.to_be_bytes())),
            extension("2.5.29.28", true, &issuing),
        ]
        .concat();
        let tbs = seq(&[
            &[2, 1, 1],
            &algorithm("1.2.840.113549.1.1.11"),
            &authority_name(),
            &tlv(0x17, b"261121150000Z"),
            &tlv(0x17, b"261122150000Z"),
            &entries,
            &tlv(0xa0, &tlv(0x30, &extensions)),
        ]);
        signed(&self.key, tbs)
    }
}

/// Returns an attached CMS signature over a document.
pub fn cms(key: &Key, certificate: &[u8], serial: u32, document: &[u8]) -> Vec<u8> {
    let digest = digest(&SHA256, document);
    let attribute = |kind: &str, value: &[u8]| seq(&[&oid(kind), &tlv(0x31, value)]);
    let attributes = [
        attribute("1.2.840.113549.1.9.3", &oid("1.2.840.113549.1.7.1")),
        attribute("1.2.840.113549.1.9.5", &tlv(0x17, b"261121160000Z")),
        attribute("1.2.840.113549.1.9.4", &tlv(4, digest.as_ref())),
    ]
    .concat();
    let signature = key.sign(&tlv(0x31, &attributes));
    let signer = seq(&[
        &[2, 1, 1],
        &seq(&[&authority_name(), &integer(&serial.to_be_bytes())]),
        &algorithm("2.16.840.1.101.3.4.2.1"),
        &tlv(0xa0, &attributes),
        &algorithm("1.2.840.113549.1.1.1"),
        &tlv(4, &signature),
    ]);
    let signed = seq(&[
        &[2, 1, 1],
        &tlv(0x31, &algorithm("2.16.840.1.101.3.4.2.1")),
        &seq(&[&oid("1.2.840.113549.1.7.1"), &tlv(0xa0, &tlv(4, document))]),
        &tlv(0xa0, certificate),
        &tlv(0x31, &signer),
    ]);
    seq(&[&oid("1.2.840.113549.1.7.2"), &tlv(0xa0, &signed)])
}

fn certificate(
    issuer_key: &Key,
    issuer: &[u8],
    key: &Key,
    subject: &[u8],
    serial: u32,
    extensions: &[Vec<u8>],
) -> Vec<u8> {
    let tbs = seq(&[
        &tlv(0xa0, &[2, 1, 2]),
        &integer(&serial.to_be_bytes()),
        &algorithm("1.2.840.113549.1.1.11"),
        issuer,
        &seq(&[&tlv(0x17, b"240101000000Z"), &tlv(0x17, b"290101145959Z")]),
        subject,
        &key.spki,
        &tlv(0xa3, &tlv(0x30, &extensions.concat())),
    ]);
    signed(issuer_key, tbs)
}

fn signed(key: &Key, tbs: Vec<u8>) -> Vec<u8> {
    let signature = [&[0][..], &key.sign(&tbs)].concat();
    seq(&[&tbs, &algorithm("1.2.840.113549.1.1.11"), &tlv(3, &signature)])
}

fn authority_name() -> Vec<u8> {
    name(&[
        ("2.5.4.6", 0x13, "JP"),
        ("2.5.4.10", 0x0c, "JPKI"),
        ("2.5.4.11", 0x0c, "JPKI for digital signature"),
        ("2.5.4.11", 0x0c, "Japan Agency for Local Authority Information Systems"),
    ])
}

fn point(municipality: usize) -> Vec<u8> {
    seq(&[&point_name(municipality)])
}

fn point_name(municipality: usize) -> Vec<u8> {
    let directory = name(&[
        ("2.5.4.6", 0x13, "JP"),
        ("2.5.4.10", 0x0c, "JPKI"),
        ("2.5.4.11", 0x0c, "JPKI for digital signature"),
        ("2.5.4.11", 0x0c, "CRL Distribution Points"),
        ("2.5.4.11", 0x0c, "Tokyo-to"),
        ("2.5.4.3", 0x0c, &format!("Town-{municipality:04} CRLDP")),
    ]);
    tlv(0xa0, &tlv(0xa0, &tlv(0xa4, &directory)))
}

fn name(attributes: &[(&str, u8, &str)]) -> Vec<u8> {
    let attribute = |(kind, tag, text): &(&str, u8, &str)| {
        tlv(0x31, &seq(&[&oid(kind), &tlv(*tag, text.as_bytes())]))
    };
    tlv(0x30, &attributes.iter().map(attribute).collect::<Vec<_>>().concat())
}

fn extension(kind: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    seq(&[&oid(kind), critical, &tlv(4, value)])
}

fn algorithm(kind: &str) -> Vec<u8> {
    seq(&[&oid(kind), &[5, 0]])
}

fn integer(octets: &[u8]) -> Vec<u8> {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    let octets = &octets[zeros.min(octets.len() - 1)..];
    let sign: &[u8] = if octets[0] >= 0x80 { &[0] } else { &[] };
    tlv(2, &[sign, octets].concat())
}

fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().expect("a number")).collect();
    let mut content = Vec::new();
    for arc in std::iter::once(arcs[0] * 40 + arcs[1]).chain(arcs[2..].iter().copied()) {
        let groups = (0..10).rev().map(|i| (arc >> (7 * i) & 0x7f) as u8);
        let mut groups: Vec<u8> = groups.skip_while(|group| *group == 0).collect();
        if groups.is_empty() {
            groups.push(0);
        }
        let last = groups.len() - 1;
        groups[..last].iter_mut().for_each(|group| *group |= 0x80);
        content.extend(groups);
    }
    tlv(6, &content)
}

fn seq(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        len @ 0..=0x7f => out.push(len as u8),
        len @ 0x80..=0xff => out.extend([0x81, len as u8]),
        len @ 0x100..=0xffff => out.extend([0x82, (len >> 8) as u8, len as u8]),
        len => {
            out.extend([0x84, (len >> 24) as u8, (len >> 16) as u8, (len >> 8) as u8, len as u8])
        }
    }
    // Lengths between 64 KiB and 16 MiB take three octets in DER.
    if (0x1_0000..0x100_0000).contains(&content.len()) {
        out.truncate(1);
        let len = content.len();
        out.extend([0x83, (len >> 16) as u8, (len >> 8) as u8, len as u8]);
    }
    out.extend_from_slice(content);
    out
}
