//! Customer barcode and inserter mark, read back from a raster.

mod judge;
mod support;

use std::path::Path;

use judge::{judge, kept};
use letter::page::{Len, Mark, Page};
use letter::piece::SheetMark;
use press::{FaceData, FileForm, Fonts, Layers};
use support::{barcode, print_in_form, uses, Face, Sample, INSERTER, MINCHO};

/// A gray raster with its resolution.
struct Raster {
    width: usize,
    pixels: Vec<u8>,
    dpi: f64,
}

impl Raster {
    /// Lets a renderer draw page 1.
    fn of(renderer: &str, file: &Path, dpi: u32) -> Self {
        let stem = file.with_extension(format!("{renderer}.{dpi}"));
        let stem = stem.to_str().expect("UTF-8");
        let (raster, dpi_text) = (format!("{stem}.pgm"), dpi.to_string());
        match renderer {
            "pdftoppm" => {
                judge(renderer, &["-gray", "-singlefile", "-r", &dpi_text, "FILE", stem], file)
            }
            "mutool" => {
                let arguments = ["draw", "-q", "-r", &dpi_text, "-F", "pgm", "-o", &raster, "FILE"];
                judge(renderer, &arguments, file)
            }
            _ => {
                let (resolution, out) = (format!("-r{dpi}"), format!("-sOutputFile={raster}"));
                let device = ["-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pgmraw"];
                judge(renderer, &[&device[..], &[&resolution, &out, "FILE"]].concat(), file)
            }
        };
        let bytes = std::fs::read(format!("{stem}.pgm")).expect("a raster");
        // Ghostscript signs its rasters with a comment.
        let lines = bytes.split(|&b| b == b'\n').filter(|line| !line.starts_with(b"#"));
        let mut words = lines.flat_map(|line| line.split(|b| b.is_ascii_whitespace()));
        assert_eq!(words.next(), Some(&b"P5"[..]));
        let mut number = || -> usize {
            let word = words.next().and_then(|word| std::str::from_utf8(word).ok());
            word.and_then(|word| word.parse().ok()).expect("a number")
        };
        let (width, height, _) = (number(), number(), number());
        let pixels = bytes[bytes.len() - width * height..].to_vec();
        Self { width, pixels, dpi: f64::from(dpi) }
    }

    fn is_black(&self, x: usize, y: usize) -> bool {
        self.pixels[y * self.width + x] < 128
    }

    fn pixels(&self, mm: f64) -> f64 {
        mm / 25.4 * self.dpi
    }

    fn mm(&self, pixels: usize) -> f64 {
        pixels as f64 / self.dpi * 25.4
    }

    /// Returns the lengths of black stretches in a row from `left` to `right`, with their starts.
    fn stretches(&self, y: usize, left: usize, right: usize) -> Vec<(usize, usize)> {
        let mut out = Vec::new();
        let mut start = None;
        for x in left..right {
            match (self.is_black(x, y), start) {
                (true, None) => start = Some(x),
                (false, Some(from)) => {
                    out.push((from, x - from));
                    start = None;
                }
                _ => {}
            }
        }
        out
    }
}

const FORMS: [FileForm; 2] = [FileForm::Compact, FileForm::Conservative];
const LEFT_MM: f64 = 30.0;
const BOTTOM_MM: f64 = 60.0;
/// Three ways to draw a font, none of them made from another.
const RENDERERS: [&str; 3] = ["pdftoppm", "mutool", "gs"];

/// A file with one page: a barcode of size `a` and the inserter mark.
fn sheet(a: f64, form: FileForm) -> std::path::PathBuf {
    let faces = [Face::load(MINCHO)];
    let page = Page {
        marks: vec![Mark::Barcode {
            x: Len::from_mm(LEFT_MM),
            y: Len::from_mm(297.0 - BOTTOM_MM),
            size: Len::from_pt(a),
            barcode: barcode(7),
        }],
        ..Page::default()
    };
    let data: Vec<FaceData<'_>> = faces.iter().map(Face::data).collect();
    let fonts = Fonts::build(&data, &uses(&faces, [&page]), &Default::default()).expect("fonts");
    let layers = Layers::build(&fonts, &[], &[], None).expect("layers");
    let sample = Sample { letters: vec![vec![page]], fonts, layers };
    kept(&format!("marks-{a}-{form:?}.pdf"), &print_in_form(&sample, false, form).0)
}

/// Reads the bars by where ink stands above and below the two rows in the middle.
fn read_bars(raster: &Raster, a: f64) -> String {
    let unit_mm = 0.06 * a;
    let row = |units: f64| raster.pixels(BOTTOM_MM - units * unit_mm) as usize;
    let left = raster.pixels(LEFT_MM - 2.0) as usize;
    let right = raster.pixels(LEFT_MM + 134.0 * unit_mm + 2.0) as usize;
    let bars = raster.stretches(row(3.0), left, right);
    bars.into_iter()
        .map(|(start, width)| {
            let middle = start + width / 2;
            match (raster.is_black(middle, row(5.0)), raster.is_black(middle, row(1.0))) {
                (true, true) => 'F',
                (true, false) => 'A',
                (false, true) => 'D',
                (false, false) => 'T',
            }
        })
        .collect()
}

#[test]
fn a_barcode_reads_back_and_keeps_its_geometry_at_every_size() {
    for (a, form) in [8.0, 9.0, 10.0, 11.5].into_iter().flat_map(|a| FORMS.map(|form| (a, form))) {
        let file = sheet(a, form);
        // A dot weighs most in the smallest bars, so all renderers draw those.
        let renderers = if a == 8.0 { &RENDERERS[..] } else { &RENDERERS[..1] };
        for (renderer, dpi) in renderers.iter().flat_map(|&r| [(r, 300), (r, 600)]) {
            let raster = Raster::of(renderer, &file, dpi);
            assert_eq!(
                read_bars(&raster, a),
                barcode(7).bar_letters(),
                "a = {a}, {form:?}, {renderer} at {dpi} dpi"
            );
            let unit_mm = 0.06 * a;
            let middle = raster.pixels(BOTTOM_MM - 3.0 * unit_mm) as usize;
            let bars = raster.stretches(middle, 0, raster.width);
            let dot_mm = raster.mm(1);
            // Facts: post_and_print §1.2, at a/10 of 1.2 mm pitch and 0.6 mm bars; a dot of play.
            for pair in bars.windows(2) {
                let pitch = raster.mm(pair[1].0 - pair[0].0);
                assert!(
                    (pitch - 2.0 * unit_mm).abs() <= dot_mm,
                    "{renderer}: pitch {pitch} at a = {a}"
                );
            }
            // A path fills every dot that it touches (ISO 32000-1 §10.7.4), a glyph need not.
            let more_mm = if form == FileForm::Compact { dot_mm } else { 2.0 * dot_mm };
            for &(_, width) in &bars {
                let width = raster.mm(width);
                let fits = (unit_mm - dot_mm..=unit_mm + more_mm).contains(&width);
                assert!(fits, "{renderer}: width {width} at a = {a}, {form:?}");
            }
            let span = raster.mm(bars[66].0 + bars[66].1 - bars[0].0);
            assert!(
                (span - 133.0 * unit_mm).abs() <= 2.0 * dot_mm,
                "{renderer}: whole width {span}"
            );
        }
    }
}

#[test]
fn an_inserter_mark_is_read_by_a_foreign_reader() {
    let file = sheet(9.0, FileForm::Compact);
    let inserter = INSERTER();
    let expected =
        SheetMark { generation: 1, job: 20_261_122, sequence: 1, sheet: 1, sheets: 1, inserts: 1 }
            .text();
    for dpi in [300u32, 600] {
        let at = |mm: f64| (mm / 25.4 * f64::from(dpi)).to_string();
        let stem = file.with_extension(format!("mark{dpi}"));
        let stem = stem.to_str().expect("UTF-8");
        let [x, y, side] = [inserter.mark_left_mm - 4.0, inserter.mark_top_mm - 4.0, 17.0].map(at);
        let whole = |text: &str| text.split('.').next().unwrap_or("0").to_owned();
        let (x, y, side, dpi_text) = (whole(&x), whole(&y), whole(&side), dpi.to_string());
        let arguments = [
            "-singlefile",
            "-png",
            "-r",
            &dpi_text,
            "-x",
            &x,
            "-y",
            &y,
            "-W",
            &side,
            "-H",
            &side,
            "FILE",
            stem,
        ];
        judge("pdftoppm", &arguments, &file);
        let image = std::path::PathBuf::from(format!("{stem}.png"));
        let read = judge("dmtxread", &["-N1", "FILE"], &image);
        assert_eq!(read.trim(), expected, "at {dpi} dpi");
    }
    let text = judge::text(&file);
    assert!(text.contains(&expected), "the digits stand beside it: {text}");
}

#[test]
fn the_extent_of_a_mark_holds_its_digits() {
    let faces = [Face::load(MINCHO)];
    let fonts =
        Fonts::build(&[faces[0].data()], &uses(&faces, []), &Default::default()).expect("fonts");
    let layers = Layers::build(&fonts, &[], &[], None).expect("layers");
    let inserter = INSERTER();
    let meta = support::meta(true, &inserter);
    let run = press::PrintRun::new(&fonts, &layers, meta).expect("a run");
    let [left, bottom, right, top] = run.mark_extent().expect("a mark").map(Len::to_mm);
    assert!((left - 12.0).abs() < 0.01 && (297.0 - top - 120.0).abs() < 0.01);
    assert!((top - bottom - 9.0).abs() < 0.01, "18 modules of half a millimetre");
    let advance = |digit| faces[0].charset.entries[faces[0].index(digit, None) as usize].advance;
    let widest = f64::from(('0'..='9').map(advance).max().expect("ten digits"));
    let digits_mm = 26.0 * 4.0 * widest / f64::from(faces[0].charset.units_per_em) * 25.4 / 72.0;
    // The symbol, two clear modules, then 26 digits of 4 points.
    assert!((right - left - 9.0 - 1.0 - digits_mm).abs() < 0.1, "{right}");
}
