//! Where the print order is cut into print files.

use std::num::NonZeroU32;

use crate::TraySummary;

/// One print file's part of the print order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSummary {
    /// Its number, from 1.
    pub file: u32,
    /// The envelope of all its pieces, an index of the batch's.
    pub envelope: u8,
    /// The sequence number of its first piece.
    pub first_sequence: u32,
    /// Its pieces, at least one.
    pub pieces: u32,
}

impl FileSummary {
    /// Returns the indices of its pieces in the plan, from 0.
    pub fn indices(&self) -> std::ops::Range<usize> {
        let start = self.first_sequence as usize - 1;
        start..start + self.pieces as usize
    }
}

/// Puts whole trays of one kind of envelope into print files of at most `pieces_max`; only a tray
/// that alone has more is cut.
pub(crate) fn cut(pieces_max: NonZeroU32, trays: &[TraySummary]) -> Vec<FileSummary> {
    let mut files: Vec<FileSummary> = Vec::new();
    for tray in trays {
        let fits = |file: &&mut FileSummary| {
            file.envelope == tray.envelope && file.pieces + tray.pieces <= pieces_max.get()
        };
        if let Some(file) = files.last_mut().filter(fits) {
            file.pieces += tray.pieces;
            continue;
        }
        let end = tray.first_sequence + tray.pieces;
        for first_sequence in (tray.first_sequence..end).step_by(pieces_max.get() as usize) {
            let pieces = pieces_max.get().min(end - first_sequence);
            let (file, envelope) = (files.len() as u32 + 1, tray.envelope);
            files.push(FileSummary { file, envelope, first_sequence, pieces });
        }
    }
    files
}
