//! One page under the pen: texts, lines and boxes in millimetres from its upper left corner.

use crate::face::Face;

/// Width of A4, mm.
pub const A4_WIDTH_MM: f32 = 210.0;
/// Height of A4, mm.
pub const A4_HEIGHT_MM: f32 = 297.0;

/// Where a text stands at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// It starts there.
    Left,
    /// It ends there.
    Right,
    /// Its middle is there.
    Centre,
}

/// One thing drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line of text.
    Text {
        /// Left end of the baseline.
        x_mm: f32,
        /// Baseline from the upper edge.
        y_mm: f32,
        /// Size.
        size_pt: f32,
        /// Whether its strokes are thickened.
        heavy: bool,
        /// 0 black to 1 white.
        grey: f32,
        /// What it says; the font draws all of it.
        text: String,
    },
    /// A straight line.
    Line {
        /// Its ends.
        from_mm: (f32, f32),
        /// Its ends.
        to_mm: (f32, f32),
        /// Thickness.
        width_pt: f32,
        /// 0 black to 1 white.
        grey: f32,
    },
    /// A filled box.
    Fill {
        /// Upper left corner.
        at_mm: (f32, f32),
        /// Width and height.
        size_mm: (f32, f32),
        /// 0 black to 1 white.
        grey: f32,
    },
}

/// A page of A4.
pub struct Sheet<'a> {
    face: &'a Face<'a>,
    marks: Vec<Mark>,
}

/// Size and weight of a text.
#[derive(Clone, Copy, Debug)]
pub struct Pen {
    /// Size.
    pub size_pt: f32,
    /// Whether its strokes are thickened.
    pub heavy: bool,
    /// 0 black to 1 white.
    pub grey: f32,
}

/// A text's usual pen at `size_pt`.
pub fn pen(size_pt: f32) -> Pen {
    Pen { size_pt, heavy: false, grey: 0.0 }
}

/// A thickened pen at `size_pt`.
pub fn heavy(size_pt: f32) -> Pen {
    Pen { size_pt, heavy: true, grey: 0.0 }
}

/// A pen for what stands beside the figures, at `size_pt`.
pub fn quiet(size_pt: f32) -> Pen {
    Pen { size_pt, heavy: false, grey: 0.35 }
}

impl<'a> Sheet<'a> {
    /// Takes an empty page.
    pub fn new(face: &'a Face<'a>) -> Self {
        Self { face, marks: Vec::new() }
    }

    /// Returns what was drawn.
    pub fn into_marks(self) -> Vec<Mark> {
        self.marks
    }

    /// Draws a text at a point of its baseline.
    pub fn text(&mut self, pen: Pen, align: Align, at_mm: (f32, f32), text: &str) {
        let text = self.face.drawable(text);
        let width_mm = self.face.width_mm(&text, pen.size_pt);
        let x_mm = match align {
            Align::Left => at_mm.0,
            Align::Right => at_mm.0 - width_mm,
            Align::Centre => at_mm.0 - width_mm / 2.0,
        };
        let Pen { size_pt, heavy, grey } = pen;
        self.marks.push(Mark::Text { x_mm, y_mm: at_mm.1, size_pt, heavy, grey, text });
    }

    /// Draws a text that must not be wider than its room: smaller down to the least size, then cut
    /// off with an ellipsis.
    pub fn fitted(&mut self, pen: Pen, align: Align, at_mm: (f32, f32), fit: Fit, text: &str) {
        let text = self.face.drawable(text);
        let size_pt = self.fitting_pt(pen.size_pt, fit, &text);
        let text = self.cut_off(text, size_pt, fit.width_mm);
        self.text(Pen { size_pt, ..pen }, align, at_mm, &text);
    }

    /// Returns the size, at most `size_pt`, at which a text fits its room, or the least size.
    pub fn fitting_pt(&self, size_pt: f32, fit: Fit, text: &str) -> f32 {
        let width_mm = self.face.width_mm(&self.face.drawable(text), size_pt);
        (size_pt * fit.width_mm / width_mm.max(f32::MIN_POSITIVE)).clamp(fit.least_pt, size_pt)
    }

    fn cut_off(&self, mut text: String, size_pt: f32, width_mm: f32) -> String {
        /// What rounding may add to a text that was shrunk to fit, mm.
        const SLACK_MM: f32 = 0.05;
        if self.face.width_mm(&text, size_pt) <= width_mm + SLACK_MM {
            return text;
        }
        while text.pop().is_some() {
            if self.face.width_mm(&text, size_pt) + self.face.width_mm("…", size_pt) <= width_mm {
                break;
            }
        }
        text + "…"
    }

    /// Draws a line.
    pub fn line(&mut self, from_mm: (f32, f32), to_mm: (f32, f32), width_pt: f32) {
        self.marks.push(Mark::Line { from_mm, to_mm, width_pt, grey: 0.0 });
    }

    /// Draws a pale line, where scissors or eyes go along.
    pub fn hairline(&mut self, from_mm: (f32, f32), to_mm: (f32, f32)) {
        self.marks.push(Mark::Line { from_mm, to_mm, width_pt: 0.3, grey: 0.6 });
    }

    /// Draws the outline of a box.
    pub fn frame(&mut self, at_mm: (f32, f32), size_mm: (f32, f32), width_pt: f32) {
        let (left, top) = at_mm;
        let (right, bottom) = (left + size_mm.0, top + size_mm.1);
        for (from, to) in [
            ((left, top), (right, top)),
            ((left, bottom), (right, bottom)),
            ((left, top), (left, bottom)),
            ((right, top), (right, bottom)),
        ] {
            self.line(from, to, width_pt);
        }
    }

    /// Fills a box.
    pub fn fill(&mut self, at_mm: (f32, f32), size_mm: (f32, f32), grey: f32) {
        self.marks.push(Mark::Fill { at_mm, size_mm, grey });
    }
}

/// The room that a text has.
#[derive(Clone, Copy, Debug)]
pub struct Fit {
    /// Its width.
    pub width_mm: f32,
    /// The smallest size that can still be read there.
    pub least_pt: f32,
}
