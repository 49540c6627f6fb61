//! The operators that pages consist of, in their usual writing: run in one pass over the bytes.
//!
//! Whatever else stands in a stream is left to [`super::lexer`], which reads all that the standard
//! allows; a test compares the two.

use super::lexer::{number_at, start_of, Start};
use super::run::{op, Run};
use super::text::{Row, MATRIX, MOVE, MOVE_LEADING, NEXT_LINE};
use super::Shown;
use crate::error::ReadError;
use crate::matrix::Matrix;
use crate::syntax::{is_regular, plain_end};

/// No operator here takes more numbers.
const NUMBERS_MAX: usize = 6;

const CHAR_SPACE: u32 = op(b"Tc");
const LEADING: u32 = op(b"TL");
const RECTANGLE: u32 = op(b"re");
const BEGIN_TEXT: u32 = op(b"BT");
const END_TEXT: u32 = op(b"ET");
const FILL: u32 = op(b"f");
const GRAY: u32 = op(b"g");

impl Run<'_> {
    /// Runs usual operators from a byte on and returns where the operands of the first other one
    /// begin.
    pub(super) fn usual(
        &mut self,
        bytes: &[u8],
        from: usize,
        shown: &mut Shown,
    ) -> Result<usize, ReadError> {
        let mut start = from;
        'operators: loop {
            let (mut numbers, mut count) = ([0.0; NUMBERS_MAX], 0);
            let mut at = start;
            loop {
                let Some(&byte) = bytes.get(at) else { return Ok(start) };
                match start_of(byte) {
                    Start::Number => {
                        let Some((value, end)) = number_at(bytes, at) else { return Ok(start) };
                        if count == NUMBERS_MAX {
                            return Ok(start);
                        }
                        numbers[count] = value;
                        count += 1;
                        at = after_blank(bytes, end);
                    }
                    Start::Word => break,
                    Start::Blank => at += 1,
                    Start::Literal | Start::Bracket if count == 0 => {
                        match self.shown(bytes, at, shown)? {
                            Some(next) => {
                                start = next;
                                continue 'operators;
                            }
                            None => return Ok(start),
                        }
                    }
                    Start::Rest if byte == b'/' && count == 0 => match self.named(bytes, at) {
                        Some(next) => {
                            start = next;
                            continue 'operators;
                        }
                        None => return Ok(start),
                    },
                    _ => return Ok(start),
                }
            }
            let Some((operator, end)) = word(bytes, at) else {
                match self.end_tag(bytes, at).filter(|_| count == 0) {
                    Some(next) => {
                        start = next;
                        continue;
                    }
                    None => return Ok(start),
                }
            };
            if !self.act(operator, &numbers, count, shown) {
                return Ok(start);
            }
            start = after_blank(bytes, end);
        }
    }

    /// Does what an operator with these numbers says; `false` if it is none of the usual.
    #[inline(always)]
    fn act(
        &mut self,
        operator: u32,
        numbers: &[f32; NUMBERS_MAX],
        count: usize,
        shown: &mut Shown,
    ) -> bool {
        let [x, y, ..] = *numbers;
        let (state, text) = (&mut self.state, &mut self.text);
        match (operator, count, text) {
            (MOVE, 2, Some(text)) => text.move_line(x, y, &state.ctm),
            (CHAR_SPACE, 1, _) => state.char_spacing = x,
            (MOVE_LEADING, 2, Some(text)) => {
                state.leading = -y;
                text.move_line(x, y, &state.ctm);
            }
            (NEXT_LINE, 0, Some(text)) => text.move_line(0.0, -state.leading, &state.ctm),
            (LEADING, 1, _) => state.leading = x,
            (MATRIX, 6, Some(text)) => text.set(Matrix(*numbers), &state.ctm),
            (RECTANGLE, 4, None) => self.rectangle([x, y, numbers[2], numbers[3]]),
            (FILL, 0, None) => self.fill(&mut shown.ink),
            (GRAY, 1, _) => state.black = x == 0.0,
            (BEGIN_TEXT, 0, None) => self.begin_text(),
            (END_TEXT, 0, Some(_)) => self.text = None,
            _ => return false,
        }
        true
    }

    /// Shows one plain string or the plain strings of an array; returns where the next operator
    /// begins, or `None` if this is none that shows text.
    #[inline(always)]
    fn shown(
        &mut self,
        bytes: &[u8],
        at: usize,
        shown: &mut Shown,
    ) -> Result<Option<usize>, ReadError> {
        if bytes[at] == b'[' {
            return self.shown_adjusted(bytes, at + 1, shown);
        }
        let Some(end) = plain_end(bytes, at + 1) else { return Ok(None) };
        let next = after_blank(bytes, end + 1);
        let next = match bytes.get(next..next + 3) {
            Some(&[b'T', b'j', third]) if !is_regular(third) => next + 2,
            Some(&[b'\'', second, _]) if !is_regular(second) => {
                self.next_line();
                next + 1
            }
            _ => return Ok(None),
        };
        let view = (&self.state, self.place, &self.reader.stock.fonts[..]);
        let begun = Row::begin(view, self.text.as_ref());
        let mut row = begun.map_err(|trouble| self.place.fault(next, trouble))?;
        row.string(&bytes[at + 1..end], next, &mut shown.lines, &mut shown.ink)?;
        let pen = row.end(&mut shown.lines);
        self.set_pen(pen);
        Ok(Some(after_blank(bytes, next)))
    }

    /// Shows the strings of an array from after its bracket on, as [`Run::shown`] does.
    #[inline(always)]
    fn shown_adjusted(
        &mut self,
        bytes: &[u8],
        mut at: usize,
        shown: &mut Shown,
    ) -> Result<Option<usize>, ReadError> {
        let view = (&self.state, self.place, &self.reader.stock.fonts[..]);
        let Ok(mut row) = Row::begin(view, self.text.as_ref()) else { return Ok(None) };
        let Shown { lines, ink, .. } = shown;
        let before = (lines.mark(), ink.mark());
        while let Some(&byte) = bytes.get(at) {
            match start_of(byte) {
                Start::Literal => {
                    let Some(end) = plain_end(bytes, at + 1) else { break };
                    row.string(&bytes[at + 1..end], at, lines, ink)?;
                    at = end + 1;
                }
                Start::Number => {
                    let Some((value, end)) = number_at(bytes, at) else { break };
                    row.adjust(value);
                    at = end;
                }
                Start::Blank => at += 1,
                Start::Bracket if byte == b']' => {
                    let next = after_blank(bytes, at + 1);
                    match bytes.get(next..next + 3) {
                        Some(&[b'T', b'J', third]) if !is_regular(third) => {}
                        _ => break,
                    }
                    let pen = row.end(lines);
                    self.set_pen(pen);
                    return Ok(Some(after_blank(bytes, next + 2)));
                }
                _ => break,
            }
        }
        // It is another operator, or written in another way.
        lines.back_to(before.0);
        ink.back_to(before.1);
        Ok(None)
    }

    /// Selects a font by a plain name, or begins marked content; returns where the next operator
    /// begins, or `None` if this is another operator.
    fn named(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        let name = &bytes[at + 1..];
        let len = name.iter().take(NAME_MAX).position(|&byte| !is_regular(byte))?;
        let (name, end) = (&name[..len], at + 1 + len);
        if let Some(tagged) = bytes[end..].strip_prefix(b"<</MCID ") {
            let digits = tagged.iter().take(DIGITS_MAX).take_while(|b| b.is_ascii_digit()).count();
            let next = end + 8 + digits + 5;
            let is_tag = digits > 0 && tagged[digits..].starts_with(b">>BDC");
            return self.begin_tag(name, bytes, next).filter(|_| is_tag);
        }
        if bytes[end..].starts_with(b" BMC") {
            return self.begin_tag(name, bytes, end + 4);
        }
        let (size, end) = number_at(bytes, after_blank(bytes, end))?;
        let (operator, end) = word(bytes, after_blank(bytes, end))?;
        if operator != op(b"Tf") || name.contains(&b'#') {
            return None;
        }
        self.state.font = Some(self.font(name)?);
        self.state.size = size;
        Some(after_blank(bytes, end))
    }
}

impl Run<'_> {
    /// Begins marked content whose operator ends at a byte, unless it is optional or goes on.
    fn begin_tag(&mut self, name: &[u8], bytes: &[u8], end: usize) -> Option<usize> {
        let plain = name != b"OC" && !name.contains(&b'#');
        if !plain || is_regular(*bytes.get(end)?) {
            return None;
        }
        self.tags += 1;
        Some(after_blank(bytes, end))
    }

    /// Ends marked content.
    fn end_tag(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        let &[b'E', b'M', b'C', after] = bytes.get(at..at + 4)? else { return None };
        if is_regular(after) {
            return None;
        }
        self.tags = self.tags.checked_sub(1)?;
        Some(after_blank(bytes, at + 3))
    }
}

/// Returns the byte after a blank, or the same if there is none.
#[inline(always)]
fn after_blank(bytes: &[u8], at: usize) -> usize {
    at + usize::from(matches!(bytes.get(at), Some(b' ' | b'\n')))
}

/// Reads an operator of one or two letters, and where it ends.
#[inline(always)]
fn word(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let &[first, second, third] = bytes.get(at..at + 3)? else { return None };
    if !is_regular(second) {
        return Some((first.into(), at + 1));
    }
    let two = u32::from(first) << 8 | u32::from(second);
    (!is_regular(third)).then_some((two, at + 2))
}

/// Names of fonts in our pages have one letter.
const NAME_MAX: usize = 16;
/// A page has fewer tags than a hundred thousand.
const DIGITS_MAX: usize = 5;
