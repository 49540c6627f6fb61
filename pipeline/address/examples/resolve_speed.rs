//! Measures addresses a second by thread CPU time; with ADDRESSES only the resolving of so many
//!
//! `cargo run --release -p address --example resolve_speed`: every town of the dictionary in turn,
//! in scattered order, with a number and a building, every third without its prefecture. From the
//! three fields of a record to grade, split, address number and the codes of the barcode; then the
//! same lines without their code; on one thread, and on two at once.

#![allow(clippy::print_stdout, reason = "an example speaks to its caller")]

use std::error::Error;
use std::sync::Barrier;
use std::time::Instant;

use address::{find, resolve, Dictionary, Grade, Kind, Scratch};

fn main() -> Result<(), Box<dyn Error>> {
    let given = std::env::args().nth(1);
    let count: usize = given.as_ref().map_or(Ok(1_000_000), |n| n.parse())?;
    let bytes = std::fs::read("config/postcodes/postcodes.bin")?;
    let rounds = (0..20).map(|_| cpu_seconds(|| drop(Dictionary::read(&bytes))));
    print("read a dictionary, ms", rounds.map(|seconds| seconds * 1e3).collect());
    let dictionary = Dictionary::read(&bytes)?;
    let addresses = addresses(&dictionary);
    let mut towns = 0;
    let first = cpu_seconds(|| towns += resolve_all(&dictionary, &addresses[..1]));
    println!("the first address makes the names: {:.1} ms", first * 1e3);

    let slice_len = SLICE_LEN.min(count);
    let slices = || addresses.chunks_exact(slice_len).cycle();
    let count = count / slice_len;
    towns = 0;
    let rounds = slices().take(count).map(|slice| {
        cpu_seconds(|| towns += resolve_all(&dictionary, slice)) * 1e6 / slice_len as f64
    });
    print("resolve, µs an address", rounds.collect());
    println!("of grade town: {towns} of {}", count * slice_len);
    if given.is_some() {
        return Ok(());
    }
    let rounds = slices()
        .take(count.min(FIND_SLICES))
        .map(|slice| cpu_seconds(|| find_all(&dictionary, slice)) * 1e6 / slice_len as f64);
    print("find without a code, µs an address", rounds.collect());

    two_threads(&dictionary, &addresses, count / THREADS);
    Ok(())
}

/// Resolves on two threads at once, each `count` slices of its own.
fn two_threads(dictionary: &Dictionary, addresses: &[Record], count: usize) {
    let start = Barrier::new(THREADS);
    let wall = Instant::now();
    let work = |thread: usize| {
        let slices = addresses.chunks_exact(SLICE_LEN).cycle().skip(thread).step_by(THREADS);
        start.wait();
        let mut towns = 0;
        let all = || slices.take(count).for_each(|slice| towns += resolve_all(dictionary, slice));
        (cpu_seconds(all), towns)
    };
    let seconds: Vec<f64> = std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..THREADS).map(|at| scope.spawn(move || work(at).0)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread ends")).collect()
    });
    let of_each = (count * SLICE_LEN) as f64;
    let rate: f64 = seconds.iter().map(|seconds| of_each / seconds).sum();
    let by_wall = of_each * THREADS as f64 / wall.elapsed().as_secs_f64();
    println!("two threads at once: {rate:.0} addresses/s of their CPU time, {by_wall:.0} by wall");
}

/// Resolves records and returns how many are of grade town.
fn resolve_all(dictionary: &Dictionary, records: &[Record]) -> usize {
    let mut scratch = Scratch::default();
    let mut is_town = |(postal, first, second): &Record| {
        let found = resolve(dictionary, &mut scratch, postal, first, second);
        found.is_ok_and(|found| found.grade == Grade::Town && found.barcode.is_some())
    };
    records.iter().filter(|record| is_town(record)).count()
}

fn find_all(dictionary: &Dictionary, records: &[Record]) {
    for (_, first, _) in records {
        std::hint::black_box(find(dictionary, first).is_ok());
    }
}

/// Returns what the work takes of this thread's CPU time.
fn cpu_seconds(work: impl FnOnce()) -> f64 {
    let start = on_cpu_ns();
    work();
    (on_cpu_ns() - start) as f64 * 1e-9
}

/// Returns the nanoseconds that this thread has run (Linux, `proc(5)`: schedstat).
fn on_cpu_ns() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|ns| ns.parse().ok()).expect("Linux says how long a thread ran")
}

/// Prints the fastest and the median round: others may be at work on the machine.
fn print(what: &str, mut rounds: Vec<f64>) {
    rounds.sort_by(f64::total_cmp);
    let median = rounds[rounds.len() / 2];
    println!("{what:<36} {:>7.3} (fastest) {median:>7.3} (median)", rounds[0]);
}

/// Postal code and the two parts of an address.
type Record = (String, String, String);

fn addresses(dictionary: &Dictionary) -> Vec<Record> {
    let places = dictionary.all_places().filter(|place| place.kind == Kind::Town);
    let mut addresses: Vec<_> = places
        .enumerate()
        .map(|(i, place)| {
            let prefecture = if i % 3 == 0 { "" } else { place.prefecture };
            let number = format!("{}丁目{}番{}号", i % 5 + 1, i % 30 + 1, i % 17 + 1);
            let address1 = format!("{prefecture}{}{}{number}", place.city, place.town);
            let address2 = format!("郵便プラザ{}０{}号室", i % 9 + 1, i % 8 + 1);
            (place.postal.to_string(), address1, address2)
        })
        .collect();
    // Records of a batch do not come in the order of their codes.
    let len = addresses.len();
    for i in 0..len {
        addresses.swap(i, i.wrapping_mul(SCATTER) % len);
    }
    addresses
}

/// A prime that scatters the order.
const SCATTER: usize = 15_485_863;
/// Long enough for a clock that moves by milliseconds.
const SLICE_LEN: usize = 20_000;
/// Slices that are found without a code.
const FIND_SLICES: usize = 5;
/// As many as the machine's cores that the goal speaks of.
const THREADS: usize = 2;
