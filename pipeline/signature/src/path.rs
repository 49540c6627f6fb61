//! The way from a certificate to an anchor.
//!
//! [`one_step`] is the way of JPKI, whose certificates stand directly below an anchor: it checks
//! everything but the signature, which a batch verifies together with others.

mod anchors;
mod failure;
mod link;
mod step;

pub use anchors::{certificates_of, Anchor, AnchorFault, Anchors};
pub use failure::Failure;
pub use link::{Issuer, Link, Revocation, Standing};
pub use step::{one_step, Step};

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
