//! One at a time: a lock that says who has it and since when, and goes with its process.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A lock that is held until it is dropped, or its process ends however it does.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The process.
    pub process: u32,
    /// The account.
    pub account: String,
    /// What it does.
    pub work: String,
    /// Since when, RFC 3339.
    pub since: String,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { process, account, work, since } = self;
        write!(f, "{work} is at work since {since}, as {account} (process {process})")
    }
}

/// Why a lock is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else has it.
    #[error("{0}")]
    Held(Owner),
    /// The disk.
    #[error("the lock cannot be used")]
    Io(#[from] io::Error),
}

impl Lock {
    /// Takes a lock, or says who has it.
    ///
    /// # Errors
    /// [`LockError::Held`]; what the disk returns.
    pub fn take(path: &Path, owner: &Owner) -> Result<Self, LockError> {
        if let Some(folder) = path.parent() {
            crate::durable::make_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(LockError::Held(owner_of(&mut file))),
            locked => locked.map_err(io::Error::from)?,
        }
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(&serde_json::to_vec(owner).expect("plain data"))?;
        file.sync_data()?;
        Ok(Self { _file: file })
    }
}

fn owner_of(file: &mut File) -> Owner {
    let mut text = String::new();
    let read = file.read_to_string(&mut text).ok();
    let owner = read.and_then(|_| serde_json::from_str(&text).ok());
    // Between taking and writing there is a moment without a name.
    let unknown = || "?".to_owned();
    let nobody = || Owner { process: 0, account: unknown(), work: unknown(), since: unknown() };
    owner.unwrap_or_else(nobody)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_was_first_and_a_lock_goes_with_its_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state/night.lock");
        let owner = |work: &str| Owner {
            process: 7,
            account: "lettershop".to_owned(),
            work: work.to_owned(),
            since: "2026-11-22T02:00:00+09:00".to_owned(),
        };
        let first = Lock::take(&path, &owner("a night")).expect("free");
        let held = Lock::take(&path, &owner("another")).expect_err("held").to_string();
        let wanted =
            "a night is at work since 2026-11-22T02:00:00+09:00, as lettershop (process 7)";
        assert_eq!(held, wanted);
        drop(first);
        Lock::take(&path, &owner("another")).expect("free again");
    }
}
