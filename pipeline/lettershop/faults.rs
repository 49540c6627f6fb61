//! Rows that stop: what is wrong with each, a line of JSON a row, in the order of the records.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Lines, Write};
use std::iter::Peekable;
use std::path::Path;

use anyhow::{Context, Result};
use letter::{Disposition, Fault, Reason};
use serde::{Deserialize, Serialize};

/// What is wrong with one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFaults {
    /// The record's number.
    pub record: u32,
    /// The sender's key, empty when it could not be read.
    pub key: String,
    /// All that is wrong; at least one.
    pub faults: Vec<Fault>,
}

impl RowFaults {
    /// Returns the fault that decides: the first that sets the record aside, else the first.
    pub fn deciding(&self) -> &Reason {
        let sets_aside = |fault: &&Fault| fault.reason.disposition() == Disposition::SetAside;
        let first = self.faults.iter().find(sets_aside).or(self.faults.first());
        &first.expect("a row that stops has a fault").reason
    }

    /// Returns what becomes of the record.
    pub fn disposition(&self) -> Disposition {
        self.deciding().disposition()
    }
}

/// Appends rows.
///
/// # Errors
/// What the writer returns.
pub fn write(out: &mut dyn Write, rows: &[RowFaults]) -> io::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut *out, row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The rows of several files as one stream in the order of the records; no record is in two files.
pub struct FaultStream {
    files: Vec<Peekable<Rows>>,
}

impl FaultStream {
    /// Opens the files.
    ///
    /// # Errors
    /// If one cannot be opened.
    pub fn open(paths: &[&Path]) -> Result<Self> {
        let open = |path: &&Path| {
            let file = File::open(path).with_context(|| format!("reading {}", path.display()))?;
            Ok(Rows(BufReader::new(file).lines()).peekable())
        };
        Ok(Self { files: paths.iter().map(open).collect::<Result<_>>()? })
    }
}

impl Iterator for FaultStream {
    type Item = Result<RowFaults>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = |file: &mut Peekable<Rows>| match file.peek() {
            None => u64::MAX,
            Some(Ok(row)) => u64::from(row.record),
            Some(Err(_)) => 0,
        };
        let records: Vec<u64> = self.files.iter_mut().map(next).collect();
        let first = (0..records.len()).min_by_key(|&file| records[file])?;
        self.files[first].next()
    }
}

struct Rows(Lines<BufReader<File>>);

impl Iterator for Rows {
    type Item = Result<RowFaults>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.0.next()?;
        Some(
            line.context("reading faults").and_then(|line| {
                serde_json::from_str(&line).context("a list of faults is damaged")
            }),
        )
    }
}
