//! Batches of signatures become verdicts.
//!
//! A batch goes through five rooms, each of which does one thing for all its applications before
//! the next begins, so that lanes and memory are always full:
//!
//! 1. *walk*: every container is read in place, strictly, into claims: this key signed this;
//! 2. *digest*: documents, signed attributes and certificates, SHA-256 two messages at a time;
//! 3. *signatures*: those of the certificates and those of the documents in one batch of lanes;
//! 4. *revocation*: the answers for all certificates;
//! 5. *conclude*: one verdict a request.
//!
//! JPKI certificates stand one step below an anchor; those of other authorities take the general
//! way of [`crate::path`]. Nothing here reads a clock: the reference time is the receipt time of
//! the request. The same requests give the same verdicts in any batches.

mod claim;
mod cms;
mod conclude;
mod digests;
mod general;
mod messages;
mod request;
mod standing;
mod xml;

use lanes::{Engine, Item};

pub use request::{Body, Container, File, Request};

use crate::path::{one_step, Anchors, Failure, Step};
use crate::revocation::{Crls, Query};
use crate::verdict::{Policy, Purpose, SubIndication, Verdict};
use claim::{Claim, Claims};
use messages::Digests;

/// Gives verdicts on the ground of anchors, lists and a policy.
///
/// Cheap to make, free of state and shared between threads as it is: callers give each thread
/// chunks of a few hundred requests.
#[derive(Clone, Copy)]
pub struct Verifier<'g> {
    anchors: &'g Anchors,
    crls: &'g Crls,
    policy: Policy,
    engine: Engine,
}

impl<'g> Verifier<'g> {
    /// Returns a verifier that uses the fastest way of this machine.
    pub fn new(anchors: &'g Anchors, crls: &'g Crls, policy: Policy) -> Self {
        Self { anchors, crls, policy, engine: Engine::best() }
    }

    /// Returns the same verifier with another way to answer signatures; every way gives the same
    /// verdicts.
    pub fn with_engine(self, engine: Engine) -> Self {
        Self { engine, ..self }
    }

    /// Gives one verdict.
    pub fn verify(&self, request: &Request<'_>) -> Verdict {
        let mut verdicts = self.verify_batch(std::slice::from_ref(request));
        verdicts.pop().expect("one verdict a request")
    }

    /// Gives one verdict a request, in their order.
    pub fn verify_batch(&self, requests: &[Request<'_>]) -> Vec<Verdict> {
        let mut verdicts: Vec<Verdict> =
            requests.iter().map(|request| Verdict::open(&self.policy, request.received)).collect();
        // Every answer on revocation that a newer list can change makes its verdict provisional.
        verdicts.iter_mut().for_each(|verdict| verdict.provisional = false);
        let opened: Vec<claim::Opened> = requests
            .iter()
            .zip(&mut verdicts)
            .map(|(request, verdict)| claim::Opened::open(request, verdict))
            .collect();
        let mut claims = Claims::default();
        for (index, (request, verdict)) in requests.iter().zip(&mut verdicts).enumerate() {
            claims.walk(index, request, &opened[index], verdict);
        }
        let Claims { claims, parts, messages, certificates } = claims;
        let digests = messages.digest();
        let steps = self.steps(requests, &claims);
        let answers = self.answers(&claims, &steps, &digests);
        for (claim, (seal, _)) in claims.iter().zip(&answers) {
            let parts = &parts[claim.parts.clone()];
            let verdict = &mut verdicts[claim.request];
            claim.answer_seal(&self.policy, parts, &digests, *seal, verdict);
        }
        let mut quick = Vec::with_capacity(claims.len());
        for ((claim, step), (_, signed)) in claims.iter().zip(&steps).zip(&answers) {
            let verdict = &mut verdicts[claim.request];
            let received = requests[claim.request].received;
            match step {
                None => self.general(claim, &certificates[claim.others.clone()], received, verdict),
                Some(Err(failure)) => verdict.fails_by(failure),
                Some(Ok(_)) if *signed != Some(true) => {
                    verdict.fails_by(&Failure::Signature { depth: 0 });
                }
                Some(Ok(step)) => {
                    verdict.stands(step.validity.as_ref());
                    let issuer_key = step.anchor.key().spki;
                    let at = received.0;
                    quick.push((claim.request, Query { certificate: &claim.leaf, issuer_key, at }));
                }
            }
        }
        self.answer_revocation(&quick, &mut verdicts);
        let sealed: Vec<(&Claim<'_>, bool)> = claims
            .iter()
            .zip(&answers)
            .map(|(claim, (seal, _))| (claim, *seal == Some(true)))
            .collect();
        close(requests, &sealed, &parts, &digests, &mut verdicts);
        verdicts
    }

    /// Takes the one step of JPKI for each claim; `None` where the general way is to be taken.
    fn steps<'a>(
        &'a self,
        requests: &[Request<'_>],
        claims: &[Claim<'a>],
    ) -> Vec<Option<Result<Step<'a>, Failure>>> {
        let purpose = self.policy.purpose;
        let step = |claim: &Claim<'a>| {
            let at = requests[claim.request].received.0;
            (purpose != Purpose::Generic).then(|| one_step(self.anchors, purpose, &claim.leaf, at))
        };
        claims.iter().map(step).collect()
    }

    /// Verifies the signatures of all documents and of all certificates that took the one step;
    /// returns both answers a claim, `None` where nothing could be asked.
    fn answers<'a>(
        &self,
        claims: &'a [Claim<'a>],
        steps: &'a [Option<Result<Step<'a>, Failure>>],
        digests: &'a Digests,
    ) -> Vec<(Option<bool>, Option<bool>)> {
        let mut items: Vec<Item<'_>> = Vec::with_capacity(2 * claims.len());
        let mut asked = Vec::with_capacity(claims.len());
        for (claim, step) in claims.iter().zip(steps) {
            let seal = claim.item(digests);
            let issued = match (step, claim.tbs) {
                (Some(Ok(step)), Some(tbs)) => Some(step.item(digests.get(tbs))),
                _ => None,
            };
            asked.push((seal.is_some(), issued.is_some()));
            items.extend(seal);
            items.extend(issued);
        }
        let mut answers = Vec::with_capacity(items.len());
        self.engine.verify(&items, &mut answers);
        let mut answers = answers.into_iter();
        let mut next = |was_asked: bool| was_asked.then(|| answers.next().expect("one an item"));
        asked.into_iter().map(|(seal, issued)| (next(seal), next(issued))).collect()
    }
}

/// Says which files are covered, compares the basic four and draws the indications; `claims` stand
/// in the order of their requests, each with whether its value is the key's.
fn close(
    requests: &[Request<'_>],
    claims: &[(&Claim<'_>, bool)],
    parts: &[claim::Part<'_>],
    digests: &Digests,
    verdicts: &mut [Verdict],
) {
    let mut rest = claims;
    for (index, (request, verdict)) in requests.iter().zip(verdicts).enumerate() {
        let own = rest.iter().take_while(|(claim, _)| claim.request == index).count();
        let (own, others) = rest.split_at(own);
        rest = others;
        conclude::cover(request, own, parts, digests, verdict);
        if let (Some(form), Some((claim, _))) = (&request.form, own.first()) {
            conclude::compare_basic_four(&claim.leaf, form, verdict);
        }
        if let Some(claimed) = verdict.claimed_signing_time {
            conclude::doubt_signing_time(claimed.0, request.received, verdict);
        }
        verdict.conclude();
        // What no newer list can change is final.
        verdict.provisional &=
            matches!(verdict.sub_indication, None | Some(SubIndication::TryLater));
    }
}
