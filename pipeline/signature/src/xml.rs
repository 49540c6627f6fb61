//! XML signatures: canonical form, references, and packages of the e-Gov shape.

pub mod c14n;
mod characters;
mod document;
pub mod limit;
mod reader;
mod rule;

pub use document::{Document, NodeId};
pub use rule::{Refused, Rule};
