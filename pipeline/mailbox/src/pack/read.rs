//! Reads a pack from its trailer, believing nothing that a checksum has not confirmed.

use std::io::{Read, Seek, SeekFrom};

use letter::{BatchId, Moment, PieceId, SenderId};

use super::{CopyLabel, PackError, PackHead, PackTotals, Slot, StoredCopy};
use super::{CRC_LEN, END_MAGIC, MAGIC, SLOT_LEN, TAIL_LEN_MAX, TRAILER_LEN, VERSION};
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
        self.entry(offset).map(|entry| entry.label)
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
        let Entry { label, alike, own } = self.entry(offset)?;
        let mut tail = match alike.len {
            0 => Vec::new(),
            _ => self.part(alike, "beginning")?,
        };
        tail.append(&mut self.part(own, "tail")?);
        Ok((StoredCopy { label, tail }, own.end()))
    }

    fn part(&mut self, span: Span, part: &'static str) -> Result<Vec<u8>, PackError> {
        read_part(&mut self.bytes, span.offset, span.len as usize, part)
    }

    /// Returns the entry at `offset`, all of whose parts lie within the entries.
    fn entry(&mut self, offset: u64) -> Result<Entry, PackError> {
        let damaged = || PackError::Damaged { part: "label", offset };
        let left = self.index_offset.checked_sub(offset).ok_or_else(damaged)?;
        let mut label = vec![0; left.min(LABEL_LEN_USUAL) as usize];
        self.bytes.seek(SeekFrom::Start(offset))?;
        self.bytes.read_exact(&mut label)?;
        let (label_len, own_len) = Fields(&label).lens().ok_or_else(damaged)?;
        // Before its checksum is read, a length may be anything: it must lie within the entries.
        let label_end = 8 + u64::from(label_len) + CRC_LEN;
        if label_end > left {
            return Err(damaged());
        }
        let read = label.len().min(label_end as usize);
        label.resize(label_end as usize, 0);
        self.bytes.read_exact(&mut label[read..])?;
        let label = sound(&label).and_then(|label| parse_label(&label[8..], own_len));
        let (label, alike) = label.ok_or_else(damaged)?;
        let behind = offset + label_end;
        let is_here = alike.len > 0 && alike.offset == behind;
        let own = Span { offset: if is_here { alike.end() } else { behind }, len: own_len };
        let is_within =
            |span: Span| span.offset <= self.index_offset && span.end() <= self.index_offset;
        match is_within(alike) && is_within(own) && label.tail_len as usize <= TAIL_LEN_MAX {
            true => Ok(Entry { label, alike, own }),
            false => Err(damaged()),
        }
    }
}

/// What a label says of its copy, and where the parts of its tail are.
struct Entry {
    label: CopyLabel,
    alike: Span,
    own: Span,
}

/// A part without its checksum.
#[derive(Clone, Copy)]
struct Span {
    offset: u64,
    len: u32,
}

impl Span {
    /// Returns where the next part begins.
    fn end(self) -> u64 {
        self.offset + u64::from(self.len) + CRC_LEN
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

/// Returns the label and where what its tail begins with stands.
fn parse_label(bytes: &[u8], own_len: u32) -> Option<(CopyLabel, Span)> {
    let mut fields = Fields(bytes);
    let (piece, mailbox) = (PieceId(fields.u64()?), MailboxId(fields.u64()?));
    let received = Moment(fields.u64()? as i64);
    let seal = Seal(fields.array()?);
    let alike = Span { offset: fields.u64()?, len: fields.u32()? };
    let row_id = fields.text()?.to_owned();
    let title = fields.text()?.to_owned();
    let tail_len = alike.len.checked_add(own_len)?;
    let label = CopyLabel { piece, mailbox, row_id, title, received, seal, tail_len };
    fields.0.is_empty().then_some((label, alike))
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
