//! An append-only file of checksummed records.
//!
//! All numbers are little-endian.
//!
//! ```text
//! "LSLOG001" | record …
//! record: "\xA5rec" | len u32 | synced u64 | crc32 of len, synced and payload u32 | payload
//! ```
//!
//! `synced` is how many bytes of the file were known to be durable when the record was appended. A
//! bad record at the end is what a cut leaves behind: it was never acknowledged and is truncated.
//! A bad record that a later one knows to have been durable is damage, and no run may go on over
//! it. Damage within what was appended after the last record but one was synced looks like a cut.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A log open for appending; it is locked against a second process until it is dropped.
#[derive(Debug)]
pub struct AppendLog {
    path: PathBuf,
    file: BufWriter<File>,
    /// Bytes appended, in the buffer or in the file.
    len: u64,
    /// Bytes known to be durable.
    synced: u64,
    records: u64,
    spoiled: bool,
}

/// The whole records of a log, first to last; ends at the first that is not.
#[derive(Debug)]
pub struct Records {
    bytes: BufReader<File>,
    /// Where the next record begins.
    offset: u64,
    /// Where the file ended when it was opened.
    end: u64,
}

/// Why a log cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Another process appends to it.
    #[error("{path} is in use by another run")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file does not begin as a log.
    #[error("{path} is not a log")]
    NotALog {
        /// The file.
        path: PathBuf,
    },
    /// A record that was durable does not agree with its checksum.
    #[error("{path} is damaged at byte {offset}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the record begins.
        offset: u64,
    },
    /// The record is longer than [`AppendLog::RECORD_LEN_MAX`].
    #[error("a record of {found} bytes is longer than a log takes")]
    TooLong {
        /// Its bytes.
        found: usize,
    },
    /// An earlier write failed; what the file holds is known when it is opened again.
    #[error("{path} could not be written and must be opened again")]
    Spoiled {
        /// The file.
        path: PathBuf,
    },
}

impl AppendLog {
    /// The longest record, bytes; a longer length is damage.
    pub const RECORD_LEN_MAX: usize = 1 << 26;

    /// Opens a log, made with its folder where there is none, and shows every record to `visit`.
    ///
    /// A torn tail is truncated.
    ///
    /// # Errors
    /// [`LogError`], or what `visit` returns.
    pub fn open(
        path: &Path,
        mut visit: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<Self, LogError> {
        if !path.exists() {
            super::make_folder(path.parent().unwrap_or(Path::new(".")))?;
            super::publish_bytes(path, MAGIC)?;
        }
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(LogError::InUse { path: path.to_owned() });
            }
            locked => locked.map_err(io::Error::from)?,
        }
        let (records, len) = replay(path, &mut visit)?;
        cut_torn_tail(path, &file, len)?;
        let mut file = BufWriter::new(file);
        file.seek(SeekFrom::Start(len))?;
        Ok(Self { path: path.to_owned(), file, len, synced: len, records, spoiled: false })
    }

    /// Returns the number of records.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Appends a record; it is durable after the next [`AppendLog::sync`].
    ///
    /// # Errors
    /// [`LogError::TooLong`]; what the disk returns, after which the log must be opened again.
    pub fn append(&mut self, payload: &[u8]) -> Result<(), LogError> {
        if payload.len() > Self::RECORD_LEN_MAX {
            return Err(LogError::TooLong { found: payload.len() });
        }
        let head = record_head(self.synced, payload);
        self.write(|file| {
            file.write_all(&head)?;
            file.write_all(payload)
        })?;
        self.len += (HEAD_LEN + payload.len()) as u64;
        self.records += 1;
        Ok(())
    }

    /// Makes all records durable with one `fdatasync`; costs nothing when they are.
    ///
    /// # Errors
    /// What the disk returns, after which the log must be opened again.
    pub fn sync(&mut self) -> Result<(), LogError> {
        if self.synced == self.len {
            return Ok(());
        }
        self.write(|file| {
            file.flush()?;
            file.get_ref().sync_data()
        })?;
        self.synced = self.len;
        Ok(())
    }

    /// Writes unless an earlier write failed: what is behind a failed write or sync is unknown,
    /// and a second sync that succeeds does not say that the first one's bytes are on the disk.
    fn write(
        &mut self,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), LogError> {
        if self.spoiled {
            return Err(LogError::Spoiled { path: self.path.clone() });
        }
        self.spoiled = true;
        write(&mut self.file)?;
        self.spoiled = false;
        Ok(())
    }
}

impl Records {
    /// Opens a log for reading only, also while another process appends to it.
    ///
    /// # Errors
    /// [`LogError::NotALog`], or what the disk returns.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        Self::open_at(path, MAGIC.len() as u64)
    }

    /// Opens a log as [`Records::open`] does and goes on from where another reading ended, a value
    /// of [`Records::offset`].
    ///
    /// # Errors
    /// As [`Records::open`].
    pub fn open_at(path: &Path, offset: u64) -> Result<Self, LogError> {
        let file = File::open(path)?;
        let end = file.metadata()?.len();
        let mut bytes = BufReader::with_capacity(1 << 16, file);
        let mut magic = [0; MAGIC.len()];
        match bytes.read_exact(&mut magic) {
            Ok(()) if magic == *MAGIC && offset <= end => {
                bytes.seek(SeekFrom::Start(offset))?;
                Ok(Self { bytes, offset, end })
            }
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error.into()),
            _ => Err(LogError::NotALog { path: path.to_owned() }),
        }
    }

    /// Returns where the next record begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads the next record into `payload`; returns whether there was one.
    ///
    /// # Errors
    /// What the disk returns.
    pub fn next_into(&mut self, payload: &mut Vec<u8>) -> io::Result<bool> {
        let left = self.end - self.offset;
        if left < HEAD_LEN as u64 {
            return Ok(false);
        }
        let mut head = [0; HEAD_LEN];
        self.bytes.read_exact(&mut head)?;
        let Some(head) = Head::parse(&head) else { return Ok(false) };
        if head.len as u64 > left - HEAD_LEN as u64 {
            return Ok(false);
        }
        payload.resize(head.len, 0);
        self.bytes.read_exact(payload)?;
        let sound = head.is_of(payload);
        if sound {
            self.offset += (HEAD_LEN + head.len) as u64;
        }
        Ok(sound)
    }
}

/// Shows all whole records to `visit`; returns their number and where they end.
fn replay(
    path: &Path,
    visit: &mut impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<(u64, u64), LogError> {
    let mut records = Records::open(path)?;
    let mut payload = Vec::new();
    let mut count = 0;
    while records.next_into(&mut payload)? {
        visit(&payload)?;
        count += 1;
    }
    Ok((count, records.offset))
}

/// Truncates what lies behind `len`, unless a record there knows that it was durable.
fn cut_torn_tail(path: &Path, mut file: &File, len: u64) -> Result<(), LogError> {
    let mut rest = Vec::new();
    file.seek(SeekFrom::Start(len))?;
    file.read_to_end(&mut rest)?;
    if rest.is_empty() {
        return Ok(());
    }
    if (0..rest.len()).any(|at| knows_durable(&rest[at..], len)) {
        return Err(LogError::Damaged { path: path.to_owned(), offset: len });
    }
    file.set_len(len)?;
    Ok(file.sync_data()?)
}

/// Returns whether a whole record begins `bytes` that was appended when more than `len` was synced.
fn knows_durable(bytes: &[u8], len: u64) -> bool {
    let Some((head, rest)) = bytes.split_first_chunk() else { return false };
    let Some(head) = Head::parse(head) else { return false };
    head.synced > len && rest.get(..head.len).is_some_and(|payload| head.is_of(payload))
}

struct Head {
    len: usize,
    synced: u64,
    crc: u32,
}

impl Head {
    fn parse(bytes: &[u8; HEAD_LEN]) -> Option<Self> {
        let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("4 bytes"));
        let len = u32_at(4) as usize;
        let synced = u64::from_le_bytes(bytes[8..16].try_into().expect("8 bytes"));
        let fits = bytes.starts_with(MARK) && len <= AppendLog::RECORD_LEN_MAX;
        fits.then(|| Self { len, synced, crc: u32_at(16) })
    }

    fn is_of(&self, payload: &[u8]) -> bool {
        self.crc == crc(self.synced, payload)
    }
}

fn record_head(synced: u64, payload: &[u8]) -> [u8; HEAD_LEN] {
    let mut head = [0; HEAD_LEN];
    head[..4].copy_from_slice(MARK);
    head[4..8].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    head[8..16].copy_from_slice(&synced.to_le_bytes());
    head[16..].copy_from_slice(&crc(synced, payload).to_le_bytes());
    head
}

fn crc(synced: u64, payload: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&(payload.len() as u32).to_le_bytes());
    crc.update(&synced.to_le_bytes());
    crc.update(payload);
    crc.finalize()
}

const MAGIC: &[u8; 8] = b"LSLOG001";
const MARK: &[u8; 4] = b"\xA5rec";
const HEAD_LEN: usize = 4 + 4 + 8 + 4;
