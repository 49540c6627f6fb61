//! A layout made ready for decoding: columns by number, places in bytes, the schema of its records.

use std::collections::BTreeMap;

use letter::record::field;
use letter::{Refusal, Schema};

use super::sender::{
    ColumnSpec, DateStyle, Encoding, FormName, Kind, LayoutSpec, LineEnding, Sender, SenderFault,
    TrailerSpec, TrailerSpecPlace, Trouble,
};
use super::Gaiji;
use crate::refusal;

/// Most characters of a field where the layout does not say: a long paragraph has 600.
pub const FIELD_CHARS_MAX: usize = 4_000;
/// Most columns of a layout: the widest municipal interface has some 300.
pub const COLUMNS_MAX: usize = 1_000;

/// One template's layout of one sender.
#[derive(Clone, Debug)]
pub struct Layout {
    template: String,
    charset: Charset,
    pub(crate) form: Form,
    pub(crate) columns: Vec<Column>,
    /// The column of each schema field.
    pub(crate) fields: Vec<usize>,
    pub(crate) folds: Vec<Fold>,
    pub(crate) lines: Option<Lines>,
    pub(crate) trailer: Option<Trailer>,
    pub(crate) gaiji: Gaiji,
    pub(crate) key: usize,
    pub(crate) postal: usize,
    schema: Schema,
}

/// The encoding that a file turns out to have, or is agreed to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// By the byte-order mark, CP932 without one.
    Auto,
    /// CP932.
    Cp932,
    /// UTF-8.
    Utf8,
    /// UTF-16, by its byte-order mark.
    Utf16,
}

/// The form of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Fields between delimiters, a head first.
    Delimited {
        /// The delimiter.
        delimiter: u8,
    },
    /// Fields of fixed widths.
    Fixed {
        /// Bytes of a row without its end.
        row_len: usize,
        /// What ends a row.
        ending: LineEnding,
    },
}

/// One column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// The sender's name.
    pub from: String,
    /// Our name: the field's, or within a fold or lines the table column's.
    pub to: String,
    pub kind: Kind,
    pub date: DateStyle,
    pub required: bool,
    pub max: usize,
    /// First byte and end within a fixed-width row.
    pub span: (usize, usize),
}

/// One column group of a row, as cells in the order of the schema's columns.
pub(crate) type Fold = Vec<Cell>;

/// One cell of a fold.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    /// The same text in every record.
    Literal(String),
    /// A column of the row; the copy bears our table column's name.
    Column {
        /// Its index in the layout's columns.
        index: usize,
        /// How it is read.
        column: Column,
    },
}

/// How `lines.csv` is read.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    pub columns: Vec<Column>,
    /// The column of the record key.
    pub key: usize,
    /// The column of each table column.
    pub cells: Vec<usize>,
}

/// The trailer record.
#[derive(Clone, Debug)]
pub(crate) struct Trailer {
    /// Whether a file without it is refused.
    pub required: bool,
    pub marker: String,
    pub count: TrailerPlace,
    pub hash_total: Option<TrailerPlace>,
}

/// A place within the trailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TrailerPlace {
    /// The index of the field.
    Field(usize),
    /// First byte and end.
    Bytes(usize, usize),
}

/// Why there is no layout.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// The sender has no layout for the template: the drop's fault.
    #[error("{}", .0.english)]
    Refusal(Refusal),
    /// The sender file contradicts itself; [`Sender::parse`] finds this first.
    #[error(transparent)]
    Sender(#[from] SenderFault),
}

impl Layout {
    /// Compiles the layout for a template.
    ///
    /// # Errors
    /// `unknown-template` if the sender has none; the fault of a sender that was not parsed.
    pub fn compile(sender: &Sender, template: &str) -> Result<Self, LayoutError> {
        if !sender.layouts.contains_key(template) {
            return Err(LayoutError::Refusal(refusal::unknown_template(template, "")));
        }
        Ok(Self::build(sender, template).map_err(SenderFault::from)?)
    }

    /// Returns the layout for a file of mended rows: its trailer may be missing, as the reject list
    /// that was sent back had none.
    pub fn for_mended_rows(mut self) -> Self {
        if let Some(trailer) = &mut self.trailer {
            trailer.required = false;
        }
        self
    }

    /// Returns the template's name.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// Returns the names of the records' fields (mapped columns in the sender's order) and of
    /// their table's columns (alphabetical from a fold, in order from `lines.csv`).
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns the agreed encoding.
    pub fn charset(&self) -> Charset {
        self.charset
    }

    /// Returns whether rows are of fixed width; such a file has no head.
    pub fn is_fixed_width(&self) -> bool {
        matches!(self.form, Form::Fixed { .. })
    }

    /// Returns whether a drop must bring `lines.csv`.
    pub fn has_lines(&self) -> bool {
        self.lines.is_some()
    }

    /// Returns whether the file ends with a trailer record.
    pub fn has_trailer(&self) -> bool {
        self.trailer.is_some()
    }

    /// Returns the table of user-defined characters.
    pub fn gaiji(&self) -> &Gaiji {
        &self.gaiji
    }

    /// Builds the layout of a template that the sender has.
    pub(super) fn build(sender: &Sender, template: &str) -> Result<Self, Trouble> {
        let spec = &sender.layouts[template];
        let form = form(spec)?;
        let columns = columns(&spec.columns, form)?;
        let fields: Vec<usize> = mapped(&columns);
        let names = names(&columns, &fields)?;
        let index = |name: &str| {
            let found = names.iter().position(|n| n == name);
            found.ok_or_else(|| Trouble::new(template, &format!("no column is mapped to {name:?}")))
        };
        let (key, postal) = (index(field::KEY)?, index(field::POSTAL)?);
        index(field::ADDRESS1)?;
        index(field::NAME)?;
        let (folds, fold_names) = folds(&spec.fold, &columns)?;
        let lines = lines(spec)?;
        if lines.is_some() && !folds.is_empty() {
            return Err(Trouble::new("fold", "a layout has either fold groups or lines"));
        }
        let lines_names = |lines: &Lines| names_of(&lines.columns, &lines.cells);
        let table = lines.as_ref().map_or(fold_names, lines_names);
        let trailer = spec.trailer.as_ref().map(|trailer| compile_trailer(trailer, form));
        Ok(Self {
            template: template.to_owned(),
            charset: spec.encoding.into(),
            form,
            fields,
            folds,
            lines,
            trailer: trailer.transpose()?,
            gaiji: Gaiji::compile(&sender.gaiji)?,
            key,
            postal,
            schema: Schema { fields: names, columns: table },
            columns,
        })
    }
}

impl From<Encoding> for Charset {
    fn from(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Auto => Self::Auto,
            Encoding::Cp932 => Self::Cp932,
            Encoding::Utf8 => Self::Utf8,
            Encoding::Utf16 => Self::Utf16,
        }
    }
}

fn form(spec: &LayoutSpec) -> Result<Form, Trouble> {
    match spec.form {
        FormName::Delimited => Ok(Form::Delimited { delimiter: delimiter(spec)? }),
        FormName::Fixed if !matches!(spec.encoding, Encoding::Cp932) => {
            Err(Trouble::new("fixed", "the fixed form is agreed for cp932 only"))
        }
        FormName::Fixed if spec.lines.is_some() => {
            Err(Trouble::new("lines", "the fixed form has no lines"))
        }
        FormName::Fixed => {
            let row_len = spec.columns.iter().filter_map(|column| column.width).sum();
            Ok(Form::Fixed { row_len, ending: spec.line_ending })
        }
    }
}

/// A delimiter is one ASCII byte that is never the second byte of a CP932 character (0x40 up).
fn delimiter(spec: &LayoutSpec) -> Result<u8, Trouble> {
    let &[byte] = spec.delimiter.as_bytes() else {
        return Err(Trouble::new("delimiter", "the delimiter is not one ASCII character"));
    };
    let unicode = matches!(spec.encoding, Encoding::Utf8 | Encoding::Utf16);
    let clear = byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\r\n\0 ".contains(&byte);
    if clear && (unicode || byte < 0x40) {
        return Ok(byte);
    }
    Err(Trouble::new("delimiter", "the delimiter may stand within a character or a quote"))
}

fn columns(specs: &[ColumnSpec], form: Form) -> Result<Vec<Column>, Trouble> {
    if specs.is_empty() || specs.len() > COLUMNS_MAX {
        let why = format!("a layout has 1 to {COLUMNS_MAX} columns, not {}", specs.len());
        return Err(Trouble::new("columns", &why));
    }
    let mut start = 0;
    let mut columns: Vec<Column> = Vec::with_capacity(specs.len());
    for spec in specs {
        let trouble =
            |why: &str| Trouble::new(&spec.from, &format!("column {:?} {why}", spec.from));
        if columns.iter().any(|column| column.from == spec.from) {
            return Err(trouble("stands twice"));
        }
        if spec.from.is_empty() || spec.from.trim() != spec.from {
            return Err(trouble("has an empty name or blanks around it"));
        }
        if spec.date.is_some() && spec.kind != Kind::Date {
            return Err(trouble("has a date style and is no date"));
        }
        let width = match (form, spec.width) {
            (Form::Fixed { .. }, Some(width)) if width > 0 => width,
            (Form::Fixed { .. }, _) => return Err(trouble("has no width")),
            (Form::Delimited { .. }, None) => 0,
            (Form::Delimited { .. }, Some(_)) => {
                return Err(trouble("has a width in delimited form"))
            }
        };
        columns.push(column(spec, (start, start + width)));
        start += width;
    }
    Ok(columns)
}

fn column(spec: &ColumnSpec, span: (usize, usize)) -> Column {
    let to = spec.to.clone().unwrap_or_default();
    let always = [field::KEY, field::POSTAL, field::ADDRESS1, field::NAME].contains(&to.as_str());
    Column {
        from: spec.from.clone(),
        to,
        kind: spec.kind,
        date: spec.date.unwrap_or_default(),
        required: spec.required || always,
        max: spec.max.unwrap_or(FIELD_CHARS_MAX),
        span,
    }
}

/// Returns the columns that have a name of ours, in order.
fn mapped(columns: &[Column]) -> Vec<usize> {
    (0..columns.len()).filter(|&i| !columns[i].to.is_empty()).collect()
}

fn names(columns: &[Column], fields: &[usize]) -> Result<Vec<String>, Trouble> {
    let names = names_of(columns, fields);
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            return Err(Trouble::new(name, &format!("two columns are mapped to {name:?}")));
        }
        check_name(name)?;
    }
    Ok(names)
}

fn names_of(columns: &[Column], indices: &[usize]) -> Vec<String> {
    indices.iter().map(|&i| columns[i].to.clone()).collect()
}

fn check_name(name: &str) -> Result<(), Trouble> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if !name.is_empty() && name.bytes().all(plain) {
        return Ok(());
    }
    let why = format!("our name {name:?} is not made of a-z, 0-9 and _");
    Err(Trouble::new(name, &why))
}

fn folds(
    specs: &[BTreeMap<String, String>],
    columns: &[Column],
) -> Result<(Vec<Fold>, Vec<String>), Trouble> {
    let Some(first) = specs.first() else { return Ok((Vec::new(), Vec::new())) };
    let names: Vec<String> = first.keys().cloned().collect();
    names.iter().try_for_each(|name| check_name(name))?;
    let mut folds = Vec::with_capacity(specs.len());
    for spec in specs {
        if !spec.keys().eq(&names) {
            return Err(Trouble::new("fold", "the fold groups have different columns"));
        }
        let cells = spec.iter().map(|(to, from)| cell(to, from, columns));
        folds.push(cells.collect::<Result<Fold, Trouble>>()?);
    }
    Ok((folds, names))
}

fn cell(to: &str, from: &str, columns: &[Column]) -> Result<Cell, Trouble> {
    if let Some(literal) = from.strip_prefix('=') {
        return Ok(Cell::Literal(literal.to_owned()));
    }
    let Some(index) = columns.iter().position(|column| column.from == from) else {
        let why = format!("fold names {from:?}, which is not among the columns");
        return Err(Trouble::new(from, &why));
    };
    Ok(Cell::Column { index, column: Column { to: to.to_owned(), ..columns[index].clone() } })
}

fn lines(spec: &LayoutSpec) -> Result<Option<Lines>, Trouble> {
    let Some(lines) = &spec.lines else { return Ok(None) };
    let columns = columns(&lines.columns, Form::Delimited { delimiter: b',' })?;
    let mut cells = mapped(&columns);
    names(&columns, &cells)?;
    if cells.first().is_none_or(|&first| columns[first].to != field::KEY) {
        return Err(Trouble::new("lines", "the first mapped column of lines is not the key"));
    }
    let key = cells.remove(0);
    if cells.is_empty() {
        return Err(Trouble::new("lines", "lines have no column beside the key"));
    }
    Ok(Some(Lines { columns, key, cells }))
}

fn compile_trailer(spec: &TrailerSpec, form: Form) -> Result<Trailer, Trouble> {
    if spec.marker.is_empty() || !spec.marker.is_ascii() {
        return Err(Trouble::new("trailer", "the trailer's marker is not ASCII text"));
    }
    let place = |place: TrailerSpecPlace| match (place, form) {
        (TrailerSpecPlace::Field(number), Form::Delimited { .. }) if number > 1 => {
            Ok(TrailerPlace::Field(number - 1))
        }
        (TrailerSpecPlace::Bytes([first, width]), Form::Fixed { .. })
            if first > spec.marker.len() && (1..=20).contains(&width) =>
        {
            Ok(TrailerPlace::Bytes(first - 1, first - 1 + width))
        }
        _ => Err(Trouble::new("trailer", "a place of the trailer does not fit the form")),
    };
    Ok(Trailer {
        required: true,
        marker: spec.marker.clone(),
        count: place(spec.count)?,
        hash_total: spec.hash_total.map(place).transpose()?,
    })
}
