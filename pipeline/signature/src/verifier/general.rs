//! The general way: RFC 5280 in full, with revocation asked link by link.

use letter::Moment;

use super::claim::Claim;
use super::standing::answer_leaf;
use super::Verifier;
use crate::certificate::Certificate;
use crate::path::{build_and_check, Anchors, Failure, Issuer, Link, Path, Settings};
use crate::profile;
use crate::revocation::{Answer, Status};
use crate::verdict::{Finding, Question, SubIndication, Verdict};

impl Verifier<'_> {
    /// Answers *authority*, *validity* and *revocation* by any path that leads to an anchor.
    #[cold]
    pub(super) fn general(
        &self,
        claim: &Claim<'_>,
        others: &[&[u8]],
        received: Moment,
        verdict: &mut Verdict,
    ) {
        let checked = match claim.seal {
            Some(_) => profile::check(self.policy.purpose, &claim.leaf),
            // A certificate alone may be one of a CA.
            None => profile::check_crypto(&claim.leaf),
        };
        if let Err(breach) = checked {
            verdict.fails_by(&Failure::Leaf(breach));
        }
        let others: Vec<Certificate<'_>> =
            others.iter().filter_map(|der| Certificate::read(der).ok()).collect();
        let settings = Settings::at(received.0);
        let path = build_and_check(self.anchors, &others, &settings, Some(self.crls), &claim.leaf);
        match path {
            Ok(path) => {
                // The leaf's own validity says more than that of an authority above it.
                let own = match received.0 {
                    at if at < claim.leaf.not_before => Some(Failure::NotYetValid { depth: 0 }),
                    at if at > claim.leaf.not_after => Some(Failure::Expired { depth: 0 }),
                    _ => path.validity,
                };
                verdict.stands(own.as_ref());
                self.general_revocation(&path, &others, received, verdict);
            }
            Err(failure) => verdict.fails_by(&failure),
        }
    }

    fn general_revocation(
        &self,
        path: &Path<'_>,
        others: &[Certificate<'_>],
        received: Moment,
        verdict: &mut Verdict,
    ) {
        let until = received.0 + i64::from(self.policy.grace_seconds);
        // A signer of lists must lead to the anchor of the path itself (RFC 5280 §6.3.3 f).
        let anchors = &Anchors::only(path.anchor);
        for (depth, certificate) in path.certificates.iter().enumerate() {
            let issuer = match path.certificates.get(depth + 1) {
                Some(above) => Issuer {
                    name: above.subject,
                    key: above.key,
                    signs_crls: above.extensions.key_usage.is_none_or(|usage| usage.crl_sign()),
                },
                None => Issuer {
                    name: path.anchor.name(),
                    key: path.anchor.key(),
                    signs_crls: path.anchor.signs_crls,
                },
            };
            let at = received.0;
            let link = Link { certificate, issuer, depth, at, anchors, intermediates: others };
            let answer = self.crls.answer_link(&link);
            verdict.provisional |= !answer.is_final(until);
            self.note_grounds(&answer, verdict);
            match depth {
                0 => answer_leaf(&answer, verdict),
                _ => answer_above(&answer, depth, verdict),
            }
        }
    }
}

/// Answers *revocation* by what is known of a CA's certificate.
fn answer_above(answer: &Answer, depth: usize, verdict: &mut Verdict) {
    match answer.status {
        Status::Good => {}
        Status::Revoked(revoked) => {
            let since = Moment(revoked.date).rfc3339_jst();
            let words = format!("an authority ({depth} above the signer) was revoked on {since}");
            let finding = Finding::with("revoked-authority", words);
            verdict.fail(Question::Revocation, SubIndication::RevokedCaNoPoe, finding);
        }
        Status::Unknown(missing) => {
            let words = format!("of an authority ({depth} above the signer): {}", missing.words());
            let finding = Finding::with(missing.code(), words);
            verdict.fail(Question::Revocation, SubIndication::TryLater, finding);
        }
    }
}
