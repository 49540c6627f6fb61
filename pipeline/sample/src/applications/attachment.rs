//! Small documents that applicants attach: a page of PDF, a picture as JPEG.

use crate::random::Random;

/// A document: its file name and bytes.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// The file name, `account.pdf`.
    pub file: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Attachments that some procedures take as PDF only.
const PDF_ONLY: [&str; 4] = ["custody", "proxy", "employment", "allergy"];

impl Document {
    /// Makes the attachment of a name; no two are alike.
    pub fn make(name: &str, random: &mut Random) -> Self {
        if !PDF_ONLY.contains(&name) && random.chance(0.5) {
            return Self { file: format!("{name}.jpg"), bytes: jpeg(random) };
        }
        Self { file: format!("{name}.pdf"), bytes: pdf(name, random) }
    }
}

/// Writes one page that says its name and a number, and nothing of anybody.
fn pdf(name: &str, random: &mut Random) -> Vec<u8> {
    let lines: Vec<String> = (0..12).map(|_| format!("({:016x}) ' ", random.next())).collect();
    let page = format!("BT /F1 14 Tf 20 TL 72 760 Td (SAMPLE {name}) Tj {}ET", lines.concat());
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 \
         R>>>>>>"
            .to_owned(),
        format!("<</Length {}>>stream\n{page}\nendstream", page.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Courier>>".to_owned(),
    ];
    let (mut out, mut offsets) = (String::from("%PDF-1.4\n"), String::new());
    for (object, number) in objects.iter().zip(1..) {
        offsets += &format!("{:010} 00000 n \n", out.len());
        out += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let start = out.len();
    let len = objects.len() + 1;
    out += &format!("xref\n0 {len}\n0000000000 65535 f \n{offsets}");
    out += &format!("trailer<</Size {len}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    out.into_bytes()
}

/// A grey picture of 64 × 64, made once by an encoder, with a comment of its own.
fn jpeg(random: &mut Random) -> Vec<u8> {
    let (head, rest) = GREY.split_at(2);
    let comment: Vec<u8> = (0..64).flat_map(|_| random.next().to_be_bytes()).collect();
    // COM: the length counts itself (ITU-T T.81, B.2.4.5).
    let len = (comment.len() as u16 + 2).to_be_bytes();
    [head, &[0xFF, 0xFE], &len, &comment, rest].concat()
}

const GREY: &[u8] = include_bytes!("grey.jpg");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_begin_and_end_as_their_kind_does() {
        let mut random = Random::new(1, 1);
        let (pdf, jpeg) = (pdf("custody", &mut random), jpeg(&mut random));
        assert!(pdf.starts_with(b"%PDF-1.") && pdf.ends_with(b"%%EOF\n"));
        assert!(jpeg.starts_with(&[0xFF, 0xD8, 0xFF]) && jpeg.ends_with(&[0xFF, 0xD9]));
        let text = String::from_utf8(pdf).expect("plain text");
        let at = text.find("xref\n").expect("a table");
        assert!(text.ends_with(&format!("startxref\n{at}\n%%EOF\n")));
    }
}
