//! Compiles a template's files to a program: every name resolved, every static text picked.

mod bars;
mod choice;
mod decoration;
mod frames;
mod geometry;
mod images;
mod joined;
mod order;
mod text;

use std::collections::BTreeMap;

use letter::page::{FaceIndex, Len, Page};
use letter::record::{field, Schema};
use letter::stock::EnvelopeProfile;
use toml::Spanned;

use super::fault::{Place, TemplateFault, BODY, STATIONERY, TOML};
use super::parse::{self, Node};
use super::program::*;
use super::sheet::{self, Area, ColumnSheet, Pages, Sheet, StyleSheet, TableSheet};
use super::window;
use super::{Form, SenderFacts, TemplateSource};
use crate::font::FontChain;
use crate::layout::line::Rule;
use crate::typeset::{self, Standing};

/// Compiles a template.
pub(super) fn compile(
    source: &TemplateSource<'_>,
    chain: &FontChain,
    schema: &Schema,
    sender: &SenderFacts<'_>,
    envelope: &EnvelopeProfile,
) -> Result<Program, Vec<TemplateFault>> {
    let sheet = sheet::read(source.toml).map_err(|fault| vec![fault])?;
    let mut compiler = Compiler::new(source.toml, chain, schema, sender);
    compiler.check_stationery(source.stationery);
    compiler.check_geometry(&sheet, envelope);
    compiler.styles(&sheet);
    let nodes = match parse::read_body(BODY, source.body) {
        Ok(nodes) => nodes,
        Err(faults) => {
            compiler.faults.extend(faults);
            Vec::new()
        }
    };
    let program = compiler.program(&sheet, nodes);
    compiler.tell_once();
    match program {
        Some(mut program) if compiler.faults.is_empty() => {
            compiler.images(&sheet, source.pictures, &mut program);
            compiler.layers(&sheet, &mut program, source.stationery.is_some());
            typeset::set_parts(&mut program);
            if compiler.faults.is_empty() {
                Ok(program)
            } else {
                Err(compiler.faults)
            }
        }
        _ => Err(compiler.faults),
    }
}

/// What is known and found while a template is compiled.
struct Compiler<'a> {
    toml: &'a str,
    chain: &'a FontChain,
    schema: &'a Schema,
    sender: &'a SenderFacts<'a>,
    styles: Vec<Style>,
    style_names: BTreeMap<String, usize>,
    tables: BTreeMap<String, usize>,
    sorts: Vec<crate::font::Sort>,
    fields_used: Vec<String>,
    varies_by_channel: bool,
    /// Whether what is compiled stands vertically.
    is_vertical: bool,
    /// Whether what is compiled has no room above its text.
    in_cell: bool,
    images: Vec<images::Placed>,
    faults: Vec<TemplateFault>,
}

impl<'a> Compiler<'a> {
    fn new(
        toml: &'a str,
        chain: &'a FontChain,
        schema: &'a Schema,
        sender: &'a SenderFacts<'a>,
    ) -> Self {
        Self {
            toml,
            chain,
            schema,
            sender,
            styles: Vec::new(),
            style_names: BTreeMap::new(),
            tables: BTreeMap::new(),
            sorts: Vec::new(),
            fields_used: Vec::new(),
            varies_by_channel: false,
            is_vertical: false,
            in_cell: false,
            images: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Drops what was found again: a choice about frames is compiled for each of them.
    fn tell_once(&mut self) {
        let faults = std::mem::take(&mut self.faults);
        for fault in faults {
            if !self.faults.contains(&fault) {
                self.faults.push(fault);
            }
        }
    }

    fn place(&self, spanned: &Spanned<String>) -> Place {
        Place::at(TOML, self.toml, spanned.span().start)
    }

    fn check_stationery(&mut self, bytes: Option<&[u8]>) {
        if bytes.is_some_and(|bytes| !bytes.starts_with(b"%PDF-")) {
            let place = Place { file: STATIONERY, line: 0, column: 0 };
            self.faults.push(place.fault("the file is no PDF", "export it again as PDF"));
        }
    }

    fn styles(&mut self, sheet: &Sheet) {
        for (name, style) in &sheet.styles {
            let Some(face) = self.face(sheet, &style.face) else { continue };
            let zero = self.chain.map(face).sort('0').map_or(500, |sort| i32::from(sort.advance));
            self.style_names.insert(name.clone(), self.styles.len());
            self.styles.push(read_style(style, face, zero));
        }
        if self.styles.is_empty() {
            let whole = Place::of(TOML);
            self.faults.push(whole.fault("there is no style", "write [styles.body]"));
        }
    }

    fn face(&mut self, sheet: &Sheet, short: &Spanned<String>) -> Option<FaceIndex> {
        let Some(name) = sheet.faces.get(short.get_ref()) else {
            let known: Vec<&str> = sheet.faces.keys().map(String::as_str).collect();
            let fix = format!("[faces] has {}", known.join(", "));
            let message = format!("face {:?} is not in [faces]", short.get_ref());
            self.faults.push(self.place(short).fault(message, fix));
            return None;
        };
        let face = self.chain.face(name.get_ref());
        if face.is_none() {
            let known: Vec<&str> = self.chain.faces().iter().map(|face| face.name()).collect();
            let fix = format!("the chain has {}", known.join(", "));
            let message = format!("face {:?} is not in the font chain", name.get_ref());
            self.faults.push(self.place(name).fault(message, fix));
        }
        face
    }

    fn style(&mut self, name: &Spanned<String>) -> usize {
        match self.style_names.get(name.get_ref()) {
            Some(&style) => style,
            None => {
                let known: Vec<&str> = self.style_names.keys().map(String::as_str).collect();
                let fix = format!("[styles] has {}", known.join(", "));
                let message = format!("style {:?} is not in [styles]", name.get_ref());
                self.faults.push(self.place(name).fault(message, fix));
                0
            }
        }
    }

    fn program(&mut self, sheet: &Sheet, nodes: Vec<Node>) -> Option<Program> {
        if self.styles.is_empty() {
            return None;
        }
        let tables = sheet.tables.iter().enumerate();
        self.tables = tables.map(|(at, (name, _))| (name.clone(), at)).collect();
        let address = self.address(sheet)?;
        let tables = sheet.tables.iter().map(|(name, table)| self.table(name, table)).collect();
        let (flow_nodes, frames) = self.split(sheet, nodes);
        let flow = self.flow(sheet, &flow_nodes);
        let (mut frames, mut flow) = (frames, flow);
        order::put_in_order(&mut frames, &mut flow);
        self.check_table_widths(&tables, &flow);
        Some(Program {
            name: sheet.name.clone(),
            version: sheet.version,
            title: sheet.title.clone(),
            sheet: sheet.paper.size(),
            sheet_mg: sheet.sheet_mg,
            chain: self.chain.clone(),
            sorts: std::mem::take(&mut self.sorts),
            styles: self.styles.clone(),
            address,
            flow,
            frames,
            tables,
            layers: Vec::new(),
            pictures: Vec::new(),
            lies_under: [false; 2],
            least_pages: 1 + usize::from(has_second(sheet)),
            parts: Vec::new(),
            part_sizes: Vec::new(),
            fields_used: std::mem::take(&mut self.fields_used),
            varies_by_channel: self.varies_by_channel,
            reserved: sheet.reserved.iter().map(|area| *area.get_ref()).collect(),
            honorific: self.sender.honorific.to_owned(),
        })
    }

    fn flow(&mut self, sheet: &Sheet, nodes: &[Node]) -> Flow {
        let slot = ADDRESS_SLOT;
        let Some(flow) = &sheet.flow else {
            if nodes.iter().any(|node| *node != Node::Blank) {
                let place = Place { file: BODY, line: 0, column: 0 };
                let message = "the text has lines outside of frames, but there is no [flow]";
                self.faults.push(place.fault(message, "move them into a frame, or write [flow]"));
            }
            let nowhere = Rect { left: 0, top: 0, width: 0, height: 0 };
            return Flow { first: nowhere, continuation: nowhere, blocks: Vec::new(), slot };
        };
        let style = self.style(&flow.style);
        let blocks = self.blocks(nodes, style, false);
        Flow { first: rect(flow.first), continuation: rect(flow.continuation), blocks, slot }
    }

    fn address(&mut self, sheet: &Sheet) -> Option<Address> {
        let address = &sheet.address;
        let styles =
            [&address.postal, &address.address, &address.name].map(|name| self.style(name));
        let [postal, lines, name] = styles.map(|style| self.styles[style]);
        let whole = Place::of(TOML);
        let mut required = |name: &str| {
            let found = self.schema.field(name);
            if found.is_none() {
                let message = format!("the address needs the field {name}, which the batch lacks");
                self.faults.push(whole.fault(message, "map a column to it"));
            }
            self.fields_used.push(name.to_owned());
            found
        };
        let (address1, name_field) = (required(field::ADDRESS1), required(field::NAME));
        Some(Address {
            rect: rect(window::address_area(sheet)),
            postal,
            address: lines,
            address_min: points(address.address_min_pt),
            address_lines: address.address_lines,
            name,
            name_min: points(address.name_min_pt),
            name_lines: address.name_lines,
            name_gap: millimetres(address.name_gap_mm),
            barcode: points(address.barcode_pt),
            barcode_gap: millimetres(address.barcode_gap_mm),
            down: address.barcode_at().map(|edges| edges.map(millimetres)),
            fields: AddressFields {
                address1: address1?,
                address2: self.schema.field(field::ADDRESS2),
                name: name_field?,
                name2: self.schema.field(field::NAME2),
                honorific: self.schema.field(field::HONORIFIC),
            },
        })
    }

    fn table(&mut self, name: &str, table: &TableSheet) -> Table {
        let (cell, head) = (self.style(&table.style), self.style(&table.head_style));
        let heads = table.columns.iter().any(|column| column.head.is_some()).then(|| {
            let columns = table.columns.iter();
            columns.map(|column| self.maybe_text(column.head.as_ref(), head, false)).collect()
        });
        let rows = if table.rows.is_empty() {
            let columns = table.columns.iter();
            Rows::OfRecord(
                columns.map(|column| self.maybe_text(column.cell.as_ref(), cell, true)).collect(),
            )
        } else {
            Rows::Fixed(table.rows.iter().map(|row| self.row(table, row, cell, head)).collect())
        };
        if heads.is_some() && !table.head_rows.is_empty() {
            let message = format!("table {name:?} has head_rows and heads of its columns");
            let fix = "write the columns' heads as the last of head_rows";
            self.faults.push(Place::of(TOML).fault(message, fix));
        }
        let head_grid = self.grid(table, &table.head_rows, None, head);
        let totals = table.total_style.as_ref().map_or(cell, |style| self.style(style));
        let joins = joined::joins(&table.total);
        let total_rows = if joins { vec![table.total.clone()] } else { Vec::new() };
        let total_grid = self.grid(table, &total_rows, Some(totals), head);
        let has_total = !table.total.is_empty() && !joins;
        let total = has_total.then(|| self.row(table, &table.total, totals, head));
        Table {
            name: name.to_owned(),
            columns: table.columns.iter().map(read_column).collect(),
            heads,
            heads_part: None,
            head_grid,
            rows,
            total,
            total_grid,
            cell,
            head,
            totals,
            row_height: millimetres(table.row_mm),
            left: millimetres(table.left_mm),
            after: millimetres(table.after_mm),
            shrink_to_percent: table.shrink_to_percent.clamp(1, 100),
            wrap: table.wrap,
            head_tint: table.head_tint.min(100),
            grid: table.grid,
        }
    }

    fn row(
        &mut self,
        table: &TableSheet,
        cells: &[Spanned<String>],
        cell: usize,
        head: usize,
    ) -> Vec<Vec<Piece>> {
        if cells.len() != table.columns.len() {
            if let Some(first) = cells.first() {
                let message = format!("the row has {} cells", cells.len());
                let fix = format!("write {} cells, one a column", table.columns.len());
                self.faults.push(self.place(first).fault(message, fix));
            }
        }
        let columns = table.columns.iter().zip(cells);
        columns
            .map(|(column, text)| {
                let style = if column.is_head { head } else { cell };
                self.maybe_text(Some(text), style, false)
            })
            .collect()
    }

    fn maybe_text(
        &mut self,
        text: Option<&Spanned<String>>,
        style: usize,
        in_row: bool,
    ) -> Vec<Piece> {
        let Some(text) = text else { return Vec::new() };
        // A basic string's text starts one byte after its quote.
        let place = self.place(text).right(1);
        match parse::read_inlines(text.get_ref(), place) {
            Ok(inlines) => {
                self.in_cell = true;
                let pieces = self.pieces(&inlines, style, in_row);
                self.in_cell = false;
                pieces
            }
            Err(fault) => {
                self.faults.push(fault);
                Vec::new()
            }
        }
    }

    fn check_table_widths(&mut self, tables: &Vec<Table>, flow: &Flow) {
        let whole = Place::of(TOML);
        let room = flow.first.width.min(flow.continuation.width);
        for table in tables {
            let needed = table.left + table.width();
            // Each column's width is rounded to a unit of its own.
            let rounding = table.columns.len() as i32;
            if needed > room + rounding || table.columns.is_empty() || table.row_height <= 0 {
                let (needed, room) = (Len(needed).to_mm(), Len(room).to_mm());
                let message =
                    format!("table {:?} is {needed:.1} mm wide, the flow {room:.1}", table.name);
                self.faults.push(whole.fault(message, "mend width_mm and row_mm of the table"));
            }
        }
    }

    /// Sets everything that is the same in each letter, and takes it out of the program's frames.
    fn layers(&mut self, sheet: &Sheet, program: &mut Program, has_stationery: bool) {
        let fillings: Vec<(String, bool)> = program
            .frames
            .iter()
            .map(|frame| (frame.name.clone(), !frame.when.is_empty()))
            .collect();
        let (fixed, variable): (Vec<Frame>, Vec<Frame>) = program
            .frames
            .drain(..)
            .partition(|frame| frame.when.is_empty() && stands_on_layer(frame));
        program.frames = fixed;
        for page in [FIRST_LAYER, CONTINUATION_LAYER] {
            let mut layer = Page::default();
            let own_ground = |name: &str| {
                let mut frames = fillings.iter().filter(|(known, _)| known == name).peekable();
                frames.peek().is_some() && frames.all(|(_, is_conditional)| *is_conditional)
            };
            decoration::decorate(sheet, page, own_ground, &mut layer);
            images::place(&self.images, page, &mut layer);
            let frames = Standing::Frames(page);
            let set = typeset::set_standing(program, frames, Form::Copy, &mut layer);
            if let Err(reason) = set {
                let whole = Place { file: BODY, line: 0, column: 0 };
                self.faults.push(whole.fault(reason.english(), reason.fix_english()));
            }
            program.lies_under[page] = has_stationery || !layer.marks.is_empty();
            program.layers.push(layer);
        }
        program.frames = variable;
    }
}

/// Returns whether a frame is the same in each letter. Those of the second page stay the letter's
/// own, because copies tag no other layer than the first.
fn stands_on_layer(frame: &Frame) -> bool {
    frame.pages != Pages::Second && is_static(&frame.blocks)
}

fn has_second(sheet: &Sheet) -> bool {
    sheet.frames.values().any(|frame| frame.pages == Pages::Second)
}

/// Returns whether blocks are the same in each letter.
fn is_static(blocks: &[Block]) -> bool {
    blocks.iter().all(|block| match block {
        Block::Paragraph(paragraph) => {
            paragraph.pieces.iter().all(|piece| matches!(piece, Piece::Static(..)))
        }
        Block::Blank(_) => true,
        _ => false,
    })
}

fn read_style(style: &StyleSheet, face: FaceIndex, digit: i32) -> Style {
    let mils = |em: f64| (em * 1000.0).round() as i32;
    Style {
        face,
        size: points(style.size_pt).max(1),
        leading: points(style.leading_pt).max(1),
        align: style.align,
        indent: mils(style.indent_em),
        hang: mils(style.hang_em),
        gap: mils(style.gap_em),
        before: millimetres(style.before_mm),
        after: millimetres(style.after_mm),
        keep: millimetres(style.keep_mm),
        digit,
        rule: Rule {
            fill: style.kinsoku,
            hanging: style.hanging,
            last_line: mils(style.last_line_em),
        },
    }
}

fn read_column(column: &ColumnSheet) -> Column {
    let width = millimetres(column.width_mm);
    Column { width, align: column.align, is_head: column.is_head }
}

fn rect(area: Area) -> Rect {
    Rect {
        left: millimetres(area.left_mm),
        top: millimetres(area.top_mm),
        width: millimetres(area.width_mm),
        height: millimetres(area.height_mm),
    }
}

fn millimetres(mm: f64) -> i32 {
    Len::from_mm(mm).0
}

fn points(pt: f64) -> i32 {
    Len::from_pt(pt).0
}
