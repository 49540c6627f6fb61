//! What a path asks of revocation: one question a certificate.

use super::Anchors;
use crate::certificate::{Certificate, PublicKey};
use crate::name::Name;

/// What is known of a certificate's revocation at the reference time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not revoked, by lists that say so for every reason.
    Good,
    /// Revoked since a date at or before the reference time.
    Revoked {
        /// Since when, in seconds since 1970 in UTC.
        date: i64,
        /// CRLReason (RFC 5280 §5.3.1).
        reason: u8,
    },
    /// Nobody knows: a list is missing, stale or cannot be used.
    Unknown {
        /// The stable code of the cause, `missing-partition`.
        code: &'static str,
    },
}

/// Who knows which certificates are revoked.
pub trait Revocation {
    /// Says what is known of the link's certificate at the link's reference time.
    ///
    /// The signatures of certificate and path above it are already verified.
    fn standing(&self, link: &Link<'_, '_>) -> Standing;
}

/// A certificate of a path with its issuer, and what else is at hand to find the signer of a list.
#[derive(Clone, Copy, Debug)]
pub struct Link<'l, 'a> {
    /// The certificate that is asked about.
    pub certificate: &'l Certificate<'a>,
    /// Who issued it: an anchor or a certificate of the path.
    pub issuer: Issuer<'a>,
    /// Its place in the path: 0 for the leaf.
    pub depth: usize,
    /// The reference time, in seconds since 1970 in UTC.
    pub at: i64,
    /// The anchors to one of which a separate signer of lists must lead: in a path, its own anchor
    /// alone (RFC 5280 §6.3.3 f).
    pub anchors: &'a Anchors,
    /// The certificates at hand, among which such a signer may be.
    pub intermediates: &'l [Certificate<'a>],
}

/// An issuer of certificates by name and key.
#[derive(Clone, Copy, Debug)]
pub struct Issuer<'a> {
    /// Its name.
    pub name: Name<'a>,
    /// Its key.
    pub key: PublicKey<'a>,
    /// Whether the key may sign revocation lists.
    pub signs_crls: bool,
}
