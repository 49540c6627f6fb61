//! A batch's pieces as lots, and which posting each piece goes in.

use letter::piece::Measured;

use crate::yen::{Myriadths, YEN};
use crate::{Lot, Posting, Rules};

/// The lots of a batch, and how to tell a piece's.
pub(crate) struct Lots<'r> {
    rules: &'r Rules<'r>,
    /// The lots that have pieces.
    pub(crate) lots: Vec<Lot>,
    /// The number of a lot by step, barcode and place.
    numbers: Vec<Option<usize>>,
}

impl<'r> Lots<'r> {
    /// Counts pieces, all of which can be weighed.
    pub(crate) fn count(rules: &'r Rules<'r>, pieces: &[Measured]) -> Self {
        let keys = rules.franking.steps().len() * 4;
        let mut lots = Self { rules, lots: Vec::new(), numbers: vec![None; keys] };
        let mut counts = vec![0; keys];
        for run in pieces.chunk_by(|a, b| a.postal == b.postal) {
            let is_local = (rules.posting.is_local)(run[0].postal);
            run.iter().for_each(|piece| counts[lots.key(piece, is_local)] += 1);
        }
        for (key, pieces) in counts.into_iter().enumerate().filter(|(_, pieces)| *pieces > 0) {
            lots.numbers[key] = Some(lots.lots.len());
            lots.lots.push(lots.lot(key, pieces));
        }
        lots
    }

    fn key(&self, piece: &Measured, is_local: bool) -> usize {
        let weighed = self.rules.franking.weigh(piece.pages);
        let step = weighed.expect("what cannot be weighed is held before").step;
        step * 4 + usize::from(!piece.has_barcode) * 2 + usize::from(is_local)
    }

    fn lot(&self, key: usize, pieces: u64) -> Lot {
        let serviced = &self.rules.franking.steps()[key / 4];
        Lot {
            payer: 0,
            step: serviced.step.clone(),
            has_barcode: key & 2 == 0,
            is_local: key & 1 != 0,
            is_advertising: self.rules.posting.is_advertising,
            leeway_days: self.rules.posting.leeway_days,
            services_yen: serviced.services_yen,
            pieces,
        }
    }

    /// Returns the lot of each piece.
    fn of<'a>(&'a self, pieces: &'a [Measured]) -> impl Iterator<Item = usize> + 'a {
        let runs = pieces.chunk_by(|a, b| a.postal == b.postal);
        runs.flat_map(move |run| {
            let is_local = (self.rules.posting.is_local)(run[0].postal);
            run.iter().map(move |piece| {
                self.numbers[self.key(piece, is_local)].expect("every piece was counted")
            })
        })
    }

    /// Parts pieces that stand by code into those of each posting: of a lot that is split, the
    /// first ones go in the first posting, so that neighbours stay together.
    pub(crate) fn part(&self, postings: &[Posting], pieces: Vec<Measured>) -> Vec<Vec<Measured>> {
        if postings.len() == 1 {
            return vec![pieces];
        }
        let room = |lot: usize| {
            let lines = postings.iter().enumerate();
            let lines = lines.flat_map(|(at, posting)| posting.lines.iter().map(move |l| (at, l)));
            lines.filter(|(_, line)| line.lot == lot).map(|(at, line)| (at, line.pieces)).collect()
        };
        let mut rooms: Vec<Vec<(usize, u64)>> = (0..self.lots.len()).map(room).collect();
        let mut parts: Vec<Vec<Measured>> = vec![Vec::new(); postings.len()];
        for (piece, lot) in pieces.iter().zip(self.of(&pieces)) {
            let place = rooms[lot].iter_mut().find(|(_, left)| *left > 0);
            let (at, left) = place.expect("the postings take every piece");
            *left -= 1;
            parts[*at].push(*piece);
        }
        parts
    }

    /// Returns what each piece of a posting pays, whole yen that come to what the posting costs:
    /// each pays the whole yen that its fraction completes.
    pub(crate) fn shares<'a>(
        &'a self,
        posting: &'a Posting,
        pieces: &'a [Measured],
    ) -> impl Iterator<Item = u32> + 'a {
        let mut prices: Vec<Myriadths> = vec![0; self.lots.len()];
        posting.lines.iter().for_each(|line| prices[line.lot] = line.price);
        let (mut sum, mut paid, mut left) = (0, 0, pieces.len());
        self.of(pieces).map(move |lot| {
            sum += prices[lot];
            left -= 1;
            let due = if left == 0 { posting.yen } else { (sum / YEN).min(posting.yen) };
            let share = due.saturating_sub(paid);
            paid += share;
            share as u32
        })
    }
}
