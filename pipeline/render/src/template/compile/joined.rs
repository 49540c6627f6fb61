//! Compiles rows whose cells join their neighbours: `<` joins the one at the left, `^` that above.

use toml::Spanned;

use super::Compiler;
use crate::template::program::*;
use crate::template::sheet::TableSheet;

impl Compiler<'_> {
    /// Returns rows as a grid, if there are any; `style` is that of cells which are no heads.
    pub(super) fn grid(
        &mut self,
        table: &TableSheet,
        rows: &[Vec<Spanned<String>>],
        style: Option<usize>,
        head: usize,
    ) -> Option<Grid> {
        let columns = table.columns.len();
        if rows.is_empty() || columns == 0 || !self.are_whole(table, rows) {
            return None;
        }
        // The slot whose cell stands in each slot.
        let mut origins: Vec<usize> = Vec::new();
        for (at, cell) in rows.iter().flatten().enumerate() {
            let origin = match cell.get_ref().as_str() {
                LEFT if at % columns > 0 => Some(origins[at - 1]),
                ABOVE if at >= columns => Some(origins[at - columns]),
                LEFT | ABOVE => None,
                _ => Some(at),
            };
            if origin.is_none() {
                let message = format!("{:?} joins a cell that is not there", cell.get_ref());
                let fix = "write the cell's own text in the first of its places";
                self.faults.push(self.place(cell).fault(message, fix));
            }
            origins.push(origin.unwrap_or(at));
        }
        let mut slots = Vec::new();
        for (at, cell) in rows.iter().flatten().enumerate() {
            if origins[at] != at {
                slots.push(None);
                continue;
            }
            let of_cell: Vec<usize> =
                (at..origins.len()).filter(|&slot| origins[slot] == at).collect();
            let last = of_cell[of_cell.len() - 1];
            let wide = (last % columns + 1).saturating_sub(at % columns);
            let high = last / columns - at / columns + 1;
            if wide * high != of_cell.len() {
                let fix = "join cells to a rectangle";
                self.faults
                    .push(self.place(cell).fault("the joined cell has a corner too many", fix));
            }
            let is_head = style.is_none() || table.columns[at % columns].is_head;
            let style = style.filter(|_| !is_head).unwrap_or(head);
            let pieces = self.maybe_text(Some(cell), style, false);
            slots.push(Some(Joined { pieces, columns: wide.max(1), rows: high }));
        }
        Some(Grid { slots, columns, is_head: style.is_none() })
    }

    fn are_whole(&mut self, table: &TableSheet, rows: &[Vec<Spanned<String>>]) -> bool {
        let columns = table.columns.len();
        let short = rows.iter().filter(|row| row.len() != columns);
        for row in short.clone() {
            let message = format!("the row has {} cells", row.len());
            let fix = format!("write {columns} cells, one a column; \"<\" and \"^\" join them");
            match row.first() {
                Some(first) => self.faults.push(self.place(first).fault(message, fix)),
                None => {
                    let whole = crate::template::fault::Place::of(crate::template::fault::TOML);
                    self.faults.push(whole.fault(message, fix));
                }
            }
        }
        short.count() == 0
    }
}

/// Returns whether a row joins cells.
pub(super) fn joins(row: &[Spanned<String>]) -> bool {
    row.iter().any(|cell| [LEFT, ABOVE].contains(&cell.get_ref().as_str()))
}

const LEFT: &str = "<";
const ABOVE: &str = "^";
