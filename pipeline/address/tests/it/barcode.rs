//! The official examples of the customer barcode, from number to bars.
//!
//! `customer_barcode_vectors.tsv`: the manual's p17, p22 and p25 and the examples of two public
//! encoders; every row's bars equal those of zint 2.11.1.

use address::{barcode, resolve, Grade, Scratch};
use letter::barcode::code_name;
use letter::PostalCode;

use crate::DICTIONARY;

/// One row of the table.
struct Example<'a> {
    postal: PostalCode,
    address_a: &'a str,
    address_b: &'a str,
    number: &'a str,
    codes: &'a str,
    check: &'a str,
    bars: &'a str,
}

fn examples() -> Vec<Example<'static>> {
    let table = include_str!("customer_barcode_vectors.tsv");
    let rows = table.lines().skip(1).map(|line| {
        let cells: Vec<_> = line.split('\t').collect();
        Example {
            postal: PostalCode::parse(cells[0]).expect("seven digits"),
            address_a: cells[1],
            address_b: cells[2],
            number: cells[3],
            codes: cells[4],
            check: cells[5],
            bars: cells[6],
        }
    });
    rows.collect()
}

#[test]
fn the_official_examples_have_their_number() {
    let with_address: Vec<_> =
        examples().into_iter().filter(|example| !example.address_b.is_empty()).collect();
    assert_eq!(with_address.len(), 13);
    for example in with_address {
        assert_eq!(barcode::address_number(example.address_b), example.number);
    }
}

#[test]
fn the_official_examples_have_their_codes_check_and_bars() {
    let examples = examples();
    assert_eq!(examples.len(), 22);
    for example in examples {
        let symbol = barcode::encode(example.postal, example.number);
        let codes: Vec<_> = symbol.codes().iter().map(|&code| code_name(code)).collect();
        assert_eq!(codes.join(" "), example.codes, "{}", example.number);
        assert_eq!(code_name(symbol.check()), example.check, "{}", example.number);
        assert_eq!(symbol.bar_letters(), example.bars, "{}", example.number);
    }
}

#[test]
fn the_official_examples_are_split_by_the_dictionary() {
    let mut scratch = Scratch::default();
    for example in examples().iter().filter(|example| !example.address_b.is_empty()) {
        let postal = example.postal.to_string();
        let address = format!("{}{}", example.address_a, example.address_b);
        let resolved = resolve(&DICTIONARY, &mut scratch, &postal, &address, "")
            .unwrap_or_else(|reason| panic!("{postal} {address}: {}", reason.english()));
        let bars = resolved.barcode.map(|symbol| symbol.bar_letters());
        assert_eq!(resolved.grade, Grade::Town, "{postal} {address}");
        assert_eq!(resolved.number, example.number, "{postal} {address}");
        assert_eq!(bars.as_deref(), Some(example.bars), "{postal} {address}");
    }
}

#[test]
fn codes_without_an_address_part_are_encoded_by_kind() {
    let code = |text| PostalCode::parse(text).expect("seven digits");
    let own = barcode::encode_own(code("100-8792"));
    assert_eq!(own, barcode::encode(code("100-8792"), ""));
    let po_box = barcode::encode_po_box(code("980-8691"), 215);
    assert_eq!(po_box, barcode::encode(code("980-8691"), "215"));
    let reply_paid = barcode::encode_reply_paid(code("100-8790"), 7);
    assert_eq!(reply_paid, barcode::encode(code("100-8790"), "007"));
}
