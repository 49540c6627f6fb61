//! Rows of a drop as records in blocks, in bounded memory, every fault with its place.

mod charset;
mod day;
mod field;
mod frame;
mod head;
mod kana;
mod number;
mod source;
mod split;
mod table;
mod totals;

use std::io::{self, BufRead, Seek};

use letter::record::Place;
use letter::{Fault, Origin, Reason, RecordBuilder, Refusal};
use sha2::{Digest, Sha256};

use crate::layout::{Cell, Charset, Column, Layout, Trailer, TrailerPlace};
use crate::{manifest, refusal};
pub(crate) use charset::Coding;
use field::{FieldReader, FieldTrouble};
use frame::{Frame, Frames};
use table::Table;

pub use frame::{QUOTE_SEARCH_BYTES_MAX, ROW_LINES_MAX};
pub use source::ROW_BYTES_MAX;
pub use table::{Orphans, ORPHANS_SHOWN_MAX, TABLE_ROWS_MAX};
pub use totals::{Totals, TrailerFigures};

/// The type of the absent lines: `Decoder::new(layout, recipients, None::<NoLines>, …)`.
pub type NoLines = io::Empty;

/// A record key, as the first 128 bits of SHA-256 over its text (UTF-8, blanks at its end cut).
///
/// Two of ten million different keys share a hash with a chance of 1.5 in 10²⁵, and nobody can
/// choose keys that do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyHash(pub u128);

impl KeyHash {
    /// Returns the hash of a key as the record stores it.
    pub fn of(key: &str) -> Self {
        let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        Self(u128::from_be_bytes(digest[..16].try_into().expect("16 of 32 bytes")))
    }
}

/// What the members are called in the places of faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The member with the records.
    pub recipients: String,
    /// The member with the table rows.
    pub lines: String,
}

impl Default for Names {
    fn default() -> Self {
        let recipients = manifest::RECIPIENTS[0].to_owned();
        Self { recipients, lines: manifest::LINES.to_owned() }
    }
}

/// One row of the sender's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where the sender's own bytes lie.
    pub place: Place,
    /// The record's key; of a row with faults as far as it can be found.
    pub key: Option<KeyHash>,
    /// What became of it.
    pub outcome: RowOutcome,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    /// A record, encoded for [`letter::RecordView`].
    Record {
        /// Where it begins in the spool.
        offset_in_spool: usize,
        /// Its bytes.
        len: usize,
    },
    /// All that is wrong with it; at least one.
    Faults(Vec<Fault>),
}

/// Why a file cannot be decoded any further.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The drop's fault, in its head or its members.
    #[error("{}", .0.english)]
    Refusal(Refusal),
    /// The machine's trouble: try again later.
    #[error("the member cannot be read")]
    Io(#[from] io::Error),
}

/// Reads the records of one drop.
#[derive(Debug)]
pub struct Decoder<'l, R, L> {
    layout: &'l Layout,
    names: Names,
    frames: Frames<R>,
    reader: FieldReader<'l>,
    /// The place of each column of the layout within a row.
    places: Vec<usize>,
    table: Option<Table<'l, L>>,
    builder: RecordBuilder,
    cells: RecordBuilder,
    totals: Totals,
    /// The row in view.
    last: Place,
    ended: bool,
}

impl<'l, R: BufRead, L: BufRead + Seek> Decoder<'l, R, L> {
    /// Reads the heads, and notes where the table rows of each record stand.
    ///
    /// # Errors
    /// Refused if a head cannot be read or does not have exactly the layout's columns, and if
    /// `lines` are missing or not agreed.
    pub fn new(
        layout: &'l Layout,
        recipients: R,
        lines: Option<L>,
        names: Names,
    ) -> Result<Self, DecodeError> {
        let file = &names.recipients;
        let begun = Frames::begin(recipients, layout.charset(), layout.form, &layout.columns)?;
        let mut frames = begun.ok_or_else(|| unmarked(file))?;
        let mut reader = FieldReader::new(&layout.gaiji);
        let places = head::read(&mut frames, &mut reader, layout.form, &layout.columns, file)?;
        let table = match (&layout.lines, lines) {
            (Some(agreed), Some(lines)) => {
                Some(Table::index(layout, agreed, &mut reader, lines, &names.lines)?)
            }
            (None, None) => None,
            (Some(_), None) => {
                return Err(in_file(&names.lines, refusal::missing_member(&names.lines)))
            }
            (None, Some(_)) => {
                return Err(in_file(&names.lines, refusal::unexpected_member(&names.lines)))
            }
        };
        let (builder, cells) = (RecordBuilder::default(), RecordBuilder::default());
        let (totals, last) = (Totals::default(), Place::default());
        Ok(Self {
            layout,
            names,
            frames,
            reader,
            places,
            table,
            builder,
            cells,
            totals,
            last,
            ended: false,
        })
    }

    /// Appends up to `max_records` rows and their records.
    ///
    /// Returns whether there were any: `while decoder.next_block(…)? { … }` reads them all.
    ///
    /// # Errors
    /// [`DecodeError::Refusal`] if the trailer cannot be read; [`DecodeError::Io`] if a reader
    /// fails. After an error the decoder is not to be used.
    pub fn next_block(
        &mut self,
        max_records: usize,
        spool: &mut Vec<u8>,
        rows: &mut Vec<Row>,
    ) -> Result<bool, DecodeError> {
        let before = rows.len();
        while rows.len() - before < max_records && !self.ended {
            let Some(frame) = self.frames.next()? else {
                self.ended = true;
                break;
            };
            self.last = frame.place;
            if self.is_trailer()? {
                self.totals.trailer = Some(self.read_trailer(&frame.place)?);
                self.ended = true;
                break;
            }
            rows.push(self.row(frame, spool)?);
        }
        Ok(rows.len() > before)
    }

    /// Returns the totals, after the last block.
    ///
    /// # Errors
    /// `missing-trailer`; `wrong-count` or `wrong-hash-total` against the trailer.
    ///
    /// # Panics
    /// If rows are left.
    pub fn finish(mut self) -> Result<Totals, Refusal> {
        assert!(self.ended, "the decoder is finished after its last block");
        self.totals.last = self.origin(&self.last, "");
        let totals = &mut self.totals;
        let demanded = self.layout.trailer.as_ref().filter(|trailer| trailer.required);
        if let (Some(trailer), None) = (demanded, totals.trailer) {
            let origin = totals.last.clone();
            return Err(Refusal { origin, ..refusal::missing_trailer(&trailer.marker) });
        }
        totals.check_trailer()?;
        if let Some(table) = self.table {
            totals.table_rows = table.rows;
            totals.orphans = table.orphans();
        }
        Ok(self.totals)
    }

    fn row(&mut self, frame: Frame, spool: &mut Vec<u8>) -> Result<Row, DecodeError> {
        let Frame { place, broken } = frame;
        if let Some(reason) = broken {
            let key = self.salvage(self.layout.key).map(|key| KeyHash::of(&key));
            let postal = self.salvage(self.layout.postal);
            self.totals.add(postal.as_deref());
            let faults = vec![Fault { origin: self.origin(&place, ""), reason }];
            return Ok(Row { place, key, outcome: RowOutcome::Faults(faults) });
        }
        let mut faults = Vec::new();
        let postal_is_known = self.read_fields(&place, &mut faults);
        let postal = self.builder.get(self.layout.postal);
        self.totals.add(postal_is_known.then_some(postal));
        let key = Some(self.builder.get(self.layout.key)).filter(|key| !key.is_empty());
        let key = key.map(KeyHash::of);
        self.read_folds(&place, &mut faults);
        if let (Some(table), Some(key)) = (&mut self.table, key) {
            let found = table.take(key, &mut self.reader, &mut self.builder, &mut faults)?;
            if let Some(reason) = found {
                faults.push(Fault { origin: self.origin(&place, ""), reason });
            }
        }
        let offset_in_spool = spool.len();
        let len = self.builder.finish(place, self.layout.schema(), spool);
        if faults.is_empty() {
            return Ok(Row { place, key, outcome: RowOutcome::Record { offset_in_spool, len } });
        }
        spool.truncate(offset_in_spool);
        Ok(Row { place, key, outcome: RowOutcome::Faults(faults) })
    }

    /// Pushes every field of the schema, an empty one where there is a fault; returns whether the
    /// postal code could be read.
    fn read_fields(&mut self, place: &Place, faults: &mut Vec<Fault>) -> bool {
        let mut postal_is_known = true;
        for (number, &index) in self.layout.fields.iter().enumerate() {
            let column = &self.layout.columns[index];
            let field = self.frames.field(self.places[index]).expect("the columns were counted");
            match self.reader.read(self.frames.coding(), column, field) {
                Ok("") if column.required => {
                    self.builder.push("");
                    faults.push(missing(&self.names.recipients, place, column));
                }
                Ok(value) => self.builder.push(value),
                Err(trouble) => {
                    self.builder.push("");
                    postal_is_known &= number != self.layout.postal;
                    let file = &self.names.recipients;
                    faults.push(fault(&self.frames, place, file, &column.from, trouble));
                }
            }
        }
        postal_is_known
    }

    /// Pushes the column groups that hold anything as table rows.
    fn read_folds(&mut self, place: &Place, faults: &mut Vec<Fault>) {
        for fold in &self.layout.folds {
            let mut used = false;
            let mut missing_cells = Vec::new();
            let before = faults.len();
            for cell in fold {
                let (index, column) = match cell {
                    Cell::Literal(text) => {
                        self.cells.push(text);
                        continue;
                    }
                    Cell::Column { index, column } => (*index, column),
                };
                let field = self.frames.field(self.places[index]);
                let field = field.expect("the columns were counted");
                match self.reader.read(self.frames.coding(), column, field) {
                    Ok(value) => {
                        used |= !value.is_empty();
                        if value.is_empty() && column.required {
                            missing_cells.push(column);
                        }
                        self.cells.push(value);
                    }
                    Err(trouble) => {
                        self.cells.push("");
                        let file = &self.names.recipients;
                        faults.push(fault(&self.frames, place, file, &column.from, trouble));
                    }
                }
            }
            if used || faults.len() > before {
                let file = &self.names.recipients;
                faults.extend(missing_cells.iter().map(|column| missing(file, place, column)));
                (0..fold.len()).for_each(|at| self.builder.push(self.cells.get(at)));
            }
            self.cells.clear();
        }
    }

    /// Returns a field of a broken row, if it can be found and read.
    fn salvage(&mut self, field: usize) -> Option<String> {
        let index = self.layout.fields[field];
        let column = &self.layout.columns[index];
        let field = self.frames.field(self.places[index])?;
        let value = self.reader.read(self.frames.coding(), column, field).ok()?;
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// Returns whether the row in view is the trailer: it begins with the marker and is the last.
    fn is_trailer(&mut self) -> io::Result<bool> {
        let Some(trailer) = &self.layout.trailer else { return Ok(false) };
        let marker = trailer.marker.as_bytes();
        let marked = match trailer.count {
            TrailerPlace::Field(_) => self.frames.field(0).is_some_and(|f| f.bytes == marker),
            TrailerPlace::Bytes(..) => self.frames.text().starts_with(marker),
        };
        Ok(marked && self.frames.is_last()?)
    }

    fn read_trailer(&self, place: &Place) -> Result<TrailerFigures, DecodeError> {
        let Trailer { count, hash_total, .. } =
            self.layout.trailer.as_ref().expect("the layout has a trailer");
        let count = self.trailer_figure(place, *count)?;
        let hash_digits = match hash_total {
            Some(TrailerPlace::Bytes(start, end)) => Some((end - start) as u32),
            _ => None,
        };
        let hash_total = hash_total.map(|at| self.trailer_figure(place, at)).transpose()?;
        Ok(TrailerFigures { count, hash_total, hash_digits })
    }

    fn trailer_figure(&self, place: &Place, at: TrailerPlace) -> Result<u64, DecodeError> {
        let bytes = match at {
            TrailerPlace::Field(index) => self.frames.field(index).map(|field| field.bytes),
            TrailerPlace::Bytes(start, end) => self.frames.text().get(start..end),
        };
        let bytes = bytes.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(20)]).into_owned();
        text.trim().parse().map_err(|_| {
            let origin = self.origin(place, "");
            DecodeError::Refusal(Refusal { origin, ..refusal::bad_trailer(&text) })
        })
    }

    fn origin(&self, place: &Place, column: &str) -> Origin {
        let (file, column) = (self.names.recipients.clone(), column.to_owned());
        Origin { file, line: place.line, column, byte: place.byte }
    }
}

/// Places the trouble of a field; bytes that are not text at the very byte, all else at the row.
fn fault<R: BufRead>(
    frames: &Frames<R>,
    place: &Place,
    file: &str,
    column: &str,
    trouble: FieldTrouble,
) -> Fault {
    let (byte, reason) = match trouble {
        FieldTrouble::Reason(reason) => (place.byte, reason),
        FieldTrouble::Undecodable { at, len } => {
            let (byte, bytes) = frames.raw_at(at, len);
            (byte, Reason::UndecodableBytes { bytes: hex(bytes) })
        }
    };
    let (file, column) = (file.to_owned(), column.to_owned());
    Fault { origin: Origin { file, line: place.line, column, byte }, reason }
}

fn missing(file: &str, place: &Place, column: &Column) -> Fault {
    let (file, from) = (file.to_owned(), column.from.clone());
    let origin = Origin { file, line: place.line, column: from, byte: place.byte };
    Fault { origin, reason: Reason::MissingField { field: column.to.clone() } }
}

/// Refuses UTF-16 without a byte-order mark.
fn unmarked(file: &str) -> DecodeError {
    in_file(file, refusal::undecodable_head("(BOM)", "UTF-16"))
}

/// Refuses a file as a whole.
fn in_file(file: &str, refusal: Refusal) -> DecodeError {
    let origin = Origin { file: file.to_owned(), line: 1, ..Origin::default() };
    DecodeError::Refusal(Refusal { origin, ..refusal })
}

/// Writes bytes as hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The head of a delimited member, in the sender's own bytes.
#[derive(Debug)]
pub(crate) struct RawHead {
    /// The encoding found.
    pub coding: Option<Coding>,
    /// Byte-order mark and head line, its end apart.
    pub head: Vec<u8>,
    /// The head's line end; empty if the file ends with the head.
    pub line_end: Vec<u8>,
}

/// Reads the head line of a delimited member without looking into it.
pub(crate) fn raw_head<R: BufRead>(layout: &Layout, member: R) -> io::Result<RawHead> {
    let charset: Charset = layout.charset();
    let Some(mut frames) = Frames::begin(member, charset, layout.form, &layout.columns)? else {
        return Ok(RawHead { coding: None, head: Vec::new(), line_end: Vec::new() });
    };
    let mark = frames.mark().to_vec();
    let coding = Some(frames.coding());
    if frames.next()?.is_none() {
        return Ok(RawHead { coding, head: mark, line_end: Vec::new() });
    }
    let (head, line_end) = frames.raw();
    Ok(RawHead { coding, head: [&mark, head].concat(), line_end: line_end.to_vec() })
}
