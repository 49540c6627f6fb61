//! Pictures read back, pixel by pixel.

use std::path::Path;

use letter::barcode::{Bar, CODE_COUNT};
use letter::page::{CharsetEntry, Glyph, Len, Mark};
use letter::CustomerBarcode;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use super::*;

/// A picture as rows of grey.
struct Read {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Read {
    fn of(png: &[u8]) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("a whole PNG");
        let grey = (png::ColorType::Grayscale, png::BitDepth::Eight);
        assert_eq!((info.color_type, info.bit_depth), grey);
        Self { width: info.width as usize, height: info.height as usize, pixels }
    }

    fn at(&self, x: usize, y: usize) -> u8 {
        self.pixels[y * self.width + x]
    }

    /// Left, top, right and bottom of the pixels that are not white.
    fn ink(&self) -> Option<[usize; 4]> {
        let mut inked = None;
        for y in 0..self.height {
            for x in (0..self.width).filter(|&x| self.at(x, y) < 255) {
                let [left, top, right, bottom] = inked.unwrap_or([x, y, x, y]);
                inked = Some([x.min(left), y.min(top), x.max(right), y.max(bottom)]);
            }
        }
        inked
    }
}

fn shot(page: &Page, dpi: u32) -> Read {
    Read::of(&picture(page, &[], &[], &[], dpi).expect("a sound page"))
}

fn rule(x: i32, y: i32, width: i32, height: i32, tint: u8) -> Mark {
    Mark::Rule { x: Len(x), y: Len(y), width: Len(width), height: Len(height), tint }
}

fn page(marks: Vec<Mark>) -> Page {
    Page { marks, ..Page::default() }
}

/// A stock face that draws the given characters.
fn face(characters: &[char]) -> (Vec<u8>, Charset) {
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fonts");
    let bytes = std::fs::read(fonts.join("BIZUDPGothic-Regular.ttf")).expect("a stock font");
    let font = FontRef::new(&bytes).expect("a font");
    let (size, place) = (Size::unscaled(), LocationRef::default());
    let widths = font.glyph_metrics(size, place);
    let entry = |&character: &char| {
        let glyph = font.charmap().map(character).expect("a character of the face");
        let advance = widths.advance_width(glyph).expect("a width") as u16;
        CharsetEntry { character, selector: None, glyph: glyph.to_u32() as u16, advance, shift: 0 }
    };
    let entries = characters.iter().map(entry).collect();
    let units_per_em = font.metrics(size, place).units_per_em;
    (bytes, Charset { entries, units_per_em })
}

/// Sets the characters of a face one after the other, 100 points high.
fn text_page(count: u32, x: i32, y: i32) -> Page {
    let glyphs = (0..count).map(|char_index| Glyph { char_index, extra: 500 }).collect();
    let (size, x, y) = (Len(10_000), Len(x), Len(y));
    let text = Mark::Text { face: 0, size, x, y, start: 0, end: count };
    Page { marks: vec![text], glyphs, ..Page::default() }
}

#[test]
fn a_sheet_is_as_large_as_its_paper_and_white() {
    let read = shot(&Page::default(), 150);
    assert_eq!((read.width, read.height, read.ink()), (1241, 1754, None));
}

#[test]
fn a_rule_has_its_ink_where_it_stands_and_nowhere_else() {
    // At 72 dots a pixel is a point; the sheet is 841.89 points high.
    let read = shot(&page(vec![rule(10_000, 84_189 - 20_000, 3_000, 500, 100)]), 72);
    assert_eq!(read.ink(), Some([100, 195, 129, 199]));
    assert!((195..200).all(|y| (100..130).all(|x| read.at(x, y) == 0)));
}

#[test]
fn a_tint_is_its_share_of_black_and_covers_what_lies_under_it() {
    let top = 84_189 - 20_000;
    let marks = vec![rule(10_000, top, 2_000, 2_000, 100), rule(10_000, top, 2_000, 1_000, 8)];
    let read = shot(&page(marks), 72);
    assert_eq!((read.at(110, 185), read.at(110, 195)), (0, 235));
}

#[test]
fn a_hairline_is_as_grey_as_it_is_thin() {
    let read = shot(&page(vec![rule(10_000, 84_189 - 20_000, 3_000, 25, 100)]), 72);
    assert_eq!(read.ink(), Some([100, 199, 129, 199]));
    // A quarter of a pixel, in steps of 1/256.
    assert_eq!(read.at(115, 199), 192);
}

#[test]
fn a_rule_over_the_sheets_edge_is_cut_there() {
    let huge = i32::MAX / 4;
    let read = shot(&page(vec![rule(-huge / 2, 84_189 - 1_000, huge, 500, 100)]), 72);
    assert_eq!(read.ink(), Some([0, 5, read.width - 1, 9]));
    let beyond = shot(&page(vec![rule(-500, 0, 500, 500, 100), rule(60_000, 0, 9, 9, 100)]), 72);
    assert_eq!(beyond.ink(), None);
}

#[test]
fn a_glyph_has_its_ink_within_its_em_and_nowhere_else() {
    let (bytes, charset) = face(&['国']);
    let faces = [FaceData { bytes: &bytes, charset: &charset }];
    let png = picture(&text_page(1, 10_000, 84_189 - 30_000), &[], &[], &faces, 72).expect("sound");
    let read = Read::of(&png);
    let [left, top, right, bottom] = read.ink().expect("a glyph is black");
    // 国 is a box that nearly fills the em of 100 pixels from 12 below to 88 above the baseline.
    assert!((100..115).contains(&left) && (185..200).contains(&right), "{left} {right}");
    assert!((212..225).contains(&top) && (300..313).contains(&bottom), "{top} {bottom}");
    // Its frame is closed: going in from the left, paper, ink, paper again.
    let middle: Vec<u8> = (100..200).map(|x| read.at(x, 280)).collect();
    assert!(middle[0] == 255 && middle.contains(&0) && middle[25] == 255);
}

#[test]
fn glyphs_stand_an_advance_and_their_extra_apart() {
    let (bytes, charset) = face(&['国', '国']);
    let advance = usize::from(charset.entries[0].advance) * 100 / usize::from(charset.units_per_em);
    let faces = [FaceData { bytes: &bytes, charset: &charset }];
    let shot = |count| {
        let png = picture(&text_page(count, 10_000, 50_000), &[], &[], &faces, 72).expect("sound");
        Read::of(&png).ink().expect("black")
    };
    let ([left, .., one, _], [same_left, .., two, _]) = (shot(1), shot(2));
    assert_eq!((left, two - one), (same_left, advance + 50));
}

#[test]
fn bars_stand_at_the_heights_of_their_kinds() {
    let barcode = CustomerBarcode::from_codes([3; CODE_COUNT]).expect("codes below 19");
    // At size 10 a bar is 0.6 mm wide, which is six pixels of 254 an inch.
    let (x, y, size) = (Len(5_000), Len(50_000), Len(1_000));
    let read = shot(&page(vec![Mark::Barcode { x, y, size, barcode }]), 254);
    let scale = 254.0 / 7200.0;
    let (left, foot) = (5_000.0 * scale, (84_189.0 - 50_000.0) * scale);
    for (index, bar) in barcode.bars().into_iter().enumerate() {
        let middle = (left + index as f64 * 12.0 + 3.0) as usize;
        let inked: Vec<usize> = (0..read.height).filter(|&y| read.at(middle, y) < 128).collect();
        let units = |y: usize| ((foot - y as f64) / 6.0).round() as i32;
        let span = (units(inked[inked.len() - 1] + 1), units(inked[0]));
        let expected = match bar {
            Bar::Full => (0, 6),
            Bar::Ascender => (2, 6),
            Bar::Descender => (0, 4),
            Bar::Tracker => (2, 4),
        };
        assert_eq!(span, expected, "bar {index}");
        assert_eq!(read.at(middle + 6, inked[0] + 1), 255, "the space after bar {index}");
    }
}

#[test]
fn a_layer_lies_under_what_follows() {
    let layers = [Page::default(), page(vec![rule(0, 84_189 - 10_000, 10_000, 10_000, 100)])];
    let above = page(vec![Mark::Layer(1), rule(0, 84_189 - 5_000, 5_000, 5_000, 50)]);
    let read = Read::of(&picture(&above, &layers, &[], &[], 72).expect("sound"));
    assert_eq!((read.at(20, 20), read.at(70, 70), read.at(120, 20)), (128, 0, 255));
}

#[test]
fn a_part_stands_where_its_mark_says() {
    let parts = [page(vec![rule(1_000, 2_000, 1_000, 1_000, 100)])];
    let mark = Mark::Part { part: 0, x: Len(2_000), y: Len(69_189), height: Len(4_000) };
    let read = Read::of(&picture(&page(vec![mark]), &[], &parts, &[], 72).expect("sound"));
    assert_eq!(read.ink(), Some([30, 120, 39, 129]));
}

#[test]
fn what_a_mark_names_must_exist() {
    let error = |page: &Page, dpi| picture(page, &[], &[], &[], dpi).expect_err("nothing to name");
    assert_eq!(error(&page(vec![Mark::Layer(0)]), 72), ProofError::NoSuchLayer(0));
    assert_eq!(error(&text_page(1, 0, 0), 72), ProofError::NoSuchFace(0));
    assert_eq!(error(&Page::default(), 0), ProofError::Resolution { dpi: 0, max: DPI_MAX });
    let nested = [page(vec![Mark::Layer(0)])];
    let found = picture(&page(vec![Mark::Layer(0)]), &nested, &[], &[], 72);
    assert_eq!(found, Err(ProofError::LayerInLayer(0)));
    let (bytes, charset) = face(&['国']);
    let faces = [FaceData { bytes: &bytes, charset: &charset }];
    let missing = ProofError::NoSuchCharacter { face: 0, char_index: 1 };
    assert_eq!(picture(&text_page(2, 0, 0), &[], &[], &faces, 72), Err(missing));
    let no_font = [FaceData { bytes: b"no font", charset: &charset }];
    assert!(matches!(
        picture(&Page::default(), &[], &[], &no_font, 72),
        Err(ProofError::Face { face: 0, .. })
    ));
}
