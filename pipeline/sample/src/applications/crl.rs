//! Revocation lists: one a municipality and key of the signing authority.

use letter::Moment;

use super::authority::{
    critical, directory_name, extension, point_name, Authority, CRL_NUMBER,
    ISSUING_DISTRIBUTION_POINT, REASON_CODE,
};
use super::der::{explicit, integer, sequence, tlv, utc_time};
use super::key::sha256_with_rsa;

/// A certificate that holds no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Revoked {
    /// Its serial number.
    pub serial: u64,
    /// Since when.
    pub since: Moment,
    /// Why.
    pub reason: Cause,
}

/// Why a certificate is revoked: CRLReason of RFC 5280, 5.3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// The card was thrown away before it was handed over; bears no extension.
    Unspecified,
    /// The key is no longer its holder's alone.
    KeyCompromise,
    /// What the certificate says has changed: the holder has moved.
    AffiliationChanged,
    /// The card was renewed.
    Superseded,
    /// The holder is dead or has left the country.
    CessationOfOperation,
    /// Held for the time being, which is never lifted.
    Hold,
}

impl Cause {
    /// Mostly people have moved.
    pub const COMMON: [Self; 10] = [
        Self::AffiliationChanged,
        Self::AffiliationChanged,
        Self::AffiliationChanged,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::Hold,
        Self::KeyCompromise,
        Self::Unspecified,
    ];

    fn code(self) -> Option<u8> {
        match self {
            Self::Unspecified => None,
            Self::KeyCompromise => Some(1),
            Self::AffiliationChanged => Some(3),
            Self::Superseded => Some(4),
            Self::CessationOfOperation => Some(5),
            Self::Hold => Some(6),
        }
    }
}

/// What a list says of itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Issue {
    /// Its number, ascending.
    pub number: u64,
    /// thisUpdate.
    pub made: Moment,
    /// nextUpdate.
    pub next: Moment,
}

/// Writes a list for one distribution point; `revoked` in the order of serial numbers.
pub(crate) fn list(
    authority: &Authority,
    distribution_point: &[u8],
    issue: Issue,
    revoked: &[Revoked],
) -> Vec<u8> {
    let entries: Vec<u8> = revoked.iter().flat_map(entry).collect();
    let entries = match revoked {
        [] => Vec::new(),
        _ => tlv(0x30, &entries),
    };
    let point = sequence(&[&point_name(&directory_name(distribution_point))]);
    let extensions = sequence(&[
        &authority.key_identifier(),
        &extension(CRL_NUMBER, &integer(issue.number)),
        &critical(ISSUING_DISTRIBUTION_POINT, &point),
    ]);
    let to_be_signed = sequence(&[
        &integer(1),
        &sha256_with_rsa(),
        &authority.name,
        &utc_time(issue.made),
        &utc_time(issue.next),
        &entries,
        &explicit(0, &extensions),
    ]);
    authority.key.seal(&to_be_signed)
}

fn entry(revoked: &Revoked) -> Vec<u8> {
    let extensions = match revoked.reason.code() {
        Some(code) => sequence(&[&extension(REASON_CODE, &tlv(0x0A, &[code]))]),
        None => Vec::new(),
    };
    sequence(&[&integer(revoked.serial), &utc_time(revoked.since), &extensions])
}
