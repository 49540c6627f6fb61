//! Rows of a member: where each one begins and ends, and what its fields are, before any is read.

use std::io::{self, BufRead, Seek};

use letter::record::Place;
use letter::Reason;
use memchr::memchr;

use super::charset::{narrow_offset, widen, Coding};
use super::source::{Ahead, Line, Source, ROW_BYTES_MAX};
use super::split::{split, split_roughly, Quotes, Span};
use crate::layout::{Charset, Column, Form, LineEnding};

/// Most physical lines that one quoted row may have; a postal address has at most 8.
pub const ROW_LINES_MAX: u64 = 50;
/// Most bytes looked through for a lost closing quote, so that many of them cost little.
pub const QUOTE_SEARCH_BYTES_MAX: usize = 64 << 10;

/// One row: its place, and why its fields cannot be relied on if they cannot.
#[derive(Debug)]
pub(crate) struct Frame {
    pub place: Place,
    pub broken: Option<Reason>,
}

/// One field as it stands in the row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    /// Its bytes without the quotes around it.
    pub bytes: &'a [u8],
    /// Whether quotes within it are doubled.
    pub doubled: bool,
    /// Its offset within the row's text.
    pub offset: usize,
}

/// The rows of a member, one after the other; the last one stays in view until the next.
#[derive(Debug)]
pub(crate) struct Frames<R> {
    source: Source<R>,
    mark: &'static [u8],
    form: Form,
    spans: Vec<Span>,
    /// Columns that a row must have; none for the head.
    pub expected: Option<usize>,
    /// Bytes of the row in view without its line end, and with it.
    row: Line,
    row_lines: u64,
    /// The row in view as UTF-8, where the file is UTF-16.
    text: Vec<u8>,
}

impl<R: BufRead> Frames<R> {
    /// Begins at the first row; `None` if the agreed UTF-16 has no byte-order mark.
    pub fn begin(
        reader: R,
        charset: Charset,
        form: Form,
        columns: &[Column],
    ) -> io::Result<Option<Self>> {
        let mut source = Source::new(reader);
        source.need(3)?;
        let Some((coding, mark_len)) = Coding::detect(charset, source.bytes()) else {
            return Ok(None);
        };
        source.begin(coding, mark_len);
        let mark = if mark_len == 0 { &[] } else { coding.mark() };
        let (row, row_lines) = (Line { len: 0, full: 0 }, 0);
        let (spans, expected, text) = (Vec::new(), None, Vec::new());
        let mut frames = Self { source, mark, form, spans, expected, row, row_lines, text };
        if let Form::Fixed { .. } = form {
            let span = |c: &Column| Span { start: c.span.0, end: c.span.1, doubled: false };
            frames.spans = columns.iter().map(span).collect();
        }
        Ok(Some(frames))
    }

    pub fn coding(&self) -> Coding {
        self.source.coding()
    }

    /// Returns the byte-order mark with which the file began.
    pub fn mark(&self) -> &'static [u8] {
        self.mark
    }

    /// Steps to the next row that is not blank.
    pub fn next(&mut self) -> io::Result<Option<Frame>> {
        self.source.take(self.row.full, self.row_lines);
        (self.row, self.row_lines) = (Line { len: 0, full: 0 }, 0);
        if matches!(self.form, Form::Fixed { ending: LineEnding::None, .. }) {
            return self.next_unended();
        }
        loop {
            let line = match self.source.ahead(0)? {
                Ahead::End => return Ok(None),
                Ahead::TooLong => return self.next_too_long().map(Some),
                Ahead::Line(line) => line,
            };
            let bytes = self.source.bytes();
            let filler = bytes[..line.len].iter().take(2).any(|&b| b == 0x1A);
            if filler && self.source.is_end(0)? {
                return Ok(None);
            }
            if line.len == 0 {
                self.source.take(line.full, 1);
                continue;
            }
            self.see(line, 1);
            let broken = match self.form {
                Form::Delimited { delimiter } => self.frame_delimited(delimiter)?,
                Form::Fixed { row_len, ending } => self.frame_fixed(row_len, ending),
            };
            return Ok(Some(self.frame(broken)));
        }
    }

    /// Returns the field in column `index` of the row in view, if the row reaches that far.
    pub fn field(&self, index: usize) -> Option<Field<'_>> {
        let Span { start, end, doubled } = *self.spans.get(index)?;
        let bytes = self.text().get(start..end)?;
        Some(Field { bytes, doubled, offset: start })
    }

    /// Returns how many fields the row in view has.
    pub fn field_count(&self) -> usize {
        self.spans.len()
    }

    /// Returns the text of the row in view: its bytes, or UTF-8 where the file is UTF-16.
    pub fn text(&self) -> &[u8] {
        if self.coding().is_wide() {
            return &self.text;
        }
        &self.source.bytes()[..self.row.len]
    }

    /// Returns the sender's own bytes of the row in view, its line end apart.
    pub fn raw(&self) -> (&[u8], &[u8]) {
        let bytes = self.source.bytes();
        (&bytes[..self.row.len], &bytes[self.row.len..self.row.full])
    }

    /// Returns the sender's own bytes of what stands at `at` in the row's text, and their offset.
    pub fn raw_at(&self, at: usize, len: usize) -> (u64, &[u8]) {
        let (at, len) = match self.coding().is_wide() {
            true => (narrow_offset(&self.text, at), 2),
            false => (at, len),
        };
        let row = &self.source.bytes()[..self.row.len];
        (self.source.byte() + at as u64, &row[at.min(row.len())..(at + len).min(row.len())])
    }

    /// Returns whether the row in view is the last one.
    pub fn is_last(&mut self) -> io::Result<bool> {
        self.source.is_end(self.row.full)
    }

    /// Returns the place after the row in view: byte and line.
    pub fn following(&self) -> (u64, u64) {
        (self.source.byte() + self.row.full as u64, self.source.line() + self.row_lines)
    }

    fn see(&mut self, row: Line, lines: u64) {
        (self.row, self.row_lines) = (row, lines);
        let coding = self.coding();
        if coding.is_wide() {
            widen(coding, &self.source.bytes()[..row.len], &mut self.text);
        }
    }

    fn frame(&self, broken: Option<Reason>) -> Frame {
        let raw_len = self.row.len as u32;
        let place = Place { line: self.source.line(), byte: self.source.byte(), raw_len };
        Frame { place, broken }
    }

    /// Splits the row that begins with the line in view, and looks on while a quote is open.
    fn frame_delimited(&mut self, delimiter: u8) -> io::Result<Option<Reason>> {
        let first = self.row;
        if memchr(b'"', self.text()).is_none() {
            self.split(delimiter);
            return Ok(self.wrong_count());
        }
        let mut quotes = self.split(delimiter);
        while quotes == Quotes::Open {
            let within = self.row.full <= QUOTE_SEARCH_BYTES_MAX && self.row_lines < ROW_LINES_MAX;
            let Ahead::Line(more) = self.source.ahead(self.row.full)? else { break };
            if !within {
                break;
            }
            let before = self.row.full;
            let row = Line { len: before + more.len, full: before + more.full };
            self.see(row, self.row_lines + 1);
            // Without a quote in the new line the field is still open.
            if memchr(b'"', &self.source.bytes()[before..row.len]).is_some() {
                quotes = self.split(delimiter);
            }
        }
        if quotes == Quotes::Closed && (self.row_lines == 1 || self.wrong_count().is_none()) {
            return Ok(self.wrong_count());
        }
        // The quote is broken on the first line; the rest of the file goes on with the second.
        self.see(first, 1);
        let Self { spans, source, text, .. } = self;
        let wide = source.coding().is_wide();
        let text = if wide { &text[..] } else { &source.bytes()[..first.len] };
        split_roughly(text, delimiter, spans);
        Ok(Some(Reason::BrokenQuote))
    }

    fn split(&mut self, delimiter: u8) -> Quotes {
        let Self { spans, source, text, row, .. } = self;
        let wide = source.coding().is_wide();
        let text = if wide { &text[..] } else { &source.bytes()[..row.len] };
        split(text, delimiter, spans)
    }

    fn wrong_count(&self) -> Option<Reason> {
        let (found, expected) = (self.spans.len(), self.expected?);
        (found != expected).then_some(Reason::ColumnCount { found, expected })
    }

    fn frame_fixed(&mut self, row_len: usize, ending: LineEnding) -> Option<Reason> {
        if ending == LineEnding::Lf {
            // A carriage return belongs to the row where only line feeds are agreed.
            self.row.len =
                self.row.full - usize::from(self.source.bytes()[..self.row.full].ends_with(b"\n"));
        }
        let found = self.row.len;
        (found != row_len).then_some(Reason::RowLength { found, expected: row_len })
    }

    /// Steps to the next of the rows that follow each other without an end.
    fn next_unended(&mut self) -> io::Result<Option<Frame>> {
        let Form::Fixed { row_len, .. } = self.form else {
            unreachable!("only fixed-width rows have no end")
        };
        let known = self.source.need(row_len)?;
        if known == 0 || self.source.is_end(0)? {
            return Ok(None);
        }
        let len = known.min(row_len);
        self.see(Line { len, full: len }, 1);
        let broken = Reason::RowLength { found: len, expected: row_len };
        Ok(Some(self.frame((len != row_len).then_some(broken))))
    }

    fn next_too_long(&mut self) -> io::Result<Frame> {
        let (line, byte) = (self.source.line(), self.source.byte());
        let found = self.source.skip_line()?;
        if let Form::Delimited { .. } = self.form {
            self.spans.clear();
        }
        self.text.clear();
        let raw_len = u32::try_from(found).unwrap_or(u32::MAX);
        let broken = Some(Reason::RowTooLong { found, max: ROW_BYTES_MAX });
        Ok(Frame { place: Place { line, byte, raw_len }, broken })
    }
}

impl<R: BufRead + Seek> Frames<R> {
    /// Goes to a row that was in view before.
    pub fn seek(&mut self, byte: u64, line: u64) -> io::Result<()> {
        (self.row, self.row_lines) = (Line { len: 0, full: 0 }, 0);
        self.source.seek(byte, line)
    }
}
