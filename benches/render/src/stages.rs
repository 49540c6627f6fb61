//! Where the time of one letter goes, stage by stage, and what the house's deflate takes beside
//! libdeflate.

use std::hint::black_box;
use std::io::Write;

use letter::page::Page;
use letter::RecordView;
use libdeflater::{CompressionLvl, Compressor, Decompressor};
use press::{BlockStart, FileForm, PrintFile, Streams, Totals};
use render::Scratch;

use crate::rounds::{median, timed, ROUNDS};
use standard_letter::engine::{painted, Engine, Forme};
use standard_letter::recipients::Recipient;

pub fn run(engine: &Engine, forme: &Forme, recipients: &[Recipient]) {
    let run = standard_letter::engine::run(engine, forme, FileForm::Compact);
    let mut scratch = Scratch::default();
    let pages: Vec<Vec<Page>> = recipients
        .iter()
        .map(|recipient| {
            engine.set(&mut scratch, recipient);
            scratch.pages().to_vec()
        })
        .collect();
    let mut press = press::Scratch::default();
    let mut compose = || {
        let (mut start, mut blocks) = (BlockStart::default(), Vec::new());
        for block in pages.chunks(press::LETTERS_PER_BLOCK as usize) {
            let mut composer = run.block(&mut press, start);
            for letter in block {
                composer.letter(painted(start.letters + 1, letter)).expect("composed");
                start.count(1, false);
            }
            blocks.push(composer.finish());
        }
        blocks
    };
    let contents = contents(engine, forme, recipients);
    let raw: usize = contents.iter().map(Vec::len).sum();
    let mut streams = Streams::default();
    let mut ours = || {
        let mut len = 0;
        for group in contents.chunks(press::LETTERS_PER_BLOCK as usize) {
            streams.begin();
            for content in group {
                streams.raw.extend_from_slice(content);
                streams.end_stream(|packed| len += packed.len());
            }
            streams.finish(|packed| len += packed.len());
        }
        len
    };
    let mut compressors =
        [1, 6].map(|level| Compressor::new(CompressionLvl::new(level).expect("a level")));
    let mut buffer = vec![0; 1 << 16];
    let mut theirs = |at: usize| {
        let each = |content: &Vec<u8>| compressors[at].zlib_compress(content, &mut buffer);
        contents.iter().map(each).map(|len| len.expect("room")).sum::<usize>()
    };
    let lens = [ours(), theirs(0), theirs(1)];
    let blocks = compose();
    let count = recipients.len() as u32;
    let write = |out: &mut dyn Write| {
        let totals = Totals { letters: count, pages: count };
        let mut file = PrintFile::begin(out, &run, totals).expect("begun");
        let copies = blocks.clone();
        timed(&mut || {
            copies.iter().for_each(|block| file.write_block(block.clone()).expect("next"))
        }) - timed(&mut || drop(black_box(blocks.clone())))
    };
    let mut seconds = vec![Vec::new(); 9];
    for _ in 0..ROUNDS {
        let each = [
            timed(&mut || {
                for recipient in recipients {
                    black_box(RecordView::parse(&recipient.record));
                }
            }),
            timed(&mut || {
                recipients.iter().for_each(|recipient| engine.set(&mut scratch, recipient));
            }),
            timed(&mut || drop(black_box(compose()))),
            timed(&mut || {
                black_box(ours());
            }),
            timed(&mut || {
                black_box(theirs(0));
            }),
            timed(&mut || {
                black_box(theirs(1));
            }),
            write(&mut std::io::sink()),
            write(&mut crate::tempfile()),
            timed(&mut || {
                engine.print(&run, recipients, crate::tempfile());
            }),
        ];
        seconds.iter_mut().zip(each).for_each(|(all, one)| all.push(one));
    }
    let letters = recipients.len() as f64;
    let [read, set, compose, ours, fast, six, hash, file, all] =
        std::array::from_fn(|at| median(seconds[at].clone()) * 1e6 / letters);
    println!("| stage | µs a letter |\n|---|---|");
    println!("| split: read the record in place | {read:.2} |");
    println!("| typeset, once | {:.2} |", set - read);
    println!("| compose, frame and pack the small objects | {:.2} |", compose - ours);
    println!("| deflate contents | {ours:.2} |");
    println!("| hash | {hash:.2} |");
    println!("| write to the page cache | {:.2} |", file - hash);
    println!("| all in one go | {all:.2} |\n");
    println!(
        "| deflate of contents, {:.0} bytes each | µs | bytes |\n|---|---|---|",
        raw as f64 / letters
    );
    let names = ["the house's", "libdeflate 1", "libdeflate 6"];
    for ((name, time), len) in names.iter().zip([ours, fast, six]).zip(lens) {
        println!("| {name} | {time:.2} | {:.0} |", len as f64 / letters);
    }
    println!();
}

/// Returns the contents of all pages of a print file, inflated.
fn contents(engine: &Engine, forme: &Forme, recipients: &[Recipient]) -> Vec<Vec<u8>> {
    let mut bytes = Vec::new();
    engine.print(
        &standard_letter::engine::run(engine, forme, FileForm::Compact),
        recipients,
        &mut bytes,
    );
    let (mut contents, mut rest) = (Vec::new(), &bytes[..]);
    let mut reader = Decompressor::new();
    while let Some(at) = find(rest, HEAD) {
        rest = &rest[at + HEAD.len()..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let len = std::str::from_utf8(&rest[..digits]).expect("digits").parse().expect("a length");
        let Some(stream) = rest[digits..].strip_prefix(b">>\nstream\n") else { continue };
        let stream: &[u8] = &stream[..len];
        let mut content = vec![0; 1 << 20];
        let len = reader.zlib_decompress(stream, &mut content).expect("a stream");
        content.truncate(len);
        // Fonts' own tables have the same head.
        if find(&content, b" cm\n").is_some_and(|at| at < 32) {
            contents.push(content);
        }
    }
    assert_eq!(contents.len(), recipients.len());
    contents
}

fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window == word)
}

/// The head of a content's object from its number on.
const HEAD: &[u8] = b" 0 obj\n<</Filter/FlateDecode/Length ";
