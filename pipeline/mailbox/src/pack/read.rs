//! Reads a pack by its index, believing nothing that a checksum has not confirmed.

use std::io::{Read, Seek, SeekFrom};

use letter::{BatchId, Moment, PieceId, SenderId};

use super::{CopyLabel, PackError, PackHead, PackTotals, Slot, StoredCopy};
use super::{END_MAGIC, FOOTER_TAIL_LEN, MAGIC, SLOT_LEN, TAIL_LEN_MAX, VERSION};
use crate::{MailboxId, Seal};

/// An open pack with its index.
#[derive(Debug)]
pub struct PackReader<R> {
    bytes: R,
    head: PackHead,
    totals: PackTotals,
    /// By piece.
    slots: Vec<Slot>,
    /// Where the entries end.
    footer_offset: u64,
}

impl<R: Read + Seek> PackReader<R> {
    /// Opens a pack: reads its head and its index.
    ///
    /// # Errors
    /// [`PackError`] if the file is no pack, cut or damaged in head or footer.
    pub fn open(mut bytes: R) -> Result<Self, PackError> {
        let head = read_head(&mut bytes)?;
        let (slots, totals, footer_offset) = read_footer(&mut bytes)?;
        Ok(Self { bytes, head, totals, slots, footer_offset })
    }

    /// Returns what all copies have in common.
    pub fn head(&self) -> &PackHead {
        &self.head
    }

    /// Returns what the pack holds.
    pub fn totals(&self) -> PackTotals {
        self.totals
    }

    /// Returns the pieces and where their entries begin, by piece.
    pub fn slots(&self) -> &[(PieceId, u64)] {
        &self.slots
    }

    /// Returns where the entry of a piece begins.
    pub fn find(&self, piece: PieceId) -> Option<u64> {
        let at = self.slots.binary_search_by_key(&piece, |(piece, _)| *piece).ok()?;
        Some(self.slots[at].1)
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
        let (label, tail_offset) = self.entry(offset)?;
        let len = label.tail_len as usize;
        let tail = read_part(&mut self.bytes, tail_offset, len, "tail")?;
        Ok(StoredCopy { label, tail })
    }

    /// Reads the labels of all copies, in the order in which they were pushed.
    pub fn labels(&mut self) -> impl Iterator<Item = Result<(u64, CopyLabel), PackError>> + '_ {
        let mut offsets: Vec<_> = self.slots.iter().map(|(_, offset)| *offset).collect();
        offsets.sort_unstable();
        offsets.into_iter().map(|offset| Ok((offset, self.label(offset)?)))
    }

    /// Returns the label at `offset` and where its tail begins.
    fn entry(&mut self, offset: u64) -> Result<(CopyLabel, u64), PackError> {
        let damaged = PackError::Damaged { part: "label", offset };
        if offset >= self.footer_offset {
            return Err(damaged);
        }
        let mut lens = [0; 8];
        self.bytes.seek(SeekFrom::Start(offset))?;
        self.bytes.read_exact(&mut lens)?;
        let label_len = u32::from_le_bytes([lens[0], lens[1], lens[2], lens[3]]);
        let tail_len = u32::from_le_bytes([lens[4], lens[5], lens[6], lens[7]]);
        // Before its checksum is read, a length may be anything: it must lie within the entries.
        let tail_offset = offset + 8 + u64::from(label_len) + 4;
        let end = tail_offset + u64::from(tail_len) + 4;
        if end > self.footer_offset || tail_len as usize > TAIL_LEN_MAX {
            return Err(damaged);
        }
        let part = read_part(&mut self.bytes, offset, 8 + label_len as usize, "label")?;
        let label = parse_label(&part[8..], tail_len).ok_or(damaged)?;
        Ok((label, tail_offset))
    }
}

fn read_head(bytes: &mut (impl Read + Seek)) -> Result<PackHead, PackError> {
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
        Some(crc) if crc == crc32fast::hash(&start[..len]) => Ok(head),
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

fn read_footer(bytes: &mut (impl Read + Seek)) -> Result<(Vec<Slot>, PackTotals, u64), PackError> {
    let end = bytes.seek(SeekFrom::End(0))?;
    let damaged = || PackError::Damaged { part: "footer", offset: end };
    let tail_offset = end.checked_sub(FOOTER_TAIL_LEN).ok_or_else(damaged)?;
    let mut tail = [0; FOOTER_TAIL_LEN as usize];
    bytes.seek(SeekFrom::Start(tail_offset))?;
    bytes.read_exact(&mut tail)?;
    let mut fields = Fields(&tail);
    let (copies, tail_bytes, footer_offset) = fields.numbers().ok_or_else(damaged)?;
    let index_len = copies.checked_mul(SLOT_LEN).ok_or_else(damaged)?;
    if footer_offset.checked_add(index_len) != Some(tail_offset) || !fields.0.starts_with(END_MAGIC)
    {
        return Err(damaged());
    }
    let len = (end - 4 - footer_offset) as usize;
    let footer = read_part(bytes, footer_offset, len, "footer")?;
    let mut fields = Fields(&footer);
    let slot = |_| Some((PieceId(fields.u64()?), fields.u64()?));
    let slots = (0..copies).map(slot).collect::<Option<Vec<_>>>().ok_or_else(damaged)?;
    Ok((slots, PackTotals { copies, tail_bytes }, footer_offset))
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
    let crc = content.split_off(len);
    if crc == crc32fast::hash(&content).to_le_bytes() {
        Ok(content)
    } else {
        Err(PackError::Damaged { part, offset })
    }
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

    fn numbers(&mut self) -> Option<(u64, u64, u64)> {
        Some((self.u64()?, self.u64()?, self.u64()?))
    }

    fn text(&mut self) -> Option<&'a str> {
        let len = self.u16()?;
        let (text, rest) = self.0.split_at_checked(len.into())?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

/// Magic, version, shared length and seal, two ids of at most 64 bytes, crc; with room to spare.
const HEAD_LEN_MAX: u64 = 512;
