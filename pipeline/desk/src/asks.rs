//! What waits for a second person.

use std::io;
use std::path::Path;

use letter::Moment;
use serde::{Deserialize, Serialize};

/// An act that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Its number, never used again.
    pub id: u64,
    /// When.
    pub at: Moment,
    /// Who.
    pub by: String,
    /// The task.
    pub task: String,
    /// What it is about.
    pub subject: String,
    /// The asker's reason.
    pub note: String,
    /// The command without its second person.
    pub command: Vec<String>,
}

/// All that waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asks {
    last: u64,
    /// Oldest first.
    pub waiting: Vec<Asked>,
}

impl Asks {
    /// Reads what waits; without a file, nothing does.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(path: &Path) -> io::Result<Self> {
        match edge::durable::read_if_there(path)? {
            None => Ok(Self::default()),
            Some(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::other),
        }
    }

    /// Writes what waits, durably.
    ///
    /// # Errors
    /// What the disk returns.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let json = serde_json::to_vec_pretty(self).expect("asks are plain data");
        edge::durable::publish_bytes(path, &json)
    }

    /// Adds an act under the next number; the same command is asked for once.
    pub fn add(&mut self, asked: Asked) {
        if self.waiting.iter().any(|one| one.command == asked.command) {
            return;
        }
        self.last += 1;
        self.waiting.push(Asked { id: self.last, ..asked });
    }

    /// Takes an act out, if it waits.
    pub fn take(&mut self, id: u64) -> Option<Asked> {
        let at = self.waiting.iter().position(|asked| asked.id == id)?;
        Some(self.waiting.remove(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_twice_waits_once_and_no_number_comes_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("asks.json");
        let asked = |batch: &str| Asked {
            id: 0,
            at: Moment(1_795_280_400),
            by: "tanaka".into(),
            task: "cancel".into(),
            subject: batch.into(),
            note: String::new(),
            command: vec!["cancel".into(), batch.into()],
        };
        let mut asks = Asks::read(&path).expect("none yet");
        asks.add(asked("a"));
        asks.add(asked("a"));
        asks.add(asked("b"));
        let ids: Vec<u64> = asks.waiting.iter().map(|asked| asked.id).collect();
        assert_eq!(ids, [1, 2]);
        assert_eq!(asks.take(2).map(|asked| asked.subject), Some("b".to_owned()));
        assert_eq!(asks.take(2), None);
        asks.add(asked("c"));
        asks.write(&path).expect("written");
        let read = Asks::read(&path).expect("read");
        assert_eq!(read.waiting.last().map(|asked| asked.id), Some(3));
    }
}
