//! 本文: sets paragraphs down the running text's area or a frame, over as many pages as it takes.

use letter::page::{Role, SheetSize};
use letter::Reason;

use super::{baseline, Scratch, Setter};
use crate::layout::line::{self, mils, scaled, Galley};
use crate::layout::paint::{paint, paint_line, Pen};
use crate::template::{Align, Block, Flow, Frame, Paragraph, Rect, Style};

/// Where the next line goes.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    /// The page, from 0.
    pub page: usize,
    /// The area that is being filled.
    pub area: Rect,
    /// The upper edge of what comes next.
    pub y: i32,
    /// Where the text goes on over the page's end; a frame of fixed place has nowhere.
    pub flow: Option<&'a Flow>,
    /// Per cent of each style's size.
    pub percent: i32,
    /// To how many per cent a paragraph shrinks to stand on one line.
    pub one_line_percent: i32,
    /// Lines set, and lines for which a fixed frame had no room.
    pub lines: usize,
    /// See `lines`.
    pub overflow: usize,
}

impl<'a> Cursor<'a> {
    pub fn flow(flow: &'a Flow) -> Self {
        let area = flow.first;
        Self {
            page: 0,
            area,
            y: area.top,
            flow: Some(flow),
            percent: 100,
            one_line_percent: 100,
            lines: 0,
            overflow: 0,
        }
    }

    /// Starts at the upper left corner of a sheet as wide as the running text.
    pub fn at_corner(flow: &'a Flow, sheet: SheetSize) -> Self {
        let area = Rect { left: 0, top: 0, width: flow.first.width, height: sheet.height.0 };
        Self { area, y: 0, ..Self::flow(flow) }
    }

    fn frame(frame: &Frame, page: usize, percent: i32) -> Self {
        let area = frame.rect;
        let one_line_percent = if frame.one_line { frame.shrink_to_percent as i32 } else { 100 };
        let flow = None;
        Self { page, area, y: area.top, flow, percent, one_line_percent, lines: 0, overflow: 0 }
    }

    pub fn is_at_top(&self) -> bool {
        self.y == self.area.top
    }

    pub fn room(&self) -> i32 {
        self.area.bottom() - self.y
    }

    pub fn style(&self, style: &Style) -> Style {
        if self.percent == 100 {
            return *style;
        }
        let scale = |length: i32| length * self.percent / 100;
        Style { size: scale(style.size), leading: scale(style.leading), ..*style }
    }
}

impl<'a> Setter<'a> {
    pub(super) fn blocks(
        &mut self,
        blocks: &'a [Block],
        cursor: &mut Cursor<'a>,
    ) -> Result<(), Reason> {
        for block in blocks {
            match block {
                Block::Paragraph(paragraph) => self.paragraph(paragraph, cursor)?,
                Block::Blank(style) if !cursor.is_at_top() => {
                    cursor.y += cursor.style(&self.program.styles[*style]).leading / 2;
                }
                Block::Blank(_) => {}
                Block::Table(table) => self.table(&self.program.tables[*table], cursor)?,
                Block::PageBreak => self.turn(cursor)?,
                Block::If(cond, then, otherwise) => {
                    let chosen = if self.holds(cond)? { then } else { otherwise };
                    self.blocks(chosen, cursor)?;
                }
                Block::Rows(inner) => {
                    for row in 0..self.record.row_count() {
                        self.row = row;
                        self.blocks(inner, cursor)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Sets a frame of fixed place; its text shrinks as far as the template allows.
    pub(super) fn frame(&mut self, frame: &'a Frame, page: usize) -> Result<(), Reason> {
        self.enter_slot(frame.slot);
        if let Some(bars) = &frame.bars {
            return self.bars(frame, bars, page);
        }
        if let Some(together) = frame.vertical {
            return self.vertical(frame, together, page);
        }
        let count = self.pause();
        let number = page;
        let before = &self.scratch.pages[number];
        let (marks, glyphs) = (before.marks.len(), before.glyphs.len());
        let passages = before.passages.len();
        let mut percent = 100;
        loop {
            self.resume(count);
            let mut cursor = Cursor::frame(frame, number, percent);
            self.blocks(&frame.blocks, &mut cursor)?;
            if cursor.overflow == 0 {
                return Ok(());
            }
            let page = &mut self.scratch.pages[number];
            page.marks.truncate(marks);
            page.glyphs.truncate(glyphs);
            page.passages.truncate(passages);
            percent -= SHRINK_STEP_PERCENT;
            if percent < frame.shrink_to_percent as i32 {
                let (max, name) = (cursor.lines, frame.name.clone());
                return Err(Reason::DoesNotFit { frame: name, lines: max + cursor.overflow, max });
            }
        }
    }

    /// Goes on at the top of the next page.
    pub(super) fn turn(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Reason> {
        let Some(flow) = cursor.flow else {
            cursor.overflow += 1;
            return Ok(());
        };
        if self.scratch.count >= PAGES_MAX {
            let max = PAGES_MAX as u32;
            return Err(Reason::TooManySheets { found: max + 1, max });
        }
        self.open_page();
        *cursor = Cursor { page: cursor.page + 1, area: flow.continuation, ..*cursor };
        cursor.y = cursor.area.top;
        Ok(())
    }

    pub(super) fn paragraph(
        &mut self,
        paragraph: &'a Paragraph,
        cursor: &mut Cursor<'a>,
    ) -> Result<(), Reason> {
        let mut style = cursor.style(&self.program.styles[paragraph.style]);
        if self.paragraph_part(paragraph, &style, cursor) {
            return Ok(());
        }
        let map = self.program.chain.map(style.face);
        self.scratch.sorts.clear();
        self.scratch.rubies.clear();
        self.collect(&paragraph.pieces, map)?;
        if self.scratch.sorts.is_empty() {
            return Ok(());
        }
        if !cursor.is_at_top() {
            cursor.y += style.before;
        }
        let hang = paragraph.label.map_or(0, |_| scaled(style.hang, style.size));
        let indent = if paragraph.label.is_some() { 0 } else { style.indent };
        if cursor.one_line_percent < 100 {
            style.size = self.one_line_size(&style, cursor);
        }
        let measure = mils(cursor.area.width - hang, style.size);
        self.break_paragraph(measure, indent, &style);
        let level = paragraph.level;
        let set = Set { style, align: paragraph.align, hang, indent, measure, level };
        self.place(&set, paragraph.label, cursor)?;
        cursor.y += style.after;
        Ok(())
    }

    /// Returns the size at which the collected line stands on one line, if it may be so small.
    fn one_line_size(&self, style: &Style, cursor: &Cursor<'a>) -> i32 {
        let Scratch { sorts, rubies, .. } = &*self.scratch;
        let natural = line::width(sorts, style.gap) + rubies.room(sorts, style.gap) + style.indent;
        let fitting = mils(cursor.area.width, natural.max(1)).min(style.size);
        let least = style.size * cursor.one_line_percent / 100;
        if fitting >= least {
            fitting
        } else {
            style.size
        }
    }

    fn break_paragraph(&mut self, measure: i32, indent: i32, style: &Style) {
        let Scratch { sorts, lines, along, is_mixed, rubies, .. } = &mut *self.scratch;
        let galley = match rubies.names.is_empty() {
            true => Galley::lay(sorts, style.gap, along),
            false => rubies.lay(sorts, style.gap, along),
        };
        *is_mixed = galley.is_mixed;
        lines.clear();
        let mut start = 0;
        while start < sorts.len() {
            let indent = if lines.is_empty() { indent } else { 0 };
            let line = galley.next_line(start, measure - indent, style.rule);
            start = line.next;
            lines.push(line);
        }
    }

    /// Puts a paragraph's lines on pages: none alone at a page's end or start where it has more.
    fn place(
        &mut self,
        set: &Set,
        label: Option<(u32, u32)>,
        cursor: &mut Cursor<'a>,
    ) -> Result<(), Reason> {
        let leading = set.style.leading;
        let total = self.scratch.lines.len();
        if cursor.flow.is_some() && !cursor.is_at_top() && cursor.room() < leading + set.style.keep
        {
            self.turn(cursor)?;
        }
        let item = label.map(|_| self.next_item());
        let role = match (item, set.level) {
            (Some(item), _) => Role::ItemText(item),
            (None, 0) => Role::Paragraph,
            (None, level) => Role::Heading(level),
        };
        if item.is_none() {
            self.end_list();
        }
        if !self.scratch.rubies.names.is_empty() && cursor.is_at_top() {
            // Above the first line of an area is no leading in which readings could stand.
            let Style { size, leading, .. } = set.style;
            cursor.y += (size / 2 - (leading - size) / 2).max(0);
        }
        let places = self.take_places(2);
        let mut done = 0;
        while done < total {
            let left = total - done;
            let fit = (cursor.room() / leading).max(0) as usize;
            let count = fitting(left, fit, cursor.is_at_top());
            if count == 0 && cursor.flow.is_none() {
                cursor.overflow += left;
                return Ok(());
            }
            let mut start = self.mark_count(cursor.page);
            if let (0, Some(label), Some(item)) = (done, label, item) {
                self.paint_label(set, label, cursor);
                self.note(cursor.page, start, places, Role::Label(item));
                start = self.mark_count(cursor.page);
            }
            for at in done..done + count {
                self.paint_line(set, at, cursor);
            }
            self.note(cursor.page, start, places + 1, role);
            done += count;
            if done < total && cursor.flow.is_some() {
                self.turn(cursor)?;
            }
        }
        Ok(())
    }

    /// Paints the label of a paragraph beside the line that comes next.
    fn paint_label(&mut self, set: &Set, (start, end): (u32, u32), cursor: &Cursor<'a>) {
        let Style { size, leading, gap, .. } = set.style;
        let y = baseline(self.program.sheet, cursor.y, leading, size);
        let sorts = &self.program.sorts[start as usize..end as usize];
        let pen = Pen { x: cursor.area.left, y, size, gap };
        paint(&mut self.scratch.pages[cursor.page], sorts, pen);
    }

    fn paint_line(&mut self, set: &Set, at: usize, cursor: &mut Cursor<'a>) {
        let Style { size, leading, gap, .. } = set.style;
        let line = self.scratch.lines[at];
        let is_last = at + 1 == self.scratch.lines.len();
        let indent = if at == 0 { set.indent } else { 0 };
        let measure = set.measure - indent;
        let left = cursor.area.left + set.hang + scaled(indent, size);
        let y = baseline(self.program.sheet, cursor.y, leading, size);
        let slack = measure - line.natural;
        let offset = match set.align {
            Align::Left | Align::Justify => 0,
            Align::Right => slack,
            Align::Center => slack / 2,
        };
        let fills = slack < 0 || (set.align == Align::Justify && !is_last);
        let pen = Pen { x: left + scaled(offset.max(0), size), y, size, gap };
        let Scratch { sorts, along, is_mixed, pages, rubies, .. } = &mut *self.scratch;
        let galley = Galley::laid(sorts, gap, along, *is_mixed);
        let page = &mut pages[cursor.page];
        let first = page.marks.len();
        paint_line(page, &galley, line, fills.then_some(measure), pen);
        if !rubies.names.is_empty() {
            rubies.paint(page, sorts, line, first, pen);
        }
        cursor.y += leading;
        cursor.lines += 1;
    }
}

/// How a paragraph is set.
struct Set {
    style: Style,
    align: Align,
    hang: i32,
    /// 1/1000 em.
    indent: i32,
    /// 1/1000 em.
    measure: i32,
    /// Of a heading, 0 of a paragraph.
    level: u8,
}

/// Returns how many of `left` lines go on a page with room for `fit`: all, or so many that at least
/// two stand on both pages.
fn fitting(left: usize, fit: usize, at_top: bool) -> usize {
    if left <= fit {
        return left;
    }
    let count = if left - fit == 1 { fit.saturating_sub(1) } else { fit };
    match (count, at_top) {
        (0 | 1, true) => fit.max(1),
        (0 | 1, false) => 0,
        _ => count,
    }
}

/// The most pages of a letter: the inserter's marks count two digits of sheets.
const PAGES_MAX: usize = 99;
/// Steps in which a fixed frame's text shrinks.
const SHRINK_STEP_PERCENT: i32 = 4;

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn no_line_stands_alone_at_a_pages_end_or_start() {
        for (left, fit, at_top, expected) in [
            (5, 9, false, 5),
            (5, 4, false, 3),
            (5, 1, false, 0),
            (2, 1, false, 0),
            (3, 2, false, 0),
            (9, 5, false, 5),
            (9, 0, false, 0),
            (2, 1, true, 1),
        ] {
            assert_eq!(fitting(left, fit, at_top), expected, "{left} lines, room for {fit}");
        }
    }
}
