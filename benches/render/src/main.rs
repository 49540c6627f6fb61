//! Letters a CPU second: the house's engine beside crates that write PDF, on one standard letter.
//!
//! `cargo run --release [peers|stages|cores|memory LETTERS|letters COUNT|write FILE]`, from this
//! folder; without a word peers, stages and cores. `letters` sets and writes letters into nowhere,
//! for counting instructions. Every contender sets the letter with the house's typesetter and
//! writes it its own way. Contenders take turns in every round, so that a noisy neighbour meets
//! them all; time is the thread's own CPU time; figures are medians over the rounds, and a ratio is
//! the median of the rounds' ratios.

mod cores;
mod engine;
#[path = "../../../pipeline/press/src/matrix.rs"]
mod matrix;
mod peers;
mod recipients;
#[path = "../../peers/src/rounds.rs"]
mod rounds;
mod stages;

use std::io::Write;

use letter::page::Page;
use letter::Moment;
use press::{FileForm, PrintMeta, PrintRun};
use render::Scratch;

use crate::engine::{Engine, Forme};
use crate::recipients::{recipients, Recipient};
use crate::rounds::{take_turns, Contender};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |word: &str| words.is_empty() || words.iter().any(|given| given == word);
    let engine = Engine::load();
    let recipients = recipients(RECIPIENTS);
    let forme = engine.forme(&recipients);
    if let [word, what] = &words[..] {
        match &word[..] {
            "memory" => {
                cores::memory(&engine, &forme, &recipients, what.parse().expect("a number"));
            }
            "letters" => {
                let some = &recipients[..what.parse().expect("a number")];
                engine.print(&run(&engine, &forme, FileForm::Compact), some, std::io::sink());
            }
            _ => {
                let mut out = std::fs::File::create(what).expect("a file");
                engine.print(&run(&engine, &forme, FileForm::Compact), &recipients, &mut out);
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
    if wanted("cores") {
        cores::run(&engine, &forme, &recipients);
    }
}

fn run<'a>(engine: &'a Engine, forme: &'a Forme, form: FileForm) -> PrintRun<'a> {
    let now = Moment::parse_rfc3339("2026-11-22T02:00:00+09:00").expect("a moment");
    let meta = PrintMeta { title: "bench", job: 1, now, duplex: false, inserter: &engine.inserter };
    PrintRun::in_form(&forme.fonts, &forme.layers, meta, form).expect("digits are in use")
}

fn compare(engine: &Engine, forme: &Forme, recipients: &[Recipient]) {
    let compact = run(engine, forme, FileForm::Compact);
    let conservative = run(engine, forme, FileForm::Conservative);
    let cut = peers::cut_faces(engine, forme);
    let standing: Vec<&Page> =
        engine.template.layers()[..1].iter().chain(engine.template.parts()).collect();
    let standing = &standing[..];
    let mut bytes = Vec::new();
    let file = tempfile;
    {
        let (few, all) = recipients.split_at(recipients.len() / 2);
        for (name, run) in [("ours", &compact), ("ours, conservative", &conservative)] {
            let ours = |some: &[Recipient]| engine.print(run, some, std::io::sink()).bytes;
            bytes.push((name, each(ours(few), ours(recipients), all.len())));
        }
        let peer = |some: &[Recipient]| pdf_writer(engine, &cut, standing, some).len() as u64;
        bytes.push(("pdf-writer + libdeflate 1", each(peer(few), peer(recipients), all.len())));
        let peer = |some: &[Recipient]| {
            let mut pdf = Vec::new();
            lopdf(engine, &cut, standing, some, &mut pdf);
            pdf.len() as u64
        };
        bytes.push(("lopdf", each(peer(few), peer(recipients), all.len())));
    }
    let turns = take_turns(&mut [
        Contender::new("ours", || {
            engine.print(&compact, recipients, &mut file());
        }),
        Contender::new("ours, conservative", || {
            engine.print(&conservative, recipients, &mut file());
        }),
        Contender::new("pdf-writer + libdeflate 1", || {
            let pdf = pdf_writer(engine, &cut, standing, recipients);
            tempfile().write_all(&pdf).expect("written");
        }),
        Contender::new("lopdf, its operators and compress()", || {
            lopdf(engine, &cut, standing, recipients, &mut tempfile());
        }),
    ]);
    println!("{} letters, set and written; setting is the house's for all\n", recipients.len());
    turns.print("letters", recipients.len() as f64, "pdf-writer + libdeflate 1");
    println!("| what | bytes a letter, without what a file has once |\n|---|---|");
    for (name, bytes) in bytes {
        println!("| {name} | {bytes} |");
    }
    println!();
}

fn pdf_writer(
    engine: &Engine,
    cut: &[Option<peers::Cut>],
    standing: &[&Page],
    recipients: &[Recipient],
) -> Vec<u8> {
    let mut writer = peers::pdf_writer::Writer::begin(cut, standing);
    let mut scratch = Scratch::default();
    for (sequence, recipient) in (1..).zip(recipients) {
        engine.set(&mut scratch, recipient);
        writer.letter(sequence, &scratch.pages()[0]);
    }
    writer.finish()
}

fn lopdf(
    engine: &Engine,
    cut: &[Option<peers::Cut>],
    standing: &[&Page],
    recipients: &[Recipient],
    out: &mut impl Write,
) {
    let mut writer = peers::lopdf::Writer::begin(cut, standing);
    let mut scratch = Scratch::default();
    for (sequence, recipient) in (1..).zip(recipients) {
        engine.set(&mut scratch, recipient);
        writer.letter(sequence, &scratch.pages()[0]);
    }
    writer.finish(out);
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
