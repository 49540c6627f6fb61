//! 宛名: sets 〒 and postal code, address, name and customer barcode into the window's frame.
//!
//! The ladder (facts: post_and_print §6.4): each line shrinks to fit, down to its least size; what
//! still does not fit is broken into as few lines as its sizes allow; what does not fit then holds
//! the letter. The customer barcode stands alone directly under the name (§1.2).

mod down;

use letter::page::{Len, Mark, Role};
use letter::record::field;
use letter::Reason;

use super::{baseline, missing_glyph, Setter};
use crate::font::Sort;
use crate::layout::address::{break_lines, read_units, Unit};
use crate::layout::line::{self, mils, Line};
use crate::layout::numerals;
use crate::layout::paint::{paint, Pen};
use crate::layout::shape::{join, pick};
use crate::template::{Form, Style, BARCODE_HEIGHT};

/// A group of lines of one size: the address, or the name.
#[derive(Clone, Copy)]
struct Group {
    style: Style,
    min: i32,
    lines_max: usize,
    /// The sorts of its two parts in the scratch: start, boundary, end.
    parts: [usize; 3],
    /// Its lines in the scratch.
    lines: [usize; 2],
    size: i32,
}

impl Group {
    fn leading(&self) -> i32 {
        (i64::from(self.style.leading) * i64::from(self.size) / i64::from(self.style.size)) as i32
    }

    fn height(&self) -> i32 {
        (self.lines[1] - self.lines[0]) as i32 * self.leading()
    }
}

impl<'a> Setter<'a> {
    pub(super) fn address(&mut self) -> Result<(), Reason> {
        let frame = &self.program.address;
        self.scratch.sorts.clear();
        self.scratch.units.clear();
        self.scratch.lines.clear();
        if let Some(barcode) = frame.down {
            return self.address_down(barcode);
        }
        let mut address = self.address_group()?;
        let mut name = self.name_group()?;
        let barcode_height = frame.barcode_gap + frame.barcode * BARCODE_HEIGHT / 1000;
        let room = frame.rect.height - frame.postal.leading - frame.name_gap - barcode_height;
        self.fit(&mut address, frame.rect.width, field::ADDRESS1)?;
        self.fit(&mut name, frame.rect.width, field::NAME)?;
        while address.height() + name.height() > room {
            self.shrink(&mut address, &mut name)?;
        }
        let mut y = frame.rect.top;
        let start = self.mark_count(0);
        self.postal_line(y)?;
        self.note_next(0, start, Role::Paragraph);
        y += frame.postal.leading;
        y = self.paint_group(&address, y);
        y = self.paint_group(&name, y + frame.name_gap);
        self.barcode(frame.rect.left, y + frame.barcode_gap);
        Ok(())
    }

    fn address_group(&mut self) -> Result<Group, Reason> {
        let frame = &self.program.address;
        let start = self.scratch.sorts.len();
        let first = self.record.field(frame.fields.address1).trim_matches(BLANKS);
        self.address_part(first, field::ADDRESS1)?;
        let boundary = self.scratch.sorts.len();
        if let Some(second) = frame.fields.address2 {
            let second = self.record.field(second).trim_matches(BLANKS);
            self.address_part(second, field::ADDRESS2)?;
        }
        Ok(Group {
            style: frame.address,
            min: frame.address_min,
            lines_max: frame.address_lines,
            parts: [start, boundary, self.scratch.sorts.len()],
            lines: [0, 0],
            size: frame.address.size,
        })
    }

    fn name_group(&mut self) -> Result<Group, Reason> {
        let frame = &self.program.address;
        let addressee = self.addressee();
        let start = self.scratch.sorts.len();
        self.part(addressee.lines[0], &frame.name, field::NAME)?;
        let boundary = self.scratch.sorts.len();
        self.part(addressee.lines[1], &frame.name, field::NAME2)?;
        if !addressee.honorific.is_empty() {
            self.honorific(addressee.honorific, &frame.name)?;
        }
        let end = self.scratch.sorts.len();
        let boundary = if addressee.lines[1].is_empty() { end } else { boundary };
        Ok(Group {
            style: frame.name,
            min: frame.name_min,
            lines_max: frame.name_lines,
            parts: [start, boundary, end],
            lines: [0, 0],
            size: frame.name.size,
        })
    }

    /// Appends the honorific after a blank; both stay with the name's end.
    fn honorific(&mut self, honorific: &str, style: &Style) -> Result<(), Reason> {
        let blank = self.scratch.sorts.len();
        self.part("\u{3000}", style, field::HONORIFIC)?;
        self.part(honorific, style, field::HONORIFIC)?;
        for sort in &mut self.scratch.sorts[blank..] {
            sort.bind(true);
        }
        join(&mut self.scratch.sorts, blank);
        Ok(())
    }

    /// Appends a part of the address, with numerals as its writing has them.
    fn address_part(&mut self, text: &str, field: &str) -> Result<(), Reason> {
        let address = &self.program.address;
        if address.down.is_none() {
            return self.part(text, &address.address, field);
        }
        let mut texts = std::mem::take(&mut self.scratch.texts);
        texts[0].clear();
        numerals::write_address(text, &mut texts[0]);
        let result = self.part(&texts[0], &address.address, field);
        self.scratch.texts = texts;
        result
    }

    fn part(&mut self, text: &str, style: &Style, field: &str) -> Result<(), Reason> {
        let (chain, is_down) = (&self.program.chain, self.program.address.down.is_some());
        let map = if is_down { chain.vertical(style.face) } else { chain.map(style.face) };
        let first = self.scratch.sorts.len();
        pick(map, text, &mut self.scratch.sorts)
            .map_err(|missing| missing_glyph(field, missing))?;
        if is_down {
            self.stand_upright(first, style.face, DIGITS_TOGETHER);
        }
        read_units(text, &mut self.scratch.units);
        debug_assert_eq!(self.scratch.sorts.len(), self.scratch.units.len());
        Ok(())
    }

    /// Finds size and lines of a group: one line a part as long as the size allows, else more.
    fn fit(&mut self, group: &mut Group, width: i32, field: &str) -> Result<(), Reason> {
        let [start, boundary, end] = group.parts;
        let sorts = &self.scratch.sorts;
        let longest = |from: usize, to: usize| line::width(&sorts[from..to], 0);
        let natural = longest(start, boundary).max(longest(boundary, end));
        let one_line = mils(width, natural.max(1)) / STEP * STEP;
        if one_line >= group.min {
            group.size = group.size.min(one_line);
            self.break_group(group, width, 1).expect("each part fits one line at this size");
            return Ok(());
        }
        for lines in 2..=group.lines_max {
            group.size = group.style.size;
            loop {
                if self.break_group(group, width, lines).is_some() {
                    return Ok(());
                }
                if group.size <= group.min {
                    break;
                }
                group.size = (group.size - STEP).max(group.min);
            }
        }
        let max = group.lines_max;
        Err(Reason::DoesNotFit { frame: field.to_owned(), lines: max + 1, max })
    }

    /// Breaks a group's parts at its size into at most `max` lines each, and in all into as many as
    /// the group may have.
    fn break_group(&mut self, group: &mut Group, width: i32, max: usize) -> Option<()> {
        let measure = mils(width, group.size);
        let scratch = &mut *self.scratch;
        let first = scratch.lines.len();
        let [start, boundary, end] = group.parts;
        for (from, to) in [(start, boundary), (boundary, end)] {
            let set = scratch.lines.len() - first;
            let after = scratch.lines.len();
            let room = max.min(group.lines_max.saturating_sub(set));
            let (sorts, units): (&[Sort], &[Unit]) =
                (&scratch.sorts[from..to], &scratch.units[from..to]);
            let broken = break_lines(sorts, units, measure, room, &mut scratch.lines);
            if broken.is_none() {
                scratch.lines.truncate(first);
                return None;
            }
            for line in &mut scratch.lines[after..] {
                line.start += from;
                line.end += from;
                line.next += from;
            }
        }
        group.lines = [first, scratch.lines.len()];
        Some(())
    }

    /// Takes a step off both groups' sizes when together they are too high.
    fn shrink(&mut self, address: &mut Group, name: &mut Group) -> Result<(), Reason> {
        let lines = address.lines[1] - address.lines[0] + name.lines[1] - name.lines[0];
        if address.size <= address.min && name.size <= name.min {
            let frame = "address".to_owned();
            return Err(Reason::DoesNotFit { frame, lines, max: lines - 1 });
        }
        address.size = (address.size - STEP).max(address.min);
        name.size = (name.size - STEP).max(name.min);
        Ok(())
    }

    fn postal_line(&mut self, top: i32) -> Result<(), Reason> {
        use std::fmt::Write;
        let frame = &self.program.address;
        let style = frame.postal;
        let mut texts = std::mem::take(&mut self.scratch.texts);
        texts[0].clear();
        let _ = write!(texts[0], "〒{}", self.letter.postal);
        let start = self.scratch.sorts.len();
        let result = self.part(&texts[0], &style, field::POSTAL);
        self.scratch.texts = texts;
        result?;
        let end = self.scratch.sorts.len();
        let (x, y) =
            (frame.rect.left, baseline(self.program.sheet, top, style.leading, style.size));
        let pen = Pen { x, y, size: style.size, gap: POSTAL_GAP };
        paint(&mut self.scratch.pages[0], &self.scratch.sorts[start..end], pen);
        Ok(())
    }

    fn paint_group(&mut self, group: &Group, top: i32) -> i32 {
        let left = self.program.address.rect.left;
        let start = self.mark_count(0);
        let mut y = top;
        for at in group.lines[0]..group.lines[1] {
            let height = baseline(self.program.sheet, y, group.leading(), group.size);
            let pen = Pen { x: left, y: height, size: group.size, gap: 0 };
            let Line { start, end, .. } = self.scratch.lines[at];
            paint(&mut self.scratch.pages[0], &self.scratch.sorts[start..end], pen);
            y += group.leading();
        }
        self.note_next(0, start, Role::Paragraph);
        y
    }

    fn barcode(&mut self, left: i32, top: i32) {
        let (Some(barcode), Form::Print) = (self.letter.barcode, self.form) else { return };
        let frame = &self.program.address;
        let height = frame.barcode * BARCODE_HEIGHT / 1000;
        self.scratch.pages[0].marks.push(Mark::Barcode {
            x: Len(left),
            y: Len(self.program.sheet.height.0 - top - height),
            size: Len(frame.barcode),
            barcode,
        });
    }
}

/// Steps in which address and name shrink: a quarter of a point.
const STEP: i32 = 25;
/// 縦中横: digits of a name that stand side by side.
const DIGITS_TOGETHER: usize = 2;
/// Between 〒 and the code nothing is added.
const POSTAL_GAP: i32 = 0;
const BLANKS: [char; 2] = [' ', '\u{3000}'];
