//! Print files, judged by outside programs.

mod judge;
mod support;

use judge::{assert_sound, judge, kept, text};
use press::{BlockStart, Painted, PressError, PrintFile, PrintRun, Scratch, Totals};
use support::{
    block_starts, compose, letter_page, meta, print, sample, totals, words, Face, Sample, GOTHIC,
    INSERTER, MINCHO,
};

fn faces() -> [Face; 2] {
    [Face::load(MINCHO), Face::load(GOTHIC)]
}

/// Checks that a page's text has the words in this order.
fn assert_in_order(page: &str, words: &[&str]) {
    let mut rest = page;
    for word in words {
        let at = rest.find(word).unwrap_or_else(|| panic!("{word} is not (in order) in {page}"));
        rest = &rest[at + word.len()..];
    }
}

#[test]
fn every_letter_is_found_on_its_pages_in_order() {
    let sample = sample(&faces(), 300);
    let (bytes, summary) = print(&sample, true);
    assert_eq!(summary.bytes, bytes.len() as u64);
    assert_eq!((summary.letters, summary.pages), (300, 600));
    let file = kept("print.pdf", &bytes);
    assert_sound(&file);
    let text = text(&file);
    let pages: Vec<&str> = text.split('\u{c}').collect();
    assert_eq!(pages.len(), 601, "a form feed ends each page");
    for (number, sheet) in (1u32..).zip(pages.chunks_exact(2)) {
        let words = words(number);
        let table = (1..=8).map(|row| format!("第{row}期")).collect::<Vec<_>>();
        let mut expected = vec![words.address.as_str(), words.name.as_str()];
        expected.extend(table.iter().map(String::as_str));
        expected.push(&words.amount);
        assert_in_order(sheet[0], &expected);
        let back =
            if number % 5 == 0 { format!("別紙 {}の続き", words.name) } else { "".into() };
        assert_eq!(sheet[1].trim(), back, "letter {number}");
    }
    assert!(text.contains("葛\u{e0100}西"), "a variation sequence is found as it was written");
}

#[test]
fn several_renderers_draw_a_print_file_without_complaint() {
    let sample = sample(&faces(), 10);
    let (bytes, _) = print(&sample, false);
    let file = kept("rendered.pdf", &bytes);
    judge("mutool", &["draw", "-q", "-r", "30", "-F", "pgm", "-o", "/dev/null", "FILE"], &file);
    judge("gs", &["-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=nullpage", "FILE"], &file);
    judge("pdftoppm", &["-r", "30", "-gray", "FILE", file.to_str().unwrap()], &file);
    let fonts = judge("pdffonts", &["FILE"], &file);
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    assert_eq!(rows.len(), 3, "{fonts}");
    for row in rows {
        assert!(row.contains("TrueType") && row.contains("yes yes yes"), "{row}");
    }
}

#[test]
fn blocks_composed_in_any_order_by_any_thread_give_the_same_file() {
    let sample = sample(&faces(), 300);
    let (expected, summary) = print(&sample, true);
    let inserter = INSERTER();
    let run = PrintRun::new(&sample.fonts, &sample.layers, meta(true, &inserter)).expect("a run");
    let parts = block_starts(&sample.letters, true);
    let blocks: Vec<_> = std::thread::scope(|scope| {
        let letters = &sample.letters;
        let run = &run;
        let threads: Vec<_> = parts
            .iter()
            .rev()
            .map(|part| {
                scope.spawn(move || {
                    let mut scratch = Scratch::default();
                    // A used scratch leaves no trace.
                    compose(run, &mut scratch, letters, (BlockStart::default(), 0..20));
                    compose(run, &mut scratch, letters, part.clone())
                })
            })
            .collect();
        threads.into_iter().rev().map(|thread| thread.join().expect("composed")).collect()
    });
    let mut bytes = Vec::new();
    let totals = totals(&sample.letters, true);
    let mut file = PrintFile::begin(&mut bytes, &run, totals).expect("begin");
    for block in blocks {
        file.write_block(block).expect("in order");
    }
    assert_eq!(file.finish().expect("finish"), summary);
    assert!(bytes == expected, "the same bytes");
}

#[test]
fn a_glyph_that_the_fonts_do_not_hold_is_refused() {
    let faces = faces();
    let sample = sample(&faces, 1);
    let inserter = INSERTER();
    let run = PrintRun::new(&sample.fonts, &sample.layers, meta(true, &inserter)).expect("a run");
    let mut scratch = Scratch::default();
    let mut composer = run.block(&mut scratch, BlockStart::default());
    let mut setter = support::Setter::new(&faces);
    setter.line(0, 10.0, 60.0, 80.0, "鷗");
    let letter = Painted { id: words(1).id, sequence: 1, inserts: 0, pages: &[setter.page] };
    assert!(matches!(composer.letter(letter), Err(PressError::NotInFonts { face: 0, .. })));
}

#[test]
fn a_print_file_takes_only_its_own_next_block_and_what_was_announced() {
    let faces = faces();
    let sample = sample(&faces, 140);
    let inserter = INSERTER();
    let run = PrintRun::new(&sample.fonts, &sample.layers, meta(true, &inserter)).expect("a run");
    let mut scratch = Scratch::default();
    let blocks: Vec<_> = block_starts(&sample.letters, true)
        .into_iter()
        .map(|part| compose(&run, &mut scratch, &sample.letters, part))
        .collect();
    let totals = Totals { letters: 140, pages: 279 };
    let mut file = PrintFile::begin(Vec::new(), &run, totals).expect("begin");
    let out_of_order = file.write_block(blocks[1].clone());
    assert!(matches!(out_of_order, Err(PressError::BlockOrder { expected: 0, found: 128 })));
    for block in blocks {
        file.write_block(block).expect("in order");
    }
    assert!(matches!(file.finish(), Err(PressError::Totals { found_pages: 280, .. })));
}

#[test]
fn marks_need_digits_in_some_face() {
    let faces = faces();
    let page = letter_page(&faces, 1);
    let mut uses = vec![letter::page::CharUse::default(); 2];
    letter::page::note_use(&page, &mut uses);
    let mut without = letter::page::CharUse::default();
    uses[0].iter().filter(|&i| i != faces[0].index('7', None)).for_each(|i| without.insert(i));
    let data: Vec<_> = faces.iter().map(Face::data).collect();
    let fonts = press::Fonts::build(&data, &[without, Default::default()], &Default::default())
        .expect("fonts");
    let layers = press::Layers::build(&fonts, &[], &[], None).expect("layers");
    let inserter = INSERTER();
    let run = PrintRun::new(&fonts, &layers, meta(true, &inserter));
    assert!(matches!(run, Err(PressError::NoMarkDigits)));
    let silent = letter::stock::InserterProfile { data_matrix: false, ..INSERTER() };
    assert!(PrintRun::new(&fonts, &layers, meta(true, &silent)).is_ok());
}

#[test]
fn a_print_file_without_letters_is_not_begun() {
    let sample = Sample { letters: Vec::new(), ..sample(&faces(), 1) };
    let inserter = INSERTER();
    let run = PrintRun::new(&sample.fonts, &sample.layers, meta(true, &inserter)).expect("a run");
    let file = PrintFile::begin(Vec::new(), &run, totals(&sample.letters, true));
    assert!(matches!(file, Err(PressError::NoLetters)));
}
