//! The embedded mailboxes: packs on disk, a log of deliveries and openings, a view of both.
//!
//! A pack `<name>.pack` lies beside its prefix `<name>.shared` in one folder. The log says which
//! packs are delivered, which copies were opened, and which were withdrawn (引抜き); its records are
//! `D` and the delivery as JSON, `O` and an [`OpenNotice`] line, or `W`, the piece and the moment
//! (without one, it was given back). Keys of the tree `mailbox` (numbers big-endian):
//!
//! | key | value |
//! |---|---|
//! | `p` pack name | the delivery, as JSON |
//! | `n` pack number u32 | the pack's name |
//! | `c` pack number u32, piece u64 | offset u64 |
//! | `m` pack number u32, mailbox u64, piece u64 | offset u64 |
//! | `o` piece u64 | when it was opened, i64 |
//! | `w` piece u64 | when it was withdrawn, i64 |
//!
//! Copies are filed pack by pack, so that a delivery writes neighbours; looking one up costs a
//! look into every pack, a few microseconds each.

mod index;
#[cfg(test)]
mod tests;
mod withdrawn;

pub(crate) use index::parse_withdrawn;
pub use withdrawn::{withdrawn_copies, Withdrawal};

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use letter::{BatchId, Moment, PieceId, SenderId};
use mailbox::{
    assemble, CopyLabel, Delivery, Mailbox, MailboxId, OpenNotice, PackError, PackHead, PackReader,
    PackTotals, Seal, SealBroken, StoredCopy,
};
use serde::{Deserialize, Serialize};

use crate::durable::{self, AppendLog, LogError, Records};
use crate::store::{Store, StoreError, View};

/// The mailboxes, open for delivery and reading.
#[derive(Debug)]
pub struct Mailboxes {
    folder: PathBuf,
    log_path: PathBuf,
    log: AppendLog,
    view: View,
}

/// One copy as a recipient or an operator sees it in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Who sent it.
    pub sender: SenderId,
    /// In which batch.
    pub batch: BatchId,
    /// What the pack says of it.
    pub label: CopyLabel,
    /// When it was first read.
    pub opened: Option<Moment>,
}

/// A copy that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadCopy {
    /// The copy, as it was sealed.
    pub bytes: Vec<u8>,
    /// What the pack says of it.
    pub label: CopyLabel,
    /// When it was first read, this time or an earlier one.
    pub opened: Moment,
    /// Whether this was the first time; the open notice is durable.
    pub first: bool,
}

/// A copy among those of its pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbours {
    /// The pack's file name without `.pack`.
    pub pack: String,
    /// All copies of the pack in its order: piece and seal.
    pub copies: Vec<(PieceId, Seal)>,
    /// Which of them is meant, from 0.
    pub index: u64,
}

/// A pack that was delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveredPack {
    /// The pack's file name without `.pack`.
    pub name: String,
    /// Whose letters these are.
    pub sender: SenderId,
    /// Their batch.
    pub batch: BatchId,
    /// Its copies.
    pub copies: u64,
    /// Its [`PackTotals::content_crc`](mailbox::PackTotals::content_crc).
    pub content_crc: u32,
}

/// Why the mailboxes cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// The disk.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// The log of deliveries and openings.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The embedded store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A pack.
    #[error("{path}: {error}")]
    Pack {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: PackError,
    },
    /// The prefix file is not the one with which the pack was made.
    #[error("{path} is not the prefix of its pack")]
    WrongPrefix {
        /// The file.
        path: PathBuf,
    },
    /// A pack of that name with other bytes was delivered before; a delivered copy never changes.
    #[error("pack {name} was delivered before with other bytes")]
    PackChanged {
        /// The pack.
        name: String,
    },
    /// No delivered pack holds the piece.
    #[error("no mailbox holds piece {0}")]
    NoSuchPiece(PieceId),
    /// A copy is not what was sealed; it is not handed out, and counts as unread.
    #[error("piece {piece}: {broken}")]
    SealBroken {
        /// The piece.
        piece: PieceId,
        /// Both seals.
        broken: SealBroken,
    },
}

impl Mailboxes {
    /// Opens the mailboxes in `folder` and brings their view up to the end of `log`.
    ///
    /// # Errors
    /// [`MailboxError`]; a delivered pack that is gone or damaged must be restored.
    pub fn open(store: &Store, folder: &Path, log: &Path) -> Result<Self, MailboxError> {
        let view = store.view("mailbox")?;
        let opened =
            view.follow(log, |batch, record| index::apply(batch, folder, &view, record))?;
        let (folder, log_path) = (folder.to_owned(), log.to_owned());
        Ok(Self { folder, log_path, log: opened, view })
    }

    /// Returns the packs delivered so far, by name.
    ///
    /// # Errors
    /// What the store returns.
    pub fn packs(&self) -> Result<Vec<DeliveredPack>, MailboxError> {
        let packs = self.view.scan(b"p");
        packs.map(|pair| index::parse_pack(&self.view, &pair?.1)).collect()
    }

    /// Lists a recipient's copies, pack by pack in the order of delivery, then by piece.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub fn of_mailbox(&self, mailbox: MailboxId) -> Result<Vec<Listed>, MailboxError> {
        let mut listed = Vec::new();
        for (number, name) in index::names(&self.view)? {
            let offsets = index::offsets_of(&self.view, number, mailbox)?;
            if offsets.is_empty() {
                continue;
            }
            let mut pack = self.open_pack(&name)?;
            for offset in offsets {
                let label = pack.read(|reader| reader.label(offset))?;
                listed.extend(self.listed(pack.reader.head(), label)?);
            }
        }
        Ok(listed)
    }

    /// Lists a batch's copies, pack by pack in the order in which they were packed.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub fn of_batch(
        &self,
        sender: &SenderId,
        batch: &BatchId,
    ) -> Result<Vec<Listed>, MailboxError> {
        let mut listed = Vec::new();
        for delivered in self.packs()? {
            if delivered.sender != *sender || delivered.batch != *batch {
                continue;
            }
            let mut pack = self.open_pack(&delivered.name)?;
            let labels: Vec<_> = pack.read(|reader| reader.labels()?.collect())?;
            for (_, label) in labels {
                listed.extend(self.listed(pack.reader.head(), label)?);
            }
        }
        Ok(listed)
    }

    /// Reads a copy for its recipient.
    ///
    /// The first time makes one open notice, which is durable before this returns; a copy that
    /// cannot be handed out makes none.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub fn read(&mut self, piece: PieceId, now: Moment) -> Result<ReadCopy, MailboxError> {
        let (head, label, bytes) = self.copy(piece)?;
        if let Some(opened) = index::opened(&self.view, piece)? {
            return Ok(ReadCopy { bytes, label, opened, first: false });
        }
        let notice = OpenNotice {
            piece,
            row_id: label.row_id.clone(),
            sender: head.sender,
            batch: head.batch,
            opened: now,
        };
        self.log(&index::opened_record(&notice))?;
        Ok(ReadCopy { bytes, label, opened: now, first: true })
    }

    /// Returns when a copy was first read, `None` for one that was not, or that no mailbox holds.
    ///
    /// # Errors
    /// What the store returns.
    pub fn opened(&self, piece: PieceId) -> Result<Option<Moment>, MailboxError> {
        index::opened(&self.view, piece)
    }

    /// Takes openings that another door has made durable; returns how many were new. An opening
    /// that is known, or of a piece that no mailbox holds, changes nothing.
    ///
    /// # Errors
    /// [`MailboxError`]; what was cut is completed by taking the same again.
    pub fn take_openings(
        &mut self,
        notices: impl IntoIterator<Item = OpenNotice>,
    ) -> Result<u64, MailboxError> {
        let mut taken = 0;
        let mut batch = self.view.batch();
        for notice in notices {
            let key = index::opened_key(notice.piece);
            let is_known = batch.get(&key)?.is_some();
            if is_known || index::place(&self.view, notice.piece).is_err() {
                continue;
            }
            let record = index::opened_record(&notice);
            self.log.append(&record)?;
            index::apply(&mut batch, &self.folder, &self.view, &record)?;
            taken += 1;
        }
        self.log.sync()?;
        batch.write(self.log.records())?;
        Ok(taken)
    }

    /// Writes a copy to a file, for an operator; that is no reading by its recipient.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub fn export(&self, piece: PieceId, path: &Path) -> Result<CopyLabel, MailboxError> {
        let (_, label, bytes) = self.copy(piece)?;
        durable::publish_bytes(path, &bytes).map_err(at(path))?;
        Ok(label)
    }

    /// Returns the copies of the pack that holds a piece, in the order of the pack, and which of
    /// them the piece is.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub fn with_neighbours(&self, piece: PieceId) -> Result<Neighbours, MailboxError> {
        let (name, offset) = index::place(&self.view, piece)?;
        let mut pack = self.open_pack(&name)?;
        let labels: Vec<_> = pack.read(|reader| reader.labels()?.collect())?;
        let index = labels.partition_point(|(start, _)| *start < offset) as u64;
        let copies = labels.into_iter().map(|(_, label)| (label.piece, label.seal)).collect();
        Ok(Neighbours { pack: name, copies, index })
    }

    /// Returns all open notices, by sender and batch, in the order in which they were made.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub fn notices(&self) -> Result<BTreeMap<(SenderId, BatchId), Vec<OpenNotice>>, MailboxError> {
        let mut notices = BTreeMap::<_, Vec<_>>::new();
        let mut records = Records::open(&self.log_path)?;
        let mut record = Vec::new();
        while records.next_into(&mut record).map_err(at(&self.log_path))? {
            if let Some(notice) = index::parse_opened(&self.view, &record)? {
                let batch = (notice.sender.clone(), notice.batch.clone());
                notices.entry(batch).or_default().push(notice);
            }
        }
        Ok(notices)
    }

    /// Puts a copy together and checks its seal.
    fn copy(&self, piece: PieceId) -> Result<(PackHead, CopyLabel, Vec<u8>), MailboxError> {
        let (name, offset) = index::place(&self.view, piece)?;
        let mut pack = self.open_pack(&name)?;
        let StoredCopy { label, tail } = pack.read(|reader| reader.copy(offset))?;
        let shared_path = index::path(&self.folder, &name, "shared");
        let shared = fs::read(&shared_path).map_err(at(&shared_path))?;
        let bytes = assemble(&shared, &tail, &label.seal)
            .map_err(|broken| MailboxError::SealBroken { piece, broken })?;
        Ok((pack.reader.head().clone(), label, bytes))
    }

    fn open_pack(&self, name: &str) -> Result<OpenPack, MailboxError> {
        OpenPack::open(&self.folder, name)
    }

    /// Returns what a list shows of a copy; nothing of one that was withdrawn.
    fn listed(&self, head: &PackHead, label: CopyLabel) -> Result<Option<Listed>, MailboxError> {
        if index::is_withdrawn(&self.view, label.piece)? {
            return Ok(None);
        }
        let opened = index::opened(&self.view, label.piece)?;
        let (sender, batch) = (head.sender.clone(), head.batch.clone());
        Ok(Some(Listed { sender, batch, label, opened }))
    }

    /// Makes a record durable and then part of the view.
    fn log(&mut self, record: &[u8]) -> Result<(), MailboxError> {
        self.log.append(record)?;
        self.log.sync()?;
        let mut batch = self.view.batch();
        index::apply(&mut batch, &self.folder, &self.view, record)?;
        Ok(batch.write(self.log.records())?)
    }
}

impl Mailbox for Mailboxes {
    type Error = MailboxError;

    fn deliver(&mut self, name: &str) -> Result<Delivery, MailboxError> {
        let mut pack = self.open_pack(name)?;
        let delivered = pack.identity(name);
        let copies = delivered.copies;
        if let Some(before) = index::pack(&self.view, name)? {
            return if before == delivered {
                Ok(Delivery::Repeated { copies })
            } else {
                Err(MailboxError::PackChanged { name: name.to_owned() })
            };
        }
        // What the log says must hold for ever: the pack is read to its last label before.
        pack.check_labels()?;
        check_shared(&self.folder, name, pack.reader.head())?;
        self.log(&index::delivered_record(&delivered))?;
        Ok(Delivery::Delivered { copies })
    }
}

/// A pack file with the name under which its trouble is told.
struct OpenPack {
    path: PathBuf,
    reader: PackReader<File>,
}

impl OpenPack {
    fn open(folder: &Path, name: &str) -> Result<Self, MailboxError> {
        let path = index::path(folder, name, "pack");
        let file = File::open(&path).map_err(at(&path))?;
        match PackReader::open(file) {
            Ok(reader) => Ok(Self { path, reader }),
            Err(error) => Err(MailboxError::Pack { path, error }),
        }
    }

    fn read<T>(
        &mut self,
        read: impl FnOnce(&mut PackReader<File>) -> Result<T, PackError>,
    ) -> Result<T, MailboxError> {
        let path = &self.path;
        read(&mut self.reader).map_err(|error| MailboxError::Pack { path: path.clone(), error })
    }

    fn check_labels(&mut self) -> Result<(), MailboxError> {
        self.read(|reader| reader.labels()?.try_for_each(|label| label.map(|_| ())))
    }

    /// Returns what the log says of the pack.
    fn identity(&self, name: &str) -> DeliveredPack {
        let PackHead { sender, batch, .. } = self.reader.head().clone();
        let PackTotals { copies, content_crc, .. } = self.reader.totals();
        DeliveredPack { name: name.to_owned(), sender, batch, copies, content_crc }
    }
}

fn check_shared(folder: &Path, name: &str, head: &PackHead) -> Result<(), MailboxError> {
    let path = index::path(folder, name, "shared");
    let shared = fs::read(&path).map_err(at(&path))?;
    if shared.len() as u64 == head.shared_len && Seal::of(&shared) == head.shared_seal {
        Ok(())
    } else {
        Err(MailboxError::WrongPrefix { path })
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> MailboxError + '_ {
    |error| MailboxError::Io { path: path.to_owned(), error }
}
