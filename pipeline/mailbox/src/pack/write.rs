//! Writes a pack front to back.

use std::collections::HashMap;
use std::io::Write;

use super::{CopyEntry, PackError, PackHead, PackTotals, Slot};
use super::{CRC_LEN, END_MAGIC, MAGIC, TAIL_LEN_MAX, VERSION};

/// A pack in the making; keeps 16 bytes a copy in memory, and what tails have in common.
///
/// Every call writes one part at a time: give it a buffered writer.
#[derive(Debug)]
pub struct PackWriter<W> {
    out: W,
    offset: u64,
    slots: Vec<Slot>,
    tail_bytes: u64,
    /// Where what tails begin with was written.
    alike: HashMap<Box<[u8]>, u64>,
    content: crc32fast::Hasher,
    scratch: Vec<u8>,
}

impl<W: Write> PackWriter<W> {
    /// Starts a pack.
    ///
    /// # Errors
    /// What the writer returns.
    pub fn new(out: W, head: &PackHead) -> Result<Self, PackError> {
        let mut pack = Self {
            out,
            offset: 0,
            slots: Vec::new(),
            tail_bytes: 0,
            alike: HashMap::new(),
            content: crc32fast::Hasher::new(),
            scratch: Vec::new(),
        };
        pack.scratch.extend_from_slice(MAGIC);
        pack.scratch.extend_from_slice(&VERSION.to_le_bytes());
        pack.scratch.extend_from_slice(&head.shared_len.to_le_bytes());
        pack.scratch.extend_from_slice(&head.shared_seal.0);
        push_text(&mut pack.scratch, "sender", head.sender.as_str())?;
        push_text(&mut pack.scratch, "batch", head.batch.as_str())?;
        pack.write_scratch()?;
        Ok(pack)
    }

    /// Appends a copy and returns where its entry begins.
    ///
    /// # Errors
    /// [`PackError::TooLong`] before anything of it is written, or what the writer returns; after
    /// the latter the pack is of no use.
    ///
    /// # Panics
    /// If more of the tail is alike than it has bytes.
    pub fn push(&mut self, copy: &CopyEntry<'_>) -> Result<u64, PackError> {
        let offset = self.offset;
        fitting("tail", copy.tail.len(), TAIL_LEN_MAX)?;
        let (alike, own) = copy.tail.split_at(copy.alike);
        let place = self.alike.get(alike).copied();
        self.scratch.clear();
        self.scratch.extend_from_slice(&[0; 4]); // the label's length, when it is known
        self.scratch.extend_from_slice(&(own.len() as u32).to_le_bytes());
        self.scratch.extend_from_slice(&copy.piece.0.to_le_bytes());
        self.scratch.extend_from_slice(&copy.mailbox.0.to_le_bytes());
        self.scratch.extend_from_slice(&copy.received.0.to_le_bytes());
        self.scratch.extend_from_slice(&copy.seal.0);
        let alike_at = self.scratch.len();
        self.scratch.extend_from_slice(&[0; 8]); // where it stands, when it is known
        self.scratch.extend_from_slice(&(alike.len() as u32).to_le_bytes());
        push_text(&mut self.scratch, "row id", copy.row_id)?;
        push_text(&mut self.scratch, "title", copy.title)?;
        let label_len = self.scratch.len() as u32 - 8;
        self.scratch[..4].copy_from_slice(&label_len.to_le_bytes());
        let behind = offset + self.scratch.len() as u64 + CRC_LEN;
        let stands_at = place.unwrap_or(behind);
        self.scratch[alike_at..][..8].copy_from_slice(&stands_at.to_le_bytes());
        self.write_scratch()?;
        if place.is_none() && !alike.is_empty() {
            self.write_part(alike)?;
            if self.alike.len() < ALIKE_KEPT_MAX {
                self.alike.insert(alike.into(), behind);
            }
        }
        self.write_part(own)?;
        self.slots.push((copy.piece, offset));
        self.tail_bytes += copy.tail.len() as u64;
        Ok(offset)
    }

    /// Writes index and trailer and returns the writer, not flushed.
    ///
    /// # Errors
    /// [`PackError::PieceTwice`], or what the writer returns.
    pub fn finish(mut self) -> Result<(W, PackTotals), PackError> {
        self.slots.sort_unstable();
        if let Some(pair) = self.slots.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(PackError::PieceTwice(pair[0].0));
        }
        let (copies, index_offset) = (self.slots.len() as u64, self.offset);
        self.scratch.clear();
        for (piece, offset) in &self.slots {
            self.scratch.extend_from_slice(&piece.0.to_le_bytes());
            self.scratch.extend_from_slice(&offset.to_le_bytes());
        }
        self.write_scratch()?;
        let content_crc = self.content.clone().finalize();
        self.scratch.clear();
        for number in [copies, self.tail_bytes, index_offset] {
            self.scratch.extend_from_slice(&number.to_le_bytes());
        }
        self.scratch.extend_from_slice(&content_crc.to_le_bytes());
        self.scratch.extend_from_slice(END_MAGIC);
        self.write_scratch()?;
        Ok((self.out, PackTotals { copies, tail_bytes: self.tail_bytes, content_crc }))
    }

    fn write_scratch(&mut self) -> Result<(), PackError> {
        let part = std::mem::take(&mut self.scratch);
        let written = self.write_part(&part);
        self.scratch = part;
        written
    }

    fn write_part(&mut self, part: &[u8]) -> Result<(), PackError> {
        self.out.write_all(part)?;
        self.out.write_all(&crc32fast::hash(part).to_le_bytes())?;
        // Without the checksums: a CRC over bytes and their own CRC is the same for all bytes.
        self.content.update(part);
        self.offset += part.len() as u64 + CRC_LEN;
        Ok(())
    }
}

/// Beginnings that a writer remembers, a kilobyte or two each; others stand with their copies.
const ALIKE_KEPT_MAX: usize = 4096;

fn push_text(bytes: &mut Vec<u8>, part: &'static str, text: &str) -> Result<(), PackError> {
    let len = fitting(part, text.len(), u16::MAX.into())?;
    bytes.extend_from_slice(&(len as u16).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
    Ok(())
}

fn fitting(part: &'static str, found: usize, max: usize) -> Result<usize, PackError> {
    if found <= max {
        Ok(found)
    } else {
        Err(PackError::TooLong { part, found, max })
    }
}
