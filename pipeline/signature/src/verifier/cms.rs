//! CMS SignedData becomes claims: each signer's key signed its attributes, or the content.

use std::ops::Range;

use lanes::Hash;
use letter::Moment;

use super::claim::{Claim, Claims, Computed, Covers, Part, Seal, Signed};
use super::request::{Body, Request};
use crate::certificate::Certificate;
use crate::cms::{Fault, SignedData, Signer};
use crate::verdict::{Finding, Question, Stamp, SubIndication, Verdict};

/// What a signer signs: the content, and as what it came.
#[derive(Clone, Copy)]
struct Content<'a> {
    body: Body<'a>,
    covers: Covers,
}

impl<'a> Claims<'a> {
    /// Reads a CMS container into claims, one a signer.
    pub fn walk_cms(
        &mut self,
        index: usize,
        request: &Request<'a>,
        bytes: &'a [u8],
        content: Option<&str>,
        verdict: &mut Verdict,
    ) {
        let data = match SignedData::read(bytes) {
            Ok(data) => data,
            Err(fault) => return verdict.fails_by_cms(fault, Question::Integrity),
        };
        let file = content.and_then(|name| request.files.iter().position(|f| f.name == name));
        let content = match (data.content, file) {
            (Some(own), Some(file)) => {
                if !is_same(own, &request.files[file].body) {
                    verdict.fails_by_cms(Fault::OtherContent, Question::Integrity);
                }
                Content { body: Body::Bytes(own), covers: Covers::File(file) }
            }
            (Some(own), None) => Content { body: Body::Bytes(own), covers: Covers::Attached },
            (None, Some(file)) => {
                Content { body: request.files[file].body, covers: Covers::File(file) }
            }
            (None, None) => return verdict.fails_by_cms(Fault::NoContent, Question::Integrity),
        };
        let others = self.certificates.len();
        self.certificates.extend(data.certificates());
        self.certificates.extend_from_slice(&request.certificates);
        let others = others..self.certificates.len();
        for signer in data.signers() {
            let claim = signer
                .map_err(|fault| fault_of(fault, Question::Signer))
                .and_then(|signer| self.claim_of(index, &signer, content, others.clone()));
            match claim {
                Ok((claim, signing_time)) => {
                    self.claims.push(claim);
                    let claimed = signing_time.map(|time| Stamp(Moment(time)));
                    verdict.claimed_signing_time = verdict.claimed_signing_time.or(claimed);
                }
                Err((question, sub, finding)) => verdict.fail(question, sub, finding),
            }
        }
    }

    /// Makes the claim of one signer, and returns the moment at which it says to have signed.
    fn claim_of(
        &mut self,
        index: usize,
        signer: &Signer<'a>,
        content: Content<'a>,
        others: Range<usize>,
    ) -> Result<(Claim<'a>, Option<i64>), Fail> {
        let leaf = self.leaf_of(signer, others.clone())?;
        let Content { body, covers } = content;
        if let Body::Bytes(bytes) = body {
            signer.work(bytes).map_err(|fault| fault_of(fault, Question::Signer))?;
        }
        let first = self.parts.len();
        let found = self.digest_of(signer.hash, &body).ok_or_else(|| {
            let finding = Finding::of("digest-not-kept", "the file's digest is not kept");
            (Question::Integrity, SubIndication::SignedDataNotFound, finding)
        })?;
        let digest = match &signer.attributes {
            Some(attributes) => {
                let signed = Signed::In(attributes.message_digest);
                self.parts.push(Part { covers, found, signed });
                if let Some(id) = attributes.certificate {
                    // Issuer and serial number that are not the leaf's can match no digest.
                    let signed = if id.may_be(&leaf) { id.digest } else { &[] };
                    let found = Computed::At(self.messages.push(id.hash, leaf.raw));
                    let (covers, signed) = (Covers::Certificate, Signed::In(signed));
                    self.parts.push(Part { covers, found, signed });
                }
                Computed::At(self.messages.write(signer.hash, |out| attributes.write(out)))
            }
            None => {
                self.parts.push(Part { covers, found, signed: Signed::BySeal });
                found
            }
        };
        let tbs = self.tbs_of(&leaf);
        let seal = Seal {
            scheme: signer.scheme,
            digest,
            value: signer.signature,
            is_bare: signer.attributes.is_none(),
        };
        let parts = first..self.parts.len();
        let claim = Claim { request: index, leaf, tbs, others, parts, seal: Some(seal) };
        Ok((claim, signer.attributes.and_then(|attributes| attributes.signing_time)))
    }

    /// Returns the certificate that the signer means; one that cannot be read is named if none
    /// else is meant.
    fn leaf_of(&self, signer: &Signer<'a>, others: Range<usize>) -> Result<Certificate<'a>, Fail> {
        let at_hand = &self.certificates[others];
        if let Some(leaf) = signer.certificate(at_hand.iter().copied()) {
            return Ok(leaf);
        }
        if let Some(malformed) = at_hand.iter().find_map(|der| Certificate::read(der).err()) {
            let words = format!("a certificate of the container, {malformed}");
            let finding = Finding::with(malformed.rule.code(), words);
            return Err((Question::Authority, SubIndication::FormatFailure, finding));
        }
        let words = "the signer's certificate is not there";
        let finding = Finding::of("certificate-missing", words);
        Err((Question::Signer, SubIndication::NoSigningCertificateFound, finding))
    }
}

/// Returns the certificates of a container; none if it cannot be read.
pub(super) fn certificates_in(bytes: &[u8]) -> Vec<Vec<u8>> {
    SignedData::read(bytes)
        .map(|data| data.certificates().map(<[u8]>::to_vec).collect())
        .unwrap_or_default()
}

/// Whether a file is the attached content.
fn is_same(content: &[u8], body: &Body<'_>) -> bool {
    match body {
        Body::Bytes(bytes) => *bytes == content,
        Body::Digests { sha256, .. } => {
            lanes::digest(Hash::Sha256, content).as_ref() == &sha256[..]
        }
    }
}

/// A question answered with no or unknown.
type Fail = (Question, SubIndication, Finding);

fn fault_of(fault: Fault, question: Question) -> Fail {
    let (question, sub) = match fault {
        Fault::NoContent => (Question::Integrity, SubIndication::SignedDataNotFound),
        Fault::OtherContent => (Question::Integrity, SubIndication::HashFailure),
        Fault::Algorithm | Fault::HashMismatch => {
            (Question::Signer, SubIndication::CryptoConstraintsFailure)
        }
        Fault::AmbiguousContent => (Question::Signer, SubIndication::SigConstraintsFailure),
        _ => (question, SubIndication::FormatFailure),
    };
    (question, sub, Finding::with(fault.code(), fault.to_string()))
}

impl Verdict {
    #[cold]
    fn fails_by_cms(&mut self, fault: Fault, question: Question) {
        let (question, sub, finding) = fault_of(fault, question);
        self.fail(question, sub, finding);
    }
}
