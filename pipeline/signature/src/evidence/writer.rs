//! Writing a segment of a pack, block by block.

use std::io::{self, Write};

use super::block::{block_digest, block_head, sha256, Block, Kind, MAGIC};

/// Writes one segment; at the end of a pack it makes the next one.
///
/// Memory: 32 bytes a block, for the seal.
#[derive(Debug)]
pub struct Writer<W> {
    sink: W,
    digests: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Opens a segment.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn begin(mut sink: W) -> io::Result<Self> {
        sink.write_all(MAGIC)?;
        Ok(Self { sink, digests: Vec::new() })
    }

    /// Writes something shared by all applications: an anchor, a list, a response, a certificate.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn share(&mut self, kind: Kind, bytes: &[u8]) -> io::Result<()> {
        let digest = block_digest(kind, bytes);
        self.write(kind, bytes, &digest)
    }

    /// Writes a block that was made before.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn push(&mut self, block: &Block) -> io::Result<()> {
        self.write(block.kind, &block.payload, &block.digest)
    }

    /// Seals the segment and returns the sink with the seal.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish(mut self) -> io::Result<(W, [u8; 32])> {
        let seal = sha256(&self.digests);
        let mut payload = Vec::with_capacity(40);
        payload.extend_from_slice(&((self.digests.len() / 32) as u64).to_le_bytes());
        payload.extend_from_slice(&seal);
        self.push(&Block::new(Kind::Seal, payload))?;
        self.sink.flush()?;
        Ok((self.sink, seal))
    }

    fn write(&mut self, kind: Kind, payload: &[u8], digest: &[u8; 32]) -> io::Result<()> {
        self.sink.write_all(&block_head(kind, payload.len() as u64))?;
        self.sink.write_all(payload)?;
        self.sink.write_all(digest)?;
        self.digests.extend_from_slice(digest);
        Ok(())
    }
}
