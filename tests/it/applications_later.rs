//! What comes after the night of an application: acknowledgements, and the list it waited for.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde_json::{json, Value};

use crate::drops::Drop;
use crate::resume::Instants;
use crate::shop::{children, file_name, judge, lettershop, must_be_the_same, Call, Out, Shop};

/// The site that asks for notices of acceptance.
const SITE: &str = "kurashi-portal";
/// Instants at which the night of the acknowledgements is killed.
const KILLS: u64 = 8;

/// Makes a shop whose site asks for one kind of notice only.
fn shop_that_tells(kind: &str, count: u32, seed: u32, defects: f64) -> Shop {
    let (shop, _) = Shop::applications(count, seed, defects);
    let path = shop.path().join(format!("sites/{SITE}.toml"));
    let site = std::fs::read_to_string(&path).expect("a site");
    let asking = site.replace("notices = [\"incomplete\"]", &format!("notices = [\"{kind}\"]"));
    assert_ne!(site, asking);
    std::fs::write(&path, asking).expect("a temporary directory");
    shop
}

/// Returns the call of a night of that day.
fn night_of(shop: &Shop, out: &Out, day: &str) -> Call {
    let call = lettershop().arg("night").arg(shop.path()).arg("--out").arg(out.path());
    call.args(["--now", &format!("{day}T02:00:00+09:00"), "--json"])
}

fn read_json(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Lays a municipality's acknowledgement of a hand-over into the shop, all taken but `refused`;
/// returns the receipt numbers of those taken.
fn acknowledge(shop: &Shop, hand_over: &Path, refused: &[String]) -> BTreeSet<String> {
    let manifest = read_json(&hand_over.join("manifest.json"));
    let receipts = manifest["receipts"].as_array().expect("receipts").iter();
    let mut taken: BTreeSet<String> =
        receipts.map(|one| one.as_str().expect("a receipt").to_owned()).collect();
    taken.retain(|receipt| !refused.contains(receipt));
    let mut form = read_json(&hand_over.join("acknowledgement.json"));
    form["received_at"] = "2026-11-24T10:00:00+09:00".into();
    form["accepted"] = taken.len().into();
    let refused = refused.iter().map(|one| json!({"receipt": one, "reason": "様式が違います"}));
    form["refused"] = refused.collect();
    let folder = shop.path().join("acknowledgements").join(file_name(hand_over));
    std::fs::create_dir_all(&folder).expect("a temporary directory");
    std::fs::write(folder.join("acknowledgement.json"), form.to_string()).expect("written");
    taken
}

/// Returns the receipt numbers of a night's notices of one kind; each notice has name and address.
fn told(out: &Out, night: u32, kind: &str) -> BTreeSet<String> {
    let folder = out.path().join(format!("state/applications/night-{night:06}/drops/{SITE}"));
    let mut told = BTreeSet::new();
    for drop in children(&folder) {
        let drop = Drop::read(&drop);
        let mut records = csv::Reader::from_reader(drop.members["recipients.csv"].as_slice());
        let head = records.headers().expect("a head").clone();
        let column = |name: &str| head.iter().position(|one| one == name).expect("a column");
        for record in records.records() {
            let record = record.expect("a record");
            let cell = |name: &str| record[column(name)].to_owned();
            assert_eq!(cell("kind"), kind);
            assert!(!cell("name").is_empty() && !cell("address1").is_empty(), "{record:?}");
            assert!(told.insert(cell("receipt")), "told twice: {record:?}");
        }
    }
    told
}

#[test]
fn applicants_are_told_once_that_their_municipality_has_accepted() {
    let shop = shop_that_tells("accepted", 120, 7, 0.0);
    let out = shop.after_a_night("out");
    assert_eq!(told(&out, 1, "none"), BTreeSet::new());
    let hand_overs = children(&out.path().join("handover/night-000001"));
    assert!(hand_overs.len() > 2, "{} hand-overs", hand_overs.len());

    // One municipality answers for all, one leaves an application out, one says nothing.
    let all = acknowledge(&shop, &hand_overs[0], &[]);
    let manifest = read_json(&hand_overs[1].join("manifest.json"));
    let left_out = manifest["receipts"][0].as_str().expect("a receipt").to_owned();
    let some = acknowledge(&shop, &hand_overs[1], std::slice::from_ref(&left_out));
    assert!(!all.is_empty() && !some.is_empty());
    let site = |receipts: BTreeSet<String>| -> BTreeSet<String> {
        // The other site asks for no such notice.
        let results = out.find(&format!("outbox/{SITE}/"), ".results.csv");
        let own: String = results
            .iter()
            .map(|path| std::fs::read_to_string(path).expect("a list of results"))
            .collect();
        receipts.into_iter().filter(|one| own.contains(&format!("\"{one}\""))).collect()
    };
    let expected = site(all.union(&some).cloned().collect());

    // Killed at any instant, the night ends with the same letters.
    let whole = shop.out("whole");
    out.copy_to(&whole);
    let started = std::time::Instant::now();
    night_of(&shop, &whole, "2026-11-25").must_succeed();
    let took = started.elapsed().as_millis() as u64;
    assert_eq!(told(&whole, 2, "accepted"), expected);
    let mut random = Instants::new();
    for kill in 0..KILLS {
        let cut = shop.out(&format!("kill-{kill}"));
        out.copy_to(&cut);
        let mut night = night_of(&shop, &cut, "2026-11-25").start();
        std::thread::sleep(Duration::from_millis(took * kill / KILLS + random.below(10)));
        night.kill().expect("a child of this test");
        night.wait().expect("a child of this test");
        night_of(&shop, &cut, "2026-11-25").must_succeed();
        must_be_the_same(&whole.outputs(), &cut, &format!("kill {kill}"));
    }

    // They are letters like any other, and the report tells what came.
    let batch = "notices-000002";
    let account = whole.ledger().into_iter().find(|account| account.batch == batch);
    let account = account.expect("the notices are in the ledger");
    assert_eq!((account.sender.as_str(), account.records), (SITE, expected.len() as u64));
    assert!(account.balances() && account.set_aside + account.held == 0, "{account:?}");
    let printed = whole.find(&format!("print/{SITE}/{batch}/"), "-001.pdf");
    let text = judge("pdftotext").arg("-layout").args(&printed).arg("-").must_succeed().text();
    assert_eq!(text.matches("申請受理のお知らせ").count() as u64, account.printed);
    let report = std::fs::read_to_string(whole.path().join("report.html")).expect("a report");
    assert!(report.contains("届いた受領確認") && report.contains(&left_out), "the report tells");
    whole.verify().must_succeed();

    // The same acknowledgements are no news.
    let answer = night_of(&shop, &whole, "2026-11-26").must_succeed().json();
    assert_eq!(answer["batches"], json!([]));
    assert!(!whole.path().join("state/applications/night-000003").exists());

    // A corrected one tells only of what was left out.
    acknowledge(&shop, &hand_overs[1], &[]);
    night_of(&shop, &whole, "2026-11-27").must_succeed();
    assert_eq!(told(&whole, 3, "accepted"), site(BTreeSet::from([left_out])));

    // One that does not agree with its hand-over is told of in the report, once, and tells nobody.
    let path = shop.path().join("acknowledgements").join(file_name(&hand_overs[2]));
    acknowledge(&shop, &hand_overs[2], &[]);
    let path = path.join("acknowledgement.json");
    let mut wrong = read_json(&path);
    wrong["accepted"] = 10_000.into();
    std::fs::write(&path, wrong.to_string()).expect("written");
    night_of(&shop, &whole, "2026-11-28").must_succeed();
    assert_eq!(told(&whole, 4, "accepted"), BTreeSet::new());
    night_of(&shop, &whole, "2026-11-29").must_succeed();
    assert!(!whole.path().join("state/applications/night-000005").exists());
    whole.verify().must_succeed();
}

/// Returns the receipt numbers of a night's applications that wait.
fn waiting(out: &Out, night: u32) -> BTreeSet<String> {
    let rows = out.path().join(format!("state/applications/night-{night:06}/rows.jsonl"));
    let rows = std::fs::read_to_string(&rows).expect("the rows of a night");
    let rows = rows.lines().map(|row| serde_json::from_str::<Value>(row).expect("JSON"));
    let waiting = rows.filter(|row| row["end"] == "waiting");
    waiting.map(|row| row["receipt"].as_str().expect("a receipt").to_owned()).collect()
}

#[test]
fn a_newer_revocation_list_alone_takes_up_what_waited_for_it() {
    let shop = shop_that_tells("received", 240, 3, 0.25);
    let out = shop.after_a_night("out");
    let waited = waiting(&out, 1);
    assert!(waited.len() > 1, "{waited:?} wait");
    assert!(told(&out, 1, "received").iter().any(|receipt| waited.contains(receipt)));

    // Neither the same night again nor a list that was there before is a night's work.
    let crl = shop.path().join("crl");
    let known = children(&crl).into_iter().next().expect("a list");
    std::fs::copy(&known, crl.join("again.crl")).expect("a temporary directory");
    night_of(&shop, &out, "2026-11-23").must_succeed();
    assert!(!out.path().join("state/applications/night-000002").exists());

    // One that is of no use is told of once, and all go on waiting.
    std::fs::write(crl.join("broken.crl"), [0x30, 0x03, 0x02, 0x01, 0x07]).expect("written");
    for day in ["2026-11-24", "2026-11-25"] {
        night_of(&shop, &out, day).must_succeed();
        assert_eq!(waiting(&out, 2), waited, "{day}");
    }
    let report = std::fs::read_to_string(out.path().join("report.html")).expect("a report");
    assert!(report.contains("broken.crl"), "the report tells of it");
    std::fs::remove_file(crl.join("broken.crl")).expect("it was written");

    // The lists of the day after settle them, and nobody is told twice.
    for list in children(&shop.path().join("crl-later")) {
        std::fs::copy(&list, crl.join(format!("later-{}", file_name(&list)))).expect("copied");
    }
    night_of(&shop, &out, "2026-11-26").must_succeed();
    let night = out.path().join("state/applications/night-000003/rows.jsonl");
    let rows = std::fs::read_to_string(night).expect("the rows of a night");
    assert_eq!(rows.lines().count(), waited.len());
    assert_eq!(waiting(&out, 3), BTreeSet::new());
    assert_eq!(told(&out, 3, "received"), BTreeSet::new());
    out.verify().must_succeed();
}
