//! PDFs as text: a page with everything that content can name.

use std::fmt::Write;

/// A one-page PDF.
#[derive(Clone)]
pub struct Pdf {
    catalog: String,
    page: String,
    content: String,
    objects: Vec<String>,
    trailer: String,
}

/// Objects 5 and on: what the page's resources name.
const OBJECTS: [&str; 12] = [
    // 5, 6, 7: a font whose digits are half an em wide.
    "<< /Type /Font /Subtype /TrueType /BaseFont /ABCDEF+Face /FirstChar 32 /LastChar 126 \
     /Widths WIDTHS /FontDescriptor 6 0 R >>",
    "<< /Type /FontDescriptor /FontName /ABCDEF+Face /Ascent 800 /Descent -200 \
     /FontFile2 7 0 R >>",
    "<< /Length LEN >>\nstream\nfont\nendstream",
    // 8: a form with text at its origin; 9: a form that paints itself.
    "<< /Type /XObject /Subtype /Form /BBox [0 0 600 600] /Matrix [1 0 0 1 100 0] \
     /Resources << /Font << /F1 5 0 R >> >> /Length LEN >>\nstream\n\
     BT /F1 12 Tf 0 20 Td (form) Tj ET\nendstream",
    "<< /Type /XObject /Subtype /Form /BBox [0 0 600 600] \
     /Resources << /XObject << /Own 9 0 R >> >> /Length LEN >>\nstream\n/Own Do\nendstream",
    // 10, 11: an image, and one with a soft mask.
    "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 \
     /ColorSpace /DeviceGray /Length LEN >>\nstream\nx\nendstream",
    "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 \
     /ColorSpace /DeviceGray /SMask 10 0 R /Length LEN >>\nstream\nx\nendstream",
    // 12: a profile; 13: a shading.
    "<< /N 3 /Length LEN >>\nstream\nx\nendstream",
    "<< /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 1 1] >>",
    // 14, 15, 16: fonts of which something is wrong.
    "<< /Type /Font /Subtype /Type3 /FirstChar 97 /Widths [500] >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    "<< /Type /Font /Subtype /Type0 /BaseFont /Face /Encoding /90ms-RKSJ-H \
     /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /FontDescriptor 6 0 R >>] >>",
];

impl Pdf {
    /// Returns a page that paints this; of its resources it has those that it names.
    pub fn painting(content: &str) -> Self {
        let widths = format!("[{}]", ["500"; 95].join(" "));
        let objects = OBJECTS.map(|object| measured(&object.replace("WIDTHS", &widths)));
        Self {
            catalog: String::new(),
            page: String::new(),
            content: content.to_owned(),
            objects: objects.to_vec(),
            trailer: String::new(),
        }
    }

    /// Returns a page with forms in a chain, each of which paints the next so often.
    pub fn nested_forms(depth: usize, times: usize) -> Self {
        let mut pdf = Self::painting("/Chain Do");
        for level in 0..depth {
            let next = 5 + OBJECTS.len() + level + 1;
            let content = "/Next Do ".repeat(times);
            pdf.objects.push(format!(
                "<< /Type /XObject /Subtype /Form /BBox [0 0 600 600] /Resources << /XObject \
                 << /Next {next} 0 R >> >> /Length {} >>\nstream\n{content}\nendstream",
                content.len()
            ));
        }
        pdf.objects.push(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 1 >>\nstream\nn\nendstream"
                .to_owned(),
        );
        pdf
    }

    /// Replaces a part of the content.
    pub fn with_content(&self, from: &str, to: &str) -> Self {
        assert!(self.content.contains(from), "{from}");
        Self { content: self.content.replace(from, to), ..self.clone() }
    }

    /// Adds entries to the catalog.
    pub fn catalog(&self, entries: &str) -> Self {
        Self { catalog: entries.to_owned(), ..self.clone() }
    }

    /// Adds entries to the page; its own come first.
    pub fn page(&self, entries: &str) -> Self {
        Self { page: entries.to_owned(), ..self.clone() }
    }

    /// Adds an object.
    pub fn object(&self, object: &str) -> Self {
        let mut with = self.clone();
        with.objects.push(measured(object));
        with
    }

    /// Adds entries to the trailer.
    pub fn trailer(&self, entries: &str) -> Self {
        Self { trailer: entries.to_owned(), ..self.clone() }
    }

    /// Returns the file.
    pub fn bytes(&self) -> Vec<u8> {
        let Self { catalog, page, content, objects, trailer } = self;
        let resources = self.resources();
        let media = match page.contains("/MediaBox") {
            true => "",
            false => "/MediaBox [0 0 595.276 841.89]",
        };
        let head = [
            format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>"),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            format!(
                "<< /Type /Page /Parent 2 0 R {media} {page} /Resources {resources} \
                 /Contents 4 0 R >>"
            ),
            format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        ];
        let mut pdf = "%PDF-1.7\n".to_owned();
        let mut places = Vec::new();
        for (number, object) in (1..).zip(head.iter().chain(objects)) {
            places.push(pdf.len());
            write!(pdf, "{number} 0 obj\n{object}\nendobj\n").expect("memory");
        }
        let (start, size) = (pdf.len(), places.len() + 1);
        write!(pdf, "xref\n0 {size}\n0000000000 65535 f \n").expect("memory");
        for place in places {
            writeln!(pdf, "{place:010} 00000 n ").expect("memory");
        }
        let trailer = format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>");
        write!(pdf, "{trailer}\nstartxref\n{start}\n%%EOF\n").expect("memory");
        pdf.into_bytes()
    }

    /// Returns the resources that the content names, so that no other font is looked at.
    fn resources(&self) -> String {
        let chain = format!("/Chain {} 0 R", 5 + OBJECTS.len());
        let categories: [(&str, &[&str]); 5] = [
            ("Font", &["/F1 5 0 R", "/T3 14 0 R", "/Std 15 0 R", "/Rksj 16 0 R"]),
            ("XObject", &["/Fm 8 0 R", "/Own 9 0 R", "/Im 10 0 R", "/Soft 11 0 R", &chain]),
            ("ColorSpace", &["/Icc [/ICCBased 12 0 R]"]),
            ("Shading", &["/Sh 13 0 R"]),
            (
                "ExtGState",
                &[
                    "/Thin << /ca 0 >>",
                    "/Multiply << /BM /Multiply >>",
                    "/Masked << /SMask << >> >>",
                ],
            ),
        ];
        let mut resources = "<<".to_owned();
        for (category, entries) in categories {
            let name_of = |entry: &&&str| entry.split(' ').next().expect("a name").to_owned();
            let named = entries.iter().filter(|entry| self.content.contains(&name_of(entry)));
            let named: Vec<&str> = named.copied().collect();
            write!(resources, " /{category} << {} >>", named.join(" ")).expect("memory");
        }
        resources + " >>"
    }
}

/// Writes the length of a stream's data where its dictionary says `LEN`.
fn measured(object: &str) -> String {
    let data = object.split_once("\nstream\n").map(|(_, data)| data);
    let len = data.map_or(0, |data| data.len() - "\nendstream".len());
    object.replace("LEN", &len.to_string())
}
