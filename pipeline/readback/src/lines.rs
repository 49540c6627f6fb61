//! Lines of text, made from runs of glyphs by where they stand on the page.

use crate::matrix::Matrix;

/// Two runs stand on one line when their baselines differ by less than this part of the size.
const SAME_BASELINE: f32 = 0.1;
/// Two runs are one text when the gap between them is less than this part of the size: mixed
/// scripts are set a quarter apart, columns of a table at least half a character.
const SAME_TEXT: f32 = 0.45;
/// The longest text that a font's table holds beside its code.
pub(crate) const SHORT: usize = 8;
/// The room grows by so many bytes: a page's text.
const ROOM: usize = 8 << 10;

/// Collects text: a line end between baselines, a tab between columns of one line.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// Text in the first `len` bytes; what lies behind is room.
    bytes: Vec<u8>,
    len: usize,
    /// Where each part but the last ends, which is where its separator stands.
    ends: Vec<u32>,
    pen: Option<Pen>,
    /// Whether marks are all that is wanted.
    for_marks: bool,
}

/// How much text there was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    len: usize,
    parts: usize,
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
        self.len = 0;
        self.ends.clear();
        self.pen = None;
    }

    /// Makes lines in which a string that cannot be part of a mark is one letter x.
    pub(crate) fn for_marks() -> Self {
        Self { for_marks: true, ..Self::default() }
    }

    #[inline]
    pub(crate) fn is_for_marks(&self) -> bool {
        self.for_marks
    }

    /// Appends what stands for a string that cannot be part of a mark.
    #[inline]
    pub(crate) fn push_other(&mut self) {
        self.room(1)[0] = b'x';
        self.len += 1;
    }

    /// Returns all text.
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).expect("only whole texts are pushed")
    }

    pub(crate) fn into_text(mut self) -> String {
        self.bytes.truncate(self.len);
        String::from_utf8(self.bytes).expect("only whole texts are pushed")
    }

    /// Returns the texts between the separators.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|&end| end as usize + 1));
        let ends = self.ends.iter().map(|&end| end as usize).chain([self.len]);
        starts.zip(ends).map(|(start, end)| &self.bytes[start..end])
    }

    /// Returns the state to which [`Lines::back_to`] goes back.
    #[inline]
    pub(crate) fn mark(&self) -> Mark {
        Mark { len: self.len, parts: self.ends.len(), pen: self.pen }
    }

    /// Takes back what was pushed since.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.len = mark.len;
        self.ends.truncate(mark.parts);
        self.pen = mark.pen;
    }

    /// Starts a run of glyphs at the origin of `place`: a unit of text is `size` high.
    pub(crate) fn begin(&mut self, place: &Matrix, size: f32) {
        self.begin_at(place.origin(), place.direction(), (size * place.height()).abs());
    }

    /// Starts a run of glyphs of height `size` at a place of the page, in a direction of length 1.
    #[inline]
    pub(crate) fn begin_at(&mut self, origin: (f32, f32), direction: (f32, f32), size: f32) {
        let next = Pen { origin, direction, size };
        if let Some(pen) = self.pen {
            self.separate(pen, next);
        }
        self.pen = Some(next);
    }

    /// Ends the run at the origin of `place`.
    pub(crate) fn end(&mut self, place: &Matrix) {
        self.end_at(place.origin());
    }

    /// Ends the run at a place of the page.
    #[inline]
    pub(crate) fn end_at(&mut self, origin: (f32, f32)) {
        if let Some(pen) = &mut self.pen {
            pen.origin = origin;
        }
    }

    /// Appends text to the run.
    pub(crate) fn push(&mut self, text: &str) {
        let room = self.room(text.len());
        room[..text.len()].copy_from_slice(text.as_bytes());
        self.len += text.len();
    }

    /// Returns room for `len` bytes at least, into which texts are written before
    /// [`Lines::wrote`] counts them.
    #[inline]
    pub(crate) fn room(&mut self, len: usize) -> &mut [u8] {
        if self.bytes.len() - self.len < len {
            self.bytes.resize((self.len + len).next_multiple_of(ROOM), 0);
        }
        &mut self.bytes[self.len..]
    }

    /// Takes the first `len` bytes of the room, whole characters.
    #[inline]
    pub(crate) fn wrote(&mut self, len: usize) {
        self.len += len;
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
        if self.len > start {
            self.ends.push(self.len as u32);
            self.room(1)[0] = separator;
            self.len += 1;
        }
    }
}
