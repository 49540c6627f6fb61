//! Every reason for which intake sets a record aside or holds it, with its place.

use letter::Reason;

use crate::shop::{cp932, decode, layout, shown, small, sound};

/// A row of layout `small` with one field replaced.
fn with(field: usize, value: &[u8]) -> Vec<u8> {
    let row = sound("A2");
    let mut fields: Vec<&[u8]> = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, &byte) in row.iter().enumerate() {
        quoted ^= byte == b'"';
        if byte == b',' && !quoted {
            fields.push(&row[start..at]);
            start = at + 1;
        }
    }
    fields.push(&row[start..]);
    fields[field] = value;
    fields.join(&b","[..])
}

#[test]
fn every_reason_of_a_field_has_its_column_and_costs_only_its_row() {
    let start = small(&[&sound("A1")]).len();
    // The second row begins at `start`; A2, 100-0013 and the address stand before the name.
    let name_at = start + "A2,100-0013,".len() + cp932("東京都千代田区霞が関1-3-2").len() + 1;
    let row = format!("{start}");
    let name = format!("{}", name_at + 2);
    for (field, value, expected) in [
        (3, b"\x8d\x82\xff\xff".to_vec(), format!("undecodable-bytes 3 氏名 {name}")),
        (3, b"\"\x8d\x82\xff\xff\"".to_vec(), format!("undecodable-bytes 3 氏名 {}", name_at + 3)),
        (3, b"\x8d\x82\x81".to_vec(), format!("undecodable-bytes 3 氏名 {name}")),
        (3, b"\"\x8d\x82\"\"\xff\"".to_vec(), format!("undecodable-bytes 3 氏名 {}", name_at + 5)),
        (3, cp932(" 　"), format!("missing-field 3 氏名 {row}")),
        (0, b"".to_vec(), format!("missing-field 3 番号 {row}")),
        (3, cp932("一二三四五六七八九"), format!("field-too-long 3 氏名 {row}")),
        (3, b"a\tb".to_vec(), format!("control-character 3 氏名 {row}")),
        (3, b"\"a\r\nb\"".to_vec(), format!("control-character 3 氏名 {row}")),
        (3, b"a\x80b".to_vec(), format!("control-character 3 氏名 {row}")),
        (7, b"\"a\rb\"".to_vec(), format!("control-character 3 備考 {row}")),
        (6, cp932("令和8年6月31日"), format!("bad-date 3 期限 {row}")),
        (6, cp932("2026-06-30"), format!("bad-date 3 期限 {row}")),
        (5, b"12.5".to_vec(), format!("bad-number 3 金額 {row}")),
        (3, b"\xf0\x41".to_vec(), format!("unknown-gaiji 3 氏名 {row}")),
        (3, b"\xf9\xfc".to_vec(), format!("unknown-gaiji 3 氏名 {row}")),
        (4, b"\xf0\x40".to_vec(), format!("unknown-gaiji 3 カナ {row}")),
    ] {
        let file = small(&[&sound("A1"), &with(field, &value), &sound("A3")]);
        let decoded = decode(&layout("small"), &file, None).expect("no refusal");
        assert_eq!(decoded.faults(1), [expected]);
        assert_eq!(decoded.sound(), [true, false, true]);
        assert_eq!(decoded.totals.rows, 3);
    }
}

#[test]
fn all_faults_of_a_row_are_told_at_once() {
    let row = b"A2,,\xff,a\tb,,1.5,today,,x";
    let decoded = decode(&layout("small"), &small(&[row]), None).expect("no refusal");
    let codes: Vec<String> =
        decoded.faults(0).iter().map(|f| f.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(
        codes,
        ["missing-field", "undecodable-bytes", "control-character", "bad-number", "bad-date"]
    );
    assert!(decoded.rows[0].key.is_some());
}

#[test]
fn a_broken_row_costs_one_line_and_its_key_is_still_found() {
    let (a, z) = (sound("A1"), sound("Z9"));
    for (row, code) in [
        (cp932("A2,100-0013,住所,氏名"), "column-count"),
        (cp932("A2,100-0013,住所,氏名,,,,,x,y"), "column-count"),
        (cp932("A2,100-0013,住所,\"氏名,,,,,x"), "broken-quote"),
        (cp932("A2,100-0013,住所,\"氏名\"様,,,,,x"), "broken-quote"),
        (cp932("\"A2\",100-0013,住所,氏名,,,,,\"x"), "broken-quote"),
    ] {
        let file = small(&[&a, &row, &z, &a]);
        let decoded = decode(&layout("small"), &file, None).expect("no refusal");
        assert_eq!(decoded.sound(), [true, false, true, true], "{code}");
        let start = small(&[&a]).len();
        assert_eq!(decoded.faults(1), [format!("{code} 3  {start}")]);
        assert_eq!(decoded.rows[1].key, Some(intake::KeyHash::of("A2")), "{code}");
        assert_eq!(decoded.rows[1].place.raw_len as usize, row.len());
        assert_eq!(decoded.totals.hash_total, 4 * 1_000_013, "{code}");
    }
}

#[test]
fn a_lost_quote_at_any_place_leaves_all_other_rows_as_they_were() {
    let row = |n: usize| format!("\"K{n}\",\"1000013\",\"東京都　{n}\",\"山\"\"田\"\r\n");
    let rows: Vec<String> = (0..12).map(row).collect();
    let whole = format!("key,postal,address,name\r\n{}", rows.concat());
    let layout = layout("auto");
    let sound = decode(&layout, whole.as_bytes(), None).expect("sound");
    for (at, _) in whole.match_indices('"') {
        let line = whole[..at].matches('\n').count() - 1;
        let broken = [&whole[..at], &whole[at + 1..]].concat();
        let decoded = decode(&layout, broken.as_bytes(), None).expect("no refusal");
        assert_eq!(decoded.rows.len(), 12, "quote at {at}");
        for other in (0..12).filter(|&other| other != line) {
            assert_eq!(decoded.values[other], sound.values[other], "quote at {at}");
        }
    }
}

#[test]
fn a_quote_closed_by_a_later_line_does_not_swallow_that_line() {
    let file = b"key,postal,address,name\n1,1000013,a,\"b\n2,1000013,a\",b\n3,1000013,a,b\n";
    let decoded = decode(&layout("auto"), file, None).expect("no refusal");
    assert_eq!(decoded.sound(), [false, true, true]);
    assert_eq!(decoded.faults(0), ["broken-quote 2  24"]);
    assert_eq!(decoded.values[1], ["2", "1000013", "a\"", "b"]);
}

#[test]
fn a_quote_open_to_the_end_of_the_file_costs_only_its_row() {
    let mut file = b"key,postal,address,name\n1,1000013,a,\"b\n".to_vec();
    for n in 0..5_000 {
        file.extend_from_slice(format!("{n},1000013,a,b\n").as_bytes());
    }
    let decoded = decode(&layout("auto"), &file, None).expect("no refusal");
    assert_eq!((decoded.rows.len(), decoded.faults(0).len()), (5_001, 1));
    assert!(decoded.sound()[1..].iter().all(|&sound| sound));
}

#[test]
fn a_row_without_end_is_skipped() {
    let mut file = b"key,postal,address,name\n1,1000013,a,".to_vec();
    file.resize(3 << 20, b'x');
    file.extend_from_slice(b"\n2,1000013,a,b\n");
    let decoded = decode(&layout("auto"), &file, None).expect("no refusal");
    assert_eq!(decoded.faults(0), ["row-too-long 2  24"]);
    assert_eq!(decoded.sound(), [false, true]);
    assert_eq!(decoded.totals.unreadable_postals, 1);
}

#[test]
fn fixed_width_rows_are_counted_in_bytes_and_never_cut_within_a_character() {
    let row = |text: &str| cp932(text);
    let good = row("0001100001312345678  山田　　ﾔﾏﾀﾞ    5080630\r\n");
    let short = row("0002100001312345678  山田　　ﾔﾏﾀﾞ    508063\r\n");
    let cut =
        [b"00031000013".as_slice(), &cp932("123456789山"), &cp932("田     ﾔﾏﾀﾞ    5080630\r\n")]
            .concat();
    let trailer = b"90003003000039\r\n";
    let file = [good.as_slice(), &short, &cut, trailer].concat();
    let decoded = decode(&layout("fixed"), &file, None).expect("no refusal");
    assert_eq!(decoded.sound(), [true, false, false]);
    let expected = ["0001", "1000013", "12345678", "山田", "ヤマダ", "2026-06-30"];
    assert_eq!(decoded.values[0], expected);
    assert_eq!(decoded.faults(1), [format!("row-length 2  {}", good.len())]);
    let at = good.len() + short.len() + 20;
    assert_eq!(decoded.faults(2)[0], format!("undecodable-bytes 3 住所 {at}"));
    assert_eq!(decoded.rows[1].key, Some(intake::KeyHash::of("0002")));
}

#[test]
fn rows_without_line_ends_follow_each_other() {
    let file = b"00011000013addrname00021000013addrna\x8d00031000013ad";
    let decoded = decode(&layout("endless"), file, None).expect("no refusal");
    assert_eq!(decoded.sound(), [true, false, false]);
    assert_eq!(decoded.faults(1)[0], "undecodable-bytes 2 氏名 36");
    assert!(decoded.faults(2)[0].starts_with("row-length 3 "), "{:?}", decoded.faults(2));
}

#[test]
fn table_rows_have_their_own_reasons() {
    let recipients = b"key,postal,address,name\n1,1000013,a,b\n2,1000013,a,b\n";
    let head = "no,day,item,yen\n";
    let many = "2,2026-06-30,x,1\n".repeat(501);
    let lines =
        format!("{head}1,2026-06-31,x,1\n1,2026-06-30,,2\n1,\"x\n3,2026-06-30,x,1\n,,,\n{many}");
    let decoded = decode(&layout("lines"), recipients, Some(lines.as_bytes())).expect("no refusal");
    assert_eq!(
        decoded.faults(0),
        ["bad-date 2 day 16", "missing-field 3 item 33", "broken-quote 4  49"]
    );
    assert_eq!(decoded.faults(1), ["too-many-rows 3  38"]);
    let orphans = &decoded.totals.orphans;
    assert_eq!(orphans.rows, 2);
    let shown: Vec<String> = orphans.first.iter().map(shown).collect();
    assert_eq!(shown, ["orphan-line 5  54", "missing-field 6 no 71"]);
    assert_eq!(orphans.first[0].origin.file, "lines.csv");
}

#[test]
fn these_tests_name_every_reason_that_intake_gives() {
    let text = include_str!("reasons.rs");
    for code in [
        "undecodable-bytes",
        "column-count",
        "broken-quote",
        "row-length",
        "row-too-long",
        "too-many-rows",
        "missing-field",
        "field-too-long",
        "control-character",
        "bad-date",
        "bad-number",
        "orphan-line",
        "unknown-gaiji",
    ] {
        assert!(Reason::CODES.contains(&code), "{code}");
        assert!(text.matches(code).count() > 1, "{code} has no test");
    }
}
