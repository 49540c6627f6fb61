//! One application as a pack keeps it.
//!
//! The payload is a row of fields: a letter, the length (4 bytes, little-endian), the bytes.
//!
//! ```text
//! i receipt number   t receipt time, seconds since 1970, 8 bytes little-endian   p policy id
//! c CMS   s name of its content   d digests (JSON)   x XML   y its name   e certificate alone
//! q further certificate   n file name, followed by b its bytes or h its digests
//! 1 name   2 birth date   3 sex   4 address, as the applicant wrote them
//! ```

use std::ops::Range;

use lanes::{digest, Hash};
use letter::Moment;

use super::block::{Block, Kind};
use crate::basic_four::Form;
use crate::verdict::Policy;
use crate::verifier::{Body, Container, File, Request};

/// Whether a pack keeps the files or only their digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The bytes: the pack alone is enough for everything.
    Bytes,
    /// SHA-256, SHA-384 and SHA-512 of files longer than this many bytes. A reference of an XML
    /// signature that transforms such a file cannot be checked again.
    DigestsAbove(usize),
}

impl Block {
    /// Makes the block of one application.
    pub fn application(receipt: &str, request: &Request<'_>, policy: &Policy, keep: Keep) -> Self {
        let mut fields = Fields::default();
        fields.put(b'i', receipt.as_bytes());
        fields.put(b't', &request.received.0.to_le_bytes());
        fields.put(b'p', policy.id().as_bytes());
        match request.container {
            Container::Cms { bytes, content } => {
                fields.put(b'c', bytes);
                fields.put_some(b's', content);
            }
            Container::Digests { bytes } => fields.put(b'd', bytes),
            Container::Xml { bytes, name } => {
                fields.put(b'x', bytes);
                fields.put_some(b'y', name);
            }
            Container::Certificate { bytes } => fields.put(b'e', bytes),
        }
        for certificate in &request.certificates {
            fields.put(b'q', certificate);
        }
        for file in &request.files {
            fields.put(b'n', file.name.as_bytes());
            fields.put_body(file.body, keep);
        }
        if let Some(form) = &request.form {
            fields.put_some(b'1', form.name);
            fields.put_some(b'2', form.birth);
            fields.put_some(b'3', form.sex);
            fields.put_some(b'4', form.address);
        }
        Self::new(Kind::Application, fields.0)
    }
}

#[derive(Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn put(&mut self, letter: u8, bytes: &[u8]) {
        let len = u32::try_from(bytes.len()).expect("a parcel's file is shorter than 4 GiB");
        self.0.reserve(FIELD_HEAD_LEN + bytes.len());
        self.0.push(letter);
        self.0.extend_from_slice(&len.to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    fn put_some(&mut self, letter: u8, text: Option<&str>) {
        if let Some(text) = text {
            self.put(letter, text.as_bytes());
        }
    }

    fn put_body(&mut self, body: Body<'_>, keep: Keep) {
        let long = |bytes: &[u8]| matches!(keep, Keep::DigestsAbove(len) if bytes.len() > len);
        match body {
            Body::Bytes(bytes) if long(bytes) => {
                let digests = [Hash::Sha256, Hash::Sha384, Hash::Sha512].map(|h| digest(h, bytes));
                self.put(b'h', &digests.each_ref().map(AsRef::as_ref).concat());
            }
            Body::Bytes(bytes) => self.put(b'b', bytes),
            Body::Digests { sha256, sha384, sha512 } => {
                self.put(b'h', &[&sha256[..], &sha384[..], &sha512[..]].concat());
            }
        }
    }
}

/// An application read back from a pack.
#[derive(Clone, Debug)]
pub struct Kept {
    payload: Vec<u8>,
    fields: Vec<(u8, Range<usize>)>,
}

impl Kept {
    /// Reads a payload; `None` if it is not one of this version.
    pub(super) fn read(payload: Vec<u8>) -> Option<Self> {
        let mut fields = Vec::new();
        let mut at = 0;
        while at < payload.len() {
            let head: [u8; FIELD_HEAD_LEN] =
                payload.get(at..at + FIELD_HEAD_LEN)?.try_into().ok()?;
            let len = u32::from_le_bytes(head[1..].try_into().ok()?) as usize;
            let from = at + FIELD_HEAD_LEN;
            let bytes = payload.get(from..from.checked_add(len)?)?;
            let text = !b"tcdxeqbh".contains(&head[0]);
            let known = b"itpcsdxyeqnbh1234".contains(&head[0]);
            if !known || (text && std::str::from_utf8(bytes).is_err()) {
                return None;
            }
            fields.push((head[0], from..from + len));
            at = from + len;
        }
        let kept = Self { payload, fields };
        let whole = kept.policy().is_some() && kept.try_request().is_some();
        whole.then_some(kept)
    }

    /// Returns the receipt number.
    pub fn receipt(&self) -> &str {
        self.text(b'i').unwrap_or_default()
    }

    /// Returns the policy; `None` if this version has no such policy.
    pub fn policy(&self) -> Option<Policy> {
        Policy::from_id(self.text(b'p')?)
    }

    /// Returns the application as it was asked of the verifier.
    pub fn request(&self) -> Request<'_> {
        self.try_request().expect("the fields were read when the block was")
    }

    fn try_request(&self) -> Option<Request<'_>> {
        let received = i64::from_le_bytes(self.bytes(b't')?.try_into().ok()?);
        let container = if let Some(bytes) = self.bytes(b'c') {
            Container::Cms { bytes, content: self.text(b's') }
        } else if let Some(bytes) = self.bytes(b'd') {
            Container::Digests { bytes }
        } else if let Some(bytes) = self.bytes(b'x') {
            Container::Xml { bytes, name: self.text(b'y') }
        } else {
            Container::Certificate { bytes: self.bytes(b'e')? }
        };
        let certificates = self.fields.iter().filter(|(letter, _)| *letter == b'q');
        let certificates = certificates.map(|(_, range)| &self.payload[range.clone()]).collect();
        let form = Form {
            name: self.text(b'1'),
            birth: self.text(b'2'),
            sex: self.text(b'3'),
            address: self.text(b'4'),
        };
        Some(Request {
            container,
            files: self.files()?,
            certificates,
            received: Moment(received),
            form: (form != Form::default()).then_some(form),
        })
    }

    fn files(&self) -> Option<Vec<File<'_>>> {
        let mut files = Vec::new();
        for (i, (letter, range)) in self.fields.iter().enumerate() {
            if *letter != b'n' {
                continue;
            }
            let name = std::str::from_utf8(&self.payload[range.clone()]).ok()?;
            let (letter, range) = self.fields.get(i + 1)?;
            let bytes = &self.payload[range.clone()];
            let body = match letter {
                b'b' => Body::Bytes(bytes),
                b'h' if bytes.len() == DIGESTS_LEN => Body::Digests {
                    sha256: bytes[..32].try_into().ok()?,
                    sha384: bytes[32..80].try_into().ok()?,
                    sha512: bytes[80..].try_into().ok()?,
                },
                _ => return None,
            };
            files.push(File { name, body });
        }
        Some(files)
    }

    fn bytes(&self, letter: u8) -> Option<&[u8]> {
        let (_, range) = self.fields.iter().find(|(met, _)| *met == letter)?;
        Some(&self.payload[range.clone()])
    }

    fn text(&self, letter: u8) -> Option<&str> {
        std::str::from_utf8(self.bytes(letter)?).ok()
    }
}

/// The letter and the length.
const FIELD_HEAD_LEN: usize = 5;
/// SHA-256, SHA-384 and SHA-512 in a row.
const DIGESTS_LEN: usize = 32 + 48 + 64;
