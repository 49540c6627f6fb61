//! One content stream, run as a viewer runs it, with a pen that notes text instead of painting.

use super::lexer::{Lexer, Operand, Operator};
use super::operators::takes;
use super::text::{TextPlace, MATRIX, MOVE, MOVE_LEADING, NEXT_LINE};
use super::text::{SHOW, SHOW_ADJUSTED, SHOW_NEXT, SHOW_SPACED};
use super::{ContentReader, Follow, Place, Shown};
use crate::error::ReadError;
use crate::ink::{Ink, Painter, Rect};
use crate::matrix::Matrix;
use crate::objects::Objects;

/// More saved states than a page has.
const STATES_MAX: usize = 64;

/// A stream being run.
pub(super) struct Run<'r> {
    pub(super) reader: &'r mut ContentReader,
    pub(super) place: Place,
    shelf: usize,
    depth: usize,
    pub(super) state: State,
    states: Vec<State>,
    /// Within BT and ET.
    pub(super) text: Option<TextPlace>,
    /// The rectangles of the path that is being made.
    path: Vec<Rect>,
    /// Marked content that is open.
    pub(super) tags: u32,
}

/// The part of the graphics state that places text and marks.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) ctm: Matrix,
    /// The font, by its number in the file.
    pub(super) font: Option<usize>,
    pub(super) size: f32,
    pub(super) char_spacing: f32,
    pub(super) word_spacing: f32,
    pub(super) stretch: f32,
    pub(super) leading: f32,
    pub(super) rise: f32,
    pub(super) visible: bool,
    /// Whether what is filled is black.
    pub(super) black: bool,
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
            black: true,
        }
    }
}

pub(super) type Trouble = &'static str;

pub(super) const fn op<const N: usize>(letters: &[u8; N]) -> u32 {
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
const PAINT: u32 = op(b"Do");
const STATE: u32 = op(b"gs");
const IMAGE: u32 = op(b"BI");
const BEGIN_TAG: u32 = op(b"BMC");
const BEGIN_PROPERTIES: u32 = op(b"BDC");
const END_TAG: u32 = op(b"EMC");
const RECTANGLE: u32 = op(b"re");
const FILL: u32 = op(b"f");
const FILL_OLD: u32 = op(b"F");
const FILL_STROKE: u32 = op(b"B");
const CLOSE_FILL_STROKE: u32 = op(b"b");
const FILL_EVEN: u32 = op(b"f*");
const FILL_EVEN_STROKE: u32 = op(b"B*");
const CLOSE_FILL_EVEN_STROKE: u32 = op(b"b*");
const STROKE: u32 = op(b"S");
const CLOSE_STROKE: u32 = op(b"s");
const NO_PAINT: u32 = op(b"n");
const GRAY: u32 = op(b"g");
const RGB: u32 = op(b"rg");
const CMYK: u32 = op(b"k");
const COLOR_SPACE: u32 = op(b"cs");
const COLOR: u32 = op(b"sc");
const COLOR_NAMED: u32 = op(b"scn");

impl<'r> Run<'r> {
    pub(super) fn new(
        reader: &'r mut ContentReader,
        place: Place,
        shelf: usize,
        depth: usize,
    ) -> Self {
        let (state, states, path) = (State::default(), Vec::new(), Vec::new());
        Self { reader, place, shelf, depth, state, states, text: None, path, tags: 0 }
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
            lexer.go_to(self.usual(content, lexer.at(), shown)?);
            let operator = match lexer.operator() {
                Ok(Some(operator)) => operator,
                Ok(None) => break,
                Err(fault) => return Err(self.place.fault(fault.at, fault.trouble)),
            };
            let known = match operator.0 {
                MOVE | MOVE_LEADING | MATRIX | NEXT_LINE => self.place_text(operator.0, &lexer),
                SHOW | SHOW_ADJUSTED | SHOW_NEXT | SHOW_SPACED => {
                    self.show(operator.0, &lexer, &mut shown.lines, &mut shown.ink)?;
                    Ok(())
                }
                PAINT => {
                    self.paint(objects, &lexer, shown)?;
                    Ok(())
                }
                IMAGE => self.image(&mut lexer, shown),
                _ => self.set(operator, &lexer, &mut shown.ink),
            };
            known.map_err(|trouble| self.place.fault(lexer.at(), trouble))?;
        }
        if self.text.is_some() || !self.states.is_empty() || self.tags > 0 {
            return Err(self.place.fault(lexer.at(), "BT, q or marked content is left open"));
        }
        Ok(())
    }

    fn set(&mut self, operator: Operator, lexer: &Lexer<'_>, ink: &mut Ink) -> Result<(), Trouble> {
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
                self.begin_text();
            }
            END_TEXT => {
                let [] = lexer.numbers()?;
                self.text.take().ok_or("ET without BT")?;
            }
            FONT => {
                let [Operand::Name(name), Operand::Number(size)] = *lexer.operands() else {
                    return Err("operands that are not a font and its size");
                };
                self.state.font = Some(self.font(&name.decoded()).ok_or("an unknown font")?);
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
                self.paint_path(operator, lexer, ink);
            }
        }
        Ok(())
    }

    /// Returns the number of the font of this name.
    pub(super) fn font(&self, name: &[u8]) -> Option<usize> {
        self.reader.stock.shelves[self.shelf].font(name)
    }

    pub(super) fn begin_text(&mut self) {
        self.text = Some(TextPlace::new(Matrix::IDENTITY, &self.state.ctm));
    }

    /// Notes a rectangle of a path.
    pub(super) fn rectangle(&mut self, [x, y, width, height]: [f32; 4]) {
        let ctm = &self.state.ctm;
        if ctm.is_axis_parallel() {
            let (corner, other) = (ctm.moved(x, y), ctm.moved(x + width, y + height));
            self.path.push(Rect::between(corner.origin(), other.origin()));
        }
    }

    /// Fills the path.
    pub(super) fn fill(&mut self, ink: &mut Ink) {
        if self.state.black {
            self.path.iter().for_each(|rect| ink.push(*rect, Painter::Path));
        }
        self.path.clear();
    }

    /// Makes or ends a path, or notes the color that paths are filled with.
    fn paint_path(&mut self, operator: Operator, lexer: &Lexer<'_>, ink: &mut Ink) {
        match operator.0 {
            RECTANGLE => {
                if let Ok(numbers) = lexer.numbers() {
                    self.rectangle(numbers);
                }
            }
            FILL | FILL_OLD | FILL_STROKE | CLOSE_FILL_STROKE => self.fill(ink),
            // Where rectangles overlap, an even-odd rule leaves white: those are no marks.
            FILL_EVEN
            | FILL_EVEN_STROKE
            | CLOSE_FILL_EVEN_STROKE
            | STROKE
            | CLOSE_STROKE
            | NO_PAINT => self.path.clear(),
            GRAY | RGB => self.state.black = lexer.operands().iter().all(is(0.0)),
            CMYK => self.state.black = lexer.operands().last().is_some_and(is(1.0)),
            COLOR_SPACE | COLOR | COLOR_NAMED => self.state.black = false,
            _ => {}
        }
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

/// Returns whether an operand is this number.
fn is(number: f32) -> impl Fn(&Operand<'_>) -> bool {
    move |operand| *operand == Operand::Number(number)
}
