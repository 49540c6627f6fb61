//! Rejected rows go back to the sender in its own form, and come back mended.

use crate::drops::Drop;
use crate::shop::{lettershop, Shop};

/// A sender that writes rows under a head.
const SENDER: &str = "hoshimi-city";

/// Returns the rows of a file by their first cell, the key; the head has its own.
fn rows(file: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let lines = file.split_inclusive(|&byte| byte == b'\n');
    let key = |line: &[u8]| line.split(|&byte| byte == b',').next().expect("a cell").to_vec();
    lines.map(|line| (key(line), line.to_vec())).collect()
}

fn recipients(shop: &Shop) -> (String, Vec<u8>) {
    let drops = shop.drops();
    let (_, path) = drops.iter().find(|(sender, _)| sender == SENDER).expect("a drop");
    let drop = Drop::read(path);
    (drop.word("batch").to_owned(), drop.members["recipients.csv"].clone())
}

#[test]
fn rejected_rows_are_the_senders_own_and_their_mended_file_continues_the_batch() {
    let shop = Shop::letters(200, 6, 0.03);
    // The same seed without defects makes the same keys with sound rows.
    let sound = Shop::letters(200, 6, 0.0);
    let (batch, sent) = recipients(&shop);
    let (_, mended) = recipients(&sound);
    let out = shop.after_a_night("out");
    let before = out.ledger();
    let rejects = std::fs::read(out.path().join(format!("outbox/{SENDER}/{batch}.rejects.csv")));
    let rejects = rows(&rejects.expect("a reject list"));
    let sent = rows(&sent);
    assert!(rejects.len() > 2, "the head and rejected rows");
    for reject in &rejects {
        assert!(sent.contains(reject), "byte for byte a row that was sent: {reject:?}");
    }

    // The head is the row whose key is the head's first cell.
    let again = rows(&mended).into_iter().filter(|(key, _)| rejects.iter().any(|r| r.0 == *key));
    let again: Vec<u8> = again.flat_map(|(_, line)| line).collect();
    let inbox = shop.path().join("inbox").join(SENDER);
    std::fs::write(inbox.join(format!("{batch}.mended.csv")), again).expect("an inbox");
    let night = lettershop().arg("night").arg(shop.path()).arg("--out").arg(out.path());
    night.args(["--now", "2026-11-23T02:00:00+09:00"]).must_succeed();

    let after = out.ledger();
    for account in &before {
        assert!(after.contains(account), "the first part stays as it was: {account:?}");
    }
    let part = after.iter().find(|account| account.batch == format!("{batch}.part2"));
    let part = part.expect("the continuation is in the ledger");
    assert_eq!(part.records as usize, rejects.len() - 1);
    assert_eq!(part.printed + part.delivered, part.records, "{part:?}");
    out.verify().must_succeed();
}
