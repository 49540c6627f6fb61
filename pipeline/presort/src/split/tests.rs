//! The split against brute force, over made-up prices.

use super::*;
use crate::numbers::Numbers;

impl Numbers {
    /// A few cells, and discounts that ask for some of their pieces.
    fn problem(&mut self) -> (Vec<Cell>, Vec<Discount>) {
        let cell = |numbers: &mut Self| Cell {
            class: numbers.below(4) as usize,
            pieces: numbers.below(3),
            plain: 60 + numbers.below(60),
        };
        let cells: Vec<Cell> = (0..2 + self.below(3)).map(|_| cell(self)).collect();
        let discounts = (0..1 + self.below(3)).map(|_| self.discount(&cells)).collect();
        (cells, discounts)
    }

    fn discount(&mut self, cells: &[Cell]) -> Discount {
        let takes: Vec<bool> = cells.iter().map(|_| self.below(4) > 0).collect();
        let (mut from, mut percent) = (0, 100);
        let mut rung = |numbers: &mut Self| {
            from += 1 + numbers.below(4);
            percent -= numbers.below(30);
            let price = |(cell, takes): (&Cell, &bool)| {
                takes.then(|| cell.plain * percent / 100 + numbers.below(9))
            };
            Rung { from, prices: cells.iter().zip(&takes).map(price).collect() }
        };
        let tiers = 1 + self.below(3);
        let tiers = (0..tiers).map(|_| rung(self)).collect();
        Discount { tiers, classes_max: 1 + self.below(4) as u32 }
    }
}

/// Returns the least cost over every way to share out every cell.
fn by_force(cells: &[Cell], discounts: &[Discount]) -> Myriadths {
    fn ways(pieces: u64, places: usize) -> Vec<Vec<u64>> {
        if places == 1 {
            return vec![vec![pieces]];
        }
        let more = |here: u64| {
            let rest = ways(pieces - here, places - 1).into_iter();
            rest.map(move |mut way| {
                way.push(here);
                way
            })
        };
        (0..=pieces).flat_map(more).collect()
    }
    fn descend(
        cells: &[Cell],
        discounts: &[Discount],
        rows: &mut Vec<Vec<u64>>,
        best: &mut Myriadths,
    ) {
        if rows.len() == cells.len() {
            if let Some(cost) = cost(cells, discounts, rows) {
                *best = cost.min(*best);
            }
            return;
        }
        for way in ways(cells[rows.len()].pieces, discounts.len() + 1) {
            rows.push(way);
            descend(cells, discounts, rows, best);
            rows.pop();
        }
    }
    let mut best = Myriadths::MAX;
    descend(cells, discounts, &mut Vec::new(), &mut best);
    best
}

/// Returns what a sharing out costs, each discount at the best tier that it may have.
fn cost(cells: &[Cell], discounts: &[Discount], rows: &[Vec<u64>]) -> Option<Myriadths> {
    let plain = cells.iter().zip(rows).map(|(cell, row)| row[0] * cell.plain).sum::<u64>();
    let mut sum = plain;
    for (at, discount) in discounts.iter().enumerate() {
        let taken = || cells.iter().enumerate().zip(rows).filter(|(_, row)| row[at + 1] > 0);
        let count: u64 = taken().map(|(_, row)| row[at + 1]).sum();
        if count == 0 {
            continue;
        }
        let classes: BTreeSet<usize> = taken().map(|((_, cell), _)| cell.class).collect();
        if classes.len() > discount.classes_max as usize {
            return None;
        }
        let tiers = discount.tiers.iter().filter(|rung| rung.from <= count);
        let costs = tiers.filter_map(|rung| {
            let prices = taken().map(|((cell, _), row)| Some(row[at + 1] * rung.prices[cell]?));
            prices.sum::<Option<u64>>()
        });
        sum += costs.min()?;
    }
    Some(sum)
}

#[test]
fn the_split_is_as_cheap_as_brute_force_finds_it() {
    let mut numbers = Numbers(1);
    let (mut discounted, mut crowded) = (0, 0);
    for round in 0..1_500 {
        let (cells, discounts) = numbers.problem();
        let split = cheapest(&cells, &discounts);
        let label = format!("round {round}: {cells:?} {discounts:?} {split:?}");
        assert_eq!(split.cost, by_force(&cells, &discounts), "{label}");
        assert!(split.is_proven);
        // What it costs is what its own sharing out costs, and no piece is lost.
        assert_eq!(cost(&cells, &discounts, &split.pieces), Some(split.cost), "{label}");
        for (cell, row) in cells.iter().zip(&split.pieces) {
            assert_eq!(row.iter().sum::<u64>(), cell.pieces, "{label}");
        }
        discounted += usize::from(split.tiers.iter().any(Option::is_some));
        let unlimited: Vec<Discount> =
            discounts.iter().map(|d| Discount { classes_max: 99, ..d.clone() }).collect();
        crowded += usize::from(cheapest(&cells, &unlimited).cost < split.cost);
    }
    assert!(discounted > 400 && crowded > 40, "{discounted} {crowded}: the cases are too tame");
}

#[test]
fn just_enough_pieces_leave_a_better_discount_to_carry_the_others_over_their_threshold() {
    // 1,990 pieces at 110 and 500 local ones at 80: ten of these lift the rest to 3 % off.
    let cell = |pieces| Cell { class: 0, pieces, plain: 11_000 };
    let cells = [cell(1_990), cell(500)];
    let sorted = Rung { from: 2_000, prices: vec![Some(10_670), Some(10_670)] };
    let local = Rung { from: 100, prices: vec![None, Some(8_000)] };
    let discount = |rung| Discount { tiers: vec![rung], classes_max: 6 };
    let split = cheapest(&cells, &[discount(sorted), discount(local)]);
    assert_eq!(split.pieces, [[0, 1_990, 0], [0, 10, 490]]);
    assert_eq!(split.cost, 2_000 * 10_670 + 490 * 8_000);
}

#[test]
fn thirteen_weight_classes_are_solved_within_the_search() {
    let cell = |class| Cell { class, pieces: 500 + 100 * class as u64, plain: 10_000 };
    let cells: Vec<Cell> = (0..13).map(cell).collect();
    let rung = |from, price| Rung { from, prices: vec![Some(price); 13] };
    let discount =
        Discount { tiers: vec![rung(2_000, 9_700), rung(10_000, 9_600)], classes_max: 6 };
    let split = cheapest(&cells, &[discount.clone(), discount]);
    assert!(split.is_proven);
    // The six largest classes in one posting, the next six in the other; the smallest is left.
    let sizes = |at: usize| split.pieces.iter().map(|row| row[at]).sum::<u64>();
    assert_eq!((sizes(0), sizes(1) + sizes(2)), (500, 13_800));
}
