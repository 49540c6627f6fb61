//! Judges the split of addresses without postal codes against a table: FILE [misses to show]
//!
//! FILE is Geolonia's `test/addresses/addresses.csv` (住所, 都道府県, 市区町村, 町字, 番地号, …). Right means:
//! the same prefecture and city, and the same address once our town and rest are put together as
//! their town, block and number; their town holds the 丁目, ours does not.

#![allow(clippy::print_stdout, reason = "an example speaks to its caller")]

use std::error::Error;

use address::{barcode, find, Dictionary, Grade};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let table = args.next().ok_or("usage: judge_split FILE [misses to show]")?;
    let show: usize = args.next().map_or(Ok(0), |n| n.parse())?;
    let dictionary = Dictionary::read(&std::fs::read("config/postcodes/postcodes.bin")?)?;
    let mut tally = Tally::default();
    let mut reader = csv::Reader::from_path(table)?;
    for row in reader.records() {
        let row = row?;
        let expected = Expected { prefecture: &row[1], city: &row[2], town: &row[3] };
        if !tally.judge(&dictionary, &row[0], &expected, &row[4], &row[5]) && tally.shown < show {
            tally.shown += 1;
            let found = find(&dictionary, &row[0]).ok().flatten();
            println!("{} | {} | {}", &row[0], &row[2], &row[3]);
            if let Some(found) = found {
                println!("    {} {} | {}", found.city, found.town, found.rest);
            }
        }
    }
    tally.print();
    Ok(())
}

struct Expected<'a> {
    prefecture: &'a str,
    city: &'a str,
    town: &'a str,
}

#[derive(Default)]
struct Tally {
    addresses: usize,
    prefecture: usize,
    city: usize,
    town: usize,
    number: usize,
    unique_code: usize,
    shown: usize,
}

impl Tally {
    /// Counts one address and returns whether prefecture, city and town are right.
    fn judge(
        &mut self,
        dictionary: &Dictionary,
        address: &str,
        expected: &Expected,
        block: &str,
        others: &str,
    ) -> bool {
        self.addresses += 1;
        let Ok(Some(found)) = find(dictionary, address) else { return false };
        let prefecture = found.prefecture == expected.prefecture;
        let city = prefecture && same(found.city, expected.city);
        let is_whole = same(found.town, expected.town);
        let (expected_town, chome) =
            if is_whole { (expected.town, "") } else { split_chome(expected.town) };
        let town = city && found.grade == Grade::Town && same_town(&found, expected_town);
        self.prefecture += usize::from(prefecture);
        self.city += usize::from(city);
        self.town += usize::from(town);
        self.unique_code += usize::from(town && found.postal.is_some());
        let expected_number = barcode::address_number(&format!("{chome} {block} {others}"));
        let number = barcode::address_number(&found.rest);
        self.number += usize::from(town && number == expected_number);
        town
    }

    fn print(&self) {
        let share = |count: usize| 100.0 * count as f64 / self.addresses as f64;
        println!("addresses            {:>6}", self.addresses);
        println!("prefecture right     {:>6}  {:.2} %", self.prefecture, share(self.prefecture));
        println!("and city right       {:>6}  {:.2} %", self.city, share(self.city));
        println!("and town right       {:>6}  {:.2} %", self.town, share(self.town));
        println!("and number right     {:>6}  {:.2} %", self.number, share(self.number));
        println!("town has one code    {:>6}  {:.2} %", self.unique_code, share(self.unique_code));
    }
}

/// Compares the expected town with ours; what theirs has beyond ours must begin our rest (小字).
fn same_town(found: &address::Found, expected: &str) -> bool {
    if same(found.town, expected) {
        return true;
    }
    let expected = letters(expected);
    let ours = letters(found.town);
    let Some(hamlet) = expected.strip_prefix(ours.as_str()) else { return false };
    letters(&found.rest).starts_with(hamlet)
}

fn same(a: &str, b: &str) -> bool {
    letters(a) == letters(b)
}

/// Folds what the two sources spell differently.
fn letters(text: &str) -> String {
    let text = text.replace("大字", "").replace('字', "");
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            'ヶ' | 'が' | 'ガ' => 'ケ',
            'ッ' | 'っ' => 'ツ',
            '之' | 'の' => 'ノ',
            '０'..='９' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .collect()
}

/// Splits `中葛西三丁目` into town and 丁目, `北花田町二丁` (堺市) likewise.
fn split_chome(town: &str) -> (&str, &str) {
    let head = town.strip_suffix("丁目").or_else(|| town.strip_suffix('丁'));
    let Some(head) = head else { return (town, "") };
    let name = head.trim_end_matches(|c| "〇一二三四五六七八九十".contains(c));
    (name, &town[name.len()..])
}
