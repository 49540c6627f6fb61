//! The append-only file of a door's acts with the books that they come to.

use std::io;
use std::path::Path;
use std::sync::{Mutex, RwLock, RwLockReadGuard};

use edge::durable::{AppendLog, LogError};
use letter::Moment;

use crate::act::{Act, Entry};
use crate::books::Books;

/// A log of acts and its books; the books never know what is not on the disk.
#[derive(Debug)]
pub struct Diary {
    log: Mutex<AppendLog>,
    books: RwLock<Books>,
}

impl Diary {
    /// Opens the log and applies it to `books` from its beginning.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn open(path: &Path, mut books: Books) -> Result<Self, LogError> {
        let log = AppendLog::open(path, |record| {
            let entry: Entry = serde_json::from_slice(record).map_err(io::Error::other)?;
            books.apply(&entry);
            Ok(())
        })?;
        Ok(Self { log: Mutex::new(log), books: RwLock::new(books) })
    }

    /// Returns the books as they are.
    pub fn books(&self) -> RwLockReadGuard<'_, Books> {
        self.books.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Decides on the books and writes down what was decided, if it is anything; nobody else acts
    /// in between. On return it is durable.
    ///
    /// # Errors
    /// [`LogError`]; the books are then as they were.
    pub fn act<T>(
        &self,
        at: Moment,
        decide: impl FnOnce(&Books) -> (T, Vec<Act>),
    ) -> Result<T, LogError> {
        let mut log = self.log.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (decided, acts) = decide(&self.books());
        let entries: Vec<Entry> = acts.into_iter().map(|act| Entry { at, act }).collect();
        for entry in &entries {
            log.append(&serde_json::to_vec(entry).expect("an act is plain data"))?;
        }
        log.sync()?;
        self.learn(&entries);
        Ok(decided)
    }

    /// Applies entries that another file holds.
    pub fn learn(&self, entries: &[Entry]) {
        let mut books = self.books.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        entries.iter().for_each(|entry| books.apply(entry));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::act::{Errand, Grade, Order};
    use crate::passcode::Number;
    use crate::secret::Digest;

    const NOON: Moment = Moment(1_795_280_400);

    fn acts() -> Vec<Act> {
        let number = Number::of(5);
        let order = |issue| {
            Act::Ordered(Order { number, issue, recipient: "r-1".to_owned(), to: Errand::Counter })
        };
        let session = |word| Digest::of("session", word);
        let open = |word| Act::SessionOpened {
            session: session(word),
            number,
            grade: Grade::Passcode,
            until: Moment(NOON.0 + 60),
        };
        vec![
            order(1),
            Act::CodeFailed { number },
            Act::Admitted { number, issue: 1, password: "hash".to_owned() },
            open("a"),
            open("b"),
            Act::SessionClosed { session: session("a") },
            order(2),
        ]
    }

    #[test]
    fn a_log_cut_at_any_byte_opens_to_the_books_of_some_earlier_moment() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let diary = Diary::open(&path, Books::default()).expect("opened");
        let mut states = vec![diary.books().clone()];
        for act in acts() {
            diary.act(NOON, |_| ((), vec![act])).expect("written");
            states.push(diary.books().clone());
        }
        drop(diary);
        let bytes = fs::read(&path).expect("a file");
        let mut at_least = 0;
        for cut in (8..=bytes.len()).step_by(3).chain([bytes.len()]) {
            fs::write(&path, &bytes[..cut]).expect("written");
            let diary = Diary::open(&path, Books::default()).expect("opened");
            let found = states.iter().position(|state| *state == *diary.books());
            let found = found.unwrap_or_else(|| panic!("cut at {cut}"));
            assert!(found >= at_least, "more bytes never know less");
            at_least = found;
        }
        assert_eq!(at_least, states.len() - 1);
    }
}
