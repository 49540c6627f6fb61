//! 差出し (sashidashi): which pieces are handed in under which discount, at the least postage.

use serde::{Deserialize, Serialize};

use crate::split::{self, Cell, Discount, Rung, CLASSES_MAX};
use crate::tariff::WHOLE;
use crate::yen::{Myriadths, YEN};
use crate::{Offer, Product, Step, Tariff, Tier};

/// Pieces that differ in nothing that postage goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Who pays; only pieces of one payer are counted together (同一差出人).
    pub payer: u32,
    /// The step of the full prices.
    pub step: Step,
    /// Whether they carry the customer barcode.
    pub has_barcode: bool,
    /// Whether they are addressed within the posting office's own district.
    pub is_local: bool,
    /// Whether they are approved advertising.
    pub is_advertising: bool,
    /// 送達余裕: by how many days delivery may be later.
    pub leeway_days: u32,
    /// What special treatment costs on top, yen; a piece with one has no discount.
    pub services_yen: u32,
    /// How many.
    pub pieces: u64,
}

/// Where pieces are posted, and at what prices.
#[derive(Clone, Copy, Debug)]
pub struct PostDesk<'t> {
    /// The tariff of the posting date.
    pub tariff: &'t Tariff,
    /// Whether it is a 地域区分局 (regional sorting office).
    pub is_regional: bool,
}

/// How a night's pieces are posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostingPlan {
    /// The postings, payer by payer; the plain ones of a payer come last.
    pub postings: Vec<Posting>,
    /// What a few pieces more would bring, the fewest first.
    pub tips: Vec<Tip>,
    /// Whether no cheaper plan exists; false only if the search was given up.
    pub is_proven: bool,
}

/// Pieces that are handed in together: one 差出票.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Who pays.
    pub payer: u32,
    /// The offer's key; none at the full price.
    pub offer: Option<String>,
    /// 区分郵便物; 通常郵便物 at the full price.
    pub name: String,
    /// The pieces from which its tier holds, 0 at the full price.
    pub from: u32,
    /// The days of leeway that are accepted.
    pub leeway_days: u32,
    /// Pieces.
    pub pieces: u64,
    /// 内訳: its lines, in the order of the lots.
    pub lines: Vec<PostingLine>,
    /// What is paid, whole yen.
    pub yen: u64,
    /// What it would cost at the full prices.
    pub plain_yen: u64,
}

/// 内訳票の一行: the pieces of one lot in a posting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostingLine {
    /// The lot's index.
    pub lot: usize,
    /// The step.
    pub step: Step,
    /// Whether they carry the customer barcode.
    pub has_barcode: bool,
    /// The full price of one, services included, yen.
    pub plain_yen: u32,
    /// What one is reckoned with.
    pub price: Myriadths,
    /// Pieces.
    pub pieces: u64,
    /// What they are reckoned with together.
    pub sum: Myriadths,
}

/// 「あと37通」: what a few more pieces would bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// Who pays.
    pub payer: u32,
    /// The offer's name.
    pub name: String,
    /// The tier that would be reached.
    pub from: u32,
    /// How many pieces are missing.
    pub missing: u64,
    /// What the pieces that are there would cost less, whole yen.
    pub saves_yen: u64,
}

impl PostingPlan {
    /// Returns what is paid, yen.
    pub fn yen(&self) -> u64 {
        self.postings.iter().map(|posting| posting.yen).sum()
    }

    /// Returns what it would cost at the full prices, yen.
    pub fn plain_yen(&self) -> u64 {
        self.postings.iter().map(|posting| posting.plain_yen).sum()
    }
}

impl PostDesk<'_> {
    /// Splits the lots into postings at the least postage that the tariff's offers allow.
    ///
    /// Exact before rounding to whole yen. Two postings of one offer are tried only for a payer
    /// with more weight classes than one may have.
    pub fn plan(&self, lots: &[Lot]) -> PostingPlan {
        let mut plan = PostingPlan { is_proven: true, ..PostingPlan::default() };
        let mut payers: Vec<u32> = lots.iter().map(|lot| lot.payer).collect();
        payers.sort_unstable();
        payers.dedup();
        for payer in payers {
            let numbered = lots.iter().enumerate();
            let own: Vec<(usize, &Lot)> = numbered.filter(|(_, lot)| lot.payer == payer).collect();
            self.plan_payer(payer, &own, &mut plan);
        }
        plan.tips.sort_by_key(|tip| (tip.missing, tip.payer, tip.from));
        plan
    }

    fn plan_payer(&self, payer: u32, lots: &[(usize, &Lot)], plan: &mut PostingPlan) {
        let pieces: Vec<u64> = lots.iter().map(|(_, lot)| lot.pieces).collect();
        let mut desk = Payer::new(self, lots);
        let split = desk.split(&pieces);
        plan.is_proven &= split.is_proven;
        for at in (1..=desk.offers.len()).chain([0]) {
            plan.postings.extend(desk.posting(payer, &split, at));
        }
        plan.tips.extend(desk.tips(payer, &pieces, &split));
    }

    /// Returns the price of a lot's piece under an offer's tier, or none if it may not have it.
    fn price(&self, offer: &Offer, tier: &Tier, lot: &Lot) -> Option<Myriadths> {
        let is_open = offer.confirmed
            && (self.is_regional || !offer.regional)
            && offer.leeway_days <= lot.leeway_days
            && lot.services_yen == 0;
        let fits = match offer.product {
            Product::Barcode => lot.has_barcode,
            Product::Sorted => true,
            Product::Local => lot.is_local,
            Product::Advertising => lot.is_advertising,
        };
        if !is_open || !fits {
            return None;
        }
        let kind = lot.step.kind;
        let more = offer.barcode_percent.get(&kind).filter(|_| lot.has_barcode);
        let off = match (offer.product, tier.percent.get(&kind)) {
            (Product::Barcode, off) => more?.0 + off.map_or(0, |off| off.0),
            (Product::Local, _) => return self.own_price(tier, lot),
            (_, off) => off?.0 + more.map_or(0, |more| more.0),
        };
        let price = Myriadths::from(lot.step.yen) * Myriadths::from(WHOLE - off);
        Some(self.tariff.rounding.piece(price))
    }

    fn own_price(&self, tier: &Tier, lot: &Lot) -> Option<Myriadths> {
        let of_class = tier.prices.iter().filter(|price| price.size_class == lot.step.size_class);
        let carried = of_class.filter(|price| price.up_to_g >= lot.step.up_to_g);
        let price = carried.min_by_key(|price| price.up_to_g)?;
        Some(Myriadths::from(price.yen) * YEN)
    }
}

impl Lot {
    /// Returns the full price of one, services included, yen.
    fn plain_yen(&self) -> u32 {
        self.step.yen + self.services_yen
    }
}

/// The lots of one payer, with the offers that he may have.
struct Payer<'a> {
    desk: &'a PostDesk<'a>,
    lots: &'a [(usize, &'a Lot)],
    cells: Vec<Cell>,
    /// One for each discount of the problem; an offer stands twice if its classes overflow.
    offers: Vec<&'a Offer>,
    discounts: Vec<Discount>,
}

impl<'a> Payer<'a> {
    fn new(desk: &'a PostDesk<'a>, lots: &'a [(usize, &'a Lot)]) -> Self {
        let mut steps: Vec<&Step> = lots.iter().map(|(_, lot)| &lot.step).collect();
        steps.sort_unstable();
        steps.dedup();
        steps.truncate(CLASSES_MAX);
        let class = |lot: &Lot| steps.iter().position(|step| **step == lot.step);
        let cell = |(_, lot): &(usize, &Lot)| Cell {
            class: class(lot).unwrap_or_default(),
            pieces: lot.pieces,
            plain: Myriadths::from(lot.plain_yen()) * YEN,
        };
        let cells = lots.iter().map(cell).collect();
        let mut payer = Self { desk, lots, cells, offers: Vec::new(), discounts: Vec::new() };
        for offer in &desk.tariff.offers {
            let price =
                |tier: &Tier, lot: &Lot| class(lot).and_then(|_| desk.price(offer, tier, lot));
            let rung = |tier: &Tier| Rung {
                from: tier.from.into(),
                prices: lots.iter().map(|(_, lot)| price(tier, lot)).collect(),
            };
            let tiers: Vec<Rung> = offer.tiers.iter().map(rung).collect();
            let open = |at: usize| tiers.iter().any(|rung| rung.prices[at].is_some());
            let mut classes: Vec<usize> =
                (0..lots.len()).filter(|at| open(*at)).map(|at| payer.cells[at].class).collect();
            classes.sort_unstable();
            classes.dedup();
            if classes.is_empty() {
                continue;
            }
            let overflows = classes.len() > offer.weight_classes_max as usize;
            for _ in 0..=usize::from(overflows) {
                let classes_max = offer.weight_classes_max;
                payer.discounts.push(Discount { tiers: tiers.clone(), classes_max });
                payer.offers.push(offer);
            }
        }
        payer
    }

    fn split(&mut self, pieces: &[u64]) -> split::Split {
        for (cell, pieces) in self.cells.iter_mut().zip(pieces) {
            cell.pieces = *pieces;
        }
        split::cheapest(&self.cells, &self.discounts)
    }

    /// Returns the posting at a place of the split, unless it is empty.
    fn posting(&self, payer: u32, split: &split::Split, at: usize) -> Option<Posting> {
        let offer = at.checked_sub(1).map(|offer| self.offers[offer]);
        let tier = at.checked_sub(1).and_then(|offer| split.tiers[offer]);
        let rounding = self.desk.tariff.rounding;
        let line = |cell: usize| {
            let pieces = split.pieces[cell][at];
            let (lot, of) = self.lots[cell];
            let price = match tier {
                Some(tier) => self.discounts[at - 1].tiers[tier].prices[cell],
                None => Some(self.cells[cell].plain),
            };
            let price = price.filter(|_| pieces > 0)?;
            Some(PostingLine {
                lot,
                step: of.step.clone(),
                has_barcode: of.has_barcode,
                plain_yen: of.plain_yen(),
                price,
                pieces,
                sum: rounding.line(pieces * price),
            })
        };
        let lines: Vec<PostingLine> = (0..self.lots.len()).filter_map(line).collect();
        let pieces = lines.iter().map(|line| line.pieces).sum();
        let plain = |line: &PostingLine| line.pieces * u64::from(line.plain_yen);
        (pieces > 0).then(|| Posting {
            payer,
            offer: offer.map(|offer| offer.offer.clone()),
            name: offer.map_or_else(|| PLAIN_NAME.to_owned(), |offer| offer.name.clone()),
            from: offer.zip(tier).map_or(0, |(offer, tier)| offer.tiers[tier].from),
            leeway_days: offer.map_or(0, |offer| offer.leeway_days),
            pieces,
            yen: rounding.to.yen(lines.iter().map(|line| line.sum).sum()),
            plain_yen: lines.iter().map(plain).sum(),
            lines,
        })
    }

    /// Returns, for each offer, what its next tier would bring if as many pieces as it lacks were
    /// added to the largest lot that may have it.
    fn tips(&mut self, payer: u32, pieces: &[u64], now: &split::Split) -> Vec<Tip> {
        let mut tips: Vec<Tip> = Vec::new();
        for at in 0..self.offers.len() {
            let offer = self.offers[at];
            if at > 0 && std::ptr::eq(self.offers[at - 1], offer) {
                continue;
            }
            let next = self.discounts[at].tiers.iter().find_map(|rung| {
                let open = |cell: &usize| rung.prices[*cell].is_some();
                let count: u64 = (0..pieces.len()).filter(open).map(|cell| pieces[cell]).sum();
                let largest = (0..pieces.len()).filter(open).max_by_key(|cell| pieces[*cell])?;
                (count < rung.from).then(|| (rung.from, rung.from - count, largest))
            });
            let Some((from, missing, largest)) = next else { continue };
            if missing > pieces[largest] {
                continue; // twice as many pieces are another night
            }
            let mut more = pieces.to_vec();
            more[largest] += missing;
            let then = self.split(&more);
            // The added ones pay their share of the lot that they are added to.
            let lot = self.cost(&then, largest) / more[largest] * missing;
            let saves = now.cost.saturating_sub(then.cost - lot);
            if saves >= YEN {
                let (name, saves_yen) = (offer.name.clone(), saves / YEN);
                tips.push(Tip { payer, name, from: from as u32, missing, saves_yen });
            }
        }
        tips
    }

    fn cost(&self, split: &split::Split, cell: usize) -> Myriadths {
        let paid = split.pieces[cell].iter().enumerate().filter(|(_, pieces)| **pieces > 0);
        let cost = |(at, pieces): (usize, &u64)| {
            let price = match at.checked_sub(1) {
                None => self.cells[cell].plain,
                Some(at) => {
                    let tier = split.tiers[at].expect("a used discount has a tier");
                    let price = self.discounts[at].tiers[tier].prices[cell];
                    price.expect("pieces lie where they have a price")
                }
            };
            pieces * price
        };
        paid.map(cost).sum()
    }
}

/// What stands on the papers for pieces at the full price.
const PLAIN_NAME: &str = "通常郵便物";

#[cfg(test)]
mod tests;
