//! The enveloping line: what a part was printed for, and what became of it there.

pub mod book;
pub mod closing;
pub mod import;
pub mod incident;
pub mod log;
pub mod reprint;
pub mod returns;

use letter::stock::{InserterProfile, Paper};
use readback::MarksDue;
use serde::{Deserialize, Serialize};

use crate::config::Shop;

/// What stood in the shop's configuration when a part was printed; `line.json` in its folder.
///
/// The closing check goes by it and not by the print files: a mark that is missing would else pass
/// for one that nobody wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The inserter.
    pub inserter: InserterProfile,
    /// The paper.
    pub paper: Paper,
}

/// The name of [`Line`] in a part's folder.
pub const LINE: &str = "line.json";

impl Line {
    /// Returns the line that a shop's configuration names.
    pub fn of(shop: &Shop) -> Self {
        Self { inserter: shop.inserter.clone(), paper: shop.paper() }
    }

    /// Returns where the print files must show marks.
    pub fn marks_due(&self) -> MarksDue {
        match self.inserter.data_matrix {
            true => MarksDue::EverySheet,
            false => MarksDue::Nowhere { sides: 1 + u8::from(self.paper.duplex) },
        }
    }
}
