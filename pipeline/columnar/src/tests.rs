//! Snapshots, the split, the ledger and the import, together in one binary: polars links slowly.

use std::collections::BTreeMap;
use std::io::Cursor;

use letter::{Channel, PieceId, SenderId, Wish};
use polars_core::prelude::{
    BooleanChunked, IntoSeries, NewChunkedArray, PlSmallStr, Series, StringChunked, UInt32Chunked,
    UInt64Chunked,
};
use registry::{ImportError, Link, Preference, Recipient, SnapshotId, SnapshotRow};
use route::{Lookup, Standing};

use crate::table::{Kind, TableReader, TableWriter, ROW_GROUP};
use crate::*;

fn row(sender: &str, class: &str, pseudonym: &str, mailbox: u64) -> SnapshotRow {
    SnapshotRow {
        sender: SenderId::parse(sender).expect("an id"),
        class: class.into(),
        pseudonym: pseudonym.into(),
        mailbox,
        identity_level: (mailbox % 4) as u8,
        mailbox_open: !mailbox.is_multiple_of(3),
        selected: !mailbox.is_multiple_of(5),
        wish: Wish::ALL[(mailbox % 3) as usize],
    }
}

/// Two senders who know the same mailboxes under other names, and one class of its own.
fn rows() -> Vec<SnapshotRow> {
    let mut rows = Vec::new();
    for n in 0..500 {
        rows.push(row("city", "*", &format!("c-{n}"), n));
        rows.push(row("life", "*", &format!("life-insured-{n:08}"), n));
        if n % 7 == 0 {
            rows.push(row("city", "tax", &format!("c-{n}"), n + 1));
        }
    }
    rows
}

fn keys<'a>(keys: impl IntoIterator<Item = &'a str>) -> KeyColumn {
    let mut column = KeyColumn::default();
    keys.into_iter().for_each(|key| column.push(key));
    column
}

fn expected(row: &SnapshotRow) -> SplitRow {
    let standing = Standing {
        selected: row.selected,
        identity_level: row.identity_level,
        mailbox_open: row.mailbox_open,
        wish: row.wish,
    };
    SplitRow { lookup: Lookup::Known(standing), mailbox: Some(row.mailbox) }
}

#[test]
fn the_split_finds_every_key_in_the_order_of_the_records() {
    let rows = rows();
    let snapshot = freeze(rows.clone()).expect("no twins");
    let asked: Vec<String> = (0..2000u64).map(|n| format!("c-{}", n * 7919 % 600)).collect();
    let column = keys(asked.iter().map(String::as_str));
    for class in ["tax", "bill"] {
        let mut by_key = BTreeMap::new();
        for wanted in ["*", class] {
            let of_class =
                rows.iter().filter(|r| r.sender.as_str() == "city" && &*r.class == wanted);
            by_key.extend(of_class.map(|r| (&*r.pseudonym, expected(r))));
        }
        let absent = SplitRow { lookup: Lookup::NotRegistered, mailbox: None };
        let found = split(&snapshot, "city", class, &column).expect("a split");
        assert_eq!(found.len(), asked.len());
        for (key, found) in asked.iter().zip(&found) {
            assert_eq!(found, by_key.get(key.as_str()).unwrap_or(&absent), "{class} {key}");
        }
    }
}

#[test]
fn an_empty_key_is_no_key_and_a_strange_sender_knows_nobody() {
    let snapshot = freeze(rows()).expect("no twins");
    let lookups = |sender: &str, asked: &[&str]| -> Vec<Lookup> {
        let found = split(&snapshot, sender, "tax", &keys(asked.iter().copied()));
        found.expect("a split").into_iter().map(|row| row.lookup).collect()
    };
    let strange = lookups("water", &["", "c-1"]);
    assert_eq!(strange, [Lookup::NoKey, Lookup::NotRegistered]);
    assert_eq!(lookups("city", &["", "life-insured-00000001"]), strange);
    assert_eq!(lookups("city", &[]), []);
}

#[test]
fn a_snapshot_is_the_same_whatever_order_its_rows_come_in() {
    let rows = rows();
    let id = SnapshotId::of(rows.clone());
    let forward = freeze(rows.clone()).expect("no twins");
    let backward = freeze(rows.iter().rev().cloned()).expect("no twins");
    let bytes = |snapshot: &Snapshot| snapshot.write_parquet(Vec::new()).expect("memory");
    assert_eq!((forward.id(), backward.id()), (id, id));
    assert_eq!(bytes(&forward), bytes(&backward));
    assert_eq!((forward.len(), forward.is_empty()), (rows.len(), false));
}

#[test]
fn a_snapshot_reads_back_from_parquet_and_writes_the_same_bytes() {
    for snapshot in [freeze(rows()).expect("no twins"), freeze([]).expect("nothing")] {
        let bytes = snapshot.write_parquet(Vec::new()).expect("memory");
        let read = Snapshot::read_parquet(Cursor::new(&bytes)).expect("our own file");
        assert_eq!((read.id(), read.len()), (snapshot.id(), snapshot.len()));
        assert_eq!(read.write_parquet(Vec::new()).expect("memory"), bytes);
        let column = keys(["c-7", "c-499", "c-8"]);
        assert_eq!(
            split(&read, "city", "tax", &column).expect("a split"),
            split(&snapshot, "city", "tax", &column).expect("a split")
        );
    }
}

#[test]
fn a_snapshot_file_with_other_rows_than_its_id_is_recognised() {
    let snapshot = freeze(rows()).expect("no twins");
    let mut bytes = snapshot.write_parquet(Vec::new()).expect("memory");
    let id = snapshot.id().to_string();
    let at = bytes.windows(16).position(|w| w == id.as_bytes()).expect("the id in the footer");
    bytes[at..at + 16].copy_from_slice(b"0123456789abcdef");
    match Snapshot::read_parquet(Cursor::new(&bytes)) {
        Err(Error::Damaged { found, .. }) => assert_eq!(found, snapshot.id()),
        other => panic!("{other:?}"),
    }
    bytes.truncate(bytes.len() / 2);
    assert!(Snapshot::read_parquet(Cursor::new(&bytes)).is_err());
}

#[test]
fn one_pseudonym_never_stands_for_two_recipients() {
    let twins = [row("city", "*", "c-1", 1), row("city", "*", "c-1", 2)];
    match freeze(twins) {
        Err(Error::TwinRows { sender, class }) => assert_eq!((&*sender, &*class), ("city", "*")),
        other => panic!("{other:?}"),
    }
}

fn ledger(rows: u32, groups_of: u32) -> Vec<u8> {
    let mut writer = LedgerWriter::new(Vec::new()).expect("memory");
    for n in 0..rows {
        let end = End::ALL[(n % 5) as usize];
        let channel = match end {
            End::Printed if n % 2 == 0 => Some(Channel::Both),
            End::Printed => Some(Channel::Paper),
            End::Delivered => Some(Channel::Electronic),
            End::SetAside | End::Held | End::Pulled => None,
        };
        writer
            .push(&LedgerRow {
                sender: "city",
                batch: if n < groups_of { "tax-1" } else { "tax-2" },
                part: 1,
                record: n,
                key: &format!("{n:08}"),
                piece: PieceId(u64::from(n) << 32),
                channel,
                reason: if n % 5 < 2 { "prefers-paper" } else { "missing-field" },
                end,
                also_delivered: channel == Some(Channel::Both),
                sheets: 2,
                weight_mg: 12_345,
                postage_yen: 110,
                place: &format!("tax-1-001.pdf:{n}"),
                time: "2026-11-22T21:00:00+09:00",
            })
            .expect("memory");
    }
    writer.finish().expect("memory")
}

#[test]
fn the_ledger_is_counted_by_batch_and_end_over_all_row_groups() {
    let rows = ROW_GROUP as u32 + 1005;
    let bytes = ledger(rows, 1000);
    let counts = read_ledger(Cursor::new(&bytes)).expect("our own file");
    let ends: Vec<_> = counts.batches.iter().map(|b| (b.batch.as_str(), b.ends)).collect();
    let rest = u64::from(rows - 1000);
    let mut second = [rest / 5; 5];
    second.iter_mut().take((rest % 5) as usize).for_each(|end| *end += 1);
    assert_eq!(ends, [("tax-1", [200; 5]), ("tax-2", second)]);
    assert_eq!(counts.batches.iter().map(BatchCount::records).sum::<u64>(), u64::from(rows));
    assert_eq!((counts.batches[0].also_delivered, counts.batches[0].of(End::Held)), (100, 200));
    let channels: Vec<_> = counts.channels[..4]
        .iter()
        .map(|c| (c.channel.as_str(), c.reason.as_str(), c.records))
        .collect();
    assert_eq!(
        channels,
        [
            ("", "missing-field", 600),
            ("both", "prefers-paper", 100),
            ("electronic", "prefers-paper", 200),
            ("paper", "prefers-paper", 100),
        ]
    );
}

#[test]
fn the_ledger_has_a_row_per_record_and_the_same_bytes_every_time() {
    let bytes = ledger(10, 10);
    assert_eq!(bytes, ledger(10, 10));
    let mut table = TableReader::new(Cursor::new(&bytes)).expect("our own file");
    assert_eq!(table.row_groups(), 1);
    let frame = table.frame(0, &["piece", "grams", "place"]).expect("columns");
    assert_eq!(frame.height(), 10);
    let text = |column: &str| frame.column(column).expect("a column").str().expect("text").get(9);
    assert_eq!(text("piece"), Some("0000000900000000"));
    assert_eq!(text("place"), Some("tax-1-001.pdf:9"));
    let grams = frame.column("grams").expect("a column").f64().expect("numbers").get(9);
    assert_eq!(grams, Some(12.345));
}

#[test]
fn an_empty_ledger_counts_nothing() {
    let counts = read_ledger(Cursor::new(ledger(0, 0))).expect("our own file");
    assert_eq!(counts, LedgerCounts::default());
}

fn text(values: &[&str]) -> Series {
    StringChunked::from_slice(PlSmallStr::EMPTY, values).into_series()
}

fn parquet(columns: &[(&'static str, Kind)], values: Vec<Series>) -> Cursor<Vec<u8>> {
    let mut table = TableWriter::new(Vec::new(), columns).expect("memory");
    table.row_group(values).expect("memory");
    Cursor::new(table.finish(&[]).expect("memory"))
}

fn recipients(mailboxes: &[u64]) -> Cursor<Vec<u8>> {
    parquet(
        &[
            ("mailbox_id", Kind::U64),
            ("recipient", Kind::Text),
            ("identity_level", Kind::U32),
            ("mailbox", Kind::Word),
        ],
        vec![
            UInt64Chunked::from_slice(PlSmallStr::EMPTY, mailboxes).into_series(),
            text(&["r2", "r1"]),
            UInt32Chunked::from_slice(PlSmallStr::EMPTY, &[3, 0]).into_series(),
            text(&["open", "closed"]),
        ],
    )
}

#[test]
fn parquet_gives_the_same_recipients_as_csv() {
    let csv = "recipient,identity_level,mailbox,mailbox_id\nr2,3,open,7002\nr1,0,closed,7001\n";
    let from_csv = registry::read_entries::<Recipient>(csv.as_bytes()).expect("a good file");
    let from_parquet = read_entries::<Recipient>(recipients(&[7002, 7001])).expect("a good file");
    assert_eq!(from_parquet, from_csv);
}

/// Files that pyarrow 26.0 wrote with its defaults, apart from what their names say.
const BY_PYARROW: &[u8] = include_bytes!("../samples/recipients-by-pyarrow.parquet");
const WITHOUT_A_CLASS: &[u8] = include_bytes!("../samples/preferences-without-a-class.parquet");
const IN_ZSTD: &[u8] = include_bytes!("../samples/links-in-zstd.parquet");

#[test]
fn another_writers_parquet_is_read() {
    let recipients = read_entries::<Recipient>(Cursor::new(BY_PYARROW)).expect("a good file");
    let seen: Vec<_> =
        recipients.iter().map(|r| (&*r.id, r.identity_level, r.mailbox_open, r.mailbox)).collect();
    assert_eq!(seen, [("r1", 0, false, 7001), ("r2", 3, true, 7002)]);
}

#[test]
fn a_missing_value_is_a_fault_of_its_row() {
    let Err(error) = read_entries::<Preference>(Cursor::new(WITHOUT_A_CLASS)) else {
        panic!("a preference without a class was taken")
    };
    assert_eq!(error.to_string(), "1 faulty rows; line 2, column class: \"\" is not a key");
}

#[test]
fn a_codec_that_is_not_built_is_named() {
    let Err(error) = read_entries::<Link>(Cursor::new(IN_ZSTD)) else { panic!("zstd was read") };
    assert!(error.to_string().contains("zstd"), "{error}");
}

#[test]
fn parquet_preferences_may_hold_booleans() {
    let bytes = parquet(
        &[
            ("recipient", Kind::Text),
            ("sender", Kind::Word),
            ("class", Kind::Word),
            ("wish", Kind::Word),
            ("selected", Kind::Flag),
        ],
        vec![
            text(&["r1"]),
            text(&["city"]),
            text(&["*"]),
            text(&["both"]),
            BooleanChunked::from_slice(PlSmallStr::EMPTY, &[true]).into_series(),
        ],
    );
    let preferences = read_entries::<Preference>(bytes).expect("a good file");
    assert_eq!((preferences[0].wish, preferences[0].selected), (Wish::Both, true));
}

#[test]
fn a_faulty_parquet_row_is_named_by_its_number() {
    match read_entries::<Recipient>(recipients(&[7, 7])) {
        Err(Error::Import(ImportError::Rows { faults, .. })) => {
            assert_eq!(faults[0].to_string(), "line 2, column mailbox_id: the same as in line 1");
        }
        other => panic!("{other:?}"),
    }
    match read_entries::<Link>(recipients(&[7, 8])) {
        Err(Error::Import(ImportError::Head { found, .. })) => assert_eq!(found.len(), 4),
        other => panic!("{other:?}"),
    }
}
