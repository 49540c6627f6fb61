//! A parcel's file: the bounded walk of its ZIP, and its members in memory.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use anyhow::{Context, Result};
use intake::{refusal, ExtractError, Limits, OpenError};
use letter::Refusal;
use sha2::{Digest, Sha256};

use crate::config::DropKeys;
use crate::out::{hex, sha256_of};

/// Members of a parcel: ten thousand applications of five files, and the manifest.
const ENTRIES_MAX: usize = 60_000;
/// Bytes of one member; a scan of an identity card has some 2 MB.
const MEMBER_BYTES_MAX: u64 = 64 << 20;
/// Bytes of all members: the whole parcel is in memory while it is examined.
const TOTAL_BYTES_MAX: u64 = 1 << 30;
/// What a member declares is believed up to here, when memory is set aside for it.
const RESERVED_MAX: u64 = 1 << 20;
/// `<receipt>/<file>`.
const DEPTH_MAX: usize = 2;

/// A parcel's file, read.
pub struct Unpacked {
    /// The file's SHA-256, hexadecimal.
    pub sha256: String,
    /// Its members by name, or why the parcel is refused.
    pub members: Members,
}

/// The members of a parcel by name, or why it is refused.
pub type Members = Result<BTreeMap<String, Vec<u8>>, Box<Refusal>>;

/// Reads a parcel's file and all its members.
///
/// # Errors
/// If the file cannot be read.
pub fn unpack(path: &Path, keys: &DropKeys) -> Result<Unpacked> {
    let reading = || format!("reading the parcel {}", path.display());
    let len = std::fs::metadata(path).with_context(reading)?.len();
    let max = TOTAL_BYTES_MAX.min(keys.total_bytes_max);
    if len > max {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let refusal = refusal::too_large(&name, len, max);
        let sha256 = sha256_of(path).with_context(reading)?;
        return Ok(Unpacked { sha256, members: Err(Box::new(refusal)) });
    }
    // In memory as a whole: the walk reads here and there, and each time a buffer would be filled.
    let file = std::fs::read(path).with_context(reading)?;
    let sha256 = hex(&Sha256::digest(&file));
    let members = members(&file, keys).with_context(reading)?;
    Ok(Unpacked { sha256, members })
}

fn members(file: &[u8], keys: &DropKeys) -> std::io::Result<Members> {
    let limits = Limits {
        entries: ENTRIES_MAX,
        member_bytes: MEMBER_BYTES_MAX.min(keys.member_bytes_max),
        total_bytes: TOTAL_BYTES_MAX.min(keys.total_bytes_max),
        ratio: keys.ratio_max,
        depth: DEPTH_MAX,
        ..Limits::default()
    };
    let mut archive = match intake::walk::open(Cursor::new(file), &limits) {
        Ok(archive) => archive,
        Err(OpenError::Refusal(refusal) | OpenError::Incomplete(refusal)) => {
            return Ok(Err(Box::new(refusal)));
        }
        Err(OpenError::Io(error)) => return Err(error),
    };
    let names: Vec<String> = archive.names().map(str::to_owned).collect();
    let mut members = BTreeMap::new();
    for name in names {
        let len = archive.declared_len(&name).unwrap_or(0).min(RESERVED_MAX);
        let mut bytes = Vec::with_capacity(len as usize);
        match archive.extract(&name, &mut bytes) {
            Ok(_) => members.insert(name, bytes),
            Err(ExtractError::Refusal(refusal)) => return Ok(Err(Box::new(refusal))),
            Err(ExtractError::Io(error)) => return Err(error),
        };
    }
    Ok(Ok(members))
}
