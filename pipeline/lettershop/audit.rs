//! The audit log on disk: `state/audit.log`, and whether everything sealed elsewhere is of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{bail, Context, Result};
use edge::durable::{AppendLog, LogError, Records};
use ledger::audit::{Chain, Deed, Head};
use letter::Moment;
use runner::{Entry, Journal};

use crate::line::book::Book;
use crate::line::closing::CERTIFICATE;
use crate::out::Out;

/// Returns where the log lies.
pub fn path(out: &Out) -> PathBuf {
    out.state().join("audit.log")
}

/// Notes what somebody does; on return it is durable.
///
/// # Errors
/// If the log is broken, or cannot be written.
pub fn note(out: &Out, at: Moment, deed: Deed) -> Result<()> {
    let path = path(out);
    let writing = || format!("writing {}", path.display());
    edge::durable::make_folder(&out.state()).with_context(writing)?;
    for _ in 0..TRIES {
        let mut chain = Chain::default();
        let opened = AppendLog::open(&path, |record| chain.push(record).map_err(io::Error::other));
        let mut log = match opened {
            Err(LogError::InUse { .. }) => {
                std::thread::sleep(WAIT);
                continue;
            }
            opened => opened.with_context(writing)?,
        };
        log.append(&chain.head().clone().next(at, deed)).with_context(writing)?;
        return log.sync().with_context(writing);
    }
    bail!("{} is in use by another for too long", path.display())
}

/// An act takes a few milliseconds to be noted; ten seconds are for a slow disk.
const TRIES: u32 = 200;
const WAIT: Duration = Duration::from_millis(50);

/// Reads the log; one that is not there is empty.
///
/// # Errors
/// If it cannot be read, or its chain does not hold.
pub fn read(out: &Out) -> Result<Chain> {
    let path = path(out);
    let mut chain = Chain::default();
    if !path.exists() {
        return Ok(chain);
    }
    let reading = || format!("reading {}", path.display());
    let mut records = Records::open(&path).with_context(reading)?;
    let mut bytes = Vec::new();
    while records.next_into(&mut bytes).with_context(reading)? {
        chain.push(&bytes).with_context(reading)?;
    }
    Ok(chain)
}

/// Returns the head of the log as it is sealed into other records; empty if nobody did anything.
///
/// # Errors
/// As [`read`].
pub fn sealed(out: &Out) -> Result<String> {
    let chain = read(out)?;
    Ok(if chain.entries().is_empty() { String::new() } else { chain.head().to_string() })
}

/// What the log was held against.
#[derive(Debug, Default)]
pub struct Verified {
    /// Entries of the log.
    pub entries: u64,
    /// Heads that were sealed elsewhere and are of it.
    pub heads: u64,
    /// What is wrong.
    pub faults: Vec<String>,
}

/// Verifies the chain, and every head that nights, receipts and certificates have sealed.
///
/// # Errors
/// If what holds the heads cannot be read.
pub fn verify(out: &Out) -> Result<Verified> {
    let mut verified = Verified::default();
    let chain = match read(out) {
        Ok(chain) => chain,
        Err(fault) => {
            verified.faults.push(format!("{fault:#}"));
            return Ok(verified);
        }
    };
    verified.entries = chain.head().entries();
    let mut hold = |place: String, sealed: &str| {
        let Some(head) = Head::parse(sealed) else {
            return verified.faults.push(format!("{place} holds no head"));
        };
        match chain.holds(&head) {
            true => verified.heads += 1,
            false => verified.faults.push(format!(
                "{place} has sealed a log of {} entries that this one is not, or no longer",
                head.entries()
            )),
        }
    };
    for entry in out.journal_beside()?.entries() {
        match entry {
            Entry::NightBegan(plan) if !plan.audit.is_empty() => {
                hold(format!("night {}", plan.night), &plan.audit);
            }
            _ => {}
        }
    }
    for part in Book::read(out)?.parts() {
        sealed_in(&out.print(part).join(CERTIFICATE), &mut hold)?;
    }
    let outbox = out.root().join("outbox");
    for sender in children(&outbox)? {
        for file in children(&sender)? {
            if file.to_string_lossy().ends_with(".receipt.json") {
                sealed_in(&file, &mut hold)?;
            }
        }
    }
    Ok(verified)
}

/// Holds the head of a JSON file against the log, if it is there and has one.
fn sealed_in(path: &Path, hold: &mut impl FnMut(String, &str)) -> Result<()> {
    let reading = || format!("reading {}", path.display());
    if !path.exists() {
        return Ok(());
    }
    let text = fs::read(path).with_context(reading)?;
    let json: serde_json::Value = serde_json::from_slice(&text).with_context(reading)?;
    if let Some(sealed) = json["audit"].as_str().filter(|sealed| !sealed.is_empty()) {
        hold(path.display().to_string(), sealed);
    }
    Ok(())
}

fn children(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.with_context(|| format!("reading {}", folder.display()))?;
    paths.sort();
    Ok(paths)
}
