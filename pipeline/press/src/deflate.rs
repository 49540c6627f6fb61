//! The compressor that a worker keeps from letter to letter.

use libdeflater::{CompressionLvl, Compressor};

use crate::copy::Shapes;
use crate::streams::{Packer, SharedCode, Streams};

/// A worker's own memory: compressor and buffers, reused from block to block.
///
/// What lies in it between two calls never reaches an output.
pub struct Scratch {
    live: Deflater,
    /// Contents of pages that share a code.
    pub(crate) streams: Streams,
    packer: Packer,
    /// Small objects of a block, packed together by a code of their own.
    pub(crate) objects: Streams,
    /// Structures of copies made before.
    pub(crate) shapes: Shapes,
    /// A page's content before compression.
    pub(crate) content: Vec<u8>,
    /// Compressed bytes of the last stream.
    pub(crate) packed: Vec<u8>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            live: Deflater::new(LIVE_LEVEL),
            streams: Streams::default(),
            packer: Packer::default(),
            objects: Streams::default(),
            shapes: Shapes::default(),
            content: Vec::new(),
            packed: Vec::new(),
        }
    }
}

impl Scratch {
    /// Compresses `content` into `packed`, by the code if there is one.
    pub(crate) fn pack_content(&mut self, code: Option<&SharedCode>) {
        match code {
            Some(code) => self.packer.pack(code, &self.content, &mut self.packed),
            None => self.live.zlib(&self.content, &mut self.packed),
        }
    }

    /// Compresses `raw` into `packed`, by the code if there is one.
    pub(crate) fn pack(&mut self, raw: &[u8], code: Option<&SharedCode>) {
        match code {
            Some(code) => self.packer.pack(code, raw, &mut self.packed),
            None => self.live.zlib(raw, &mut self.packed),
        }
    }
}

/// One compressor with its tables.
pub(crate) struct Deflater(Compressor);

impl Deflater {
    pub(crate) fn new(level: i32) -> Self {
        Self(Compressor::new(CompressionLvl::new(level).expect("the level is a const within 1-12")))
    }

    /// Replaces what is in `out` by the zlib stream of `raw`.
    pub(crate) fn zlib(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        let bound = self.0.zlib_compress_bound(raw.len());
        if out.len() < bound {
            out.resize(bound, 0);
        }
        let len = self.0.zlib_compress(raw, out).expect("the buffer has the compressor's bound");
        out.truncate(len);
    }
}

/// Returns the zlib stream of bytes that are written once for a batch.
pub(crate) fn pack_static(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Deflater::new(STATIC_LEVEL).zlib(raw, &mut out);
    out
}

/// Live content: levels above 1 buy 1-2.5 % of bytes for two and more times the time
/// (facts: typesetting_speed, "Content-form levers").
pub(crate) const LIVE_LEVEL: i32 = 1;
/// Fonts and layers, compressed once a batch.
const STATIC_LEVEL: i32 = 9;
