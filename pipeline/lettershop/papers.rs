//! The papers that go with a part's trays: job ticket, tray labels and those for the post office.

use anyhow::{Context, Result};
use ledger::Account;
use letter::page::A4;
use letter::Moment;
use paperwork::{
    job_ticket, print_ticket, tray_labels, JobTicket, PrintTicket, TicketFile, TrayLabel,
};
use presort::{Plan, TraySummary};
use runner::{FileMark, Journal, Stage};

use crate::batch::Batch;
use crate::out::{FileJournal, Out};
use crate::posting;
use crate::stock;

/// Writes `job-ticket.pdf`, `tray-labels.pdf`, `posting-slips.pdf`, `bundle-slips.pdf` and an XJDF
/// ticket a print file beside the print files.
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
    for xjdf in print_tickets(journal, batch, plan, now) {
        let name = xjdf.file.replace(".pdf", ".xjdf");
        files.push(out.publish_bytes(&folder.join(name), print_ticket(&xjdf).as_bytes())?);
    }
    files.push(out.publish_bytes(&folder.join("tray-labels.pdf"), &labels)?);
    files.push(out.publish_bytes(&folder.join("job-ticket.pdf"), &ticket)?);
    Ok(files)
}

fn label(batch: &Batch<'_>, plan: &Plan, tray: &TraySummary) -> TrayLabel {
    let first = tray.first_sequence as usize - 1;
    let pieces = plan.placed_in(first..first + tray.pieces as usize);
    let districts: Vec<String> = tray.districts.iter().map(ToString::to_string).collect();
    let envelope = batch.envelopes[usize::from(tray.envelope)];
    TrayLabel {
        job: batch.job,
        sender: batch.sender.name.clone(),
        batch: match batch.envelopes.len() {
            1 => batch.part().name(),
            _ => format!("{} {}", batch.part().name(), envelope.name),
        },
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

/// Returns what the ticket of each print file says.
fn print_tickets<'p>(
    journal: &'p FileJournal,
    batch: &'p Batch<'_>,
    plan: &'p Plan,
    now: Moment,
) -> impl Iterator<Item = PrintTicket> + 'p {
    let (part, paper, sheet) = (batch.part(), batch.paper, batch.template.sheet());
    plan.files.iter().map(move |file| {
        let marks = journal.stage(part, &Stage::Printed(file.file)).unwrap_or_default();
        let mark = marks.first().expect("a printed file stands in the journal");
        let sheets = plan.placed_in(file.indices()).map(|placed| u64::from(placed.sheets)).sum();
        let envelope = batch.envelopes[usize::from(file.envelope)];
        let inserter = match envelope.by_hand {
            true => BY_HAND.to_owned(),
            false => batch.inserter.name.clone(),
        };
        PrintTicket {
            job: batch.job,
            part: part.to_string(),
            file: mark.path.rsplit('/').next().unwrap_or_default().to_owned(),
            sha256: mark.sha256.clone(),
            len: mark.len,
            letters: u64::from(file.pieces),
            pages: sheets * (u64::from(paper.duplex) + 1),
            sheets,
            made: now,
            posting_date: batch.received.posting_date,
            duplex: paper.duplex,
            sheet,
            sheet_mg: paper.sheet_mg,
            envelope: envelope.name.clone(),
            folded_height_mm: envelope.folded_mm(sheet),
            inserter,
        }
    })
}

/// Says which envelopes the print files are for: `naga3-window 1-3, kaku20-window 4`.
fn envelopes(batch: &Batch<'_>, plan: &Plan) -> String {
    let files = plan.files.chunk_by(|a, b| a.envelope == b.envelope);
    let named = files.map(|files| {
        let envelope = batch.envelopes[usize::from(files[0].envelope)];
        let by_hand = if envelope.by_hand { " (手封入)" } else { "" };
        let numbers = match (files[0].file, files[files.len() - 1].file) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}-{last}"),
        };
        match batch.envelopes.len() {
            1 => format!("{}{by_hand}", envelope.name),
            _ => format!("{}{by_hand} {numbers}", envelope.name),
        }
    });
    named.collect::<Vec<_>>().join(", ")
}

/// What fills an envelope that no machine does.
const BY_HAND: &str = "by-hand";

fn ticket(
    journal: &FileJournal,
    batch: &Batch<'_>,
    plan: &Plan,
    account: &Account,
    now: Moment,
) -> JobTicket {
    let part = batch.part();
    let files = print_tickets(journal, batch, plan, now).map(|xjdf| TicketFile {
        name: xjdf.file,
        letters: xjdf.letters,
        pages: xjdf.pages,
        sheets: xjdf.sheets,
        sha256: xjdf.sha256,
    });
    JobTicket {
        job: batch.job,
        sender: batch.sender.name.clone(),
        batch: part.batch.to_string(),
        part: part.turn(),
        template: format!("{} v{}", batch.received.template, batch.received.template_version),
        class: batch.received.class.clone(),
        posting_date: batch.received.posting_date,
        made: now,
        envelope: envelopes(batch, plan),
        inserter: batch.inserter.name.clone(),
        paper: paper_words(batch),
        duplex: batch.paper.duplex,
        files: files.collect(),
        trays: plan.trays.len() as u32,
        bundles: plan.trays.iter().map(|tray| tray.bundles.len() as u32).sum(),
        weight_mg: account.weight_mg,
        postings: plan.postings.iter().map(|posted| posting::sheet(&posted.posting)).collect(),
        tips: plan.tips.iter().map(posting::tip).collect(),
        cautions: posting::cautions(batch, now),
    }
}
