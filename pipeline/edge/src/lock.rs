//! One at a time: a lock that says who has it and since when, and goes with its process.

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
    /// The account, as the environment names it.
    pub account: String,
    /// What it does.
    pub work: String,
    /// Since when, RFC 3339.
    pub since: String,
}

/// Why a lock is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else has it.
    #[error("{} is at work since {}, as {} (process {})", .0.work, .0.since, .0.account, .0.process)]
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
    pub fn take(path: &Path, work: &str, since: String) -> Result<Self, LockError> {
        if let Some(folder) = path.parent() {
            crate::durable::make_folder(folder)?;
        }
        let options =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = options?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held(owner_of(&mut file, work)))
            }
            locked => locked.map_err(io::Error::from)?,
        }
        let account = std::env::var("USER").unwrap_or_else(|_| "?".to_owned());
        let work = work.to_owned();
        let owner = Owner { process: std::process::id(), account, work, since };
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(&serde_json::to_vec(&owner).expect("plain data"))?;
        file.sync_data()?;
        Ok(Self { _file: file })
    }
}

fn owner_of(file: &mut File, work: &str) -> Owner {
    let mut text = String::new();
    let read = file.read_to_string(&mut text).ok();
    let owner = read.and_then(|_| serde_json::from_str(&text).ok());
    // Between taking and writing there is a moment without a name.
    let unknown = || "?".to_owned();
    owner.unwrap_or_else(|| Owner {
        process: 0,
        account: unknown(),
        work: work.to_owned(),
        since: unknown(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_was_first_and_a_lock_goes_with_its_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state/night.lock");
        let first = Lock::take(&path, "a night", "2026-11-22T02:00:00+09:00".to_owned());
        let first = first.expect("free");
        let held = Lock::take(&path, "another", "later".to_owned()).expect_err("held").to_string();
        assert!(held.starts_with("a night is at work since 2026-11-22T02:00:00+09:00"), "{held}");
        assert!(held.contains(&std::process::id().to_string()), "{held}");
        drop(first);
        Lock::take(&path, "another", "later".to_owned()).expect("free again");
    }
}
