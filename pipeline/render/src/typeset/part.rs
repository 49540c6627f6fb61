//! 組み置き (kumioki): standing type, set once and put into every letter that shows it.
//!
//! A paragraph without values breaks alike in every letter, and the heads of a table are the same
//! everywhere; only where they stand depends on the record. Copies are set without parts, because a
//! reader that speaks the text follows the page's own marks.

use letter::page::{Len, Mark, Page};

use super::flow::Cursor;
use super::{set_standing, Setter, Standing};
use crate::template::{Block, Form, Paragraph, PartSize, Piece, Program, Style, Table};

/// Sets all parts of a compiled template and notes them where they belong.
pub(crate) fn set_parts(program: &mut Program) {
    if program.flow.first.width != program.flow.continuation.width {
        return;
    }
    let (mut parts, mut found) = (Vec::new(), Vec::new());
    each_paragraph(&program.flow.blocks, &mut |paragraph| {
        found.push(add(&mut parts, set_paragraph(program, paragraph)));
    });
    let heads = program.tables.iter().map(|table| add(&mut parts, set_heads(program, table)));
    let heads: Vec<_> = heads.collect();
    let mut found = found.into_iter();
    each_paragraph_mut(&mut program.flow.blocks, &mut |paragraph| {
        paragraph.part = found.next().expect("as many as before");
    });
    for (table, part) in program.tables.iter_mut().zip(heads) {
        table.heads_part = part;
    }
    (program.parts, program.part_sizes) = parts.into_iter().unzip();
}

/// Adds a part that is worth it and returns its number.
fn add(parts: &mut Vec<(Page, PartSize)>, part: Option<(Page, PartSize)>) -> Option<u16> {
    let part = part.filter(|(page, _)| page.glyphs.len() >= LEAST_GLYPHS)?;
    parts.push(part);
    u16::try_from(parts.len() - 1).ok()
}

fn set_paragraph(program: &Program, paragraph: &Paragraph) -> Option<(Page, PartSize)> {
    let is_static = paragraph.label.is_none() && are_static(&paragraph.pieces);
    is_static.then(|| set(program, Standing::Paragraph(paragraph))).flatten()
}

fn set_heads(program: &Program, table: &Table) -> Option<(Page, PartSize)> {
    let is_static = table.heads.as_ref()?.iter().all(|cell| are_static(cell));
    is_static.then(|| set(program, Standing::Heads(table))).flatten()
}

fn are_static(pieces: &[Piece]) -> bool {
    pieces.iter().all(|piece| matches!(piece, Piece::Static(..)))
}

/// Sets a part at the upper left corner of a sheet; `None` if it cannot be set there, of which
/// every letter will tell.
fn set(program: &Program, what: Standing<'_>) -> Option<(Page, PartSize)> {
    let mut page = Page::default();
    let (height, lines) = set_standing(program, what, Form::Print, &mut page).ok()?;
    let down = Len(program.sheet.height.0 - height);
    for mark in &mut page.marks {
        match mark {
            Mark::Text { y, .. } | Mark::Rule { y, .. } => *y = *y - down,
            Mark::Picture { .. } => return None,
            Mark::Barcode { .. } | Mark::Layer(_) | Mark::Part { .. } => return None,
        }
    }
    Some((page, PartSize { height, lines }))
}

impl<'a> Setter<'a> {
    /// Puts a paragraph that is a part and for which the page has room; returns whether it did.
    pub(super) fn paragraph_part(
        &mut self,
        paragraph: &Paragraph,
        style: &Style,
        cursor: &mut Cursor<'a>,
    ) -> bool {
        let Some(number) = paragraph.part.filter(|_| self.takes_parts(cursor)) else {
            return false;
        };
        let before = if cursor.is_at_top() { 0 } else { style.before };
        let height = self.program.part_sizes[usize::from(number)].height;
        let least = if cursor.is_at_top() { 0 } else { style.leading + style.keep };
        if cursor.room() - before < height.max(least) {
            return false;
        }
        self.end_list();
        cursor.y += before;
        self.put_part(number, cursor);
        cursor.y += style.after;
        true
    }

    /// Puts the heads of a table if they are a part; returns whether it did.
    pub(super) fn heads_part(&mut self, table: &Table, cursor: &mut Cursor<'a>) -> bool {
        let Some(number) = table.heads_part.filter(|_| self.takes_parts(cursor)) else {
            return false;
        };
        self.put_part(number, cursor);
        true
    }

    fn takes_parts(&self, cursor: &Cursor<'_>) -> bool {
        self.form == Form::Print && cursor.flow.is_some() && cursor.percent == 100
    }

    fn put_part(&mut self, number: u16, cursor: &mut Cursor<'a>) {
        let part = &self.program.part_sizes[usize::from(number)];
        cursor.y += part.height;
        cursor.lines += part.lines;
        let y = Len(self.program.sheet.height.0 - cursor.y);
        let (x, height) = (Len(cursor.area.left), Len(part.height));
        let mark = Mark::Part { part: number, x, y, height };
        self.scratch.pages[cursor.page].marks.push(mark);
    }
}

fn each_paragraph<'a>(blocks: &'a [Block], each: &mut impl FnMut(&'a Paragraph)) {
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => each(paragraph),
            Block::If(_, then, otherwise) => {
                each_paragraph(then, each);
                each_paragraph(otherwise, each);
            }
            Block::Rows(inner) => each_paragraph(inner, each),
            Block::Blank(_) | Block::Table(_) | Block::PageBreak => {}
        }
    }
}

fn each_paragraph_mut(blocks: &mut [Block], each: &mut impl FnMut(&mut Paragraph)) {
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => each(paragraph),
            Block::If(_, then, otherwise) => {
                each_paragraph_mut(then, each);
                each_paragraph_mut(otherwise, each);
            }
            Block::Rows(inner) => each_paragraph_mut(inner, each),
            Block::Blank(_) | Block::Table(_) | Block::PageBreak => {}
        }
    }
}

/// A shorter part costs a page as much as its glyphs.
const LEAST_GLYPHS: usize = 16;
