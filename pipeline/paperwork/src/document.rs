//! Pages to PDF bytes through printpdf, the same for the same pages.

use std::collections::BTreeSet;

use letter::Moment;
use printpdf::{
    Color, DateTime, FontId, Greyscale, Line, LinePoint, Mm, Op, PaintMode, PdfDocument, PdfFont,
    PdfFontHandle, PdfPage, PdfSaveOptions, Point, Pt, Rect, TextItem, TextMatrix,
    TextRenderingMode,
};
use sha2::{Digest, Sha256};

use crate::face::{Face, PT_PER_MM};
use crate::sheet::{Mark, A4_HEIGHT_MM, A4_WIDTH_MM};
use crate::PaperworkError;

/// The resource name of the one font.
const FONT: &str = "F0";
/// The stroke of a thickened text, in parts of its size.
const HEAVY_STROKE: f32 = 0.028;

/// The size of pages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Width, mm.
    pub width_mm: f32,
    /// Height, mm.
    pub height_mm: f32,
}

/// 210 x 297 mm.
const A4: Size = Size { width_mm: A4_WIDTH_MM, height_mm: A4_HEIGHT_MM };

/// Writes pages of A4 as a PDF titled `title`, made at `made`.
///
/// # Errors
/// Those of cutting the font, or [`PaperworkError::Write`].
pub fn write(
    face: &Face,
    title: &str,
    made: Moment,
    pages: &[Vec<Mark>],
) -> Result<Vec<u8>, PaperworkError> {
    write_sized(face, title, made, A4, pages)
}

/// Writes pages of any one size.
///
/// # Errors
/// As [`write`].
pub fn write_sized(
    face: &Face,
    title: &str,
    made: Moment,
    size: Size,
    pages: &[Vec<Mark>],
) -> Result<Vec<u8>, PaperworkError> {
    let font = face.cut(&characters(pages))?;
    let mut document = PdfDocument::new(title);
    let info = &mut document.metadata.info;
    info.creation_date =
        DateTime::from_unix_timestamp(made.0).map_err(|e| PaperworkError::Write(e.to_owned()))?;
    info.modification_date = info.creation_date;
    info.metadata_date = info.creation_date;
    info.producer = format!("lettershop {}", env!("CARGO_PKG_VERSION"));
    info.creator.clone_from(&info.producer);
    document.resources.fonts.map.insert(FontId(FONT.to_owned()), PdfFont::new(font));
    document.pages = pages.iter().map(|marks| page(size, marks)).collect();
    save(&document)
}

/// Saves with an identifier that is the digest of the document without one, so that printpdf's
/// process-wide counter does not reach the file.
fn save(document: &PdfDocument) -> Result<Vec<u8>, PaperworkError> {
    let failed = |error: &dyn std::fmt::Display| PaperworkError::Write(error.to_string());
    let mut file = printpdf::to_lopdf_doc(document, &PdfSaveOptions::default(), &mut Vec::new());
    // printpdf writes an empty GTS_PDFXVersion, which readers take for a claim to be PDF/X.
    let info = file.trailer.get(b"Info").and_then(|info| info.as_reference());
    let info = info.and_then(|info| file.get_dictionary_mut(info));
    info.map_err(|error| failed(&error))?.remove(b"GTS_PDFXVersion");
    file.compress();
    let mut save_as = |id: [u8; ID_LEN]| {
        let pair = file.trailer.get_mut(b"ID").and_then(|pair| pair.as_array_mut());
        for half in pair.map_err(|error| failed(&error))? {
            *half.as_str_mut().map_err(|error| failed(&error))? = id.to_vec();
        }
        let mut bytes = Vec::new();
        file.save_to(&mut bytes).map_err(|error| failed(&error))?;
        Ok(bytes)
    };
    let unnamed = save_as([b'0'; ID_LEN])?;
    save_as(digest(&unnamed))
}

/// The length of an identifier's half, in hexadecimal digits.
const ID_LEN: usize = 32;

fn digest(bytes: &[u8]) -> [u8; ID_LEN] {
    let mut id = [0; ID_LEN];
    for (two, byte) in id.chunks_exact_mut(2).zip(Sha256::digest(bytes)) {
        two.copy_from_slice(format!("{byte:02X}").as_bytes());
    }
    id
}

fn characters(pages: &[Vec<Mark>]) -> BTreeSet<char> {
    let texts = pages.iter().flatten().filter_map(|mark| match mark {
        Mark::Text { text, .. } => Some(text),
        Mark::Line { .. } | Mark::Fill { .. } => None,
    });
    texts.flat_map(|text| text.chars()).collect()
}

fn page(size: Size, marks: &[Mark]) -> PdfPage {
    let ops = marks.iter().flat_map(|mark| ops(size, mark)).collect();
    PdfPage::new(Mm(size.width_mm), Mm(size.height_mm), ops)
}

fn ops(size: Size, mark: &Mark) -> Vec<Op> {
    // Millimetres from the upper left become points from the lower left.
    let point = |(x_mm, y_mm): (f32, f32)| Point {
        x: Pt(x_mm * PT_PER_MM),
        y: Pt((size.height_mm - y_mm) * PT_PER_MM),
    };
    match mark {
        Mark::Text { x_mm, y_mm, size_pt, heavy, grey, text } => {
            let stroke = if *heavy { size_pt * HEAVY_STROKE } else { 0.0 };
            text_ops(point((*x_mm, *y_mm)), *size_pt, stroke, *grey, text)
        }
        Mark::Line { from_mm, to_mm, width_pt, grey } => {
            let points = [*from_mm, *to_mm].map(|at| LinePoint { p: point(at), bezier: false });
            let line = Line { points: points.to_vec(), is_closed: false };
            vec![
                Op::SetOutlineColor { col: gray(*grey) },
                Op::SetOutlineThickness { pt: Pt(*width_pt) },
                Op::DrawLine { line },
            ]
        }
        Mark::Fill { at_mm, size_mm, grey } => {
            let corner = point((at_mm.0, at_mm.1 + size_mm.1));
            let (width, height) = (Pt(size_mm.0 * PT_PER_MM), Pt(size_mm.1 * PT_PER_MM));
            let mut rectangle = Rect::from_xywh(corner.x, corner.y, width, height);
            rectangle.mode = Some(PaintMode::Fill);
            vec![Op::SetFillColor { col: gray(*grey) }, Op::DrawRectangle { rectangle }]
        }
    }
}

fn text_ops(at: Point, size_pt: f32, stroke_pt: f32, grey: f32, text: &str) -> Vec<Op> {
    let font = PdfFontHandle::External(FontId(FONT.to_owned()));
    let mode =
        if stroke_pt > 0.0 { TextRenderingMode::FillStroke } else { TextRenderingMode::Fill };
    vec![
        Op::StartTextSection,
        Op::SetFont { font, size: Pt(size_pt) },
        Op::SetFillColor { col: gray(grey) },
        Op::SetOutlineColor { col: gray(grey) },
        Op::SetOutlineThickness { pt: Pt(stroke_pt) },
        Op::SetTextRenderingMode { mode },
        Op::SetTextMatrix { matrix: TextMatrix::Translate(at.x, at.y) },
        Op::ShowText { items: vec![TextItem::Text(text.to_owned())] },
        Op::EndTextSection,
    ]
}

fn gray(percent: f32) -> Color {
    Color::Greyscale(Greyscale { percent, icc_profile: None })
}
