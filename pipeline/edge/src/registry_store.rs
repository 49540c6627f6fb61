//! The registry on disk: a log of changes, and a view of what they come to.
//!
//! Keys of the tree `registry`; ids and classes hold no control character, so NUL ends a text and
//! the order of keys is that of the texts. A value is the change itself, as in the log.
//!
//! | key | value |
//! |---|---|
//! | `r` recipient | the recipient |
//! | `k` sender NUL pseudonym | the link |
//! | `l` recipient NUL sender NUL pseudonym | the link, in the order in which a snapshot needs it |
//! | `w` recipient NUL sender NUL class | the preference |
//! | `e` recipient NUL day NUL kind | what happened to the person |
//! | `b` birth date NUL recipient NUL day | the registration, in the order of birth dates |
//! | `x` recipient NUL day NUL kind | what ends or begins the mailbox |
//! | `c` recipient NUL sender NUL moment | the consent, or its withdrawal |
//! | `d` sender NUL case | what people decided of a row |
//! | `a` sender NUL day NUL file | a file that was compared on that day |

mod people;

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use registry::{
    snapshot_rows, Change, Event, Link, PersonEvent, Preference, Recipient, SnapshotRows,
};
use sha2::{Digest, Sha256};

use crate::durable::{AppendLog, Records};
use crate::store::{Sorter, Store, StoreError, View};

/// The registry, open for import and for freezing.
#[derive(Debug)]
pub struct RegistryStore {
    log: AppendLog,
    view: View,
    /// Where changes are sorted.
    folder: PathBuf,
}

/// Changes of the view that are not in it yet.
struct Fresh {
    /// Under the key of a change.
    own: Sorter,
    /// Under the keys that follow from changes. They are written first: as long as the view has the
    /// old value under a change's own key, it is known what else is to be removed.
    derived: Sorter,
    changed: u64,
}

/// What an import came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Changes that changed something.
    pub changed: u64,
    /// Changes that said what was known; they are not logged again.
    pub unchanged: u64,
}

/// The relations of the registry in merge order, flattened to the rows of a snapshot.
pub type FrozenRows<'a> = SnapshotRows<Rows<'a, Recipient>, Rows<'a, Link>, Rows<'a, Preference>>;

/// One relation of the registry, in merge order.
pub type Rows<'a, T> = Box<dyn Iterator<Item = T> + 'a>;

impl RegistryStore {
    /// Opens the registry and brings its view up to the end of its log.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(store: &Store, log: &Path) -> Result<Self, StoreError> {
        let view = store.view("registry")?;
        let folder = log.parent().unwrap_or(Path::new(".")).to_owned();
        let opened = AppendLog::open(log, |_| Ok(()))?;
        let position = view.start_of(opened.records())?;
        let (mut records, mut record) = (Records::open(log)?, Vec::new());
        let (mut unseen, mut seen) = (Sorter::new(&folder), 0);
        while records.next_into(&mut record)? {
            seen += 1;
            if seen > position {
                let change = Change::from_bytes(&record).ok_or_else(|| view.damaged())?;
                unseen.push(&key(&change), Some(&record))?;
            }
        }
        if seen > position {
            Fresh::of(&view, &folder, unseen, |_| Ok(()))?.write(&view, seen)?;
        }
        Ok(Self { log: opened, view, folder })
    }

    /// Imports changes: durable in the log first, then in the view.
    ///
    /// # Errors
    /// [`StoreError`]; an import that was cut is completed by importing the same again.
    pub fn import(
        &mut self,
        changes: impl IntoIterator<Item = Change>,
    ) -> Result<Imported, StoreError> {
        let (mut imported, mut rows) = (Sorter::new(&self.folder), 0);
        let mut bytes = Vec::new();
        for change in changes {
            bytes.clear();
            change.to_bytes(&mut bytes);
            imported.push(&key(&change), Some(&bytes))?;
            rows += 1;
        }
        let Self { log, view, folder } = self;
        let fresh = Fresh::of(view, folder, imported, |bytes| Ok(log.append(bytes)?))?;
        let changed = fresh.changed;
        if changed > 0 {
            log.sync()?;
            fresh.write(view, log.records())?;
        }
        Ok(Imported { changed, unchanged: rows - changed })
    }

    /// Returns a recipient.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn recipient(&self, id: &str) -> Result<Option<Recipient>, StoreError> {
        let Some(bytes) = self.view.get(format!("r{id}").as_bytes())? else { return Ok(None) };
        match Change::from_bytes(&bytes) {
            Some(Change::Recipient(recipient)) => Ok(Some(recipient)),
            _ => Err(self.view.damaged()),
        }
    }

    /// Hands the rows of a snapshot to `take`, in the registry's order, and returns what it made.
    ///
    /// # Errors
    /// [`StoreError`] if a value could not be read; what `take` made of the rows before is dropped.
    pub fn freeze<T>(&self, take: impl FnOnce(FrozenRows<'_>) -> T) -> Result<T, StoreError> {
        let failed = RefCell::new(None);
        let recipients = self.rows(b"r", &failed, |change| match change {
            Change::Recipient(recipient) => Some(recipient),
            _ => None,
        });
        let links = self.rows(b"l", &failed, |change| match change {
            Change::Link(link) => Some(link),
            _ => None,
        });
        let preferences = self.rows(b"w", &failed, |change| match change {
            Change::Preference(preference) => Some(preference),
            _ => None,
        });
        let taken = take(snapshot_rows(recipients, links, preferences));
        match failed.into_inner() {
            Some(error) => Err(error),
            None => Ok(taken),
        }
    }

    /// Returns the SHA-256 of everything that the registry holds, hexadecimal: two registries are
    /// in one state if and only if it is the same.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn state(&self) -> Result<String, StoreError> {
        let mut digest = Sha256::new();
        for pair in self.view.scan(b"") {
            let (key, value) = pair?;
            for bytes in [&key[..], &value[..]] {
                digest.update((bytes.len() as u64).to_le_bytes());
                digest.update(bytes);
            }
        }
        Ok(mailbox::Seal(digest.finalize().into()).to_string())
    }

    /// Returns a relation, which ends early when a value cannot be read; `failed` then says why.
    fn rows<'a, T: 'a>(
        &'a self,
        prefix: &[u8],
        failed: &'a RefCell<Option<StoreError>>,
        of_relation: impl Fn(Change) -> Option<T> + 'a,
    ) -> Rows<'a, T> {
        let rows = self.view.scan(prefix).map(move |pair| {
            let change = Change::from_bytes(&pair?.1).and_then(&of_relation);
            change.ok_or_else(|| self.view.damaged())
        });
        Box::new(rows.map_while(|row| row.map_err(|error| *failed.borrow_mut() = Some(error)).ok()))
    }
}

impl Fresh {
    /// Finds which of the changes, the last of each key, say something that the view does not know,
    /// and tells each of them to `note`.
    fn of(
        view: &View,
        folder: &Path,
        changes: Sorter,
        mut note: impl FnMut(&[u8]) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        let [own, derived] = [Sorter::new(folder), Sorter::new(folder)];
        let mut fresh = Self { own, derived, changed: 0 };
        let mut changes = changes.sorted()?;
        loop {
            let group = changes.take(GROUP_LEN)?;
            if group.is_empty() {
                return Ok(fresh);
            }
            let known = view.get_sorted(group.iter().map(|(key, _)| key.as_slice()))?;
            for ((key, bytes), known) in group.into_iter().zip(known) {
                if known != bytes {
                    let bytes = bytes.expect("changes are never taken back");
                    let change = Change::from_bytes(&bytes).ok_or_else(|| view.damaged())?;
                    note(&bytes)?;
                    fresh.apply(&key, known, &change, &bytes)?;
                }
            }
        }
    }

    /// Applies a change, whose bytes are `bytes`, to what is known under its key.
    fn apply(
        &mut self,
        key: &[u8],
        known: Option<Vec<u8>>,
        change: &Change,
        bytes: &[u8],
    ) -> io::Result<()> {
        if let Change::Link(link) = change {
            if let Some(Change::Link(old)) = known.as_deref().and_then(Change::from_bytes) {
                self.derived.push(&merge_key(&old), None)?;
            }
            self.derived.push(&merge_key(link), Some(bytes))?;
        }
        if let Change::Person(event) = change {
            if let Some(Change::Person(old)) = known.as_deref().and_then(Change::from_bytes) {
                birth_key(&old).map_or(Ok(()), |key| self.derived.push(&key, None))?;
            }
            birth_key(event).map_or(Ok(()), |key| self.derived.push(&key, Some(bytes)))?;
            if event.event.is_of_mailbox() {
                self.derived.push(&event_key('x', event), Some(bytes))?;
            }
        }
        self.changed += 1;
        self.own.push(key, Some(bytes))
    }

    /// Writes the changes, which leave the view at `position`.
    fn write(self, view: &View, position: u64) -> Result<(), StoreError> {
        view.write_sorted(self.derived)?;
        view.write_sorted(self.own)?;
        view.batch().write(position)
    }
}

fn key(change: &Change) -> Vec<u8> {
    match change {
        Change::Recipient(recipient) => format!("r{}", recipient.id),
        Change::Link(link) => format!("k{}\0{}", link.sender, link.pseudonym),
        Change::Preference(wish) => format!("w{}\0{}\0{}", wish.recipient, wish.sender, wish.class),
        Change::Person(event) => return event_key('e', event),
        Change::Consent(consent) => {
            // Moments since 1970, as wide as the last of the year 9999, so that they come in order.
            format!("c{}\0{}\0{:012}", consent.recipient, consent.sender, consent.at.0)
        }
        Change::Decision(decision) => format!("d{}\0{}", decision.sender, decision.case),
        Change::Inquiry(inquiry) => {
            format!("a{}\0{}\0{}", inquiry.sender, inquiry.day, inquiry.file)
        }
    }
    .into_bytes()
}

fn event_key(prefix: char, event: &PersonEvent) -> Vec<u8> {
    let PersonEvent { recipient, from, event } = event;
    format!("{prefix}{recipient}\0{from}\0{}", event.kind()).into_bytes()
}

/// Returns the key under which a registration is found by its birth date.
fn birth_key(event: &PersonEvent) -> Option<Vec<u8>> {
    let Event::Registered(four) = &event.event else { return None };
    Some(format!("b{}\0{}\0{}", four.birth, event.recipient, event.from).into_bytes())
}

fn merge_key(link: &Link) -> Vec<u8> {
    format!("l{}\0{}\0{}", link.recipient, link.sender, link.pseudonym).into_bytes()
}

/// Changes that are compared at a time: some megabytes of memory.
const GROUP_LEN: usize = 16_384;

#[cfg(test)]
mod tests;
