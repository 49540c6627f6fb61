//! 引抜き at every stage: unread copies, copies beside letters, print files of a cut night.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::line::HAND;
use crate::resume::entry_ends;
use crate::shop::{lettershop, tree, Account, Answer, Out, Shop};

/// One row of the ledger's own lines, with its part.
#[derive(Clone, Debug)]
struct Row {
    sender: String,
    batch: String,
    key: String,
    piece: String,
    end: String,
    has_copy_beside: bool,
}

fn rows(out: &Out) -> Vec<Row> {
    let mut rows = Vec::new();
    for (path, bytes) in tree(out.path()) {
        let part = path.strip_prefix("state/batches/");
        let part = part.and_then(|part| part.strip_suffix("/ledger-rows"));
        let Some((sender, batch)) = part.and_then(|part| part.split_once('/')) else { continue };
        for line in String::from_utf8(bytes).expect("the ledger's lines").lines() {
            let cells: Vec<&str> = line.split('\t').collect();
            let [sender, batch, key, piece, end] =
                [sender, batch, cells[1], cells[2], cells[5]].map(str::to_owned);
            let has_copy_beside = cells[6] == "1";
            rows.push(Row { sender, batch, key, piece, end, has_copy_beside });
        }
    }
    rows
}

fn pull(out: &Out, row: &Row) -> Answer {
    let call = lettershop().arg("pull").arg(out.path());
    call.args([&row.sender, &row.batch, &row.key]).args(["--note", "R-7"]).args(HAND).run()
}

fn account(out: &Out, row: &Row) -> Account {
    let found = out.ledger().into_iter().find(|one| one.batch == row.batch);
    let found = found.expect("the batch");
    assert!(found.balances(), "{found:?}");
    found
}

/// Returns the pieces that the mailboxes show.
fn shown(out: &Out) -> BTreeMap<String, Value> {
    let list = lettershop().args(["mailbox", "list"]).arg(out.path()).arg("--json");
    let text = list.must_succeed().text();
    let copies = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    copies.map(|copy| (copy["piece"].as_str().expect("a piece").to_owned(), copy)).collect()
}

#[test]
fn an_unread_copy_is_withdrawn_and_one_that_was_read_is_not() {
    let shop = Shop::letters(300, 61, 0.0);
    let out = shop.after_a_night("out");
    let rows = rows(&out);
    let mut copies = rows.iter().filter(|row| row.end == "delivered");
    let (gone, read) = (copies.next().expect("a copy"), copies.next().expect("another"));
    let before = account(&out, gone);
    let to = shop.beside("letter.pdf");
    let reading = |row: &Row| {
        let call = lettershop().args(["mailbox", "read"]).arg(out.path()).arg(&row.piece);
        call.arg("--to").arg(&to).args(["--now", "2026-11-23T09:00:00+09:00"]).run()
    };
    assert_eq!(reading(read).code(), 0);

    let answer = pull(&out, gone);
    assert!(answer.code() == 0 && answer.text().contains("is withdrawn"), "{answer}");
    let answer = pull(&out, read);
    assert!(answer.code() == 1 && answer.text().contains("was opened"), "{answer}");
    let answer = pull(&out, gone);
    assert!(answer.code() == 0 && answer.text().contains("asked for before"), "{answer}");

    assert!(!shown(&out).contains_key(&gone.piece) && shown(&out).contains_key(&read.piece));
    assert_eq!(reading(gone).code(), 1, "it is there for nobody");
    let after = account(&out, gone);
    assert_eq!((after.delivered, after.pulled), (before.delivered - 1, before.pulled + 1));
    out.verify().must_succeed();
    let told = |name: &str| {
        let path = format!("outbox/{}/{}.{name}.csv", gone.sender, gone.batch);
        std::fs::read_to_string(out.path().join(path)).expect("a list")
    };
    let row = format!("{},{},R-7,tanaka,2026-11-24T09:00:00+09:00", gone.key, gone.piece);
    assert_eq!(told("withdrawn").lines().skip(1).collect::<Vec<_>>(), [row]);
    let delivered = told("delivered");
    let row = delivered.lines().find(|line| line.starts_with(&format!("{},", gone.key)));
    assert!(row.is_some_and(|row| row.contains("pulled")), "{row:?}");

    // Its letter is taken out at the line, its copy withdrawn: the record stays printed.
    let both = rows.iter().find(|row| row.has_copy_beside).expect("a letter with a copy");
    let before = account(&out, both);
    let answer = pull(&out, both);
    assert!(answer.text().contains("take out sequence"), "{answer}");
    assert!(answer.text().contains("its copy is withdrawn"), "{answer}");
    let after = account(&out, both);
    assert_eq!((after.printed, after.delivered), (before.printed, before.delivered));
    assert!(!shown(&out).contains_key(&both.piece));
    out.verify().must_succeed();

    // A night after it writes the same ledger.
    let night = lettershop().arg("night").arg(shop.path()).arg("--out").arg(out.path());
    night.args(["--now", "2026-11-25T02:00:00+09:00"]).must_succeed();
    assert_eq!(account(&out, gone).pulled, 1);
    out.verify().must_succeed();
}

#[test]
fn a_withdrawal_that_was_cut_is_seen_by_the_count_and_completed_by_the_next_call() {
    let shop = Shop::letters(200, 62, 0.0);
    let out = shop.after_a_night("out");
    let gone = rows(&out).into_iter().find(|row| row.end == "delivered").expect("a copy");
    let path = out.path().join("state/journal");
    let journal = std::fs::read(&path).expect("a journal");
    assert_eq!(pull(&out, &gone).code(), 0);
    let whole = std::fs::read(&path).expect("a journal");
    let ledger = std::fs::read(out.path().join("ledger.parquet")).expect("a ledger");
    for &end in entry_ends(&whole).iter().filter(|end| **end >= journal.len()) {
        std::fs::write(&path, &whole[..end]).expect("a journal");
        let is_whole = end == whole.len();
        out.verify().must_exit_with(if is_whole { 0 } else { 2 });
        assert_eq!(pull(&out, &gone).code(), 0);
        out.verify().must_succeed();
        let again = std::fs::read(out.path().join("ledger.parquet")).expect("a ledger");
        assert!(again == ledger, "the same ledger");
    }
}

#[test]
fn a_piece_pulled_after_its_night_was_cut_is_painted_no_more() {
    let shop = Shop::letters(200, 63, 0.0);
    let whole = shop.after_a_night("whole");
    let (folder, printed) = whole.controls().into_iter().next().expect("a batch");
    let of_batch = |row: &&Row| {
        row.end == "printed" && folder == format!("print/{}/{}", row.sender, row.batch)
    };
    let row = rows(&whole).iter().find(of_batch).expect("a printed record").clone();
    let journal = std::fs::read(whole.path().join("state/journal")).expect("a journal");
    let (mut start, mut cut) = (8, None);
    for end in entry_ends(&journal) {
        let text = String::from_utf8_lossy(&journal[start..end]).into_owned();
        let is_it = text.contains("\"printed\":1") && text.contains(&row.batch);
        if is_it && text.contains(&row.sender) {
            cut = Some(end);
        }
        start = end;
    }
    let out = shop.out("cut");
    whole.copy_to(&out);
    let cut = cut.expect("a print file's entry");
    std::fs::write(out.path().join("state/journal"), &journal[..cut]).expect("a journal");
    let answer = pull(&out, &row);
    assert!(answer.code() == 0 && answer.text().contains("is not printed"), "{answer}");
    shop.night(&out).must_succeed();
    out.verify().must_succeed();
    let after = account(&out, &row);
    assert_eq!((after.printed, after.pulled), (printed.len() as u64 - 1, 1));
    let controls = out.controls();
    assert!(controls[&folder].iter().all(|one| one.piece != row.piece), "it is painted no more");
}
