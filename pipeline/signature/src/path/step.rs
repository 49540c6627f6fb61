//! The one step from a JPKI certificate to its anchor.

use lanes::{Hash, Item, Key};

use super::{validity, Anchor, Anchors, Failure};
use crate::certificate::Certificate;
use crate::profile::{self, Breach};
use crate::verdict::Purpose;

/// A step that holds as soon as the signature over the certificate is verified, which is left to
/// the batch.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Who issued the certificate.
    pub anchor: &'a Anchor,
    /// `None` when certificate and anchor were valid at the reference time.
    pub validity: Option<Failure>,
    /// With which hash function the certificate's signed part is digested.
    pub hash: Hash,
    key: Key<'a>,
    signature: &'a [u8],
}

impl<'a> Step<'a> {
    /// Returns the signature that is left to be verified, given the digest of the certificate's
    /// signed part.
    #[inline]
    pub fn item(&self, digest: &'a [u8]) -> Item<'a> {
        Item { key: self.key, hash: self.hash, digest, signature: self.signature }
    }
}

/// Takes the one step of JPKI from a certificate to the anchor that its authority key identifier
/// means: profile, key identifier, name, issuer and serial number, algorithm, validity `at` the
/// reference time in seconds since 1970. Nothing is verified and nothing is allocated.
///
/// # Errors
/// `Leaf` for a breach of the profile; `NoChain` when no anchor is meant; `WrongAuthority`;
/// `Crypto`. Validity is no error but stands in the step.
#[inline]
pub fn one_step<'a>(
    anchors: &'a Anchors,
    purpose: Purpose,
    leaf: &Certificate<'a>,
    at: i64,
) -> Result<Step<'a>, Failure> {
    profile::check(purpose, leaf).map_err(Failure::Leaf)?;
    let id = leaf.extensions.authority_key_id.ok_or(Failure::Leaf(Breach::NoAuthorityKey))?;
    let key_id = id.key.ok_or(Failure::Leaf(Breach::NoAuthorityKey))?;
    let meant = |anchor: &&Anchor| anchor.name().matches(leaf.issuer) && anchor.is_meant_by(&id);
    let anchor = anchors.by_key_id(key_id).iter().find(meant).ok_or(Failure::NoChain)?;
    if !anchor.authority.issues_for(purpose) {
        return Err(Failure::WrongAuthority);
    }
    let Some((key, hash)) = anchor.key().verifies(leaf.signature_algorithm.scheme()) else {
        return Err(Failure::Crypto { depth: 0, breach: Breach::Algorithm });
    };
    let validity = validity(leaf.not_before, leaf.not_after, at, 0)
        .or_else(|| validity(anchor.not_before, anchor.not_after, at, 1));
    Ok(Step { anchor, validity, hash, key, signature: leaf.signature })
}
