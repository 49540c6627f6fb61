//! `ledger`: the equation per batch, counted from `ledger.parquet`.

use std::fs::File;
use std::io::{self, BufReader, Write};

use anyhow::{Context, Result};
use columnar::{BatchCount, End, LedgerCounts};
use serde_json::json;

use runner::Journal;

use crate::applications::{self, NightCount};
use crate::args::OutJson;
use crate::out::Out;
use crate::{Ending, Unusable};

/// Prints the counts of every batch.
pub fn ledger(args: &OutJson) -> Result<Ending> {
    let out = Out::at(&args.out);
    let counts = read(&out)?;
    let nights = applications::recount_all(&out, out.journal_beside()?.last_night())?;
    let mut said = io::BufWriter::new(io::stdout().lock());
    if args.json {
        let batches: Vec<_> = counts.batches.iter().map(json_of).collect();
        let nights: Vec<_> = nights.iter().map(json_of_night).collect();
        writeln!(said, "{}", json!({"batches": batches, "applications": nights}))?;
        said.flush()?;
        return Ok(Ending::Well);
    }
    for night in &nights {
        let ends: Vec<String> =
            night.ends.iter().map(|(end, count)| format!("{count} {end}")).collect();
        let (number, received, ends) = (night.night, night.received, ends.join(" + "));
        writeln!(said, "night {number}: {received} applications = {ends}")?;
    }
    for batch in &counts.batches {
        let [printed, delivered, set_aside, held, pulled] = End::ALL.map(|end| batch.of(end));
        writeln!(
            said,
            "{}/{}: {} in = {printed} printed + {delivered} delivered + {set_aside} set aside \
             + {held} held + {pulled} pulled",
            batch.sender,
            batch.batch,
            batch.records()
        )?;
    }
    said.flush()?;
    Ok(Ending::Well)
}

/// Counts the ledger's rows.
pub fn read(out: &Out) -> Result<LedgerCounts> {
    let path = out.ledger();
    let file = File::open(&path)
        .with_context(|| format!("{} is not what a night has written", out.root().display()))
        .context(Unusable)?;
    columnar::read_ledger(BufReader::new(file)).with_context(|| format!("in {}", path.display()))
}

/// Returns a night's applications as the fixed words of the ledger.
pub fn json_of_night(night: &NightCount) -> serde_json::Value {
    let ends: serde_json::Map<String, serde_json::Value> =
        night.ends.iter().map(|(end, count)| ((*end).to_owned(), (*count).into())).collect();
    json!({"night": night.night, "in": night.received, "ends": ends})
}

/// Returns a batch's counts as the fixed words of the ledger.
pub fn json_of(batch: &BatchCount) -> serde_json::Value {
    json!({
        "sender": batch.sender,
        "batch": batch.batch,
        "in": batch.records(),
        "printed": batch.of(End::Printed),
        "delivered": batch.of(End::Delivered),
        "set_aside": batch.of(End::SetAside),
        "held": batch.of(End::Held),
        "pulled": batch.of(End::Pulled),
        "also_delivered": batch.also_delivered,
    })
}
