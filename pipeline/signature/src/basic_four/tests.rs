//! What the grades say of names, dates, sexes and addresses.

use super::*;

fn name(certified: &str, mask: &str, form: &str) -> Compared {
    let certified =
        Certified { name: Some(certified), name_mask: Some(mask), ..Certified::default() };
    let form = Form { name: Some(form), ..Form::default() };
    compare(&certified, &form).and_then(|four| four.name).expect("the form has a name")
}

fn address(certified: &str, form: &str) -> Compared {
    let mask = "0".repeat(certified.chars().count());
    let certified =
        Certified { address: Some(certified), address_mask: Some(&mask), ..Certified::default() };
    let form = Form { address: Some(form), ..Form::default() };
    compare(&certified, &form).and_then(|four| four.address).expect("the form has an address")
}

fn birth(certified: &str, form: &str) -> Compared {
    let certified = Certified { birth: Some(certified), ..Certified::default() };
    let form = Form { birth: Some(form), ..Form::default() };
    compare(&certified, &form).and_then(|four| four.birth).expect("the form has a birth date")
}

#[test]
fn names_are_graded_by_how_far_they_agree() {
    for (certified, mask, form, grade) in [
        ("試験　花子", "00000", "試験　花子", Grade::Exact),
        ("試験　花子", "00000", "試験 花子", Grade::Normalised),
        ("試験　花子", "00000", "試験花子", Grade::Normalised),
        ("ＡＮＮ　ﾊﾞｰﾊﾞﾗ", "000000000", "ANN バーバラ", Grade::Normalised),
        ("髙橋　花子", "00000", "高橋　花子", Grade::Variant),
        ("宮﨑　一", "0000", "宮崎　一", Grade::Variant),
        ("吉田　花子", "10000", "𠮷田　花子", Grade::Substituted),
        ("吉田　花子", "10000", "吉田　花子", Grade::Substituted),
        ("吉田　花子", "10000", "𠮷田　葉子", Grade::Different),
        ("試験　花子", "00000", "試験　太郎", Grade::Different),
        ("試験　花子", "00000", "", Grade::Different),
    ] {
        let compared = name(certified, mask, form);
        assert_eq!(compared.grade, grade, "{certified} {mask} {form}: {compared:?}");
        let silent = compared.differences.is_empty();
        assert_eq!(silent, grade <= Grade::Normalised, "{certified} {form}: {compared:?}");
    }
}

#[test]
fn a_difference_says_its_place_and_both_code_points() {
    let compared = name("髙橋　花子", "00000", "高橋　葉子");
    let expected = [
        (1, Some("U+9AD9"), Some("U+9AD8"), Grade::Variant),
        (4, Some("U+82B1"), Some("U+8449"), Grade::Different),
    ];
    let found: Vec<_> = compared
        .differences
        .iter()
        .map(|d| (d.at, d.certificate.as_deref(), d.form.as_deref(), d.grade))
        .collect();
    assert_eq!(found, expected);
    let missing = name("試験　花子", "00000", "試験　花");
    assert_eq!(missing.differences.len(), 1);
    assert_eq!((missing.differences[0].at, missing.differences[0].form.as_deref()), (5, None));
}

#[test]
fn a_variation_selector_is_never_silently_dropped() {
    let compared = name("葛城　花子", "00000", "葛\u{E0100}城　花子");
    assert_eq!(compared.grade, Grade::Variant);
}

#[test]
fn a_mask_that_does_not_fit_its_text_is_noted() {
    let zeros = name("試験　花子", "0000", "試験　花子");
    assert_eq!((zeros.grade, zeros.notes), (Grade::Exact, vec![Note::MaskLength]));
    let ones = name("試験　花子", "0100", "試験　花子");
    assert_eq!((ones.grade, ones.notes), (Grade::Substituted, vec![Note::MaskLength]));
    let letters = name("試験　花子", "0x000", "試験　花子");
    assert_eq!((letters.grade, letters.notes), (Grade::Substituted, vec![Note::MaskCharacters]));
    let utf16 = name("𠮷田　花子", "001000", "𠮷岡　花子");
    assert_eq!((utf16.grade, utf16.notes), (Grade::Substituted, Vec::new()));
}

#[test]
fn a_name_parted_elsewhere_is_not_silently_equal() {
    let compared = name("林　田太郎", "00000", "林田　太郎");
    assert_eq!(compared.grade, Grade::Variant);
    assert_eq!(compared.notes, [Note::PartedElsewhere]);
}

#[test]
fn addresses_are_read_through_their_notations() {
    let certified = "東京都千代田区霞が関三丁目２番１号";
    for (form, grade) in [
        (certified, Grade::Exact),
        ("東京都千代田区霞が関3丁目2番1号", Grade::Normalised),
        ("東京都千代田区霞ケ関３－２－１", Grade::Normalised),
        ("東京都千代田区霞ヶ関三の二の一", Grade::Normalised),
        ("千代田区霞が関3-2-1", Grade::Normalised),
        ("東京都千代田区霞が関3-2-11", Grade::Different),
        ("東京都千代田区霞が関3-21", Grade::Different),
        ("東京都千代田区霞が関4-2-1", Grade::Different),
        ("大阪府千代田区霞が関3-2-1", Grade::Different),
    ] {
        let compared = address(certified, form);
        assert_eq!(compared.grade, grade, "{form}: {compared:?}");
    }
    let pairs = [
        ("埼玉県入間郡毛呂山町大字岩井二十三番地の五", "埼玉県入間郡毛呂山町岩井23-5"),
        ("北海道札幌市中央区北一条西二丁目1番地", "北海道札幌市中央区北1条西2-1"),
        ("三重県四日市市諏訪町一〇番五号星見荘２０３号室", "三重県四日市市諏訪町10-5 星見荘203"),
        ("東京都港区三田二丁目１５番４５号　１０１号室", "東京都港区三田2-15-45-101"),
        ("東京都新宿区百人町一丁目1番1号", "東京都新宿区百人町1-1-1"),
    ];
    for (certified, form) in pairs {
        let compared = address(certified, form);
        assert_eq!(compared.grade, Grade::Normalised, "{form}: {compared:?}");
    }
    let omitted = address(certified, "千代田区霞が関3-2-1");
    assert_eq!(omitted.notes, [Note::PrefectureOmitted]);
    assert_eq!(address("愛知県大文字町1番", "愛知県大文町1番").grade, Grade::Different);
}

#[test]
fn an_address_without_its_substituted_characters_is_substituted() {
    let text = "福井県葛町一丁目1番";
    let mask = "0001000000";
    let certified =
        Certified { address: Some(text), address_mask: Some(mask), ..Certified::default() };
    let form = Form { address: Some("福井県𦹀町1-1"), ..Form::default() };
    let compared = compare(&certified, &form).and_then(|four| four.address).expect("compared");
    assert_eq!(compared.grade, Grade::Substituted, "{compared:?}");
}

#[test]
fn birth_dates_are_days_in_any_notation() {
    for (certified, form, grade) in [
        ("520260630", "2026-06-30", Grade::Exact),
        ("520260630", "令和8年6月30日", Grade::Exact),
        ("520260630", "Ｒ８．６．３０", Grade::Exact),
        ("520260630", "520260630", Grade::Exact),
        ("520190501", "令和元年5月1日", Grade::Exact),
        ("319801231", "1980年12月31日", Grade::Exact),
        ("319801231", "昭和55年12月31日", Grade::Exact),
        ("319801231", "419801231", Grade::Different),
        ("319801231", "1980-12-30", Grade::Different),
        ("319801231", "1981-12-31", Grade::Different),
        ("319800000", "1980-12-31", Grade::Substituted),
        ("319800000", "319800000", Grade::Substituted),
        ("400000000", "1990-01-01", Grade::Substituted),
        ("319801331", "1980-12-31", Grade::Different),
        ("31980123", "1980-12-31", Grade::Different),
        ("319801231", "yesterday", Grade::Different),
    ] {
        let compared = birth(certified, form);
        assert_eq!(compared.grade, grade, "{certified} {form}: {compared:?}");
    }
    assert_eq!(birth("319801231", "soon").notes, [Note::Unreadable]);
    assert!(birth("419801231", "1980-12-31").notes.contains(&Note::EraMismatch));
}

#[test]
fn a_birth_date_is_read_in_any_notation_and_only_if_it_is_a_day() {
    let day = Date::new(1980, 12, 31);
    for text in ["1980-12-31", "昭和55年12月31日", "S55.12.31", "19801231", "319801231"] {
        assert_eq!(birth_date(text), day, "{text}");
    }
    for text in ["1980-02-30", "319800000", "平成55年12月31日", "soon", ""] {
        assert_eq!(birth_date(text), None, "{text}");
    }
}

#[test]
fn sexes_are_compared_by_meaning() {
    let sex = |certified, form| {
        let certified = Certified { sex: Some(certified), ..Certified::default() };
        let form = Form { sex: Some(form), ..Form::default() };
        compare(&certified, &form).expect("compared").grade
    };
    assert_eq!(sex("1", "男"), Grade::Exact);
    assert_eq!(sex("2", "2"), Grade::Exact);
    assert_eq!(sex("2", "男"), Grade::Different);
    assert_eq!(sex("3", "男"), Grade::Substituted);
    assert_eq!(sex("1", "?"), Grade::Different);
}

#[test]
fn the_worst_of_the_four_decides_whether_a_person_looks() {
    let certified = Certified {
        name: Some("髙橋　花子"),
        name_mask: Some("00000"),
        sex: Some("2"),
        ..Certified::default()
    };
    let form = Form { name: Some("高橋花子"), sex: Some("女"), ..Form::default() };
    let four = compare(&certified, &form).expect("compared");
    assert_eq!(four.grade, Grade::Variant);
    assert!(four.is_below(Grade::Normalised) && !four.is_below(Grade::Variant));
    assert_eq!(four.birth, None);
    let absent = Form { address: Some("東京都"), ..Form::default() };
    let four = compare(&certified, &absent).expect("compared");
    assert_eq!(four.address.expect("compared").notes, [Note::NotInCertificate]);
    assert_eq!(compare(&certified, &Form::default()), None);
}

#[test]
fn texts_beyond_any_address_are_compared_as_a_whole_only() {
    let long = "あ".repeat(100_000);
    let compared = address("東京都", &long);
    assert_eq!((compared.grade, compared.notes), (Grade::Different, vec![Note::TooLong]));
}
