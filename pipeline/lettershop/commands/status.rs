//! `status`: where the batches stand.

use anyhow::Result;
use runner::{Entry, Journal, Part, Stage};
use serde_json::json;

use crate::account::read_json;
use crate::args::OutJson;
use crate::close::{Closing, CLOSING};
use crate::out::{FileJournal, Out};
use crate::Ending;

/// Prints every part taken, every drop refused or waiting, and whether a night is open.
pub fn status(args: &OutJson) -> Result<Ending> {
    let out = Out::at(&args.out);
    let journal = super::operator::existing_journal(&out)?;
    let open = journal.open_night().map(|night| night.night);
    let parts: Vec<(Part, &str)> = journal
        .parts()
        .into_iter()
        .map(|(part, _, _)| {
            let stands = stands(&out, &journal, &part);
            (part, stands)
        })
        .collect();
    if args.json {
        let parts: Vec<_> = parts
            .iter()
            .map(|(part, stands)| {
                json!({"sender": part.sender, "batch": part.name(), "stands": stands})
            })
            .collect();
        let drops: Vec<_> = journal.entries().iter().filter_map(drop_json).collect();
        let nights = journal.last_night();
        say!("{}", json!({"nights": nights, "open_night": open, "batches": parts, "drops": drops}));
        return Ok(Ending::Well);
    }
    for (part, stands) in &parts {
        say!("{part}: {stands}");
    }
    for drop in journal.entries().iter().filter_map(drop_json) {
        say!("{} {}: {}", drop["sender"], drop["name"], drop["stands"]);
    }
    match open {
        Some(night) => say!("night {night} was cut off; run it again and it resumes"),
        None => say!("{} nights, none open", journal.last_night()),
    }
    Ok(Ending::Well)
}

fn stands(out: &Out, journal: &FileJournal, part: &Part) -> &'static str {
    let closing = || read_json::<Closing>(out, part, CLOSING);
    match journal.is_closed(part) {
        true if closing().is_ok_and(|closing| closing.awaits_approval) => "awaits approval",
        true => "closed",
        false if journal.is_approved(part) => "approved, goes on in the next night",
        false if journal.stage(part, &Stage::Measured).is_some() => "measured",
        false => "received",
    }
}

fn drop_json(entry: &Entry) -> Option<serde_json::Value> {
    match entry {
        Entry::DropRefused { drop, refusal, .. } => Some(json!({
            "sender": drop.sender, "name": drop.name, "stands": "refused", "code": refusal.code,
        })),
        Entry::DropWaits { drop } => Some(json!({
            "sender": drop.sender, "name": drop.name, "stands": "still arriving",
        })),
        _ => None,
    }
}
