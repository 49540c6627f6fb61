//! `night`: the nightly run.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use ledger::report::ReportInput;
use letter::Moment;
use runner::Crew;
use serde_json::json;

use crate::args::Night;
use crate::config::Shop;
use crate::journey::{self, Clock};
use crate::out::Out;
use crate::watch::Watch;
use crate::{Ending, Unusable};

/// Runs a night and says where things are; ends with 2 if artefacts and accounts disagree.
pub fn night(args: &Night) -> Result<Ending> {
    let shop = Shop::open(&args.shop).context(Unusable)?;
    let out = shop.out(args.out.as_deref());
    let crew = Crew::new(args.threads)?;
    let clock = match args.now {
        Some(now) => Clock { now, is_given: true },
        None => Clock { now: read_clock(), is_given: false },
    };
    let mut watch = Watch::start(args.json);
    let result = journey::night(&shop, &out, &crew, clock, &mut watch)?;
    let Some(report) = result.report else {
        match args.json {
            true => say!("{}", json!({"batches": [], "refused": [], "discrepancies": []})),
            false => say!("nothing new in the inbox; the last report stands"),
        }
        return Ok(Ending::Well);
    };
    match args.json {
        true => say!("{}", json_of(&report)),
        false => say!("{}", text_of(&out, &report, &watch).trim_end()),
    }
    Ok(if report.discrepancies.is_empty() { Ending::Well } else { Ending::Disagrees })
}

/// Reads the clock: the only place that does so for an output.
pub fn read_clock() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

fn json_of(report: &ReportInput) -> serde_json::Value {
    let batches: Vec<_> = report
        .batches
        .iter()
        .map(|batch| {
            json!({
                "sender": batch.account.sender, "batch": batch.account.batch,
                "status": batch.status.name(), "counts": batch.account.ends,
                "files": batch.files.iter().map(|file| &file.path).collect::<Vec<_>>(),
            })
        })
        .collect();
    let refused: Vec<_> = report
        .refusals
        .iter()
        .map(|drop| json!({"sender": drop.sender, "drop": drop.batch, "refusal": drop.refusal}))
        .collect();
    json!({
        "now": report.now.rfc3339_jst(),
        "snapshot": report.snapshot,
        "batches": batches,
        "refused": refused,
        "discrepancies": report.discrepancies,
        "report": "report.html",
        "ledger": "ledger.parquet",
    })
}

fn text_of(out: &Out, report: &ReportInput, watch: &Watch) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    let mut line = |words: std::fmt::Arguments<'_>| {
        text.write_fmt(words).expect("a string takes everything");
        text.push('\n');
    };
    for batch in &report.batches {
        let ends = &batch.account.ends;
        line(format_args!(
            "{}/{}: {} in = {} printed + {} delivered + {} set aside + {} held + {} pulled ({})",
            batch.account.sender,
            batch.account.batch,
            ends.records_in,
            ends.printed,
            ends.delivered,
            ends.set_aside,
            ends.held,
            ends.pulled,
            batch.status.name(),
        ));
    }
    for drop in &report.refusals {
        let (sender, refusal) = (&drop.sender, &drop.refusal);
        line(format_args!(
            "{sender}: {} refused, {}: {}",
            drop.batch, refusal.code, refusal.english
        ));
    }
    for found in &report.discrepancies {
        line(format_args!(
            "DOES NOT AGREE: {}/{} {} {}: {} expected, {} found",
            found.sender,
            found.batch,
            found.code.english(),
            found.place,
            found.expected,
            found.found
        ));
    }
    let root = out.root().display();
    line(format_args!("print files, control file, labels   {root}/print/"));
    line(format_args!("mailboxes                           {root}/mailboxes/"));
    line(format_args!("receipts and reject lists           {root}/outbox/"));
    line(format_args!("ledger                              {}", out.ledger().display()));
    line(format_args!("report                              {}", out.report().display()));
    line(format_args!("the night took {:.1} s", watch.elapsed().as_secs_f64()));
    text
}
