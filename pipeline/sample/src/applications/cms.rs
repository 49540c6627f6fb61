//! CMS SignedData as the cards' tools write it.
//!
//! Source: RFC 5652; one signer, named by issuer and serial number, three signed attributes, only
//! the signer's certificate inside, rsaEncryption as the signature's algorithm.

use letter::Moment;
use sha2::{Digest, Sha256};

use super::der::{explicit, integer, octet_string, oid, sequence, set_of, tlv, utc_time};
use super::key::{rsa_encryption, Key};

/// Who signs, and when by their own clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signer<'a> {
    /// The key.
    pub key: &'a Key,
    /// The certificate.
    pub certificate: &'a [u8],
    /// The name of its issuer.
    pub issuer: &'a [u8],
    /// Its serial number.
    pub serial: u64,
    /// The time that the signer claims.
    pub signing_time: Moment,
}

/// Signs a content; what is `enclosed`, if anything, is the same unless it was altered since.
pub(crate) fn sign(signer: Signer<'_>, content: &[u8], enclosed: Option<&[u8]>) -> Vec<u8> {
    let attributes = vec![
        attribute(CONTENT_TYPE, &data()),
        attribute(SIGNING_TIME, &utc_time(signer.signing_time)),
        attribute(MESSAGE_DIGEST, &octet_string(&Sha256::digest(content))),
    ];
    // Signed as SET OF, carried as [0] (RFC 5652, 5.4).
    let mut attributes = set_of(attributes);
    let signature = signer.key.sign(&attributes);
    attributes[0] = 0xA0;
    let information = sequence(&[
        &integer(1),
        &sequence(&[signer.issuer, &integer(signer.serial)]),
        &sha256(),
        &attributes,
        &rsa_encryption(),
        &octet_string(&signature),
    ]);
    let encapsulated = match enclosed {
        Some(content) => sequence(&[&data(), &explicit(0, &octet_string(content))]),
        None => sequence(&[&data()]),
    };
    let signed_data = sequence(&[
        &integer(1),
        &set_of(vec![sha256()]),
        &encapsulated,
        &explicit(0, signer.certificate),
        &set_of(vec![information]),
    ]);
    sequence(&[&pkcs(7, 2), &explicit(0, &signed_data)])
}

/// Attributes below 1.2.840.113549.1.9 (RFC 5652, 11).
const CONTENT_TYPE: u32 = 3;
const MESSAGE_DIGEST: u32 = 4;
const SIGNING_TIME: u32 = 5;

fn attribute(id: u32, value: &[u8]) -> Vec<u8> {
    sequence(&[&pkcs(9, id), &tlv(0x31, value)])
}

fn data() -> Vec<u8> {
    pkcs(7, 1)
}

fn pkcs(part: u32, number: u32) -> Vec<u8> {
    oid(&[1, 2, 840, 113_549, 1, part, number])
}

/// AlgorithmIdentifier of SHA-256 without parameters (RFC 5754, 2).
fn sha256() -> Vec<u8> {
    sequence(&[&oid(&[2, 16, 840, 1, 101, 3, 4, 2, 1])])
}
