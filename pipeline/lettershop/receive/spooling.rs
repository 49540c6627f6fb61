//! Decoding a drop's rows into the part's spool.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use intake::layout::Layout;
use intake::{Decoder, Manifest, Names, Row, RowOutcome, Totals};
use letter::{Fault, Origin, Reason};
use runner::FileMark;

use super::Trouble;
use crate::batch::{RAW, ROWS, SPOOL};
use crate::fates::RECEIVE_FAULTS;
use crate::faults::{self, RowFaults};
use crate::out::Out;
use crate::spool;

/// Rows decoded at once.
const BLOCK_ROWS: usize = 1024;

/// What is decoded, and where to.
pub struct Spooling<'s> {
    /// Where the night writes.
    pub out: &'s Out,
    /// The part's folder.
    pub folder: &'s Path,
    /// How the sender writes.
    pub layout: &'s Layout,
    /// The name of the member with the rows.
    pub member: &'s str,
    /// The table rows' file when it is not in the folder.
    pub lines: Option<&'s Path>,
    /// Keys of earlier parts that went on, sorted.
    pub accepted: Vec<u128>,
}

/// What decoding left.
pub struct Spooled {
    /// The files.
    pub files: Vec<FileMark>,
    /// Rows, sound or not.
    pub rows: u32,
    /// Table rows that belong to no record.
    pub orphans: Vec<Fault>,
    /// Records that were decoded and stop nevertheless.
    pub stopped: Vec<u32>,
}

/// What grows while rows are decoded.
#[derive(Default)]
struct Growing {
    rows: Vec<spool::Row>,
    keys: Vec<(u128, u32)>,
    faulty: Vec<RowFaults>,
    offset: u64,
}

impl Spooling<'_> {
    /// Decodes all rows, and checks their count and sum.
    pub fn run(&self, manifest: Option<&Manifest>) -> Result<Spooled, Trouble> {
        let mut growing = Growing::default();
        let mut totals = Err(Trouble::Machine(anyhow::anyhow!("nothing was decoded")));
        let records = self.out.publish(&self.folder.join(SPOOL), |writer| {
            totals = self.decode(writer, &mut growing);
            Ok(())
        })?;
        let totals = totals?;
        if let Some(manifest) = manifest {
            manifest.check_totals(&totals)?;
        }
        let stopped = self.stop_repeated(&mut growing);
        growing.faulty.sort_by_key(|row| row.record);
        let rows = self.out.publish(&self.folder.join(ROWS), |writer| {
            Ok(spool::write_rows(&mut BufWriter::new(writer), &growing.rows)?)
        })?;
        let faults = self.out.publish(&self.folder.join(RECEIVE_FAULTS), |writer| {
            Ok(faults::write(writer, &growing.faulty)?)
        })?;
        Ok(Spooled {
            files: vec![records, rows, faults],
            rows: growing.rows.len() as u32,
            orphans: totals.orphans.first,
            stopped,
        })
    }

    fn decode(&self, writer: &mut dyn Write, growing: &mut Growing) -> Result<Totals, Trouble> {
        let open = |path: &Path| -> Result<BufReader<File>, Trouble> {
            let file = File::open(path).with_context(|| format!("reading {}", path.display()))?;
            Ok(BufReader::with_capacity(1 << 20, file))
        };
        let raw = open(&self.folder.join(RAW))?;
        let own_lines = self.folder.join(super::LINES);
        let lines = match self.lines {
            Some(path) => Some(open(path)?),
            None if own_lines.exists() => Some(open(&own_lines)?),
            None => None,
        };
        let names = Names { recipients: self.member.to_owned(), ..Names::default() };
        let mut decoder = Decoder::new(self.layout, raw, lines, names)?;
        let (mut records, mut rows) = (Vec::new(), Vec::new());
        while decoder.next_block(BLOCK_ROWS, &mut records, &mut rows)? {
            growing.add(&mut rows);
            writer.write_all(&records)?;
            growing.offset += records.len() as u64;
            records.clear();
        }
        Ok(decoder.finish()?)
    }

    /// Stops every record whose key was met before, in this part or in an earlier one.
    fn stop_repeated(&self, growing: &mut Growing) -> Vec<u32> {
        growing.keys.sort_unstable();
        let mut stopped = Vec::new();
        let mut first = None;
        for &(key, record) in &growing.keys {
            let first_line = match first {
                Some((known, line)) if known == key => line,
                _ if self.accepted.binary_search(&key).is_ok() => 0,
                _ => {
                    first = Some((key, growing.rows[record as usize].place.line));
                    continue;
                }
            };
            stopped.push((record, first_line));
        }
        stopped.sort_unstable();
        for &(record, first_line) in &stopped {
            let place = growing.rows[record as usize].place;
            let origin = Origin {
                file: self.member.to_owned(),
                line: place.line,
                column: String::new(),
                byte: place.byte,
            };
            let reason = Reason::DuplicateKey { first_line };
            let faults = vec![Fault { origin, reason }];
            growing.faulty.push(RowFaults { record, key: String::new(), faults });
        }
        stopped.into_iter().map(|(record, _)| record).collect()
    }
}

impl Growing {
    fn add(&mut self, rows: &mut Vec<Row>) {
        for row in rows.drain(..) {
            let record = self.rows.len() as u32;
            let mut kept = spool::Row { place: row.place, ..spool::Row::default() };
            match row.outcome {
                RowOutcome::Record { offset_in_spool, len } => {
                    kept.offset = self.offset + offset_in_spool as u64;
                    kept.len = len as u32;
                    self.keys.extend(row.key.map(|key| (key.0, record)));
                }
                RowOutcome::Faults(faults) => {
                    self.faulty.push(RowFaults { record, key: String::new(), faults });
                }
            }
            self.rows.push(kept);
        }
    }
}
