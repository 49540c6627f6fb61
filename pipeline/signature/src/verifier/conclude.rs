//! What the digests and the signature values say: made by this signer, not altered.

use lanes::{Hash, Item};
use letter::Moment;

use super::claim::{Claim, Covers, Part};
use super::messages::Digests;
use super::request::Request;
use crate::basic_four::{compare, Form};
use crate::certificate::{Certificate, Scheme};
use crate::profile;
use crate::verdict::{Finding, Policy, Purpose, Question, SubIndication, Verdict};

impl<'a> Claim<'a> {
    /// Returns the document's signature for the lanes; `None` if there is none or it can never be
    /// good.
    pub fn item<'d>(&'d self, digests: &'d Digests) -> Option<Item<'d>> {
        let seal = self.seal.as_ref()?;
        let (key, hash) = self.leaf.key.verifies(seal.scheme)?;
        let digest = seal.digest.get(digests);
        let fits = hash != Hash::Sha1 && digest.len() == hash.digest_len();
        fits.then_some(Item { key, hash, digest, signature: seal.value })
    }

    /// Answers *signer* and *integrity* for one claim; `answer` is that of the lanes.
    pub fn answer_seal(
        &self,
        policy: &Policy,
        parts: &[Part<'a>],
        digests: &Digests,
        answer: Option<bool>,
        verdict: &mut Verdict,
    ) {
        let Some(seal) = &self.seal else {
            // A certificate alone: nothing was signed, so nothing can have been altered.
            verdict.pass(Question::Signer);
            verdict.pass(Question::Integrity);
            return;
        };
        let mut intact = true;
        for part in parts.iter().filter(|part| !part.holds(digests)) {
            if part.covers == Covers::Certificate {
                let words = "the signed attributes name another certificate";
                let finding = Finding::of("other-certificate", words);
                verdict.fail(Question::Signer, SubIndication::SigConstraintsFailure, finding);
            } else {
                intact = false;
                let words = "the content has another digest than was signed";
                let finding = Finding::of("digest", words);
                verdict.fail(Question::Integrity, SubIndication::HashFailure, finding);
            }
        }
        if seal.is_bare && policy.purpose != Purpose::Generic {
            let words = "the profile wants signed attributes";
            let finding = Finding::of("no-signed-attributes", words);
            verdict.fail(Question::Signer, SubIndication::SigConstraintsFailure, finding);
        }
        match answer {
            Some(true) => verdict.pass(Question::Signer),
            Some(false) => {
                let finding = Finding::of("signature-value", "the key did not make this signature");
                verdict.fail(Question::Signer, SubIndication::SigCryptoFailure, finding);
            }
            None => {
                let finding = Finding::of("algorithm", weak_words(seal.scheme));
                verdict.fail(Question::Signer, SubIndication::CryptoConstraintsFailure, finding);
            }
        }
        // Digests alone prove nothing: they stand in what the key signed.
        if intact && answer == Some(true) {
            verdict.pass(Question::Integrity);
        }
    }
}

/// Says why a signature algorithm or key is not accepted.
fn weak_words(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Rsa(Hash::Sha1) | Scheme::Ecdsa(Hash::Sha1) => "SHA-1 no longer proves anything",
        Scheme::Other => "the signature algorithm is not one of the profile",
        _ => "the key is not of a type and size of the profile",
    }
}

/// Says which files the request's signatures cover: those that some signature names and that none
/// contradicts. `claims` are the request's own, each with whether its value is the key's.
pub(super) fn cover(
    request: &Request<'_>,
    claims: &[(&Claim<'_>, bool)],
    parts: &[Part<'_>],
    digests: &Digests,
    verdict: &mut Verdict,
) {
    let named = |covers: Covers| {
        let mut is_named = false;
        for (claim, is_sealed) in claims {
            for part in parts[claim.parts.clone()].iter().filter(|part| part.covers == covers) {
                if !is_sealed || !part.holds(digests) {
                    return false;
                }
                is_named = true;
            }
        }
        is_named
    };
    for (index, file) in request.files.iter().enumerate() {
        match named(Covers::File(index)) {
            true => verdict.covered.push(file.name.to_owned()),
            false => verdict.not_covered.push(file.name.to_owned()),
        }
    }
    if named(Covers::Attached) {
        verdict.covered.push(ATTACHED.to_owned());
    }
}

/// Compares the basic four of the first signer's certificate with the form.
pub(super) fn compare_basic_four(leaf: &Certificate<'_>, form: &Form<'_>, verdict: &mut Verdict) {
    let Some(holder) = profile::holder(leaf) else { return };
    verdict.basic_four = compare(&holder.four, form);
    for oddity in &holder.oddities {
        let words = "the certificate's entries on its holder are odd";
        verdict.warnings.push(Finding::of(oddity.code(), words));
    }
}

/// Warns of a signing time that the signer claims and that cannot be.
pub(super) fn doubt_signing_time(claimed: Moment, received: Moment, verdict: &mut Verdict) {
    if claimed.0 > received.0 {
        let words = "the signer claims to have signed after receipt";
        verdict.warnings.push(Finding::of("signing-time-after-receipt", words));
    } else if received.0 - claimed.0 > OLD_SECONDS {
        let words = "the signer claims to have signed long before receipt";
        verdict.warnings.push(Finding::of("signing-time-long-before", words));
    }
}

/// How the content within a container is named, which no file of the parcel is.
const ATTACHED: &str = "attached content";
/// An application that is signed is sent; a month is long.
const OLD_SECONDS: i64 = 31 * 86_400;
