//! The enveloping line: marks where its inserter reads them, its answers, and how pieces end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use letter::piece::SheetMark;
use serde_json::{json, Value};

use crate::shop::{children, lettershop, must_copy, Call, ControlRow, Out, Shop};

#[test]
fn a_night_for_a_line_without_marks_counts_by_its_control_files_alone() {
    let shop = Shop::letters(300, 23, 0.01);
    let marked = shop.after_a_night("marked");
    shop.configure("[print]\ninserter = \"no-mark\"");
    let out = shop.after_a_night("unmarked");
    shop.must_come_to_what_is_expected(&out);
    out.verify().must_succeed();
    let mut letters = 0;
    for file in out.find("print/", ".pdf") {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let is_print_file = name.rsplit('-').next().is_some_and(|end| end.parse::<u32>().is_ok());
        if is_print_file {
            let bytes = std::fs::read(&file).expect("a print file");
            let facts = readback::read_print_file(&bytes).expect_err("it has no marks");
            assert!(facts.to_string().contains("no mark on any page"), "{facts}");
            letters += 1;
        }
    }
    assert!(letters > 0, "something was printed");
    let rows = |out: &crate::shop::Out| {
        let controls = out.controls().into_values().flatten();
        controls.map(|row| (row.sequence, row.piece, row.mark)).collect::<Vec<_>>()
    };
    assert_eq!(rows(&out), rows(&marked), "control files say the same");

    // The same files where marks are due: none may pass.
    for (folder, _) in marked.controls() {
        for file in children(&out.path().join(&folder)) {
            must_copy(&file, &marked.path().join(&folder).join(file.file_name().expect("a name")));
        }
    }
    let answer = marked.verify().must_exit_with(2);
    let faults = answer.json()["faults"].to_string();
    assert!(faults.contains("no mark on any page"), "{faults}");
}

/// Who stands at the line, and when.
pub const HAND: [&str; 4] = ["--by", "tanaka", "--now", "2026-11-24T09:00:00+09:00"];

/// Returns the mark of a piece in a print generation.
pub fn mark(row: &ControlRow, generation: u8) -> String {
    let mark = SheetMark::parse(&row.mark).expect("a mark");
    SheetMark { generation, ..mark }.text()
}

/// Writes an inserter's log: marks with their results, a second apart from the minute on.
pub fn log(shop: &Shop, name: &str, minute: u32, rows: &[(String, &str)]) -> PathBuf {
    let path = shop.beside(name);
    let mut text = "time,station,mark,result\n".to_owned();
    for (second, (mark, result)) in rows.iter().enumerate() {
        let (minute, second) = (minute + second as u32 / 60, second % 60);
        let (hour, minute) = (9 + minute / 60, minute % 60);
        text.push_str(&format!("2026-11-24 {hour:02}:{minute:02}:{second:02},A,{mark},{result}\n"));
    }
    std::fs::write(&path, text).expect("a temporary directory");
    path
}

/// Returns the call of a command of the line on what the nights of a shop wrote.
pub fn at_line(shop: &Shop, out: &Out, command: &str) -> Call {
    let call = lettershop().arg(command);
    match command {
        "import-log" | "reprint" | "returned" => call.arg(shop.path()).arg("--out").arg(out.path()),
        _ => call.arg(out.path()),
    }
}

/// Returns where the pieces of a batch stand, after looking at the equation.
pub fn pieces(out: &Out, part: &str) -> Value {
    let answer = lettershop().arg("line-status").arg(out.path()).arg("--json").must_succeed();
    let parts = answer.json()["parts"].as_array().expect("a list").clone();
    let found = parts.into_iter().find(|one| one["part"] == part).expect("the batch");
    assert_eq!(found["equation"], true, "{found}");
    found["pieces"].clone()
}

#[test]
fn the_line_answers_and_a_batch_closes_when_every_piece_has_ended_once() {
    let shop = Shop::letters(400, 29, 0.0);
    let out = shop.after_a_night("out");
    let (folder, rows) = out.controls().into_iter().next().expect("a batch");
    let part = folder.strip_prefix("print/").expect("below print").to_owned();
    let (sender, batch) = part.split_once('/').expect("sender and batch");
    let keys = keys_by_sequence(&out, &part);
    assert!(rows.len() > 30, "{} pieces", rows.len());

    // The line: 1 spoiled, 2 missing, 3 seen twice, the rest good.
    let said = |row: &ControlRow| match row.sequence {
        1 => "spoiled",
        2 => "missing",
        3 => "double",
        _ => "good",
    };
    let first: Vec<_> = rows.iter().map(|row| (mark(row, 1), said(row))).collect();
    let path = log(&shop, "first.csv", 0, &first);
    let import =
        |path: &Path| at_line(&shop, &out, "import-log").arg(path).args(HAND).must_succeed();
    import(&path);
    let before = pieces(&out, &part);
    assert_eq!(
        (&before["spoiled"], &before["missing"], &before["double"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(before["good"], rows.len() - 3);
    import(&path);
    assert_eq!(pieces(&out, &part), before, "the same log twice is one");

    // A row that cannot be understood refuses its log whole.
    let odd = log(&shop, "odd.csv", 300, &[(mark(&rows[3], 1), "good"), ("x".into(), "good")]);
    let refused = at_line(&shop, &out, "import-log").arg(&odd).args(HAND).must_exit_with(3);
    assert!(refused.errors().contains("line 3"), "{refused}");
    assert_eq!(pieces(&out, &part), before);

    // Pulled after printing: listed until it is scanned.
    let pull =
        |key: &str| lettershop().arg("pull").arg(out.path()).args([sender, batch, key]).args(HAND);
    pull(&keys[&5]).must_succeed();
    let list = std::fs::read_to_string(out.path().join("desk/pulls.csv")).expect("a list");
    assert!(list.contains(&mark(&rows[4], 1)), "{list}");
    let close = || at_line(&shop, &out, "close").args([sender, batch]).args(HAND);
    close().must_exit_with(2);

    // Printed again: by a second person's approval, in tray order, under the next generation.
    let reprint =
        || at_line(&shop, &out, "reprint").args([sender, batch, "--from-line"]).args(HAND);
    reprint().args(["--approved-by", "tanaka"]).must_exit_with(3);
    let answer = reprint().args(["--approved-by", "suzuki", "--json"]).must_succeed().json();
    assert_eq!(answer["sequences"], json!([1, 2, 3]));
    let again = out.find(&format!("{folder}/reprint-2/"), ".pdf");
    let bytes = std::fs::read(&again[0]).expect("a reprint");
    let facts = readback::read_print_file(&bytes).expect("a sound file");
    let found: Vec<_> = facts.letters.iter().map(|one| one.mark.expect("a mark").text()).collect();
    assert_eq!(found, rows[..3].iter().map(|row| mark(row, 2)).collect::<Vec<_>>());

    // One of them again, and the missing one turns up: its old envelope is void.
    let second =
        [(mark(&rows[0], 2), "good"), (mark(&rows[1], 2), "good"), (mark(&rows[2], 2), "spoiled")];
    import(&log(&shop, "second.csv", 400, &second));
    import(&log(&shop, "found.csv", 410, &[(mark(&rows[1], 1), "good")]));
    assert_eq!(pieces(&out, &part)["strays"], 1);
    let scan = |mark: &str| at_line(&shop, &out, "scan").arg(mark).args(HAND);
    scan(&mark(&rows[1], 1)).must_succeed();
    scan(&mark(&rows[1], 1)).must_exit_with(3);
    scan(&mark(&rows[4], 1)).must_succeed();
    at_line(&shop, &out, "set-aside")
        .args([sender, batch, &keys[&3], "--note", "torn"])
        .args(HAND)
        .must_succeed();

    // Closed, and the certificate is made again from log and artefacts.
    close().must_succeed();
    let after = pieces(&out, &part);
    let ends = ["posted", "posted_again", "pulled", "set_aside"].map(|end| after[end].as_u64());
    assert_eq!(ends, [rows.len() as u64 - 4, 2, 1, 1].map(Some), "{after}");
    let verify = || lettershop().arg("verify-closing").arg(out.path()).arg("--json");
    assert_eq!(verify().must_succeed().json()["verified"], json!([part]));

    // What came back is told once.
    let returned = || {
        at_line(&shop, &out, "returned")
            .arg(mark(&rows[9], 1))
            .args(["--reason", "moved"])
            .args(HAND)
    };
    returned().must_succeed();
    returned().must_succeed();
    let list = std::fs::read_to_string(out.path().join(format!("outbox/{sender}/returns.csv")));
    let list = list.expect("a list");
    let expected = format!("{batch},{},moved,転居先不明,2026-11-24", keys[&10]);
    assert_eq!(list.lines().skip(1).collect::<Vec<_>>(), [expected]);

    // Whom a tray touches.
    let incident =
        at_line(&shop, &out, "incident").args(["--batch", &part, "--tray", "1", "--json"]);
    let touched = incident.must_succeed().text();
    assert!(touched.contains(&format!("\"key\":\"{}\"", keys[&1])), "{touched}");

    // A certificate that says another thing is found out.
    let certificate = out.path().join(&folder).join("closing.json");
    let text = std::fs::read_to_string(&certificate).expect("a certificate");
    let wrong = text.replace("\"posted_again\": 2", "\"posted_again\": 3");
    assert_ne!(wrong, text);
    std::fs::write(&certificate, wrong).expect("a temporary directory");
    let faults = verify().must_exit_with(2).json()["faults"].to_string();
    assert!(faults.contains("posted_again"), "{faults}");
}

/// Returns the sender's keys by sequence, from the ledger's own lines.
pub fn keys_by_sequence(out: &Out, part: &str) -> BTreeMap<u32, String> {
    let path = out.path().join("state/batches").join(part).join("ledger-rows");
    let text = std::fs::read_to_string(path).expect("the ledger's lines");
    let line = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let sequence = cells[10].strip_prefix("print ")?.split_once('/')?.1.parse().ok()?;
        Some((sequence, cells[1].to_owned()))
    };
    text.lines().filter_map(line).collect()
}

#[test]
fn a_night_for_a_machine_that_reads_omr_is_read_back_line_by_line() {
    let shop = Shop::letters(200, 31, 0.0);
    let plain = shop.after_a_night("plain");
    shop.configure("[print]\ninserter = \"omr-left\"");
    let out = shop.after_a_night("omr");
    shop.must_come_to_what_is_expected(&out);
    out.verify().must_succeed();
    let rows = |out: &Out| {
        let controls = out.controls().into_values().flatten();
        controls.map(|row| (row.sequence, row.page, row.piece, row.sheets)).collect::<Vec<_>>()
    };
    assert_eq!(rows(&out), rows(&plain), "another machine changes no page");

    // The same files for a machine with other lines: none may pass.
    let (folder, _) = out.controls().into_iter().next().expect("a batch");
    let part = folder.strip_prefix("print/").expect("below print");
    let line = out.path().join("state/batches").join(part).join("line.json");
    let text = std::fs::read_to_string(&line).expect("the part's line");
    let other = text.replacen("\"sequence-1\"", "\"sequence-2\"", 1);
    assert_ne!(other, text);
    std::fs::write(&line, other).expect("a temporary directory");
    let faults = out.verify().must_exit_with(2).json()["faults"].to_string();
    assert!(faults.contains("OMR lines"), "{faults}");
}
