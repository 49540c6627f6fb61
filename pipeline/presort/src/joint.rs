//! 一括差出し: the parts of a night that are handed in together, as the pieces of one 差出人.
//!
//! The discounts count the pieces that one sender hands in at once (同一差出人から同時に, 郵便番号・
//! バーコードマニュアル p30). Who is one sender under one contract is agreed with the posting office, so
//! the caller says it; here its parts are planned as one heap and shared out again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::yen::{Myriadths, YEN};
use crate::{Lot, PostDesk, Posting, PostingLine, PostingPlan};

/// The postings of several parts together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JointPlan {
    /// The postings over all parts; a line's lot is one of the night's, alike in all parts.
    pub plan: PostingPlan,
    /// What of them is each part's, in the order of the parts.
    pub parts: Vec<Vec<PartPosting>>,
    /// What the parts would cost if each were planned by itself, yen.
    pub alone_yen: u64,
}

/// A part's share of a posting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartPosting {
    /// The posting, an index of the plan's.
    pub number: usize,
    /// Its pieces of this part: lots are the part's own, and the yen of all parts come to the
    /// posting's.
    pub posting: Posting,
}

impl PostDesk<'_> {
    /// Splits the lots of several parts of one payer into postings at the least postage, and
    /// shares these out among the parts: an earlier part is served first, so that few are split.
    pub fn plan_together(&self, parts: &[Vec<Lot>]) -> JointPlan {
        let heap = Heap::of(parts);
        let plan = self.plan(&heap.lots);
        let alone: Vec<PostingPlan> = parts.iter().map(|lots| self.plan(lots)).collect();
        let alone_yen: u64 = alone.iter().map(PostingPlan::yen).sum();
        // More than twelve weight classes may go better apart; fractions of a yen are no reason.
        let fractions = alone.iter().map(|plan| plan.postings.len() as u64).sum::<u64>();
        if alone_yen + fractions < plan.yen() {
            return heap.apart(alone, alone_yen);
        }
        let mut left: Vec<Vec<u64>> =
            parts.iter().map(|lots| lots.iter().map(|lot| lot.pieces).collect()).collect();
        let mut shares = vec![Vec::new(); parts.len()];
        for (number, posting) in plan.postings.iter().enumerate() {
            for (part, posting) in self.share_out(posting, &heap, &mut left) {
                shares[part].push(PartPosting { number, posting });
            }
        }
        JointPlan { plan, parts: shares, alone_yen }
    }

    /// Shares one posting out among the parts.
    fn share_out(
        &self,
        posting: &Posting,
        heap: &Heap,
        left: &mut [Vec<u64>],
    ) -> Vec<(usize, Posting)> {
        let mut lines: BTreeMap<usize, Vec<PostingLine>> = BTreeMap::new();
        for line in &posting.lines {
            let mut wanted = line.pieces;
            for &(part, lot) in &heap.sources[line.lot] {
                let pieces = wanted.min(left[part][lot]);
                if pieces > 0 {
                    wanted -= pieces;
                    left[part][lot] -= pieces;
                    let sum = self.tariff.rounding.line(pieces * line.price);
                    lines.entry(part).or_default().push(PostingLine {
                        lot,
                        pieces,
                        sum,
                        ..line.clone()
                    });
                }
            }
            debug_assert_eq!(wanted, 0, "a line's pieces are its parts'");
        }
        let (mut sum, mut paid, last) = (0, 0, lines.keys().next_back().copied());
        let share = |(part, mut lines): (usize, Vec<PostingLine>)| {
            lines.sort_by_key(|line| line.lot);
            let exact = |line: &PostingLine| line.pieces * line.price;
            sum += lines.iter().map(exact).sum::<Myriadths>();
            let due = if Some(part) == last { posting.yen } else { (sum / YEN).min(posting.yen) };
            let yen = due.saturating_sub(paid);
            paid += yen;
            let plain = |line: &PostingLine| line.pieces * u64::from(line.plain_yen);
            let own = Posting {
                pieces: lines.iter().map(|line| line.pieces).sum(),
                plain_yen: lines.iter().map(plain).sum(),
                yen,
                lines,
                ..posting.clone()
            };
            (part, own)
        };
        lines.into_iter().map(share).collect()
    }
}

/// The lots of all parts, alike ones together.
struct Heap {
    lots: Vec<Lot>,
    /// For each lot the parts and their own lots that are in it.
    sources: Vec<Vec<(usize, usize)>>,
}

impl Heap {
    /// Returns the parts' own plans as one.
    fn apart(&self, alone: Vec<PostingPlan>, alone_yen: u64) -> JointPlan {
        let mut joint = JointPlan { alone_yen, ..JointPlan::default() };
        joint.plan.is_proven = false;
        for (part, own) in alone.into_iter().enumerate() {
            let mut shares = Vec::new();
            for posting in own.postings {
                let number = joint.plan.postings.len();
                let mut of_all = posting.clone();
                for line in &mut of_all.lines {
                    let holds = |sources: &Vec<_>| sources.contains(&(part, line.lot));
                    let lot = self.sources.iter().position(holds);
                    line.lot = lot.expect("every lot of a part is in the heap");
                }
                joint.plan.postings.push(of_all);
                shares.push(PartPosting { number, posting });
            }
            joint.plan.tips.extend(own.tips);
            joint.parts.push(shares);
        }
        joint
    }

    fn of(parts: &[Vec<Lot>]) -> Self {
        let mut heap = Self { lots: Vec::new(), sources: Vec::new() };
        for (part, lots) in parts.iter().enumerate() {
            for (own, lot) in lots.iter().enumerate() {
                let lot = Lot { payer: 0, ..lot.clone() };
                let is_alike = |known: &Lot| Lot { pieces: lot.pieces, ..known.clone() } == lot;
                let at = heap.lots.iter().position(is_alike).unwrap_or_else(|| {
                    heap.lots.push(Lot { pieces: 0, ..lot.clone() });
                    heap.sources.push(Vec::new());
                    heap.lots.len() - 1
                });
                heap.lots[at].pieces += lot.pieces;
                heap.sources[at].push((part, own));
            }
        }
        heap
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Numbers;
    use crate::tariff::tests::stock;
    use crate::tariff::TariffBook;
    use crate::Step;

    fn lots(book: &TariffBook, numbers: &mut Numbers, scale: u64) -> Vec<Lot> {
        let steps = &book.tariffs[0].steps[..2];
        let kinds = steps.iter().flat_map(|step| [(step, true), (step, false)]);
        let lot = |(step, has_barcode)| {
            let leeway_days = 3 * numbers.below(2) as u32;
            Lot { leeway_days, ..lot(step, has_barcode, numbers.below(scale)) }
        };
        kinds.map(lot).filter(|lot| lot.pieces > 0).collect()
    }

    fn lot(step: &Step, has_barcode: bool, pieces: u64) -> Lot {
        Lot {
            payer: 7,
            step: step.clone(),
            has_barcode,
            is_local: false,
            is_advertising: false,
            leeway_days: 0,
            services_yen: 0,
            pieces,
        }
    }

    #[test]
    fn two_batches_together_reach_a_tier_that_neither_reaches() {
        let book = stock();
        let desk = PostDesk { tariff: &book.tariffs[0], is_regional: false };
        let one = vec![lot(&book.tariffs[0].steps[0], true, 1_200)];
        let joint = desk.plan_together(&[one.clone(), one]);
        assert_eq!(joint.plan.postings.len(), 1);
        assert_eq!(joint.plan.postings[0].offer.as_deref(), Some("kubun"));
        // 110 yen less 3 % for the sorting and 3 % for the barcode; alone, for the barcode only.
        assert_eq!((joint.plan.yen(), joint.alone_yen), (248_160, 256_080));
        let shares: Vec<u64> = joint.parts.iter().map(|part| part[0].posting.yen).collect();
        assert_eq!(shares, [124_080, 124_080]);
    }

    #[test]
    fn every_piece_is_in_one_posting_and_the_parts_pay_what_is_paid() {
        let book = stock();
        for regional in [false, true] {
            let desk = PostDesk { tariff: &book.tariffs[0], is_regional: regional };
            for seed in 1..60 {
                let mut numbers = Numbers(seed);
                let scale = [900, 4_000, 30_000][numbers.below(3) as usize];
                let count = 1 + numbers.below(5);
                let parts: Vec<_> = (0..count).map(|_| lots(&book, &mut numbers, scale)).collect();
                let joint = desk.plan_together(&parts);
                check(&joint, &parts);
                // Each posting rounds a fraction of a yen off, and alone there are more of them.
                let postings = parts.iter().map(|lots| desk.plan(lots).postings.len() as u64);
                assert!(joint.plan.yen() <= joint.alone_yen + postings.sum::<u64>());
            }
        }
    }

    fn check(joint: &JointPlan, parts: &[Vec<Lot>]) {
        for (lots, shares) in parts.iter().zip(&joint.parts) {
            for (number, lot) in lots.iter().enumerate() {
                let lines = shares.iter().flat_map(|share| &share.posting.lines);
                let own = lines.filter(|line| line.lot == number);
                assert_eq!(own.map(|line| line.pieces).sum::<u64>(), lot.pieces);
            }
        }
        for (number, posting) in joint.plan.postings.iter().enumerate() {
            let shares = joint.parts.iter().flatten().filter(|share| share.number == number);
            let shares: Vec<_> = shares.map(|share| &share.posting).collect();
            let sum = |of: fn(&Posting) -> u64| shares.iter().map(|share| of(share)).sum::<u64>();
            assert_eq!(sum(|share| share.yen), posting.yen);
            assert_eq!(sum(|share| share.pieces), posting.pieces);
            assert_eq!(sum(|share| share.plain_yen), posting.plain_yen);
            assert!(posting.pieces >= u64::from(posting.from));
        }
    }
}
