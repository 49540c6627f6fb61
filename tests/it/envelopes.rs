//! Envelopes in a row: what one does not take goes into the next, with files and trays of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::shop::{judge, lettershop, Shop};

/// A shop whose letters of more than one sheet go into a flat envelope, by hand.
fn with_spill(records: u32, seed: u32) -> Shop {
    let shop = Shop::letters(records, seed, 0.0);
    shop.configure("[print]\nduplex = false");
    let stock = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/envelopes.toml");
    let text = std::fs::read_to_string(stock).expect("the stock's envelopes");
    let mut own: toml::Table = text.parse().expect("TOML");
    let envelopes = own["envelopes"].as_array_mut().expect("a list");
    for envelope in envelopes.iter_mut().filter_map(toml::Value::as_table_mut) {
        if envelope["name"].as_str() == Some("kaku20-window") {
            envelope.insert("by_hand".to_owned(), true.into());
        } else if envelope["sheets_max"].as_integer() == Some(8) {
            // Folded in three, one sheet is 0.27 mm thick and two are 0.54 mm.
            envelope.insert("thickness_max_mm".to_owned(), 0.3.into());
            envelope.insert("next".to_owned(), "kaku20-window".into());
        }
    }
    let path = shop.path().join("envelopes.toml");
    std::fs::write(path, own.to_string()).expect("a temporary directory");
    shop
}

#[test]
fn letters_too_thick_for_their_envelope_have_files_trays_and_postage_of_the_next() {
    let shop = with_spill(300, 37);
    let out = shop.after_a_night("out");
    out.verify().must_succeed();
    let mut seen = BTreeSet::new();
    for (folder, rows) in out.controls() {
        let mut sheets_of_file: BTreeMap<u32, BTreeSet<bool>> = BTreeMap::new();
        for row in &rows {
            sheets_of_file.entry(row.file).or_default().insert(row.sheets > 1);
        }
        for (file, kinds) in sheets_of_file {
            assert_eq!(kinds.len(), 1, "{folder} file {file} has letters of two envelopes");
            let is_flat = kinds.contains(&true);
            let ticket = out.find(&format!("{folder}/"), &format!("-{file:03}.xjdf"));
            let text = std::fs::read_to_string(&ticket[0]).expect("a ticket");
            let flat = text.contains("\"kaku20-window\"") && text.contains("\"by-hand\"");
            assert_eq!(flat, is_flat, "{text}");
            assert_eq!(text.contains("<Fold "), !is_flat, "a flat one is not folded");
            seen.insert(is_flat);
        }
    }
    assert_eq!(seen, [false, true].into(), "letters of both kinds");
    // Postage by weight and size class, from the lines of the ledger: 110 yen, or 140 and more.
    let lettershop = lettershop().arg("ledger").arg(out.path()).arg("--json").must_succeed();
    assert!(lettershop.text().contains("printed"));
    for (path, bytes) in crate::shop::tree(out.path()) {
        if !path.ends_with("/ledger-rows") {
            continue;
        }
        for line in String::from_utf8(bytes).expect("lines").lines() {
            let cells: Vec<&str> = line.split('\t').collect();
            let [sheets, weight_mg, yen] =
                [7, 8, 9].map(|cell: usize| cells[cell].parse::<u32>().expect("a number"));
            match sheets {
                0 => {}
                1 => assert!(weight_mg < 10_000 && yen <= 110, "{line}"),
                _ => assert!(weight_mg > 17_000 + 3_990 && yen > 110, "{line}"),
            }
        }
    }
}

#[test]
fn an_envelope_whose_window_hides_the_address_is_no_next_one() {
    let shop = with_spill(60, 38);
    let path = shop.path().join("envelopes.toml");
    let text = std::fs::read_to_string(&path).expect("envelopes");
    let text = text.replace("next = \"kaku20-window\"", "next = \"kaku2-window\"");
    std::fs::write(&path, text).expect("a temporary directory");
    let answer = shop.night(&shop.out("out")).run();
    assert_ne!(answer.code(), 0, "{answer}");
    assert!(answer.errors().contains("in envelope kaku2-window"), "{answer}");
    assert!(answer.errors().contains("leaves the window"), "{answer}");
}

#[test]
fn every_print_file_has_a_ticket_that_xjdf_allows() {
    let shop = Shop::letters(120, 39, 0.0);
    let out = shop.after_a_night("out");
    let tickets = out.find("print/", ".xjdf");
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipeline/paperwork/xjdf.rng");
    assert!(!tickets.is_empty());
    for ticket in &tickets {
        let pdf = ticket.with_extension("pdf");
        let text = std::fs::read_to_string(ticket).expect("a ticket");
        let len = std::fs::metadata(&pdf).expect("its print file").len();
        assert!(text.contains(&format!("FileSize=\"{len}\"")), "{text}");
        judge("xmllint").args(["--noout", "--relaxng"]).arg(&schema).arg(ticket).must_succeed();
    }
    let wrong = shop.beside("wrong.xjdf");
    let text = std::fs::read_to_string(&tickets[0]).expect("a ticket");
    std::fs::write(&wrong, text.replace("JobID=", "JobId=")).expect("a temporary directory");
    let answer = judge("xmllint").args(["--noout", "--relaxng"]).arg(&schema).arg(&wrong).run();
    assert_ne!(answer.code(), 0, "the schema is no formality");
}
