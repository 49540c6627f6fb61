//! Recipients, their links to senders, preferences, and the frozen snapshot of them.
//!
//! The registry knows three things: who a recipient is ([`Recipient`], [`person`]), under which
//! pseudonymous id a sender knows them ([`Link`]), and what they wish from that sender
//! ([`Preference`], [`consent`]). They are imported ([`import`]), kept as an append-only log of
//! [`Change`]s, and flattened before a run into [`SnapshotRow`]s, the one relation that the split
//! joins against. A sender that has no pseudonyms yet asks with the basic four ([`linking`]).
//!
//! 仮名ID (kamei ID): the ids of one person at two senders cannot be joined outside this room. The
//! recipient's internal id never leaves it, and of a snapshot row only the sender's own pseudonym
//! may appear in that sender's outbox: a mailbox id is the same at every sender, so it stays
//! within the shop.

pub mod change;
pub mod consent;
pub mod entry;
pub mod import;
pub mod linking;
pub mod person;
pub mod snapshot;

pub use change::Change;
pub use consent::{Consent, Decision, Inquiry};
pub use entry::{Link, Preference, Recipient, ANY_CLASS, IDENTITY_LEVEL_MAX, KEY_LEN_MAX};
pub use import::{read_entries, Entry, ImportError, ImportFault, Importer};
pub use linking::{rule, Agreement, AskedRow, LinkGrade, LinkKey, Ruling};
pub use person::{standing, BasicFour, Event, PersonEvent, Sex, Shown, Standing};
pub use snapshot::{
    snapshot_rows, SnapshotHasher, SnapshotId, SnapshotRow, SnapshotRows, StandingBits,
};
