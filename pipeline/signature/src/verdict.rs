//! The verdict on a signature, in the words of ETSI EN 319 102-1.
//!
//! A [`Verdict`] answers five questions apart from each other (right authority, validity,
//! revocation, signer, integrity), says which files the signature covers and on which lists the
//! answer stands, and draws one indication from them. It serialises to the JSON that
//! `lettershop verify … --json` prints.

pub mod indication;
pub mod policy;

use std::borrow::Cow;
use std::sync::Arc;

use letter::Moment;
use serde::{Deserialize, Serialize};

use crate::basic_four::BasicFour;
pub use indication::{Indication, SubIndication};
pub use policy::{Policy, Purpose};

/// What is said of one signature (or of all signatures of one container together).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// TOTAL_PASSED, TOTAL_FAILED or INDETERMINATE.
    pub indication: Indication,
    /// Why not passed; `None` exactly for TOTAL_PASSED.
    pub sub_indication: Option<SubIndication>,
    /// Issued by the right authority: the path leads to an anchor and obeys the profile.
    pub authority: Answer,
    /// Within the validity of every certificate of the path at the reference time.
    pub validity: Answer,
    /// Not revoked at the reference time.
    pub revocation: Answer,
    /// Made with the key of this certificate, which may sign such things.
    pub signer: Answer,
    /// The signed files are not altered.
    pub integrity: Answer,
    /// Files whose bytes the signature covers, in the order of the request.
    pub covered: Vec<String>,
    /// Files that came along and that the signature says nothing of.
    pub not_covered: Vec<String>,
    /// The moment for which all this holds: the receipt time, RFC 3339 in Japan's time.
    pub as_of: Stamp,
    /// The revocation lists on which the answer stands.
    pub crl: Vec<Arc<ListUsed>>,
    /// The OCSP responses on which the answer stands.
    pub ocsp: Vec<OcspUsed>,
    /// The basic four of certificate and form, where both have them.
    pub basic_four: Option<BasicFour>,
    /// True until a list newer than receipt (and grace) has been consulted.
    pub provisional: bool,
    /// The policy by its id, [`Policy::id`].
    pub policy: Cow<'static, str>,
    /// Why an answer is not [`Answer::Passed`]: the first of each question.
    pub findings: Vec<Finding>,
    /// What deserves a look and changes no answer.
    pub warnings: Vec<Finding>,
    /// The moment that the signer claims; never the reference time.
    pub claimed_signing_time: Option<Stamp>,
}

impl Verdict {
    /// Returns a verdict that nothing has been asked yet: every answer unknown.
    pub fn open(policy: &Policy, as_of: Moment) -> Self {
        Self {
            indication: Indication::Indeterminate,
            sub_indication: None,
            authority: Answer::Unknown,
            validity: Answer::Unknown,
            revocation: Answer::Unknown,
            signer: Answer::Unknown,
            integrity: Answer::Unknown,
            covered: Vec::new(),
            not_covered: Vec::new(),
            as_of: Stamp(as_of),
            crl: Vec::new(),
            ocsp: Vec::new(),
            basic_four: None,
            provisional: true,
            policy: policy.id(),
            findings: Vec::new(),
            warnings: Vec::new(),
            claimed_signing_time: None,
        }
    }

    /// Answers one question with no, or with unknown, and remembers the first reason.
    ///
    /// The sub-indication of the container is the first that was found at the highest rank: a
    /// failure outranks an uncertainty (EN 319 102-1 clause 5.1.4.2: TOTAL-FAILED only on proof).
    pub fn fail(&mut self, question: Question, sub: SubIndication, finding: Finding) {
        let answer = match sub.indication() {
            Indication::TotalFailed => Answer::Failed,
            _ if sub.is_breach() => Answer::Failed,
            _ => Answer::Unknown,
        };
        let slot = self.slot(question);
        if *slot != Answer::Failed {
            *slot = answer;
        }
        let outranks = match self.sub_indication {
            None => true,
            Some(before) => {
                before.indication() == Indication::Indeterminate
                    && sub.indication() == Indication::TotalFailed
            }
        };
        if outranks {
            self.sub_indication = Some(sub);
            self.indication = sub.indication();
        }
        self.findings.push(Finding { question: Some(question), ..finding });
    }

    /// Answers one question with yes, unless it has been answered with no.
    pub fn pass(&mut self, question: Question) {
        let slot = self.slot(question);
        if *slot == Answer::Unknown {
            *slot = Answer::Passed;
        }
    }

    /// Draws the indication: passed only if every question is.
    ///
    /// # Panics
    /// In tests, if a question is open and no reason says why.
    pub fn conclude(&mut self) {
        let answers = [self.authority, self.validity, self.revocation, self.signer, self.integrity];
        if self.sub_indication.is_none() {
            let passed = answers.iter().all(|answer| *answer == Answer::Passed);
            debug_assert!(passed, "an open question has its reason: {self:?}");
            if passed {
                self.indication = Indication::TotalPassed;
            }
        }
    }

    /// Returns the exit code of `lettershop verify`: 0 passed, 1 failed, 2 indeterminate.
    pub fn exit_code(&self) -> u8 {
        self.indication.exit_code()
    }

    fn slot(&mut self, question: Question) -> &mut Answer {
        match question {
            Question::Authority => &mut self.authority,
            Question::Validity => &mut self.validity,
            Question::Revocation => &mut self.revocation,
            Question::Signer => &mut self.signer,
            Question::Integrity => &mut self.integrity,
        }
    }
}

/// How one question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Yes.
    Passed,
    /// No.
    Failed,
    /// Nobody knows: something needed is missing or could not be reached.
    Unknown,
}

impl Answer {
    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// One of the five questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Issued by the right authority?
    Authority,
    /// In validity?
    Validity,
    /// Not revoked?
    Revocation,
    /// Made by this signer?
    Signer,
    /// Not altered?
    Integrity,
}

impl Question {
    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Validity => "validity",
            Self::Revocation => "revocation",
            Self::Signer => "signer",
            Self::Integrity => "integrity",
        }
    }
}

/// One reason or warning: a stable code and words without anybody's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The question it belongs to; warnings have none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub question: Option<Question>,
    /// The stable code, `missing-partition`.
    pub code: Cow<'static, str>,
    /// What was met.
    pub words: Cow<'static, str>,
}

impl Finding {
    /// Returns a finding of fixed words.
    pub const fn of(code: &'static str, words: &'static str) -> Self {
        Self { question: None, code: Cow::Borrowed(code), words: Cow::Borrowed(words) }
    }

    /// Returns a finding that carries values.
    pub fn with(code: &'static str, words: String) -> Self {
        Self { question: None, code: Cow::Borrowed(code), words: Cow::Owned(words) }
    }
}

/// A revocation list that was consulted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListUsed {
    /// The issuer, RFC 4514 order as written in the certificate.
    pub issuer: String,
    /// The partition by its distribution point; `None` for a list of everything.
    pub partition: Option<String>,
    /// The CRL number, hexadecimal without leading zeros; `None` where the list has none.
    pub number: Option<String>,
    /// When it was issued.
    pub this_update: Stamp,
    /// SHA-256 of the list's bytes, hexadecimal.
    pub sha256: String,
}

/// An OCSP response that was consulted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OcspUsed {
    /// When it was made.
    pub produced_at: Stamp,
    /// The moment its answer is known to be right.
    pub this_update: Stamp,
    /// SHA-256 of the response's bytes, hexadecimal.
    pub sha256: String,
}

/// A moment that is written as RFC 3339 in Japan's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Stamp(pub Moment);

impl From<Stamp> for String {
    fn from(stamp: Stamp) -> Self {
        stamp.0.rfc3339_jst()
    }
}

impl TryFrom<String> for Stamp {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let moment = Moment::parse_rfc3339(&text);
        moment.map(Self).ok_or_else(|| format!("{text:?} is not a moment of RFC 3339"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Moment = Moment(1_795_000_000);

    fn all_passed() -> Verdict {
        let mut verdict = Verdict::open(&Policy::of(Purpose::JpkiSign), AT);
        for question in QUESTIONS {
            verdict.pass(question);
        }
        verdict
    }

    const QUESTIONS: [Question; 5] = [
        Question::Authority,
        Question::Validity,
        Question::Revocation,
        Question::Signer,
        Question::Integrity,
    ];

    #[test]
    fn five_times_yes_is_passed_and_ends_with_0() {
        let mut verdict = all_passed();
        verdict.conclude();
        assert_eq!(verdict.indication, Indication::TotalPassed);
        assert_eq!((verdict.sub_indication, verdict.exit_code()), (None, 0));
    }

    #[test]
    fn a_proof_of_failure_outranks_an_uncertainty_met_before() {
        let mut verdict = all_passed();
        let missing = Finding::of("missing-partition", "no list of the partition is there");
        verdict.fail(Question::Revocation, SubIndication::TryLater, missing);
        let altered = Finding::of("digest", "the content has another digest than was signed");
        verdict.fail(Question::Integrity, SubIndication::HashFailure, altered);
        verdict.conclude();
        assert_eq!(verdict.indication, Indication::TotalFailed);
        assert_eq!(verdict.sub_indication, Some(SubIndication::HashFailure));
        assert_eq!(verdict.integrity, Answer::Failed);
        assert_eq!(verdict.findings.len(), 2);
        assert_eq!(verdict.exit_code(), 1);
    }

    #[test]
    fn a_question_answered_with_no_stays_so() {
        let mut verdict = Verdict::open(&Policy::of(Purpose::Generic), AT);
        let revoked = Finding::of("revoked", "revoked");
        verdict.fail(Question::Revocation, SubIndication::Revoked, revoked);
        verdict.pass(Question::Revocation);
        assert_eq!(verdict.revocation, Answer::Failed);
    }
}
