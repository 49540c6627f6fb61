//! Measures `resolve` and `Dictionary::read` on one core: ADDRESSES (default 1,000,000)
//!
//! `cargo run --release -p address --example resolve_speed`: every town of the dictionary in turn
//! with a number and a building, every third without its prefecture.

#![allow(clippy::print_stdout, reason = "an example speaks to its caller")]

use std::error::Error;
use std::time::Instant;

use address::{resolve, Dictionary, Grade, Kind, Scratch};

fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(1_000_000), |n| n.parse())?;
    let bytes = std::fs::read("config/postcodes/postcodes.bin")?;
    let dictionary = Dictionary::read(&bytes)?;
    let rounds = (0..20).map(|_| seconds(|| drop(Dictionary::read(&bytes))));
    let (fastest, median) = fastest_and_median(rounds.collect());
    println!("read      {:>7.1} ms (fastest), {:>7.1} ms (median)", fastest * 1e3, median * 1e3);

    let addresses = addresses(&dictionary);
    let mut scratch = Scratch::default();
    let mut towns = 0;
    let slices = count.div_ceil(SLICE_LEN);
    let rounds = addresses.chunks_exact(SLICE_LEN).cycle().take(slices).map(|slice| {
        let mut resolve_one = |(postal, first, second): &(String, String, String)| {
            let found = resolve(&dictionary, &mut scratch, postal, first, second);
            towns += usize::from(found.is_ok_and(|found| found.grade == Grade::Town));
        };
        seconds(|| slice.iter().for_each(&mut resolve_one)) * 1e6 / SLICE_LEN as f64
    });
    let (fastest, median) = fastest_and_median(rounds.collect());
    println!("resolve   {fastest:>7.2} µs (fastest), {median:>7.2} µs (median) an address");
    println!("of grade town: {towns} of {}", slices * SLICE_LEN);
    Ok(())
}

fn seconds(mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// Returns the fastest and the median round: others may be at work on the machine.
fn fastest_and_median(mut rounds: Vec<f64>) -> (f64, f64) {
    rounds.sort_by(f64::total_cmp);
    (rounds[0], rounds[rounds.len() / 2])
}

fn addresses(dictionary: &Dictionary) -> Vec<(String, String, String)> {
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
/// Short enough that most rounds are not interrupted.
const SLICE_LEN: usize = 1_000;
