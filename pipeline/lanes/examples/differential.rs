//! Asks four judges about many signatures: `cargo run -p lanes --example differential`.
//!
//! The judges are the vector lanes, the same kernel on plain integers, aws-lc-rs and `rsa`. Half of
//! the signatures are right, under 64 fresh keys and the committed ones; the others are spoiled in
//! every known way. Neighbours in a group of eight have different keys. A number on the command
//! line replaces 24,000 signatures. The run ends with an error if two judges disagree once.

#[path = "../tests/trial/mod.rs"]
mod trial;

use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::RsaKeyPair;
use trial::{judge, key_pairs, Tally, Trial, KINDS};

#[allow(clippy::print_stdout, reason = "an example talks to the person who runs it")]
fn main() {
    let wanted = std::env::args().nth(1).map_or(24_000, |word| word.parse().expect("a number"));
    let mut pairs = key_pairs();
    pairs.extend((0..FRESH_KEYS).map(|_| RsaKeyPair::generate(KeySize::Rsa2048).expect("a key")));

    let mut tally = Tally::default();
    let mut number = 0;
    while tally.signatures < wanted {
        let right: Vec<Trial> = (0..GROUP)
            .map(|i| Trial::signed(&pairs[(number + i) % pairs.len()], number + i))
            .collect();
        let mut trials = Vec::new();
        for (i, own) in right.iter().enumerate() {
            trials.push(own.clone());
            trials.push(own.spoiled((number / GROUP + i) % KINDS, &right[(i + 1) % GROUP]));
        }
        judge(&trials, &mut tally);
        number += GROUP;
    }
    println!("{tally:?}");
    assert_eq!(tally.disagreements, 0, "the judges disagree");
}

const FRESH_KEYS: usize = 64;

/// Signatures that are made, spoiled and judged together.
const GROUP: usize = 24;
