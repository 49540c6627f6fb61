//! The operators' desk: its tasks, its second person, and the log that nobody can change unseen.

use std::fs;
use std::path::{Path, PathBuf};

use edge::durable::{AppendLog, Records};
use ledger::audit::{Deed, Entry, Head};
use letter::Moment;
use serde_json::Value;

use crate::browser::{Answer, Browser, PASSWORD};
use crate::chromium::Chromium;
use crate::postbox::{axe, broken_rules, Door};
use crate::shop::{lettershop, Out, Shop};
use crate::unattended::{again, by_the_clock};

/// The sender whose batch waits.
const SENDER: &str = "hoshimi-city";
/// The next evening.
const NEXT: &str = "2026-11-23T02:00:00+09:00";

/// A shop after a night, with one batch that waits and one that is printed, and its desk.
struct Office {
    shop: Shop,
    out: Out,
    door: Door,
    waiting: String,
    /// `sender/batch`
    printed: String,
}

impl Office {
    fn open() -> Self {
        let shop = Shop::letters(150, 71, 0.2);
        let out = shop.after_a_night("out");
        let accounts = out.ledger();
        let waits = accounts.iter().find(|account| account.sender == SENDER).expect("a batch");
        let printed = accounts.iter().find(|account| account.printed > 0).expect("a batch");
        let (waiting, printed) =
            (waits.batch.clone(), format!("{}/{}", printed.sender, printed.batch));
        for (name, role) in [
            ("tanaka", "operator"),
            ("suzuki", "approver"),
            ("mori", "reader"),
            ("admin", "administrator"),
        ] {
            let add = lettershop().args(["desk", "account", "add"]).arg(out.path());
            let add = add.args([name, "--role", role, "--password-stdin", "--by", "admin"]);
            let answer = add.run_with(&format!("{PASSWORD}\n"));
            assert_eq!(answer.code(), 0, "{answer}");
        }
        let door = Door::serving("desk", shop.path(), &out);
        Self { shop, out, door, waiting, printed }
    }

    fn sign_in(&self, name: &str) -> Browser {
        let mut browser = Browser::at(self.door.address);
        browser.get("/sign-in");
        let home = browser.post("/sign-in", &[("name", name), ("password", PASSWORD)]);
        assert_eq!(home.status, 200, "{}", home.body);
        assert!(home.body.contains("今夜"), "{}", home.body);
        browser
    }

    fn waiting_page(&self) -> String {
        format!("/batches/{SENDER}/{}", self.waiting)
    }

    /// Sends a form of the waiting batch's page.
    fn act(&self, browser: &mut Browser, task: &str, more: &[(&str, &str)]) -> Answer {
        let page = self.waiting_page();
        let of_batch = [("sender", SENDER), ("batch", &*self.waiting), ("back", &*page)];
        browser.post(&format!("/acts/{task}"), &[&of_batch, more].concat())
    }

    fn batch(&self, name: &str) -> Value {
        let (sender, batch) = name.split_once('/').expect("a sender and a batch");
        let call = lettershop().arg("batch").arg(self.out.path()).args([sender, batch, "--json"]);
        call.must_succeed().json()
    }

    fn waiting(&self) -> Value {
        self.batch(&format!("{SENDER}/{}", self.waiting))
    }

    fn log(&self) -> Vec<Entry> {
        let call = lettershop().args(["desk", "log"]).arg(self.out.path()).arg("--json");
        let log = call.must_succeed().json();
        serde_json::from_value(log["entries"].clone()).expect("entries")
    }
}

/// Who did what to what, without those who signed in.
fn deeds(log: &[Entry]) -> Vec<String> {
    let acts = log.iter().map(|entry| &entry.deed).filter(|deed| deed.act != "sign-in");
    acts.map(|deed| format!("{} {} {}", deed.by, deed.act, deed.subject)).collect()
}

fn must_say(answer: &Answer, words: &str) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains(words), "{words} is not on the page:\n{}", answer.body);
}

#[test]
fn the_twelve_commonest_tasks_take_three_clicks_and_come_to_commands() {
    let office = Office::open();
    let waiting = office.waiting_page();
    let mut tanaka = office.sign_in("tanaka");
    // 1, one click: how the night went, and what waits.
    must_say(&tanaka.get("/"), &waiting);
    // 2, one more: why its records are set aside, without a value.
    let page = tanaka.get(&waiting);
    must_say(&page, "●●●");
    let code = office.waiting()["faults"][0]["code"].as_str().expect("a code").to_owned();
    must_say(&page, &code);
    // 3: what is stuck. 4: where the printed pieces stand.
    must_say(&tanaka.get("/stuck"), "期限を過ぎた");
    must_say(&tanaka.get("/line"), &office.printed);
    // 5, three clicks: hold. 6: release. 7: rank.
    tanaka.get(&waiting);
    must_say(&office.act(&mut tanaka, "hold", &[("note", "2026-1187")]), "held until");
    assert_eq!(office.waiting()["held"], true);
    must_say(&office.act(&mut tanaka, "release", &[]), "is released");
    assert_eq!(office.waiting()["held"], false);
    must_say(&office.act(&mut tanaka, "rank", &[("to", "-7")]), "has rank -7");
    assert_eq!(office.waiting()["rank"], -7);
    // 8: a print file, as it lies on the disk.
    let printed = format!("/batches/{}", office.printed);
    must_say(&tanaka.get("/batches"), &printed);
    must_say(&tanaka.get(&printed), "control.csv");
    let files = office.batch(&office.printed)["files"].clone();
    let files = files.as_array().expect("a list");
    let is_print = |file: &&Value| file["path"].as_str().is_some_and(|p| p.ends_with("-001.pdf"));
    let at = files.iter().position(|file| is_print(&file)).expect("a print file");
    let got = tanaka.get(&format!("{printed}/files/{at}"));
    let path = office.out.path().join(files[at]["path"].as_str().expect("a path"));
    assert_eq!((got.status, got.bytes), (200, fs::read(path).expect("a print file")));
    // 9: a mark is scanned, its piece is found. 10: it is pulled. 11: it was taken out.
    let controls = office.out.controls();
    let rows = controls.iter().find(|(folder, _)| folder.ends_with(&office.printed));
    let row = rows.expect("a control file").1[0].clone();
    let scanned = format!("/piece?mark={}", row.mark);
    must_say(&tanaka.get(&scanned), &row.piece);
    let entry = tanaka.get(&scanned);
    let key = value_of(&entry.body, "key");
    let (sender, batch) = office.printed.split_once('/').expect("a sender and a batch");
    let piece = [("sender", sender), ("batch", batch), ("key", &*key), ("back", &*scanned)];
    must_say(&tanaka.post("/acts/pull", &piece), "take out sequence");
    let mark = [("mark", &*row.mark), ("back", &*scanned)];
    must_say(&tanaka.post("/acts/scan", &mark), "pulled");
    // 12: an approver approves.
    let mut suzuki = office.sign_in("suzuki");
    suzuki.get(&waiting);
    must_say(&office.act(&mut suzuki, "approve", &[("note", "ok")]), "is approved");
    assert_eq!(office.waiting()["stands"], "approved, goes on in the next night");

    let name = format!("{SENDER}/{}", office.waiting);
    let expected = [
        "admin account-add tanaka as operator".to_owned(),
        "admin account-add suzuki as approver".to_owned(),
        "admin account-add mori as reader".to_owned(),
        "admin account-add admin as administrator".to_owned(),
        format!("tanaka hold {name}"),
        format!("tanaka release {name}"),
        format!("tanaka rank {name} to -7"),
        format!("tanaka pull {}/{key}", office.printed),
        format!("tanaka scan {}", row.mark),
        format!("suzuki approve {name}"),
    ];
    assert_eq!(deeds(&office.log()), expected);
    must_say(&suzuki.get("/audit"), "鎖は途切れていません");
}

/// Returns the value of a form's field.
fn value_of(page: &str, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&marker).expect("the field");
    rest.split('"').next().expect("a value").to_owned()
}

#[test]
fn a_second_person_decides_and_never_about_an_act_of_their_own() {
    let office = Office::open();
    let mut suzuki = office.sign_in("suzuki");
    suzuki.get(&office.waiting_page());
    must_say(&office.act(&mut suzuki, "cancel", &[("note", "2026-7")]), "申請しました");
    assert_eq!(office.waiting()["stands"], "awaits approval", "nothing is done yet");
    let asked = suzuki.get("/asks");
    must_say(&asked, "cancel --by=suzuki --note=2026-7");
    assert!(!asked.body.contains("承認して実行する"), "the asker has no button");
    assert_eq!(suzuki.post("/asks/1", &[("agree", "yes")]).status, 403);
    let mut tanaka = office.sign_in("tanaka");
    tanaka.get("/asks");
    assert_eq!(tanaka.post("/asks/1", &[("agree", "yes")]).status, 403, "no approver");
    let mut admin = office.sign_in("admin");
    must_say(&admin.get("/asks"), "承認して実行する");
    must_say(&admin.post("/asks/1", &[("agree", "yes")]), "is cancelled");
    assert_eq!(office.waiting()["stands"], "cancelled");
    let log = office.log();
    let last = &log.last().expect("an entry").deed;
    assert_eq!((&*last.by, &*last.approved_by, &*last.note), ("suzuki", "admin", "2026-7"));

    // The same rule at the command line of an installed shop, whose nights write into it.
    let own = Shop::letters(100, 5, 0.2);
    let out = Out(own.path().to_owned());
    lettershop().arg("night").arg(own.path()).args(["--now", crate::shop::NOW]).must_succeed();
    let waits = out.ledger().into_iter().find(|account| account.sender == SENDER);
    let waits = waits.expect("a batch").batch;
    let cancel = |more: &[&str]| {
        lettershop().arg("cancel").arg(own.path()).args([SENDER, &waits]).args(more)
    };
    let alone = cancel(&["--by", "tanaka"]).must_exit_with(3).errors();
    assert!(alone.contains("cancel needs a second person"), "{alone}");
    cancel(&["--by", "tanaka", "--approved-by", "tanaka"]).must_exit_with(3);
    cancel(&["--by", "tanaka", "--approved-by", "suzuki"]).must_succeed();
}

#[test]
fn nobody_acts_beyond_their_role_or_from_another_site() {
    let office = Office::open();
    let mut stranger = Browser::at(office.door.address);
    for path in ["/", "/batches", &office.waiting_page(), "/audit", "/elsewhere"] {
        let answer = stranger.get(path);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/sign-in")), "{path}");
    }
    stranger.get("/sign-in");
    let wrong = [("name", "tanaka"), ("password", "a wrong word of some length")];
    assert_eq!(stranger.post("/sign-in", &wrong).status, 422);
    let nobody = [("name", "nobody"), ("password", "a wrong word of some length")];
    assert_eq!(stranger.post("/sign-in", &nobody).status, 422);

    let mut mori = office.sign_in("mori");
    let page = mori.get(&office.waiting_page());
    assert!(!page.body.contains("/acts/"), "a reader has no forms");
    assert_eq!(office.act(&mut mori, "hold", &[]).status, 403);
    let mut tanaka = office.sign_in("tanaka");
    tanaka.get(&office.waiting_page());
    assert_eq!(office.act(&mut tanaka, "approve", &[]).status, 403);
    let token = tanaka.token.clone();
    tanaka.token = "0".repeat(64);
    assert_eq!(office.act(&mut tanaka, "hold", &[]).status, 403, "another's token");
    let foreign = [("sec-fetch-site", "cross-site")];
    let fields = [("token", &*token), ("sender", SENDER), ("batch", &*office.waiting)];
    assert_eq!(tanaka.post_with("/acts/hold", &fields, &foreign).status, 403);
    assert_eq!(tanaka.get(&format!("{}/files/9999", office.waiting_page())).status, 404);
    let csp = tanaka.get("/").header("content-security-policy").map(str::to_owned);
    let forbids = |csp: String| csp.starts_with("default-src 'none'") && !csp.contains("script");
    assert!(csp.is_some_and(forbids));
    assert_eq!(office.waiting()["held"], false);
    // An account that is gone is gone at once.
    let gone = lettershop().args(["desk", "account", "remove"]).arg(office.out.path());
    gone.args(["tanaka", "--by", "admin"]).must_succeed();
    assert_eq!(tanaka.get("/").status, 303);
}

/// Reads the records of the audit log.
fn records(path: &Path) -> Vec<Vec<u8>> {
    let mut log = Records::open(path).expect("a log");
    let (mut all, mut bytes) = (Vec::new(), Vec::new());
    while log.next_into(&mut bytes).expect("read") {
        all.push(bytes.clone());
    }
    all
}

/// Writes the log as somebody would who knows how logs are written.
fn rewrite(path: &Path, records: &[Vec<u8>]) {
    let other = path.with_extension("other");
    let _ = fs::remove_file(&other);
    let mut log = AppendLog::open(&other, |_| Ok(())).expect("a log");
    records.iter().for_each(|record| log.append(record).expect("appended"));
    log.sync().expect("durable");
    drop(log);
    fs::rename(other, path).expect("replaced");
}

#[test]
fn every_tampering_with_the_log_is_found_by_what_was_sealed_elsewhere() {
    let shop = Shop::letters(150, 71, 0.2);
    let out = shop.after_a_night("out");
    let waits = out.ledger().into_iter().find(|account| account.sender == SENDER);
    let batch = waits.expect("a batch").batch;
    let act = |command: &str, by: &str| {
        let call = lettershop().arg(command).arg(out.path()).args([SENDER, &batch, "--by", by]);
        call.must_succeed();
    };
    let verify = || lettershop().args(["verify", "audit"]).arg(out.path()).arg("--json").run();
    assert_eq!(verify().code(), 0, "nobody has done anything");
    act("hold", "tanaka");
    act("release", "tanaka");
    act("approve", "suzuki");
    let night = lettershop().arg("night").arg(shop.path()).arg("--out").arg(out.path());
    night.args(["--now", NEXT]).must_succeed();
    let sealed = out.receipt(SENDER, &batch)["audit"].as_str().expect("a head").to_owned();
    let head = Head::parse(&sealed).expect("a head");
    assert_eq!(head.entries(), 3);
    let whole = verify().json();
    assert_eq!((&whole["ok"], &whole["entries"]), (&true.into(), &3.into()));
    assert!(whole["heads"].as_u64() >= Some(2), "the night's plan and the receipt: {whole}");

    let path = out.path().join("state/audit.log");
    let (bytes, entries) = (fs::read(&path).expect("a log"), records(&path));
    let found = |what: &str| {
        let answer = verify();
        assert_eq!(answer.code(), 2, "{what}: {answer}");
        fs::write(&path, &bytes).expect("put back");
    };
    let mut edited = entries.clone();
    let text = String::from_utf8(edited[1].clone()).expect("JSON");
    edited[1] = text.replace("tanaka", "nobody").into_bytes();
    rewrite(&path, &edited);
    found("an edit");
    let mut swapped = entries.clone();
    swapped.swap(0, 1);
    rewrite(&path, &swapped);
    found("a swap");
    rewrite(&path, &entries[..2]);
    found("a cut tail");
    rewrite(&path, &[]);
    found("a log without entries");
    fs::remove_file(&path).expect("removed");
    found("no log at all");
    // Somebody who makes the whole chain anew.
    let mut forged = Head::default();
    let deed = |by: &str| Deed { by: by.to_owned(), act: "hold".to_owned(), ..Deed::default() };
    let anew =
        ["tanaka", "tanaka", "nobody"].map(|by| forged.next(Moment(1_795_280_400), deed(by)));
    rewrite(&path, &anew);
    found("a chain made anew");
    let mut flipped = bytes.clone();
    flipped[60] ^= 1;
    fs::write(&path, flipped).expect("written");
    found("a flipped byte");
    assert_eq!(verify().code(), 0, "as it was, it is whole");
}

#[test]
fn nights_that_ran_by_the_clock_stand_on_their_page() {
    let office = Office::open();
    again(&office.shop, &office.shop, "once-more");
    by_the_clock(&office.shop, &office.out).must_exit_with(6);
    let page = office.sign_in("mori").get("/nights");
    assert_eq!(page.status, 200, "{}", page.body);
    let records = office.out.ledger().iter().map(|one| one.records).max().expect("batches");
    assert!(page.body.contains(&format!("<td>{records}</td>")), "{}", page.body);
    must_say(&page, "一致");
}

#[test]
fn in_chromium_without_scripts_a_batch_is_approved_and_no_page_shuts_anybody_out() {
    let office = Office::open();
    let url = |path: &str| format!("http://{}{path}", office.door.address);
    let axe = axe();
    let pictures = std::env::var_os("LETTERSHOP_PICTURES").map(PathBuf::from);
    let pictures = pictures.unwrap_or_else(|| office.shop.beside("pictures"));
    fs::create_dir_all(&pictures).expect("a folder");
    let mut broken = Vec::new();
    let mut look = |page: &mut Chromium, name: &str| {
        page.picture(&pictures.join(format!("desk-{name}.png")));
        let rules = broken_rules(page, &axe);
        broken.extend(rules.into_iter().map(|rule| format!("{name}: {rule}")));
    };
    let mut page = Chromium::start(1280, 900);
    page.scripts(false);
    page.go(&url("/language/ja"));
    look(&mut page, "sign-in");
    page.fill("#name", "suzuki");
    page.fill("#password", PASSWORD);
    page.press("form.card button");
    assert!(page.text().contains("人を待つロット"), "{}", page.text());
    look(&mut page, "tonight");
    page.press(&format!("a[href='{}']", office.waiting_page()));
    look(&mut page, "batch");
    page.press("form[action='/acts/approve'] button");
    assert!(page.text().contains("is approved"), "{}", page.text());
    look(&mut page, "approved");
    page.press("form[action='/acts/cancel'] button");
    for name in ["asks", "batches", "nights", "stuck", "line", "senders", "registry", "audit"] {
        page.go(&url(&format!("/{name}")));
        look(&mut page, name);
    }
    // A hand scanner types digits and a line end into the one field.
    let mark = office.out.controls().into_values().next().expect("a control file")[0].mark.clone();
    page.fill("#mark", &mark);
    page.press("form.scan button");
    assert!(page.text().contains("返戻"), "{}", page.text());
    look(&mut page, "piece");
    assert_eq!(broken, Vec::<String>::new());
}
