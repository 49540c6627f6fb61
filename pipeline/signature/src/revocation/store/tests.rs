//! The store against a plain map of the same entries.

use std::collections::BTreeMap;

use super::super::scanner::{seconds, Entries};
use super::*;

const PLAIN: Allowed = Allowed { issuer: false, removed: false };
/// 2026-01-01.
const REFERENCE: i64 = 1_767_225_600;

/// Small reproducible numbers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

fn integer(mut octets: &[u8]) -> Vec<u8> {
    while octets.len() > 1 && octets[0] == 0 && octets[1] < 0x80 {
        octets = &octets[1..];
    }
    if octets[0] >= 0x80 {
        [&[0], octets].concat()
    } else {
        octets.to_vec()
    }
}

fn entry(serial: &[u8], date: &str, reason: Option<u8>) -> Vec<u8> {
    let (tag, len) = if date.len() == 13 { (0x17, 13) } else { (0x18, 15) };
    let mut body = [&[2, serial.len() as u8][..], serial, &[tag, len], date.as_bytes()].concat();
    if let Some(reason) = reason {
        body.extend([0x30, 12, 0x30, 10, 6, 3, 0x55, 0x1d, 0x15, 4, 3, 10, 1, reason]);
    }
    [&[0x30, body.len() as u8][..], &body].concat()
}

fn build(entries: &[Vec<u8>]) -> Store {
    Store::build(Entries::new(&entries.concat()), REFERENCE, PLAIN).expect("good entries")
}

/// Checks every serial of a list and as many neighbours against a map.
fn check(serials: &[Vec<u8>]) {
    let mut dice = Dice(serials.len() as u64 + 7);
    let mut expected = BTreeMap::new();
    let mut entries = Vec::new();
    for serial in serials {
        let (day, reason) =
            (dice.roll() % 28 + 1, [None, Some(1), Some(5)][dice.roll() as usize % 3]);
        let date = format!("25{:02}{day:02}120000Z", dice.roll() % 12 + 1);
        entries.push(entry(serial, &date, reason));
        let tlv = [&[0x17, 13], date.as_bytes()].concat();
        let found =
            Found { date: seconds(&tlv).expect("a date"), reason: reason.unwrap_or(NO_REASON) };
        expected.entry(serial.clone()).or_insert(found);
    }
    let store = build(&entries);
    assert_eq!(store.len(), serials.len());
    let mut queries: Vec<Vec<u8>> = serials.to_vec();
    for serial in serials {
        let mut near = serial.clone();
        let last = near.len() - 1;
        near[last] = near[last].wrapping_add(1);
        queries.push(integer(&near));
        queries.push(integer(&dice.roll().to_be_bytes()));
        queries.push(integer(&[&dice.roll().to_be_bytes()[..], serial].concat()));
    }
    queries.push(vec![0]);
    queries.push(vec![0xff]);
    for query in &mut queries {
        if query.len() > 1 && query[0] == 0 {
            query.remove(0);
        }
    }
    let asked: Vec<(&Store, &[u8])> = queries.iter().map(|query| (&store, &query[..])).collect();
    let mut many = Vec::new();
    Store::find_many(&asked, &mut many);
    for (query, many) in queries.iter().zip(&many) {
        assert_eq!(store.find(query), expected.get(&integer(query)).copied(), "{query:02x?}");
        assert_eq!(*many, store.find(query));
    }
}

#[test]
fn serials_of_every_spread_are_found_and_no_others() {
    let mut dice = Dice(1);
    check(&[]);
    check(&[vec![5]]);
    check(&[vec![0]]);
    let dense: Vec<_> = (1_u32..3000).map(|n| integer(&(n * 3).to_be_bytes())).collect();
    check(&dense);
    let backwards: Vec<_> = dense.iter().rev().cloned().collect();
    check(&backwards);
    for bits in [10, 20, 31, 40, 63, 64] {
        let mut serials: Vec<_> =
            (0..2000).map(|_| integer(&(dice.roll() >> (64 - bits)).to_be_bytes())).collect();
        serials.sort_unstable();
        serials.dedup();
        let at = |n: usize| n * 7919 % serials.len();
        let mut mixed: Vec<_> = (0..serials.len()).map(|n| serials[at(n)].clone()).collect();
        mixed.sort_unstable_by_key(|serial| serial.iter().rev().copied().collect::<Vec<_>>());
        check(&mixed);
    }
}

#[test]
fn serials_of_twenty_octets_and_negative_ones_are_told_apart() {
    let mut dice = Dice(2);
    let mut serials: Vec<Vec<u8>> = (0..500)
        .map(|_| {
            let wide: Vec<u8> = (0..3).flat_map(|_| dice.roll().to_be_bytes()).collect();
            [&[0x5a], &wide[..19]].concat()
        })
        .collect();
    serials.push([&[0x5a; 19][..], &[1]].concat());
    serials.push([&[0x5a; 19][..], &[2]].concat());
    check(&serials);
    // PKITS 4.4.14 and 4.4.15: 255 and -1 are two serials.
    check(&[vec![0xff], vec![1]]);
    check(&[vec![0x00, 0xff], vec![1]]);
    check(&[vec![0xff], vec![0x80], vec![0x80, 0x00], vec![0x7f], vec![0x00, 0x80]]);
}

#[test]
fn a_large_list_has_a_front_and_answers_the_same() {
    let mut dice = Dice(3);
    let mut serials: Vec<u32> = (0..90_000).map(|n| n * 20 + dice.roll() as u32 % 20).collect();
    let entries = |serials: &[u32]| {
        let entry = |n: &u32| entry(&integer(&n.to_be_bytes()), "250101000000Z", Some(4));
        serials.iter().map(entry).collect::<Vec<_>>()
    };
    let rising = build(&entries(&serials));
    assert!(rising.front_shift.is_some());
    serials.sort_unstable_by_key(|n| n.reverse_bits());
    let mixed = build(&entries(&serials));
    serials.sort_unstable();
    for serial in 0..20_000_u32 {
        let expected = serials.binary_search(&serial).is_ok();
        let octets = integer(&serial.to_be_bytes());
        assert_eq!(rising.find(&octets).is_some(), expected, "{serial}");
        assert_eq!(mixed.find(&octets), rising.find(&octets), "{serial}");
    }
}

#[test]
fn one_far_outlier_does_not_lose_the_crowd() {
    let mut serials: Vec<_> = (1_u32..2000).map(|n| integer(&n.to_be_bytes())).collect();
    serials.push(vec![0x7f; 8]);
    check(&serials);
    serials.push(vec![0x7f; 20]);
    check(&serials);
}

#[test]
fn a_serial_that_stands_twice_counts_from_its_earlier_date() {
    let one = entry(&[9], "250601000000Z", Some(6));
    let other = entry(&[9], "250501000000Z", Some(1));
    for entries in [[one.clone(), other.clone()], [other, one]] {
        let found = build(&entries).find(&[9]).expect("stands there");
        assert_eq!((found.date, found.reason), (1_746_057_600, 1));
    }
}

#[test]
fn dates_out_of_the_packed_reach_are_kept() {
    let entries = [
        entry(&[1], "991231235959Z", None),
        entry(&[2], "260102000000Z", Some(4)),
        entry(&[3], "20600101000000Z", None),
        entry(&[4], "00010101000000Z", None),
        entry(&[5], "251231235959Z", None),
    ];
    let store = build(&entries);
    let dates: Vec<_> = (1..6).filter_map(|n| store.find(&[n])).map(|found| found.date).collect();
    let after = REFERENCE + 86_400;
    assert_eq!(dates, [946_684_799, after, 2_840_140_800, -62_135_596_800, REFERENCE - 1]);
}

#[test]
fn entries_that_may_not_stand_there_are_refused() {
    let build = |entry: &[u8], allowed| Store::build(Entries::new(entry), REFERENCE, allowed).err();
    assert_eq!(build(&entry(&[1; 21], "250101000000Z", None), PLAIN), Some(Trouble::LongSerial));
    assert_eq!(build(&entry(&[1], "251301000000Z", None), PLAIN), Some(Trouble::Malformed));
    assert_eq!(build(&entry(&[1], "250101000000Z", Some(7)), PLAIN), Some(Trouble::Malformed));
    let removed = entry(&[1], "250101000000Z", Some(8));
    assert_eq!(build(&removed, PLAIN), Some(Trouble::Removed));
    assert_eq!(build(&removed, Allowed { removed: true, issuer: false }), None);
}

#[test]
fn a_serial_takes_as_much_room_as_promised() {
    let mut serials: Vec<u32> = (0..5_263).map(|n| n * 38_000 + n % 97).collect();
    serials.sort_unstable();
    let entries: Vec<_> = serials
        .iter()
        .map(|n| entry(&integer(&n.to_be_bytes()), "250101000000Z", Some(4)))
        .collect();
    let bytes = build(&entries).bytes();
    assert!(bytes < 5_263 * 64 / 10, "{bytes} bytes");
}

#[test]
fn heads_are_sorted_digit_by_digit() {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for (len, span) in
        [(0, 0), (1, 0), (5, 1), (300, 255), (5_000, u64::from(u32::MAX)), (70_000, 1 << 21)]
    {
        let order: Vec<u64> = (0..len).map(|_| (next() % (span + 1)) << 32 | 7).collect();
        let mut expected = order.clone();
        expected.sort_unstable();
        assert_eq!(sorted_by_head(order, span), expected, "{len} heads up to {span}");
    }
}
