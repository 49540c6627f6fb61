//! Paints a page's marks on a sheet, in their order.

use letter::page::{CharsetEntry, FaceIndex, Glyph, Len, Mark, Page, Picture};
use letter::CustomerBarcode;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlineGlyphCollection};
use skrifa::{FontRef, GlyphId, MetadataProvider};

use crate::bars;
use crate::error::ProofError;
use crate::outline::{GlyphPen, Outline};
use crate::sheet::{Rect, Sheet};
use crate::FaceData;

/// What paints: the faces, layers and parts that marks number, and the sheet.
pub struct Painter<'a> {
    layers: &'a [Page],
    parts: &'a [Page],
    pictures: &'a [Picture],
    faces: Vec<Face<'a>>,
    sheet: &'a mut Sheet,
    outline: Outline,
}

/// A face that is read.
struct Face<'a> {
    entries: &'a [CharsetEntry],
    units_per_em: f64,
    glyphs: OutlineGlyphCollection<'a>,
}

impl<'a> Painter<'a> {
    /// Reads the faces.
    pub fn new(
        (layers, parts, pictures): (&'a [Page], &'a [Page], &'a [Picture]),
        faces: &[FaceData<'a>],
        sheet: &'a mut Sheet,
    ) -> Result<Self, ProofError> {
        let faces = faces.iter().enumerate().map(|(at, face)| Face::read(at, face));
        let faces = faces.collect::<Result<_, _>>()?;
        Ok(Self { layers, parts, pictures, faces, sheet, outline: Outline::default() })
    }

    /// Paints a page with its layers.
    pub fn page(&mut self, page: &Page) -> Result<(), ProofError> {
        for mark in &page.marks {
            match *mark {
                Mark::Layer(layer) => self.layer(layer)?,
                Mark::Part { part, x, y, .. } => self.part(part, (x, y))?,
                ref mark => self.mark(page, mark)?,
            }
        }
        Ok(())
    }

    fn layer(&mut self, number: u16) -> Result<(), ProofError> {
        let layers = self.layers;
        let layer = layers.get(usize::from(number)).ok_or(ProofError::NoSuchLayer(number))?;
        for mark in &layer.marks {
            if let Mark::Layer(_) | Mark::Part { .. } = mark {
                return Err(ProofError::LayerInLayer(number));
            }
            self.mark(layer, mark)?;
        }
        Ok(())
    }

    fn part(&mut self, number: u16, (right, up): (Len, Len)) -> Result<(), ProofError> {
        let parts = self.parts;
        let part = parts.get(usize::from(number)).ok_or(ProofError::NoSuchPart(number))?;
        for mark in &part.marks {
            let mut moved = mark.clone();
            match &mut moved {
                Mark::Text { x, y, .. }
                | Mark::Rule { x, y, .. }
                | Mark::Picture { x, y, .. }
                | Mark::Barcode { x, y, .. } => {
                    (*x, *y) = (*x + right, *y + up);
                }
                Mark::Layer(_) | Mark::Part { .. } => {
                    return Err(ProofError::LayerInLayer(number));
                }
            }
            self.mark(part, &moved)?;
        }
        Ok(())
    }

    /// Paints a mark that is no layer and no part.
    fn mark(&mut self, page: &Page, mark: &Mark) -> Result<(), ProofError> {
        match *mark {
            Mark::Text { face, size, x, y, start, end } => {
                let glyphs = &page.glyphs[start as usize..end as usize];
                self.text(face, size, (x, y), glyphs)?;
            }
            Mark::Rule { x, y, width, height, tint } => {
                let [x, y, width, height] = [x, y, width, height].map(|len| f64::from(len.0));
                self.rectangle(Rect { x, y, width, height }, shade(tint));
            }
            Mark::Barcode { x, y, size, ref barcode } => self.barcode(x, y, size, barcode),
            Mark::Picture { picture, x, y, width, height } => {
                let found = self.pictures.get(usize::from(picture));
                let picture = found.ok_or(ProofError::NoSuchPicture(picture))?;
                let [x, y, width, height] = [x, y, width, height].map(|len| f64::from(len.0));
                self.sheet.lay(picture, Rect { x, y, width, height });
            }
            Mark::Layer(_) | Mark::Part { .. } => {}
        }
        Ok(())
    }

    fn text(
        &mut self,
        face_index: FaceIndex,
        size: Len,
        (x, y): (Len, Len),
        glyphs: &[Glyph],
    ) -> Result<(), ProofError> {
        let face = self.faces.get(usize::from(face_index));
        let face = face.ok_or(ProofError::NoSuchFace(face_index))?;
        let size = f64::from(size.0);
        let per_unit = size / face.units_per_em;
        let mut along = f64::from(x.0);
        for glyph in glyphs {
            let char_index = glyph.char_index;
            let entry = face.entries.get(char_index as usize);
            let entry =
                entry.ok_or(ProofError::NoSuchCharacter { face: face_index, char_index })?;
            self.outline.clear();
            let pen = GlyphPen {
                outline: &mut self.outline,
                origin: self.sheet.place(along + f64::from(entry.shift) * per_unit, f64::from(y.0)),
                scale: per_unit * self.sheet.scale(),
            };
            face.draw(entry.glyph, pen)
                .map_err(|why| ProofError::Face { face: face_index.into(), why })?;
            self.sheet.fill(&self.outline, BLACK);
            along += f64::from(entry.advance) * per_unit + f64::from(glyph.extra) * size / 1000.0;
        }
        Ok(())
    }

    fn barcode(&mut self, x: Len, y: Len, size: Len, barcode: &CustomerBarcode) {
        for bar in bars::rectangles(x, y, size, barcode) {
            self.rectangle(bar, BLACK);
        }
    }

    fn rectangle(&mut self, rect: Rect, shade: u8) {
        self.outline.clear();
        self.outline.rectangle(self.sheet.corners(rect));
        self.sheet.fill(&self.outline, shade);
    }
}

impl<'a> Face<'a> {
    fn read(number: usize, face: &FaceData<'a>) -> Result<Self, ProofError> {
        let font = FontRef::from_index(face.bytes, 0)
            .map_err(|why| ProofError::Face { face: number, why: why.to_string() })?;
        Ok(Self {
            entries: &face.charset.entries,
            units_per_em: f64::from(face.charset.units_per_em.max(1)),
            glyphs: font.outline_glyphs(),
        })
    }

    /// Draws a glyph; one without an outline, a blank, draws nothing.
    fn draw(&self, glyph: u16, mut pen: GlyphPen<'_>) -> Result<(), String> {
        let Some(outline) = self.glyphs.get(GlyphId::from(glyph)) else { return Ok(()) };
        let settings = DrawSettings::unhinted(Size::unscaled(), LocationRef::default());
        outline.draw(settings, &mut pen).map(drop).map_err(|why| format!("glyph {glyph}: {why}"))
    }
}

/// Returns the shade of so many per cent of black.
fn shade(tint: u8) -> u8 {
    let white = u32::from(100 - tint.min(100));
    ((white * 255 + 50) / 100) as u8
}

const BLACK: u8 = 0;
