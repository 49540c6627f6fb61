//! How each record of a part ended: the one place from which account, lists and ledger are written.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};
use letter::piece::{Measured, Placed};
use letter::{Reason, RecordView};
use presort::Plan;

use crate::batch::Batch;
use crate::faults::{FaultStream, RowFaults};
use crate::measure;
use crate::out::Out;
use crate::ready;

/// What receiving found wrong.
pub const RECEIVE_FAULTS: &str = "receive-faults.jsonl";

/// The end of one record.
#[derive(Debug)]
pub enum Fate {
    /// Printed at this place; with the number of its copy if it has one.
    Printed(Placed, Option<u32>),
    /// In a mailbox only: the number of the copy in the pack, from 1.
    Delivered(Measured, u32),
    /// Set aside, held or pulled.
    Stopped(RowFaults),
}

/// The ends of a part's measured pieces.
pub struct Fates<'p> {
    plan: &'p Plan,
    copies: &'p [Measured],
    /// Index in the plan plus one, by record; 0 when not printed.
    printed: Vec<u32>,
    /// Number of the copy, by record; 0 when there is none.
    copied: Vec<u32>,
    /// Measured records that stop nevertheless.
    stopped: HashMap<u32, Reason>,
    /// What stops every measured record, when the whole part waits.
    all_stopped: Option<Reason>,
}

impl<'p> Fates<'p> {
    /// Notes the places of the plan's pieces and the numbers of the copies.
    pub fn new(
        rows: usize,
        plan: &'p Plan,
        copies: &'p [Measured],
        stopped: HashMap<u32, Reason>,
        all_stopped: Option<Reason>,
    ) -> Self {
        let mut fates = Self {
            plan,
            copies,
            printed: vec![0; rows],
            copied: vec![0; rows],
            stopped,
            all_stopped,
        };
        for placed in plan.placed() {
            fates.printed[placed.piece.record as usize] = placed.sequence;
        }
        for (index, piece) in copies.iter().enumerate() {
            fates.copied[piece.record as usize] = index as u32 + 1;
        }
        fates
    }

    /// Returns all records in stretches, in the sender's order.
    ///
    /// # Errors
    /// If the part's files cannot be read; the last stretch fails if a fault stands in no row.
    pub fn stretches(
        &self,
        out: &Out,
        batch: &Batch<'_>,
    ) -> Result<impl Iterator<Item = Result<Stretch>> + use<>> {
        let mut faults = fault_stream(&out.part(batch.part()))?.peekable();
        let rows = batch.spool.rows().len();
        let starts = (0..rows).step_by(STRETCH_ROWS);
        Ok(starts.map(move |start| {
            let end = rows.min(start + STRETCH_ROWS);
            let is_within = |next: &Result<RowFaults>| match next {
                Ok(next) => end == rows || (next.record as usize) < end,
                Err(_) => true,
            };
            let mut within = Vec::new();
            while let Some(fault) = faults.next_if(is_within) {
                within.push(fault?);
            }
            Ok(Stretch { rows: start..end, faults: within })
        }))
    }

    /// Calls `each` with the end of every record of a stretch, in the sender's order.
    ///
    /// The view is there when the record could be decoded; `bytes` is memory to read into.
    ///
    /// # Errors
    /// If the spool cannot be read, a record has no end or two, or `each` fails.
    pub fn within(
        &self,
        batch: &Batch<'_>,
        stretch: Stretch,
        bytes: &mut Vec<u8>,
        mut each: impl FnMut(u32, Option<&RecordView<'_>>, Fate) -> Result<()>,
    ) -> Result<()> {
        let Stretch { rows, faults } = stretch;
        batch.spool.read_rows(rows.clone(), bytes).context("reading the spool")?;
        let mut views = batch.spool.views(rows.clone(), bytes).peekable();
        let mut faults = faults.into_iter().peekable();
        for record in rows {
            let view = views.next_if(|(of, _)| *of == record).map(|(_, view)| view).transpose()?;
            let fault = faults.next_if(|fault| fault.record as usize == record);
            let fate = self.fate(batch, record as u32, view.as_ref(), fault)?;
            each(record as u32, view.as_ref(), fate)?;
        }
        match faults.next() {
            None => Ok(()),
            Some(fault) => anyhow::bail!("record {} stands in no row", fault.record),
        }
    }

    /// Calls `each` with the end of every record, in the sender's order.
    ///
    /// The view is there when the record could be decoded.
    ///
    /// # Errors
    /// If the part's files cannot be read, a record has no end or two, or `each` fails.
    pub fn for_each(
        &self,
        out: &Out,
        batch: &Batch<'_>,
        mut each: impl FnMut(u32, Option<&RecordView<'_>>, &Fate) -> Result<()>,
    ) -> Result<()> {
        let mut bytes = Vec::new();
        for stretch in self.stretches(out, batch)? {
            let each = |record, view: Option<&RecordView<'_>>, fate| each(record, view, &fate);
            self.within(batch, stretch?, &mut bytes, each)?;
        }
        Ok(())
    }

    fn fate(
        &self,
        batch: &Batch<'_>,
        record: u32,
        view: Option<&RecordView<'_>>,
        fault: Option<RowFaults>,
    ) -> Result<Fate> {
        let (printed, copied) = (self.printed[record as usize], self.copied[record as usize]);
        let waits = self.stopped.get(&record).or(self.all_stopped.as_ref());
        match (fault, view, printed, copied) {
            (Some(fault), _, 0, 0) => Ok(Fate::Stopped(fault)),
            (None, _, 1.., copy) => {
                let placed = self.plan.at(printed as usize - 1);
                Ok(Fate::Printed(placed, (copy > 0).then_some(copy)))
            }
            (None, _, 0, 1..) => Ok(Fate::Delivered(self.copies[copied as usize - 1], copied)),
            (None, Some(view), 0, 0) if waits.is_some() => {
                let reason = waits.expect("just seen").clone();
                Ok(Fate::Stopped(batch.fault(record, view, reason)))
            }
            _ => anyhow::bail!("record {record} has no end, or two"),
        }
    }
}

/// Some records that follow one another, with what receiving and measuring found wrong in them.
pub struct Stretch {
    rows: Range<usize>,
    faults: Vec<RowFaults>,
}

/// Records in a stretch: a few hundred KB of the spool.
const STRETCH_ROWS: usize = 1024;

/// Opens what receiving and measuring found wrong, as one stream.
///
/// # Errors
/// If a file cannot be read.
pub fn fault_stream(folder: &Path) -> Result<FaultStream> {
    let ready = folder.join(ready::FAULTS);
    let (received, measured) = (folder.join(RECEIVE_FAULTS), folder.join(measure::FAULTS));
    match ready.exists() {
        true => FaultStream::open(&[&received, &ready, &measured]),
        false => FaultStream::open(&[&received, &measured]),
    }
}
