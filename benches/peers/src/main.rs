//! Signatures and digests a second: the house's lanes beside the crates that do the same.
//!
//! `cargo run --release [rsa|sha256|cores]`, from this folder, without a word all three. Contenders
//! take turns in every round, so that a noisy neighbour meets them all; time is the thread's own
//! CPU time; figures are medians over the rounds, and a ratio is the median of the rounds' ratios.

mod cores;
mod hashes;
mod keys;
mod rounds;
mod rsa2048;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |word: &str| words.is_empty() || words.iter().any(|given| given == word);
    if wanted("sha256") {
        hashes::run();
    }
    if wanted("rsa") {
        rsa2048::run();
    }
    if wanted("cores") {
        cores::run();
    }
}
