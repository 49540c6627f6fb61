//! Ink, judged after rasterising: barcodes by a reader written apart from the encoder, marks by
//! dmtxread, both against the control file.

use std::path::{Path, PathBuf};

use readback::raster::{find_barcodes, GreyImage};

use crate::shop::{children, judge, ControlRow, Shop};

/// Dots per inch of the barcode's raster; the printers' own is 600.
const BARCODE_DPI: u32 = 300;
/// The mark's modules are 0.5 mm: six dots.
const MARK_DPI: u32 = 300;
/// Pages that are on the disk at a time.
const CHUNK: u32 = 100;

/// A part of the page in millimetres: left, top, width, height.
type Part = [f64; 4];

/// The window of the envelope with its surroundings.
const WINDOW: Part = [15.0, 15.0, 85.0, 60.0];

/// Where the inserter reads: the stock inserter's 9 mm symbol with 4 mm around it.
fn mark() -> Part {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/inserters.toml");
    let stock = std::fs::read_to_string(path).expect("the stock inserters");
    let stock: toml::Table = stock.parse().expect("the stock inserters are TOML");
    let length = |key: &str| stock["inserters"][0][key].as_float().expect("a length");
    [length("mark_left_mm") - 4.0, length("mark_top_mm") - 4.0, 17.0, 17.0]
}

#[test]
fn every_barcode_and_every_mark_reads_as_the_control_file_says() {
    check_night(&Shop::letters(2000, 43, 0.01));
}

#[test]
fn conservative_files_have_the_same_barcodes_and_marks() {
    let shop = Shop::letters(300, 46, 0.01);
    shop.configure("[print]\nform = \"conservative\"");
    check_night(&shop);
}

/// Runs a night and looks at every letter.
fn check_night(shop: &Shop) {
    let out = shop.after_a_night("out");
    let (mut letters, mut barcodes, mut marks) = (0, 0, 0);
    for (folder, rows) in out.controls() {
        let batch = folder.rsplit('/').next().expect("a batch");
        for rows in rows.chunk_by(|a, b| a.file == b.file) {
            let name = format!("{batch}-{:03}.pdf", rows[0].file);
            let file = out.path().join(&folder).join(name);
            let raster = shop.beside("raster");
            barcodes += check_barcodes(&file, rows, &raster);
            marks += check_marks(&file, rows, &raster);
            letters += rows.len();
        }
    }
    let printed: u64 = out.ledger().iter().map(|account| account.printed).sum();
    assert_eq!(letters as u64, printed, "every printed letter was looked at");
    assert!(barcodes * 10 > letters * 8, "only {barcodes} barcodes on {letters} letters");
    assert!(marks >= letters, "a mark on every sheet: {marks} of {letters} letters");
}

/// Rasterises a part of some pages and returns the images in the order of the pages.
fn rasters(file: &Path, pages: [u32; 2], dpi: u32, part: Part, folder: &Path) -> Vec<PathBuf> {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).expect("a temporary directory");
    let dots = |mm: f64| ((mm * f64::from(dpi) / 25.4) as u32).to_string();
    let [first, last] = pages.map(|page| page.to_string());
    judge("pdftoppm")
        .args(["-gray", "-r", &dpi.to_string(), "-f", &first, "-l", &last])
        .args(["-x", &dots(part[0]), "-y", &dots(part[1])])
        .args(["-W", &dots(part[2]), "-H", &dots(part[3])])
        .arg(file)
        .arg(folder.join("page"))
        .must_succeed();
    children(folder)
}

/// Compares the bars in the window of each letter's first page; returns how many there were.
fn check_barcodes(file: &Path, rows: &[ControlRow], folder: &Path) -> usize {
    let mut found = 0;
    let last = rows.last().expect("a file has letters").page;
    for first in (1..=last).step_by(CHUNK as usize) {
        let end = (first + CHUNK - 1).min(last);
        let images = rasters(file, [first, end], BARCODE_DPI, WINDOW, folder);
        for row in rows.iter().filter(|row| (first..=end).contains(&row.page)) {
            let path = &images[(row.page - first) as usize];
            let bytes = std::fs::read(path).expect("an image that was just made");
            let image = GreyImage::from_pgm(&bytes).expect("a PGM file");
            let bars: Vec<_> = find_barcodes(&image);
            let expected: Vec<&str> =
                [row.barcode.as_str()].into_iter().filter(|b| !b.is_empty()).collect();
            let read: Vec<&str> = bars.iter().map(|found| found.bars.as_str()).collect();
            assert_eq!(read, expected, "{row:?}");
            for symbol in &bars {
                let reading = symbol.reading.as_ref();
                let reading = reading.unwrap_or_else(|misread| panic!("{row:?}: {misread}"));
                assert_eq!(reading.postal, row.postal, "{row:?}");
                found += 1;
            }
        }
    }
    found
}

/// Compares the mark on the front of each sheet; returns how many there were.
fn check_marks(file: &Path, rows: &[ControlRow], folder: &Path) -> usize {
    let facts = readback::read_print_file(&std::fs::read(file).expect("a print file"));
    let facts = facts.expect("a sound print file");
    let mut expected: Vec<Option<String>> = vec![None; facts.pages as usize];
    for (letter, row) in facts.letters.iter().zip(rows) {
        let first = letter.mark.expect("a mark is due");
        assert_eq!(first.text(), row.mark, "{row:?}");
        let sides = (letter.pages.end - letter.pages.start) / u32::from(letter.sheets);
        for sheet in 0..letter.sheets {
            let mark = letter::piece::SheetMark { sheet: sheet + 1, ..first };
            let page = letter.pages.start + u32::from(sheet) * sides;
            expected[page as usize] = Some(mark.text());
        }
    }
    let mut found = 0;
    for first in (1..=facts.pages).step_by(CHUNK as usize) {
        let end = (first + CHUNK - 1).min(facts.pages);
        let images = rasters(file, [first, end], MARK_DPI, mark(), folder);
        let pages = expected[first as usize - 1..end as usize].iter().zip(&images);
        for (mark, image) in pages.filter_map(|(mark, image)| Some((mark.as_ref()?, image))) {
            let call = judge("dmtxread").args(["-N", "1", "-m", "4000"]).arg(image);
            let answer = call.run();
            assert_eq!(answer.text().trim(), mark, "{}: {answer}", file.display());
            found += 1;
        }
    }
    found
}
