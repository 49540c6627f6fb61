//! pdf-writer with libdeflate: forms for what is static, one compressor for all pages.

use std::io::Write;

use letter::page::Page;
use libdeflater::{CompressionLvl, Compressor};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Content, Filter, Name, Pdf, Rect, Ref, Str};

use super::{draw, sheet_mark, to_unicode, Cut, Drawn};

/// A file being written.
pub struct Writer<'a> {
    faces: &'a [Option<Cut>],
    pdf: Pdf,
    compressor: Compressor,
    packed: Vec<u8>,
    next: i32,
    pages: Vec<Ref>,
    tree: Ref,
    fonts: Vec<Option<Ref>>,
    /// Of the layer and of each part.
    forms: Vec<Ref>,
}

impl<'a> Writer<'a> {
    pub fn begin(faces: &'a [Option<Cut>], standing: &[&Page]) -> Writer<'a> {
        let mut writer = Writer {
            faces,
            pdf: Pdf::new(),
            compressor: Compressor::new(CompressionLvl::new(1).expect("a level")),
            packed: Vec::new(),
            next: 1,
            pages: Vec::new(),
            tree: Ref::new(1),
            fonts: Vec::new(),
            forms: Vec::new(),
        };
        writer.tree = writer.take();
        for face in faces {
            let font = face.as_ref().map(|cut| writer.font(cut));
            writer.fonts.push(font);
        }
        for page in standing {
            let mut content = Content::new();
            writer.page_content(page, None, &mut content);
            let form = writer.take();
            writer.forms.push(form);
            let packed = writer.pack(&content.finish());
            let mut form = writer.pdf.form_xobject(form, &packed);
            form.bbox(FORM).filter(Filter::FlateDecode);
            let mut resources = form.resources();
            let mut fonts = resources.fonts();
            for (index, font) in writer.fonts.iter().enumerate() {
                if let Some(font) = font {
                    fonts.pair(Name(&[b'A' + index as u8]), *font);
                }
            }
        }
        writer
    }

    fn take(&mut self) -> Ref {
        self.next += 1;
        Ref::new(self.next - 1)
    }

    fn pack(&mut self, raw: &[u8]) -> Vec<u8> {
        let mut packed = std::mem::take(&mut self.packed);
        packed.resize(self.compressor.zlib_compress_bound(raw.len()), 0);
        let len = self.compressor.zlib_compress(raw, &mut packed).expect("room for the bound");
        packed.truncate(len);
        packed
    }

    fn page_content(&self, page: &Page, sequence: Option<u32>, content: &mut Content) {
        let mark = sequence.map(sheet_mark);
        let (mut text_open, mut boxes_open, mut tint) = (false, false, 100);
        let mut last = ([0.0, 0.0], None, 0);
        let mut bytes = Vec::new();
        draw(page, mark.as_ref(), |drawn| match drawn {
            Drawn::Text { face, size, at, glyphs } => {
                if std::mem::take(&mut boxes_open) {
                    content.fill_nonzero();
                }
                if !std::mem::replace(&mut text_open, true) {
                    content.begin_text();
                    last.0 = [0.0, 0.0];
                }
                if std::mem::replace(&mut tint, 100) != 100 {
                    content.set_fill_gray(0.0);
                }
                if last.1 != Some((face, size)) {
                    last.1 = Some((face, size));
                    content.set_font(Name(&[b'A' + face]), size);
                    last.2 = i16::MIN;
                }
                content.next_line(at[0] - last.0[0], at[1] - last.0[1]);
                last.0 = at;
                let common = glyphs.first().map_or(0, |glyph| glyph.extra);
                if last.2 != common {
                    last.2 = common;
                    content.set_char_spacing(f32::from(common) * size / 1000.0);
                }
                self.show(content, &mut bytes, usize::from(face), common, glyphs);
            }
            Drawn::Box([x, y, width, height], shade) => {
                if std::mem::take(&mut text_open) {
                    content.end_text();
                }
                if shade != tint {
                    if std::mem::take(&mut boxes_open) {
                        content.fill_nonzero();
                    }
                    tint = shade;
                    content.set_fill_gray(1.0 - f32::from(shade) / 100.0);
                }
                boxes_open = true;
                content.rect(x, y, width, height);
            }
            Drawn::Layer => {
                content.x_object(Name(b"L0"));
            }
            Drawn::Part(part, [x, y]) => {
                if std::mem::take(&mut text_open) {
                    content.end_text();
                }
                if std::mem::take(&mut boxes_open) {
                    content.fill_nonzero();
                }
                if std::mem::replace(&mut tint, 100) != 100 {
                    content.set_fill_gray(0.0);
                }
                content.save_state().set_char_spacing(0.0).transform([1.0, 0.0, 0.0, 1.0, x, y]);
                content.x_object(Name(format!("L{}", part + 1).as_bytes())).restore_state();
            }
        });
        if boxes_open {
            content.fill_nonzero();
        }
        if text_open {
            content.end_text();
        }
    }

    fn show(
        &self,
        content: &mut Content,
        bytes: &mut Vec<u8>,
        face: usize,
        common: i16,
        glyphs: &[letter::page::Glyph],
    ) {
        let cut = self.faces[face].as_ref().expect("a face that is used");
        let code = |glyph: &letter::page::Glyph| cut.glyphs[glyph.char_index as usize];
        bytes.clear();
        if glyphs[..glyphs.len() - 1].iter().all(|glyph| glyph.extra == common) {
            bytes.extend(glyphs.iter().flat_map(|glyph| code(glyph).to_be_bytes()));
            content.show(Str(bytes));
            return;
        }
        let mut positioned = content.show_positioned();
        let mut items = positioned.items();
        for glyph in glyphs {
            bytes.extend(code(glyph).to_be_bytes());
            if glyph.extra != common {
                items.show(Str(bytes));
                items.adjust(f32::from(common - glyph.extra));
                bytes.clear();
            }
        }
        items.show(Str(bytes));
    }

    fn font(&mut self, cut: &Cut) -> Ref {
        let [font, cid, descriptor, file, unicode] = std::array::from_fn(|_| self.take());
        let name = Name(cut.name.as_bytes());
        let system =
            SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
        self.pdf
            .type0_font(font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(unicode);
        let mut cid_font = self.pdf.cid_font(cid);
        cid_font
            .subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(system)
            .font_descriptor(descriptor)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        cid_font.widths().consecutive(0, cut.widths.iter().copied());
        drop(cid_font);
        self.pdf
            .font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(-1000.0, -500.0, 2000.0, 1500.0))
            .italic_angle(0.0)
            .ascent(880.0)
            .descent(-120.0)
            .cap_height(880.0)
            .stem_v(80.0)
            .font_file2(file);
        let packed = self.pack(&cut.program);
        self.pdf.stream(file, &packed).filter(Filter::FlateDecode);
        let packed = self.pack(&to_unicode(cut));
        self.pdf.stream(unicode, &packed).filter(Filter::FlateDecode);
        font
    }
}

impl super::Writer for Writer<'_> {
    fn letter(&mut self, sequence: u32, page: &Page) {
        let mut content = Content::new();
        self.page_content(page, Some(sequence), &mut content);
        let (stream, object) = (self.take(), self.take());
        let packed = self.pack(&content.finish());
        self.pdf.stream(stream, &packed).filter(Filter::FlateDecode);
        self.packed = packed;
        self.pdf.page(object).parent(self.tree).contents(stream);
        self.pages.push(object);
    }

    fn finish(mut self: Box<Self>, out: &mut dyn Write) {
        let catalog = self.take();
        self.pdf.catalog(catalog).pages(self.tree);
        let count = self.pages.len() as i32;
        let mut tree = self.pdf.pages(self.tree);
        tree.kids(self.pages.iter().copied()).count(count).media_box(A4);
        let mut resources = tree.resources();
        let mut fonts = resources.fonts();
        for (index, font) in self.fonts.iter().enumerate() {
            if let Some(font) = font {
                fonts.pair(Name(&[b'A' + index as u8]), *font);
            }
        }
        drop(fonts);
        let mut forms = resources.x_objects();
        for (index, form) in self.forms.iter().enumerate() {
            forms.pair(Name(format!("L{index}").as_bytes()), *form);
        }
        drop(forms);
        drop(resources);
        drop(tree);
        out.write_all(&self.pdf.finish()).expect("written");
    }
}

/// As large as a form can be wherever its origin is.
const FORM: Rect = Rect { x1: -595.28, y1: -841.89, x2: 595.28, y2: 841.89 };
const A4: Rect = Rect { x1: 0.0, y1: 0.0, x2: 595.28, y2: 841.89 };
