//! The plan of a batch: where every piece lies before any of them is painted.

use std::ops::Range;

use letter::piece::{Measured, Placed};
use letter::Reason;

use crate::lots::Lots;
use crate::order::Ordered;
use crate::{file, order, tray};
use crate::{
    BundleSummary, FileSummary, Franking, Lot, Posting, PostingPlan, Rules, Tip, TraySummary,
    Weighed,
};

/// A batch in print order, with its trays and print files.
///
/// A piece is found by its index, which is its sequence number less one.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The trays, in print order.
    pub trays: Vec<TraySummary>,
    /// The print files, in print order.
    pub files: Vec<FileSummary>,
    /// Pieces that no envelope or no tariff takes, by record; they are not in print order.
    pub held: Vec<(Measured, Reason)>,
    /// How the pieces are posted, in print order.
    pub postings: Vec<Posted>,
    /// What a few pieces more would bring, the fewest first.
    pub tips: Vec<Tip>,
    pieces: Vec<Measured>,
    postage_yen: Vec<u32>,
    franking: Franking,
}

/// A posting and its part of the print order.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// The posting.
    pub posting: Posting,
    /// The sequence number of its first piece; the others follow.
    pub first_sequence: u32,
}

/// What a batch comes to, for the job ticket and the receipt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Pieces placed.
    pub pieces: u64,
    /// Sheets of paper.
    pub sheets: u64,
    /// Weight with envelopes, milligrams.
    pub weight_mg: u64,
    /// Postage, yen.
    pub postage_yen: u64,
    /// Postage before discounts, yen.
    pub plain_yen: u64,
}

/// Plans the printing of a batch's paper pieces.
///
/// The order of `pieces` does not matter; their record numbers must differ. Costs two sorts of
/// small keys and, at its peak, 52 bytes a piece; 76 if they are posted in more than one way.
pub fn plan(rules: &Rules, pieces: Vec<Measured>) -> Plan {
    place(rules, pieces, |lots| rules.posting.desk.plan(lots))
}

/// Plans the printing of pieces whose postings are decided, being a share of those that several
/// batches have together ([`PostDesk::plan_together`](crate::PostDesk::plan_together)) by the
/// [`lots`] of these very pieces.
///
/// # Panics
/// If the postings are not those of the pieces' lots.
pub fn plan_as(rules: &Rules, pieces: Vec<Measured>, postings: Vec<Posting>) -> Plan {
    place(rules, pieces, |_| PostingPlan { postings, ..PostingPlan::default() })
}

/// Returns the lots of a batch's paper pieces, which its postage is planned by.
pub fn lots(rules: &Rules, pieces: Vec<Measured>) -> Vec<Lot> {
    let (pieces, _) = set_apart(&rules.franking, pieces);
    Lots::count(rules, &order::by_code(pieces)).lots
}

fn place(rules: &Rules, pieces: Vec<Measured>, post: impl FnOnce(&[Lot]) -> PostingPlan) -> Plan {
    let (pieces, held) = set_apart(&rules.franking, pieces);
    let pieces = order::by_code(pieces);
    let lots = Lots::count(rules, &pieces);
    let posted = post(&lots.lots);

    let mut ordered = Ordered::default();
    let mut postings = Vec::new();
    let mut postage_yen = Vec::new();
    let parts = lots.part(&posted.postings, pieces);
    for (number, (posting, part)) in (0..).zip(posted.postings.into_iter().zip(parts)) {
        let start = ordered.pieces.len();
        order::append(rules, number, &part, &mut ordered);
        postage_yen.extend(lots.shares(&posting, &ordered.pieces[start..]));
        postings.push(Posted { posting, first_sequence: start as u32 + 1 });
    }
    let trays = tray::fill(&rules.limits, &rules.franking, &ordered);
    let files = file::cut(rules.limits.file_pieces_max, &trays);
    let (pieces, franking, tips) = (ordered.pieces, rules.franking.clone(), posted.tips);
    Plan { trays, files, held, postings, tips, pieces, postage_yen, franking }
}

impl Plan {
    /// Returns the number of pieces in print order.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Returns whether nothing is to be printed.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Returns the pieces with their places, in print order.
    pub fn placed(&self) -> impl ExactSizeIterator<Item = Placed> + '_ {
        self.placed_in(0..self.len())
    }

    /// Returns the pieces of a stretch of the print order, such as [`FileSummary::indices`].
    ///
    /// # Panics
    /// When advanced beyond the plan's length.
    pub fn placed_in(&self, indices: Range<usize>) -> impl ExactSizeIterator<Item = Placed> + '_ {
        indices.map(|index| self.at(index))
    }

    /// Returns one piece with its place.
    ///
    /// # Panics
    /// If the plan has no such index.
    pub fn at(&self, index: usize) -> Placed {
        let piece = self.pieces[index];
        let sequence = index as u32 + 1;
        let file = self.files.partition_point(|file| file.first_sequence <= sequence);
        let tray = &self.trays[self.tray_index(sequence)];
        let started = |bundle: &BundleSummary| bundle.first_sequence <= sequence;
        let bundle = tray.bundles.partition_point(started);
        let weighed = self.weighed(&piece);
        Placed {
            piece,
            sequence,
            file: file as u32,
            tray: tray.tray,
            bundle: bundle as u32,
            sheets: weighed.sheets,
            weight_mg: weighed.weight_mg,
            postage_yen: self.postage_yen[index],
        }
    }

    /// Sums the batch up.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for (piece, postage_yen) in self.pieces.iter().zip(&self.postage_yen) {
            let weighed = self.weighed(piece);
            totals.pieces += 1;
            totals.sheets += u64::from(weighed.sheets);
            totals.weight_mg += u64::from(weighed.weight_mg);
            totals.postage_yen += u64::from(*postage_yen);
            totals.plain_yen += u64::from(weighed.plain_yen);
        }
        totals
    }

    fn tray_index(&self, sequence: u32) -> usize {
        self.trays.partition_point(|tray| tray.first_sequence <= sequence) - 1
    }

    fn weighed(&self, piece: &Measured) -> Weighed {
        self.franking.weigh(piece.pages).expect("what cannot be weighed is held before")
    }
}

/// Sets the pieces apart that cannot be weighed, with the reason.
fn set_apart(
    franking: &Franking,
    mut pieces: Vec<Measured>,
) -> (Vec<Measured>, Vec<(Measured, Reason)>) {
    let mut held = Vec::new();
    pieces.retain(|piece| match franking.weigh(piece.pages) {
        Ok(_) => true,
        Err(reason) => {
            held.push((*piece, reason));
            false
        }
    });
    held.sort_by_key(|(piece, _)| piece.record);
    (pieces, held)
}

#[cfg(test)]
pub(crate) mod tests;
