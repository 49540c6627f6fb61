//! The enveloping line: what a part was printed for, and what became of it there.

pub mod book;
pub mod closing;
pub mod import;
pub mod incident;
pub mod log;
pub mod pulls;
pub mod reprint;
pub mod returns;

use letter::page::SheetSize;
use letter::stock::{EnvelopeProfile, InserterProfile, Paper};
use readback::{MarksDue, OmrDue};
use serde::{Deserialize, Serialize};

use crate::batch::Batch;
use crate::print::INSERTS;

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
    /// The size of its sheets.
    #[serde(default)]
    pub sheet: SheetSize,
    /// The envelope that its template names.
    pub envelope: EnvelopeProfile,
}

/// The name of [`Line`] in a part's folder.
pub const LINE: &str = "line.json";

impl Line {
    /// Returns the line that a shop's configuration names for a part.
    pub fn of(batch: &Batch<'_>) -> Self {
        let (inserter, envelope) = (batch.inserter.clone(), batch.envelope.clone());
        Self { inserter, paper: batch.paper, sheet: batch.template.sheet(), envelope }
    }

    /// Returns the lines of OMR that the print files of a generation must show, if any.
    pub fn omr_due(&self, generation: u8) -> Option<OmrDue> {
        let profile = self.inserter.omr.clone()?;
        let sides = 1 + u8::from(self.paper.duplex);
        Some(OmrDue { sheet: self.sheet, profile, sides, inserts: INSERTS, generation })
    }

    /// Returns where the print files must show marks.
    pub fn marks_due(&self) -> MarksDue {
        match self.inserter.data_matrix {
            true => MarksDue::EverySheet,
            false => MarksDue::Nowhere { sides: 1 + u8::from(self.paper.duplex) },
        }
    }
}
