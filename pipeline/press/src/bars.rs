//! The customer barcode as a Type 3 font of four bars: exact rectangles, one byte a bar.
//!
//! Geometry: 郵便番号マニュアル p12 (facts: post_and_print §1.2). At size a = 10 a bar is 0.6 mm
//! wide and the pitch is 1.2 mm; everything scales with a.

use letter::barcode::Bar;
use pdf_writer::types::{SystemInfo, UnicodeCmap};
use pdf_writer::{Name, Rect, Str};

use crate::parts::{reference, Parts};

/// The letter under which content streams know the font.
pub(crate) const RESOURCE: u8 = b'Z';

/// Writes the font and returns its number.
///
/// The codes are the trade's letters F, A, D, T, and so are the characters that a reader finds.
pub(crate) fn write_font(parts: &mut Parts) -> u32 {
    let glyphs = BARS.map(|bar| write_bar(parts, bar));
    let mut cmap = UnicodeCmap::<u8>::new(Name(b"Adobe-Identity-UCS"), UCS);
    for bar in BARS {
        cmap.pair(bar.letter() as u8, bar.letter());
    }
    let to_unicode = parts.packed_stream(cmap.finish().as_slice(), |_| ());
    parts.object(|chunk, id| {
        let mut font = chunk.type3_font(id);
        font.name(Name(b"CustomerBarcode"))
            .bbox(Rect::new(0.0, 0.0, PITCH, 6.0))
            .matrix([UNIT, 0.0, 0.0, UNIT, 0.0, 0.0])
            .first_char(FIRST)
            .last_char(LAST)
            .widths((FIRST..=LAST).map(|code| if is_bar(code) { PITCH } else { 0.0 }))
            .to_unicode(reference(to_unicode));
        let mut encoding = font.encoding_custom();
        let mut differences = encoding.differences();
        for bar in BARS {
            differences.consecutive(bar.letter() as u8, [Name(&[bar.letter() as u8])]);
        }
        drop(differences);
        drop(encoding);
        let mut procedures = font.char_procs();
        for (bar, glyph) in BARS.into_iter().zip(glyphs) {
            procedures.pair(Name(&[bar.letter() as u8]), reference(glyph));
        }
        drop(procedures);
        font.resources();
    })
}

fn write_bar(parts: &mut Parts, bar: Bar) -> u32 {
    let (low, high) = span(bar);
    let procedure =
        format!("{PITCH} 0 0 {low} 1 {high} d1\n0 {low} 1 {height} re f\n", height = high - low);
    parts.object(|chunk, id| {
        chunk.stream(id, procedure.as_bytes());
    })
}

/// Returns the lower and upper end of a bar in units.
fn span(bar: Bar) -> (u8, u8) {
    match bar {
        Bar::Full => (0, 6),
        Bar::Ascender => (2, 6),
        Bar::Descender => (0, 4),
        Bar::Tracker => (2, 4),
    }
}

fn is_bar(code: u8) -> bool {
    BARS.iter().any(|bar| bar.letter() as u8 == code)
}

/// In the order of their letters.
const BARS: [Bar; 4] = [Bar::Ascender, Bar::Descender, Bar::Full, Bar::Tracker];
const FIRST: u8 = b'A';
const LAST: u8 = b'T';
/// From bar to bar, in units of a bar's width.
const PITCH: f32 = 2.0;
/// A bar's width in points at size 1 point: 0.06 mm.
const UNIT: f32 = 0.06 * 72.0 / 25.4;
const UCS: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"UCS"), supplement: 0 };
