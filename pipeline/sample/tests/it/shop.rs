//! The sample shop and the broken drops of the repository.

use std::collections::BTreeSet;

use letter::ChannelReason;
use sample::{broken_drops, shop, BatchCount, Made};

use crate::files::{collect, committed, dictionary, Files};
use crate::reading::{check, open, open_bare, read, sender, Registry};

fn make_shop() -> (Made, Files) {
    let dictionary = dictionary();
    collect(|sink| shop(&dictionary, sink))
}

fn make_drops() -> (Made, Files) {
    let dictionary = dictionary();
    collect(|sink| broken_drops(&dictionary, sink))
}

fn assert_same(made: &Files, committed: &Files) {
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(made), names(committed));
    for (name, bytes) in made {
        assert!(committed[name] == *bytes, "{name} differs: make the samples again");
    }
}

#[test]
fn the_committed_shop_is_the_one_that_is_made() {
    assert_same(&make_shop().1, &committed("shop"));
}

#[test]
fn the_committed_drops_are_those_that_are_made() {
    assert_same(&make_drops().1, &committed("drops"));
}

#[test]
fn every_record_of_the_shop_ends_as_expected() {
    let (made, files) = make_shop();
    let (dictionary, registry) = (dictionary(), Registry::of(&files));
    for expected in &made.batches {
        let sender = sender(&files, &expected.sender);
        let path = format!("inbox/{}/{}", expected.sender, expected.batch);
        let opened = match files.get(&format!("{path}.zip")) {
            Some(zip) => open(zip).unwrap(),
            None => open_bare(&sender, &expected.batch, &files[&format!("{path}.dat")]),
        };
        let (_, found) = read(opened, &sender, &dictionary, &registry).unwrap();
        check(expected, &found);
        assert!(expected.set_aside * 20 < expected.records_in, "{expected:?}");
    }
    assert_eq!(made.batches.iter().map(|batch| batch.records_in).sum::<u64>(), 3_000);
}

#[test]
fn every_reason_occurs_in_the_shop() {
    let (made, _) = make_shop();
    let codes = |of: fn(&BatchCount) -> Vec<&String>| -> BTreeSet<&str> {
        made.batches.iter().flat_map(of).map(String::as_str).collect()
    };
    let channels = codes(|batch| batch.channels.keys().collect());
    let of_rule = ChannelReason::ALL.into_iter().filter(|why| why.is_of_rule());
    assert_eq!(channels, of_rule.map(ChannelReason::code).collect());
    let reasons = codes(|batch| batch.reasons.keys().collect());
    assert_eq!(reasons.len(), 17, "{reasons:?}");
    assert!(reasons.iter().all(|code| letter::Reason::CODES.contains(code)), "{reasons:?}");
}

#[test]
fn each_broken_drop_is_refused_by_its_name_or_goes_on_without_its_record() {
    let (made, files) = make_drops();
    let (dictionary, registry) = (dictionary(), Registry::default());
    let sender = sender(&make_shop().1, "hoshimi-city");
    let outcome = |name: &str| {
        let opened = open(&files[name]);
        opened.and_then(|opened| read(opened, &sender, &dictionary, &registry))
    };
    assert_eq!((made.refused.len(), made.batches.len()), (9, 3));
    // A batch that comes twice is known by the journal, stationery by the press.
    let elsewhere = ["duplicate-batch", "bad-stationery"];
    for refused in made.refused.iter().filter(|one| !elsewhere.contains(&one.code.as_str())) {
        let refusal = outcome(&refused.drop).expect_err(&refused.drop);
        assert_eq!(refusal.code, refused.code, "{}", refusal.english);
    }
    for expected in &made.batches {
        let name = match expected.batch.as_str() {
            "double-batch" => "double-batch-1.zip".to_owned(),
            batch => format!("{batch}.zip"),
        };
        let (_, found) = outcome(&name).expect("the rest goes on");
        check(expected, &found);
    }
    let (second, _) = outcome("double-batch-2.zip").expect("sound by itself");
    assert_eq!(second, "double-batch");
}

#[test]
fn the_broken_drops_are_small() {
    let (_, files) = make_drops();
    assert_eq!(files.len(), 12, "eleven kinds, two files of one");
    assert!(files.values().all(|bytes| bytes.len() < 16 << 10));
}
