//! Measures how fast ten million revoked serials are packed and asked for:
//! `cargo run --release -p signature --example revocation_speed`.
//!
//! The serials lie in a range of 200 million, as those of a card issuer of twenty years do: once in
//! one list, in rising order and in no order, and once in 1,900 lists, one for each municipality.
#![allow(clippy::print_stdout, reason = "the figures are what this program is for")]

use std::error::Error;
use std::hint::black_box;

use rustix::time::{clock_gettime, ClockId};
use signature::revocation::Store;

const ENTRIES: usize = 10_000_000;
const RANGE: u64 = 200_000_000;
const LISTS: usize = 1_900;
const QUERIES: usize = 2_000_000;
/// 2026-01-01.
const REFERENCE: i64 = 1_767_225_600;
const FIVE_YEARS: u64 = 5 * 365 * 86_400;
const RUNS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut serials = some_serials(&mut dice);
    let queries: Vec<u32> = (0..QUERIES).map(|_| dice.below(RANGE) as u32).collect();
    let hits: Vec<u32> = (0..QUERIES).map(|_| serials[dice.below(10_000_000) as usize]).collect();

    let der = entries(&serials, &mut dice);
    println!("{ENTRIES} entries, {:.0} MB of DER", der.len() as f64 / 1e6);
    one_list("one list, serials rising", &der, &queries, &hits)?;
    drop(der);

    shuffle(&mut serials, &mut dice);
    let der = entries(&serials, &mut dice);
    one_list("one list, serials in no order", &der, &queries, &hits)?;
    drop(der);

    let share = ENTRIES.div_ceil(LISTS);
    let lists: Vec<Vec<u8>> = serials.chunks(share).map(|part| entries(part, &mut dice)).collect();
    let started = Clock::start();
    let stores: Vec<Store> = lists
        .iter()
        .map(|der| Store::read(der, REFERENCE))
        .collect::<Result<_, _>>()
        .map_err(|trouble| format!("{trouble:?}"))?;
    let seconds = started.seconds();
    let bytes: usize = stores.iter().map(Store::bytes).sum();
    println!("{} lists in no order: packed in {seconds:.3} s, {:.1} MB", stores.len(), mb(bytes));
    let partitions: Vec<u16> =
        (0..QUERIES).map(|_| dice.below(stores.len() as u64) as u16).collect();
    let octets: Vec<[u8; 4]> = queries.iter().map(|serial| serial.to_be_bytes()).collect();
    let slices: Vec<(&Store, &[u8])> = octets
        .iter()
        .zip(&partitions)
        .map(|(serial, list)| (&stores[usize::from(*list)], &serial[..]))
        .collect();
    let started = Clock::start();
    let single = slices.iter().filter(|(store, serial)| store.find(serial).is_some()).count();
    let single_ns = ns(started);
    let mut answers = Vec::with_capacity(slices.len());
    let started = Clock::start();
    Store::find_many(&slices, &mut answers);
    let many_ns = ns(started);
    assert_eq!(answers.iter().flatten().count(), single);
    println!(
        "  random lists: {single_ns:.1} ns one by one, {many_ns:.1} ns in batches, {single} found"
    );
    Ok(())
}

fn one_list(title: &str, der: &[u8], queries: &[u32], hits: &[u32]) -> Result<(), Box<dyn Error>> {
    let mut best = f64::MAX;
    for _ in 0..RUNS {
        let started = Clock::start();
        let store = Store::read(der, REFERENCE).map_err(|trouble| format!("{trouble:?}"))?;
        best = best.min(started.seconds());
        black_box(&store);
    }
    let store = Store::read(der, REFERENCE).map_err(|trouble| format!("{trouble:?}"))?;
    println!("{title}: packed in {best:.3} s, {:.1} MB", mb(store.bytes()));
    for (name, asked) in [("random serials", queries), ("revoked serials", hits)] {
        let octets: Vec<[u8; 4]> = asked.iter().map(|serial| serial.to_be_bytes()).collect();
        let started = Clock::start();
        let single = octets.iter().filter(|serial| store.find(*serial).is_some()).count();
        let single_ns = ns(started);
        let slices: Vec<_> = octets.iter().map(|serial| (&store, &serial[..])).collect();
        let mut answers = Vec::with_capacity(slices.len());
        let started = Clock::start();
        Store::find_many(&slices, &mut answers);
        let many_ns = ns(started);
        assert_eq!(answers.iter().flatten().count(), single);
        println!(
            "  {name}: {single_ns:.1} ns one by one, {many_ns:.1} ns in batches, {single} found"
        );
    }
    Ok(())
}

/// Ten million different serials in rising order.
fn some_serials(dice: &mut Dice) -> Vec<u32> {
    let mut taken = vec![0_u64; RANGE as usize / 64];
    let mut left = ENTRIES;
    while left > 0 {
        let serial = dice.below(RANGE) as usize;
        let bit = 1 << (serial % 64);
        left -= usize::from(taken[serial / 64] & bit == 0);
        taken[serial / 64] |= bit;
    }
    (0..RANGE as u32).filter(|s| taken[*s as usize / 64] >> (s % 64) & 1 == 1).collect()
}

/// Writes the entries as a list of an issuer has them: date to the second, a reason for most.
fn entries(serials: &[u32], dice: &mut Dice) -> Vec<u8> {
    let mut der = Vec::with_capacity(serials.len() * 37);
    let year = |second: u64| 20 + second / (365 * 86_400);
    for serial in serials {
        let octets = serial.to_be_bytes();
        let skip = (serial.leading_zeros() as usize / 8).min(3);
        let pad = usize::from(octets[skip] >= 0x80);
        let second = dice.below(FIVE_YEARS);
        let reason = dice.below(8);
        let body = 2 + pad + 4 - skip + 15 + if reason > 0 { 14 } else { 0 };
        der.extend([0x30, body as u8, 0x02, (pad + 4 - skip) as u8]);
        der.extend(&[0][..pad]);
        der.extend(&octets[skip..]);
        der.extend([0x17, 13]);
        let fields = [
            year(second),
            second / (28 * 86_400) % 12 + 1,
            second / 86_400 % 28 + 1,
            second / 3600 % 24,
            second / 60 % 60,
            second % 60,
        ];
        der.extend(fields.iter().flat_map(|n| [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8]));
        der.push(b'Z');
        if reason > 0 {
            let code = [1, 3, 4, 4, 4, 5, 6][reason as usize - 1];
            der.extend([0x30, 12, 0x30, 10, 6, 3, 0x55, 0x1d, 0x15, 4, 3, 10, 1, code]);
        }
    }
    der
}

fn shuffle(serials: &mut [u32], dice: &mut Dice) {
    for last in (1..serials.len()).rev() {
        serials.swap(last, dice.below(last as u64 + 1) as usize);
    }
}

fn ns(started: Clock) -> f64 {
    started.seconds() * 1e9 / QUERIES as f64
}

fn mb(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// Time that this thread has run, so that a busy machine does not show.
#[derive(Clone, Copy)]
struct Clock(f64);

impl Clock {
    fn start() -> Self {
        Self(Self::now())
    }

    fn seconds(self) -> f64 {
        Self::now() - self.0
    }

    fn now() -> f64 {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
    }
}

/// Reproducible numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((u128::from(self.0) * u128::from(end)) >> 64) as u64
    }
}
