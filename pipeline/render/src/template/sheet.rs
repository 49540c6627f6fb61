//! `template.toml`: paper, faces, styles, frames and tables as they are written.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::fault::{Place, TemplateFault, TOML};
use super::paper::Paper;
use crate::layout::line::Fill;

/// A `template.toml` as it is written; lengths in mm from the sheet's upper left corner.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// The template's name, the name of its folder.
    pub name: String,
    /// Its version, which a drop's manifest must name.
    pub version: u32,
    /// What the letter is, in the recipient's language.
    pub title: String,
    /// The paper.
    #[serde(default)]
    pub paper: Paper,
    /// What a sheet of it weighs, mg; without it, as much of the house's paper as its area.
    #[serde(default)]
    pub sheet_mg: Option<u32>,
    /// The envelope profile for which its frames are made.
    pub envelope: Spanned<String>,
    /// Short names of faces of the font chain.
    pub faces: BTreeMap<String, Spanned<String>>,
    /// How text looks; `body`, `heading`, `subheading` and `note` are known to the body text.
    pub styles: BTreeMap<String, StyleSheet>,
    /// The address frame.
    pub address: AddressSheet,
    /// Where the running text goes; a sheet that holds frames alone has none.
    #[serde(default)]
    pub flow: Option<FlowSheet>,
    /// Frames of fixed place.
    #[serde(default)]
    pub frames: BTreeMap<String, FrameSheet>,
    /// Tables that the body text can call up.
    #[serde(default)]
    pub tables: BTreeMap<String, TableSheet>,
    /// Rules and bands of fixed place.
    #[serde(default)]
    pub rules: Vec<RuleSheet>,
    /// Areas kept free for the inserter's marks.
    #[serde(default)]
    pub reserved: Vec<Spanned<Area>>,
    /// Pictures of fixed place.
    #[serde(default)]
    pub images: BTreeMap<String, ImageSheet>,
}

/// A picture from the template's folder, as large as its area takes it, in the area's middle.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageSheet {
    /// The file, PNG or JPEG.
    pub file: Spanned<String>,
    /// What stands for it where it is not seen; empty for an ornament.
    pub alt: String,
    /// From the sheet's left edge, mm.
    pub left_mm: f64,
    /// From the sheet's upper edge, mm.
    pub top_mm: f64,
    /// Width, mm.
    pub width_mm: f64,
    /// Height, mm.
    pub height_mm: f64,
    /// On which pages it stands.
    #[serde(default)]
    pub pages: Pages,
}

impl ImageSheet {
    /// Returns its place.
    pub fn area(&self) -> Area {
        Area {
            left_mm: self.left_mm,
            top_mm: self.top_mm,
            width_mm: self.width_mm,
            height_mm: self.height_mm,
        }
    }
}

/// On which pages something stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pages {
    /// The first page only.
    #[default]
    First,
    /// The second page, as the back of a card: it belongs to the letter and is always there. Only
    /// where there is no running text.
    Second,
    /// All pages but the first.
    Continuation,
    /// Every page.
    All,
}

impl Pages {
    /// Returns whether page number `page`, from 0, is one of them.
    pub fn has(self, page: usize) -> bool {
        match self {
            Self::First => page == 0,
            Self::Second => page == 1,
            Self::Continuation => page > 0,
            Self::All => true,
        }
    }
}

/// A rectangle on the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// From the sheet's left edge to the area's, mm.
    pub left_mm: f64,
    /// From the sheet's upper edge to the area's, mm.
    pub top_mm: f64,
    /// Width, mm.
    pub width_mm: f64,
    /// Height, mm.
    pub height_mm: f64,
}

impl Area {
    /// Returns the right edge, mm from the sheet's left.
    pub fn right_mm(self) -> f64 {
        self.left_mm + self.width_mm
    }

    /// Returns the lower edge, mm from the sheet's upper edge.
    pub fn bottom_mm(self) -> f64 {
        self.top_mm + self.height_mm
    }

    /// Returns whether the two share ground.
    pub fn meets(self, other: Self) -> bool {
        self.left_mm < other.right_mm()
            && other.left_mm < self.right_mm()
            && self.top_mm < other.bottom_mm()
            && other.top_mm < self.bottom_mm()
    }

    /// Returns whether `inner` lies wholly inside, to a hundredth of a millimetre.
    pub fn holds(self, inner: Self) -> bool {
        const NEAR: f64 = 0.01;
        self.left_mm <= inner.left_mm + NEAR
            && self.top_mm <= inner.top_mm + NEAR
            && self.right_mm() >= inner.right_mm() - NEAR
            && self.bottom_mm() >= inner.bottom_mm() - NEAR
    }
}

/// How a paragraph's lines are set in their measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Align {
    /// 行頭揃え.
    #[default]
    Left,
    /// 行末揃え.
    Right,
    /// 中央揃え.
    Center,
    /// 両端揃え: all lines but the last fill the measure.
    Justify,
}

/// One style.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StyleSheet {
    /// A short name of `[faces]`.
    pub face: Spanned<String>,
    /// Font size, pt.
    pub size_pt: f64,
    /// From baseline to baseline, pt.
    pub leading_pt: f64,
    /// How lines are set.
    #[serde(default)]
    pub align: Align,
    /// 字下げ: blank before the first line, em.
    #[serde(default)]
    pub indent_em: f64,
    /// Blank before all lines of a labelled paragraph, em.
    #[serde(default = "two_em")]
    pub hang_em: f64,
    /// Blank between Japanese and Latin or digits, em.
    #[serde(default = "gap_em")]
    pub gap_em: f64,
    /// 禁則調整: what is done with a line whose end falls where it may not break: `least` (closed
    /// up or opened, whichever moves less), `in` (追い込み) or `out` (追い出し).
    #[serde(default)]
    pub kinsoku: Fill,
    /// ぶら下げ: whether 、 and 。 may stand beyond the line's end where they do not fit.
    #[serde(default)]
    pub hanging: bool,
    /// The least length of a paragraph's last line, em: a line before it gives up a few characters
    /// rather than leave a lone い。 below.
    #[serde(default = "two_em")]
    pub last_line_em: f64,
    /// Blank above, mm; not at the top of a page.
    #[serde(default)]
    pub before_mm: f64,
    /// Blank below, mm.
    #[serde(default)]
    pub after_mm: f64,
    /// A page ends before this paragraph unless so much is left below it, mm (headings).
    #[serde(default)]
    pub keep_mm: f64,
}

/// The address frame: 〒 and postal code, address, name, customer barcode.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressSheet {
    /// From the sheet's left edge, mm.
    pub left_mm: f64,
    /// From the sheet's upper edge, mm.
    pub top_mm: f64,
    /// Width, mm.
    pub width_mm: f64,
    /// Height, mm.
    pub height_mm: f64,
    /// Style of 〒 and postal code.
    pub postal: Spanned<String>,
    /// Style of the address; its size is the largest.
    pub address: Spanned<String>,
    /// Smallest size of the address, pt.
    pub address_min_pt: f64,
    /// Most lines of the address.
    pub address_lines: usize,
    /// Style of the name; its size is the largest.
    pub name: Spanned<String>,
    /// Smallest size of the name, pt.
    pub name_min_pt: f64,
    /// Most lines of the name.
    pub name_lines: usize,
    /// Blank between address and name, mm.
    pub name_gap_mm: f64,
    /// Size a of the customer barcode, 8 to 11.5 pt.
    pub barcode_pt: f64,
    /// Blank above the barcode, mm; at least its clear zone.
    #[serde(default)]
    pub barcode_gap_mm: f64,
    /// How it runs: vertically as on the face of a card, the address at the right edge of its frame
    /// and the name in the middle of the sheet, with the postal code where its boxes are.
    #[serde(default)]
    pub writing: Writing,
    /// Left edge of the customer barcode, mm; in vertical writing only, and there it must be said.
    #[serde(default)]
    pub barcode_left_mm: Option<f64>,
    /// Upper edge of the customer barcode, mm; as `barcode_left_mm`.
    #[serde(default)]
    pub barcode_top_mm: Option<f64>,
}

impl AddressSheet {
    /// Returns left and upper edge of the customer barcode, mm, if it has a place of its own.
    pub fn barcode_at(&self) -> Option<[f64; 2]> {
        self.barcode_left_mm.zip(self.barcode_top_mm).map(|(left, top)| [left, top])
    }
}

/// Where the running text goes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowSheet {
    /// On the first page.
    pub first: Area,
    /// On all others.
    pub continuation: Area,
    /// The style of a plain line.
    pub style: Spanned<String>,
}

/// A frame of fixed place, filled by `{% frame … %}` of the body text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameSheet {
    /// From the sheet's left edge, mm.
    pub left_mm: f64,
    /// From the sheet's upper edge, mm.
    pub top_mm: f64,
    /// Width, mm.
    pub width_mm: f64,
    /// Height, mm.
    pub height_mm: f64,
    /// The style of a plain line.
    pub style: Spanned<String>,
    /// On which pages it stands.
    #[serde(default)]
    pub pages: Pages,
    /// How far the text may shrink to fit, per cent of its size.
    #[serde(default = "hundred")]
    pub shrink_to_percent: u32,
    /// Whether each paragraph first shrinks to stand on one line, and only then is broken.
    #[serde(default)]
    pub one_line: bool,
    /// Thickness of a border, pt; none when 0.
    #[serde(default)]
    pub border_pt: f64,
    /// Blank between border and text, mm.
    #[serde(default)]
    pub padding_mm: f64,
    /// Tint of its ground, per cent of black; none when 0.
    #[serde(default)]
    pub tint: u8,
    /// How its text runs.
    #[serde(default)]
    pub writing: Writing,
    /// 縦中横: numbers of so many digits stand upright in one em of vertical writing, 2 or 3; with 1
    /// none do.
    #[serde(default = "two")]
    pub upright_digits: usize,
    /// What its text is painted as, if not as text.
    #[serde(default)]
    pub barcode: Option<Symbology>,
    /// Width of the barcode's modules, mm; it shrinks to 0.25 where the symbol does not fit.
    #[serde(default = "module_mm")]
    pub module_mm: f64,
    /// Whether the barcode's text stands under its bars.
    #[serde(default)]
    pub barcode_text: bool,
}

/// How text runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Writing {
    /// 横組み: lines from left to right, one below the other.
    #[default]
    Horizontal,
    /// 縦組み: lines from top to bottom, from the right to the left.
    Vertical,
}

/// Kinds of barcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Symbology {
    /// ISO/IEC 15417.
    Code128,
    /// QR code, ISO/IEC 18004.
    Qr,
}

impl FrameSheet {
    /// Returns its place.
    pub fn area(&self) -> Area {
        Area {
            left_mm: self.left_mm,
            top_mm: self.top_mm,
            width_mm: self.width_mm,
            height_mm: self.height_mm,
        }
    }
}

/// A table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSheet {
    /// Its columns, left to right.
    pub columns: Vec<ColumnSheet>,
    /// Rows that always stand; without them one row stands for each table row of the record.
    #[serde(default)]
    pub rows: Vec<Vec<Spanned<String>>>,
    /// Heads in several rows, in place of the columns' own: one text a column, or `"<"` where the
    /// cell at the left reaches over, `"^"` where the one above does.
    #[serde(default)]
    pub head_rows: Vec<Vec<Spanned<String>>>,
    /// A last row, one text a column, or `"<"` where the cell at the left reaches over.
    #[serde(default)]
    pub total: Vec<Spanned<String>>,
    /// Style of the cells.
    pub style: Spanned<String>,
    /// Style of the heads, and of the first column of a table without heads.
    pub head_style: Spanned<String>,
    /// Style of the total; that of the cells unless given.
    #[serde(default)]
    pub total_style: Option<Spanned<String>>,
    /// Height of a row, mm.
    pub row_mm: f64,
    /// Blank left of the table, mm from the flow's left edge.
    #[serde(default)]
    pub left_mm: f64,
    /// Blank below, mm.
    #[serde(default)]
    pub after_mm: f64,
    /// How far a cell's text may shrink, per cent of its size.
    #[serde(default = "cell_percent")]
    pub shrink_to_percent: u32,
    /// Whether cells break into as many lines as they need, and rows grow with them, rather than
    /// shrink to one or two lines.
    #[serde(default)]
    pub wrap: bool,
    /// Tint of the head row or head column, per cent of black; none when 0.
    #[serde(default)]
    pub head_tint: u8,
    /// Whether rules stand between columns too.
    #[serde(default)]
    pub grid: bool,
}

/// A column of a table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSheet {
    /// The head; a table none of whose columns has one has no head row.
    #[serde(default)]
    pub head: Option<Spanned<String>>,
    /// The cell's text with `{{ row.field }}`; absent in tables with `rows`.
    #[serde(default)]
    pub cell: Option<Spanned<String>>,
    /// Width, mm.
    pub width_mm: f64,
    /// How cells are set.
    #[serde(default)]
    pub align: Align,
    /// Whether the column is a head itself (style and tint of heads).
    #[serde(default)]
    pub is_head: bool,
}

/// A rule or band of fixed place.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSheet {
    /// From the sheet's left edge, mm.
    pub left_mm: f64,
    /// From the sheet's upper edge, mm.
    pub top_mm: f64,
    /// Width, mm.
    pub width_mm: f64,
    /// Thickness, pt.
    pub thickness_pt: f64,
    /// Per cent of black.
    #[serde(default = "black")]
    pub tint: u8,
    /// On which pages it stands.
    #[serde(default)]
    pub pages: Pages,
}

/// Reads a `template.toml`.
///
/// # Errors
/// What the file has too much, too little or wrong, with its place.
pub fn read(text: &str) -> Result<Sheet, TemplateFault> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let fix = "see the stock templates for the keys of template.toml";
        Place::at(TOML, text, at).fault(error.message().trim().replace('\n', " "), fix)
    })
}

fn two() -> usize {
    2
}

fn two_em() -> f64 {
    2.0
}

/// Narrower than the quarter em of JIS X 4051: BIZ UD's digits carry blanks of their own.
fn gap_em() -> f64 {
    0.08
}

fn module_mm() -> f64 {
    0.33
}

fn hundred() -> u32 {
    100
}

fn cell_percent() -> u32 {
    75
}

fn black() -> u8 {
    100
}
