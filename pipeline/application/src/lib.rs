//! Applications: what a parcel holds, whether it is complete, whose it is and in what form it goes.
//!
//! Floor 1. A [`Parcel`] is read from its manifest and members; each [`Application`] of it has a
//! flat [`Form`]. A [`Procedure`] is the compiled rule file of one procedure.
//!
//! Nothing here reads a clock or touches a disk: bytes, days and moments are arguments, and what
//! is written comes back as bytes.

// A refusal is made once a parcel or application; the other way is what has to be quick.
#![allow(clippy::result_large_err)]

pub mod account;
pub mod completeness;
mod cp932;
pub mod day;
pub mod form;
pub mod format;
pub mod handover;
pub mod municipality;
pub mod parcel;
pub mod procedure;
pub mod refusal;
pub mod setting;
pub mod site;
pub mod statistics;

pub use account::{Account, End};
pub use completeness::Finding;
pub use day::DateStyle;
pub use form::{Form, Limits};
pub use format::{Filing, Format, FormatKind};
pub use municipality::{Assignment, JisCode, Municipality, Places, Unassigned};
pub use parcel::{
    Application, Attachment, Members, Parcel, SetAside, SignatureFile, SignatureKind,
};
pub use procedure::{Procedure, Procedures, Severity};
pub use setting::Unusable;
pub use site::{Notice, Site};
pub use statistics::Statistics;
