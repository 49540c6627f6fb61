//! 行 (gyō): where a line ends.
//!
//! Widths are 1/1000 of the font size. A line that does not fill its measure is either filled up
//! (追い出し, the next sorts go to the next line) or, where brackets and stops can give up their
//! blanks, closed up (追い込み), as the [`Fill`] says; or a stop hangs beyond it (ぶら下げ).

use serde::Deserialize;

use super::class::{Class, BREAK, GAP, GIVE, SOFT, TRIM_FIRST, TRIM_SECOND};
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
    /// Width before justification, less what hangs.
    pub natural: i32,
    /// Whether its last sort hangs beyond the measure.
    pub hangs: bool,
}

impl Line {
    /// Returns the line of all sorts, which is neither broken nor filled.
    pub fn whole(sorts: &[Sort], natural: i32) -> Self {
        let end = sorts.len();
        Self { start: 0, end, next: end, natural, hangs: false }
    }
}

/// 禁則調整方式: what is done with a line whose end falls where it may not break.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fill {
    /// 調整量を優先: closed up or opened, whichever moves less.
    #[default]
    Least,
    /// 追い込み優先: closed up wherever its blanks allow.
    In,
    /// 追い出しのみ: always opened.
    Out,
}

/// How lines end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// What is done where a line may not break.
    pub fill: Fill,
    /// ぶら下げ: whether 、 and 。 may stand beyond the measure where they do not fit.
    pub hanging: bool,
    /// The least length of a paragraph's last line, where the line before can spare it.
    pub last_line: i32,
}

/// 半角: what brackets and stops keep when they give up their blank.
const HALF_EM: i32 = 500;
/// What a blank between words keeps when a line is closed up (JLREQ §3.8.3: a quarter em).
const WORD_MIN: i32 = 250;
/// How far beyond the measure 追い込み looks for a place to break.
const PUSH_IN_MAX: i32 = 1000;
/// A date or amount is parted, and a last line stays short, rather than leave more than this part
/// of a line blank.
const BLANK_PART_MAX: i32 = 6;

/// 棒組み (bōgumi): a run of sorts and where each stands while no line is broken.
#[derive(Clone, Copy)]
pub struct Galley<'a> {
    pub sorts: &'a [Sort],
    /// The left edge of each sort.
    pub along: &'a [i32],
    /// What stands between scripts.
    pub gap: i32,
    /// The most that one sort moves the next.
    pub(super) widest: i32,
    /// Whether sorts of several faces are among them.
    pub is_mixed: bool,
}

impl<'a> Galley<'a> {
    /// Lays joined sorts side by side; `along` is memory to be used again.
    pub fn lay(sorts: &'a [Sort], gap: i32, along: &'a mut Vec<i32>) -> Self {
        along.clear();
        along.resize(sorts.len(), 0);
        let Some(last) = sorts.last() else {
            return Self { sorts, along, gap, widest: 1, is_mixed: false };
        };
        let (mut x, mut widest) = (0, i32::from(last.advance).max(1));
        let mut mixed = 0;
        for (pair, left) in sorts.windows(2).zip(along.iter_mut()) {
            let [sort, next] = pair else { continue };
            *left = x;
            let width = i32::from(sort.advance) + step(sort, next, gap);
            widest = widest.max(width);
            mixed |= sort.face ^ next.face;
            x += width;
        }
        along[sorts.len() - 1] = x;
        Self { sorts, along, gap, widest, is_mixed: mixed != 0 }
    }

    /// Returns the galley that [`Galley::lay`] laid, for painting.
    pub fn laid(sorts: &'a [Sort], gap: i32, along: &'a [i32], is_mixed: bool) -> Self {
        debug_assert_eq!(sorts.len(), along.len());
        Self { sorts, along, gap, widest: 1, is_mixed }
    }

    /// Returns the next line from sort `start` within `measure`.
    ///
    /// A run without any place to break is cut at the measure, at least one sort a line.
    pub fn next_line(&self, start: usize, measure: i32, rule: Rule) -> Line {
        let line = self.longest_line(start, measure, rule);
        let rest = self.from(line.next);
        if rest == 0 || rest >= rule.last_line {
            return line;
        }
        self.spare(line, measure, rule.last_line).unwrap_or(line)
    }

    /// Returns how long the text from a sort on is, on one line.
    fn from(&self, at: usize) -> i32 {
        match at < self.sorts.len() {
            true => self.line(at, self.sorts.len()).natural,
            false => 0,
        }
    }

    /// Returns a line that leaves at least `least` to the last line after it, if it is not too
    /// short then.
    fn spare(&self, line: Line, measure: i32, least: i32) -> Option<Line> {
        let ends = (line.start + 1..line.next).rev();
        let mut breaks = ends.filter(|&at| may_break(&self.sorts[at - 1]));
        let end = breaks.find(|&at| self.from(at) >= least)?;
        let shorter = self.line(line.start, end);
        let blank = measure - shorter.natural;
        (blank * BLANK_PART_MAX <= measure).then_some(shorter)
    }

    /// Returns the next line, however short the text after it is.
    fn longest_line(&self, start: usize, measure: i32, rule: Rule) -> Line {
        let limit = self.along[start] + head_trim(&self.sorts[start]) + measure;
        let over = self.fitting(start, limit);
        if over == self.sorts.len() {
            return self.line(start, over);
        }
        if let Some(line) = self.hung(start, over, rule) {
            return line;
        }
        let out = self.push_out(start, over, measure);
        let short = out.map(|line| measure - line.natural);
        let full = match rule.fill {
            Fill::Out => None,
            Fill::In => self.push_in(start, over, measure, i32::MAX),
            Fill::Least => self.push_in(start, over, measure, short.unwrap_or(i32::MAX)),
        };
        full.or(out).unwrap_or_else(|| self.line(start, over.max(start + 1)))
    }

    /// Returns the first sort that, being no blank, does not fit.
    fn fitting(&self, start: usize, limit: i32) -> usize {
        // Sorts that fit however wide they are need not be looked at.
        let mut at = start;
        for _ in 0..2 {
            let sure = (limit - self.along[at]) / self.widest;
            at = (at + sure.max(0) as usize).min(self.sorts.len() - 1);
        }
        while let Some(sort) = self.sorts.get(at) {
            let right = self.along[at] + i32::from(sort.advance);
            if right > limit && right - tail_trim(sort) > limit && !is_blank(sort) {
                break;
            }
            at += 1;
        }
        at
    }

    /// Returns the line whose stop `over` hangs, if it may.
    fn hung(&self, start: usize, over: usize, rule: Rule) -> Option<Line> {
        let stops = [Class::Stop as u8, Class::Comma as u8, Class::Separator as u8];
        if !rule.hanging || over == start || !stops.contains(&self.sorts[over].class) {
            return None;
        }
        let blanks = self.sorts[over + 1..].iter().take_while(|sort| is_blank(sort)).count();
        let next = over + 1 + blanks;
        let ends = next == self.sorts.len() || may_break(&self.sorts[next - 1]);
        let content = self.line(start, over);
        ends.then_some(Line { end: over + 1, next, hangs: true, ..content })
    }

    /// Returns the line that ends at the last place to break before sort `over`.
    fn push_out(&self, start: usize, over: usize, measure: i32) -> Option<Line> {
        let mut soft = None;
        for at in (start + 1..=over).rev() {
            let after = self.sorts[at - 1].after();
            if after & BREAK != 0 {
                let line = self.line(start, at);
                let blank = measure - line.natural;
                return match soft {
                    Some(soft) if blank * BLANK_PART_MAX > measure => Some(self.line(start, soft)),
                    _ => Some(line),
                };
            }
            if after & SOFT != 0 {
                soft = soft.or(Some(at));
            }
        }
        soft.map(|soft| self.line(start, soft))
    }

    /// Returns the line that ends at the next place to break beyond the measure, if its blanks can
    /// be closed up to fit, by `most` at most.
    fn push_in(&self, start: usize, over: usize, measure: i32, most: i32) -> Option<Line> {
        let limit = self.along[start] + measure + PUSH_IN_MAX;
        let mut end = over + 1;
        while end < self.sorts.len() && !may_break(&self.sorts[end - 1]) {
            if self.along[end] > limit {
                return None;
            }
            end += 1;
        }
        let found = self.line(start, end);
        let excess = found.natural - measure;
        if excess > most {
            return None;
        }
        let room: i32 = self.gives(start, found.end).map(|(_, give)| give.sum()).sum();
        (excess <= room).then_some(found)
    }

    /// Returns the line from sort `start` to sort `next`, where it or the text ends.
    fn line(&self, start: usize, next: usize) -> Line {
        let mut end = next;
        while end > start && is_blank(&self.sorts[end - 1]) {
            end -= 1;
        }
        let natural = match self.sorts[start..end].last() {
            Some(last) => {
                let width = self.along[end - 1] - self.along[start] + i32::from(last.advance);
                width - head_trim(&self.sorts[start]) - tail_trim(last)
            }
            None => 0,
        };
        Line { start, end, next, natural, hangs: false }
    }

    /// Returns what each place of a line can give up that can give up something, with the sort
    /// before it.
    pub fn gives(&self, start: usize, end: usize) -> impl Iterator<Item = (usize, Give)> + '_ {
        let places = start..end.saturating_sub(1).max(start);
        let giving = places.filter(|&at| self.sorts[at].after() & GIVE != 0);
        giving.map(|at| (at, self.give(at)))
    }

    /// Returns what may be taken away between sort `at` and the next.
    fn give(&self, at: usize) -> Give {
        let (sort, next) = (&self.sorts[at], &self.sorts[at + 1]);
        let after = sort.after();
        let mut give = Give::default();
        if sort.class == Class::Space as u8 {
            give.words = (i32::from(sort.advance) - WORD_MIN).max(0);
        }
        for sort in [sort, next] {
            if sort.class == Class::MiddleDot as u8 {
                give.dots += excess(sort) / 2;
            }
        }
        let ends_part = [Class::Closing as u8, Class::Comma as u8, Class::Separator as u8];
        if after & TRIM_FIRST == 0 && ends_part.contains(&sort.class) {
            give.marks += excess(sort);
        }
        if after & TRIM_SECOND == 0 && next.class == Class::Opening as u8 {
            give.marks += excess(next);
        }
        if after & GAP != 0 {
            give.gaps = self.gap / 2;
        }
        give
    }
}

/// What a line can give up at one place, in the order in which it does (JLREQ §3.8.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Give {
    /// 欧文間隔: blanks between words.
    pub words: i32,
    /// 中点の四分アキ.
    pub dots: i32,
    /// 括弧・読点の二分アキ; a 句点 keeps its blank within a line.
    pub marks: i32,
    /// 和欧間隔: gaps between scripts.
    pub gaps: i32,
}

impl Give {
    pub fn sum(self) -> i32 {
        self.words + self.dots + self.marks + self.gaps
    }

    pub fn in_order(self) -> [i32; 4] {
        [self.words, self.dots, self.marks, self.gaps]
    }
}

/// Returns whether a line may end after a sort that was joined with the next.
#[inline]
pub fn may_break(sort: &Sort) -> bool {
    sort.after() & BREAK != 0
}

/// Returns whether a sort is a blank, which is not printed at a line's end.
#[inline]
pub fn is_blank(sort: &Sort) -> bool {
    sort.class == Class::Space as u8 || sort.class == Class::WideSpace as u8
}

/// The space after sort `at` on top of its advance; none after the last.
#[inline]
pub fn step_within(sorts: &[Sort], at: usize, gap: i32) -> i32 {
    let after = sorts[at].after();
    if after & (GAP | TRIM_FIRST | TRIM_SECOND) == 0 {
        return 0;
    }
    sorts.get(at + 1).map_or(0, |next| step(&sorts[at], next, gap))
}

/// The space between two neighbours on top of the first's advance.
#[inline]
pub fn step(first: &Sort, second: &Sort, gap: i32) -> i32 {
    match first.after() & (GAP | TRIM_FIRST | TRIM_SECOND) {
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
pub fn head_trim(sort: &Sort) -> i32 {
    if sort.class == Class::Opening as u8 {
        excess(sort)
    } else {
        0
    }
}

/// 行末約物: a closing bracket or stop gives up its trailing blank at the line's end.
#[inline]
fn tail_trim(sort: &Sort) -> i32 {
    const ENDS: u64 = 1 << Class::Closing as u64
        | 1 << Class::Stop as u64
        | 1 << Class::Comma as u64
        | 1 << Class::Separator as u64;
    if ENDS >> sort.class & 1 == 1 {
        excess(sort)
    } else {
        0
    }
}

/// Returns the width of sorts set on one line without justification.
pub fn width(sorts: &[Sort], gap: i32) -> i32 {
    let widths = sorts.iter().enumerate();
    widths.map(|(at, sort)| i32::from(sort.advance) + step_within(sorts, at, gap)).sum()
}

/// Returns a width of 1/1000 em at a font size.
pub fn scaled(mils: i32, size: i32) -> i32 {
    ((i64::from(mils) * i64::from(size) + 500).div_euclid(1000)) as i32
}

/// Returns how many 1/1000 em of a font size fit a length.
pub fn mils(length: i32, size: i32) -> i32 {
    (i64::from(length) * 1000 / i64::from(size.max(1))) as i32
}

#[cfg(test)]
mod tests;
