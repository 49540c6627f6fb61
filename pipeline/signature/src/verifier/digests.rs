//! The array of signed digests becomes claims: the card's key signed the digest of each file.
//!
//! ```json
//! {"certificate": "<base64 DER>", "hash": "sha256",
//!  "entries": [{"file": "form.json", "digest": "<base64>", "signature": "<base64>"}]}
//! ```

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use lanes::Hash;
use serde::Deserialize;

use super::claim::{Claim, Claims, Computed, Covers, Opened, Part, Seal, Signed};
use super::request::Request;
use crate::certificate::{Certificate, KeyKind, Scheme};
use crate::digests;
use crate::verdict::{Finding, Question, SubIndication, Verdict};

/// The JSON with its bytes decoded.
pub(super) struct Decoded {
    certificate: Vec<u8>,
    hash: Hash,
    entries: Vec<Entry>,
}

struct Entry {
    file: String,
    digest: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    #[serde(borrow)]
    certificate: std::borrow::Cow<'a, str>,
    hash: HashName,
    entries: Vec<WrittenEntry<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEntry<'a> {
    file: String,
    #[serde(borrow)]
    digest: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    signature: std::borrow::Cow<'a, str>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum HashName {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// Decodes the JSON; what is wrong with it is said in the verdict.
pub(super) fn decode(bytes: &[u8], verdict: &mut Verdict) -> Opened {
    match read(bytes) {
        Ok(decoded) => Opened::Digests(decoded),
        Err(finding) => {
            verdict.fail(Question::Integrity, SubIndication::FormatFailure, finding);
            Opened::Nothing
        }
    }
}

fn read(bytes: &[u8]) -> Result<Decoded, Finding> {
    let written: Written<'_> = serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Finding::with("json", format!("line {line}, column {column}: not the JSON of this form"))
    })?;
    let hash = match written.hash {
        HashName::Sha1 => Hash::Sha1,
        HashName::Sha256 => Hash::Sha256,
        HashName::Sha384 => Hash::Sha384,
        HashName::Sha512 => Hash::Sha512,
    };
    let decode = |text: &str| {
        STANDARD.decode(text).map_err(|_| Finding::of("base64", "a value is not base64"))
    };
    let entries = written.entries.into_iter().map(|entry| {
        let (digest, signature) = (decode(&entry.digest)?, decode(&entry.signature)?);
        Ok(Entry { file: entry.file, digest, signature })
    });
    let entries = entries.collect::<Result<_, Finding>>()?;
    let decoded = Decoded { certificate: decode(&written.certificate)?, hash, entries };
    decoded.check()?;
    Ok(decoded)
}

impl Decoded {
    /// Checks the entries against each other and against the certificate.
    fn check(&self) -> Result<(), Finding> {
        let entries: Vec<digests::Entry<'_>> = self.entries().collect();
        match digests::Array::read(&self.certificate, &entries) {
            // The verdict says more of an algorithm than that it is refused.
            Ok(_) | Err(digests::Fault::Algorithm(_)) => Ok(()),
            Err(fault) => Err(Finding::with(fault.code(), fault.to_string())),
        }
    }

    fn entries(&self) -> impl Iterator<Item = digests::Entry<'_>> {
        self.entries.iter().map(|entry| digests::Entry {
            name: &entry.file,
            hash: self.hash,
            digest: &entry.digest,
            signature: &entry.signature,
        })
    }
}

impl<'a> Claims<'a> {
    /// Makes one claim an entry.
    pub fn walk_digests(
        &mut self,
        index: usize,
        request: &Request<'a>,
        decoded: &'a Decoded,
        verdict: &mut Verdict,
    ) {
        let leaf = match Certificate::read(&decoded.certificate) {
            Ok(leaf) => leaf,
            Err(malformed) => {
                let finding = Finding::with(malformed.rule.code(), malformed.to_string());
                let sub = SubIndication::FormatFailure;
                return verdict.fail(Question::Authority, sub, finding);
            }
        };
        let others = self.certificates.len();
        self.certificates.extend_from_slice(&request.certificates);
        let others = others..self.certificates.len();
        let tbs = self.tbs_of(&leaf);
        let scheme = match leaf.key.kind {
            KeyKind::Rsa { .. } => Scheme::Rsa(decoded.hash),
            KeyKind::P256(_) | KeyKind::P384(_) => Scheme::Ecdsa(decoded.hash),
            KeyKind::Other => Scheme::Other,
        };
        for entry in &decoded.entries {
            let file = request.files.iter().position(|file| file.name == entry.file);
            let found = file.and_then(|file| {
                let body = request.files[file].body;
                Some((file, self.digest_of(decoded.hash, &body)?))
            });
            let Some((file, found)) = found else {
                let finding = Finding::of("file-missing", "a signed file is not there");
                verdict.fail(Question::Integrity, SubIndication::SignedDataNotFound, finding);
                continue;
            };
            let first = self.parts.len();
            let signed = Signed::In(&entry.digest);
            self.parts.push(Part { covers: Covers::File(file), found, signed });
            self.claims.push(Claim {
                request: index,
                leaf: leaf.clone(),
                tbs,
                others: others.clone(),
                parts: first..self.parts.len(),
                seal: Some(Seal {
                    scheme,
                    digest: Computed::Given(&entry.digest),
                    value: &entry.signature,
                    is_bare: false,
                }),
            });
        }
    }
}
