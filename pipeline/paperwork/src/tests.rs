//! Paperwork read back by other programs.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use letter::{Date, Moment, PostalCode};

use super::*;

/// The font of the repository, or of Debian's package fonts-morisawa-bizud-gothic.
pub(crate) fn font() -> Vec<u8> {
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
        postings: postings(5_000 * files - 10),
        tips: vec![PostageTip {
            name: "区分郵便物".into(),
            from: 50_000,
            missing: 37,
            saves_yen: 54_959,
        }],
        cautions: vec!["料金表の確認日（2026-12-31）を過ぎています。".into()],
    }
}

/// Letters of 50 g in a sorted posting, some without barcode, and ten of 100 g outside of it.
fn postings(pieces: u64) -> Vec<PostingSheet> {
    let row = |up_to_g, has_barcode, plain_yen: u32, price, pieces| PostingRow {
        size_class: "teikei".into(),
        up_to_g,
        has_barcode,
        plain_yen,
        price,
        pieces,
        sum: price * pieces,
    };
    let posting = |name: &str, from, lines: Vec<PostingRow>| PostingSheet {
        name: name.into(),
        from,
        leeway_days: 0,
        pieces: lines.iter().map(|line| line.pieces).sum(),
        yen: lines.iter().map(|line| line.sum).sum::<u64>() / 10_000,
        plain_yen: lines.iter().map(|line| line.pieces * u64::from(line.plain_yen)).sum(),
        lines,
    };
    let sorted =
        vec![row(50, true, 110, 1_023_000, pieces - 113), row(50, false, 110, 1_056_000, 113)];
    vec![
        posting("区分郵便物", 10_000, sorted),
        posting("通常郵便物", 0, vec![row(100, false, 180, 1_800_000, 10)]),
    ]
}

/// Runs a judge over `pdf` in a file of its own and returns what it wrote.
pub(crate) fn judge(program: &str, before: &[&str], pdf: &[u8], after: &[&str]) -> String {
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
    for said in [
        "150,000",
        "630,000",
        "定形・バーコード付",
        "102.30",
        "15,332,417.10",
        "15,344,349",
        "定形外（規格内）",
        "15,346,149",
        "割引前 16,500,700 円",
        "あと 37 通で 区分郵便物（50,000通以上）",
        "67.35 kg",
        "20261122",
    ] {
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

fn slips(groups: u32) -> PostingSlips {
    let group = |i: u32| GroupRow {
        group: match i {
            0 => "雑".into(),
            i if i % 9 == 0 => format!("{:02}", i % 100),
            i => format!("{:05}", 10_000 + i * 13),
        },
        bundles: 1 + i % 4,
        pieces: 10 + i * 3,
    };
    let form = |first_tray, sheet: PostingSheet, groups: u32| PostingForm {
        sheet,
        first_tray,
        trays: 37,
        bundles: 412,
        weight_mg: 137_349_950,
        groups: (0..groups).rev().map(group).collect(),
    };
    let mut sheets = postings(15_000);
    let plain = sheets.pop().expect("two postings");
    let sorted = sheets.pop().expect("two postings");
    PostingSlips {
        job: 20_261_122,
        sender: "星見市".into(),
        sender_lines: vec![
            "市民部 税務課".into(),
            "〒100-0013 東京都千代田区霞が関1丁目3番2号".into(),
        ],
        batch: "tax-2026-1".into(),
        posting_date: day(),
        made: Moment::parse_rfc3339("2026-11-22T02:00:00+09:00").expect("a moment"),
        office: "銀座郵便局".into(),
        payment: "料金後納".into(),
        postings: vec![form(1, sorted, groups), PostingForm { trays: 1, ..form(38, plain, 1) }],
        cautions: vec!["料金表の確認日（2026-12-31）を過ぎています。".into()],
    }
}

fn bundles(count: u32) -> (SlipBatch, Vec<BundleSlip>) {
    let slip = |i: u32| BundleSlip {
        tray: 1 + i / 8,
        bundle: 1 + i % 8,
        of: 8,
        group: ["100", "10012", "98", "雑"][i as usize % 4].into(),
        posting: "区分郵便物（3日程度の送達余裕）".into(),
        pieces: 100 - i % 7,
        first_sequence: 1 + i * 100,
        first: postal(i * 100_013),
        last: postal(i * 100_013 + 99),
    };
    let batch = SlipBatch {
        job: 20_261_122,
        sender: "星見市".into(),
        batch: "tax-2026-1".into(),
        posting_date: day(),
    };
    (batch, (0..count).map(slip).collect())
}

/// Returns whether a text is said, however wide its blanks are.
fn says(text: &str, said: &str) -> bool {
    let close = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    close(text).contains(&close(said))
}

#[test]
fn a_posting_slip_says_what_is_handed_in_and_every_district() {
    let pdf = posting_slips(&slips(300), &font()).expect("a document");
    let said = judge("qpdf", &["--check"], &pdf, &[]);
    assert!(said.contains("No syntax or stream encoding errors"), "{said}");
    let text = judge("pdftotext", &["-layout"], &pdf, &["-"]);
    // The slip, two pages of districts, and the plain posting's two.
    assert_eq!(text.matches('\u{c}').count(), 5);
    for said in [
        "郵便物差出票",
        "料金後納",
        "差出し 1 / 2",
        "差出し 2 / 2",
        "令和8年11月25日（水）",
        "銀座郵便局　御中",
        "トレー 1 ～ 37",
        "区分郵便物",
        "10,000通以上の割引",
        "14,887",
        "7%",
        "102.30",
        "1,522,940.10",
        "4%",
        "1,534,872",
        "割引前 1,650,000 円",
        "割引額 115,128 円",
        "137.35 kg",
    ] {
        assert!(says(&text, said), "{said} is not in\n{text}");
    }
    for row in &slips(300).postings[0].groups {
        assert!(says(&text, &row.group), "{}", row.group);
    }
    let none = PostingSlips { postings: Vec::new(), ..slips(1) };
    assert_eq!(posting_slips(&none, &font()), Err(PaperworkError::NoTrays));
}

#[test]
fn a_breakdown_of_many_classes_goes_on_over_the_page() {
    let mut slips = slips(1);
    let line = slips.postings[0].sheet.lines[0].clone();
    let lines = &mut slips.postings[0].sheet.lines;
    lines.extend((0..12).map(|i| PostingRow { up_to_g: 1_000 + i, ..line.clone() }));
    let pdf = posting_slips(&slips, &font()).expect("a document");
    let text = judge("pdftotext", &["-layout"], &pdf, &["-"]);
    assert!((1_000..1_012).all(|g| says(&text, &format!("{},{:03} g", g / 1_000, g % 1_000))));
    assert!(says(&text, "内訳は次葉に続きます") && says(&text, "差出票　内訳"), "{text}");
}

#[test]
fn every_bundle_has_its_slip_in_order() {
    let (batch, slips) = bundles(25);
    let pdf = bundle_slips(&batch, &slips, &font()).expect("a document");
    let text = judge("pdftotext", &["-layout"], &pdf, &["-"]);
    assert_eq!(text.matches('\u{c}').count(), 3, "twelve slips to a page");
    for slip in &slips {
        let place = format!("トレー {}　束 {} / 8", slip.tray, slip.bundle);
        assert!(says(&text, &place), "{place} is not in\n{text}");
        assert!(says(&text, &format!("〒{} ～ 〒{}", slip.first, slip.last)));
    }
    assert!(says(&text, "郵便番号上2桁") && says(&text, "雑（混載）"));
    assert_eq!(bundle_slips(&batch, &[], &font()), Err(PaperworkError::NoTrays));
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
        ("posting", posting_slips(&slips(300), &font())),
        ("bundles", bundle_slips(&bundles(12).0, &bundles(12).1, &font())),
    ] {
        let path = directory.join(name).with_extension("pdf");
        std::fs::write(path, pdf.expect("a document")).expect("the directory can be written");
    }
}
