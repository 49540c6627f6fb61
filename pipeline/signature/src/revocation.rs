//! What revocation lists and responses say of a certificate.
//!
//! Lists are dropped into a folder as files: one complete list, or one for each municipality, with
//! deltas or without. [`Gathering`] takes their bytes one after the other, refuses singly what it
//! cannot accept, and keeps of each list a packed store and a few names; [`Crls`] answers for a
//! certificate by its issuer's *key*, because three generations of one issuer share one name.
//!
//! No answer is ever good by lack of a list: what is missing is [`Status::Unknown`] with its
//! reason.

mod answer;
mod delta;
mod gather;
mod index;
mod list;
mod listed;
mod ocsp;
mod scanner;
mod scope;
mod standing;
mod store;

pub use answer::{Answer, Crls, Query};
pub use gather::{Gathering, Taken};
pub use list::List;
pub use listed::{Listed, Responded};
pub use ocsp::Response;
pub use scope::{Names, Point, Scope, ALL_REASONS};
pub use store::{Found, Store, Trouble};

use crate::der::Malformed;

/// What is known of a certificate's revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not revoked at the reference time.
    Good,
    /// Revoked at the reference time or before it.
    Revoked(Revoked),
    /// Nobody knows.
    Unknown(Missing),
}

/// When and why a certificate was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// The revocation date, UNIX seconds.
    pub date: i64,
    /// Why; `None` where the list does not say.
    pub reason: Option<Reason>,
}

/// Why nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Missing {
    /// No list by the issuer's key is there.
    Issuer,
    /// Lists by the issuer's key are there, but none of the certificate's distribution point.
    Partition,
    /// The newest list ended before the reference time.
    Stale,
    /// The lists that are there do not cover all reasons of revocation.
    Reasons,
    /// The list is younger than the certificate's last day, and may have dropped it.
    Expired,
    /// The responder does not know the certificate.
    Responder,
}

impl Missing {
    /// Returns the stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Issuer => "missing-list",
            Self::Partition => "missing-partition",
            Self::Stale => "stale-list",
            Self::Reasons => "missing-reasons",
            Self::Expired => "list-after-expiry",
            Self::Responder => "responder-does-not-know",
        }
    }

    /// Says what was met.
    pub fn words(self) -> &'static str {
        match self {
            Self::Issuer => "no revocation list by the issuer's key is there",
            Self::Partition => {
                "no revocation list of the certificate's distribution point is there"
            }
            Self::Stale => "the newest revocation list ended before the reference time",
            Self::Reasons => "the revocation lists do not cover all reasons",
            Self::Expired => "the revocation list is younger than the certificate's last day",
            Self::Responder => "the responder does not know the certificate",
        }
    }
}

/// A reason of revocation (RFC 5280 §5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// unspecified; in the JPKI a card that was discarded before it was handed out.
    Unspecified,
    /// keyCompromise.
    KeyCompromise,
    /// cACompromise.
    CaCompromise,
    /// affiliationChanged; in the JPKI one of the basic four has changed.
    AffiliationChanged,
    /// superseded.
    Superseded,
    /// cessationOfOperation.
    CessationOfOperation,
    /// certificateHold, which counts as revoked.
    CertificateHold,
    /// removeFromCRL, only in delta lists.
    RemoveFromCrl,
    /// privilegeWithdrawn.
    PrivilegeWithdrawn,
    /// aACompromise.
    AaCompromise,
}

impl Reason {
    /// Returns the reason with this CRLReason code.
    pub fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Unspecified,
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            8 => Self::RemoveFromCrl,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AaCompromise,
            _ => return None,
        })
    }

    /// Returns the CRLReason code.
    pub fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::RemoveFromCrl => 8,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }

    /// Returns the name of RFC 5280.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::CertificateHold => "certificateHold",
            Self::RemoveFromCrl => "removeFromCRL",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
            Self::AaCompromise => "aACompromise",
        }
    }
}

/// Why a list or a response is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not strict DER or not of the structure.
    #[error("{0}")]
    Malformed(#[from] Malformed),
    /// An entry is not strict DER, from this byte on.
    #[error("byte {0}: the entry is not strict DER")]
    Entry(usize),
    /// An entry may not stand in the list.
    #[error("{0}")]
    Trouble(Trouble),
    /// RFC 5280 §5.1.2.5: there is a nextUpdate.
    #[error("the list does not say when the next one is due")]
    NoNextUpdate,
    /// nextUpdate is before thisUpdate.
    #[error("the next list is due before this one was issued")]
    Backwards,
    /// RFC 5280 §5.2: a critical extension that nobody here knows.
    #[error("a critical extension is not known")]
    UnknownCritical,
    /// Nobody among the known certificates has the issuer's name, and may sign lists.
    #[error("no known certificate has the issuer's name and may sign revocation lists")]
    UnknownIssuer,
    /// The signature is of an algorithm or a key that the shop does not verify.
    #[error("the signature's algorithm or key is not verified here")]
    Algorithm,
    /// The signature is wrong under every key of the issuer's name.
    #[error("the signature is wrong under every key of that name")]
    Signature,
    /// A complete list without a number cannot be told from an older one.
    #[error("the list has no number")]
    NoNumber,
    /// A newer list has a smaller number.
    #[error("a list that was issued earlier has a higher number")]
    NumberFellBack,
    /// The responder did not answer successfully (RFC 6960 §4.2.2.3).
    #[error("the response is an error of the responder")]
    NoResponse,
    /// The responder is neither the issuer nor allowed by it (RFC 6960 §4.2.2.2).
    #[error("the responder may not answer for the issuer")]
    Responder,
}

impl Refusal {
    /// Returns the stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed(malformed) => malformed.rule.code(),
            Self::Entry(_) => "malformed-entry",
            Self::Trouble(trouble) => trouble.code(),
            Self::NoNextUpdate => "no-next-update",
            Self::Backwards => "backwards",
            Self::UnknownCritical => "unknown-critical",
            Self::UnknownIssuer => "unknown-issuer",
            Self::Algorithm => "algorithm",
            Self::Signature => "signature",
            Self::NoNumber => "no-number",
            Self::NumberFellBack => "number-fell-back",
            Self::NoResponse => "no-response",
            Self::Responder => "responder",
        }
    }
}
