//! Rows of 67 even bars on an image.

use super::image::{GreyImage, DARK_BELOW};

/// Bars of a symbol: start 2, 20 codes and check of 3 each, stop 2 (manual p12).
pub(crate) const BAR_COUNT: usize = 67;

/// A row of bars, classified.
pub(crate) struct Row {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// 67 letters F, A, D, T.
    pub(crate) letters: String,
}

/// A run of dark pixels on a scan line.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
}

impl Run {
    fn len(self) -> usize {
        self.end - self.start
    }

    /// Twice the centre, so that it stays whole.
    fn centre2(self) -> usize {
        self.start + self.end - 1
    }
}

/// The upper and lower end of a bar, inclusive.
#[derive(Clone, Copy)]
struct Ends {
    top: usize,
    bottom: usize,
}

/// Returns the rows from top to bottom.
pub(crate) fn rows(image: &GreyImage) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut runs = Vec::new();
    for y in (0..image.height()).step_by(SCAN_STEP) {
        dark_runs(image.row(y), &mut runs);
        for bars in even_stretches(&runs) {
            if rows.iter().any(|row| row.covers(bars[0].start, y)) {
                continue;
            }
            rows.extend(classify(image, bars, y));
        }
    }
    rows
}

impl Row {
    fn covers(&self, x: usize, y: usize) -> bool {
        let (x, y) = (x as u32, y as u32);
        let width = self.x.saturating_sub(self.height)..self.x + self.width;
        width.contains(&x) && (self.y..=self.y + self.height).contains(&y)
    }
}

fn dark_runs(row: &[u8], runs: &mut Vec<Run>) {
    runs.clear();
    let mut start = None;
    for (x, &pixel) in row.iter().enumerate() {
        match (pixel < DARK_BELOW, start) {
            (true, None) => start = Some(x),
            (false, Some(from)) => {
                runs.push(Run { start: from, end: x });
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        runs.push(Run { start: from, end: row.len() });
    }
}

/// Returns every stretch of exactly 67 runs of even pitch with clear space at both ends.
fn even_stretches(runs: &[Run]) -> Vec<&[Run]> {
    let mut found = Vec::new();
    let mut from = 0;
    while from + BAR_COUNT <= runs.len() {
        let len = even_len(&runs[from..]);
        if len == BAR_COUNT && has_clear_ends(runs, from) {
            found.push(&runs[from..from + len]);
        }
        // A stretch too long or too short shares at most its last bar with the next.
        from += (len - 1).max(1);
    }
    found
}

/// Returns how many runs from the first on have the pitch of the first two.
fn even_len(runs: &[Run]) -> usize {
    let pitch2 = runs[1].centre2() - runs[0].centre2();
    if pitch2 / 2 < PITCH_MIN {
        return 1;
    }
    let mut len = 1;
    while len < runs.len() {
        let step2 = runs[len].centre2() - runs[len - 1].centre2();
        // Rasterising moves each edge by up to a pixel.
        let even = step2.abs_diff(pitch2) <= 4 + pitch2 / 10;
        let width = runs[len].len();
        let narrow = (pitch2 / 10..=pitch2 * 2 / 5 + 1).contains(&width);
        if !even || !narrow {
            break;
        }
        len += 1;
    }
    len
}

/// Whether no other mark stands within the clear zone (2 mm, more than a pitch) on either side.
fn has_clear_ends(runs: &[Run], from: usize) -> bool {
    let (first, last) = (runs[from], runs[from + BAR_COUNT - 1]);
    let pitch = (last.centre2() - first.centre2()) / 2 / (BAR_COUNT - 1);
    let left = from == 0 || runs[from - 1].end + pitch <= first.start;
    let right = runs.get(from + BAR_COUNT).is_none_or(|next| last.end + pitch <= next.start);
    left && right
}

/// Tells the kinds of bars by their ends; `None` if the ends do not stand on four even lines.
fn classify(image: &GreyImage, bars: &[Run], y: usize) -> Option<Row> {
    let ends: Vec<Ends> = bars.iter().map(|bar| ends_of(image, bar.centre2() / 2, y)).collect();
    let top = ends.iter().map(|ends| ends.top).min()?;
    let bottom = ends.iter().map(|ends| ends.bottom).max()?;
    let height = bottom - top + 1;
    let (first, last) = (bars[0], bars[BAR_COUNT - 1]);
    let width = last.end - first.start;
    // Width to height is 133 units to 6 (manual p12); a photograph of text is not.
    if !(RATIO_MIN..=RATIO_MAX).contains(&(width * 10 / height)) {
        return None;
    }
    let mut letters = String::with_capacity(BAR_COUNT);
    for ends in ends {
        // The ends stand at 0 or 2 and at 4 or 6 sixths of the height; 1 and 5 part them.
        let (above, below) = (ends.top - top, bottom - ends.bottom);
        if above * 6 > height * 3 || below * 6 > height * 3 {
            return None;
        }
        letters.push(match (above * 6 < height, below * 6 < height) {
            (true, true) => 'F',
            (true, false) => 'A',
            (false, true) => 'D',
            (false, false) => 'T',
        });
    }
    Some(Row {
        x: first.start as u32,
        y: top as u32,
        width: width as u32,
        height: height as u32,
        letters,
    })
}

/// Follows a bar's centre up and down from a scan line.
fn ends_of(image: &GreyImage, x: usize, y: usize) -> Ends {
    let (mut top, mut bottom) = (y, y);
    while top > 0 && image.is_dark(x, top - 1) {
        top -= 1;
    }
    while image.is_dark(x, bottom + 1) {
        bottom += 1;
    }
    Ends { top, bottom }
}

/// Every such pixel row is scanned; a timing bar at size 8 and 200 dpi is 7 pixels high.
const SCAN_STEP: usize = 3;
/// The narrowest pitch that is looked for, pixels: 0.96 mm at 130 dpi.
const PITCH_MIN: usize = 5;
/// Tenfold bounds of width to height, 22.2 by the manual, with its tolerances.
const RATIO_MIN: usize = 180;
const RATIO_MAX: usize = 260;
