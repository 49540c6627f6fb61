//! Copies that nobody reads go on paper in time, each once, and what was read does not.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::resume::Instants;
use crate::shop::{lettershop, must_be_the_same, Account, Call, Out, Shop};

const CITY: &str = "hoshimi-city";
const BATCH: &str = "tax-2026-s81";
/// What of it goes on paper after all.
const PAPER: &str = "tax-2026-s81.paper1";
/// The night before the last one for a legal date of 10 December: three days of delivery (9th, 8th,
/// 7th), a working day before (4th, a Friday) for production.
const BEFORE: &str = "2026-12-03T02:00:00+09:00";
/// The last night.
const LAST: &str = "2026-12-04T02:00:00+09:00";
/// The night after it.
const AFTER: &str = "2026-12-05T02:00:00+09:00";

/// A shop whose tax notices have a legal date.
fn shop_with_date(due: &str) -> Shop {
    let shop = Shop::letters(180, 81, 0.0);
    shop.configure(&format!(
        "[posting.senders.{CITY}]\ndue = {{ {BATCH} = \"{due}\" }}\n\
         [calendar]\nproduction_days = 1\ndelivery_days = 3\n"
    ));
    shop
}

/// Calls a night of another day than the first.
fn night(shop: &Shop, out: &Out, now: &str) -> Call {
    let call = lettershop().arg("night").arg(shop.path()).arg("--out").arg(out.path());
    call.args(["--now", now, "--json"])
}

fn account(out: &Out, batch: &str) -> Option<Account> {
    out.ledger().into_iter().find(|one| one.sender == CITY && one.batch == batch)
}

/// Returns the rows of a list of what became of the records, by the sender's keys, with an end.
fn keys_that_ended(out: &Out, batch: &str, end: &str) -> BTreeSet<String> {
    let path = out.path().join(format!("outbox/{CITY}/{batch}.delivered.csv"));
    let text = std::fs::read_to_string(&path).expect("a list of ends");
    let cells = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    cells.filter(|cells| cells[2] == end).map(|cells| cells[0].to_owned()).collect()
}

/// Reads some copies of the batch as their recipients do; returns the sender's keys of them.
fn read_some(shop: &Shop, out: &Out, every: usize) -> BTreeSet<String> {
    let delivered = keys_that_ended(out, BATCH, "delivered");
    let list = lettershop().args(["mailbox", "list"]).arg(out.path()).arg("--json");
    let text = list.must_succeed().text();
    let copies = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    let of_batch = |copy: &serde_json::Value| {
        let key = copy["row_id"].as_str().unwrap_or_default();
        copy["sender"] == CITY && copy["batch"] == BATCH && delivered.contains(key)
    };
    let mut read = BTreeSet::new();
    for copy in copies.filter(of_batch).step_by(every) {
        let piece = copy["piece"].as_str().expect("a piece");
        let call = lettershop().args(["mailbox", "read"]).arg(out.path()).arg(piece);
        let call = call.arg("--to").arg(shop.beside("letter.pdf"));
        call.args(["--now", "2026-11-25T09:00:00+09:00"]).must_succeed();
        read.insert(copy["row_id"].as_str().expect("a key").to_owned());
    }
    read
}

#[test]
fn what_is_unread_in_the_last_night_goes_on_paper_once_and_what_was_read_does_not() {
    let shop = shop_with_date("2026-12-10");
    let out = shop.after_a_night("out");
    let delivered = keys_that_ended(&out, BATCH, "delivered");
    let read = read_some(&shop, &out, 3);
    assert!(
        read.len() > 3 && delivered.len() > read.len() + 3,
        "{} {}",
        read.len(),
        delivered.len()
    );
    let before = account(&out, BATCH);

    night(&shop, &out, BEFORE).must_succeed();
    assert_eq!(account(&out, PAPER), None, "there is time left");
    night(&shop, &out, LAST).must_succeed();
    let unread: BTreeSet<String> = delivered.difference(&read).cloned().collect();
    let paper = account(&out, PAPER).expect("a part of its own");
    assert_eq!((paper.records, paper.printed), (unread.len() as u64, unread.len() as u64));
    assert_eq!(keys_that_ended(&out, PAPER, "printed"), unread);
    assert_eq!(account(&out, BATCH), before, "the account of the batch stays closed");
    let receipt = out.receipt(CITY, PAPER);
    assert!(receipt.to_string().contains("unread"), "{receipt}");
    let list = out.path().join(format!("outbox/{CITY}/{PAPER}.delivered.csv"));
    let list = std::fs::read_to_string(list).expect("what became of them");
    assert_eq!(list.matches(",paper,printed,unread,").count(), unread.len(), "{list}");
    // Posted in time: no slip warns of a late day.
    let controls = out.controls();
    let rows = &controls[&format!("print/{CITY}/{PAPER}")];
    assert_eq!(rows.len(), unread.len());
    out.verify().must_succeed();

    // Nothing is left for another night, whoever reads now.
    let whole = out.outputs();
    night(&shop, &out, AFTER).must_succeed();
    must_be_the_same(&whole, &out, "a night after the last");
}

#[test]
fn a_class_that_allows_no_paper_afterwards_keeps_its_copies_in_the_mailbox() {
    let shop = shop_with_date("2026-12-10");
    let agreement = shop.path().join(format!("senders/{CITY}.toml"));
    let text = std::fs::read_to_string(&agreement).expect("an agreement");
    let text = text.replacen("[classes.tax]\n", "[classes.tax]\nunread = \"stays\"\n", 1);
    std::fs::write(&agreement, text).expect("a temporary directory");
    let out = shop.after_a_night("out");
    assert!(!keys_that_ended(&out, BATCH, "delivered").is_empty());
    night(&shop, &out, LAST).must_succeed();
    assert_eq!(account(&out, PAPER), None);
}

#[test]
fn a_copy_that_comes_in_the_last_night_is_printed_in_that_night() {
    let shop = shop_with_date("2026-11-27");
    let out = shop.after_a_night("out");
    assert!(keys_that_ended(&out, BATCH, "delivered").is_empty());
    let list = out.path().join(format!("outbox/{CITY}/{BATCH}.delivered.csv"));
    let list = std::fs::read_to_string(list).expect("what became of them");
    assert!(list.contains(",both,printed,no-time-to-read,"), "{list}");
    out.verify().must_succeed();
    night(&shop, &out, LAST).must_succeed();
    assert_eq!(account(&out, PAPER), None, "they are on paper already");
}

#[test]
fn ready_letters_that_nobody_reads_go_on_paper_as_they_came() {
    let shop = Shop::of_sample("ready", 40, 84, 0.0);
    let drops = shop.drops();
    let (sender, drop) = &drops[0];
    let batch = crate::shop::file_name(drop);
    let batch = batch.split('.').next().expect("a stem");
    shop.configure(&format!("[posting.senders.{sender}]\ndue = {{ {batch} = \"2026-12-10\" }}\n"));
    let out = shop.after_a_night("out");
    let of = |name: &str| {
        out.ledger().into_iter().find(|one| one.sender == *sender && one.batch == name)
    };
    let delivered = of(batch).expect("in the ledger").delivered;
    assert!(delivered > 0, "some go into mailboxes");
    night(&shop, &out, "2026-12-09T02:00:00+09:00").must_succeed();
    let paper = of(&format!("{batch}.paper1")).expect("a part of its own");
    assert_eq!((paper.records, paper.printed), (delivered, delivered));
    out.verify().must_succeed();
}

/// Instants at which the last night is killed.
const KILLS: u64 = 24;

#[test]
fn the_last_night_killed_at_any_instant_prints_the_same_with_any_number_of_threads() {
    let shop = shop_with_date("2026-12-10");
    let first = shop.after_a_night("first");
    read_some(&shop, &first, 4);
    let copy = |name: &str| {
        let out = shop.out(name);
        first.copy_to(&out);
        out
    };
    let whole = copy("whole");
    let started = Instant::now();
    night(&shop, &whole, LAST).args(["--threads", "1"]).must_succeed();
    let length = started.elapsed().as_millis() as u64;
    let expected = whole.outputs();
    assert!(account(&whole, PAPER).is_some());
    let mut random = Instants::new();
    let mut cut = 0;
    for kill in 0..KILLS {
        let out = copy(&format!("kill-{kill}"));
        let threads = ["1", "3"][kill as usize % 2];
        let mut running = night(&shop, &out, LAST).args(["--threads", threads]).start();
        let part = length * 1000 / KILLS;
        let instant = (part * kill + random.below(part.max(1))) / 1000;
        std::thread::sleep(Duration::from_millis(instant));
        cut += u64::from(running.try_wait().expect("a child of this test").is_none());
        running.kill().expect("a child of this test");
        running.wait().expect("a child of this test");
        night(&shop, &out, LAST).args(["--threads", threads]).must_succeed();
        must_be_the_same(&expected, &out, &format!("kill {kill}"));
        std::fs::remove_dir_all(out.path()).expect("a temporary directory");
    }
    assert!(cut > 0, "no night was still running when killed");
}
