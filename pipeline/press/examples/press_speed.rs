//! How fast letters become a print file and copies: CPU time and bytes a letter, peak memory.
//!
//! `cargo run --release -p press --example press_speed [LETTERS]`; facts of the sample letter stand
//! in `tests/support`.

#![allow(clippy::print_stdout)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Duration;

use letter::page::Page;
use letter::PieceId;
use press::{
    BlockStart, CopyMeta, Painted, PrintFile, PrintRun, Scratch, Totals, LETTERS_PER_BLOCK,
};
use support::{letter_page, sample, words, Face, GOTHIC, INSERTER, MINCHO};

fn main() {
    let letters: u32 = std::env::args().nth(1).map_or(20_000, |text| text.parse().expect("count"));
    let faces = [Face::load(MINCHO), Face::load(GOTHIC)];
    let clock = cpu_time();
    let sample = sample(&faces, FONT_SAMPLE);
    println!("fonts and layers from {FONT_SAMPLE} letters: {:?}", cpu_time() - clock);
    let inserter = INSERTER();
    let run = PrintRun::new(&sample.fonts, &sample.layers, support::meta(false, &inserter))
        .expect("digits are in use");
    let totals = Totals { letters, pages: letters };
    let mut file = PrintFile::begin(std::io::sink(), &run, totals).expect("a sink takes all");
    let mut scratch = Scratch::default();
    let mut start = BlockStart::default();
    let (mut composing, mut writing) = (Duration::ZERO, Duration::ZERO);
    while start.letters < letters {
        let count = LETTERS_PER_BLOCK.min(letters - start.letters);
        // Pages are made outside the clock; the fonts hold what the first ones use.
        let pages: Vec<Page> = (0..count)
            .map(|i| letter_page(&faces, (start.letters + i) % FONT_SAMPLE + 1))
            .collect();
        let clock = cpu_time();
        let mut composer = run.block(&mut scratch, start);
        for page in &pages {
            let sequence = start.letters + 1;
            let pages = std::slice::from_ref(page);
            composer
                .letter(Painted { id: words(sequence).id, sequence, inserts: 0, pages })
                .expect("glyphs are in the fonts");
            start.count(1, false);
        }
        let block = composer.finish();
        composing += cpu_time() - clock;
        let clock = cpu_time();
        file.write_block(block).expect("in order");
        writing += cpu_time() - clock;
    }
    let clock = cpu_time();
    let summary = file.finish().expect("as announced");
    let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(letters);
    println!("compose and deflate {:.2} µs a letter", each(composing));
    println!("hash and write      {:.2} µs a letter", each(writing));
    println!("end of file         {:?}", cpu_time() - clock);
    println!("bytes a letter      {}", summary.bytes / u64::from(letters));
    measure_copies(&sample, letters);
    println!("peak memory         {}", peak_memory());
}

fn measure_copies(sample: &support::Sample, letters: u32) {
    let press = support::copy_press(sample);
    let mut scratch = Scratch::default();
    let (mut rest, mut bytes) = (Vec::new(), 0);
    let clock = cpu_time();
    for number in 0..letters {
        let meta = CopyMeta { id: PieceId(u64::from(number)), row_id: "0001" };
        let page = &sample.letters[(number % FONT_SAMPLE) as usize][..1];
        rest.clear();
        press.copy(&mut scratch, &meta, page, &mut rest).expect("glyphs are in the fonts");
        bytes += rest.len();
    }
    let each = (cpu_time() - clock).as_secs_f64() * 1e6 / f64::from(letters);
    println!("copy and seal       {each:.2} µs a copy");
    println!(
        "bytes a copy        {} and {} shared",
        bytes / letters as usize,
        press.shared().len()
    );
}

/// Returns the time that this process has run, which other load does not stretch.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or("unknown").to_owned()
}

/// Letters whose characters the fonts hold.
const FONT_SAMPLE: u32 = 2_000;
