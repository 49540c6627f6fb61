//! The cheapest way to share pieces out among discounts that each ask for a number of them.
//!
//! Knows prices and counts only. Every choice of tiers is tried unless its bound is no better than
//! what is found already; under a choice, sharing out is a flow at least cost with lower bounds,
//! solved by shortest paths between the discounts, hence exact.

use std::collections::BTreeSet;

use crate::yen::Myriadths;

/// Pieces that differ in nothing.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// The weight class, below [`CLASSES_MAX`].
    pub(crate) class: usize,
    /// How many.
    pub(crate) pieces: u64,
    /// What one costs without any discount.
    pub(crate) plain: Myriadths,
}

/// A discount.
#[derive(Clone, Debug)]
pub(crate) struct Discount {
    /// What it gives to how many, fewest first.
    pub(crate) tiers: Vec<Rung>,
    /// The most weight classes.
    pub(crate) classes_max: u32,
}

/// A tier.
#[derive(Clone, Debug)]
pub(crate) struct Rung {
    /// The fewest pieces.
    pub(crate) from: u64,
    /// The price of a piece of each cell; none for a cell that may not have it.
    pub(crate) prices: Vec<Option<Myriadths>>,
}

/// How the pieces are shared out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    /// What all of them cost.
    pub(crate) cost: Myriadths,
    /// The tier of each discount, if it is used.
    pub(crate) tiers: Vec<Option<usize>>,
    /// The pieces of each cell: plain ones, then those of each discount.
    pub(crate) pieces: Vec<Vec<u64>>,
    /// Whether nothing cheaper exists; false only if the search was given up.
    pub(crate) is_proven: bool,
}

/// The most weight classes told apart.
pub(crate) const CLASSES_MAX: usize = 128;
/// Flows solved before the search is given up; seen in no example of fewer than seven classes.
const FLOWS_MAX: u32 = 50_000;

/// Returns the cheapest split.
pub(crate) fn cheapest(cells: &[Cell], discounts: &[Discount]) -> Split {
    let plain = |cell: &Cell| {
        let mut row = vec![0; discounts.len() + 1];
        row[0] = cell.pieces;
        row
    };
    let best = Split {
        cost: cells.iter().map(|cell| cell.pieces * cell.plain).sum(),
        tiers: vec![None; discounts.len()],
        pieces: cells.iter().map(plain).collect(),
        is_proven: true,
    };
    let hopes = hopes(cells, discounts);
    let mut search = Search { cells, discounts, hopes, best, flows: 0 };
    let prices: Vec<Myriadths> = cells.iter().map(|cell| cell.plain).collect();
    search.descend(&mut vec![None; discounts.len()], 0, &prices);
    search.best.is_proven = search.flows < FLOWS_MAX;
    search.best
}

/// Returns, for each discount, the least price of each cell under it and all later ones.
fn hopes(cells: &[Cell], discounts: &[Discount]) -> Vec<Vec<Myriadths>> {
    let mut hopes = vec![vec![Myriadths::MAX; cells.len()]; discounts.len() + 1];
    for (at, discount) in discounts.iter().enumerate().rev() {
        hopes[at] = hopes[at + 1].clone();
        for rung in discount.tiers.iter().filter(|rung| rung.is_within_reach(cells)) {
            for (hope, price) in hopes[at].iter_mut().zip(&rung.prices) {
                *hope = price.map_or(*hope, |price| price.min(*hope));
            }
        }
    }
    hopes
}

impl Rung {
    fn is_within_reach(&self, cells: &[Cell]) -> bool {
        let takes = cells.iter().zip(&self.prices).filter(|(_, price)| price.is_some());
        takes.map(|(cell, _)| cell.pieces).sum::<u64>() >= self.from
    }
}

struct Search<'p> {
    cells: &'p [Cell],
    discounts: &'p [Discount],
    hopes: Vec<Vec<Myriadths>>,
    best: Split,
    flows: u32,
}

/// The weight classes that a discount may not take, a bit each.
type Barred = Vec<u128>;

impl Search<'_> {
    /// Tries every tier of the discounts from `at` on, under those chosen; `prices` are the least
    /// so far.
    fn descend(&mut self, tiers: &mut Vec<Option<usize>>, at: usize, prices: &[Myriadths]) {
        let hoped = prices.iter().zip(&self.hopes[at]).map(|(price, hope)| price.min(hope));
        let bound: Myriadths =
            self.cells.iter().zip(hoped).map(|(c, price)| c.pieces * price).sum();
        if bound >= self.best.cost || self.flows >= FLOWS_MAX {
            return;
        }
        let Some(discount) = self.discounts.get(at) else {
            let barred = vec![0; self.discounts.len()];
            return self.settle(tiers, barred, &mut BTreeSet::new());
        };
        for (tier, rung) in discount.tiers.iter().enumerate().rev() {
            if !rung.is_within_reach(self.cells) {
                continue;
            }
            tiers[at] = Some(tier);
            let with = prices.iter().zip(&rung.prices);
            let with: Vec<_> = with.map(|(least, new)| new.unwrap_or(*least).min(*least)).collect();
            self.descend(tiers, at + 1, &with);
        }
        tiers[at] = None;
        self.descend(tiers, at + 1, prices);
    }

    /// Shares out under chosen tiers; a discount with too many weight classes gives up each of
    /// them in turn.
    fn settle(&mut self, tiers: &[Option<usize>], barred: Barred, seen: &mut BTreeSet<Barred>) {
        if !seen.insert(barred.clone()) || self.flows >= FLOWS_MAX {
            return;
        }
        self.flows += 1;
        let Some(flow) = Flow::solve(self, tiers, &barred) else { return };
        if flow.cost >= self.best.cost {
            return;
        }
        match self.crowded(tiers, &flow) {
            None => {
                let (cost, tiers) = (flow.cost, tiers.to_vec());
                self.best = Split { cost, tiers, pieces: flow.pieces, is_proven: true };
            }
            Some((discount, classes)) => {
                for class in (0..CLASSES_MAX).filter(|class| classes >> class & 1 == 1) {
                    let mut fewer = barred.clone();
                    fewer[discount] |= 1 << class;
                    self.settle(tiers, fewer, seen);
                }
            }
        }
    }

    /// Returns a discount with too many weight classes, and these.
    fn crowded(&self, tiers: &[Option<usize>], flow: &Flow) -> Option<(usize, u128)> {
        let used = tiers.iter().enumerate().filter(|(_, tier)| tier.is_some());
        let classes = |discount: usize| {
            let taken =
                self.cells.iter().zip(&flow.pieces).filter(|(_, row)| row[discount + 1] > 0);
            taken.fold(0u128, |classes, (cell, _)| classes | 1 << cell.class)
        };
        used.map(|(discount, _)| (discount, classes(discount))).find(|(discount, classes)| {
            classes.count_ones() > self.discounts[*discount].classes_max
        })
    }

    /// Returns the price of a cell at a place: 0 without discount, else the discount's number + 1.
    fn price(
        &self,
        tiers: &[Option<usize>],
        barred: &Barred,
        cell: usize,
        place: usize,
    ) -> Option<Myriadths> {
        let Some(discount) = place.checked_sub(1) else { return Some(self.cells[cell].plain) };
        if barred[discount] >> self.cells[cell].class & 1 == 1 {
            return None;
        }
        self.discounts[discount].tiers[tiers[discount]?].prices[cell]
    }
}

/// A sharing out that costs the least under chosen tiers.
struct Flow {
    cost: Myriadths,
    pieces: Vec<Vec<u64>>,
}

/// A move of pieces from one place to another: what one more costs, and of which cell it is.
type Move = Option<(i64, usize)>;

impl Flow {
    /// Returns none if the tiers cannot all have their pieces.
    fn solve(search: &Search<'_>, tiers: &[Option<usize>], barred: &Barred) -> Option<Self> {
        let places = tiers.len() + 1;
        let price = |cell, place| search.price(tiers, barred, cell, place);
        let mut pieces = vec![vec![0; places]; search.cells.len()];
        let mut counts = vec![0u64; places];
        for (cell, row) in pieces.iter_mut().enumerate() {
            let place = (0..places).filter_map(|place| Some((price(cell, place)?, place))).min();
            let (_, place) = place.expect("the plain price is always there");
            row[place] = search.cells[cell].pieces;
            counts[place] += row[place];
        }
        let least = |discount: usize| {
            tiers[discount].map_or(0, |tier| search.discounts[discount].tiers[tier].from)
        };
        let least: Vec<u64> = std::iter::once(0).chain((0..tiers.len()).map(least)).collect();
        while counts.iter().zip(&least).any(|(count, least)| count < least) {
            let moves = moves(places, &pieces, price);
            let path = shortest(&moves, &counts, &least)?;
            let (from, to) = (path[0].0, path[path.len() - 1].1);
            let spare = counts[from] - least[from];
            let lack = least[to] - counts[to];
            let limit = path.iter().map(|(a, _, cell)| pieces[*cell][*a]).min();
            let amount = spare.min(lack).min(limit.expect("a path has a move"));
            for (a, b, cell) in path {
                pieces[cell][a] -= amount;
                pieces[cell][b] += amount;
            }
            counts[from] -= amount;
            counts[to] += amount;
        }
        let cost = |(cell, row): (usize, &Vec<u64>)| {
            let paid = row.iter().enumerate().filter(|(_, pieces)| **pieces > 0);
            let sum = |(place, pieces): (usize, &u64)| {
                pieces * price(cell, place).expect("pieces lie where they have a price")
            };
            paid.map(sum).sum::<Myriadths>()
        };
        let cost = pieces.iter().enumerate().map(cost).sum();
        Some(Self { cost, pieces })
    }
}

/// Returns the cheapest move between each two places.
fn moves(
    places: usize,
    pieces: &[Vec<u64>],
    price: impl Fn(usize, usize) -> Option<Myriadths>,
) -> Vec<Vec<Move>> {
    let cheapest = |a: usize, b: usize| {
        let movable = pieces.iter().enumerate().filter(|(_, row)| a != b && row[a] > 0);
        let costs = movable.filter_map(|(cell, _)| {
            let (here, there) = (price(cell, a)?, price(cell, b)?);
            Some((there as i64 - here as i64, cell))
        });
        costs.min()
    };
    (0..places).map(|a| (0..places).map(|b| cheapest(a, b)).collect()).collect()
}

/// Returns the cheapest path from a place with pieces to spare to one that lacks some
/// (Bellman and Ford: moves may save, a ring of moves never does).
fn shortest(
    moves: &[Vec<Move>],
    counts: &[u64],
    least: &[u64],
) -> Option<Vec<(usize, usize, usize)>> {
    let places = moves.len();
    let start = |place: usize| (counts[place] > least[place]).then_some(0);
    let mut distance: Vec<Option<i64>> = (0..places).map(start).collect();
    let mut before = vec![None; places];
    for _ in 0..places {
        for (a, row) in moves.iter().enumerate() {
            let Some(here) = distance[a] else { continue };
            for (b, found) in row.iter().enumerate() {
                let Some((cost, cell)) = *found else { continue };
                if distance[b].is_none_or(|known| here + cost < known) {
                    distance[b] = Some(here + cost);
                    before[b] = Some((a, cell));
                }
            }
        }
    }
    let lacking = (0..places).filter(|place| counts[*place] < least[*place]);
    let reached = lacking.filter_map(|place| Some((distance[place]?, place)));
    let (_, mut place) = reached.min()?;
    let mut path = Vec::new();
    while let Some((a, cell)) = before[place] {
        path.push((a, place, cell));
        place = a;
        debug_assert!(path.len() <= places, "a ring of moves never saves");
    }
    path.reverse();
    Some(path)
}

#[cfg(test)]
mod tests;
