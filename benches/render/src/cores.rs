//! Two threads beside one, and the memory of files of two sizes.

use std::hint::black_box;
use std::time::Instant;

use press::{BlockStart, FileForm, LETTERS_PER_BLOCK};
use render::Scratch;

use crate::rounds::{median, timed};
use standard_letter::engine::{Engine, Forme};
use standard_letter::recipients::Recipient;

/// Prints how much more two threads do, by the CPU time of each.
pub fn run(engine: &Engine, forme: &Forme, recipients: &[Recipient]) {
    let run = standard_letter::engine::run(engine, forme, FileForm::Compact);
    let blocks = recipients.len() as u32 / LETTERS_PER_BLOCK;
    // Sets and composes every `step`th block from `first` on; returns the seconds of a block.
    let work = |first: u32, step: u32| {
        let (mut render, mut press) = (Scratch::default(), press::Scratch::default());
        let mine: Vec<u32> = (first..TIMES * blocks).step_by(step as usize).collect();
        let seconds = timed(&mut || {
            for block in &mine {
                let before = block % blocks * LETTERS_PER_BLOCK;
                let start =
                    BlockStart { letters: before, printed: before, ..BlockStart::default() };
                let scratch = (&mut render, &mut press);
                black_box(engine.compose(&run, scratch, recipients, start, LETTERS_PER_BLOCK));
            }
        });
        seconds / mine.len() as f64
    };
    let (mut by_cpu, mut by_wall) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let alone = work(0, 1);
        let wall = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let together: Vec<f64> = std::thread::scope(|scope| {
            let threads = [0, 1].map(|first| scope.spawn(move || work(first, 2)));
            threads.map(|thread| thread.join().expect("composed")).to_vec()
        });
        by_wall.push(wall / begun.elapsed().as_secs_f64());
        by_cpu.push(together.iter().map(|seconds| alone / seconds).sum());
    }
    println!("two threads do {:.2} times as much as one, by their CPU time", median(by_cpu));
    println!("and {:.2} times by the wall, if nobody else ran\n", median(by_wall));
}

/// Prints the peak memory of this process after a file of `letters`.
pub fn memory(engine: &Engine, forme: &Forme, recipients: &[Recipient], letters: u32) {
    let before = peak();
    let run = standard_letter::engine::run(engine, forme, FileForm::Compact);
    let summary = engine.print_round(&run, recipients, letters, std::io::sink());
    println!("{letters} letters, {} bytes: {before} before, {} after", summary.bytes, peak());
}

fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or("unknown".to_owned(), |kilobytes| kilobytes.trim().to_owned())
}

const ROUNDS: usize = 11;
/// How often all recipients are gone through in a round: a night's threads live for minutes, so
/// that what one needs to begin must not count.
const TIMES: u32 = 8;
