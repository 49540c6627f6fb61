//! What all copies of a batch begin with, and how one of them ends.

use sha2::{Digest, Sha256};

use crate::deflate::Scratch;
use crate::parts::Parts;
use crate::streams::SharedCode;
use crate::xmp::hex_string;
use crate::xref::XrefRows;

/// The bytes of a batch's copies before the first object that a copy has for itself.
pub(crate) struct Prefix {
    pub(crate) bytes: Vec<u8>,
    /// The state of SHA-256 after them.
    hash: Sha256,
    /// The rows of their objects.
    pub(crate) rows: XrefRows,
}

/// The objects that the end of a file names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roots {
    pub(crate) catalog: u32,
    pub(crate) info: u32,
}

impl Prefix {
    /// Puts the header and the parts together, which go on in each other's numbers.
    pub(crate) fn of(parts: &[&Parts]) -> Self {
        let mut bytes = HEADER.to_vec();
        let mut rows = XrefRows::new();
        for parts in parts {
            parts.starts().iter().for_each(|&start| rows.at((bytes.len() + start) as u64));
            bytes.extend_from_slice(parts.bytes());
        }
        let hash = Sha256::new_with_prefix(&bytes);
        Self { bytes, hash, rows }
    }

    /// Returns SHA-256 of the bytes, by which the batch is known.
    pub(crate) fn digest(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }

    /// Returns where in its file the byte after a copy's `own` ones stands.
    pub(crate) fn end(&self, own: &[u8]) -> u64 {
        (self.bytes.len() + own.len()) as u64
    }

    /// Appends cross-references and trailer to the copy whose own bytes begin at `start` of `out`,
    /// and returns the SHA-256 of the whole copy.
    pub(crate) fn seal(
        &self,
        rows: XrefRows,
        roots: Roots,
        code: Option<&SharedCode>,
        scratch: &mut Scratch,
        (out, start): (&mut Vec<u8>, usize),
    ) -> [u8; 32] {
        let mut hash = self.hash.clone();
        hash.update(&out[start..]);
        let id: [u8; 32] = hash.clone().finalize().into();
        let id = hex_string(&id[..16]);
        let Roots { catalog, info } = roots;
        let trailer = format!("/Root {catalog} 0 R/Info {info} 0 R/ID[{id}{id}]");
        let end = rows.finish(self.end(&out[start..]), &trailer, code, scratch);
        hash.update(&end);
        out.extend_from_slice(&end);
        hash.finalize().into()
    }
}

/// The comment's four bytes above 127 are asked for by ISO 19005-2 §6.1.2.
const HEADER: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
