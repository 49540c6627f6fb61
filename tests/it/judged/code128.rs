//! Code 128 of receipt numbers, judged by zbarimg on rasterised pages.

use std::path::Path;

use crate::shop::{children, judge, lettershop, must_copy};

/// Dots per inch: a module of 0.33 mm is four dots wide, one of 0.25 mm three.
const DPI: u32 = 300;

#[test]
fn every_receipt_number_is_read_from_its_page() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let stock = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/application-form");
    let template = home.path().join("application-form");
    std::fs::create_dir(&template).expect("a temporary directory");
    for name in ["template.toml", "body.txt"] {
        must_copy(&stock.join(name), &template.join(name));
    }
    let receipts = receipts();
    let sample = std::fs::read_to_string(stock.join("sample.toml")).expect("a stock sample");
    std::fs::write(template.join("sample.toml"), with_receipts(&sample, &receipts))
        .expect("a temporary directory");
    let preview = home.path().join("preview");
    std::fs::create_dir(&preview).expect("a temporary directory");
    lettershop()
        .args(["template", "preview"])
        .arg(&template)
        .arg("--to")
        .arg(&preview)
        .must_succeed();
    let pages = home.path().join("pages");
    std::fs::create_dir(&pages).expect("a temporary directory");
    // Every letter is one sheet, whose back is blank; the bars stand between title and table.
    let dots = |mm: u32| (mm * DPI * 10 / 254).to_string();
    judge("pdftoppm")
        .args(["-gray", "-o", "-r", &DPI.to_string()])
        .args(["-x", &dots(15), "-y", &dots(81), "-W", &dots(180), "-H", &dots(20)])
        .arg(preview.join("application-form-sample.pdf"))
        .arg(pages.join("page"))
        .must_succeed();
    let images = children(&pages);
    assert_eq!(images.len(), receipts.len());
    let call = judge("zbarimg").args(["--raw", "--quiet", "--nodbus"]);
    let answer = call.args(["-Sdisable", "-Scode128.enable"]).args(&images).must_succeed();
    assert_eq!(answer.text().lines().collect::<Vec<_>>(), receipts, "{answer}");
}

/// Returns receipt numbers `[A-Za-z0-9-]` of 1 to 40 characters: digits, letters, and both by
/// turns, so that the code sets change at every kind of place.
fn receipts() -> Vec<String> {
    let kinds: [&[u8]; 4] = [
        b"0123456789",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghijklmnopqrstuvwxyz",
        b"R2026-1121-A00042b",
        b"9-12345x678901yz2",
    ];
    let lengths = [1, 6, 19, 40];
    let mut receipts = Vec::new();
    for (turn, length) in lengths.into_iter().enumerate() {
        for kind in kinds {
            let characters = kind.iter().cycle().skip(turn * 5).take(length);
            receipts.push(characters.map(|&byte| char::from(byte)).collect());
        }
    }
    receipts
}

/// Returns a sample of one letter a receipt number, each like the first letter of `sample`.
fn with_receipts(sample: &str, receipts: &[String]) -> String {
    let mut parts = sample.split("[[letters]]");
    let head = parts.next().expect("a head");
    let letter = parts.next().expect("a letter");
    let own = "receipt = \"R20261121-000123\"";
    assert!(letter.contains(own), "{letter}");
    let letters = receipts
        .iter()
        .map(|receipt| letter.replacen(own, &format!("receipt = \"{receipt}\""), 1))
        .map(|letter| format!("[[letters]]{letter}"));
    head.to_owned() + &letters.collect::<String>()
}
