//! Properties that every plan has, checked over made-up batches.

#[path = "../../../letter/tests/support/naga3.rs"]
mod naga3;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use crate::numbers::Numbers;
use letter::piece::{Measured, Placed};
use letter::stock::{EnvelopeProfile, Paper};
use letter::{Channel, ChannelReason, PostalCode, Reason};
use naga3::naga3;

use crate::tariff::tests::stock;
use crate::{plan, Franking, Group, Limits, Plan, PostDesk, Posted, PostingRules, Rules, Tariff};

/// A 長形3号 envelope of 5.5 g that takes twenty sheets.
pub(crate) fn envelope() -> EnvelopeProfile {
    EnvelopeProfile { sheets_max: 20, ..naga3() }
}

/// The stock's tariff up to 100 g, whose offers ask for a fiftieth of the pieces.
pub(crate) fn tariff() -> Tariff {
    let mut tariff = stock().tariffs.remove(0);
    tariff.steps.retain(|step| step.up_to_g <= 100);
    tariff.steps.reverse();
    for offer in &mut tariff.offers {
        offer.tiers.iter_mut().for_each(|tier| tier.from /= 50);
        offer.confirmed = true;
        if offer.offer == "kunai" {
            for (tier, yen) in offer.tiers.iter_mut().zip([90, 80]) {
                let price = |up_to_g, yen| {
                    let size_class = "teikei".to_owned();
                    crate::TierPrice { size_class, up_to_g, yen }
                };
                tier.prices = vec![price(50, yen), price(100, 2 * yen)];
            }
        }
    }
    tariff
}

/// 100-xxxx has a three-digit district, as all codes that end in an even digit have.
fn district_len(postal: PostalCode) -> u32 {
    if postal.prefix(3) == 100 || postal.number().is_multiple_of(2) {
        3
    } else {
        5
    }
}

fn rules(tariff: &Tariff, limits: Limits) -> Rules<'_> {
    let paper = Paper { sheet_mg: 3_990, duplex: true, sheet_um: 90 };
    let franking = Franking::new(&envelope(), paper, tariff, &[]).expect("no services");
    let desk = PostDesk { tariff, is_regional: false };
    let is_local = &|postal: PostalCode| postal.prefix(3) == 450;
    let posting = PostingRules { desk, leeway_days: 0, is_advertising: false, is_local };
    Rules { franking, limits, district_len: &district_len, posting }
}

fn limits(bundle: (u32, u32), tray: u32, tray_weight_mg_max: u64, file: u32) -> Limits {
    let some = |number| NonZeroU32::new(number).expect("not zero");
    Limits {
        bundle_pieces_min: some(bundle.0),
        bundle_pieces_max: some(bundle.1),
        tray_pieces_max: some(tray),
        tray_weight_mg_max,
        file_pieces_max: some(file),
    }
}

/// Limits that bind in every way, and some that contradict each other.
fn all_limits() -> Vec<Limits> {
    vec![
        Limits::default(),
        limits((1, 7), 20, u64::MAX, 45),
        limits((10, 25), 60, 700_000, 150),
        limits((10, 100), 30, u64::MAX, 1_000_000),
        limits((3, 5), 50, 1, 4),
        limits((1_000_000, 8), 16, 200_000, 11),
        limits((1, 1), 1, u64::MAX, 1),
    ]
}

fn piece(record: u32, postal: u32, walk: u64, pages: u16) -> Measured {
    Measured {
        record,
        postal: PostalCode::from_number(postal).expect("seven digits"),
        walk,
        pages,
        has_barcode: !record.is_multiple_of(7),
        channel: Channel::Paper,
        why: ChannelReason::PrefersPaper,
    }
}

impl Numbers {
    /// A batch that crowds into few codes, with a thin scatter over the country.
    fn batch(&mut self, len: u32) -> Vec<Measured> {
        let one = |record| {
            let postal = match self.below(4) {
                0 => self.below(10_000_000),
                1 => 1_000_000 + self.below(100),
                _ => 4_500_000 + 997 * self.below(30),
            };
            let walk = self.below(3) << 48 | self.below(20);
            let pages = if self.below(100) == 0 { 41 } else { 1 + self.below(12) as u16 };
            piece(record, postal as u32, walk, pages)
        };
        (0..len).map(one).collect()
    }

    fn shuffle(&mut self, pieces: &mut [Measured]) {
        for i in (1..pieces.len()).rev() {
            pieces.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

fn posting_of(plan: &Plan, placed: &Placed) -> usize {
    plan.postings.partition_point(|posted| posted.first_sequence <= placed.sequence) - 1
}

/// Runs `check` over plans of many batches under all limits.
fn check_all(check: impl Fn(&Rules, &[Measured], &Plan)) {
    let tariff = tariff();
    for (seed, len) in [(1, 0), (2, 1), (3, 9), (6, 36), (4, 150), (5, 3_000)] {
        let pieces = Numbers(seed).batch(len);
        for limits in all_limits() {
            let rules = rules(&tariff, limits);
            check(&rules, &pieces, &plan(&rules, pieces.clone()));
        }
    }
}

#[test]
fn every_piece_is_placed_or_held_exactly_once() {
    check_all(|_, pieces, plan| {
        let placed = plan.placed().map(|placed| placed.piece);
        let held = plan.held.iter().map(|(piece, _)| *piece);
        let mut all: Vec<_> = placed.chain(held).collect();
        all.sort_unstable_by_key(|piece| piece.record);
        assert_eq!(all, pieces);
        let too_many = |(piece, reason): &(Measured, Reason)| {
            piece.pages == 41 && *reason == Reason::TooManySheets { found: 21, max: 20 }
        };
        assert!(plan.held.iter().all(too_many));
        assert!(plan.placed().all(|placed| placed.piece.pages < 41));
    });
}

#[test]
fn the_order_of_arrival_does_not_show() {
    check_all(|rules, pieces, planned| {
        let mut shuffled = pieces.to_vec();
        for seed in 0..3 {
            Numbers(seed).shuffle(&mut shuffled);
            assert_eq!(&plan(rules, shuffled.clone()), planned);
        }
    });
}

#[test]
fn sequence_file_tray_and_bundle_count_from_one_without_a_gap() {
    check_all(|_, _, plan| {
        let mut before: Option<Placed> = None;
        for placed in plan.placed() {
            let step = |last: u32, next: u32| next == last || next == last + 1;
            match before {
                None => assert_eq!(
                    (placed.sequence, placed.file, placed.tray, placed.bundle),
                    (1, 1, 1, 1)
                ),
                Some(last) => {
                    assert_eq!(placed.sequence, last.sequence + 1);
                    assert!(step(last.file, placed.file) && step(last.tray, placed.tray));
                    match placed.tray == last.tray {
                        true => assert!(step(last.bundle, placed.bundle)),
                        false => assert_eq!(placed.bundle, 1),
                    }
                }
            }
            before = Some(placed);
        }
    });
}

#[test]
fn within_a_group_pieces_go_by_district_code_walk_and_record() {
    check_all(|rules, _, plan| {
        let bundles = plan.trays.iter().flat_map(|tray| &tray.bundles);
        let group_of = bundles.flat_map(|b| std::iter::repeat_n(b.group, b.pieces as usize));
        let keys = group_of.zip(plan.placed()).map(|(group, placed)| {
            let Measured { record, postal, walk, .. } = placed.piece;
            let posting = posting_of(plan, &placed);
            let district = crate::District::of(postal, (rules.district_len)(postal));
            match group {
                Group::District(own) => assert_eq!(own, district),
                Group::Area(area) => assert_eq!(u32::from(area), postal.prefix(2)),
                Group::Mixed => {}
            }
            (posting, group.rank(), district, postal, walk, record)
        });
        assert!(keys.is_sorted_by(|a, b| a < b));
    });
}

#[test]
fn small_districts_share_bundles_and_large_ones_never_do() {
    check_all(|rules, _, plan| {
        let min = u64::from(rules.limits.bundle_pieces_min.get());
        let mut districts = BTreeMap::<_, u64>::new();
        let mut rests = BTreeMap::<_, u64>::new();
        let district = |placed: &Placed| {
            let postal = placed.piece.postal;
            crate::District::of(postal, (rules.district_len)(postal))
        };
        for placed in plan.placed() {
            let posting = posting_of(plan, &placed);
            *districts.entry((posting, district(&placed))).or_default() += 1;
        }
        for ((posting, district), pieces) in districts.iter().filter(|(_, pieces)| **pieces < min) {
            *rests.entry((*posting, district.area())).or_default() += pieces;
        }
        for bundle in plan.trays.iter().flat_map(|tray| &tray.bundles) {
            let start = bundle.first_sequence as usize - 1;
            for placed in plan.placed_in(start..start + bundle.pieces as usize) {
                let (posting, district) = (bundle.posting as usize, district(&placed));
                assert_eq!(posting, posting_of(plan, &placed));
                let rest = rests.get(&(posting, district.area()));
                let expected = match (districts[&(posting, district)], rest) {
                    (pieces, _) if pieces >= min => Group::District(district),
                    (_, Some(rest)) if *rest >= min => Group::Area(district.area()),
                    _ => Group::Mixed,
                };
                assert_eq!(bundle.group, expected);
            }
        }
    });
}

#[test]
fn bundles_trays_and_files_keep_their_limits() {
    check_all(|rules, _, plan| {
        let limits = rules.limits;
        for tray in &plan.trays {
            assert!(tray.pieces <= limits.tray_pieces_max.get());
            assert!(tray.weight_mg <= limits.tray_weight_mg_max || tray.pieces == 1);
            for bundle in &tray.bundles {
                assert!((1..=limits.bundle_pieces_max.get()).contains(&bundle.pieces));
            }
        }
        assert!(plan.files.iter().all(|file| file.pieces <= limits.file_pieces_max.get()));
    });
}

#[test]
fn no_bundle_fits_into_the_tray_before_its_own() {
    check_all(|rules, _, plan| {
        for pair in plan.trays.windows(2) {
            let pieces = pair[0].pieces + pair[1].bundles[0].pieces;
            let weight_mg = pair[0].weight_mg + pair[1].bundles[0].weight_mg;
            assert!(
                pair[0].posting != pair[1].posting
                    || pieces > rules.limits.tray_pieces_max.get()
                    || weight_mg > rules.limits.tray_weight_mg_max
            );
        }
    });
}

#[test]
fn a_tray_lies_in_one_print_file_unless_it_alone_is_too_long() {
    check_all(|rules, _, plan| {
        for tray in &plan.trays {
            let start = tray.first_sequence as usize - 1;
            let files = [start, start + tray.pieces as usize - 1].map(|index| plan.at(index).file);
            let whole = tray.pieces <= rules.limits.file_pieces_max.get();
            assert_eq!(files[0] == files[1], whole);
        }
    });
}

#[test]
fn the_sums_of_bundles_trays_files_and_steps_are_those_of_the_pieces() {
    check_all(|_, _, plan| {
        let totals = plan.totals();
        assert_eq!(totals.pieces, plan.len() as u64);
        assert_eq!(totals.sheets, plan.placed().map(|p| u64::from(p.sheets)).sum::<u64>());
        assert_eq!(totals.weight_mg, plan.placed().map(|p| u64::from(p.weight_mg)).sum::<u64>());
        assert_eq!(totals.weight_mg, plan.trays.iter().map(|t| t.weight_mg).sum::<u64>());
        assert_eq!(totals.pieces, plan.files.iter().map(|f| u64::from(f.pieces)).sum::<u64>());
        let postings = || plan.postings.iter().map(|posted| &posted.posting);
        assert_eq!(totals.postage_yen, postings().map(|posting| posting.yen).sum::<u64>());
        assert_eq!(totals.plain_yen, postings().map(|posting| posting.plain_yen).sum::<u64>());
        assert!(totals.postage_yen <= totals.plain_yen);
        for tray in &plan.trays {
            assert_eq!(tray.pieces, tray.bundles.iter().map(|b| b.pieces).sum::<u32>());
            assert_eq!(tray.weight_mg, tray.bundles.iter().map(|b| b.weight_mg).sum::<u64>());
        }
    });
}

#[test]
fn every_posting_is_a_stretch_of_the_print_order_and_pays_what_its_pieces_pay() {
    let mut offers = BTreeSet::new();
    let seen = std::cell::RefCell::new(&mut offers);
    check_all(|rules, _, plan| {
        let mut next = 1;
        for (number, posted) in plan.postings.iter().enumerate() {
            let Posted { posting, first_sequence } = posted;
            assert_eq!(*first_sequence, next);
            next += posting.pieces as u32;
            let start = *first_sequence as usize - 1;
            let pieces = || plan.placed_in(start..start + posting.pieces as usize);
            assert!(pieces().all(|placed| posting_of(plan, &placed) == number));
            assert_eq!(pieces().map(|p| u64::from(p.postage_yen)).sum::<u64>(), posting.yen);
            // A piece pays its price or a yen more or less.
            let mut prices = BTreeMap::<_, u64>::new();
            for placed in pieces() {
                let weighed = rules.franking.weigh(placed.piece.pages).expect("placed");
                let is_local = (rules.posting.is_local)(placed.piece.postal);
                let key = (weighed.plain_yen, placed.piece.has_barcode);
                *prices.entry(key).or_default() += 1;
                let line = posting.lines.iter().find(|line| {
                    (line.plain_yen, line.has_barcode) == key
                        && (posting.offer.as_deref() != Some("kunai") || is_local)
                });
                let yen = line.expect("its line").price / crate::YEN;
                assert!((yen.saturating_sub(1)..=yen + 1).contains(&placed.postage_yen.into()));
            }
            for (key, pieces) in prices {
                let lines = posting.lines.iter();
                let of_key = lines.filter(|line| (line.plain_yen, line.has_barcode) == key);
                assert_eq!(of_key.map(|line| line.pieces).sum::<u64>(), pieces);
            }
            seen.borrow_mut().insert(posting.offer.clone());
        }
        assert_eq!(next as usize, plan.len() + 1);
    });
    let offer = |name: &str| Some(name.to_owned());
    let all = [None, offer("barcode"), offer("kubun"), offer("kunai")];
    assert_eq!(offers, BTreeSet::from(all), "the batches post in every way");
}

#[test]
fn labels_name_the_first_and_last_code_of_what_they_hold() {
    check_all(|_, _, plan| {
        for tray in &plan.trays {
            let start = tray.first_sequence as usize - 1;
            let inside: Vec<_> = plan.placed_in(start..start + tray.pieces as usize).collect();
            assert!(inside.iter().all(|placed| placed.tray == tray.tray));
            assert_eq!(tray.first_postal, inside[0].piece.postal);
            assert_eq!(tray.last_postal, inside[inside.len() - 1].piece.postal);
            let groups = tray.bundles.chunk_by(|a, b| a.group == b.group).map(|b| b[0].group);
            assert_eq!(tray.districts, groups.collect::<Vec<_>>());
        }
    });
}

#[test]
fn a_small_batch_lies_as_the_trade_would_lay_it() {
    // Twelve for district 100, three each for two districts of area 45, one stray from area 98.
    let mut pieces: Vec<_> = (0..12).map(|i| piece(i, 1_000_013, u64::from(12 - i), 2)).collect();
    pieces.extend((12..15).map(|i| piece(i, 4_500_002, 0, 2)));
    pieces.extend((15..18).map(|i| piece(i, 4_510_001, 0, 2)));
    pieces.push(piece(18, 9_800_001, 0, 2));
    let tariff = stock().tariffs.remove(0);
    let plan = plan(&rules(&tariff, limits((5, 10), 100, u64::MAX, 100)), pieces);

    let bundles = plan.trays.iter().flat_map(|tray| &tray.bundles);
    let slips: Vec<_> = bundles.map(|b| (b.group.to_string(), b.pieces)).collect();
    let slip = |group: &str, pieces| (group.to_owned(), pieces);
    assert_eq!(slips, [slip("100", 10), slip("100", 2), slip("45", 6), slip("雑", 1)]);
    // The walk runs against the record numbers in district 100.
    let records: Vec<_> = plan.placed().map(|placed| placed.piece.record).collect();
    assert_eq!(records, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 12, 13, 14, 15, 16, 17, 18]);
}

#[test]
fn pieces_of_two_envelopes_share_postings_but_no_tray_and_no_print_file() {
    let tariff = stock().tariffs.remove(0);
    let paper = Paper { sheet_mg: 3_990, duplex: true, sheet_um: 90 };
    let tight = EnvelopeProfile { sheets_max: 3, ..naga3() };
    let flat = EnvelopeProfile { size_class: "kikakunai".to_owned(), ..envelope() };
    for limits in all_limits() {
        let mut rules = rules(&tariff, limits);
        let franking = Franking::new(&tight, paper, &tariff, &[]).expect("no services");
        rules.franking = franking.or_in(&flat, paper, &tariff, &[]).expect("no services");
        let pieces = Numbers(8).batch(700);
        let plan = plan(&rules, pieces.clone());
        let envelope = |placed: &Placed| u8::from(placed.sheets > 3);
        let within = |first: u32, pieces: u32| {
            let start = first as usize - 1;
            let inside = plan.placed_in(start..start + pieces as usize);
            inside.map(|placed| envelope(&placed)).collect::<BTreeSet<_>>()
        };
        let mut seen = BTreeSet::new();
        for tray in &plan.trays {
            assert_eq!(within(tray.first_sequence, tray.pieces), [tray.envelope].into());
        }
        for file in &plan.files {
            assert_eq!(within(file.first_sequence, file.pieces), [file.envelope].into());
            seen.insert(file.envelope);
        }
        assert_eq!(seen, [0, 1].into());
        let mut records: Vec<u32> = plan.placed().map(|placed| placed.piece.record).collect();
        records.extend(plan.held.iter().map(|(piece, _)| piece.record));
        records.sort_unstable();
        assert_eq!(records, (0..700).collect::<Vec<_>>());
        let totals = plan.totals();
        let yen: u64 = plan.postings.iter().map(|posted| posted.posting.yen).sum();
        assert_eq!(totals.postage_yen, yen);
    }
}
