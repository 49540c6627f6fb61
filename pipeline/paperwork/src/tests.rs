//! Paperwork read back by other programs.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use letter::{Date, Moment, PostalCode};

use super::*;

/// The font of the repository, or of Debian's package fonts-morisawa-bizud-gothic.
fn font() -> Vec<u8> {
    const PLACES: [&str; 2] = [
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../fonts/BIZUDPGothic-Regular.ttf"),
        "/usr/share/fonts/truetype/bizud-gothic/BIZUDPGothic-Regular.ttf",
    ];
    PLACES.iter().find_map(|place| std::fs::read(place).ok()).expect("BIZ UDPGothic is there")
}

fn day() -> Date {
    Date::parse("2026-11-25").expect("a day")
}

fn postal(code: u32) -> PostalCode {
    PostalCode::from_number(code).expect("seven digits")
}

fn labels(count: u32) -> Vec<TrayLabel> {
    let label = |tray| TrayLabel {
        job: 20_261_122,
        sender: "星見市".into(),
        batch: "tax-2026-1".into(),
        posting_date: day(),
        tray,
        of: count,
        districts: ["060", "100–103", "52021–52024", "980・981・98231・99999"]
            [(tray - 1) as usize % 4]
            .into(),
        first: postal(tray * 100_013),
        last: postal(tray * 100_013 + 9_999),
        pieces: 500 - tray,
        sheets: 1_204,
        weight_mg: 6_734_995,
        bundles: 12,
    };
    (1..=count).map(label).collect()
}

fn ticket(files: u64) -> JobTicket {
    let file = |i| TicketFile {
        name: format!("tax-2026-1-{i:03}.pdf"),
        letters: 5_000,
        pages: 21_000,
        sheets: 10_500,
        sha256: format!("{i:02x}").repeat(32),
    };
    let class = |size: &str, up_to_g, yen, pieces| PostageClass {
        size_class: size.into(),
        up_to_g,
        yen,
        pieces,
    };
    JobTicket {
        job: 20_261_122,
        sender: "星見市".into(),
        batch: "tax-2026-1".into(),
        part: 1,
        template: "tax-notice v1".into(),
        class: "tax".into(),
        posting_date: day(),
        made: Moment::parse_rfc3339("2026-11-22T02:00:00+09:00").expect("a moment"),
        envelope: "naga3-window".into(),
        inserter: "standard-datamatrix".into(),
        paper: "A4 64 g/m²".into(),
        duplex: true,
        files: (1..=files).map(file).collect(),
        trays: 12,
        bundles: 96,
        weight_mg: 67_349_950,
        postage: vec![
            class("teikei", 50, 110, 5_000 * files - 10),
            class("kikakunai", 100, 180, 10),
        ],
    }
}

/// Runs a judge over `pdf` in a file of its own and returns what it wrote.
fn judge(program: &str, before: &[&str], pdf: &[u8], after: &[&str]) -> String {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let name = format!("paperwork-{}-{run}.pdf", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut file = std::fs::File::create(&path).expect("the temporary directory takes files");
    file.write_all(pdf).expect("the temporary directory takes files");
    let output = Command::new(program)
        .args(before)
        .arg(&path)
        .args(after)
        .stderr(Stdio::piped())
        .output()
        .expect("the judge is installed (qpdf, poppler-utils)");
    std::fs::remove_file(&path).expect("our own file");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program}: {said}{:?}", output.stderr);
    said
}

#[test]
fn labels_and_ticket_pass_qpdf() {
    for pdf in [tray_labels(&labels(11), &font()), job_ticket(&ticket(3), &font())] {
        let said = judge("qpdf", &["--check"], &pdf.expect("a document"), &[]);
        assert!(said.contains("No syntax or stream encoding errors"), "{said}");
    }
}

#[test]
fn every_label_says_its_tray_district_and_figures() {
    let pdf = tray_labels(&labels(11), &font()).expect("a document");
    let text = judge("pdftotext", &["-layout"], &pdf, &["-"]);
    assert_eq!(text.matches('\u{c}').count(), 2, "eight labels to a page");
    for label in labels(11) {
        for said in [
            format!("トレー {} / 11", label.tray),
            format!("〒{} ～ 〒{}", label.first, label.last),
            label.districts,
            label.pieces.to_string(),
            "6.73 kg".to_owned(),
            "1,204".to_owned(),
            "ジョブ 20261122".to_owned(),
        ] {
            assert!(text.contains(&said), "{said} is not in\n{text}");
        }
    }
}

#[test]
fn a_ticket_says_every_file_its_digest_and_the_postage() {
    let pdf = job_ticket(&ticket(30), &font()).expect("a document");
    let text = judge("pdftotext", &["-layout"], &pdf, &["-"]);
    for i in 1..=30 {
        assert!(text.contains(&format!("tax-2026-1-{i:03}.pdf")), "file {i}");
        assert!(text.contains(&format!("{i:02x}").repeat(32)), "digest {i}");
    }
    for said in ["150,000", "630,000", "16,498,900", "1,800", "16,500,700", "67.35 kg", "20261122"]
    {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    let pages = text.matches('\u{c}').count();
    assert!(pages > 1 && text.contains(&format!("{pages}/{pages}")), "{pages} pages");
}

#[test]
fn the_font_is_an_embedded_subset_with_unicode() {
    let pdf = tray_labels(&labels(1), &font()).expect("a document");
    assert!(pdf.len() < 60_000, "{} bytes: the font was not cut", pdf.len());
    let said = judge("pdffonts", &[], &pdf, &[]);
    let line = said.lines().nth(2).expect("one font");
    assert!(line.contains("+BIZUDPGothic") && said.lines().count() == 3, "{said}");
    assert!(line.contains("CID TrueType") && line.contains("yes yes yes"), "{said}");
}

#[test]
fn the_same_input_gives_the_same_bytes_and_another_another_identifier() {
    let once = tray_labels(&labels(9), &font()).expect("a document");
    let _ = job_ticket(&ticket(1), &font()).expect("a document in between");
    assert_eq!(once, tray_labels(&labels(9), &font()).expect("a document"));
    let identifier = |pdf: &[u8]| {
        let text = String::from_utf8_lossy(pdf);
        let at = text.rfind("/ID[").expect("a trailer with an identifier");
        text[at..at + 70].to_owned()
    };
    let other = tray_labels(&labels(10), &font()).expect("a document");
    assert_ne!(identifier(&once), identifier(&other));
}

#[test]
fn the_dates_are_those_of_the_input() {
    let label = tray_labels(&labels(1), &font()).expect("a document");
    let ticket = job_ticket(&ticket(1), &font()).expect("a document");
    for (pdf, stamp) in [(label, "20261124150000"), (ticket, "20261121170000")] {
        let said = judge("qpdf", &["--qdf", "--object-streams=disable"], &pdf, &["-"]);
        assert!(said.contains(&format!("/CreationDate (D:{stamp}+00'00')")), "{stamp}");
        assert!(!said.contains("PDFX"), "no claim to a standard that is not kept");
        assert!(said.contains(&format!("/ModDate (D:{stamp}+00'00')")), "{stamp}");
    }
}

#[test]
fn a_character_without_a_glyph_is_named_and_never_replaced() {
    let mut label = labels(1);
    label[0].sender = "𠮷野市".into();
    let pdf = tray_labels(&label, &font()).expect("a document");
    let text = judge("pdftotext", &["-layout"], &pdf, &["-"]);
    assert!(text.contains("[U+20BB7]野市"), "{text}");
}

#[test]
fn a_name_that_is_too_long_is_shrunk_and_then_cut_off() {
    let mut label = labels(1);
    label[0].sender = "とても長い名前の差出人".repeat(8);
    let pdf = tray_labels(&label, &font()).expect("a document");
    let text = judge("pdftotext", &["-layout"], &pdf, &["-"]);
    assert!(text.contains("…") && text.contains("トレー 1 / 1"), "{text}");
}

#[test]
fn no_trays_and_no_font_are_told() {
    assert_eq!(tray_labels(&[], &font()), Err(PaperworkError::NoTrays));
    assert!(matches!(tray_labels(&labels(1), b"no font"), Err(PaperworkError::Font(_))));
}

/// Leaves the documents where `PAPERWORK` names a directory, to be looked at.
#[test]
fn documents_can_be_looked_at() {
    let Some(directory) = std::env::var_os("PAPERWORK").map(std::path::PathBuf::from) else {
        return;
    };
    for (name, pdf) in [
        ("labels", tray_labels(&labels(11), &font())),
        ("ticket", job_ticket(&ticket(3), &font())),
        ("long-ticket", job_ticket(&ticket(30), &font())),
    ] {
        let path = directory.join(name).with_extension("pdf");
        std::fs::write(path, pdf.expect("a document")).expect("the directory can be written");
    }
}
