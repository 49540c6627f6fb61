//! How fast finished files are read back, by this room's reader and by the second one with lopdf.
//!
//! ```text
//! cargo run --release -p readback --example recount_speed -- out/print/*/*/*.pdf copies/*.pdf
//! ```
//!
//! Print files and copies are told apart by their document parts. Both readers take every print
//! file in turn, several rounds, and their facts must be equal; the least CPU time of a round
//! counts.
//! Copies begin with what they share. `--alone` leaves lopdf out, to compare one state of this
//! room's reader with another. `--memory FILE` reads one file as the night does, in windows,
//! and prints the peak of the program's own memory.
#![allow(clippy::print_stdout, reason = "what it measures is what it prints")]

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use readback::{second, CopyReader, PrintFile, ReadAt};

const ROUNDS: usize = 5;

fn main() {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    let alone = paths.first().is_some_and(|flag| flag == "--alone");
    if alone {
        paths.remove(0);
    }
    if let [flag, path] = &paths[..] {
        if flag == "--memory" {
            return measure_memory(path);
        }
    }
    let (mut print_files, mut copies) = (Vec::new(), Vec::new());
    for path in &paths {
        let bytes = std::fs::read(path).expect("a file");
        match PrintFile::open(&&bytes[..]).is_ok() {
            true => print_files.push(bytes),
            false => copies.push(bytes),
        }
    }
    if !print_files.is_empty() {
        measure_print_files(&print_files, alone);
    }
    if !copies.is_empty() {
        measure_copies(&copies, alone);
    }
}

fn measure_print_files(files: &[Vec<u8>], alone: bool) {
    let bytes: usize = files.iter().map(Vec::len).sum();
    let (mut least, mut letters) = ([f64::MAX; 2], 0);
    for _ in 0..ROUNDS {
        let start = cpu_seconds();
        let first: Vec<_> = files.iter().map(|file| readback::read_print_file(file)).collect();
        let middle = cpu_seconds();
        if alone {
            least[0] = least[0].min(middle - start);
            letters = first.iter().map(|f| f.as_ref().expect("a sound file").letters.len()).sum();
            continue;
        }
        let second: Vec<_> = files.iter().map(|file| second::read_print_file(file)).collect();
        let times = [middle - start, cpu_seconds() - middle];
        least = [least[0].min(times[0]), least[1].min(times[1])];
        letters = 0;
        for (first, second) in first.into_iter().zip(second) {
            let facts = first.expect("a sound file");
            letters += facts.letters.len();
            assert!(facts == second.expect("a sound file"), "both readers agree");
        }
    }
    let each = least.map(|seconds| seconds * 1e6 / letters as f64);
    println!("{letters} letters, {} bytes each", bytes / letters);
    if alone {
        return println!("print files: {:.1} µs a letter", each[0]);
    }
    println!("print files: {:.1} µs a letter; with lopdf {:.1}", each[0], each[1]);
    println!("             {:.1} times as fast", each[1] / each[0]);
}

fn measure_copies(copies: &[Vec<u8>], alone: bool) {
    let common = |len: usize, copy: &Vec<u8>| {
        copies[0][..len].iter().zip(copy).take_while(|(a, b)| a == b).count()
    };
    let common = copies.iter().fold(copies[0].len(), common);
    let objects = copies[0][..common].windows(7).rposition(|window| window == b"endobj\n");
    let shared = &copies[0][..objects.map_or(0, |at| at + 7)];
    // As in a pack, where a copy's own bytes lie beside the next one's.
    let tails: Vec<Vec<u8>> = copies.iter().map(|copy| copy[shared.len()..].to_vec()).collect();
    let (mut least, mut pages) = ([f64::MAX; 2], 0);
    for _ in 0..ROUNDS {
        let start = cpu_seconds();
        let mut reader = CopyReader::new(shared);
        let heads = tails.iter().map(|tail| reader.read(tail));
        pages = heads.map(|head| head.expect("a sound copy").pages).sum();
        let middle = cpu_seconds();
        if alone {
            least[0] = least[0].min(middle - start);
            continue;
        }
        let second = copies.iter().take(LOPDF_COPIES).map(|copy| second::read_copy_text(copy));
        assert!(second.map(|text| text.expect("a sound copy").0.len()).sum::<usize>() > 0);
        let times = [middle - start, cpu_seconds() - middle];
        least = [least[0].min(times[0]), least[1].min(times[1])];
    }
    let each = least[0] * 1e6 / copies.len() as f64;
    let lopdf = least[1] * 1e6 / copies.len().min(LOPDF_COPIES) as f64;
    println!("{} copies, {pages} pages, {} bytes shared", copies.len(), shared.len());
    if alone {
        return println!("copies:      {each:.1} µs a copy");
    }
    println!("copies:      {each:.1} µs a copy; with lopdf {lopdf:.1}");
    println!("             {:.1} times as fast", lopdf / each);
}

struct OnDisk(File, u64);

impl ReadAt for OnDisk {
    fn size(&self) -> u64 {
        self.1
    }

    fn read_exact_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(into, offset)
    }
}

fn measure_memory(path: &str) {
    let file = File::open(path).expect("a file");
    let size = file.metadata().expect("a file").len();
    let file = OnDisk(file, size);
    let start = cpu_seconds();
    let mut reader = PrintFile::open(&file).expect("a sound file");
    let mut letters = 0;
    while reader.next_letter().expect("a sound file").is_some() {
        letters += 1;
    }
    let each = (cpu_seconds() - start) * 1e6 / f64::from(letters);
    println!("{letters} letters in {} bytes, {each:.1} µs each", file.size());
    println!("{} DataMatrix symbols decoded", reader.symbols());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    println!("{peak}");
}

/// Returns the CPU time of this thread.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux says it");
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse::<f64>().ok());
    nanoseconds.expect("the first number is the time on the processor") / 1e9
}

/// lopdf reads the whole prefix each time.
const LOPDF_COPIES: usize = 20;
