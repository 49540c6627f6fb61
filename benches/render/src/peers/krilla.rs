//! krilla, given glyphs: its own content streams, fonts and compression.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect, Transform};
use krilla::graphic::Graphic;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::{Location, Surface};
use krilla::text::{Font, Glyph as GlyphOf, GlyphId};
use krilla::{Data, Document, SerializeSettings};
use letter::page::{Glyph, Page};

use super::{draw, sheet_mark, Cut, Drawn};

/// A file being written.
pub struct Writer<'a> {
    faces: Vec<Option<(&'a Cut, Font)>>,
    document: Document,
    standing: &'a [&'a Page],
    /// Of the layer and of each part, made on the first page.
    forms: Vec<Graphic>,
    line: Line,
}

/// A run of glyphs as krilla takes it.
#[derive(Default)]
struct Line {
    text: String,
    glyphs: Vec<Placed>,
}

struct Placed {
    glyph: u16,
    /// In em.
    advance: f32,
    text: Range<usize>,
}

impl<'a> Writer<'a> {
    pub fn begin(faces: &'a [Option<Cut>], standing: &'a [&'a Page]) -> Writer<'a> {
        let font = |cut: &'a Cut| {
            let data = Data::from(Arc::new(cut.program.clone()));
            (cut, Font::new(data, 0).expect("a font that was just cut"))
        };
        let faces = faces.iter().map(|face| face.as_ref().map(font)).collect();
        // Neither tags nor metadata, which the others do not write either.
        let settings = SerializeSettings {
            xmp_metadata: false,
            enable_tagging: false,
            ..SerializeSettings::default()
        };
        let document = Document::new_with(settings);
        Writer { faces, document, standing, forms: Vec::new(), line: Line::default() }
    }
}

impl super::Writer for Writer<'_> {
    fn letter(&mut self, sequence: u32, page: &Page) {
        let settings = PageSettings::from_wh(A4[0], A4[1]).expect("a size");
        let mut sheet = self.document.start_page_with(settings);
        let mut surface = sheet.surface();
        for page in &self.standing[self.forms.len()..] {
            let mut stream = surface.stream_builder();
            let mut inner = stream.surface();
            paint(&self.faces, page, None, &[], &mut self.line, &mut inner);
            inner.finish();
            self.forms.push(Graphic::new(stream.finish(), false));
        }
        paint(&self.faces, page, Some(sequence), &self.forms, &mut self.line, &mut surface);
        surface.finish();
        sheet.finish();
    }

    fn finish(self: Box<Self>, out: &mut dyn Write) {
        let pdf = self.document.finish().expect("nothing that krilla refuses");
        out.write_all(&pdf).expect("written");
    }
}

fn paint(
    faces: &[Option<(&Cut, Font)>],
    page: &Page,
    sequence: Option<u32>,
    forms: &[Graphic],
    line: &mut Line,
    surface: &mut Surface<'_>,
) {
    let mark = sequence.map(sheet_mark);
    let (mut tint, mut boxes) = (100, PathBuilder::new());
    let mut open = false;
    surface.set_fill(Some(grey(100)));
    draw(page, mark.as_ref(), |drawn| match drawn {
        Drawn::Text { face, size, at, glyphs } => {
            if std::mem::take(&mut open) {
                fill(&mut boxes, surface);
            }
            if std::mem::replace(&mut tint, 100) != 100 {
                surface.set_fill(Some(grey(100)));
            }
            let (cut, font) = faces[usize::from(face)].as_ref().expect("a face that is used");
            line.place(cut, glyphs);
            let start = Point::from_xy(at[0], A4[1] - at[1]);
            surface.draw_glyphs(start, &line.glyphs, font.clone(), &line.text, size, false);
        }
        Drawn::Box([x, y, width, height], shade) => {
            if shade != tint {
                if std::mem::take(&mut open) {
                    fill(&mut boxes, surface);
                }
                tint = shade;
                surface.set_fill(Some(grey(shade)));
            }
            open = true;
            let rect = Rect::from_xywh(x, A4[1] - y - height, width, height);
            boxes.push_rect(rect.expect("a box of some size"));
        }
        Drawn::Layer => surface.draw_graphic(forms[0].clone()),
        Drawn::Part(part, [x, y]) => {
            if std::mem::take(&mut open) {
                fill(&mut boxes, surface);
            }
            // Its page has the origin below; krilla's is above.
            surface.push_transform(&Transform::from_translate(x, -y));
            surface.draw_graphic(forms[usize::from(part) + 1].clone());
            surface.pop();
        }
    });
    if open {
        fill(&mut boxes, surface);
    }
}

fn fill(boxes: &mut PathBuilder, surface: &mut Surface<'_>) {
    let path = std::mem::replace(boxes, PathBuilder::new()).finish();
    surface.draw_path(&path.expect("at least one box"));
}

fn grey(tint: u8) -> Fill {
    let lightness = 255 - (u16::from(tint) * 255 / 100) as u8;
    let paint = luma::Color::new(lightness).into();
    Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

impl Line {
    fn place(&mut self, cut: &Cut, glyphs: &[Glyph]) {
        self.text.clear();
        self.glyphs.clear();
        for glyph in glyphs {
            let id = cut.glyphs[glyph.char_index as usize];
            let start = self.text.len();
            self.text.push(cut.characters[usize::from(id)]);
            let advance = cut.widths[usize::from(id)] + f32::from(glyph.extra);
            let text = start..self.text.len();
            self.glyphs.push(Placed { glyph: id, advance: advance / 1000.0, text });
        }
    }
}

impl GlyphOf for Placed {
    fn glyph_id(&self) -> GlyphId {
        GlyphId::new(u32::from(self.glyph))
    }

    fn text_range(&self) -> Range<usize> {
        self.text.clone()
    }

    fn x_advance(&self, size: f32) -> f32 {
        self.advance * size
    }

    fn x_offset(&self, _: f32) -> f32 {
        0.0
    }

    fn y_offset(&self, _: f32) -> f32 {
        0.0
    }

    fn y_advance(&self, _: f32) -> f32 {
        0.0
    }

    fn location(&self) -> Option<Location> {
        None
    }
}

const A4: [f32; 2] = [595.28, 841.89];
