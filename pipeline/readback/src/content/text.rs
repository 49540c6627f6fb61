//! Text objects: where the pen stands, and what the strings of an operator leave behind
//! (ISO 32000-2 §9.4).

use super::lexer::{Lexer, Operand};
use super::run::{op, Run, State, Trouble};
use super::{ContentReader, Place};
use crate::error::ReadError;
use crate::font::{Brief, Code, Font, ADVANCE_UNIT, LONG};
use crate::ink::{Ink, Painter, Rect};
use crate::lines::{Lines, SHORT};
use crate::matrix::Matrix;
use crate::syntax::Text;

/// Stands for a code without text in a form: stationery comes from any design program, and only our
/// own pages must be readable throughout.
const UNREADABLE: &str = "\u{FFFD}";

/// Strings of one operator that are closer than this part of the size are one text in any case.
const NARROW: f32 = 0.25;

pub(super) const SHOW: u32 = op(b"Tj");
pub(super) const SHOW_ADJUSTED: u32 = op(b"TJ");
pub(super) const SHOW_NEXT: u32 = op(b"'");
pub(super) const SHOW_SPACED: u32 = op(b"\"");

/// The inside of BT and ET.
#[derive(Clone, Copy)]
pub(super) struct TextPlace {
    /// The text matrix at the start of the line.
    line: Matrix,
    /// The same on the page.
    page: Matrix,
    /// How far along the line the pen stands.
    pen: f32,
}

impl TextPlace {
    pub(super) fn new(line: Matrix, ctm: &Matrix) -> Self {
        Self { line, page: line.then(ctm), pen: 0.0 }
    }

    /// Sets the matrix at the start of the line.
    pub(super) fn set(&mut self, line: Matrix, ctm: &Matrix) {
        *self = Self::new(line, ctm);
    }

    /// Goes to the start of a line at (x, y) from the start of this one.
    #[inline]
    pub(super) fn move_line(&mut self, x: f32, y: f32, ctm: &Matrix) {
        self.line = self.line.moved(x, y);
        let (x, y) = self.line.origin();
        let (x, y) = ctm.moved(x, y).origin();
        [self.page.0[4], self.page.0[5]] = [x, y];
        self.pen = 0.0;
    }
}

impl Run<'_> {
    /// Shows all strings of the operator; numbers among them move the text (TJ).
    pub(super) fn show(
        &mut self,
        operator: u32,
        lexer: &Lexer<'_>,
        lines: &mut Lines,
        ink: &mut Ink,
    ) -> Result<(), ReadError> {
        let place = self.place;
        let fault = |trouble| place.fault(lexer.at(), trouble);
        let elements = match (operator, lexer.operands()) {
            (SHOW | SHOW_NEXT, show @ [Operand::Text(_)]) => show,
            (SHOW_ADJUSTED, [Operand::Open, elements @ .., Operand::Close]) => elements,
            (SHOW_SPACED, [Operand::Number(word), Operand::Number(char), show @ ..]) => {
                (self.state.word_spacing, self.state.char_spacing) = (*word, *char);
                show
            }
            _ => return Err(fault("operands that do not fit their operator")),
        };
        if matches!(operator, SHOW_NEXT | SHOW_SPACED) {
            self.next_line();
        }
        let ContentReader { stock, scratch, .. } = &mut *self.reader;
        let view = (&self.state, place, &stock.fonts[..]);
        let mut row = Row::begin(view, self.text.as_ref()).map_err(fault)?;
        for element in elements {
            match *element {
                Operand::Number(number) => row.adjust(number),
                Operand::Text(Text::Plain(bytes)) => row.string(bytes, lexer.at(), lines, ink)?,
                Operand::Text(string) => {
                    row.string(string.decode(scratch), lexer.at(), lines, ink)?;
                }
                _ => return Err(fault("neither string nor number in TJ")),
            }
        }
        let pen = row.end(lines);
        self.set_pen(pen);
        Ok(())
    }

    /// Goes to the next line by the leading (T*).
    pub(super) fn next_line(&mut self) {
        if let Some(text) = &mut self.text {
            text.move_line(0.0, -self.state.leading, &self.state.ctm);
        }
    }

    pub(super) fn set_pen(&mut self, pen: f32) {
        if let Some(text) = &mut self.text {
            text.pen = pen;
        }
    }

    pub(super) fn place_text(&mut self, operator: u32, lexer: &Lexer<'_>) -> Result<(), Trouble> {
        let state = &mut self.state;
        let text = self.text.as_mut().ok_or("text outside BT and ET")?;
        match operator {
            MATRIX => *text = TextPlace::new(Matrix(lexer.numbers()?), &state.ctm),
            NEXT_LINE => {
                let [] = lexer.numbers()?;
                text.move_line(0.0, -state.leading, &state.ctm);
            }
            _ => {
                let [x, y] = lexer.numbers()?;
                if operator == MOVE_LEADING {
                    state.leading = -y;
                }
                text.move_line(x, y, &state.ctm);
            }
        }
        Ok(())
    }
}

pub(super) const MOVE: u32 = op(b"Td");
pub(super) const MOVE_LEADING: u32 = op(b"TD");
pub(super) const MATRIX: u32 = op(b"Tm");
pub(super) const NEXT_LINE: u32 = op(b"T*");

/// The strings of one operator, which stand on one line: only what lies between them counts.
pub(super) struct Row<'p> {
    pass: Pass<'p>,
    base: Matrix,
    direction: (f32, f32),
    /// Of the text on the page.
    size: f32,
    /// Strings that are closer are one text.
    narrow: f32,
    /// What a number of TJ moves the pen by.
    step: f32,
    x: f32,
    /// The end of the last string.
    end: Option<f32>,
}

impl<'p> Row<'p> {
    /// Begins where the pen stands.
    #[inline]
    pub(super) fn begin(
        (state, place, fonts): (&'p State, Place, &'p [Font]),
        text: Option<&TextPlace>,
    ) -> Result<Self, Trouble> {
        let text = text.ok_or("text outside BT and ET")?;
        if !state.visible && matches!(place, Place::Page(_)) {
            return Err("text without ink");
        }
        let number = state.font.ok_or("text without a font")?;
        let pass = Pass { font: &fonts[number], number, state, place };
        let base = text.page;
        Ok(Self {
            pass,
            base,
            direction: base.direction(),
            size: (state.size * base.height()).abs(),
            narrow: if base.is_upright() { state.size.abs() * NARROW } else { 0.0 },
            step: state.size * state.stretch * 0.001,
            x: text.pen,
            end: None,
        })
    }

    /// Moves the pen by a number of TJ.
    #[inline]
    pub(super) fn adjust(&mut self, number: f32) {
        self.x -= number * self.step;
    }

    #[inline]
    pub(super) fn string(
        &mut self,
        bytes: &[u8],
        at: usize,
        lines: &mut Lines,
        ink: &mut Ink,
    ) -> Result<(), ReadError> {
        if self.end.is_none_or(|end| (self.x - end).abs() >= self.narrow) {
            self.end(lines);
            lines.begin_at(self.place(self.x), self.direction, self.size);
        }
        if self.pass.font.is_rectangles() && self.pass.state.black {
            self.pass.rectangles(bytes, self.x, &self.base, ink);
        }
        self.x += self.pass.string(bytes, at, lines)?;
        self.end = Some(self.x);
        Ok(())
    }

    /// Ends the row and returns where the pen stands.
    #[inline]
    pub(super) fn end(&self, lines: &mut Lines) -> f32 {
        if let Some(end) = self.end {
            lines.end_at(self.place(end));
        }
        self.x
    }

    #[inline]
    fn place(&self, x: f32) -> (f32, f32) {
        self.base.moved(x, self.pass.state.rise).origin()
    }
}

/// What the strings of one operator have in common.
#[derive(Clone, Copy)]
struct Pass<'p> {
    font: &'p Font,
    /// The font's number in the file.
    number: usize,
    state: &'p State,
    place: Place,
}

impl Pass<'_> {
    /// Appends a string's text and returns its advance in text space.
    #[inline]
    fn string(&self, bytes: &[u8], at: usize, lines: &mut Lines) -> Result<f32, ReadError> {
        let State { size, char_spacing, word_spacing, stretch, .. } = *self.state;
        if !lines.is_for_marks() || word_spacing != 0.0 {
            return self.whole_string(bytes, at, lines);
        }
        let (firsts, briefs) = self.font.briefs();
        let (mut units, mut all, mut count) = (0u64, 0, 0u32);
        let mut rest = bytes.iter();
        while let Some(&first) = rest.next() {
            let mut brief = firsts[usize::from(first)].0;
            if brief == Brief::TWO.0 {
                let code = rest.next().map(|&second| u16::from_be_bytes([first, second]));
                let found = code.and_then(|code| briefs.get(usize::from(code)));
                brief = found.map_or(Brief::UNUSUAL, |brief| brief.0);
            }
            units += u64::from(brief & Brief::ADVANCE);
            all |= brief & !Brief::ADVANCE;
            count += 1;
        }
        if all != Brief::TEXT {
            return self.whole_string(bytes, at, lines);
        }
        lines.push_other();
        let em = units as f32 * (1.0 / Brief::UNIT);
        Ok((em * size + count as f32 * char_spacing) * stretch)
    }

    /// Appends every character of a string and returns its advance in text space.
    fn whole_string(&self, bytes: &[u8], at: usize, lines: &mut Lines) -> Result<f32, ReadError> {
        let State { size, char_spacing, word_spacing, stretch, .. } = *self.state;
        let (mut units, mut spacing) = (0i64, 0.0);
        let known = self.font.codes();
        let mut rest = bytes.iter();
        while let Some(code) = self.font.next_code(&mut rest) {
            let code = code.map_err(|()| self.place.fault(at, "half a two-byte code"))?;
            let found = known.get(usize::from(code)).copied();
            let found = found.unwrap_or_else(|| self.font.unlisted());
            units += i64::from(found.advance);
            spacing += char_spacing;
            if code == u16::from(b' ') && !self.font.space.begins_two(0) {
                spacing += word_spacing;
            }
            if found.len.wrapping_sub(1) < LONG - 1 {
                lines.room(SHORT)[..SHORT].copy_from_slice(&found.text);
                lines.wrote(found.len.into());
            } else {
                self.unusual(code, found, lines)?;
            }
        }
        Ok((units as f32 * (1.0 / ADVANCE_UNIT) * size + spacing) * stretch)
    }

    /// Appends the text of a code that has a long one or none.
    #[cold]
    fn unusual(&self, code: u16, found: Code, lines: &mut Lines) -> Result<(), ReadError> {
        match found.len {
            LONG => lines.push(self.font.long(found)),
            _ if self.font.is_pictures() => {}
            _ if matches!(self.place, Place::Form(_)) => lines.push(UNREADABLE),
            _ => {
                return Err(ReadError::NoUnicode {
                    place: self.place.words(),
                    font: self.font.name.clone(),
                    code,
                });
            }
        }
        Ok(())
    }

    /// Notes what the glyphs of a string paint, from the pen on.
    fn rectangles(&self, bytes: &[u8], pen: f32, base: &Matrix, ink: &mut Ink) {
        let State { size, char_spacing, word_spacing, stretch, rise, .. } = *self.state;
        if !base.is_axis_parallel() {
            return;
        }
        let known = self.font.codes();
        let (mut x, mut rest) = (pen, bytes.iter());
        while let Some(Ok(code)) = self.font.next_code(&mut rest) {
            let corner = |along: f32, up: f32| {
                base.moved(x + along * size * stretch, up * size + rise).origin()
            };
            for &[left, bottom, right, top] in self.font.rectangles(code) {
                let rect = Rect::between(corner(left, bottom), corner(right, top));
                ink.push(rect, Painter::Font(self.number));
            }
            let found = known.get(usize::from(code)).copied();
            let advance = found.unwrap_or_else(|| self.font.unlisted()).advance as f32;
            let is_space = code == u16::from(b' ') && !self.font.space.begins_two(0);
            let spacing = char_spacing + if is_space { word_spacing } else { 0.0 };
            x += (advance / ADVANCE_UNIT * size + spacing) * stretch;
        }
    }
}
