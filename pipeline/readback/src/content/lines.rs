//! Lines of text, made from runs of glyphs by where they stand on the page.

use super::matrix::Matrix;

/// Two runs stand on one line when their baselines differ by less than this part of the size.
const SAME_BASELINE: f32 = 0.1;
/// Two runs are one text when the gap between them is less than this part of the size: mixed
/// scripts are set a quarter apart, columns of a table at least half a character.
const SAME_TEXT: f32 = 0.45;

/// Collects text: a line end between baselines, a tab between columns of one line.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    text: String,
    pen: Option<Pen>,
}

#[derive(Clone, Copy, Debug)]
struct Pen {
    origin: (f32, f32),
    direction: (f32, f32),
    size: f32,
}

impl Lines {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.pen = None;
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// Starts a run of glyphs of font size `size` at the origin of `place`.
    pub(crate) fn begin(&mut self, place: &Matrix, size: f32) {
        let size = (size * place.height()).abs();
        let next = Pen { origin: place.origin(), direction: place.direction(), size };
        if let Some(pen) = self.pen {
            self.separate(pen, next);
        }
        self.pen = Some(next);
    }

    /// Ends the run at the origin of `place`.
    pub(crate) fn end(&mut self, place: &Matrix) {
        if let Some(pen) = &mut self.pen {
            pen.origin = place.origin();
        }
    }

    /// Appends text to the run.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn separate(&mut self, pen: Pen, next: Pen) {
        let (dx, dy) = (next.origin.0 - pen.origin.0, next.origin.1 - pen.origin.1);
        let along = dx * pen.direction.0 + dy * pen.direction.1;
        let across = dy * pen.direction.0 - dx * pen.direction.1;
        let turn =
            (pen.direction.0 - next.direction.0).abs() + (pen.direction.1 - next.direction.1).abs();
        let size = pen.size.max(next.size);
        if turn > 0.01 || across.abs() > SAME_BASELINE * size || along < -size {
            self.break_with('\n');
        } else if along > SAME_TEXT * size {
            self.break_with('\t');
        }
    }

    fn break_with(&mut self, separator: char) {
        if !self.text.is_empty() && !self.text.ends_with(['\n', '\t']) {
            self.text.push(separator);
        }
    }
}
