//! Folders of anchors and lists: DER or PEM; bad files are named and stop nothing.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use signature::path::Anchors;
use signature::revocation::{Crls, Gathering};

/// What a folder of anchors holds.
pub struct Trust {
    /// The anchors.
    pub anchors: Anchors,
    /// One line a file that is no anchor.
    pub bad: Vec<String>,
}

/// What a folder of lists holds.
pub struct Lists {
    /// The lists and responses.
    pub crls: Crls,
    /// One line a file that is neither list nor response.
    pub bad: Vec<String>,
}

/// Reads every file of a folder as anchors.
pub fn trust(folder: &Path) -> Result<Trust> {
    let mut trust = Trust { anchors: Anchors::default(), bad: Vec::new() };
    for (name, bytes) in files(folder)? {
        if let Err(fault) = trust.anchors.add(&bytes) {
            trust.bad.push(format!("{name}: {fault}"));
        }
    }
    Ok(trust)
}

/// Reads every file of a folder as revocation lists or OCSP responses; `further` are certificates
/// beside the anchors that may have signed them.
pub fn lists(folder: Option<&Path>, anchors: &Anchors, further: &[Vec<u8>]) -> Result<Lists> {
    let signers = anchors.iter().map(|anchor| anchor.der());
    let mut gathering = Gathering::new(signers.chain(further.iter().map(Vec::as_slice)));
    let mut bad = Vec::new();
    let files = match folder {
        Some(folder) => files(folder)?,
        None => Vec::new(),
    };
    for (name, bytes) in files {
        for der in all_der(&bytes, "X509 CRL") {
            let taken = match is_response(&der) {
                true => gathering.take_response(&der),
                false => gathering.take(&der),
            };
            if let Err(refusal) = taken {
                bad.push(format!("{name}: {refusal} ({})", refusal.code()));
            }
        }
    }
    Ok(Lists { crls: gathering.finish(), bad })
}

/// Returns the files of a folder with their names, in the order of the names; what lies in folders
/// within it has its path as its name.
pub fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries = std::fs::read_dir(&next);
        let entries = entries.with_context(|| format!("listing {}", next.display()))?;
        for entry in entries {
            let path = entry.with_context(|| format!("listing {}", next.display()))?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path);
            let bytes = bytes.with_context(|| format!("reading {}", path.display()))?;
            files.push((name_within(folder, &path), bytes));
        }
    }
    files.sort();
    Ok(files)
}

fn name_within(folder: &Path, path: &Path) -> String {
    let name: PathBuf = path.strip_prefix(folder).unwrap_or(path).into();
    name.to_string_lossy().into_owned()
}

/// Returns the DER of a file: the file itself, or the first PEM block with this label.
pub fn der(file: &[u8], label: &str) -> Vec<u8> {
    all_der(file, label).swap_remove(0)
}

/// Returns the DER of every PEM block with this label, or the file itself if it has none: then the
/// reader of the DER says what is wrong with it.
pub fn all_der(file: &[u8], label: &str) -> Vec<Vec<u8>> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let text = std::str::from_utf8(file).unwrap_or_default();
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(&begin) {
        let Some((body, after)) = after.split_once(&end) else { break };
        let digits: String = body.split_whitespace().collect();
        blocks.extend(STANDARD.decode(digits));
        rest = after;
    }
    if blocks.is_empty() {
        blocks.push(file.to_vec());
    }
    blocks
}

/// Whether a file can only be an OCSP response: it begins with its status (RFC 6960 §4.2.1).
pub fn is_response(der: &[u8]) -> bool {
    let head = der.get(1).map_or(0, |len| 2 + usize::from(len & 0x7f) * usize::from(len >> 7));
    der.get(head) == Some(&ENUMERATED)
}

/// The tag of an ENUMERATED.
const ENUMERATED: u8 = 0x0a;
