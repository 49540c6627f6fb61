//! For tests: the points of a glyph's outline.

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};

#[derive(Default)]
struct Points(Vec<(f32, f32)>);

impl OutlinePen for Points {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.push((x, y));
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.0.push((x, y));
    }
    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.0.extend([(cx, cy), (x, y)]);
    }
    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.0.extend([(ax, ay), (bx, by), (x, y)]);
    }
    fn close(&mut self) {}
}

/// Returns the points that a glyph is drawn by, those beside its curves too, in font units.
pub(crate) fn points(font: &FontRef<'_>, glyph: impl Into<GlyphId>) -> Vec<(f32, f32)> {
    let mut points = Points::default();
    let settings = DrawSettings::unhinted(Size::unscaled(), LocationRef::default());
    let outline = font.outline_glyphs().get(glyph.into()).expect("an outline");
    outline.draw(settings, &mut points).expect("drawn");
    points.0
}
