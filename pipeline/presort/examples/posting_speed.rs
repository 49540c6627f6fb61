//! How long a million pieces take to plan: postings, print order, bundles and trays on one thread.
//!
//! `cargo run --release -p presort --example posting_speed [pieces]`

#![allow(clippy::print_stdout, reason = "an example says what it measured")]

#[path = "../../letter/tests/support/naga3.rs"]
mod naga3;
#[path = "../src/numbers.rs"]
mod numbers;

use std::time::Instant;

use letter::piece::Measured;
use letter::stock::{EnvelopeProfile, Paper};
use letter::{Channel, ChannelReason, PostalCode};
use presort::{
    plan, Franking, Limits, Lot, PostDesk, PostingRules, Rules, Step, Tariff, TariffBook,
};

use naga3::naga3;
use numbers::Numbers;

fn main() {
    let pieces = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let book: TariffBook =
        toml::from_str(include_str!("../../../config/tariffs.toml")).expect("the stock's tariffs");
    let tariff = &book.tariffs[0];
    one_batch(tariff, pieces);
    many_senders(tariff, pieces.into());
}

/// One batch with everything: its postings, order, bundles, trays, files.
fn one_batch(tariff: &Tariff, pieces: u32) {
    let envelope = EnvelopeProfile { sheets_max: 40, ..naga3() };
    let paper = Paper { sheet_mg: 3_990, duplex: true, sheet_um: 90 };
    let mut numbers = Numbers(7);
    let one = |record| Measured {
        record,
        postal: PostalCode::from_number(numbers.below(10_000_000) as u32).expect("seven digits"),
        walk: numbers.below(1 << 40),
        pages: 1 + numbers.below(40) as u16,
        has_barcode: numbers.below(50) > 0,
        channel: Channel::Paper,
        why: ChannelReason::PrefersPaper,
    };
    let pieces: Vec<Measured> = (0..pieces).map(one).collect();
    let posting = PostingRules {
        desk: PostDesk { tariff, is_regional: true },
        leeway_days: 3,
        is_advertising: false,
        is_local: &|postal| postal.prefix(3) == 100,
    };
    let franking = Franking::new(&envelope, paper, tariff, &[]).expect("no services");
    let rules = Rules { franking, limits: Limits::default(), district_len: &|_| 5, posting };
    let begun = Instant::now();
    let plan = plan(&rules, pieces);
    let seconds = begun.elapsed().as_secs_f64();
    let totals = plan.totals();
    println!(
        "{} pieces of one batch: {seconds:.3} s; {} postings, {} trays, {} yen, {} below the \
         plain tariff",
        plan.len(),
        plan.postings.len(),
        plan.trays.len(),
        totals.postage_yen,
        totals.plain_yen - totals.postage_yen
    );
}

/// A night of many senders and formats: counted into lots, then split.
fn many_senders(tariff: &Tariff, pieces: u64) {
    const SENDERS: u64 = 50;
    let mut numbers = Numbers(11);
    let steps: Vec<&Step> = tariff.steps.iter().collect();
    let begun = Instant::now();
    let mut counts = vec![0u64; (SENDERS as usize) * steps.len() * 4];
    for _ in 0..pieces {
        let sender = numbers.below(SENDERS).min(numbers.below(SENDERS));
        // Light letters are common, heavy ones rare.
        let light = numbers.below(steps.len() as u64).min(numbers.below(steps.len() as u64));
        let step = light.min(numbers.below(6));
        counts[((sender * steps.len() as u64 + step) * 4 + numbers.below(4)) as usize] += 1;
    }
    let lot = |(key, pieces): (usize, &u64)| Lot {
        payer: (key / 4 / steps.len()) as u32,
        step: steps[key / 4 % steps.len()].clone(),
        has_barcode: key & 1 == 0,
        is_local: false,
        is_advertising: false,
        leeway_days: if key & 2 == 0 { 0 } else { 3 },
        services_yen: 0,
        pieces: *pieces,
    };
    let filled = counts.iter().enumerate().filter(|(_, pieces)| **pieces > 0);
    let lots: Vec<Lot> = filled.map(lot).collect();
    let counted = begun.elapsed().as_secs_f64();
    let plan = PostDesk { tariff, is_regional: false }.plan(&lots);
    println!(
        "{pieces} pieces of {SENDERS} senders in {} lots: {counted:.3} s to count, {:.3} s to \
         split; {} postings, proven {}, {} yen, {} below the plain tariff",
        lots.len(),
        begun.elapsed().as_secs_f64() - counted,
        plan.postings.len(),
        plan.is_proven,
        plan.yen(),
        plan.plain_yen() - plan.yen()
    );
    one_contract(tariff, &lots);
}

/// The same pieces as batches that are posted together under one contract.
fn one_contract(tariff: &Tariff, lots: &[Lot]) {
    let begun = Instant::now();
    let batches: Vec<Vec<Lot>> =
        lots.chunk_by(|a, b| a.payer == b.payer).map(<[Lot]>::to_vec).collect();
    let joint = PostDesk { tariff, is_regional: false }.plan_together(&batches);
    println!(
        "as {} batches under one contract: {:.3} s; {} postings, {} yen, {} below each alone",
        batches.len(),
        begun.elapsed().as_secs_f64(),
        joint.plan.postings.len(),
        joint.plan.yen(),
        joint.alone_yen.saturating_sub(joint.plan.yen())
    );
}
