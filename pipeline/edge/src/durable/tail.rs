//! A log followed by a reader while another process appends to it.

use std::io;
use std::path::{Path, PathBuf};

use super::log::{LogError, Records};

/// A reader's place in a log that may not be there yet.
#[derive(Clone, Debug)]
pub struct Tail {
    path: PathBuf,
    /// Where the next record begins; `None` before the log was first there.
    offset: Option<u64>,
    records: u64,
}

impl Tail {
    /// Returns the place before the first record.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), offset: None, records: 0 }
    }

    /// Returns the number of records read so far.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Shows every whole record that has come since the last call to `visit`; returns how many.
    ///
    /// Costs a look at the file's length when nothing has come. A record that is half there is
    /// shown by a later call.
    ///
    /// # Errors
    /// [`LogError`], or what `visit` returns: the place is then behind the last record shown whole.
    pub fn follow(
        &mut self,
        mut visit: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<u64, LogError> {
        let len = match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            meta => meta?.len(),
        };
        if self.offset.is_some_and(|offset| offset >= len) {
            return Ok(0);
        }
        let mut records = match self.offset {
            Some(offset) => Records::open_at(&self.path, offset)?,
            None => Records::open(&self.path)?,
        };
        let before = self.records;
        let mut record = Vec::new();
        while records.next_into(&mut record)? {
            visit(&record)?;
            self.offset = Some(records.offset());
            self.records += 1;
        }
        Ok(self.records - before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable::AppendLog;

    #[test]
    fn a_reader_sees_each_record_once_however_often_it_looks() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let mut tail = Tail::new(&path);
        let mut seen = Vec::new();
        let mut look = |tail: &mut Tail| {
            let visit = |record: &[u8]| {
                seen.push(record.to_vec());
                Ok(())
            };
            tail.follow(visit).expect("followed")
        };
        assert_eq!(look(&mut tail), 0);
        let mut log = AppendLog::open(&path, |_| Ok(())).expect("opened");
        for round in 0..3u8 {
            log.append(&[round; 5]).expect("appended");
            log.append(&[round; 70_000]).expect("appended");
            log.sync().expect("durable");
            assert_eq!(look(&mut tail), 2);
            assert_eq!(look(&mut tail), 0);
        }
        assert_eq!(tail.records(), 6);
        let lens: Vec<usize> = seen.iter().map(Vec::len).collect();
        assert_eq!(lens, [5, 70_000, 5, 70_000, 5, 70_000]);
    }

    #[test]
    fn a_record_that_is_half_there_is_shown_when_it_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let mut log = AppendLog::open(&path, |_| Ok(())).expect("opened");
        log.append(b"first").expect("appended");
        log.append(b"second").expect("appended");
        log.sync().expect("durable");
        let whole = std::fs::read(&path).expect("a file");
        let other = folder.path().join("other");
        let mut tail = Tail::new(&other);
        let mut seen = 0;
        for len in 8..=whole.len() {
            std::fs::write(&other, &whole[..len]).expect("written");
            seen += tail.follow(|_| Ok(())).expect("followed");
        }
        assert_eq!(seen, 2);
    }
}
