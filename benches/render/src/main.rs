//! Letters a CPU second: the house's engine beside crates that write PDF, on one standard letter.
//!
//! `cargo run --release WORD` from this folder, where WORD is peers, stages, copies, cores (without
//! one all four), `memory LETTERS`, `data COUNT`, which prints the letters for others.sh, or
//! `write FILE [COUNT]`.
//! Every contender sets the letter with the house's typesetter and writes it its own way.
//! Contenders take turns in every round, so that a noisy neighbour meets them all; time is the
//! thread's own CPU time; figures are medians over the rounds, and a ratio is the median of the
//! rounds' ratios.

mod checked;
mod copies;
mod cores;
mod data;
#[path = "../../../pipeline/press/src/matrix.rs"]
mod matrix;
mod peers;
#[path = "../../peers/src/rounds.rs"]
mod rounds;
mod stages;

use press::FileForm;

use crate::peers::{Peers, PEERS};
use crate::rounds::{take_turns, Contender};
use standard_letter::engine::{run, Engine, Forme};
use standard_letter::recipients::{self, Recipient};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |word: &str| words.is_empty() || words.iter().any(|given| given == word);
    if let [word, count] = &words[..] {
        if word == "data" {
            let some = recipients::recipients(number(count));
            return data::write(&some, &mut std::io::stdout().lock());
        }
    }
    let count = if let [_, _, count] = &words[..] { number(count) } else { RECIPIENTS };
    let engine = Engine::load();
    let recipients = recipients::recipients(count);
    let forme = engine.forme(&recipients);
    if let [word, what, ..] = &words[..] {
        let compact = run(&engine, &forme, FileForm::Compact);
        match &word[..] {
            "memory" => cores::memory(&engine, &forme, &recipients, number(what)),
            _ => {
                let mut out = std::fs::File::create(what).expect("a file");
                engine.print(&compact, &recipients, &mut out);
            }
        }
        return;
    }
    if wanted("peers") {
        compare(&engine, &forme, &recipients);
    }
    if wanted("stages") {
        stages::run(&engine, &forme, &recipients);
    }
    if wanted("copies") {
        copies::run(&engine, &forme, &recipients);
    }
    if wanted("cores") {
        cores::run(&engine, &forme, &recipients);
    }
}

fn compare(engine: &Engine, forme: &Forme, recipients: &[Recipient]) {
    let compact = run(engine, forme, FileForm::Compact);
    let conservative = run(engine, forme, FileForm::Conservative);
    let ours = [("ours", &compact), ("ours, conservative", &conservative)];
    let bench = Peers::prepare(engine, forme);
    checked::check(engine, &compact, &bench, &recipients[..CHECKED]);
    let mut bytes = Vec::new();
    let (few, all) = recipients.split_at(recipients.len() / 2);
    for (name, run) in ours {
        let len = |some: &[Recipient]| engine.print(run, some, std::io::sink()).bytes;
        bytes.push((name, each(len(few), len(recipients), all.len())));
    }
    for (name, begin) in PEERS {
        let len = |some: &[Recipient]| {
            let mut pdf = Vec::new();
            bench.write(begin, some, &mut pdf);
            pdf.len() as u64
        };
        bytes.push((name, each(len(few), len(recipients), all.len())));
    }
    let mut contenders: Vec<Contender<'_>> = Vec::new();
    for (name, run) in ours {
        contenders.push(Contender::new(name, move || {
            engine.print(run, recipients, &mut tempfile());
        }));
    }
    for (name, begin) in PEERS {
        let bench = &bench;
        contenders
            .push(Contender::new(name, move || bench.write(begin, recipients, &mut tempfile())));
    }
    let turns = take_turns(&mut contenders);
    println!("{} letters, set and written; setting is the house's for all\n", recipients.len());
    turns.print("letters", recipients.len() as f64, peers::BASE);
    for (name, _) in PEERS {
        println!("ours is {:.2} times {name}", turns.ratio("ours", name));
    }
    println!();
    println!("| what | bytes a letter, without what a file has once |\n|---|---|");
    for (name, bytes) in bytes {
        println!("| {name} | {bytes} |");
    }
    println!();
}

fn number(word: &str) -> u32 {
    word.parse().expect("a number")
}

/// Returns the bytes of each further letter.
fn each(few: u64, all: u64, more: usize) -> u64 {
    (all - few) / more as u64
}

/// A file of the temporary folder that has no name any more.
fn tempfile() -> std::fs::File {
    let path = std::env::temp_dir().join(format!("render-bench-{}", std::process::id()));
    let options = &mut std::fs::File::options();
    let file = options.create(true).truncate(true).read(true).write(true).open(&path);
    std::fs::remove_file(&path).expect("removed");
    file.expect("a file")
}

/// Letters of a file: a print file of a night has at most 5,000.
const RECIPIENTS: u32 = 2_560;
/// Letters of the files that are compared before the contenders take part.
const CHECKED: usize = 256;
