//! The general way: RFC 5280 in full, with revocation asked link by link.

use letter::Moment;

use super::claim::Claim;
use super::standing::answer_leaf;
use super::Verifier;
use crate::certificate::Certificate;
use crate::path::{build_and_check, Failure, Link, Path, Revocation, Settings, Standing};
use crate::profile;
use crate::revocation::{Answer, Query, Status};
use crate::verdict::{Finding, Question, SubIndication, Verdict};

/// Asks the lists about a link of a path.
struct Lists<'g> {
    verifier: Verifier<'g>,
}

impl Revocation for Lists<'_> {
    fn standing(&self, link: &Link<'_, '_>) -> Standing {
        match self.answer(link).status {
            Status::Good => Standing::Good,
            // The reason is said by the answer itself, which the verdict asks for again.
            Status::Revoked(revoked) => Standing::Revoked { date: revoked.date, reason: 0 },
            Status::Unknown(missing) => Standing::Unknown { code: missing.code() },
        }
    }
}

impl Lists<'_> {
    /// Answers for a link by lists of its issuer, and of other signers whose own path leads to the
    /// anchors (RFC 5280 §6.3.3 f).
    fn answer(&self, link: &Link<'_, '_>) -> Answer {
        let query =
            Query { certificate: link.certificate, issuer_key: link.issuer.key.spki, at: link.at };
        self.verifier.crls.answer_with(query, &|signer| {
            let settings = Settings::at(link.at);
            let path = build_and_check(link.anchors, link.intermediates, &settings, None, signer);
            path.is_ok_and(|path| path.validity.is_none())
        })
    }
}

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
        let lists = Lists { verifier: *self };
        let settings = Settings::at(received.0);
        let path = build_and_check(self.anchors, &others, &settings, Some(&lists), &claim.leaf);
        match path {
            Ok(path) => {
                // The leaf's own validity says more than that of an authority above it.
                let own = match received.0 {
                    at if at < claim.leaf.not_before => Some(Failure::NotYetValid { depth: 0 }),
                    at if at > claim.leaf.not_after => Some(Failure::Expired { depth: 0 }),
                    _ => path.validity,
                };
                verdict.stands(own.as_ref());
                self.general_revocation(&lists, &path, &others, received, verdict);
            }
            Err(failure) => verdict.fails_by(&failure),
        }
    }

    fn general_revocation(
        &self,
        lists: &Lists<'_>,
        path: &Path<'_>,
        others: &[Certificate<'_>],
        received: Moment,
        verdict: &mut Verdict,
    ) {
        let until = received.0 + i64::from(self.policy.grace_seconds);
        for (depth, certificate) in path.certificates.iter().enumerate() {
            let above = path.certificates.get(depth + 1);
            let issuer = match above {
                Some(above) => crate::path::Issuer {
                    name: above.subject,
                    key: above.key,
                    signs_crls: above.extensions.key_usage.is_none_or(|usage| usage.crl_sign()),
                },
                None => crate::path::Issuer {
                    name: path.anchor.name(),
                    key: path.anchor.key(),
                    signs_crls: path.anchor.signs_crls,
                },
            };
            let at = received.0;
            let link = Link {
                certificate,
                issuer,
                depth,
                at,
                anchors: self.anchors,
                intermediates: others,
            };
            let answer = lists.answer(&link);
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
