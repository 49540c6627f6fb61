//! The papers that go with a part's trays: job ticket, tray labels and those for the post office.

use anyhow::{Context, Result};
use ledger::Account;
use letter::page::A4;
use letter::Moment;
use paperwork::{job_ticket, tray_labels, JobTicket, TicketFile, TrayLabel};
use presort::{Plan, TraySummary};
use runner::{FileMark, Journal, Stage};

use crate::batch::Batch;
use crate::out::{FileJournal, Out};
use crate::posting;
use crate::print::job_number;
use crate::stock;

/// Writes `job-ticket.pdf`, `tray-labels.pdf`, `posting-slips.pdf` and `bundle-slips.pdf` beside
/// the print files.
///
/// # Errors
/// If a document cannot be made or written.
pub fn write(
    out: &Out,
    journal: &FileJournal,
    batch: &Batch<'_>,
    plan: &Plan,
    account: &Account,
    now: Moment,
) -> Result<Vec<FileMark>> {
    let font = stock::face(stock::PAPERWORK_FACE).expect("the stock has the papers' face");
    let folder = out.print(batch.part());
    let labels: Vec<TrayLabel> = plan.trays.iter().map(|tray| label(batch, plan, tray)).collect();
    let labels = tray_labels(&labels, font).context("the tray labels")?;
    let ticket = ticket(journal, batch, plan, account, now);
    let ticket = job_ticket(&ticket, font).context("the job ticket")?;
    let mut files = posting::write(out, batch, plan, font, now)?;
    files.push(out.publish_bytes(&folder.join("tray-labels.pdf"), &labels)?);
    files.push(out.publish_bytes(&folder.join("job-ticket.pdf"), &ticket)?);
    Ok(files)
}

fn label(batch: &Batch<'_>, plan: &Plan, tray: &TraySummary) -> TrayLabel {
    let first = tray.first_sequence as usize - 1;
    let pieces = plan.placed_in(first..first + tray.pieces as usize);
    let districts: Vec<String> = tray.districts.iter().map(ToString::to_string).collect();
    TrayLabel {
        job: job_number(batch.part()),
        sender: batch.sender.name.clone(),
        batch: batch.part().name(),
        posting_date: batch.received.posting_date,
        tray: tray.tray,
        of: plan.trays.len() as u32,
        districts: districts.join(" "),
        first: tray.first_postal,
        last: tray.last_postal,
        pieces: tray.pieces,
        sheets: pieces.map(|placed| u32::from(placed.sheets)).sum(),
        weight_mg: tray.weight_mg,
        bundles: tray.bundles.len() as u32,
    }
}

/// Returns what a sheet is and weighs: `A4 3990 mg`.
fn paper_words(batch: &Batch<'_>) -> String {
    let (sheet, mg) = (batch.template.sheet(), batch.paper.sheet_mg);
    let [width, height] = sheet.to_mm();
    match sheet == A4 {
        true => format!("A4 {mg} mg"),
        false => format!("{width} × {height} mm, {mg} mg"),
    }
}

fn ticket(
    journal: &FileJournal,
    batch: &Batch<'_>,
    plan: &Plan,
    account: &Account,
    now: Moment,
) -> JobTicket {
    let part = batch.part();
    let file = |file: &presort::FileSummary| {
        let marks = journal.stage(part, &Stage::Printed(file.file)).unwrap_or_default();
        let mark = marks.first().expect("a printed file stands in the journal");
        let sheets = plan.placed_in(file.indices()).map(|placed| u64::from(placed.sheets)).sum();
        let backs = u64::from(batch.paper.duplex) + 1;
        TicketFile {
            name: mark.path.rsplit('/').next().unwrap_or_default().to_owned(),
            letters: u64::from(file.pieces),
            pages: sheets * backs,
            sheets,
            sha256: mark.sha256.clone(),
        }
    };
    JobTicket {
        job: job_number(batch.part()),
        sender: batch.sender.name.clone(),
        batch: part.batch.to_string(),
        part: part.turn(),
        template: format!("{} v{}", batch.received.template, batch.received.template_version),
        class: batch.received.class.clone(),
        posting_date: batch.received.posting_date,
        made: now,
        envelope: batch.envelope.name.clone(),
        inserter: batch.inserter.name.clone(),
        paper: paper_words(batch),
        duplex: batch.paper.duplex,
        files: plan.files.iter().map(file).collect(),
        trays: plan.trays.len() as u32,
        bundles: plan.trays.iter().map(|tray| tray.bundles.len() as u32).sum(),
        weight_mg: account.weight_mg,
        postings: plan.postings.iter().map(|posted| posting::sheet(&posted.posting)).collect(),
        tips: plan.tips.iter().map(posting::tip).collect(),
        cautions: posting::cautions(batch, now),
    }
}
