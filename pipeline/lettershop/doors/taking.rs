//! Taking: what is whole in a sender's inbox is copied to the night's inbox, durably, and removed.
//!
//! The copy is the drop: whatever the sender does to its own file afterwards does not reach it. The
//! order is copy, log, removal, each durable before the next, so that a cut run takes the same file
//! again and finds that it has it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use edge::durable::{AppendLog, Draft, LogError, Records};
use edge::stir::Sign;
use intake::Sender;
use letter::Moment;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::arrival::{state, Evidence, Eye, Lying, Patience, Standing};
use crate::config::Shop;
use crate::out::{hex, sha256_of, Out};

/// A drop that was taken at a door; an entry of `state/doors.log`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Whose.
    pub sender: String,
    /// The file's name.
    pub name: String,
    /// Bytes.
    pub len: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// What showed that it was whole.
    pub evidence: Evidence,
    /// When.
    pub at: Moment,
}

/// A file that is not taken yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whose.
    pub sender: String,
    /// The file's name.
    pub name: String,
    /// Since when nothing has changed it.
    pub since: Moment,
    /// Why it waits.
    pub why: &'static str,
}

/// What a round of all doors came to.
#[derive(Debug, Default)]
pub struct Round {
    /// What was taken.
    pub taken: Vec<Taken>,
    /// What waits.
    pub waiting: Vec<Waiting>,
    /// Notes to the shop that lie there.
    pub notes: usize,
}

/// Goes round the doors and remembers what it saw.
#[derive(Debug, Default)]
pub struct Doorkeeper {
    eyes: BTreeMap<String, Eye>,
}

/// Whether a drop that the night has in its inbox may be written over.
pub type IsSettled<'s> = &'s dyn Fn(&str, &str, &str) -> bool;

impl Doorkeeper {
    /// Notes what stirred in the sender's inbox between two rounds.
    pub fn note(&mut self, shop: &Shop, sign: &Sign) {
        let is_there = |sender: &&Sender| shop.door(&sender.sender).inbox() == sign.folder;
        if let Some(sender) = shop.senders.values().find(is_there) {
            let eye = self.eyes.entry(sender.sender.to_string()).or_default();
            eye.note(&sign.name, sign.what);
        }
    }

    /// Takes whatever is whole at the doors of all senders, each by itself: trouble with one
    /// sender's files leaves the others alone and is returned at the end.
    ///
    /// `is_settled(sender, name, sha256)` says whether the night knows this drop.
    ///
    /// # Errors
    /// The machine's trouble, after all doors were seen.
    pub fn round(
        &mut self,
        shop: &Shop,
        out: &Out,
        now: Moment,
        is_settled: IsSettled<'_>,
    ) -> Result<Round> {
        let mut round = Round::default();
        let mut log = None;
        let mut trouble = None;
        for (id, sender) in &shop.senders {
            let inbox = shop.door(&sender.sender).inbox();
            if !inbox.is_dir() {
                continue;
            }
            let eye = self.eyes.entry(id.clone()).or_default();
            let (log, round) = (&mut log, &mut round);
            let mut desk = Desk { shop, out, sender, now, log, is_settled, round };
            if let Err(error) = desk.visit(eye, &inbox) {
                trouble.get_or_insert(error.context(format!("at the door of {id}")));
            }
        }
        trouble.map_or(Ok(round), Err)
    }
}

struct Desk<'d> {
    shop: &'d Shop,
    out: &'d Out,
    sender: &'d Sender,
    now: Moment,
    log: &'d mut Option<AppendLog>,
    is_settled: IsSettled<'d>,
    round: &'d mut Round,
}

impl Desk<'_> {
    fn visit(&mut self, eye: &mut Eye, inbox: &Path) -> Result<()> {
        let keys = &self.shop.config.doors;
        let patience = Patience {
            quiet_seconds: keys.quiet_seconds,
            abandoned_seconds: keys.abandoned_seconds,
        };
        let limits = self.shop.drop_limits(self.sender);
        for lying in eye.look(inbox).context("looking into the inbox")? {
            if super::is_note(&lying.name) {
                self.round.notes += 1;
                continue;
            }
            let judged = eye.judge(&lying, self.sender, &limits, patience);
            match judged.with_context(|| format!("reading {}", lying.path.display()))? {
                Standing::Whole(evidence) => self.take(&lying, evidence)?,
                Standing::Waits => self.wait(&lying, "under way"),
                Standing::WaitsForMarker => self.wait(&lying, "waits for its done-marker"),
            }
        }
        Ok(())
    }

    fn wait(&mut self, lying: &Lying, why: &'static str) {
        let since = Moment(state(&lying.meta).1);
        let (sender, name) = (self.sender.sender.to_string(), lying.name.clone());
        self.round.waiting.push(Waiting { sender, name, since, why });
    }

    fn take(&mut self, lying: &Lying, evidence: Evidence) -> Result<()> {
        if self.log.is_none() {
            // Whoever else goes round takes it.
            let Some(log) = open_log(self.out)? else { return Ok(()) };
            *self.log = Some(log);
        }
        let sender = self.sender.sender.to_string();
        let target = self.shop.inbox().join(&sender).join(&lying.name);
        let before = target.exists().then(|| sha256_of(&target)).transpose();
        let before = before.with_context(|| format!("reading {}", target.display()))?;
        let unsettled = before.filter(|sha256| !(self.is_settled)(&sender, &lying.name, sha256));
        let copying = || format!("copying {}", lying.path.display());
        let Some(copy) = Copy::of(lying, &target).with_context(copying)? else {
            return Ok(());
        };
        let Copy { draft, len, sha256 } = copy;
        match unsettled {
            Some(other) if other != sha256 => {
                draft.discard().with_context(copying)?;
                self.wait(lying, "waits for the drop of the same name before it");
                return Ok(());
            }
            _ => draft.publish().with_context(copying)?,
        }
        let (name, at) = (lying.name.clone(), self.now);
        let taken = Taken { sender, name, len, sha256, evidence, at };
        let entry = serde_json::to_vec(&taken).expect("plain data");
        let log = self.log.as_mut().expect("it was just opened");
        log.append(&entry).and_then(|()| log.sync()).context("writing doors.log")?;
        remove(lying).with_context(|| format!("removing {}", lying.path.display()))?;
        self.round.taken.push(taken);
        Ok(())
    }
}

/// A copy on its way to the night's inbox.
struct Copy {
    draft: Draft,
    len: u64,
    sha256: String,
}

impl Copy {
    /// Copies a file; nothing if it is no longer what was judged.
    fn of(lying: &Lying, target: &Path) -> io::Result<Option<Self>> {
        let mut file = match edge::directory::open_plain(&lying.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let mut draft = Draft::begin(target)?;
        let (len, sha256) = copy(&mut file, draft.file())?;
        if state(&file.metadata()?) != state(&lying.meta) || len != lying.meta.len() {
            draft.discard()?;
            return Ok(None);
        }
        Ok(Some(Self { draft, len, sha256 }))
    }
}

fn copy(from: &mut File, to: &mut File) -> io::Result<(u64, String)> {
    let mut digest = Sha256::new();
    let mut bytes = vec![0; 1 << 20];
    let mut len = 0;
    loop {
        match from.read(&mut bytes)? {
            0 => return Ok((len, hex(&digest.finalize()))),
            read => {
                digest.update(&bytes[..read]);
                to.write_all(&bytes[..read])?;
                len += read as u64;
            }
        }
    }
}

/// Removes a file that was taken, and its marker; another that has come in its place stays.
fn remove(lying: &Lying) -> io::Result<()> {
    let hidden = lying.path.with_file_name(format!(".taken-{}", lying.name));
    match fs::rename(&lying.path, &hidden) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        renamed => renamed?,
    }
    use std::os::unix::fs::MetadataExt;
    let moved = fs::symlink_metadata(&hidden)?;
    let same = |meta: &fs::Metadata| (meta.dev(), meta.ino(), meta.len(), meta.mtime());
    if same(&moved) != same(&lying.meta) && !lying.path.exists() {
        return fs::rename(&hidden, &lying.path);
    }
    fs::remove_file(&hidden)?;
    let marker = format!("{}{}", lying.name, edge::directory::MARK);
    match fs::remove_file(lying.path.with_file_name(marker)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Opens the log of what was taken; nothing while somebody else goes round.
fn open_log(out: &Out) -> Result<Option<AppendLog>> {
    let path = log_path(out);
    match AppendLog::open(&path, |_| Ok(())) {
        Err(LogError::InUse { .. }) => Ok(None),
        log => Ok(Some(log.with_context(|| format!("opening {}", path.display()))?)),
    }
}

/// Returns everything that was ever taken, oldest first.
///
/// # Errors
/// If the log cannot be read.
pub fn taken(out: &Out) -> Result<Vec<Taken>> {
    let path = log_path(out);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let reading = || format!("reading {}", path.display());
    let mut records = Records::open(&path).with_context(reading)?;
    let (mut bytes, mut taken) = (Vec::new(), Vec::new());
    while records.next_into(&mut bytes).with_context(reading)? {
        taken.push(serde_json::from_slice(&bytes).with_context(reading)?);
    }
    Ok(taken)
}

fn log_path(out: &Out) -> PathBuf {
    out.state().join("doors.log")
}
