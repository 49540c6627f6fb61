//! `mailbox`: lists, reads and exports electronic copies, and proves of one that it was sealed.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use edge::mailboxes::{Listed, MailboxError};
use edge::Memory;
use letter::{Moment, PieceId};
use mailbox::{CopyProof, MailboxId};
use serde_json::json;

use super::night::read_clock;
use super::postbox;
use crate::args::postbox::DoorCommand;
use crate::args::MailboxCommand;
use crate::out::Out;
use crate::registry_import::{open_memory, send_opens};
use crate::seals;
use crate::{Ending, Unusable};

/// Runs a command of the mailboxes; ends with 1 if no mailbox holds the piece.
pub fn mailbox(command: &MailboxCommand) -> Result<Ending> {
    match run(command) {
        Err(error) if is_not_there(&error) => {
            eprintln!("lettershop: {error:#}");
            Ok(Ending::NotThere)
        }
        ended => ended,
    }
}

fn is_not_there(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(MailboxError::NoSuchPiece(_)))
}

fn run(command: &MailboxCommand) -> Result<Ending> {
    match command {
        MailboxCommand::List { out, mailbox, json } => {
            list(&Out::at(out), mailbox.as_deref(), *json)
        }
        MailboxCommand::Read { out, piece, to, now, json } => {
            read(&Out::at(out), piece, to, now.unwrap_or_else(read_clock), *json)
        }
        MailboxCommand::Door(DoorCommand::Serve(args)) => postbox::serve(args),
        MailboxCommand::Door(DoorCommand::Push(args)) => postbox::push(args),
        MailboxCommand::Door(DoorCommand::Invite(args)) => postbox::invite(args),
        MailboxCommand::Proof { out, piece, to, json } => proof(&Out::at(out), piece, to, *json),
        MailboxCommand::Export { out, piece, to, json } => {
            export(&Out::at(out), piece.as_deref(), to, *json)
        }
    }
}

fn list(out: &Out, mailbox: Option<&str>, json: bool) -> Result<Ending> {
    let memory = open(out)?;
    let copies = match mailbox {
        Some(mailbox) => {
            let number = mailbox.parse().context("a mailbox is a number").context(Unusable)?;
            memory.mailboxes.of_mailbox(MailboxId(number))?
        }
        None => all(&memory)?,
    };
    let mut said = BufWriter::new(io::stdout().lock());
    for copy in &copies {
        let opened = copy.opened.map(Moment::rfc3339_jst);
        let label = &copy.label;
        match json {
            true => writeln!(
                said,
                "{}",
                json!({
                    "piece": label.piece.to_string(), "mailbox": label.mailbox.to_string(),
                    "sender": copy.sender, "batch": copy.batch, "row_id": label.row_id,
                    "title": label.title, "received": label.received.rfc3339_jst(),
                    "sha256": label.seal.to_string(), "opened": opened,
                })
            ),
            false => writeln!(
                said,
                "{} mailbox {} {}/{} {} {}",
                label.piece,
                label.mailbox,
                copy.sender,
                copy.batch,
                label.title,
                opened.as_deref().unwrap_or("unread")
            ),
        }?;
    }
    if !json {
        writeln!(said, "{} copies", copies.len())?;
    }
    said.flush()?;
    Ok(Ending::Well)
}

fn read(out: &Out, piece: &str, to: &Path, now: Moment, json: bool) -> Result<Ending> {
    let mut memory = open(out)?;
    let copy = memory.mailboxes.read(parse(piece)?, now)?;
    edge::durable::publish_bytes(to, &copy.bytes)
        .with_context(|| format!("writing {}", to.display()))?;
    send_opens(out, &memory)?;
    let opened = copy.opened.rfc3339_jst();
    match json {
        true => say!(
            "{}",
            json!({
                "piece": piece, "first": copy.first, "opened": opened,
                "sha256": copy.label.seal.to_string(), "file": to,
            })
        ),
        false => say!("{}: first read {opened}", to.display()),
    }
    Ok(Ending::Well)
}

fn export(out: &Out, piece: Option<&str>, to: &Path, json: bool) -> Result<Ending> {
    let memory = open(out)?;
    let pieces = match piece {
        Some(piece) => vec![parse(piece)?],
        None => all(&memory)?.iter().map(|copy| copy.label.piece).collect(),
    };
    for &piece in &pieces {
        memory.mailboxes.export(piece, &to.join(format!("{piece}.pdf")))?;
    }
    match json {
        true => say!("{}", json!({"copies": pieces.len(), "folder": to})),
        false => say!("{} copies in {}", pieces.len(), to.display()),
    }
    Ok(Ending::Well)
}

fn proof(out: &Out, piece: &str, to: &Path, json: bool) -> Result<Ending> {
    let memory = open(out)?;
    let neighbours = memory.mailboxes.with_neighbours(parse(piece)?)?;
    let file = format!("{}.{}", neighbours.pack, seals::EXTENSION);
    let seal = seals::read(&out.root().join("mailboxes").join(file))?;
    let proof = CopyProof::of(seal, &neighbours.copies, neighbours.index);
    let proof = proof.context("the pack does not hold the piece at its place")?;
    let mut bytes = serde_json::to_vec_pretty(&proof)?;
    bytes.push(b'\n');
    edge::durable::publish_bytes(to, &bytes)
        .with_context(|| format!("writing {}", to.display()))?;
    match json {
        true => say!("{}", json!({"piece": piece, "copies": proof.seal.copies, "file": to})),
        false => say!("{}: one of {} copies", to.display(), proof.seal.copies),
    }
    Ok(Ending::Well)
}

fn open(out: &Out) -> Result<Memory> {
    let journal = super::operator::existing_journal(out)?;
    open_memory(out, &journal)
}

fn all(memory: &Memory) -> Result<Vec<Listed>> {
    let mut copies = Vec::new();
    for pack in memory.mailboxes.packs()? {
        copies.extend(memory.mailboxes.of_batch(&pack.sender, &pack.batch)?);
    }
    Ok(copies)
}

fn parse(piece: &str) -> Result<PieceId> {
    let number = u64::from_str_radix(piece, 16).ok().filter(|_| piece.len() == 16);
    let number = number.with_context(|| format!("{piece:?} is not a piece id of sixteen digits"));
    Ok(PieceId(number.context(Unusable)?))
}
