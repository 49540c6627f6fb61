//! The outside world, one module an outside system: the disk, the inbox, the embedded store.
//!
//! Truth is in append-only files ([`durable::AppendLog`], mailbox packs); what sled holds is a view
//! of them that is brought up to date whenever it is opened, and can be made again by
//! [`Memory::rebuild`].

pub mod accounts;
pub mod directory;
pub mod disk;
pub mod duplicates;
pub mod durable;
pub mod lmtp;
pub mod lock;
pub mod mailboxes;
mod memory;
pub mod papers;
pub mod post;
pub mod random;
pub mod reading_room;
pub mod registry_store;
pub mod seal_key;
pub mod sftp;
pub mod ssh_key;
pub mod stir;
pub mod store;

pub use memory::Memory;
