//! XML signatures: canonical form, references, and packages of the e-Gov shape.
//!
//! [`Document::read`] takes a document, [`signature::open`] one of its signatures,
//! [`package::open_package`] a whole `kousei.xml`. What is opened still wants its digests compared
//! and its signature verified, which a caller does for many at once: SignedInfo and every part give
//! the octets, [`signature::Opened::item`] the item for [`lanes::verify`].

mod algorithm;
pub mod c14n;
mod characters;
mod document;
pub mod limit;
pub mod package;
mod reader;
mod reference;
mod rule;
pub mod signature;
mod structure;

pub use algorithm::{Algorithm, Family};
pub use document::{Document, NodeId};
pub use rule::{Refused, Rule};
