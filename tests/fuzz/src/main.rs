//! Gives damaged inputs to everything that reads what came from outside, and fails on the first
//! panic and on every input that takes too long. README.md says how.

mod damage;
mod ground;
mod random;
mod seal;
mod seeds;
mod suites;
mod target;
mod tree;

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use random::Random;
use target::{Target, NAMES};

/// Longer is reported; a loaded machine can stop a program for so long.
const LONG: Duration = Duration::from_secs(1);
/// Findings after which a target is given up.
const FINDINGS_MAX: u64 = 20;
/// The stack of the product's threads.
const STACK_BYTES: usize = 2 << 20;

/// What is asked on the command line.
struct Asked {
    target: String,
    runs: u64,
    first: u64,
    seed: u64,
    trace: bool,
}

impl Asked {
    fn read(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let target = words.next().filter(|word| NAMES.contains(&word.as_str()))?;
        let mut asked = Self { target, runs: 1_000_000, first: 0, seed: 1, trace: false };
        while let Some(word) = words.next() {
            let mut number = || words.next()?.parse().ok();
            match word.as_str() {
                "--runs" => asked.runs = number()?,
                "--first" => asked.first = number()?,
                "--seed" => asked.seed = number()?,
                "--trace" => asked.trace = true,
                _ => return None,
            }
        }
        Some(asked)
    }
}

fn main() -> ExitCode {
    let Some(asked) = Asked::read(std::env::args().skip(1)) else {
        eprintln!("fuzz {} [--runs N] [--seed S] [--first N] [--trace]", NAMES.join("|"));
        return ExitCode::from(2);
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    let run = thread.spawn(move || run(&asked)).expect("a thread");
    match run.join() {
        Ok(0) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// Runs a target; returns the number of findings.
fn run(asked: &Asked) -> u64 {
    let target = Target::of(&asked.target).expect("a known target");
    println!("{}: {} seeds", asked.target, target.seeds());
    let (begin, mut slowest, mut findings) = (Instant::now(), (Duration::ZERO, 0, 0), 0);
    let (mut bytes, mut longest) = (0, 0);
    for number in asked.first..asked.first + asked.runs {
        if asked.trace {
            println!("{number}");
        }
        let input = target.input(&mut Random::of(asked.seed, number));
        bytes += input.bytes.len();
        longest = longest.max(input.bytes.len());
        let once = || {
            let start = Instant::now();
            let done = catch_unwind(AssertUnwindSafe(|| target.run(&input)));
            (start.elapsed(), done.is_ok())
        };
        let (mut took, mut sound) = once();
        if took > LONG && sound {
            // What takes long takes long twice.
            let (again, still) = once();
            (took, sound) = (took.min(again), still);
        }
        if took > slowest.0 {
            slowest = (took, number, input.bytes.len());
        }
        if !sound || took > LONG {
            let file = format!("{}-{}-{number}.bin", asked.target, asked.seed);
            std::fs::write(&file, &input.bytes).expect("the folder can be written");
            println!(
                "{number}: {} after {took:?}, see {file}",
                ["a panic", "slow"][sound as usize]
            );
            findings += 1;
            if findings == FINDINGS_MAX {
                break;
            }
        }
        if number % 100_000 == 99_999 {
            eprintln!("{number} in {:?}", begin.elapsed());
        }
    }
    let took = begin.elapsed().as_secs_f64();
    println!("{} runs in {took:.1} s, {:.0} a second", asked.runs, asked.runs as f64 / took);
    println!("{} bytes an input, the longest {longest}", bytes as u64 / asked.runs.max(1));
    println!("slowest: {:?}, number {}, {} bytes", slowest.0, slowest.1, slowest.2);
    println!("peak memory: {}", peak());
    println!("findings: {findings}");
    findings
}

/// Returns the most memory that was in use, and the most that was reserved.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines =
        status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmPeak"));
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join(", ")
}
