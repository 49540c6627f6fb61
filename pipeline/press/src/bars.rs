//! The customer barcode as a TrueType font of four bars: exact rectangles, one byte a bar.
//!
//! Geometry: 郵便番号マニュアル p12 (facts: post_and_print §1.2). At size a = 10 a bar is 0.6 mm
//! wide and the pitch is 1.2 mm; everything scales with a.

mod program;

use letter::page::Len;
use letter::CustomerBarcode;
use pdf_writer::types::{FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Name, Rect, Str};

use self::program::{span, BAR, BARS, LONG, PITCH, UNITS_PER_EM};
use crate::fonts::subset_tag;
use crate::parts::{reference, Parts};

/// The letter under which content streams know the font.
pub(crate) const RESOURCE: u8 = b'Z';

/// Writes the font and returns its number.
///
/// The codes are the trade's letters F, A, D, T, and so are the characters that a reader finds.
pub(crate) fn write_font(parts: &mut Parts) -> u32 {
    let program = program::write();
    let name = format!("{}+CustomerBarcode", subset_tag(&program));
    let descriptor = write_descriptor(parts, &name, &program);
    let mut cmap = UnicodeCmap::<u8>::new(Name(b"Adobe-Identity-UCS"), UCS);
    for bar in BARS {
        cmap.pair(bar.letter() as u8, bar.letter());
    }
    let to_unicode = parts.packed_stream(cmap.finish().as_slice(), |_| ());
    parts.object(|chunk, id| {
        let mut font = chunk.indirect(id).dict();
        font.pair(Name(b"Type"), Name(b"Font"));
        font.pair(Name(b"Subtype"), Name(b"TrueType"));
        font.pair(Name(b"BaseFont"), Name(name.as_bytes()));
        font.pair(Name(b"FirstChar"), i32::from(FIRST));
        font.pair(Name(b"LastChar"), i32::from(LAST));
        font.insert(Name(b"Widths")).array().items((FIRST..=LAST).map(width));
        font.pair(Name(b"FontDescriptor"), reference(descriptor));
        font.pair(Name(b"ToUnicode"), reference(to_unicode));
    })
}

/// Returns left and lower edge, width and height of every bar, each edge rounded by itself to the
/// nearest 1/100 point (3.5 µm); all bars are of one width.
pub(crate) fn rectangles(
    x: Len,
    y: Len,
    size: Len,
    barcode: &CustomerBarcode,
) -> impl Iterator<Item = [Len; 4]> {
    let scaled = move |units: i32| {
        let em = i32::from(UNITS_PER_EM);
        Len((units * size.0 + em / 2) / em)
    };
    barcode.bars().into_iter().zip(0..).map(move |(bar, at)| {
        let (low, high) = span(bar);
        let (low, high) = (scaled(low.into()), scaled(high.into()));
        [x + scaled(at * i32::from(PITCH)), y + low, scaled(BAR.into()), high - low]
    })
}

/// Writes the font file and its descriptor, and returns the descriptor's number.
///
/// A symbolic font has no encoding: its codes find their glyphs by its own table.
fn write_descriptor(parts: &mut Parts, name: &str, program: &[u8]) -> u32 {
    let file = parts.packed_stream(program, |stream| {
        stream.pair(Name(b"Length1"), program.len() as i32);
    });
    let height = thousandths(LONG);
    parts.object(|chunk, id| {
        chunk
            .font_descriptor(id)
            .name(Name(name.as_bytes()))
            .flags(FontFlags::SYMBOLIC | FontFlags::FIXED_PITCH)
            .bbox(Rect::new(0.0, 0.0, thousandths(BAR).ceil(), height.ceil()))
            .italic_angle(0.0)
            .ascent(height)
            .descent(0.0)
            .cap_height(height)
            .stem_v(thousandths(BAR))
            .font_file2(reference(file));
    })
}

fn width(code: u8) -> f32 {
    let is_bar = BARS.iter().any(|bar| bar.letter() as u8 == code);
    thousandths(if is_bar { PITCH } else { 0 })
}

/// Returns a length of the program in 1/1000 of the font size.
fn thousandths(units: i16) -> f32 {
    f32::from(units) * 1000.0 / f32::from(UNITS_PER_EM)
}

const FIRST: u8 = b'A';
const LAST: u8 = b'T';
const UCS: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"UCS"), supplement: 0 };
