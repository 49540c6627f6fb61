//! 明細行 (meisaigyō): the rows of `lines.csv`, found by the key of their record.
//!
//! One pass over the file notes where each run of rows with the same key stands, so that a row is
//! never lost because it comes late. Rows that come in the records' order are then read straight
//! through; others are sought. A run costs 48 bytes of memory, its rows nothing.

use std::io::{self, BufRead, Seek};

use letter::record::Place;
use letter::{Fault, Origin, Reason, RecordBuilder};

use super::field::{FieldReader, FieldTrouble};
use super::frame::Frames;
use super::{fault, head, unmarked, DecodeError, KeyHash};
use crate::layout::{Column, Form, Layout, Lines};

/// Most table rows of one record: the longest annual notice has some 60, eight sheets hold 500.
pub const TABLE_ROWS_MAX: usize = 500;
/// Places of orphan rows that a report names.
pub const ORPHANS_SHOWN_MAX: usize = 100;

/// Table rows that belong to no record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orphans {
    /// How many rows.
    pub rows: u64,
    /// The first 100 places, in the order of the file, then of rows whose key cannot be read.
    pub first: Vec<Fault>,
}

/// Rows that follow each other with the same key.
#[derive(Debug)]
struct Run {
    key: KeyHash,
    byte: u64,
    line: u64,
    rows: u32,
    used: bool,
}

/// The table rows of a drop.
#[derive(Debug)]
pub(super) struct Table<'l, L> {
    frames: Frames<L>,
    lines: &'l Lines,
    places: Vec<usize>,
    file: String,
    runs: Vec<Run>,
    /// The runs by key, then by place.
    by_key: Vec<u32>,
    /// Whether a key has only one run.
    single: bool,
    /// The run after the one used last.
    next: usize,
    /// The runs of the record in hand.
    found: Vec<u32>,
    unreadable: Orphans,
    /// Rows given to records.
    pub rows: u64,
}

impl<'l, L: BufRead + Seek> Table<'l, L> {
    /// Reads the head and notes the place of every run.
    pub fn index(
        layout: &'l Layout,
        lines: &'l Lines,
        reader: &mut FieldReader<'_>,
        input: L,
        file: &str,
    ) -> Result<Self, DecodeError> {
        let Form::Delimited { .. } = layout.form else {
            unreachable!("a fixed-width layout has no lines")
        };
        let begun = Frames::begin(input, layout.charset(), layout.form, &lines.columns)?;
        let mut frames = begun.ok_or_else(|| unmarked(file))?;
        let places = head::read(&mut frames, reader, layout.form, &lines.columns, file)?;
        let (file, runs, by_key) = (file.to_owned(), Vec::new(), Vec::new());
        let unreadable = Orphans::default();
        let (single, next, found, rows) = (true, 0, Vec::new(), 0);
        let mut table = Self {
            frames,
            lines,
            places,
            file,
            runs,
            by_key,
            single,
            next,
            found,
            unreadable,
            rows,
        };
        table.note_runs(reader)?;
        table.sort_runs();
        if let Some(&Run { byte, line, .. }) = table.runs.first() {
            table.frames.seek(byte, line)?;
        }
        Ok(table)
    }

    /// Gives the rows of a record to its builder; a row's faults become those of the record.
    ///
    /// Returns the reason why the record gets none, if they are too many.
    pub fn take(
        &mut self,
        key: KeyHash,
        reader: &mut FieldReader<'_>,
        builder: &mut RecordBuilder,
        faults: &mut Vec<Fault>,
    ) -> io::Result<Option<Reason>> {
        if let Some(found) = self.find_runs(key) {
            return Ok(Some(Reason::TooManyRows { found, max: TABLE_ROWS_MAX }));
        }
        let mut rows = 0;
        for &index in &self.found {
            let run = &mut self.runs[index as usize];
            run.used = true;
            rows += run.rows as usize;
            self.next = index as usize + 1;
        }
        if rows > TABLE_ROWS_MAX {
            return Ok(Some(Reason::TooManyRows { found: rows, max: TABLE_ROWS_MAX }));
        }
        for at in 0..self.found.len() {
            self.read_run(self.found[at] as usize, reader, builder, faults)?;
        }
        self.rows += rows as u64;
        Ok(None)
    }

    /// Returns the rows that no record asked for.
    pub fn orphans(self) -> Orphans {
        let mut orphans = Orphans::default();
        for run in self.runs.iter().filter(|run| !run.used) {
            orphans.rows += u64::from(run.rows);
            if orphans.first.len() < ORPHANS_SHOWN_MAX {
                let (file, column) = (self.file.clone(), String::new());
                let origin = Origin { file, line: run.line, column, byte: run.byte };
                let reason = Reason::OrphanLine { rows: run.rows as usize };
                orphans.first.push(Fault { origin, reason });
            }
        }
        orphans.rows += self.unreadable.rows;
        let room = ORPHANS_SHOWN_MAX - orphans.first.len();
        orphans.first.extend(self.unreadable.first.into_iter().take(room));
        orphans
    }

    fn note_runs(&mut self, reader: &mut FieldReader<'_>) -> io::Result<()> {
        let key_column = &self.lines.columns[self.lines.key];
        let key_place = self.places[self.lines.key];
        let mut last_key = String::new();
        while let Some(frame) = self.frames.next()? {
            let field = self.frames.field(key_place);
            let coding = self.frames.coding();
            let key = field.map(|field| reader.read(coding, key_column, field));
            let key = match key {
                Some(Ok(key)) if !key.is_empty() => key,
                other => {
                    last_key.clear();
                    let trouble = other.and_then(Result::err);
                    self.note_unreadable(frame.place, frame.broken, trouble);
                    continue;
                }
            };
            match self.runs.last_mut() {
                Some(run) if key == last_key => run.rows += 1,
                _ => {
                    key.clone_into(&mut last_key);
                    let Place { byte, line, .. } = frame.place;
                    self.runs.push(Run { key: KeyHash::of(key), byte, line, rows: 1, used: false });
                }
            }
        }
        Ok(())
    }

    /// Keeps the first rows whose key cannot be read.
    fn note_unreadable(
        &mut self,
        place: Place,
        broken: Option<Reason>,
        trouble: Option<FieldTrouble>,
    ) {
        self.unreadable.rows += 1;
        if self.unreadable.first.len() == ORPHANS_SHOWN_MAX {
            return;
        }
        let column = &self.lines.columns[self.lines.key];
        let missing = || Reason::MissingField { field: column.to.clone() };
        let fault = match (broken, trouble) {
            (Some(reason), _) => Fault { origin: self.origin(&place, ""), reason },
            (None, Some(trouble)) => fault(&self.frames, &place, &self.file, &column.from, trouble),
            (None, None) => Fault { origin: self.origin(&place, &column.from), reason: missing() },
        };
        self.unreadable.first.push(fault);
    }

    fn sort_runs(&mut self) {
        let count = u32::try_from(self.runs.len()).expect("4 GiB of lines have fewer runs");
        self.by_key = (0..count).collect();
        let runs = &self.runs;
        self.by_key.sort_unstable_by_key(|&index| (runs[index as usize].key, index));
        let alike = |pair: &[u32]| runs[pair[0] as usize].key == runs[pair[1] as usize].key;
        self.single = !self.by_key.windows(2).any(alike);
    }

    /// Finds the runs of a key: the next one where keys are single, else by search.
    ///
    /// Returns how many they are if that alone is too many; they are then marked and not noted.
    fn find_runs(&mut self, key: KeyHash) -> Option<usize> {
        self.found.clear();
        if self.single && self.runs.get(self.next).is_some_and(|run| run.key == key) {
            self.found.push(self.next as u32);
            return None;
        }
        let key_of = |&index: &u32| self.runs[index as usize].key;
        let start = self.by_key.partition_point(|index| key_of(index) < key);
        let end = self.by_key.partition_point(|index| key_of(index) <= key);
        let runs = &self.by_key[start..end];
        if runs.len() <= TABLE_ROWS_MAX {
            self.found.extend_from_slice(runs);
            return None;
        }
        // A repeated record finds them marked: many of both must not take the square of time.
        if !self.runs[runs[0] as usize].used {
            runs.iter().for_each(|&index| self.runs[index as usize].used = true);
        }
        Some(runs.len())
    }

    fn read_run(
        &mut self,
        index: usize,
        reader: &mut FieldReader<'_>,
        builder: &mut RecordBuilder,
        faults: &mut Vec<Fault>,
    ) -> io::Result<()> {
        let Run { byte, line, rows, .. } = self.runs[index];
        if self.frames.following().0 != byte {
            self.frames.seek(byte, line)?;
        }
        for _ in 0..rows {
            let Some(frame) = self.frames.next()? else {
                return Err(io::Error::other("lines were cut while they were read"));
            };
            if let Some(reason) = frame.broken {
                faults.push(Fault { origin: self.origin(&frame.place, ""), reason });
                continue;
            }
            self.read_row(&frame.place, reader, builder, faults);
        }
        Ok(())
    }

    fn read_row(
        &self,
        place: &Place,
        reader: &mut FieldReader<'_>,
        builder: &mut RecordBuilder,
        faults: &mut Vec<Fault>,
    ) {
        for &index in &self.lines.cells {
            let column: &Column = &self.lines.columns[index];
            let field = self.frames.field(self.places[index]).expect("the columns were counted");
            match reader.read(self.frames.coding(), column, field) {
                Ok("") if column.required => {
                    builder.push("");
                    let reason = Reason::MissingField { field: column.to.clone() };
                    faults.push(Fault { origin: self.origin(place, &column.from), reason });
                }
                Ok(value) => builder.push(value),
                Err(trouble) => {
                    builder.push("");
                    faults.push(fault(&self.frames, place, &self.file, &column.from, trouble));
                }
            }
        }
    }

    fn origin(&self, place: &Place, column: &str) -> Origin {
        let (file, column) = (self.file.clone(), column.to_owned());
        Origin { file, line: place.line, column, byte: place.byte }
    }
}
