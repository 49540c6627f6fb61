//! The first proof of a template: until somebody has approved it, its sender's batches wait.

use anyhow::{Context, Result};
use letter::{Reason, SenderId};
use runner::{Entry, Journal, Part};
use sha2::{Digest, Sha256};

use crate::batch::Batch;
use crate::out::{hex, FileJournal, Out};

/// Returns why a batch waits for somebody to look at its proof, if its sender's do: its template's
/// first batch does, and the first after any change of it.
///
/// # Errors
/// If the template or what was noted cannot be read or written.
pub fn awaited(out: &Out, journal: &FileJournal, batch: &Batch<'_>) -> Result<Option<Reason>> {
    let part = batch.part();
    if !batch.shop.config.night.of(part.sender.as_str()).proof {
        return Ok(None);
    }
    let sha256 = template_sha256(batch)?;
    if is_approved(journal, &part.sender, &sha256) {
        return Ok(None);
    }
    out.publish_bytes(&out.part(part).join(PROOF), sha256.as_bytes())?;
    let (template, version) = (batch.received.template.clone(), batch.received.template_version);
    Ok(Some(Reason::AwaitsProof { template, version }))
}

/// Notes that the proof which a part waits for, if it does, is approved: so is its template for all
/// later batches of its sender, until anything of it changes.
///
/// # Errors
/// If the journal cannot be written.
pub fn approve(out: &Out, journal: &mut FileJournal, part: &Part) -> Result<()> {
    let Ok(sha256) = std::fs::read_to_string(out.part(part).join(PROOF)) else { return Ok(()) };
    journal.append(Entry::ProofApproved { part: part.clone(), sha256 })
}

fn is_approved(journal: &FileJournal, sender: &SenderId, wanted: &str) -> bool {
    journal.entries().iter().any(|entry| match entry {
        Entry::ProofApproved { part, sha256 } => part.sender == *sender && sha256 == wanted,
        _ => false,
    })
}

/// Returns the digest of everything that makes a batch's letters but its records.
fn template_sha256(batch: &Batch<'_>) -> Result<String> {
    let files = batch.shop.template(&batch.received.template)?.context("the template is gone")?;
    let mut digest = Sha256::new();
    let mut add = |bytes: &[u8]| {
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    };
    add(files.toml.as_bytes());
    add(files.body.as_bytes());
    add(batch.stationery.as_deref().unwrap_or_default());
    for (name, picture) in &files.pictures {
        add(name.as_bytes());
        add(picture);
    }
    Ok(hex(&digest.finalize()))
}

/// The digest of the template whose proof waits, in the part's folder.
const PROOF: &str = "proof-awaited";
