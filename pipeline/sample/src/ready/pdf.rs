//! A ready PDF as a sender's program writes it: one embedded font, one list of resources for all
//! pages, Identity-H and ToUnicode.

use std::collections::BTreeMap;
use std::io::Write;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use subsetter::GlyphRemapper;

/// A page: lines of text, and what else it paints.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    /// Size and lower left corner in points, and the text.
    pub lines: Vec<(f32, f32, f32, String)>,
    /// Operators, in points.
    pub paint: String,
    /// What stands in a form of the page's own, operators in points.
    pub form: String,
}

/// Writes the pages as a PDF; of `face` the glyphs that they need.
pub(super) fn pdf(face: &[u8], pages: &[Page]) -> Vec<u8> {
    let font = Font::cut(face, pages);
    let mut pdf = Pdf::begin();
    let cid_font = pdf.font(&font);
    let resources = pdf.begun.len() as u32 + 1;
    let forms: Vec<u32> = (resources + 1..).take(pages.len()).collect();
    let listed: String =
        forms.iter().enumerate().map(|(at, form)| format!("/Box{at} {form} 0 R")).collect();
    pdf.object(&format!("<< /Font << /F1 {cid_font} 0 R >> /XObject << {listed} >> >>"));
    for page in pages {
        let entries = "/Type /XObject /Subtype /Form /BBox [0 0 595.276 841.89] /Resources << >>";
        pdf.stream(entries, page.form.as_bytes());
    }
    let mut kids = String::new();
    for (at, page) in pages.iter().enumerate() {
        let content = pdf.stream("", font.content(page, at).as_bytes());
        let kid = pdf.object(&format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.276 841.89] \
             /Resources {resources} 0 R /Contents {content} 0 R >>"
        ));
        kids += &format!("{kid} 0 R ");
    }
    pdf.put(2, &format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len()));
    pdf.end()
}

/// A face cut to what the pages need.
struct Font {
    program: Vec<u8>,
    /// Glyph in the cut face and advance in thousandths of the size, by character.
    glyphs: BTreeMap<char, (u16, u32)>,
}

impl Font {
    fn cut(face: &[u8], pages: &[Page]) -> Self {
        let font = FontRef::new(face).expect("the stock's face is sound");
        let units = font.metrics(Size::unscaled(), LocationRef::default()).units_per_em;
        let widths = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let mut remapper = GlyphRemapper::new();
        let mut glyphs = BTreeMap::new();
        for c in pages.iter().flat_map(|page| &page.lines).flat_map(|line| line.3.chars()) {
            let Some(glyph) = font.charmap().map(c) else { continue };
            let advance = widths.advance_width(glyph).unwrap_or(0.0) * 1000.0 / f32::from(units);
            let new = remapper.remap(glyph.to_u32() as u16);
            glyphs.insert(c, (new, advance.round() as u32));
        }
        let program = subsetter::subset(face, 0, &remapper).expect("the stock's face is sound");
        Self { program, glyphs }
    }

    fn content(&self, page: &Page, at: usize) -> String {
        let mut content = format!("{}\n/Box{at} Do\nBT\n", page.paint);
        for (size, x, y, text) in &page.lines {
            let codes = text.chars().filter_map(|c| self.glyphs.get(&c));
            let codes: String = codes.map(|(glyph, _)| format!("{glyph:04X}")).collect();
            content += &format!("/F1 {size} Tf 1 0 0 1 {x} {y} Tm <{codes}> Tj\n");
        }
        content + "ET"
    }

    fn widths(&self) -> String {
        let widths = self.glyphs.values();
        widths.map(|(glyph, width)| format!("{glyph} [{width}] ")).collect()
    }

    fn to_unicode(&self) -> String {
        let mut map = "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
            /CMapName /Adobe-Identity-UCS def /CMapType 2 def\n\
            1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
            .to_owned();
        let glyphs: Vec<_> = self.glyphs.iter().collect();
        for hundred in glyphs.chunks(100) {
            map += &format!("{} beginbfchar\n", hundred.len());
            for (c, (glyph, _)) in hundred {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                let units: String = units.map(|unit| format!("{unit:04X}")).collect();
                map += &format!("<{glyph:04X}> <{units}>\n");
            }
            map += "endbfchar\n";
        }
        map + "endcmap\nend\nend"
    }
}

/// A PDF while it is written; object 2 is the page tree.
struct Pdf {
    begun: Vec<Vec<u8>>,
}

impl Pdf {
    fn begin() -> Self {
        Self { begun: vec![b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), Vec::new()] }
    }

    fn object(&mut self, body: &str) -> u32 {
        self.begun.push(body.as_bytes().to_vec());
        self.begun.len() as u32
    }

    fn put(&mut self, number: usize, body: &str) {
        self.begun[number - 1] = body.as_bytes().to_vec();
    }

    fn stream(&mut self, entries: &str, bytes: &[u8]) -> u32 {
        let number = self.object("");
        let body = &mut self.begun[number as usize - 1];
        write!(body, "<< {entries} /Length {} >>\nstream\n", bytes.len()).expect(MEMORY);
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\nendstream");
        number
    }

    fn font(&mut self, font: &Font) -> u32 {
        let length = format!("/Length1 {}", font.program.len());
        let program = self.stream(&length, &font.program);
        let to_unicode = self.stream("", font.to_unicode().as_bytes());
        let descriptor = self.object(&format!(
            "<< /Type /FontDescriptor /FontName /SAMPLE+Face /Flags 4 /FontBBox \
             [-200 -250 1200 900] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 700 \
             /StemV 80 /FontFile2 {program} 0 R >>"
        ));
        let descendant = self.object(&format!(
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SAMPLE+Face /CIDSystemInfo \
             << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /CIDToGIDMap /Identity \
             /FontDescriptor {descriptor} 0 R /W [{}] >>",
            font.widths()
        ));
        self.object(&format!(
            "<< /Type /Font /Subtype /Type0 /BaseFont /SAMPLE+Face /Encoding /Identity-H \
             /DescendantFonts [{descendant} 0 R] /ToUnicode {to_unicode} 0 R >>"
        ))
    }

    fn end(self) -> Vec<u8> {
        let mut pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
        let mut table = String::new();
        for (number, body) in (1..).zip(&self.begun) {
            table += &format!("{:010} 00000 n \n", pdf.len());
            writeln!(pdf, "{number} 0 obj").expect(MEMORY);
            pdf.extend_from_slice(body);
            pdf.extend_from_slice(b"\nendobj\n");
        }
        let (start, size) = (pdf.len(), self.begun.len() + 1);
        let trailer =
            format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
        write!(pdf, "xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}").expect(MEMORY);
        pdf
    }
}

const MEMORY: &str = "memory takes all bytes";
