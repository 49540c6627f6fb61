//! lopdf with its own operators and its own compression.

use std::io::Write;

use letter::page::Page;
use lopdf::content::{Content, Operation};
use lopdf::{dictionary, Dictionary, Document, Object, ObjectId, Stream};

use super::{draw, sheet_mark, to_unicode, Cut, Drawn};

/// A file being written.
pub struct Writer<'a> {
    faces: &'a [Option<Cut>],
    document: Document,
    pages: Vec<Object>,
    tree: ObjectId,
    fonts: Dictionary,
    /// The layer and the parts.
    forms: Dictionary,
}

impl<'a> Writer<'a> {
    pub fn begin(faces: &'a [Option<Cut>], standing: &[&Page]) -> Writer<'a> {
        let mut document = Document::with_version("1.6");
        let tree = document.new_object_id();
        let mut fonts = Dictionary::new();
        for (index, cut) in faces.iter().enumerate() {
            if let Some(cut) = cut {
                let font = font(&mut document, cut);
                fonts.set(vec![b'A' + index as u8], font);
            }
        }
        let mut forms = Dictionary::new();
        for (index, page) in standing.iter().enumerate() {
            let entries = dictionary! {
                "Type" => "XObject", "Subtype" => "Form",
                "BBox" => vec![(-595.28).into(), (-841.89).into(), 595.28.into(), 841.89.into()],
                "Resources" => dictionary! { "Font" => fonts.clone() },
            };
            let content = content(faces, page, None);
            let form = document.add_object(Stream::new(entries, content));
            forms.set(format!("L{index}"), form);
        }
        Writer { faces, document, pages: Vec::new(), tree, fonts, forms }
    }
}

impl super::Writer for Writer<'_> {
    fn letter(&mut self, sequence: u32, page: &Page) {
        let content = content(self.faces, page, Some(sequence));
        let content = self.document.add_object(Stream::new(Dictionary::new(), content));
        let page = dictionary! { "Type" => "Page", "Parent" => self.tree, "Contents" => content };
        self.pages.push(self.document.add_object(page).into());
    }

    fn finish(mut self: Box<Self>, mut out: &mut dyn Write) {
        let tree = dictionary! {
            "Type" => "Pages", "Count" => self.pages.len() as i64, "Kids" => self.pages,
            "MediaBox" => vec![0.into(), 0.into(), 595.28.into(), 841.89.into()],
            "Resources" => dictionary! {
                "Font" => self.fonts, "XObject" => self.forms,
            },
        };
        self.document.objects.insert(self.tree, tree.into());
        let catalog = dictionary! { "Type" => "Catalog", "Pages" => self.tree };
        let catalog = self.document.add_object(catalog);
        self.document.trailer.set("Root", catalog);
        self.document.compress();
        self.document.save_to(&mut out).expect("saved");
    }
}

/// Returns the operators of a page or of the layer.
pub fn content(faces: &[Option<Cut>], page: &Page, sequence: Option<u32>) -> Vec<u8> {
    let mark = sequence.map(sheet_mark);
    let mut operations: Vec<Operation> = Vec::new();
    let mut add = |operator: &str, operands: Vec<Object>| {
        operations.push(Operation::new(operator, operands));
    };
    let (mut in_text, mut tint, mut font, mut last) = (false, 100, None, [0.0, 0.0]);
    draw(page, mark.as_ref(), |drawn| match drawn {
        Drawn::Text { face, size, at, glyphs } => {
            if !std::mem::replace(&mut in_text, true) {
                add("BT", Vec::new());
                last = [0.0, 0.0];
            }
            if std::mem::replace(&mut tint, 100) != 100 {
                add("g", vec![0.into()]);
            }
            if font.replace((face, size)) != Some((face, size)) {
                let name = Object::Name(vec![b'A' + face]);
                add("Tf", vec![name, size.into()]);
            }
            add("Td", vec![(at[0] - last[0]).into(), (at[1] - last[1]).into()]);
            last = at;
            let cut = faces[usize::from(face)].as_ref().expect("a face that is used");
            let (mut items, mut bytes) = (Vec::new(), Vec::new());
            for glyph in glyphs {
                bytes.extend(cut.glyphs[glyph.char_index as usize].to_be_bytes());
                if glyph.extra != 0 {
                    items.push(Object::string_literal(std::mem::take(&mut bytes)));
                    items.push((-i64::from(glyph.extra)).into());
                }
            }
            items.push(Object::string_literal(bytes));
            add("TJ", vec![items.into()]);
        }
        Drawn::Box(sides, shade) => {
            if std::mem::take(&mut in_text) {
                add("ET", Vec::new());
            }
            if std::mem::replace(&mut tint, shade) != shade {
                add("g", vec![(1.0 - f32::from(shade) / 100.0).into()]);
            }
            add("re", sides.map(Object::from).to_vec());
            add("f", Vec::new());
        }
        Drawn::Layer => add("Do", vec!["L0".into()]),
        Drawn::Part(part, [x, y]) => {
            if std::mem::take(&mut in_text) {
                add("ET", Vec::new());
            }
            if std::mem::replace(&mut tint, 100) != 100 {
                add("g", vec![0.into()]);
            }
            add("q", Vec::new());
            add("cm", vec![1.into(), 0.into(), 0.into(), 1.into(), x.into(), y.into()]);
            add("Do", vec![Object::Name(format!("L{}", part + 1).into_bytes())]);
            add("Q", Vec::new());
        }
    });
    if in_text {
        add("ET", Vec::new());
    }
    Content { operations }.encode().expect("encoded")
}

fn font(document: &mut Document, cut: &Cut) -> ObjectId {
    let name = Object::Name(cut.name.clone().into_bytes());
    let file = document.add_object(Stream::new(Dictionary::new(), cut.program.clone()));
    let descriptor = document.add_object(dictionary! {
        "Type" => "FontDescriptor", "FontName" => name.clone(), "Flags" => 4,
        "FontBBox" => vec![(-1000).into(), (-500).into(), 2000.into(), 1500.into()],
        "ItalicAngle" => 0, "Ascent" => 880, "Descent" => -120, "CapHeight" => 880, "StemV" => 80,
        "FontFile2" => file,
    });
    let widths: Vec<Object> = cut.widths.iter().map(|&width| width.into()).collect();
    let cid_font = dictionary! {
        "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => name.clone(),
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal("Identity"), "Supplement" => 0,
        },
        "FontDescriptor" => descriptor, "CIDToGIDMap" => "Identity",
        "W" => vec![0.into(), widths.into()],
    };
    let cid_font = document.add_object(cid_font);
    let unicode = document.add_object(Stream::new(Dictionary::new(), to_unicode(cut)));
    document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "BaseFont" => name, "Encoding" => "Identity-H",
        "DescendantFonts" => vec![cid_font.into()], "ToUnicode" => unicode,
    })
}
