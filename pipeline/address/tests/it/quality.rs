//! What is found about a record's address, and what is suggested.

use std::collections::BTreeSet;

use address::{digest, examine, Finding, Level, Scratch};

use crate::DICTIONARY;

/// Checks finding and suggested code; `-` is none.
fn check(postal: &str, address: &str, finding: Finding, suggested: &str) {
    let found = examine(&DICTIONARY, &mut Scratch::default(), postal, address, "");
    let code = found.suggestion.map_or("-".to_owned(), |other| other.postal.to_string());
    assert_eq!((found.finding, code.as_str()), (finding, suggested), "{postal} {address}");
}

#[test]
fn what_agrees_is_left_alone() {
    check("100-0013", "東京都千代田区霞が関1-3-2", Finding::Town, "-");
    check("100-8792", "東京都千代田区大手町2-3-1", Finding::Office, "-");
    check("980-8691", "仙台中央郵便局私書箱215号", Finding::PoBox, "-");
    check("100-0000", "東京都千代田区架空町1-2", Finding::NotListed, "-");
}

#[test]
fn a_place_that_the_address_names_by_itself_is_suggested() {
    check("100-0000", "東京都千代田区霞が関1-3-2", Finding::OtherTown, "100-0013");
    check("100-0013", "東京都千代田区三番町1-2", Finding::OtherTown, "102-0075");
    check("060-0042", "札幌市中央区大通西20丁目2", Finding::OtherTown, "064-0820");
    check("100-0013", "東京都港区芝公園1-2-3", Finding::OtherCity, "105-0011");
    check("100-0013", "大阪府高槻市奈佐原2-1-2", Finding::OtherPrefecture, "569-1041");
    check("999-9999", "東京都千代田区霞が関1-3-2", Finding::UnknownCode, "100-0013");
    check("100-001", "東京都千代田区霞が関1-3-2", Finding::BadCode, "100-0013");
}

#[test]
fn nothing_is_suggested_where_the_place_is_not_certain() {
    check("100-0013", "東京都千代田区架空町1-2", Finding::NoTown, "-");
    check("100-0013", "港区霞が関1-2", Finding::NoPlace, "-");
    check("100-0013", "", Finding::NoPlace, "-");
    check("999-9999", "1-2-3", Finding::UnknownCode, "-");
    check("", "東京都千代田区架空町1-2", Finding::BadCode, "-");
    // Many floors, many codes.
    check("100-0013", "東京都新宿区西新宿2-6-1新宿住友ビル", Finding::NoPlace, "-");
}

#[test]
fn every_finding_has_names_of_its_own_and_only_a_doubtful_town_loses_the_barcode() {
    let all = Finding::ALL;
    assert!(all.is_sorted() && all.iter().enumerate().all(|(at, f)| *f as usize == at));
    for words in [Finding::name, Finding::japanese, Finding::english] {
        assert_eq!(all.iter().map(|f| words(*f)).collect::<BTreeSet<_>>().len(), all.len());
    }
    for finding in all {
        assert_eq!(finding.loses_barcode(), finding.level() == Level::City, "{finding:?}");
    }
}

#[test]
fn the_same_person_has_the_same_digest_whatever_the_blanks() {
    let one = digest(&["1000013", "東京都千代田区霞が関 1-3-2", "星見　花子"]);
    assert_eq!(one, digest(&["1000013", "東京都千代田区霞が関1-3-2", "星見花子"]));
    assert_ne!(one, digest(&["1000013", "東京都千代田区霞が関1-3-2星見", "花子"]));
}
