//! Synthetic rasters: drawn here from millimetres, read back at usual resolutions.

use super::*;

/// 1000013 1-3-2-503, zipmanual p25.
const MANUAL: &str = "FDFFTFTTFTTFTTFTTFFTDFAFFTTFTDFATFTFDATFTFTFFTTDFATDATDATDATDATFFDF";

/// Draws bars at size `a` points with the upper left corner of the first long bar at (x, y) mm;
/// every pixel has the grey of its covered part.
fn draw(image: &mut Canvas, letters: &str, a: f64, x_mm: f64, y_mm: f64) {
    let unit = 0.06 * a;
    for (i, letter) in letters.chars().enumerate() {
        let (top, bottom) = match letter {
            'F' => (0.0, 6.0),
            'A' => (0.0, 4.0),
            'D' => (2.0, 6.0),
            _ => (2.0, 4.0),
        };
        let left = x_mm + 2.0 * unit * i as f64;
        image.rectangle(left, y_mm + top * unit, left + unit, y_mm + bottom * unit);
    }
}

struct Canvas {
    dpi: f64,
    width: usize,
    height: usize,
    cover: Vec<f64>,
}

impl Canvas {
    fn new(dpi: f64, width_mm: f64, height_mm: f64) -> Self {
        let pixels = |mm: f64| (mm * dpi / 25.4) as usize;
        let (width, height) = (pixels(width_mm), pixels(height_mm));
        Self { dpi, width, height, cover: vec![0.0; width * height] }
    }

    fn rectangle(&mut self, left: f64, top: f64, right: f64, bottom: f64) {
        let [left, top, right, bottom] = [left, top, right, bottom].map(|mm| mm * self.dpi / 25.4);
        for y in top as usize..=(bottom as usize).min(self.height - 1) {
            let high = (bottom.min(y as f64 + 1.0) - top.max(y as f64)).max(0.0);
            for x in left as usize..=(right as usize).min(self.width - 1) {
                let wide = (right.min(x as f64 + 1.0) - left.max(x as f64)).max(0.0);
                self.cover[y * self.width + x] += wide * high;
            }
        }
    }

    fn image(&self) -> GreyImage {
        let grey = |cover: &f64| (255.0 * (1.0 - cover.min(1.0))) as u8;
        let pixels = self.cover.iter().map(grey).collect();
        GreyImage::new(self.width, self.height, pixels).expect("as many pixels")
    }
}

#[test]
fn every_size_reads_at_every_usual_resolution_and_offset() {
    for dpi in [200.0, 300.0, 400.0, 600.0] {
        for a in [8.0, 8.5, 9.0, 9.5, 10.0, 11.0, 11.5] {
            for offset in [0.0, 0.013, 0.029, 0.041] {
                let mut canvas = Canvas::new(dpi, 110.0, 12.0);
                draw(&mut canvas, MANUAL, a, 8.0 + offset, 3.0 + offset);
                let found = find_barcodes(&canvas.image());
                assert_eq!(found.len(), 1, "{dpi} dpi, {a} pt, {offset} mm");
                assert_eq!(found[0].bars, MANUAL, "{dpi} dpi, {a} pt, {offset} mm");
                assert!((f64::from(found[0].x) - 8.0 * dpi / 25.4).abs() < 3.0);
                assert!((f64::from(found[0].y) - 3.0 * dpi / 25.4).abs() < 3.0);
            }
        }
    }
}

#[test]
fn the_manuals_example_says_its_address() {
    let reading = code::read(MANUAL).expect("a sound symbol");
    assert_eq!((reading.postal.as_str(), reading.number.as_str()), ("1000013", "1-3-2-503"));
    assert_eq!(reading.codes.len(), 21);
    assert_eq!(reading.codes[16..], ["CC4", "CC4", "CC4", "CC4", "9"]);
}

#[test]
fn letters_join_their_two_codes_and_a_cut_letter_falls_away() {
    let bars = |values: &[usize]| -> String {
        let names = ["FTT", "FFT", "FDA", "DFA", "FAD", "FTF", "DAF", "AFD", "ADF", "TFF", "TFT"];
        let more = ["DAT", "DTA", "ADT", "TDA", "ATD", "TAD", "TTF", "FFF"];
        let all: Vec<&str> = names.into_iter().chain(more).collect();
        let check = (19 - values.iter().sum::<usize>() % 19) % 19;
        let inner: String = values.iter().chain([&check]).map(|&value| all[value]).collect();
        format!("FD{inner}DF")
    };
    let number = |tail: [usize; 13]| {
        let mut values = vec![0, 6, 0, 0, 9, 0, 6];
        values.extend(tail);
        code::read(&bars(&values)).map(|reading| reading.number)
    };
    let b13t = [11, 1, 1, 3, 12, 9, 14, 14, 14, 14, 14, 14, 14];
    assert_eq!(number(b13t).as_deref(), Ok("B13T"));
    let cut = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 13];
    assert_eq!(number(cut).as_deref(), Ok("123456789012"));
    let after_filling = [1, 14, 2, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14];
    assert_eq!(number(after_filling), Err(Misread::Number(2)));
    let beyond_z = [13, 6, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14];
    assert_eq!(number(beyond_z), Err(Misread::Number(2)));
}

#[test]
fn any_single_wrong_bar_is_noticed() {
    for at in 0..MANUAL.len() {
        for letter in ["F", "A", "D", "T"] {
            let mut wrong = MANUAL.to_owned();
            wrong.replace_range(at..=at, letter);
            assert!(wrong == MANUAL || code::read(&wrong).is_err(), "{wrong}");
        }
    }
}

#[test]
fn two_symbols_on_a_page_are_both_found_and_text_rows_are_not() {
    let mut canvas = Canvas::new(300.0, 120.0, 60.0);
    draw(&mut canvas, MANUAL, 9.0, 12.0, 8.0);
    draw(&mut canvas, MANUAL, 8.0, 20.0, 40.0);
    // 66 and 68 even bars, and even bars too tall for a symbol, are pictures.
    draw(&mut canvas, &MANUAL[..66], 8.0, 20.0, 20.0);
    draw(&mut canvas, &format!("{MANUAL}F"), 8.0, 20.0, 26.0);
    for i in 0..67 {
        let x = 20.0 + 0.96 * f64::from(i);
        canvas.rectangle(x, 46.0, x + 0.48, 56.0);
    }
    let found = find_barcodes(&canvas.image());
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|found| found.bars == MANUAL && found.reading.is_ok()));
    assert!(found[0].y < found[1].y);
}

#[test]
fn a_pgm_file_is_read_and_a_broken_one_is_not() {
    let image = GreyImage::from_pgm(b"P5\n# made by hand\n2 1\n255\n\x00\xff").expect("an image");
    assert_eq!((image.width(), image.height(), image.row(0)), (2, 1, &[0, 255][..]));
    assert_eq!(GreyImage::from_pgm(b"P6\n1 1\n255\nabc"), Err(ImageError::NotPgm));
    assert_eq!(GreyImage::from_pgm(b"P5 1 1 65535\nab"), Err(ImageError::Depth(65_536)));
    let short = ImageError::Short { found: 1, expected: 4 };
    assert_eq!(GreyImage::from_pgm(b"P5 2 2 255\na"), Err(short));
}
