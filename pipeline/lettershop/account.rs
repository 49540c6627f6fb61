//! The end of a night: counted again, the ledger written, the report made, the night closed.

use std::fs::{self, File};
use std::io::BufReader;

use anyhow::{Context, Result};
use columnar::LedgerWriter;
use edge::Memory;
use ledger::receipt::Status;
use ledger::reconcile::{reconcile, Discrepancy, Plan};
use ledger::report::{report_html, BatchReport, FileLink, RefusedDrop, ReportInput};
use ledger::Account;
use runner::{aside, Crew, Entry, FileMark, Journal, Part, Stage};
use serde::de::DeserializeOwned;

use crate::addresses;
use crate::applications;
use crate::batch::{Received, RECEIVED};
use crate::close::{Closing, ACCOUNT, CLOSING, LEDGER_ROWS, PLAN};
use crate::journey::{open_parts, Clock};
use crate::ledger_rows;
use crate::line::{Line, LINE};
use crate::out::{FileJournal, Out};
use crate::postage;
use crate::receive::Counter;
use crate::recount::recount;
use crate::registry_import as registry;
use crate::watch::Watch;
use crate::withdrawals::Withdrawals;

/// What a night came to.
#[derive(Debug)]
pub struct NightResult {
    /// What the report shows; nothing when there was nothing to do and no night was begun.
    pub report: Option<ReportInput>,
    /// The number of the night; 0 when none was begun.
    pub night: u32,
    /// Parts that are left for the next night, their senders held or the time over.
    pub left: Vec<Part>,
}

/// What the last report was made from.
pub const REPORT_INPUT: &str = "report.json";

/// Accounts for the night and closes it.
///
/// # Errors
/// If an artefact cannot be read or a file not be written; the night then stays open.
pub fn end_night(
    counter: &Counter<'_>,
    crew: &Crew,
    journal: &mut FileJournal,
    memory: &Memory,
    clock: Clock,
    watch: &mut Watch,
) -> Result<NightResult> {
    let out = counter.out;
    let all = closed_parts(journal);
    let tonight = parts_of_tonight(journal);
    let records = tonight.len() as u64;
    // The ledger is written by one thread while all count again.
    let (for_ledger, of_ledger) = (out.clone(), all);
    let withdrawals = Withdrawals::read(out, journal)?;
    let told = withdrawals.clone();
    let ledger = aside(move || write_ledger(&for_ledger, &of_ledger, &told))?;
    let discrepancies =
        watch.stage("recount", None, records, || check(out, crew, &tonight, &withdrawals))?;
    let mut files = vec![watch.stage("ledger", None, 0, || ledger.join())?];
    registry::send_opens(out, memory)?;
    files.extend(postage::write(counter)?);
    let mut report = report_of(counter, journal, &tonight, discrepancies)?;
    if !clock.is_given {
        report.stages = watch.stages().to_vec();
        report.wall_seconds = Some(watch.elapsed().as_secs_f64());
    }
    let input = serde_json::to_vec(&report).expect("figures are plain data");
    files.push(out.publish_bytes(&out.state().join(REPORT_INPUT), &input)?);
    files.push(out.publish_bytes(&out.report(), report_html(&report).as_bytes())?);
    journal.append(Entry::NightEnded { night: counter.night.night, files })?;
    let left = open_parts(journal);
    Ok(NightResult { report: Some(report), night: counter.night.night, left })
}

/// Returns every part that is closed, in the order of sender and name.
pub fn closed_parts(journal: &FileJournal) -> Vec<Part> {
    let parts = journal.parts().into_iter().map(|(part, _, _)| part);
    let done = |part: &Part| journal.stage(part, &Stage::Closed).is_some();
    let mut parts: Vec<Part> = parts.filter(done).collect();
    parts.sort();
    parts
}

/// Returns the parts that were closed since the open night began, in the same order.
fn parts_of_tonight(journal: &FileJournal) -> Vec<Part> {
    let tonight = journal.entries().iter().rev();
    let mut parts: Vec<Part> = tonight
        .take_while(|entry| !matches!(entry, Entry::NightBegan(_)))
        .filter_map(|entry| match entry {
            Entry::StageDone { part, stage: Stage::Closed, .. } => Some(part.clone()),
            _ => None,
        })
        .collect();
    parts.sort();
    parts.dedup();
    parts
}

/// Counts parts again from their artefacts and compares with account and plan.
///
/// # Errors
/// If an artefact cannot be read, or two contradict each other.
pub fn check(
    out: &Out,
    crew: &Crew,
    parts: &[Part],
    withdrawals: &Withdrawals,
) -> Result<Vec<Discrepancy>> {
    let mut found = Vec::new();
    for part in parts {
        let received: Received = read_json(out, part, RECEIVED)?;
        let account = withdrawals.account(out, part)?;
        let plan: Plan = read_json(out, part, PLAN)?;
        let line: Line = read_json(out, part, LINE)?;
        let recounted = recount(out, crew, &received, &line, withdrawals.taken())?;
        found.extend(reconcile(&account, &plan, &recounted));
    }
    Ok(found)
}

/// Writes `ledger.parquet` from the rows of all parts, with what was withdrawn since.
///
/// # Errors
/// If rows cannot be read or the file not be written.
pub fn write_ledger(out: &Out, parts: &[Part], withdrawals: &Withdrawals) -> Result<FileMark> {
    out.publish(&out.ledger(), |writer| {
        let mut ledger = LedgerWriter::new(writer)?;
        for part in parts {
            let path = out.part(part).join(LEDGER_ROWS);
            let file = File::open(&path).with_context(|| format!("reading {}", path.display()))?;
            ledger_rows::read(BufReader::with_capacity(1 << 20, file), part, |row| {
                withdrawals.row(part, row, |row| Ok(ledger.push(row)?))
            })?;
        }
        ledger.finish()?;
        Ok(())
    })
}

fn report_of(
    counter: &Counter<'_>,
    journal: &FileJournal,
    parts: &[Part],
    discrepancies: Vec<Discrepancy>,
) -> Result<ReportInput> {
    let link =
        |label: &str, path: &str| FileLink { label: label.to_owned(), path: path.to_owned() };
    let batches = parts.iter().map(|part| batch_report(counter, journal, part));
    let mut tables: Vec<_> = addresses::figures(counter, parts)?.into_iter().collect();
    tables.extend(postage::figures(counter)?);
    Ok(ReportInput {
        shop: counter.shop.config.shop.name.clone(),
        now: counter.night.now,
        snapshot: counter.night.snapshot.clone(),
        dictionary: counter.house.dictionary.month().to_owned(),
        version: concat!("lettershop ", env!("CARGO_PKG_VERSION")).to_owned(),
        batches: batches.collect::<Result<_>>()?,
        refusals: refusals(counter, journal),
        discrepancies,
        applications: applications::report(counter)?,
        tables,
        stages: Vec::new(),
        wall_seconds: None,
        files: vec![link("ledger.parquet", "ledger.parquet")],
    })
}

fn batch_report(counter: &Counter<'_>, journal: &FileJournal, part: &Part) -> Result<BatchReport> {
    let out = counter.out;
    let received: Received = read_json(out, part, RECEIVED)?;
    let account: Account = read_json(out, part, ACCOUNT)?;
    let closing: Closing = read_json(out, part, CLOSING)?;
    let closed = journal.stage(part, &Stage::Closed).unwrap_or_default();
    let mut files = Vec::new();
    let mut file = 1;
    while let Some(marks) = journal.stage(part, &Stage::Printed(file)) {
        files.extend(marks.iter().map(|mark| mark.path.clone()));
        file += 1;
    }
    files.extend(
        journal.stage(part, &Stage::Delivered).unwrap_or_default().iter().map(|m| m.path.clone()),
    );
    files.extend(closed.iter().map(|mark| mark.path.clone()));
    files.retain(|path| !path.starts_with("state/"));
    let label = |path: &String| path.rsplit('/').next().unwrap_or_default().to_owned();
    let files = files.iter().map(|path| FileLink { label: label(path), path: path.clone() });
    let sender = counter.shop.senders.get(part.sender.as_str());
    let status = match closing.awaits_approval {
        true => Status::AwaitingApproval,
        false => Status::of(&account.ends),
    };
    Ok(BatchReport {
        sender_name: sender.map_or_else(|| part.sender.to_string(), |sender| sender.name.clone()),
        part: part.turn(),
        template: received.template,
        class: received.class,
        posting_date: received.posting_date,
        status,
        trays: closing.trays,
        bundles: closing.bundles,
        files: files.collect(),
        account,
    })
}

fn refusals(counter: &Counter<'_>, journal: &FileJournal) -> Vec<RefusedDrop> {
    let tonight = journal.entries().iter().rev();
    let mut refusals: Vec<RefusedDrop> = tonight
        // Those of the day before count with their night.
        .take_while(|entry| !matches!(entry, Entry::NightEnded { .. }))
        .filter_map(|entry| match entry {
            Entry::DropRefused { drop, refusal, .. } => Some(RefusedDrop {
                sender: letter::SenderId::parse(&drop.sender)?,
                sender_name: counter
                    .shop
                    .senders
                    .get(&drop.sender)
                    .map_or_else(|| drop.sender.clone(), |sender| sender.name.clone()),
                batch: drop.name.clone(),
                refusal: (**refusal).clone(),
            }),
            _ => None,
        })
        .collect();
    refusals.reverse();
    refusals
}

/// Reads one of a part's files of figures.
///
/// # Errors
/// If it cannot be read.
pub fn read_json<T: DeserializeOwned>(out: &Out, part: &Part, name: &str) -> Result<T> {
    let path = out.part(part).join(name);
    let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("in {}", path.display()))
}
