//! The rehearsal: twenty thousand pieces of three senders in four envelopes, from the drop to the
//! closing certificate, with everything that happens at a line.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use letter::piece::SheetMark;
use serde_json::{json, Value};
use zip::write::SimpleFileOptions;

use crate::drops::Drop;
use crate::line::{at_line, keys_by_sequence, log, mark, pieces, HAND};
use crate::shop::{judge, lettershop, ControlRow, Out, Shop};

/// Pieces on paper at least.
const PIECES: usize = 20_000;
/// The city, which drops two batches.
const CITY: &str = "hoshimi-city";

/// Makes a shop of three senders whose four templates name an envelope each.
fn shop() -> Shop {
    let shop = Shop::letters(20_000, 41, 0.002);
    let other = Shop::letters(15_000, 42, 0.002);
    for (template, name, envelope, moves) in [
        ("water-bill", "water-bill", "yonaga3-window", &YONAGA3[..]),
        ("annual-notice", "annual-notice", "kaku2-window", &KAKU2),
        ("tax-notice", "tax-notice-close", "naga3-window-close", &[]),
    ] {
        write_template(shop.path(), template, name, envelope, moves);
    }
    let file = shop.path().join(format!("senders/{CITY}.toml"));
    let text = std::fs::read_to_string(&file).expect("the city's agreement");
    let mut agreement: toml::Table = text.parse().expect("TOML");
    let layouts = agreement["layouts"].as_table_mut().expect("layouts");
    layouts.insert("tax-notice-close".to_owned(), layouts["tax-notice"].clone());
    std::fs::write(&file, agreement.to_string()).expect("a temporary directory");
    let drops = other.drops();
    let (_, path) = drops.iter().find(|(sender, _)| sender == CITY).expect("the city's drop");
    let mut drop = Drop::read(path);
    drop.manifest.insert("template".to_owned(), "tax-notice-close".into());
    drop.manifest.insert("batch".to_owned(), "tax-2026-close".into());
    write_drop(&drop, &shop.path().join(format!("inbox/{CITY}/tax-2026-close.zip")));
    shop
}

/// What is moved so that the window of a 洋形長3号 shows the address and nothing else.
const YONAGA3: [(&str, &str); 1] =
    [("left_mm = 22.5\ntop_mm = 22.4", "left_mm = 24.5\ntop_mm = 24.6")];

/// The same for a 角形2号, whose sheet is not folded.
const KAKU2: [(&str, &str); 6] = [
    ("left_mm = 22.5\ntop_mm = 22.4", "left_mm = 27.5\ntop_mm = 40.4"),
    (
        "top_mm = 84, width_mm = 170, height_mm = 188",
        "top_mm = 118, width_mm = 170, height_mm = 154",
    ),
    ("left_mm = 114\ntop_mm = 14\nwidth_mm = 76", "left_mm = 127\ntop_mm = 14\nwidth_mm = 63"),
    ("top_mm = 69.5", "top_mm = 103"),
    ("top_mm = 72.5", "top_mm = 106"),
    ("left_mm = 20\ntop_mm = 80\n", "left_mm = 20\ntop_mm = 114\n"),
];

fn write_template(shop: &Path, stock: &str, name: &str, envelope: &str, moves: &[(&str, &str)]) {
    let stock_folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(stock);
    let folder = shop.join("templates").join(name);
    std::fs::create_dir_all(&folder).expect("a temporary directory");
    let toml = std::fs::read_to_string(stock_folder.join("template.toml")).expect("the stock");
    let head = [
        (format!("name = \"{stock}\""), format!("name = \"{name}\"")),
        ("envelope = \"naga3-window\"".to_owned(), format!("envelope = \"{envelope}\"")),
    ];
    let moves = moves.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
    let toml = head.into_iter().chain(moves).fold(toml, |toml, (from, to)| {
        assert!(toml.contains(&from), "{stock}: {from}");
        toml.replacen(&from, &to, 1)
    });
    std::fs::write(folder.join("template.toml"), toml).expect("a temporary directory");
    for file in ["body.txt", "sample.toml"] {
        std::fs::copy(stock_folder.join(file), folder.join(file)).expect("the stock");
    }
    lettershop().args(["template", "check"]).arg(&folder).must_succeed();
}

fn write_drop(drop: &Drop, path: &Path) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).expect("an inbox"));
    let manifest = drop.manifest.to_string().into_bytes();
    let members = drop.members.iter().map(|(name, bytes)| (name.as_str(), bytes));
    for (name, bytes) in members.chain([("manifest.toml", &manifest)]) {
        zip.start_file(name, SimpleFileOptions::default()).expect("a member");
        zip.write_all(bytes).expect("a member");
    }
    zip.finish().expect("a ZIP");
}

/// A printed part: its name, its rows, the senders' keys.
struct Printed {
    part: String,
    rows: Vec<ControlRow>,
    keys: BTreeMap<u32, String>,
}

impl Printed {
    fn sender_and_batch(&self) -> [&str; 2] {
        let (sender, batch) = self.part.split_once('/').expect("sender and batch");
        [sender, batch]
    }
}

fn printed(out: &Out) -> Vec<Printed> {
    let of = |(folder, rows): (String, Vec<ControlRow>)| {
        let part = folder.strip_prefix("print/").expect("below print").to_owned();
        let keys = keys_by_sequence(out, &part);
        Printed { part, rows, keys }
    };
    out.controls().into_iter().map(of).collect()
}

/// Compares the postage of every part with what another program reckons as the least.
fn check_postage(out: &Out) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = root.join("tests/it/rehearsal/postage.py");
    let call = judge("python3").arg(script).arg(out.path()).arg(root.join("config/tariffs.toml"));
    let mut parts = 0;
    for line in call.must_succeed().text().lines() {
        let reckoned: Value = serde_json::from_str(line).expect("JSON");
        let part = reckoned["part"].as_str().expect("a part");
        let rows = std::fs::read_to_string(
            out.path().join("state/batches").join(part).join("ledger-rows"),
        );
        let rows = rows.expect("the ledger's lines");
        let yen = |line: &str| line.split('\t').nth(9).and_then(|yen| yen.parse::<u64>().ok());
        let paid: u64 = rows.lines().filter_map(yen).sum();
        // Each posting is rounded down to a whole yen.
        let least = reckoned["cost"].as_u64().expect("a cost");
        let postings = reckoned["postings"].as_u64().expect("a count");
        assert!(paid * 10_000 <= least, "{part}: {paid} yen, {reckoned}");
        assert!((paid + postings) * 10_000 > least, "{part}: {paid} yen, {reckoned}");
        parts += 1;
    }
    assert_eq!(parts, 4);
}

#[test]
fn twenty_thousand_pieces_go_from_the_drop_to_the_certificate() {
    let shop = shop();
    let out = shop.after_a_night("out");
    for account in out.ledger() {
        assert!(account.balances(), "{account:?}");
    }
    let parts = printed(&out);
    let all: usize = parts.iter().map(|part| part.rows.len()).sum();
    assert!(all >= PIECES, "{all} pieces");
    let senders: BTreeSet<&str> = parts.iter().map(|part| part.sender_and_batch()[0]).collect();
    let envelopes: BTreeSet<String> = parts.iter().map(|part| envelope(&out, &part.part)).collect();
    assert_eq!((senders.len(), envelopes.len(), parts.len()), (3, 4, 4), "{envelopes:?}");
    check_postage(&out);

    // A list of pulls after printing: three of each batch.
    for part in &parts {
        let [sender, batch] = part.sender_and_batch();
        let mut text = "batch,key,note\n".to_owned();
        for sequence in PULLED {
            text.push_str(&format!("{batch},{},2026-{sequence}\n", part.keys[&sequence]));
        }
        let list = shop.beside(&format!("pull-{batch}.csv"));
        std::fs::write(&list, text).expect("a temporary directory");
        let pull =
            || at_line(&shop, &out, "pull-list").arg(sender).arg(&list).args(HAND).arg("--json");
        assert_eq!(pull().must_succeed().json()["answers"], json!(["listed", "listed", "listed"]));
        assert_eq!(pull().must_succeed().json()["answers"], json!(["known", "known", "known"]));
        assert_eq!(pieces(&out, &part.part)["pull_asked"], PULLED.len());
    }

    // The inserter's log of all: 60 spoiled, 5 missing, 2 seen twice.
    let mut said = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        said.extend(part.rows.iter().map(|row| (mark(row, 1), answer(place, row.sequence))));
    }
    let count = |word: &str| said.iter().filter(|(_, said)| *said == word).count();
    assert_eq!(["spoiled", "missing", "double"].map(count), [60, 5, 2]);
    let import = |rows: &[(String, &str)], name: &str, minute: u32| {
        let path = log(&shop, name, minute, rows);
        at_line(&shop, &out, "import-log").arg(path).args(HAND).must_succeed()
    };
    import(&said, "line-1.csv", 0);
    import(&said, "line-1-again.csv", 0);
    let stand: Vec<Value> = parts.iter().map(|part| pieces(&out, &part.part)).collect();
    let sum = |key: &str| stand.iter().map(|pieces| pieces[key].as_u64().expect("a count")).sum();
    let found: [u64; 5] = ["spoiled", "missing", "double", "pull_asked", "good"].map(sum);
    let good = all as u64 - 67 - 4 * PULLED.len() as u64;
    assert_eq!(found, [60, 5, 2, 4 * PULLED.len() as u64, good]);

    // Printed again, inserted, and the pulled ones taken out; each batch closes.
    for part in &parts {
        let [sender, batch] = part.sender_and_batch();
        let close = || at_line(&shop, &out, "close").args([sender, batch]).args(HAND);
        close().must_exit_with(2);
        let call = at_line(&shop, &out, "reprint").args([sender, batch, "--from-line"]).args(HAND);
        let answer = call.args(["--approved-by", "suzuki", "--json"]).must_succeed().json();
        let sequences: Vec<usize> =
            answer["sequences"].as_array().expect("a list").iter().map(number).collect();
        assert!(sequences.is_sorted() && !sequences.is_empty(), "{sequences:?}");
        let marks: Vec<_> =
            sequences.iter().map(|at| (mark(&part.rows[at - 1], 2), "good")).collect();
        let expected: Vec<String> = marks.iter().map(|(mark, _)| mark.clone()).collect();
        assert_eq!(marks_printed(&out, part), expected);
        import(&marks, &format!("again-{batch}.csv"), 800);
        close().must_exit_with(2);
        let marks = PULLED.map(|sequence| mark(&part.rows[sequence as usize - 1], 1));
        at_line(&shop, &out, "scan").args(&marks).args(HAND).must_succeed();
        close().must_succeed();
        let after = pieces(&out, &part.part);
        let counts = ["posted", "posted_again", "pulled"].map(|key| after[key].as_u64());
        let again = sequences.len() as u64;
        let posted = part.rows.len() as u64 - again - PULLED.len() as u64;
        assert_eq!(counts, [posted, again, PULLED.len() as u64].map(Some), "{after}");
    }

    // Forty come back, ten of each batch, and are told once.
    let reasons = ["unknown", "moved", "refused", "expired"];
    let mut text = String::new();
    for part in &parts {
        for (place, sequence) in (101..=110).enumerate() {
            let reason = reasons[place % reasons.len()];
            text.push_str(&format!("{},{reason}\n", mark(&part.rows[sequence - 1], 1)));
        }
    }
    let list = shop.beside("returned.csv");
    std::fs::write(&list, text).expect("a temporary directory");
    let returned =
        || at_line(&shop, &out, "returned").arg("--list").arg(&list).args(HAND).arg("--json");
    assert_eq!(returned().must_succeed().json(), json!({"new": 40, "known": 0}));
    assert_eq!(returned().must_succeed().json(), json!({"new": 0, "known": 40}));
    let told = |sender: &str| {
        let path = out.path().join(format!("outbox/{sender}/returns.csv"));
        std::fs::read_to_string(path).expect("a list").lines().count() - 1
    };
    assert_eq!(senders.iter().map(|sender| told(sender)).sum::<usize>(), 40);

    // The certificates again, from log and artefacts; and the night's own check still agrees.
    let verified = lettershop().arg("verify-closing").arg(out.path()).arg("--json").must_succeed();
    assert_eq!(verified.json()["verified"].as_array().map(Vec::len), Some(4), "{verified}");
    out.verify().must_succeed();

    // Whom ten minutes at the line touch.
    let span = ["--from", "2026-11-24T09:10:00+09:00", "--to", "2026-11-24T09:20:00+09:00"];
    let touched = at_line(&shop, &out, "incident").args(span).arg("--json").must_succeed();
    assert_eq!(touched.text().lines().count(), 600, "a piece a second");
}

/// The sequences of each batch that are pulled.
const PULLED: [u32; 3] = [21, 22, 500];

/// What the line says of a piece: 15 spoiled a batch, 5 missing and 2 doubles in all.
fn answer(part: usize, sequence: u32) -> &'static str {
    match sequence {
        1..=15 => "spoiled",
        16 => "missing",
        17 if part == 0 => "missing",
        18 if part < 2 => "double",
        _ => "good",
    }
}

fn number(value: &Value) -> usize {
    value.as_u64().expect("a number") as usize
}

fn envelope(out: &Out, part: &str) -> String {
    let path = out.path().join("state/batches").join(part).join("line.json");
    let line: Value = serde_json::from_slice(&std::fs::read(path).expect("a line")).expect("JSON");
    line["envelope"]["name"].as_str().expect("a name").to_owned()
}

/// Returns the marks of the first sheets in a part's reprint, in its order.
fn marks_printed(out: &Out, part: &Printed) -> Vec<String> {
    let mut marks = Vec::new();
    for file in out.find(&format!("print/{}/reprint-2/", part.part), ".pdf") {
        let facts = readback::read_print_file(&std::fs::read(file).expect("a reprint"));
        let letters = facts.expect("a sound file").letters;
        let of = |mark: Option<SheetMark>| mark.expect("a mark").text();
        marks.extend(letters.iter().map(|letter| of(letter.mark)));
    }
    marks
}
