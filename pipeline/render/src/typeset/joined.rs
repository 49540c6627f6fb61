//! 結合セル: sets rows of a table whose cells reach over several columns or rows.

use letter::page::Scope;
use letter::Reason;

use super::flow::Cursor;
use super::table::{row_rect, HAIRLINE, HAIRLINE_TINT};
use super::{band, Setter};
use crate::template::{Align, Column, Grid, Joined, Rect, Table};

impl<'a> Setter<'a> {
    /// Sets the rows of a grid, with the rules between its cells; `style` is that of cells which
    /// are no heads.
    pub(super) fn grid(
        &mut self,
        table: &'a Table,
        grid: &'a Grid,
        style: usize,
        cursor: &mut Cursor<'a>,
    ) -> Result<(), Reason> {
        if cursor.flow.is_none() && cursor.room() < grid.rows() * table.row_height {
            cursor.overflow += grid.rows() as usize;
            return Ok(());
        }
        let columns = table.columns.len();
        for (at, slot) in grid.slots.iter().enumerate() {
            if at % columns == 0 {
                self.begin_row();
            }
            let start = self.mark_count(cursor.page);
            let column = &table.columns[at % columns];
            if let Some(joined) = slot {
                self.joined(table, grid, (at, joined), style, cursor)?;
                let scope = match (grid.is_head, column.is_head) {
                    (true, _) => Scope::Column,
                    (false, true) => Scope::Row,
                    (false, false) => Scope::Own,
                };
                let role = self.joined_role(scope, [joined.columns, joined.rows]);
                self.note_next(cursor.page, start, role);
            }
            if (at + 1) % columns == 0 {
                cursor.y += table.row_height;
                cursor.lines += 1;
            }
        }
        Ok(())
    }

    /// Sets one cell of the row at the cursor.
    fn joined(
        &mut self,
        table: &'a Table,
        grid: &'a Grid,
        (at, joined): (usize, &'a Joined),
        style: usize,
        cursor: &Cursor<'a>,
    ) -> Result<(), Reason> {
        let count = table.columns.len();
        let (row, first) = (at / count, at % count);
        let own = &table.columns[first];
        let width = |columns: &[Column]| columns.iter().map(|column| column.width).sum::<i32>();
        let left = row_rect(table, cursor).left + width(&table.columns[..first]);
        let joins = joined.columns > 1 && grid.is_head;
        let column = Column {
            width: width(&table.columns[first..first + joined.columns]),
            align: if joins { Align::Center } else { own.align },
            is_head: own.is_head,
        };
        let is_head = grid.is_head || own.is_head;
        let style = cursor.style(&self.program.styles[if is_head { table.head } else { style }]);
        let height = joined.rows as i32 * table.row_height;
        let middle = Cursor { y: cursor.y + (height - table.row_height) / 2, ..*cursor };
        if !self.cell(table, &column, &joined.pieces, &style, left, &middle)? {
            let frame = format!("{}.{}", table.name, first + 1);
            return Err(Reason::DoesNotFit { frame, lines: 2, max: 1 });
        }
        let hairline = |left, top, width, height| {
            band(self.program.sheet, Rect { left, top, width, height }, HAIRLINE_TINT)
        };
        if table.grid && first > 0 {
            let mark = hairline(left - HAIRLINE / 2, cursor.y, HAIRLINE, height);
            self.mark(cursor, mark);
        }
        if row + joined.rows < grid.slots.len() / count {
            let top = cursor.y + height - HAIRLINE / 2;
            self.mark(cursor, hairline(left, top, column.width, HAIRLINE));
        }
        Ok(())
    }
}
