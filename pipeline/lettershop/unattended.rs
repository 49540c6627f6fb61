//! A night without a human: its history, its figures for Prometheus, and what it will not finish.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};
use edge::durable;
use ledger::receipt::Status;
use ledger::Ends;
use letter::Moment;
use runner::Part;
use serde::{Deserialize, Serialize};

use crate::account::{read_json, NightResult};
use crate::batch::{Received, RECEIVED};
use crate::config::Shop;
use crate::out::Out;
use crate::stuck::Stuck;

/// How a night went; a line of `state/history.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Went {
    /// The number of the night; 0 when there was nothing to do, or it did not get that far.
    pub night: u32,
    /// When it began, seconds since 1970.
    pub began: i64,
    /// How long it took.
    pub seconds: f64,
    /// The ends of its batches' records.
    #[serde(flatten)]
    pub ends: Ends,
    /// Batches.
    pub batches: u64,
    /// Drops refused.
    pub refused: u64,
    /// Batches that wait for approval.
    pub waiting: u64,
    /// Batches left for the next night.
    pub left: u64,
    /// Disagreements found by the closing check.
    pub discrepancies: u64,
    /// The exit code of an unattended night.
    pub code: u8,
}

impl Went {
    /// Counts what a night came to.
    pub fn of(result: &NightResult, began: Moment, seconds: f64) -> Self {
        let left = result.left.len() as u64;
        let blank = Self { night: result.night, began: began.0, seconds, left, ..Self::default() };
        let Some(report) = &result.report else { return blank };
        let mut went = Self {
            batches: report.batches.len() as u64,
            refused: report.refusals.len() as u64,
            discrepancies: report.discrepancies.len() as u64,
            ..blank
        };
        for batch in &report.batches {
            went.ends.add(&batch.account.ends);
            went.waiting += u64::from(batch.status == Status::AwaitingApproval);
        }
        went
    }
}

/// Appends a night to the history. A line that a cut run left half is passed over when it is read.
///
/// # Errors
/// If it cannot be written.
pub fn note(out: &Out, went: &Went) -> Result<()> {
    let path = out.state().join(HISTORY);
    let mut lines = history(out);
    lines.push(went.clone());
    let from = lines.len().saturating_sub(NIGHTS_MAX);
    let text: String = lines[from..]
        .iter()
        .map(|went| serde_json::to_string(went).expect("plain data") + "\n")
        .collect();
    durable::publish_bytes(&path, text.as_bytes())
        .with_context(|| format!("writing {}", path.display()))
}

/// Returns the nights that were noted, oldest first.
pub fn history(out: &Out) -> Vec<Went> {
    let text = fs::read_to_string(out.state().join(HISTORY)).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

const HISTORY: &str = "history.jsonl";
/// Some three years.
const NIGHTS_MAX: usize = 1000;

/// What a night with a deadline will not finish, as far as the last nights tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// Records a second, the median of the last nights.
    pub rate: f64,
    /// Parts that will miss the dispatch, with their records.
    pub missed: Vec<(Part, u64)>,
}

/// Forecasts from the history which of the parts, in their order, will not be done in time; nothing
/// without three nights of some length to go by.
///
/// # Errors
/// If a part cannot be read.
pub fn forecast(out: &Out, parts: &[Part], seconds_left: f64) -> Result<Option<Forecast>> {
    let nights = history(out).into_iter().rev().filter(|went| went.ends.records_in >= RECORDS_MIN);
    let rate = |went: Went| went.ends.records_in as f64 / went.seconds.max(0.1);
    let rates = nights.take(NIGHTS_LOOKED_AT).map(rate);
    let mut rates: Vec<f64> = rates.collect();
    if rates.len() < NIGHTS_MIN {
        return Ok(None);
    }
    rates.sort_by(f64::total_cmp);
    let rate = rates[rates.len() / 2];
    let (mut needed, mut missed) = (0.0, Vec::new());
    for part in parts {
        let received: Received = read_json(out, part, RECEIVED)?;
        let records = u64::from(received.rows);
        needed += records as f64 / rate;
        if needed > seconds_left {
            missed.push((part.clone(), records));
        }
    }
    Ok(Some(Forecast { rate, missed }))
}

/// Smaller nights are all overhead.
const RECORDS_MIN: u64 = 100;
const NIGHTS_MIN: usize = 3;
const NIGHTS_LOOKED_AT: usize = 14;

/// Writes the figures of the last night for node_exporter's textfile collector.
///
/// # Errors
/// If the file cannot be written.
pub fn write_metrics(shop: &Shop, out: &Out, went: &Went, stuck: &[Stuck]) -> Result<()> {
    let folder = out.root().join(&shop.config.night.metrics);
    let path = folder.join("lettershop.prom");
    durable::publish_bytes(&path, metrics(went, stuck).as_bytes())
        .with_context(|| format!("writing {}", path.display()))
}

/// Returns the figures in Prometheus's text format (exposition format 0.0.4).
fn metrics(went: &Went, stuck: &[Stuck]) -> String {
    let mut text = String::new();
    let ended = went.began as f64 + went.seconds;
    let plain: [(&str, &str, f64); 8] = [
        ("night_end_timestamp_seconds", "When the last night ended.", ended),
        ("night_duration_seconds", "How long the last night took.", went.seconds),
        (
            "night_exit_code",
            "How the last night ended: 0 well, 2 disagrees, 4 trouble, 5 partly, 6 waits.",
            f64::from(went.code),
        ),
        ("night_batches", "Batches of the last night.", went.batches as f64),
        ("night_refused_drops", "Drops that the last night refused.", went.refused as f64),
        (
            "night_waiting_batches",
            "Batches of the last night that wait for approval.",
            went.waiting as f64,
        ),
        ("night_left_batches", "Batches that the last night left for the next.", went.left as f64),
        (
            "night_discrepancies",
            "Disagreements that the last closing check found.",
            went.discrepancies as f64,
        ),
    ];
    for (name, help, value) in plain {
        head(&mut text, name, help);
        writeln!(text, "lettershop_{name} {value}").expect("memory takes all text");
    }
    head(&mut text, "night_records", "Records of the last night by their end.");
    for (end, count) in [
        ("printed", went.ends.printed),
        ("delivered", went.ends.delivered),
        ("set_aside", went.ends.set_aside),
        ("held", went.ends.held),
        ("pulled", went.ends.pulled),
    ] {
        writeln!(text, "lettershop_night_records{{end=\"{end}\"}} {count}")
            .expect("memory takes all text");
    }
    head(&mut text, "stuck", "What is longer in a state than it may be.");
    for state in crate::stuck::STATES.map(|(state, _)| state) {
        let count = stuck.iter().filter(|stuck| stuck.state == state).count();
        writeln!(text, "lettershop_stuck{{state=\"{state}\"}} {count}")
            .expect("memory takes all text");
    }
    text
}

fn head(text: &mut String, name: &str, help: &str) {
    writeln!(text, "# HELP lettershop_{name} {help}\n# TYPE lettershop_{name} gauge")
        .expect("memory takes all text");
}
