//! Shops of any size.

use sample::{letters, BatchCount, Made, Order, Senders};

use crate::files::{collect, dictionary, Files};
use crate::reading::{check, open, read, sender, Registry};

const ORDER: Order = Order { records: 3_000, seed: 7, defects: 0.1, senders: Senders::Three };

fn make(order: Order) -> (Made, Files) {
    let dictionary = dictionary();
    collect(|sink| letters(&dictionary, order, sink))
}

fn drop_of<'f>(files: &'f Files, batch: &BatchCount) -> &'f [u8] {
    &files[&format!("inbox/{}/{}.zip", batch.sender, batch.batch)]
}

#[test]
fn every_record_ends_as_it_was_counted() {
    let (made, files) = make(ORDER);
    let (dictionary, registry) = (dictionary(), Registry::of(&files));
    assert_eq!(made.batches.iter().map(|batch| batch.records_in).sum::<u64>(), 3_000);
    for expected in &made.batches {
        let sender = sender(&files, &expected.sender);
        let opened = open(drop_of(&files, expected)).unwrap();
        let (batch, found) = read(opened, &sender, &dictionary, &registry).unwrap();
        assert_eq!(batch, expected.batch);
        check(expected, &found);
        let ends = expected.printed + expected.delivered + expected.set_aside + expected.held;
        assert_eq!(ends, expected.records_in);
        let defects = expected.set_aside + expected.held;
        let share = defects as f64 / expected.records_in as f64;
        assert!((0.06..0.14).contains(&share), "{batch}: {share}");
    }
}

#[test]
fn most_of_the_insurers_letters_are_electronic_and_few_of_the_citys() {
    let (made, _) = make(Order { defects: 0.0, ..ORDER });
    let share = |batch: &BatchCount| batch.delivered * 100 / batch.records_in;
    let [city, insurer, water] = made.batches.as_slice() else { panic!("three batches") };
    assert!((15..35).contains(&share(city)), "{city:?}");
    assert!((65..85).contains(&share(insurer)), "{insurer:?}");
    assert!((10..35).contains(&share(water)), "{water:?}");
    assert!(made.batches.iter().all(|batch| batch.set_aside + batch.held == 0));
}

#[test]
fn the_same_order_gives_the_same_bytes_and_another_seed_others() {
    let small = Order { records: 200, ..ORDER };
    let (made, files) = make(small);
    assert_eq!((&made, &files), (&make(small).0, &make(small).1));
    let (_, other) = make(Order { seed: 8, ..small });
    assert_ne!(files["registry/links.csv"], other["registry/links.csv"]);
}

#[test]
fn one_sender_has_all_records_in_one_drop() {
    let (made, files) = make(Order { records: 100, senders: Senders::One, ..ORDER });
    assert_eq!(made.batches.len(), 1);
    assert_eq!(made.batches[0].records_in, 100);
    assert_eq!(files.keys().filter(|path| path.starts_with("inbox/")).count(), 1);
    assert!(files.contains_key("senders/hoshimi-city.toml"));
}

#[test]
fn a_hundredth_of_defects_never_makes_a_batch_wait_for_approval() {
    for seed in 1..=3 {
        let (made, _) = make(Order { records: 1_000, seed, defects: 0.01, ..ORDER });
        for batch in &made.batches {
            assert!(batch.set_aside * 20 <= batch.records_in, "seed {seed}: {batch:?}");
        }
    }
}
