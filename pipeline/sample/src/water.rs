//! 河瀬水道局: bills as fixed-width CP932 records with a trailer.

use intake::write::{pad, pad_number};

use crate::defect::Defect;
use crate::form::{Cells, Form, GAIJI_ON_HOLD, GAIJI_UNKNOWN, NO_TEXT};
use crate::people::half_width;
use crate::random::Random;
use crate::record::Record;
use crate::register::{Class, Habits};

/// A billing file.
pub(crate) struct Water {
    out: Vec<u8>,
    cells: Cells,
}

/// Bytes of each field, as in the sender file.
const WIDTHS: [usize; 14] = [1, 12, 12, 7, 80, 60, 60, 40, 7, 7, 7, 10, 7, 10];

impl Form for Water {
    const SENDER: &'static str = "kawase-water";
    const TOML: &'static str = include_str!("../senders/kawase-water.toml");
    const TEMPLATE: &'static str = "water-bill";
    const CLASS: Class = Class { name: "bill", paper_only: false, identity_level: 1 };
    const PREFIX: char = 'W';
    const HABITS: Habits =
        Habits { with_key: 0.3, unknown: 0.02, unselected: 0.1, paper: 0.2, both: 0.05 };
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
        Defect::RowLength,
        Defect::DuplicateKey,
    ];
    const RARE_DEFECTS: &'static [Defect] = &[Defect::GaijiOnHold];

    fn begin() -> Self {
        Self { out: Vec::new(), cells: Cells::of(Self::TOML) }
    }

    fn key(index: u64) -> String {
        format!("04-{:07}-{}", index + 1, (index + 1) * 7 % 10)
    }

    fn write(&mut self, record: &Record, random: &mut Random) {
        let cells = &mut self.cells;
        cells.clear();
        cells.push(b"1");
        for text in [&record.key, &record.pseudonym, &record.person.postal] {
            cells.push(text.as_bytes());
        }
        push_person(cells, record);
        let usage = random.between(0, 90);
        let amount = 1_540 + usage * 187;
        cells.push(b"5080903");
        cells.push(b"5081104");
        cells.push(format!("{usage:07}").as_bytes());
        let bad_number = record.defect == Some(Defect::BadNumber);
        // The host's operators type the letter O for a zero.
        let amount = if bad_number { "00000O1540".to_owned() } else { format!("{amount:010}") };
        cells.push(amount.as_bytes());
        let bad_date = record.defect == Some(Defect::BadDate);
        cells.push(if bad_date { b"5090230" } else { b"5081215" });
        cells.push(b"");
        let start = self.out.len();
        for (cell, width) in cells.iter().zip(WIDTHS) {
            pad(cell, width, &mut self.out).expect("samples draw values that fit");
        }
        if record.defect == Some(Defect::RowLength) {
            self.out.truncate(start + ROW_LEN - LOST_LEN);
        }
        self.out.extend_from_slice(b"\r\n");
    }

    fn finish(mut self, records: u64, hash_total: u64) -> Vec<(String, Vec<u8>)> {
        let start = self.out.len();
        self.out.push(b'9');
        let figures = [(records, RECORDS_DIGITS), (hash_total, HASH_DIGITS)];
        for (figure, digits) in figures {
            let lowest = figure % 10u64.pow(digits);
            pad_number(&lowest.to_string(), digits as usize, &mut self.out).expect("figures fit");
        }
        self.out.resize(start + ROW_LEN, b' ');
        self.out.extend_from_slice(b"\r\n");
        vec![("recipients.dat".to_owned(), self.out)]
    }
}

const ROW_LEN: usize = 320;
/// Digits of the trailer's figures.
const RECORDS_DIGITS: u32 = 8;
const HASH_DIGITS: u32 = 12;
/// Bytes that a row of another length lacks, within the unused field at its end.
const LOST_LEN: usize = 3;

fn push_person(cells: &mut Cells, record: &Record) {
    let person = &record.person;
    cells.push_cp932(&person.address1);
    cells.push_cp932(&person.address2);
    if record.defect == Some(Defect::UndecodableBytes) {
        cells.append(NO_TEXT);
    }
    match (record.honorific, person.name.as_str()) {
        ("", name) | (_, name @ "") => cells.push_cp932(name),
        (honorific, name) => cells.push_cp932(&format!("{name}　{honorific}")),
    }
    match record.defect {
        Some(Defect::UnknownGaiji) => cells.append(GAIJI_UNKNOWN),
        Some(Defect::GaijiOnHold) => cells.append(GAIJI_ON_HOLD),
        _ => {}
    }
    cells.push_cp932(&half_width(&person.kana));
}
