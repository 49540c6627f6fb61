//! One line of text, with a postal code and without.

use address::{find, Grade};

use crate::DICTIONARY;

#[test]
fn a_line_with_a_postal_code_is_resolved() {
    for line in [
        "〒100-0013 東京都千代田区霞が関1丁目3番2号 郵便プラザ503室",
        "〒１００－００１３東京都千代田区霞が関1丁目3番2号 郵便プラザ503室",
        "1000013 霞が関1丁目3番2号　郵便プラザ503室",
        "  〒 100-0013　千代田区霞ヶ関１丁目３番２号　郵便プラザ５０３室",
    ] {
        let found = find(&DICTIONARY, line).expect("agrees").expect("found");
        let symbol = found.barcode.expect("a town has a barcode");
        assert_eq!((found.town, found.number.as_str()), ("霞が関", "1-3-2-503"), "{line}");
        assert_eq!(symbol.check(), 9, "{line}");
    }
}

#[test]
fn a_line_with_a_wrong_postal_code_says_why() {
    for (line, code) in [
        ("〒100-0013 大阪府大阪市北区梅田1-2", "address-mismatch"),
        ("〒100-001 東京都千代田区霞が関1-2", "bad-postal-code"),
        ("〒 東京都千代田区霞が関1-2", "bad-postal-code"),
        ("〒", "bad-postal-code"),
        ("999-9999 東京都千代田区霞が関1-2", "unknown-postal-code"),
    ] {
        let reason = find(&DICTIONARY, line).expect_err(line);
        assert_eq!(reason.code(), code, "{line}");
    }
}

/// Checks code, city, town and rest of a line without postal code.
fn check(line: &str, postal: &str, city: &str, town: &str, rest: &str) {
    let found = find(&DICTIONARY, line).expect("no code to contradict").expect(line);
    let code = found.postal.map_or_else(String::new, |code| code.to_string());
    assert_eq!(
        (code.as_str(), found.city, found.town, found.rest.as_str()),
        (postal, city, town, rest),
        "{line}"
    );
    assert_eq!(found.barcode.is_some(), !postal.is_empty(), "{line}");
}

#[test]
fn a_line_without_a_postal_code_is_found_by_its_names() {
    check("東京都千代田区霞が関1-3-2", "100-0013", "千代田区", "霞が関", "1-3-2");
    check("千代田区霞が関1-3-2", "100-0013", "千代田区", "霞が関", "1-3-2");
    check("岩手花巻市十二丁目704", "025-0022", "花巻市", "十二丁目", "704");
    check("札幌市中央区大通西20丁目2", "064-0820", "札幌市中央区", "大通西", "20丁目2");
    check("越谷市大字大里40", "343-0031", "越谷市", "大里", "40");
    check("京都市下京区艮町845-1", "600-8304", "京都市下京区", "艮町", "845-1");
}

#[test]
fn a_building_with_a_code_a_floor_is_told_by_its_floor() {
    for (floor, postal) in [("3階", "163-0203"), ("１３Ｆ", "163-0213"), ("", "")] {
        let line = format!("東京都新宿区西新宿2-6-1新宿住友ビル{floor}");
        let rest = format!("2-6-1新宿住友ビル{floor}");
        check(&line, postal, "新宿区", "西新宿新宿住友ビル", &rest);
    }
}

#[test]
fn a_line_is_not_given_a_code_that_it_does_not_determine() {
    let found = find(&DICTIONARY, "東京都千代田区架空町1-2").expect("no code").expect("a city");
    assert_eq!((found.grade, found.postal, found.barcode), (Grade::City, None, None));
    for nowhere in ["", "架空県架空市1-2", "霞が関1-2", "3-30-8"] {
        assert_eq!(find(&DICTIONARY, nowhere), Ok(None), "{nowhere}");
    }
}
