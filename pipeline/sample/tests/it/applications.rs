//! Applications are the same however they are made, and say what is wrong with them.

use std::collections::BTreeSet;

use sample::{ApplicationDefect, ApplicationOrder, Key, MadeParcel, Maker, Tally};

use crate::files::{collect, dictionary};

/// Every application has a defect, and every defect comes several times.
const ORDER: ApplicationOrder = ApplicationOrder {
    applications: 140,
    seed: 3,
    defects: 1.0,
    municipalities: 12,
    parcel_applications: 35,
};

#[test]
fn the_same_seed_gives_the_same_bytes_in_any_order_of_making() {
    let keys: Vec<Key> = (0..ORDER.keys()).map(|number| Key::make(ORDER.seed, number)).collect();
    assert_eq!(format!("{:?}", keys[8]), format!("{:?}", Key::make(ORDER.seed, 8)));
    let dictionary = dictionary();
    let one = Maker::new(&dictionary, ORDER, keys.clone());
    let other = Maker::new(&dictionary, ORDER, keys);
    let forwards: Vec<MadeParcel> = (0..ORDER.parcels()).map(|n| one.parcel(n)).collect();
    let mut backwards: Vec<MadeParcel> =
        (0..ORDER.parcels()).rev().map(|n| other.parcel(n)).collect();
    backwards.reverse();
    assert_eq!(forwards, backwards);
    let ((), shop) = collect(|sink| one.shop(sink));
    let ((), again) = collect(|sink| other.shop(sink));
    assert_eq!(shop, again);
    every_defect_comes_and_is_counted_once(&forwards);
    lists_of_the_second_generation_are_missing_until_the_day_after(shop.keys());
}

fn every_defect_comes_and_is_counted_once(parcels: &[MadeParcel]) {
    let mut tally = Tally::new();
    parcels.iter().for_each(|parcel| tally.add_parcel(parcel));
    let all: BTreeSet<&str> = ApplicationDefect::ALL.iter().map(|defect| defect.name()).collect();
    let met: BTreeSet<&str> = tally.by_defect.keys().copied().collect();
    assert_eq!(met, all);
    for counts in [&tally.by_defect, &tally.by_end, &tally.by_basic_four, &tally.by_container] {
        assert_eq!(counts.values().sum::<u64>(), ORDER.applications, "{counts:?}");
    }
    let verdicts: u64 = tally.by_verdict.values().sum();
    assert_eq!((verdicts, tally.applications), (ORDER.applications, ORDER.applications));
    assert_eq!(tally.defective.len() as u64, tally.by_defect.values().sum::<u64>());
}

fn lists_of_the_second_generation_are_missing_until_the_day_after<'a>(
    paths: impl Iterator<Item = &'a String>,
) {
    let paths: Vec<&str> = paths.map(String::as_str).collect();
    let lists = |folder| paths.iter().filter(|path| path.starts_with(folder)).count();
    assert_eq!((lists("crl/"), lists("crl-later/"), lists("trust/")), (23, 24, 6));
}
