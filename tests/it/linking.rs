//! Who is who: senders' files of people answered by pseudonyms, and what nobody may learn.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::shop::{lettershop, Call, Out, Shop};

const DAY: &str = "2026-11-22T10:00:00+09:00";
const PEOPLE: &str = "recipient,kind,from,name,name_mask,birth,sex,address,address_mask\n";
const HOME: &str = "緑区中野123 旭マンション B棟1203号室";

/// A shop whose registry knows a few people, and where it remembers.
struct Bureau {
    shop: Shop,
    out: Out,
}

impl Bureau {
    /// `people` and `consents` without their heads; both senders may ask by `grade`.
    fn of(grade: &str, people: &str, consents: &str) -> Self {
        let shop = Shop::sample_copy();
        let out = shop.out("out");
        for sender in ["hoshimi-city", "mirai-life"] {
            shop.configure(&format!(
                "[linking.{sender}]\ngrade = \"{grade}\"\nrows_a_day = 100\nfiles_a_day = 3\n"
            ));
        }
        let bureau = Self { shop, out };
        bureau.import(people, consents);
        bureau
    }

    fn import(&self, people: &str, consents: &str) -> Value {
        let folder = self.shop.beside("registry");
        fs::create_dir_all(&folder).expect("a folder");
        let consents = format!("recipient,sender,at,consent\n{consents}");
        fs::write(folder.join("people.csv"), format!("{PEOPLE}{people}")).expect("written");
        fs::write(folder.join("consents.csv"), consents).expect("written");
        let call = self.registry("import").arg(&folder).arg("--json");
        call.must_succeed().json()
    }

    fn registry(&self, command: &str) -> Call {
        lettershop().args(["registry", command]).arg(self.out.path())
    }

    fn show(&self, command: &str) -> Value {
        self.registry(command).arg("--json").must_succeed().json()
    }

    fn ask(&self, sender: &str, name: &str, rows: &[[&str; 5]]) -> Call {
        let file = self.shop.beside(&format!("{name}.csv"));
        let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
        let text = format!("row,name,address,birth,sex\n{}\n", lines.join("\n"));
        fs::write(&file, text).expect("written");
        let call = lettershop().args(["registry", "link"]).arg(self.shop.path()).arg("--out");
        let call = call.arg(self.out.path()).arg(sender).arg(file);
        call.args(["--now", DAY, "--json"])
    }

    /// Asks, and returns each row's id; empty where there is nobody.
    fn linked(&self, sender: &str, rows: &[[&str; 5]]) -> BTreeMap<String, String> {
        let said = self.ask(sender, "asked", rows).must_succeed().json();
        let answer = PathBuf::from(said["answer"].as_str().expect("a path"));
        assert!(answer.starts_with(self.out.path().join("outbox").join(sender)));
        let text = fs::read_to_string(answer).expect("an answer");
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("row,id"), "nothing but rows and ids");
        let pair = |line: &str| line.split_once(',').map(|(row, id)| (row.into(), id.into()));
        lines.map(|line| pair(line).expect("two cells")).collect()
    }

    fn cases(&self) -> Vec<[String; 2]> {
        let path = self.out.path().join("desk/links.hoshimi-city.csv");
        let text = fs::read_to_string(path).expect("a list");
        let cell = |line: &str, at: usize| {
            line.split("\",\"").nth(at).expect("a cell").trim_matches('"').to_owned()
        };
        text.lines().skip(1).map(|line| [cell(line, 0), cell(line, 6)]).collect()
    }
}

/// The seed example as the registry has it, its family and neighbours.
const VILLAGE: &str = "\
    r-1,registered,2024-04-01,齋藤　花子,,1980-12-31,female,緑区中野123　旭マンション　B棟1203号室,\n\
    r-2,registered,2024-04-01,吉田　一,1000,1970-05-05,male,緑区中野200,\n\
    r-3,registered,2024-04-01,北野　双葉,,2001-01-01,female,緑区中野7,\n\
    r-4,registered,2024-04-01,北野　双葉,,2001-01-01,female,緑区中野７番地,\n";
const AGREED: &str = "r-1,hoshimi-city,2026-01-01T00:00:00+09:00,given\n\
    r-2,hoshimi-city,2026-01-01T00:00:00+09:00,given\n\
    r-3,hoshimi-city,2026-01-01T00:00:00+09:00,given\n\
    r-1,mirai-life,2026-01-01T00:00:00+09:00,given\n";

/// (row, name, address, birth date, sex; the worst grade at which it is linked)
const ROWS: [([&str; 5], &str); 20] = [
    (["same", "齋藤　花子", "緑区中野123　旭マンション　B棟1203号室", "1980-12-31", "女"], "exact"),
    (["seed", "齋藤花子", HOME, "1980-12-31", "女"], "normalised"),
    (
        [
            "wide",
            "齋藤 花子",
            "緑区中野１２３旭マンションＢ棟１２０３号室",
            "昭和55年12月31日",
            "2",
        ],
        "normalised",
    ),
    (["lot", "齋藤花子", "緑区中野123番地 旭マンション B棟1203号", "S55.12.31", "F"], "normalised"),
    (
        ["kanji", "齋藤花子", "緑区中野一二三番地 旭マンションB棟1203", "19801231", "女性"],
        "normalised",
    ),
    (["usual form", "斎藤花子", HOME, "1980-12-31", "女"], "variant"),
    (["masked", "𠮷田　一", "緑区中野200", "1970-05-05", "男"], "substituted"),
    (["other character", "斉藤花子", HOME, "1980-12-31", "女"], "never"),
    (["its old form", "齊藤花子", HOME, "1980-12-31", "女"], "never"),
    (["other name", "齋藤華子", HOME, "1980-12-31", "女"], "never"),
    (["kana", "齋藤はなこ", HOME, "1980-12-31", "女"], "never"),
    (["short", "齋藤花", HOME, "1980-12-31", "女"], "never"),
    (
        ["other room", "齋藤花子", "緑区中野123 旭マンション B棟1202号室", "1980-12-31", "女"],
        "never",
    ),
    (
        ["other wing", "齋藤花子", "緑区中野123 旭マンション A棟1203号室", "1980-12-31", "女"],
        "never",
    ),
    (["other lot", "齋藤花子", "緑区中野12 旭マンション B棟1203号室", "1980-12-31", "女"], "never"),
    (["no room", "齋藤花子", "緑区中野123 旭マンション", "1980-12-31", "女"], "never"),
    (["other day", "齋藤花子", HOME, "1980-12-30", "女"], "never"),
    (["other sex", "齋藤花子", HOME, "1980-12-31", "男"], "never"),
    (["no day", "齋藤花子", HOME, "soon", "女"], "never"),
    (["two of them", "北野双葉", "緑区中野7", "2001-01-01", "女"], "never"),
];

#[test]
fn the_seed_example_is_known_in_its_usual_spellings_and_its_look_alikes_are_not() {
    let grades = ["exact", "normalised", "variant", "substituted"];
    let rank = |grade: &str| grades.iter().position(|one| *one == grade).unwrap_or(9);
    let rows: Vec<[&str; 5]> = ROWS.iter().map(|(row, _)| *row).collect();
    for grade in grades {
        let bureau = Bureau::of(grade, VILLAGE, AGREED);
        let found = bureau.linked("hoshimi-city", &rows);
        assert_eq!(found.len(), ROWS.len());
        for ([row, ..], worst) in ROWS {
            let is_linked = !found[row].is_empty();
            assert_eq!(is_linked, rank(worst) <= rank(grade), "{row} at {grade}");
        }
        // All spellings of one person have one id.
        let of_r1 = ["same", "seed", "wide", "lot", "kanji", "usual form"].map(|row| &found[row]);
        let linked: Vec<_> = of_r1.into_iter().filter(|id| !id.is_empty()).collect();
        assert!(linked.iter().all(|id| *id == linked[0]));
        assert!(bureau.cases().is_empty(), "no rule sends anything to people at {grade}");
    }
}

#[test]
fn one_person_has_nothing_in_common_at_two_senders_and_a_new_key_gives_a_new_id() {
    let bureau = Bureau::of("normalised", VILLAGE, AGREED);
    let row = [["1", "齋藤花子", HOME, "1980-12-31", "女"]];
    let id = |sender| bureau.linked(sender, &row)["1"].clone();
    let (city, life) = (id("hoshimi-city"), id("mirai-life"));
    assert!(city.starts_with("k1-") && life.starts_with("k1-") && city.len() == 35);
    assert_ne!(city, life);
    assert_eq!(id("hoshimi-city"), city, "asked again, the answer is the same");
    let before = bureau.show("show");
    assert_eq!(before["rows"], 0, "the registry has no mailbox of these people");
    assert_eq!(id("hoshimi-city"), city);
    assert_eq!(bureau.show("show")["state"], before["state"], "and nothing is noted twice");
    bureau.registry("rotate").arg("hoshimi-city").must_succeed();
    let rotated = id("hoshimi-city");
    assert!(rotated.starts_with("k2-") && rotated[3..] != city[3..]);
    assert_eq!(id("mirai-life"), life, "another sender's key is its own");
    let linking = bureau.out.path().join("state/linking");
    assert_eq!(crate::shop::children(&linking).len(), 3);
    for key in crate::shop::children(&linking) {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(key).expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "keys are for the owner alone");
    }
}

#[test]
fn a_sender_asks_no_more_than_agreed_and_a_faulty_file_is_refused_whole() {
    let bureau = Bureau::of("normalised", VILLAGE, AGREED);
    let rows = |count: usize, name: &'static str| -> Vec<Vec<String>> {
        let row = |at: usize| [&at.to_string(), name, HOME, "1980-12-31", "女"].map(str::to_owned);
        (0..count).map(|at| row(at).to_vec()).collect()
    };
    let ask = |sender: &str, rows: &[Vec<String>]| {
        let rows: Vec<[&str; 5]> =
            rows.iter().map(|row| std::array::from_fn(|at| row[at].as_str())).collect();
        bureau.ask(sender, "asked", &rows)
    };
    let refused = ask("hoshimi-city", &rows(101, "齋藤花子")).must_exit_with(2).text();
    assert!(refused.contains("101 rows on one day, 100 are agreed"), "{refused}");
    for _ in 0..4 {
        ask("hoshimi-city", &rows(60, "齋藤花子")).must_succeed();
    }
    let more = ask("hoshimi-city", &rows(41, "齋藤葉子")).must_exit_with(2).text();
    assert!(more.contains("101 rows"), "what was asked before counts: {more}");
    ask("hoshimi-city", &rows(1, "齋藤葉子")).must_succeed();
    ask("hoshimi-city", &rows(2, "齋藤葉子")).must_succeed();
    let files = ask("hoshimi-city", &rows(3, "齋藤葉子")).must_exit_with(2).text();
    assert!(files.contains("4 files on one day, 3 are agreed"), "{files}");
    ask("mirai-life", &rows(3, "齋藤葉子")).must_succeed();
    let stranger = ask("kawase-water", &rows(1, "齋藤花子")).must_exit_with(2).text();
    assert!(stranger.contains("no agreement"), "{stranger}");
    let twice = [rows(1, "齋藤花子"), rows(1, "齋藤花子")].concat();
    let faulty = ask("mirai-life", &twice).must_exit_with(2).text();
    assert!(faulty.contains("line 3, column row"), "{faulty}");
    assert!(!faulty.contains("齋藤"), "no name reaches a log");
}

#[test]
fn what_two_people_decided_is_answered_the_next_time_and_not_before() {
    let bureau = Bureau::of("human", VILLAGE, AGREED);
    let married = ["1", "山田花子", HOME, "1980-12-31", "女"];
    let stranger = ["2", "遠野花子", "緑区中野999", "1980-12-31", "女"];
    let twin = ["3", "北野双葉", "緑区中野7", "2001-01-01", "女"];
    let rows = [married, stranger, twin];
    let found = bureau.linked("hoshimi-city", &rows);
    assert!(found.values().all(String::is_empty), "near or far, the sender sees no difference");
    let cases = bureau.cases();
    let recipients: Vec<&str> = cases.iter().map(|[_, recipient]| recipient.as_str()).collect();
    assert_eq!(recipients, ["r-1", "r-3"], "only those who agree that the sender knows them");
    let settle = |by, approved_by| {
        let call = bureau.registry("settle").arg("hoshimi-city").arg(&cases[0][0]);
        call.args(["--recipient", "r-1", "--by", by, "--approved-by", approved_by])
    };
    settle("tanaka", "tanaka").must_exit_with(3);
    settle("tanaka", "suzuki").must_succeed();
    let found = bureau.linked("hoshimi-city", &rows);
    assert!(found["1"].starts_with("k1-") && found["2"].is_empty() && found["3"].is_empty());
    assert_eq!(bureau.cases().len(), 1, "what is decided waits no longer");
    assert!(bureau.linked("mirai-life", &[married])["1"].is_empty(), "each sender has its own");
}

#[test]
fn moves_names_deaths_and_consents_hold_from_their_day_and_none_is_forgotten() {
    let bureau = Bureau::of("normalised", VILLAGE, AGREED);
    let old = ["old", "齋藤花子", HOME, "1980-12-31", "女"];
    let moved = ["moved", "齋藤花子", "緑区中野300", "1980-12-31", "女"];
    let married = ["married", "山田花子", "緑区中野300", "1980-12-31", "女"];
    let known = |sender| -> Vec<String> {
        let found = bureau.linked(sender, &[old, moved, married]);
        found.into_iter().filter(|(_, id)| !id.is_empty()).map(|(row, _)| row).collect()
    };
    assert_eq!(known("hoshimi-city"), ["old"]);
    let move_ = "r-1,moved,2026-11-22,,,,,緑区中野300,\nr-1,renamed,2026-11-23,山田　花子,,,,,\n";
    let imported = bureau.import(move_, "");
    assert_eq!((&imported["changed"], &imported["unchanged"]), (&2.into(), &0.into()));
    assert_eq!(known("hoshimi-city"), ["moved"], "the new name holds from tomorrow");
    assert_eq!(bureau.import(move_, "")["changed"], 0, "the same once more changes nothing");
    bureau.import("", "r-1,hoshimi-city,2026-11-22T09:00:00+09:00,withdrawn\n");
    assert_eq!(known("hoshimi-city"), Vec::<String>::new());
    assert_eq!(known("mirai-life"), ["moved"], "what was said to one sender is said to one");
    bureau.import("r-1,died,2026-11-20,,,,,,\n", "");
    assert_eq!(known("mirai-life"), Vec::<String>::new());
    let history = bureau.registry("history").args(["r-1", "--json"]).must_succeed().json();
    let kinds: Vec<&str> = history["events"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|e| e["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["registered", "died", "moved", "renamed"]);
    let said: Vec<&str> = history["consents"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|said| said["consent"].as_str())
        .collect();
    assert_eq!(said, ["given", "withdrawn", "given"]);
}

#[test]
fn the_registry_is_made_again_from_its_log_by_one_command() {
    let bureau = Bureau::of("normalised", VILLAGE, AGREED);
    bureau.linked("hoshimi-city", &[["1", "齋藤花子", HOME, "1980-12-31", "女"]]);
    let before = bureau.show("show");
    fs::remove_dir_all(bureau.out.path().join("state/index")).expect("the index");
    let after = bureau.show("rebuild");
    assert_eq!(after, before);
    let log = bureau.out.path().join("state/registry.log");
    let bytes = fs::read(&log).expect("a log");
    fs::write(&log, &bytes[..bytes.len() - 3]).expect("written");
    let cut = bureau.show("rebuild");
    assert_ne!(cut["state"], before["state"], "the last entry was cut");
    let row = [["1", "齋藤花子", HOME, "1980-12-31", "女"]];
    bureau.linked("hoshimi-city", &row);
    assert_eq!(bureau.show("show")["state"], before["state"], "asked again, it is whole again");
    let mut flipped = fs::read(&log).expect("a log");
    flipped[40] ^= 1;
    fs::write(&log, flipped).expect("written");
    let refused = bureau.registry("rebuild").must_exit_with(4).errors();
    assert!(refused.contains("registry.log is damaged at byte 8"), "{refused}");
}
