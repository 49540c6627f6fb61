//! printpdf, given glyph ids or text of fonts already cut; its own operators and compression.

use std::collections::BTreeMap;
use std::io::Write;

use letter::page::{Glyph, Page};
use printpdf::{
    Codepoint, Color, CurTransMat, DictItem, ExternalStream, ExternalXObject, FontId, Greyscale,
    Op, PaintMode, ParsedFont, PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, Point,
    Pt, Rect, TextItem, XObject, XObjectId, XObjectTransform,
};

use super::{draw, sheet_mark, Cut, Drawn};

/// How text is handed over.
#[derive(Clone, Copy)]
pub enum Text {
    /// As ids of glyphs, each with its characters for extraction.
    Glyphs,
    /// As text, which printpdf looks up in the cut font's own table.
    Characters,
}

/// A file being written.
pub struct Writer<'a> {
    faces: &'a [Option<Cut>],
    standing: &'a [&'a Page],
    text: Text,
    document: PdfDocument,
    /// Of the layer and of each part, whether it has stood on a page.
    shown: Vec<bool>,
}

impl<'a> Writer<'a> {
    pub fn begin(faces: &'a [Option<Cut>], standing: &'a [&'a Page], text: Text) -> Writer<'a> {
        let mut document = PdfDocument::new("bench");
        let resources = &mut document.resources;
        for (face, cut) in faces.iter().enumerate() {
            let Some(cut) = cut else { continue };
            let parsed = ParsedFont::from_bytes(&cut.program, 0, &mut Vec::new());
            let mut parsed = parsed.expect("a font that was just cut");
            for (glyph, &character) in (0..).zip(&cut.characters).skip(1) {
                parsed.set_codepoint_mapping(u32::from(character), glyph);
            }
            resources.fonts.map.insert(font_id(face as u8), PdfFont::new(parsed));
        }
        // They name no resources of their own: those of the page are meant, as PDF 1.1 had it.
        for (index, page) in standing.iter().enumerate() {
            let bounds = [-596.0, -842.0, 596.0, 842.0].map(DictItem::Real);
            let dict = BTreeMap::from([
                ("Type".to_owned(), DictItem::Name(b"XObject".to_vec())),
                ("Subtype".to_owned(), DictItem::Name(b"Form".to_vec())),
                ("BBox".to_owned(), DictItem::Array(bounds.into())),
            ]);
            let content = super::lopdf::content(faces, page, None);
            let stream = ExternalStream { dict, content, compress: true };
            let form = ExternalXObject { stream, width: None, height: None, dpi: None };
            resources.xobjects.map.insert(form_id(index), XObject::External(form));
        }
        Writer { faces, standing, text, document, shown: vec![false; standing.len()] }
    }

    fn ops(&mut self, page: &Page, sequence: Option<u32>, ops: &mut Vec<Op>) {
        let (faces, text, mark) = (self.faces, self.text, sequence.map(sheet_mark));
        let (mut in_text, mut tint, mut font, mut last) = (false, 100, None, [0.0, 0.0]);
        draw(page, mark.as_ref(), |drawn| match drawn {
            Drawn::Text { face, size, at, glyphs } => {
                if !std::mem::replace(&mut in_text, true) {
                    ops.push(Op::StartTextSection);
                    last = [0.0, 0.0];
                }
                if std::mem::replace(&mut tint, 100) != 100 {
                    ops.push(Op::SetFillColor { col: grey(100) });
                }
                if font.replace((face, size)) != Some((face, size)) {
                    let font = PdfFontHandle::External(font_id(face));
                    ops.push(Op::SetFont { font, size: Pt(size) });
                }
                let [x, y] = [at[0] - last[0], at[1] - last[1]].map(Pt);
                ops.push(Op::SetTextCursor { pos: Point { x, y } });
                last = at;
                let cut = faces[usize::from(face)].as_ref().expect("a face that is used");
                ops.push(Op::ShowText { items: items(cut, glyphs, text) });
            }
            Drawn::Box([x, y, width, height], shade) => {
                if std::mem::take(&mut in_text) {
                    ops.push(Op::EndTextSection);
                }
                if std::mem::replace(&mut tint, shade) != shade {
                    ops.push(Op::SetFillColor { col: grey(shade) });
                }
                let [x, y, width, height] = [x, y, width, height].map(Pt);
                let mode = Some(PaintMode::Fill);
                let rectangle = Rect { x, y, width, height, mode, winding_order: None };
                ops.push(Op::DrawRectangle { rectangle });
            }
            Drawn::Layer => self.form(0, [0.0, 0.0], ops),
            Drawn::Part(part, at) => {
                if std::mem::take(&mut in_text) {
                    ops.push(Op::EndTextSection);
                }
                if std::mem::replace(&mut tint, 100) != 100 {
                    ops.push(Op::SetFillColor { col: grey(100) });
                }
                self.form(usize::from(part) + 1, at, ops);
            }
        });
        if in_text {
            ops.push(Op::EndTextSection);
        }
    }
}

impl Writer<'_> {
    /// Draws a form; where it comes first, what stands in it: characters that stand in no page's
    /// own operators have no way back from glyph to text.
    fn form(&mut self, index: usize, [x, y]: [f32; 2], ops: &mut Vec<Op>) {
        let [translate_x, translate_y] = [Some(Pt(x)), Some(Pt(y))];
        if std::mem::replace(&mut self.shown[index], true) {
            let transform = XObjectTransform { translate_x, translate_y, ..Default::default() };
            return ops.push(Op::UseXobject { id: form_id(index), transform });
        }
        ops.push(Op::SaveGraphicsState);
        ops.push(Op::SetTransformationMatrix { matrix: CurTransMat::Translate(Pt(x), Pt(y)) });
        self.ops(self.standing[index], None, ops);
        ops.push(Op::RestoreGraphicsState);
    }
}

impl super::Writer for Writer<'_> {
    fn letter(&mut self, sequence: u32, page: &Page) {
        let mut ops = Vec::new();
        self.ops(page, Some(sequence), &mut ops);
        let a4 = Rect::from_wh(Pt(595.28), Pt(841.89));
        let [media_box, trim_box, crop_box] = [a4.clone(), a4.clone(), a4];
        self.document.pages.push(PdfPage { media_box, trim_box, crop_box, ops });
    }

    fn finish(self: Box<Self>, mut out: &mut dyn Write) {
        // The fonts are cut already.
        let options = PdfSaveOptions { subset_fonts: false, ..PdfSaveOptions::default() };
        let mut warnings = Vec::new();
        self.document.save_writer(&mut out, &options, &mut warnings);
    }
}

fn items(cut: &Cut, glyphs: &[Glyph], text: Text) -> Vec<TextItem> {
    let id = |glyph: &Glyph| cut.glyphs[glyph.char_index as usize];
    if let Text::Glyphs = text {
        let codepoint = |glyph: &Glyph| {
            let id = id(glyph);
            let character = cut.characters[usize::from(id)].to_string();
            Codepoint::with_cid(id, -f32::from(glyph.extra), character)
        };
        return vec![TextItem::GlyphIds(glyphs.iter().map(codepoint).collect())];
    }
    let (mut items, mut run) = (Vec::new(), String::new());
    for glyph in glyphs {
        run.push(cut.characters[usize::from(id(glyph))]);
        if glyph.extra != 0 {
            items.push(TextItem::Text(std::mem::take(&mut run)));
            items.push(TextItem::Offset(-f32::from(glyph.extra)));
        }
    }
    if !run.is_empty() {
        items.push(TextItem::Text(run));
    }
    items
}

fn grey(tint: u8) -> Color {
    Color::Greyscale(Greyscale { percent: 1.0 - f32::from(tint) / 100.0, icc_profile: None })
}

/// The names that the other contenders use, too.
fn font_id(face: u8) -> FontId {
    FontId(char::from(b'A' + face).to_string())
}

fn form_id(index: usize) -> XObjectId {
    XObjectId(format!("L{index}"))
}
