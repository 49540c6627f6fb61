//! The black upright rectangles of a page, and the marks that they make together: a customer
//! barcode, a DataMatrix.
//!
//! It is no matter whether a path or the glyphs of a font painted them. Only rectangles are looked
//! at: what else stands on a page makes no mark.

use letter::barcode::BAR_COUNT;
use letter::omr::OmrProfile;
use letter::page::SheetSize;

use crate::content::{Stencil, SIDE_MAX};

/// An upright rectangle on the page, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    pub(crate) left: f32,
    pub(crate) bottom: f32,
    pub(crate) right: f32,
    pub(crate) top: f32,
}

/// The rectangles of a page in the order in which they are painted.
#[derive(Debug, Default)]
pub(crate) struct Ink {
    rects: Vec<(Rect, Painter)>,
    bars: String,
}

/// What painted a rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Painter {
    Path,
    /// The glyphs of a font, by its number in the file.
    Font(usize),
}

impl Rect {
    /// Returns the rectangle between two opposite corners.
    pub(crate) fn between(one: (f32, f32), other: (f32, f32)) -> Self {
        Self {
            left: one.0.min(other.0),
            bottom: one.1.min(other.1),
            right: one.0.max(other.0),
            top: one.1.max(other.1),
        }
    }

    fn width(&self) -> f32 {
        self.right - self.left
    }

    fn meets(&self, other: &Self) -> bool {
        let sideways = self.left < other.right && other.left < self.right;
        sideways && self.bottom < other.top && other.bottom < self.top
    }

    /// Whether it is another rectangle but for rounding.
    fn is_at(&self, other: &Self) -> bool {
        let edges = |rect: &Self| [rect.left, rect.bottom, rect.right, rect.top];
        edges(self).iter().zip(edges(other)).all(|(one, other)| near(*one, other))
    }
}

impl Ink {
    pub(crate) fn clear(&mut self) {
        self.rects.clear();
        self.bars.clear();
    }

    pub(crate) fn push(&mut self, rect: Rect, painter: Painter) {
        // What nobody can look through has no marks: no page has so many rectangles.
        if self.rects.len() < RECTS_MAX {
            self.rects.push((rect, painter));
        }
    }

    /// Returns how many rectangles there are.
    pub(crate) fn mark(&self) -> usize {
        self.rects.len()
    }

    /// Takes back what was pushed since there were so many.
    pub(crate) fn back_to(&mut self, mark: usize) {
        self.rects.truncate(mark);
    }

    /// Returns the letters F, A, D, T of the customer barcode; empty if the page has none.
    pub(crate) fn bars(&self) -> &str {
        &self.bars
    }

    /// Looks for customer barcodes: 67 bars painted one after the other from left to right, whose
    /// rectangles are then no part of another mark. The first is the page's.
    ///
    /// Geometry: 郵便番号マニュアル p12, as [`crate::raster`] has it: bars of one width, their pitch
    /// twice that, heights of two, four and six widths.
    ///
    /// # Errors
    /// If a row of 67 bars has one of another height or place.
    pub(crate) fn find_bars(&mut self) -> Result<(), &'static str> {
        let mut start = 0;
        while start + BAR_COUNT <= self.rects.len() {
            let count = self.row(start);
            if count != BAR_COUNT {
                start += count;
                continue;
            }
            let row = self.rects.drain(start..start + count);
            let first = row.as_slice()[0].0;
            let mut letters = String::new();
            for (rect, _) in row {
                letters.push(bar(&first, &rect).ok_or("a bar of a wrong height")?);
            }
            if self.bars.is_empty() {
                self.bars = letters;
            }
        }
        Ok(())
    }

    /// Returns how many bars stand in a row from a rectangle on.
    fn row(&self, start: usize) -> usize {
        let first = self.rects[start].0;
        let width = first.width();
        if !(BAR_MIN..=BAR_MAX).contains(&width) {
            return 1;
        }
        let mut count = 1;
        let mut before = first.left;
        for (rect, _) in &self.rects[start + 1..] {
            let step = rect.left - before;
            if !near(rect.width(), width) || !near(step, 2.0 * width) {
                break;
            }
            before = rect.left;
            count += 1;
        }
        count
    }

    /// Returns which lines of a profile are on the page of such a sheet, the first one lowest.
    ///
    /// # Errors
    /// If a rectangle touches the lines or what must stay blank around them and is no line.
    pub(crate) fn omr(&self, sheet: SheetSize, profile: &OmrProfile) -> Result<u32, &'static str> {
        let height = sheet.height.0 as f32 / 100.0;
        let points = |mm: f64| (mm * 72.0 / 25.4) as f32;
        let place = |line: usize| {
            let top = height - points(profile.top_mm + profile.pitch_mm * line as f64);
            let left = points(profile.left_mm);
            let (length, thickness) = (points(profile.length_mm), points(profile.thickness_mm));
            Rect::between((left, top - thickness), (left + length, top))
        };
        let clear = points(profile.clear_mm) - PLAY;
        let whole = place(0);
        let last = place(profile.lines.len().saturating_sub(1));
        let zone = Rect::between(
            (whole.left - clear, last.bottom - clear),
            (whole.right + clear, whole.top + clear),
        );
        let mut found = 0;
        for (rect, _) in self.rects.iter().filter(|(rect, _)| rect.meets(&zone)) {
            match (0..profile.lines.len()).find(|line| rect.is_at(&place(*line))) {
                Some(line) => found |= 1 << line,
                None => return Err("ink beside the lines of its OMR"),
            }
        }
        Ok(found)
    }

    /// Draws what the glyphs of each font show together if it can be a symbol: a square of modules.
    pub(crate) fn symbols(&self) -> impl Iterator<Item = Stencil> + '_ {
        let is_first = |(at, painter): &(usize, Painter)| {
            *painter != Painter::Path && !self.rects[..*at].iter().any(|(_, p)| p == painter)
        };
        let painters = self.rects.iter().map(|(_, painter)| *painter).enumerate();
        painters.filter(is_first).filter_map(|(at, painter)| {
            let of_it = |entry: &&(Rect, Painter)| entry.1 == painter;
            self.draw(self.rects[at..].iter().filter(of_it).map(|(rect, _)| rect))
        })
    }

    /// Draws rectangles on the grid of the smallest symbol size whose lines they keep to.
    fn draw<'r>(&self, rects: impl Iterator<Item = &'r Rect> + Clone) -> Option<Stencil> {
        let whole = rects.clone().copied().reduce(|one, other| Rect {
            left: one.left.min(other.left),
            bottom: one.bottom.min(other.bottom),
            right: one.right.max(other.right),
            top: one.top.max(other.top),
        })?;
        let side = whole.width();
        if (side - (whole.top - whole.bottom)).abs() > side * SQUARE_PLAY {
            return None;
        }
        crate::datamatrix::sides().find_map(|modules| grid(&whole, modules, rects.clone()))
    }
}

/// Draws rectangles on a grid of so many modules each way, if all their edges lie on its lines.
fn grid<'r>(
    whole: &Rect,
    modules: usize,
    rects: impl Iterator<Item = &'r Rect>,
) -> Option<Stencil> {
    let per_point = modules as f32 / whole.width();
    let line = |distance: f32| {
        let lines = distance * per_point;
        let nearest = lines.round();
        ((lines - nearest).abs() <= MODULE_PLAY).then_some(nearest as usize)
    };
    let mut stencil = Stencil { width: modules, height: modules, rows: [0; SIDE_MAX] };
    for rect in rects {
        let columns = line(rect.left - whole.left)?..line(rect.right - whole.left)?;
        let rows = line(whole.top - rect.top)?..line(whole.top - rect.bottom)?;
        let ink = (1u64 << (modules - columns.start)) - (1 << (modules - columns.end));
        stencil.rows[rows].iter_mut().for_each(|row| *row |= ink as u32);
    }
    Some(stencil)
}

/// Whether two lengths within a row of bars are the same but for rounding.
fn near(length: f32, expected: f32) -> bool {
    (length - expected).abs() <= PLAY
}

/// Returns the letter of a bar by its ends, in a row whose first bar is a long one.
fn bar(first: &Rect, bar: &Rect) -> Option<char> {
    let width = first.width();
    let ends =
        |end: f32, units: f32| (end - first.bottom - units * width).abs() <= PLAY * (1.0 + units);
    match (ends(bar.bottom, 0.0), ends(bar.bottom, 2.0), ends(bar.top, 4.0), ends(bar.top, 6.0)) {
        (true, _, _, true) => Some('F'),
        (_, true, _, true) => Some('A'),
        (true, _, true, _) => Some('D'),
        (_, true, true, _) => Some('T'),
        _ => None,
    }
}

/// The bars of the smallest and the largest size, 8 and 11.5 points, are 0.48 and 0.69 mm wide
/// (manual p12); here with room for rounding.
const BAR_MIN: f32 = 1.30;
const BAR_MAX: f32 = 2.03;
/// Edges are rounded to a hundredth of a point, each by itself; in points, with some of the
/// numbers' own rounding. The narrowest bar is thirty times as wide.
const PLAY: f32 = 0.04;
/// Height and width of a symbol differ by rounding alone.
const SQUARE_PLAY: f32 = 0.01;
/// Edges of modules lie at most so far from the grid's lines, in modules.
const MODULE_PLAY: f32 = 0.1;
/// A barcode and a symbol of the largest size have some 400.
const RECTS_MAX: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;

    const MANUAL: &str = "FDFFTFTTFTTFTTFTTFFTDFAFFTTFTDFATFTFDATFTFTFFTTDFATDATDATDATDATFFDF";

    /// Paints bars at size `a` points, each edge rounded to 1/100 point, as a path would.
    fn paint(ink: &mut Ink, letters: &str, a: f32, (x, y): (f32, f32)) {
        let unit = 0.06 * a * 72.0 / 25.4;
        let rounded = |length: f32| (length * 100.0).round() / 100.0;
        for (letter, at) in letters.chars().zip(0u8..) {
            let (low, high) = match letter {
                'F' => (0.0, 6.0),
                'A' => (2.0, 6.0),
                'D' => (0.0, 4.0),
                _ => (2.0, 4.0),
            };
            let left = x + rounded(f32::from(at) * 2.0 * unit);
            let corner = (left, y + rounded(low * unit));
            let other = (left + rounded(unit), y + rounded(high * unit));
            ink.push(Rect::between(corner, other), Painter::Path);
        }
    }

    #[test]
    fn bars_of_every_size_are_read_among_rules() {
        for a in [8.0, 8.5, 9.0, 9.5, 10.0, 10.5, 11.0, 11.5] {
            let mut ink = Ink::default();
            let rule = |y| Rect::between((50.0, y), (350.0, y + 0.25));
            (0..9u8).for_each(|at| ink.push(rule(f32::from(at) * 20.0), Painter::Path));
            paint(&mut ink, MANUAL, a, (113.38, 651.07));
            (0..80u8).for_each(|at| ink.push(rule(f32::from(at) * 9.0), Painter::Path));
            ink.find_bars().expect("sound bars");
            assert_eq!(ink.bars(), MANUAL, "{a} points");
            assert_eq!(ink.rects.len(), 89, "the bars are taken, the rules are not");
        }
    }

    #[test]
    fn a_wrong_number_of_bars_is_none_and_a_wrong_height_an_error() {
        for letters in [&MANUAL[1..], &format!("{MANUAL}F")] {
            let mut ink = Ink::default();
            paint(&mut ink, letters, 9.0, (0.0, 0.0));
            ink.find_bars().expect("no bars");
            assert_eq!(ink.bars(), "");
        }
        for at in 1..67 {
            let mut ink = Ink::default();
            paint(&mut ink, MANUAL, 9.0, (0.0, 0.0));
            ink.rects[at].0.top += 0.6;
            assert!(ink.find_bars().is_err(), "bar {at}");
            ink.clear();
            paint(&mut ink, MANUAL, 9.0, (0.0, 0.0));
            ink.rects[at].0.right += 0.3;
            ink.find_bars().expect("no bars");
            assert_eq!(ink.bars(), "", "bar {at}");
        }
    }

    #[test]
    fn runs_of_modules_make_a_symbol_and_rectangles_off_the_grid_do_not() {
        let mut ink = Ink::default();
        let module = 1.417;
        let run = |row: f32, from: f32, to: f32| {
            let top = 100.0 - row * module;
            Rect::between((40.0 + from * module, top - module), (40.0 + to * module, top))
        };
        let font = Painter::Font(3);
        // A left and a lower edge, and every other module above and to the right, of 10 each way.
        for row in 0..10u8 {
            let at = f32::from(row);
            ink.push(run(at, 0.0, 1.0), font);
            if row % 2 == 1 {
                ink.push(run(at, 9.0, 10.0), font);
            } else {
                ink.push(run(0.0, at, at + 1.0), font);
            }
            ink.push(run(9.0, at, at + 1.0), font);
        }
        ink.push(run(4.0, 3.0, 7.0), font);
        ink.push(Rect::between((0.0, 0.0), (300.0, 0.25)), Painter::Path);
        let found: Vec<Stencil> = ink.symbols().collect();
        let [symbol] = &found[..] else { panic!("one symbol") };
        assert_eq!((symbol.width, symbol.height), (10, 10));
        assert_eq!(symbol.rows[0], 0b10_1010_1010);
        assert_eq!(symbol.rows[4], 0b10_0111_1000);
        assert_eq!((symbol.rows[5], symbol.rows[9]), (0b10_0000_0001, 0b11_1111_1111));
        ink.push(run(4.4, 3.0, 7.0), font);
        assert_eq!(ink.symbols().count(), 0);
    }
}
