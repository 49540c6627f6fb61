//! 郵便番号データ (yūbin bangō dēta): the post office's own files become a dictionary.
//!
//! Three formats, told apart by what is inside (facts §2.1 and §2.2):
//!
//! - `KEN_ALL.CSV`: CP932, 15 columns; a long town goes over several rows, of which the first has
//!   an unclosed `（`;
//! - `utf_ken_all.csv`: UTF-8, 15 columns, one row a record;
//! - `JIGYOSYO.CSV`: CP932, 13 columns, the offices with codes of their own.
//!
//! Kana readings, marks of change and JIGYOSYO's 複数番号 are not taken over. Texts are kept as the
//! post office writes them, except that the wave dash and the minus sign always become the
//! characters that CP932 decodes to, and ASCII in notes and in offices' streets is in half width.

mod town;

use encoding_rs::SHIFT_JIS;

use crate::dictionary::{Dictionary, Flags, Kind};
use crate::entry::Entry;

pub use town::{read_town, Town};

/// Why a file of the post office cannot be taken over; lines are counted from 1, columns from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The month is not of the form `2026-10`.
    #[error("month {found:?} is not written like 2026-10")]
    Month {
        /// The text met.
        found: String,
    },
    /// The file is empty.
    #[error("file of postal codes is empty")]
    Empty,
    /// The bytes are text neither of UTF-8 nor of CP932.
    #[error("line {line}: bytes are neither UTF-8 nor CP932")]
    Undecodable {
        /// The physical line.
        line: u64,
    },
    /// The file is no CSV, or a row has another number of columns than its format.
    #[error("line {line}: {found} columns, expected 15 (KEN_ALL) or 13 (JIGYOSYO) throughout")]
    Columns {
        /// The physical line.
        line: u64,
        /// The columns met.
        found: usize,
    },
    /// A value is not what its column holds.
    #[error("line {line}, column {column}: {found:?} is not {expected}")]
    Value {
        /// The physical line.
        line: u64,
        /// The column, from 1.
        column: usize,
        /// The text met.
        found: String,
        /// What the column holds.
        expected: &'static str,
    },
    /// A town's bracket is never closed.
    #[error("line {line}, column 9: the bracket of {found:?} is never closed")]
    OpenBracket {
        /// The physical line of the first row of the town.
        line: u64,
        /// The town's text so far.
        found: String,
    },
    /// Neither the files nor the dictionary before them have towns.
    #[error("no file with towns (KEN_ALL.CSV or utf_ken_all.csv)")]
    NoTowns,
    /// There are more municipalities than the dictionary's file can number.
    #[error("{found} municipalities, the limit is 65536")]
    TooManyCities {
        /// The municipalities met.
        found: usize,
    },
}

/// What a file was recognised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `KEN_ALL.CSV`, CP932.
    KenAll,
    /// `utf_ken_all.csv`, UTF-8.
    UtfKenAll,
    /// `JIGYOSYO.CSV`, the offices.
    Jigyosyo,
}

/// Collects the post office's files into a dictionary.
#[derive(Debug)]
pub struct Import {
    month: String,
    towns: Option<Vec<Entry>>,
    offices: Option<Vec<Entry>>,
}

impl Import {
    /// Starts an import of the data of a month, `2026-10`; the files do not name it.
    ///
    /// # Errors
    /// [`ImportError::Month`].
    pub fn new(month: &str) -> Result<Self, ImportError> {
        let is_month = month.len() == 7
            && month.bytes().enumerate().all(|(at, b)| match at {
                4 => b == b'-',
                _ => b.is_ascii_digit(),
            })
            && matches!(month[5..].parse(), Ok(1..=12));
        if !is_month {
            return Err(ImportError::Month { found: month.to_owned() });
        }
        Ok(Self { month: month.to_owned(), towns: None, offices: None })
    }

    /// Makes the dictionary of whole files.
    ///
    /// # Errors
    /// Those of [`Import::new`], [`Import::add`] and [`Import::finish`].
    pub fn from_files(month: &str, files: &[&[u8]]) -> Result<Dictionary, ImportError> {
        let mut import = Self::new(month)?;
        for file in files {
            import.add(file)?;
        }
        import.finish(None)
    }

    /// Reads one file, in place of any earlier one of the same kind.
    ///
    /// # Errors
    /// With line and column if the file is none of the three formats or is damaged.
    pub fn add(&mut self, file: &[u8]) -> Result<Format, ImportError> {
        let (text, is_utf8) = decode(file)?;
        let rows = rows(&text)?;
        let first = rows.first().ok_or(ImportError::Empty)?;
        let columns = first.cells.len();
        if columns != KEN_ALL_COLUMNS && columns != JIGYOSYO_COLUMNS {
            return Err(ImportError::Columns { line: first.line, found: columns });
        }
        if let Some(odd) = rows.iter().find(|row| row.cells.len() != columns) {
            return Err(ImportError::Columns { line: odd.line, found: odd.cells.len() });
        }
        if columns == JIGYOSYO_COLUMNS {
            self.offices = Some(rows.iter().map(office).collect::<Result<_, _>>()?);
            return Ok(Format::Jigyosyo);
        }
        self.towns = Some(towns(&rows)?);
        Ok(if is_utf8 { Format::UtfKenAll } else { Format::KenAll })
    }

    /// Makes the dictionary; what no file brought is taken from the dictionary before.
    ///
    /// # Errors
    /// [`ImportError::NoTowns`], [`ImportError::TooManyCities`].
    pub fn finish(self, before: Option<&Dictionary>) -> Result<Dictionary, ImportError> {
        let kept = |is_office: bool| {
            let rows = 0..before.map_or(0, Dictionary::place_count);
            rows.filter_map(|row| before.map(|before| before.entry(row)))
                .filter(|entry| entry.kind.is_office() == is_office)
                .collect()
        };
        let mut entries: Vec<Entry> = self.towns.unwrap_or_else(|| kept(false));
        if entries.is_empty() {
            return Err(ImportError::NoTowns);
        }
        entries.extend(self.offices.unwrap_or_else(|| kept(true)));
        let mut cities: Vec<_> =
            entries.iter().map(|e| (e.jis_code, &e.prefecture, &e.city)).collect();
        cities.sort();
        cities.dedup();
        if cities.len() > CITIES_MAX {
            return Err(ImportError::TooManyCities { found: cities.len() });
        }
        Ok(Dictionary::from_entries(self.month, entries))
    }
}

impl Kind {
    /// Returns whether the row is of an office and not of a town.
    pub fn is_office(self) -> bool {
        matches!(self, Self::Office | Self::PoBox)
    }
}

/// One row of a file with its line.
struct Row {
    line: u64,
    cells: Vec<String>,
}

impl Row {
    /// Returns a cell by its column, from 1.
    fn cell(&self, column: usize) -> &str {
        &self.cells[column - 1]
    }

    fn fault(&self, column: usize, expected: &'static str) -> ImportError {
        let found = self.cell(column).to_owned();
        ImportError::Value { line: self.line, column, found, expected }
    }

    fn number(&self, column: usize, digits: usize) -> Result<u32, ImportError> {
        let text = self.cell(column);
        let is_number = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(number) if is_number => Ok(number),
            _ => Err(self.fault(column, "a number of the right length")),
        }
    }

    fn flag(&self, column: usize) -> Result<bool, ImportError> {
        match self.cell(column) {
            "0" => Ok(false),
            "1" => Ok(true),
            _ => Err(self.fault(column, "0 or 1")),
        }
    }

    fn name(&self, column: usize) -> Result<String, ImportError> {
        match self.cell(column) {
            "" => Err(self.fault(column, "a name")),
            name => Ok(name.to_owned()),
        }
    }

    fn old_code_is_long(&self, column: usize) -> Result<bool, ImportError> {
        match self.cell(column).trim_end().len() {
            3 => Ok(false),
            5 => Ok(true),
            _ => Err(self.fault(column, "an old code of three or five digits")),
        }
    }
}

/// Returns the text of a file with one writing of the wave dash and the minus sign, and whether it
/// is UTF-8.
fn decode(file: &[u8]) -> Result<(String, bool), ImportError> {
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    if let Ok(text) = std::str::from_utf8(file) {
        return Ok((text.replace('〜', "～").replace('−', "－"), true));
    }
    let (text, damaged) = SHIFT_JIS.decode_without_bom_handling(file);
    if !damaged {
        return Ok((text.into_owned(), false));
    }
    let is_damaged = |line: &[u8]| SHIFT_JIS.decode_without_bom_handling(line).1;
    let line = file.split(|&b| b == b'\n').position(is_damaged).unwrap_or(0);
    Err(ImportError::Undecodable { line: line as u64 + 1 })
}

fn rows(text: &str) -> Result<Vec<Row>, ImportError> {
    // The csv crate counts a line at its LF but ends a record at its CR.
    let text = text.replace("\r\n", "\n");
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut rows = Vec::new();
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(rows),
            Err(_) => return Err(ImportError::Columns { line, found: record.len() }),
        }
        let line = record.position().map_or(line, csv::Position::line);
        rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
    }
}

/// Reads the rows of KEN_ALL, joining those over which one town goes.
fn towns(rows: &[Row]) -> Result<Vec<Entry>, ImportError> {
    let mut entries = Vec::with_capacity(rows.len());
    let mut rest = rows.iter();
    while let Some(row) = rest.next() {
        let mut text = row.name(9)?;
        while text.matches('（').count() > text.matches('）').count() {
            match rest.next() {
                Some(next) if next.cell(3) == row.cell(3) => text.push_str(next.cell(9)),
                _ => return Err(ImportError::OpenBracket { line: row.line, found: text }),
            }
        }
        entries.push(town_entry(row, &text)?);
    }
    Ok(entries)
}

fn town_entry(row: &Row, text: &str) -> Result<Entry, ImportError> {
    let city = row.name(8)?;
    let Town { kind, town, note } = read_town(text, &city);
    Ok(Entry {
        code: row.number(3, 7)?,
        kind,
        jis_code: row.number(1, 5)?,
        prefecture: row.name(7)?,
        city,
        town,
        note,
        flags: Flags {
            town_has_more_codes: row.flag(10)?,
            lots_by_hamlet: row.flag(11)?,
            has_chome: row.flag(12)?,
            code_has_more_towns: row.flag(13)?,
        },
        old_code_is_long: row.old_code_is_long(2)?,
        name: String::new(),
        street: String::new(),
        post_office: String::new(),
    })
}

fn office(row: &Row) -> Result<Entry, ImportError> {
    let kind = match row.cell(11) {
        "0" => Kind::Office,
        "1" => Kind::PoBox,
        _ => return Err(row.fault(11, "0 or 1")),
    };
    Ok(Entry {
        code: row.number(8, 7)?,
        kind,
        jis_code: row.number(1, 5)?,
        prefecture: row.name(4)?,
        city: row.name(5)?,
        town: row.cell(6).to_owned(),
        note: String::new(),
        flags: Flags::default(),
        old_code_is_long: row.old_code_is_long(9)?,
        name: row.name(3)?,
        street: town::half_width(row.cell(7)),
        post_office: row.cell(10).to_owned(),
    })
}

const KEN_ALL_COLUMNS: usize = 15;
const JIGYOSYO_COLUMNS: usize = 13;
/// The dictionary's file numbers municipalities in 16 bits.
const CITIES_MAX: usize = 1 << 16;
