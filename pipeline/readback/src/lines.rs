//! Lines of text, made from runs of glyphs by where they stand on the page.

use crate::matrix::Matrix;

/// Two runs stand on one line when their baselines differ by less than this part of the size.
const SAME_BASELINE: f32 = 0.1;
/// Two runs are one text when the gap between them is less than this part of the size: mixed
/// scripts are set a quarter apart, columns of a table at least half a character.
const SAME_TEXT: f32 = 0.45;
/// The bytes that [`Lines::push_short`] takes.
pub(crate) const SHORT: usize = 8;

/// Collects text: a line end between baselines, a tab between columns of one line.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    bytes: Vec<u8>,
    /// Where each part but the last ends, which is where its separator stands.
    ends: Vec<u32>,
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
        self.bytes.clear();
        self.ends.clear();
        self.pen = None;
    }

    /// Returns all text.
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("only whole texts are pushed")
    }

    pub(crate) fn into_text(self) -> String {
        String::from_utf8(self.bytes).expect("only whole texts are pushed")
    }

    /// Returns the texts between the separators.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|&end| end as usize + 1));
        let ends = self.ends.iter().map(|&end| end as usize).chain([self.bytes.len()]);
        starts.zip(ends).map(|(start, end)| &self.bytes[start..end])
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
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Makes room for so many short texts.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.bytes.reserve((count + 1) * SHORT);
    }

    /// Appends the first `len` bytes of `text`, which are whole characters.
    #[inline]
    pub(crate) fn push_short(&mut self, text: &[u8; SHORT], len: u8) {
        let end = self.bytes.len() + usize::from(len);
        self.bytes.extend_from_slice(text);
        self.bytes.truncate(end);
    }

    fn separate(&mut self, pen: Pen, next: Pen) {
        let (dx, dy) = (next.origin.0 - pen.origin.0, next.origin.1 - pen.origin.1);
        let along = dx * pen.direction.0 + dy * pen.direction.1;
        let across = dy * pen.direction.0 - dx * pen.direction.1;
        let turn =
            (pen.direction.0 - next.direction.0).abs() + (pen.direction.1 - next.direction.1).abs();
        let size = pen.size.max(next.size);
        if turn > 0.01 || across.abs() > SAME_BASELINE * size || along < -size {
            self.break_with(b'\n');
        } else if along > SAME_TEXT * size {
            self.break_with(b'\t');
        }
    }

    fn break_with(&mut self, separator: u8) {
        let start = self.ends.last().map_or(0, |&end| end as usize + 1);
        if self.bytes.len() > start {
            self.ends.push(self.bytes.len() as u32);
            self.bytes.push(separator);
        }
    }
}
