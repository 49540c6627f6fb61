//! 組付け: fills a compiled template with one record, page by page, without allocation.

mod address;
mod bars;
mod choose;
mod flow;
mod joined;
mod part;
mod passage;
mod reading;
mod table;
mod vertical;
mod wrap;

use letter::page::{Len, Mark, Page, SheetSize};
use letter::{Reason, RecordView};

use crate::font::{FaceMap, Sort};
use crate::layout::address::Unit;
use crate::layout::honorific::{addressee, Addressee};
use crate::layout::line::Line;
use crate::layout::ruby::Rubies;
use crate::layout::shape::{self, Missing};
use crate::template::{
    AddressFields, Filter, Form, LetterFacts, Paragraph, Piece, Program, Rect, Source, Table,
    Value, ADDRESS_SLOT, CONTINUATION_LAYER,
};
pub(crate) use bars::LEAST_MODULE;
use flow::Cursor;
pub(crate) use part::set_parts;

/// Memory that typesetting uses again for each letter; one a thread.
#[derive(Debug, Default)]
pub struct Scratch {
    pages: Vec<Page>,
    count: usize,
    sorts: Vec<Sort>,
    units: Vec<Unit>,
    lines: Vec<Line>,
    /// The readings above the names of a paragraph.
    rubies: Rubies,
    /// A line of vertical writing before it is put upright.
    column: Page,
    /// Where each sort of a paragraph stands.
    along: Vec<i32>,
    /// Whether the paragraph has sorts of several faces.
    is_mixed: bool,
    /// A value before and after a filter.
    texts: [String; 2],
    /// The symbol characters of a barcode.
    codes: Vec<u8>,
    /// The row of a wrapping table.
    broken: wrap::Broken,
}

impl Scratch {
    /// Returns the pages of the letter that was set last.
    pub fn pages(&self) -> &[Page] {
        &self.pages[..self.count]
    }
}

/// Sets one letter.
pub(crate) struct Setter<'a> {
    program: &'a Program,
    scratch: &'a mut Scratch,
    record: &'a RecordView<'a>,
    letter: &'a LetterFacts,
    form: Form,
    /// The table row whose cells are meant.
    row: usize,
    /// The page whose number is meant.
    page: usize,
    /// Whether passages are noted, for those who do not see the page.
    notes_passages: bool,
    count: passage::Count,
}

impl<'a> Setter<'a> {
    pub(crate) fn new(
        program: &'a Program,
        scratch: &'a mut Scratch,
        record: &'a RecordView<'a>,
        letter: &'a LetterFacts,
        form: Form,
    ) -> Self {
        let (notes_passages, count) = (form == Form::Copy, passage::Count::default());
        Self { program, scratch, record, letter, form, row: 0, page: 0, notes_passages, count }
    }

    /// Sets all pages and returns how many.
    pub(crate) fn letter(mut self) -> Result<usize, Reason> {
        self.scratch.count = 0;
        self.open_page();
        self.enter_slot(Some(ADDRESS_SLOT));
        self.address()?;
        let program = self.program;
        self.enter_slot(Some(program.flow.slot));
        let mut cursor = Cursor::flow(&program.flow);
        self.blocks(&program.flow.blocks, &mut cursor)?;
        while self.scratch.count < program.least_pages {
            self.open_page();
        }
        for page in 0..self.scratch.count {
            self.page = page;
            for frame in program.frames.iter().filter(|frame| frame.pages.has(page)) {
                if frame.when.is_empty() || self.stands(frame)? {
                    self.frame(frame, page)?;
                }
            }
        }
        Ok(self.scratch.count)
    }

    /// Starts the next page with the layer that lies under it.
    fn open_page(&mut self) {
        let number = self.scratch.count;
        if self.scratch.pages.len() == number {
            self.scratch.pages.push(Page::default());
        }
        self.scratch.count += 1;
        let page = &mut self.scratch.pages[number];
        page.clear();
        let layer = number.min(CONTINUATION_LAYER);
        if self.program.lies_under[layer] {
            page.marks.push(Mark::Layer(layer as u16));
        }
    }

    /// Collects the sorts of a line's pieces.
    fn collect(&mut self, pieces: &'a [Piece], map: &FaceMap) -> Result<(), Reason> {
        for piece in pieces {
            match piece {
                Piece::Static(start, end) => {
                    let sorts = &self.program.sorts[*start as usize..*end as usize];
                    let first = self.scratch.sorts.len();
                    self.scratch.sorts.extend_from_slice(sorts);
                    shape::join_at(&mut self.scratch.sorts, first);
                }
                Piece::Value(value) => self.collect_value(value, map)?,
                Piece::Reading(reading) => self.collect_reading(reading, map)?,
                Piece::If(cond, then, otherwise) => {
                    let chosen = if self.holds(cond)? { then } else { otherwise };
                    self.collect(chosen, map)?;
                }
            }
        }
        Ok(())
    }

    fn collect_value(&mut self, value: &Value, map: &FaceMap) -> Result<(), Reason> {
        if value.filters.is_empty() {
            if let Some(text) = self.text_of(value.source) {
                let picked = shape::pick(map, text, &mut self.scratch.sorts);
                return picked.map_err(|missing| missing_glyph(&value.name, missing));
            }
        }
        let mut texts = std::mem::take(&mut self.scratch.texts);
        let result = self.write_value(value, &mut texts).and_then(|()| {
            let picked = shape::pick(map, &texts[0], &mut self.scratch.sorts);
            picked.map_err(|missing| missing_glyph(&value.name, missing))
        });
        self.scratch.texts = texts;
        result
    }

    /// Writes a value with its filters into the first text.
    fn write_value(&self, value: &Value, texts: &mut [String; 2]) -> Result<(), Reason> {
        let [text, other] = texts;
        text.clear();
        match (self.text_of(value.source), value.source) {
            (Some(known), _) => text.push_str(known),
            (None, Source::Sum(column)) => {
                use std::fmt::Write;
                let _ = write!(text, "{}", self.sum_of(column, &value.name)?);
            }
            (None, source) => self.write_fact(source, text),
        }
        for filter in &value.filters {
            other.clear();
            self.apply(*filter, value, text, other)?;
            std::mem::swap(text, other);
        }
        Ok(())
    }

    fn apply(
        &self,
        filter: Filter,
        value: &Value,
        from: &str,
        to: &mut String,
    ) -> Result<(), Reason> {
        filter
            .apply(from, to)
            .map_err(|why| Reason::TemplateValue { field: value.name.clone(), why: why.to_owned() })
    }

    /// Returns a value that the record itself holds.
    fn text_of(&self, source: Source) -> Option<&'a str> {
        match source {
            Source::Field(field) => Some(self.record.field(field)),
            Source::Cell(column) => Some(self.record.cell(self.row, column)),
            _ => None,
        }
    }

    /// Returns the sum of a column; an empty cell adds nothing.
    fn sum_of(&self, column: usize, name: &str) -> Result<i64, Reason> {
        let wrong = |why: &str| {
            let (field, why) = (name.to_owned(), why.to_owned());
            Reason::TemplateValue { field, why }
        };
        let mut sum = 0_i64;
        for row in 0..self.record.row_count() {
            let cell = self.record.cell(row, column);
            if cell.is_empty() {
                continue;
            }
            let number = cell.parse::<i64>().ok().filter(|_| !cell.starts_with('+'));
            let number = number.ok_or_else(|| wrong("a row is not a whole number"))?;
            sum = sum.checked_add(number).ok_or_else(|| wrong("the sum is too large"))?;
        }
        Ok(sum)
    }

    /// Writes a value that the record does not hold.
    fn write_fact(&self, source: Source, text: &mut String) {
        use std::fmt::Write;
        let _ = match source {
            Source::Addressee => {
                let Addressee { lines, honorific, care_of } = self.addressee();
                if !care_of && !lines[1].is_empty() {
                    let _ = write!(text, "{}\u{3000}", lines[0]);
                }
                let last = if lines[1].is_empty() { lines[0] } else { lines[1] };
                text.push_str(last);
                if !honorific.is_empty() {
                    text.push('\u{3000}');
                }
                write!(text, "{honorific}")
            }
            Source::Postal => write!(text, "{}", self.letter.postal),
            Source::PostingDate => write!(text, "{}", self.letter.posting_date),
            Source::Page => write!(text, "{}", self.page + 1),
            Source::Pages => write!(text, "{}", self.scratch.count),
            Source::RowCount => write!(text, "{}", self.record.row_count()),
            Source::Channel => write!(text, "{}", self.channel()),
            Source::Field(_) | Source::Cell(_) | Source::Sum(_) => Ok(()),
        };
    }

    fn addressee(&self) -> Addressee<'a> {
        let AddressFields { name, name2, honorific, .. } = self.program.address.fields;
        let field = |index: Option<usize>| index.map_or("", |index| self.record.field(index));
        let own = field(honorific);
        addressee(self.record.field(name), field(name2), own, &self.program.honorific)
    }
}

/// What has no values and can be set without a record.
pub(crate) enum Standing<'a> {
    /// The program's frames on a page; those with values are none of the program's yet.
    Frames(usize),
    /// A paragraph at the upper left corner of the sheet.
    Paragraph(&'a Paragraph),
    /// The heads of a table there.
    Heads(&'a Table),
}

/// Sets what has no values on a page; returns its lower edge and how many lines it has.
pub(crate) fn set_standing(
    program: &Program,
    what: Standing<'_>,
    form: Form,
    page: &mut Page,
) -> Result<(i32, usize), Reason> {
    let mut bytes = Vec::new();
    let schema = letter::Schema::default();
    letter::RecordBuilder::default().finish(Default::default(), &schema, &mut bytes);
    let record = RecordView::parse(&bytes).expect("an empty record is whole");
    let facts = LetterFacts {
        postal: letter::PostalCode::from_number(0).expect("zero has seven digits at most"),
        barcode: None,
        posting_date: letter::Date::new(2000, 1, 1).expect("a day of the calendar"),
    };
    let mut scratch = Scratch { pages: vec![std::mem::take(page)], count: 1, ..Scratch::default() };
    let mut setter = Setter::new(program, &mut scratch, &record, &facts, form);
    let mut cursor = Cursor::at_corner(&program.flow, program.sheet);
    match what {
        Standing::Frames(number) => {
            for frame in program.frames.iter().filter(|frame| frame.pages.has(number)) {
                setter.frame(frame, 0)?;
            }
        }
        Standing::Paragraph(paragraph) => {
            setter.paragraph(paragraph, &mut cursor)?;
            cursor.y -= program.styles[paragraph.style].after;
        }
        Standing::Heads(table) => {
            setter.open_table(table, &mut cursor)?;
        }
    }
    let (bottom, lines) = (cursor.y, cursor.lines);
    *page = scratch.pages.swap_remove(0);
    Ok((bottom, lines))
}

/// Returns a filled rectangle on such a sheet as a mark.
pub(crate) fn band(sheet: SheetSize, rect: Rect, tint: u8) -> Mark {
    Mark::Rule {
        x: Len(rect.left),
        y: Len(sheet.height.0 - rect.bottom()),
        width: Len(rect.width),
        height: Len(rect.height),
        tint,
    }
}

/// Returns the height of a baseline above the sheet's lower edge, for a line box whose upper edge
/// is `top` below the sheet's: the em box sits in the middle of the line, its foot 0.12 em below.
fn baseline(sheet: SheetSize, top: i32, leading: i32, size: i32) -> i32 {
    sheet.height.0 - (top + (leading - size) / 2 + size * 88 / 100)
}

fn missing_glyph(field: &str, missing: Missing) -> Reason {
    Reason::MissingGlyph { field: field.to_owned(), character: missing.name() }
}
