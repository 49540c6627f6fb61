//! What the inserter reads on each sheet of a piece.

use letter::piece::{Placed, SheetMark};

/// Returns the marks of a piece's sheets, first to last, in a print generation of the job.
///
/// `inserts` are the feeders' bits, feeder 1 lowest.
pub fn marks(
    generation: u8,
    job: u32,
    inserts: u8,
    placed: &Placed,
) -> impl Iterator<Item = SheetMark> {
    let (sequence, sheets) = (placed.sequence, placed.sheets);
    (1..=sheets).map(move |sheet| SheetMark { generation, job, sequence, sheet, sheets, inserts })
}
