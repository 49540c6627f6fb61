//! The seals of batches: one file beside the pack of copies, the same in the sender's outbox.

use std::fs;
use std::path::Path;

use anyhow::{ensure, Context, Result};
use edge::seal_key::SealKey;
use mailbox::{BatchSeal, Tree};
use runner::Part;

use crate::out::Out;

/// Returns the bytes of a seal's file, signed if the shop has a key.
pub fn written(seal: BatchSeal, key: Option<&SealKey>) -> Vec<u8> {
    let seal = match key {
        Some(key) => key.sign(seal),
        None => seal,
    };
    let mut json = serde_json::to_vec_pretty(&seal).expect("a seal is plain data");
    json.push(b'\n');
    json
}

/// Reads the seal that stands beside a pack.
///
/// # Errors
/// If the file cannot be read or is no seal.
pub fn read(path: &Path) -> Result<BatchSeal> {
    let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("in {}", path.display()))
}

/// Checks that a part's seal is that of the copies in its pack.
///
/// # Errors
/// If it is not, or cannot be read.
pub fn check(out: &Out, part: &Part, copies: &Tree) -> Result<()> {
    let path = out.pack(part, EXTENSION);
    let seal = read(&path)?;
    ensure!(
        seal.copies == copies.count() && seal.root == copies.root(),
        "{} is not the seal of its pack",
        path.display()
    );
    Ok(())
}

/// What follows the name of a pack, or of a batch.
pub const EXTENSION: &str = "seal.json";
