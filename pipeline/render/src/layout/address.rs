//! 住所の行分け: where an address line is broken when it does not fit.
//!
//! Practice (facts: post_and_print §6.4): at blanks and before the building's name, never inside
//! 1-2-3 or the number of a 丁目, and not inside a run of katakana while another place exists.

use super::class::{Class, BREAK, SOFT};
use super::line::{self, is_blank, Line};
use super::shape::is_selector;
use crate::font::Sort;

/// Breaks an address into at most `max` lines of `measure`; `None` if it needs more.
///
/// The lines are appended to `lines`.
pub fn break_lines(
    sorts: &[Sort],
    units: &[Unit],
    measure: i32,
    max: usize,
    lines: &mut Vec<Line>,
) -> Option<()> {
    let mut start = 0;
    for _ in 0..max {
        if start >= sorts.len() {
            return Some(());
        }
        let line = best_line(sorts, units, start, measure)?;
        lines.push(line);
        start = line.next;
    }
    (start >= sorts.len()).then_some(())
}

/// What a character is in an address, beyond its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A digit, half or full width.
    Number,
    /// 丁 目 番 地 号 の and hyphens after a number.
    Counter,
    /// A kanji numeral, and a counter after it: 三番町 and 六本木 are names, so nothing is parted
    /// from what follows.
    Bound,
    /// Anything else.
    Other,
}

/// Appends what each character of an address is; selectors are no characters of their own.
pub fn read_units(text: &str, units: &mut Vec<Unit>) {
    let mut before = Unit::Other;
    for c in text.chars().filter(|&c| !is_selector(c)) {
        before = match c {
            '0'..='9' | '０'..='９' => Unit::Number,
            '〇' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百'
            | '千' => Unit::Bound,
            _ if before == Unit::Other || !is_counter(c) => Unit::Other,
            _ if before == Unit::Bound => Unit::Bound,
            _ => Unit::Counter,
        };
        units.push(before);
    }
}

/// Returns whether a character counts or parts the numbers of an address.
fn is_counter(c: char) -> bool {
    matches!(
        c,
        '丁' | '目'
            | '番'
            | '地'
            | '号'
            | '条'
            | '線'
            | '階'
            | '室'
            | '棟'
            | 'の'
            | '之'
            | 'ノ'
            | '-'
            | '－'
            | '‐'
            | '−'
            | 'ー'
            | '―'
            | '–'
    )
}

fn best_line(sorts: &[Sort], units: &[Unit], start: usize, measure: i32) -> Option<Line> {
    let mut best: Option<(u32, Line)> = None;
    let (mut end, mut content) = (start, 0);
    while end < sorts.len() {
        if end > start {
            content += line::step(&sorts[end - 1], &sorts[end], 0);
        }
        content += i32::from(sorts[end].advance);
        end += 1;
        let blank = is_blank(&sorts[end - 1]);
        if content > measure && !blank {
            break;
        }
        if end == sorts.len() {
            return Some(trimmed(sorts, start, end));
        }
        let rank = rank(sorts, units, end);
        let far_enough = content * 100 >= measure * FILL_MIN_PERCENT;
        let rank = if far_enough { rank } else { rank.min(1) };
        if rank > 0 && best.is_none_or(|(before, _)| rank >= before) {
            best = Some((rank, trimmed(sorts, start, end)));
        }
    }
    best.map(|(_, line)| line)
}

/// How good a break before sort `at` is: 0 not at all, 4 at a blank.
fn rank(sorts: &[Sort], units: &[Unit], at: usize) -> u32 {
    let (before, after) = (&sorts[at - 1], &sorts[at]);
    if is_blank(after) || after.is_bound() {
        return 0;
    }
    if is_blank(before) {
        return 4;
    }
    let numbered = |unit| matches!(unit, Unit::Number | Unit::Counter);
    let within_number = numbered(units[at - 1]) && numbered(units[at]);
    if within_number || units[at - 1] == Unit::Bound || before.after() & (BREAK | SOFT) == 0 {
        return 0;
    }
    let katakana =
        |sort: &Sort| sort.class == Class::Katakana as u8 || sort.class == Class::NonStarter as u8;
    match units[at - 1] {
        Unit::Number | Unit::Counter => 3,
        _ if katakana(before) && katakana(after) => 1,
        _ => 2,
    }
}

fn trimmed(sorts: &[Sort], start: usize, next: usize) -> Line {
    let blanks = sorts[start..next].iter().rev().take_while(|sort| is_blank(sort)).count();
    let end = next - blanks;
    let natural = line::width(&sorts[start..end], 0);
    Line { start, end, next, natural, hangs: false }
}

/// A line shorter than this is not ended at a blank or building while more would fit.
const FILL_MIN_PERCENT: i32 = 35;

#[cfg(test)]
mod tests;
