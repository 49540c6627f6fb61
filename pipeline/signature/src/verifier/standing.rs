//! What paths and lists say: right authority, in validity, not revoked.

use std::sync::Arc;

use letter::Moment;

use super::Verifier;
use crate::path::Failure;
use crate::revocation::{Answer, Listed, Query, Status};
use crate::verdict::{Finding, ListUsed, OcspUsed, Question, Stamp, SubIndication, Verdict};

impl Verdict {
    /// Takes over why a path fails.
    #[cold]
    pub(super) fn fails_by(&mut self, failure: &Failure) {
        let finding = Finding::with(failure.code(), failure.words());
        self.fail(failure.question(), failure.sub_indication(), finding);
    }

    /// The path leads to an anchor; `validity` is what is wrong with its validities.
    pub(super) fn stands(&mut self, validity: Option<&Failure>) {
        self.pass(Question::Authority);
        match validity {
            Some(failure) => self.fails_by(failure),
            None => self.pass(Question::Validity),
        }
    }
}

impl Verifier<'_> {
    /// Answers *revocation* for certificates directly below an anchor, by request.
    pub(super) fn answer_revocation(
        &self,
        asked: &[(usize, Query<'_, '_>)],
        verdicts: &mut [Verdict],
    ) {
        let queries: Vec<Query<'_, '_>> = asked.iter().map(|(_, query)| *query).collect();
        let mut answers = Vec::with_capacity(queries.len());
        self.crls.answer_many(&queries, &mut answers);
        for ((request, query), answer) in asked.iter().zip(&answers) {
            let verdict = &mut verdicts[*request];
            let until = query.at + i64::from(self.policy.grace_seconds);
            verdict.provisional |= !answer.is_final(until);
            self.note_grounds(answer, verdict);
            answer_leaf(answer, verdict);
        }
    }

    /// Notes the lists and responses on which an answer stands.
    pub(super) fn note_grounds(&self, answer: &Answer, verdict: &mut Verdict) {
        for number in answer.lists() {
            let list = self.crls.told(number, list_used);
            if !verdict.crl.contains(list) {
                verdict.crl.push(Arc::clone(list));
            }
        }
        if let Some(number) = answer.response {
            let responded = self.crls.responded(number);
            verdict.ocsp.push(OcspUsed {
                produced_at: Stamp(Moment(responded.produced_at)),
                this_update: Stamp(Moment(responded.this_update)),
                sha256: hex(&responded.sha256),
            });
        }
    }
}

/// Answers *revocation* by what is known of the signer's certificate.
pub(super) fn answer_leaf(answer: &Answer, verdict: &mut Verdict) {
    match answer.status {
        Status::Good => {
            verdict.pass(Question::Revocation);
            if let Some(later) = answer.later {
                let since = Moment(later.date).rfc3339_jst();
                let words = format!("the certificate was revoked after receipt, on {since}");
                verdict.warnings.push(Finding::with("revoked-later", words));
            }
        }
        Status::Revoked(revoked) => {
            let since = Moment(revoked.date).rfc3339_jst();
            let reason = revoked.reason.map_or("no reason given", |reason| reason.name());
            let words = format!("the certificate was revoked on {since}: {reason}");
            let finding = Finding::with("revoked", words);
            verdict.fail(Question::Revocation, SubIndication::Revoked, finding);
        }
        Status::Unknown(missing) => {
            let finding = Finding::of(missing.code(), missing.words());
            verdict.fail(Question::Revocation, SubIndication::TryLater, finding);
        }
    }
}

fn list_used(listed: &Listed) -> ListUsed {
    ListUsed {
        issuer: listed.issuer().to_string(),
        partition: listed.point().map(|point| point.to_string()),
        number: listed.number.as_deref().map(number),
        this_update: Stamp(Moment(listed.this_update)),
        sha256: hex(&listed.sha256),
    }
}

/// Writes a CRL number in hexadecimal without leading zeros.
fn number(octets: &[u8]) -> String {
    let digits = hex(octets);
    let short = digits.trim_start_matches('0');
    if short.is_empty() {
        "0".to_owned()
    } else {
        short.to_owned()
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(2 * octets.len()), |mut text, octet| {
        for digit in [octet >> 4, octet & 15] {
            text.push(char::from_digit(u32::from(digit), 16).expect("a nibble is a digit"));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_number_is_written_without_leading_zeros() {
        assert_eq!(number(&[0x01, 0x0a]), "10a");
        assert_eq!(number(&[]), "0");
        assert_eq!(number(&[0]), "0");
    }
}
