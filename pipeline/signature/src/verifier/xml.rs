//! XML signatures become claims: each signer's key signed its SignedInfo, which names digests.

use super::claim::{Claim, Claims, Computed, Covers, Opened, Part, Seal, Signed};
use super::request::Request;
use crate::certificate::{Certificate, Scheme};
use crate::verdict::{Finding, Question, SubIndication, Verdict};
use crate::xml::package::{open_package, COMPOSITION_FILE};
use crate::xml::signature::{self, Covers as XmlCovers};
use crate::xml::{Document, Family, Refused};

/// The signatures of one document.
pub(super) struct Signatures {
    opened: Vec<signature::Opened>,
    /// What the parts of the document within it stand for, by signature.
    own: Vec<Covers>,
}

/// Opens every signature of a document; of a package of the e-Gov shape also checks that each
/// covers the very 構成情報 that is read.
pub(super) fn open(
    request: &Request<'_>,
    bytes: &[u8],
    name: Option<&str>,
    verdict: &mut Verdict,
) -> Opened {
    let names: Vec<&str> = request.files.iter().map(|file| file.name).collect();
    match read(bytes, name, &names) {
        Ok((opened, covers_all)) => {
            let document = name.and_then(|name| names.iter().position(|known| *known == name));
            let own = covers_all.into_iter().map(|all| match (all, document) {
                (true, Some(file)) => Covers::File(file),
                (true, None) => Covers::Attached,
                (false, _) => Covers::Subtree,
            });
            Opened::Xml(Signatures { own: own.collect(), opened })
        }
        Err(refused) => {
            let finding = Finding::with(refused.rule.code(), refused.to_string());
            verdict.fail(Question::Integrity, SubIndication::FormatFailure, finding);
            Opened::Nothing
        }
    }
}

/// Returns the signatures, and for each whether it covers all that the document says.
fn read(
    bytes: &[u8],
    name: Option<&str>,
    names: &[&str],
) -> Result<(Vec<signature::Opened>, Vec<bool>), Refused> {
    if name == Some(COMPOSITION_FILE) {
        let package = open_package(bytes, names)?;
        let covers_all = vec![true; package.signatures.len()];
        return Ok((package.signatures, covers_all));
    }
    let document = Document::read(bytes)?;
    let elements = signature::signatures(&document)?;
    if elements.is_empty() {
        signature::only_signature(&document)?;
    }
    let mut opened = Vec::with_capacity(elements.len());
    for element in elements {
        opened.push(signature::open(&document, element, names)?);
    }
    let covers_all = opened.iter().map(|one| one.covers_document(&document)).collect();
    Ok((opened, covers_all))
}

impl<'a> Claims<'a> {
    /// Makes one claim a signature.
    pub fn walk_xml(
        &mut self,
        index: usize,
        request: &Request<'a>,
        signatures: &'a Signatures,
        verdict: &mut Verdict,
    ) {
        for (opened, own) in signatures.opened.iter().zip(&signatures.own) {
            let others = self.certificates.len();
            self.certificates.extend(opened.certificates.iter().map(Vec::as_slice));
            self.certificates.extend_from_slice(&request.certificates);
            let others = others..self.certificates.len();
            let leaf = match leaf_of(&opened.certificates) {
                Ok(leaf) => leaf,
                Err(finding) => {
                    verdict.fail(Question::Authority, SubIndication::FormatFailure, finding);
                    continue;
                }
            };
            let first = self.parts.len();
            for part in &opened.parts {
                let signed = Signed::In(&part.digest);
                let (covers, found) = match &part.covers {
                    XmlCovers::Subtree { .. } => {
                        let octets = opened.octets(part).expect("a subtree has octets");
                        (*own, Some(Computed::At(self.messages.push(part.hash, octets))))
                    }
                    XmlCovers::File(file) => {
                        let body = request.files[*file].body;
                        (Covers::File(*file), self.digest_of(part.hash, &body))
                    }
                };
                match found {
                    Some(found) => self.parts.push(Part { covers, found, signed }),
                    None => {
                        let words = "a file's digest of this kind is not kept";
                        let finding = Finding::of("digest-not-kept", words);
                        let sub = SubIndication::SignedDataNotFound;
                        verdict.fail(Question::Integrity, sub, finding);
                    }
                }
            }
            if *own == Covers::Subtree && opened.parts.iter().any(|part| part.file().is_none()) {
                let words = "a signature covers a part of its document only";
                verdict.warnings.push(Finding::of("part-of-document", words));
            }
            let hash = opened.algorithm.hash;
            let digest = Computed::At(self.messages.push(hash, opened.signed_info()));
            let scheme = match opened.algorithm.family {
                Family::Rsa => Scheme::Rsa(hash),
                Family::Ecdsa => Scheme::Ecdsa(hash),
            };
            let tbs = self.tbs_of(&leaf);
            self.claims.push(Claim {
                request: index,
                leaf,
                tbs,
                others,
                parts: first..self.parts.len(),
                seal: Some(Seal { scheme, digest, value: &opened.value, is_bare: false }),
            });
        }
    }
}

/// Returns the certificates of every signature of a document; none if it cannot be read.
pub(super) fn certificates_in(
    request: &Request<'_>,
    bytes: &[u8],
    name: Option<&str>,
) -> Vec<Vec<u8>> {
    let names: Vec<&str> = request.files.iter().map(|file| file.name).collect();
    let opened = read(bytes, name, &names).map(|(opened, _)| opened).unwrap_or_default();
    opened.into_iter().flat_map(|one| one.certificates).collect()
}

/// Returns the signer's certificate among those of KeyInfo: the first that is not one of a CA.
fn leaf_of(certificates: &[Vec<u8>]) -> Result<Certificate<'_>, Finding> {
    let mut first = None;
    for der in certificates {
        let certificate = Certificate::read(der).map_err(|malformed| {
            Finding::with(malformed.rule.code(), format!("a certificate of KeyInfo, {malformed}"))
        })?;
        if !certificate.is_ca() {
            return Ok(certificate);
        }
        first = first.or(Some(certificate));
    }
    first.ok_or(Finding::of("certificate-missing", "the signature has no certificate"))
}
