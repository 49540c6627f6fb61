//! Print files in their conservative form, judged beside the compact ones.

mod judge;
mod support;

use judge::{assert_sound, judge, kept, text};
use press::{BlockStart, FileForm, PrintFile, PrintRun, Scratch};
use support::{
    block_starts, compose, meta, print, print_in_form, sample, totals, Face, GOTHIC, INSERTER,
    MINCHO,
};

fn faces() -> [Face; 2] {
    [Face::load(MINCHO), Face::load(GOTHIC)]
}

#[test]
fn a_conservative_file_says_the_same_without_streams_of_objects() {
    let sample = sample(&faces(), 300);
    for duplex in [true, false] {
        let compact = kept("compact.pdf", &print(&sample, duplex).0);
        let (bytes, summary) = print_in_form(&sample, duplex, FileForm::Conservative);
        assert_eq!(summary.bytes, bytes.len() as u64);
        let file = kept("conservative.pdf", &bytes);
        assert_sound(&file);
        let has = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
        assert!(!has(b"/ObjStm") && !has(b"/XRef") && has(b"\nxref\n0 "));
        // In a compact file the bars are characters.
        let is_bars = |line: &&str| line.len() == 67 && line.bytes().all(|b| b"FADT".contains(&b));
        let said = text(&compact);
        let expected: Vec<&str> = said.lines().filter(|line| !is_bars(line)).collect();
        assert!(expected.len() < said.lines().count());
        assert_eq!(text(&file).lines().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn several_renderers_draw_a_conservative_file_without_complaint() {
    let (bytes, _) = print_in_form(&sample(&faces(), 10), true, FileForm::Conservative);
    let file = kept("conservative-rendered.pdf", &bytes);
    judge("mutool", &["draw", "-q", "-r", "30", "-F", "pgm", "-o", "/dev/null", "FILE"], &file);
    judge("gs", &["-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=nullpage", "FILE"], &file);
    judge("pdftoppm", &["-r", "30", "-gray", "FILE", file.to_str().unwrap()], &file);
    let fonts = judge("pdffonts", &["FILE"], &file);
    assert_eq!(fonts.lines().skip(2).count(), 2, "no font of bars: {fonts}");
}

#[test]
fn conservative_blocks_composed_in_any_order_give_the_same_file() {
    let sample = sample(&faces(), 300);
    let (expected, summary) = print_in_form(&sample, true, FileForm::Conservative);
    let inserter = INSERTER();
    let meta = meta(true, &inserter);
    let form = FileForm::Conservative;
    let run = PrintRun::in_form(&sample.fonts, &sample.layers, meta, form).expect("a run");
    let mut scratch = Scratch::default();
    // A used scratch leaves no trace.
    compose(&run, &mut scratch, &sample.letters, (BlockStart::default(), 0..20));
    let parts = block_starts(&sample.letters, true).into_iter().rev();
    let blocks = parts.map(|part| compose(&run, &mut scratch, &sample.letters, part));
    let blocks: Vec<_> = blocks.collect();
    let mut bytes = Vec::new();
    let totals = totals(&sample.letters, true);
    let mut file = PrintFile::begin(&mut bytes, &run, totals).expect("begin");
    for block in blocks.into_iter().rev() {
        file.write_block(block).expect("in order");
    }
    assert_eq!(file.finish().expect("finish"), summary);
    assert!(bytes == expected, "the same bytes");
}
