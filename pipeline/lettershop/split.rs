//! The split: every record's recipient key joined against the frozen snapshot, once a part.

use anyhow::{Context, Result};
use columnar::{KeyColumn, Snapshot};
use mailbox::MailboxId;
use route::Lookup;

use crate::batch::Batch;

/// What the snapshot says of each row of a part.
pub struct Split {
    /// What was found under the key.
    pub lookups: Vec<Lookup>,
    /// The mailbox, 0 where there is none.
    pub mailboxes: Vec<MailboxId>,
}

/// Joins the part's recipient keys with the snapshot; a row that could not be decoded has no key.
///
/// # Errors
/// If the spool cannot be read or the join fails.
pub fn split(batch: &Batch<'_>, snapshot: &Snapshot) -> Result<Split> {
    let rows = batch.spool.rows().len();
    let mut keys = KeyColumn::default();
    batch
        .spool
        .for_each(|record, view| {
            (keys.len()..record).for_each(|_| keys.push(""));
            keys.push(batch.recipient(&view));
            Ok::<_, std::io::Error>(())
        })
        .context("reading the spool")?;
    (keys.len()..rows).for_each(|_| keys.push(""));
    let sender = batch.part().sender.as_str();
    let found = columnar::split(snapshot, sender, &batch.received.class, &keys)
        .context("joining with the snapshot")?;
    Ok(Split {
        lookups: found.iter().map(|row| row.lookup).collect(),
        mailboxes: found.iter().map(|row| MailboxId(row.mailbox.unwrap_or(0))).collect(),
    })
}
