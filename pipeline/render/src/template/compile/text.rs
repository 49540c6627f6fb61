//! Compiles the body text: lines to paragraphs, names to sources.

use letter::page::FaceIndex;

use super::Compiler;
use crate::layout::shape;
use crate::template::fault::{Place, TemplateFault};
use crate::template::filter::Filter;
use crate::template::parse::{Expr, Inline, Marker, Node};
use crate::template::program::*;
use crate::template::sheet::Align;

impl Compiler<'_> {
    /// Compiles lines; `style` is that of a plain line, `in_row` whether cells have values.
    pub(super) fn blocks(&mut self, nodes: &[Node], style: usize, in_row: bool) -> Vec<Block> {
        let mut blocks = Vec::new();
        for node in nodes {
            match node {
                Node::Line(marker, label, inlines, place) => match sender_lines(inlines) {
                    true => blocks.extend(self.office(*marker, style, *place)),
                    false => {
                        let line = (*marker, label.as_deref(), inlines.as_slice());
                        blocks.push(self.paragraph(line, style, in_row, *place));
                    }
                },
                Node::Blank => blocks.push(Block::Blank(style)),
                Node::PageBreak => blocks.push(Block::PageBreak),
                Node::Table(name, place) => match self.tables.get(name) {
                    Some(&table) => blocks.push(Block::Table(table)),
                    None => {
                        let known: Vec<&str> = self.tables.keys().map(String::as_str).collect();
                        let fix = format!("template.toml has the tables {}", known.join(", "));
                        self.faults.push(place.fault(format!("table {name:?} is not known"), fix));
                    }
                },
                Node::If(cond, then, otherwise) => {
                    if let Some(cond) = self.cond(cond, in_row) {
                        let then = self.blocks(then, style, in_row);
                        let otherwise = self.blocks(otherwise, style, in_row);
                        blocks.push(Block::If(cond, then, otherwise));
                    }
                }
                Node::Rows(inner, _) => {
                    let inner = self.blocks(inner, style, true);
                    blocks.push(Block::Rows(inner));
                }
                Node::Frame(_, _, place) => {
                    let fix = "close the outer block first; only {% if %} holds frames";
                    self.faults.push(place.fault("a frame stands inside another block", fix));
                }
            }
        }
        blocks
    }

    fn paragraph(
        &mut self,
        (marker, label, inlines): (Marker, Option<&str>, &[Inline]),
        style: usize,
        in_row: bool,
        place: Place,
    ) -> Block {
        let style = self.marked_style(marker, style, place);
        let level = match marker {
            Marker::Heading => 1,
            Marker::Subheading => 2,
            _ => 0,
        };
        let align = match marker {
            Marker::Center => Align::Center,
            Marker::Right => Align::Right,
            _ => self.styles[style].align,
        };
        let face = self.styles[style].face;
        let label = label.map(|label| self.text(label, face, place));
        Block::Paragraph(Paragraph {
            part: None,
            style,
            align,
            label,
            level,
            pieces: self.pieces(inlines, style, in_row),
        })
    }

    fn marked_style(&mut self, marker: Marker, style: usize, place: Place) -> usize {
        let name = match marker {
            Marker::Heading => "heading",
            Marker::Subheading => "subheading",
            Marker::Note => "note",
            _ => return style,
        };
        match self.style_names.get(name) {
            Some(&named) => named,
            None => {
                let fix = format!("write [styles.{name}] in template.toml");
                self.faults.push(place.fault(format!("there is no style {name:?}"), fix));
                style
            }
        }
    }

    /// The lines of the sender's block, one paragraph each.
    fn office(&mut self, marker: Marker, style: usize, place: Place) -> Vec<Block> {
        let lines = self.sender.office;
        let text = |line: &String| vec![Inline::Text(line.clone(), place)];
        let lines = lines.iter().map(text).collect::<Vec<_>>();
        lines
            .iter()
            .map(|inlines| self.paragraph((marker, None, inlines), style, false, place))
            .collect()
    }

    /// Compiles the pieces of a line.
    pub(super) fn pieces(&mut self, inlines: &[Inline], style: usize, in_row: bool) -> Vec<Piece> {
        let face = self.styles[style].face;
        let mut pieces = Vec::new();
        for inline in inlines {
            match inline {
                Inline::Text(text, place) => {
                    let (start, end) = self.text(text, face, *place);
                    pieces.push(Piece::Static(start, end));
                }
                Inline::Value(expr)
                    if expr.filters.iter().any(|name| reading_of(name).is_some()) =>
                {
                    pieces.extend(self.reading(expr, style, in_row));
                }
                Inline::Value(expr) => pieces.extend(self.value(expr, face, in_row)),
                Inline::If(cond, then, otherwise) => {
                    if let Some(cond) = self.cond(cond, in_row) {
                        let then = self.pieces(then, style, in_row);
                        let otherwise = self.pieces(otherwise, style, in_row);
                        pieces.push(Piece::If(cond, then, otherwise));
                    }
                }
            }
        }
        pieces
    }

    /// Picks a static text's sorts and returns their range.
    fn text(&mut self, text: &str, face: FaceIndex, place: Place) -> (u32, u32) {
        let start = self.sorts.len() as u32;
        let map = match self.is_vertical {
            true => self.chain.vertical(face),
            false => self.chain.map(face),
        };
        if let Err(missing) = shape::pick_static(map, text, &mut self.sorts) {
            let message = format!("no font of the chain draws {}", missing.name());
            self.faults.push(place.fault(message, "write another character, or add a font"));
        }
        (start, self.sorts.len() as u32)
    }

    fn value(&mut self, expr: &Expr, face: FaceIndex, in_row: bool) -> Option<Piece> {
        let filters = self.filters(expr)?;
        let sender = match expr.name.as_str() {
            "sender.name" => Some(self.sender.name.to_owned()),
            "class" => Some(self.sender.class.to_owned()),
            "sender.office" => Some(self.sender.office.join("\u{3000}")),
            _ => None,
        };
        if let Some(text) = sender {
            let (start, end) = self.text(&text, face, expr.place);
            return Some(Piece::Static(start, end));
        }
        let source = self.source(&expr.name, in_row, expr.place)?;
        Some(Piece::Value(Value { source, filters, name: expr.name.clone() }))
    }

    /// Compiles a name with its reading above, `{{ name | ruby(kana) }}`.
    fn reading(&mut self, expr: &Expr, style: usize, in_row: bool) -> Option<Piece> {
        let readings = expr.filters.iter().filter_map(|name| reading_of(name));
        let field = readings.clone().next()?.to_owned();
        if readings.count() > 1 {
            self.faults.push(expr.place.fault("a name has two readings", "leave one of them"));
            return None;
        }
        let Style { size, leading, .. } = self.styles[style];
        if self.in_cell {
            let fix = "put it in a line of text; cells, barcodes and vertical lines have no room";
            self.faults.push(
                expr.place.fault("a reading stands in a table, barcode or vertical frame", fix),
            );
            return None;
        }
        if leading * 2 < size * 3 {
            let message = "the style's lines are too close for readings between them";
            let fix = "give the style a leading_pt of 1.5 times its size_pt or more";
            self.faults.push(expr.place.fault(message, fix));
        }
        let source = self.source(&field, in_row, expr.place)?;
        if !matches!(source, Source::Field(_) | Source::Cell(_)) {
            let message = format!("{field} is no reading");
            self.faults.push(expr.place.fault(message, "write ruby(FIELD) with a field or column"));
            return None;
        }
        let filters = expr.filters.iter().filter(|name| reading_of(name).is_none()).cloned();
        let plain = Expr { filters: filters.collect(), ..expr.clone() };
        match self.value(&plain, self.styles[style].face, in_row)? {
            Piece::Value(name) => Some(Piece::Reading(Box::new(Reading { name, source, field }))),
            other => Some(other),
        }
    }

    fn filters(&mut self, expr: &Expr) -> Option<Vec<Filter>> {
        let mut filters = Vec::new();
        for name in &expr.filters {
            match Filter::named(name) {
                Some(filter) => filters.push(filter),
                None => {
                    let known: Vec<&str> = Filter::NAMES.iter().map(|(name, _)| *name).collect();
                    let fix = format!("known are {}, ruby(FIELD)", known.join(", "));
                    self.faults
                        .push(expr.place.fault(format!("filter {name:?} is not known"), fix));
                    return None;
                }
            }
        }
        Some(filters)
    }

    pub(super) fn source(&mut self, name: &str, in_row: bool, place: Place) -> Option<Source> {
        let found = match name {
            "addressee" => Ok(Source::Addressee),
            "letter.postal" => Ok(Source::Postal),
            "posting_date" => Ok(Source::PostingDate),
            "page" => Ok(Source::Page),
            "pages" => Ok(Source::Pages),
            "rows" => Ok(Source::RowCount),
            "channel" => {
                self.varies_by_channel = true;
                Ok(Source::Channel)
            }
            _ => match (name.strip_prefix("row."), name.strip_prefix("sum.")) {
                (Some(column), _) => self.column(column, in_row, place),
                (_, Some(column)) => self.sum(column, place),
                _ => self.field(name, place),
            },
        };
        found.map_err(|fault| self.faults.push(fault)).ok()
    }

    fn column(&mut self, name: &str, in_row: bool, place: Place) -> Result<Source, TemplateFault> {
        if !in_row {
            let fix = "put it in {% rows %} or in a cell of a table without rows of its own";
            return Err(place.fault(format!("row.{name} stands outside of rows"), fix));
        }
        let Some(column) = self.schema.column(name) else {
            let fix = format!("the batch's table columns are {}", self.schema.columns.join(", "));
            return Err(place.fault(format!("column {name:?} is not known"), fix));
        };
        self.note_use(name);
        Ok(Source::Cell(column))
    }

    fn sum(&mut self, name: &str, place: Place) -> Result<Source, TemplateFault> {
        match self.column(name, true, place)? {
            Source::Cell(column) => Ok(Source::Sum(column)),
            other => Ok(other),
        }
    }

    fn field(&mut self, name: &str, place: Place) -> Result<Source, TemplateFault> {
        let Some(field) = self.schema.field(name) else {
            let fix = format!("the batch's fields are {}", self.schema.fields.join(", "));
            return Err(place.fault(format!("field {name:?} is not known"), fix));
        };
        self.note_use(name);
        Ok(Source::Field(field))
    }

    fn note_use(&mut self, name: &str) {
        if !self.fields_used.iter().any(|used| used == name) {
            self.fields_used.push(name.to_owned());
        }
    }
}

/// Returns the field of the filter `ruby(FIELD)`.
fn reading_of(filter: &str) -> Option<&str> {
    filter.strip_prefix("ruby(")?.strip_suffix(')').map(str::trim)
}

/// Returns whether a line is nothing but the sender's block.
fn sender_lines(inlines: &[Inline]) -> bool {
    matches!(inlines, [Inline::Value(expr)] if expr.name == "sender.office")
}
