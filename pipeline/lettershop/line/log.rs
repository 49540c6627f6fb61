//! The line's log: what became of a night's printed pieces, one checksummed record an act.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use anyhow::{Context, Result};
use edge::durable::{AppendLog, Records};
use ledger::line::{Act, Change, LineAccount};
use ledger::Account;
use letter::Moment;
use runner::{FileMark, Part};
use serde::{Deserialize, Serialize};

use crate::account::read_json;
use crate::close::ACCOUNT;
use crate::out::{night_name, Out};
use crate::Unusable;

/// An act with its part, its moment and its person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// Whose pieces.
    pub part: Part,
    /// When it was noted.
    pub at: Moment,
    /// Who noted it: an operator's id.
    pub by: String,
    /// What happened.
    pub act: Act,
    /// What it left on the disk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileMark>,
    /// Of a closing, the head of the audit log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub audit: String,
}

/// The log of one night, open for appending, and the accounts that follow from it.
///
/// A record is durable before the account knows it; a torn tail is what a kill leaves, and is cut
/// off when the log is opened again.
pub struct LineLog {
    log: AppendLog,
    noted: Vec<Noted>,
    accounts: BTreeMap<Part, LineAccount>,
}

impl LineLog {
    /// Opens the log of a night; another process that has it open is waited for, a little.
    ///
    /// # Errors
    /// If it cannot be read, or contradicts itself.
    pub fn open(out: &Out, night: u32) -> Result<Self> {
        let path = path(out, night);
        let mut noted: Vec<Noted> = Vec::new();
        let reading = || format!("reading {}", path.display());
        let log = AppendLog::open(&path, |record| {
            noted.push(serde_json::from_slice(record).map_err(io::Error::other)?);
            Ok(())
        })
        .with_context(reading)?;
        let mut accounts = BTreeMap::new();
        for noted in &noted {
            let account = match accounts.entry(noted.part.clone()) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(opened(out, &noted.part)?)
                }
            };
            account.act(&noted.act).with_context(reading)?;
        }
        Ok(Self { log, noted, accounts })
    }

    /// Returns the account of a part of this night.
    ///
    /// # Errors
    /// If the part's own account cannot be read.
    pub fn account(&mut self, out: &Out, part: &Part) -> Result<&LineAccount> {
        self.account_mut(out, part).map(|account| &*account)
    }

    fn account_mut(&mut self, out: &Out, part: &Part) -> Result<&mut LineAccount> {
        if !self.accounts.contains_key(part) {
            self.accounts.insert(part.clone(), opened(out, part)?);
        }
        Ok(self.accounts.get_mut(part).expect("it was just opened"))
    }

    /// Returns what was noted of a part, in order.
    pub fn of_part<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = &'a Noted> {
        self.noted.iter().filter(move |noted| noted.part == *part)
    }

    /// Notes an act; on return it is durable. What is nothing new is not noted.
    ///
    /// # Errors
    /// If the act cannot be, or the disk fails.
    pub fn note(&mut self, out: &Out, noted: Noted) -> Result<Change> {
        let part = &noted.part;
        let refused = || format!("{part} cannot take it");
        let account = self.account_mut(out, part)?;
        let change = account.act(&noted.act).with_context(refused).context(Unusable)?;
        if change.new > 0 || matches!(noted.act, Act::Reprinted { .. }) {
            let bytes = serde_json::to_vec(&noted).expect("an act is plain data");
            self.log.append(&bytes).context("writing the line's log")?;
            self.log.sync().context("making the line's log durable")?;
            self.noted.push(noted);
        }
        Ok(change)
    }
}

/// Returns where the log of a night lies.
pub fn path(out: &Out, night: u32) -> PathBuf {
    out.state().join("line").join(format!("{}.log", night_name(night)))
}

/// Reads what was noted of a part without opening the log for writing: the first records that are
/// whole.
///
/// # Errors
/// If the log cannot be read.
pub fn read(out: &Out, night: u32, part: &Part) -> Result<Vec<Noted>> {
    let path = path(out, night);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let reading = || format!("reading {}", path.display());
    let mut records = Records::open(&path).with_context(reading)?;
    let (mut noted, mut bytes) = (Vec::new(), Vec::new());
    while records.next_into(&mut bytes).with_context(reading)? {
        let one: Noted = serde_json::from_slice(&bytes).with_context(reading)?;
        if one.part == *part {
            noted.push(one);
        }
    }
    Ok(noted)
}

fn opened(out: &Out, part: &Part) -> Result<LineAccount> {
    let account: Account = read_json(out, part, ACCOUNT)?;
    let printed = u32::try_from(account.ends.printed).context("more pieces than sequences")?;
    Ok(LineAccount::open(printed))
}
