//! `approve`: what an operator decides about a batch.

use anyhow::{Context, Result};
use runner::{Entry, Journal, Part};

use crate::account::read_json;
use crate::args::BatchOf;
use crate::close::{Closing, CLOSING};
use crate::out::{FileJournal, Out};
use crate::{Ending, Unusable};

/// Approves a batch that waits.
pub fn approve(args: &BatchOf) -> Result<Ending> {
    let out = Out::at(&args.out);
    let mut journal = existing_journal(&out)?;
    let part = part(&journal, args)?;
    let closing: Closing = read_json(&out, &part, CLOSING)
        .with_context(|| format!("{part} has not been closed by a night"))
        .context(Unusable)?;
    if journal.is_approved(&part) || !closing.awaits_approval {
        say!("{part} does not wait for approval");
        return Ok(Ending::NotThere);
    }
    journal.append(Entry::Approved { part: part.clone() })?;
    say!("{part} is approved; the next night prints and delivers it");
    Ok(Ending::Well)
}

/// Opens the journal of a directory that nights have written.
pub fn existing_journal(out: &Out) -> Result<FileJournal> {
    if !out.state().join("journal").exists() {
        return Err(anyhow::anyhow!("{} is not what a night has written", out.root().display())
            .context(Unusable));
    }
    out.journal()
}

fn part(journal: &FileJournal, args: &BatchOf) -> Result<Part> {
    let wanted = |part: &Part| part.sender.as_str() == args.sender && part.name() == args.batch;
    let mut parts = journal.parts().into_iter().map(|(part, _, _)| part);
    let found = parts.find(|part| wanted(part));
    found.with_context(|| format!("no batch {}/{}", args.sender, args.batch)).context(Unusable)
}
