//! The pack from which a verdict can be given again years later.
//!
//! One pack keeps many applications and, once, what all their verdicts stand on: anchors,
//! revocation lists, OCSP responses. Nothing outside it is needed to verify again; the bytes are
//! the originals, so every signature in them (the lists' own too) is checked anew.
//!
//! # Format
//! A pack is one or more segments. A segment is the eight bytes `LSEVID01` and blocks; a block is
//!
//! ```text
//! kind      1 byte   'A' anchor, 'L' revocation list, 'O' OCSP response, 'C' certificate,
//!                    'V' application, 'Z' seal (the last block of its segment)
//! length    8 bytes  of the payload, little-endian
//! payload
//! digest   32 bytes  SHA-256(kind ‖ length ‖ SHA-256(payload))
//! ```
//!
//! The payload of a seal is the number of blocks before it in the segment (8 bytes) and the
//! SHA-256 of their digests in a row. That seal names the whole segment: a ledger notes it, a
//! time-stamp can be taken over it. The payload of an application is described at [`application`].
//! A later segment brings newer lists and nothing is ever rewritten.

mod again;
pub mod application;
mod block;
mod pack;
mod writer;

pub use again::{finalise, Again};
pub use application::{Keep, Kept};
pub use block::{Block, Kind};
pub use pack::{Pack, PackError};
pub use writer::Writer;

#[cfg(test)]
mod tests;
