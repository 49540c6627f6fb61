//! Customer barcodes measured in millimetres on black-and-white rasters of 600 dpi, against the
//! tolerances of the post office.
//!
//! 郵便番号マニュアル, p. 12 (Japan Post, zipmanual/p12.html), gives for size a/10: long bar 3.40 to
//! 3.60 mm, timing bar 1.05 to 1.35, pitch 0.95 to 1.30, width of a bar 0.50 to 0.70, space 0.45
//! to 0.60; a semi-long bar is a long bar without one of its outer thirds.

// Least and greatest measures go into the record of the benches.
#![allow(clippy::print_stdout, reason = "a passing test is silent, --nocapture shows the measures")]

mod judge;
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use judge::{judge, kept};
use letter::page::{Len, Mark, Page};
use press::{FaceData, FileForm, Fonts, Layers};
use support::{barcode, print_in_form, uses, Face, Sample, MINCHO};

/// A measure of the manual: its name, least, nominal and greatest, in mm at size 10.
type Measure = (&'static str, f64, f64, f64);

const LONG: Measure = ("long bar", 3.40, 3.60, 3.60);
const SEMI: Measure = ("semi-long bar", 2.20, 2.40, 2.40);
const TIMING: Measure = ("timing bar", 1.05, 1.20, 1.35);
const PITCH: Measure = ("pitch", 0.95, 1.20, 1.30);
const BAR: Measure = ("width of a bar", 0.50, 0.60, 0.70);
const SPACE: Measure = ("space", 0.45, 0.60, 0.60);

const DPI: u32 = 600;
const DOT_MM: f64 = 25.4 / DPI as f64;
const A4_MM: [f64; 2] = [210.0, 297.0];
/// Sizes that a template may ask for.
const SIZES: [f64; 4] = [8.0, 9.0, 10.0, 11.5];
/// Symbols on a page, one above the other.
const ROWS: u32 = 12;
const PAGES_PER_SIZE: u32 = 3;
const LEFT_MM: f64 = 40.0;

/// Where a symbol stands: no two begin at the same place of a dot.
fn place_mm(number: u32) -> (f64, f64) {
    let dots = f64::from(number) * 0.377;
    (LEFT_MM + dots * DOT_MM, 30.0 + 20.0 * f64::from(number % ROWS) + dots.fract() * DOT_MM)
}

/// A file of all symbols of a size.
fn sheets(a: f64, form: FileForm) -> PathBuf {
    let faces = [Face::load(MINCHO)];
    let page = |number: u32| {
        let marks = (number * ROWS..(number + 1) * ROWS).map(|symbol| {
            let (left, bottom) = place_mm(symbol);
            Mark::Barcode {
                x: Len::from_mm(left),
                y: Len::from_mm(A4_MM[1] - bottom),
                size: Len::from_pt(a),
                barcode: barcode(symbol),
            }
        });
        Page { marks: marks.collect(), ..Page::default() }
    };
    let pages: Vec<Page> = (0..PAGES_PER_SIZE).map(page).collect();
    let data: Vec<FaceData<'_>> = faces.iter().map(Face::data).collect();
    let fonts = Fonts::build(&data, &uses(&faces, &pages), &Default::default()).expect("fonts");
    let layers = Layers::build(&fonts, &[], &[], None).expect("layers");
    let letters = pages.into_iter().map(|page| vec![page]).collect();
    let sample = Sample { letters, fonts, layers };
    kept(&format!("tolerance-{a}-{form:?}.pdf"), &print_in_form(&sample, false, form).0)
}

/// Black and white dots of a page.
struct Dots {
    width: usize,
    bits: Vec<u8>,
}

impl Dots {
    /// Has a renderer draw a page without grey.
    fn of(renderer: &str, file: &Path, page: u32) -> Self {
        let stem = file.with_extension(format!("{renderer}.{page}"));
        let stem = stem.to_str().expect("UTF-8");
        let (raster, page, dpi) = (format!("{stem}.pbm"), page.to_string(), DPI.to_string());
        let words: Vec<String> = match renderer {
            "pdftoppm" => ["-mono", "-singlefile", "-r", &dpi, "-f", &page, "FILE", stem]
                .map(str::to_owned)
                .into(),
            "mutool" => ["draw", "-q", "-A", "0", "-r", &dpi, "-F", "pbm", "-o", &raster, "FILE"]
                .map(str::to_owned)
                .into_iter()
                .chain([page])
                .collect(),
            _ => ["-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pbmraw"]
                .map(str::to_owned)
                .into_iter()
                .chain([format!("-r{dpi}"), format!("-dFirstPage={page}")])
                .chain([format!("-dLastPage={page}"), format!("-sOutputFile={raster}")])
                .chain(["FILE".to_owned()])
                .collect(),
        };
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        judge(renderer, &words, file);
        let bytes = std::fs::read(&raster).expect("a raster");
        std::fs::remove_file(&raster).expect("removed");
        let lines = bytes.split(|&b| b == b'\n').filter(|line| !line.starts_with(b"#"));
        let mut words = lines.flat_map(|line| line.split(|b| b.is_ascii_whitespace()));
        assert_eq!(words.next(), Some(&b"P4"[..]), "{renderer}");
        let mut number = || -> usize {
            let word = words.next().and_then(|word| std::str::from_utf8(word).ok());
            word.and_then(|word| word.parse().ok()).expect("a number")
        };
        let (width, height) = (number(), number());
        let bits = bytes[bytes.len() - width.div_ceil(8) * height..].to_vec();
        Self { width, bits }
    }

    fn is_black(&self, x: usize, y: usize) -> bool {
        self.bits[y * self.width.div_ceil(8) + x / 8] >> (7 - x % 8) & 1 == 1
    }

    /// Returns starts and ends of the black stretches of a row from `left` on.
    fn across(&self, left: usize, y: usize) -> Vec<[usize; 2]> {
        let mut found: Vec<[usize; 2]> = Vec::new();
        for x in (left..self.width).filter(|&x| self.is_black(x, y)) {
            match found.last_mut() {
                Some(last) if last[1] == x => last[1] = x + 1,
                _ => found.push([x, x + 1]),
            }
        }
        found
    }

    /// Returns the upper and lower end of the black stretch through a dot.
    fn down(&self, x: usize, y: usize) -> [usize; 2] {
        let up = (0..y).rev().find(|&at| !self.is_black(x, at)).expect("paper above");
        let low = (y..).find(|&at| !self.is_black(x, at)).expect("paper below");
        [up + 1, low]
    }
}

/// Least and greatest value of each measure, in mm.
#[derive(Default)]
struct Found(BTreeMap<&'static str, [f64; 2]>);

impl Found {
    fn note(&mut self, name: &'static str, value: f64) {
        let range = self.0.entry(name).or_insert([value; 2]);
        *range = [range[0].min(value), range[1].max(value)];
    }
}

/// Measures one symbol and compares each measure; `more` dots are what the form may draw too much.
fn measure(dots: &Dots, symbol: u32, a: f64, more: [f64; 2], found: &mut Found, what: &str) {
    let unit_mm = 0.06 * a;
    let dot = |mm: f64| (mm / DOT_MM) as usize;
    let (left_mm, bottom_mm) = place_mm(symbol);
    let middle = dot(bottom_mm - 3.0 * unit_mm);
    let bars = dots.across(dot(left_mm - 2.0), middle);
    let letters = barcode(symbol).bar_letters();
    assert_eq!(bars.len(), letters.len(), "{what}: bars of symbol {symbol}");
    let check = |measure: Measure, dots: usize, found: &mut Found| {
        let value = dots as f64 * DOT_MM;
        found.note(measure.0, value * 10.0 / a);
        let (name, least, _, greatest) = measure;
        let [least, greatest] = [least, greatest].map(|limit| limit * a / 10.0);
        let [less, more] = more.map(|dots| dots * DOT_MM);
        assert!(
            (least - less..=greatest + more).contains(&value),
            "{what}: {name} of {value:.3} mm in symbol {symbol}, not {least:.3} to {greatest:.3}"
        );
    };
    for pair in bars.windows(2) {
        check(PITCH, pair[1][0] - pair[0][0], found);
        check(SPACE, pair[1][0] - pair[0][1], found);
    }
    // Nothing drifts: every bar is where its pitches put it. mutool places glyphs by a quarter of a
    // dot and writes glyphs of a run one after the other: up to two dots after 66 bars.
    for (at, bar) in (0..).zip(&bars) {
        let off = bar[0] as f64 * DOT_MM - left_mm - 2.0 * unit_mm * f64::from(at);
        found.note("place across", off);
        assert!(off.abs() <= 2.0 * DOT_MM, "{what}: bar {at} is {off:.3} mm off");
    }
    for (kind, &[start, end]) in letters.chars().zip(&bars) {
        check(BAR, end - start, found);
        let [up, low] = dots.down((start + end) / 2, middle);
        let (bar, above, below) = match kind {
            'F' => (LONG, 6.0, 0.0),
            'A' => (SEMI, 6.0, 2.0),
            'D' => (SEMI, 4.0, 0.0),
            _ => (TIMING, 4.0, 2.0),
        };
        check(bar, low - up, found);
        for (end, units) in [(up, above), (low, below)] {
            let off = end as f64 * DOT_MM - (bottom_mm - units * unit_mm);
            found.note("place down", off);
            assert!(off.abs() <= 2.0 * DOT_MM, "{what}: {kind} ends {off:.3} mm off");
        }
    }
}

#[test]
fn hundreds_of_barcodes_are_within_the_post_offices_tolerances_at_600_dpi() {
    for form in [FileForm::Compact, FileForm::Conservative] {
        // A dot is 0.042 mm, and an edge lies within one. A path fills every dot that it touches
        // (ISO 32000-1, 10.7.4): a dot more at each edge than a glyph.
        let more = if form == FileForm::Compact { [1.0, 1.0] } else { [1.0, 2.0] };
        for renderer in ["pdftoppm", "mutool", "gs"] {
            let (mut found, mut symbols) = (Found::default(), 0);
            for a in SIZES {
                let file = sheets(a, form);
                for page in 0..PAGES_PER_SIZE {
                    let dots = Dots::of(renderer, &file, page + 1);
                    for symbol in page * ROWS..(page + 1) * ROWS {
                        let what = format!("{form:?}, {renderer}, a = {a}");
                        measure(&dots, symbol, a, more, &mut found, &what);
                        symbols += 1;
                    }
                }
            }
            assert_eq!(symbols, 4 * ROWS * PAGES_PER_SIZE);
            println!("{form:?}, {renderer}: {symbols} symbols, in mm at a = 10");
            for (name, least, nominal, greatest) in [LONG, SEMI, TIMING, PITCH, BAR, SPACE] {
                let [low, high] = found.0[name];
                println!("  {name}: {low:.3} to {high:.3}; {nominal}, {least:.2} to {greatest:.2}");
            }
            for name in ["place across", "place down"] {
                let [low, high] = found.0[name];
                println!("  {name}: {low:+.3} to {high:+.3} mm from where it should be");
            }
        }
    }
}
