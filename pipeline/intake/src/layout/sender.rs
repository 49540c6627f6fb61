//! The sender file `senders/<sender>.toml`: the agreement between a sender and the shop.

use std::collections::BTreeMap;
use std::fmt;

use letter::{Refusal, SenderId};
use serde::Deserialize;

use super::{Gaiji, Layout};
use crate::refusal;

/// A sender's agreement.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sender {
    /// The id, which is also the file's stem and the name of the inbox.
    pub sender: SenderId,
    /// The name that recipients know.
    pub name: String,
    /// Lines of the sender block: office, address, telephone.
    #[serde(default)]
    pub office: Vec<String>,
    /// Honorific where the record gives none.
    #[serde(default = "default_honorific")]
    pub honorific: String,
    /// Share of records set aside above which the batch waits for approval, 0 to 1.
    #[serde(default = "default_approve_above")]
    pub approve_above: f64,
    /// Share of records set aside above which the batch is refused whole, 0 to 1.
    #[serde(default = "default_refuse_above")]
    pub refuse_above: f64,
    /// What a bare file with a trailer is taken for; without it bare files are refused.
    pub bare_csv: Option<BareFile>,
    /// Letter classes that this sender may use.
    #[serde(default)]
    pub classes: BTreeMap<String, LetterClass>,
    /// One layout a template.
    #[serde(default)]
    pub layouts: BTreeMap<String, LayoutSpec>,
    /// User-defined code `E000` to `E757` → text, or `hold`.
    #[serde(default)]
    pub gaiji: BTreeMap<String, String>,
}

/// What a bare file is taken for, having no manifest.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BareFile {
    /// The template; its layout has a trailer.
    pub template: String,
    /// The template's version.
    pub version: u32,
    /// The letter class.
    pub class: String,
}

/// 種別 (shubetsu): what a class of letters demands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterClass {
    /// Whether the letter must go on paper.
    #[serde(default)]
    pub paper_only: bool,
    /// Least identity level for electronic delivery, 0 to 3.
    #[serde(default)]
    pub identity_level: u8,
    /// Largest electronic copy, bytes.
    #[serde(default = "default_copy_bytes_max")]
    pub copy_bytes_max: u64,
    /// What becomes of a copy that is not read in time, or does not get where it was to go.
    #[serde(default)]
    pub unread: Unread,
}

/// What becomes of a copy that does not reach its reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unread {
    /// It goes on paper.
    #[default]
    Paper,
    /// It stays in the mailbox: the class allows no paper afterwards.
    Stays,
}

/// How the files for one template are written.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutSpec {
    /// The encoding.
    #[serde(default)]
    pub encoding: Encoding,
    /// Delimited or fixed-width.
    #[serde(default)]
    pub form: FormName,
    /// The delimiter, one ASCII character; delimited form only.
    #[serde(default = "default_delimiter")]
    pub delimiter: String,
    /// What ends a row; fixed form only.
    #[serde(default)]
    pub line_ending: LineEnding,
    /// The trailer record, if the files have one.
    pub trailer: Option<TrailerSpec>,
    /// All columns; in fixed form in the order of the bytes.
    pub columns: Vec<ColumnSpec>,
    /// Column groups that become table rows: our column → the head's name, or `=literal`.
    #[serde(default)]
    pub fold: Vec<BTreeMap<String, String>>,
    /// How `lines.csv` is written.
    pub lines: Option<LinesSpec>,
    /// 完成原稿: the letters come as ready PDFs.
    pub ready: Option<ReadySpec>,
}

/// What is agreed on ready PDFs.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadySpec {
    /// Whose address stands in the window.
    #[serde(default)]
    pub window: ReadyWindow,
    /// Where the house paints the customer barcode beside the sender's address: the left edge of
    /// its first bar, from the sheet's left edge, mm.
    #[serde(default = "default_barcode_left")]
    pub barcode_left_mm: f64,
    /// The upper edge of its long bars, from the sheet's upper edge, mm.
    #[serde(default = "default_barcode_top")]
    pub barcode_top_mm: f64,
}

/// Whose address stands in the window of a ready letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReadyWindow {
    /// The house's: the window of the page must be empty.
    #[default]
    House,
    /// The sender's: it must show the record's address, and leave the barcode's place free.
    Sender,
}

/// An encoding of the sender's files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    /// What the byte-order mark says, CP932 without one.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// Windows code page 932, which is Shift_JIS of the WHATWG Encoding Standard.
    #[serde(rename = "cp932")]
    Cp932,
    /// UTF-8 with or without a byte-order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16 of either byte order, with its mark.
    #[serde(rename = "utf-16")]
    Utf16,
}

/// The form of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FormName {
    /// Fields between delimiters, a head line first.
    #[default]
    Delimited,
    /// Fields of fixed widths in bytes, no head.
    Fixed,
}

/// What ends a fixed-width row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEnding {
    /// CR LF.
    #[default]
    Crlf,
    /// LF.
    Lf,
    /// Nothing: rows follow each other.
    None,
}

/// Where the trailer record holds its figures.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrailerSpec {
    /// The first field of the trailer, or in fixed form its first bytes.
    pub marker: String,
    /// The record count.
    pub count: TrailerSpecPlace,
    /// The sum of the postal codes; in bytes, the lowest digits of it that the width has room for.
    pub hash_total: Option<TrailerSpecPlace>,
}

/// A place within the trailer, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum TrailerSpecPlace {
    /// The field's number.
    Field(usize),
    /// First byte and width.
    Bytes([usize; 2]),
}

/// One column of the sender's file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSpec {
    /// The head's name, or our label in fixed form.
    pub from: String,
    /// Our field name; without it the column is only checked to be there (and may be folded).
    pub to: Option<String>,
    /// What it holds.
    #[serde(default)]
    pub kind: Kind,
    /// How it writes dates; only with kind `date`, western where it is not said.
    pub date: Option<DateStyle>,
    /// Whether it must be filled; in a fold, whether it must be when its group is used.
    #[serde(default)]
    pub required: bool,
    /// Most characters.
    pub max: Option<usize>,
    /// Bytes, fixed form only.
    pub width: Option<usize>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text, kept as written but for blanks at its end.
    #[default]
    Text,
    /// A whole number.
    Number,
    /// A day.
    Date,
    /// カナ, composed to full-width.
    Kana,
}

/// How a date is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateStyle {
    /// `2026-06-30`, `2026/6/30`, `20260630`, `2026年6月30日`.
    #[default]
    Western,
    /// `令和8年6月30日`, `R8.6.30`, `令和元年5月1日`.
    Wareki,
    /// `5080630`: era 1 明治 to 5 令和, year, month, day; all zeros are no date.
    Host,
}

/// How `lines.csv` is written; its encoding and delimiter are those of the records.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinesSpec {
    /// All columns; the first mapped one is the record's key.
    pub columns: Vec<ColumnSpec>,
}

/// What is wrong with a sender file; the operator mends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderFault {
    /// The line, counted from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// What was met.
    pub message: String,
}

impl fmt::Display for SenderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}

impl std::error::Error for SenderFault {}

impl Sender {
    /// Parses a sender file and compiles each of its layouts once.
    ///
    /// # Errors
    /// [`SenderFault`] with the line, for a layout that contradicts itself too.
    pub fn parse(text: &str) -> Result<Self, SenderFault> {
        let sender: Self = toml::from_str(text).map_err(|e| {
            let byte = e.span().map_or(0, |span| span.start);
            let line = 1 + text[..byte].matches('\n').count();
            SenderFault { line, message: e.message().to_owned() }
        })?;
        sender.check().map_err(|fault| fault.found_in(text))?;
        Ok(sender)
    }

    /// Returns the letter class of this name.
    ///
    /// # Errors
    /// `unknown-class`.
    pub fn class(&self, name: &str) -> Result<&LetterClass, Refusal> {
        self.classes.get(name).ok_or_else(|| refusal::unknown_class(name))
    }

    /// Returns the table of user-defined characters.
    ///
    /// # Errors
    /// The fault of a table that was not parsed.
    pub fn gaiji_table(&self) -> Result<Gaiji, SenderFault> {
        Ok(Gaiji::compile(&self.gaiji)?)
    }

    fn check(&self) -> Result<(), Trouble> {
        let order = [0.0, self.approve_above, self.refuse_above, 1.0];
        if !order.is_sorted() {
            let why = "approve_above and refuse_above are not in order between 0 and 1";
            return Err(Trouble::new("approve_above", why));
        }
        let too_high = |class: &&LetterClass| class.identity_level > 3;
        if let Some(class) = self.classes.values().find(too_high) {
            let why = format!("identity_level {} is above 3", class.identity_level);
            return Err(Trouble::new("identity_level", &why));
        }
        Gaiji::compile(&self.gaiji)?;
        for name in self.layouts.keys() {
            Layout::build(self, name)?;
        }
        self.check_bare_csv()
    }

    fn check_bare_csv(&self) -> Result<(), Trouble> {
        let Some(bare) = &self.bare_csv else { return Ok(()) };
        let has_trailer = |layout: &LayoutSpec| layout.trailer.is_some();
        if !self.layouts.get(&bare.template).is_some_and(has_trailer) {
            let why = format!("the layout {:?} of bare files has no trailer", bare.template);
            return Err(Trouble::new("bare_", &why));
        }
        if !self.classes.contains_key(&bare.class) {
            let why = format!("the class {:?} of bare files is not declared", bare.class);
            return Err(Trouble::new("bare_", &why));
        }
        Ok(())
    }
}

/// A contradiction, and a word by which its line is found.
#[derive(Debug)]
pub(super) struct Trouble {
    near: String,
    message: String,
}

impl Trouble {
    pub fn new(near: &str, message: &str) -> Self {
        Self { near: near.to_owned(), message: message.to_owned() }
    }

    /// Puts the fault on the last line that holds the word: doubles are found at the second.
    fn found_in(self, text: &str) -> SenderFault {
        let line = text.lines().enumerate().filter(|(_, line)| line.contains(&self.near)).last();
        SenderFault { line: line.map_or(0, |(index, _)| index + 1), message: self.message }
    }
}

impl From<Trouble> for SenderFault {
    fn from(trouble: Trouble) -> Self {
        Self { line: 0, message: trouble.message }
    }
}

fn default_honorific() -> String {
    "様".to_owned()
}

/// One record in twenty: more is seldom the recipients' fault.
fn default_approve_above() -> f64 {
    0.05
}

/// Half: the file is the wrong one.
fn default_refuse_above() -> f64 {
    0.5
}

/// What common mail systems still take.
fn default_copy_bytes_max() -> u64 {
    5_000_000
}

/// The lower left of the window of 長3, as in the stock's templates.
fn default_barcode_left() -> f64 {
    22.5
}

fn default_barcode_top() -> f64 {
    44.1
}

fn default_delimiter() -> String {
    ",".to_owned()
}
