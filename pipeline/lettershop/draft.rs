//! A file on its way to its name: digested, written and sent to the disk while more is being made.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{sync_channel, SyncSender};

use anyhow::{Context, Result};
use edge::durable;
use runner::{aside, Aside, FileMark};
use sha2::{Digest, Sha256};

use crate::out::hex;

/// A file being written; it is there for nobody before it is published.
#[derive(Debug)]
pub struct Draft {
    /// What was not handed on yet.
    bytes: Vec<u8>,
    /// Path below OUT.
    below: String,
    path: PathBuf,
    hand: Option<Hand>,
}

/// A file that is written to its end and has neither its name nor been made durable.
#[derive(Debug)]
pub struct Finished {
    written: Written,
    below: String,
    path: PathBuf,
}

/// Who writes: a short file is written at its end, a long one by a thread of its own.
#[derive(Debug)]
enum Hand {
    Own(Written),
    Other(SyncSender<Vec<u8>>, Aside<io::Result<Written>>),
}

impl Draft {
    /// Begins the file at `path`, which is called `below` in its mark.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin(path: &Path, below: String) -> Result<Self> {
        let file = durable::Draft::begin(path);
        let file = file.with_context(|| format!("writing {}", path.display()))?;
        let hand = Some(Hand::Own(Written::begin(file)));
        Ok(Self { bytes: Vec::new(), below, path: path.to_owned(), hand })
    }

    /// Ends the file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> Result<Finished> {
        let written = self.end().with_context(|| format!("writing {}", self.path.display()))?;
        Ok(Finished { written, below: self.below, path: self.path })
    }

    /// Removes what was written.
    ///
    /// # Errors
    /// If it cannot be written or removed.
    pub fn discard(mut self) -> Result<()> {
        let removed = self.end().and_then(|written| written.file.discard());
        removed.with_context(|| format!("removing {}", self.path.display()))
    }

    fn end(&mut self) -> io::Result<Written> {
        let bytes = std::mem::take(&mut self.bytes);
        match self.hand.take().ok_or_else(unwritable)? {
            Hand::Own(mut written) => written.take(&bytes).map(|()| written),
            Hand::Other(to_hand, hand) => {
                // A hand that is gone has an error to tell.
                let _ = to_hand.send(bytes);
                drop(to_hand);
                hand.join()
            }
        }
    }

    /// Hands the bytes on to the thread that writes.
    fn hand_on(&mut self) -> io::Result<()> {
        let bytes = std::mem::replace(&mut self.bytes, Vec::with_capacity(HANDED_BYTES));
        let (to_hand, hand) = match self.hand.take().ok_or_else(unwritable)? {
            Hand::Own(written) => another_hand(written)?,
            Hand::Other(to_hand, hand) => (to_hand, hand),
        };
        if to_hand.send(bytes).is_err() {
            return hand.join().and(Err(unwritable()));
        }
        self.hand = Some(Hand::Other(to_hand, hand));
        Ok(())
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= HANDED_BYTES {
            self.hand_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Finished {
    /// Gives the file its name; on return it is durable.
    ///
    /// # Errors
    /// If the disk fails; a file of that name is then as it was.
    pub fn publish(self) -> Result<FileMark> {
        let Written { file, digest, len, sending, .. } = self.written;
        let sent = sending.map_or(Ok(()), Aside::join);
        let published = sent.and_then(|()| file.publish());
        published.with_context(|| format!("writing {}", self.path.display()))?;
        Ok(FileMark { path: self.below, len, sha256: hex(&digest.finalize()) })
    }
}

/// What is in the file, and how much of it has gone to the disk.
#[derive(Debug)]
struct Written {
    file: durable::Draft,
    digest: Sha256,
    len: u64,
    /// Bytes written since the last were sent to the disk.
    unsent: usize,
    sending: Option<Aside<io::Result<()>>>,
}

impl Written {
    fn begin(file: durable::Draft) -> Self {
        Self { file, digest: Sha256::new(), len: 0, unsent: 0, sending: None }
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.file().write_all(bytes)?;
        self.digest.update(bytes);
        self.len += bytes.len() as u64;
        self.unsent += bytes.len();
        if self.unsent < SENT_BYTES || !self.sending.as_ref().is_none_or(Aside::is_done) {
            return Ok(());
        }
        // An error is told once to all who have the file open, so it must not be lost.
        self.sending.take().map_or(Ok(()), Aside::join)?;
        let file = self.file.file().try_clone()?;
        self.sending = Some(aside(move || file.sync_data())?);
        self.unsent = 0;
        Ok(())
    }
}

/// A thread that writes, and what gives bytes to it.
type OtherHand = (SyncSender<Vec<u8>>, Aside<io::Result<Written>>);

/// Starts the thread that writes the rest of a file.
fn another_hand(mut written: Written) -> io::Result<OtherHand> {
    let (to_hand, handed) = sync_channel::<Vec<u8>>(HANDED_MAX);
    let hand = aside(move || {
        handed.into_iter().try_for_each(|bytes| written.take(&bytes)).map(|()| written)
    })?;
    Ok((to_hand, hand))
}

fn unwritable() -> io::Error {
    io::Error::other("the file could not be written before")
}

/// Bytes that are digested and written together; a file of fewer needs no thread.
const HANDED_BYTES: usize = 1 << 20;
/// Handfuls that wait for the thread at most, four megabytes a file.
const HANDED_MAX: usize = 4;
/// Bytes that are sent to the disk together, so that little is left to wait for at the end.
const SENT_BYTES: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_of_any_length_is_published_whole_with_its_mark() {
        let folder = tempfile::tempdir().expect("a folder");
        for len in [0, 1, HANDED_BYTES - 1, HANDED_BYTES, 3 * SENT_BYTES + 5] {
            let bytes: Vec<u8> = (0..len).map(|at| (at / 3) as u8).collect();
            let path = folder.path().join("deep").join("file");
            let mut draft = Draft::begin(&path, "below".to_owned()).expect("begun");
            bytes.chunks(700_001).for_each(|part| draft.write_all(part).expect("written"));
            let mark = draft.finish().expect("finished").publish().expect("published");
            let sha256 = hex(&Sha256::digest(&bytes));
            assert_eq!(mark, FileMark { path: "below".to_owned(), len: len as u64, sha256 });
            assert!(std::fs::read(&path).expect("a file") == bytes, "{len} bytes");
        }
    }

    #[test]
    fn what_is_discarded_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        for len in [4, 2 * HANDED_BYTES] {
            let path = folder.path().join("nothing");
            let mut draft = Draft::begin(&path, "nothing".to_owned()).expect("begun");
            draft.write_all(&vec![7; len]).expect("written");
            draft.discard().expect("removed");
            assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        }
    }

    #[test]
    fn a_full_disk_is_told_by_whoever_writes_next_or_last() {
        let (to_hand, hand) = sync_channel::<Vec<u8>>(0);
        drop(hand);
        let full = aside(|| Err(io::Error::from(io::ErrorKind::StorageFull))).expect("a thread");
        let mut draft = Draft {
            bytes: Vec::new(),
            below: String::new(),
            path: PathBuf::new(),
            hand: Some(Hand::Other(to_hand, full)),
        };
        let written = draft.write_all(&vec![7; HANDED_BYTES]).expect_err("the disk is full");
        assert_eq!(written.kind(), io::ErrorKind::StorageFull);
        assert!(draft.write_all(&vec![7; HANDED_BYTES]).is_err());
        assert!(draft.finish().is_err());
    }
}
