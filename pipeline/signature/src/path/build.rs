//! The search for a path among the certificates at hand.

use super::anchors::{is_meant, key_id};
use super::check::{check, Hand};
use super::{Accepted, Anchor, Anchors, Failure, Revocation, Settings};
use crate::certificate::{AuthorityKeyId, Certificate, PublicKey};
use crate::profile::{check_crypto, Breach};

/// A chain that leads from a leaf to an anchor.
#[derive(Clone, Debug)]
pub struct Path<'a> {
    /// The anchor.
    pub anchor: &'a Anchor,
    /// The certificates, leaf first, without the anchor.
    pub certificates: Vec<Certificate<'a>>,
    /// Under which policies the path is acceptable, in order of their OBJECT IDENTIFIERs; empty if
    /// under none.
    pub policies: Vec<Accepted<'a>>,
    /// `None` when all certificates and the anchor were valid at the reference time.
    pub validity: Option<Failure>,
    /// `None` when none was revoked at the reference time, or nobody was asked.
    pub revocation: Option<Failure>,
}

impl Path<'_> {
    /// Returns what is wrong with the path: its validity, or its revocation.
    pub fn failure(&self) -> Option<Failure> {
        self.validity.or(self.revocation)
    }
}

/// Searches a path from the leaf to an anchor and checks it by RFC 5280 §6.1.
///
/// Issuers are found by name and, where the certificate says it, by key identifier, issuer and
/// serial number; anchors come first. The first path that holds wholly is the answer. If none does,
/// it is the first that only lacks in validity or revocation, and else the failure that was met
/// first. The order of the certificates at hand decides between equals and nothing else does.
///
/// `revocation` is asked about every certificate of a path, from the anchor down; with `None`
/// nobody is asked.
///
/// # Errors
/// Why no path leads to an anchor; never `Leaf`, `WrongAuthority`, `Revoked`, `RevocationUnknown`,
/// `NotYetValid` or `Expired`.
pub fn build_and_check<'a>(
    anchors: &'a Anchors,
    intermediates: &[Certificate<'a>],
    settings: &Settings<'a>,
    revocation: Option<&dyn Revocation>,
    leaf: &Certificate<'a>,
) -> Result<Path<'a>, Failure> {
    let hand = Hand { anchors, intermediates, revocation };
    let mut search = Search { hand: &hand, settings, work: 0, path: None, failure: None };
    match search.extend(&mut vec![leaf]) {
        Some(path) => Ok(path),
        None => search.path.ok_or(search.failure.unwrap_or(Failure::NoChain)),
    }
}

struct Search<'s, 'l, 'a> {
    hand: &'s Hand<'l, 'a>,
    settings: &'s Settings<'a>,
    /// Signatures verified and chains checked so far.
    work: usize,
    /// The first path that only lacks in validity or revocation.
    path: Option<Path<'a>>,
    /// The first failure.
    failure: Option<Failure>,
}

impl<'l, 'a> Search<'_, 'l, 'a> {
    /// Extends a chain to every issuer of its last certificate; returns the first path that holds.
    fn extend(&mut self, chain: &mut Vec<&'l Certificate<'a>>) -> Option<Path<'a>>
    where
        'a: 'l,
    {
        let top: &'l Certificate<'a> = chain.last().expect("the chain has its leaf");
        let depth = chain.len() - 1;
        let id = &top.extensions.authority_key_id;
        for anchor in self.hand.anchors.iter() {
            let meant = id.as_ref().is_none_or(|id| anchor.is_meant_by(id));
            if !meant || !anchor.name().matches(top.issuer) {
                continue;
            }
            if !self.holds(top, &anchor.key(), depth) {
                continue;
            }
            match check(self.hand, self.settings, chain, anchor) {
                Ok(path) if path.failure().is_none() => return Some(path),
                Ok(path) => self.path = self.path.take().or(Some(path)),
                Err(failure) => self.note(failure),
            }
        }
        for issuer in self.hand.intermediates {
            if !issuer.subject.matches(top.issuer) || !may_be_meant(id, issuer) {
                continue;
            }
            if chain.iter().any(|met| met.raw == issuer.raw) {
                continue;
            }
            if chain.len() == self.settings.certificates_max {
                self.note(Failure::TooLong);
                continue;
            }
            if !self.holds(top, &issuer.key, depth) {
                continue;
            }
            chain.push(issuer);
            let found = self.extend(chain);
            chain.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Verifies the signature over a certificate with an issuer's key.
    fn holds(&mut self, certificate: &Certificate<'a>, key: &PublicKey<'a>, depth: usize) -> bool {
        self.work += 1;
        if self.work > WORK_MAX {
            self.failure = Some(Failure::TooMuchWork);
            return false;
        }
        match verify(certificate, key, depth) {
            Ok(()) => true,
            Err(failure) => {
                self.note(failure);
                false
            }
        }
    }

    fn note(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }
}

/// Verifies the signature over a certificate with its issuer's key.
fn verify(certificate: &Certificate<'_>, key: &PublicKey<'_>, depth: usize) -> Result<(), Failure> {
    let crypto = |breach| Failure::Crypto { depth, breach };
    check_crypto(certificate).map_err(crypto)?;
    let scheme = certificate.signature_algorithm.scheme();
    let Some((_, hash)) = key.verifies(scheme) else { return Err(crypto(Breach::Key)) };
    let digest = lanes::digest(hash, certificate.tbs);
    let item = certificate.signed_by(key, digest.as_ref()).ok_or(crypto(Breach::Key))?;
    let mut answers = Vec::with_capacity(1);
    lanes::verify(&[item], &mut answers);
    if answers == [true] {
        Ok(())
    } else {
        Err(Failure::Signature { depth })
    }
}

fn may_be_meant(id: &Option<AuthorityKeyId<'_>>, issuer: &Certificate<'_>) -> bool {
    id.as_ref().is_none_or(|id| is_meant(id, &key_id(issuer), issuer.issuer, issuer.serial))
}

/// Signatures that a search verifies at most; a real one verifies two to six.
const WORK_MAX: usize = 128;
