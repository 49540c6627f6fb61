//! Table rows find their records in whatever order they come.

use crate::shop::{decode, layout};

const RECORDS: usize = 40;

fn recipients() -> Vec<u8> {
    let rows = (0..RECORDS).map(|n| format!("K{n},1000013,a,b\r\n"));
    format!("key,postal,address,name\r\n{}", rows.collect::<String>()).into_bytes()
}

/// Three rows for each record but every seventh, in the order of `numbers`.
fn lines(numbers: impl Iterator<Item = usize>) -> Vec<u8> {
    let mut file = "\u{FEFF}item,no,yen,day\r\n".to_owned();
    for number in numbers.filter(|n| (n % RECORDS) % 7 != 3) {
        let (record, row) = (number % RECORDS, number / RECORDS);
        file.push_str(&format!("i{row},K{record},{row},2026-06-30\r\n\r\n"));
    }
    file.into_bytes()
}

#[test]
fn any_order_of_table_rows_gives_the_same_records() {
    let all = 3 * RECORDS;
    let merged = lines((0..all).map(|n| n / 3 + n % 3 * RECORDS));
    let layout = layout("lines");
    let expected = decode(&layout, &recipients(), Some(&merged)).expect("no refusal");
    assert_eq!(
        expected.values[0][4..],
        ["2026-06-30", "i0", "0", "2026-06-30", "i1", "1", "2026-06-30", "i2", "2"]
    );
    assert_eq!(expected.values[3].len(), 4, "the fourth record has no rows");
    for (what, file) in [
        ("round by round", lines(0..all)),
        ("records backwards", lines((0..all).map(|n| (RECORDS - 1 - n / 3) + n % 3 * RECORDS))),
    ] {
        let decoded = decode(&layout, &recipients(), Some(&file)).expect("no refusal");
        assert_eq!(decoded.values, expected.values, "{what}");
        assert_eq!(decoded.totals.table_rows, expected.totals.table_rows, "{what}");
        assert_eq!(decoded.totals.orphans.rows, 0, "{what}");
    }
}

#[test]
fn a_repeated_record_gets_the_same_rows_and_leaves_no_orphans() {
    let recipients = b"key,postal,address,name\nA,1000013,a,b\nB,1000013,a,b\nA,1000013,a,b\n";
    let lines = b"no,day,item,yen\nA,,x,1\nB,,y,2\n";
    let decoded = decode(&layout("lines"), recipients, Some(lines)).expect("no refusal");
    assert_eq!(decoded.values[0][4..], decoded.values[2][4..]);
    assert_eq!(decoded.totals.orphans.rows, 0);
}

#[test]
fn a_record_with_faults_still_owns_its_rows() {
    let recipients = b"key,postal,address,name\nA,1000013,a,\n";
    let lines = b"no,day,item,yen\nA,,x,1\n";
    let decoded = decode(&layout("lines"), recipients, Some(lines)).expect("no refusal");
    assert_eq!(decoded.faults(0), ["missing-field 2 name 24"]);
    assert_eq!(decoded.totals.orphans.rows, 0);
}

#[test]
fn only_the_first_hundred_orphans_are_named() {
    let recipients = b"key,postal,address,name\nA,1000013,a,b\n";
    let rows: String = (0..150).map(|n| format!("X{n},,x,1\n")).collect();
    let lines = format!("no,day,item,yen\n{rows}");
    let decoded = decode(&layout("lines"), recipients, Some(lines.as_bytes())).expect("no refusal");
    assert_eq!((decoded.totals.orphans.rows, decoded.totals.orphans.first.len()), (150, 100));
}

#[test]
fn rows_scattered_over_too_many_places_are_too_many_rows_and_no_orphans() {
    let recipients = b"key,postal,address,name\nA,1000013,a,b\nB,1000013,a,b\nA,1000013,a,b\n";
    let lines = format!("no,day,item,yen\n{}", "A,,x,1\nB,,y,2\n".repeat(501));
    let decoded = decode(&layout("lines"), recipients, Some(lines.as_bytes())).expect("no refusal");
    assert_eq!(decoded.sound(), [false, false, false]);
    assert_eq!(decoded.faults(2), ["too-many-rows 4  52"]);
    assert_eq!(decoded.totals.orphans.rows, 0);
}
