//! CSV (RFC 4180) in a municipality's encoding, one row an application, and back.

use letter::cell::{is_formula, BOM};

use super::carrier::{Carrier, Uncarried, Why, Written};
use super::charset::{Charset, Encoding};
use super::{sorted, Back, Filing};

/// When a cell is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Quote {
    Always,
    Needed,
}

/// What becomes of a cell that a spreadsheet could take for a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Formulas {
    /// An apostrophe in front; one in front of a value's own first apostrophe as well, so that
    /// taking one off gives the value again.
    Apostrophe,
    AsIs,
}

#[derive(Clone, Debug)]
pub(super) struct Csv {
    pub charset: Charset,
    pub line_end: &'static str,
    pub quote: Quote,
    pub formulas: Formulas,
    pub delimiter: char,
    pub header: bool,
    pub columns: Vec<Carrier>,
}

impl Csv {
    pub fn begin(&self, out: &mut Vec<u8>) {
        if self.charset.encoding == Encoding::Utf8Bom {
            out.extend_from_slice(BOM);
        }
        if self.header {
            for (at, column) in self.columns.iter().enumerate() {
                self.cell(out, at, &column.name);
            }
            out.extend_from_slice(self.line_end.as_bytes());
        }
    }

    pub fn convert(
        &self,
        filing: &Filing<'_>,
        written: &mut Written,
        out: &mut Vec<u8>,
    ) -> Result<(), Uncarried> {
        for (at, column) in self.columns.iter().enumerate() {
            let text = column.text(filing, 0)?;
            if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                return Err(column.uncarried(0, Why::ControlCharacter));
            }
            let fitted = self.charset.fit(&text);
            let (text, lost) = fitted.ok_or_else(|| column.uncarried(0, Why::OutsideEncoding))?;
            let guarded = self.formulas == Formulas::Apostrophe
                && (text.starts_with('\'') || is_formula(&text));
            match guarded {
                true => self.cell(out, at, &format!("'{text}")),
                false => self.cell(out, at, &text),
            }
            written.note(filing, column, 0, lost);
        }
        out.extend_from_slice(self.line_end.as_bytes());
        Ok(())
    }

    fn cell(&self, out: &mut Vec<u8>, at: usize, text: &str) {
        if at > 0 {
            out.push(self.delimiter as u8);
        }
        let special = |c: char| c == self.delimiter || matches!(c, '"' | '\n' | '\r');
        let blank_end = text.starts_with(' ') || text.ends_with(' ');
        if self.quote == Quote::Needed && !blank_end && !text.contains(special) {
            self.charset.push(out, text);
            return;
        }
        out.push(b'"');
        match text.contains('"') {
            true => self.charset.push(out, &text.replace('"', "\"\"")),
            false => self.charset.push(out, text),
        }
        out.push(b'"');
    }

    pub fn is_styled(&self, path: &str) -> bool {
        self.columns.iter().any(|column| column.path() == Some(path) && column.date.is_some())
    }

    pub fn read_back(&self, file: &[u8]) -> Option<Vec<Back>> {
        let text = self.charset.decode(file)?;
        let mut rows = rows(&text, self.delimiter, self.line_end)?.into_iter();
        if self.header {
            let head = rows.next()?;
            if !head.iter().eq(self.columns.iter().map(|column| &column.name)) {
                return None;
            }
        }
        rows.map(|row| self.back(&row)).collect()
    }

    fn back(&self, row: &[String]) -> Option<Back> {
        if row.len() != self.columns.len() {
            return None;
        }
        let (mut receipt, mut fields) = (None, Vec::new());
        for (column, cell) in self.columns.iter().zip(row) {
            let cell = match self.formulas {
                Formulas::Apostrophe => cell.strip_prefix('\'').unwrap_or(cell),
                Formulas::AsIs => cell,
            };
            if column.is_receipt() {
                receipt = Some(cell.to_owned());
            }
            if !cell.is_empty() && column.path().is_some() {
                fields.push(column.back(cell, 0)?);
            }
        }
        Some(Back { receipt, form: sorted(fields) })
    }
}

/// Splits a file into rows of cells; `None` if quotes or line ends are not those of the format.
fn rows(text: &str, delimiter: char, line_end: &str) -> Option<Vec<Vec<String>>> {
    let (mut rows, mut row, mut rest) = (Vec::new(), Vec::new(), text);
    while !rest.is_empty() {
        let cell = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (cell, after) = quoted_cell(quoted)?;
                rest = after;
                cell
            }
            None => {
                let end = rest.find([delimiter, '\r', '\n', '"']).unwrap_or(rest.len());
                let (cell, after) = rest.split_at(end);
                rest = after;
                cell.to_owned()
            }
        };
        row.push(cell);
        match rest.strip_prefix(line_end) {
            Some(after) => {
                rows.push(std::mem::take(&mut row));
                rest = after;
            }
            None => {
                rest = rest.strip_prefix(delimiter)?;
                if rest.is_empty() {
                    return None;
                }
            }
        }
    }
    row.is_empty().then_some(rows)
}

fn quoted_cell(mut rest: &str) -> Option<(String, &str)> {
    let mut cell = String::new();
    loop {
        let end = rest.find('"')?;
        cell.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                cell.push('"');
                rest = after;
            }
            None => return Some((cell, rest)),
        }
    }
}
