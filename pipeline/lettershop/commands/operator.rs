//! What operators decide about batches: approve, hold, release, cancel, rank; and what they see.

mod batch;

use anyhow::{Context, Result};
use runner::{Entry, Journal, Part};

use crate::account::read_json;
use crate::args::desk::{Decision, OperatorCommand, Rank};
use crate::args::BatchOf;
use crate::close::{Closing, CLOSING};
use crate::first_proof;
use crate::out::{FileJournal, Out};
use crate::{Ending, Unusable};

/// Runs a command of an operator.
pub fn operator(command: &OperatorCommand) -> Result<Ending> {
    match command {
        OperatorCommand::Approve(decision) => approve(decision),
        OperatorCommand::Hold(decision) => hold(decision),
        OperatorCommand::Release(decision) => release(decision),
        OperatorCommand::Cancel(decision) => cancel(decision),
        OperatorCommand::Rank(rank) => ranked(rank),
        OperatorCommand::Batch(args) => batch::show(args),
        OperatorCommand::Desk(command) => super::desk::desk(command),
    }
}

/// Approves a batch that waits.
fn approve(decision: &Decision) -> Result<Ending> {
    let (out, mut journal, part) = opened(decision)?;
    let closing: Closing = read_json(&out, &part, CLOSING)
        .with_context(|| format!("{part} has not been closed by a night"))
        .context(Unusable)?;
    if journal.is_approved(&part) || !closing.awaits_approval {
        say!("{part} does not wait for approval");
        return Ok(Ending::NotThere);
    }
    first_proof::approve(&out, &mut journal, &part)?;
    journal.append(Entry::Approved { part: part.clone() })?;
    say!("{part} is approved; the next night prints and delivers it");
    Ok(Ending::Well)
}

/// Keeps a batch back.
fn hold(decision: &Decision) -> Result<Ending> {
    let (out, mut journal, part) = opened(decision)?;
    if !goes_on(&out, &journal, &part) || journal.is_held(&part) {
        say!("{part} is held already, or has ended");
        return Ok(Ending::NotThere);
    }
    journal.append(Entry::Held { part: part.clone() })?;
    say!("{part} is held until it is released");
    Ok(Ending::Well)
}

/// Lets a batch go on that was kept back.
fn release(decision: &Decision) -> Result<Ending> {
    let (_, mut journal, part) = opened(decision)?;
    if !journal.is_held(&part) {
        say!("{part} is not held");
        return Ok(Ending::NotThere);
    }
    journal.append(Entry::Released { part: part.clone() })?;
    say!("{part} is released; the next night goes on with it");
    Ok(Ending::Well)
}

/// Takes a batch back that is not printed yet.
fn cancel(decision: &Decision) -> Result<Ending> {
    let (out, mut journal, part) = opened(decision)?;
    if !goes_on(&out, &journal, &part) || journal.is_cancelled(&part) {
        say!("{part} is cancelled already, or has ended");
        return Ok(Ending::NotThere);
    }
    journal.append(Entry::Cancelled { part: part.clone() })?;
    say!("{part} is cancelled; nothing of it is printed");
    Ok(Ending::Well)
}

/// Gives a batch a rank.
fn ranked(args: &Rank) -> Result<Ending> {
    let (out, mut journal, part) = opened(&args.decision)?;
    if !goes_on(&out, &journal, &part) {
        say!("{part} has ended");
        return Ok(Ending::NotThere);
    }
    journal.append(Entry::Ranked { part: part.clone(), rank: args.to })?;
    say!("{part} has rank {}", args.to);
    Ok(Ending::Well)
}

/// Whether a night has yet to print a part.
fn goes_on(out: &Out, journal: &FileJournal, part: &Part) -> bool {
    let closing = read_json::<Closing>(out, part, CLOSING);
    !journal.is_closed(part) || closing.is_ok_and(|closing| closing.awaits_approval)
}

fn opened(decision: &Decision) -> Result<(Out, FileJournal, Part)> {
    let out = Out::at(&decision.batch.out);
    let journal = existing_journal(&out)?;
    let part = part(&journal, &decision.batch)?;
    Ok((out, journal, part))
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
