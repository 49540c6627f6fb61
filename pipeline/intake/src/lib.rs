//! Bytes of a drop become records, every fault with its origin.
//!
//! The way of a drop: [`walk::open`] lets in only what is safe to unpack, [`manifest`] says what
//! the sender promised, [`layout`] how the sender writes, and [`decode::Decoder`] turns rows into
//! records in blocks. [`rows`] and [`mod@write`] go the other way: reject lists and samples in the
//! sender's own form.

// A refusal ends its drop: it is made once, never on the hot way, so its size costs nothing.
#![allow(clippy::result_large_err)]

pub mod decode;
pub mod guess;
pub mod layout;
pub mod manifest;
pub mod refusal;
pub mod rows;
pub mod walk;
pub mod write;

pub use decode::{DecodeError, Decoder, KeyHash, Names, NoLines, Row, RowOutcome, Totals};
pub use layout::{Layout, LayoutError, Sender, SenderFault};
pub use manifest::Manifest;
pub use walk::{Archive, ExtractError, Limits, OpenError};
