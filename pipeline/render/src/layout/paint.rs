//! 印字: paints lines as glyphs, opened or closed up to fill their measure.

use letter::page::{FaceIndex, Glyph, Len, Mark, Page};

use super::class::{Class, GAP, OPEN, WORD};
use super::line::{head_trim, scaled, step, step_within, Galley, Line};
use crate::font::Sort;

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

/// A line is not stretched by more than this between two sorts; rather it stays short.
const STRETCH_MAX: i32 = 700;
/// To how much a blank between words is opened before anything else is (JLREQ §3.8.4).
const WORD_MAX: i32 = 500;

/// Paints sorts side by side, neither broken nor filled.
pub fn paint(page: &mut Page, sorts: &[Sort], pen: Pen) {
    let Some(first) = sorts.first() else { return };
    let start = page.glyphs.len();
    page.glyphs.extend(sorts.iter().enumerate().map(|(at, sort)| Glyph {
        char_index: sort.char_index(),
        extra: step_within(sorts, at, pen.gap) as i16,
    }));
    mark_runs(page, sorts, start, -head_trim(first), pen);
}

/// Paints a line of a galley; `fill` is the measure to be filled, if it is justified or closed up.
pub fn paint_line(page: &mut Page, galley: &Galley<'_>, line: Line, fill: Option<i32>, pen: Pen) {
    let Line { start, end, .. } = line;
    if start >= end {
        return;
    }
    let (sorts, along) = (&galley.sorts[start..end], &galley.along[start..end]);
    let first = page.glyphs.len();
    match Spread::new(galley, line, fill) {
        Spread::Natural => natural(page, sorts, along),
        Spread::Open(open) => opened(page, sorts, along, open, usize::from(line.hangs)),
        Spread::Close(mut close) => {
            natural(page, sorts, along);
            let glyphs = &mut page.glyphs[first..];
            for (at, give) in galley.gives(start, end - usize::from(line.hangs)) {
                glyphs[at - start].extra -= close.share(give.in_order()) as i16;
            }
        }
    }
    let along = -head_trim(&sorts[0]);
    match galley.is_mixed {
        true => mark_runs(page, sorts, first, along, pen),
        false => mark_run(page, sorts[0].face, first..first + sorts.len(), along, pen),
    }
}

fn natural(page: &mut Page, sorts: &[Sort], along: &[i32]) {
    let places = sorts.iter().zip(along.windows(2));
    page.glyphs.extend(places.map(|(sort, edges)| Glyph {
        char_index: sort.char_index(),
        extra: (edges[1] - edges[0] - i32::from(sort.advance)) as i16,
    }));
    let last = sorts.last().map(|sort| Glyph { char_index: sort.char_index(), extra: 0 });
    page.glyphs.extend(last);
}

fn opened(page: &mut Page, sorts: &[Sort], along: &[i32], open: Open, hung: usize) {
    let first = page.glyphs.len();
    let Open { word, gap, all, rest } = open;
    let share = |after: u8, kind: u8, share: i32| i32::from(after & kind != 0) * share;
    let places = sorts.iter().zip(along.windows(2));
    page.glyphs.extend(places.map(|(sort, edges)| {
        let after = sort.after();
        let opening = share(after, WORD, word) + share(after, GAP, gap) + share(after, OPEN, all);
        let natural = edges[1] - edges[0] - i32::from(sort.advance);
        Glyph { char_index: sort.char_index(), extra: (natural + opening) as i16 }
    }));
    let last = sorts.last().map(|sort| Glyph { char_index: sort.char_index(), extra: 0 });
    page.glyphs.extend(last);
    if let Some(at) = sorts.iter().position(|sort| sort.after() & OPEN != 0) {
        page.glyphs[first + at].extra += rest as i16;
    }
    // What hangs follows the line's last sort at its natural place.
    if hung == 1 && sorts.len() >= 2 {
        let at = sorts.len() - 2;
        let natural = along[at + 1] - along[at] - i32::from(sorts[at].advance);
        page.glyphs[first + at].extra = natural as i16;
    }
}

/// What a line lacks or has too much, and who takes it.
enum Spread {
    Natural,
    Open(Open),
    Close(Close),
}

/// An opened line: blanks between words up to half an em, then gaps between scripts up to double,
/// then every place by the same amount. The few thousandths of an em that remain go to the first
/// place, where nobody sees them, so that the line's glyphs share one spacing.
struct Open {
    word: i32,
    gap: i32,
    all: i32,
    rest: i32,
}

/// A line closed up: kind after kind of [`super::line::Give`], each in proportion to what its
/// places can give.
struct Close {
    kinds: [Kind; 4],
}

#[derive(Clone, Copy, Default)]
struct Kind {
    take: i32,
    total: i32,
    passed: i32,
    given: i32,
}

impl Spread {
    fn new(galley: &Galley<'_>, line: Line, fill: Option<i32>) -> Self {
        let end = line.end - usize::from(line.hangs);
        match fill.map_or(0, |measure| measure - line.natural) {
            0 => Self::Natural,
            slack @ 1.. => {
                let inner = line.start..end.saturating_sub(1).max(line.start);
                Open::new(&galley.sorts[inner], galley.gap, slack).map_or(Self::Natural, Self::Open)
            }
            excess => {
                Close::new(galley, line.start..end, -excess).map_or(Self::Natural, Self::Close)
            }
        }
    }
}

impl Open {
    fn new(places: &[Sort], between: i32, slack: i32) -> Option<Self> {
        // Three counts in one number, twenty bits each: a line has not a million sorts.
        let counted: u64 = places
            .iter()
            .map(|sort| {
                let of = |kind: u8| u64::from((sort.after() / kind) & 1);
                of(OPEN) | of(GAP) << 20 | of(WORD) << 40
            })
            .sum();
        let [total, gaps, words] = [0, 20, 40].map(|from| (counted >> from & 0xf_ffff) as i32);
        let mut rest = slack;
        let mut word = 0;
        if words > 0 {
            let blank = places.iter().find(|sort| sort.after() & WORD != 0);
            let most = blank.map_or(0, |blank| (WORD_MAX - i32::from(blank.advance)).max(0));
            word = (rest / words).min(most);
            rest -= word * words;
        }
        let gap = if gaps > 0 { (rest / gaps).min(between) } else { 0 };
        rest -= gap * gaps;
        if total == 0 || rest > total.saturating_mul(STRETCH_MAX) {
            return None;
        }
        let all = rest / total;
        Some(Self { word, gap, all, rest: rest - all * total })
    }
}

impl Close {
    fn new(galley: &Galley<'_>, places: std::ops::Range<usize>, excess: i32) -> Option<Self> {
        let mut kinds = [Kind::default(); 4];
        for (_, give) in galley.gives(places.start, places.end) {
            kinds.iter_mut().zip(give.in_order()).for_each(|(kind, give)| kind.total += give);
        }
        let mut left = excess;
        for kind in &mut kinds {
            kind.take = left.min(kind.total);
            left -= kind.take;
        }
        (left == 0).then_some(Self { kinds })
    }

    fn share(&mut self, give: [i32; 4]) -> i32 {
        let mut share = 0;
        for (kind, give) in self.kinds.iter_mut().zip(give) {
            if kind.take == 0 || give == 0 {
                continue;
            }
            kind.passed += give;
            let part = i64::from(kind.take) * i64::from(kind.passed);
            let due = (part / i64::from(kind.total)) as i32;
            share += due - kind.given;
            kind.given = due;
        }
        share
    }
}

/// A line whose digits all take the width of a 0 (表組み数字), for columns of amounts.
pub struct Tabular<'a> {
    sorts: &'a [Sort],
    /// The space after each sort.
    extras: &'a [i32],
    /// The blank before the first digit.
    lead: i32,
    /// How wide it is, in 1/1000 of the size.
    pub width: i32,
}

impl<'a> Tabular<'a> {
    /// Lays sorts side by side; `extras` is memory to be used again.
    pub fn lay(sorts: &'a [Sort], digit: i32, gap: i32, extras: &'a mut Vec<i32>) -> Self {
        extras.clear();
        let blank = sorts.first().map_or(0, |first| tabular_blank(first, digit));
        let first_lead = blank / 2;
        let (mut blank, mut lead, mut width) = (blank, first_lead, first_lead);
        extras.extend(sorts.windows(2).map(|pair| {
            let next = tabular_blank(&pair[1], digit);
            let extra = blank - lead + next / 2 + step(&pair[0], &pair[1], gap);
            (blank, lead) = (next, next / 2);
            width += i32::from(pair[0].advance) + extra;
            extra
        }));
        if let Some(last) = sorts.last() {
            width += i32::from(last.advance) + blank - lead;
            extras.push(0);
        }
        Self { sorts, extras, lead: first_lead, width }
    }

    /// Paints the line.
    pub fn paint(&self, page: &mut Page, pen: Pen) {
        if self.sorts.is_empty() {
            return;
        }
        let start = page.glyphs.len();
        page.glyphs.extend(
            self.sorts
                .iter()
                .zip(self.extras)
                .map(|(sort, &extra)| Glyph { char_index: sort.char_index(), extra: extra as i16 }),
        );
        mark_runs(page, self.sorts, start, self.lead, pen);
    }
}

fn tabular_blank(sort: &Sort, digit: i32) -> i32 {
    if sort.class == Class::Digit as u8 {
        (digit - i32::from(sort.advance)).max(0)
    } else {
        0
    }
}

/// Marks the glyphs of a line, those from `first` on, as runs of one face each; the first glyph
/// stands `along` right of the pen.
fn mark_runs(page: &mut Page, sorts: &[Sort], first: usize, mut along: i32, pen: Pen) {
    let face = sorts[0].face;
    let mixed = sorts.iter().fold(0, |mixed, sort| mixed | (sort.face ^ face));
    if mixed == 0 {
        mark_run(page, face, first..first + sorts.len(), along, pen);
        return;
    }
    let mut start = 0;
    while start < sorts.len() {
        let face = sorts[start].face;
        let run = sorts[start..].iter().take_while(|sort| sort.face == face).count();
        let glyphs = &page.glyphs[first + start..first + start + run];
        let widths = glyphs.iter().zip(&sorts[start..start + run]);
        let width: i32 =
            widths.map(|(glyph, sort)| i32::from(sort.advance) + i32::from(glyph.extra)).sum();
        mark_run(page, face, first + start..first + start + run, along, pen);
        along += width;
        start += run;
    }
}

fn mark_run(
    page: &mut Page,
    face: FaceIndex,
    glyphs: std::ops::Range<usize>,
    along: i32,
    pen: Pen,
) {
    if let Some(last) = page.glyphs[glyphs.clone()].last_mut() {
        last.extra = 0;
    }
    page.marks.push(Mark::Text {
        face,
        size: Len(pen.size),
        x: Len(pen.x + scaled(along, pen.size)),
        y: Len(pen.y),
        start: glyphs.start as u32,
        end: glyphs.end as u32,
    });
}
