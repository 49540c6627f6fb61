//! 行 (gyō): where a line ends, and how its sorts are spaced to fill it.
//!
//! Widths are 1/1000 of the font size. A line that does not fill its measure is either filled up
//! (追い出し, the next sorts go to the next line) or, where brackets and stops can give up their
//! blanks, closed up (追い込み), whichever moves less.

use letter::page::{FaceIndex, Glyph, Len, Mark, Page};

use super::class::{Class, BREAK, GAP, TRIM_FIRST, TRIM_SECOND};
use crate::font::Sort;

/// One line of a run of sorts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The first sort.
    pub start: usize,
    /// One past the last sort that is printed.
    pub end: usize,
    /// The first sort of the next line: blanks at the line's end are not printed.
    pub next: usize,
    /// Width before justification.
    pub natural: i32,
}

/// 半角: what brackets and stops keep when they give up their blank.
const HALF_EM: i32 = 500;
/// A line is not stretched by more than this between two sorts; rather it stays short.
const STRETCH_MAX: i32 = 700;
/// How far beyond the measure 追い込み looks for a place to break.
const PUSH_IN_MAX: i32 = 1000;
/// So far before the measure's end the search for a place to break starts.
const LOOK_BACK: i32 = 6000;

/// Returns the next line from sort `start` within `measure`; `gap` stands between scripts. The
/// sorts are joined.
///
/// A run without any place to break is cut at the measure, at least one sort a line.
pub fn next_line(sorts: &[Sort], start: usize, measure: i32, gap: i32) -> Line {
    let mut scan = Scan::new(sorts, start, gap);
    scan.skip_to(measure - LOOK_BACK);
    let skipped = scan.at;
    let line = next_line_from(scan, measure);
    match line {
        Some(line) => line,
        // No place to break since the skip; a long word perhaps: look from the line's start.
        None if skipped > start => {
            let scan = Scan::new(sorts, start, gap);
            next_line_from(scan, measure).unwrap_or_else(|| cut(sorts, start, measure, gap))
        }
        None => cut(sorts, start, measure, gap),
    }
}

/// Returns the line that starts with what was scanned, if it ends or has a place to break.
fn next_line_from(mut scan: Scan<'_>, measure: i32) -> Option<Line> {
    let mut last_break = None;
    loop {
        let before = scan;
        if !scan.advance() {
            return Some(scan.line());
        }
        if scan.breakable_before() {
            last_break = Some(before);
        }
        if scan.content <= measure || scan.is_blank() {
            continue;
        }
        let out = last_break?.line();
        return match push_in(scan, measure) {
            Some(full) if full.natural - measure <= measure - out.natural => Some(full),
            _ => Some(out),
        };
    }
}

/// Cuts a run without a place to break where the measure ends.
fn cut(sorts: &[Sort], start: usize, measure: i32, gap: i32) -> Line {
    let mut scan = Scan::new(sorts, start, gap);
    loop {
        let before = scan;
        let more = scan.advance();
        if !more || (scan.content > measure && before.at > start) {
            return before.line();
        }
    }
}

/// Returns the line that ends at the next place to break beyond the measure, if its blanks can be
/// closed up to fit.
fn push_in(mut scan: Scan<'_>, measure: i32) -> Option<Line> {
    let (sorts, start) = (scan.sorts, scan.start);
    let found = loop {
        let before = scan;
        if !scan.advance() {
            break scan.line();
        }
        if scan.breakable_before() {
            break before.line();
        }
        if scan.content > measure + PUSH_IN_MAX {
            return None;
        }
    };
    let excess = found.natural - measure;
    let room: i32 = (start..found.end).map(|at| give(sorts, at, found.end, scan.gap)).sum();
    (excess <= room).then_some(found)
}

/// Walks over sorts and knows the width so far.
#[derive(Clone, Copy)]
struct Scan<'a> {
    sorts: &'a [Sort],
    start: usize,
    /// One past the sort looked at.
    at: usize,
    gap: i32,
    width: i32,
    /// Width up to the last sort that is no blank, its trailing blank given up.
    content: i32,
    content_end: usize,
}

impl<'a> Scan<'a> {
    fn new(sorts: &'a [Sort], start: usize, gap: i32) -> Self {
        Self { sorts, start, at: start, gap, width: 0, content: 0, content_end: start }
    }

    /// Takes sorts in, without looking for places to break, as long as the line is shorter than
    /// `width`.
    fn skip_to(&mut self, width: i32) {
        if self.advance() {
            let mut before = &self.sorts[self.at - 1];
            while self.width < width {
                let Some(sort) = self.sorts.get(self.at) else { break };
                self.width += i32::from(sort.advance) + step(before, sort, self.gap);
                self.at += 1;
                before = sort;
            }
            let blanks = self.sorts[self.start..self.at].iter().rev().take_while(|s| is_blank(s));
            self.content_end = self.at - blanks.count();
            if self.content_end == self.at {
                self.content = self.width - tail_trim(before);
            } else {
                self.content = width_of(&self.sorts[self.start..self.content_end], self.gap);
            }
        }
    }

    /// Takes the next sort in; false if there is none.
    #[inline]
    fn advance(&mut self) -> bool {
        let Some(sort) = self.sorts.get(self.at) else { return false };
        self.width += i32::from(sort.advance)
            + match self.at == self.start {
                true => -head_trim(sort),
                false => step(&self.sorts[self.at - 1], sort, self.gap),
            };
        self.at += 1;
        if !is_blank(sort) {
            self.content = self.width - tail_trim(sort);
            self.content_end = self.at;
        }
        true
    }

    fn line(&self) -> Line {
        let (start, end) = (self.start, self.content_end);
        Line { start, end, next: self.at, natural: self.content }
    }

    #[inline]
    fn breakable_before(&self) -> bool {
        let at = self.at - 1;
        at > self.start && may_break(&self.sorts[at - 1])
    }

    fn is_blank(&self) -> bool {
        is_blank(&self.sorts[self.at - 1])
    }
}

/// Returns whether a line may end after a sort that was joined with the next.
#[inline]
pub fn may_break(sort: &Sort) -> bool {
    sort.after & BREAK != 0
}

/// Returns whether a sort is a blank, which is not printed at a line's end.
#[inline]
pub fn is_blank(sort: &Sort) -> bool {
    sort.class == Class::Space as u8 || sort.class == Class::WideSpace as u8
}

/// The space between two neighbours on top of the first's advance.
#[inline]
pub fn step(first: &Sort, second: &Sort, gap: i32) -> i32 {
    match first.after & (GAP | TRIM_FIRST | TRIM_SECOND) {
        0 => 0,
        GAP => gap,
        TRIM_FIRST => -excess(first),
        _ => -excess(second),
    }
}

fn excess(sort: &Sort) -> i32 {
    (i32::from(sort.advance) - HALF_EM).max(0)
}

/// 行頭括弧: an opening bracket gives up its leading blank at the line's start.
fn head_trim(sort: &Sort) -> i32 {
    if sort.class == Class::Opening as u8 {
        excess(sort)
    } else {
        0
    }
}

/// 行末約物: a closing bracket or stop gives up its trailing blank at the line's end.
fn tail_trim(sort: &Sort) -> i32 {
    let closing = [Class::Closing as u8, Class::Stop as u8, Class::Separator as u8];
    if closing.contains(&sort.class) {
        excess(sort)
    } else {
        0
    }
}

/// What may be taken away after sort `at` when the line is closed up.
fn give(sorts: &[Sort], at: usize, end: usize, gap: i32) -> i32 {
    if at + 1 >= end {
        return 0;
    }
    let (sort, next) = (&sorts[at], &sorts[at + 1]);
    let pair = sort.after;
    let mut give = 0;
    if pair & TRIM_FIRST == 0 && tail_trim(sort) > 0 {
        give += excess(sort);
    }
    if pair & TRIM_SECOND == 0 && head_trim(next) > 0 {
        give += excess(next);
    }
    if pair & GAP != 0 {
        give += gap / 2;
    }
    give
}

/// The width of a line's content: brackets at both ends give up their blanks.
fn width_of(sorts: &[Sort], gap: i32) -> i32 {
    let ends = sorts.first().map_or(0, head_trim) + sorts.last().map_or(0, tail_trim);
    width(sorts, gap) - ends
}

/// Returns the width of sorts set on one line without justification.
pub fn width(sorts: &[Sort], gap: i32) -> i32 {
    let advances: i32 = sorts.iter().map(|sort| i32::from(sort.advance)).sum();
    let steps: i32 = sorts.windows(2).map(|pair| step(&pair[0], &pair[1], gap)).sum();
    advances + steps
}

/// Where and how a line is painted.
#[derive(Clone, Copy, Debug)]
pub struct Pen {
    /// Left end of the line.
    pub x: i32,
    /// Height of the baseline above the page's lower edge.
    pub y: i32,
    /// Font size.
    pub size: i32,
    /// The gap between scripts.
    pub gap: i32,
}

/// Paints a line; `fill` is the measure to be filled, if it is justified or closed up.
pub fn paint(page: &mut Page, sorts: &[Sort], line: Line, fill: Option<i32>, pen: Pen) {
    let (start, end) = (line.start, line.end);
    if start >= end {
        return;
    }
    let mut spread = Spread::new(sorts, line, fill, pen.gap);
    let mut run = Run::open(page, &sorts[start]);
    let mut along = -head_trim(&sorts[start]);
    run.along = along;
    for at in start..end {
        let sort = &sorts[at];
        if sort.face != run.face {
            run.close(page, pen);
            run = Run { along, ..Run::open(page, sort) };
        }
        let mut extra = 0;
        if at + 1 < end {
            extra = step(sort, &sorts[at + 1], pen.gap) + spread.next(sorts, at);
        }
        page.glyphs.push(Glyph { char_index: sort.char_index, extra: extra as i16 });
        along += i32::from(sort.advance) + extra;
    }
    run.close(page, pen);
}

/// Paints one line whose digits all take the width of a 0 (表組み数字), for columns of amounts.
pub fn paint_tabular(page: &mut Page, sorts: &[Sort], digit: i32, pen: Pen) {
    let Some(first) = sorts.first() else { return };
    let lead = |sort: &Sort| tabular_blank(sort, digit) / 2;
    let mut run = Run::open(page, first);
    let mut along = lead(first);
    run.along = along;
    for (at, sort) in sorts.iter().enumerate() {
        if sort.face != run.face {
            run.close(page, pen);
            run = Run { along, ..Run::open(page, sort) };
        }
        let next = sorts.get(at + 1);
        let after = next.map_or(0, |next| step(sort, next, pen.gap) + lead(next));
        let extra = tabular_blank(sort, digit) - lead(sort) + after;
        page.glyphs.push(Glyph { char_index: sort.char_index, extra: extra as i16 });
        along += i32::from(sort.advance) + extra;
    }
    run.close(page, pen);
}

/// Returns the width of a line whose digits all take the width of a 0.
pub fn tabular_width(sorts: &[Sort], digit: i32, gap: i32) -> i32 {
    let blanks: i32 = sorts.iter().map(|sort| tabular_blank(sort, digit)).sum();
    width(sorts, gap) + blanks
}

fn tabular_blank(sort: &Sort, digit: i32) -> i32 {
    if sort.class == Class::Digit as u8 {
        (digit - i32::from(sort.advance)).max(0)
    } else {
        0
    }
}

/// A run of one face within a line.
struct Run {
    face: FaceIndex,
    start: u32,
    along: i32,
}

impl Run {
    fn open(page: &Page, sort: &Sort) -> Self {
        Self { face: sort.face, start: page.glyphs.len() as u32, along: 0 }
    }

    fn close(&self, page: &mut Page, pen: Pen) {
        if let Some(last) = page.glyphs.last_mut() {
            last.extra = 0;
        }
        page.marks.push(Mark::Text {
            face: self.face,
            size: Len(pen.size),
            x: Len(pen.x + scaled(self.along, pen.size)),
            y: Len(pen.y),
            start: self.start,
            end: page.glyphs.len() as u32,
        });
    }
}

/// Returns a width of 1/1000 em at a font size.
pub fn scaled(mils: i32, size: i32) -> i32 {
    ((i64::from(mils) * i64::from(size) + 500).div_euclid(1000)) as i32
}

/// Returns how many 1/1000 em of a font size fit a length.
pub fn mils(length: i32, size: i32) -> i32 {
    (i64::from(length) * 1000 / i64::from(size.max(1))) as i32
}

/// Hands out what a line lacks or has too much.
///
/// A line is opened by the same amount at every place; the few thousandths of an em that remain go
/// to the first, where nobody sees them, so that the line's glyphs share one spacing. It is closed
/// up in proportion to what each place can give.
struct Spread {
    line: Line,
    gap: i32,
    slack: i32,
    /// The sum of all weights: places to open, or what can be given.
    total: i32,
    /// What each place of an opened line gets, to the nearest thousandth.
    share: i32,
    passed: i32,
    given: i32,
}

impl Spread {
    fn new(sorts: &[Sort], line: Line, fill: Option<i32>, gap: i32) -> Self {
        let slack = fill.map_or(0, |measure| measure - line.natural);
        let mut spread = Self { line, gap, slack, total: 0, share: 0, passed: 0, given: 0 };
        if slack == 0 {
            return spread;
        }
        let places = line.start..line.end.saturating_sub(1);
        spread.total = match slack > 0 {
            true => sorts[places].iter().map(opens).sum(),
            false => places.map(|at| give(sorts, at, line.end, gap)).sum(),
        };
        if spread.total == 0 || slack > spread.total.saturating_mul(STRETCH_MAX) {
            spread.slack = 0;
        } else {
            spread.share = (slack + spread.total / 2) / spread.total;
        }
        spread
    }

    #[inline]
    fn next(&mut self, sorts: &[Sort], at: usize) -> i32 {
        match self.slack {
            0 => 0,
            1.. => self.open(&sorts[at]),
            _ => self.close(give(sorts, at, self.line.end, self.gap)),
        }
    }

    fn open(&mut self, sort: &Sort) -> i32 {
        if opens(sort) == 0 {
            return 0;
        }
        if self.passed > 0 {
            return self.share;
        }
        self.passed = 1;
        self.slack - self.share * (self.total - 1)
    }

    fn close(&mut self, weight: i32) -> i32 {
        self.passed += weight;
        let due = scaled_share(self.slack, self.passed, self.total);
        let share = due - self.given;
        self.given = due;
        share
    }
}

/// Whether a line opens after a sort: 1 or 0.
fn opens(sort: &Sort) -> i32 {
    i32::from(sort.after & (BREAK | GAP) != 0)
}

fn scaled_share(slack: i32, passed: i32, total: i32) -> i32 {
    (i64::from(slack) * i64::from(passed) / i64::from(total)) as i32
}

#[cfg(test)]
mod tests;
