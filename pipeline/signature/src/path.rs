//! The way from a certificate to an anchor.
//!
//! [`one_step`] is the way of JPKI, whose certificates stand directly below an anchor: it checks
//! everything but the signature, which a batch verifies together with others.
//! [`build_and_check`] is RFC 5280 §6.1 in full, for chains of up to six certificates: it searches
//! among the certificates at hand, verifies, and asks about revocation link by link.

mod anchors;
mod build;
mod check;
mod failure;
mod link;
mod names;
mod policies;
mod step;

pub use anchors::{certificates_of, Anchor, AnchorFault, Anchors};
pub use build::{build_and_check, Path};
pub use failure::Failure;
pub use link::{Issuer, Link, Revocation, Standing};
pub use policies::{Accepted, ANY_POLICY};
pub use step::{one_step, Step};

/// What the user asks of a path (RFC 5280 §6.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings<'a> {
    /// The reference time, in seconds since 1970 in UTC.
    pub at: i64,
    /// user-initial-policy-set: content octets of OBJECT IDENTIFIERs; empty for any-policy.
    pub initial_policies: Vec<&'a [u8]>,
    /// initial-explicit-policy: some policy must be acceptable along the whole path.
    pub require_explicit_policy: bool,
    /// initial-policy-mapping-inhibit: mappings do not count.
    pub inhibit_policy_mapping: bool,
    /// initial-any-policy-inhibit: anyPolicy does not count.
    pub inhibit_any_policy: bool,
    /// How many certificates a path has at most, leaf included and anchor not.
    pub certificates_max: usize,
}

impl Settings<'_> {
    /// Returns the settings that ask for nothing but a path of at most six certificates.
    pub fn at(at: i64) -> Self {
        Self {
            at,
            initial_policies: Vec::new(),
            require_explicit_policy: false,
            inhibit_policy_mapping: false,
            inhibit_any_policy: false,
            certificates_max: CERTIFICATES_MAX,
        }
    }
}

/// Certificates of the longest path that is followed; government PKIs with bridges need five.
pub const CERTIFICATES_MAX: usize = 6;

/// Returns what is wrong with a validity at a moment, all in seconds since 1970 in UTC.
fn validity(not_before: i64, not_after: i64, at: i64, depth: usize) -> Option<Failure> {
    match at {
        _ if at < not_before => Some(Failure::NotYetValid { depth }),
        _ if at > not_after => Some(Failure::Expired { depth }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
