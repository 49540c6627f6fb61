//! Postings by the stock's tariff.

use super::*;
use crate::tariff::tests::stock;
use crate::tariff::{MailKind, TierPrice};

fn lot(pieces: u64) -> Lot {
    let book = stock();
    Lot {
        payer: 1,
        step: book.tariffs[0].steps[0].clone(),
        has_barcode: true,
        is_local: false,
        is_advertising: false,
        leeway_days: 0,
        services_yen: 0,
        pieces,
    }
}

fn heavier(pieces: u64, up_to_g: u32) -> Lot {
    let steps = stock().tariffs[0].steps.clone();
    let step = steps.into_iter().find(|s| s.size_class == "teikei" && s.up_to_g == up_to_g);
    Lot { step: step.expect("a step"), has_barcode: false, ..lot(pieces) }
}

/// Offer, tier, pieces and yen of each posting.
type Short = (Option<String>, u32, u64, u64);

fn planned(tariff: &Tariff, lots: &[Lot]) -> (Vec<Short>, PostingPlan) {
    let plan = PostDesk { tariff, is_regional: false }.plan(lots);
    let short = |p: &Posting| (p.offer.clone(), p.from, p.pieces, p.yen);
    let short = plan.postings.iter().map(short).collect();
    assert!(plan.is_proven);
    let all: u64 = plan.postings.iter().map(|posting| posting.pieces).sum();
    assert_eq!(all, lots.iter().map(|lot| lot.pieces).sum::<u64>());
    (short, plan)
}

fn check(lots: &[Lot], expected: &[(&str, u32, u64, u64)]) -> PostingPlan {
    let book = stock();
    let (short, plan) = planned(&book.tariffs[0], lots);
    let named = |(offer, from, pieces, yen): &(&str, u32, u64, u64)| {
        let offer = (!offer.is_empty()).then(|| (*offer).to_owned());
        (offer, *from, *pieces, *yen)
    };
    assert_eq!(short, expected.iter().map(named).collect::<Vec<_>>());
    plan
}

#[test]
fn letters_climb_the_tiers_of_the_published_tables() {
    check(&[lot(999)], &[("", 0, 999, 999 * 110)]);
    // 3 % from 1,000: 106.70 yen.
    check(&[lot(1_000)], &[("barcode", 1_000, 1_000, 106_700)]);
    check(&[lot(1_999)], &[("barcode", 1_000, 1_999, 213_293)]);
    // 3 % and 3 % from 2,000: 103.40 yen.
    check(&[lot(2_000)], &[("kubun", 2_000, 2_000, 206_800)]);
    check(&[lot(10_000)], &[("kubun", 10_000, 10_000, 1_023_000)]);
    check(&[lot(50_000)], &[("kubun", 50_000, 50_000, 5_060_000)]);
    check(&[lot(100_000)], &[("kubun", 100_000, 100_000, 10_010_000)]);
}

#[test]
fn fractions_of_a_yen_end_with_the_posting() {
    // 1,001 x 106.70 = 106,806.70.
    let plan = check(&[lot(1_001)], &[("barcode", 1_000, 1_001, 106_806)]);
    assert_eq!(plan.postings[0].lines[0].price, 1_067_000);
    assert_eq!((plan.plain_yen(), plan.yen()), (110_110, 106_806));
}

#[test]
fn pieces_without_a_barcode_and_heavier_ones_count_for_sorting_but_have_less_of_it() {
    let lots = [lot(1_500), Lot { has_barcode: false, ..lot(300) }, heavier(200, 100)];
    // 1,500 at 103.40, 300 at 106.70, 200 at 174.60.
    let plan = check(&lots, &[("kubun", 2_000, 2_000, 155_100 + 32_010 + 34_920)]);
    assert_eq!(plan.postings[0].lines.len(), 3);
    // With one piece fewer there is no sorting discount: barcodes alone, the rest plain.
    let fewer = [lot(1_500), Lot { has_barcode: false, ..lot(300) }, heavier(199, 100)];
    let rest = 300 * 110 + 199 * 180;
    check(&fewer, &[("barcode", 1_000, 1_500, 160_050), ("", 0, 499, rest)]);
}

#[test]
fn payers_are_never_counted_together() {
    let lots = [lot(1_999), Lot { payer: 2, ..lot(1) }];
    check(&lots, &[("barcode", 1_000, 1_999, 213_293), ("", 0, 1, 110)]);
}

#[test]
fn leeway_is_taken_where_it_is_allowed_and_enough_allow_it() {
    let relaxed = |pieces| Lot { leeway_days: 3, ..lot(pieces) };
    // 3 + 2 + 3 %: 101.20 yen.
    check(&[relaxed(2_000)], &[("kubun-3", 2_000, 2_000, 202_400)]);
    // Apart both have their tiers; the urgent ones alone would have none but the barcode's.
    let apart = [("kubun", 2_000, 2_000, 206_800), ("kubun-3", 2_000, 2_000, 202_400)];
    check(&[lot(2_000), relaxed(2_000)], &apart);
    check(&[lot(1_000), relaxed(1_500)], &[("kubun", 2_000, 2_500, 258_500)]);
    // Moving 500 of the relaxed ones carries the urgent 1,500 over the threshold.
    let moved = [("kubun", 2_000, 2_000, 206_800), ("kubun-3", 2_000, 2_500, 253_000)];
    check(&[lot(1_500), relaxed(3_000)], &moved);
}

#[test]
fn services_and_the_regional_office_open_and_close_offers() {
    let registered = Lot { services_yen: 350, ..lot(3_000) };
    check(&[registered], &[("", 0, 3_000, 3_000 * 460)]);
    let book = stock();
    let desk = PostDesk { tariff: &book.tariffs[0], is_regional: true };
    let plan = desk.plan(&[Lot { leeway_days: 7, ..lot(60_000) }]);
    // 5 + 4 + 3 %: 96.80 yen.
    assert_eq!(plan.postings[0].offer.as_deref(), Some("kubun-regional-7"));
    assert_eq!(plan.yen(), 5_808_000);
}

#[test]
fn unconfirmed_offers_are_never_used_and_confirmed_ones_compete() {
    let advertising = Lot { is_advertising: true, leeway_days: 3, ..lot(20_000) };
    check(std::slice::from_ref(&advertising), &[("kubun-3", 10_000, 20_000, 2_002_000)]);
    let mut book = stock();
    let offers = &mut book.tariffs[0].offers;
    for offer in offers.iter_mut().filter(|o| o.offer == "koukoku" || o.offer == "kunai") {
        offer.confirmed = true;
        for (tier, yen) in offer.tiers.iter_mut().zip([90, 80]) {
            if offer.offer == "kunai" {
                tier.prices = vec![TierPrice { size_class: "teikei".into(), up_to_g: 50, yen }];
            }
        }
    }
    let (short, _) = planned(&book.tariffs[0], &[advertising]);
    // 23 + 3 %: 81.40 yen.
    assert_eq!(short, [(Some("koukoku".into()), 20_000, 20_000, 1_628_000)]);
    // The made-up local prices: 900 local pieces at 90, where 100 more would bring 80.
    let local = Lot { is_local: true, ..lot(900) };
    let (short, plan) = planned(&book.tariffs[0], &[lot(2_000), local]);
    assert_eq!(short[1], (Some("kunai".into()), 100, 900, 81_000));
    let tip = plan.tips.iter().find(|tip| tip.name == "郵便区内特別郵便物").expect("a tip");
    assert_eq!((tip.from, tip.missing, tip.saves_yen), (1_000, 100, 9_000));
}

#[test]
fn a_tip_says_how_many_pieces_are_missing_and_what_they_would_bring() {
    let plan = check(&[lot(9_963)], &[("kubun", 2_000, 9_963, 1_030_174)]);
    // 9,963 pieces at 1.10 yen less.
    let name = "区分郵便物".to_owned();
    let tip = Tip { payer: 1, name, from: 10_000, missing: 37, saves_yen: 10_959 };
    assert_eq!(plan.tips, [tip]);
    assert_eq!(check(&[lot(200_000)], &[("kubun", 100_000, 200_000, 20_020_000)]).tips, []);
}

#[test]
fn eight_weight_classes_go_in_two_postings_when_each_has_enough() {
    let classes: Vec<Lot> = stock().tariffs[0]
        .steps
        .iter()
        .filter(|step| step.size_class == "kikakugai")
        .map(|step| Lot { step: step.clone(), has_barcode: false, ..lot(2_000) })
        .collect();
    assert_eq!(classes[0].step.kind, MailKind::Teikeigai);
    let book = stock();
    let (short, plan) = planned(&book.tariffs[0], &classes);
    assert!(short.iter().all(|(offer, ..)| offer.as_deref() == Some("kubun")), "{short:?}");
    assert!(plan.postings.iter().all(|posting| posting.lines.len() <= 6));
    // Six of them hold 12,000 pieces and have 4 %; the two dearest are among these.
    let large = plan.postings.iter().find(|posting| posting.from == 10_000).expect("a tier");
    assert_eq!(large.lines.iter().map(|line| line.step.yen).max(), Some(1_750));
    assert!(large.lines.len() >= 5);
}
