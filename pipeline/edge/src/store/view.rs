//! One tree of the store as a view of an append-only file.
//!
//! A view is an ordered map. Its entries lie in blocks of some kilobytes, each a value of the tree
//! under its lower bound: one key a letter would cost sled 10 µs and 1 KB of memory apiece, a block
//! costs that once for some fifty. All changes of a batch are merged into the blocks they touch.
//!
//! ```text
//! "!position" → crc | records seen u64, big-endian
//! "#" bound   → crc | (key_len u16 | value_len u32 | key | value) …, little-endian, by key
//! ```

use std::collections::btree_map::{BTreeMap, IntoIter};
use std::iter::Peekable;
use std::ops::Bound;
use std::path::Path;

use sled::{IVec, Tree};

use super::sorter::Sorter;
use super::StoreError;
use crate::durable::{AppendLog, Records};

/// A tree with checked values and a position in the file that it is a view of.
#[derive(Clone, Debug)]
pub struct View {
    name: &'static str,
    pub(super) tree: Tree,
}

/// Changes of a view that are not in the tree yet; they are read back through the batch.
#[derive(Debug)]
pub struct Batch<'a> {
    view: &'a View,
    changes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

impl View {
    pub(super) fn new(name: &'static str, tree: Tree) -> Self {
        Self { name, tree }
    }

    /// Returns how many records of its file the view has seen.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], or what sled returns.
    pub fn position(&self) -> Result<u64, StoreError> {
        let Some(sealed) = self.tree.get(POSITION)? else { return Ok(0) };
        let position = self.unseal(POSITION, &sealed)?;
        Ok(u64::from_be_bytes(position.try_into().map_err(|_| self.damaged())?))
    }

    /// Returns the value of a key.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], or what sled returns.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let Some((bound, sealed)) = self.block_of(key)? else { return Ok(None) };
        for entry in entries(self.unseal(&bound, &sealed)?) {
            match entry.ok_or_else(|| self.damaged())? {
                (found, value) if found == key => return Ok(Some(value.to_vec())),
                (found, _) if found > key => break,
                _ => {}
            }
        }
        Ok(None)
    }

    /// Returns the values of keys that come in the order of their bytes, each as [`View::get`]
    /// does; keys of one block are looked up in one pass over it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], or what sled returns.
    pub fn get_sorted<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k [u8]>,
    ) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let mut keys = keys.into_iter().peekable();
        let mut values = Vec::with_capacity(keys.size_hint().0);
        while let Some(&key) = keys.peek() {
            let Some((bound, sealed)) = self.block_of(key)? else {
                values.push(None);
                keys.next();
                continue;
            };
            let end = self.end_of(&bound)?;
            let mut entries = entries(self.unseal(&bound, &sealed)?);
            let mut entry = entries.next();
            while let Some(key) = keys.next_if(|key| end.as_deref().is_none_or(|end| *key < end)) {
                let found = loop {
                    match entry {
                        Some(None) => return Err(self.damaged()),
                        Some(Some((found, _))) if found < key => entry = entries.next(),
                        Some(Some((found, value))) if found == key => break Some(value.to_vec()),
                        _ => break None,
                    }
                };
                values.push(found);
            }
        }
        Ok(values)
    }

    /// Returns the keys that begin with `prefix`, with their values, in the order of their bytes.
    pub fn scan(&self, prefix: &[u8]) -> impl Iterator<Item = Result<Pair, StoreError>> + use<> {
        let (view, prefix) = (self.clone(), prefix.to_vec());
        let (start, failed) = match self.block_of(&prefix) {
            Ok(Some((bound, _))) => (bound, None),
            Ok(None) => (FIRST_BLOCK.into(), None),
            Err(error) => (FIRST_BLOCK.into(), Some(Err(error))),
        };
        let end = prefix.clone();
        let blocks = view.tree.range(start..).map(move |block| {
            let (bound, sealed) = block?;
            view.parse_block(&bound, &sealed)
        });
        let pairs = blocks.flat_map(|block: Result<Vec<Pair>, StoreError>| match block {
            Ok(pairs) => pairs.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        });
        let from = pairs.skip_while(move |pair| matches!(pair, Ok((key, _)) if *key < prefix));
        let whole = from.take_while(move |pair| match pair {
            Ok((key, _)) => key.starts_with(&end),
            Err(_) => true,
        });
        failed.into_iter().chain(whole)
    }

    /// Starts a batch of changes.
    pub fn batch(&self) -> Batch<'_> {
        Batch { view: self, changes: BTreeMap::new() }
    }

    /// Returns the error that a value of this tree has not the form it should have.
    pub fn damaged(&self) -> StoreError {
        StoreError::Damaged { tree: self.name }
    }

    /// Opens a log and brings the view up to its end, record by record.
    ///
    /// `apply` must give the same view whether a record comes once or once more: records after the
    /// last position that was written come again after a cut.
    ///
    /// # Errors
    /// [`StoreError`], or what `apply` returns.
    pub fn follow<E: From<StoreError>>(
        &self,
        log: &Path,
        mut apply: impl FnMut(&mut Batch<'_>, &[u8]) -> Result<(), E>,
    ) -> Result<AppendLog, E> {
        let opened = AppendLog::open(log, |_| Ok(())).map_err(StoreError::from)?;
        let position = self.start_of(opened.records())?;
        let mut records = Records::open(log).map_err(StoreError::from)?;
        let (mut batch, mut record, mut seen) = (self.batch(), Vec::new(), 0);
        while records.next_into(&mut record).map_err(StoreError::from)? {
            seen += 1;
            if seen > position {
                apply(&mut batch, &record)?;
                batch.write_when_full(seen)?;
            }
        }
        if seen > position {
            batch.write(seen)?;
        }
        Ok(opened)
    }

    /// Returns the position from which a file of `records` records must be read; empties a view
    /// that has seen more than there is, or no longer knows what it has seen.
    pub(crate) fn start_of(&self, records: u64) -> Result<u64, StoreError> {
        match self.position() {
            Ok(position) if position <= records => return Ok(position),
            Ok(_) | Err(StoreError::Damaged { .. }) => {}
            Err(error) => return Err(error),
        }
        self.tree.clear()?;
        Ok(0)
    }

    /// Writes any number of changes, each block once; the position stays where it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn write_sorted(&self, changes: Sorter) -> Result<(), StoreError> {
        let mut sorted = changes.sorted()?;
        loop {
            let some: BTreeMap<_, _> = sorted.take(CHANGES_MAX)?.into_iter().collect();
            if some.is_empty() {
                return Ok(());
            }
            Batch { view: self, changes: some }.spill()?;
        }
    }

    /// Returns the block within whose bounds a key lies, if there is one.
    fn block_of(&self, key: &[u8]) -> Result<Option<(IVec, IVec)>, StoreError> {
        let bound = [FIRST_BLOCK, key].concat();
        Ok(self.tree.range(FIRST_BLOCK..=bound.as_slice()).next_back().transpose()?)
    }

    /// Returns the first key that lies in the block after that of `bound`.
    fn end_of(&self, bound: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let behind = (Bound::Excluded(bound), Bound::Unbounded);
        let next = self.tree.range::<&[u8], _>(behind).next().transpose()?;
        Ok(next.map(|(bound, _)| bound[FIRST_BLOCK.len()..].to_vec()))
    }

    fn parse_block(&self, bound: &[u8], sealed: &[u8]) -> Result<Vec<Pair>, StoreError> {
        let pairs = entries(self.unseal(bound, sealed)?).map(|entry| {
            let (key, value) = entry.ok_or_else(|| self.damaged())?;
            Ok((key.to_vec(), value.to_vec()))
        });
        pairs.collect()
    }

    fn unseal<'b>(&self, key: &[u8], sealed: &'b [u8]) -> Result<&'b [u8], StoreError> {
        match sealed.split_first_chunk() {
            Some((crc, value)) if *crc == seal(key, value) => Ok(value),
            _ => Err(self.damaged()),
        }
    }
}

impl Batch<'_> {
    /// Sets the value of a key of at most 65,535 bytes.
    pub fn put(&mut self, key: Vec<u8>, value: &[u8]) {
        self.changes.insert(key, Some(value.to_vec()));
    }

    /// Removes a key.
    pub fn remove(&mut self, key: Vec<u8>) {
        self.changes.insert(key, None);
    }

    /// Returns the value of a key as it will be after the batch.
    ///
    /// # Errors
    /// As [`View::get`].
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.changes.get(key) {
            Some(change) => Ok(change.clone()),
            None => self.view.get(key),
        }
    }

    /// Writes the changes and the position at which they leave the view.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn write(&mut self, position: u64) -> Result<(), StoreError> {
        let mut batch = self.merged()?;
        insert_sealed(&mut batch, POSITION, &position.to_be_bytes());
        Ok(self.view.tree.apply_batch(batch)?)
    }

    /// Writes as [`Batch::write`] does if there are many changes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn write_when_full(&mut self, position: u64) -> Result<(), StoreError> {
        if self.changes.len() < CHANGES_MAX {
            return Ok(());
        }
        self.write(position)
    }

    /// Writes the changes of a record that has more to come; the position stays before it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn spill(&mut self) -> Result<(), StoreError> {
        let batch = self.merged()?;
        Ok(self.view.tree.apply_batch(batch)?)
    }

    /// Writes as [`Batch::spill`] does if there are many changes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn spill_when_full(&mut self) -> Result<(), StoreError> {
        if self.changes.len() < CHANGES_MAX {
            return Ok(());
        }
        self.spill()
    }

    /// Merges the changes into the blocks they touch.
    fn merged(&mut self) -> Result<sled::Batch, StoreError> {
        let mut batch = sled::Batch::default();
        let mut changes = std::mem::take(&mut self.changes).into_iter().peekable();
        while let Some((key, _)) = changes.peek() {
            let (bound, pairs) = match self.view.block_of(key)? {
                Some((bound, sealed)) => (bound.to_vec(), self.view.parse_block(&bound, &sealed)?),
                None => (FIRST_BLOCK.to_vec(), Vec::new()),
            };
            let end = self.view.end_of(&bound)?;
            let pairs = merge(pairs, &mut changes, end.as_deref());
            insert_blocks(&mut batch, bound, &pairs);
        }
        Ok(batch)
    }
}

/// Applies the changes before `end` to a block's pairs.
fn merge(
    pairs: Vec<Pair>,
    changes: &mut Peekable<IntoIter<Vec<u8>, Option<Vec<u8>>>>,
    end: Option<&[u8]>,
) -> Vec<Pair> {
    let before_end = |key: &Vec<u8>| end.is_none_or(|end| key.as_slice() < end);
    let mut merged = Vec::with_capacity(pairs.len());
    let mut pairs = pairs.into_iter().peekable();
    while let Some((key, change)) = changes.next_if(|(key, _)| before_end(key)) {
        while let Some(pair) = pairs.next_if(|(before, _)| *before < key) {
            merged.push(pair);
        }
        pairs.next_if(|(same, _)| *same == key);
        merged.extend(change.map(|value| (key, value)));
    }
    merged.extend(pairs);
    merged
}

/// Writes pairs as blocks of about equal length, the first under the bound they had.
fn insert_blocks(batch: &mut sled::Batch, bound: Vec<u8>, pairs: &[Pair]) {
    let len: usize = pairs.iter().map(entry_len).sum();
    let block_len = len / len.div_ceil(BLOCK_LEN_MAX).max(1);
    let (mut bound, mut block) = (bound, Vec::new());
    for pair in pairs {
        if !block.is_empty() && block.len() + entry_len(pair) / 2 > block_len {
            insert_sealed(batch, &bound, &block);
            block.clear();
            bound = [FIRST_BLOCK, &pair.0].concat();
        }
        push_entry(&mut block, pair);
    }
    match block.is_empty() {
        true => batch.remove(bound),
        false => insert_sealed(batch, &bound, &block),
    }
}

fn insert_sealed(batch: &mut sled::Batch, key: &[u8], value: &[u8]) {
    let crc = seal(key, value);
    batch.insert(key, [crc.as_slice(), value].concat());
}

fn entry_len((key, value): &Pair) -> usize {
    2 + 4 + key.len() + value.len()
}

fn push_entry(block: &mut Vec<u8>, (key, value): &Pair) {
    let key_len = u16::try_from(key.len()).expect("a key has at most 65,535 bytes");
    let value_len = u32::try_from(value.len()).expect("a value is smaller than a record");
    block.extend_from_slice(&key_len.to_le_bytes());
    block.extend_from_slice(&value_len.to_le_bytes());
    block.extend_from_slice(key);
    block.extend_from_slice(value);
}

/// Reads a block's entries; `None` stands for bytes that are no entry, and is the last.
fn entries(mut block: &[u8]) -> impl Iterator<Item = Option<(&[u8], &[u8])>> {
    std::iter::from_fn(move || {
        if block.is_empty() {
            return None;
        }
        let entry = split_entry(block);
        block = entry.map_or(&[], |(_, _, rest)| rest);
        Some(entry.map(|(key, value, _)| (key, value)))
    })
}

fn split_entry(block: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (key_len, rest) = block.split_first_chunk()?;
    let (value_len, rest) = rest.split_first_chunk()?;
    let (key, rest) = rest.split_at_checked(u16::from_le_bytes(*key_len).into())?;
    let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*value_len) as usize)?;
    Some((key, value, rest))
}

/// Binds a value to its key, so that a value read under another key is damage too.
fn seal(key: &[u8], value: &[u8]) -> [u8; 4] {
    let mut crc = crc32fast::Hasher::new();
    crc.update(key);
    crc.update(value);
    crc.finalize().to_le_bytes()
}

/// Sorts before every block.
const POSITION: &[u8] = b"!position";
/// The lower bound of the first block, with which every other bound begins.
const FIRST_BLOCK: &[u8] = b"#";
/// Bytes of a block before it is cut in two; a page of sled's own size.
const BLOCK_LEN_MAX: usize = 4_096;
/// Changes of one batch: some megabytes, and enough that neighbours meet in one block.
const CHANGES_MAX: usize = 65_536;
