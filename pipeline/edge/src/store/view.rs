//! One tree of the store as a view of an append-only file.

use std::collections::BTreeMap;
use std::path::Path;

use sled::{IVec, Tree};

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

impl View {
    pub(super) fn new(name: &'static str, tree: Tree) -> Self {
        Self { name, tree }
    }

    /// Returns how many records of its file the view has seen.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], or what sled returns.
    pub fn position(&self) -> Result<u64, StoreError> {
        let Some(position) = self.get(POSITION)? else { return Ok(0) };
        let position = position.as_ref().try_into().map_err(|_| self.damaged())?;
        Ok(u64::from_be_bytes(position))
    }

    /// Returns the value of a key.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], or what sled returns.
    pub fn get(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        let sealed = self.tree.get(key)?;
        sealed.map(|sealed| self.unseal(key, sealed)).transpose()
    }

    /// Returns the keys that begin with `prefix`, with their values, in the order of their bytes.
    pub fn scan(
        &self,
        prefix: &[u8],
    ) -> impl Iterator<Item = Result<(IVec, IVec), StoreError>> + use<> {
        let view = self.clone();
        self.tree.scan_prefix(prefix).map(move |pair| {
            let (key, sealed) = pair?;
            let value = view.unseal(&key, sealed)?;
            Ok((key, value))
        })
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

    fn unseal(&self, key: &[u8], sealed: IVec) -> Result<IVec, StoreError> {
        match sealed.split_first_chunk() {
            Some((crc, value)) if *crc == seal(key, value) => {
                Ok(sealed.subslice(crc.len(), value.len()))
            }
            _ => Err(self.damaged()),
        }
    }
}

impl Batch<'_> {
    /// Sets the value of a key.
    pub fn put(&mut self, key: Vec<u8>, value: &[u8]) {
        let mut sealed = seal(&key, value).to_vec();
        sealed.extend_from_slice(value);
        self.changes.insert(key, Some(sealed));
    }

    /// Removes a key.
    pub fn remove(&mut self, key: Vec<u8>) {
        self.changes.insert(key, None);
    }

    /// Returns the value of a key as it will be after the batch.
    ///
    /// # Errors
    /// As [`View::get`].
    pub fn get(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        match self.changes.get(key) {
            Some(None) => Ok(None),
            Some(Some(sealed)) => self.view.unseal(key, sealed.as_slice().into()).map(Some),
            None => self.view.get(key),
        }
    }

    /// Writes the changes and the position at which they leave the view.
    ///
    /// # Errors
    /// What sled returns.
    pub fn write(&mut self, position: u64) -> Result<(), StoreError> {
        self.put(POSITION.to_vec(), &position.to_be_bytes());
        self.write_changes()
    }

    /// Writes as [`Batch::write`] does if there are many changes.
    ///
    /// # Errors
    /// What sled returns.
    pub fn write_when_full(&mut self, position: u64) -> Result<(), StoreError> {
        if self.changes.len() < CHANGES_MAX {
            return Ok(());
        }
        self.write(position)
    }

    /// Writes many changes of one record that has more to come; the position stays before it.
    ///
    /// # Errors
    /// What sled returns.
    pub fn spill_when_full(&mut self) -> Result<(), StoreError> {
        if self.changes.len() < CHANGES_MAX {
            return Ok(());
        }
        self.write_changes()
    }

    fn write_changes(&mut self) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for (key, change) in std::mem::take(&mut self.changes) {
            match change {
                Some(sealed) => batch.insert(key, sealed),
                None => batch.remove(key),
            }
        }
        Ok(self.view.tree.apply_batch(batch)?)
    }
}

/// Binds a value to its key, so that a value read under another key is damage too.
fn seal(key: &[u8], value: &[u8]) -> [u8; 4] {
    let mut crc = crc32fast::Hasher::new();
    crc.update(key);
    crc.update(value);
    crc.finalize().to_le_bytes()
}

/// Sorts before every key of a view, which begin with a letter.
const POSITION: &[u8] = b"!position";
/// Keys of one sled batch: large enough to be quick, small enough to fit its cache.
const CHANGES_MAX: usize = 8_192;
