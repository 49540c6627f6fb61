//! What a part's plan obeys: the shop's limits, the posting office's districts, the postage rules.

use letter::piece::Measured;
use presort::{Limits, Plan, PostDesk, Posting, PostingRules, Rules};

use crate::batch::Batch;
use crate::posting;
use crate::receive::Counter;

/// Plans the printing of the pieces that go on paper.
pub fn plan(counter: &Counter<'_>, batch: &Batch<'_>, going: &[Measured]) -> Plan {
    plan_as(counter, batch, going, None)
}

/// Plans the printing, under postings that are decided or the cheapest ones.
pub fn plan_as(
    counter: &Counter<'_>,
    batch: &Batch<'_>,
    going: &[Measured],
    postings: Option<Vec<Posting>>,
) -> Plan {
    let on_paper = going.iter().filter(|piece| piece.channel.on_paper()).copied().collect();
    let plan = with_rules(counter, batch, |rules| match postings {
        Some(postings) => presort::plan_as(rules, on_paper, postings),
        None => presort::plan(rules, on_paper),
    });
    assert!(plan.held.is_empty(), "what no envelope takes was held when it was measured");
    plan
}

/// Calls `with` with what a part's plan obeys.
pub fn with_rules<T>(
    counter: &Counter<'_>,
    batch: &Batch<'_>,
    with: impl FnOnce(&Rules<'_>) -> T,
) -> T {
    let config = &counter.shop.config;
    let limits = Limits {
        bundle_pieces_min: config.presort.bundle_pieces_min,
        bundle_pieces_max: config.presort.bundle_pieces_max,
        tray_pieces_max: config.presort.tray_pieces_max,
        tray_weight_mg_max: u64::from(config.presort.tray_weight_max_g) * 1000,
        file_pieces_max: config.print.file_pieces_max,
    };
    let district_len = |postal| {
        let listed = counter.shop.districts.len_of(postal);
        listed.unwrap_or_else(|| batch.house.dictionary.postal_district(postal))
    };
    let is_local = |postal| config.posting.is_local(postal);
    let posting = PostingRules {
        desk: post_desk(counter, batch),
        leeway_days: posting::leeway_days(batch, counter.night.now),
        is_advertising: batch.posting.advertising,
        is_local: &is_local,
    };
    let franking = batch.franking.clone();
    with(&Rules { franking, limits, district_len: &district_len, posting })
}

/// Returns where a part is posted.
pub fn post_desk<'s>(counter: &Counter<'_>, batch: &Batch<'s>) -> PostDesk<'s> {
    let is_regional = counter.shop.config.posting.regional;
    PostDesk { tariff: batch.tariff.tariff, is_regional }
}
