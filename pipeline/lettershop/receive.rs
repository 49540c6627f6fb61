//! Receiving: a drop is proved whole, decoded once into a spool, and then taken or refused.

mod ready;
mod source;
mod spooling;
mod stationery;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use edge::Memory;
use intake::layout::Layout;
use intake::{refusal, ExtractError, OpenError, Sender};
use ledger::receipt::{Head, Receipt};
use letter::Refusal;
use mailbox::Seal;
use runner::{Crew, Entry, FileMark, Journal, NightPlan, Part, SeenDrop, Stage};

use crate::batch::{House, Received, RECEIVED, STATIONERY};
use crate::close::{write_receipt, KEYS};
use crate::config::Shop;
use crate::later;
use crate::out::{sha256_of, FileJournal, Out};
use crate::registry_import::taken_drop;
use source::{stem, Opened, Source};
use spooling::Spooling;

/// A drop that is taken, with its files, or why it is not.
type Taken = Result<(Received, Vec<FileMark>), Trouble>;

/// Why a drop is not taken now.
enum Trouble {
    /// The drop's fault, with the batch as far as it is known.
    Refused(Box<Refusal>, Option<Part>),
    /// The same, with what shows the sender where the fault is.
    Shown(Box<Refusal>, Option<Part>, Vec<Enclosure>),
    /// It is still being written.
    Waits,
    /// It continues a part that is not closed yet: receive it again when it is.
    Later,
    /// The machine's.
    Machine(anyhow::Error),
}

/// A refusal with all that is said with it.
struct Refused<'r> {
    refusal: &'r Refusal,
    part: Option<&'r Part>,
    records: u64,
    enclosures: &'r [Enclosure],
}

/// A file beside a receipt.
struct Enclosure {
    /// Behind the receipt's own name.
    suffix: String,
    bytes: Vec<u8>,
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        Self::Machine(error)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Machine(error.into())
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal), None)
    }
}

impl From<OpenError> for Trouble {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Incomplete(refusal) | OpenError::Refusal(refusal) => refusal.into(),
            OpenError::Io(error) => error.into(),
        }
    }
}

impl From<ExtractError> for Trouble {
    fn from(error: ExtractError) -> Self {
        match error {
            ExtractError::Refusal(refusal) => refusal.into(),
            ExtractError::Io(error) => error.into(),
        }
    }
}

impl From<intake::DecodeError> for Trouble {
    fn from(error: intake::DecodeError) -> Self {
        match error {
            intake::DecodeError::Refusal(refusal) => refusal.into(),
            intake::DecodeError::Io(error) => error.into(),
        }
    }
}

/// What becomes of a drop that continues a batch which is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orphans {
    /// Another drop of the night may bring it.
    Wait,
    /// It did not come.
    Refuse,
}

/// The counter at which drops are received.
pub struct Counter<'s> {
    /// The shop.
    pub shop: &'s Shop,
    /// Dictionary and fonts.
    pub house: &'s House,
    /// Where the night writes.
    pub out: &'s Out,
    /// What the night set out to do.
    pub night: &'s NightPlan,
}

impl Counter<'_> {
    /// Receives drops of different senders: afterwards the journal says of each that it was taken,
    /// refused, or waits. They are decoded by all threads, and noted in their order.
    ///
    /// Returns those that continue a part which must come or be closed before; nothing is noted of
    /// them.
    ///
    /// # Errors
    /// The machine's trouble; the drop and those after it are then received again by the next run.
    pub fn receive<'d>(
        &self,
        crew: &Crew,
        journal: &mut FileJournal,
        memory: &mut Memory,
        drops: &[&'d SeenDrop],
        orphans: Orphans,
    ) -> Result<Vec<&'d SeenDrop>> {
        let unsettled = drops.iter().filter(|drop| !self.is_settled(journal, drop));
        let mut examined = Vec::new();
        let (seen, known) = (&*journal, &*memory);
        crew.map_in_order(
            unsettled.map(Ok::<_, anyhow::Error>),
            || (),
            |(), drop| (*drop, self.examine(seen, known, drop)),
            |(drop, found)| {
                examined.push((drop, found));
                Ok(())
            },
        )?;
        let mut later = Vec::new();
        for (drop, found) in examined {
            let (sha256, taken) = found?;
            if !self.settle(journal, memory, drop, sha256, taken, orphans)? {
                later.push(drop);
            }
        }
        Ok(later)
    }

    /// Digests a drop and takes it as far as the journal's entry.
    fn examine(
        &self,
        journal: &FileJournal,
        memory: &Memory,
        drop: &SeenDrop,
    ) -> Result<(String, Taken)> {
        let path = self.place_of(drop);
        let sha256 =
            sha256_of(&path).with_context(|| format!("reading the drop {}", path.display()))?;
        let taken = self.take(journal, memory, drop, &path, &sha256);
        Ok((sha256, taken))
    }

    /// Notes what became of a drop; returns false, and notes nothing, if it must wait for another.
    fn settle(
        &self,
        journal: &mut FileJournal,
        memory: &mut Memory,
        drop: &SeenDrop,
        sha256: String,
        taken: Taken,
        orphans: Orphans,
    ) -> Result<bool> {
        match taken {
            Ok((received, files)) => {
                let part = &received.part;
                let taken = taken_drop(drop, &sha256, part);
                let (drop, part) = (drop.clone(), part.clone());
                journal.append(Entry::DropTaken { drop, sha256, part })?;
                taken.map(|taken| memory.duplicates.note(&taken)).transpose()?;
                let part = received.part;
                journal.append(Entry::StageDone { part, stage: Stage::Received, files })?;
            }
            Err(Trouble::Refused(refusal, _))
                if orphans == Orphans::Wait && refusal.code == UNKNOWN_CONTINUATION =>
            {
                return Ok(false);
            }
            Err(Trouble::Refused(refusal, part)) => {
                self.refuse(journal, drop, sha256, &refusal, part.as_ref(), 0)?;
            }
            Err(Trouble::Shown(refusal, part, enclosures)) => {
                let (part, enclosures) = (part.as_ref(), &enclosures[..]);
                let refused = Refused { refusal: &refusal, part, records: 0, enclosures };
                self.refuse_with(journal, drop, sha256, refused)?;
            }
            Err(Trouble::Waits) => journal.append(Entry::DropWaits { drop: drop.clone() })?,
            Err(Trouble::Later) => return Ok(false),
            Err(Trouble::Machine(error)) => {
                return Err(error.context(format!("receiving {}", drop.name)));
            }
        }
        Ok(true)
    }

    /// Refuses a drop: receipt first, then the journal.
    ///
    /// # Errors
    /// If either cannot be written.
    pub fn refuse(
        &self,
        journal: &mut FileJournal,
        drop: &SeenDrop,
        sha256: String,
        refusal: &Refusal,
        part: Option<&Part>,
        records: u64,
    ) -> Result<()> {
        let refused = Refused { refusal, part, records, enclosures: &[] };
        self.refuse_with(journal, drop, sha256, refused)
    }

    fn refuse_with(
        &self,
        journal: &mut FileJournal,
        drop: &SeenDrop,
        sha256: String,
        refused: Refused<'_>,
    ) -> Result<()> {
        let Refused { refusal, part, records, enclosures } = refused;
        let mut refusal = refusal.clone();
        if refusal.origin.file.is_empty() {
            refusal.origin.file.clone_from(&drop.name);
        }
        let name = receipt_name(journal, drop, &sha256, part);
        let sender = self.shop.senders.get(&drop.sender);
        let head = Head {
            sender: letter::SenderId::parse(&drop.sender).context("the inbox folder is no id")?,
            sender_name: sender.map_or_else(|| drop.sender.clone(), |sender| sender.name.clone()),
            batch: part.map_or_else(|| stem(&drop.name), |part| part.batch.to_string()),
            part: part.map_or(1, |part| part.part),
            received: self.night.now,
            snapshot: self.night.snapshot.clone(),
            dictionary: self.house.dictionary.month().to_owned(),
            audit: self.night.audit.clone(),
        };
        let receipt = Receipt::refused(head, records, &refusal);
        let mut files = write_receipt(self.out, &drop.sender, &name, &receipt)?;
        for Enclosure { suffix, bytes } in enclosures {
            let path = self.out.outbox(&drop.sender, &format!("{name}.{suffix}"));
            files.push(self.out.publish_bytes(&path, bytes)?);
        }
        let part = part.cloned();
        let (drop, refusal) = (drop.clone(), Box::new(refusal));
        journal.append(Entry::DropRefused { drop, sha256, refusal, part, files })
    }

    /// Returns where a drop lies: among those that the counter of applications made, or else in the
    /// inbox.
    pub fn place_of(&self, drop: &SeenDrop) -> PathBuf {
        let own = self.out.own_drop(self.night.night, &drop.sender, &drop.name);
        match own.exists() {
            true => own,
            false => self.shop.inbox().join(&drop.sender).join(&drop.name),
        }
    }

    /// Returns whether this night, or the day since the last one, has already settled the drop.
    pub fn is_settled(&self, journal: &FileJournal, wanted: &SeenDrop) -> bool {
        let entries = journal.entries().iter().rev();
        entries
            .take_while(|entry| !matches!(entry, Entry::NightBegan(_) | Entry::NightEnded { .. }))
            .any(|entry| settles(entry) == Some(wanted))
    }

    fn take(
        &self,
        journal: &FileJournal,
        memory: &Memory,
        drop: &SeenDrop,
        path: &Path,
        sha256: &str,
    ) -> Taken {
        let Some(sender) = self.shop.senders.get(&drop.sender) else {
            return Err(refusal::unknown_sender(&drop.sender).into());
        };
        if later::is_list(self.out, self.night, drop) {
            return Ok(later::take(self.out, path, drop, sha256, self.night.now)?);
        }
        if let Some(first) = same_bytes(journal, memory, sender, sha256)? {
            return Err(refusal::duplicate_file(&first).into());
        }
        let mut source = self.open_quiet(sender, path, drop)?;
        let opened = source.open(journal, self, sender, drop)?;
        let part = opened.part.clone();
        self.spool(journal, sender, source, opened, drop, sha256)
            .map_err(|trouble| trouble.of_part(&part))
    }

    /// Opens a drop, and looks again after the quiet period if it ends too early.
    fn open_quiet(&self, sender: &Sender, path: &Path, drop: &SeenDrop) -> Result<Source, Trouble> {
        match Source::of(self.shop, sender, path, drop) {
            Err(Trouble::Refused(refusal, _)) if refusal.code == HALF_ZIP => {
                if self.still_arriving(path, drop)? {
                    return Err(Trouble::Waits);
                }
                Source::of(self.shop, sender, path, drop)
            }
            source => source,
        }
    }

    /// Waits until the file has been left alone for the quiet period; returns whether it changed.
    fn still_arriving(&self, path: &Path, drop: &SeenDrop) -> Result<bool> {
        if path.with_file_name(format!("{}.done", drop.name)).exists() {
            return Ok(false);
        }
        let reading = || format!("reading {}", path.display());
        let before = fs::metadata(path).with_context(reading)?;
        let age = before.modified().with_context(reading)?.elapsed().unwrap_or_default();
        let quiet = std::time::Duration::from_secs(self.shop.config.night.quiet_seconds);
        std::thread::sleep(quiet.saturating_sub(age));
        let after = fs::metadata(path).with_context(reading)?;
        let modified = |meta: &fs::Metadata| meta.modified().with_context(reading);
        Ok(after.len() != drop.len || modified(&after)? != modified(&before)?)
    }

    /// Extracts and decodes the drop into its part's folder.
    fn spool(
        &self,
        journal: &FileJournal,
        sender: &Sender,
        mut source: Source,
        opened: Opened,
        drop: &SeenDrop,
        sha256: &str,
    ) -> Taken {
        let part = opened.part.clone();
        let folder = self.out.part(&part);
        let layout = layout_of(sender, &opened)?;
        let mut files = source.extract(self.out, &folder, &opened)?;
        if opened.stationery {
            stationery::check(self.shop, &opened.template, &folder.join(STATIONERY))?;
        }
        let lines = opened.lines_from.clone().map(|from| from.join(LINES));
        let spooling = Spooling {
            out: self.out,
            folder: &folder,
            layout: &layout,
            member: &opened.member,
            lines: lines.as_deref(),
            accepted: self.accepted_keys(journal, &part)?,
        };
        let mut spooled = spooling.run(opened.manifest.as_ref())?;
        files.append(&mut spooled.files);
        let ready = ready::cut(self, sender, &opened, &folder, &layout, &mut spooled.stopped)?;
        let is_ready = ready.is_some();
        files.extend(ready.into_iter().flatten());
        let received = Received {
            part,
            drop: drop.clone(),
            sha256: sha256.to_owned(),
            template: opened.template,
            template_version: opened.template_version,
            class: opened.class,
            posting_date: opened.posting_date,
            rows: spooled.rows,
            member: opened.member,
            stationery: folder.join(STATIONERY).exists() && opened.stationery,
            ready: is_ready,
            orphans: if opened.continues_lines { Vec::new() } else { spooled.orphans },
            stopped: spooled.stopped,
            moment: self.night.now,
            due: opened.due,
            later: None,
        };
        let json = serde_json::to_vec_pretty(&received).expect("plain data");
        files.push(self.out.publish_bytes(&folder.join(RECEIVED), &json)?);
        Ok((received, files))
    }

    /// Returns the keys of the batch's earlier parts that went on, sorted.
    fn accepted_keys(&self, journal: &FileJournal, part: &Part) -> Result<Vec<u128>, Trouble> {
        let mut keys = Vec::new();
        for (earlier, _, _) in journal.parts() {
            let same = (&earlier.sender, &earlier.batch) == (&part.sender, &part.batch);
            if same && earlier.part < part.part {
                if journal.stage(&earlier, &Stage::Closed).is_none() {
                    return Err(Trouble::Later);
                }
                let path = self.out.part(&earlier).join(KEYS);
                let bytes =
                    fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
                let chunks = bytes.chunks_exact(16);
                keys.extend(chunks.map(|key| u128::from_be_bytes(key.try_into().expect("16"))));
            }
        }
        keys.sort_unstable();
        Ok(keys)
    }
}

/// The member with the table rows, in a part's folder.
pub const LINES: &str = "lines.raw";
const HALF_ZIP: &str = "half-zip";
const UNKNOWN_CONTINUATION: &str = "unknown-continuation";

impl Trouble {
    fn of_part(self, part: &Part) -> Self {
        match self {
            Self::Refused(refusal, None) => Self::Refused(refusal, Some(part.clone())),
            Self::Shown(refusal, None, enclosures) => {
                Self::Shown(refusal, Some(part.clone()), enclosures)
            }
            other => other,
        }
    }
}

fn layout_of(sender: &Sender, opened: &Opened) -> Result<Layout, Trouble> {
    let layout = Layout::compile(sender, &opened.template)
        .with_context(|| format!("the layout for {}", opened.template))?;
    // A reject list sent back has the sender's rows and nothing else.
    Ok(if opened.is_mended { layout.for_mended_rows() } else { layout })
}

fn settles(entry: &Entry) -> Option<&SeenDrop> {
    match entry {
        Entry::DropTaken { drop, .. }
        | Entry::DropRefused { drop, .. }
        | Entry::ParcelTaken { drop, .. }
        | Entry::DropWaits { drop } => Some(drop),
        _ => None,
    }
}

/// Returns whether the same file was taken or refused before under the same name.
pub fn is_known(journal: &FileJournal, wanted: &SeenDrop, wanted_sha: &str) -> bool {
    journal.entries().iter().any(|entry| match entry {
        Entry::DropTaken { drop, sha256, .. }
        | Entry::ParcelTaken { drop, sha256, .. }
        | Entry::DropRefused { drop, sha256, .. } => drop == wanted && sha256 == wanted_sha,
        _ => false,
    })
}

/// Returns the name under which the sender dropped the same bytes before.
///
/// A drop that was refused after it was taken (too many faults) does not count.
fn same_bytes(
    journal: &FileJournal,
    memory: &Memory,
    sender: &Sender,
    sha256: &str,
) -> Result<Option<String>> {
    let Some(seal) = Seal::parse(sha256) else { return Ok(None) };
    let first = memory.duplicates.first_drop(&seal).context("looking for the same drop")?;
    let stands = |digest: &str| journal.parts().iter().any(|(_, _, taken)| *taken == digest);
    let first = first.filter(|first| first.sender == sender.sender && stands(sha256));
    Ok(first.map(|first| first.name))
}

/// Returns the name of a refused drop's receipt: the batch's, unless a batch of that name has one.
fn receipt_name(
    journal: &FileJournal,
    drop: &SeenDrop,
    sha256: &str,
    part: Option<&Part>,
) -> String {
    let taken: Vec<String> = journal
        .parts()
        .into_iter()
        .filter(|(taken, _, _)| taken.sender.as_str() == drop.sender)
        .map(|(taken, _, _)| taken.name())
        .collect();
    let candidates = part.map(Part::name).into_iter().chain([stem(&drop.name)]);
    let free = candidates.into_iter().find(|name| !taken.contains(name));
    free.unwrap_or_else(|| format!("{}.refused-{}", stem(&drop.name), &sha256[..8]))
}
