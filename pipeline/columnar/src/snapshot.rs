//! The frozen registry: what every pseudonym stands for, by sender and letter class.

use std::collections::BTreeMap;
use std::io::{Read, Seek, Write};

use letter::Wish;
use polars_core::prelude::{
    BooleanChunked, DataFrame, IntoColumn, IntoSeries, NewChunkedArray, PlSmallStr, Series,
    StringChunkedBuilder, UInt32Chunked, UInt64Chunked,
};
use registry::{SnapshotHasher, SnapshotId, SnapshotRow, StandingBits, KEY_LEN_MAX};

use crate::error::Error;
use crate::table::{Kind, TableReader, TableWriter, ROW_GROUP};

/// The registry at one moment, by which a run routes.
///
/// In memory a frame of pseudonym, mailbox and standing for every sender and class, sorted by
/// pseudonym: 35 bytes a row and those of a pseudonym beyond twelve.
#[derive(Debug)]
pub struct Snapshot {
    frames: BTreeMap<String, BTreeMap<String, DataFrame>>,
    id: SnapshotId,
}

/// Freezes the rows, in whatever order they come.
///
/// # Errors
/// [`Error::TwinRows`] if a sender's pseudonym occurs twice for one class.
pub fn freeze(rows: impl IntoIterator<Item = SnapshotRow>) -> Result<Snapshot, Error> {
    let mut drafts = Drafts::default();
    for row in rows {
        drafts.push(row.sender.as_str(), &row.class, &row.pseudonym, row.mailbox, row.bits());
    }
    drafts.freeze()
}

impl Snapshot {
    /// Returns the snapshot's name, which its rows determine.
    pub fn id(&self) -> SnapshotId {
        self.id
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.frames.values().flat_map(BTreeMap::values).map(DataFrame::height).sum()
    }

    /// Returns whether nobody is registered.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Returns how many bytes the columns take in memory.
    pub fn memory_bytes(&self) -> usize {
        self.frames.values().flat_map(BTreeMap::values).map(DataFrame::estimated_size).sum()
    }

    /// Returns the rows of one sender and class: columns [`PSEUDONYM`], [`MAILBOX`], [`STANDING`].
    pub(crate) fn frame(&self, sender: &str, class: &str) -> Option<&DataFrame> {
        self.frames.get(sender)?.get(class)
    }

    /// Writes the snapshot as Parquet: one row a [`SnapshotRow`], sorted by sender, class and
    /// pseudonym; the id stands in the metadata under `snapshot`. Same rows, same bytes.
    ///
    /// # Errors
    /// If writing fails.
    pub fn write_parquet<W: Write>(&self, out: W) -> Result<W, Error> {
        let mut table = TableWriter::new(out, &COLUMNS)?;
        for (sender, classes) in &self.frames {
            for (class, frame) in classes {
                for start in (0..frame.height()).step_by(ROW_GROUP) {
                    let rows = frame.slice(start as i64, ROW_GROUP);
                    table.row_group(spread(sender, class, &rows)?)?;
                }
            }
        }
        table.finish(&[(METADATA_ID, self.id.to_string())])
    }

    /// Reads a snapshot and checks that its rows give the id it was written with.
    ///
    /// # Errors
    /// If reading fails or the rows are not those that were written.
    pub fn read_parquet(bytes: impl Read + Seek) -> Result<Self, Error> {
        let mut table = TableReader::new(bytes)?;
        let mut drafts = Drafts::default();
        for group in 0..table.row_groups() {
            let frame = table.frame(group, &COLUMNS.map(|(name, _)| name))?;
            push_rows(&mut drafts, &frame)?;
        }
        let snapshot = drafts.freeze()?;
        let expected = table.metadata(METADATA_ID).map(str::to_owned);
        if expected.as_deref() != Some(snapshot.id.to_string().as_str()) {
            return Err(Error::Damaged { found: snapshot.id, expected });
        }
        Ok(snapshot)
    }
}

/// The columns of a frame in memory.
pub(crate) const PSEUDONYM: &str = "pseudonym";
/// The mailbox, 64 bits.
pub(crate) const MAILBOX: &str = "mailbox";
/// The [`StandingBits`], as 32 bits: polars has 8 only behind a feature.
pub(crate) const STANDING: &str = "standing";

/// The rows of all senders and classes while they come in.
#[derive(Debug, Default)]
struct Drafts(BTreeMap<String, BTreeMap<String, Draft>>);

/// The rows of one sender and class while they come in.
#[derive(Debug, Default)]
struct Draft {
    pseudonyms: String,
    rows: Vec<DraftRow>,
}

#[derive(Clone, Copy, Debug)]
struct DraftRow {
    /// The first eight bytes of the pseudonym, which settle most comparisons.
    prefix: u64,
    start: u32,
    len: u8,
    bits: StandingBits,
    mailbox: u64,
}

impl Drafts {
    fn push(
        &mut self,
        sender: &str,
        class: &str,
        pseudonym: &str,
        mailbox: u64,
        bits: StandingBits,
    ) {
        if !self.0.contains_key(sender) {
            self.0.insert(sender.to_owned(), BTreeMap::new());
        }
        let classes = self.0.get_mut(sender).expect("the sender was just entered");
        if !classes.contains_key(class) {
            classes.insert(class.to_owned(), Draft::default());
        }
        let draft = classes.get_mut(class).expect("the class was just entered");
        draft.push(pseudonym, mailbox, bits);
    }

    fn freeze(self) -> Result<Snapshot, Error> {
        let mut hasher = SnapshotHasher::default();
        let mut frames = BTreeMap::new();
        for (sender, classes) in self.0 {
            let mut frozen = BTreeMap::new();
            for (class, mut draft) in classes {
                if !draft.sort() {
                    return Err(Error::TwinRows { sender, class });
                }
                for row in &draft.rows {
                    let pseudonym = row.pseudonym(&draft.pseudonyms);
                    hasher.row(&sender, &class, pseudonym, row.mailbox, row.bits);
                }
                frozen.insert(class, draft.frame()?);
            }
            frames.insert(sender, frozen);
        }
        Ok(Snapshot { frames, id: hasher.finish() })
    }
}

impl Draft {
    fn push(&mut self, pseudonym: &str, mailbox: u64, bits: StandingBits) {
        let mut prefix = [0; 8];
        let head = pseudonym.len().min(8);
        prefix[..head].copy_from_slice(&pseudonym.as_bytes()[..head]);
        self.rows.push(DraftRow {
            prefix: u64::from_be_bytes(prefix),
            start: u32::try_from(self.pseudonyms.len()).expect("4 GiB hold any class's pseudonyms"),
            len: u8::try_from(pseudonym.len()).expect("a key has at most KEY_LEN_MAX bytes"),
            bits,
            mailbox,
        });
        self.pseudonyms.push_str(pseudonym);
    }

    /// Sorts by pseudonym and returns whether every one is there once.
    fn sort(&mut self) -> bool {
        let texts = &self.pseudonyms;
        let key = |row: &DraftRow| (row.prefix, row.pseudonym(texts));
        self.rows.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        self.rows.windows(2).all(|pair| key(&pair[0]) != key(&pair[1]))
    }

    fn frame(&self) -> Result<DataFrame, Error> {
        let mut pseudonyms = StringChunkedBuilder::new(PSEUDONYM.into(), self.rows.len());
        for row in &self.rows {
            pseudonyms.append_value(row.pseudonym(&self.pseudonyms));
        }
        let mailboxes: Vec<u64> = self.rows.iter().map(|row| row.mailbox).collect();
        let standings: Vec<u32> = self.rows.iter().map(|row| row.bits.byte().into()).collect();
        Ok(DataFrame::new_infer_height(vec![
            pseudonyms.finish().into_series().into_column(),
            UInt64Chunked::from_vec(MAILBOX.into(), mailboxes).into_series().into_column(),
            UInt32Chunked::from_vec(STANDING.into(), standings).into_series().into_column(),
        ])?)
    }
}

impl DraftRow {
    fn pseudonym<'a>(&self, texts: &'a str) -> &'a str {
        let start = self.start as usize;
        &texts[start..start + usize::from(self.len)]
    }
}

/// Spreads rows of a frame into the columns of the file.
fn spread(sender: &str, class: &str, rows: &DataFrame) -> Result<Vec<Series>, Error> {
    let count = rows.height();
    let standings: Vec<StandingBits> = rows
        .column(STANDING)?
        .u32()?
        .into_no_null_iter()
        .map(|bits| StandingBits::new(bits as u8).expect("a frame holds standings"))
        .collect();
    let word = |text: &str| texts(count, std::iter::repeat_n(text, count));
    let flag = |is: fn(StandingBits) -> bool| {
        BooleanChunked::from_iter_values(COLUMN, standings.iter().map(|&bits| is(bits)))
    };
    let levels = standings.iter().map(|bits| bits.identity_level().into()).collect();
    Ok(vec![
        word(sender),
        word(class),
        texts(count, rows.column(PSEUDONYM)?.str()?.iter().flatten()),
        rows.column(MAILBOX)?.as_materialized_series().clone(),
        UInt32Chunked::from_vec(COLUMN, levels).into_series(),
        flag(StandingBits::mailbox_open).into_series(),
        flag(StandingBits::selected).into_series(),
        texts(count, standings.iter().map(|bits| bits.wish().name())),
    ])
}

/// Builds a text column of its own, so that its pages do not depend on the frame it is part of.
fn texts<'a>(count: usize, texts: impl Iterator<Item = &'a str>) -> Series {
    let mut column = StringChunkedBuilder::new(COLUMN, count);
    texts.for_each(|text| column.append_value(text));
    column.finish().into_series()
}

/// Takes the rows of one row group of a file.
fn push_rows(drafts: &mut Drafts, rows: &DataFrame) -> Result<(), Error> {
    let senders = rows.column("sender")?.str()?;
    let classes = rows.column("class")?.str()?;
    let pseudonyms = rows.column("pseudonym")?.str()?;
    let mailboxes = rows.column("mailbox")?.u64()?;
    let levels = rows.column("identity_level")?.u32()?;
    let open = rows.column("mailbox_open")?.bool()?;
    let selected = rows.column("selected")?.bool()?;
    let wishes = rows.column("wish")?.str()?;
    for row in 0..rows.height() {
        let wish = wishes.get(row);
        let wish = wish.and_then(Wish::parse).ok_or_else(|| bad_value("wish", wish))?;
        let level = levels.get(row).unwrap_or_default() as u8;
        let flag = |flags: &BooleanChunked| flags.get(row).unwrap_or_default();
        drafts.push(
            short("sender", senders.get(row))?,
            short("class", classes.get(row))?,
            short("pseudonym", pseudonyms.get(row))?,
            mailboxes.get(row).unwrap_or_default(),
            StandingBits::pack(level, flag(open), flag(selected), wish),
        );
    }
    Ok(())
}

fn short<'a>(column: &'static str, text: Option<&'a str>) -> Result<&'a str, Error> {
    text.filter(|text| text.len() <= KEY_LEN_MAX).ok_or_else(|| bad_value(column, text))
}

fn bad_value(column: &'static str, text: Option<&str>) -> Error {
    Error::Value { column, value: text.unwrap_or_default().to_owned() }
}

/// The columns of a snapshot file.
const COLUMNS: [(&str, Kind); 8] = [
    ("sender", Kind::Word),
    ("class", Kind::Word),
    ("pseudonym", Kind::Text),
    ("mailbox", Kind::U64),
    ("identity_level", Kind::U32),
    ("mailbox_open", Kind::Flag),
    ("selected", Kind::Flag),
    ("wish", Kind::Word),
];

/// The metadata key of the id.
const METADATA_ID: &str = "snapshot";

/// A column in a row group has its name from the file.
const COLUMN: PlSmallStr = PlSmallStr::EMPTY;
