//! Lines of OMR, looked for on a raster where a machine would look.

mod judge;
mod support;

use std::path::Path;

use judge::{judge, kept};
use letter::omr::{OmrLine, OmrProfile};
use letter::page::Page;
use letter::piece::SheetMark;
use letter::stock::InserterProfile;
use letter::PieceId;
use press::{BlockStart, Fonts, Layers, Painted, PrintFile, PrintRun, Totals};
use support::{uses, Face, INSERTER, MINCHO};

const DPI: usize = 300;

fn profile() -> OmrProfile {
    use OmrLine::{Always, EvenParity, NotEndOfSet, Reprint, Sequence1, Sequence2};
    OmrProfile {
        left_mm: 5.0,
        top_mm: 110.0,
        length_mm: 12.0,
        thickness_mm: 0.5,
        pitch_mm: 4.233,
        clear_mm: 3.0,
        lines: vec![Always, NotEndOfSet, EvenParity, Sequence2, Sequence1, Reprint, Always],
    }
}

/// Lets a renderer draw a page and returns which lines are black in the middle, if what must stay
/// blank around them is.
fn lines_seen(file: &Path, page: usize, omr: &OmrProfile) -> Vec<bool> {
    let stem = file.with_extension(page.to_string());
    let stem = stem.to_str().expect("UTF-8");
    let (page, dpi) = (page.to_string(), DPI.to_string());
    let range = ["-gray", "-singlefile", "-f", &page, "-l", &page, "-r", &dpi, "FILE", stem];
    judge("pdftoppm", &range, file);
    let bytes = std::fs::read(format!("{stem}.pgm")).expect("a raster");
    let width = (210.0 / 25.4 * DPI as f64).ceil() as usize;
    let head = bytes.len() - bytes.len() / width * width;
    let pixel = |mm: f64| (mm / 25.4 * DPI as f64).round() as usize;
    let is_black = |x_mm: f64, y_mm: f64| bytes[head + pixel(y_mm) * width + pixel(x_mm)] < 128;
    let middle = omr.left_mm + omr.length_mm / 2.0;
    let mut seen = Vec::new();
    for line in 0..omr.lines.len() {
        let top = omr.top_mm + omr.pitch_mm * line as f64;
        seen.push(is_black(middle, top + omr.thickness_mm / 2.0));
        assert!(!is_black(middle, top + omr.pitch_mm / 2.0), "blank between two lines");
        for x in [omr.left_mm - 0.3, omr.left_mm + omr.length_mm + 0.3] {
            assert!(!is_black(x, top + omr.thickness_mm / 2.0), "blank beside a line");
        }
    }
    seen
}

#[test]
fn lines_stand_where_a_machine_looks_for_them_on_fronts_alone() {
    let omr = profile();
    let inserter = InserterProfile { data_matrix: false, omr: Some(omr.clone()), ..INSERTER() };
    let faces = [Face::load(MINCHO)];
    let fonts =
        Fonts::build(&[faces[0].data()], &uses(&faces, []), &Default::default()).expect("fonts");
    let layers = Layers::build(&fonts, &[], &[], None).expect("layers");
    let run = PrintRun::new(&fonts, &layers, support::meta(true, &inserter)).expect("a run");
    let run = run.in_generation(2);
    let letters = [vec![Page::default(); 3], vec![Page::default(); 1]];
    let mut scratch = press::Scratch::default();
    let mut block = run.block(&mut scratch, BlockStart::default());
    for (pages, sequence) in letters.iter().zip([6, 7]) {
        let id = PieceId(sequence.into());
        block.letter(Painted { id, sequence, inserts: 0, pages }).expect("a letter");
    }
    let mut bytes = Vec::new();
    let totals = Totals { letters: 2, pages: 6 };
    let mut file = PrintFile::begin(&mut bytes, &run, totals).expect("memory takes all");
    file.write_block(block.finish()).expect("memory takes all");
    file.finish().expect("memory takes all");
    let file = kept("omr.pdf", &bytes);
    let mark = |sequence, sheet, sheets| SheetMark {
        generation: 2,
        job: 20_261_122,
        sequence,
        sheet,
        sheets,
        inserts: 0,
    };
    // Piece 6 has two sheets: 110 in the sequence's bits; piece 7 has one: 111.
    let expected = [
        (1, mark(6, 1, 2), [true, true, true, true, false, true, true]),
        (3, mark(6, 2, 2), [true, false, false, true, false, true, true]),
        (5, mark(7, 1, 1), [true, false, true, true, true, true, true]),
    ];
    for (page, mark, lines) in expected {
        assert_eq!(lines_seen(&file, page, &omr), lines, "page {page}");
        let bits = (0..7).map(|place| omr.printed(&mark) >> place & 1 == 1).collect::<Vec<_>>();
        assert_eq!(bits, lines, "page {page}");
    }
    for back in [2, 4, 6] {
        assert_eq!(lines_seen(&file, back, &omr), [false; 7], "page {back}");
    }
}
