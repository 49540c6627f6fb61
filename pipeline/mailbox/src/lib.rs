//! An electronic copy as a package: its seal and that of its batch, the pack it travels in, the
//! notice of its opening.
//!
//! A batch's copies are stored as one shared prefix (fonts, stationery) and one tail a copy; the
//! two joined are a self-contained PDF/A. The pack holds the tails, the prefix is a file beside it.
//! A copy is known by its [`letter::PieceId`]: delivering it again is no second delivery.

mod batch_seal;
mod mail_address;
mod notice;
mod opens;
mod pack;
mod port;
mod retry;
mod seal;
mod tree;
mod webhook;

pub use batch_seal::{BatchSeal, CopyProof, ProofFault};
pub use mail_address::mail_domain;
pub use notice::OpenNotice;
pub use opens::{opens_csv, spreadsheet_cell};
pub use pack::{
    CopyEntry, CopyLabel, PackError, PackHead, PackReader, PackTotals, PackWriter, StoredCopy,
};
pub use port::{Delivery, Mailbox, MailboxId};
pub use retry::RetryRule;
pub use seal::{assemble, Seal, SealBroken, Sealer};
pub use tree::{Path, Tree};
pub use webhook::WebhookKey;
