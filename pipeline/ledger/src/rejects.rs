//! Reject list: the sender's own rows byte for byte, beside it the list of what is wrong with them.

use std::io::{self, Write};

use letter::cell::{push_text, BOM};
use letter::Fault;

/// The columns of a [`FaultList`].
pub const FAULT_COLUMNS: &str =
    "file,line,column,byte,code,japanese,english,fix_japanese,fix_english";

/// Writes `<batch>.rejects.csv`, which the sender mends and sends back.
#[derive(Debug)]
pub struct RejectList<W> {
    out: W,
    line_ending: Vec<u8>,
    rows: u64,
}

impl<W: Write> RejectList<W> {
    /// Starts a list with `head`, the bytes of the sender's file before its first record (byte
    /// order mark and heading with its line end; empty when it has neither).
    ///
    /// `line_ending` follows every row, in the sender's encoding (UTF-16 has `0D 00 0A 00`); it is
    /// empty for fixed records without line ends.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(mut out: W, head: &[u8], line_ending: &[u8]) -> io::Result<Self> {
        out.write_all(head)?;
        Ok(Self { out, line_ending: line_ending.to_vec(), rows: 0 })
    }

    /// Writes one row as the sender wrote it, without its line end.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn row(&mut self, raw: &[u8]) -> io::Result<()> {
        self.out.write_all(raw)?;
        self.out.write_all(&self.line_ending)?;
        self.rows += 1;
        Ok(())
    }

    /// Flushes the list and returns the output and the number of rows.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        self.out.flush()?;
        Ok((self.out, self.rows))
    }
}

/// Writes a whole reject list and returns the number of its rows; see [`RejectList`].
///
/// # Errors
/// Those of `out`.
pub fn write_rejects<R: AsRef<[u8]>>(
    out: impl Write,
    head: &[u8],
    line_ending: &[u8],
    rows: impl IntoIterator<Item = R>,
) -> io::Result<u64> {
    let mut list = RejectList::new(out, head, line_ending)?;
    for row in rows {
        list.row(row.as_ref())?;
    }
    Ok(list.finish()?.1)
}

/// Writes `<batch>.rejects.report.csv` and `<batch>.held.csv`: a fault a row, UTF-8 with byte order
/// mark, safe to open in a spreadsheet.
#[derive(Debug)]
pub struct FaultList<W> {
    out: W,
    row: Vec<u8>,
    rows: u64,
}

impl<W: Write> FaultList<W> {
    /// Starts a list with its heading.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(BOM)?;
        out.write_all(FAULT_COLUMNS.as_bytes())?;
        out.write_all(b"\r\n")?;
        Ok(Self { out, row: Vec::new(), rows: 0 })
    }

    /// Writes one fault.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn fault(&mut self, fault: &Fault) -> io::Result<()> {
        let (origin, reason) = (&fault.origin, &fault.reason);
        let row = &mut self.row;
        row.clear();
        push_text(row, &origin.file);
        row.push(b',');
        push_number(row, origin.line);
        row.push(b',');
        push_text(row, &origin.column);
        row.push(b',');
        push_number(row, origin.byte);
        let (japanese, english) = (reason.japanese(), reason.english());
        let fixes = [reason.fix_japanese(), reason.fix_english()];
        for text in [reason.code(), &japanese, &english].into_iter().chain(fixes) {
            row.push(b',');
            push_text(row, text);
        }
        row.extend_from_slice(b"\r\n");
        self.rows += 1;
        self.out.write_all(row)
    }

    /// Flushes the list and returns the output and the number of faults.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        self.out.flush()?;
        Ok((self.out, self.rows))
    }
}

/// Writes a whole fault list and returns the number of its rows; see [`FaultList`].
///
/// # Errors
/// Those of `out`.
pub fn write_faults<'a>(
    out: impl Write,
    faults: impl IntoIterator<Item = &'a Fault>,
) -> io::Result<u64> {
    let mut list = FaultList::new(out)?;
    for fault in faults {
        list.fault(fault)?;
    }
    Ok(list.finish()?.1)
}

fn push_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Returns the place of every row of a fault list: its file and its byte.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] if the bytes are no fault list.
pub fn places(list: &[u8]) -> io::Result<Vec<(String, u64)>> {
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "not a list of faults");
    let text = list.strip_prefix(BOM).and_then(|list| std::str::from_utf8(list).ok());
    let rows = text.and_then(|text| text.strip_prefix(FAULT_COLUMNS)).ok_or_else(damaged)?;
    let mut cells = Cells(rows.strip_prefix("\r\n").ok_or_else(damaged)?);
    let mut places = Vec::new();
    while !cells.0.is_empty() {
        let row: Vec<String> = (0..FAULT_COLUMNS.split(',').count())
            .map(|_| cells.next().ok_or_else(damaged))
            .collect::<io::Result<_>>()?;
        places.push((row[0].clone(), row[3].parse().map_err(|_| damaged())?));
    }
    Ok(places)
}

/// The cells of a list that [`FaultList`] wrote, one after the other.
struct Cells<'a>(&'a str);

impl Iterator for Cells<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let mut cell = String::new();
        if let Some(mut rest) = self.0.strip_prefix('"') {
            loop {
                let (before, after) = rest.split_once('"')?;
                cell.push_str(before);
                rest = after;
                match rest.strip_prefix('"') {
                    Some(more) => {
                        cell.push('"');
                        rest = more;
                    }
                    None => break,
                }
            }
            self.0 = rest;
        } else {
            let end = self.0.find([',', '\r'])?;
            cell.push_str(&self.0[..end]);
            self.0 = &self.0[end..];
        }
        self.0 = self.0.strip_prefix(',').or_else(|| self.0.strip_prefix("\r\n"))?;
        Some(cell)
    }
}

#[cfg(test)]
mod tests {
    use letter::{Origin, Reason};

    use super::*;

    #[test]
    fn rows_go_back_byte_for_byte_whatever_they_hold() {
        let cp932: &[u8] = b"\x8e\x81\x96\xbc,\xfa\xb1\x82 \"x\"";
        let mut out = Vec::new();
        let rows = write_rejects(&mut out, b"key,name\r\n", b"\r\n", [cp932, b"=1,\xff\x00"])
            .expect("memory takes all");
        assert_eq!(rows, 2);
        assert_eq!(out, [b"key,name\r\n", cp932, b"\r\n=1,\xff\x00\r\n"].concat());
    }

    #[test]
    fn fixed_records_without_line_ends_follow_each_other() {
        let mut out = Vec::new();
        write_rejects(&mut out, b"", b"", [b"0001AAAA", b"0002BBBB"]).expect("memory takes all");
        assert_eq!(out, b"0001AAAA0002BBBB");
    }

    #[test]
    fn a_fault_is_one_row_with_its_place_and_both_fixes() {
        let origin = Origin {
            file: "recipients.csv".into(),
            line: 12,
            column: "発行日".into(),
            byte: 3_456,
        };
        let reason =
            Reason::BadDate { field: "issued".into(), value: "=HYPERLINK(\"x\")\n,1".into() };
        let mut out = Vec::new();
        write_faults(&mut out, [&Fault { origin, reason }]).expect("memory takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        let expected = "\u{FEFF}file,line,column,byte,code,japanese,english,fix_japanese,fix_english\r\n\
            \"recipients.csv\",12,\"発行日\",3456,\"bad-date\",\
            \"項目「issued」の日付「=HYPERLINK(\"\"x\"\")␊,1」を読めません\",\
            \"field issued holds \"\"=HYPERLINK(\\\"\"x\\\"\")\\n,1\"\", \
            which is not a date of the agreed style\",\
            \"取り決めた形式の実在する日付にしてください\",\"write a real day in the agreed style\"\r\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_column_named_as_a_formula_is_neutralised() {
        let origin = Origin { file: "+cmd.csv".into(), line: 1, column: "＝1".into(), byte: 0 };
        let mut out = Vec::new();
        write_faults(&mut out, [&Fault { origin, reason: Reason::BrokenQuote }])
            .expect("memory takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(text.contains("\"'+cmd.csv\",1,\"'＝1\",0,"), "{text}");
    }
}
