//! A hand-over, its files and what comes back.

use super::*;
use crate::municipality::{Count, Due};

fn day(text: &str) -> Date {
    Date::parse(text).expect("a day")
}

fn head() -> Head {
    Head {
        municipality: JisCode::parse("141003").expect("a code"),
        name: "横浜市".into(),
        night: day("2026-11-22"),
        sequence: 1,
        due: day("2026-11-26"),
    }
}

fn entry(receipt: &str, row: u32) -> Entry {
    Entry {
        receipt: receipt.into(),
        procedure: "move-out".into(),
        received_at: Moment::parse_rfc3339("2026-11-21T10:00:00+09:00").expect("a moment"),
        file: "move-out.csv".into(),
        row,
        verdict: "TOTAL_PASSED".into(),
        incomplete: 0,
        substituted: 0,
    }
}

fn closed() -> Closed {
    let mut hand_over = HandOver::new(head());
    hand_over.add_file("move-out.csv", b"rows").expect("a new file");
    hand_over.add(entry("B-2", 2));
    hand_over.add(Entry { incomplete: 3, ..entry("A-1", 1) });
    hand_over.close().expect("it is sound")
}

#[test]
fn a_hand_over_lists_every_file_with_its_hash() {
    let closed = closed();
    let names: Vec<_> = closed.files.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, [INDEX, ACKNOWLEDGEMENT, MANIFEST]);
    let manifest = Manifest::read(&closed.files[2].1).expect("its own JSON");
    assert_eq!(manifest, closed.manifest);
    assert_eq!(closed.manifest_sha256, sha256_hex(&closed.files[2].1));
    assert_eq!(
        (manifest.count, manifest.receipts.as_slice()),
        (2, &["A-1", "B-2"].map(String::from)[..])
    );
    let index = closed.files[0].1.clone();
    let file = |rows: &'static [u8]| {
        let index = &index;
        move |name: &str| match name {
            INDEX => Some(index.as_slice()),
            "move-out.csv" => Some(rows),
            _ => None,
        }
    };
    assert_eq!(manifest.broken(file(b"rows")), None);
    assert_eq!(manifest.broken(file(b"rowz")), Some("move-out.csv"));
    assert_eq!(folder(head().municipality, head().night, 1), "14100-2026-11-22-1");
    let index = String::from_utf8(index).expect("UTF-8");
    assert!(index.contains("\"1\",\"A-1\",\"move-out\",\"2026-11-21T10:00:00+09:00\""), "{index}");
    assert!(index.starts_with('\u{FEFF}') && index.lines().count() == 3);
}

#[test]
fn an_unsound_hand_over_is_not_closed() {
    let mut twice = HandOver::new(head());
    twice.add_file("a", b"1").expect("a new file");
    assert_eq!(twice.add_file("a", b"1"), Err(Unsound::DoubleFile("a".into())));
    let mut hand_over = HandOver::new(head());
    hand_over.add(entry("A-1", 1));
    assert!(matches!(hand_over.clone().close(), Err(Unsound::NoFile { .. })));
    hand_over.add_file("move-out.csv", b"").expect("a new file");
    hand_over.add(entry("A-1", 2));
    assert_eq!(hand_over.close(), Err(Unsound::DoubleReceipt("A-1".into())));
}

#[test]
fn an_acknowledgement_settles_its_hand_over_and_no_other() {
    let closed = closed();
    let form = String::from_utf8(closed.files[1].1.clone()).expect("UTF-8");
    let filled =
        form.replace("\"received_at\": \"\"", "\"received_at\": \"2026-11-24T09:00:00+09:00\"");
    let settle = |text: &str| {
        let read = Acknowledgement::read(text.as_bytes());
        read.and_then(|a| a.settle(&closed.manifest, &closed.manifest_sha256)).map_err(|r| r.code)
    };
    let settled = settle(&filled).expect("it agrees");
    assert_eq!((settled.accepted.len(), settled.late), (2, false));
    let refused = filled
        .replace("\"accepted\": 2", "\"accepted\": 1")
        .replace("\"refused\": []", "\"refused\": [{\"receipt\":\"B-2\",\"reason\":\"管轄外\"}]");
    let settled = settle(&refused).expect("it agrees");
    assert_eq!((settled.accepted, settled.refused.len()), (vec!["A-1".to_owned()], 1));
    let late = filled.replace("2026-11-24", "2026-11-27");
    assert!(settle(&late).expect("it agrees").late);
    for (text, code) in [
        (form.clone(), "bad-acknowledgement"),
        (filled.replace("14100", "13101"), "wrong-manifest"),
        (filled.replace("2026-11-22", "2026-11-21"), "wrong-manifest"),
        (filled.replace(&closed.manifest_sha256, "00"), "wrong-manifest"),
        (filled.replace("\"accepted\": 2", "\"accepted\": 1"), "wrong-count"),
        (filled.replace("\"accepted\": 2", "\"accepted\": -2"), "bad-acknowledgement"),
        (refused.replace("B-2", "C-3"), "unknown-receipt"),
        (filled.replace("\"night\"", "\"nacht\""), "bad-acknowledgement"),
        ("{".into(), "bad-acknowledgement"),
    ] {
        assert_eq!(settle(&text), Err(code.to_owned()), "{text}");
    }
}

#[test]
fn the_deadline_counts_the_days_that_the_municipality_counts() {
    let holidays = vec![day("2026-11-23")];
    let working = Due { days: 3, count: Count::Working, holidays };
    let calendar = Due { days: 3, count: Count::Calendar, holidays: Vec::new() };
    // 2026-11-20 is a Friday, 2026-11-23 a holiday.
    for (night, by_work, by_calendar) in [
        ("2026-11-20", "2026-11-26", "2026-11-23"),
        ("2026-11-22", "2026-11-26", "2026-11-25"),
        ("2026-11-24", "2026-11-27", "2026-11-27"),
        ("2026-11-25", "2026-11-30", "2026-11-28"),
    ] {
        assert_eq!(working.after(day(night)), day(by_work), "{night}");
        assert_eq!(calendar.after(day(night)), day(by_calendar), "{night}");
    }
    assert_eq!(Due { days: 0, ..calendar }.after(day("2026-11-22")), day("2026-11-22"));
    assert!(is_overdue(day("2026-11-26"), day("2026-11-27")));
    assert!(!is_overdue(day("2026-11-26"), day("2026-11-26")));
}

#[test]
fn a_verdict_sheet_says_what_was_found_and_no_value() {
    let verdict = serde_json::json!({
        "indication": "TOTAL_PASSED", "sub_indication": null, "provisional": true,
    });
    let enclosures = [Enclosure {
        name: "A-1/form.json".into(),
        sha256: sha256_hex(b""),
        bytes: 0,
        covered: false,
    }];
    let substituted = [("applicant.name".to_owned(), 1)];
    let sheet = Sheet {
        receipt: "A-1",
        procedure: "move-out",
        name: "転出届",
        rules: "2026-04",
        municipality: head().municipality,
        received_at: entry("A-1", 1).received_at,
        night: head().night,
        verdict: &verdict,
        findings: &[],
        substituted: &substituted,
        enclosures: &enclosures,
    };
    assert_eq!(sheet.file_name(), "A-1.verdict.json");
    let json: serde_json::Value = serde_json::from_slice(&sheet.to_json()).expect("JSON");
    assert_eq!(json["verdict"]["indication"], "TOTAL_PASSED");
    assert_eq!(json["enclosures"][0]["covered"], false);
    let text = sheet.to_text();
    for part in [
        "有効（TOTAL_PASSED）",
        "暫定",
        "転出届（move-out、規則 2026-04）",
        "不備はありません",
        "署名対象外",
        "1 文字",
        "令和8年11月22日",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
