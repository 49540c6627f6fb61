//! What a compiled template consists of: styles, frames and blocks with all names resolved.

use letter::page::{FaceIndex, Mark, Page, Picture, SheetSize};
use letter::Date;

use super::filter::Filter;
pub use super::parse::Sign;
use super::sheet::{Align, Area, Pages, Symbology};
use crate::font::{FontChain, Sort};
use crate::layout::line::Rule;

/// A compiled template. Lengths are 1/100 pt, heights from the sheet's upper edge downwards.
#[derive(Debug)]
pub struct Program {
    pub name: String,
    pub version: u32,
    pub title: String,
    pub sheet: SheetSize,
    /// What one weighs, if the template says.
    pub sheet_mg: Option<u32>,
    pub chain: FontChain,
    /// All sorts of static text.
    pub sorts: Vec<Sort>,
    pub styles: Vec<Style>,
    pub address: Address,
    pub flow: Flow,
    /// Frames with variable text.
    pub frames: Vec<Frame>,
    pub tables: Vec<Table>,
    /// Pages that a letter has without running text.
    pub least_pages: usize,
    /// What is the same on every first page, and on every other.
    pub layers: Vec<Page>,
    /// What their marks number.
    pub pictures: Vec<Picture>,
    /// Whether there is anything on them.
    pub lies_under: [bool; 2],
    /// What is the same in every letter wherever it stands.
    pub parts: Vec<Page>,
    /// The size of each part.
    pub part_sizes: Vec<PartSize>,
    pub fields_used: Vec<String>,
    /// Whether letters on paper and electronic copies may be set otherwise.
    pub varies_by_channel: bool,
    /// Areas kept free for the inserter's marks.
    pub reserved: Vec<Area>,
    /// The sender's honorific for records without one.
    pub honorific: String,
}

/// The layer under first pages.
pub const FIRST_LAYER: usize = 0;
/// The layer under all other pages.
pub const CONTINUATION_LAYER: usize = 1;

/// The address is read first, before every frame.
pub const ADDRESS_SLOT: u32 = 0;

/// How text looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub face: FaceIndex,
    pub size: i32,
    pub leading: i32,
    pub align: Align,
    /// 1/1000 em.
    pub indent: i32,
    /// 1/1000 em.
    pub hang: i32,
    /// 1/1000 em.
    pub gap: i32,
    pub before: i32,
    pub after: i32,
    pub keep: i32,
    /// Advance of a 0, 1/1000 em.
    pub digit: i32,
    /// How lines end.
    pub rule: Rule,
}

/// A rectangle on the sheet, from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    pub left: i32,
    pub top: i32,
    pub width: i32,
    pub height: i32,
}

impl Rect {
    pub fn bottom(self) -> i32 {
        self.top + self.height
    }
}

/// The address frame.
#[derive(Debug)]
pub struct Address {
    pub rect: Rect,
    pub postal: Style,
    pub address: Style,
    pub address_min: i32,
    pub address_lines: usize,
    pub name: Style,
    pub name_min: i32,
    pub name_lines: usize,
    pub name_gap: i32,
    pub barcode: i32,
    pub barcode_gap: i32,
    /// Left and upper edge of the barcode, if all stands vertically.
    pub down: Option<[i32; 2]>,
    pub fields: AddressFields,
}

/// Where the record keeps its address.
#[derive(Clone, Copy, Debug)]
pub struct AddressFields {
    pub address1: usize,
    pub address2: Option<usize>,
    pub name: usize,
    pub name2: Option<usize>,
    pub honorific: Option<usize>,
}

/// The running text.
#[derive(Debug)]
pub struct Flow {
    pub first: Rect,
    pub continuation: Rect,
    pub blocks: Vec<Block>,
    /// Where it stands in the reading order.
    pub slot: u32,
}

/// A frame of fixed place with variable text.
#[derive(Debug)]
pub struct Frame {
    pub name: String,
    pub rect: Rect,
    pub pages: Pages,
    pub shrink_to_percent: u32,
    pub one_line: bool,
    pub blocks: Vec<Block>,
    /// Where it stands in the reading order; a frame of other pages than the first belongs to the
    /// page: a running head, a page number.
    pub slot: Option<u32>,
    /// As what its text is painted, if not as text.
    pub bars: Option<Bars>,
    /// Whether it is set vertically, and the most digits that stand side by side in it.
    pub vertical: Option<usize>,
    /// It stands only where each of these is met, or is not, as said beside.
    pub when: Vec<(Cond, bool)>,
    /// Its border and tint, if they stand only with it.
    pub ground: Vec<Mark>,
}

/// How a frame's text becomes a barcode.
#[derive(Clone, Copy, Debug)]
pub struct Bars {
    pub symbology: Symbology,
    /// Of the text under the bars, and of the symbol's place in the frame.
    pub style: Style,
    /// Width of a module.
    pub module: i32,
    pub height: i32,
    pub has_text: bool,
}

/// A paragraph or a group of them.
#[derive(Debug)]
pub enum Block {
    Paragraph(Paragraph),
    /// Blank space of half a line of this style.
    Blank(usize),
    Table(usize),
    PageBreak,
    If(Cond, Vec<Block>, Vec<Block>),
    Rows(Vec<Block>),
}

/// A paragraph.
#[derive(Debug)]
pub struct Paragraph {
    pub style: usize,
    pub align: Align,
    /// Static label of a hanging paragraph.
    pub label: Option<(u32, u32)>,
    /// Of a heading, from 1; 0 of other paragraphs.
    pub level: u8,
    pub pieces: Vec<Piece>,
    /// The part that it is, if it has no values.
    pub part: Option<u16>,
}

/// What a static part of the running text takes of a page.
#[derive(Clone, Copy, Debug)]
pub struct PartSize {
    pub height: i32,
    pub lines: usize,
}

/// A piece of a line.
#[derive(Debug)]
pub enum Piece {
    /// A range of [`Program::sorts`].
    Static(u32, u32),
    Value(Value),
    /// A name with its reading above.
    Reading(Box<Reading>),
    If(Cond, Vec<Piece>, Vec<Piece>),
}

/// A value of the letter as it is written.
#[derive(Debug)]
pub struct Value {
    pub source: Source,
    pub filters: Vec<Filter>,
    /// Our name, for reasons.
    pub name: String,
}

/// A name and where its reading stands.
#[derive(Debug)]
pub struct Reading {
    pub name: Value,
    pub source: Source,
    /// The reading's name, for reasons.
    pub field: String,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Field(usize),
    /// A cell of the row that is being set.
    Cell(usize),
    /// The name with its honorific.
    Addressee,
    Postal,
    PostingDate,
    Page,
    Pages,
    RowCount,
    /// `paper` or `electronic`.
    Channel,
    /// The whole numbers of a column, of all rows, added up.
    Sum(usize),
}

/// A condition: its first group of tests, and other groups that do as well.
#[derive(Debug)]
pub struct Cond {
    pub first: Test,
    /// What must be met with it.
    pub and: Vec<Test>,
    pub or: Vec<Vec<Test>>,
}

/// One test of a condition.
#[derive(Debug)]
pub struct Test {
    pub source: Source,
    pub negated: bool,
    pub comparison: Comparison,
    /// Our name, for reasons.
    pub name: String,
}

/// What is asked of a value.
#[derive(Debug)]
pub enum Comparison {
    /// It is not empty.
    Given,
    /// It is this text.
    Is(String),
    /// The answer is the same for all letters.
    Known(bool),
    Ordered(Sign, Other),
}

/// With what a value is compared.
#[derive(Debug)]
pub enum Other {
    Fixed(Quantity),
    /// With its name.
    Value(Source, String),
}

/// What can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    Number(i64),
    Day(Date),
}

/// A table.
#[derive(Debug)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub heads: Option<Vec<Vec<Piece>>>,
    /// The part that the heads are, if they have no values.
    pub heads_part: Option<u16>,
    /// Heads of several rows, in place of `heads`.
    pub head_grid: Option<Grid>,
    pub rows: Rows,
    pub total: Option<Vec<Vec<Piece>>>,
    /// A total whose cells are joined, in place of `total`.
    pub total_grid: Option<Grid>,
    pub cell: usize,
    pub head: usize,
    pub totals: usize,
    pub row_height: i32,
    pub left: i32,
    pub after: i32,
    pub shrink_to_percent: u32,
    /// Whether rows grow with their longest cell.
    pub wrap: bool,
    pub head_tint: u8,
    pub grid: bool,
}

impl Table {
    pub fn width(&self) -> i32 {
        self.columns.iter().map(|column| column.width).sum()
    }

    /// Returns how many rows its heads take.
    pub fn head_rows(&self) -> i32 {
        match &self.head_grid {
            Some(grid) => grid.rows(),
            None => i32::from(self.heads.is_some()),
        }
    }

    /// Returns how many rows its total takes.
    pub fn total_rows(&self) -> i32 {
        i32::from(self.total.is_some() || self.total_grid.is_some())
    }
}

/// Rows of which cells reach over several columns or rows.
#[derive(Debug)]
pub struct Grid {
    /// Row by row a slot for each column; none where another slot's cell stands.
    pub slots: Vec<Option<Joined>>,
    pub columns: usize,
    pub is_head: bool,
}

impl Grid {
    /// Returns how many rows it has.
    pub fn rows(&self) -> i32 {
        (self.slots.len() / self.columns.max(1)) as i32
    }
}

/// A cell over one or more columns and rows.
#[derive(Debug)]
pub struct Joined {
    pub pieces: Vec<Piece>,
    pub columns: usize,
    pub rows: usize,
}

/// The rows of a table.
#[derive(Debug)]
pub enum Rows {
    /// They always stand.
    Fixed(Vec<Vec<Vec<Piece>>>),
    /// One for each table row of the record.
    OfRecord(Vec<Vec<Piece>>),
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub width: i32,
    pub align: Align,
    pub is_head: bool,
}
