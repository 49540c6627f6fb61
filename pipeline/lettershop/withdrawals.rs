//! Copies withdrawn after their night (引抜き): account, ledger and lists with them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{ensure, Context, Result};
use columnar::{End, LedgerRow};
use edge::mailboxes::withdrawn_copies;
use ledger::Account;
use letter::{PieceId, Reason};
use runner::{Entry, FileMark, Journal, Part, Withdrawn};

use crate::account::{closed_parts, read_json, write_ledger};
use crate::close::ACCOUNT;
use crate::doors::results;
use crate::line::returns::quoted;
use crate::out::{FileJournal, Out};

/// What two books say of withdrawn copies: the journal, from which account and ledger are told, and
/// the log of the mailboxes, from which artefacts are counted again.
#[derive(Clone, Debug, Default)]
pub struct Withdrawals {
    told: BTreeMap<Part, BTreeMap<u32, Withdrawn>>,
    taken: BTreeSet<PieceId>,
}

impl Withdrawals {
    /// Reads both books.
    ///
    /// # Errors
    /// If the log of the mailboxes cannot be read.
    pub fn read(out: &Out, journal: &FileJournal) -> Result<Self> {
        let mut told: BTreeMap<Part, BTreeMap<u32, Withdrawn>> = BTreeMap::new();
        for entry in journal.entries() {
            if let Entry::Withdrawn { part, copy } = entry {
                told.entry(part.clone()).or_default().insert(copy.record, copy.clone());
            }
        }
        let taken = withdrawn_copies(&out.state().join("mailboxes.log"));
        Ok(Self { told, taken: taken.context("the log of the mailboxes")? })
    }

    /// Returns the copies that the mailboxes gave up.
    pub fn taken(&self) -> &BTreeSet<PieceId> {
        &self.taken
    }

    /// Returns what the journal says of a part, by record.
    pub fn of(&self, part: &Part) -> impl Iterator<Item = &Withdrawn> {
        self.told.get(part).into_iter().flat_map(BTreeMap::values)
    }

    /// Returns a part's account as it stands now.
    ///
    /// # Errors
    /// If it cannot be read, or lacks a copy that was withdrawn.
    pub fn account(&self, out: &Out, part: &Part) -> Result<Account> {
        let mut account: Account = read_json(out, part, ACCOUNT)?;
        for copy in self.of(part) {
            let record = copy.record;
            ensure!(account.withdraw(copy.beside_print), "{part} has no copy of record {record}");
        }
        Ok(account)
    }

    /// Calls `each` with a row of a part's ledger as it stands now.
    ///
    /// # Errors
    /// What `each` returns.
    pub fn row<T>(
        &self,
        part: &Part,
        row: &LedgerRow<'_>,
        each: impl FnOnce(&LedgerRow<'_>) -> Result<T>,
    ) -> Result<T> {
        let Some(copy) = self.told.get(part).and_then(|of_part| of_part.get(&row.record)) else {
            return each(row);
        };
        if copy.beside_print {
            return each(&LedgerRow { also_delivered: false, ..*row });
        }
        let (place, time) = (format!("withdrawn by {}", copy.by), copy.at.rfc3339_jst());
        let reason = Reason::PulledByOperator { note: copy.note.clone() };
        let (reason, end) = (reason.code(), End::Pulled);
        each(&LedgerRow { end, reason, place: &place, time: &time, ..*row })
    }
}

/// Writes ledger and lists again if something was withdrawn since; they then agree with the
/// account.
///
/// # Errors
/// If a file or the journal cannot be written.
pub fn rebalance(out: &Out, journal: &mut FileJournal) -> Result<()> {
    let since = journal.entries().iter().rev();
    let since = since.take_while(|entry| !matches!(entry, Entry::Rebalanced { .. }));
    let parts: BTreeSet<Part> = since
        .filter_map(|entry| match entry {
            Entry::Withdrawn { part, .. } => Some(part.clone()),
            _ => None,
        })
        .collect();
    if parts.is_empty() {
        return Ok(());
    }
    let withdrawals = Withdrawals::read(out, journal)?;
    let mut files = vec![write_ledger(out, &closed_parts(journal), &withdrawals)?];
    for part in &parts {
        files.push(results::write_delivered(out, part, &withdrawals)?);
        files.push(write_list(out, part, &withdrawals)?);
    }
    journal.append(Entry::Rebalanced { files })
}

/// Writes `<batch>.withdrawn.csv` into the sender's outbox.
fn write_list(out: &Out, part: &Part, withdrawals: &Withdrawals) -> Result<FileMark> {
    let name = format!("{}.withdrawn.csv", part.name());
    out.publish(&out.outbox(part.sender.as_str(), &name), |list| {
        list.write_all(b"key,piece,note,by,time\r\n")?;
        for copy in withdrawals.of(part) {
            let Withdrawn { key, piece, note, by, at, .. } = copy;
            let (key, note, at) = (quoted(key), quoted(note), at.rfc3339_jst());
            write!(list, "{key},{piece},{note},{by},{at}\r\n")?;
        }
        Ok(())
    })
}
