//! Copies that are taken back before anybody has read them (引抜き).

use std::collections::BTreeSet;
use std::path::Path;

use letter::{Moment, PieceId};

use super::{at, index, MailboxError, Mailboxes};
use crate::durable::Records;

/// What became of a copy that was to be withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// Its recipient sees it no longer.
    Withdrawn,
    /// It was withdrawn before.
    Known,
    /// It stays: its recipient has read it.
    Opened(Moment),
}

impl Mailboxes {
    /// Takes a copy from its recipient, unless it was opened; durable on return.
    ///
    /// The pack and its seal stay as they were delivered. Whoever withdraws looks once more for
    /// openings at other doors afterwards, and [gives back](Self::give_back) what one has opened.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub fn withdraw(&mut self, piece: PieceId, now: Moment) -> Result<Withdrawal, MailboxError> {
        if index::is_withdrawn(&self.view, piece)? {
            return Ok(Withdrawal::Known);
        }
        index::place(&self.view, piece)?;
        if let Some(opened) = index::opened(&self.view, piece)? {
            return Ok(Withdrawal::Opened(opened));
        }
        self.log(&index::withdrawn_record(piece, Some(now)))?;
        Ok(Withdrawal::Withdrawn)
    }

    /// Returns whether a copy was taken from its recipient.
    ///
    /// # Errors
    /// What the store returns.
    pub fn is_withdrawn(&self, piece: PieceId) -> Result<bool, MailboxError> {
        Ok(index::is_withdrawn(&self.view, piece)?)
    }

    /// Gives a withdrawn copy back to its recipient.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub fn give_back(&mut self, piece: PieceId) -> Result<(), MailboxError> {
        self.log(&index::withdrawn_record(piece, None))
    }
}

/// Returns the copies that a log of deliveries says were withdrawn, without the store.
///
/// # Errors
/// If the log cannot be read.
pub fn withdrawn_copies(log: &Path) -> Result<BTreeSet<PieceId>, MailboxError> {
    let (mut found, mut record) = (BTreeSet::new(), Vec::new());
    if !log.exists() {
        return Ok(found);
    }
    let mut records = Records::open(log)?;
    while records.next_into(&mut record).map_err(at(log))? {
        match index::parse_withdrawn(&record) {
            Some((piece, Some(_))) => found.insert(piece),
            Some((piece, None)) => found.remove(&piece),
            None => continue,
        };
    }
    Ok(found)
}
