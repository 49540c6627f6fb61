//! Crates that write PDF, given the pages that the house has set: each writes them its best way.

mod krilla;
mod lopdf;
mod pdf_writer;
mod printpdf;

use std::io::Write;

use ::pdf_writer::types::{SystemInfo, UnicodeCmap};
use ::pdf_writer::{Name, Str};
use letter::page::{FaceIndex, Glyph, Mark, Page};
use letter::piece::SheetMark;
use render::Scratch;
use subsetter::GlyphRemapper;

use crate::matrix;
use standard_letter::engine::{Engine, Forme};
use standard_letter::recipients::Recipient;
use standard_letter::shown::sheet_mark;

/// A crate that writes letters into a file.
pub trait Writer {
    /// Writes a letter of one page.
    fn letter(&mut self, sequence: u32, page: &Page);
    /// Writes the whole file.
    fn finish(self: Box<Self>, out: &mut dyn Write);
}

/// Begins a file of a peer with the faces cut for it, the static layer and the static parts.
pub type Begin = for<'a> fn(&'a [Option<Cut>], &'a [&'a Page]) -> Box<dyn Writer + 'a>;

/// The peers by name.
pub const PEERS: [(&str, Begin); 5] = [
    (BASE, |faces, standing| Box::new(pdf_writer::Writer::begin(faces, standing))),
    ("lopdf, its operators and compress()", |faces, standing| {
        Box::new(lopdf::Writer::begin(faces, standing))
    }),
    ("krilla, draw_glyphs", |faces, standing| Box::new(krilla::Writer::begin(faces, standing))),
    ("printpdf, glyph ids", |faces, standing| {
        Box::new(printpdf::Writer::begin(faces, standing, printpdf::Text::Glyphs))
    }),
    ("printpdf, text", |faces, standing| {
        Box::new(printpdf::Writer::begin(faces, standing, printpdf::Text::Characters))
    }),
];

/// The peer that the others are compared with.
pub const BASE: &str = "pdf-writer + libdeflate 1";

/// What the peers are given.
pub struct Peers<'a> {
    engine: &'a Engine,
    cut: Vec<Option<Cut>>,
    /// The layer, then the parts.
    standing: Vec<&'a Page>,
}

impl<'a> Peers<'a> {
    pub fn prepare(engine: &'a Engine, forme: &Forme) -> Peers<'a> {
        let (layers, parts) = (&engine.template.layers()[..1], engine.template.parts());
        let standing = layers.iter().chain(parts).collect();
        Peers { engine, cut: cut_faces(engine, forme), standing }
    }

    /// Sets all letters and lets a peer write them.
    pub fn write(&self, begin: Begin, recipients: &[Recipient], out: &mut dyn Write) {
        let mut writer = begin(&self.cut, &self.standing);
        let mut scratch = Scratch::default();
        for (sequence, recipient) in (1..).zip(recipients) {
            self.engine.set(&mut scratch, recipient);
            writer.letter(sequence, &scratch.pages()[0]);
        }
        writer.finish(out);
    }
}

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
fn cut_faces(engine: &Engine, forme: &Forme) -> Vec<Option<Cut>> {
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
            Mark::Picture { .. } => unreachable!("the standard letter has no pictures"),
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

/// The way back from the glyphs of a cut face to characters.
fn to_unicode(cut: &Cut) -> Vec<u8> {
    let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"UCS"), supplement: 0 };
    let mut cmap = UnicodeCmap::<u16>::new(Name(b"Adobe-Identity-UCS"), system);
    for (glyph, &character) in (0..).zip(&cut.characters).skip(1) {
        cmap.pair(glyph, character);
    }
    cmap.finish().to_vec()
}

/// 0.5 mm in points.
const MODULE: f32 = 0.5 * 72.0 / 25.4;
/// Lower left corner of the symbol.
const MARK_AT: [f32; 2] = [22.68, 22.68];
