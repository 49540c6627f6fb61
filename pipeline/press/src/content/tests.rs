//! What marks become in a content stream.

use std::path::Path;

use letter::page::{CharUse, Charset, CharsetEntry};

use super::*;
use crate::fonts::FaceData;

/// A face of the digits, with the codes in the order of the digits, each 600 wide.
fn fonts() -> Fonts {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fonts/BIZUDPMincho-Regular.ttf");
    let bytes = std::fs::read(file).expect("a stock font");
    let entry = |digit: u8| CharsetEntry {
        character: char::from(b'0' + digit),
        selector: None,
        glyph: u16::from(digit) + 1,
        advance: 600,
        shift: 0,
    };
    let charset = Charset { entries: (0..10).map(entry).collect(), units_per_em: 1000 };
    let mut used = CharUse::default();
    (0..10).for_each(|index| used.insert(index));
    let face = FaceData { name: "digits", bytes: &bytes, charset: &charset };
    Fonts::build(&[face], &[used], &Default::default()).expect("fonts")
}

/// A page of runs: x, y, and the extra advances of its glyphs, all of them 0.
fn page(runs: &[(i32, i32, &[i16])]) -> Page {
    let mut page = Page::default();
    for &(x, y, extras) in runs {
        let start = page.glyphs.len() as u32;
        page.glyphs.extend(extras.iter().map(|&extra| Glyph { char_index: 0, extra }));
        let end = page.glyphs.len() as u32;
        page.marks.push(Mark::Text { face: 0, size: Len(1000), x: Len(x), y: Len(y), start, end });
    }
    page
}

fn written(page: &Page) -> String {
    let (fonts, mut out) = (fonts(), Vec::new());
    let mut composer = Composer::new(&fonts, (1, 1), &mut out);
    composer.page(page).expect("written");
    composer.finish();
    // The code of a digit that is counted nowhere is the first of all.
    String::from_utf8(out).expect("ASCII").replace("\n", " ")
}

#[test]
fn lines_that_are_as_far_apart_as_the_last_two_need_no_move() {
    let lines = page(&[
        (100, 9000, &[0, 0]),
        (100, 8000, &[0, 0]),
        (100, 7000, &[0, 0]),
        (300, 6000, &[0]),
        (300, 5500, &[0]),
    ]);
    assert_eq!(
        written(&lines),
        "BT /A 1000 Tf 100 9000 Td(00)Tj 0 -1000 TD(00)Tj (00)' 200 -1000 Td(0)Tj \
         0 -500 TD(0)Tj ET "
    );
}

#[test]
fn operators_stay_apart_where_spacing_stands_between() {
    let spaced = page(&[
        (100, 9000, &[7, 7, 0]),
        (100, 8000, &[0, 0]),
        (100, 7000, &[7, 7, 0, 7, 0]),
        (100, 6000, &[5, 7, 7, 7, 0]),
    ]);
    let words = written(&spaced);
    assert_eq!(
        words,
        "BT /A 1000 Tf 100 9000 Td 7 Tc(000)Tj 0 -1000 TD 0 Tc(00)Tj  7 Tc T*[(000)7(00)]TJ \
         T*[(0)2(0000)]TJ ET "
    );
    let mut part = spaced;
    part.marks.truncate(1);
    part.marks.push(Mark::Part { part: 0, x: Len(5), y: Len(-6), height: Len(1) });
    part.marks.insert(1, Mark::Layer(0));
    assert!(written(&part).ends_with("ET  0 Tc /L0 Do q 1 0 0 1 5 -6 cm/P0 Do Q "));
    part.marks.push(Mark::Part { part: 1, x: Len(0), y: Len(0), height: Len(1) });
    let (fonts, mut out) = (fonts(), Vec::new());
    let error = Composer::new(&fonts, (1, 1), &mut out).page(&part).expect_err("one part");
    assert!(matches!(error, PressError::NoSuchPart(1)));
}

#[test]
fn text_beside_text_stands_in_one_array_and_drifts_no_farther_than_a_rounding() {
    // Each cell is 12 points wide; the next begins at 20.5, 40.12 and 60.5 points.
    let cells: [(i32, i32, &[i16]); 4] = [
        (1000, 9000, &[0, 0]),
        (2050, 9000, &[0, -40]),
        (4012, 9000, &[30, 0]),
        (6050, 9000, &[0, 0]),
    ];
    assert_eq!(
        written(&page(&cells)),
        "BT /A 1000 Tf 1000 9000 Td[(00)150(00)-762(0)-30(0)-808(00)]TJ ET "
    );
    // With a size of 7.77 points a thousandth of an em is no unit.
    let mut odd = page(&cells);
    let mut x = 0;
    odd.marks = (0..40)
        .map(|cell| {
            x += 1_237 + cell % 7;
            Mark::Text { face: 0, size: Len(777), x: Len(x), y: Len(9), start: 0, end: 2 }
        })
        .collect();
    let text = written(&odd);
    let array = &text[text.find('[').expect("an array") + 1..text.find(']').expect("its end")];
    let mut pen = f64::from(1_237);
    let mut at = 0;
    for element in array.split(['(', ')']).filter(|element| !element.is_empty()) {
        if element == "00" {
            let Mark::Text { x, .. } = odd.marks[at] else { panic!("text") };
            assert!((pen - f64::from(x.0)).abs() <= 0.39, "cell {at}: {pen}, not {x:?}");
            at += 1;
            pen += 2.0 * 0.6 * 777.0;
        } else {
            pen -= element.parse::<f64>().expect("a kern") / 1000.0 * 777.0;
        }
    }
    assert_eq!(at, 40);
}
