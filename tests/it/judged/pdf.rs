//! Syntax and fonts, judged by qpdf, poppler, mupdf and ghostscript.

use std::path::{Path, PathBuf};

use crate::shop::{children, file_name, judge, lettershop, Shop};

/// Runs a night and returns all its PDF files: print files, labels and tickets, exported copies.
fn all_files(shop: &Shop) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let out = shop.after_a_night("out");
    let copies = shop.beside("copies");
    lettershop()
        .args(["mailbox", "export"])
        .arg(out.path())
        .arg("--to")
        .arg(&copies)
        .must_succeed();
    let copies = children(&copies);
    let printed = out.find("print/", ".pdf");
    assert!(printed.len() >= 6, "print file, labels and ticket a sender: {printed:?}");
    assert!(!copies.is_empty(), "some letters are electronic");
    (printed, copies)
}

#[test]
fn every_file_is_sound_for_every_judge() {
    check_every_file(&Shop::letters(400, 41, 0.02));
}

#[test]
fn a_night_of_conservative_files_is_sound_for_every_judge() {
    let shop = Shop::letters(120, 45, 0.02);
    shop.configure("[print]\nform = \"conservative\"");
    check_every_file(&shop);
    let out = shop.after_a_night("again");
    for (folder, rows) in out.controls() {
        let batch = folder.rsplit('/').next().expect("a batch");
        let name = format!("{batch}-{:03}.pdf", rows[0].file);
        let bytes = std::fs::read(out.path().join(folder).join(name)).expect("a print file");
        let has = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
        assert!(has(b"\nxref\n0 ") && !has(b"/ObjStm") && !has(b"CustomerBarcode"));
    }
}

fn check_every_file(shop: &Shop) {
    let (printed, copies) = all_files(shop);
    for path in printed.iter().chain(&copies) {
        let answer = judge("qpdf").arg("--check").arg(path).must_succeed();
        let said = answer.text() + &answer.errors();
        assert!(!said.to_lowercase().contains("warning"), "{answer}");
        check_fonts(path);
    }
    // Renderers read content streams, into which qpdf does not look.
    for path in printed.iter().chain(copies.iter().take(40)) {
        check_rendering(path);
    }
}

/// Embedded subsets only: `emb` and `sub` say yes; a Type 3 font is its own glyphs.
fn check_fonts(path: &Path) {
    let listed = judge("pdffonts").arg(path).must_succeed().text();
    let mut fonts = 0;
    for line in listed.lines().skip(2) {
        let words: Vec<&str> = line.split_whitespace().collect();
        // … emb sub uni object ID
        let [.., embedded, subset, unicode, _, _] = words[..] else { panic!("{line}") };
        let type3 = line.contains("Type 3");
        assert_eq!(embedded, "yes", "{}: {line}", file_name(path));
        assert!(subset == "yes" || type3, "{}: {line}", file_name(path));
        assert_eq!(unicode, "yes", "{}: {line}", file_name(path));
        fonts += 1;
    }
    assert!(fonts > 0, "{} has fonts", file_name(path));
}

fn check_rendering(path: &Path) {
    let mupdf = judge("mutool").args(["draw", "-q", "-F", "text", "-o", "/dev/null"]);
    let said = mupdf.arg(path).arg("1-30").must_succeed().errors();
    let mut said = said.lines().filter(|line| !line.contains(NO_ICC));
    assert_eq!(said.next(), None, "mutool on {}", file_name(path));
    let ghostscript =
        ["-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=nullpage", "-dLastPage=30"];
    let answer = judge("gs").args(ghostscript).arg(path).must_succeed();
    let said = answer.text() + &answer.errors();
    assert!(!said.contains("rror"), "ghostscript on {}: {said}", file_name(path));
}

/// What Debian's mutool says of every profile; it is built without the library for them.
const NO_ICC: &str = "ICC support is not available";
