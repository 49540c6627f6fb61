//! `verify evidence`: the verdicts of a pack, given again from the pack alone.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::Path;

use anyhow::{Context, Result};
use signature::evidence::{Again, Pack, PackError};
use signature::verdict::Indication;

use super::{ending, say};
use crate::{Ending, Unusable};

/// Verifies every application of a pack, or one; ends as the worst verdict says.
pub fn verify(path: &Path, receipt: Option<&str>, json: bool) -> Result<Ending> {
    let source = File::open(path).with_context(|| format!("reading {}", path.display()));
    let mut source = BufReader::with_capacity(BUFFER_LEN, source.context(Unusable)?);
    let pack = match Pack::open(&mut source) {
        Ok(pack) => pack,
        Err(error @ PackError::NotAPack { at: 0 }) => {
            return Err(error).with_context(|| format!("in {}", path.display())).context(Unusable);
        }
        Err(error) => return altered(path, error),
    };
    let again = Again::new(&pack, &[]);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut worst = None;
    let mut met = false;
    for from in (0..pack.len()).step_by(CHUNK_LEN) {
        let chunk = from..(from + CHUNK_LEN).min(pack.len());
        let verdicts = match again.verdicts(&mut source, chunk) {
            Ok(verdicts) => verdicts,
            Err(error) => return altered(path, error),
        };
        for (number, verdict) in &verdicts {
            if receipt.is_some_and(|receipt| receipt != number) {
                continue;
            }
            met = true;
            worst = worst.max(Some(rank(verdict.indication)));
            say(verdict, Some(number), json, &mut out)?;
        }
    }
    out.flush()?;
    if let (Some(receipt), false) = (receipt, met) {
        let missing = anyhow::anyhow!("no application {receipt} in {}", path.display());
        return Err(missing.context(Unusable));
    }
    Ok(match worst {
        Some((_, indication)) => ending(indication),
        None => Ending::Well,
    })
}

/// A proof of failure is worse than an uncertainty.
fn rank(indication: Indication) -> (u8, Indication) {
    let rank = match indication {
        Indication::TotalPassed => 0,
        Indication::Indeterminate => 1,
        Indication::TotalFailed => 2,
    };
    (rank, indication)
}

/// A pack that is not what was sealed proves nothing.
fn altered(path: &Path, error: PackError) -> Result<Ending> {
    if let PackError::Source(error) = error {
        return Err(error).with_context(|| format!("reading {}", path.display()));
    }
    eprintln!("lettershop: {}: {error}", path.display());
    Ok(Ending::Failed)
}

/// Applications that are verified together.
const CHUNK_LEN: usize = 512;
/// One read fetches some thirty applications.
const BUFFER_LEN: usize = 1 << 18;
