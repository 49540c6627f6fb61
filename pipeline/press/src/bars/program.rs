//! The bars as a TrueType program: four rectangles and the seven tables that ISO 32000-1 §9.9 asks
//! of an embedded font.
//!
//! No hints: a renderer puts the edges where the size says. Table formats: OpenType 1.9.

use letter::barcode::Bar;

use crate::fonts::sfnt::{self, push, search, Tables};

/// Units of the em. Facts: post_and_print §1.2: at size a points a bar is 0.06·a mm wide, which is
/// 0.06 · 72 / 25.4 = 108/635 of the em.
pub(super) const UNITS_PER_EM: u16 = 635;
/// A bar's width: 0.6 mm at 10 points.
pub(super) const BAR: i16 = 108;
/// From bar to bar, and the height of a timing bar.
pub(super) const PITCH: i16 = 2 * BAR;
/// Height of a long bar.
pub(super) const LONG: i16 = 3 * PITCH;
/// In the order of their letters and, from 1 on, of their glyphs.
pub(super) const BARS: [Bar; 4] = [Bar::Ascender, Bar::Descender, Bar::Full, Bar::Tracker];

/// Returns the font file.
pub(super) fn write() -> Vec<u8> {
    let (glyf, loca) = outlines();
    // The directory has the tags in ascending order.
    let tables: Tables = vec![
        (*b"cmap", cmap()),
        (*b"glyf", glyf),
        (*b"head", head()),
        (*b"hhea", hhea()),
        (*b"hmtx", words(&[PITCH, 0].repeat(GLYPHS))),
        (*b"loca", loca),
        (*b"maxp", maxp()),
    ];
    sfnt::write(&tables)
}

/// Returns the lower and upper end of a bar.
pub(super) fn span(bar: Bar) -> (i16, i16) {
    match bar {
        Bar::Full => (0, LONG),
        Bar::Ascender => (PITCH, LONG),
        Bar::Descender => (0, 2 * PITCH),
        Bar::Tracker => (PITCH, 2 * PITCH),
    }
}

/// Returns the outlines and where they start; glyph 0 has none.
fn outlines() -> (Vec<u8>, Vec<u8>) {
    let (mut glyf, mut loca) = (Vec::new(), vec![0u16, 0]);
    for bar in BARS {
        let (low, high) = span(bar);
        // One contour that ends with point 3, its bounds, no instructions.
        glyf.extend(words(&[1, 0, low, BAR, high, 3, 0]));
        // All four points are on the curve and have two bytes a coordinate or repeat the last one:
        // up, right, down.
        glyf.extend([ON | SAME_X, ON | SAME_X, ON | SAME_Y, ON | SAME_X]);
        glyf.extend(words(&[BAR, low, high - low, low - high]));
        loca.push((glyf.len() / 2) as u16);
    }
    let mut bytes = Vec::new();
    push(&mut bytes, &loca);
    (glyf, bytes)
}

/// Returns the map of a symbolic font (ISO 32000-1 §9.6.6.4): the letters from U+F000 on.
fn cmap() -> Vec<u8> {
    let codes = BARS.map(|bar| 0xF000 | bar.letter() as u16);
    let segments = BARS.len() as u16 + 1;
    let mut table = Vec::new();
    // One subtable, of format 4, for Windows symbols, after these 12 bytes.
    push(&mut table, &[0, 1, 3, 0, 0, 12]);
    push(&mut table, &[4, 16 + 8 * segments, 0, 2 * segments]);
    push(&mut table, &search(segments, 2));
    let mut ends = codes.to_vec();
    ends.push(0xFFFF);
    push(&mut table, &ends);
    push(&mut table, &[0]);
    push(&mut table, &ends);
    let glyphs = (1..).zip(codes).map(|(glyph, code): (u16, u16)| glyph.wrapping_sub(code));
    // The last segment leads from 0xFFFF to glyph 0.
    push(&mut table, &glyphs.chain([1]).collect::<Vec<_>>());
    push(&mut table, &vec![0; usize::from(segments)]);
    table
}

fn head() -> Vec<u8> {
    // Version and revision 1.0, a place for the adjustment.
    let mut table = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    table.extend(0x5F0F_3CF5u32.to_be_bytes());
    // The baseline is at y = 0, the left side bearing at x = 0.
    push(&mut table, &[0b11, UNITS_PER_EM]);
    // Made and changed: a program has no clock.
    table.extend([0; 16]);
    // Bounds; regular; read from 6 pixels on; left to right; short offsets; glyf format 0.
    table.extend(words(&[0, 0, BAR, LONG, 0, 6, 2, 0, 0]));
    table
}

fn hhea() -> Vec<u8> {
    let mut table = vec![0, 1, 0, 0];
    // Ascender, descender, line gap, widest advance, least bearings, extent, caret upright.
    table.extend(words(&[LONG, 0, 0, PITCH, 0, PITCH - BAR, BAR, 1, 0, 0]));
    table.extend(words(&[0, 0, 0, 0, 0, GLYPHS as i16]));
    table
}

fn maxp() -> Vec<u8> {
    let mut table = vec![0, 1, 0, 0];
    // Glyphs; points and contours of a glyph; no composites; one zone; no instructions.
    push(&mut table, &[GLYPHS as u16, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    table
}

fn words(values: &[i16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

/// The bars and `.notdef`.
const GLYPHS: usize = BARS.len() + 1;
/// Point flags of `glyf`.
const ON: u8 = 0x01;
const SAME_X: u8 = 0x10;
const SAME_Y: u8 = 0x20;

#[cfg(test)]
mod tests {
    use skrifa::instance::{LocationRef, Size};
    use skrifa::{FontRef, MetadataProvider};

    use super::*;
    use crate::fonts::outline::points;

    /// Facts: post_and_print §1.2, in sixths of a long bar, which is 0.36 mm a point of size.
    #[test]
    fn every_bar_is_the_rectangle_of_the_manual() {
        let bytes = write();
        let font = FontRef::new(&bytes).expect("a font");
        let mm = |units: f32| f64::from(units) * 10.0 / f64::from(UNITS_PER_EM) * 25.4 / 72.0;
        for (letter, low, high) in [('F', 0, 6), ('A', 2, 6), ('D', 0, 4), ('T', 2, 4)] {
            let glyph = font.charmap().map(letter).expect("a glyph for the letter");
            let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
            let pitch = mm(metrics.advance_width(glyph).expect("an advance"));
            assert!((pitch - 1.2).abs() < 1e-9, "{letter} has a pitch of {pitch} mm");
            let found: Vec<_> =
                points(&font, glyph).into_iter().map(|(x, y)| (mm(x), mm(y))).collect();
            assert_eq!(found.len(), 4, "{letter} has corners only");
            let (low, high) = (f64::from(low) * 0.6, f64::from(high) * 0.6);
            let expected = [(0.0, low), (0.0, high), (0.6, high), (0.6, low)];
            for (at, corner) in expected.iter().enumerate() {
                let (x, y) = found[at];
                let near = (x - corner.0).abs() < 1e-9 && (y - corner.1).abs() < 1e-9;
                assert!(near, "{letter}: {found:?}, not {expected:?}");
            }
        }
    }
}
