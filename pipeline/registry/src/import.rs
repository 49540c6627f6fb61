//! The import files of the registry: their columns, their rows, and every fault with its place.
//!
//! UTF-8 with or without BOM, comma, a head with exactly these names in any order:
//!
//! - `recipients.csv`: `recipient`, `identity_level` (0 to 3), `mailbox` (open or closed),
//!   `mailbox_id` (decimal)
//! - `links.csv`: `sender`, `pseudonym`, `recipient`
//! - `preferences.csv`: `recipient`, `sender`, `class` (or `*`), `wish` (paper, electronic or
//!   both), `selected` (true or false)
//!
//! - `people.csv` and `consents.csv`: see [`crate::person`] and [`crate::consent`]
//!
//! A file is taken whole or not at all. Parquet files with the same columns go the same way, row
//! by row, through [`Importer::row`].

use std::cmp::Ordering;
use std::fmt;
use std::io::Read;

use letter::{SenderId, Wish};
use thiserror::Error;

use crate::entry::{parse_key, Link, Preference, Recipient, IDENTITY_LEVEL_MAX};

/// What is wrong with one cell or row of an import file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFault {
    /// The line in a CSV file, the row in a Parquet file; both from 1.
    pub line: u64,
    /// The column; empty when the whole row is meant.
    pub column: &'static str,
    /// What was met and what is expected; keys only, never a name or an address.
    pub what: String,
}

impl fmt::Display for ImportFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            "" => write!(f, "line {}: {}", self.line, self.what),
            column => write!(f, "line {}, column {column}: {}", self.line, self.what),
        }
    }
}

/// Why an import file is not taken.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The bytes could not be read.
    #[error("the file cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// The head is not the one that the import needs.
    #[error("the head has {found:?}, expected {expected:?}")]
    Head {
        /// The columns met.
        found: Vec<String>,
        /// The columns expected.
        expected: &'static [&'static str],
    },
    /// Rows are faulty; nothing is taken.
    #[error("{count} faulty rows; {}", .faults.first().map_or(String::new(), ToString::to_string))]
    Rows {
        /// The first faults, at most [`FAULTS_MAX`], in the order of their lines.
        faults: Vec<ImportFault>,
        /// How many there are in all.
        count: u64,
    },
}

/// The most faults an import keeps: enough to mend by, few enough to read.
pub const FAULTS_MAX: usize = 100;

/// An order of entries.
pub type Order<T> = fn(&T, &T) -> Ordering;

/// A row of an import file.
pub trait Entry: Sized + 'static {
    /// The columns, in the order in which [`Entry::parse`] takes the cells.
    const COLUMNS: &'static [&'static str];

    /// Makes the entry of its cells, or names the column and what is wrong with it.
    ///
    /// # Errors
    /// If a cell does not have its form.
    fn parse(cells: &[&str]) -> Result<Self, (&'static str, String)>;

    /// The orders in which two neighbours must never be equal, with the column to blame.
    const UNIQUE: &'static [(&'static str, Order<Self>)];

    /// The order in which [`crate::snapshot_rows`] takes the entries.
    fn merge_order(&self, other: &Self) -> Ordering;
}

/// Collects the rows of one import file, from whatever form it has.
#[derive(Debug)]
pub struct Importer<T> {
    entries: Vec<(u64, T)>,
    faults: Vec<ImportFault>,
}

impl<T> Default for Importer<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), faults: Vec::new() }
    }
}

impl<T: Entry> Importer<T> {
    /// Takes the next row: its cells in the order of [`Entry::COLUMNS`].
    pub fn row(&mut self, line: u64, cells: &[&str]) {
        match T::parse(cells) {
            Ok(entry) => self.entries.push((line, entry)),
            Err((column, what)) => self.fault(line, column, what),
        }
    }

    /// Notes what is wrong with a row that has no cells to parse.
    pub fn fault(&mut self, line: u64, column: &'static str, what: String) {
        self.faults.push(ImportFault { line, column, what });
    }

    /// Refuses duplicates and returns the entries in merge order.
    ///
    /// # Errors
    /// [`ImportError::Rows`] if any row was faulty or is there twice.
    pub fn finish(mut self) -> Result<Vec<T>, ImportError> {
        for (column, order) in T::UNIQUE {
            self.refuse_twins(column, *order);
        }
        if self.faults.is_empty() {
            self.entries.sort_unstable_by(|(_, a), (_, b)| a.merge_order(b));
            return Ok(self.entries.into_iter().map(|(_, entry)| entry).collect());
        }
        let count = self.faults.len() as u64;
        self.faults.sort_by_key(|fault| fault.line);
        self.faults.truncate(FAULTS_MAX);
        Err(ImportError::Rows { faults: self.faults, count })
    }

    fn refuse_twins(&mut self, column: &'static str, order: Order<T>) {
        self.entries
            .sort_unstable_by(|(line_a, a), (line_b, b)| order(a, b).then(line_a.cmp(line_b)));
        for twins in self.entries.windows(2) {
            if let [(first, a), (line, b)] = twins {
                if order(a, b) == Ordering::Equal {
                    let what = format!("the same as in line {first}");
                    self.faults.push(ImportFault { line: *line, column, what });
                }
            }
        }
    }
}

impl Entry for Recipient {
    const COLUMNS: &'static [&'static str] =
        &["recipient", "identity_level", "mailbox", "mailbox_id"];

    fn parse(cells: &[&str]) -> Result<Self, (&'static str, String)> {
        let level = cells[1].parse().ok().filter(|&level| level <= IDENTITY_LEVEL_MAX);
        let mailbox_open = match cells[2] {
            "open" => true,
            "closed" => false,
            other => return Err(("mailbox", format!("{other:?} is neither open nor closed"))),
        };
        Ok(Self {
            id: key("recipient", cells[0])?,
            identity_level: level
                .ok_or_else(|| ("identity_level", format!("{:?} is not 0 to 3", cells[1])))?,
            mailbox_open,
            mailbox: cells[3]
                .parse()
                .map_err(|_| ("mailbox_id", format!("{:?} is not a number", cells[3])))?,
        })
    }

    const UNIQUE: &'static [(&'static str, Order<Self>)] =
        &[("recipient", Self::merge_order), ("mailbox_id", |a, b| a.mailbox.cmp(&b.mailbox))];

    fn merge_order(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id)
    }
}

impl Entry for Link {
    const COLUMNS: &'static [&'static str] = &["sender", "pseudonym", "recipient"];

    fn parse(cells: &[&str]) -> Result<Self, (&'static str, String)> {
        Ok(Self {
            sender: sender(cells[0])?,
            pseudonym: key("pseudonym", cells[1])?,
            recipient: key("recipient", cells[2])?,
        })
    }

    const UNIQUE: &'static [(&'static str, Order<Self>)] =
        &[("pseudonym", |a, b| (&a.sender, &a.pseudonym).cmp(&(&b.sender, &b.pseudonym)))];

    fn merge_order(&self, other: &Self) -> Ordering {
        (&self.recipient, &self.sender, &self.pseudonym).cmp(&(
            &other.recipient,
            &other.sender,
            &other.pseudonym,
        ))
    }
}

impl Entry for Preference {
    const COLUMNS: &'static [&'static str] = &["recipient", "sender", "class", "wish", "selected"];

    fn parse(cells: &[&str]) -> Result<Self, (&'static str, String)> {
        let wish = Wish::parse(cells[3])
            .ok_or_else(|| ("wish", format!("{:?} is not paper, electronic or both", cells[3])))?;
        let selected = match cells[4] {
            "true" => true,
            "false" => false,
            other => return Err(("selected", format!("{other:?} is neither true nor false"))),
        };
        Ok(Self {
            recipient: key("recipient", cells[0])?,
            sender: sender(cells[1])?,
            class: key("class", cells[2])?,
            wish,
            selected,
        })
    }

    const UNIQUE: &'static [(&'static str, Order<Self>)] = &[("class", Self::merge_order)];

    fn merge_order(&self, other: &Self) -> Ordering {
        (&self.recipient, &self.sender, &self.class).cmp(&(
            &other.recipient,
            &other.sender,
            &other.class,
        ))
    }
}

pub(crate) fn key(column: &'static str, text: &str) -> Result<Box<str>, (&'static str, String)> {
    parse_key(text).ok_or_else(|| (column, format!("{text:?} is not a key")))
}

pub(crate) fn sender(text: &str) -> Result<SenderId, (&'static str, String)> {
    SenderId::parse(text).ok_or_else(|| ("sender", format!("{text:?} is not a sender's id")))
}

/// Reads a file of any entries; the result is in merge order.
///
/// # Errors
/// If the file cannot be read or any row of it is faulty.
pub fn read_entries<T: Entry>(csv: impl Read) -> Result<Vec<T>, ImportError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv);
    let mut record = csv::ByteRecord::new();
    read_record(&mut reader, &mut record)?;
    let places = places::<T>(&record)?;
    let mut importer = Importer::default();
    while read_record(&mut reader, &mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        read_row(&mut importer, line, &record, &places);
    }
    importer.finish()
}

fn read_record(
    reader: &mut csv::Reader<impl Read>,
    record: &mut csv::ByteRecord,
) -> Result<bool, ImportError> {
    reader.read_byte_record(record).map_err(|error| ImportError::Read(error.into()))
}

/// Finds each of our columns in the head.
fn places<T: Entry>(head: &csv::ByteRecord) -> Result<Vec<usize>, ImportError> {
    let mut found: Vec<String> =
        head.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    if let Some(first) = found.first_mut() {
        if let Some(rest) = first.strip_prefix('\u{feff}') {
            *first = rest.to_owned();
        }
    }
    let places: Option<Vec<usize>> =
        T::COLUMNS.iter().map(|column| found.iter().position(|name| name == column)).collect();
    match places {
        Some(places) if found.len() == places.len() => Ok(places),
        _ => Err(ImportError::Head { found, expected: T::COLUMNS }),
    }
}

fn read_row<T: Entry>(
    importer: &mut Importer<T>,
    line: u64,
    record: &csv::ByteRecord,
    places: &[usize],
) {
    if record.len() != places.len() {
        let what = format!("{} columns, the head has {}", record.len(), places.len());
        return importer.fault(line, "", what);
    }
    let mut cells = [""; COLUMNS_MAX];
    for (i, &place) in places.iter().enumerate() {
        match std::str::from_utf8(&record[place]) {
            Ok(cell) => cells[i] = cell,
            Err(_) => return importer.fault(line, T::COLUMNS[i], "not UTF-8".to_owned()),
        }
    }
    importer.row(line, &cells[..places.len()]);
}

/// The columns of the widest file.
const COLUMNS_MAX: usize = 9;

#[cfg(test)]
mod tests;
