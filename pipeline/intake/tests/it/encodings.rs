//! Sound files in every encoding and form, and what their values become.

use crate::shop::{cp932, decode, layout, small, sound};

const ROW: [&str; 4] = ["K1", "100-0013", "東京都\"本\"町", "𠮷田"];
const TEXT: &str = "key,postal,address,name\r\nK1,100-0013,\"東京都\"\"本\"\"町\",𠮷田\r\n";

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect()
}

#[test]
fn the_same_record_comes_from_every_unicode_form() {
    let tabs = "key\tpostal\taddress\tname\r\nK1\t100-0013\t\"東京都\"\"本\"\"町\"\t𠮷田\r\n";
    let mark = |text: &str| format!("\u{FEFF}{text}").into_bytes();
    for (name, file) in [
        ("auto", mark(TEXT)),
        ("auto", utf16(TEXT, u16::to_le_bytes)),
        ("utf16", utf16(TEXT, u16::to_le_bytes)),
        ("utf16", utf16(TEXT, u16::to_be_bytes)),
        ("utf16", utf16(&TEXT.replace("\r\n", "\n"), u16::to_be_bytes)),
        ("utf8", tabs.as_bytes().to_vec()),
        ("utf8", mark(tabs)),
        ("utf8", mark(tabs.trim_end())),
    ] {
        let decoded = decode(&layout(name), &file, None).expect("no refusal");
        assert_eq!(decoded.values, [ROW], "{name}");
        let place = decoded.rows[0].place;
        let raw = &file[place.byte as usize..place.byte as usize + place.raw_len as usize];
        assert!(!raw.contains(&b'\n') && file.len() - raw.len() > 20, "{name}");
        assert_eq!(place.line, 2);
    }
}

#[test]
fn half_a_surrogate_pair_has_its_place_in_the_senders_bytes() {
    let mut file =
        utf16("key,postal,address,name\nK1,1000013,a,xz\nK2,1000013,a,b\n", u16::to_le_bytes);
    let at = file.windows(2).position(|pair| pair == b"z\0").expect("the name ends in z");
    file[at..at + 2].copy_from_slice(&[0x00, 0xD8]);
    let decoded = decode(&layout("utf16"), &file, None).expect("no refusal");
    assert_eq!(decoded.faults(0), [format!("undecodable-bytes 2 name {at}")]);
    assert_eq!(decoded.sound(), [false, true]);
}

#[test]
fn cp932_values_take_the_form_of_their_kind() {
    let gaiji = [
        cp932("A2,１００－００１３,住所　,").as_slice(),
        b"\xf0\x40\x8e\x52",
        &cp932("　 ,ﾊﾟﾝ,▲１，２３４,R8.6.30,\"一\r\n二\",x"),
    ]
    .concat();
    let file = small(&[&sound("A1"), b"", &gaiji]);
    let decoded = decode(&layout("small"), &file, None).expect("no refusal");
    let expected = [
        "A1",
        "100-0013",
        "東京都千代田区霞が関1-3-2",
        "髙橋　花子",
        "タカハシ ハナコ",
        "12000",
        "2026-06-30",
        "",
    ];
    assert_eq!(decoded.values[0], expected);
    let expected = [
        "A2",
        "１００－００１３",
        "住所",
        "葛\u{E0100}山",
        "パン",
        "-1234",
        "2026-06-30",
        "一\n二",
    ];
    assert_eq!(decoded.values[1], expected);
    assert_eq!(decoded.totals.hash_total, 2_000_026);
    assert_eq!((decoded.rows[0].place.line, decoded.rows[1].place.line), (2, 4));
    let schema = layout("small").schema().clone();
    assert_eq!(
        schema.fields,
        ["key", "postal", "address1", "name", "kana", "amount", "due", "note"]
    );
}

#[test]
fn name_kanji_and_compatibility_forms_are_never_normalised() {
    let names = "﨑髙神祥福①㈱Ⅰ";
    let row = cp932(&format!("A1,1000013,a,{names},,,,,x"));
    let decoded = decode(&layout("small"), &small(&[&row]), None).expect("no refusal");
    assert_eq!(decoded.values[0][3], names);
}

#[test]
fn the_columns_may_stand_in_another_order() {
    let file = b"name,address,postal,key\nb,a,1000013,K1\n\x1a";
    let decoded = decode(&layout("auto"), file, None).expect("no refusal");
    assert_eq!(decoded.values, [["K1", "1000013", "a", "b"]]);
}

#[test]
fn column_groups_that_hold_something_become_table_rows() {
    let file = "key,postal,address,name,a1,d1,a2,d2\n\
        1,1000013,a,b,\"1,000\",2026-06-30,,\n\
        2,1000013,a,b,,,,\n\
        3,1000013,a,b,1,2026-06-30,2,2026/8/31\n\
        4,1000013,a,b,1,,x,\n";
    let decoded = decode(&layout("fold"), file.as_bytes(), None).expect("no refusal");
    assert_eq!(layout("fold").schema().columns, ["amount", "due", "term"]);
    assert_eq!(decoded.values[0][4..], ["1000", "2026-06-30", "first"]);
    assert_eq!(decoded.values[1].len(), 4);
    assert_eq!(decoded.values[2][4..], ["1", "2026-06-30", "first", "2", "2026-08-31", "second"]);
    let at = file.find("4,1000013").expect("the row is there");
    assert_eq!(
        decoded.faults(3),
        [
            format!("missing-field 5 d1 {at}"),
            format!("bad-number 5 a2 {at}"),
            format!("missing-field 5 d2 {at}")
        ]
    );
}

#[test]
fn the_trailer_is_no_record_and_a_record_like_it_is_none() {
    let file = b"key,postal,address,name\nT,1000013,a,b\n2,bad,a,b\nT,2,1000013\n\n\x1a";
    let decoded = decode(&layout("trailer"), file, None).expect("no refusal");
    assert_eq!(decoded.sound(), [true, true]);
    let trailer = decoded.totals.trailer.expect("a trailer");
    assert_eq!((trailer.count, trailer.hash_total), (2, Some(1_000_013)));
}
