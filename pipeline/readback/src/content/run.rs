//! One content stream, run as a viewer runs it, with a pen that notes text instead of painting.

use super::lexer::{Lexer, Operand, Operator};
use super::operators::takes;
use super::{ContentReader, Follow, Place, Shown};
use crate::error::ReadError;
use crate::font::{Code, Font, LONG};
use crate::lines::Lines;
use crate::matrix::Matrix;
use crate::objects::Objects;
use crate::syntax::Text;

/// Stands for a code without text in a form: stationery comes from any design program, and only our
/// own pages must be readable throughout.
const UNREADABLE: &str = "\u{FFFD}";

/// Strings of one operator that are closer than this part of the size are one text in any case.
const NARROW: f32 = 0.25;

/// More saved states than a page has.
const STATES_MAX: usize = 64;

/// A stream being run.
pub(super) struct Run<'r> {
    reader: &'r mut ContentReader,
    place: Place,
    shelf: usize,
    depth: usize,
    state: State,
    states: Vec<State>,
    /// Within BT and ET: start of the line, and the pen.
    text: Option<(Matrix, Matrix)>,
    /// Marked content that is open.
    tags: u32,
}

/// The part of the graphics state that places text.
#[derive(Clone, Copy)]
struct State {
    ctm: Matrix,
    font: Option<usize>,
    size: f32,
    char_spacing: f32,
    word_spacing: f32,
    stretch: f32,
    leading: f32,
    rise: f32,
    visible: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            ctm: Matrix::IDENTITY,
            font: None,
            size: 0.0,
            char_spacing: 0.0,
            word_spacing: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            visible: true,
        }
    }
}

type Trouble = &'static str;

const fn op<const N: usize>(letters: &[u8; N]) -> u32 {
    Operator::of(letters).0
}

const SAVE: u32 = op(b"q");
const RESTORE: u32 = op(b"Q");
const CONCAT: u32 = op(b"cm");
const BEGIN_TEXT: u32 = op(b"BT");
const END_TEXT: u32 = op(b"ET");
const FONT: u32 = op(b"Tf");
const CHAR_SPACE: u32 = op(b"Tc");
const WORD_SPACE: u32 = op(b"Tw");
const STRETCH: u32 = op(b"Tz");
const LEADING: u32 = op(b"TL");
const RISE: u32 = op(b"Ts");
const RENDER: u32 = op(b"Tr");
const MOVE: u32 = op(b"Td");
const MOVE_LEADING: u32 = op(b"TD");
const MATRIX: u32 = op(b"Tm");
const NEXT_LINE: u32 = op(b"T*");
const SHOW: u32 = op(b"Tj");
const SHOW_ADJUSTED: u32 = op(b"TJ");
const SHOW_NEXT: u32 = op(b"'");
const SHOW_SPACED: u32 = op(b"\"");
const PAINT: u32 = op(b"Do");
const STATE: u32 = op(b"gs");
const IMAGE: u32 = op(b"BI");
const BEGIN_TAG: u32 = op(b"BMC");
const BEGIN_PROPERTIES: u32 = op(b"BDC");
const END_TAG: u32 = op(b"EMC");

impl<'r> Run<'r> {
    pub(super) fn new(
        reader: &'r mut ContentReader,
        place: Place,
        shelf: usize,
        depth: usize,
    ) -> Self {
        let (state, states) = (State::default(), Vec::new());
        Self { reader, place, shelf, depth, state, states, text: None, tags: 0 }
    }

    /// Runs the stream to its end.
    ///
    /// # Errors
    /// If it breaks the grammar, uses what the resources do not have or what is not known here, or
    /// leaves something open.
    pub(super) fn read(
        mut self,
        objects: &mut Objects<'_>,
        content: &[u8],
        shown: &mut Shown,
    ) -> Result<(), ReadError> {
        let mut lexer = Lexer::new(content);
        loop {
            let operator = match lexer.operator() {
                Ok(Some(operator)) => operator,
                Ok(None) => break,
                Err(fault) => return Err(self.place.fault(fault.at, fault.trouble)),
            };
            let known = match operator.0 {
                MOVE | MOVE_LEADING | MATRIX | NEXT_LINE => self.place_text(operator, &lexer),
                SHOW | SHOW_ADJUSTED | SHOW_NEXT | SHOW_SPACED => {
                    self.show(operator, &lexer, &mut shown.lines)?;
                    Ok(())
                }
                PAINT => {
                    self.paint(objects, &lexer, shown)?;
                    Ok(())
                }
                IMAGE => self.image(&mut lexer, shown),
                _ => self.set(operator, &lexer),
            };
            known.map_err(|trouble| self.place.fault(lexer.at(), trouble))?;
        }
        if self.text.is_some() || !self.states.is_empty() || self.tags > 0 {
            return Err(self.place.fault(lexer.at(), "BT, q or marked content is left open"));
        }
        Ok(())
    }

    fn set(&mut self, operator: Operator, lexer: &Lexer<'_>) -> Result<(), Trouble> {
        let in_text = self.text.is_some();
        match operator.0 {
            SAVE | RESTORE | CONCAT | BEGIN_TEXT if in_text => {
                return Err("an operator that must not stand within BT and ET");
            }
            SAVE => {
                let [] = lexer.numbers()?;
                if self.states.len() >= STATES_MAX {
                    return Err("too many q");
                }
                self.states.push(self.state);
            }
            RESTORE => {
                let [] = lexer.numbers()?;
                self.state = self.states.pop().ok_or("Q without q")?;
            }
            CONCAT => self.state.ctm = Matrix(lexer.numbers()?).then(&self.state.ctm),
            BEGIN_TEXT => {
                let [] = lexer.numbers()?;
                self.text = Some((Matrix::IDENTITY, Matrix::IDENTITY));
            }
            END_TEXT => {
                let [] = lexer.numbers()?;
                self.text.take().ok_or("ET without BT")?;
            }
            FONT => {
                let [Operand::Name(name), Operand::Number(size)] = *lexer.operands() else {
                    return Err("operands that are not a font and its size");
                };
                let font = self.reader.stock.shelves[self.shelf].font(name);
                self.state.font = Some(font.ok_or("an unknown font")?);
                self.state.size = size;
            }
            CHAR_SPACE => [self.state.char_spacing] = lexer.numbers()?,
            WORD_SPACE => [self.state.word_spacing] = lexer.numbers()?,
            STRETCH => self.state.stretch = lexer.numbers::<1>()?[0] / 100.0,
            LEADING => [self.state.leading] = lexer.numbers()?,
            RISE => [self.state.rise] = lexer.numbers()?,
            RENDER => {
                let [mode] = lexer.numbers()?;
                // 3 and 7 leave no ink (table 104).
                self.state.visible = mode != 3.0 && mode != 7.0;
            }
            STATE => {
                if !self.reader.stock.shelves[self.shelf].has_state(lexer.name()?) {
                    return Err("an unknown graphics state, or one that sets a font");
                }
            }
            _ => {
                let (takes, in_text_too) = takes(operator).ok_or("an unknown operator")?;
                if !takes.fits(lexer.operands()) {
                    return Err("operands that do not fit their operator");
                }
                if in_text && !in_text_too {
                    return Err("an operator that must not stand within BT and ET");
                }
                self.tag(operator, lexer)?;
            }
        }
        Ok(())
    }

    /// Counts marked content; optional content on a page may be shown or not, so it proves nothing.
    fn tag(&mut self, operator: Operator, lexer: &Lexer<'_>) -> Result<(), Trouble> {
        match operator.0 {
            BEGIN_TAG => self.tags += 1,
            BEGIN_PROPERTIES => {
                self.tags += 1;
                let optional =
                    matches!(lexer.operands(), [Operand::Name(tag), ..] if tag.is(b"OC"));
                if optional && matches!(self.place, Place::Page(_)) {
                    return Err("optional content");
                }
            }
            END_TAG => self.tags = self.tags.checked_sub(1).ok_or("EMC without BMC or BDC")?,
            _ => {}
        }
        Ok(())
    }

    fn place_text(&mut self, operator: Operator, lexer: &Lexer<'_>) -> Result<(), Trouble> {
        let (line, pen) = self.text.as_mut().ok_or("text outside BT and ET")?;
        match operator.0 {
            MATRIX => *line = Matrix(lexer.numbers()?),
            NEXT_LINE => {
                let [] = lexer.numbers()?;
                *line = line.moved(0.0, -self.state.leading);
            }
            _ => {
                let [x, y] = lexer.numbers()?;
                if operator.0 == MOVE_LEADING {
                    self.state.leading = -y;
                }
                *line = line.moved(x, y);
            }
        }
        *pen = *line;
        Ok(())
    }

    /// Shows all strings of the operator; numbers among them move the text (TJ).
    fn show(
        &mut self,
        operator: Operator,
        lexer: &Lexer<'_>,
        lines: &mut Lines,
    ) -> Result<(), ReadError> {
        let place = self.place;
        let fault = |trouble| place.fault(lexer.at(), trouble);
        let (line, mut pen) = self.text.ok_or_else(|| fault("text outside BT and ET"))?;
        let elements = match (operator.0, lexer.operands()) {
            (SHOW, show @ [Operand::Text(_)]) => show,
            (SHOW_ADJUSTED, [Operand::Open, elements @ .., Operand::Close]) => elements,
            (SHOW_NEXT, show @ [Operand::Text(_)]) => show,
            (SHOW_SPACED, [Operand::Number(word), Operand::Number(char), show @ ..]) => {
                (self.state.word_spacing, self.state.char_spacing) = (*word, *char);
                show
            }
            _ => return Err(fault("operands that do not fit their operator")),
        };
        if matches!(operator.0, SHOW_NEXT | SHOW_SPACED) {
            let next = line.moved(0.0, -self.state.leading);
            (self.text, pen) = (Some((next, next)), next);
        }
        let state = self.state;
        if !state.visible && matches!(place, Place::Page(_)) {
            return Err(fault("text without ink"));
        }
        let ContentReader { stock, scratch, .. } = &mut *self.reader;
        let font = state.font.ok_or_else(|| fault("text without a font"))?;
        let pass = Pass { font: &stock.fonts[font], state, place };
        // All strings of one operator stand on one line: only what lies between them counts.
        let base = pen.then(&state.ctm);
        let narrow = if base.is_upright() { state.size.abs() * NARROW } else { 0.0 };
        let (mut x, mut begun) = (0.0, None);
        for element in elements {
            match *element {
                Operand::Number(number) => x -= number / 1000.0 * state.size * state.stretch,
                Operand::Text(text) => {
                    if begun.is_none_or(|end: f32| (x - end).abs() >= narrow) {
                        if let Some(end) = begun {
                            lines.end(&base.moved(end, state.rise));
                        }
                        lines.begin(&base.moved(x, state.rise), state.size);
                    }
                    let bytes = match text {
                        Text::Plain(bytes) => bytes,
                        text => text.decode(scratch),
                    };
                    x += pass.string(bytes, lexer.at(), lines)?;
                    begun = Some(x);
                }
                _ => return Err(fault("neither string nor number in TJ")),
            }
        }
        if let Some(end) = begun {
            lines.end(&base.moved(end, state.rise));
        }
        pen = pen.moved(x, 0.0);
        if let Some((_, kept)) = &mut self.text {
            *kept = pen;
        }
        Ok(())
    }

    fn paint(
        &mut self,
        objects: &mut Objects<'_>,
        lexer: &Lexer<'_>,
        shown: &mut Shown,
    ) -> Result<(), ReadError> {
        let place = self.place;
        let fault = |trouble| place.fault(lexer.at(), trouble);
        if self.text.is_some() {
            return Err(fault("an operator that must not stand within BT and ET"));
        }
        let name = lexer.name().map_err(fault)?;
        let object = self.reader.stock.shelves[self.shelf].object(name);
        let form = object.ok_or_else(|| fault("an unknown form or image"))?;
        if let (Some(id), Follow::Forms) = (form, self.reader.follow) {
            shown.forms.push(self.reader.form(objects, id, self.depth + 1)?);
        }
        Ok(())
    }

    fn image(&mut self, lexer: &mut Lexer<'_>, shown: &mut Shown) -> Result<(), Trouble> {
        if self.text.is_some() {
            return Err("an operator that must not stand within BT and ET");
        }
        if !lexer.operands().is_empty() {
            return Err("operands that do not fit their operator");
        }
        let Some(stencil) = lexer.image().map(|image| image.stencil()).transpose()?.flatten()
        else {
            return Ok(());
        };
        if let Some(text) = self.reader.symbols.read(&stencil)? {
            // A mirrored symbol is read by no scanner.
            if !self.state.ctm.is_upright_square() {
                return Err("a DataMatrix that is not an upright square");
            }
            shown.symbols.push(text.to_owned());
        }
        Ok(())
    }
}

/// What the strings of one operator have in common.
struct Pass<'p> {
    font: &'p Font,
    state: State,
    place: Place,
}

impl Pass<'_> {
    /// Appends a string's text and returns its advance in text space.
    fn string(&self, bytes: &[u8], at: usize, lines: &mut Lines) -> Result<f32, ReadError> {
        let State { size, char_spacing, word_spacing, stretch, .. } = self.state;
        let (mut advance, mut count) = (0.0, 0);
        lines.reserve(bytes.len());
        let mut rest = bytes.iter();
        while let Some(&first) = rest.next() {
            let mut code = u16::from(first);
            if self.font.space.begins_two(first) {
                let second = rest.next();
                let second = second.ok_or_else(|| self.place.fault(at, "half a two-byte code"))?;
                code = code << 8 | u16::from(*second);
            } else if first == b' ' {
                advance += word_spacing / size;
            }
            advance += self.code(code, lines)?;
            count += 1;
        }
        Ok((advance * size + count as f32 * char_spacing) * stretch)
    }

    /// Appends a code's text and returns its advance.
    #[inline(always)]
    fn code(&self, code: u16, lines: &mut Lines) -> Result<f32, ReadError> {
        let found = self.font.code(code);
        if found.len.wrapping_sub(1) < LONG - 1 {
            lines.push_short(&found.text, found.len);
            return Ok(found.advance);
        }
        self.unusual(code, found, lines)
    }

    /// Appends the text of a code that has a long one or none.
    #[cold]
    fn unusual(&self, code: u16, found: Code, lines: &mut Lines) -> Result<f32, ReadError> {
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
        Ok(found.advance)
    }
}
