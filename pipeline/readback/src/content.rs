//! Content streams: from operators to lines of text, in the order in which they are painted.

mod image;
mod lexer;
mod operators;
mod run;
mod shelf;
mod text;
mod usual;

use std::collections::BTreeMap;

pub(crate) use image::{Stencil, SIDE_MAX};

use crate::datamatrix::SymbolReader;
use crate::error::ReadError;
use crate::font::Font;
use crate::inflate::Buffer;
use crate::ink::Ink;
use crate::lines::Lines;
use crate::objects::Objects;
use crate::pages::{Contents, Page, ResourcesAt};
use crate::syntax::{Id, Value};
use crate::xref::Entry;
use run::Run;
use shelf::Shelf;

/// The deepest nesting of forms that is followed.
const FORM_DEPTH_MAX: usize = 8;

/// Resources that are kept; a file of ours has one dictionary, and each form its own.
const SHELVES_MAX: usize = 256;

/// Reads the content streams of one file; fonts and forms are read once.
#[derive(Default)]
pub(crate) struct ContentReader {
    stock: Stock,
    follow: Follow,
    buffer: Buffer,
    symbols: SymbolReader,
    scratch: Vec<u8>,
}

/// What was read of fonts, resources and forms, and which objects it came from.
#[derive(Default)]
pub(crate) struct Stock {
    fonts: Vec<Font>,
    font_index: BTreeMap<Id, usize>,
    shelves: Vec<Shelf>,
    shelf_index: Vec<(ResourcesAt, usize)>,
    forms: Vec<String>,
    form_index: BTreeMap<Id, usize>,
    /// Every object that was read for it.
    origin: Vec<(u32, Entry)>,
    /// Where the furthest of them ends.
    end: u64,
}

/// Whether the text of forms is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Follow {
    Forms,
    #[default]
    PageOnly,
}

/// What a page shows.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub(crate) lines: Lines,
    /// The forms, by index.
    pub(crate) forms: Vec<usize>,
    /// What its DataMatrix symbols say.
    pub(crate) symbols: Vec<String>,
    /// Its black rectangles, and the barcode that they make.
    pub(crate) ink: Ink,
}

impl Shown {
    /// Makes room for what is wanted: with forms, all text, else marks alone.
    pub(crate) fn following(follow: Follow) -> Self {
        match follow {
            Follow::Forms => Self::default(),
            Follow::PageOnly => Self { lines: Lines::for_marks(), ..Self::default() },
        }
    }

    fn clear(&mut self) {
        self.lines.clear();
        self.forms.clear();
        self.symbols.clear();
        self.ink.clear();
    }
}

/// Where a content stream belongs, for errors.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// By number, from 1.
    Page(u64),
    /// By object number.
    Form(u32),
}

impl Place {
    pub(crate) fn words(self) -> String {
        match self {
            Self::Page(number) => format!("page {number}"),
            Self::Form(object) => format!("form {object}"),
        }
    }

    pub(crate) fn fault(self, byte: usize, trouble: &'static str) -> ReadError {
        ReadError::Content { place: self.words(), byte, trouble }
    }
}

impl ContentReader {
    pub(crate) fn new(follow: Follow) -> Self {
        Self { follow, ..Self::default() }
    }

    /// Returns the texts of the forms met so far; pages name them by index.
    pub(crate) fn forms(&self) -> &[String] {
        &self.stock.forms
    }

    /// Forgets fonts, resources and forms unless this file has them all at the same places, within
    /// the first `shared_len` bytes that it shares with the file before.
    pub(crate) fn keep_shared(&mut self, objects: &Objects<'_>, shared_len: u64) {
        let same = |&(number, entry): &(u32, Entry)| objects.entry(number) == Some(entry);
        if self.stock.end > shared_len || !self.stock.origin.iter().all(same) {
            self.stock = Stock::default();
        }
    }

    /// Reads a page's own text, its symbols and the forms it shows into `shown`.
    ///
    /// `number` is the page's, from 1, for errors.
    pub(crate) fn page(
        &mut self,
        objects: &mut Objects<'_>,
        page: &Page,
        number: u64,
        shown: &mut Shown,
    ) -> Result<(), ReadError> {
        shown.clear();
        let mut content = std::mem::take(&mut self.buffer);
        content.clear();
        page_content(objects, page, &mut content)?;
        let shelf = self.shelf(objects, page.resources)?;
        let place = Place::Page(number);
        let result = Run::new(self, place, shelf, 0).read(objects, content.as_slice(), shown);
        self.buffer = content;
        result?;
        let end = self.buffer.as_slice().len();
        self.find_marks(shown).map_err(|trouble| place.fault(end, trouble))
    }

    /// Reads the marks that black rectangles make.
    fn find_marks(&mut self, shown: &mut Shown) -> Result<(), &'static str> {
        let Shown { ink, symbols, .. } = shown;
        ink.find_bars()?;
        for stencil in ink.symbols() {
            symbols.extend(self.symbols.read(&stencil)?.map(str::to_owned));
        }
        Ok(())
    }

    /// Reads a form's text the first time it is shown and returns its index.
    fn form(
        &mut self,
        objects: &mut Objects<'_>,
        id: Id,
        depth: usize,
    ) -> Result<usize, ReadError> {
        if let Some(&index) = self.stock.form_index.get(&id) {
            return Ok(index);
        }
        if depth >= FORM_DEPTH_MAX {
            return Err(ReadError::structure(format!("form {}", id.number), "nested too deep"));
        }
        let body = self.traced(objects, |_, objects| objects.load(id))?;
        let resources = match body.dict()?.get(b"Resources") {
            None => None,
            Some(Value::Reference(id)) => Some(ResourcesAt::Object(id)),
            Some(_) => Some(ResourcesAt::Within(id)),
        };
        let mut content = Buffer::default();
        objects.decode(&body, &mut content)?;
        let shelf = self.shelf(objects, resources)?;
        let mut shown = Shown::default();
        let place = Place::Form(id.number);
        Run::new(self, place, shelf, depth).read(objects, content.as_slice(), &mut shown)?;
        let mut text = shown.lines.into_text();
        for index in shown.forms {
            text.push('\n');
            text.push_str(&self.stock.forms[index]);
        }
        self.stock.forms.push(text);
        self.stock.form_index.insert(id, self.stock.forms.len() - 1);
        Ok(self.stock.forms.len() - 1)
    }

    /// Runs `read` and notes in the stock which objects it read.
    fn traced<T>(
        &mut self,
        objects: &mut Objects<'_>,
        read: impl FnOnce(&mut Self, &mut Objects<'_>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        objects.trace();
        let result = read(self, objects);
        let (origin, end) = objects.traced();
        self.stock.origin.extend(origin);
        self.stock.end = self.stock.end.max(end);
        result
    }
}

/// Appends a page's whole content to `out`; the parts of an array are joined by a line end
/// (ISO 32000-2 §7.7.3.3, Contents).
fn page_content(objects: &mut Objects<'_>, page: &Page, out: &mut Buffer) -> Result<(), ReadError> {
    let (several, contents) = match &page.contents {
        Contents::None => return Ok(()),
        Contents::One(id) => (false, std::slice::from_ref(id)),
        Contents::Parts(parts) => (parts.len() > 1, &parts[..]),
    };
    for &id in contents {
        if objects.decode_usual(id, out)? {
            if several {
                out.extend(b"\n");
            }
            continue;
        }
        let body = objects.load(id)?;
        if body.is_stream() {
            objects.decode(&body, out)?;
            if several {
                out.extend(b"\n");
            }
            continue;
        }
        let parts = body.value()?.array().filter(|_| !several);
        for part in parts.ok_or_else(|| body.fault("not a stream"))?.values() {
            let part = part.reference();
            let part = part.ok_or_else(|| body.fault("a part that is no reference"))?;
            let part = objects.load(part)?;
            objects.decode(&part, out)?;
            out.extend(b"\n");
        }
    }
    Ok(())
}
