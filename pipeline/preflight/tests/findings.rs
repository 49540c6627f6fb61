//! PDFs written by hand, each with one fault, and what is found in them.

mod support;

use letter::page::{SheetSize, A4};
use preflight::{check, survey, Finding, Pages, Rules, Transparency, Weight, Zone, ZoneKind};
use support::Pdf;

/// A window of 20 to 110 by 22 to 67 mm on the first page, a mark zone on every page.
fn rules() -> Rules {
    let area = |left_mm, top_mm, right_mm, bottom_mm| preflight::Area {
        left_mm,
        top_mm,
        right_mm,
        bottom_mm,
    };
    let zone = |kind, area, pages| Zone { kind, area, pages };
    Rules {
        sheet: A4,
        zones: vec![
            zone(ZoneKind::Window, area(20.0, 22.0, 110.0, 67.0), Pages::First),
            zone(ZoneKind::Mark, area(7.0, 279.0, 44.0, 290.0), Pages::Every),
        ],
        margin_mm: 5.0,
        transparency: Transparency::Refused,
        pages_max: 16,
        window: preflight::WindowText::Refused,
    }
}

fn codes(pdf: &Pdf) -> Vec<String> {
    check(&pdf.bytes(), &rules()).into_iter().map(|finding| finding.code).collect()
}

fn painted(content: &str) -> Vec<Finding> {
    check(&Pdf::painting(content).bytes(), &rules())
}

#[test]
fn a_letterhead_beside_the_window_is_fine() {
    let pdf = Pdf::painting(
        "1 g 0 0 600 850 re f 0 g BT /F1 12 Tf 400 780 Td (Head) Tj ET
        20 20 555 800 re S q 0.5 0 0 0.5 0 0 cm 700 1500 100 100 re W n
        1 0 0 rg 0 0 2000 2000 re f Q",
    );
    // The frame runs around the window, but through the mark's zone.
    assert_eq!(codes(&pdf), ["painting-in-zone"]);
    let pdf = pdf.with_content("20 20 555 800 re S", "300 100 200 100 re S");
    assert_eq!(codes(&pdf), Vec::<String>::new());
}

#[test]
fn every_fault_of_a_page_has_its_code() {
    let cases: &[(&str, &str)] = &[
        ("BT /F1 12 Tf 100 750 Td (in) Tj ET", "text-in-zone"),
        ("BT /F1 12 Tf 100 850 Td T* -5 -80 TD (in) Tj ET", "text-in-zone"),
        ("BT /F1 12 Tf 14 TL 100 764 Td (in) ' ET", "text-in-zone"),
        ("BT /F1 12 Tf 1 0 0 1 100 750 Tm [(i) -200 (n)] TJ ET", "text-in-zone"),
        ("q .1 0 0 .1 0 0 cm BT /F1 120 Tf 1000 7500 Td (in) Tj ET Q", "text-in-zone"),
        // It begins right of the window and is written leftwards, or turned into it.
        ("BT /F1 12 Tf -1 0 0 1 330 750 Tm (in the window) Tj ET", "text-in-zone"),
        ("BT /F1 12 Tf 0 1 -1 0 100 600 Tm (upwards for a long way) Tj ET", "text-in-zone"),
        ("BT /F1 12 Tf 3 Tr 100 750 Td (in) Tj ET", "invisible-text-in-zone"),
        ("BT /F1 12 Tf 7 Tr 100 750 Td (in) Tj ET", "invisible-text-in-zone"),
        ("1 1 1 rg BT /F1 12 Tf 100 750 Td (in) Tj ET", "invisible-text-in-zone"),
        ("0 0 0 0 k BT /F1 12 Tf 100 750 Td (in) Tj ET", "invisible-text-in-zone"),
        ("/Icc cs 1 1 1 sc BT /F1 12 Tf 100 750 Td (in) Tj ET", "invisible-text-in-zone"),
        ("/Thin gs BT /F1 12 Tf 100 750 Td (in) Tj ET", "invisible-text-in-zone"),
        ("400 400 9 9 re W n BT /F1 12 Tf 100 750 Td (in) Tj ET", "invisible-text-in-zone"),
        ("100 700 10 10 re f", "painting-in-zone"),
        ("0.99 g 0 600 600 100 re f", "painting-in-zone"),
        ("100 700 m 200 750 l S", "painting-in-zone"),
        ("300 660 m 500 900 -100 900 240 660 c f", "painting-in-zone"),
        ("/Sh sh", "painting-in-zone"),
        ("q 50 0 0 50 100 700 cm /Im Do Q", "image-in-zone"),
        ("q 50 0 0 50 100 700 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q", "image-in-zone"),
        ("q 1 0 0 1 0 700 cm /Fm Do Q", "text-in-zone"),
        ("BT /F1 12 Tf 3 400 Td (edge) Tj ET", "text-outside"),
        ("BT /F1 12 Tf 900 400 Td (beyond) Tj ET", "text-outside"),
        ("0 400 9 9 re f", "painting-outside"),
        ("/Multiply gs", "blend-mode"),
        ("/Masked gs", "soft-mask"),
        ("q 50 0 0 50 400 400 cm /Soft Do Q", "soft-mask"),
        ("BT /T3 12 Tf 400 400 Td (a) Tj ET", "font-type3"),
        ("BT /Std 12 Tf 400 400 Td (a) Tj ET", "font-not-embedded"),
        ("BT /Rksj 12 Tf 400 400 Td (a) Tj ET", "font-unmeasured"),
        ("BT /None 12 Tf (a) Tj ET", "content"),
        ("Q", "content"),
        ("1 2 3 re", "content"),
        ("10 10 l S", "content"),
        ("(never closed", "content"),
        ("1 0 0 1 0 0 frobnicate", "content"),
        ("99999999 0 0 99999999 0 0 cm 99999999 0 0 99999999 0 0 cm", "content"),
        ("BT /F1 12 Tf 8 Tr ET", "content"),
    ];
    for (content, code) in cases {
        let findings = painted(content);
        let found = findings.iter().find(|finding| finding.code == *code);
        let found = found.unwrap_or_else(|| panic!("{content}: {findings:?}"));
        assert_eq!((found.page, found.weight), (Some(1), Weight::Refusal), "{content}");
        let needs_place = ["zone", "outside"].iter().any(|word| code.contains(word));
        assert_eq!(found.place.is_some(), needs_place, "{content}");
    }
}

#[test]
fn a_place_is_told_in_millimetres_from_the_upper_left() {
    // 100 pt is 35.28 mm; 750 pt lies 841.89 - 750 = 91.89 pt = 32.42 mm below the upper edge.
    let findings = painted("BT /F1 10 Tf 100 750 Td (1234) Tj ET");
    let place = findings[0].place.expect("a place");
    // Four digits of half an em; from the ascent of 0.8 em to the descent of 0.2.
    assert_eq!((place.left_mm, place.right_mm), (35.28, 42.33));
    assert_eq!((place.top_mm, place.bottom_mm), (29.59, 33.12));
    let bytes = Pdf::painting("100 700 72 72 re f").bytes();
    let moved = String::from_utf8(bytes).expect("text");
    let moved = moved.replace("[0 0 595.276 841.89]", "[5 9 600.276 850.89]");
    let place = check(moved.as_bytes(), &rules())[0].place.expect("a place");
    assert_eq!((place.left_mm, place.right_mm), (33.51, 58.91));
    assert_eq!((place.top_mm, place.bottom_mm), (27.83, 53.23));
}

#[test]
fn every_fault_of_a_file_has_its_code() {
    let fine = Pdf::painting("");
    assert_eq!(codes(&fine), Vec::<String>::new());
    let cases: &[(Pdf, &str)] = &[
        (fine.catalog("/OpenAction << /S /JavaScript /JS (x) >>"), "javascript"),
        (fine.catalog("/Names << /JavaScript << /Names [] >> >>"), "javascript"),
        (fine.catalog("/OpenAction << /S /Launch /F (x) >>"), "action"),
        (fine.catalog("/AA << >>"), "action"),
        (fine.catalog("/AcroForm << /Fields [3 0 R] >>"), "form"),
        (fine.catalog("/AcroForm << /Fields [] /XFA (x) >>"), "form"),
        (fine.catalog("/Names << /EmbeddedFiles << /Names [] >> >>"), "embedded-file"),
        (fine.catalog("/OCProperties << /D << /OFF [3 0 R] >> >>"), "hidden-layer"),
        (fine.catalog("/OCProperties << /D << /BaseState /OFF >> >>"), "hidden-layer"),
        (fine.page("/Annots [<< /Subtype /Stamp /F 4 >>]"), "annotation"),
        (fine.page("/Annots [<< /Subtype /Widget >>]"), "form"),
        (fine.page("/Annots [<< /Subtype /Link /A << /S /URI /URI (x) >> >>]"), "link"),
        (fine.page("/Rotate 90"), "page-rotated"),
        (fine.page("/UserUnit 2"), "page-scaled"),
        (fine.page("/CropBox [0 0 300 300]"), "page-cropped"),
        (fine.page("/MediaBox [0 0 612 792]"), "page-size"),
        (fine.object("<< /Length LEN /F (x) >>\nstream\n\nendstream"), "external-stream"),
        (fine.object("<< /Subtype /PS /Length LEN >>\nstream\n\nendstream"), "postscript"),
        (fine.trailer("/Encrypt << /Filter /Standard >>"), "encrypted"),
    ];
    for (pdf, code) in cases {
        let found = codes(pdf);
        assert!(found.iter().any(|found| found == code), "{code}: {found:?}");
    }
    assert_eq!(check(b"%PDF-1.7\nno object\n", &rules())[0].code, "unreadable");
}

#[test]
fn a_band_that_runs_over_the_edge_and_a_transparency_that_the_rules_allow_are_notes() {
    let band = painted("0.9 g 0 0 595.276 17 re f");
    assert_eq!(band.len(), 1);
    assert_eq!((&*band[0].code, band[0].weight), ("painting-cut", Weight::Note));
    let lenient = Rules { transparency: Transparency::Noted, ..rules() };
    let survey = survey(&Pdf::painting("/Multiply gs").bytes(), &lenient);
    assert_eq!(survey.findings[0].weight, Weight::Note);
    assert!(survey.is_fine());
}

#[test]
fn what_is_too_much_is_said_and_ends() {
    // Sixteen forms, each of which paints the next one ten times.
    let bomb = Pdf::nested_forms(15, 10);
    assert_eq!(codes(&bomb), ["too-much"]);
    // A form that paints itself.
    assert_eq!(codes(&Pdf::painting("/Own Do")), ["too-much"]);
    let keeps = "q ".repeat(600);
    assert_eq!(codes(&Pdf::painting(&keeps)), ["too-much"]);
    let long = "1 ".repeat(100);
    assert_eq!(codes(&Pdf::painting(&long)), ["too-much"]);
}

#[test]
fn flipped_and_missing_bytes_end_in_findings_and_never_in_a_panic() {
    let everything = "q 1 0 0 1 0 0 cm BT /F1 12 Tf 400 750 Td [(a) 9 <41>] TJ ET /Fm Do /Thin gs
        1 0 0 RG 400 400 m 1 2 3 4 500 500 c S BI /W 1 /H 1 ID x EI 9 0 0 9 400 300 cm /Im Do Q";
    let whole = Pdf::painting(everything).bytes();
    let mut readable = 0;
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= [0x01, 0x20, 0x80][at % 3];
        let survey = survey(&damaged, &rules());
        readable += usize::from(survey.pages.len() == 1);
    }
    assert!(readable > whole.len() / 3, "{readable} of {} were walked", whole.len());
    for cut in (0..whole.len() - 1).step_by(17) {
        assert!(!survey(&whole[..cut], &rules()).is_fine(), "cut at {cut}");
    }
}

#[test]
fn a_picture_is_a_png_with_red_where_the_zones_are() {
    let rules = rules();
    let survey = survey(&Pdf::painting("100 700 10 10 re f").bytes(), &rules);
    let png = preflight::picture(&survey.pages[0], 1, &rules);
    let mut reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("a picture");
    assert_eq!((info.width, info.height), (827, 1170));
    let at = |x_mm: f64, y_mm: f64| {
        let pixel = |mm: f64| (mm * 100.0 / 25.4) as usize;
        pixels[pixel(y_mm) * 827 + pixel(x_mm)]
    };
    // Red edge of the window, pale within it, white beside it.
    assert_eq!([at(20.0, 40.0), at(60.0, 60.0), at(150.0, 40.0)], [5, 4, 0]);
}

#[test]
fn a_card_is_held_against_its_own_size_and_edges() {
    let card = Rules { sheet: SheetSize::from_mm(100.0, 148.0), zones: Vec::new(), ..rules() };
    let pdf = Pdf::painting("BT /F1 10 Tf 100 200 Td (1234) Tj ET");
    let size = "/MediaBox [0 0 283.46 419.53]";
    assert!(survey(&pdf.page(size).bytes(), &card).is_fine());
    let findings = check(&pdf.bytes(), &card);
    assert_eq!(findings[0].code, "page-size");
    assert_eq!(findings[0].english, "the page is 210.0 × 297.0 mm, the sheet is 100 × 148 mm");
    assert_eq!(check(&pdf.page(size).bytes(), &rules())[0].code, "page-size");
    // Six points from the card's right edge.
    let outside = pdf.with_content("100 200 Td", "270 200 Td").page(size);
    assert_eq!(check(&outside.bytes(), &card)[0].code, "text-outside");
    let survey = survey(&outside.bytes(), &card);
    let png = preflight::picture(&survey.pages[0], 1, &card);
    let reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().expect("a PNG");
    assert_eq!((reader.info().width, reader.info().height), (394, 583));
}
