//! 折返し: table rows whose cells break into as many lines as they need.
//!
//! A row stays whole where a page can hold it; a higher one goes on under repeated heads.

use std::ops::Range;

use letter::Reason;

use super::flow::Cursor;
use super::table::{row_rect, row_scope, PADDING};
use super::{band, baseline, Scratch, Setter};
use crate::font::FaceMap;
use crate::layout::line::{mils, scaled, Galley, Line};
use crate::layout::paint::{paint_line, Pen};
use crate::layout::shape;
use crate::template::{Align, Column, Piece, Rect, Style, Table};

/// The broken cells of a row; their lines are in the scratch.
#[derive(Debug, Default)]
pub(super) struct Broken {
    /// One a column: its lines.
    cells: Vec<Range<usize>>,
    /// One past the last sort of each text that ends a line by itself.
    ends: Vec<usize>,
}

impl<'a> Setter<'a> {
    /// Sets a row of a table that starts at `top` and needs `after` below the row; returns where
    /// the table starts on the page that is reached.
    pub(super) fn wrapped_row(
        &mut self,
        table: &'a Table,
        cells: &'a [Vec<Piece>],
        (mut top, after): (i32, i32),
        cursor: &mut Cursor<'a>,
    ) -> Result<i32, Reason> {
        let lines = self.break_cells(table, cells, cursor)?;
        self.begin_row();
        let place = self.take_places(table.columns.len() as u32);
        let leading = self.leading(table, cursor);
        let heads = table.head_rows() * table.row_height;
        let fitting = |room: i32| match room - after - table.row_height {
            more @ 0.. => 1 + (more / leading) as usize,
            _ => 0,
        };
        let page = cursor.flow.map_or(0, |flow| flow.continuation.height - heads);
        let keeps_whole = lines <= fitting(page);
        let mut done = 0;
        loop {
            let (left, fit) = (lines - done, fitting(cursor.room()));
            let is_under_heads = cursor.y == top + heads;
            if left <= fit {
                self.paint_row(table, (done..lines, place), is_under_heads, cursor);
                return Ok(top);
            }
            if cursor.flow.is_none() {
                cursor.overflow += left - fit;
                return Ok(top);
            }
            if fit > usize::from(!is_under_heads) && (is_under_heads || !keeps_whole) {
                self.paint_row(table, (done..done + fit, place), is_under_heads, cursor);
                done += fit;
            } else if is_under_heads {
                let frame = table.name.clone();
                return Err(Reason::DoesNotFit { frame, lines, max: fit });
            }
            self.close_table(table, top, cursor.y, cursor);
            self.turn(cursor)?;
            top = self.open_table_again(table, cursor)?;
            // The heads were set with the scratch.
            self.break_cells(table, cells, cursor)?;
        }
    }

    /// Breaks all cells of a row and returns how many lines the longest has, one at least.
    fn break_cells(
        &mut self,
        table: &'a Table,
        cells: &'a [Vec<Piece>],
        cursor: &Cursor<'a>,
    ) -> Result<usize, Reason> {
        self.scratch.sorts.clear();
        self.scratch.lines.clear();
        self.scratch.broken.cells.clear();
        self.scratch.broken.ends.clear();
        let mut most = 1;
        for (column, pieces) in table.columns.iter().zip(cells) {
            let style = self.cell_style(table, column, cursor);
            let map = self.program.chain.map(style.face);
            let sorts = self.scratch.sorts.len();
            let ends = self.scratch.broken.ends.len();
            self.collect_texts(pieces, map)?;
            if self.scratch.sorts.len() > sorts {
                let end = self.scratch.sorts.len();
                self.scratch.broken.ends.push(end);
            }
            let lines = self.scratch.lines.len();
            self.break_cell(sorts, ends, mils(column.width - 2 * PADDING, style.size), &style);
            let lines = lines..self.scratch.lines.len();
            most = most.max(lines.len());
            self.scratch.broken.cells.push(lines);
        }
        Ok(most)
    }

    /// Collects a cell's sorts; each line end of a value ends a text.
    fn collect_texts(&mut self, pieces: &'a [Piece], map: &FaceMap) -> Result<(), Reason> {
        for piece in pieces {
            let text = match piece {
                Piece::Value(value) if value.filters.is_empty() => self.text_of(value.source),
                _ => None,
            };
            let (Some(text), Piece::Value(value)) = (text.filter(|t| t.contains('\n')), piece)
            else {
                self.collect(std::slice::from_ref(piece), map)?;
                continue;
            };
            for (at, line) in text.split('\n').enumerate() {
                if at > 0 {
                    let end = self.scratch.sorts.len();
                    self.scratch.broken.ends.push(end);
                }
                shape::pick(map, line, &mut self.scratch.sorts)
                    .map_err(|missing| super::missing_glyph(&value.name, missing))?;
            }
        }
        Ok(())
    }

    /// Breaks the sorts from `first` on, text by text from end number `ends` on.
    fn break_cell(&mut self, first: usize, ends: usize, measure: i32, style: &Style) {
        let Scratch { sorts, along, lines, broken, .. } = &mut *self.scratch;
        let mut from = first;
        for &end in &broken.ends[ends..] {
            let galley = Galley::lay(&sorts[from..end], style.gap, along);
            let mut start = 0;
            loop {
                let line = match start < galley.sorts.len() {
                    true => galley.next_line(start, measure, style.rule),
                    false => Line::whole(&[], 0),
                };
                start = line.next;
                let [line_start, line_end, next] =
                    [line.start, line.end, line.next].map(|at| at + from);
                lines.push(Line { start: line_start, end: line_end, next, ..line });
                if start >= galley.sorts.len() {
                    break;
                }
            }
            from = end;
        }
    }

    /// Paints some of the lines of the broken cells as one row, whose first cell has `place`.
    fn paint_row(
        &mut self,
        table: &'a Table,
        (lines, place): (Range<usize>, u32),
        is_under_heads: bool,
        cursor: &mut Cursor<'a>,
    ) {
        let leading = self.leading(table, cursor);
        let above = cursor.y;
        let height = table.row_height + (lines.len() as i32 - 1) * leading;
        let mut left = row_rect(table, cursor).left;
        for (at, column) in table.columns.iter().enumerate() {
            if column.is_head && table.head_tint > 0 {
                let ground = Rect { left, top: above, width: column.width, height };
                self.mark(cursor, band(self.program.sheet, ground, table.head_tint));
            }
            let style = self.cell_style(table, column, cursor);
            let cell = self.scratch.broken.cells[at].clone();
            let first = above + (table.row_height - leading) / 2;
            let shown = cell.skip(lines.start).take(lines.len());
            let start = self.mark_count(cursor.page);
            for (number, line) in (0..).zip(shown) {
                let y = baseline(self.program.sheet, first + number * leading, leading, style.size);
                self.paint_cell_line(column, &style, line, (left, y), cursor);
            }
            let role = self.cell_role(row_scope(column));
            self.note(cursor.page, start, place + at as u32, role);
            left += column.width;
        }
        if !is_under_heads {
            self.rule_between(table, cursor, above);
        }
        cursor.y += height;
        cursor.lines += lines.len();
    }

    fn paint_cell_line(
        &mut self,
        column: &Column,
        style: &Style,
        line: usize,
        (left, y): (i32, i32),
        cursor: &Cursor<'a>,
    ) {
        let line = self.scratch.lines[line];
        let measure = mils(column.width - 2 * PADDING, style.size);
        let is_last = self.scratch.broken.ends.contains(&line.next);
        let slack = measure - line.natural;
        let offset = match column.align {
            Align::Left | Align::Justify => 0,
            Align::Right => slack,
            Align::Center => slack / 2,
        };
        let fills = slack < 0 || (column.align == Align::Justify && !is_last);
        let x = left + PADDING + scaled(offset.max(0), style.size);
        let pen = Pen { x, y, size: style.size, gap: style.gap };
        let Scratch { sorts, along, pages, .. } = &mut *self.scratch;
        let galley = Galley::lay(&sorts[line.start..line.end], style.gap, along);
        let line = Line { start: 0, end: line.end - line.start, ..line };
        paint_line(&mut pages[cursor.page], &galley, line, fills.then_some(measure), pen);
    }

    fn cell_style(&self, table: &Table, column: &Column, cursor: &Cursor<'a>) -> Style {
        let style = if column.is_head { table.head } else { table.cell };
        cursor.style(&self.program.styles[style])
    }

    /// Lines of all columns stand side by side: the cells' leading is that of the row.
    fn leading(&self, table: &Table, cursor: &Cursor<'a>) -> i32 {
        cursor.style(&self.program.styles[table.cell]).leading.max(1)
    }
}
