//! The ledger: one row per record of every batch, as Parquet, and what is counted from it.

use std::collections::BTreeMap;
use std::io::{Read, Seek, Write};

use letter::{Channel, PieceId};
use polars_core::prelude::{
    BooleanChunked, DataFrame, Float64Chunked, IntoSeries, NewChunkedArray, PlSmallStr, Series,
    StringChunkedBuilder, UInt32Chunked,
};

use crate::error::Error;
use crate::table::{Kind, TableReader, TableWriter, ROW_GROUP};

/// Where a record ended; the equation counts each record in one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// 印刷: painted into a print file.
    Printed,
    /// 電子交付: went as an electronic copy only.
    Delivered,
    /// エラー分: went back to the sender.
    SetAside,
    /// 保留: waits for the operator.
    Held,
    /// 引抜き: taken out on the sender's word.
    Pulled,
}

impl End {
    /// All ends, in the order of the equation.
    pub const ALL: [Self; 5] =
        [Self::Printed, Self::Delivered, Self::SetAside, Self::Held, Self::Pulled];

    /// Returns the stable name, the value of the column `disposition`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Printed => "printed",
            Self::Delivered => "delivered",
            Self::SetAside => "set_aside",
            Self::Held => "held",
            Self::Pulled => "pulled",
        }
    }

    /// Parses the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.name() == text)
    }
}

/// One record's row.
///
/// The columns of the file have the names of the fields, except `disposition` for the end and
/// `grams`, exact to the thousandth, for the weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerRow<'a> {
    /// The sender.
    pub sender: &'a str,
    /// The batch.
    pub batch: &'a str,
    /// The part of the batch, from 1.
    pub part: u32,
    /// The record's number within the part, from 0.
    pub record: u32,
    /// The sender's own key of the record; empty when the record had none.
    pub key: &'a str,
    /// The piece, written as 16 hexadecimal digits.
    pub piece: PieceId,
    /// How it went; written empty for a record that was never routed.
    pub channel: Option<Channel>,
    /// The code of the channel's reason, or of what set the record aside or holds it.
    pub reason: &'a str,
    /// Where it ended.
    pub end: End,
    /// Whether a printed record also went as a copy.
    pub also_delivered: bool,
    /// Sheets of paper, 0 for a copy.
    pub sheets: u16,
    /// Weight with envelope, milligrams.
    pub weight_mg: u32,
    /// Postage, yen: the piece's share of its posting.
    pub postage_yen: u32,
    /// Where it is: print file and sequence, mailbox copy, or line of the reject list.
    pub place: &'a str,
    /// The moment of the run, RFC 3339.
    pub time: &'a str,
}

/// Writes `ledger.parquet` in row groups of 65,536 rows; memory holds one group.
///
/// The bytes depend on the rows and their order only.
pub struct LedgerWriter<W: Write> {
    table: TableWriter<W>,
    group: Group,
}

impl<W: Write> LedgerWriter<W> {
    /// Starts the file.
    ///
    /// # Errors
    /// If writing fails.
    pub fn new(out: W) -> Result<Self, Error> {
        Ok(Self { table: TableWriter::new(out, &COLUMNS)?, group: Group::default() })
    }

    /// Appends one row.
    ///
    /// # Errors
    /// If writing a full row group fails.
    pub fn push(&mut self, row: &LedgerRow<'_>) -> Result<(), Error> {
        self.group.push(row);
        if self.group.len() == ROW_GROUP {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what is left and the footer, and returns what was written to.
    ///
    /// # Errors
    /// If writing fails.
    pub fn finish(mut self) -> Result<W, Error> {
        if self.group.len() > 0 {
            self.flush()?;
        }
        self.table.finish(&[])
    }

    fn flush(&mut self) -> Result<(), Error> {
        let group = std::mem::take(&mut self.group);
        self.table.row_group(group.columns())
    }
}

/// Counts of one batch by end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchCount {
    /// The sender.
    pub sender: String,
    /// The batch.
    pub batch: String,
    /// The records, by end in the order of [`End::ALL`].
    pub ends: [u64; End::ALL.len()],
    /// Printed records that also went as a copy; outside the equation.
    pub also_delivered: u64,
}

impl BatchCount {
    /// Returns the records that ended so.
    pub fn of(&self, end: End) -> u64 {
        self.ends[end as usize]
    }

    /// Returns all records of the batch.
    pub fn records(&self) -> u64 {
        self.ends.iter().sum()
    }
}

/// Counts of one batch by channel and reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelCount {
    /// The sender.
    pub sender: String,
    /// The batch.
    pub batch: String,
    /// `paper`, `electronic`, `both`, or empty for records that were never routed.
    pub channel: String,
    /// The code of the reason.
    pub reason: String,
    /// The records.
    pub records: u64,
}

/// What is counted from a ledger, sorted by sender, batch and what follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerCounts {
    /// By batch and end.
    pub batches: Vec<BatchCount>,
    /// By batch, channel and reason.
    pub channels: Vec<ChannelCount>,
}

/// Counts a ledger's rows, a row group at a time.
///
/// # Errors
/// If reading fails or a disposition is none of [`End::ALL`].
pub fn read_ledger(bytes: impl Read + Seek) -> Result<LedgerCounts, Error> {
    let mut table = TableReader::new(bytes)?;
    let mut tally = Tally::default();
    for group in 0..table.row_groups() {
        tally.add(&table.frame(group, &GROUPED)?)?;
    }
    Ok(tally.counts())
}

/// The columns of a row group while it fills.
struct Group {
    sender: StringChunkedBuilder,
    batch: StringChunkedBuilder,
    part: Vec<u32>,
    record: Vec<u32>,
    key: StringChunkedBuilder,
    piece: StringChunkedBuilder,
    channel: StringChunkedBuilder,
    reason: StringChunkedBuilder,
    disposition: StringChunkedBuilder,
    also_delivered: Vec<bool>,
    sheets: Vec<u32>,
    grams: Vec<f64>,
    postage_yen: Vec<u32>,
    place: StringChunkedBuilder,
    time: StringChunkedBuilder,
}

impl Default for Group {
    fn default() -> Self {
        let text = || StringChunkedBuilder::new(COLUMN, 0);
        Self {
            sender: text(),
            batch: text(),
            part: Vec::new(),
            record: Vec::new(),
            key: text(),
            piece: text(),
            channel: text(),
            reason: text(),
            disposition: text(),
            also_delivered: Vec::new(),
            sheets: Vec::new(),
            grams: Vec::new(),
            postage_yen: Vec::new(),
            place: text(),
            time: text(),
        }
    }
}

impl Group {
    fn len(&self) -> usize {
        self.record.len()
    }

    fn push(&mut self, row: &LedgerRow<'_>) {
        self.sender.append_value(row.sender);
        self.batch.append_value(row.batch);
        self.part.push(row.part);
        self.record.push(row.record);
        self.key.append_value(row.key);
        self.piece.append_value(row.piece.to_string());
        self.channel.append_value(row.channel.map_or("", Channel::name));
        self.reason.append_value(row.reason);
        self.disposition.append_value(row.end.name());
        self.also_delivered.push(row.also_delivered);
        self.sheets.push(row.sheets.into());
        self.grams.push(f64::from(row.weight_mg) / 1000.0);
        self.postage_yen.push(row.postage_yen);
        self.place.append_value(row.place);
        self.time.append_value(row.time);
    }

    /// Returns the columns in the order of [`COLUMNS`].
    fn columns(self) -> Vec<Series> {
        let text = |column: StringChunkedBuilder| column.finish().into_series();
        let numbers = |column| UInt32Chunked::from_vec(COLUMN, column).into_series();
        vec![
            text(self.sender),
            text(self.batch),
            numbers(self.part),
            numbers(self.record),
            text(self.key),
            text(self.piece),
            text(self.channel),
            text(self.reason),
            text(self.disposition),
            BooleanChunked::from_slice(COLUMN, &self.also_delivered).into_series(),
            numbers(self.sheets),
            Float64Chunked::from_vec(COLUMN, self.grams).into_series(),
            numbers(self.postage_yen),
            text(self.place),
            text(self.time),
        ]
    }
}

/// Counts over several row groups.
#[derive(Default)]
struct Tally {
    batches: BTreeMap<(String, String), BatchCount>,
    channels: BTreeMap<[String; 4], u64>,
}

impl Tally {
    /// Adds the rows of one row group, columns [`GROUPED`], grouped by polars.
    fn add(&mut self, rows: &DataFrame) -> Result<(), Error> {
        let groups = rows.group_by(GROUPED)?.select(["reason"]).count()?;
        let texts = |name: &str| -> Result<Vec<String>, Error> {
            let column = groups.column(name)?.str()?;
            Ok(column.iter().map(|text| text.unwrap_or_default().to_owned()).collect())
        };
        let (senders, batches) = (texts("sender")?, texts("batch")?);
        let (channels, reasons) = (texts("channel")?, texts("reason")?);
        let dispositions = texts("disposition")?;
        let also_delivered = groups.column("also_delivered")?.bool()?;
        let counts = groups.column("reason_count")?.u32()?;
        for row in 0..groups.height() {
            let count = u64::from(counts.get(row).unwrap_or_default());
            let end = End::parse(&dispositions[row]).ok_or_else(|| Error::Value {
                column: "disposition",
                value: dispositions[row].clone(),
            })?;
            let batch = self.batch(&senders[row], &batches[row]);
            batch.ends[end as usize] += count;
            if also_delivered.get(row) == Some(true) {
                batch.also_delivered += count;
            }
            let key = [&senders, &batches, &channels, &reasons].map(|column| column[row].clone());
            *self.channels.entry(key).or_default() += count;
        }
        Ok(())
    }

    fn batch(&mut self, sender: &str, batch: &str) -> &mut BatchCount {
        let (sender, batch) = (sender.to_owned(), batch.to_owned());
        self.batches.entry((sender.clone(), batch.clone())).or_insert_with(|| BatchCount {
            sender,
            batch,
            ends: [0; End::ALL.len()],
            also_delivered: 0,
        })
    }

    fn counts(self) -> LedgerCounts {
        let channel = |([sender, batch, channel, reason], records): ([String; 4], u64)| {
            ChannelCount { sender, batch, channel, reason, records }
        };
        LedgerCounts {
            batches: self.batches.into_values().collect(),
            channels: self.channels.into_iter().map(channel).collect(),
        }
    }
}

/// The columns of a ledger file.
const COLUMNS: [(&str, Kind); 15] = [
    ("sender", Kind::Word),
    ("batch", Kind::Word),
    ("part", Kind::U32),
    ("record", Kind::U32),
    ("key", Kind::Text),
    ("piece", Kind::Text),
    ("channel", Kind::Word),
    ("reason", Kind::Word),
    ("disposition", Kind::Word),
    ("also_delivered", Kind::Flag),
    ("sheets", Kind::U32),
    ("grams", Kind::F64),
    ("postage_yen", Kind::U32),
    ("place", Kind::Text),
    ("time", Kind::Word),
];

/// The columns that the counts group by.
const GROUPED: [&str; 6] =
    ["sender", "batch", "disposition", "also_delivered", "channel", "reason"];

/// A column in a row group has its name from the file.
const COLUMN: PlSmallStr = PlSmallStr::EMPTY;
