//! Measures `resolve` and `Dictionary::read` on one core: ADDRESSES (default 200,000)
//!
//! `cargo run --release -p address --example resolve_speed`: every town of the dictionary in turn
//! with a number and a building, every third without its prefecture.

#![allow(clippy::print_stdout, reason = "an example speaks to its caller")]

use std::error::Error;
use std::time::Instant;

use address::{resolve, Dictionary, Grade, Kind, Scratch};

fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(200_000), |n| n.parse())?;
    let bytes = std::fs::read("config/postcodes/postcodes.bin")?;
    let dictionary = Dictionary::read(&bytes)?;
    let read_s = best(|| drop(Dictionary::read(&bytes)));
    println!("read          {:>8.1} ms", read_s * 1e3);

    let addresses = addresses(&dictionary);
    let mut scratch = Scratch::default();
    let (mut towns, mut set_aside) = (0, 0);
    let all_s = best(|| {
        (towns, set_aside) = (0, 0);
        for (postal, first, second) in addresses.iter().cycle().take(count) {
            match resolve(&dictionary, &mut scratch, postal, first, second) {
                Ok(found) => towns += usize::from(found.grade == Grade::Town),
                Err(_) => set_aside += 1,
            }
        }
    });
    println!("resolve       {:>8.2} µs an address", all_s * 1e6 / count as f64);
    println!("grade town    {towns:>8} of {count}, set aside {set_aside}");
    Ok(())
}

/// Returns the seconds of the fastest of seven rounds: others may be at work on the machine.
fn best(mut round: impl FnMut()) -> f64 {
    let rounds = (0..7).map(|_| {
        let start = Instant::now();
        round();
        start.elapsed().as_secs_f64()
    });
    rounds.fold(f64::INFINITY, f64::min)
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
