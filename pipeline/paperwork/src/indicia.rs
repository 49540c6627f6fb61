//! 料金別納・料金後納の表示 (indicia): the front of an envelope at its true size, to print on it.

use letter::Moment;

use crate::document::{self, Size};
use crate::face::Face;
use crate::sheet::{heavy, pen, Align, Fit, Mark, Sheet};
use crate::PaperworkError;

/// What the indicia of an envelope say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicia {
    /// 料金後納 or 料金別納; 郵便 is added.
    pub payment: String,
    /// The posting office, above the words; empty where the sender's name and address stand clearly
    /// on the piece.
    pub office: String,
    /// 送達余裕, days: a second line under the office's name from about 3, a third from about 7.
    pub leeway_days: u32,
    /// Their outline.
    pub outline: Outline,
}

/// The outline of indicia.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outline {
    /// A circle.
    Circle,
    /// A square.
    Square,
}

/// The front of an envelope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Front {
    /// Its width with the address upright, mm.
    pub width_mm: f32,
    /// Its height, mm.
    pub height_mm: f32,
    /// The window's left, top, width and height, mm, for the eye: it is not printed on.
    pub window_mm: Option<[f32; 4]>,
}

/// 20 to 30 mm across (<https://www.post.japanpost.jp/fee/how_to_pay/separate_pay/syousai.html>).
pub const INDICIA_MM: f32 = 24.0;
/// From the upper and the outer edge: they lie in the field for postmarks, 70 x 35 mm (p13).
const MARGIN_MM: f32 = 8.0;
/// Between the lines under the office's name: 1 to 2 mm (the same page).
const LINES_MM: f32 = 1.5;
/// From one corner of the polygon that stands for a circle to the next: never 0.01 mm off.
const CORNERS: u32 = 120;

/// Returns the front of an envelope with its indicia as a PDF of one page of its size.
///
/// They stand at the upper left, on a face that is wider than high at the upper right.
///
/// # Errors
/// Those of font and document.
pub fn indicia(
    indicia: &Indicia,
    front: Front,
    made: Moment,
    font: &[u8],
) -> Result<Vec<u8>, PaperworkError> {
    let face = Face::read(font)?;
    let marks = marks(&face, indicia, front);
    let size = Size { width_mm: front.width_mm, height_mm: front.height_mm };
    document::write_sized(&face, &format!("{}郵便の表示", indicia.payment), made, size, &[marks])
}

fn marks(face: &Face<'_>, indicia: &Indicia, front: Front) -> Vec<Mark> {
    let mut sheet = Sheet::new(face);
    let left = match front.width_mm > front.height_mm {
        true => front.width_mm - MARGIN_MM - INDICIA_MM,
        false => MARGIN_MM,
    };
    let (top, middle) = (MARGIN_MM, left + INDICIA_MM / 2.0);
    match indicia.outline {
        Outline::Circle => circle(&mut sheet, (middle, top + INDICIA_MM / 2.0)),
        Outline::Square => sheet.frame((left, top), (INDICIA_MM, INDICIA_MM), 1.0),
    }
    // A circle is narrower where the office stands.
    let room = Fit { width_mm: INDICIA_MM * 0.7, least_pt: 5.0 };
    sheet.fitted(pen(8.0), Align::Centre, (middle, top + 7.5), room, &indicia.office);
    let half = INDICIA_MM * 0.42;
    for line in 0..1 + u32::from(indicia.leeway_days >= 3) + u32::from(indicia.leeway_days >= 7) {
        let y = top + 9.0 + LINES_MM * line as f32;
        sheet.line((middle - half, y), (middle + half, y), 0.7);
    }
    let words = [(indicia.payment.as_str(), 16.5), ("郵　便", 20.5)];
    for (word, below) in words {
        sheet.fitted(heavy(9.5), Align::Centre, (middle, top + below), room, word);
    }
    if let Some([left, top, width, height]) = front.window_mm {
        for (from, to) in [
            ((left, top), (left + width, top)),
            ((left, top + height), (left + width, top + height)),
            ((left, top), (left, top + height)),
            ((left + width, top), (left + width, top + height)),
        ] {
            sheet.hairline(from, to);
        }
    }
    sheet.into_marks()
}

fn circle(sheet: &mut Sheet<'_>, centre: (f32, f32)) {
    let at = |corner: u32| {
        let (sin, cos) = (corner as f32 * std::f32::consts::TAU / CORNERS as f32).sin_cos();
        (centre.0 + INDICIA_MM / 2.0 * cos, centre.1 + INDICIA_MM / 2.0 * sin)
    };
    (0..CORNERS).for_each(|corner| sheet.line(at(corner), at((corner + 1) % CORNERS), 1.0));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{font, judge};

    fn marks_of(outline: Outline, leeway_days: u32, front: Front) -> Vec<Mark> {
        let font = font();
        let face = Face::read(&font).expect("a font");
        let (payment, office) = ("料金後納".to_owned(), "星見中央郵便局".to_owned());
        marks(&face, &Indicia { payment, office, leeway_days, outline }, front)
    }

    fn lines(marks: &[Mark]) -> Vec<((f32, f32), (f32, f32))> {
        let line = |mark: &Mark| match mark {
            Mark::Line { from_mm, to_mm, .. } => Some((*from_mm, *to_mm)),
            Mark::Text { .. } | Mark::Fill { .. } => None,
        };
        marks.iter().filter_map(line).collect()
    }

    const LANDSCAPE: Front = Front { width_mm: 235.0, height_mm: 120.0, window_mm: None };
    const PORTRAIT: Front = Front { width_mm: 240.0, height_mm: 332.0, window_mm: None };

    #[test]
    fn indicia_are_drawn_to_size_where_they_belong() {
        for outline in [Outline::Circle, Outline::Square] {
            for (front, left) in [(LANDSCAPE, 203.0), (PORTRAIT, 8.0)] {
                let drawn = lines(&marks_of(outline, 0, front));
                let ends = || drawn.iter().flat_map(|(from, to)| [*from, *to]);
                let least = |of: fn((f32, f32)) -> f32| ends().map(of).fold(f32::MAX, f32::min);
                let most = |of: fn((f32, f32)) -> f32| ends().map(of).fold(0.0, f32::max);
                assert!((least(|at| at.0) - left).abs() < 0.02, "{front:?}");
                assert!((most(|at| at.0) - least(|at| at.0) - INDICIA_MM).abs() < 0.02);
                assert!((most(|at| at.1) - least(|at| at.1) - INDICIA_MM).abs() < 0.02);
                assert!((least(|at| at.1) - 8.0).abs() < 0.02 && most(|at| at.1) <= 35.0);
            }
        }
    }

    #[test]
    fn each_leeway_adds_a_line_under_the_office() {
        let level = |days| {
            let drawn = lines(&marks_of(Outline::Square, days, LANDSCAPE));
            drawn
                .iter()
                .filter(|(from, to)| from.1 == to.1 && from.1 > 8.5 && from.1 < 31.0)
                .count()
        };
        assert_eq!([0, 2, 3, 6, 7].map(level), [1, 1, 2, 2, 3]);
    }

    #[test]
    fn the_page_is_the_envelopes_front_and_always_the_same() {
        let (payment, office) = ("料金別納".to_owned(), String::new());
        let one = Indicia { payment, office, leeway_days: 3, outline: Outline::Circle };
        let front = Front { window_mm: Some([20.0, 22.0, 90.0, 45.0]), ..LANDSCAPE };
        let pdf = || indicia(&one, front, Moment(0), &font()).expect("a document");
        assert!(pdf().starts_with(b"%PDF") && pdf() == pdf());
        let size = judge("pdfinfo", &[], &pdf(), &[]);
        let size = size.lines().find_map(|line| line.strip_prefix("Page size:")).expect("a size");
        let sides: Vec<f32> = size.split(' ').filter_map(|word| word.parse().ok()).collect();
        let mm = |points: f32| points / 72.0 * 25.4;
        assert!((mm(sides[0]) - 235.0).abs() < 0.1 && (mm(sides[1]) - 120.0).abs() < 0.1, "{size}");
        assert!(judge("pdftotext", &["-layout"], &pdf(), &["-"]).contains("料金別納"));
    }
}
