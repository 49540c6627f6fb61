//! The mailboxes as readers see them, also while a night has them open for delivery.
//!
//! Reads the log of deliveries and the packs alone: no lock, no embedded store. In memory are 24
//! bytes a copy. Openings are told by whoever reads ([`mailbox::OpenNotice`]); those that the log
//! holds already are known here.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use letter::{BatchId, Moment, PieceId, SenderId};
use mailbox::{assemble, CopyLabel, MailboxId, OpenNotice, PackError, PackReader, StoredCopy};

use crate::durable::Tail;
use crate::mailboxes::{parse_withdrawn, DeliveredPack, Listed, MailboxError};

/// Delivered copies, open for reading.
#[derive(Debug)]
pub struct ReadingRoom {
    folder: PathBuf,
    log: Tail,
    log_path: PathBuf,
    shelves: Vec<Arc<Shelf>>,
    opened: HashMap<PieceId, Moment>,
    withdrawn: HashSet<PieceId>,
}

/// Where one copy lies; whoever has it holds its pack open.
#[derive(Clone, Debug)]
pub struct Place {
    shelf: Arc<Shelf>,
    piece: PieceId,
    offset: u64,
}

/// One pack: its places by mailbox and piece.
#[derive(Debug)]
struct Shelf {
    path: PathBuf,
    sender: SenderId,
    batch: BatchId,
    places: Vec<(MailboxId, PieceId, u64)>,
    reader: Mutex<PackReader<File>>,
    shared: OnceLock<Vec<u8>>,
}

impl ReadingRoom {
    /// Opens the mailboxes in `folder`, whose log may not be there yet.
    ///
    /// # Errors
    /// [`MailboxError`]; a delivered pack that is gone or damaged must be restored.
    pub fn open(folder: &Path, log: &Path) -> Result<Self, MailboxError> {
        let mut room = Self {
            folder: folder.to_owned(),
            log: Tail::new(log),
            log_path: log.to_owned(),
            shelves: Vec::new(),
            opened: HashMap::new(),
            withdrawn: HashSet::new(),
        };
        room.refresh()?;
        Ok(room)
    }

    /// Takes in what was delivered since; returns whether there was anything.
    ///
    /// # Errors
    /// [`MailboxError`]; what came before the trouble is there.
    pub fn refresh(&mut self) -> Result<bool, MailboxError> {
        let Self { folder, log, log_path, shelves, opened, withdrawn } = self;
        let mut failed = None;
        let followed = log.follow(|record| {
            match parse_withdrawn(record) {
                Some((piece, Some(_))) => withdrawn.insert(piece),
                Some((piece, None)) => withdrawn.remove(&piece),
                None => false,
            };
            let taken = take(folder, log_path, shelves, opened, record);
            taken.map_err(|error| {
                failed = Some(error);
                io::Error::other("a record of the log cannot be taken in")
            })
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(followed? > 0),
        }
    }

    /// Returns the number of copies.
    pub fn copies(&self) -> usize {
        self.shelves.iter().map(|shelf| shelf.places.len()).sum()
    }

    /// Returns where a recipient's copies lie, the latest delivery first, without withdrawn ones.
    pub fn of_mailbox(&self, mailbox: MailboxId) -> Vec<Place> {
        let mut places = Vec::new();
        for shelf in self.shelves.iter().rev() {
            let start = shelf.places.partition_point(|(of, _, _)| *of < mailbox);
            let own = shelf.places[start..].iter().take_while(|(of, _, _)| *of == mailbox);
            let own = own.filter(|(_, piece, _)| !self.withdrawn.contains(piece));
            places.extend(own.map(|&(_, piece, offset)| Place {
                shelf: Arc::clone(shelf),
                piece,
                offset,
            }));
        }
        places
    }

    /// Returns where one copy lies, if it is in that mailbox and was not withdrawn.
    pub fn place(&self, mailbox: MailboxId, piece: PieceId) -> Option<Place> {
        if self.withdrawn.contains(&piece) {
            return None;
        }
        self.shelves.iter().find_map(|shelf| {
            let key = |&(of, found, _): &(MailboxId, PieceId, u64)| (of, found);
            let at = shelf.places.binary_search_by_key(&(mailbox, piece), key).ok()?;
            let offset = shelf.places[at].2;
            Some(Place { shelf: Arc::clone(shelf), piece, offset })
        })
    }

    /// Returns when a copy was first read, as far as the log of deliveries knows.
    pub fn opened(&self, piece: PieceId) -> Option<Moment> {
        self.opened.get(&piece).copied()
    }

    /// Returns whether a copy was taken from its recipient.
    pub fn is_withdrawn(&self, piece: PieceId) -> bool {
        self.withdrawn.contains(&piece)
    }

    /// Returns every copy of a batch with its mailbox.
    pub fn of_batch(&self, sender: &SenderId, batch: &BatchId) -> Vec<(MailboxId, PieceId)> {
        let of_batch = |shelf: &&Arc<Shelf>| shelf.sender == *sender && shelf.batch == *batch;
        let shelves = self.shelves.iter().filter(of_batch);
        let places = shelves.flat_map(|shelf| shelf.places.iter());
        let stays = |(_, piece): &(MailboxId, PieceId)| !self.withdrawn.contains(piece);
        places.map(|&(of, piece, _)| (of, piece)).filter(stays).collect()
    }
}

impl Place {
    /// Returns the piece.
    pub fn piece(&self) -> PieceId {
        self.piece
    }

    /// Returns whose letter it is.
    pub fn sender(&self) -> &SenderId {
        &self.shelf.sender
    }

    /// Returns in which batch it came.
    pub fn batch(&self) -> &BatchId {
        &self.shelf.batch
    }

    /// Reads what the pack says of the copy; `opened` is what the caller knows of its opening.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub fn listed(&self, opened: Option<Moment>) -> Result<Listed, MailboxError> {
        let label = self.read(|reader| reader.label(self.offset))?;
        let (sender, batch) = (self.shelf.sender.clone(), self.shelf.batch.clone());
        Ok(Listed { sender, batch, label, opened })
    }

    /// Puts the copy together and checks its seal; that alone is no opening.
    ///
    /// # Errors
    /// [`MailboxError`].
    pub fn copy(&self) -> Result<(CopyLabel, Vec<u8>), MailboxError> {
        let StoredCopy { label, tail } = self.read(|reader| reader.copy(self.offset))?;
        let shared = match self.shelf.shared.get() {
            Some(shared) => shared,
            None => {
                let path = self.shelf.path.with_extension("shared");
                let shared = fs::read(&path).map_err(at(&path))?;
                self.shelf.shared.get_or_init(|| shared)
            }
        };
        let piece = self.piece;
        let bytes = assemble(shared, &tail, &label.seal)
            .map_err(|broken| MailboxError::SealBroken { piece, broken })?;
        Ok((label, bytes))
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&mut PackReader<File>) -> Result<T, PackError>,
    ) -> Result<T, MailboxError> {
        let mut reader = self.shelf.reader.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        read(&mut reader).map_err(in_pack(&self.shelf.path))
    }
}

/// Takes in one record of the log.
fn take(
    folder: &Path,
    log: &Path,
    shelves: &mut Vec<Arc<Shelf>>,
    opened: &mut HashMap<PieceId, Moment>,
    record: &[u8],
) -> Result<(), MailboxError> {
    let unknown = || at(log)(io::Error::new(io::ErrorKind::InvalidData, "a record is unknown"));
    match record.split_first() {
        Some((b'D', json)) => {
            let pack: DeliveredPack = serde_json::from_slice(json).map_err(|_| unknown())?;
            let shelf = shelf(folder, shelves, &pack)?;
            shelves.push(Arc::new(shelf));
        }
        Some((b'O', line)) => {
            let notice = std::str::from_utf8(line).ok().and_then(OpenNotice::parse_line);
            let notice = notice.ok_or_else(unknown)?;
            opened.entry(notice.piece).or_insert(notice.opened);
        }
        // Whoever follows the log has noted it.
        _ if parse_withdrawn(record).is_some() => {}
        _ => return Err(unknown()),
    }
    Ok(())
}

fn shelf(
    folder: &Path,
    before: &[Arc<Shelf>],
    pack: &DeliveredPack,
) -> Result<Shelf, MailboxError> {
    let path = folder.join(format!("{}.pack", pack.name));
    let file = File::open(&path).map_err(at(&path))?;
    let mut reader = PackReader::open(file).map_err(in_pack(&path))?;
    // A piece arrives once: a later pack with the same one changes nothing.
    let of_batch = |shelf: &&Arc<Shelf>| shelf.sender == pack.sender && shelf.batch == pack.batch;
    let earlier = before.iter().filter(of_batch).flat_map(|shelf| &shelf.places);
    let earlier: HashSet<PieceId> = earlier.map(|&(_, piece, _)| piece).collect();
    let mut places = Vec::with_capacity(pack.copies as usize);
    for label in reader.labels().map_err(in_pack(&path))? {
        let (offset, label) = label.map_err(in_pack(&path))?;
        if !earlier.contains(&label.piece) {
            places.push((label.mailbox, label.piece, offset));
        }
    }
    places.sort_unstable_by_key(|&(mailbox, piece, _)| (mailbox, piece));
    let (sender, batch) = (pack.sender.clone(), pack.batch.clone());
    Ok(Shelf { path, sender, batch, places, reader: Mutex::new(reader), shared: OnceLock::new() })
}

fn in_pack(path: &Path) -> impl FnOnce(PackError) -> MailboxError + '_ {
    |error| MailboxError::Pack { path: path.to_owned(), error }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> MailboxError + '_ {
    |error| MailboxError::Io { path: path.to_owned(), error }
}
