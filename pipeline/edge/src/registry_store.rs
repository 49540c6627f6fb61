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
use std::path::Path;

use registry::{snapshot_rows, Change, Link, Preference, Recipient, SnapshotRows};

use crate::durable::AppendLog;
use crate::store::{Batch, Store, StoreError, View};

/// The registry, open for import and for freezing.
#[derive(Debug)]
pub struct RegistryStore {
    log: AppendLog,
    view: View,
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
        let log = view.follow(log, |batch, record| {
            let change = Change::from_bytes(record).ok_or_else(|| view.damaged())?;
            let key = key(&change);
            let known = batch.get(&key)?;
            apply(batch, key, known, &change, record);
            Ok::<_, StoreError>(())
        })?;
        Ok(Self { log, view })
    }

    /// Imports changes: durable in the log first, then in the view.
    ///
    /// # Errors
    /// [`StoreError`]; an import that was cut is completed by importing the same again.
    pub fn import(
        &mut self,
        changes: impl IntoIterator<Item = Change>,
    ) -> Result<Imported, StoreError> {
        let mut imported = Imported::default();
        let mut changes = changes.into_iter();
        loop {
            let group: Vec<Change> = changes.by_ref().take(GROUP_LEN).collect();
            if group.is_empty() {
                return Ok(imported);
            }
            self.import_group(&group, &mut imported)?;
        }
    }

    fn import_group(
        &mut self,
        group: &[Change],
        imported: &mut Imported,
    ) -> Result<(), StoreError> {
        let mut keys: Vec<(Vec<u8>, usize)> = group.iter().map(key).zip(0..).collect();
        keys.sort_unstable();
        let found = self.view.get_sorted(keys.iter().map(|(key, _)| key.as_slice()))?;
        let mut known = vec![(Vec::new(), None); group.len()];
        for ((key, index), found) in keys.into_iter().zip(found) {
            known[index] = (key, found);
        }
        let mut batch = self.view.batch();
        let mut bytes = Vec::new();
        for (change, (key, found)) in group.iter().zip(known) {
            bytes.clear();
            change.to_bytes(&mut bytes);
            // Within the group the same key may have come before.
            let known = batch.change(&key).unwrap_or(found);
            if apply(&mut batch, key, known, change, &bytes) {
                imported.changed += 1;
                self.log.append(&bytes)?;
            } else {
                imported.unchanged += 1;
            }
        }
        self.log.sync()?;
        batch.write(self.log.records())
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

/// Applies a change, whose bytes are `bytes`, to what is known under its key; returns whether it
/// changed anything.
fn apply(
    batch: &mut Batch<'_>,
    key: Vec<u8>,
    known: Option<Vec<u8>>,
    change: &Change,
    bytes: &[u8],
) -> bool {
    if known.as_deref() == Some(bytes) {
        return false;
    }
    if let Change::Link(link) = change {
        if let Some(Change::Link(old)) = known.and_then(|known| Change::from_bytes(&known)) {
            batch.remove(merge_key(&old));
        }
        batch.put(merge_key(link), bytes);
    }
    batch.put(key, bytes);
    true
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

/// Changes between two syncs: some 100 MB of memory, and enough that neighbours meet in one block
/// of the view, which is written whole.
const GROUP_LEN: usize = 262_144;

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
