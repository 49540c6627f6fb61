//! The authorities that issue certificates and lists: two of three generations, and a false one.

use letter::Moment;

use super::der::{explicit, implicit, integer, octet_string, oid, sequence, tlv, utc_time, TRUE};
use super::key::{sha256_with_rsa, Key};
use super::name::{self, Use};

/// One generation of one authority.
#[derive(Clone, Debug)]
pub(crate) struct Authority {
    /// The serial number of its own certificate; those of its citizens follow it.
    pub serial: u64,
    /// Its name, the same in every generation.
    pub name: Vec<u8>,
    /// Its key, another in every generation.
    pub key: Key,
    /// Its certificate, signed by itself.
    pub certificate: Vec<u8>,
}

/// A generation: serial numbers of the signing and the authentication authority, first and last
/// moment. The figures are the JPKI's own.
struct Generation {
    signature_serial: u64,
    authentication_serial: u64,
    first: &'static str,
    last: &'static str,
}

const GENERATIONS: [Generation; 3] = [
    Generation {
        signature_serial: 1,
        authentication_serial: 1,
        first: "2015-10-20T00:00:00+09:00",
        last: "2025-10-19T23:59:59+09:00",
    },
    Generation {
        signature_serial: 20_104_363,
        authentication_serial: 20_169_545,
        first: "2019-09-14T00:00:00+09:00",
        last: "2029-09-14T23:59:59+09:00",
    },
    Generation {
        signature_serial: 108_816_929,
        authentication_serial: 114_393_094,
        first: "2023-07-16T00:00:00+09:00",
        last: "2033-07-15T23:59:59+09:00",
    },
];

impl Authority {
    /// Founds generation 1, 2 or 3 with its key.
    pub fn found(of: Use, generation: usize, key: Key) -> Self {
        let Generation { first, last, .. } = &GENERATIONS[generation - 1];
        let serial = serial_of(of, generation);
        let moment = |text| Moment::parse_rfc3339(text).expect("the table has moments");
        let name = name::authority(of);
        let validity = sequence(&[&utc_time(moment(first)), &utc_time(moment(last))]);
        let own = directory_name(&name);
        let extensions = sequence(&[
            &critical(KEY_USAGE, &bits(0x06, 1)),
            &critical(BASIC_CONSTRAINTS, &sequence(&[&TRUE])),
            &extension(SUBJECT_ALT_NAME, &sequence(&[&directory_name(&name::service(of))])),
            &extension(CRL_DISTRIBUTION_POINTS, &distribution_points(&own)),
            &extension(SUBJECT_KEY_IDENTIFIER, &octet_string(&key.identifier)),
        ]);
        let to_be_signed = sequence(&[
            &version_3(),
            &integer(serial),
            &sha256_with_rsa(),
            &name,
            &validity,
            &name,
            &key.info,
            &explicit(3, &extensions),
        ]);
        let certificate = key.seal(&to_be_signed);
        Self { serial, name, key, certificate }
    }

    /// Returns the authority key identifier: key, issuer and serial number, all three.
    pub fn key_identifier(&self) -> Vec<u8> {
        let serial = &integer(self.serial)[2..];
        let content = sequence(&[
            &implicit(0, &self.key.identifier),
            &explicit(1, &directory_name(&self.name)),
            &implicit(2, serial),
        ]);
        extension(AUTHORITY_KEY_IDENTIFIER, &content)
    }
}

/// Returns the serial number of an authority; those of its citizens follow it.
pub(crate) fn serial_of(of: Use, generation: usize) -> u64 {
    match of {
        Use::Signature => GENERATIONS[generation - 1].signature_serial,
        Use::Authentication => GENERATIONS[generation - 1].authentication_serial,
    }
}

/// Version 3, in its explicit tag.
pub(crate) fn version_3() -> Vec<u8> {
    explicit(0, &integer(2))
}

/// Writes an extension that is not critical.
pub(crate) fn extension(id: u32, content: &[u8]) -> Vec<u8> {
    sequence(&[&oid(&[2, 5, 29, id]), &octet_string(content)])
}

/// Writes a critical extension.
pub(crate) fn critical(id: u32, content: &[u8]) -> Vec<u8> {
    sequence(&[&oid(&[2, 5, 29, id]), &TRUE, &octet_string(content)])
}

/// Writes a BIT STRING of one byte with unused bits.
pub(crate) fn bits(byte: u8, unused: u8) -> Vec<u8> {
    tlv(0x03, &[unused, byte])
}

/// Writes a GeneralName of a directory.
pub(crate) fn directory_name(name: &[u8]) -> Vec<u8> {
    explicit(4, name)
}

/// Writes CRLDistributionPoints of one point with one full name.
pub(crate) fn distribution_points(full_name: &[u8]) -> Vec<u8> {
    sequence(&[&sequence(&[&point_name(full_name)])])
}

/// Writes DistributionPointName of one full name in its tag `[0]`.
pub(crate) fn point_name(full_name: &[u8]) -> Vec<u8> {
    explicit(0, &explicit(0, full_name))
}

/// Numbers of the extensions below 2.5.29 (RFC 5280, 4.2.1 and 5.2).
pub(crate) const SUBJECT_KEY_IDENTIFIER: u32 = 14;
pub(crate) const KEY_USAGE: u32 = 15;
pub(crate) const SUBJECT_ALT_NAME: u32 = 17;
pub(crate) const ISSUER_ALT_NAME: u32 = 18;
pub(crate) const BASIC_CONSTRAINTS: u32 = 19;
pub(crate) const CRL_NUMBER: u32 = 20;
pub(crate) const REASON_CODE: u32 = 21;
pub(crate) const ISSUING_DISTRIBUTION_POINT: u32 = 28;
pub(crate) const CRL_DISTRIBUTION_POINTS: u32 = 31;
pub(crate) const CERTIFICATE_POLICIES: u32 = 32;
pub(crate) const AUTHORITY_KEY_IDENTIFIER: u32 = 35;
pub(crate) const EXTENDED_KEY_USAGE: u32 = 37;
