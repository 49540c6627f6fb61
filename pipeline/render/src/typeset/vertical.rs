//! 縦組み: sets a frame's text from top to bottom, its lines from right to left.
//!
//! A line is broken and filled as a horizontal one whose advances are those of vertical writing;
//! its glyphs are then painted one below the other, each in the middle of the line. JLREQ §2.3.2:
//! brackets, stops, small kana and ー have forms of their own (the font's `vert`); a number of a few
//! digits stands upright in one em (縦中横, §3.2.5), one digit and one letter stand upright,
//! longer numbers one digit below the other; words lie on their side (`vrt2`).

use letter::page::{FaceIndex, Glyph, Len, Mark, Role};
use letter::Reason;

use super::{Scratch, Setter};
use crate::font::Sort;
use crate::layout::class::{Class, OPEN, SOFT};
use crate::layout::line::{mils, scaled, Galley};
use crate::layout::paint::{paint_line, Pen};
use crate::template::{Align, Block, Frame, Paragraph, Style};

/// Where the next line of a vertical frame goes.
struct Down {
    /// The right edge of the next line.
    right: i32,
    /// How far lines may go to the left.
    left: i32,
    top: i32,
    height: i32,
    page: usize,
    /// Per cent of each style's size.
    percent: i32,
    /// The most digits that stand side by side.
    together: usize,
    lines: usize,
    overflow: usize,
}

impl<'a> Setter<'a> {
    /// Sets a vertical frame; its text shrinks as far as the template allows.
    pub(super) fn vertical(
        &mut self,
        frame: &'a Frame,
        together: usize,
        page: usize,
    ) -> Result<(), Reason> {
        let count = self.pause();
        let before = &self.scratch.pages[page];
        let (marks, glyphs) = (before.marks.len(), before.glyphs.len());
        let passages = before.passages.len();
        let mut percent = 100;
        loop {
            self.resume(count);
            let rect = frame.rect;
            let (left, right) = (rect.left, rect.left + rect.width);
            let (top, height, lines, overflow) = (rect.top, rect.height, 0, 0);
            let mut down =
                Down { right, left, top, height, page, percent, together, lines, overflow };
            self.lines_down(&frame.blocks, &mut down)?;
            if down.overflow == 0 {
                return Ok(());
            }
            let page = &mut self.scratch.pages[page];
            page.marks.truncate(marks);
            page.glyphs.truncate(glyphs);
            page.passages.truncate(passages);
            percent -= SHRINK_STEP_PERCENT;
            if percent < frame.shrink_to_percent as i32 {
                let (max, name) = (down.lines, frame.name.clone());
                return Err(Reason::DoesNotFit { frame: name, lines: max + down.overflow, max });
            }
        }
    }

    fn lines_down(&mut self, blocks: &'a [Block], down: &mut Down) -> Result<(), Reason> {
        for block in blocks {
            match block {
                Block::Paragraph(paragraph) => self.paragraph_down(paragraph, down)?,
                Block::Blank(style) if down.lines > 0 => {
                    down.right -= down.style(&self.program.styles[*style]).leading / 2;
                }
                Block::If(cond, then, otherwise) => {
                    let chosen = if self.holds(cond)? { then } else { otherwise };
                    self.lines_down(chosen, down)?;
                }
                Block::Blank(_) | Block::Table(_) | Block::PageBreak | Block::Rows(_) => {}
            }
        }
        Ok(())
    }

    fn paragraph_down(&mut self, paragraph: &'a Paragraph, down: &mut Down) -> Result<(), Reason> {
        let style = down.style(&self.program.styles[paragraph.style]);
        self.scratch.sorts.clear();
        self.collect(&paragraph.pieces, self.program.chain.vertical(style.face))?;
        if self.scratch.sorts.is_empty() {
            return Ok(());
        }
        self.stand_upright(0, style.face, down.together);
        if down.lines > 0 {
            down.right -= style.before;
        }
        let measure = mils(down.height, style.size);
        let Scratch { sorts, lines, along, is_mixed, .. } = &mut *self.scratch;
        let galley = Galley::lay(sorts, 0, along);
        *is_mixed = galley.is_mixed;
        lines.clear();
        let mut start = 0;
        while start < sorts.len() {
            let indent = if start == 0 { style.indent } else { 0 };
            let line = galley.next_line(start, measure - indent, style.rule);
            start = line.next;
            lines.push(line);
        }
        let start = self.mark_count(down.page);
        for at in 0..self.scratch.lines.len() {
            if down.right - style.leading < down.left {
                down.overflow += 1;
                continue;
            }
            self.line_down((&style, paragraph.align), at, measure, down);
            down.right -= style.leading;
            down.lines += 1;
        }
        let role = match paragraph.level {
            0 => Role::Paragraph,
            level => Role::Heading(level),
        };
        self.note_next(down.page, start, role);
        down.right -= style.after;
        Ok(())
    }

    /// Turns digits and single letters, which the font lays on their side, upright again, from sort
    /// `first` on.
    pub(super) fn stand_upright(&mut self, first: usize, face: FaceIndex, together: usize) {
        let faces = self.program.chain.faces();
        let (map, sorts) = (self.program.chain.map(face), &mut self.scratch.sorts[first..]);
        let is_ascii = |sort: &Sort| {
            let charset = faces[usize::from(sort.face)].charset();
            charset.entries[sort.char_index() as usize].character.is_ascii_alphanumeric()
        };
        let kind = |sort: &Sort| (sort.class, is_ascii(sort));
        let (digit, letter) = (Class::Digit as u8, Class::Letter as u8);
        let mut start = 0;
        while start < sorts.len() {
            let first = kind(&sorts[start]);
            let run = sorts[start..].iter().take_while(|sort| kind(sort) == first).count();
            let is_upright = first.0 == digit || (first == (letter, true) && run == 1);
            for (at, sort) in sorts[start..start + run].iter_mut().enumerate() {
                let charset = faces[usize::from(sort.face)].charset();
                let character = charset.entries[sort.char_index() as usize].character;
                let Some(plain) = map.sort(character).filter(|_| is_upright) else { continue };
                let (class, after) = (Class::of(character), sort.after());
                let is_beside = at > 0 && (2..=together).contains(&run);
                let advance = if is_beside { 0 } else { EM };
                *sort = Sort::new(advance, plain.char_index(), plain.face, class);
                // Nothing is opened between the digits of a number.
                sort.set_after(if at + 1 < run { after & !(OPEN | SOFT) } else { after });
            }
            start += run;
        }
    }

    /// Paints a line whose right edge is the cursor's.
    fn line_down(&mut self, (style, align): (&Style, Align), at: usize, measure: i32, down: &Down) {
        let line = self.scratch.lines[at];
        let is_last = at + 1 == self.scratch.lines.len();
        let indent = if at == 0 { style.indent } else { 0 };
        let measure = measure - indent;
        let slack = measure - line.natural;
        let offset = match align {
            Align::Left | Align::Justify => 0,
            Align::Right => slack,
            Align::Center => slack / 2,
        };
        let fills = slack < 0 || (align == Align::Justify && !is_last);
        let top = down.top + scaled(indent + offset.max(0), style.size);
        let Scratch { sorts, along, is_mixed, column, .. } = &mut *self.scratch;
        column.clear();
        let galley = Galley::laid(sorts, 0, along, *is_mixed);
        let pen = Pen { x: top, y: 0, size: style.size, gap: 0 };
        paint_line(column, &galley, line, fills.then_some(measure), pen);
        self.put_upright(down.page, line.start, (down.right - style.leading / 2, style.size));
    }

    /// Puts the line that was set into the scratch's column upright on a page, each glyph in the
    /// middle; its first sort is number `first_sort`.
    pub(super) fn put_upright(
        &mut self,
        page: usize,
        first_sort: usize,
        (middle, size): (i32, i32),
    ) {
        let Scratch { sorts, pages, column, .. } = &mut *self.scratch;
        let faces = self.program.chain.faces();
        let page = &mut pages[page];
        for mark in &column.marks {
            let Mark::Text { face, x, start, end, .. } = *mark else { continue };
            let charset = faces[usize::from(face)].charset();
            let em = u32::from(charset.units_per_em.max(1));
            let width = |glyph: &Glyph| {
                let advance = u32::from(charset.entries[glyph.char_index as usize].advance);
                ((advance * 1000 + em / 2) / em) as i32
            };
            let (mut along, mut at) = (0, start as usize);
            while at < end as usize {
                let sort = &sorts[first_sort + at];
                let beside = sorts[first_sort + at + 1..first_sort + end as usize].iter();
                let count = 1 + beside.take_while(|sort| sort.advance == 0).count();
                let glyphs = &column.glyphs[at..at + count];
                let wide: i32 = glyphs.iter().map(width).sum();
                // Two digits of a wide face are wider than an em.
                let fitting = if count > 1 { size.min(size * 1000 / wide.max(1)) } else { size };
                let below = x.0 + scaled(along, size);
                let first = page.glyphs.len() as u32;
                let flat = glyphs.iter().map(|glyph| Glyph { extra: 0, ..*glyph });
                page.glyphs.extend(flat);
                page.marks.push(Mark::Text {
                    face,
                    size: Len(fitting),
                    x: Len(middle - scaled(wide, fitting) / 2),
                    y: Len(self.program.sheet.height.0
                        - below
                        - (size - fitting) / 2
                        - fitting * ASCENT / 100),
                    start: first,
                    end: first + count as u32,
                });
                let extra: i32 = glyphs.iter().map(|glyph| i32::from(glyph.extra)).sum();
                along += i32::from(sort.advance) + extra;
                at += count;
            }
        }
    }
}

impl Down {
    fn style(&self, style: &Style) -> Style {
        let scale = |length: i32| length * self.percent / 100;
        Style { size: scale(style.size), leading: scale(style.leading), ..*style }
    }
}

/// What an upright digit, letter or number takes of its line, 1/1000 em.
const EM: u16 = 1000;
/// A glyph's origin lies so far below the top of its em box, per cent of the size.
const ASCENT: i32 = 88;
/// Steps in which the text shrinks.
const SHRINK_STEP_PERCENT: i32 = 4;
