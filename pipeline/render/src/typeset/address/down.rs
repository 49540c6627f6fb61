//! 縦書きの宛名: the face of a card or an envelope that is addressed from top to bottom.
//!
//! The address stands at the right, its second part a character lower; the name in the middle of
//! the sheet, larger, opened where it is short; what comes before the addressee (a company, 〜様方)
//! in a column of its own at the name's right. The postal code's digits stand where the boxes of a
//! card are, which are printed on it beforehand: they must be vermilion, without any black.

use letter::page::{Len, Role};
use letter::record::field;
use letter::Reason;

use super::{missing_glyph, Group, Setter};
use crate::layout::class::OPEN;
use crate::layout::line::{mils, Line};
use crate::layout::paint::{paint, Pen};
use crate::layout::shape::pick;

impl Setter<'_> {
    /// Sets the address down its frame; the barcode has a place of its own.
    pub(super) fn address_down(&mut self, [left, top]: [i32; 2]) -> Result<(), Reason> {
        let frame = &self.program.address;
        let rect = frame.rect;
        let mut address = self.address_group()?;
        let [mut beside, mut name] = self.names_down()?;
        let measures = [rect.height - address.size, rect.height - name.size];
        self.fit(&mut address, measures[0], field::ADDRESS1)?;
        self.fit(&mut beside, measures[1], field::NAME)?;
        self.fit(&mut name, measures[1], field::NAME)?;
        let middle = self.program.sheet.width.0 / 2;
        let right = rect.left + rect.width;
        let is_wide_enough = |[address, beside, name]: [&Group; 3]| {
            let half = name.height() / 2;
            let inner = middle + half + beside.height() + frame.name_gap;
            middle - half >= rect.left && inner <= right - address.height()
        };
        while !is_wide_enough([&address, &beside, &name]) {
            self.shrink(&mut address, &mut name)?;
            beside.size = beside.size.min(address.size);
        }
        self.postal_digits()?;
        let start = self.mark_count(0);
        self.columns(&address, right, [rect.top, rect.top + address.size], 0);
        self.note_next(0, start, Role::Paragraph);
        let (start, below) = (self.mark_count(0), [rect.top + name.size; 2]);
        let right = middle + name.height() / 2;
        self.columns(&beside, right + beside.height(), below, 0);
        let spread = self.spread(&name, measures[1]);
        self.columns(&name, right, below, spread);
        self.note_next(0, start, Role::Paragraph);
        self.barcode(left, top);
        Ok(())
    }

    /// Collects what stands before the addressee, and the addressee with the honorific.
    fn names_down(&mut self) -> Result<[Group; 2], Reason> {
        let frame = &self.program.address;
        let addressee = self.addressee();
        let [first, second] = addressee.lines;
        let (beside, own) = if second.is_empty() { ("", first) } else { (first, second) };
        let start = self.scratch.sorts.len();
        self.part(beside, &frame.address, field::NAME)?;
        let boundary = self.scratch.sorts.len();
        self.part(own, &frame.name, field::NAME)?;
        if !addressee.honorific.is_empty() {
            self.honorific(addressee.honorific, &frame.name)?;
        }
        let end = self.scratch.sorts.len();
        let group = |style, min, start, end| Group {
            style,
            min,
            lines_max: frame.name_lines,
            parts: [start, end, end],
            lines: [0, 0],
            size: style.size,
        };
        let beside = group(frame.address, frame.address_min, start, boundary);
        Ok([beside, group(frame.name, frame.name_min, boundary, end)])
    }

    /// Paints a group's lines from the right to the left; its parts begin at `tops`, and `spread`
    /// is added wherever a line may be opened, 1/1000 em.
    fn columns(&mut self, group: &Group, mut right: i32, tops: [i32; 2], spread: i32) {
        for at in group.lines[0]..group.lines[1] {
            let Line { start, end, .. } = self.scratch.lines[at];
            let top = tops[usize::from(start >= group.parts[1])];
            let column = &mut self.scratch.column;
            column.clear();
            let sorts = &self.scratch.sorts[start..end];
            paint(column, sorts, Pen { x: top, y: 0, size: group.size, gap: 0 });
            let inner = sorts.len().saturating_sub(1);
            for (glyph, sort) in column.glyphs.iter_mut().zip(&sorts[..inner]) {
                glyph.extra += if sort.after() & OPEN != 0 { spread as i16 } else { 0 };
            }
            self.put_upright(0, start, (right - group.leading() / 2, group.size));
            right -= group.leading();
        }
    }

    /// Returns by how much a name of one line is opened, so that a short one does not look lost.
    fn spread(&self, name: &Group, height: i32) -> i32 {
        let [first, end] = name.lines;
        let Some(line) = self.scratch.lines[first..end].first().filter(|_| end == first + 1) else {
            return 0;
        };
        let sorts = &self.scratch.sorts[line.start..line.end];
        let inner = &sorts[..sorts.len().saturating_sub(1)];
        let places = inner.iter().filter(|sort| sort.after() & OPEN != 0).count() as i32;
        let wanted = mils(height, name.size) * NAME_PERCENT / 100;
        ((wanted - line.natural) / places.max(1)).clamp(0, SPREAD_MAX)
    }

    /// Paints the postal code's digits into the middle of their boxes.
    fn postal_digits(&mut self) -> Result<(), Reason> {
        let (style, sheet) = (self.program.address.postal, self.program.sheet);
        let map = self.program.chain.map(style.face);
        let start = self.mark_count(0);
        let below = Len::from_mm(BOX_TOP_MM + BOX_HEIGHT_MM / 2.0).0;
        let y = sheet.height.0 - below - style.size * FIGURE_PERCENT / 200;
        let code = self.letter.postal.to_string();
        for (digit, left_mm) in code.chars().filter(char::is_ascii_digit).zip(BOX_LEFT_MM) {
            let first = self.scratch.sorts.len();
            let mut text = [0; 4];
            pick(map, digit.encode_utf8(&mut text), &mut self.scratch.sorts)
                .map_err(|missing| missing_glyph(field::POSTAL, missing))?;
            let sorts = &self.scratch.sorts[first..];
            let wide: i32 = sorts.iter().map(|sort| i32::from(sort.advance)).sum();
            let from_right = Len::from_mm(BOXES_RIGHT_MM + BOXES_MM - left_mm - BOX_MM / 2.0).0;
            let x = sheet.width.0 - from_right - wide * style.size / 2000;
            paint(&mut self.scratch.pages[0], sorts, Pen { x, y, size: style.size, gap: 0 });
            self.scratch.sorts.truncate(first);
        }
        self.note_next(0, start, Role::Paragraph);
        Ok(())
    }
}

/// To how much of its room a name is opened.
const NAME_PERCENT: i32 = 72;
/// A name is not opened by more than this between two characters, 1/1000 em.
const SPREAD_MAX: i32 = 300;
/// How high a figure stands, per cent of its size.
const FIGURE_PERCENT: i32 = 74;

// 郵便番号記入枠 of cards and 定形 mail (郵便番号・バーコードマニュアル p5 fig. 2, a JIS): boxes of
// 5.7 × 8.0 mm, 47.7 in all, 12.0 mm (± 1.5) from the upper and 8.0 mm (± 1.5) from the right edge;
// 1.3 between the first three, 1.9 after them, 1.1 between the last four.
// https://www.post.japanpost.jp/zipcode/zipmanual/p05.html
const BOX_MM: f64 = 5.7;
const BOX_HEIGHT_MM: f64 = 8.0;
const BOX_TOP_MM: f64 = 12.0;
const BOXES_MM: f64 = 47.7;
const BOXES_RIGHT_MM: f64 = 8.0;
/// From the first box's left edge to each one's.
const BOX_LEFT_MM: [f64; 7] = [0.0, 7.0, 14.0, 21.6, 28.4, 35.2, 42.0];
