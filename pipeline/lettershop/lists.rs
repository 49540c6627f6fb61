//! The lists of records that stop: what goes back to the sender, what waits, what was pulled.

use std::fs::File;
use std::io::{BufReader, Write};
use std::os::unix::fs::FileExt;

use anyhow::{Context, Result};
use ledger::rejects::{FaultList, RejectList};
use letter::Disposition;
use runner::{FileMark, Part};

use crate::batch::{Batch, RAW};
use crate::fates::{Fate, Fates};
use crate::faults::RowFaults;
use crate::out::Out;

/// Returns the name of the list of rows to mend; its ending is the sender's own.
pub fn rejects_name(part: &Part, member: &str) -> String {
    let extension = member.rsplit_once('.').map_or("csv", |(_, extension)| extension);
    format!("{}.rejects.{extension}", part.name())
}

/// Returns the name of the list of what is wrong with them.
pub fn report_name(part: &Part) -> String {
    format!("{}.rejects.report.csv", part.name())
}

/// Writes the sender's own rows of the records set aside, and what is wrong with each.
///
/// # Errors
/// If the sender's file cannot be read or a list not be written.
pub fn write_rejects(
    out: &Out,
    batch: &Batch<'_>,
    set_aside: &[RowFaults],
) -> Result<Vec<FileMark>> {
    let part = batch.part();
    let sender = part.sender.as_str();
    let raw = out.part(batch.received.origin()).join(RAW);
    let raw = File::open(raw).context("reading the sender's file")?;
    let own = intake::rows::reject_form(&batch.layout, BufReader::new(&raw))
        .context("reading the head of the sender's file")?;
    let rejects = out.outbox(sender, &rejects_name(part, &batch.received.member));
    let rejects = out.publish(&rejects, |writer| {
        let mut list = RejectList::new(writer, &own.head, &own.line_end)?;
        let mut bytes = Vec::new();
        for row in set_aside {
            let place = batch.spool.rows()[row.record as usize].place;
            bytes.resize(place.raw_len as usize, 0);
            raw.read_exact_at(&mut bytes, place.byte).context("reading the sender's file")?;
            list.row(&bytes)?;
        }
        list.finish()?;
        Ok(())
    })?;
    let report = out.publish(&out.outbox(sender, &report_name(part)), |writer| {
        let mut list = FaultList::new(writer)?;
        let rows = set_aside.iter().flat_map(|row| &row.faults);
        rows.chain(&batch.received.orphans).try_for_each(|fault| list.fault(fault))?;
        list.finish()?;
        Ok(())
    })?;
    Ok(vec![rejects, report])
}

/// Writes the list of the records that end as `disposition`: held, or pulled.
///
/// # Errors
/// If the part's files cannot be read or the list not be written.
pub fn write_stopped(
    out: &Out,
    batch: &Batch<'_>,
    fates: &Fates<'_>,
    disposition: Disposition,
) -> Result<FileMark> {
    let path = out.stopped(batch.part(), disposition);
    out.publish(&path, |writer: &mut dyn Write| {
        let mut list = FaultList::new(writer)?;
        fates.for_each(out, batch, |_, _, fate| match fate {
            Fate::Stopped(row) if row.disposition() == disposition => {
                row.faults.iter().try_for_each(|fault| Ok(list.fault(fault)?))
            }
            _ => Ok(()),
        })?;
        list.finish()?;
        Ok(())
    })
}
