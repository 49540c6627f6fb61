//! `batch`: all of a batch on one page, for the desk and for programs.
//!
//! Of faulty records it shows places and never values: whoever has to see a value opens the list
//! that the sender has, too.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use runner::{Entry, FileMark, Journal, Part, Stage};
use serde_json::{json, Value};

use super::part;
use crate::account::read_json;
use crate::args::desk::ShowBatch;
use crate::batch::{Received, RECEIVED};
use crate::close::ACCOUNT;
use crate::commands::status::stands;
use crate::line::closing::{CERTIFICATE, CERTIFICATE_PDF};
use crate::lists::report_name;
use crate::out::{FileJournal, Out};
use crate::Ending;

/// Shows a batch.
pub fn show(args: &ShowBatch) -> Result<Ending> {
    let out = Out::at(&args.batch.out);
    let journal = out.journal_beside()?;
    let part = part(&journal, &args.batch)?;
    let shown = of(&out, &journal, &part)?;
    match args.json {
        true => say!("{shown}"),
        false => say!("{shown:#}"),
    }
    Ok(Ending::Well)
}

fn of(out: &Out, journal: &FileJournal, part: &Part) -> Result<Value> {
    let received: Received = read_json(out, part, RECEIVED)?;
    let account: Option<ledger::Account> = read_json(out, part, ACCOUNT).ok();
    let counts = account.as_ref().map(|account| account.by_fault.clone()).unwrap_or_default();
    let mut places = places(out, part)?;
    let faults = counts.iter().map(|(code, count)| {
        json!({
            "code": code, "count": count,
            "ja": ledger::words::fault_japanese(code), "en": ledger::words::fault_english(code),
            "places": places.remove(code).unwrap_or_default(),
        })
    });
    let faults: Vec<Value> = faults.collect();
    let stages: Vec<Value> = stages(journal, part).into_iter().map(|(stage, _)| stage).collect();
    let files = files(out, journal, part);
    Ok(json!({
        "sender": part.sender, "batch": part.name(), "stands": stands(out, journal, part),
        "held": journal.is_held(part), "rank": journal.rank(part),
        "received": received.moment.rfc3339_jst(), "posting_date": received.posting_date,
        "records": received.rows, "ends": account.map(|account| account.ends),
        "faults": faults, "stages": stages, "files": files,
    }))
}

/// Returns the stages that are done, with what each left.
fn stages(journal: &FileJournal, wanted: &Part) -> Vec<(Value, Vec<FileMark>)> {
    let done = journal.entries().iter().filter_map(|entry| match entry {
        Entry::StageDone { part, stage, files } if part == wanted => {
            let name = match stage {
                Stage::Printed(file) => json!({"stage": "printed", "file": file}),
                other => json!({"stage": serde_json::to_value(other).ok()?}),
            };
            Some((name, files.clone()))
        }
        _ => None,
    });
    done.collect()
}

/// Returns the files that somebody may want to have, by their paths below OUT.
fn files(out: &Out, journal: &FileJournal, part: &Part) -> Vec<Value> {
    let mut files = BTreeMap::new();
    let left = stages(journal, part).into_iter().flat_map(|(_, files)| files);
    for mark in left.filter(|mark| !mark.path.starts_with("state/")) {
        files.insert(mark.path, mark.len);
    }
    let sender = part.sender.as_str();
    let proof = out.outbox(sender, &format!("{}.proof.pdf", part.name()));
    let folder = out.print(part);
    for path in [proof, folder.join(CERTIFICATE), folder.join(CERTIFICATE_PDF)] {
        let below = path.strip_prefix(out.root()).ok().and_then(|below| below.to_str());
        if let (Some(below), Ok(meta)) = (below, fs::metadata(&path)) {
            files.insert(below.to_owned(), meta.len());
        }
    }
    let there = files.into_iter().filter(|(path, _)| out.root().join(path).is_file());
    there.map(|(path, len)| json!({"path": path, "len": len})).collect()
}

/// Returns the first places of each fault, as the sender's report names them.
fn places(out: &Out, part: &Part) -> Result<BTreeMap<String, Vec<Value>>> {
    let path = out.outbox(part.sender.as_str(), &report_name(part));
    let mut places: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    if !path.exists() {
        return Ok(places);
    }
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
        let [_, line, column, _, code, ..] = cells[..] else { continue };
        let of_code = places.entry(code.to_owned()).or_default();
        if of_code.len() < PLACES_MAX {
            of_code.push(json!({"line": line, "column": column}));
        }
    }
    Ok(places)
}

/// Places shown of each fault.
const PLACES_MAX: usize = 3;
