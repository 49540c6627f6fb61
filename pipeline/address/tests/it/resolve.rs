//! Code against address: what goes on, where it is split, what is set aside.

use address::{resolve, Grade, Resolution, Scratch};
use letter::Reason;

use crate::DICTIONARY;

fn resolved(
    postal: &str,
    address1: &str,
    address2: &str,
) -> Result<Resolution<'static, 'static>, Reason> {
    resolve(&DICTIONARY, Box::leak(Box::default()), postal, address1, address2)
}

/// Checks grade, town, rest and number of the barcode; `-` is no barcode.
fn check(postal: &str, address: &str, grade: Grade, town: &str, rest: &str, number: &str) {
    let found = resolved(postal, address, "")
        .unwrap_or_else(|reason| panic!("{postal} {address}: {}", reason.english()));
    let barcode_number = found.barcode.map_or("-", |_| found.number);
    assert_eq!(
        (found.grade, found.town, found.rest, barcode_number),
        (grade, town, rest, number),
        "{postal} {address}"
    );
}

#[test]
fn an_address_is_split_after_its_town() {
    let found =
        resolved("1000013", "東京都千代田区霞が関1丁目3番2号", "郵便プラザ503室").expect("agrees");
    assert_eq!((found.prefecture, found.city, found.town), ("東京都", "千代田区", "霞が関"));
    assert_eq!(found.rest, "1丁目3番2号 郵便プラザ503室");
    assert_eq!((found.number, found.jis_code), ("1-3-2-503", 13_101));
    assert_eq!(found.walk, 1 << 48 | 3 << 32 | 2 << 16 | 503);
}

#[test]
fn numerals_in_the_towns_name_are_not_part_of_the_number() {
    check("102-0075", "東京都千代田区三番町1-2", Grade::Town, "三番町", "1-2", "1-2");
    check("102-0075", "東京都千代田区3番町1-2", Grade::Town, "三番町", "1-2", "1-2");
    check("060-0906", "札幌市東区北6条東4丁目2-1", Grade::Town, "北六条東", "4丁目2-1", "4-2-1");
    check("048-1301", "北海道磯谷郡蘭越町12番地", Grade::Town, "", "12番地", "12");
    check("960-0624", "福島県伊達市保原町1-2-3", Grade::Town, "保原町１丁目", "2-3", "2-3");
}

#[test]
fn usual_variants_of_a_town_are_recognised() {
    let check = |postal, address, town| {
        let found = resolved(postal, address, "").expect(address);
        assert_eq!((found.grade, found.town, found.number), (Grade::Town, town, "1-2"));
    };
    check("1000013", "東京都千代田区霞ヶ関1-2", "霞が関");
    check("1000013", "東京都千代田区霞ケ関１－２", "霞が関");
    check("1000013", "霞が関1-2", "霞が関");
    check("1000013", "千代田区霞が関1-2", "霞が関");
    check("1000013", "東京都　千代田区　霞が関　１－２", "霞が関");
    check("2360031", "神奈川県横浜市金澤区六浦1-2", "六浦");
    check("0440001", "北海道虻田郡倶知安町北一条東1-2", "北一条東");
    check("0440001", "北海道倶知安町北１条東1-2", "北一条東");
    check("1001101", "東京都三宅村神着1-2", "神着");
    check("0270203", "岩手県宮古市大字津軽石1-2", "津軽石");
    check("0600906", "北海道札幌市北六条東1-2", "北六条東");
}

#[test]
fn a_street_of_kyoto_belongs_to_the_town_and_not_to_the_number() {
    let address = "京都府京都市中京区寺町通御池上る二丁目上本能寺前町488";
    check("604-0925", address, Grade::Town, "上本能寺前町", "488", "488");
    let address = "京都市中京区河原町通二条下る一之舟入町537-50";
    check("604-0924", address, Grade::Town, "一之船入町", "537-50", "537-50");
    let address = "京都市中京区一之船入町537-50";
    check("604-0924", address, Grade::Town, "一之船入町", "537-50", "537-50");
}

#[test]
fn a_building_with_a_code_a_floor_is_found_behind_its_number() {
    let address = "東京都新宿区西新宿2丁目6-1新宿住友ビル3階";
    let rest = "2丁目6-1新宿住友ビル3階";
    check("163-0203", address, Grade::Town, "西新宿新宿住友ビル", rest, "2-6-1-3");
    let address = "東京都新宿区西新宿新宿住友ビル3階";
    check("163-0203", address, Grade::Town, "西新宿新宿住友ビル", "3階", "3");
}

#[test]
fn a_representative_code_goes_on_without_barcode() {
    check("100-0000", "東京都千代田区架空町1-2", Grade::City, "", "架空町1-2", "-");
    let found = resolved("1000000", "千代田区架空町1-2", "").expect("the city agrees");
    assert_eq!((found.walk, found.number), (1 << 48 | 2 << 32, ""));
}

#[test]
fn a_town_that_is_not_the_codes_goes_on_without_barcode() {
    check("100-0013", "東京都千代田区三番町1-2", Grade::City, "", "三番町1-2", "-");
    check("060-0042", "札幌市中央区大通西19丁目2", Grade::Town, "大通西", "19丁目2", "19-2");
    check("060-0042", "札幌市中央区大通西20丁目2", Grade::City, "", "大通西20丁目2", "-");
}

#[test]
fn an_offices_own_code_carries_no_address_part() {
    check("100-8792", "東京都千代田区大手町2-3-1", Grade::Office, "大手町", "2-3-1", "");
    check(
        "100-8792",
        "日本郵便 株式会社 総務部",
        Grade::Office,
        "",
        "日本郵便 株式会社 総務部",
        "",
    );
    let found = resolved("1008792", "千代田区大手町2-3-1", "").expect("the office's own");
    let codes = found.barcode.expect("an own code has a barcode");
    assert!(codes.codes()[7..].iter().all(|&code| code == letter::barcode::CC4));
}

#[test]
fn a_box_at_a_shared_code_is_encoded_by_its_number() {
    let address = "仙台中央郵便局私書箱215号";
    check("980-8691", address, Grade::PoBox, "", address, "215");
    let address = "宮城県仙台市青葉区 仙台中央郵便局私書箱第215号";
    check("980-8691", address, Grade::PoBox, "", "仙台中央郵便局私書箱第215号", "215");
    let found = resolved("980-8691", address, "").expect("a box");
    assert_eq!((found.prefecture, found.city), ("宮城県", "仙台市青葉区"));
    let expected = "FDTFFADFFTTADFDAFTFFFFTFDAFFTFTFTDATDATDATDATDATDATDATDATDATDAFFTDF";
    assert_eq!(found.barcode.expect("a barcode").bar_letters(), expected);
}

/// Checks the code of the reason.
fn check_reason(postal: &str, address: &str, code: &str) {
    let reason = resolved(postal, address, "").map(|found| found.town);
    let reason = reason.expect_err(address);
    assert_eq!(reason.code(), code, "{postal} {address}: {}", reason.english());
}

#[test]
fn a_contradiction_is_set_aside() {
    check_reason("100-0013", "大阪府大阪市北区梅田1-2", "address-mismatch");
    check_reason("100-0013", "東京都港区霞が関1-2", "address-mismatch");
    check_reason("100-0013", "大阪府千代田区霞が関1-2", "address-mismatch");
    check_reason("060-0906", "札幌市北区北六条東1-2", "address-mismatch");
    check_reason("100-8792", "大阪府大阪市北区梅田1-2", "address-mismatch");
    check_reason("100-0013", "", "address-mismatch");
    check_reason("100-0013", "1-2-3", "address-mismatch");
    // 千代田 alone is a town of 安城市; 千代田区 is a city.
    check_reason("446-0072", "千代田区霞が関1-2", "address-mismatch");
}

#[test]
fn a_code_that_is_none_is_set_aside() {
    check_reason("100-001", "東京都千代田区霞が関1-2", "bad-postal-code");
    check_reason("", "東京都千代田区霞が関1-2", "bad-postal-code");
    check_reason("999-9999", "東京都千代田区霞が関1-2", "unknown-postal-code");
    check_reason("980-8691", "仙台市青葉区中央1-2", "unknown-postal-code");
    check_reason("980-8691", "大阪府大阪市北区 大阪北郵便局私書箱215号", "unknown-postal-code");
    check_reason("980-8691", "大阪府 大阪北郵便局私書箱215号", "unknown-postal-code");
    check_reason("980-8691", "私書箱", "unknown-postal-code");
    check_reason("980-8691", "私書箱99999号", "unknown-postal-code");
    check_reason("980-8692", "仙台中央郵便局私書箱215号", "unknown-postal-code");
    let reason = resolved("999-9999", "霞が関", "").expect_err("no such code");
    let expected =
        Reason::UnknownPostalCode { postal: "999-9999".into(), dictionary: "2026-10".into() };
    assert_eq!(reason, expected);
}

#[test]
fn every_town_of_the_dictionary_agrees_with_itself() {
    let mut scratch = Scratch::default();
    let mut judged = 0;
    for place in DICTIONARY.all_places() {
        if place.kind != address::Kind::Town || place.town.contains('、') {
            continue;
        }
        let first_chome = place.note.strip_suffix("丁目").and_then(|list| {
            list.split(|c: char| !c.is_ascii_digit()).find(|number| !number.is_empty())
        });
        let rest = first_chome.map_or("77番地2".to_owned(), |chome| format!("{chome}丁目2番"));
        let address = format!("{}{}{}", place.prefecture, place.city, place.town);
        let postal = place.postal.to_string();
        let found = resolve(&DICTIONARY, &mut scratch, &postal, &address, &rest)
            .unwrap_or_else(|reason| panic!("{postal} {address}: {}", reason.english()));
        assert_eq!(found.grade, Grade::Town, "{postal} {address}");
        assert_eq!(found.rest, rest, "{postal} {address}");
        assert!(found.city == place.city && found.prefecture == place.prefecture);
        judged += 1;
    }
    assert!(judged > 120_000, "{judged}");
}
