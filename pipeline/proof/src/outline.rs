//! An outline in pixels, from a glyph's curves or a rectangle's corners.

use skrifa::outline::OutlinePen;
use zeno::{Command, Point};

/// A path to be filled, in pixels from the sheet's upper left corner; its memory is used again.
#[derive(Debug, Default)]
pub struct Outline {
    pub commands: Vec<Command>,
    /// What holds all its points: left, top, right, bottom.
    pub extent: Option<[f32; 4]>,
}

impl Outline {
    /// Forgets the path.
    pub fn clear(&mut self) {
        self.commands.clear();
        self.extent = None;
    }

    /// Adds a rectangle.
    pub fn rectangle(&mut self, [left, top, right, bottom]: [f32; 4]) {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        let [first, rest @ ..] = corners.map(|(x, y)| self.point(x, y));
        self.commands.push(Command::MoveTo(first));
        self.commands.extend(rest.map(Command::LineTo));
        self.commands.push(Command::Close);
    }

    fn point(&mut self, x: f32, y: f32) -> Point {
        let [left, top, right, bottom] = self.extent.unwrap_or([x, y, x, y]);
        self.extent = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
        Point::new(x, y)
    }
}

/// Takes a glyph's curves in font units and adds them to an outline.
pub struct GlyphPen<'a> {
    pub outline: &'a mut Outline,
    /// The glyph's origin on the sheet, in pixels.
    pub origin: (f64, f64),
    /// Pixels a font unit.
    pub scale: f64,
}

impl GlyphPen<'_> {
    fn place(&mut self, x: f32, y: f32) -> Point {
        let x = self.origin.0 + f64::from(x) * self.scale;
        let y = self.origin.1 - f64::from(y) * self.scale;
        self.outline.point(x as f32, y as f32)
    }

    fn push(&mut self, command: Command) {
        self.outline.commands.push(command);
    }
}

impl OutlinePen for GlyphPen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let to = self.place(x, y);
        self.push(Command::MoveTo(to));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.place(x, y);
        self.push(Command::LineTo(to));
    }

    fn quad_to(&mut self, cx0: f32, cy0: f32, x: f32, y: f32) {
        let (control, to) = (self.place(cx0, cy0), self.place(x, y));
        self.push(Command::QuadTo(control, to));
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        let (first, second, to) = (self.place(cx0, cy0), self.place(cx1, cy1), self.place(x, y));
        self.push(Command::CurveTo(first, second, to));
    }

    fn close(&mut self) {
        self.push(Command::Close);
    }
}
