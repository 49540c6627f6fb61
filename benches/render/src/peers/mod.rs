//! Crates that write PDF, given the pages that the house has set: each writes them its best way.

pub mod lopdf;
pub mod pdf_writer;

use letter::page::{FaceIndex, Glyph, Mark, Page};
use letter::piece::SheetMark;
use subsetter::GlyphRemapper;

use crate::engine::{Engine, Forme};
use crate::matrix;

/// A face cut to what the letters draw.
pub struct Cut {
    pub name: String,
    pub program: Vec<u8>,
    /// The cut glyph of every character of the charset, 0 where it is not used.
    pub glyphs: Vec<u16>,
    /// Advance of every cut glyph, in 1/1000 of the font size.
    pub widths: Vec<f32>,
    /// The character of every cut glyph.
    pub characters: Vec<char>,
}

/// Cuts the faces that are used; `None` where one is not.
pub fn cut_faces(engine: &Engine, forme: &Forme) -> Vec<Option<Cut>> {
    let faces = engine.chain.faces().iter().zip(&forme.uses);
    faces
        .map(|(face, used)| {
            let charset = face.charset();
            let mut remapper = GlyphRemapper::new();
            let mut cut = Cut {
                name: face.name().to_owned(),
                program: Vec::new(),
                glyphs: vec![0; charset.entries.len()],
                widths: vec![1000.0],
                characters: vec!['\0'],
            };
            for index in used.iter() {
                let entry = charset.entries[index as usize];
                let glyph = remapper.remap(entry.glyph);
                cut.glyphs[index as usize] = glyph;
                if usize::from(glyph) == cut.widths.len() {
                    let units = f32::from(charset.units_per_em);
                    cut.widths.push(f32::from(entry.advance) * 1000.0 / units);
                    cut.characters.push(entry.character);
                }
            }
            cut.program = subsetter::subset(face.bytes(), 0, &remapper).expect("cut");
            (!used.is_empty()).then_some(cut)
        })
        .collect()
}

/// What a page asks to be drawn, in points from the lower left corner.
pub enum Drawn<'a> {
    Text {
        face: FaceIndex,
        size: f32,
        at: [f32; 2],
        glyphs: &'a [Glyph],
    },
    /// Left, lower, width, height; per cent of black.
    Box([f32; 4], u8),
    /// The static layer.
    Layer,
    /// A static part, moved.
    Part(u16, [f32; 2]),
}

/// Goes through a page and its sheet's mark in the order of painting; bars and modules are boxes.
pub fn draw(page: &Page, mark: Option<&SheetMark>, mut each: impl FnMut(Drawn<'_>)) {
    let points = |len: letter::page::Len| len.0 as f32 / 100.0;
    for drawn in &page.marks {
        match *drawn {
            Mark::Text { face, size, x, y, start, end } => each(Drawn::Text {
                face,
                size: points(size),
                at: [points(x), points(y)],
                glyphs: &page.glyphs[start as usize..end as usize],
            }),
            Mark::Rule { x, y, width, height, tint } => {
                each(Drawn::Box([x, y, width, height].map(points), tint));
            }
            Mark::Barcode { x, y, size, ref barcode } => {
                // 0.6 mm a bar at 10 points (郵便番号マニュアル p12).
                let bar = points(size) * 0.06 * 72.0 / 25.4;
                for (at, kind) in barcode.bars().into_iter().enumerate() {
                    let (low, high) = match kind.letter() {
                        'F' => (0.0, 6.0),
                        'A' => (2.0, 6.0),
                        'D' => (0.0, 4.0),
                        _ => (2.0, 4.0),
                    };
                    let left = points(x) + 2.0 * bar * at as f32;
                    each(Drawn::Box([left, points(y) + low * bar, bar, (high - low) * bar], 100));
                }
            }
            Mark::Layer(_) => each(Drawn::Layer),
            Mark::Part { part, x, y, .. } => each(Drawn::Part(part, [points(x), points(y)])),
        }
    }
    if let Some(mark) = mark {
        for (row, bits) in matrix::encode(&mark.text()).into_iter().enumerate() {
            let mut column = 0;
            while column < matrix::SIDE {
                let rest = bits << (32 - matrix::SIDE + column);
                let black = (rest.leading_ones() as usize).min(matrix::SIDE - column);
                if black > 0 {
                    let [x, y] = [column, matrix::SIDE - 1 - row].map(|at| at as f32 * MODULE);
                    let at = [MARK_AT[0] + x, MARK_AT[1] + y, black as f32 * MODULE, MODULE];
                    each(Drawn::Box(at, 100));
                }
                column += black.max(1);
            }
        }
    }
}

/// The mark of letter `sequence`.
pub fn sheet_mark(sequence: u32) -> SheetMark {
    SheetMark { job: 1, sequence, sheet: 1, sheets: 1, inserts: 0 }
}

/// 0.5 mm in points.
const MODULE: f32 = 0.5 * 72.0 / 25.4;
/// Lower left corner of the symbol.
const MARK_AT: [f32; 2] = [22.68, 22.68];
