//! Stationery from a design program under the layers.

mod judge;
mod support;

use judge::{assert_sound, judge, kept, text};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};
use press::{FaceData, Fonts, Layers, PressError};
use support::{copy, copy_press, layer, letter_page, print, uses, Face, Sample, GOTHIC, MINCHO};

/// Returns a one-page PDF of this size whose content is `paint`; font F1 is Helvetica, unembedded,
/// if `text`.
fn pdf(width: f32, paint: impl FnOnce(&mut Content), text: bool) -> Vec<u8> {
    let [catalog, pages, page, content, font] = [1, 2, 3, 4, 5].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1).media_box(Rect::new(0.0, 0.0, width, 842.0));
    let mut dict = pdf.page(page);
    dict.parent(pages).contents(content);
    let mut resources = dict.resources();
    if text {
        resources.fonts().pair(Name(b"F1"), font);
    }
    resources.finish();
    dict.finish();
    let mut painted = Content::new();
    paint(&mut painted);
    pdf.stream(content, &painted.finish());
    if text {
        pdf.type1_font(font).base_font(Name(b"Helvetica"));
    }
    pdf.finish()
}

fn band(content: &mut Content) {
    content.set_fill_rgb(0.1, 0.3, 0.8).rect(0.0, 742.0, 595.0, 100.0).fill_nonzero();
}

fn build(stationery: &[u8]) -> Result<Sample, PressError> {
    let faces = [Face::load(MINCHO), Face::load(GOTHIC)];
    let page = letter_page(&faces, 1);
    let layer = layer(&faces);
    let data: Vec<FaceData<'_>> = faces.iter().map(Face::data).collect();
    let fonts =
        Fonts::build(&data, &uses(&faces, [&page, &layer]), &Default::default()).expect("fonts");
    let layers = Layers::build(&fonts, &[layer], &[], Some(stationery))?;
    Ok(Sample { letters: vec![vec![page]], fonts, layers })
}

fn refused(stationery: &[u8]) -> String {
    let fonts = Fonts::build(&[], &[], &Default::default()).expect("no fonts");
    match Layers::build(&fonts, &[], &[], Some(stationery)) {
        Err(PressError::Stationery(why)) => why,
        Err(other) => panic!("another refusal: {other}"),
        Ok(_) => panic!("it was taken"),
    }
}

#[test]
fn stationery_lies_under_the_first_layer_in_print_and_copy() {
    let sample = build(&pdf(595.0, band, false)).expect("stationery");
    let print = kept("stationery-print.pdf", &print(&sample, false).0);
    let copy = kept("stationery-copy.pdf", &copy(&copy_press(&sample), &sample, 1).0);
    for file in [print, copy] {
        assert_sound(&file);
        assert!(text(&file).contains("納税通知書"), "the layer lies on it");
        let stem = file.with_extension("");
        let stem = stem.to_str().expect("UTF-8");
        judge("pdftoppm", &["-r", "36", "-singlefile", "FILE", stem], &file);
        let image = std::fs::read(format!("{stem}.ppm")).expect("an image");
        // The third row of pixels from the top, at its middle: the band.
        let width = 298;
        let pixels = &image[image.len() - width * 421 * 3..];
        let [r, g, b] = pixels[(3 * width + width / 2) * 3..][..3] else { panic!("a pixel") };
        assert!(b > 150 && r < 80 && g < 120, "{r} {g} {b}");
    }
}

#[test]
fn stationery_that_would_spoil_the_files_is_refused_by_name() {
    let text = |content: &mut Content| {
        content.begin_text().set_font(Name(b"F1"), 12.0).show(Str(b"x")).end_text();
    };
    assert_eq!(refused(&pdf(595.0, text, true)), "font Helvetica is not embedded");
    let cmyk = |content: &mut Content| {
        content.set_fill_cmyk(1.0, 0.0, 0.0, 0.0).rect(0.0, 0.0, 9.0, 9.0).fill_nonzero();
    };
    assert!(refused(&pdf(595.0, cmyk, false)).contains("CMYK"));
    assert!(refused(&pdf(612.0, band, false)).contains("not A4"));
    assert!(!refused(b"%PDF-1.7\nnothing").is_empty());
    let whole = pdf(595.0, band, false);
    for cut in (0..whole.len() - 1).step_by(7) {
        assert!(!refused(&whole[..cut]).is_empty(), "cut at {cut}");
    }
}
