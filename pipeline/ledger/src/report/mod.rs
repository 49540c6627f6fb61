//! The night's report: one HTML file that says in three seconds whether the night is good.
//!
//! It needs no network, no script and no other file; it holds ids, organisations' names and counts,
//! never a record's values.

mod applications;
mod html;
mod plot;
mod production;
mod sections;
mod split;
mod style;

use letter::{Date, Moment, Refusal, SenderId};
use serde::{Deserialize, Serialize};

use crate::account::{Account, Ends};
use crate::receipt::Status;
use crate::reconcile::Discrepancy;
pub use applications::{ApplicationsReport, EndCount, Event, Figures};
use html::Html;

/// Everything that the report shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportInput {
    /// The shop's name; its directory's when it has none.
    pub shop: String,
    /// The moment of the run.
    pub now: Moment,
    /// The id of the preference snapshot.
    pub snapshot: String,
    /// The month of the postcode dictionary, `2026-10`.
    pub dictionary: String,
    /// The program and its version.
    pub version: String,
    /// The batches that were taken, in the order of sender and batch.
    pub batches: Vec<BatchReport>,
    /// The drops that were refused whole.
    pub refusals: Vec<RefusedDrop>,
    /// What the closing check found; empty when artefacts and accounts agree.
    pub discrepancies: Vec<Discrepancy>,
    /// What was done with applications, if any came or waited.
    #[serde(default)]
    pub applications: Option<ApplicationsReport>,
    /// Further tables: addresses, contracts.
    #[serde(default)]
    pub tables: Vec<Figures>,
    /// What each stage took; empty when times were not taken (a night with a fixed clock).
    pub stages: Vec<StageTime>,
    /// The whole night's wall time, if taken.
    pub wall_seconds: Option<f64>,
    /// Files of the whole night, the ledger for one.
    pub files: Vec<FileLink>,
}

/// One batch that was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchReport {
    /// Its account.
    pub account: Account,
    /// The sender's name.
    pub sender_name: String,
    /// The last part that was taken, from 1.
    pub part: u32,
    /// The template.
    pub template: String,
    /// The letter class.
    pub class: String,
    /// 差出日, the posting date.
    pub posting_date: Date,
    /// What became of it.
    pub status: Status,
    /// Trays.
    pub trays: u32,
    /// Bundles.
    pub bundles: u32,
    /// Its files, in the order in which an operator needs them.
    pub files: Vec<FileLink>,
}

/// One drop that was refused whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefusedDrop {
    /// Whose drop.
    pub sender: SenderId,
    /// The sender's name.
    pub sender_name: String,
    /// The batch, or the drop's file name when the batch could not be read.
    pub batch: String,
    /// Why.
    pub refusal: Refusal,
}

/// A file and where it lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLink {
    /// What it is, in Japanese: `印刷ファイル 1`.
    pub label: String,
    /// The path from the report's directory, with `/`.
    pub path: String,
}

/// What one stage took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageTime {
    /// The stage's name: `intake`, `measure`.
    pub stage: String,
    /// Wall seconds.
    pub seconds: f64,
    /// Letters that passed it.
    pub letters: u64,
}

/// Whether the night is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every record is accounted for and nothing waits for the operator.
    Good,
    /// Every record is accounted for; held records or batches wait for the operator.
    Waiting,
    /// Something does not agree: nothing may leave the house.
    Bad,
}

impl ReportInput {
    /// Returns whether the night is good: bad on any discrepancy or open account.
    pub fn verdict(&self) -> Verdict {
        let open = self.batches.iter().any(|batch| batch.account.clone().close().is_err());
        let applications = self.applications.as_ref();
        let lost = applications.is_some_and(|report| !report.equation_holds());
        if open || lost || !self.discrepancies.is_empty() {
            return Verdict::Bad;
        }
        let waits = self.batches.iter().any(BatchReport::waits)
            || applications.is_some_and(ApplicationsReport::waits);
        if waits {
            Verdict::Waiting
        } else {
            Verdict::Good
        }
    }

    /// Returns the ends of all batches together.
    pub fn total(&self) -> Ends {
        let mut total = Ends::default();
        for batch in &self.batches {
            total.add(&batch.account.ends);
        }
        total
    }
}

impl BatchReport {
    /// Returns the batch's id.
    pub fn id(&self) -> &str {
        self.account.batch.as_str()
    }

    /// Returns whether an operator must do something before this batch is done.
    pub fn waits(&self) -> bool {
        self.status == Status::AwaitingApproval || self.account.ends.held > 0
    }
}

/// Returns `report.html`.
pub fn report_html(input: &ReportInput) -> String {
    let mut page = Html::default();
    page.raw("<!DOCTYPE html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
    page.raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
    let title = format!("{} 夜間処理報告 {}", input.shop, input.now.date_jst());
    page.element("title", "", &title);
    page.raw("<style>\n").raw(style::CSS).raw("</style>\n</head>\n<body>\n<main>\n");
    sections::head(&mut page, input);
    sections::verdict(&mut page, input);
    sections::discrepancies(&mut page, &input.discrepancies);
    sections::batches(&mut page, input);
    sections::senders(&mut page, input);
    if let Some(report) = &input.applications {
        applications::applications(&mut page, report);
    }
    split::split(&mut page, input);
    split::faults(&mut page, input);
    input.tables.iter().for_each(|table| applications::figures(&mut page, table));
    production::production(&mut page, input);
    production::files(&mut page, input);
    production::times(&mut page, input);
    sections::foot(&mut page, input);
    page.raw("</main>\n</body>\n</html>\n");
    page.finish()
}

#[cfg(test)]
mod tests;
