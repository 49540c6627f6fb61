//! The customer barcode's bars, judged by zint.

use serde_json::Value;

use crate::drops::{wanted, Drop};
use crate::shop::{judge, lettershop, Shop};

/// Returns the bars that zint draws for a postal code and an address number.
fn zint(postal: &str, number: &str) -> String {
    // 76 is the customer barcode; the dump has a row of modules each for the upper, the middle and
    // the lower third, a bar in every second module.
    let data = format!("{postal}{number}");
    let dump = judge("zint").args(["-b", "76", "--dump", "-d", &data]).must_succeed().text();
    let rows: Vec<Vec<bool>> = dump.lines().map(modules).collect();
    let [upper, middle, lower] = &rows[..] else { panic!("{dump}") };
    let bars = (0..67).map(|bar| {
        assert!(middle[2 * bar], "{dump}");
        match (upper[2 * bar], lower[2 * bar]) {
            (true, true) => 'F',
            (true, false) => 'A',
            (false, true) => 'D',
            (false, false) => 'T',
        }
    });
    bars.collect()
}

fn modules(line: &str) -> Vec<bool> {
    let digits = line.chars().filter_map(|c| c.to_digit(16));
    digits.flat_map(|digit| (0..4).rev().map(move |bit| digit >> bit & 1 == 1)).collect()
}

#[test]
fn zint_draws_the_bars_of_every_address_alike() {
    let shop = Shop::letters(400, 44, 0.0);
    let mut addresses: Vec<String> = Vec::new();
    for (_, path) in shop.drops() {
        let records = wanted(shop.path(), &Drop::read(&path)).into_values();
        addresses.extend(records.map(|record| {
            let name = record.address.len() - 1;
            format!("〒{}", record.address[..name].join(" "))
        }));
    }
    assert!(addresses.len() > 300, "only {} addresses", addresses.len());
    let call = lettershop().args(["address", "--json"]);
    let answer = call.run_with(&(addresses.join("\n") + "\n"));
    let text = answer.text();
    assert_eq!(text.lines().count(), addresses.len(), "a line an address: {answer}");
    let mut compared = 0;
    for (line, address) in text.lines().zip(&addresses) {
        let found: Value = serde_json::from_str(line).expect("a line is JSON");
        let barcode = &found["barcode"];
        if barcode.is_null() {
            continue;
        }
        let postal: String = found["postal"]
            .as_str()
            .expect("a postal code")
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        let number = barcode["number"].as_str().expect("an address number");
        assert_eq!(barcode["bars"].as_str(), Some(zint(&postal, number).as_str()), "{address}");
        compared += 1;
    }
    assert!(compared * 10 > addresses.len() * 8, "only {compared} of {}", addresses.len());
}

#[test]
fn the_example_of_the_manual_has_its_bars() {
    let address = "〒100-0013 東京都千代田区霞が関1丁目3番2号 郵便プラザ503室";
    let found = lettershop().args(["address", address, "--json"]).must_succeed().json();
    assert_eq!(
        found["postal"].as_str().map(|postal| postal.replace('-', "")).as_deref(),
        Some("1000013")
    );
    assert_eq!(found["prefecture"], "東京都");
    assert_eq!(found["city"], "千代田区");
    assert_eq!(found["town"], "霞が関");
    let barcode = &found["barcode"];
    assert_eq!(barcode["number"], "1-3-2-503");
    let bars = "FDFFTFTTFTTFTTFTTFFTDFAFFTTFTDFATFTFDATFTFTFFTTDFATDATDATDATDATFFDF";
    assert_eq!(barcode["bars"], bars);
    assert_eq!(barcode["bars"].as_str(), Some(zint("1000013", "1-3-2-503").as_str()));
}
