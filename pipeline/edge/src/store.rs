//! The embedded store: sled behind a guard, each tree a view of an append-only file.
//!
//! | tree | view of | module |
//! |---|---|---|
//! | `registry` | `registry.log` | [`registry_store`](crate::registry_store) |
//! | `mailbox` | `mailboxes.log` and the packs it names | [`mailboxes`](crate::mailboxes) |
//! | `duplicates` | the journal's taken drops | [`duplicates`](crate::duplicates) |
//!
//! Every value begins with the CRC-32 of its key and itself. A tree's position says how many
//! records of its file it has seen; it changes in one batch with what they changed. A tree that
//! lags behind reads on from there; one that is ahead, or whose position is damaged, starts again
//! from nothing. So nothing here needs an `fsync`, and a power cut costs time, not truth.

mod sorter;
mod view;

use std::fs::{self, File, TryLockError};
use std::io;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use crate::durable::{make_folder, LogError};

pub(crate) use sorter::Sorter;
pub use view::{Batch, Pair, View};

/// The open store; it is locked against a second process until it is dropped.
#[derive(Debug)]
pub struct Store {
    db: sled::Db,
    _lock: File,
}

/// In what state a store was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It was there and opened.
    Sound,
    /// There was none.
    New,
    /// It could not be opened, or is to be made again: it was moved aside for an empty one.
    Rebuilt {
        /// Where it lies now, for whoever wants to know why; nothing needs it.
        moved_to: Option<PathBuf>,
        /// What sled said of it.
        why: String,
    },
}

/// Why the store cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Another process has it open.
    #[error("{path} is in use by another run")]
    InUse {
        /// The store.
        path: PathBuf,
    },
    /// The embedded store failed; rebuilding it is safe.
    #[error("the embedded store failed, rebuild it: {0}")]
    Sled(#[from] sled::Error),
    /// A value does not agree with its checksum or its form; rebuilding the store is safe.
    #[error("a value of tree {tree} is damaged, rebuild the store")]
    Damaged {
        /// The tree.
        tree: &'static str,
    },
    /// The file of which a tree is a view.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl Store {
    /// Opens the store in `folder`, makes it where there is none, moves a damaged one aside.
    ///
    /// # Errors
    /// [`StoreError::InUse`], or what the disk returns.
    pub fn open(folder: &Path) -> Result<(Self, Opening), StoreError> {
        let lock = lock(folder)?;
        let found = if folder.exists() { Opening::Sound } else { Opening::New };
        match guarded_open(folder) {
            Ok(db) => Ok((Self { db, _lock: lock }, found)),
            Err(sled::Error::Io(error)) if is_no_damage(error.kind()) => Err(error.into()),
            Err(error) => {
                let (moved_to, why) = (Some(move_aside(folder)?), error.to_string());
                let db = guarded_open(folder)?;
                Ok((Self { db, _lock: lock }, Opening::Rebuilt { moved_to, why }))
            }
        }
    }

    /// Moves the store in `folder` aside, if there is one, and opens an empty one.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn rebuild(folder: &Path) -> Result<(Self, Opening), StoreError> {
        let lock = lock(folder)?;
        let moved_to = folder.exists().then(|| move_aside(folder)).transpose()?;
        let why = "it was to be rebuilt".to_owned();
        let db = guarded_open(folder)?;
        Ok((Self { db, _lock: lock }, Opening::Rebuilt { moved_to, why }))
    }

    /// Opens a tree.
    ///
    /// # Errors
    /// What sled returns.
    pub fn view(&self, name: &'static str) -> Result<View, StoreError> {
        Ok(View::new(name, self.db.open_tree(name)?))
    }
}

/// Locks a file beside the store; sled's own lock says in words only that it is taken.
fn lock(folder: &Path) -> Result<File, StoreError> {
    if let Some(above) = folder.parent() {
        make_folder(above)?;
    }
    let file = File::create(folder.with_extension("lock"))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: folder.to_owned() }),
        locked => Ok(locked.map(|()| file).map_err(io::Error::from)?),
    }
}

/// Opens sled such that its panic over a damaged file is an error like another
/// (facts: libraries, ten of twenty random truncations panic at open).
fn guarded_open(folder: &Path) -> Result<sled::Db, sled::Error> {
    let config = sled::Config::new()
        .path(folder)
        .cache_capacity(CACHE_BYTES)
        .flush_every_ms(Some(FLUSH_EVERY_MS));
    let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
    opened.unwrap_or_else(|_| Err(sled::Error::ReportableBug("a panic at open".to_owned())))
}

/// Returns whether another open may succeed with the files as they are.
fn is_no_damage(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem, StorageFull};
    matches!(kind, PermissionDenied | ReadOnlyFilesystem | StorageFull)
}

fn move_aside(folder: &Path) -> io::Result<PathBuf> {
    let aside = |number: u32| folder.with_extension(format!("damaged-{number}"));
    let free = (1..).map(aside).find(|path| !path.exists()).expect("some number is free");
    fs::rename(folder, &free)?;
    Ok(free)
}

/// Keeps a night's memory small; the views are written once and read rarely.
const CACHE_BYTES: u64 = 64 << 20;
const FLUSH_EVERY_MS: u64 = 1_000;

#[cfg(test)]
mod tests;
