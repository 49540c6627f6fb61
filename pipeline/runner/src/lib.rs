//! Runs stage functions over blocks: threads, order, journal and resume.
//!
//! Floor 1. The only room that starts threads. A stage sees one block and its own scratch; results
//! come back in the order of the blocks whatever the number of threads, so that N threads give the
//! bytes of one.

mod aside;
mod crew;
mod journal;

pub use aside::{aside, both, Aside};
pub use crew::{Crew, CrewError};
pub use journal::{
    Entry, FileMark, Journal, MemoryJournal, NightPlan, Part, SeenDrop, Stage, Withdrawn,
};
