//! The outside world, one module an outside system: the disk, the inbox, the embedded store.
//!
//! Truth is in append-only files ([`durable::AppendLog`], mailbox packs); what sled holds is a view
//! of them that can be made again.

pub mod directory;
pub mod durable;
