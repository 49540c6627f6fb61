//! Nights without a human: lock, deadline, holds, exit codes, alarms, figures, what is stuck.

use serde_json::Value;

use crate::doors::zip_of;
use crate::drops::Drop as Dropped;
use crate::shop::{judge, lettershop, Call, Out, Shop};

/// The sender of the tests.
pub const CITY: &str = "hoshimi-city";

/// Calls a night by the clock.
/// A night as the timer runs it.
pub fn by_the_clock(shop: &Shop, out: &Out) -> Call {
    lettershop().arg("night").arg(shop.path()).arg("--out").arg(out.path()).arg("--unattended")
}

fn status(shop: &Shop, out: &Out, what: &str) -> Call {
    let call = lettershop().arg("status").arg(out.path()).arg(what).arg("--json");
    call.arg("--shop").arg(shop.path())
}

/// Lays the city's drop into the inbox again, as another batch.
pub fn again(from: &Shop, shop: &Shop, batch: &str) {
    let (_, path) =
        from.drops().into_iter().find(|(sender, _)| sender == CITY).expect("the city's drop");
    let mut drop = Dropped::read(&path);
    drop.manifest.insert("batch".to_owned(), batch.into());
    let manifest = drop.manifest.to_string();
    let mut members: Vec<(&str, &[u8])> = vec![("manifest.toml", manifest.as_bytes())];
    members.extend(drop.members.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
    let to = shop.path().join("inbox").join(CITY).join(format!("{batch}.zip"));
    std::fs::write(to, zip_of(&members)).expect("written");
}

/// Returns the city's account of a batch.
pub fn city(out: &Out, batch: &str) -> crate::shop::Account {
    let found = out.ledger().into_iter().find(|one| one.sender == CITY && one.batch == batch);
    found.unwrap_or_else(|| panic!("{batch} is in the ledger"))
}

#[test]
fn a_night_after_its_deadline_leaves_batches_to_the_next_and_warns_of_them() {
    let shop = Shop::letters(120, 3, 0.0);
    let out = shop.out("out");
    // A deadline that the clock has long passed: received, and nothing printed.
    shop.night(&out).args(["--until", "02:30", "--unattended"]).must_exit_with(5);
    assert!(out.find("print/", ".pdf").is_empty());
    let left = lettershop().arg("status").arg(out.path()).arg("--json").must_succeed().json();
    let batches = left["batches"].as_array().expect("batches").clone();
    assert!(batches.len() == 3 && batches.iter().all(|one| one["stands"] == "received"), "{left}");
    let line = r#"{"night":1,"began":0,"seconds":1000.0,"records_in":1000,"printed":1000,"#
        .to_owned()
        + r#""delivered":0,"set_aside":0,"held":0,"pulled":0,"also_delivered":0,"batches":1,"#
        + r#""refused":0,"waiting":0,"left":0,"discrepancies":0,"code":0}"#;
    std::fs::write(out.path().join("state/history.jsonl"), format!("{line}\n").repeat(3))
        .expect("written");
    let answer = shop.night(&out).args(["--until", "02:30", "--unattended"]).must_exit_with(5);
    assert!(answer.errors().contains("will miss the dispatch"), "{answer}");
    shop.night(&out).must_succeed();
    assert_eq!(out.ledger().iter().map(|one| one.records).sum::<u64>(), 120);
    out.verify().must_succeed();
}

#[test]
fn the_batches_of_a_sender_that_is_held_wait_and_ranks_are_kept() {
    let shop = Shop::letters(60, 4, 0.0);
    let out = shop.out("out");
    let before = std::fs::read_to_string(shop.path().join("lettershop.toml")).unwrap_or_default();
    shop.configure(&format!(
        "[night.senders.{CITY}]\nhold = true\n[night.senders.mirai-life]\npriority = 5\n\
         [stuck]\nheld-sender = 0"
    ));
    let answer = by_the_clock(&shop, &out).must_exit_with(5);
    let lines = answer.errors();
    let stages = lines.lines().map(|line| {
        serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("JSON, not {line}"))
    });
    let printed: Vec<String> = stages
        .filter(|line| line["stage"] == "close")
        .map(|line| line["sender"].as_str().expect("a sender").to_owned())
        .collect();
    assert_eq!(printed, ["mirai-life", "kawase-water"]);
    // Ids only: no name, no address, nothing in Japanese.
    assert!(lines.is_ascii(), "{lines}");
    let stuck = status(&shop, &out, "--stuck").must_exit_with(2).json();
    let held = &stuck["stuck"][0];
    assert_eq!((&held["state"], &held["owner"]), (&"held-sender".into(), &"operator".into()));
    std::fs::write(shop.path().join("lettershop.toml"), before).expect("written");
    by_the_clock(&shop, &out).must_exit_with(0);
    assert_eq!(out.ledger().len(), 3);
    let stuck = status(&shop, &out, "--stuck").must_succeed().json();
    assert_eq!(stuck["stuck"], serde_json::json!([]));
}

#[test]
fn one_night_at_a_time_and_the_second_is_told_of_the_first() {
    let shop = Shop::letters(600, 5, 0.0);
    let out = shop.out("out");
    let mut first = shop.night(&out).start();
    let lock = out.path().join("state/night.lock");
    while !std::fs::read_to_string(&lock).is_ok_and(|text| text.contains("since")) {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let answer = shop.night(&out).must_exit_with(4);
    let process = format!("process {}", first.id());
    assert!(answer.errors().contains("a night is at work since"), "{answer}");
    assert!(answer.errors().contains(&process), "{answer}");
    assert!(first.wait().expect("it ends").success());
    shop.night(&out).must_succeed();
}

#[test]
fn a_night_that_waits_for_people_says_so_and_its_figures_are_prometheuss() {
    let shop = Shop::letters(150, 71, 0.2);
    shop.configure("[stuck]\nawaits-approval = 0");
    let out = shop.out("out");
    by_the_clock(&shop, &out).must_exit_with(6);
    let metrics = std::fs::read_to_string(out.path().join("metrics/lettershop.prom"));
    let metrics = metrics.expect("figures");
    assert!(metrics.contains("lettershop_night_exit_code 6\n"), "{metrics}");
    let checked = judge("promtool").args(["check", "metrics"]).run_with(&metrics);
    assert_eq!(
        (checked.code(), checked.text(), checked.errors()),
        (0, String::new(), String::new())
    );
    let stuck = status(&shop, &out, "--stuck").must_exit_with(2).json();
    let states: Vec<&Value> = stuck["stuck"].as_array().expect("a list").iter().collect();
    assert!(states.iter().any(|one| one["state"] == "awaits-approval"), "{stuck}");
    let nights = status(&shop, &out, "--history").must_succeed().json();
    assert_eq!(
        (&nights["nights"][0]["code"], &nights["nights"][0]["night"]),
        (&6.into(), &1.into())
    );
}

#[test]
fn a_batch_that_is_an_earlier_one_again_waits_for_approval() {
    let shop = Shop::letters(300, 8, 0.0);
    let out = shop.after_a_night("out");
    again(&shop, &shop, "once-more");
    shop.night(&out).args(["--unattended"]).must_exit_with(6);
    let receipt = out.receipt(CITY, "once-more");
    assert_eq!(receipt["status"], "awaiting_approval", "{receipt}");
    assert_eq!(receipt["faults"][0]["code"], "looks-repeated", "{receipt}");
    let parked = city(&out, "once-more");
    assert_eq!((parked.held, parked.printed), (parked.records, 0));
    lettershop().arg("approve").arg(out.path()).args([CITY, "once-more"]).must_succeed();
    shop.night(&out).args(["--unattended"]).must_exit_with(0);
    assert_eq!(city(&out, "once-more").held, 0);
    out.verify().must_succeed();
}

#[test]
fn a_batch_far_above_its_senders_usual_waits_for_approval() {
    let large = Shop::letters(4000, 9, 0.0);
    let shop = Shop::letters(90, 10, 0.0);
    shop.configure("[night]\nalike_max = 1.0");
    for number in 1..=2 {
        again(&shop, &shop, &format!("usual-{number}"));
    }
    let out = shop.after_a_night("out");
    again(&large, &shop, "large");
    shop.night(&out).args(["--unattended"]).must_exit_with(6);
    let receipt = out.receipt(CITY, "large");
    assert_eq!(receipt["faults"][0]["code"], "unusual-volume", "{receipt}");
}
