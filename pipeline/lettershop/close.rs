//! Closing a part: its account, its lists, its papers and its receipt.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};

use anyhow::{Context, Result};
use intake::KeyHash;
use ledger::control::CONTROL_COLUMNS;
use ledger::receipt::{Head, Receipt};
use ledger::reconcile::{self, PrintFileCount};
use ledger::Account;
use letter::piece::Measured;
use letter::{BatchId, Disposition, PieceId, Reason};
use presort::Plan;
use runner::{Crew, FileMark, NightPlan, Part};
use serde::{Deserialize, Serialize};

use crate::addresses;
use crate::alarm;
use crate::batch::Batch;
use crate::doors::results;
use crate::fates::{Fate, Fates, Stretch};
use crate::faults::RowFaults;
use crate::ledger_rows;
use crate::line::{returns, Line, LINE};
use crate::lists;
use crate::out::{FileJournal, Out};
use crate::papers;
use crate::print::control_name;
use crate::withdrawals::Withdrawals;

/// How a part stands when its account is opened.
pub struct Standing<'p> {
    /// Where the printed pieces lie.
    pub plan: &'p Plan,
    /// The pieces with a copy, in the order of the copies.
    pub copies: &'p [Measured],
    /// Measured pieces that stop: pulled, or too heavy for any tariff.
    pub stopped: HashMap<u32, Reason>,
    /// Set when the whole part waits for the operator's approval.
    pub awaits: Option<Reason>,
}

/// The closed account of a part; `account.json` in its folder.
pub const ACCOUNT: &str = "account.json";
/// What the plan promised, for the closing check.
pub const PLAN: &str = "plan.json";
/// How the part stood when it was closed; [`Closing`].
pub const CLOSING: &str = "closing.json";
/// Keys of the records that went on, sorted, 16 bytes each: a later part may not bring them again.
pub const KEYS: &str = "keys";
/// The part's rows of the ledger.
pub const LEDGER_ROWS: &str = "ledger-rows";

/// How a part stood when it was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Whether it waits for the operator's approval.
    pub awaits_approval: bool,
    /// Trays.
    pub trays: u32,
    /// Bundles.
    pub bundles: u32,
}

/// Writes everything that a part leaves besides print files and copies.
///
/// # Errors
/// If a file cannot be read or written, or the account does not close.
pub fn close(
    out: &Out,
    crew: &Crew,
    journal: &FileJournal,
    batch: &Batch<'_>,
    night: &NightPlan,
    standing: Standing<'_>,
) -> Result<Vec<FileMark>> {
    let part = batch.part();
    let Standing { plan, copies, stopped, awaits } = standing;
    let waits = awaits.as_ref().is_some_and(alarm::awaits);
    let fates = Fates::new(batch.spool.rows().len(), plan, copies, stopped, awaits);
    let mut pass = Pass::open(batch)?;
    let time = night.now.rfc3339_jst();
    let rows = out.publish(&out.part(part).join(LEDGER_ROWS), |writer| {
        crew.map_in_order(
            fates.stretches(out, batch)?,
            Vec::new,
            |bytes, stretch| Noted::of(&fates, batch, stretch, bytes, &time),
            |noted: Result<Noted>| {
                let noted = noted?;
                writer.write_all(&noted.rows)?;
                pass.take(noted);
                Ok(())
            },
        )
    })?;
    let delivered = results::write_delivered(out, part, &Withdrawals::default())?;
    let Pass { mut account, set_aside, mut keys } = pass;
    keys.sort_unstable();
    let keys: Vec<u8> = keys.into_iter().flat_map(u128::to_be_bytes).collect();
    batch.received.orphans.iter().for_each(|orphan| account.note(&orphan.reason));
    let mut files = vec![rows, out.publish_bytes(&out.part(part).join(KEYS), &keys)?];
    files.push(delivered);
    files.extend(lists::write_rejects(out, batch, &set_aside)?);
    for (count, disposition) in
        [(account.ends.held, Disposition::Held), (account.ends.pulled, Disposition::Pulled)]
    {
        // A list from before the batch was approved is written again, without those that went on.
        if count > 0 || out.stopped(part, disposition).exists() {
            files.push(lists::write_stopped(out, batch, &fates, disposition)?);
        }
    }
    if !plan.is_empty() {
        files.push(control_file(out, batch, plan)?);
        files.extend(papers::write(out, journal, batch, plan, &account, night.now)?);
    }
    files.extend(receipt(out, batch, night, &account, waits)?);
    files.extend(returns::warn(out, batch)?);
    files.extend(addresses::hand_out(out, batch)?);
    let closed = account.close().with_context(|| format!("the account of {part}"))?;
    files.push(json_file(out, part, ACCOUNT, &closed)?);
    files.push(json_file(out, part, PLAN, &promised(batch, plan, copies))?);
    let closing = Closing {
        awaits_approval: waits,
        trays: plan.trays.len() as u32,
        bundles: plan.trays.iter().map(|tray| tray.bundles.len() as u32).sum(),
    };
    files.push(json_file(out, part, CLOSING, &closing)?);
    files.push(json_file(out, part, LINE, &Line::of(batch))?);
    Ok(files)
}

/// What is noted of some records that follow one another.
#[derive(Default)]
struct Noted {
    /// Their rows of the ledger.
    rows: Vec<u8>,
    fates: Vec<Fate>,
    /// Keys of those that went on.
    keys: Vec<u128>,
}

impl Noted {
    fn of(
        fates: &Fates<'_>,
        batch: &Batch<'_>,
        stretch: Stretch,
        bytes: &mut Vec<u8>,
        time: &str,
    ) -> Result<Self> {
        let mut noted = Self::default();
        let is_set_aside = |fate: &Fate| match fate {
            Fate::Stopped(row) => row.disposition() == Disposition::SetAside,
            Fate::Printed(..) | Fate::Delivered(..) => false,
        };
        fates.within(batch, stretch, bytes, |record, view, fate| {
            let key = view.map_or("", |view| batch.key(view));
            if view.is_some() && !is_set_aside(&fate) {
                noted.keys.push(KeyHash::of(key).0);
            }
            let piece = view.map_or(PieceId(0), |view| batch.piece(view));
            ledger_rows::write(&mut noted.rows, record, key, piece, &fate, time)?;
            noted.fates.push(fate);
            Ok(())
        })?;
        Ok(noted)
    }
}

/// One pass over the ends of all records.
struct Pass {
    account: Account,
    set_aside: Vec<RowFaults>,
    keys: Vec<u128>,
}

impl Pass {
    fn open(batch: &Batch<'_>) -> Result<Self> {
        let part = batch.part();
        let id = BatchId::parse(&part.name()).context("the part's name is no id")?;
        let records = batch.spool.rows().len() as u64;
        let account = Account::open(part.sender.clone(), id, records);
        Ok(Self { account, set_aside: Vec::new(), keys: Vec::new() })
    }

    fn take(&mut self, noted: Noted) {
        self.keys.extend(noted.keys);
        for fate in noted.fates {
            match fate {
                Fate::Printed(placed, copy) => {
                    self.account.print(&placed);
                    copy.iter().for_each(|_| self.account.also_deliver());
                }
                Fate::Delivered(piece, _) => self.account.deliver(piece.why),
                Fate::Stopped(row) => self.stop(row),
            }
        }
    }

    fn stop(&mut self, row: RowFaults) {
        self.account.stop(row.deciding());
        let others = row.faults.iter().map(|fault| &fault.reason);
        others
            .filter(|reason| !std::ptr::eq(*reason, row.deciding()))
            .for_each(|reason| self.account.note(reason));
        if row.disposition() == Disposition::SetAside {
            self.set_aside.push(row);
        }
    }
}

fn promised(batch: &Batch<'_>, plan: &Plan, copies: &[Measured]) -> reconcile::Plan {
    let count = |file: &presort::FileSummary| {
        let mut count = PrintFileCount { file: file.file, ..PrintFileCount::default() };
        for placed in plan.placed_in(file.indices()) {
            count.letters += 1;
            count.sheets += u64::from(placed.sheets);
            let backs = u64::from(batch.paper.duplex) + 1;
            count.pages += u64::from(placed.sheets) * backs;
        }
        count
    };
    let print_files = plan.files.iter().map(count).collect();
    reconcile::Plan { print_files, copies: copies.len() as u64 }
}

/// Joins the print files' rows to the control file.
fn control_file(out: &Out, batch: &Batch<'_>, plan: &Plan) -> Result<FileMark> {
    let part = batch.part();
    out.publish(&out.print(part).join("control.csv"), |writer| {
        writeln_crlf(writer, CONTROL_COLUMNS)?;
        for file in &plan.files {
            let path = out.part(part).join(control_name(file.file));
            let mut rows = File::open(&path).with_context(|| path.display().to_string())?;
            io::copy(&mut rows, writer)?;
        }
        Ok(())
    })
}

fn writeln_crlf(writer: &mut dyn Write, line: &str) -> io::Result<()> {
    writer.write_all(line.as_bytes())?;
    writer.write_all(b"\r\n")
}

fn receipt(
    out: &Out,
    batch: &Batch<'_>,
    night: &NightPlan,
    account: &Account,
    waits: bool,
) -> Result<Vec<FileMark>> {
    let part = batch.part();
    let head = head(batch, night);
    let receipt = match waits {
        true => Receipt::awaiting_approval(head, account),
        false => Receipt::taken(head, account),
    };
    write_receipt(out, part.sender.as_str(), &part.name(), &receipt)
}

/// Returns what stands at the head of a part's receipt.
pub fn head(batch: &Batch<'_>, night: &NightPlan) -> Head {
    let part = batch.part();
    Head {
        sender: part.sender.clone(),
        sender_name: batch.sender.name.clone(),
        batch: if part.is_later() { part.name() } else { part.batch.to_string() },
        part: part.turn(),
        received: batch.received.moment,
        snapshot: night.snapshot.clone(),
        dictionary: batch.house.dictionary.month().to_owned(),
        audit: night.audit.clone(),
    }
}

/// Counts the ends of a part's records without writing anything, and returns those set aside.
///
/// # Errors
/// If the part's files cannot be read.
pub fn count(out: &Out, batch: &Batch<'_>, fates: &Fates<'_>) -> Result<(Account, Vec<RowFaults>)> {
    let mut pass = Pass::open(batch)?;
    let mut bytes = Vec::new();
    for stretch in fates.stretches(out, batch)? {
        let mut noted = Noted::default();
        fates.within(batch, stretch?, &mut bytes, |_, _, fate| {
            noted.fates.push(fate);
            Ok(())
        })?;
        pass.take(noted);
    }
    batch.received.orphans.iter().for_each(|orphan| pass.account.note(&orphan.reason));
    Ok((pass.account, pass.set_aside))
}

/// Writes a receipt as JSON and as text into the sender's outbox.
///
/// # Errors
/// If a file cannot be written.
pub fn write_receipt(
    out: &Out,
    sender: &str,
    name: &str,
    receipt: &Receipt,
) -> Result<Vec<FileMark>> {
    let path = |extension| out.outbox(sender, &format!("{name}.receipt.{extension}"));
    Ok(vec![
        out.publish_bytes(&path("json"), receipt.to_json().as_bytes())?,
        out.publish_bytes(&path("txt"), receipt.to_text().as_bytes())?,
    ])
}

fn json_file(out: &Out, part: &Part, name: &str, what: &impl serde::Serialize) -> Result<FileMark> {
    let bytes = serde_json::to_vec_pretty(what).expect("figures are plain data");
    out.publish_bytes(&out.part(part).join(name), &bytes)
}
