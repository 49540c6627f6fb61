//! 区分 (kubun): print order, bundles, trays, print files and postage of a batch, from keys only.
//!
//! The one barrier of the shop is [`plan()`]: it needs every piece of the batch and no page of it.
//! A piece costs [24 bytes](letter::piece::Measured) in a plan, so ten million fit in 240 MB, while
//! what a plan says of a piece ([`letter::piece::Placed`]) is worked out when it is asked for.

mod file;
mod franking;
mod group;
mod limits;
mod mark;
mod order;
mod plan;
mod tray;

pub use file::FileSummary;
pub use franking::{Franking, PostageLine, Weighed};
pub use group::{District, Group};
pub use limits::{Limits, Rules};
pub use mark::marks;
pub use plan::{plan, Plan, Totals};
pub use tray::{BundleSummary, TraySummary};
