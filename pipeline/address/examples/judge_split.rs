//! Judges the split of addresses without postal codes against a table: FILE [misses to show]
//!
//! FILE has the columns of Geolonia's `test/addresses/addresses.csv` (住所, 都道府県, 市区町村, 町字,
//! 番地号, その他); without one, that of the tests.

#![allow(clippy::print_stdout, reason = "an example speaks to its caller")]

#[path = "../tests/it/geolonia/judge.rs"]
mod judge;

use std::error::Error;

use address::Dictionary;

use crate::judge::{rows, Judge};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let stock = "pipeline/address/tests/it/geolonia/addresses.csv".to_owned();
    let rows = rows(&std::fs::read_to_string(args.next().unwrap_or(stock))?);
    let mut show: usize = args.next().map_or(Ok(0), |n| n.parse())?;
    let dictionary = Dictionary::read(&std::fs::read("config/postcodes/postcodes.bin")?)?;
    let judge = Judge::new(&dictionary);
    let tally = judge.judge(&rows, |row, verdict, found| {
        if verdict.is_right() || show == 0 {
            return;
        }
        show -= 1;
        let ours =
            found.map_or_else(String::new, |f| format!("{} {} | {}", f.city, f.town, f.rest));
        println!("{verdict:?}: {} | {} {} | ours {ours}", row.address, row.city, row.town);
    });
    let share = |count: usize| 100.0 * count as f64 / rows.len() as f64;
    println!("addresses            {:>6}", rows.len());
    for (verdict, count) in &tally.verdicts {
        println!("{:<20} {count:>6}  {:.2} %", format!("{verdict:?}"), share(*count));
    }
    let right = tally.verdicts.iter().filter(|(verdict, _)| verdict.is_right());
    let right = right.map(|(_, count)| count).sum();
    let wrong = tally.verdicts.iter().filter(|(verdict, _)| verdict.is_wrong());
    let wrong = wrong.map(|(_, count)| count).sum();
    println!("town right           {right:>6}  {:.2} %", share(right));
    println!("wrong                {wrong:>6}  {:.2} %", share(wrong));
    println!("and number right     {:>6}  {:.2} %", tally.numbers, share(tally.numbers));
    println!("town has one code    {:>6}  {:.2} %", tally.codes, share(tally.codes));
    Ok(())
}
