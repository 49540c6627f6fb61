//! Physical lines of a member with their places, looked at before they are taken.

use std::io::{self, BufRead, Seek, SeekFrom};

use memchr::memchr;

use super::charset::Coding;

/// The longest row in bytes; 300 columns of 1,000 characters stay below, a lost line end does not.
pub const ROW_BYTES_MAX: usize = 1 << 20;
/// Blank lines, Ctrl-Z and NUL that may end a file after its last row.
const FILLER_LEN_MAX: usize = 64;
/// Bytes taken from the reader at once; measured: larger ones leave the cache.
const FILL_LEN: usize = 64 << 10;

/// A physical line that starts at the source's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Bytes without the line end.
    pub len: usize,
    /// Bytes with the line end.
    pub full: usize,
}

/// What stands at a place of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ahead {
    /// Nothing.
    End,
    /// A line.
    Line(Line),
    /// More than [`ROW_BYTES_MAX`] bytes without a line end.
    TooLong,
}

/// A member's bytes from the current place on.
#[derive(Debug)]
pub(crate) struct Source<R> {
    reader: R,
    coding: Coding,
    buffer: Vec<u8>,
    start: usize,
    at_end: bool,
    byte: u64,
    line: u64,
}

impl<R: BufRead> Source<R> {
    pub fn new(reader: R) -> Self {
        let (buffer, coding) = (Vec::new(), Coding::Utf8);
        Self { reader, coding, buffer, start: 0, at_end: false, byte: 0, line: 1 }
    }

    /// Sets the encoding and steps over the byte-order mark.
    pub fn begin(&mut self, coding: Coding, mark_len: usize) {
        self.coding = coding;
        self.start += mark_len;
        self.byte += mark_len as u64;
    }

    pub fn coding(&self) -> Coding {
        self.coding
    }

    /// Returns the offset of the current place in the member.
    pub fn byte(&self) -> u64 {
        self.byte
    }

    /// Returns the physical line of the current place, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns what is buffered from the current place on.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Looks at the line that starts `from` bytes after the current place.
    pub fn ahead(&mut self, from: usize) -> io::Result<Ahead> {
        let mut searched = from;
        loop {
            if let Some(end) = self.find_line_end(searched) {
                let unit = self.unit_len();
                let len =
                    end - usize::from(self.is_unit(end.wrapping_sub(unit), b'\r', from)) * unit;
                let line = Line { len: len - from, full: end + unit - from };
                let fits = line.len <= ROW_BYTES_MAX;
                return Ok(if fits { Ahead::Line(line) } else { Ahead::TooLong });
            }
            let known = self.bytes().len();
            if known.saturating_sub(from) > ROW_BYTES_MAX {
                return Ok(Ahead::TooLong);
            }
            // A unit of two bytes may have been cut by the buffer's end.
            searched = known.saturating_sub((known - from.min(known)) % self.unit_len()).max(from);
            if self.at_end || !self.fill()? {
                let len = known.saturating_sub(from);
                let line = Ahead::Line(Line { len, full: len });
                return Ok(if len == 0 { Ahead::End } else { line });
            }
        }
    }

    /// Makes at least `len` bytes available, fewer only at the end.
    pub fn need(&mut self, len: usize) -> io::Result<usize> {
        while self.bytes().len() < len && !self.at_end {
            self.fill()?;
        }
        Ok(self.bytes().len())
    }

    /// Returns whether nothing but blank lines, Ctrl-Z and NUL follow `from` bytes after here.
    pub fn is_end(&mut self, from: usize) -> io::Result<bool> {
        let known = self.need(from.saturating_add(FILLER_LEN_MAX + 1))?;
        let rest = &self.bytes()[from.min(known)..];
        Ok(rest.len() <= FILLER_LEN_MAX && rest.iter().all(|b| b"\r\n\x1a\0".contains(b)))
    }

    /// Steps over `full` bytes that are `lines` physical lines.
    pub fn take(&mut self, full: usize, lines: u64) {
        self.start += full;
        self.byte += full as u64;
        self.line += lines;
    }

    /// Steps over a line of any length and returns its length without the line end.
    pub fn skip_line(&mut self) -> io::Result<u64> {
        let mut len = 0u64;
        loop {
            match self.ahead(0)? {
                Ahead::End => return Ok(len),
                Ahead::Line(line) => {
                    self.take(line.full, 1);
                    return Ok(len + line.len as u64);
                }
                Ahead::TooLong => {
                    len += ROW_BYTES_MAX as u64;
                    self.take(ROW_BYTES_MAX, 0);
                }
            }
        }
    }

    fn unit_len(&self) -> usize {
        1 + usize::from(self.coding.is_wide())
    }

    /// Finds the line feed at or after `from`, which is the start of a unit.
    fn find_line_end(&self, from: usize) -> Option<usize> {
        let bytes = self.bytes();
        let mut at = from;
        loop {
            at += memchr(b'\n', bytes.get(at..)?)?;
            if !self.coding.is_wide() {
                return Some(at);
            }
            let unit = at - (at - from) % 2;
            if self.is_unit(unit, b'\n', from) {
                return Some(unit);
            }
            at += 1;
        }
    }

    /// Returns whether the unit at `at`, not before `from`, is this ASCII character.
    fn is_unit(&self, at: usize, ascii: u8, from: usize) -> bool {
        let unit = at.checked_add(self.unit_len()).and_then(|end| self.bytes().get(at..end));
        at >= from
            && match unit {
                Some(&[byte]) => byte == ascii,
                Some(&[a, b]) => self.coding.unit([a, b]) == u16::from(ascii),
                _ => false,
            }
    }

    /// Reads more; returns whether there was any.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let more = loop {
            match self.reader.fill_buf() {
                Ok(more) => break more,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        };
        let len = more.len().min(FILL_LEN);
        self.buffer.extend_from_slice(&more[..len]);
        self.reader.consume(len);
        self.at_end = len == 0;
        Ok(len > 0)
    }
}

impl<R: BufRead + Seek> Source<R> {
    /// Goes to a place that was current before.
    pub fn seek(&mut self, byte: u64, line: u64) -> io::Result<()> {
        self.reader.seek(SeekFrom::Start(byte))?;
        self.buffer.clear();
        (self.start, self.at_end, self.byte, self.line) = (0, false, byte, line);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor};

    use super::*;

    /// Reads all lines through buffers of `chunk` bytes.
    fn lines(coding: Coding, bytes: &[u8], chunk: usize) -> Vec<(u64, u64, Vec<u8>)> {
        let mut source = Source::new(BufReader::with_capacity(chunk, Cursor::new(bytes)));
        source.begin(coding, 0);
        let mut lines = Vec::new();
        while let Ahead::Line(line) = source.ahead(0).expect("memory does not fail") {
            lines.push((source.line(), source.byte(), source.bytes()[..line.len].to_vec()));
            source.take(line.full, 1);
        }
        lines
    }

    #[test]
    fn lines_are_the_same_however_the_bytes_arrive() {
        let text = b"a\r\n\nbc\n\r\rd";
        let expected = lines(Coding::Utf8, text, 64);
        assert_eq!(expected.len(), 4);
        assert_eq!(expected[2], (3, 4, b"bc".to_vec()));
        assert_eq!(expected[3], (4, 7, b"\r\rd".to_vec()));
        // U+0A00 and U+000D U+0A0A hold the bytes of line ends without being any.
        let wide = b"a\0\r\0\n\0\0\x0a\x0d\0\x0a\x0a\n\0b\0";
        let expected_wide = lines(Coding::Utf16Le, wide, 64);
        assert_eq!(expected_wide.len(), 3);
        assert_eq!(expected_wide[1].2, b"\0\x0a\x0d\0\x0a\x0a");
        for chunk in 1..20 {
            assert_eq!(lines(Coding::Utf8, text, chunk), expected, "chunk {chunk}");
            assert_eq!(lines(Coding::Utf16Le, wide, chunk), expected_wide, "chunk {chunk}");
        }
    }

    #[test]
    fn a_line_beyond_the_limit_is_skipped_in_bounded_memory() {
        let mut bytes = vec![b'x'; 5 * ROW_BYTES_MAX + 7];
        bytes.extend_from_slice(b"\r\nnext");
        let mut source = Source::new(BufReader::new(Cursor::new(&bytes)));
        assert_eq!(source.ahead(0).expect("memory"), Ahead::TooLong);
        assert_eq!(source.skip_line().expect("memory"), 5 * ROW_BYTES_MAX as u64 + 7);
        assert!(source.buffer.capacity() < 4 * ROW_BYTES_MAX);
        assert_eq!((source.line(), source.bytes().starts_with(b"next")), (2, true));
    }
}
