//! `status`: where the batches stand.

use anyhow::{Context, Result};
use runner::{Entry, Journal, Part, Stage};
use serde_json::json;

use crate::account::read_json;
use crate::args::Status;
use crate::close::{Closing, CLOSING};
use crate::config::Shop;
use crate::out::{FileJournal, Out};
use crate::unattended::Went;
use crate::{stuck, unattended, Ending, Unusable};

/// Prints every part taken, every drop refused or waiting, and whether a night is open.
pub fn status(args: &Status) -> Result<Ending> {
    let out = Out::at(&args.out);
    if args.history {
        return nights(&out, args.json);
    }
    if args.stuck {
        let shop = Shop::open(args.shop.as_deref().unwrap_or(&args.out)).context(Unusable)?;
        return what_is_stuck(&shop, &out, args.json);
    }
    let journal = out.journal_beside()?;
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

fn nights(out: &Out, json: bool) -> Result<Ending> {
    let history = unattended::history(out);
    if json {
        say!("{}", json!({"nights": history}));
        return Ok(Ending::Well);
    }
    for went in history {
        let began = letter::Moment(went.began).rfc3339_jst();
        let Went { night, seconds, ends, code, left, waiting, .. } = went;
        let records = ends.records_in;
        say!(
            "night {night}  {began}  {seconds:.0} s  {records} records  {left} left  \
             {waiting} waiting  ended with {code}"
        );
    }
    Ok(Ending::Well)
}

fn what_is_stuck(shop: &Shop, out: &Out, json: bool) -> Result<Ending> {
    let journal = out.journal_beside()?;
    let mut found = stuck::look(shop, out, &journal, super::night::read_clock())?;
    found.retain(stuck::Stuck::is_over);
    if json {
        let one = |s: &stuck::Stuck| {
            json!({
                "state": s.state, "owner": s.owner, "what": s.what,
                "since": s.since.rfc3339_jst(), "hours": s.hours, "limit": s.limit,
            })
        };
        say!("{}", json!({"stuck": found.iter().map(one).collect::<Vec<_>>()}));
    } else {
        for stuck::Stuck { state, owner, what, hours, limit, .. } in &found {
            say!("{what}: {state} for {hours:.1} hours, {limit} at most; the {owner}'s to end");
        }
        if found.is_empty() {
            say!("nothing is stuck");
        }
    }
    Ok(if found.is_empty() { Ending::Well } else { Ending::Disagrees })
}

/// Returns in a word where a part stands.
pub fn stands(out: &Out, journal: &FileJournal, part: &Part) -> &'static str {
    let closing = || read_json::<Closing>(out, part, CLOSING);
    match journal.is_closed(part) {
        true if closing().is_ok_and(|closing| closing.awaits_approval) => "awaits approval",
        true => "closed",
        false if journal.is_cancelled(part) => "cancelled",
        false if journal.is_held(part) => "held by the operator",
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
