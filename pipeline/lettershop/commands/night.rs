//! `night`: the nightly run.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use edge::lock::{Lock, Owner};
use ledger::receipt::Status;
use ledger::report::ReportInput;
use letter::date::JST_OFFSET_SECONDS;
use letter::Moment;
use runner::{Crew, Journal};
use serde_json::json;

use crate::account::NightResult;
use crate::args::Night;
use crate::commands::watch::take;
use crate::config::Shop;
use crate::doors::answer::free_journal;
use crate::doors::taking::{Doorkeeper, Waiting};
use crate::doors::{notes, outbox};
use crate::journey::{self, Clock};
use crate::out::{FileJournal, Out};
use crate::unattended::{self, Went};
use crate::watch::Watch;
use crate::{stuck, Ending, Unusable, EXIT_TROUBLE};

/// Runs a night and says where things are; ends with 2 if artefacts and accounts disagree.
pub fn night(args: &Night) -> Result<Ending> {
    let shop = Shop::open(&args.shop).context(Unusable)?;
    let out = shop.out(args.out.as_deref());
    let crew = Crew::new(args.threads)?;
    let now = args.now.unwrap_or_else(read_clock);
    let until = args.until.map(|minutes| next(now, minutes));
    let clock = Clock { now, is_given: args.now.is_some(), until };
    let owner = Owner {
        process: std::process::id(),
        account: std::env::var("USER").unwrap_or_else(|_| "?".to_owned()),
        work: "a night".to_owned(),
        since: read_clock().rfc3339_jst(),
    };
    let _lock = Lock::take(&out.state().join("night.lock"), &owner)?;
    let mut watch = match args.unattended {
        true => Watch::start_json(),
        false => Watch::start(args.json),
    };
    // A night with a given moment is a replay: doors stay shut, and nothing is noted of it.
    let waiting = if clock.is_given { Vec::new() } else { open_doors(&shop, &out)? };
    if let Some(until) = until {
        warn_of_what_is_late(&shop, &out, until, args.unattended)?;
    }
    let result = journey::night(&shop, &out, &crew, clock, &mut watch);
    let seconds = watch.elapsed().as_secs_f64();
    let ending = match &result {
        Ok(result) => ending(args, result),
        Err(_) => Ending::Well,
    };
    if !clock.is_given {
        let mut went = match &result {
            Ok(result) => Went::of(result, now, seconds),
            Err(_) => Went { began: now.0, seconds, ..Went::default() },
        };
        went.code = if result.is_ok() { ending.code() } else { EXIT_TROUBLE };
        note(&shop, &out, &went)?;
    }
    let result = result?;
    outbox::send(&shop, &out, &out.journal()?, &waiting, clock.now)?;
    let Some(report) = result.report else {
        match args.json {
            true => say!("{}", json!({"batches": [], "refused": [], "discrepancies": []})),
            false => say!("nothing new in the inbox; the last report stands"),
        }
        return Ok(ending);
    };
    match args.json {
        true => say!("{}", json_of(&report)),
        false => say!("{}", text_of(&out, &report, &watch).trim_end()),
    }
    Ok(ending)
}

fn ending(args: &Night, result: &NightResult) -> Ending {
    let report = result.report.as_ref();
    if report.is_some_and(|report| !report.discrepancies.is_empty()) {
        return Ending::Disagrees;
    }
    let waits = |report: &ReportInput| {
        report.batches.iter().any(|batch| batch.status == Status::AwaitingApproval)
    };
    match args.unattended {
        true if !result.left.is_empty() => Ending::Partly,
        true if report.is_some_and(waits) => Ending::Waits,
        _ => Ending::Well,
    }
}

/// Takes what is whole at the doors now, heeds the senders' notes a last time, and returns what is
/// still under way.
fn open_doors(shop: &Shop, out: &Out) -> Result<Vec<Waiting>> {
    let round = take(shop, out, &mut Doorkeeper::default())?;
    let mut journal = patient_journal(out)?;
    if journal.open_night().is_none() {
        notes::heed(shop, out, &mut journal)?;
    }
    Ok(round.waiting)
}

/// Opens the journal; the watch has it for the time of an answer.
fn patient_journal(out: &Out) -> Result<FileJournal> {
    for _ in 0..JOURNAL_TRIES {
        if let Some(journal) = free_journal(out)? {
            return Ok(journal);
        }
        std::thread::sleep(JOURNAL_WAIT);
    }
    out.journal()
}

/// Five minutes: an answer to the largest batch takes less.
const JOURNAL_TRIES: u32 = 600;
const JOURNAL_WAIT: Duration = Duration::from_millis(500);

/// Says which batches will miss the dispatch, as far as earlier nights tell.
fn warn_of_what_is_late(shop: &Shop, out: &Out, until: Moment, json: bool) -> Result<()> {
    let parts = journey::due_parts(shop, &patient_journal(out)?);
    let seconds = (until.0 - read_clock().0) as f64;
    let Some(forecast) = unattended::forecast(out, &parts, seconds)? else { return Ok(()) };
    for (part, records) in &forecast.missed {
        let (sender, batch, rate) = (&part.sender, part.name(), forecast.rate);
        match json {
            true => eprintln!(
                "{}",
                json!({
                    "event": "will miss the dispatch", "sender": sender, "batch": batch,
                    "records": records, "records_a_second": rate,
                })
            ),
            false => {
                eprintln!("{part} will miss the dispatch: {records} records at {rate:.0} a second")
            }
        }
    }
    Ok(())
}

/// Notes how a night went, in the history and for Prometheus.
fn note(shop: &Shop, out: &Out, went: &Went) -> Result<()> {
    unattended::note(out, went)?;
    let stuck = match free_journal(out)? {
        Some(journal) => stuck::look(shop, out, &journal, read_clock())?,
        None => Vec::new(),
    };
    let stuck: Vec<_> = stuck.into_iter().filter(stuck::Stuck::is_over).collect();
    unattended::write_metrics(shop, out, went, &stuck)
}

/// Returns the next moment after `now` at which it is so many minutes past midnight in Japan.
fn next(now: Moment, minutes: u32) -> Moment {
    let midnight = now.date_jst().days_since_epoch() * DAY_SECONDS - JST_OFFSET_SECONDS;
    let then = midnight + i64::from(minutes) * 60;
    Moment(if then > now.0 { then } else { then + DAY_SECONDS })
}

const DAY_SECONDS: i64 = 86_400;

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
