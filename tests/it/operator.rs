//! What an operator does between two nights: approve a batch, pull a piece.

use crate::drops::Drop;
use crate::shop::{lettershop, Out, Shop};

/// The sender whose batch waits.
const SENDER: &str = "hoshimi-city";
/// The next evening.
const NEXT: &str = "2026-11-23T02:00:00+09:00";

/// Returns the keys of records that wait: the held list says their lines, and the key is the first
/// cell of the city's rows.
fn waiting_keys(shop: &Shop, out: &Out, batch: &str) -> Vec<String> {
    let list = out.path().join(format!("held/{SENDER}/{batch}.held.csv"));
    let list = std::fs::read_to_string(list).expect("the list of held records");
    let drops = shop.drops();
    let (_, path) = drops.iter().find(|(sender, _)| sender == SENDER).expect("a drop");
    let member = &Drop::read(path).members["recipients.csv"];
    let rows: Vec<&[u8]> = member.split(|&byte| byte == b'\n').collect();
    let lines = list.lines().skip(1).filter_map(|row| row.split(',').nth(1)?.parse().ok());
    let key = |line: usize| {
        let cell = rows[line - 1].split(|&byte| byte == b',').next().expect("a cell");
        String::from_utf8(cell.to_vec()).expect("a key is ASCII")
    };
    lines.map(key).collect()
}

#[test]
fn a_batch_that_waits_goes_on_after_approval_without_the_piece_that_was_pulled() {
    // With records that stay held for a reason of their own, and without.
    check(150, 71);
    check(100, 5);
}

fn check(records: u32, seed: u32) {
    let shop = Shop::letters(records, seed, 0.2);
    let out = shop.after_a_night("out");
    let waits = |account: &crate::shop::Account| account.sender == SENDER;
    let before = out.ledger().into_iter().find(waits).expect("the city's batch");
    assert_eq!((before.printed, before.delivered, before.pulled), (0, 0, 0), "{before:?}");
    assert_eq!(out.receipt(SENDER, &before.batch)["status"], "awaiting_approval");
    out.verify().must_succeed();

    let keys = waiting_keys(&shop, &out, &before.batch);
    assert_eq!(keys.len() as u64, before.held);
    let batch =
        |command: &str| lettershop().arg(command).arg(out.path()).arg(SENDER).arg(&before.batch);
    batch("pull").arg(&keys[0]).args(["--note", "2026-1187"]).must_succeed();
    batch("approve").must_succeed();
    let night = lettershop().arg("night").arg(shop.path()).arg("--out").arg(out.path());
    night.args(["--now", NEXT]).must_succeed();

    let after = out.ledger().into_iter().find(waits).expect("the city's batch");
    assert!(after.balances(), "{after:?}");
    assert_eq!((after.records, after.set_aside), (before.records, before.set_aside));
    assert_eq!(after.pulled, 1, "{after:?}");
    assert!(after.printed > 0 && after.delivered > 0, "{after:?}");
    out.verify().must_succeed();
    let late = batch("pull").arg(&keys[1]).must_succeed().text();
    assert!(late.contains("take out sequence") || late.contains("is withdrawn"), "{late}");
}
