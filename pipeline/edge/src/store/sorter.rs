//! Any number of changes in the order of their keys, within bounded memory.
//!
//! A view is written block by block: changes that come in the order of their keys touch each block
//! once, others touch most blocks with every batch. What does not fit in memory goes into sorted
//! runs, files without a name that vanish with their sorter.
//!
//! ```text
//! run: (key_len u16 | value_len u32 or NONE | key | value) …, little-endian, by key
//! ```

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A key and what it is set to; without a value it is removed.
pub(crate) type KeyChange = (Vec<u8>, Option<Vec<u8>>);

/// Takes changes in any order.
#[derive(Debug)]
pub(crate) struct Sorter {
    folder: PathBuf,
    /// Bytes of memory after which a run is written.
    room: usize,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    runs: Vec<File>,
}

/// Where a change stands in the bytes: its key, and behind it the value.
#[derive(Clone, Copy, Debug)]
struct Entry {
    start: usize,
    key_len: u16,
    /// [`NONE`] for none.
    value_len: u32,
}

impl Sorter {
    /// Starts without changes; runs go into `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self::with_room(folder, ROOM)
    }

    fn with_room(folder: &Path, room: usize) -> Self {
        let (bytes, entries, runs) = Default::default();
        Self { folder: folder.to_owned(), room, bytes, entries, runs }
    }

    /// Takes a change; of several of one key the last counts.
    ///
    /// # Errors
    /// If a run cannot be written.
    pub(crate) fn push(&mut self, key: &[u8], value: Option<&[u8]>) -> io::Result<()> {
        let start = self.bytes.len();
        let key_len = u16::try_from(key.len()).expect("a key has at most 65,535 bytes");
        let value_len = value.map_or(NONE, |value| value.len() as u32);
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value.unwrap_or_default());
        self.entries.push(Entry { start, key_len, value_len });
        if self.bytes.len() + self.entries.len() * size_of::<Entry>() < self.room {
            return Ok(());
        }
        let run = self.write_run()?;
        self.runs.push(run);
        Ok(())
    }

    /// Returns the changes in the order of their keys, each key once.
    ///
    /// # Errors
    /// If a run cannot be written or read.
    pub(crate) fn sorted(mut self) -> io::Result<Sorted> {
        let last = self.write_run()?;
        self.runs.push(last);
        let mut sorted = Sorted { runs: Vec::new(), heads: BinaryHeap::new(), next: None };
        for (number, mut run) in self.runs.into_iter().enumerate() {
            run.seek(SeekFrom::Start(0))?;
            sorted.runs.push(BufReader::with_capacity(BUFFER, run));
            sorted.advance(number)?;
        }
        Ok(sorted)
    }

    /// Writes what is in memory as a run.
    fn write_run(&mut self) -> io::Result<File> {
        let (bytes, mut entries) = (&self.bytes, std::mem::take(&mut self.entries));
        // Stable, so that of one key the last comes last.
        entries.sort_by(|a, b| a.key(bytes).cmp(b.key(bytes)));
        let mut run = BufWriter::with_capacity(BUFFER, self.nameless()?);
        for entry in &entries {
            run.write_all(&entry.key_len.to_le_bytes())?;
            run.write_all(&entry.value_len.to_le_bytes())?;
            run.write_all(&bytes[entry.start..entry.end()])?;
        }
        self.bytes.clear();
        run.into_inner().map_err(io::IntoInnerError::into_error)
    }

    /// Opens a file that is gone when it is closed.
    fn nameless(&self) -> io::Result<File> {
        let path = self.folder.join(format!("{}.sorting", std::process::id()));
        let file =
            File::options().create(true).truncate(true).read(true).write(true).open(&path)?;
        fs::remove_file(&path)?;
        Ok(file)
    }
}

impl Entry {
    fn key(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start..self.start + usize::from(self.key_len)]
    }

    fn end(self) -> usize {
        let value_len = if self.value_len == NONE { 0 } else { self.value_len as usize };
        self.start + usize::from(self.key_len) + value_len
    }
}

/// A run's next change: key, number of the run, value.
type Head = (Vec<u8>, usize, Option<Vec<u8>>);

/// Changes in the order of their keys.
#[derive(Debug)]
pub(crate) struct Sorted {
    runs: Vec<BufReader<File>>,
    /// The next change of each run: by key, then by run, and the later run counts.
    heads: BinaryHeap<Reverse<Head>>,
    next: Option<KeyChange>,
}

impl Sorted {
    /// Returns up to `count` further changes; none at the end.
    ///
    /// # Errors
    /// If a run cannot be read.
    pub(crate) fn take(&mut self, count: usize) -> io::Result<Vec<KeyChange>> {
        let mut changes = Vec::new();
        while changes.len() < count {
            let Some(change) = self.pull()? else { break };
            changes.push(change);
        }
        Ok(changes)
    }

    /// Returns the next change, of which no other has the key.
    fn pull(&mut self) -> io::Result<Option<KeyChange>> {
        loop {
            let head = self.heads.pop().map(|Reverse(head)| head);
            let Some((key, run, value)) = head else { return Ok(self.next.take()) };
            self.advance(run)?;
            let before = self.next.replace((key, value));
            let is_other = before.as_ref().zip(self.next.as_ref()).is_some_and(|(a, b)| a.0 != b.0);
            if is_other {
                return Ok(before);
            }
        }
    }

    /// Reads the next change of a run.
    fn advance(&mut self, number: usize) -> io::Result<()> {
        let run = &mut self.runs[number];
        let mut lens = [0; 6];
        if run.fill_buf()?.is_empty() {
            return Ok(());
        }
        run.read_exact(&mut lens)?;
        let [a, b, c, d, e, f] = lens;
        let value_len = u32::from_le_bytes([c, d, e, f]);
        let mut key = vec![0; u16::from_le_bytes([a, b]).into()];
        run.read_exact(&mut key)?;
        let value = match value_len {
            NONE => None,
            len => {
                let mut value = vec![0; len as usize];
                run.read_exact(&mut value)?;
                Some(value)
            }
        };
        self.heads.push(Reverse((key, number, value)));
        Ok(())
    }
}

/// The length of a value that is none.
const NONE: u32 = u32::MAX;
const ROOM: usize = 64 << 20;
const BUFFER: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    /// Changes whose keys repeat, without an order.
    fn changes() -> Vec<KeyChange> {
        let change = |number: u32| {
            let key = format!("key {}", number.wrapping_mul(2_654_435_761) % 700).into_bytes();
            let value = (!number.is_multiple_of(5)).then(|| number.to_le_bytes().to_vec());
            (key, value)
        };
        (0..2_000).map(change).collect()
    }

    #[test]
    fn changes_come_by_key_and_the_last_of_a_key_counts_however_little_room_there_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let expected: std::collections::BTreeMap<_, _> = changes().into_iter().collect();
        for room in [200, 5_000, 1 << 20] {
            let mut sorter = Sorter::with_room(folder.path(), room);
            for (key, value) in changes() {
                sorter.push(&key, value.as_deref()).expect("the disk");
            }
            let runs = sorter.runs.len();
            assert_eq!(room == 1 << 20, runs == 0, "{runs} runs in {room} bytes");
            let mut sorted = sorter.sorted().expect("the disk");
            let mut found = Vec::new();
            loop {
                let some = sorted.take(7).expect("the disk");
                if some.is_empty() {
                    break;
                }
                found.extend(some);
            }
            assert!(found.into_iter().eq(expected.clone()), "in {room} bytes");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn nothing_sorted_is_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut sorted = Sorter::new(folder.path()).sorted().expect("the disk");
        assert_eq!(sorted.take(1).expect("the disk"), Vec::new());
    }
}
