//! Reads a pack from its trailer, believing nothing that a checksum has not confirmed.

use std::io::{Read, Seek, SeekFrom};

use letter::{BatchId, Moment, PieceId, SenderId};

use super::{CopyLabel, PackError, PackHead, PackTotals, Slot, StoredCopy};
use super::{END_MAGIC, MAGIC, SLOT_LEN, TAIL_LEN_MAX, TRAILER_LEN, VERSION};
use crate::{MailboxId, Seal};

/// An open pack.
#[derive(Debug)]
pub struct PackReader<R> {
    bytes: R,
    head: PackHead,
    totals: PackTotals,
    /// Where the entries begin.
    entries_offset: u64,
    /// Where the entries end.
    index_offset: u64,
}

impl<R: Read + Seek> PackReader<R> {
    /// Opens a pack: reads its head and its trailer, which cost the same for any pack.
    ///
    /// # Errors
    /// [`PackError`] if the file is no pack, cut or damaged in head or trailer.
    pub fn open(mut bytes: R) -> Result<Self, PackError> {
        let (head, entries_offset) = read_head(&mut bytes)?;
        let (totals, index_offset) = read_trailer(&mut bytes)?;
        Ok(Self { bytes, head, totals, entries_offset, index_offset })
    }

    /// Returns what all copies have in common.
    pub fn head(&self) -> &PackHead {
        &self.head
    }

    /// Returns what the pack holds.
    pub fn totals(&self) -> PackTotals {
        self.totals
    }

    /// Reads which pieces the pack holds and where their entries begin, by piece.
    ///
    /// # Errors
    /// [`PackError::Damaged`], or what the reader returns.
    pub fn index(&mut self) -> Result<Vec<(PieceId, u64)>, PackError> {
        let len = (self.totals.copies * SLOT_LEN) as usize;
        let index = read_part(&mut self.bytes, self.index_offset, len, "index")?;
        let slot = |slot: &[u8]| {
            let mut fields = Fields(slot);
            Some((PieceId(fields.u64()?), fields.u64()?))
        };
        let slots = index.chunks_exact(SLOT_LEN as usize).map(slot).collect::<Option<Vec<Slot>>>();
        slots.ok_or(PackError::Damaged { part: "index", offset: self.index_offset })
    }

    /// Reads what the pack says of the copy whose entry begins at `offset`.
    ///
    /// # Errors
    /// [`PackError::Damaged`] if no sound entry begins there, or what the reader returns.
    pub fn label(&mut self, offset: u64) -> Result<CopyLabel, PackError> {
        self.entry(offset).map(|(label, _)| label)
    }

    /// Reads the copy whose entry begins at `offset`.
    ///
    /// # Errors
    /// As [`PackReader::label`].
    pub fn copy(&mut self, offset: u64) -> Result<StoredCopy, PackError> {
        self.copy_and_end(offset).map(|(copy, _)| copy)
    }

    /// Reads all copies in the order in which they were pushed, without the index; ends after the
    /// first error.
    pub fn copies(&mut self) -> impl Iterator<Item = Result<StoredCopy, PackError>> + '_ {
        let mut offset = self.entries_offset;
        std::iter::from_fn(move || {
            if offset >= self.index_offset {
                return None;
            }
            let copy = self.copy_and_end(offset);
            offset = copy.as_ref().map_or(self.index_offset, |(_, end)| *end);
            Some(copy.map(|(copy, _)| copy))
        })
    }

    /// Reads the labels of all copies, each with where its entry begins, in the order in which
    /// they were pushed.
    ///
    /// # Errors
    /// As [`PackReader::index`]; then, label by label, as [`PackReader::label`].
    pub fn labels(
        &mut self,
    ) -> Result<impl Iterator<Item = Result<(u64, CopyLabel), PackError>> + '_, PackError> {
        let mut offsets: Vec<_> = self.index()?.into_iter().map(|(_, offset)| offset).collect();
        offsets.sort_unstable();
        Ok(offsets.into_iter().map(|offset| Ok((offset, self.label(offset)?))))
    }

    /// Returns the copy at `offset` and where its entry ends.
    fn copy_and_end(&mut self, offset: u64) -> Result<(StoredCopy, u64), PackError> {
        let (label, tail_offset) = self.entry(offset)?;
        let len = label.tail_len as usize;
        let tail = read_part(&mut self.bytes, tail_offset, len, "tail")?;
        Ok((StoredCopy { label, tail }, tail_offset + len as u64 + 4))
    }

    /// Returns the label at `offset` and where its tail begins.
    fn entry(&mut self, offset: u64) -> Result<(CopyLabel, u64), PackError> {
        let damaged = || PackError::Damaged { part: "label", offset };
        let left = self.index_offset.checked_sub(offset).ok_or_else(damaged)?;
        let mut label = vec![0; left.min(LABEL_LEN_USUAL) as usize];
        self.bytes.seek(SeekFrom::Start(offset))?;
        self.bytes.read_exact(&mut label)?;
        let (label_len, tail_len) = Fields(&label).lens().ok_or_else(damaged)?;
        // Before its checksum is read, a length may be anything: it must lie within the entries.
        let label_end = 8 + u64::from(label_len) + 4;
        let end = label_end + u64::from(tail_len) + 4;
        if end > left || tail_len as usize > TAIL_LEN_MAX {
            return Err(damaged());
        }
        let read = label.len().min(label_end as usize);
        label.resize(label_end as usize, 0);
        self.bytes.read_exact(&mut label[read..])?;
        let label = sound(&label).and_then(|label| parse_label(&label[8..], tail_len));
        Ok((label.ok_or_else(damaged)?, offset + label_end))
    }
}

/// Returns the head and where it ends.
fn read_head(bytes: &mut (impl Read + Seek)) -> Result<(PackHead, u64), PackError> {
    bytes.seek(SeekFrom::Start(0))?;
    let mut start = Vec::new();
    bytes.by_ref().take(HEAD_LEN_MAX).read_to_end(&mut start)?;
    if !start.starts_with(MAGIC) {
        return Err(PackError::NotAPack);
    }
    let damaged = || PackError::Damaged { part: "head", offset: 0 };
    let mut fields = Fields(&start[MAGIC.len()..]);
    let version = fields.u16().ok_or_else(damaged)?;
    if version != VERSION {
        return Err(PackError::Version { found: version });
    }
    let head = parse_head(&mut fields).ok_or_else(damaged)?;
    let len = start.len() - fields.0.len();
    match fields.u32() {
        Some(crc) if crc == crc32fast::hash(&start[..len]) => Ok((head, len as u64 + 4)),
        _ => Err(damaged()),
    }
}

fn parse_head(fields: &mut Fields<'_>) -> Option<PackHead> {
    Some(PackHead {
        shared_len: fields.u64()?,
        shared_seal: Seal(fields.array()?),
        sender: SenderId::parse(fields.text()?)?,
        batch: BatchId::parse(fields.text()?)?,
    })
}

fn read_trailer(bytes: &mut (impl Read + Seek)) -> Result<(PackTotals, u64), PackError> {
    let end = bytes.seek(SeekFrom::End(0))?;
    let damaged = || PackError::Damaged { part: "trailer", offset: end };
    let offset = end.checked_sub(TRAILER_LEN).ok_or_else(damaged)?;
    let trailer = read_part(bytes, offset, TRAILER_LEN as usize - 4, "trailer")?;
    let (totals, index_offset) = parse_trailer(&trailer).ok_or_else(damaged)?;
    let index_len = totals.copies.checked_mul(SLOT_LEN).and_then(|len| len.checked_add(4));
    match index_len.and_then(|len| len.checked_add(index_offset)) {
        Some(index_end) if index_end == offset => Ok((totals, index_offset)),
        _ => Err(damaged()),
    }
}

fn parse_trailer(bytes: &[u8]) -> Option<(PackTotals, u64)> {
    let mut fields = Fields(bytes);
    let (copies, tail_bytes, index_offset) = (fields.u64()?, fields.u64()?, fields.u64()?);
    let content_crc = fields.u32()?;
    let totals = PackTotals { copies, tail_bytes, content_crc };
    (fields.0 == END_MAGIC).then_some((totals, index_offset))
}

/// Reads a part and checks it against the checksum behind it.
fn read_part(
    bytes: &mut (impl Read + Seek),
    offset: u64,
    len: usize,
    part: &'static str,
) -> Result<Vec<u8>, PackError> {
    let mut content = vec![0; len + 4];
    bytes.seek(SeekFrom::Start(offset))?;
    bytes.read_exact(&mut content)?;
    if sound(&content).is_none() {
        return Err(PackError::Damaged { part, offset });
    }
    content.truncate(len);
    Ok(content)
}

/// Returns what stands before the checksum at the end, if they agree.
fn sound(part: &[u8]) -> Option<&[u8]> {
    let (content, crc) = part.split_last_chunk()?;
    (*crc == crc32fast::hash(content).to_le_bytes()).then_some(content)
}

fn parse_label(bytes: &[u8], tail_len: u32) -> Option<CopyLabel> {
    let mut fields = Fields(bytes);
    let label = CopyLabel {
        piece: PieceId(fields.u64()?),
        mailbox: MailboxId(fields.u64()?),
        received: Moment(fields.u64()? as i64),
        seal: Seal(fields.array()?),
        row_id: fields.text()?.to_owned(),
        title: fields.text()?.to_owned(),
        tail_len,
    };
    fields.0.is_empty().then_some(label)
}

/// The rest of a part, read field by field.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn lens(&mut self) -> Option<(u32, u32)> {
        Some((self.u32()?, self.u32()?))
    }

    fn text(&mut self) -> Option<&'a str> {
        let len = self.u16()?;
        let (text, rest) = self.0.split_at_checked(len.into())?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

/// Most labels fit, so that one read fetches them.
const LABEL_LEN_USUAL: u64 = 256;
/// Magic, version, shared length and seal, two ids of at most 64 bytes, crc; with room to spare.
const HEAD_LEN_MAX: u64 = 512;
