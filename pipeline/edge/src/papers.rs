//! 添付書類 (tenpu shorui): files that recipients have laid down, where no sender sees them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mailbox::Seal;

use crate::durable::publish_secret;

/// The papers' folder: one folder an account, one file a paper, named by its SHA-256.
#[derive(Clone, Debug)]
pub struct Papers {
    folder: PathBuf,
}

impl Papers {
    /// Returns the papers in `folder`, which is made with the first of them.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Keeps a paper; on return it is durable, and only the shop's own account reads it.
    ///
    /// # Errors
    /// What the disk returns.
    pub fn keep(&self, account: u64, bytes: &[u8]) -> io::Result<Seal> {
        let seal = Seal::of(bytes);
        publish_secret(&self.path(account, &seal), bytes)?;
        Ok(seal)
    }

    /// Reads a paper.
    ///
    /// # Errors
    /// What the disk returns, or [`io::ErrorKind::InvalidData`] if it is not what was kept.
    pub fn read(&self, account: u64, seal: &Seal) -> io::Result<Vec<u8>> {
        let bytes = fs::read(self.path(account, seal))?;
        match Seal::of(&bytes) == *seal {
            true => Ok(bytes),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Throws a paper away; one that is gone is no trouble.
    ///
    /// # Errors
    /// What the disk returns.
    pub fn remove(&self, account: u64, seal: &Seal) -> io::Result<()> {
        match fs::remove_file(self.path(account, seal)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn path(&self, account: u64, seal: &Seal) -> PathBuf {
        self.folder.join(account.to_string()).join(seal.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_is_its_accounts_alone_and_is_what_was_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let papers = Papers::at(&folder.path().join("papers"));
        let seal = papers.keep(7, b"%PDF-1.7").expect("kept");
        assert_eq!(papers.read(7, &seal).expect("read"), b"%PDF-1.7");
        assert!(papers.read(8, &seal).is_err());
        fs::write(papers.path(7, &seal), b"%PDF-1.6").expect("written");
        assert_eq!(papers.read(7, &seal).map_err(|e| e.kind()), Err(io::ErrorKind::InvalidData));
        papers.remove(7, &seal).expect("removed");
        papers.remove(7, &seal).expect("removed again");
        assert!(papers.read(7, &seal).is_err());
    }
}
