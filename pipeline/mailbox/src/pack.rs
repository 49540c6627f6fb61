//! The pack: one batch's copies in one append-only file.
//!
//! All numbers are little-endian; every part is closed by the CRC-32 of its bytes; the same copies
//! in the same order give the same bytes.
//!
//! ```text
//! head    "LSPACK" | version u16 | shared_len u64 | shared_sha256 32 | sender | batch | crc
//! copy    label_len u32 | own_len u32 | piece u64 | mailbox u64 | received i64 | sha256 32 |
//!         alike_offset u64 | alike_len u32 | row_id | title | crc | [alike | crc] | own | crc
//! …
//! index   (piece u64 | offset u64) × copies, by piece | crc
//! trailer copies u64 | tail_bytes u64 | index_offset u64 | content_crc u32 | "LSPEND" | crc
//! ```
//!
//! A copy's tail is `alike`, what other copies of the pack begin with as well, and `own`. The first
//! copy that begins so holds `alike` itself, behind its label; the others name its offset.
//!
//! Texts are `len u16 | UTF-8`; `content_crc` is the CRC-32 of all parts before the trailer without
//! their checksums, and stands for the pack. A reader starts from the trailer. A pack is published
//! whole, so a file without a sound trailer is damaged, not unfinished.

mod read;
mod write;

use std::io;

use letter::{BatchId, Moment, PieceId, SenderId};

use crate::{MailboxId, Seal};

pub use read::PackReader;
pub use write::PackWriter;

/// What all copies of a pack have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackHead {
    /// Whose letters these are.
    pub sender: SenderId,
    /// Their batch.
    pub batch: BatchId,
    /// Length of the shared prefix file, bytes.
    pub shared_len: u64,
    /// SHA-256 of the shared prefix file.
    pub shared_seal: Seal,
}

/// One copy on its way into a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyEntry<'a> {
    /// The piece: the idempotency key of its delivery.
    pub piece: PieceId,
    /// Whose mailbox it goes to.
    pub mailbox: MailboxId,
    /// The sender's own key of the record, at most 65,535 bytes.
    pub row_id: &'a str,
    /// What the recipient's list shows, at most 65,535 bytes.
    pub title: &'a str,
    /// When the shop received the drop.
    pub received: Moment,
    /// SHA-256 of the whole copy, prefix and tail.
    pub seal: Seal,
    /// With how many bytes the tail begins that other copies of the pack may begin with as well.
    pub alike: usize,
    /// The copy's own bytes, after the shared prefix.
    pub tail: &'a [u8],
}

/// What a pack says of a copy without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyLabel {
    /// The piece.
    pub piece: PieceId,
    /// Whose mailbox it is in.
    pub mailbox: MailboxId,
    /// The sender's own key of the record.
    pub row_id: String,
    /// What the recipient's list shows.
    pub title: String,
    /// When the shop received the drop.
    pub received: Moment,
    /// SHA-256 of the whole copy.
    pub seal: Seal,
    /// Length of the tail, bytes.
    pub tail_len: u32,
}

/// One copy read from a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCopy {
    /// What the pack says of it.
    pub label: CopyLabel,
    /// Its own bytes; [`assemble`](crate::assemble) puts the shared prefix before them.
    pub tail: Vec<u8>,
}

/// What a pack holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackTotals {
    /// Copies.
    pub copies: u64,
    /// Bytes of their tails.
    pub tail_bytes: u64,
    /// CRC-32 of head, labels, tails and index: two packs of one name that agree here are one.
    pub content_crc: u32,
}

/// Why a pack cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file does not begin as a pack.
    #[error("not a pack")]
    NotAPack,
    /// The pack is of another version.
    #[error("the pack has version {found}, this shop reads {VERSION}")]
    Version {
        /// Its version.
        found: u16,
    },
    /// A part does not agree with its checksum, or points outside of the file.
    #[error("the {part} at byte {offset} of the pack is damaged")]
    Damaged {
        /// Head, label, tail, index or trailer.
        part: &'static str,
        /// Where the part begins.
        offset: u64,
    },
    /// A text or a tail is longer than the format takes.
    #[error("the {part} has {found} bytes, the limit is {max}")]
    TooLong {
        /// What is too long.
        part: &'static str,
        /// Its bytes.
        found: usize,
        /// The limit.
        max: usize,
    },
    /// A piece was put into one pack twice.
    #[error("piece {0} is in the pack twice")]
    PieceTwice(PieceId),
}

/// Where a copy's entry begins in its pack.
type Slot = (PieceId, u64);

const MAGIC: &[u8; 6] = b"LSPACK";
const END_MAGIC: &[u8; 6] = b"LSPEND";
const VERSION: u16 = 2;
const SLOT_LEN: u64 = 16;
/// The checksum behind every part.
const CRC_LEN: u64 = 4;
/// copies, tail_bytes, index_offset, content_crc, end magic, crc
const TRAILER_LEN: u64 = 8 + 8 + 8 + 4 + 6 + 4;
/// A reader allocates what a length says: copies are a few pages, so 256 MiB means damage.
const TAIL_LEN_MAX: usize = 1 << 28;

#[cfg(test)]
mod tests;
