//! The shipped dictionary and its file.

use std::collections::BTreeMap;

use address::{Dictionary, DictionaryError, Kind};
use letter::PostalCode;

use crate::{DICTIONARY, POSTCODES};

fn code(text: &str) -> PostalCode {
    PostalCode::parse(text).expect("seven digits")
}

#[test]
fn it_holds_what_its_provenance_says() {
    let mut rows = BTreeMap::new();
    for place in DICTIONARY.all_places() {
        *rows.entry(place.kind).or_insert(0) += 1;
    }
    let counts: Vec<_> = rows.into_values().collect();
    assert_eq!(counts, [124_526 - 1_870, 1_870, 22_424 - 2_155, 2_155]);
    assert_eq!(DICTIONARY.len(), 120_720 + 22_200);
    assert_eq!(DICTIONARY.month(), "2026-10");
}

#[test]
fn codes_ascend_and_each_has_its_places() {
    let mut places = 0;
    for i in 0..DICTIONARY.len() {
        let code = DICTIONARY.code_at(i);
        assert!(i == 0 || DICTIONARY.code_at(i - 1) < code);
        let count = DICTIONARY.places(code).count();
        assert!(count > 0, "{code}");
        places += count;
    }
    assert_eq!(places, DICTIONARY.place_count());
}

#[test]
fn a_place_has_all_its_columns() {
    let place = DICTIONARY.places(code("060-0042")).next().expect("大通西");
    assert_eq!((place.jis_code, place.kind), (1101, Kind::Town));
    assert_eq!((place.prefecture, place.city), ("北海道", "札幌市中央区"));
    assert_eq!((place.town, place.note), ("大通西", "1～19丁目"));
    assert!(place.flags.has_chome && !place.flags.code_has_more_towns);
    let office = DICTIONARY.places(code("100-8792")).next().expect("日本郵便");
    assert_eq!((office.kind, office.town), (Kind::Office, "大手町"));
    assert_eq!(office.name, "日本郵便\u{3000}株式会社");
    assert_eq!((office.street, office.post_office), ("2-3-1", "銀座"));
}

#[test]
fn a_code_may_stand_in_two_prefectures_or_nowhere() {
    for two in ["498-0000", "618-0000", "871-0000"] {
        let mut prefectures: Vec<_> = DICTIONARY.places(code(two)).map(|p| p.prefecture).collect();
        prefectures.dedup();
        assert_eq!(prefectures.len(), 2, "{two}");
    }
    for none in ["000-0000", "999-9999", "100-0000"] {
        let exists = DICTIONARY.places(code(none)).next().is_some();
        assert_eq!(exists, none == "100-0000", "{none}");
    }
}

#[test]
fn districts_are_as_long_as_the_old_codes() {
    assert_eq!(DICTIONARY.postal_district(code("100-0013")), 3);
    assert_eq!(DICTIONARY.postal_district(code("048-1301")), 5);
    assert_eq!(DICTIONARY.postal_district(code("675-0000")), 3, "its rows differ");
    assert_eq!(DICTIONARY.postal_district(code("999-9999")), 3);
}

#[test]
fn writing_what_was_read_gives_the_same_bytes() {
    assert!(DICTIONARY.write() == POSTCODES);
}

#[test]
fn a_damaged_file_is_refused_by_what_is_wrong() {
    let damaged = |at: usize, to: u8| {
        let mut bytes = POSTCODES.to_vec();
        bytes[at] = to;
        Dictionary::read(&bytes).expect_err("damaged")
    };
    assert_eq!(damaged(0, b'p'), DictionaryError::NotADictionary);
    assert_eq!(damaged(8, 9), DictionaryError::Version { found: 9 });
    assert!(matches!(damaged(27, 0xFF), DictionaryError::TooLarge { .. }));
    let block = DictionaryError::Damaged { part: "compressed block" };
    assert_eq!(damaged(5_000, !POSTCODES[5_000]), block);
    assert_eq!(damaged(28, !POSTCODES[28]), block);
    for cut in [8, 20, 31] {
        let head = Dictionary::read(&POSTCODES[..cut]).expect_err("cut off");
        assert_eq!(head, DictionaryError::Damaged { part: "head" }, "cut at {cut}");
    }
    assert_eq!(Dictionary::read(&POSTCODES[..500_000]).expect_err("cut off"), block);
    assert!(matches!(Dictionary::read(b""), Err(DictionaryError::NotADictionary)));
}
