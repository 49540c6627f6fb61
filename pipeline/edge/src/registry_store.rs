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

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use registry::{snapshot_rows, Change, Link, Preference, Recipient, SnapshotRows};

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
            if let Some(Change::Link(old)) = known.and_then(|known| Change::from_bytes(&known)) {
                self.derived.push(&merge_key(&old), None)?;
            }
            self.derived.push(&merge_key(link), Some(bytes))?;
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
    }
    .into_bytes()
}

fn merge_key(link: &Link) -> Vec<u8> {
    format!("l{}\0{}\0{}", link.recipient, link.sender, link.pseudonym).into_bytes()
}

/// Changes that are compared at a time: some megabytes of memory.
const GROUP_LEN: usize = 16_384;

#[cfg(test)]
mod tests {
    use std::fs;

    use letter::{SenderId, Wish};
    use registry::SnapshotRow;

    use super::*;

    fn recipient(id: &str, mailbox: u64) -> Change {
        let (id, identity_level, mailbox_open) = (id.into(), 2, true);
        Change::Recipient(Recipient { id, identity_level, mailbox_open, mailbox })
    }

    fn link(sender: &str, pseudonym: &str, recipient: &str) -> Change {
        Change::Link(Link {
            sender: SenderId::parse(sender).expect("an id"),
            pseudonym: pseudonym.into(),
            recipient: recipient.into(),
        })
    }

    fn wish(recipient: &str, sender: &str, wish: Wish) -> Change {
        Change::Preference(Preference {
            recipient: recipient.into(),
            sender: SenderId::parse(sender).expect("an id"),
            class: "*".into(),
            wish,
            selected: true,
        })
    }

    fn changes() -> Vec<Change> {
        vec![
            recipient("r-10", 10),
            recipient("r-1", 1),
            link("city", "p-1", "r-1"),
            link("city", "p-10", "r-10"),
            link("bank", "x", "r-1"),
            wish("r-1", "city", Wish::Electronic),
        ]
    }

    fn rows(registry: &RegistryStore) -> Vec<SnapshotRow> {
        registry.freeze(|rows| rows.collect()).expect("sound")
    }

    fn open(folder: &tempfile::TempDir) -> (Store, RegistryStore) {
        let (store, _) = Store::open(&folder.path().join("index")).expect("opened");
        let log = folder.path().join("registry.log");
        let registry = RegistryStore::open(&store, &log).expect("opened");
        (store, registry)
    }

    #[test]
    fn what_is_imported_is_frozen_in_merge_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let (_store, mut registry) = open(&folder);
        let imported = registry.import(changes()).expect("imported");
        assert_eq!(imported, Imported { changed: 6, unchanged: 0 });
        let Change::Recipient(known) = recipient("r-10", 10) else { panic!("a recipient") };
        assert_eq!(registry.recipient("r-10").expect("read"), Some(known));
        assert_eq!(registry.recipient("r-2").expect("read"), None);
        let rows = rows(&registry);
        let short: Vec<_> =
            rows.iter().map(|r| (r.sender.as_str(), &*r.pseudonym, r.mailbox, r.wish)).collect();
        assert_eq!(
            short,
            [
                ("bank", "x", 1, Wish::Paper),
                ("city", "p-1", 1, Wish::Electronic),
                ("city", "p-10", 10, Wish::Paper),
            ]
        );
    }

    #[test]
    fn importing_the_same_again_logs_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let (_store, mut registry) = open(&folder);
        registry.import(changes()).expect("imported");
        let len = fs::metadata(folder.path().join("registry.log")).expect("a file").len();
        let imported = registry.import(changes()).expect("imported");
        assert_eq!(imported, Imported { changed: 0, unchanged: 6 });
        assert_eq!(fs::metadata(folder.path().join("registry.log")).expect("a file").len(), len);
    }

    #[test]
    fn a_link_that_moves_to_another_recipient_leaves_the_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let (_store, mut registry) = open(&folder);
        registry.import(changes()).expect("imported");
        // Twice within one import, so that the second sees the first.
        let moves = [link("city", "p-10", "r-1"), link("city", "p-10", "r-10")];
        let before = rows(&registry);
        registry.import(moves.clone()).expect("imported");
        assert_eq!(rows(&registry), before);
        registry.import(moves[..1].to_vec()).expect("imported");
        assert!(rows(&registry).iter().all(|row| row.mailbox == 1));
        assert_eq!(rows(&registry).len(), 3);
    }

    #[test]
    fn a_cut_between_what_follows_and_the_changes_themselves_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let (store, mut registry) = open(&folder);
        registry.import(changes()).expect("imported");
        let moved = link("city", "p-10", "r-1");
        // As an import that is cut after the first of its two passes over the view.
        let (mut moves, mut bytes) = (Sorter::new(folder.path()), Vec::new());
        moved.to_bytes(&mut bytes);
        moves.push(&key(&moved), Some(&bytes)).expect("sorted");
        let RegistryStore { log, view, folder: sorting } = &mut registry;
        let fresh = Fresh::of(view, sorting, moves, |bytes| Ok(log.append(bytes)?)).expect("read");
        log.sync().expect("durable");
        view.write_sorted(fresh.derived).expect("written");
        drop((store, registry));
        let (store, registry) = open(&folder);
        let after = rows(&registry);
        assert!(after.iter().all(|row| row.mailbox == 1) && after.len() == 3);
        drop((store, registry));
        Store::rebuild(&folder.path().join("index")).map(drop).expect("rebuilt");
        let (_store, registry) = open(&folder);
        assert_eq!(rows(&registry), after);
    }

    #[test]
    fn the_log_alone_gives_the_same_registry_wherever_it_is_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("registry.log");
        let (store, mut registry) = open(&folder);
        let mut states = vec![rows(&registry)];
        for change in changes() {
            registry.import([change]).expect("imported");
            states.push(rows(&registry));
        }
        drop((store, registry));
        let bytes = fs::read(&log).expect("a file");
        let start = 8;
        for cut in (start..=bytes.len()).step_by(5) {
            fs::write(&log, &bytes[..cut]).expect("written");
            let (store, _) = Store::rebuild(&folder.path().join("index")).expect("opened");
            let rebuilt = RegistryStore::open(&store, &log).expect("opened");
            assert!(states.contains(&rows(&rebuilt)), "cut at {cut}");
            drop((store, rebuilt));
        }
        fs::write(&log, &bytes).expect("written");
        let (_store, registry) = open(&folder);
        assert_eq!(Some(&rows(&registry)), states.last());
    }

    #[test]
    fn a_value_that_cannot_be_read_makes_no_snapshot() {
        let folder = tempfile::tempdir().expect("a folder");
        let (_store, mut registry) = open(&folder);
        registry.import(changes()).expect("imported");
        let mut batch = registry.view.batch();
        batch.put(b"rr-1".to_vec(), b"no change");
        batch.write(6).expect("written");
        let frozen = registry.freeze(|rows| rows.count());
        assert!(matches!(frozen, Err(StoreError::Damaged { tree: "registry" })));
    }
}
