//! One XML signature, opened: what it covers, what is to be digested, what is to be verified.
//!
//! <https://www.w3.org/TR/xmldsig-core1/>. Opening resolves every reference once and writes every
//! canonical form once; digests and signature are left to the caller, who has many of them. Nothing
//! is looked up again by id or name afterwards: what is handed out is the node, its span in the
//! document and the very octets that were digested.

use std::ops::Range;

use lanes::{Hash, Item, Key};

use super::algorithm::{canonicalization_method, signature_method, Algorithm, Family};
use super::c14n::{self, Comments, Method, Subset};
use super::document::{Document, NodeId};
use super::limit::{MAX_CANONICAL_BYTES, MAX_CERTIFICATES, MAX_REFERENCES};
use super::reference::{reference, resolve_ids, Reference, Target};
use super::rule::{Refused, Rule};
use super::structure::{base64_value, children, must_be, refused, Read, DSIG};

/// A signature whose references are resolved and whose digests and value are not yet checked.
#[derive(Debug)]
pub struct Opened {
    /// The element Signature.
    pub element: NodeId,
    /// How SignedInfo was signed.
    pub algorithm: Algorithm,
    /// The signature as [`lanes`] takes it: PKCS#1 block, or DER of an ECDSA-Sig-Value.
    pub value: Vec<u8>,
    /// The certificates of KeyInfo, DER, in their order; at least one.
    pub certificates: Vec<Vec<u8>>,
    /// What the signature covers, if the digests are right; at least one.
    pub parts: Vec<Part>,
    /// All canonical forms one after another, SignedInfo's first.
    canonical: Vec<u8>,
    signed_info_len: usize,
}

/// One reference with its target.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it refers to.
    pub covers: Covers,
    /// How that was digested.
    pub hash: Hash,
    /// The digest that the signer found, as long as the hash makes it.
    pub digest: Vec<u8>,
    /// Where the reference stands.
    pub named_in: NamedIn,
}

/// Where a reference stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedIn {
    /// In SignedInfo.
    SignedInfo,
    /// In the Manifest which this part (an index) covers; it counts only if that part is right.
    Manifest(usize),
}

/// What a reference covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// The document or a subtree of it, by its canonical form and without comments.
    Subtree {
        /// The root or the element.
        apex: NodeId,
        /// Its bytes in the document.
        span: Range<usize>,
        /// The signature's own bytes in the document, where it is taken out.
        without: Option<Range<usize>>,
        /// Its canonical form, for [`Opened::octets`].
        octets: Range<usize>,
    },
    /// All bytes of a file, by its index among the names given.
    File(usize),
}

/// Returns every signature of a document, in document order.
///
/// # Errors
/// [`Rule::NestedSignature`] if one stands within another.
pub fn signatures(document: &Document<'_>) -> Result<Vec<NodeId>, Refused> {
    let mut found: Vec<NodeId> = Vec::new();
    for element in document.all_elements() {
        if document.is(element, DSIG, "Signature") {
            if found.last().is_some_and(|outer| document.contains(*outer, element)) {
                return Err(refused(document, element, Rule::NestedSignature));
            }
            found.push(element);
        }
    }
    Ok(found)
}

/// Returns the one signature of a document.
///
/// # Errors
/// [`Rule::NoSignature`], [`Rule::SeveralSignatures`] and what [`signatures`] says.
pub fn only_signature(document: &Document<'_>) -> Result<NodeId, Refused> {
    match signatures(document)?.as_slice() {
        [one] => Ok(*one),
        [] => Err(refused(document, document.root_element(), Rule::NoSignature)),
        [_, second, ..] => Err(refused(document, *second, Rule::SeveralSignatures)),
    }
}

/// Opens a signature; `files` are the names of what came along, for references to files.
///
/// # Errors
/// Whatever is outside the schema or the lists of algorithms, transforms and URIs is refused with
/// its rule and place, also what cannot be resolved.
pub fn open(document: &Document<'_>, signature: NodeId, files: &[&str]) -> Result<Opened, Refused> {
    must_be(document, signature, "Signature")?;
    let all = children(document, signature)?;
    let [signed_info, value, rest @ ..] = all.as_slice() else {
        return Err(refused(document, signature, Rule::Structure));
    };
    must_be(document, *signed_info, "SignedInfo")?;
    must_be(document, *value, "SignatureValue")?;
    let (key_info, objects) = match rest {
        [first, objects @ ..] if document.is(*first, DSIG, "KeyInfo") => (Some(*first), objects),
        objects => (None, objects),
    };
    for object in objects {
        must_be(document, *object, "Object")?;
    }

    let in_signed_info = children(document, *signed_info)?;
    let [canonicalization, method, references @ ..] = in_signed_info.as_slice() else {
        return Err(refused(document, *signed_info, Rule::Structure));
    };
    must_be(document, *canonicalization, "CanonicalizationMethod")?;
    must_be(document, *method, "SignatureMethod")?;
    if references.is_empty() {
        return Err(refused(document, *signed_info, Rule::Structure));
    }
    let canonicalization = canonicalization_method(document, *canonicalization)?;
    let algorithm = signature_method(document, *method)?;
    let certificates = certificates(document, signature, key_info)?;
    let value = signature_value(document, *value, algorithm.family)?;

    let mut opening =
        Opening { document, signature, files, parts: Vec::new(), canonical: Vec::new() };
    let subset = Subset { apex: *signed_info, left_out: None };
    c14n::write(document, subset, &canonicalization, MAX_CANONICAL_BYTES, &mut opening.canonical)?;
    let signed_info_len = opening.canonical.len();
    let manifests = opening.references(references, NamedIn::SignedInfo)?;
    for (part, manifest) in manifests {
        let references = children(document, manifest)?;
        opening.references(&references, NamedIn::Manifest(part))?;
    }
    let Opening { parts, canonical, .. } = opening;
    let element = signature;
    Ok(Opened { element, algorithm, value, certificates, parts, canonical, signed_info_len })
}

impl Opened {
    /// Returns the canonical form of SignedInfo: what the signature value is over.
    pub fn signed_info(&self) -> &[u8] {
        &self.canonical[..self.signed_info_len]
    }

    /// Returns the octets that a part digests, `None` for a file. Whoever needs to read what was
    /// signed reads these, or the node, never an element found by its id.
    pub fn octets(&self, part: &Part) -> Option<&[u8]> {
        match &part.covers {
            Covers::Subtree { octets, .. } => Some(&self.canonical[octets.clone()]),
            Covers::File(_) => None,
        }
    }

    /// Returns the item for [`lanes::verify`], from the signer's key and the digest of
    /// [`Opened::signed_info`] by the hash of [`Opened::algorithm`].
    pub fn item<'a>(&'a self, key: Key<'a>, digest: &'a [u8]) -> Item<'a> {
        Item { key, hash: self.algorithm.hash, digest, signature: &self.value }
    }

    /// Returns whether a key is of the kind that the signature method names.
    pub fn fits(&self, key: &Key<'_>) -> bool {
        matches!(
            (self.algorithm.family, key),
            (Family::Rsa, Key::Rsa { .. }) | (Family::Ecdsa, Key::P256(_) | Key::P384(_))
        )
    }

    /// Returns the indices of the files that some part covers, in order and each once.
    pub fn covered_files(&self) -> Vec<usize> {
        let mut files: Vec<usize> = self.parts.iter().filter_map(Part::file).collect();
        files.sort_unstable();
        files.dedup();
        files
    }

    /// Returns whether one part covers everything that the document says but for the signature:
    /// the root, or the root element where no instruction stands outside it.
    pub fn covers_document(&self, document: &Document<'_>) -> bool {
        let root_element = document.root_element();
        let bare = document.has_nothing_outside_root_element();
        self.parts.iter().any(|part| match part.covers {
            Covers::Subtree { apex, .. } => {
                apex == document.root() || (bare && apex == root_element)
            }
            Covers::File(_) => false,
        })
    }

    /// Returns per part whether its digest is right, by digesting one after the other; `contents`
    /// are the bytes of the files whose names [`open`] was given.
    pub fn digests_right(&self, contents: &[&[u8]]) -> Vec<bool> {
        let right = |part: &Part| {
            let octets = self.octets(part).or_else(|| contents.get(part.file()?).copied());
            octets.is_some_and(|octets| lanes::digest(part.hash, octets).as_ref() == part.digest)
        };
        self.parts.iter().map(right).collect()
    }
}

impl Part {
    /// Returns the index of the file that is covered, if it is one.
    pub fn file(&self) -> Option<usize> {
        match self.covers {
            Covers::File(index) => Some(index),
            Covers::Subtree { .. } => None,
        }
    }
}

struct Opening<'a, 't> {
    document: &'a Document<'t>,
    signature: NodeId,
    files: &'a [&'a str],
    parts: Vec<Part>,
    canonical: Vec<u8>,
}

impl Opening<'_, '_> {
    /// Adds a part for every reference; returns the manifests among them with their parts' indices.
    fn references(&mut self, elements: &[NodeId], named_in: NamedIn) -> Read<Vec<(usize, NodeId)>> {
        let document = self.document;
        if let Some(first_over) = elements.get(MAX_REFERENCES - self.parts.len()) {
            return Err(refused(document, *first_over, Rule::TooManyReferences));
        }
        let references: Vec<Reference<'_>> =
            elements.iter().map(|element| reference(document, *element)).collect::<Read<_>>()?;
        let targets = resolve_ids(document, &references)?;
        let mut manifests = Vec::new();
        for (reference, target) in references.into_iter().zip(targets) {
            let is_manifest = target.is_some_and(|node| document.is(node, DSIG, "Manifest"));
            let nested = is_manifest && named_in != NamedIn::SignedInfo;
            if nested || (reference.claims_manifest && !is_manifest) {
                return Err(refused(document, reference.element, Rule::Manifest));
            }
            if let Some(manifest) = target.filter(|_| is_manifest) {
                manifests.push((self.parts.len(), manifest));
            }
            let covers = match &reference.target {
                Target::File(name) => self.file(reference.element, name)?,
                Target::Document | Target::Id(_) => {
                    self.subtree(&reference, target.unwrap_or(document.root()))?
                }
            };
            let Reference { hash, digest, .. } = reference;
            self.parts.push(Part { covers, hash, digest, named_in });
        }
        Ok(manifests)
    }

    fn file(&self, reference: NodeId, name: &str) -> Read<Covers> {
        let mut bearers = self.files.iter().enumerate().filter(|(_, known)| **known == name);
        let rule = match (bearers.next(), bearers.next()) {
            (Some((index, _)), None) => return Ok(Covers::File(index)),
            (None, _) => Rule::UnknownMember,
            (Some(_), Some(_)) => Rule::DuplicateMember,
        };
        Err(refused(self.document, reference, rule))
    }

    fn subtree(&mut self, reference: &Reference<'_>, apex: NodeId) -> Read<Covers> {
        let (document, signature) = (self.document, self.signature);
        let mut left_out = None;
        if reference.transforms.enveloped {
            if apex == signature || !document.contains(apex, signature) {
                return Err(refused(document, reference.element, Rule::NotEnveloped));
            }
            left_out = Some(signature);
        }
        // A reference into the same document has no comments, whatever its transforms say after
        // that (XML Signature 1.1 §4.4.3.3).
        let mut method = reference.transforms.canonical.clone().unwrap_or(Method::INCLUSIVE);
        method.comments = Comments::Dropped;
        let start = self.canonical.len();
        let subset = Subset { apex, left_out };
        c14n::write(document, subset, &method, MAX_CANONICAL_BYTES, &mut self.canonical)?;
        Ok(Covers::Subtree {
            apex,
            span: document.span(apex),
            without: left_out.map(|signature| document.span(signature)),
            octets: start..self.canonical.len(),
        })
    }
}

/// The certificates of KeyInfo/X509Data. Bare keys, names and pointers to keys must_be are passed
/// over: nobody vouches for them.
fn certificates(
    document: &Document<'_>,
    signature: NodeId,
    key_info: Option<NodeId>,
) -> Read<Vec<Vec<u8>>> {
    let nowhere = refused(document, key_info.unwrap_or(signature), Rule::NoCertificate);
    let key_info = key_info.ok_or(nowhere)?;
    let mut certificates = Vec::new();
    for data in document.elements(key_info).filter(|e| document.is(*e, DSIG, "X509Data")) {
        for element in document.elements(data) {
            if !document.is(element, DSIG, "X509Certificate") {
                continue;
            }
            if certificates.len() == MAX_CERTIFICATES {
                return Err(refused(document, element, Rule::TooManyCertificates));
            }
            certificates.push(base64_value(document, element)?);
        }
    }
    if certificates.is_empty() {
        return Err(nowhere);
    }
    Ok(certificates)
}

/// SignatureValue; that of ECDSA is r and s of one width each and becomes DER.
fn signature_value(document: &Document<'_>, element: NodeId, family: Family) -> Read<Vec<u8>> {
    let value = base64_value(document, element)?;
    match family {
        Family::Rsa if (1..=MAX_RSA_LEN).contains(&value.len()) => Ok(value),
        Family::Ecdsa if ECDSA_LENS.contains(&value.len()) => {
            let (r, s) = value.split_at(value.len() / 2);
            Ok(ecdsa_der(r, s))
        }
        _ => Err(refused(document, element, Rule::SignatureValue)),
    }
}

/// ECDSA-Sig-Value (RFC 3279 §2.2.3) in DER, of r and s of at most 48 bytes.
fn ecdsa_der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let mut integers = Vec::with_capacity(2 * (r.len() + 3));
    for number in [r, s] {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let digits = &number[zeros.min(number.len() - 1)..];
        let sign = digits[0] >= 0x80;
        integers.extend([0x02, digits.len() as u8 + u8::from(sign)]);
        integers.extend(sign.then_some(0));
        integers.extend(digits);
    }
    let mut der = vec![0x30, integers.len() as u8];
    der.extend(integers);
    der
}

/// Bytes of an RSA signature of 4096 bits.
const MAX_RSA_LEN: usize = 512;

/// Bytes of r and s together on P-256 and P-384.
const ECDSA_LENS: [usize; 2] = [64, 96];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_ecdsa_values_become_strict_der() {
        assert_eq!(
            ecdsa_der(&[0, 0, 1], &[0x80, 0, 0]),
            [0x30, 9, 0x02, 1, 1, 0x02, 4, 0, 0x80, 0, 0]
        );
        assert_eq!(ecdsa_der(&[0, 0], &[0, 0x7F]), [0x30, 6, 0x02, 1, 0, 0x02, 1, 0x7F]);
        assert_eq!(ecdsa_der(&[0xFF; 48], &[0xFF; 48]).len(), 2 + 2 * 51);
    }
}
