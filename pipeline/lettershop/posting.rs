//! The papers for the post office: posting slips, bundle slips, and what the post desk must know.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use letter::stock::EnvelopeProfile;
use letter::{Date, Moment};
use paperwork::{
    bundle_slips, posting_slips, BundleSlip, Front, GroupRow, Indicia, PostageTip, PostingForm,
    PostingRow, PostingSheet, PostingSlips, SlipBatch,
};
use presort::{BundleSummary, Calendar, Haste, Plan, Posting, PostingLine, TraySummary};
use runner::{FileMark, Part};

use crate::batch::{Batch, Received};
use crate::config::Shop;
use crate::out::Out;

/// What a part's posting slips were made from, in its folder.
pub const SLIPS: &str = "posting-slips.json";

/// Writes `posting-slips.pdf`, `bundle-slips.pdf` and, where the shop prints indicia on envelopes,
/// their fronts beside the print files.
///
/// # Errors
/// If a document cannot be made or written.
pub fn write(
    out: &Out,
    batch: &Batch<'_>,
    plan: &Plan,
    font: &[u8],
    now: Moment,
) -> Result<Vec<FileMark>> {
    let folder = out.print(batch.part());
    let slips = slips(batch, plan, now);
    let figures = serde_json::to_vec(&slips).expect("figures are plain data");
    let posting = posting_slips(&slips, font).context("the posting slips")?;
    let of_batch = SlipBatch {
        job: slips.job,
        sender: slips.sender,
        batch: slips.batch,
        posting_date: slips.posting_date,
    };
    let bundles: Vec<BundleSlip> =
        plan.trays.iter().flat_map(|tray| bundle_slip(plan, tray)).collect();
    let bundles = bundle_slips(&of_batch, &bundles, font).context("the bundle slips")?;
    let mut files = vec![
        out.publish_bytes(&out.part(batch.part()).join(SLIPS), &figures)?,
        out.publish_bytes(&folder.join("posting-slips.pdf"), &posting)?,
        out.publish_bytes(&folder.join("bundle-slips.pdf"), &bundles)?,
    ];
    let leeways: BTreeSet<u32> = plan.postings.iter().map(|p| p.posting.leeway_days).collect();
    for leeway_days in leeways {
        if let Some(front) = envelope_front(batch, leeway_days, font, now)? {
            let path = folder.join(format!("envelope-{leeway_days}-days.pdf"));
            files.push(out.publish_bytes(&path, &front)?);
        }
    }
    Ok(files)
}

/// Returns the front of a part's envelope with its indicia, where the shop prints them.
fn envelope_front(
    batch: &Batch<'_>,
    leeway_days: u32,
    font: &[u8],
    now: Moment,
) -> Result<Option<Vec<u8>>> {
    let keys = &batch.shop.config.posting;
    let Some(outline) = keys.indicia.outline() else { return Ok(None) };
    let (payment, office) = (keys.payment.clone(), keys.office.clone());
    let EnvelopeProfile { width_mm, height_mm, inner_width_mm, inner_height_mm, window, .. } =
        batch.envelope;
    // The window is measured inside.
    let window_mm = window.as_ref().map(|window| {
        let left = (width_mm - inner_width_mm) / 2.0 + window.left_mm;
        let top = (height_mm - inner_height_mm) / 2.0 + window.top_mm;
        [left, top, window.width_mm, window.height_mm].map(|mm| mm as f32)
    });
    let front = Front { width_mm: *width_mm as f32, height_mm: *height_mm as f32, window_mm };
    let indicia = Indicia { payment, office, leeway_days, outline };
    paperwork::indicia(&indicia, front, now, font).context("the envelope's front").map(Some)
}

fn slips(batch: &Batch<'_>, plan: &Plan, now: Moment) -> PostingSlips {
    let keys = &batch.shop.config.posting;
    let form = |(number, posted): (usize, &presort::Posted)| {
        let trays = plan.trays.iter().filter(|tray| tray.posting as usize == number);
        let trays: Vec<&TraySummary> = trays.collect();
        PostingForm {
            sheet: sheet(&posted.posting),
            first_tray: trays.first().map_or(0, |tray| tray.tray),
            trays: trays.len() as u32,
            bundles: trays.iter().map(|tray| tray.bundles.len() as u32).sum(),
            weight_mg: trays.iter().map(|tray| tray.weight_mg).sum(),
            groups: groups(trays.iter().flat_map(|tray| &tray.bundles)),
        }
    };
    PostingSlips {
        job: batch.job,
        sender: batch.sender.name.clone(),
        sender_lines: batch.sender.office.clone(),
        batch: batch.part().name(),
        posting_date: batch.received.posting_date,
        made: now,
        office: keys.office.clone(),
        payment: keys.payment.clone(),
        postings: plan.postings.iter().enumerate().map(form).collect(),
        cautions: cautions(batch, now),
    }
}

/// Counts neighbouring bundles of one group together.
fn groups<'a>(bundles: impl Iterator<Item = &'a BundleSummary>) -> Vec<GroupRow> {
    let bundles: Vec<&BundleSummary> = bundles.collect();
    let row = |same: &[&BundleSummary]| GroupRow {
        group: same[0].group.to_string(),
        bundles: same.len() as u32,
        pieces: same.iter().map(|bundle| bundle.pieces).sum(),
    };
    bundles.chunk_by(|a, b| a.group == b.group).map(row).collect()
}

fn bundle_slip<'a>(plan: &'a Plan, tray: &'a TraySummary) -> impl Iterator<Item = BundleSlip> + 'a {
    let posting = &plan.postings[tray.posting as usize].posting.name;
    tray.bundles.iter().map(move |bundle| BundleSlip {
        tray: tray.tray,
        bundle: bundle.bundle,
        of: tray.bundles.len() as u32,
        group: bundle.group.to_string(),
        posting: posting.clone(),
        pieces: bundle.pieces,
        first_sequence: bundle.first_sequence,
        first: bundle.first_postal,
        last: bundle.last_postal,
    })
}

/// Returns a posting as the papers say it.
pub fn sheet(posting: &Posting) -> PostingSheet {
    let row = |line: &PostingLine| PostingRow {
        size_class: line.step.size_class.clone(),
        up_to_g: line.step.up_to_g,
        has_barcode: line.has_barcode,
        plain_yen: line.plain_yen,
        price: line.price,
        pieces: line.pieces,
        sum: line.sum,
    };
    PostingSheet {
        name: posting.name.clone(),
        from: posting.from,
        leeway_days: posting.leeway_days,
        pieces: posting.pieces,
        yen: posting.yen,
        plain_yen: posting.plain_yen,
        lines: posting.lines.iter().map(row).collect(),
    }
}

/// Returns a tip as the papers say it.
pub fn tip(tip: &presort::Tip) -> PostageTip {
    let presort::Tip { name, from, missing, saves_yen, .. } = tip.clone();
    PostageTip { name, from, missing, saves_yen }
}

/// Returns what the post desk must be told: an outdated tariff, a posting date that is late.
pub fn cautions(batch: &Batch<'_>, now: Moment) -> Vec<String> {
    let mut cautions = Vec::new();
    let contract = batch.shop.config.posting.contract_of(batch.part().sender.as_str());
    if let Some(contract) = contract {
        cautions.push(format!(
            "契約「{contract}」で一括して差し出す案件があるときは、この票は内訳です（postings/ の差出票を出します）。"
        ));
    }
    let known_until = batch.tariff.tariff.known_until;
    if batch.tariff.is_outdated {
        cautions.push(format!(
            "料金表の確認日（{known_until}）を過ぎています。最新の料金と照合してください。"
        ));
    }
    let calendar = calendar(batch.shop);
    let leeway_days = leeway_days(batch, now);
    let wanted = post_by(batch, &calendar, leeway_days);
    let schedule = calendar.schedule(now.date_jst(), wanted);
    let (post_by, can_post) = (schedule.post_by, schedule.can_post);
    if leeway_days < batch.posting.leeway_days {
        cautions.push("期日に間に合わないため、送達日数の余裕承諾は使っていません。".to_owned());
    }
    match schedule.haste {
        Haste::Late { by_days } => cautions.push(format!(
            "差出日 {wanted} に間に合いません。最も早い差出しは {can_post}（{by_days} 営業日遅れ）です。"
        )),
        Haste::LastDay => cautions.push(format!("差出しは {post_by} が最終日です。余裕がありません。")),
        Haste::InTime { .. } if post_by != wanted => cautions.push(format!(
            "差出日 {wanted} は休業日です。{post_by} までに差し出してください。"
        )),
        Haste::InTime { .. } => {}
    }
    cautions
}

/// Returns the days of leeway that a part may accept: what is agreed, unless its letters must have
/// arrived before.
pub fn leeway_days(batch: &Batch<'_>, now: Moment) -> u32 {
    let calendar = calendar(batch.shop);
    let agreed = batch.posting.leeway_days;
    let can_post = calendar.can_post(now.date_jst());
    let in_time = |due| calendar.post_by(due, agreed) >= can_post;
    match due(batch.shop, &batch.received) {
        Some(due) if !in_time(due) => 0,
        _ => agreed,
    }
}

/// Returns the day on which a part must be posted: the sender's, or earlier if it would arrive
/// after the legal date.
fn post_by(batch: &Batch<'_>, calendar: &Calendar, leeway_days: u32) -> Date {
    let wanted = batch.received.posting_date;
    let due = due(batch.shop, &batch.received);
    due.map_or(wanted, |due| calendar.post_by(due, leeway_days).min(wanted))
}

/// Returns the legal date on which a part's letters must lie with their recipients: what the shop
/// has noted, or else what the drop says.
pub fn due(shop: &Shop, received: &Received) -> Option<Date> {
    let Part { sender, batch, .. } = &received.part;
    let noted = shop.config.posting.senders.get(sender.as_str());
    let noted = noted.and_then(|of| of.due.get(batch.as_str())).copied();
    noted.or(received.due)
}

/// Returns the shop's days.
pub fn calendar(shop: &Shop) -> Calendar {
    let keys = &shop.config.calendar;
    Calendar {
        closed: keys.closed.iter().copied().collect(),
        delivery_days: keys.delivery_days,
        production_days: keys.production_days,
    }
}
