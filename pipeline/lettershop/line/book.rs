//! What the nights have printed: every closed part with its night, its job and its control file.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::BufReader;

use anyhow::{bail, ensure, Context, Result};
use columnar::LedgerRow;
use edge::durable::Records;
use ledger::ControlLine;
use letter::piece::FIRST_GENERATION;
use runner::{Entry, Part, Stage};

use crate::close::LEDGER_ROWS;
use crate::jobs::{self, Jobs};
use crate::ledger_rows;
use crate::out::Out;
use crate::Unusable;

/// All closed parts; read beside a running night, without its lock.
#[derive(Debug)]
pub struct Book {
    nights: BTreeMap<Part, u32>,
    given: Jobs,
    /// By job number; two parts share one only where both were printed before each number was given
    /// out once: a mark alone then names neither.
    jobs: HashMap<u32, Vec<Part>>,
}

impl Book {
    /// Reads the journal.
    ///
    /// # Errors
    /// If no night wrote in `out`, or its journal cannot be read.
    pub fn read(out: &Out) -> Result<Self> {
        let path = out.state().join("journal");
        let trouble = || format!("{} is not what a night has written", out.root().display());
        let mut records = Records::open(&path).with_context(trouble).context(Unusable)?;
        let (mut night, mut nights, mut bytes) = (0, BTreeMap::new(), Vec::new());
        let mut given = Jobs::default();
        while records.next_into(&mut bytes).context("reading the journal")? {
            match serde_json::from_slice(&bytes).context("an entry of the journal")? {
                Entry::NightBegan(plan) => night = plan.night,
                Entry::DropTaken { part, .. } => {
                    given.give(&part);
                }
                Entry::StageDone { part, stage: Stage::Closed, .. } => {
                    nights.insert(part, night);
                }
                _ => {}
            }
        }
        let mut jobs: HashMap<u32, Vec<Part>> = HashMap::new();
        for part in nights.keys() {
            let mut job = given.job(part);
            if job != jobs::by_name(part) {
                let control = Control::read(out, part, FIRST_GENERATION)?;
                job = control.rows()?.first().map_or(job, |row| row.mark.job);
            }
            jobs.entry(job).or_default().push(part.clone());
        }
        Ok(Self { nights, given, jobs })
    }

    /// Returns all closed parts, in the order of sender and name.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.nights.keys()
    }

    /// Returns the part whose marks have that job.
    ///
    /// # Errors
    /// If there is none, or more than one: then a mark could be of a stranger's piece.
    pub fn of_job(&self, job: u32) -> Result<&Part> {
        match self.jobs.get(&job).map(Vec::as_slice) {
            Some([part]) => Ok(part),
            Some([one, other, ..]) => bail!(
                "job {job:08} is that of {one} and of {other}: act on the pieces by their batch"
            ),
            _ => bail!("no part has job {job:08}"),
        }
    }

    /// Returns the job that stands in the marks of a part.
    pub fn job(&self, part: &Part) -> u32 {
        let printed = self.jobs.iter().find(|(_, parts)| parts.contains(part));
        printed.map_or_else(|| self.given.job(part), |(job, _)| *job)
    }

    /// Returns a closed part by sender and name.
    ///
    /// # Errors
    /// If there is none.
    pub fn part(&self, sender: &str, name: &str) -> Result<&Part> {
        let mut parts = self.nights.keys();
        let found = parts.find(|part| part.sender.as_str() == sender && part.name() == name);
        found.with_context(|| format!("no closed batch {sender}/{name}")).context(Unusable)
    }

    /// Returns the night that closed a part.
    pub fn night(&self, part: &Part) -> u32 {
        self.nights.get(part).copied().unwrap_or_default()
    }
}

/// The control file of a part.
#[derive(Debug)]
pub struct Control(String);

impl Control {
    /// Reads the night's own control file, or that of a reprint; a part without print has no rows.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(out: &Out, part: &Part, generation: u8) -> Result<Self> {
        let path = folder(out, part, generation).join("control.csv");
        if !path.exists() {
            return Ok(Self(String::new()));
        }
        let text = fs::read_to_string(&path);
        text.map(Self).with_context(|| format!("reading {}", path.display()))
    }

    /// Returns the rows as text, the heading left out.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.lines().skip(1)
    }

    /// Returns the rows in print order.
    ///
    /// # Errors
    /// If one is damaged.
    pub fn rows(&self) -> Result<Vec<ControlLine<'_>>> {
        let row = |line| ControlLine::parse(line).context("a row of a control file is damaged");
        self.lines().map(row).collect()
    }
}

/// Returns where a part's print files of a generation lie.
pub fn folder(out: &Out, part: &Part, generation: u8) -> std::path::PathBuf {
    let folder = out.print(part);
    match generation {
        FIRST_GENERATION => folder,
        later => folder.join(format!("reprint-{later}")),
    }
}

/// What the ledger says of a printed piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// The record's number, in the sender's order.
    pub record: u32,
    /// The sender's key.
    pub key: String,
    /// Postage, yen.
    pub postage_yen: u32,
}

/// Reads what the ledger says of a part's printed pieces, by sequence.
///
/// # Errors
/// If its rows cannot be read, or one names no place.
pub fn entered(out: &Out, part: &Part) -> Result<BTreeMap<u32, Entered>> {
    let mut found = BTreeMap::new();
    each_row(out, part, |row| {
        if let Some(place) = row.place.strip_prefix("print ") {
            let sequence = place.split_once('/').and_then(|(_, sequence)| sequence.parse().ok());
            let sequence = sequence.context("a ledger row names no place in print")?;
            let Entered { record, key, postage_yen } = Entered {
                record: row.record,
                key: row.key.to_owned(),
                postage_yen: row.postage_yen,
            };
            let known = found.insert(sequence, Entered { record, key, postage_yen });
            ensure!(known.is_none(), "sequence {sequence} stands twice in the ledger");
        }
        Ok(())
    })?;
    Ok(found)
}

/// Calls `each` with every row of a part's ledger.
///
/// # Errors
/// If the rows cannot be read, or `each` fails.
pub fn each_row(
    out: &Out,
    part: &Part,
    each: impl FnMut(&LedgerRow<'_>) -> Result<()>,
) -> Result<()> {
    let path = out.part(part).join(LEDGER_ROWS);
    let file = File::open(&path).with_context(|| format!("reading {}", path.display()))?;
    ledger_rows::read(BufReader::with_capacity(1 << 20, file), part, each)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_two_parts_have_names_neither_and_stops_no_other() {
        let part = |name: &str| Part {
            sender: letter::SenderId::parse("city").expect("an id"),
            batch: letter::BatchId::parse(name).expect("an id"),
            part: 1,
        };
        let (first, second, third) = (part("a"), part("b"), part("c"));
        let jobs = HashMap::from([(7, vec![first.clone()]), (8, vec![second, third])]);
        let book = Book { nights: BTreeMap::new(), given: Jobs::default(), jobs };
        assert_eq!(book.of_job(7).expect("one"), &first);
        assert!(book.of_job(8).expect_err("two").to_string().contains("is that of"));
        assert!(book.of_job(9).expect_err("none").to_string().contains("no part"));
    }
}
