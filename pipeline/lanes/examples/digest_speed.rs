//! How fast messages of one length are digested: many at a time, and one after the other.
//!
//! `cargo run --release -p lanes --example digest_speed`

#![allow(clippy::print_stdout, reason = "an example speaks to its caller")]

use std::hint::black_box;

use lanes::{digest, sha256_many, Hash};
use rustix::time::{clock_gettime, ClockId};

fn main() {
    let data: Vec<u8> = (0..COUNT * STRIDE).map(|i| ((i * 7) >> 3) as u8).collect();
    for len in [64, 300, 1_500, 4_096, 8_192] {
        let messages: Vec<&[u8]> = data.chunks_exact(STRIDE).map(|chunk| &chunk[..len]).collect();
        let mut digests = Vec::new();
        // The clock counts in steps of milliseconds.
        let times = 40_000_000 / (len * COUNT);
        let mut taken = [const { Vec::new() }; 2];
        for _ in 0..ROUNDS {
            let start = on_cpu();
            for _ in 0..times {
                sha256_many(black_box(&messages), &mut digests);
            }
            let between = on_cpu();
            for message in (0..times).flat_map(|_| &messages) {
                black_box(digest(Hash::Sha256, black_box(message)));
            }
            taken[0].push(between - start);
            taken[1].push(on_cpu() - between);
        }
        let [many, single] = taken.map(|mut times_taken| {
            times_taken.sort_unstable();
            times_taken[ROUNDS / 2] as f64 / (COUNT * times) as f64
        });
        println!(
            "{len} bytes: {many:.0} ns and {:.2} GB/s many at a time, {single:.0} ns by the library, \
             {:.2} x",
            len as f64 / many,
            single / many
        );
    }
}

/// Returns the nanoseconds that this thread has been on a processor.
fn on_cpu() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

const COUNT: usize = 1_024;
/// No power of two, so that messages do not contend for the same lines of the cache.
const STRIDE: usize = 8_327;
const ROUNDS: usize = 15;
