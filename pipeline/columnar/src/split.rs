//! The split: what the snapshot says of every record of a batch, by one join.

use polars_core::prelude::{
    DataFrame, IntoColumn, IntoSeries, StringChunkedBuilder, UInt32Chunked,
};
use polars_ops::prelude::{DataFrameJoinOps, JoinArgs, JoinType};
use registry::{StandingBits, ANY_CLASS};
use route::{Lookup, Standing};

use crate::error::Error;
use crate::snapshot::{Snapshot, MAILBOX, PSEUDONYM, STANDING};

/// The recipient keys of a batch, in the order of its records; an empty one is no key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyColumn {
    text: String,
    ends: Vec<u32>,
}

impl KeyColumn {
    /// Appends the next record's key.
    ///
    /// # Panics
    /// If the keys together exceed 4 GiB; a batch of ten million has a twentieth of it.
    pub fn push(&mut self, key: &str) {
        self.text.push_str(key);
        self.ends.push(u32::try_from(self.text.len()).expect("a batch's keys fit 4 GiB"));
    }

    /// Returns the number of records.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the keys in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let key = &self.text[start..end as usize];
            start = end as usize;
            key
        })
    }
}

/// What was found for one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitRow {
    /// What the rule asks by.
    pub lookup: Lookup,
    /// Where a copy would go; only with [`Lookup::Known`].
    pub mailbox: Option<u64>,
}

/// Looks up every key for this sender and letter class; the result has the order of the keys.
///
/// A row of the class itself takes precedence over one of [`ANY_CLASS`].
///
/// # Errors
/// If polars fails.
pub fn split(
    snapshot: &Snapshot,
    sender: &str,
    class: &str,
    keys: &KeyColumn,
) -> Result<Vec<SplitRow>, Error> {
    let absent = |key: &str| match key {
        "" => SplitRow { lookup: Lookup::NoKey, mailbox: None },
        _ => SplitRow { lookup: Lookup::NotRegistered, mailbox: None },
    };
    let mut found: Vec<SplitRow> = keys.iter().map(absent).collect();
    let records = records(keys)?;
    for class in [ANY_CLASS, class] {
        if let Some(standings) = snapshot.frame(sender, class) {
            fill(&mut found, &records, standings)?;
        }
    }
    Ok(found)
}

/// Makes a frame of the records that have a key.
fn records(keys: &KeyColumn) -> Result<DataFrame, Error> {
    let mut texts = StringChunkedBuilder::new(PSEUDONYM.into(), keys.len());
    let mut numbers = Vec::with_capacity(keys.len());
    for (number, key) in keys.iter().enumerate().filter(|(_, key)| !key.is_empty()) {
        texts.append_value(key);
        numbers.push(number as u32);
    }
    Ok(DataFrame::new_infer_height(vec![
        texts.finish().into_series().into_column(),
        UInt32Chunked::from_vec(RECORD.into(), numbers).into_series().into_column(),
    ])?)
}

/// Joins and puts what matched into its record's place, so that the order of the join, which may
/// depend on the number of threads, does not matter. The inner join hashes the smaller side.
fn fill(found: &mut [SplitRow], records: &DataFrame, standings: &DataFrame) -> Result<(), Error> {
    let args = JoinArgs::new(JoinType::Inner);
    let joined = records.join(standings, [PSEUDONYM], [PSEUDONYM], args, None)?;
    let numbers = joined.column(RECORD)?.u32()?.into_no_null_iter();
    let mailboxes = joined.column(MAILBOX)?.u64()?.into_no_null_iter();
    let standings = joined.column(STANDING)?.u32()?.into_no_null_iter();
    for ((number, mailbox), bits) in numbers.zip(mailboxes).zip(standings) {
        let bits = StandingBits::new(bits as u8).expect("a frame holds standings");
        found[number as usize] =
            SplitRow { lookup: Lookup::Known(standing(bits)), mailbox: Some(mailbox) };
    }
    Ok(())
}

fn standing(bits: StandingBits) -> Standing {
    Standing {
        selected: bits.selected(),
        identity_level: bits.identity_level(),
        mailbox_open: bits.mailbox_open(),
        wish: bits.wish(),
    }
}

/// The record's number within the batch.
const RECORD: &str = "record";
