//! Print files and copies on sheets other than A4.

mod judge;
mod support;

use judge::{assert_sound, judge, kept};
use letter::page::{Len, Mark, Page, SheetSize};
use press::PrintRun;
use support::{
    copy, copy_press, letter_page, meta, print, sample_on, Face, Sample, GOTHIC, INSERTER, MINCHO,
};

/// A card of 100 × 148 mm.
fn card() -> SheetSize {
    SheetSize::from_mm(100.0, 148.0)
}

fn sample(faces: &[Face]) -> Sample {
    // What hangs below the card's lower edge is cut; the mark stands 20 mm from its upper one.
    let down = Len::from_mm(297.0 - 148.0);
    let lowered = |mut page: Page| {
        for mark in &mut page.marks {
            match mark {
                Mark::Text { y, .. } | Mark::Rule { y, .. } | Mark::Barcode { y, .. } => {
                    *y = *y - down;
                }
                _ => {}
            }
        }
        page
    };
    let letters = (1..=2).map(|number| vec![lowered(letter_page(faces, number))]);
    sample_on(card(), faces, letters.collect())
}

#[test]
fn every_page_and_every_form_has_the_size_of_its_sheet() {
    let faces = [Face::load(MINCHO), Face::load(GOTHIC)];
    let sample = sample(&faces);
    let (bytes, _) = print(&sample, true);
    let file = kept("card.pdf", &bytes);
    assert_sound(&file);
    let found = judge("pdfinfo", &["-box", "-l", "4", "FILE"], &file);
    for boxed in ["MediaBox", "TrimBox"] {
        let lines = found.lines().filter(|line| line.contains(boxed));
        let lines: Vec<&str> = lines.filter(|line| line.starts_with("Page")).collect();
        assert_eq!(lines.len(), 4, "{found}");
        assert!(
            lines.iter().all(|line| line.ends_with("0.00     0.00   283.46   419.53")),
            "{found}"
        );
    }
    let copied = copy(&copy_press(&sample), &sample, 1).0;
    let file = kept("card-copy.pdf", &copied);
    assert_sound(&file);
    let found = judge("pdfinfo", &["FILE"], &file);
    assert!(found.contains("283.46 x 419.53 pts"), "{found}");
}

#[test]
fn marks_are_measured_from_the_sheets_own_upper_edge() {
    let faces = [Face::load(MINCHO), Face::load(GOTHIC)];
    let sample = sample(&faces);
    let inserter = letter::stock::InserterProfile { mark_top_mm: 20.0, ..INSERTER() };
    let run = PrintRun::new(&sample.fonts, &sample.layers, meta(false, &inserter)).expect("a run");
    let [_, bottom, _, top] = run.mark_extent().expect("a mark").map(Len::to_mm);
    assert!((148.0 - top - 20.0).abs() < 0.01, "{top}");
    assert!((top - bottom - 18.0 * inserter.module_mm).abs() < 0.01, "{bottom}");
}
