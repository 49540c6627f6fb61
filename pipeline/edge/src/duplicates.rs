//! What was dropped before: the same file, the same part of the same batch.
//!
//! A view of the journal's taken drops, in the journal's order. Keys of the tree `duplicates`:
//!
//! | key | value |
//! |---|---|
//! | `f` sha256 (32 bytes) | the first drop of these bytes, as JSON |
//! | `p` sender NUL batch NUL part (u32, big-endian) | the drop taken as this part, as JSON |
//!
//! Record keys of accepted rows are not here: they lie in a file a part, read only when a later
//! part of the same batch comes.

use letter::{BatchId, SenderId};
use mailbox::Seal;
use serde::{Deserialize, Serialize};

use crate::store::{Batch, Store, StoreError, View};

/// A drop that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakenDrop {
    /// Who dropped it.
    pub sender: SenderId,
    /// The name of its file.
    pub name: String,
    /// The SHA-256 of its file.
    pub sha256: Seal,
    /// The batch.
    pub batch: BatchId,
    /// Which part of the batch, from 1.
    pub part: u32,
}

/// The drops taken so far.
#[derive(Debug)]
pub struct Duplicates {
    view: View,
}

impl Duplicates {
    /// Opens the view and brings it up to the end of `drops`: all that were ever taken, in order.
    ///
    /// # Errors
    /// What the store returns.
    pub fn open(store: &Store, drops: &[TakenDrop]) -> Result<Self, StoreError> {
        let view = store.view("duplicates")?;
        let position = view.start_of(drops.len() as u64)?;
        let mut batch = view.batch();
        for (drop, seen) in drops.iter().zip(1..).skip(position as usize) {
            note(&mut batch, drop)?;
            batch.write_when_full(seen)?;
        }
        if position < drops.len() as u64 {
            batch.write(drops.len() as u64)?;
        }
        Ok(Self { view })
    }

    /// Notes the next drop after the journal holds it.
    ///
    /// # Errors
    /// What the store returns.
    pub fn note(&mut self, drop: &TakenDrop) -> Result<(), StoreError> {
        let position = self.view.position()?;
        let mut batch = self.view.batch();
        note(&mut batch, drop)?;
        batch.write(position + 1)
    }

    /// Returns the first drop of a file with these bytes, whoever dropped it.
    ///
    /// # Errors
    /// What the store returns.
    pub fn first_drop(&self, sha256: &Seal) -> Result<Option<TakenDrop>, StoreError> {
        self.get(&file_key(sha256))
    }

    /// Returns the drop that was taken as this part of a batch.
    ///
    /// # Errors
    /// What the store returns.
    pub fn part(
        &self,
        sender: &SenderId,
        batch: &BatchId,
        part: u32,
    ) -> Result<Option<TakenDrop>, StoreError> {
        self.get(&part_key(sender, batch, part))
    }

    /// Returns the parts of a batch, in order.
    ///
    /// # Errors
    /// What the store returns.
    pub fn parts(&self, sender: &SenderId, batch: &BatchId) -> Result<Vec<TakenDrop>, StoreError> {
        let parts = self.view.scan(&batch_key(sender, batch));
        parts.map(|pair| self.parse(&pair?.1)).collect()
    }

    fn get(&self, key: &[u8]) -> Result<Option<TakenDrop>, StoreError> {
        self.view.get(key)?.map(|value| self.parse(&value)).transpose()
    }

    fn parse(&self, value: &[u8]) -> Result<TakenDrop, StoreError> {
        serde_json::from_slice(value).map_err(|_| self.view.damaged())
    }
}

fn note(batch: &mut Batch<'_>, drop: &TakenDrop) -> Result<(), StoreError> {
    let value = serde_json::to_vec(drop).expect("a drop is plain data");
    for key in [file_key(&drop.sha256), part_key(&drop.sender, &drop.batch, drop.part)] {
        if batch.get(&key)?.is_none() {
            batch.put(key, &value);
        }
    }
    Ok(())
}

fn file_key(sha256: &Seal) -> Vec<u8> {
    [b"f", sha256.0.as_slice()].concat()
}

fn batch_key(sender: &SenderId, batch: &BatchId) -> Vec<u8> {
    format!("p{sender}\0{batch}\0").into_bytes()
}

fn part_key(sender: &SenderId, batch: &BatchId, part: u32) -> Vec<u8> {
    let mut key = batch_key(sender, batch);
    key.extend_from_slice(&part.to_be_bytes());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drop(name: &str, batch: &str, part: u32) -> TakenDrop {
        TakenDrop {
            sender: SenderId::parse("hoshimi-city").expect("an id"),
            name: name.to_owned(),
            sha256: Seal::of(name.as_bytes()),
            batch: BatchId::parse(batch).expect("an id"),
            part,
        }
    }

    #[test]
    fn a_file_and_a_part_are_known_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let (store, _) = Store::open(&folder.path().join("index")).expect("opened");
        let taken = [drop("a.zip", "tax", 1), drop("b.zip", "tax", 2), drop("c.zip", "tax-2", 1)];
        let mut duplicates = Duplicates::open(&store, &taken[..1]).expect("opened");
        duplicates.note(&taken[1]).expect("noted");
        let duplicates = Duplicates::open(&store, &taken).expect("opened");
        let (sender, batch) = (&taken[0].sender, &taken[0].batch);
        assert_eq!(duplicates.first_drop(&taken[2].sha256).expect("sound"), Some(taken[2].clone()));
        assert_eq!(duplicates.first_drop(&Seal::of(b"")).expect("sound"), None);
        assert_eq!(duplicates.part(sender, batch, 2).expect("sound"), Some(taken[1].clone()));
        assert_eq!(duplicates.part(sender, batch, 3).expect("sound"), None);
        assert_eq!(duplicates.parts(sender, batch).expect("sound"), taken[..2]);
    }

    #[test]
    fn the_first_drop_of_a_file_stays_the_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let (store, _) = Store::open(&folder.path().join("index")).expect("opened");
        let again = TakenDrop { part: 2, ..drop("a.zip", "tax", 1) };
        let taken = [drop("a.zip", "tax", 1), again];
        let duplicates = Duplicates::open(&store, &taken).expect("opened");
        let first = duplicates.first_drop(&taken[0].sha256).expect("sound");
        assert_eq!(first, Some(taken[0].clone()));
    }
}
