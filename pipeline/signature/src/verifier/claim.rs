//! What the containers of a batch claim, in one form for all of them.

use std::ops::Range;

use lanes::Hash;

use super::messages::{At, Digests, Messages};
use super::request::{Body, Container, Request};
use crate::certificate::{Certificate, Scheme};
use crate::verdict::{Finding, Question, SubIndication, Verdict};

/// A container that is text and had to be decoded before its claims can borrow from it.
pub(super) enum Opened {
    /// CMS and certificates are read in place; what cannot be read holds nothing.
    Nothing,
    /// The array of signed digests.
    Digests(super::digests::Decoded),
    /// XML signatures, and the file of the request that holds them.
    Xml(super::xml::Signatures),
}

impl Opened {
    /// Decodes a request's container; what cannot be decoded is said in its verdict.
    pub fn open(request: &Request<'_>, verdict: &mut Verdict) -> Self {
        match request.container {
            Container::Cms { .. } | Container::Certificate { .. } => Self::Nothing,
            Container::Digests { bytes } => super::digests::decode(bytes, verdict),
            Container::Xml { bytes, name } => super::xml::open(request, bytes, name, verdict),
        }
    }
}

/// Everything that a batch claims.
#[derive(Default)]
pub(super) struct Claims<'a> {
    pub claims: Vec<Claim<'a>>,
    pub parts: Vec<Part<'a>>,
    pub messages: Messages<'a>,
    /// Certificates that came along, DER.
    pub certificates: Vec<&'a [u8]>,
}

/// One signature: this certificate's key signed this message, which stands for these parts.
pub(super) struct Claim<'a> {
    /// Which request of the batch.
    pub request: usize,
    /// The signer's certificate.
    pub leaf: Certificate<'a>,
    /// Where the digest of the certificate's signed part will stand.
    pub tbs: Option<At>,
    /// Certificates that may lead to an anchor.
    pub others: Range<usize>,
    /// What is digested apart and compared.
    pub parts: Range<usize>,
    /// What the key signed; `None` where a certificate alone is asked about.
    pub seal: Option<Seal<'a>>,
}

/// The signature value and what it is over.
#[derive(Clone, Copy)]
pub(super) struct Seal<'a> {
    /// The algorithm.
    pub scheme: Scheme,
    /// The digest that was signed.
    pub digest: Computed<'a>,
    /// The signature value.
    pub value: &'a [u8],
    /// Whether it is of a CMS container without signed attributes.
    pub is_bare: bool,
}

/// Bytes whose digest must be the one that the signature names.
pub(super) struct Part<'a> {
    /// What the digest is of.
    pub covers: Covers,
    /// The digest as it is.
    pub found: Computed<'a>,
    /// The digest that the signature names.
    pub signed: Signed<'a>,
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Covers {
    /// A file of the request.
    File(usize),
    /// A part of the document that holds the signature, not all of it.
    Subtree,
    /// The content within the container, which no file of the request is.
    Attached,
    /// The signer's certificate, named by an attribute.
    Certificate,
}

/// A digest that will be computed, or that was given in place of the bytes.
#[derive(Clone, Copy)]
pub(super) enum Computed<'a> {
    At(At),
    Given(&'a [u8]),
}

/// A digest that a signature names.
#[derive(Clone, Copy)]
pub(super) enum Signed<'a> {
    /// It stands in the container.
    In(&'a [u8]),
    /// The signature value is over the bytes themselves.
    BySeal,
}

impl Part<'_> {
    /// Whether the bytes are those that were signed, as far as digests say.
    pub fn holds(&self, digests: &Digests) -> bool {
        match self.signed {
            Signed::In(signed) => self.found.get(digests) == signed,
            Signed::BySeal => true,
        }
    }
}

impl Computed<'_> {
    /// Returns the digest.
    pub fn get<'d>(&'d self, digests: &'d Digests) -> &'d [u8] {
        match self {
            Self::At(at) => digests.get(*at),
            Self::Given(digest) => digest,
        }
    }
}

impl<'a> Claims<'a> {
    /// Reads one request into claims; what cannot be read is said in its verdict.
    pub fn walk(
        &mut self,
        index: usize,
        request: &Request<'a>,
        opened: &'a Opened,
        verdict: &mut Verdict,
    ) {
        match (request.container, opened) {
            (Container::Cms { bytes, content }, _) => {
                self.walk_cms(index, request, bytes, content, verdict);
            }
            (Container::Certificate { bytes }, _) => {
                self.walk_certificate(index, request, bytes, verdict);
            }
            (Container::Digests { .. }, Opened::Digests(decoded)) => {
                self.walk_digests(index, request, decoded, verdict);
            }
            (Container::Xml { .. }, Opened::Xml(signatures)) => {
                self.walk_xml(index, request, signatures, verdict);
            }
            // What could not be opened is said in the verdict.
            (Container::Digests { .. } | Container::Xml { .. }, _) => {}
        }
    }

    fn walk_certificate(
        &mut self,
        index: usize,
        request: &Request<'a>,
        bytes: &'a [u8],
        verdict: &mut Verdict,
    ) {
        let leaf = match Certificate::read(bytes) {
            Ok(leaf) => leaf,
            Err(malformed) => {
                let finding = Finding::with(malformed.rule.code(), malformed.to_string());
                let sub = SubIndication::FormatFailure;
                return verdict.fail(Question::Authority, sub, finding);
            }
        };
        let others = self.certificates.len();
        self.certificates.extend_from_slice(&request.certificates);
        let tbs = self.tbs_of(&leaf);
        self.claims.push(Claim {
            request: index,
            leaf,
            tbs,
            others: others..self.certificates.len(),
            parts: 0..0,
            seal: None,
        });
    }

    /// Has a body digested, or takes the digest that is kept in its place; `None` where nobody
    /// kept one of this hash function.
    pub fn digest_of(&mut self, hash: Hash, body: &Body<'a>) -> Option<Computed<'a>> {
        Some(match (*body, hash) {
            (Body::Bytes(bytes), _) => Computed::At(self.messages.push(hash, bytes)),
            (Body::Digests { sha256, .. }, Hash::Sha256) => Computed::Given(sha256),
            (Body::Digests { sha384, .. }, Hash::Sha384) => Computed::Given(sha384),
            (Body::Digests { sha512, .. }, Hash::Sha512) => Computed::Given(sha512),
            (Body::Digests { .. }, Hash::Sha1) => return None,
        })
    }

    /// Has the signed part of a certificate digested, if it is signed in a way that is known.
    pub fn tbs_of(&mut self, certificate: &Certificate<'a>) -> Option<At> {
        match certificate.signature_algorithm.scheme() {
            Scheme::Rsa(hash) | Scheme::Ecdsa(hash) => {
                Some(self.messages.push(hash, certificate.tbs))
            }
            Scheme::Other => None,
        }
    }
}
