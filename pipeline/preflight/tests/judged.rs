//! PDFs of other programs: Ghostscript writes, qpdf spoils, poppler says where the words are.

#[path = "../../letter/tests/support/naga3.rs"]
mod naga3;

use std::path::{Path, PathBuf};
use std::process::Command;

use letter::page::A4;
use letter::stock::InserterProfile;
use naga3::naga3;
use preflight::{check, survey, Rules};

/// The stock's default envelope and inserter.
fn rules() -> Rules {
    let envelope = naga3();
    let inserter = InserterProfile {
        name: "datamatrix-front".to_owned(),
        data_matrix: true,
        mark_left_mm: 8.0,
        mark_top_mm: 280.0,
        module_mm: 0.5,
        omr: None,
        log: Default::default(),
    };
    Rules::of_house(A4, &envelope, &inserter)
}

/// Runs an outside program and returns what it says.
fn judge(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|why| panic!("{program} is needed: {why}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}{complaints}");
    said
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn word(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Lets Ghostscript write a page of A4 with its own fonts embedded.
fn distilled(name: &str, postscript: &str) -> PathBuf {
    let (source, pdf) = (path(&format!("{name}.ps")), path(&format!("{name}.pdf")));
    let page = "<< /PageSize [595.276 841.89] >> setpagedevice";
    let text = format!("%!PS\n{page}\n{postscript}\nshowpage\n");
    std::fs::write(&source, text).expect("written");
    let (out, source) = (format!("-sOutputFile={}", word(&pdf)), word(&source).to_owned());
    let settings = ["-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite", "-dPDFSETTINGS=/prepress"];
    judge("gs", &[&settings[..], &["-dEmbedAllFonts=true", &out, &source]].concat());
    pdf
}

fn codes(pdf: &Path) -> Vec<String> {
    let bytes = std::fs::read(pdf).expect("a PDF");
    check(&bytes, &rules()).into_iter().map(|finding| finding.code).collect()
}

const TEXT: &str = "/Times-Roman findfont 14 scalefont setfont
    330 700 moveto (Office of the water works) show
    /Helvetica-Bold findfont 9 scalefont setfont
    60 500 moveto (Narrow and wide: iiiiii MMMMMM) show
    gsave 60 300 translate 30 rotate 0 0 moveto (Rising words) show grestore
    gsave 300 300 translate 90 rotate 0 0 moveto (Upright words) show grestore
    gsave 300 200 translate 2 0.5 scale 0 0 moveto (Stretched words) show grestore
    60 100 moveto 3 0 (Spaced out words) ashow
    60 150 moveto 9 0 32 (Wide blanks between words) widthshow";

#[test]
fn text_is_where_poppler_finds_it() {
    let pdf = distilled("text", TEXT);
    let survey = survey(&std::fs::read(&pdf).expect("a PDF"), &rules());
    assert!(survey.is_fine(), "{:?}", survey.findings);
    let boxes = &survey.pages[0].texts;
    let words = judge("pdftotext", &["-bbox", word(&pdf), "-"]);
    let mut count = 0;
    for line in words.lines().filter(|line| line.trim_start().starts_with("<word")) {
        let side = |name: &str| -> f64 {
            let (_, rest) = line.split_once(&format!("{name}=\"")).expect("a side");
            let points: f64 = rest.split('"').next().expect("a number").parse().expect("points");
            points * 25.4 / 72.0
        };
        let [left, top, right, bottom] = ["xMin", "yMin", "xMax", "yMax"].map(side);
        let middle = [(left + right) / 2.0, (top + bottom) / 2.0];
        // Each letter of spaced text may be a run of its own.
        let within = boxes.iter().filter(|found| {
            found.left_mm < right + NEAR
                && found.right_mm > left - NEAR
                && found.top_mm < middle[1] + NEAR
                && found.bottom_mm > middle[1] - NEAR
        });
        let (mut from, mut to) = (f64::INFINITY, f64::NEG_INFINITY);
        for found in within {
            (from, to) = (from.min(found.left_mm), to.max(found.right_mm));
        }
        assert!(from < left + NEAR && to > right - NEAR, "{line}: {from} to {to} mm, {boxes:?}");
        count += 1;
    }
    assert!(count > 20, "{words}");
    // And nothing is found where there is no word: the boxes reach no further than all words.
    let all = boxes.iter().fold(f64::INFINITY, |least, found| least.min(found.left_mm));
    assert!((all - 60.0 * 25.4 / 72.0).abs() < 3.0, "{all}");
}

/// How far our boxes and poppler's may differ, mm.
const NEAR: f64 = 0.4;

#[test]
fn what_ghostscript_writes_is_judged_by_what_it_paints() {
    let fine = "0.8 setgray 320 600 200 100 rectfill 0 setgray";
    assert_eq!(codes(&distilled("fine", fine)), Vec::<String>::new());
    let font = "8 dict begin /FontType 3 def /FontMatrix [.001 0 0 .001 0 0] def
        /FontBBox [0 0 1000 1000] def /Encoding 256 array def 0 1 255 {Encoding exch /box put} for
        /BuildChar {pop pop 1000 0 0 0 750 750 setcachedevice 0 0 750 750 rectfill} def
        currentdict end /Boxes exch definefont pop /Boxes findfont 12 scalefont setfont
        300 300 moveto (abc) show";
    assert_eq!(codes(&distilled("type3", font)), ["font-type3"]);
    let inside = "100 750 moveto 200 700 lineto stroke";
    assert_eq!(codes(&distilled("inside", inside)), ["painting-in-zone"]);
    let circle = "150 740 300 0 360 arc stroke";
    // The circle runs around the window; it leaves the sheet and touches the mark's zone nowhere.
    assert!(!codes(&distilled("circle", circle)).contains(&"painting-in-zone".to_owned()));
    let picture = "gsave 100 700 translate 40 40 scale 2 2 8 [2 0 0 -2 0 2] {<00ff00ff>} image
        grestore";
    assert_eq!(codes(&distilled("picture", picture)), ["image-in-zone"]);
}

#[test]
fn what_qpdf_does_to_a_file_is_found() {
    let sound = distilled("sound", TEXT);
    let spoilt = |name: &str, arguments: &[&str]| {
        let pdf = path(name);
        judge("qpdf", &[&[word(&sound)], arguments, &[word(&pdf)]].concat());
        codes(&pdf)
    };
    let none = Vec::<String>::new();
    assert_eq!(spoilt("streams.pdf", &["--object-streams=generate"]), none);
    assert_eq!(spoilt("linear.pdf", &["--linearize"]), none);
    assert_eq!(spoilt("turned.pdf", &["--rotate=90"]), ["page-rotated"]);
    let key = ["--encrypt", "", "owner", "256", "--"];
    assert_eq!(spoilt("locked.pdf", &key), ["encrypted"]);
    let source = path("sound.ps");
    let attached = spoilt("attached.pdf", &["--add-attachment", word(&source), "--"]);
    assert_eq!(attached, ["embedded-file"]);
}
