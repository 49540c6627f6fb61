//! Content streams for the second opinion: lines of text in the order in which they are painted.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Object, ObjectId};

use super::font::Font;
use super::lexer::{Lexer, Operand};
use super::pdf::{PageObject, Pdf};
use crate::content::Follow;
use crate::error::ReadError;
use crate::ink::{Ink, Painter, Rect};
use crate::lines::Lines;
use crate::matrix::Matrix;

/// The deepest nesting of forms that is followed.
const FORM_DEPTH_MAX: usize = 8;

/// Stands for a code without text in a form: stationery comes from any design program, and only our
/// own pages must be readable throughout.
const UNREADABLE: &str = "\u{FFFD}";

/// Reads the content streams of one file; fonts and forms are read once.
pub(crate) struct ContentReader<'a> {
    pdf: &'a Pdf,
    fonts: Vec<Font>,
    font_index: BTreeMap<ObjectId, usize>,
    shelves: Vec<Shelf<'a>>,
    shelf_index: BTreeMap<ObjectId, usize>,
    forms: Vec<String>,
    form_index: BTreeMap<ObjectId, usize>,
    follow: Follow,
    buffer: Vec<u8>,
    states: Vec<State>,
    /// The black rectangles of the page's paths.
    pub(crate) ink: Ink,
}

/// One resources dictionary, by the names that content streams use.
#[derive(Clone, Default)]
struct Shelf<'a> {
    fonts: Vec<(&'a [u8], usize)>,
    forms: Vec<(&'a [u8], ObjectId)>,
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
    black: bool,
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
            black: true,
        }
    }
}

impl<'a> ContentReader<'a> {
    pub(crate) fn new(pdf: &'a Pdf, follow: Follow) -> Self {
        Self {
            pdf,
            fonts: Vec::new(),
            font_index: BTreeMap::new(),
            shelves: Vec::new(),
            shelf_index: BTreeMap::new(),
            forms: Vec::new(),
            form_index: BTreeMap::new(),
            follow,
            buffer: Vec::new(),
            states: Vec::new(),
            ink: Ink::default(),
        }
    }

    /// Returns the texts of the forms met so far; pages name them by index.
    pub(crate) fn into_forms(self) -> Vec<String> {
        self.forms
    }

    /// Reads a page's own text into `lines` and the forms it shows into `shown`.
    ///
    /// `number` is the page's, from 1, for errors.
    pub(crate) fn page(
        &mut self,
        page: &PageObject<'a>,
        number: usize,
        lines: &mut Lines,
        shown: &mut Vec<usize>,
    ) -> Result<(), ReadError> {
        lines.clear();
        shown.clear();
        self.ink.clear();
        let mut content = std::mem::take(&mut self.buffer);
        self.pdf.page_content(page, &mut content)?;
        let shelf = self.shelf(page.resources)?;
        let place = Place::Page(number);
        let result = self.run(&content, shelf, place, lines, shown, 0);
        self.buffer = content;
        result
    }

    /// Finds or reads a resources dictionary; those that are objects of their own are read once.
    fn shelf(&mut self, resources: Option<&'a Object>) -> Result<usize, ReadError> {
        let Some(resources) = resources else {
            self.shelves.push(Shelf::default());
            return Ok(self.shelves.len() - 1);
        };
        let id = resources.as_reference().ok();
        if let Some(&index) = id.and_then(|id| self.shelf_index.get(&id)) {
            return Ok(index);
        }
        let shelf = self.read_shelf(self.pdf.resolve(resources)?.as_dict()?)?;
        self.shelves.push(shelf);
        let index = self.shelves.len() - 1;
        if let Some(id) = id {
            self.shelf_index.insert(id, index);
        }
        Ok(index)
    }

    fn read_shelf(&mut self, resources: &'a Dictionary) -> Result<Shelf<'a>, ReadError> {
        let mut shelf = Shelf::default();
        if let Some(fonts) = self.pdf.dict(resources, b"Font")? {
            for (name, object) in fonts {
                shelf.fonts.push((name, self.font(object)?));
            }
        }
        if let Some(objects) = self.pdf.dict(resources, b"XObject")? {
            for (name, object) in objects {
                let stream = self.pdf.resolve(object)?.as_stream()?;
                if stream.dict.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Form") {
                    shelf.forms.push((name, object.as_reference()?));
                }
            }
        }
        Ok(shelf)
    }

    fn font(&mut self, object: &'a Object) -> Result<usize, ReadError> {
        let id = object.as_reference().ok();
        if let Some(&index) = id.and_then(|id| self.font_index.get(&id)) {
            return Ok(index);
        }
        let font = Font::read(self.pdf, self.pdf.resolve(object)?.as_dict()?)?;
        self.fonts.push(font);
        let index = self.fonts.len() - 1;
        if let Some(id) = id {
            self.font_index.insert(id, index);
        }
        Ok(index)
    }

    /// Reads a form's text the first time it is shown and returns its index.
    fn form(&mut self, id: ObjectId, depth: usize) -> Result<usize, ReadError> {
        if let Some(&index) = self.form_index.get(&id) {
            return Ok(index);
        }
        if depth >= FORM_DEPTH_MAX {
            return Err(ReadError::structure(format!("form {}", id.0), "nested too deep"));
        }
        let stream = self.pdf.object(id)?.as_stream()?;
        let mut content = Vec::new();
        self.pdf.decode(stream, &mut content)?;
        let shelf = self.shelf(stream.dict.get(b"Resources").ok())?;
        let mut lines = Lines::default();
        let mut inner = Vec::new();
        let states = std::mem::take(&mut self.states);
        let result = self.run(&content, shelf, Place::Form(id.0), &mut lines, &mut inner, depth);
        self.states = states;
        result?;
        let mut text = lines.into_text();
        for index in inner {
            text.push('\n');
            text.push_str(&self.forms[index]);
        }
        self.forms.push(text);
        self.form_index.insert(id, self.forms.len() - 1);
        Ok(self.forms.len() - 1)
    }

    fn run(
        &mut self,
        content: &[u8],
        shelf: usize,
        place: Place,
        lines: &mut Lines,
        shown: &mut Vec<usize>,
        depth: usize,
    ) -> Result<(), ReadError> {
        let mut lexer = Lexer::new(content);
        let mut state = State::default();
        let (mut line, mut text) = (Matrix::IDENTITY, Matrix::IDENTITY);
        self.states.clear();
        let mut path = Vec::new();
        loop {
            let operator = match lexer.operator() {
                Ok(Some(operator)) => operator,
                Ok(None) => return Ok(()),
                Err(trouble) => return Err(place.content(lexer.at(), trouble)),
            };
            let fault = |trouble| place.content(lexer.at(), trouble);
            match operator {
                b"q" => self.states.push(state),
                b"Q" => state = self.states.pop().ok_or_else(|| fault("Q without q"))?,
                b"cm" => state.ctm = Matrix(lexer.numbers().map_err(fault)?).then(&state.ctm),
                b"BT" => (line, text) = (Matrix::IDENTITY, Matrix::IDENTITY),
                b"Tf" => {
                    let (name, size) = lexer.name_and_number().map_err(fault)?;
                    let fonts = &self.shelves[shelf].fonts;
                    let font = fonts.iter().find(|(known, _)| *known == name);
                    state.font = Some(font.ok_or_else(|| fault("an unknown font"))?.1);
                    state.size = size;
                }
                b"Tc" => [state.char_spacing] = lexer.numbers().map_err(fault)?,
                b"Tw" => [state.word_spacing] = lexer.numbers().map_err(fault)?,
                b"Tz" => state.stretch = lexer.numbers::<1>().map_err(fault)?[0] / 100.0,
                b"TL" => [state.leading] = lexer.numbers().map_err(fault)?,
                b"Ts" => [state.rise] = lexer.numbers().map_err(fault)?,
                b"Td" | b"TD" => {
                    let [x, y] = lexer.numbers().map_err(fault)?;
                    if operator == b"TD" {
                        state.leading = -y;
                    }
                    line = line.moved(x, y);
                    text = line;
                }
                b"Tm" => {
                    line = Matrix(lexer.numbers().map_err(fault)?);
                    text = line;
                }
                b"T*" => {
                    line = line.moved(0.0, -state.leading);
                    text = line;
                }
                b"Tj" | b"TJ" | b"'" | b"\"" => {
                    if matches!(operator, b"'" | b"\"") {
                        if operator == b"\"" {
                            [state.word_spacing, state.char_spacing] =
                                lexer.numbers().map_err(fault)?;
                        }
                        line = line.moved(0.0, -state.leading);
                        text = line;
                    }
                    let font = state.font.ok_or_else(|| fault("text without a font"))?;
                    let run = Run { font: &self.fonts[font], state: &state, place };
                    run.show(&lexer, &mut text, lines)?;
                }
                b"re" => {
                    let [x, y, width, height] = lexer.numbers().map_err(fault)?;
                    let [corner, other] = [(x, y), (x + width, y + height)];
                    let place = |(x, y)| state.ctm.moved(x, y).origin();
                    path.push(Rect::between(place(corner), place(other)));
                }
                b"f" | b"n" | b"S" => {
                    let filled = operator == b"f" && state.black && matches!(place, Place::Page(_));
                    for rect in path.drain(..).filter(|_| filled) {
                        self.ink.push(rect, Painter::Path);
                    }
                }
                b"g" => state.black = lexer.numbers::<1>().map_err(fault)? == [0.0],
                b"Do" if self.follow == Follow::Forms => {
                    let name = lexer.name().map_err(fault)?;
                    let form = self.shelves[shelf].forms.iter().find(|(known, _)| *known == name);
                    if let Some(&(_, id)) = form {
                        let index = self.form(id, depth + 1)?;
                        shown.push(index);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Where a content stream belongs, for errors.
#[derive(Clone, Copy)]
enum Place {
    /// By number, from 1.
    Page(usize),
    /// By object number.
    Form(u32),
}

impl Place {
    fn words(self) -> String {
        match self {
            Self::Page(number) => format!("page {number}"),
            Self::Form(object) => format!("form {object}"),
        }
    }

    fn content(self, byte: usize, trouble: &'static str) -> ReadError {
        ReadError::Content { place: self.words(), byte, trouble }
    }
}

/// One text-showing operator's view of the state.
struct Run<'r> {
    font: &'r Font,
    state: &'r State,
    place: Place,
}

impl Run<'_> {
    /// Shows all strings of the operator; numbers among them move the text (TJ).
    fn show(
        &self,
        lexer: &Lexer<'_>,
        text: &mut Matrix,
        lines: &mut Lines,
    ) -> Result<(), ReadError> {
        let State { size, stretch, rise, .. } = *self.state;
        for operand in lexer.operands() {
            match operand {
                Operand::Number(number) => {
                    *text = text.moved(-number / 1000.0 * size * stretch, 0.0)
                }
                Operand::Name(_) => {}
                Operand::String(bytes) => {
                    let placed = text.then(&self.state.ctm);
                    lines.begin(&placed.moved(0.0, rise), size);
                    let advance = self.string(bytes, lines)?;
                    *text = text.moved(advance, 0.0);
                    lines.end(&text.then(&self.state.ctm).moved(0.0, rise));
                }
            }
        }
        Ok(())
    }

    /// Appends a string's text and returns its advance in text space.
    fn string(&self, bytes: &[u8], lines: &mut Lines) -> Result<f32, ReadError> {
        let State { size, char_spacing, word_spacing, stretch, .. } = *self.state;
        let mut advance = 0.0;
        let mut count = 0.0;
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            let len = 1 + usize::from(self.font.encoding.space.begins_two(first));
            let (own, after) = rest
                .split_at_checked(len)
                .ok_or_else(|| self.place.content(0, "half a two-byte code"))?;
            rest = after;
            let code = own.iter().fold(0, |code, &byte| code << 8 | u16::from(byte));
            match (self.font.text(code), self.place) {
                (Some(text), _) => lines.push(text),
                (None, Place::Form(_)) => lines.push(UNREADABLE),
                (None, Place::Page(_)) => {
                    return Err(ReadError::NoUnicode {
                        place: self.place.words(),
                        font: self.font.name.clone(),
                        code,
                    });
                }
            }
            advance += self.font.advance(code);
            count += 1.0;
            if len == 1 && code == 32 {
                advance += word_spacing / size;
            }
        }
        Ok((advance * size + count * char_spacing) * stretch)
    }
}
