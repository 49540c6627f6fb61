//! The audit log: what people did, each entry with the hash of the one before it.
//!
//! An entry is one line of JSON; its hash is SHA-256 over these bytes, and the next entry holds it.
//! Whoever changes, takes out or swaps an entry breaks the chain behind it; whoever cuts the end
//! off is found by a [`Head`] that was sealed before into something else: a night's plan, a receipt
//! that the sender has, a closing certificate.

use std::fmt;

use letter::Moment;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What somebody did, before it has its place in the chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// Who: an operator's id.
    pub by: String,
    /// The second person, if there was one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub approved_by: String,
    /// What: a command's name.
    pub act: String,
    /// To what: batch, record or mark, by ids.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// Why, in the person's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What came of it, where it was not done.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub refused: String,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The how many-th, from 1.
    pub number: u64,
    /// When.
    pub at: Moment,
    /// What was done.
    #[serde(flatten)]
    pub deed: Deed,
    /// The hash of the entry before, hexadecimal; of the first, zeros.
    pub before: String,
}

/// Where a chain ends: how many entries it has, and the hash of the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    entries: u64,
    hash: String,
}

impl Default for Head {
    /// The head of a log without entries.
    fn default() -> Self {
        Self { entries: 0, hash: "0".repeat(HASH_LEN) }
    }
}

impl Head {
    /// Reads what [`Head`] writes: `12-9f3e…`.
    pub fn parse(text: &str) -> Option<Self> {
        let (entries, hash) = text.split_once('-')?;
        let plain = hash.len() == HASH_LEN && hash.bytes().all(|b| b.is_ascii_hexdigit());
        let head = Self { entries: entries.parse().ok()?, hash: hash.to_owned() };
        (plain && head.to_string() == text).then_some(head)
    }

    /// Returns how many entries there are.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Returns the bytes of the next entry, and moves on to it.
    pub fn next(&mut self, at: Moment, deed: Deed) -> Vec<u8> {
        let number = self.entries + 1;
        let entry = Entry { number, at, deed, before: self.hash.clone() };
        let bytes = serde_json::to_vec(&entry).expect("an entry is plain data");
        *self = Self { entries: number, hash: hash(&bytes) };
        bytes
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.entries, self.hash)
    }
}

/// A log whose chain holds, entry by entry.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    entries: Vec<Entry>,
    hashes: Vec<String>,
    head: Head,
}

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// The bytes are no entry.
    #[error("entry {number} cannot be read")]
    Unreadable {
        /// Its place, from 1.
        number: u64,
    },
    /// The entry does not follow the one before it.
    #[error("entry {number} does not follow the one before it")]
    Broken {
        /// Its place, from 1.
        number: u64,
    },
}

impl Chain {
    /// Takes the next entry's bytes.
    ///
    /// # Errors
    /// [`ChainFault`] if it does not belong there.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), ChainFault> {
        let number = self.head.entries + 1;
        let unreadable = || ChainFault::Unreadable { number };
        let entry: Entry = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
        if entry.number != number || entry.before != self.head.hash {
            return Err(ChainFault::Broken { number });
        }
        self.head = Head { entries: number, hash: hash(bytes) };
        self.hashes.push(self.head.hash.clone());
        self.entries.push(entry);
        Ok(())
    }

    /// Returns the entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns where the chain ends.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Returns whether a head that was sealed somewhere is of this chain.
    pub fn holds(&self, sealed: &Head) -> bool {
        match sealed.entries.checked_sub(1) {
            None => *sealed == Head::default(),
            Some(last) => self.hashes.get(last as usize) == Some(&sealed.hash),
        }
    }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hexadecimal digits of a hash.
const HASH_LEN: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> (Vec<Vec<u8>>, Vec<Head>) {
        let mut head = Head::default();
        let mut heads = vec![head.clone()];
        let mut entries = Vec::new();
        for (at, act) in ["approve", "pull", "close", "close"].into_iter().enumerate() {
            let deed = Deed { by: "tanaka".into(), act: act.into(), ..Deed::default() };
            entries.push(head.next(Moment(1_795_280_400 + at as i64), deed));
            heads.push(head.clone());
        }
        (entries, heads)
    }

    fn chained(entries: &[Vec<u8>]) -> Result<Chain, ChainFault> {
        let mut chain = Chain::default();
        entries.iter().try_for_each(|entry| chain.push(entry))?;
        Ok(chain)
    }

    #[test]
    fn a_log_as_it_was_written_holds_every_head_it_ever_had() {
        let (entries, heads) = log();
        let chain = chained(&entries).expect("sound");
        assert_eq!(chain.head(), heads.last().expect("a head"));
        for head in &heads {
            assert!(chain.holds(head));
            assert_eq!(Head::parse(&head.to_string()).as_ref(), Some(head));
        }
        assert_eq!(Head::parse("4-00"), None);
    }

    #[test]
    fn every_kind_of_tampering_is_found() {
        let (entries, heads) = log();
        for at in 0..entries.len() {
            let mut edited = entries.clone();
            let text = String::from_utf8(edited[at].clone()).expect("JSON");
            edited[at] = text.replace("tanaka", "suzuki").into_bytes();
            // The last entry is followed by none; the head that was sealed finds its edit.
            let is_last = at + 1 == entries.len();
            match chained(&edited) {
                Ok(chain) => assert!(is_last && !chain.holds(&heads[entries.len()])),
                Err(fault) => assert_eq!(fault, ChainFault::Broken { number: at as u64 + 2 }),
            }
            let mut without = entries.clone();
            without.remove(at);
            match chained(&without) {
                Ok(chain) => assert!(is_last && !chain.holds(&heads[entries.len()])),
                Err(fault) => assert_eq!(fault, ChainFault::Broken { number: at as u64 + 1 }),
            }
            let mut swapped = entries.clone();
            swapped.swap(at, (at + 1) % entries.len());
            assert!(chained(&swapped).is_err());
        }
        let doubled = [&entries[..1], &entries[..]].concat();
        assert_eq!(chained(&doubled).err(), Some(ChainFault::Broken { number: 2 }));
        let torn = [&entries[..1], &[b"{}".to_vec()]].concat();
        assert_eq!(chained(&torn).err(), Some(ChainFault::Unreadable { number: 2 }));
        for cut in 0..entries.len() {
            let chain = chained(&entries[..cut]).expect("a cut chain is a chain");
            assert!(!chain.holds(&heads[entries.len()]), "cut after {cut}");
        }
    }
}
