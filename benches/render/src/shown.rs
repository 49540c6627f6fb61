//! How the standard letter shows the values of a record, written apart from the typesetter.

use letter::piece::SheetMark;
use letter::Date;

use crate::recipients::Recipient;

/// What is done to a value before it is shown.
#[derive(Clone, Copy)]
pub enum Filter {
    Plain,
    Addressee,
    Postal,
    Wareki,
    Yen,
    Number,
}

/// The mark of letter `sequence`.
pub fn sheet_mark(sequence: u32) -> SheetMark {
    SheetMark { generation: 1, job: 1, sequence, sheet: 1, sheets: 1, inserts: 0 }
}

/// Returns the 67 bars of the recipient's barcode as letters.
pub fn bars(recipient: &Recipient) -> String {
    let barcode = recipient.facts.barcode.as_ref().expect("every address has one");
    barcode.bars().iter().map(|bar| bar.letter()).collect()
}

/// Returns the filter that the template calls `name`.
pub fn filter_named(name: &str) -> Filter {
    match name {
        "" => Filter::Plain,
        "wareki" => Filter::Wareki,
        "yen" => Filter::Yen,
        "number" => Filter::Number,
        other => panic!("{other} is not a filter of this letter"),
    }
}

/// Returns a value of a record as the letter shows it.
pub fn shown(value: &str, filter: Filter) -> String {
    match filter {
        Filter::Plain => value.to_owned(),
        Filter::Addressee => format!("{value} 様"),
        Filter::Postal => format!("〒{value}"),
        Filter::Wareki => Date::parse(value).expect("a day").wareki(),
        Filter::Yen => format!("{}円", grouped(value)),
        Filter::Number => grouped(value),
    }
}

/// Returns a whole number with a comma before every third digit from the end.
fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
