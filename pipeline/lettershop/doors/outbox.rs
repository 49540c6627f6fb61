//! The senders' outboxes: each file once under a number, and `status.json` that names them all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use edge::durable::{self, AppendLog};
use letter::{Moment, SenderId};
use runner::Journal;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::taking::Waiting;
use crate::commands::status::stands;
use crate::config::Shop;
use crate::out::{sha256_of, FileJournal, Out};

/// A file that was laid into an outbox; an entry of `state/outbox.log`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Whose outbox.
    pub sender: SenderId,
    /// The number, from 1 without a gap for each sender.
    pub sequence: u64,
    /// The file's name.
    pub name: String,
    /// Bytes.
    pub len: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// When.
    pub at: Moment,
}

/// What `status.json` says of a file's number and digest is the last that was sent of it.
pub const STATUS: &str = "status.json";

/// Lays into the outboxes at the doors whatever is new or has changed, and says so in
/// `status.json`; returns what was sent.
///
/// A file is in the outbox before it has its number, so that a cut run sends it again.
///
/// # Errors
/// If a file cannot be read or written.
pub fn send(
    shop: &Shop,
    out: &Out,
    journal: &FileJournal,
    waiting: &[Waiting],
    now: Moment,
) -> Result<Vec<Sent>> {
    let doors = shop.senders.values().map(|sender| (sender, shop.door(&sender.sender).outbox()));
    let doors: Vec<_> = doors.filter(|(_, outbox)| outbox.is_dir()).collect();
    if doors.is_empty() {
        return Ok(Vec::new());
    }
    let mut book = Book::open(out)?;
    let mut all = Vec::new();
    for (sender, outbox) in doors {
        let id = &sender.sender;
        for (name, path) in files(out, id)? {
            all.extend(book.send(id, &name, &path, &outbox, now)?);
        }
        let batches: Vec<_> = journal
            .parts()
            .into_iter()
            .filter(|(part, _, _)| part.sender == *id)
            .map(
                |(part, _, _)| json!({"batch": part.name(), "stands": stands(out, journal, &part)}),
            )
            .collect();
        let waiting: Vec<_> = waiting
            .iter()
            .filter(|waiting| waiting.sender == id.as_str())
            .map(|w| json!({"name": w.name, "since": w.since.rfc3339_jst(), "why": w.why}))
            .collect();
        let sent = book.of(id);
        let files: Vec<_> = sent
            .values()
            .map(|sent| {
                json!({
                    "sequence": sent.sequence, "name": sent.name, "len": sent.len,
                    "sha256": sent.sha256, "at": sent.at.rfc3339_jst(),
                })
            })
            .collect();
        let status = json!({
            "sender": id, "sequence": book.last(id), "batches": batches, "waiting": waiting,
            "files": files,
        });
        let status = format!("{status:#}\n");
        let path = outbox.join(STATUS);
        if fs::read(&path).ok().as_deref() != Some(status.as_bytes()) {
            let written = durable::publish_bytes(&path, status.as_bytes());
            written.with_context(|| format!("writing {}", path.display()))?;
        }
    }
    Ok(all)
}

/// Returns what a sender's outbox holds below OUT: the name at the door, and the file.
fn files(out: &Out, sender: &SenderId) -> Result<Vec<(String, PathBuf)>> {
    let folder = out.root().join("outbox").join(sender.as_str());
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let reading = || format!("reading {}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(reading)? {
        let path = entry.with_context(reading)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() && !name.starts_with('.') {
            let name = match name.strip_suffix(".opens.csv") {
                Some(batch) => format!("{batch}.opened.csv"),
                None => name,
            };
            files.push((name, path));
        }
    }
    files.sort();
    Ok(files)
}

/// The log of what was sent, with the last of each file.
struct Book {
    log: AppendLog,
    last: BTreeMap<SenderId, u64>,
    sent: BTreeMap<SenderId, BTreeMap<String, Sent>>,
}

impl Book {
    fn open(out: &Out) -> Result<Self> {
        let path = out.state().join("outbox.log");
        let mut all: Vec<Sent> = Vec::new();
        let log = AppendLog::open(&path, |record| {
            all.push(serde_json::from_slice(record).map_err(std::io::Error::other)?);
            Ok(())
        });
        let log = log.with_context(|| format!("opening {}", path.display()))?;
        let mut book = Self { log, last: BTreeMap::new(), sent: BTreeMap::new() };
        all.into_iter().for_each(|sent| book.note(sent));
        Ok(book)
    }

    fn note(&mut self, sent: Sent) {
        self.last.insert(sent.sender.clone(), sent.sequence);
        self.sent.entry(sent.sender.clone()).or_default().insert(sent.name.clone(), sent);
    }

    fn last(&self, sender: &SenderId) -> u64 {
        self.last.get(sender).copied().unwrap_or(0)
    }

    fn of(&self, sender: &SenderId) -> BTreeMap<u64, &Sent> {
        let sent = self.sent.get(sender).into_iter().flat_map(BTreeMap::values);
        sent.map(|sent| (sent.sequence, sent)).collect()
    }

    fn send(
        &mut self,
        sender: &SenderId,
        name: &str,
        path: &Path,
        outbox: &Path,
        now: Moment,
    ) -> Result<Option<Sent>> {
        let target = outbox.join(name);
        let before = self.sent.get(sender).and_then(|sent| sent.get(name));
        if before.is_some_and(|before| is_there(path, &target, before)) {
            return Ok(None);
        }
        let sending = || format!("sending {}", path.display());
        let sha256 = sha256_of(path).with_context(sending)?;
        if before.is_some_and(|before| before.sha256 == sha256) && target.exists() {
            return Ok(None);
        }
        durable::publish(&target, |file| {
            std::io::copy(&mut fs::File::open(path)?, file).map(|_| ())
        })
        .with_context(sending)?;
        let len = fs::metadata(&target).with_context(sending)?.len();
        let (sender, name, sequence) = (sender.clone(), name.to_owned(), self.last(sender) + 1);
        let sent = Sent { sender, sequence, name, len, sha256, at: now };
        let entry = serde_json::to_vec(&sent).expect("plain data");
        self.log.append(&entry).and_then(|()| self.log.sync()).context("writing outbox.log")?;
        self.note(sent.clone());
        Ok(Some(sent))
    }
}

/// Returns whether a file was sent and has not changed since, without reading it.
fn is_there(path: &Path, target: &Path, before: &Sent) -> bool {
    let (Ok(source), Ok(sent)) = (fs::metadata(path), fs::metadata(target)) else { return false };
    let times = source.modified().ok().zip(sent.modified().ok());
    let is_later = times.is_some_and(|(source, sent)| source < sent);
    source.len() == before.len && sent.len() == before.len && is_later
}
