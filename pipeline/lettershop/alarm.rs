//! Alarms that park a batch for approval: mostly an earlier one again, or far more than usual.
//!
//! Whether two batches are alike is estimated from their smallest hashes (a bottom-k sketch; Cohen
//! and Kaplan, PODC 2007): with 1,024 of them the share is right to some three of a hundred.

use std::collections::BinaryHeap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use letter::record::field;
use letter::{Reason, RecordView};
use runner::{Journal, Part};
use sha2::{Digest, Sha256};

use crate::account::read_json;
use crate::batch::{Batch, Received, RECEIVED};
use crate::out::{FileJournal, Out};

/// The smallest hashes of a part's people and text, sorted, eight bytes each.
const SKETCH: &str = "sketch";
/// Hashes of a sketch.
const SKETCH_LEN: usize = 1024;
/// Records below which nothing is compared: small batches are alike by nature.
const RECORDS_MIN: u32 = 50;
/// Records below which no volume is unusual.
const VOLUME_MIN: usize = 1000;
/// Earlier batches from which a volume is usual.
const USUAL_MIN: usize = 3;
/// The latest batches that say what is usual.
const USUAL_MAX: usize = 12;

/// Returns whether a reason keeps a whole batch waiting for approval.
pub fn awaits(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::AwaitsApproval { .. }
            | Reason::LooksRepeated { .. }
            | Reason::UnusualVolume { .. }
            | Reason::AwaitsProof { .. }
    )
}

/// Returns the alarm that a part raises, if any; parts that continue a batch raise none.
///
/// # Errors
/// If the part or an earlier one cannot be read.
pub fn raised(out: &Out, journal: &FileJournal, batch: &Batch<'_>) -> Result<Option<Reason>> {
    let part = batch.part();
    if part.part > 1 {
        return Ok(None);
    }
    let sketch = sketch(out, batch)?;
    let before = journal.parts().into_iter().take_while(|(other, _, _)| other != part);
    let earlier: Vec<(Part, &str)> = before
        .filter(|(other, _, _)| other.sender == part.sender && other.part == 1)
        .map(|(other, _, sha256)| (other, sha256))
        .collect();
    let keys = &batch.shop.config.night;
    if batch.received.rows >= RECORDS_MIN {
        for (other, sha256) in &earlier {
            let theirs = read_sketch(out, other, sha256);
            let alike = alike(&sketch, &theirs);
            if alike > keys.alike_max {
                let percent = (alike * 100.0) as u32;
                return Ok(Some(Reason::LooksRepeated { batch: other.name(), percent }));
            }
        }
    }
    let mut usual = Vec::new();
    for (other, _) in earlier.iter().rev().take(USUAL_MAX) {
        let received: Received = read_json(out, other, RECEIVED)?;
        if received.class == batch.received.class {
            usual.push(received.rows as usize);
        }
    }
    usual.sort_unstable();
    let records = batch.received.rows as usize;
    if usual.len() >= USUAL_MIN && records >= VOLUME_MIN {
        let usual = usual[usual.len() / 2];
        if records as f64 > usual as f64 * keys.volume_max {
            return Ok(Some(Reason::UnusualVolume { records, usual }));
        }
    }
    Ok(None)
}

/// Returns a part's sketch, made once.
fn sketch(out: &Out, batch: &Batch<'_>) -> Result<Vec<u64>> {
    let (part, sha256) = (batch.part(), &batch.received.sha256);
    let known = read_sketch(out, part, sha256);
    if !known.is_empty() {
        return Ok(known);
    }
    let key = batch.layout.schema().field(field::KEY);
    let mut smallest = BinaryHeap::with_capacity(SKETCH_LEN + 1);
    batch.spool.for_each(|_, view| {
        let hash = hash(&view, key);
        if smallest.len() < SKETCH_LEN || smallest.peek().is_some_and(|most| hash < *most) {
            smallest.push(hash);
            if smallest.len() > SKETCH_LEN {
                smallest.pop();
            }
        }
        Ok::<_, std::io::Error>(())
    })?;
    let mut sketch = smallest.into_vec();
    sketch.sort_unstable();
    sketch.dedup();
    let bytes: Vec<u8> = sketch.iter().flat_map(|hash| hash.to_le_bytes()).collect();
    out.publish_bytes(&place(out, part, sha256), &bytes).context("writing a sketch")?;
    Ok(sketch)
}

/// Returns where the sketch of a part lies; a drop that came again under its name has its own.
fn place(out: &Out, part: &Part, sha256: &str) -> PathBuf {
    out.part(part).join(format!("{SKETCH}-{}", sha256.get(..16).unwrap_or(sha256)))
}

fn read_sketch(out: &Out, part: &Part, sha256: &str) -> Vec<u64> {
    let bytes = fs::read(place(out, part, sha256)).unwrap_or_default();
    let hashes = bytes.chunks_exact(8);
    hashes.map(|hash| u64::from_le_bytes(hash.try_into().expect("eight bytes"))).collect()
}

/// Returns the first 64 bits of SHA-256 over all of a record but its key.
fn hash(view: &RecordView<'_>, key: Option<usize>) -> u64 {
    let mut digest = Sha256::new();
    for at in (0..view.field_count()).filter(|at| Some(*at) != key) {
        digest.update(view.field(at));
        digest.update([0]);
    }
    let digest = digest.finalize();
    u64::from_be_bytes(digest[..8].try_into().expect("eight of 32 bytes"))
}

/// Estimates which share of `ours` is in `theirs`, both sorted: of the hashes of ours that lie
/// where both sketches are whole.
fn alike(ours: &[u64], theirs: &[u64]) -> f64 {
    let end = |sketch: &[u64]| match sketch.len() < SKETCH_LEN {
        true => u64::MAX,
        false => sketch.last().copied().unwrap_or(0),
    };
    let end = end(ours).min(end(theirs));
    let seen: Vec<u64> = ours.iter().copied().take_while(|hash| *hash <= end).collect();
    let both = seen.iter().filter(|hash| theirs.binary_search(hash).is_ok()).count();
    if seen.is_empty() {
        return 0.0;
    }
    both as f64 / seen.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sketch of records with these numbers.
    fn sketch_of(records: std::ops::Range<u64>) -> Vec<u64> {
        let spread = |n: u64| {
            let digest = Sha256::digest(n.to_le_bytes());
            u64::from_be_bytes(digest[..8].try_into().expect("eight of 32 bytes"))
        };
        let mut hashes: Vec<u64> = records.map(spread).collect();
        hashes.sort_unstable();
        hashes.truncate(SKETCH_LEN);
        hashes
    }

    #[test]
    fn the_share_that_is_alike_is_estimated_for_small_and_large_batches() {
        for (ours, theirs, share) in [
            (0..100, 0..100, 1.0),
            (0..100, 100..200, 0.0),
            (0..20_000, 0..20_000, 1.0),
            (0..20_000, 10_000..30_000, 0.5),
            (0..20_000, 18_000..20_000, 0.1),
            (0..2_000, 0..40_000, 1.0),
        ] {
            let found = alike(&sketch_of(ours.clone()), &sketch_of(theirs.clone()));
            assert!((found - share).abs() < 0.06, "{ours:?} {theirs:?}: {found} for {share}");
        }
        assert_eq!(alike(&[], &[]), 0.0);
    }
}
