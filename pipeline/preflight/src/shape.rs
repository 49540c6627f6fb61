//! Paths on the sheet: whether what they paint touches an area.

use crate::area::{Area, Point};

/// A transformation `[a b c d e f]`, ISO 32000-1 8.3.3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matrix(pub [f64; 6]);

impl Matrix {
    pub const SAME: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// Returns the transformation that does this one first, then the other; `None` if its numbers
    /// are larger than any page has use for.
    pub fn then(self, other: Self) -> Option<Self> {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, other.0);
        let product = [
            a * g + b * i,
            a * h + b * j,
            c * g + d * i,
            c * h + d * j,
            e * g + f * i + k,
            e * h + f * j + l,
        ];
        product.iter().all(|number| number.abs() < NUMBER_MAX).then_some(Self(product))
    }

    pub fn point(self, [x, y]: Point) -> Point {
        let [a, b, c, d, e, f] = self.0;
        [a * x + c * y + e, b * x + d * y + f]
    }

    /// Returns the corners of a rectangle, in their order round it.
    pub fn corners(self, [x0, y0, x1, y1]: [f64; 4]) -> [Point; 4] {
        [[x0, y0], [x1, y0], [x1, y1], [x0, y1]].map(|corner| self.point(corner))
    }

    /// Returns how much longer the longest line gets, at most.
    pub fn stretch(self) -> f64 {
        let [a, b, c, d, ..] = self.0;
        (a * a + b * b + c * c + d * d).sqrt()
    }
}

/// How a path's inside is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inside {
    NonZero,
    EvenOdd,
}

/// The lines of a path, curves flattened, in millimetres on the sheet.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    pub lines: Vec<Vec<Point>>,
}

impl Outline {
    pub fn extent(&self) -> Area {
        Area::around(self.lines.iter().flatten().copied())
    }

    /// Whether a fill paints in the area.
    pub fn fill_touches(&self, inside: Inside, area: Area) -> bool {
        if area.is_nothing() {
            return false;
        }
        let crosses = self.lines.iter().any(|line| edges(line, true).any(|e| crosses(e, area)));
        crosses || self.is_inside(inside, middle(area))
    }

    /// Whether a stroke that reaches so far from its line paints in the area.
    pub fn stroke_touches(&self, reach_mm: f64, area: Area) -> bool {
        if area.is_nothing() {
            return false;
        }
        let near = area.grown(reach_mm);
        self.lines.iter().any(|line| edges(line, false).any(|edge| crosses(edge, near)))
    }

    fn is_inside(&self, inside: Inside, [x, y]: Point) -> bool {
        let mut turns = 0i64;
        for [from, to] in self.lines.iter().flat_map(|line| edges(line, true)) {
            if (from[1] <= y) != (to[1] <= y) {
                let at = from[0] + (y - from[1]) / (to[1] - from[1]) * (to[0] - from[0]);
                if at > x {
                    turns += if to[1] > from[1] { 1 } else { -1 };
                }
            }
        }
        match inside {
            Inside::NonZero => turns != 0,
            Inside::EvenOdd => turns % 2 != 0,
        }
    }
}

/// Returns the edges of a line, with that from its end to its start if it is closed.
fn edges(line: &[Point], closed: bool) -> impl Iterator<Item = [Point; 2]> + '_ {
    let closing = closed.then(|| Some([*line.last()?, *line.first()?])).flatten();
    let alone = (line.len() == 1).then(|| [line[0], line[0]]);
    line.windows(2).map(|pair| [pair[0], pair[1]]).chain(closing).chain(alone)
}

fn middle(area: Area) -> Point {
    [(area.left_mm + area.right_mm) / 2.0, (area.top_mm + area.bottom_mm) / 2.0]
}

/// Whether an edge has a point inside an area (Liang and Barsky's clipping).
fn crosses([from, to]: [Point; 2], area: Area) -> bool {
    let (mut start, mut end) = (0.0f64, 1.0f64);
    let sides = [(0, area.left_mm, area.right_mm), (1, area.top_mm, area.bottom_mm)];
    for (axis, low, high) in sides {
        let (at, by) = (from[axis], to[axis] - from[axis]);
        if by == 0.0 {
            if at <= low || at >= high {
                return false;
            }
            continue;
        }
        let (near, far) = ((low - at) / by, (high - at) / by);
        start = start.max(near.min(far));
        end = end.min(near.max(far));
    }
    start < end
}

/// No page has use for numbers beyond this, and below it sums and products stay numbers.
const NUMBER_MAX: f64 = 1e12;

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Area = Area { left_mm: 20.0, top_mm: 20.0, right_mm: 60.0, bottom_mm: 40.0 };

    fn rectangle(left: f64, top: f64, right: f64, bottom: f64) -> Vec<Point> {
        vec![[left, top], [right, top], [right, bottom], [left, bottom]]
    }

    #[test]
    fn a_frame_around_a_zone_does_not_touch_it() {
        let page = Outline { lines: vec![rectangle(0.0, 0.0, 210.0, 297.0)] };
        assert!(page.fill_touches(Inside::NonZero, ZONE));
        assert!(!page.stroke_touches(1.0, ZONE));
        let frame = Outline {
            lines: vec![rectangle(0.0, 0.0, 210.0, 297.0), rectangle(5.0, 5.0, 205.0, 292.0)],
        };
        assert!(!frame.fill_touches(Inside::EvenOdd, ZONE));
        assert!(frame.fill_touches(Inside::NonZero, ZONE));
    }

    #[test]
    fn a_line_that_only_runs_along_the_edge_does_not_touch() {
        let line = Outline { lines: vec![vec![[0.0, 40.0], [210.0, 40.0]]] };
        assert!(!line.stroke_touches(0.0, ZONE));
        assert!(line.stroke_touches(0.2, ZONE));
        let across = Outline { lines: vec![vec![[0.0, 0.0], [210.0, 90.0]]] };
        assert!(across.stroke_touches(0.0, ZONE));
        let beside = Outline { lines: vec![vec![[0.0, 30.0], [20.0, 0.0]]] };
        assert!(!beside.stroke_touches(0.0, ZONE));
    }

    #[test]
    fn a_small_square_inside_touches_by_its_edges() {
        let dot = Outline { lines: vec![rectangle(30.0, 30.0, 30.1, 30.1)] };
        assert!(dot.fill_touches(Inside::EvenOdd, ZONE));
    }
}
