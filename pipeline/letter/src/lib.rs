//! The nouns of the shop: ids, records, postal codes, barcodes, channels, reasons and pages.
//!
//! Floor 0. Every other room speaks in these words; none of them needs a library or does I/O.

pub mod barcode;
pub mod cell;
pub mod channel;
pub mod date;
pub mod id;
pub mod omr;
pub mod page;
pub mod piece;
pub mod postal;
pub mod reason;
pub mod record;
pub mod refusal;
pub mod stock;

pub use barcode::CustomerBarcode;
pub use channel::{Channel, ChannelReason, Wish};
pub use date::{Date, Moment};
pub use id::{BatchId, PieceId, SenderId};
pub use postal::PostalCode;
pub use reason::{Disposition, Fault, Origin, Reason};
pub use record::{RecordBuilder, RecordView, Schema};
pub use refusal::Refusal;
