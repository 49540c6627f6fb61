//! Writes a print file of standard letters, has poppler read it back, and compares every letter.
//!
//! `cargo run --release --no-default-features --bin render-extraction LETTERS [FILE]`
//!
//! What a page must say is put together from the record and the template's text, character for
//! character in the order of painting, without blanks: names, address, bars, all insertions, all
//! cells and sums, serial number and mark. `pdftotext` streams the pages through a pipe, so memory
//! does not depend on their number; two of them read a half each. With FILE the file is kept.

use std::io::{BufRead, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use letter::{RecordView, Schema};
use press::{BlockStart, FileForm, PrintFile, Totals, LETTERS_PER_BLOCK};
use render::Scratch;

use standard_letter::engine::{self, Engine};
use standard_letter::recipients::{self, schema, Recipient};
use standard_letter::shown::{bars, filter_named, sheet_mark, shown, Filter};

fn main() {
    let mut words = std::env::args().skip(1);
    let count: u32 = words.next().and_then(|word| word.parse().ok()).expect("a number of letters");
    let kept = words.next().map(PathBuf::from);
    let own = std::env::temp_dir().join(format!("render-extraction-{}.pdf", std::process::id()));
    let path = kept.as_ref().unwrap_or(&own);
    let begun = Instant::now();
    let bytes = write(count, path);
    println!("{count} letters, {bytes} bytes, {:.0} s to write", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let half = count / 2;
    let compared: u64 = std::thread::scope(|scope| {
        let parts = [0..half, half..count].map(|part| scope.spawn(|| compare(path, part)));
        parts.map(|part| part.join().expect("compared")).iter().sum()
    });
    println!(
        "{compared} characters of {count} letters are those of the input, {:.0} s to compare",
        begun.elapsed().as_secs_f64()
    );
    if kept.is_none() {
        std::fs::remove_file(path).expect("removed");
    }
}

/// Sets and prints the letters; returns the bytes of the file.
fn write(count: u32, path: &Path) -> u64 {
    let engine = Engine::load();
    let forme = engine.forme(recipients::each(0..count));
    let run = engine::run(&engine, &forme, FileForm::Compact);
    let out = BufWriter::new(std::fs::File::create(path).expect("a file"));
    let totals = Totals { letters: count, pages: count };
    let mut file = PrintFile::begin(out, &run, totals).expect("begun");
    let (mut render, mut press) = (Scratch::default(), press::Scratch::default());
    let mut start = BlockStart::default();
    let mut recipients = recipients::each(0..count.next_multiple_of(LETTERS_PER_BLOCK));
    while start.letters < count {
        let block: Vec<Recipient> = recipients.by_ref().take(LETTERS_PER_BLOCK as usize).collect();
        let letters = LETTERS_PER_BLOCK.min(count - start.letters);
        let block = engine.compose(&run, (&mut render, &mut press), &block, start, letters);
        start.letters += letters;
        start.printed += letters;
        file.write_block(block).expect("in order");
    }
    file.finish().expect("as announced").bytes
}

/// Compares some pages with their recipients; returns the characters compared.
fn compare(path: &Path, part: std::ops::Range<u32>) -> u64 {
    if part.is_empty() {
        return 0;
    }
    let [first, last] = [part.start + 1, part.end].map(|page| page.to_string());
    let mut poppler = Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8", "-f", &first, "-l", &last])
        .arg(path)
        .arg("-")
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext of poppler-utils");
    let mut pages = BufReader::new(poppler.stdout.take().expect("piped"));
    let (schema, mut page, mut compared) = (schema(), Vec::new(), 0);
    for (sequence, recipient) in (part.start + 1..).zip(recipients::each(part)) {
        page.clear();
        pages.read_until(b'\x0C', &mut page).expect("a page");
        assert_eq!(page.pop(), Some(b'\x0C'), "page {sequence} ends");
        let found = without_blanks(std::str::from_utf8(&page).expect("UTF-8"));
        let expected = without_blanks(&expected(&schema, sequence, &recipient));
        assert_eq!(found, expected, "page {sequence}");
        compared += found.chars().count() as u64;
    }
    page.clear();
    pages.read_until(b'\x0C', &mut page).expect("the end");
    assert!(page.is_empty(), "no page follows the last one");
    assert!(poppler.wait().expect("ended").success(), "pdftotext succeeds");
    compared
}

/// Returns what the page of a letter says, in the order of painting.
fn expected(schema: &Schema, sequence: u32, recipient: &Recipient) -> String {
    let view = RecordView::parse(&recipient.record).expect("a whole record");
    let value = |name: &str, filter: Filter| {
        shown(view.field(schema.field(name).expect("a field of the schema")), filter)
    };
    let addressee = value("name", Filter::Addressee);
    let mut text = LAYER.to_owned();
    text += &value("postal", Filter::Postal);
    text += &value("address1", Filter::Plain);
    text += &value("address2", Filter::Plain);
    text += &addressee;
    text += &bars(recipient);
    let body = include_str!("../letter/body.txt");
    let body = body.rsplit("{% end %}").next().expect("what follows the frames");
    let body = body.split("{% table").next().expect("what precedes the table");
    for (at, part) in body.split("{{ ").enumerate() {
        if at == 0 {
            text += part;
            continue;
        }
        let (expression, rest) = part.split_once(" }}").expect("an end");
        let (name, filter) = expression.split_once(" | ").unwrap_or((expression, ""));
        match name {
            "addressee" => text += &addressee,
            name => text += &value(name, filter_named(filter)),
        }
        text += rest;
    }
    text += HEADS;
    let filters = [Filter::Wareki, Filter::Plain, Filter::Number, Filter::Number, Filter::Number];
    for row in 0..view.row_count() {
        for (column, filter) in filters.into_iter().enumerate() {
            text += &shown(view.cell(row, column), filter);
        }
    }
    text += "合計";
    for name in ["sum_count", "sum_amount", "sum_balance"] {
        text += &value(name, Filter::Number);
    }
    text += &value("issued", Filter::Wareki);
    text += &format!("整理番号{}1/1{}", value("key", Filter::Plain), sheet_mark(sequence).text());
    text
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// What stands on every letter, in the order of painting.
const LAYER: &str =
    "星見生命保険株式会社 ご契約サービスセンター 〒080-0831 北海道帯広市稲田町南七線西28番地 \
                     電話 0120-000-123（平日 9時から18時まで） ご契約内容のお知らせ";
const HEADS: &str = "日付 お取引の内容 数量 金額（円） 残高（円）";
