//! Places on a sheet in millimetres, from its upper left corner.

use serde::{Deserialize, Serialize};

/// A rectangle on the sheet, in millimetres from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Left edge.
    pub left_mm: f64,
    /// Upper edge.
    pub top_mm: f64,
    /// Right edge.
    pub right_mm: f64,
    /// Lower edge.
    pub bottom_mm: f64,
}

/// A point, in millimetres from the sheet's upper left corner.
pub(crate) type Point = [f64; 2];

impl Area {
    /// The area that holds no point; what [`Area::with`] begins with.
    pub(crate) const NOTHING: Self = Self {
        left_mm: f64::INFINITY,
        top_mm: f64::INFINITY,
        right_mm: f64::NEG_INFINITY,
        bottom_mm: f64::NEG_INFINITY,
    };

    /// Returns the least area that holds all points.
    pub(crate) fn around(points: impl IntoIterator<Item = Point>) -> Self {
        points.into_iter().fold(Self::NOTHING, Self::with)
    }

    /// Returns the least area that holds this one and a point.
    pub(crate) fn with(self, [x, y]: Point) -> Self {
        Self {
            left_mm: self.left_mm.min(x),
            top_mm: self.top_mm.min(y),
            right_mm: self.right_mm.max(x),
            bottom_mm: self.bottom_mm.max(y),
        }
    }

    /// Returns the least area that holds both.
    pub(crate) fn joined(self, other: Self) -> Self {
        Self {
            left_mm: self.left_mm.min(other.left_mm),
            top_mm: self.top_mm.min(other.top_mm),
            right_mm: self.right_mm.max(other.right_mm),
            bottom_mm: self.bottom_mm.max(other.bottom_mm),
        }
    }

    /// Returns what both share, which may be nothing.
    pub(crate) fn shared(self, other: Self) -> Self {
        Self {
            left_mm: self.left_mm.max(other.left_mm),
            top_mm: self.top_mm.max(other.top_mm),
            right_mm: self.right_mm.min(other.right_mm),
            bottom_mm: self.bottom_mm.min(other.bottom_mm),
        }
    }

    /// Returns the area made wider by so much on every side.
    pub(crate) fn grown(self, by_mm: f64) -> Self {
        Self {
            left_mm: self.left_mm - by_mm,
            top_mm: self.top_mm - by_mm,
            right_mm: self.right_mm + by_mm,
            bottom_mm: self.bottom_mm + by_mm,
        }
    }

    /// Whether it holds no point at all; a line or a point is something.
    pub(crate) fn is_nothing(self) -> bool {
        self.left_mm > self.right_mm || self.top_mm > self.bottom_mm
    }

    /// Whether both share a point inside them.
    pub(crate) fn meets(self, other: Self) -> bool {
        !self.is_nothing()
            && self.left_mm < other.right_mm
            && other.left_mm < self.right_mm
            && self.top_mm < other.bottom_mm
            && other.top_mm < self.bottom_mm
    }

    /// Whether the other lies within it.
    pub(crate) fn holds(self, other: Self) -> bool {
        self.left_mm <= other.left_mm
            && self.top_mm <= other.top_mm
            && other.right_mm <= self.right_mm
            && other.bottom_mm <= self.bottom_mm
    }
}

impl std::fmt::Display for Area {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { left_mm, top_mm, right_mm, bottom_mm } = self;
        write!(f, "x {left_mm:.1}-{right_mm:.1}, y {top_mm:.1}-{bottom_mm:.1} mm")
    }
}
