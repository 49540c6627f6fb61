//! The shop's memory below OUT: registry, mailboxes and duplicates with the store under them.

use std::path::Path;

use crate::duplicates::{Duplicates, TakenDrop};
use crate::mailboxes::{MailboxError, Mailboxes};
use crate::registry_store::RegistryStore;
use crate::store::{Opening, Store, StoreError};

/// Everything that the embedded store is a view of, open and up to date.
#[derive(Debug)]
pub struct Memory {
    /// Recipients, links and preferences.
    pub registry: RegistryStore,
    /// Delivered copies.
    pub mailboxes: Mailboxes,
    /// Taken drops.
    pub duplicates: Duplicates,
    /// In what state the store was found.
    pub opening: Opening,
    /// Last, so that it is closed after those who use it.
    _store: Store,
}

impl Memory {
    /// Opens `out/state/index`, `out/state/registry.log`, `out/state/mailboxes.log` and the packs
    /// in `out/mailboxes`; `drops` are all drops that the journal ever took, in its order.
    ///
    /// A store that cannot be opened or read is made again from the files.
    ///
    /// # Errors
    /// [`MailboxError`] if another run has it open, or a file that is not the store's is damaged.
    pub fn open(out: &Path, drops: &[TakenDrop]) -> Result<Self, MailboxError> {
        let (store, opening) = Store::open(&out.join(INDEX))?;
        match Self::follow(store, opening, out, drops) {
            Err(MailboxError::Store(StoreError::Sled(_) | StoreError::Damaged { .. })) => {
                Self::rebuild(out, drops)
            }
            opened => opened,
        }
    }

    /// Moves the store aside and makes it again from packs, logs and the journal's drops.
    ///
    /// # Errors
    /// As [`Memory::open`].
    pub fn rebuild(out: &Path, drops: &[TakenDrop]) -> Result<Self, MailboxError> {
        let (store, opening) = Store::rebuild(&out.join(INDEX))?;
        Self::follow(store, opening, out, drops)
    }

    fn follow(
        store: Store,
        opening: Opening,
        out: &Path,
        drops: &[TakenDrop],
    ) -> Result<Self, MailboxError> {
        let registry = RegistryStore::open(&store, &out.join("state/registry.log"))?;
        let log = out.join("state/mailboxes.log");
        let mailboxes = Mailboxes::open(&store, &out.join("mailboxes"), &log)?;
        let duplicates = Duplicates::open(&store, drops)?;
        Ok(Self { registry, mailboxes, duplicates, opening, _store: store })
    }
}

const INDEX: &str = "state/index";

#[cfg(test)]
mod tests {
    use std::fs;

    use letter::{BatchId, SenderId};
    use mailbox::Seal;

    use super::*;

    #[test]
    fn memory_opens_rebuilds_and_keeps_what_the_files_say() {
        let out = tempfile::tempdir().expect("a folder");
        let drop_ = TakenDrop {
            sender: SenderId::parse("city").expect("an id"),
            name: "a.zip".to_owned(),
            sha256: Seal::of(b"a"),
            batch: BatchId::parse("tax").expect("an id"),
            part: 1,
        };
        let drops = [drop_];
        let known = |memory: &Memory| memory.duplicates.first_drop(&drops[0].sha256).expect("read");
        let memory = Memory::open(out.path(), &drops).expect("opened");
        assert_eq!((&memory.opening, known(&memory).as_ref()), (&Opening::New, Some(&drops[0])));
        assert!(matches!(
            Memory::open(out.path(), &drops),
            Err(MailboxError::Store(StoreError::InUse { .. }))
        ));
        drop(memory);
        let memory = Memory::rebuild(out.path(), &drops).expect("rebuilt");
        assert!(matches!(memory.opening, Opening::Rebuilt { .. }));
        assert_eq!(known(&memory).as_ref(), Some(&drops[0]));
        drop(memory);
        for entry in fs::read_dir(out.path().join(INDEX)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                let len = fs::metadata(&path).expect("a file").len();
                let file = fs::File::options().write(true).open(&path).expect("opened");
                file.set_len(len / 3).expect("cut");
            }
        }
        let memory = Memory::open(out.path(), &drops).expect("opened");
        assert_eq!(known(&memory).as_ref(), Some(&drops[0]));
    }
}
