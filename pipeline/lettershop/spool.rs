//! The spool of a part: its records as bytes on disk, and what is kept of each one in memory.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use letter::record::Place;
use letter::RecordView;

/// What is kept of one row of the sender's file: where its record and its raw bytes lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// First byte of the record in the spool.
    pub offset: u64,
    /// Bytes of the record; 0 when the row has faults and there is no record.
    pub len: u32,
    /// Where the sender's own row lies.
    pub place: Place,
}

/// Bytes of a row in the rows file.
const ROW_LEN: usize = 8 + 4 + 8 + 8 + 4;

impl Row {
    fn to_bytes(self) -> [u8; ROW_LEN] {
        let mut bytes = [0; ROW_LEN];
        bytes[..8].copy_from_slice(&self.offset.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.len.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.place.line.to_le_bytes());
        bytes[20..28].copy_from_slice(&self.place.byte.to_le_bytes());
        bytes[28..].copy_from_slice(&self.place.raw_len.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; ROW_LEN]) -> Self {
        let u64_at = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("8 bytes"));
        let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("4 bytes"));
        let place = Place { line: u64_at(12), byte: u64_at(20), raw_len: u32_at(28) };
        Self { offset: u64_at(0), len: u32_at(8), place }
    }
}

/// Writes the rows file.
///
/// # Errors
/// What the writer returns.
pub fn write_rows(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    rows.iter().try_for_each(|row| out.write_all(&row.to_bytes()))
}

/// The records of one part, read by number or block by block.
#[derive(Debug)]
pub struct Spool {
    file: File,
    rows: Vec<Row>,
}

impl Spool {
    /// Opens the spool and reads its rows.
    ///
    /// # Errors
    /// If a file cannot be read, or the rows file is cut.
    pub fn open(records: &Path, rows: &Path) -> io::Result<Self> {
        let mut reader = BufReader::new(File::open(rows)?);
        let count = usize::try_from(reader.get_ref().metadata()?.len()).unwrap_or(0) / ROW_LEN;
        let mut all = Vec::with_capacity(count);
        let mut bytes = [0; ROW_LEN];
        for _ in 0..count {
            reader.read_exact(&mut bytes)?;
            all.push(Row::from_bytes(&bytes));
        }
        Ok(Self { file: File::open(records)?, rows: all })
    }

    /// Returns the rows in the sender's order; a record's number is its row's index.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Reads the bytes of rows `first..end` into `bytes`, which then holds them without a gap.
    ///
    /// # Errors
    /// If the spool cannot be read.
    pub fn read_rows(&self, rows: std::ops::Range<usize>, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.clear();
        let rows = &self.rows[rows];
        let Some(first) = rows.iter().find(|row| row.len > 0) else { return Ok(()) };
        let len: u64 = rows.iter().map(|row| u64::from(row.len)).sum();
        bytes.resize(usize::try_from(len).expect("a block fits in memory"), 0);
        self.file.read_exact_at(bytes, first.offset)
    }

    /// Reads one record into `bytes`.
    ///
    /// # Errors
    /// If the spool cannot be read.
    pub fn read(&self, record: u32, bytes: &mut Vec<u8>) -> io::Result<()> {
        let row = self.rows[record as usize];
        bytes.clear();
        bytes.resize(row.len as usize, 0);
        self.file.read_exact_at(bytes, row.offset)
    }

    /// Calls `each` with every record in the sender's order.
    ///
    /// # Errors
    /// If the spool cannot be read or is damaged, or `each` fails.
    pub fn for_each<E: From<io::Error>>(
        &self,
        mut each: impl FnMut(usize, RecordView<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut bytes = Vec::new();
        for start in (0..self.rows.len()).step_by(SCAN_ROWS) {
            let end = (start + SCAN_ROWS).min(self.rows.len());
            self.read_rows(start..end, &mut bytes)?;
            for (record, view) in self.views(start..end, &bytes) {
                each(record, view?)?;
            }
        }
        Ok(())
    }

    /// Returns the records of rows `range`, whose bytes [`Spool::read_rows`] has read.
    pub fn views<'a>(
        &'a self,
        range: std::ops::Range<usize>,
        bytes: &'a [u8],
    ) -> impl Iterator<Item = (usize, io::Result<RecordView<'a>>)> + 'a {
        let mut at = 0;
        range.filter(|&record| self.rows[record].len > 0).map(move |record| {
            let end = at + self.rows[record].len as usize;
            let view = view(&bytes[at..end]);
            at = end;
            (record, view)
        })
    }
}

/// Reads one record's bytes.
///
/// # Errors
/// If the spool is damaged.
pub fn view(bytes: &[u8]) -> io::Result<RecordView<'_>> {
    RecordView::parse(bytes)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the spool is damaged"))
}

/// Rows read at once when all are scanned.
const SCAN_ROWS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back() {
        let place = Place { line: 7, byte: 1 << 40, raw_len: 9 };
        let row = Row { offset: 1 << 35, len: 12, place };
        assert_eq!(Row::from_bytes(&row.to_bytes()), row);
    }
}
