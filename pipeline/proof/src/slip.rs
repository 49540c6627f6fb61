//! 窓 (mado): what of a page shows in an envelope's window, at each end of the folded sheet's play.

use letter::page::{Page, Picture, SheetSize};
use letter::stock::{EnvelopeProfile, Window};

use crate::error::ProofError;
use crate::sheet::Sheet;
use crate::{painted, FaceData};

/// Paints the window four times, two above two: with the sheet at the left and right, upper and
/// lower end of its play. What the folded sheet does not cover is dark, as an envelope's inside.
///
/// The window is an argument of its own because not every envelope has one.
///
/// `statics` are the layers, parts and pictures, as in [`crate::picture_with`]. Returns a PNG,
/// eight bits of grey a pixel.
///
/// # Errors
/// As [`crate::picture`].
///
/// # Panics
/// If a text mark names glyphs beyond those of its page.
pub fn window_slips(
    (size, page): (SheetSize, &Page),
    statics: (&[Page], &[Page], &[Picture]),
    faces: &[FaceData<'_>],
    (envelope, window): (&EnvelopeProfile, Window),
    dpi: u32,
) -> Result<Vec<u8>, ProofError> {
    let sheet = painted(size, page, statics, faces, dpi)?;
    let pixels = |mm: f64| (mm / MM_PER_INCH * f64::from(dpi)).round() as i64;
    let (width, height) = (pixels(window.width_mm), pixels(window.height_mm));
    let gap = pixels(GAP_MM);
    let whole = [3 * gap + 2 * width, 3 * gap + 2 * height].map(|side| side as u32);
    let mut slips = Sheet::of_size(dpi, whole, ENVELOPE);
    let folded = pixels(envelope.folded_mm(size));
    for (place, [sideways, upwards]) in ends(envelope.play_mm(size)).into_iter().enumerate() {
        let (column, row) = (place as i64 % 2, place as i64 / 2);
        let corner = (gap + column * (width + gap), gap + row * (height + gap));
        let from = (pixels(window.left_mm - sideways), pixels(window.top_mm - upwards));
        for y in 0..height {
            for x in 0..width {
                let (on_sheet, down) = (from.0 + x, from.1 + y);
                let shade = sheet.shade(on_sheet, down).filter(|_| down < folded);
                slips.set(corner.0 + x, corner.1 + y, shade.unwrap_or(INSIDE));
            }
        }
    }
    slips.png()
}

/// Returns how far the sheet lies to the right and below at each end of its play, mm.
fn ends([sideways, upwards]: [f64; 2]) -> [[f64; 2]; 4] {
    [[0.0, 0.0], [sideways, 0.0], [0.0, upwards], [sideways, upwards]]
}

const MM_PER_INCH: f64 = 25.4;
/// The envelope's paper between two windows, mm.
const GAP_MM: f64 = 4.0;
const ENVELOPE: u8 = 214;
const INSIDE: u8 = 96;

#[cfg(test)]
#[path = "../../letter/tests/support/naga3.rs"]
mod naga3;

#[cfg(test)]
mod tests {
    use letter::page::{Len, Mark, A4};

    use super::naga3::naga3;
    use super::*;

    /// Paints the slips at 254 dots an inch, ten pixels a millimetre.
    fn slips(marks: Vec<Mark>, envelope: &EnvelopeProfile) -> (usize, Vec<u8>) {
        let page = Page { marks, ..Page::default() };
        let shown = (envelope, envelope.window.expect("a window"));
        let slips = window_slips((A4, &page), (&[], &[], &[]), &[], shown, 254);
        let png = slips.expect("a picture");
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("a whole PNG");
        (info.width as usize, pixels)
    }

    #[test]
    fn each_end_of_the_play_shows_its_own_part_of_the_sheet() {
        // A millimetre of ink, 30 mm from the left edge and 40 mm from the upper one.
        let ink = Mark::Rule {
            x: Len::from_mm(30.0),
            y: A4.height - Len::from_mm(41.0),
            width: Len::from_mm(1.0),
            height: Len::from_mm(1.0),
            tint: 100,
        };
        let (width, pixels) = slips(vec![ink], &naga3());
        assert_eq!(width, 10 * (3 * 4 + 2 * 90));
        // With play, the window's left edge lies so far left of the sheet's ink.
        for (place, right, down) in
            [(0, 10.5, 18.5), (1, 31.5, 18.5), (2, 10.5, 36.5), (3, 31.5, 36.5)]
        {
            let (column, row) = (f64::from(place % 2), f64::from(place / 2));
            let x = 4.0 + column * 94.0 + right;
            let y = 4.0 + row * 49.0 + down;
            let at = |x: f64, y: f64| pixels[(y * 10.0) as usize * width + (x * 10.0) as usize];
            assert!(at(x, y) < 64, "ink at {x} {y}");
            assert!(at(x + 1.5, y) > 192 && at(x, y + 1.5) > 192, "paper beside it");
        }
    }

    #[test]
    fn what_the_sheet_does_not_cover_is_the_envelopes_inside() {
        // A window that begins left of where the sheet can end.
        let mut envelope = naga3();
        envelope.window = envelope.window.map(|window| Window { left_mm: 10.0, ..window });
        let (width, pixels) = slips(Vec::new(), &envelope);
        let at = |x: f64, y: f64| pixels[(y * 10.0) as usize * width + (x * 10.0) as usize];
        assert_eq!((at(4.5, 6.0), at(98.5, 6.0), at(98.0 + 11.5, 6.0)), (255, INSIDE, 255));
        assert_eq!(at(1.0, 1.0), ENVELOPE);
    }
}
