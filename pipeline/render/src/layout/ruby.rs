//! 振り仮名 (furigana): the reading of a name in half-size kana above it, as group ruby (JLREQ
//! §3.3).
//!
//! A reading never stands over a neighbour: where it is wider than its name, the name is set apart,
//! one part of the room before, two between its characters, one after (JLREQ §3.3.6). At a line's
//! ends the outer part is not there; the reading is then set smaller, as wide as its name and room.

use letter::page::{Glyph, Len, Mark, Page};

use super::line::{scaled, Galley, Line};
use super::paint::Pen;
use crate::font::Sort;

/// A name and its reading, as ranges of sorts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruby {
    /// The first sort of the name.
    pub start: usize,
    /// One past its last.
    pub end: usize,
    /// The first sort of the reading.
    pub from: usize,
    /// One past its last.
    pub to: usize,
}

/// The names of a paragraph with their readings.
#[derive(Clone, Debug, Default)]
pub struct Rubies {
    /// By ascending place.
    pub names: Vec<Ruby>,
    /// The sorts of all readings.
    pub sorts: Vec<Sort>,
}

impl Rubies {
    /// Forgets the names of the paragraph before.
    pub fn clear(&mut self) {
        self.names.clear();
        self.sorts.clear();
    }

    /// Returns the width of a reading, in 1/1000 of the name's size.
    fn width(&self, ruby: &Ruby) -> i32 {
        let advances = self.sorts[ruby.from..ruby.to].iter().map(|sort| i32::from(sort.advance));
        advances.sum::<i32>() / PARTS
    }

    /// Lays sorts side by side, names apart where their readings ask for it.
    pub fn lay<'a>(&self, sorts: &'a [Sort], gap: i32, along: &'a mut Vec<i32>) -> Galley<'a> {
        let widest = Galley::lay(sorts, gap, along).widest;
        let (mut shift, mut most) = (0, 0);
        let mut names = self.names.iter().peekable();
        let mut at = 0;
        while at < sorts.len() {
            let Some(ruby) = names.next_if(|ruby| ruby.start == at) else {
                along[at] += shift;
                at += 1;
                continue;
            };
            let last = ruby.end - 1;
            let natural = along[last] - along[at] + i32::from(sorts[last].advance);
            let room = (self.width(ruby) - natural).max(0);
            let count = (ruby.end - ruby.start) as i32;
            for (number, left) in (0..).zip(&mut along[at..ruby.end]) {
                *left += shift + room * (2 * number + 1) / (2 * count);
            }
            (shift, most) = (shift + room, most.max(room));
            at = ruby.end;
        }
        let is_mixed = sorts.windows(2).any(|pair| pair[0].face != pair[1].face);
        Galley { widest: widest + most, ..Galley::laid(sorts, gap, along, is_mixed) }
    }

    /// Paints the readings of a line that was painted with this pen; its marks are those from
    /// `first` on. A name that is parted has so much of its reading on each line as of itself.
    pub fn paint(&self, page: &mut Page, sorts: &[Sort], line: Line, first: usize, pen: Pen) {
        for ruby in &self.names {
            let (start, end) = (ruby.start.max(line.start), ruby.end.min(line.end));
            if start >= end {
                continue;
            }
            let share = |at: usize| {
                let (whole, part) = (ruby.end - ruby.start, at - ruby.start);
                ruby.from + (ruby.to - ruby.from) * part / whole
            };
            let reading = &self.sorts[share(start)..share(end)];
            let left = left_edge(page, sorts, line, first, start);
            let right = left_edge(page, sorts, line, first, end - 1)
                .zip(sorts.get(end - 1))
                .map(|(x, sort)| x + scaled(i32::from(sort.advance), pen.size));
            let (Some(left), Some(right)) = (left, right) else { continue };
            // The room beside the name, which only the reading uses.
            let over = if end - start == ruby.end - ruby.start {
                let excess = scaled(self.width(ruby), pen.size) - (right - left);
                (excess.max(0) / 2).min(self.outer_room(ruby, sorts, pen))
            } else {
                0
            };
            let before = if start > line.start { over } else { 0 };
            let after = if end < line.end { over } else { 0 };
            set_reading(page, reading, (left - before, right + after), pen);
        }
    }

    /// Returns the room before and after a name that was set apart.
    fn outer_room(&self, ruby: &Ruby, sorts: &[Sort], pen: Pen) -> i32 {
        let natural = super::line::width(&sorts[ruby.start..ruby.end], pen.gap);
        let room = (self.width(ruby) - natural).max(0);
        scaled(room / (2 * (ruby.end - ruby.start) as i32), pen.size)
    }

    /// Returns by how much all readings set their names apart.
    pub fn room(&self, sorts: &[Sort], gap: i32) -> i32 {
        let rooms = self.names.iter().map(|ruby| {
            let natural = super::line::width(&sorts[ruby.start..ruby.end], gap);
            (self.width(ruby) - natural).max(0)
        });
        rooms.sum()
    }
}

/// Returns where sort `at` of a line stands, whose marks are those of the page from `first` on.
fn left_edge(page: &Page, sorts: &[Sort], line: Line, first: usize, at: usize) -> Option<i32> {
    let texts = page.marks[first..].iter().filter_map(|mark| match *mark {
        Mark::Text { size, x, start, end, .. } => Some((size.0, x.0, start as usize, end as usize)),
        _ => None,
    });
    let begin = texts.clone().next()?.2;
    let wanted = begin + at - line.start;
    let (size, x, start, _) =
        texts.clone().find(|&(_, _, from, to)| (from..to).contains(&wanted))?;
    let before = page.glyphs[start..wanted].iter().zip(&sorts[line.start + start - begin..]);
    let along: i32 =
        before.map(|(glyph, sort)| i32::from(sort.advance) + i32::from(glyph.extra)).sum();
    Some(x + scaled(along, size))
}

/// Sets a reading above the name between two edges: spread over it, or smaller where it is wider.
fn set_reading(page: &mut Page, reading: &[Sort], (left, right): (i32, i32), pen: Pen) {
    let Some(first) = reading.first() else { return };
    let natural: i32 = reading.iter().map(|sort| i32::from(sort.advance)).sum();
    let room = right - left;
    let half = pen.size / PARTS;
    let fitting = (i64::from(room) * 1000 / i64::from(natural.max(1))) as i32;
    // Places are rounded to 1/100 pt one by one.
    let size = if scaled(natural, half) <= room + NEAR { half } else { fitting.clamp(1, half) };
    let slack = (room - scaled(natural, size)).max(0);
    let count = reading.len() as i32;
    let between = ((i64::from(slack) * 1000) / i64::from(size * count)) as i32;
    let y = pen.y + pen.size * ASCENT / 100 + size * (100 - ASCENT) / 100;
    let (mut x, mut face) = (left + slack / (2 * count), first.face);
    let mut start = page.glyphs.len();
    let mut along = 0;
    let text = |face, x: i32, from: usize, to: usize| Mark::Text {
        face,
        size: Len(size),
        x: Len(x),
        y: Len(y),
        start: from as u32,
        end: to as u32,
    };
    for sort in reading {
        if sort.face != face {
            let end = page.glyphs.len();
            page.marks.push(text(face, x, start, end));
            (x, start, face) = (x + scaled(along, size), end, sort.face);
            along = 0;
        }
        let extra = between.min(i32::from(i16::MAX)) as i16;
        page.glyphs.push(Glyph { char_index: sort.char_index(), extra });
        along += i32::from(sort.advance) + between;
    }
    let end = page.glyphs.len();
    page.glyphs[end - 1].extra = 0;
    page.marks.push(text(face, x, start, end));
}

/// What readings may be wider than their room, 0.04 pt.
const NEAR: i32 = 4;
/// A reading is half as large as its name.
const PARTS: i32 = 2;
/// The em box stands so high above the baseline, per cent of the size.
const ASCENT: i32 = 88;
