//! A sender's day at its door: receipt, proof, pulls and cancellations by files, and the results.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::sshd::{SenderAt, World};
use crate::shop::{children, file_name, judge, lettershop, Out};

/// Waits until an outbox has a file, and returns it.
pub fn wait_for(sender: &SenderAt, name: &str) -> Vec<u8> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        if let Ok(bytes) = std::fs::read(sender.outbox().join(name)) {
            return bytes;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let there: Vec<String> = children(&sender.outbox()).iter().map(|p| file_name(p)).collect();
    panic!("{name} is not in the outbox after a minute: {there:?}");
}

pub fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

fn status_of(sender: &SenderAt) -> Value {
    json(&std::fs::read(sender.outbox().join("status.json")).expect("a status"))
}

/// Returns the files whose digest in `status.json` is not that of what lies there.
fn untrue(sender: &SenderAt, status: &Value) -> Vec<Value> {
    let files = status["files"].as_array().expect("files").iter();
    let is_untrue = |file: &&Value| {
        let path = sender.outbox().join(file["name"].as_str().expect("a name"));
        let digest = Sha256::digest(std::fs::read(&path).expect("a file that is told of"));
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        file["sha256"] != digest.as_str()
    };
    files.filter(is_untrue).cloned().collect()
}

/// Checks that `status.json` tells the truth of every file, by numbers without a gap.
fn must_be_told(sender: &SenderAt) -> Value {
    let status = status_of(sender);
    assert_eq!(untrue(sender, &status), Vec::<Value>::new());
    let files = status["files"].as_array().expect("files");
    let numbers: Vec<u64> = files.iter().map(|f| f["sequence"].as_u64().expect("one")).collect();
    assert!(numbers.is_sorted() && numbers.last() == status["sequence"].as_u64().as_ref());
    assert_eq!(files.len() + 1, children(&sender.outbox()).len(), "nothing is there untold");
    status
}

fn stands<'s>(status: &'s Value, batch: &str) -> &'s str {
    let batches = status["batches"].as_array().expect("batches");
    let found = batches.iter().find(|one| one["batch"] == batch).expect("the batch");
    found["stands"].as_str().expect("a word")
}

#[test]
fn a_sender_gets_receipt_and_proof_by_day_and_decides_by_files_until_the_night() {
    let world = World::open(1);
    let sender = &world.senders[0];
    let good = world.drop_of(&sender.id, "good-1");
    let other = world.drop_of(&sender.id, "other-1");
    let mut watch = lettershop().arg("watch").arg(world.shop()).start();
    world.put(sender, &[("good.zip", &good), ("other.zip", &other)]).must_succeed();
    let receipt = json(&wait_for(sender, "good-1.receipt.json"));
    assert_eq!((&receipt["status"], &receipt["records"]), (&"examined".into(), &3.into()));
    assert!(receipt["estimate"]["postage_yen"].as_u64() > Some(0), "{receipt}");
    let proof = world.beside("proof.pdf");
    std::fs::write(&proof, wait_for(sender, "good-1.proof.pdf")).expect("written");
    judge("qpdf").arg("--check").arg(&proof).must_succeed();
    let text = judge("pdftotext").arg(&proof).arg("-").must_succeed().text();
    assert!(text.contains("花子"), "{text}");
    wait_for(sender, "other-1.receipt.json");

    world.put(sender, &[("good-1.pull.csv", b"key\nS0002\nS9999\n")]).must_succeed();
    world.put(sender, &[("other-1.cancel", b"")]).must_succeed();
    let answer = json(&wait_for(sender, "good-1.pull.csv.answer.json"));
    assert_eq!((&answer["pulled"], &answer["unknown_keys"][0]), (&1.into(), &"S9999".into()));
    let answer = json(&wait_for(sender, "other-1.cancel.answer.json"));
    assert_eq!(answer["done"], true, "{answer}");
    let began = Instant::now();
    while json(&wait_for(sender, "good-1.receipt.json"))["counts"]["pulled"] != 1 {
        assert!(began.elapsed() < Duration::from_secs(60), "the receipt tells the pull");
        std::thread::sleep(Duration::from_millis(100));
    }
    // The status is written after the files of which it tells.
    let began = Instant::now();
    while !untrue(sender, &status_of(sender)).is_empty() {
        assert!(began.elapsed() < Duration::from_secs(60), "the status follows the files");
        std::thread::sleep(Duration::from_millis(100));
    }
    watch.kill().expect("it runs");
    watch.wait().expect("it ended");
    assert_eq!(children(&sender.inbox()), Vec::<std::path::PathBuf>::new(), "all was taken");
    let status = must_be_told(sender);
    assert_eq!(stands(&status, "other-1"), "cancelled");

    lettershop().arg("night").arg(world.shop()).must_succeed();
    let out = Out(world.shop());
    let accounts = out.ledger();
    let of = |batch: &str| accounts.iter().find(|one| one.batch == batch).expect("an account");
    assert_eq!((of("good-1").printed, of("good-1").pulled), (2, 1));
    assert_eq!((of("other-1").printed, of("other-1").pulled), (0, 3));
    assert!(accounts.iter().all(crate::shop::Account::balances));
    out.verify().must_succeed();
    let status = must_be_told(sender);
    assert_eq!((stands(&status, "good-1"), stands(&status, "other-1")), ("closed", "closed"));
    let receipt = json(&wait_for(sender, "good-1.receipt.json"));
    assert_eq!(receipt["status"], "accepted");
    let delivered = String::from_utf8(wait_for(sender, "good-1.delivered.csv")).expect("UTF-8");
    let rows: Vec<Vec<&str>> =
        delivered.lines().skip(1).map(|line| line.split(',').take(3).collect()).collect();
    let wanted = [["S0001", "paper", "printed"], ["S0002", "", "pulled"]];
    assert_eq!(rows[..2], wanted, "{delivered}");

    world.put(sender, &[("good-1.cancel", b"")]).must_succeed();
    lettershop().arg("watch").arg(world.shop()).arg("--once").must_succeed();
    let answer = json(&wait_for(sender, "good-1.cancel.answer.json"));
    assert_eq!(answer["done"], false);
    assert!(answer["why"].as_str().is_some_and(|why| why.starts_with("it is too late")));
    let again = lettershop().arg("night").arg(world.shop()).must_succeed().text();
    assert!(again.contains("nothing new"), "{again}");
}

#[test]
fn a_half_pull_list_pulls_nobody_and_a_batch_that_is_refused_says_so_by_day() {
    let world = World::open(1);
    let sender = &world.senders[0];
    let good = world.drop_of(&sender.id, "good-1");
    let once = || lettershop().arg("watch").arg(world.shop()).arg("--once").must_succeed();
    world
        .put(sender, &[("good.zip", &good), ("good-1.pull.csv", b"key\nS0002\nS00")])
        .must_succeed();
    std::thread::sleep(Duration::from_secs(3));
    once();
    once();
    assert!(sender.inbox().join("good-1.pull.csv").exists(), "it may still be under way");
    let receipt = json(&wait_for(sender, "good-1.receipt.json"));
    assert_eq!(receipt["counts"]["pulled"], 0);
    let again = world.drop_of(&sender.id, "good-1");
    world.put(sender, &[("again.zip", &again)]).must_succeed();
    once();
    let refusal = children(&sender.outbox()).into_iter().find(|path: &std::path::PathBuf| {
        file_name(path).starts_with("again") && file_name(path).ends_with(".receipt.json")
    });
    let refusal = json(&std::fs::read(refusal.expect("a receipt")).expect("read"));
    assert_eq!(refusal["status"], "refused", "{refusal}");
    must_be_told(sender);
    lettershop().arg("night").arg(world.shop()).must_succeed();
    let report = std::fs::read_to_string(Path::new(&world.shop()).join("report.html"));
    let code = refusal["refusal"]["code"].as_str().expect("a code").to_owned();
    assert!(
        report.expect("a report").contains(&code),
        "the night's report names the day's refusals"
    );
}
