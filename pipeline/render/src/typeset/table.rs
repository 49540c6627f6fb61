//! 表: sets tables row by row; heads are repeated on each page, rows are never split.

use letter::page::Scope;
use letter::Reason;

use super::flow::Cursor;
use super::{band, baseline, Scratch, Setter};
use crate::layout::line::{self, mils, scaled, Fill, Galley, Rule};
use crate::layout::paint::{paint, paint_line, Pen, Tabular};
use crate::template::{Align, Column, Piece, Rect, Rows, Style, Table};

/// Which style a row has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Head,
    Body,
    Total,
}

impl<'a> Setter<'a> {
    pub(super) fn table(
        &mut self,
        table: &'a Table,
        cursor: &mut Cursor<'a>,
    ) -> Result<(), Reason> {
        let count = match &table.rows {
            Rows::Fixed(rows) => rows.len(),
            Rows::OfRecord(_) => self.record.row_count(),
        };
        if count == 0 {
            return Ok(());
        }
        let head_rows = table.head_rows();
        if cursor.room() < (head_rows + 1 + last_rows(table, count == 1)) * table.row_height {
            self.turn(cursor)?;
        }
        self.end_list();
        self.begin_table();
        let mut top = self.open_table(table, cursor)?;
        for row in 0..count {
            self.row = row;
            let cells = match &table.rows {
                Rows::Fixed(rows) => &rows[row],
                Rows::OfRecord(cells) => cells,
            };
            let following = last_rows(table, row + 1 == count);
            if table.wrap {
                let after = following * table.row_height;
                top = self.wrapped_row(table, cells, (top, after), cursor)?;
                continue;
            }
            let needed = 1 + following;
            if cursor.room() < needed * table.row_height && row > 0 {
                self.close_table(table, top, cursor.y, cursor);
                self.turn(cursor)?;
                top = self.open_table_again(table, cursor)?;
            }
            let above = cursor.y;
            self.table_row(table, cells, Kind::Body, cursor)?;
            if above > top + head_rows * table.row_height {
                self.rule_between(table, cursor, above);
            }
        }
        let above = cursor.y;
        if let Some(total) = &table.total {
            self.table_row(table, total, Kind::Total, cursor)?;
            self.rule(table, cursor, above, MIDDLE, 100);
        }
        if let Some(total) = &table.total_grid {
            self.grid(table, total, table.totals, cursor)?;
            self.rule(table, cursor, above, MIDDLE, 100);
            self.close_table(table, top, above, cursor);
        } else {
            self.close_table(table, top, cursor.y, cursor);
        }
        cursor.y += table.after;
        Ok(())
    }

    /// Sets the heads; returns where the table starts.
    pub(super) fn open_table(
        &mut self,
        table: &'a Table,
        cursor: &mut Cursor<'a>,
    ) -> Result<i32, Reason> {
        let top = cursor.y;
        if self.heads_part(table, cursor) {
            return Ok(top);
        }
        let rows = table.head_rows();
        if rows > 0 && table.head_tint > 0 {
            let ground = Rect { height: rows * table.row_height, ..row_rect(table, cursor) };
            self.mark(cursor, band(self.program.sheet, ground, table.head_tint));
        }
        if let Some(heads) = &table.heads {
            self.table_row(table, heads, Kind::Head, cursor)?;
        }
        if let Some(heads) = &table.head_grid {
            self.grid(table, heads, table.head, cursor)?;
        }
        if rows > 0 {
            self.rule(table, cursor, cursor.y, MIDDLE, 100);
        }
        Ok(top)
    }

    /// Sets the heads again on the next page, where they are no part of the table for who hears it.
    pub(super) fn open_table_again(
        &mut self,
        table: &'a Table,
        cursor: &mut Cursor<'a>,
    ) -> Result<i32, Reason> {
        let count = self.pause();
        let top = self.open_table(table, cursor);
        self.resume(count);
        top
    }

    /// Sets the upper and lower rule, and the rules between columns down to `foot`. Joined heads
    /// and totals set their own.
    pub(super) fn close_table(
        &mut self,
        table: &'a Table,
        mut top: i32,
        foot: i32,
        cursor: &mut Cursor<'a>,
    ) {
        self.rule(table, cursor, top, HEAVY, 100);
        self.rule(table, cursor, cursor.y, HEAVY, 100);
        if !table.grid {
            return;
        }
        if table.head_grid.is_some() {
            top += table.head_rows() * table.row_height;
        }
        let mut left = row_rect(table, cursor).left;
        for column in &table.columns[..table.columns.len() - 1] {
            left += column.width;
            let height = foot - top;
            let rect = Rect { left: left - HAIRLINE / 2, top, width: HAIRLINE, height };
            self.mark(cursor, band(self.program.sheet, rect, HAIRLINE_TINT));
        }
    }

    fn table_row(
        &mut self,
        table: &'a Table,
        cells: &'a [Vec<Piece>],
        kind: Kind,
        cursor: &mut Cursor<'a>,
    ) -> Result<(), Reason> {
        if cursor.flow.is_none() && cursor.room() < table.row_height {
            cursor.overflow += 1;
            return Ok(());
        }
        self.begin_row();
        let mut left = row_rect(table, cursor).left;
        for (at, (column, pieces)) in table.columns.iter().zip(cells).enumerate() {
            let heads = kind == Kind::Head || column.is_head;
            if column.is_head && kind == Kind::Body && table.head_tint > 0 {
                let (top, height) = (cursor.y, table.row_height);
                let ground = Rect { left, top, width: column.width, height };
                self.mark(cursor, band(self.program.sheet, ground, table.head_tint));
            }
            let style = match (heads, kind) {
                (true, _) => table.head,
                (false, Kind::Total) => table.totals,
                (false, _) => table.cell,
            };
            let style = cursor.style(&self.program.styles[style]);
            let start = self.mark_count(cursor.page);
            let fits = self.cell(table, column, pieces, &style, left, cursor)?;
            let scope = match kind {
                Kind::Head => Scope::Column,
                _ => row_scope(column),
            };
            let role = self.cell_role(scope);
            self.note_next(cursor.page, start, role);
            if !fits {
                let frame = format!("{}.{}", table.name, at + 1);
                return Err(Reason::DoesNotFit { frame, lines: 2, max: 1 });
            }
            left += column.width;
        }
        cursor.y += table.row_height;
        cursor.lines += 1;
        Ok(())
    }

    /// Sets one cell and returns whether it fits: on one line, smaller, or on two lines of its row.
    pub(super) fn cell(
        &mut self,
        table: &'a Table,
        column: &Column,
        pieces: &'a [Piece],
        style: &Style,
        left: i32,
        cursor: &Cursor<'a>,
    ) -> Result<bool, Reason> {
        self.scratch.sorts.clear();
        let map = self.program.chain.map(style.face);
        self.collect(pieces, map)?;
        let Scratch { sorts, along, pages, .. } = &mut *self.scratch;
        let is_tabular = column.align == Align::Right;
        if is_tabular {
            map.widen(sorts);
        }
        let tabular = is_tabular.then(|| Tabular::lay(sorts, style.digit, style.gap, along));
        let natural = match &tabular {
            Some(tabular) => tabular.width,
            None => line::width(sorts, style.gap),
        };
        let room = column.width - 2 * PADDING;
        let Some(size) = fitting_size(natural, room, style.size, table.shrink_to_percent) else {
            let place = (left + PADDING, room);
            return Ok(tabular.is_none() && self.two_lines(table, style, place, cursor));
        };
        let slack = room - scaled(natural, size);
        let offset = match column.align {
            Align::Left | Align::Justify => 0,
            Align::Right => slack,
            Align::Center => slack / 2,
        };
        let y = baseline(self.program.sheet, cursor.y, table.row_height, size);
        let pen = Pen { x: left + PADDING + offset, y, size, gap: style.gap };
        let page = &mut pages[cursor.page];
        match tabular {
            Some(tabular) => tabular.paint(page, pen),
            None => paint(page, sorts, pen),
        }
        Ok(true)
    }

    /// Sets the collected cell on two lines within its row and returns whether it fits.
    fn two_lines(
        &mut self,
        table: &Table,
        style: &Style,
        (x, room): (i32, i32),
        cursor: &Cursor<'a>,
    ) -> bool {
        let least = style.size * table.shrink_to_percent as i32 / 100;
        let leading = table.row_height * TWO_LINES_PERCENT / 200;
        let size = style.size.min(leading * 9 / 10);
        let Scratch { sorts, along, pages, .. } = &mut *self.scratch;
        let galley = Galley::lay(sorts, style.gap, along);
        let measure = mils(room, size);
        let rule = Rule { fill: Fill::Out, hanging: false, last_line: 0 };
        let first = galley.next_line(0, measure, rule);
        if first.next >= sorts.len() {
            return false;
        }
        let second = galley.next_line(first.next, measure, rule);
        let fits = first.natural.max(second.natural) <= measure && second.next >= sorts.len();
        if !fits || size < least {
            return false;
        }
        let top = cursor.y + (table.row_height - 2 * leading) / 2;
        for (at, line) in [first, second].into_iter().enumerate() {
            let y = baseline(self.program.sheet, top + at as i32 * leading, leading, size);
            let pen = Pen { x, y, size, gap: style.gap };
            paint_line(&mut pages[cursor.page], &galley, line, None, pen);
        }
        true
    }

    /// Sets the rule between two rows.
    pub(super) fn rule_between(&mut self, table: &Table, cursor: &Cursor<'a>, y: i32) {
        self.rule(table, cursor, y, HAIRLINE, HAIRLINE_TINT);
    }

    fn rule(&mut self, table: &Table, cursor: &Cursor<'a>, y: i32, thickness: i32, tint: u8) {
        let row = row_rect(table, cursor);
        let rect = Rect { top: y - thickness / 2, height: thickness, ..row };
        self.mark(cursor, band(self.program.sheet, rect, tint));
    }

    pub(super) fn mark(&mut self, cursor: &Cursor<'a>, mark: letter::page::Mark) {
        self.scratch.pages[cursor.page].marks.push(mark);
    }
}

/// Rows that must follow a row on its page: the total follows the last.
fn last_rows(table: &Table, is_last: bool) -> i32 {
    i32::from(is_last) * table.total_rows()
}

/// Returns for what a cell below the heads is a head itself.
pub(super) fn row_scope(column: &Column) -> Scope {
    match column.is_head {
        true => Scope::Row,
        false => Scope::Own,
    }
}

pub(super) fn row_rect(table: &Table, cursor: &Cursor<'_>) -> Rect {
    Rect { left: cursor.area.left + table.left, top: cursor.y, width: table.width(), height: 0 }
}

/// Returns the largest size up to `size` at which a width fits, in tenths of a point.
fn fitting_size(natural: i32, room: i32, size: i32, least_percent: u32) -> Option<i32> {
    if scaled(natural, size) <= room {
        return Some(size);
    }
    let fitting = (i64::from(room) * 1000 / i64::from(natural.max(1))) as i32 / 10 * 10;
    debug_assert!(mils(room, fitting.max(1)) >= natural || fitting == 0);
    (fitting * 100 >= size * least_percent as i32).then_some(fitting)
}

/// What of a row's height two lines of a cell take.
const TWO_LINES_PERCENT: i32 = 92;
/// Blank left and right of a cell's text: 1.4 mm.
pub(super) const PADDING: i32 = 400;
/// 表罫 (omote-kei) between rows.
pub(super) const HAIRLINE: i32 = 25;
pub(super) const HAIRLINE_TINT: u8 = 60;
/// Below the heads and above the total.
const MIDDLE: i32 = 50;
/// Above and below the table.
const HEAVY: i32 = 90;
