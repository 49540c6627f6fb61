//! The graphics state (ISO 32000-1 8.4) as far as places depend on it.

use std::rc::Rc;

use crate::area::Area;
use crate::colour::Space;
use crate::font::Font;
use crate::shape::Matrix;

/// What `q` keeps and `Q` restores.
#[derive(Clone, Debug)]
pub struct State {
    /// From user space to millimetres on the sheet.
    pub ctm: Matrix,
    /// Extent of the clip, in millimetres.
    pub clip: Area,
    pub fill: Paint,
    pub stroke: Paint,
    /// In user space.
    pub line_width: f64,
    pub text: TextState,
}

/// What is painted with.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    pub space: Space,
    pub is_white: bool,
    /// Constant alpha.
    pub alpha: f64,
}

/// ISO 32000-1 9.3.
#[derive(Clone, Debug)]
pub struct TextState {
    pub font: Option<Rc<Font>>,
    pub size: f64,
    pub spacing: f64,
    pub word_spacing: f64,
    /// Share of the ordinary width.
    pub scale: f64,
    pub leading: f64,
    pub rise: f64,
    pub mode: u8,
}

impl State {
    /// Returns the state at the start of a page.
    pub fn at_start(ctm: Matrix, clip: Area) -> Self {
        let black = Paint { space: Space::Light, is_white: false, alpha: 1.0 };
        let text = TextState {
            font: None,
            size: 0.0,
            spacing: 0.0,
            word_spacing: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
            mode: 0,
        };
        Self { ctm, clip, fill: black, stroke: black, line_width: 1.0, text }
    }

    /// Whether text shown now is seen, clipping aside: painted at all, and not in white alone.
    pub fn shows_text(&self) -> bool {
        let fills = matches!(self.text.mode, 0 | 2 | 4 | 6);
        let strokes = matches!(self.text.mode, 1 | 2 | 5 | 6);
        fills && self.fill.is_seen() || strokes && self.stroke.is_seen()
    }
}

impl Paint {
    fn is_seen(&self) -> bool {
        !self.is_white && self.alpha > 0.0
    }
}
