//! みらい生命: annual notices as Unicode CSV, table rows in a file of their own.

use std::io::Write;

use intake::write::csv_row;

use crate::defect::{Defect, UNDRAWABLE};
use crate::form::{Form, NO_TEXT};
use crate::random::Random;
use crate::record::Record;
use crate::register::{Class, Habits};

/// A file of contracts and one of their transactions.
pub(crate) struct Insurer {
    recipients: Vec<u8>,
    lines: Vec<u8>,
    /// Whether the files are UTF-16 rather than UTF-8.
    pub wide: bool,
}

const HEAD: &str =
    "証券番号,お客様ID,郵便番号,住所1,住所2,契約者名,保険種類,被保険者,契約日,基準日,\
    解約返戻金額,積立配当金額\r\n";
const LINES_HEAD: &str = "証券番号,取引日,摘要,金額,積立残高\r\n";
const PRODUCTS: [&str; 4] =
    ["終身保険（積立型）", "養老保険", "個人年金保険", "５年ごと利差配当付終身保険"];
const ITEMS: [(&str, i64); 4] = [
    ("保険料お払込み（口座振替）", 12_800),
    ("積立配当金 割当て", 3_150),
    ("契約者貸付 利息の元本組入れ", -870),
    ("保険料お払込み（一括前納分の充当）", 12_800),
];

impl Form for Insurer {
    const SENDER: &'static str = "mirai-life";
    const TOML: &'static str = include_str!("../senders/mirai-life.toml");
    const TEMPLATE: &'static str = "annual-notice";
    const CLASS: Class = Class { name: "annual", paper_only: false, identity_level: 2 };
    const PREFIX: char = 'M';
    const HABITS: Habits =
        Habits { with_key: 0.95, unknown: 0.01, unselected: 0.03, paper: 0.17, both: 0.04 };
    const DEFECTS: &'static [Defect] = &[
        Defect::BadPostalCode,
        Defect::UnknownPostalCode,
        Defect::AddressMismatch,
        Defect::MissingName,
        Defect::BadDate,
        Defect::BadNumber,
        Defect::UndecodableBytes,
        Defect::ControlCharacter,
        Defect::UnknownGaiji,
        Defect::MissingGlyph,
        Defect::DoesNotFit,
        Defect::ColumnCount,
        Defect::BrokenQuote,
        Defect::DuplicateKey,
    ];
    const RARE_DEFECTS: &'static [Defect] = &[Defect::FieldTooLong, Defect::TooManyRows];

    fn begin() -> Self {
        let (recipients, lines) = (HEAD.as_bytes().to_vec(), LINES_HEAD.as_bytes().to_vec());
        Self { recipients, lines, wide: false }
    }

    fn key(index: u64) -> String {
        let number = index + 1;
        format!("{:03}-{:07}", 120 + number / 10_000_000, number % 10_000_000)
    }

    fn write(&mut self, record: &Record, random: &mut Random) {
        let rows = record.rows.unwrap_or_else(|| row_count(random));
        let balance = random.between(300, 9_000) * 1_000;
        let end = match record.defect {
            // A repeated record would get the rows of the first twice.
            Some(Defect::DuplicateKey) => balance,
            // Nobody asks for the rows of a row that cannot be read.
            Some(defect) if defect.breaks_row() => balance,
            _ => self.write_lines(&record.key, rows, balance, random),
        };
        self.write_recipient(record, end, random);
    }

    fn finish(self, _: u64, _: u64) -> Vec<(String, Vec<u8>)> {
        let encode = |text: Vec<u8>| if self.wide { utf16(text) } else { utf8(&text) };
        vec![
            ("recipients.csv".to_owned(), encode(self.recipients)),
            ("lines.csv".to_owned(), encode(self.lines)),
        ]
    }
}

impl Insurer {
    /// Writes a table row of a contract that nobody has.
    pub fn write_orphan(&mut self) {
        self.lines.extend_from_slice("999-9999999,2026-04-01,振替,100,100\r\n".as_bytes());
    }

    fn write_recipient(&mut self, record: &Record, value: u64, random: &mut Random) {
        let person = &record.person;
        let name = name(record);
        let year = random.between(1990, 2024);
        let (month, day) = (random.between(1, 12), random.between(1, 28));
        let contract = match record.defect {
            Some(Defect::BadDate) => format!("{year}-02-30"),
            _ => format!("{year}-{month:02}-{day:02}"),
        };
        let value = match record.defect {
            Some(Defect::BadNumber) => "別紙のとおり".to_owned(),
            _ => value.to_string(),
        };
        let product = match record.defect {
            Some(Defect::FieldTooLong) => PRODUCTS[3].repeat(4),
            _ => (*random.pick(&PRODUCTS)).to_owned(),
        };
        let dividend = (random.between(0, 900) * 100).to_string();
        let mut address2 = person.address2.clone().into_bytes();
        if record.defect == Some(Defect::UndecodableBytes) {
            address2.extend_from_slice(NO_TEXT);
        }
        // What is broken in the name is broken once.
        let insured = if record.defect.is_some() { "星見　花子" } else { &name };
        let fields = [
            record.key.as_bytes(),
            record.pseudonym.as_bytes(),
            person.postal.as_bytes(),
            person.address1.as_bytes(),
            &address2,
            name.as_bytes(),
            product.as_bytes(),
            insured.as_bytes(),
            contract.as_bytes(),
            b"2026-09-30",
            value.as_bytes(),
            dividend.as_bytes(),
        ];
        match record.defect {
            Some(Defect::ColumnCount) => {
                csv_row(fields.into_iter().take(11), b',', &mut self.recipients);
            }
            Some(Defect::BrokenQuote) => {
                let mut row = fields.join(&b","[..]);
                let at = fields[..5].iter().map(|field| field.len() + 1).sum();
                row.insert(at, b'"');
                self.recipients.extend_from_slice(&row);
                self.recipients.extend_from_slice(b"\r\n");
            }
            _ => csv_row(fields, b',', &mut self.recipients),
        }
    }

    /// Writes the transactions of a year, in order; returns the last balance.
    fn write_lines(&mut self, key: &str, rows: u64, start: u64, random: &mut Random) -> u64 {
        let first_item = random.below(ITEMS.len() as u64);
        let mut balance = start as i64;
        for row in 0..rows {
            // October 2025 to September 2026, up to the 28th of each month.
            let day_of_year = row * 12 * 28 / rows;
            let (month, day) = (day_of_year / 28, day_of_year % 28 + 1);
            let (year, month) = (2025 + (month + 9) / 12, (month + 9) % 12 + 1);
            let (item, amount) = ITEMS[((first_item + row) % 4) as usize];
            balance += amount;
            write!(self.lines, "{key},{year}-{month:02}-{day:02},{item},{amount},{balance}\r\n")
                .expect("memory takes all bytes");
        }
        balance as u64
    }
}

/// Most contracts have a few transactions, some a long list.
fn row_count(random: &mut Random) -> u64 {
    match random.below(10) {
        0 => random.between(25, 60),
        1..=3 => random.between(13, 24),
        _ => random.between(3, 12),
    }
}

/// Returns the name as the insurer writes it: its files have no column for the honorific.
fn name(record: &Record) -> String {
    let name = &record.person.name;
    match record.defect {
        Some(Defect::UnknownGaiji) => format!("{name}\u{E010}"),
        Some(Defect::MissingGlyph) => format!("{UNDRAWABLE}{name}"),
        _ if !name.is_empty() && !record.honorific.is_empty() => {
            format!("{name}　{}", record.honorific)
        }
        _ => name.clone(),
    }
}

fn utf8(text: &[u8]) -> Vec<u8> {
    [b"\xef\xbb\xbf", text].concat()
}

fn utf16(text: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8(text).expect("a UTF-16 sample has no undecodable bytes");
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}
