//! What the inserter reads on each sheet of a piece.

use letter::piece::{Placed, SheetMark};

/// Returns the marks of a piece's sheets, first to last, under the job's number.
///
/// `inserts` are the feeders' bits, feeder 1 lowest.
pub fn marks(job: u32, inserts: u8, placed: &Placed) -> impl Iterator<Item = SheetMark> {
    let (sequence, sheets) = (placed.sequence, placed.sheets);
    (1..=sheets).map(move |sheet| SheetMark { job, sequence, sheet, sheets, inserts })
}
