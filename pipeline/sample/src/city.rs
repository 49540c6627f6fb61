//! 星見市: tax notices as CP932 CSV with the instalments side by side.

use intake::write::csv_row;

use crate::defect::Defect;
use crate::form::{Cells, Form, GAIJI_ON_HOLD, GAIJI_UNKNOWN, NO_TEXT};
use crate::random::Random;
use crate::record::Record;
use crate::register::{Class, Habits};

/// A tax file.
pub(crate) struct City {
    out: Vec<u8>,
    cells: Cells,
}

const HEAD: [&str; 21] = [
    "通知書番号",
    "宛名番号",
    "郵便番号",
    "住所",
    "方書",
    "氏名",
    "氏名２",
    "敬称",
    "年度",
    "税目",
    "年税額",
    "発行日",
    "第１期納期限",
    "第１期税額",
    "第２期納期限",
    "第２期税額",
    "第３期納期限",
    "第３期税額",
    "第４期納期限",
    "第４期税額",
    "備考",
];

/// The days on which the instalments are due, in the city's two ways to write them.
const DUE: [[&str; 2]; 4] = [
    ["令和8年12月25日", "R8.12.25"],
    ["令和9年2月1日", "R9.2.1"],
    ["令和9年3月1日", "R9.3.1"],
    ["令和9年3月31日", "R9.3.31"],
];

const TAXES: [&str; 3] = ["固定資産税・都市計画税", "固定資産税", "市民税・県民税"];

impl Form for City {
    const SENDER: &'static str = "hoshimi-city";
    const TOML: &'static str = include_str!("../senders/hoshimi-city.toml");
    const TEMPLATE: &'static str = "tax-notice";
    const CLASS: Class = Class { name: "tax", paper_only: false, identity_level: 2 };
    const PREFIX: char = 'C';
    const HABITS: Habits =
        Habits { with_key: 0.35, unknown: 0.01, unselected: 0.06, paper: 0.25, both: 0.04 };
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
    const RARE_DEFECTS: &'static [Defect] = &[Defect::GaijiOnHold, Defect::FieldTooLong];

    fn begin() -> Self {
        let (mut out, mut cells) = (Vec::new(), Cells::of(Self::TOML));
        HEAD.iter().for_each(|name| cells.push_cp932(name));
        csv_row(cells.iter(), b',', &mut out);
        Self { out, cells }
    }

    fn key(index: u64) -> String {
        format!("26{:08}", index + 1)
    }

    fn write(&mut self, record: &Record, random: &mut Random) {
        let cells = &mut self.cells;
        cells.clear();
        for text in [&record.key, &record.pseudonym, &record.person.postal] {
            cells.push_cp932(text);
        }
        cells.push_cp932(&record.person.address1);
        cells.push_cp932(&record.person.address2);
        if record.defect == Some(Defect::UndecodableBytes) {
            cells.append(NO_TEXT);
        }
        push_name(cells, record);
        cells.push_cp932(&record.name2);
        let too_long = record.defect == Some(Defect::FieldTooLong);
        cells.push_cp932(if too_long { "御担当者様各位" } else { record.honorific });
        cells.push_cp932("令和8年度");
        let tax: &&str = random.pick(&TAXES);
        cells.push_cp932(tax);
        push_amounts(cells, record, random);
        cells.push_cp932(record.remark);
        match record.defect {
            Some(Defect::ColumnCount) => cells.push(b"1"),
            // Whoever joins the fields by hand forgets the closing quote.
            Some(Defect::BrokenQuote) => return join(cells, &mut self.out),
            _ => {}
        }
        csv_row(cells.iter(), b',', &mut self.out);
    }

    fn finish(self, _: u64, _: u64) -> Vec<(String, Vec<u8>)> {
        vec![("recipients.csv".to_owned(), self.out)]
    }
}

fn push_name(cells: &mut Cells, record: &Record) {
    let name = &record.person.name;
    match record.defect {
        Some(Defect::MissingGlyph) => {
            cells.push_cp932(&format!("{}{name}", crate::defect::UNDRAWABLE));
        }
        Some(Defect::BrokenQuote) => {
            cells.push_cp932(&format!("\"{name}"));
        }
        _ => cells.push_cp932(name),
    }
    match record.defect {
        Some(Defect::UnknownGaiji) => cells.append(GAIJI_UNKNOWN),
        Some(Defect::GaijiOnHold) => cells.append(GAIJI_ON_HOLD),
        _ => {}
    }
}

/// Pushes the year's tax, the day of issue and the instalments.
fn push_amounts(cells: &mut Cells, record: &Record, random: &mut Random) {
    let count = record.rows.unwrap_or(4).min(4);
    let each = random.between(9, 400) * 100;
    let first = each + random.below(10) * 100;
    let total = first + each * count.saturating_sub(1);
    let style = random.below(2) as usize;
    match record.defect {
        Some(Defect::BadNumber) => cells.push_cp932("一万円"),
        // A broken row is written without quotes around its numbers.
        None if random.chance(0.1) => cells.push(grouped(total).as_bytes()),
        _ => cells.push(total.to_string().as_bytes()),
    }
    let bad_date = record.defect == Some(Defect::BadDate);
    cells.push_cp932(if bad_date { "令和8年2月30日" } else { "令和8年11月25日" });
    for (term, due) in (0..).zip(DUE) {
        if term >= count {
            cells.push(b"");
            cells.push(b"");
            continue;
        }
        cells.push_cp932(due[style]);
        let amount = if term == 0 { first } else { each };
        cells.push(amount.to_string().as_bytes());
    }
}

/// Writes a number in groups of three digits: such fields are quoted.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes a row without minding quotes.
fn join(cells: &Cells, out: &mut Vec<u8>) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(cell);
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_are_grouped_in_threes() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1234567, "1,234,567")] {
            assert_eq!(super::grouped(number), text);
        }
    }
}
