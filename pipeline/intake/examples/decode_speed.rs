//! How many rows a second of CPU time are decoded from memory, for the forms that senders use.
//!
//! `cargo run --release -p intake --example decode_speed [csv] [ROWS]`; `csv` measures that form
//! alone.

// An example speaks on standard output.
#![allow(clippy::print_stdout)]

use std::io::{BufReader, Cursor};
use std::time::{Duration, Instant};

use intake::write::{csv_row, encode_cp932, pad, pad_number, zip_drop};
use intake::{walk, Decoder, Layout, Limits, Names, NoLines, RowOutcome, Sender};

const SENDER: &str = r#"
sender = "hoshimi-city"
name = "星見市"
[layouts.csv]
encoding = "cp932"
columns = [
  { from = "整理番号", to = "key" }, { from = "郵便番号", to = "postal" },
  { from = "住所", to = "address1" }, { from = "方書", to = "address2" },
  { from = "氏名", to = "name" }, { from = "敬称", to = "honorific" },
  { from = "仮名ID", to = "recipient" }, { from = "年度", to = "fiscal_year" },
  { from = "税目", to = "tax_kind" }, { from = "税額", to = "total", kind = "number" },
  { from = "発行日", to = "issued", kind = "date", date = "wareki" },
  { from = "第1期", kind = "number" }, { from = "第1期納期限", kind = "date", date = "wareki" },
  { from = "第2期", kind = "number" }, { from = "第2期納期限", kind = "date", date = "wareki" },
]
fold = [
  { term = "=第１期", amount = "第1期", due = "第1期納期限" },
  { term = "=第２期", amount = "第2期", due = "第2期納期限" },
]
[layouts.utf8]
encoding = "utf-8"
columns = [
  { from = "key", to = "key" }, { from = "postal", to = "postal" },
  { from = "address", to = "address1" }, { from = "name", to = "name" },
]
[layouts.utf8.lines]
columns = [
  { from = "key", to = "key" }, { from = "date", to = "date", kind = "date" },
  { from = "item", to = "item" }, { from = "amount", to = "amount", kind = "number" },
]
[layouts.fixed]
encoding = "cp932"
form = "fixed"
columns = [
  { from = "番号", to = "key", width = 10 }, { from = "郵便", to = "postal", width = 7 },
  { from = "住所", to = "address1", width = 60 }, { from = "氏名", to = "name", width = 30 },
  { from = "カナ", to = "kana", kind = "kana", width = 30 },
  { from = "使用量", to = "usage", kind = "number", width = 6 },
  { from = "料金", to = "amount", kind = "number", width = 9 },
  { from = "期限", to = "due", kind = "date", date = "host", width = 7 },
]
"#;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let rows = words.last().and_then(|n| n.parse().ok()).unwrap_or(300_000);
    let sender = Sender::parse(SENDER).expect("the layouts are sound");
    let layout = |name| Layout::compile(&sender, name).expect("the sender has this layout");
    measure("CP932 CSV, 15 columns", &layout("csv"), &csv(rows, b""), None);
    if words.first().is_some_and(|word| word == "csv") {
        return;
    }
    measure("the same, all quoted", &layout("csv"), &csv(rows, b"\""), None);
    let lines = lines(rows, |n| n);
    measure("UTF-8 CSV and 4 lines each", &layout("utf8"), &utf8(rows), Some(&lines));
    let stray = lines_backwards(rows);
    measure("the same, lines backwards", &layout("utf8"), &utf8(rows), Some(&stray));
    measure("fixed-width CP932", &layout("fixed"), &fixed(rows), None);
    unzip(&csv(rows, b""));
}

fn measure(what: &str, layout: &Layout, recipients: &[u8], lines: Option<&[u8]>) {
    let start = Moment::now();
    let recipients = BufReader::with_capacity(64 << 10, Cursor::new(recipients));
    let len = recipients.get_ref().get_ref().len();
    let lines = lines.map(|lines| BufReader::with_capacity(64 << 10, Cursor::new(lines)));
    let names = Names::default();
    let (mut spool, mut rows, mut records) = (Vec::new(), Vec::new(), 0);
    let mut count = |rows: &mut Vec<intake::Row>| {
        let sound = |row: &&intake::Row| matches!(row.outcome, RowOutcome::Record { .. });
        records += rows.iter().filter(sound).count();
        rows.clear();
    };
    let totals = match lines {
        Some(lines) => {
            let mut decoder =
                Decoder::new(layout, recipients, Some(lines), names).expect("sound heads");
            while decoder.next_block(1_000, &mut spool, &mut rows).expect("memory") {
                count(&mut rows);
                spool.clear();
            }
            decoder.finish()
        }
        None => {
            let mut decoder =
                Decoder::new(layout, recipients, None::<NoLines>, names).expect("a sound head");
            while decoder.next_block(1_000, &mut spool, &mut rows).expect("memory") {
                count(&mut rows);
                spool.clear();
            }
            decoder.finish()
        }
    };
    let seconds = start.seconds();
    let totals = totals.expect("no trailer is agreed");
    println!(
        "{what:28} {:9.0} rows/s {:6.1} MB/s ({records} of {} rows sound, {} table rows)",
        totals.rows as f64 / seconds,
        len as f64 / seconds / 1e6,
        totals.rows,
        totals.table_rows,
    );
}

/// A moment by this process's own CPU time where Linux tells it, so that a busy machine does not
/// blur the figures; else by the clock.
struct Moment {
    wall: Instant,
    cpu: Option<Duration>,
}

impl Moment {
    fn now() -> Self {
        Self { wall: Instant::now(), cpu: cpu() }
    }

    fn seconds(&self) -> f64 {
        let cpu = cpu().zip(self.cpu).map(|(now, then)| now.saturating_sub(then));
        cpu.unwrap_or_else(|| self.wall.elapsed()).as_secs_f64()
    }
}

fn cpu() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    stat.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn unzip(member: &[u8]) {
    let zip = zip_drop(&[("recipients.csv", member)]);
    let start = Moment::now();
    let mut archive = walk::open(Cursor::new(&zip), &Limits::default()).expect("a sound drop");
    let (len, _) = archive.extract("recipients.csv", &mut std::io::sink()).expect("it unpacks");
    let seconds = start.seconds();
    println!(
        "{:28} {:6.1} MB/s (deflated {} to 1)",
        "walk, unpack, SHA-256",
        len as f64 / seconds / 1e6,
        len / zip.len() as u64
    );
}

/// Encodes a row of CP932 fields, each between `quote`.
fn row(fields: &[&str], quote: &[u8], out: &mut Vec<u8>) {
    for (index, field) in fields.iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"" } else { b"," });
        let bytes = encode_cp932(field, &Default::default()).expect("plain characters");
        out.extend([quote, &bytes, quote].concat());
    }
    out.extend_from_slice(b"\r\n");
}

fn csv(rows: usize, quote: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let head = "整理番号,郵便番号,住所,方書,氏名,敬称,仮名ID,年度,税目,税額,発行日,第1期,\
                第1期納期限,第2期,第2期納期限";
    row(&head.split(',').collect::<Vec<_>>(), quote, &mut out);
    for n in 0..rows {
        let (key, amount) = (format!("H{n:08}"), format!("{}", 10_000 + n % 90_000));
        let address =
            format!("東京都千代田区霞が関{}丁目{}番{}号", n % 4 + 1, n % 30 + 1, n % 9 + 1);
        let fields: [&str; 15] = [
            &key,
            "100-0013",
            &address,
            "郵便プラザ503号室",
            "髙橋　花子",
            "様",
            "p-5f2c91",
            "令和8年度",
            "固定資産税・都市計画税",
            &amount,
            "令和8年6月1日",
            &amount,
            "令和8年6月30日",
            &amount,
            "R8.8.31",
        ];
        row(&fields, quote, &mut out);
    }
    out
}

fn utf8(rows: usize) -> Vec<u8> {
    let mut out = b"key,postal,address,name\r\n".to_vec();
    for n in 0..rows {
        let (key, address) = (format!("M{n:08}"), format!("大阪府大阪市北区梅田{}", n % 900));
        let fields = [key.as_bytes(), b"5300001", address.as_bytes(), "山田　太郎".as_bytes()];
        csv_row(fields, b',', &mut out);
    }
    out
}

fn lines(rows: usize, order: impl Fn(usize) -> usize) -> Vec<u8> {
    let mut out = b"key,date,item,amount\r\n".to_vec();
    for n in 0..4 * rows {
        let key = format!("M{:08}", order(n / 4));
        let fields =
            [key.as_bytes(), b"2026-06-30", "保険料のお払込み".as_bytes(), b"12000".as_slice()];
        csv_row(fields, b',', &mut out);
    }
    out
}

fn lines_backwards(rows: usize) -> Vec<u8> {
    lines(rows, |n| rows - 1 - n)
}

fn fixed(rows: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for n in 0..rows {
        let mut text = |value: &str, width| {
            let bytes = encode_cp932(value, &Default::default()).expect("plain characters");
            pad(&bytes, width, &mut out).expect("it fits");
        };
        text(&format!("W{n:08}"), 10);
        text("1000013", 7);
        text("東京都千代田区霞が関１－３－２", 60);
        text("山田　花子", 30);
        text("ﾔﾏﾀﾞ ﾊﾅｺ", 30);
        pad_number(&(n % 100).to_string(), 6, &mut out).expect("it fits");
        pad_number(&(n % 10_000).to_string(), 9, &mut out).expect("it fits");
        text_end(&mut out);
    }
    out
}

fn text_end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"5080630\r\n");
}
