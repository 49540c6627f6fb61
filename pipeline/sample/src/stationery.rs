//! A sender's own stationery: one page of A4 with a band and a rule at its foot.

use std::io::Write;

/// A grey band of 6 mm along the lower edge and a hairline above it, in points.
const CONTENT: &str = "q 0.9 g 0 0 595.276 17 re f 0.4 w 0.5 G 0 17.4 m 595.276 17.4 l S Q";

/// Returns the page as a PDF of four objects, without fonts or images.
pub(crate) fn stationery() -> Vec<u8> {
    let content = format!("<< /Length {} >>\nstream\n{CONTENT}\nendstream", CONTENT.len());
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.276 841.89] /Resources << >> \
         /Contents 4 0 R >>",
        &content,
    ];
    let mut pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(pdf.len());
        append(&mut pdf, format_args!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = pdf.len();
    append(&mut pdf, format_args!("xref\n0 5\n0000000000 65535 f \n"));
    for place in places {
        append(&mut pdf, format_args!("{place:010} 00000 n \n"));
    }
    let trailer = "trailer\n<< /Size 5 /Root 1 0 R >>";
    append(&mut pdf, format_args!("{trailer}\nstartxref\n{start}\n%%EOF\n"));
    pdf
}

fn append(pdf: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    pdf.write_fmt(text).expect("memory takes all bytes");
}
