//! A parcel's file: the bounded walk of its ZIP, and its members in memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result};
use intake::{ExtractError, Limits, OpenError};
use letter::Refusal;

use crate::config::DropKeys;

/// Members of a parcel: ten thousand applications of five files, and the manifest.
const ENTRIES_MAX: usize = 60_000;
/// Bytes of one member; a scan of an identity card has some 2 MB.
const MEMBER_BYTES_MAX: u64 = 64 << 20;
/// Bytes of all members: the whole parcel is in memory while it is examined.
const TOTAL_BYTES_MAX: u64 = 1 << 30;
/// `<receipt>/<file>`.
const DEPTH_MAX: usize = 2;

/// Reads all members of a parcel.
///
/// # Errors
/// The outer: the file cannot be read. The inner: why the parcel is refused.
pub fn read_members(
    path: &Path,
    keys: &DropKeys,
) -> Result<Result<BTreeMap<String, Vec<u8>>, Box<Refusal>>> {
    let reading = || format!("reading the parcel {}", path.display());
    let limits = Limits {
        entries: ENTRIES_MAX,
        member_bytes: MEMBER_BYTES_MAX.min(keys.member_bytes_max),
        total_bytes: TOTAL_BYTES_MAX.min(keys.total_bytes_max),
        ratio: keys.ratio_max,
        depth: DEPTH_MAX,
        ..Limits::default()
    };
    let file = BufReader::with_capacity(1 << 18, File::open(path).with_context(reading)?);
    let mut archive = match intake::walk::open(file, &limits) {
        Ok(archive) => archive,
        Err(OpenError::Refusal(refusal) | OpenError::Incomplete(refusal)) => {
            return Ok(Err(Box::new(refusal)));
        }
        Err(OpenError::Io(error)) => return Err(error).with_context(reading),
    };
    let names: Vec<String> = archive.names().map(str::to_owned).collect();
    let mut members = BTreeMap::new();
    for name in names {
        let mut bytes = Vec::new();
        match archive.extract(&name, &mut bytes) {
            Ok(_) => members.insert(name, bytes),
            Err(ExtractError::Refusal(refusal)) => return Ok(Err(Box::new(refusal))),
            Err(ExtractError::Io(error)) => return Err(error).with_context(reading),
        };
    }
    Ok(Ok(members))
}
