//! The second journey: parcels of applications, from the inbox to the municipalities.
//!
//! ```text
//! Parcel → Received → Verified → Checked → Assigned → Converted → HandedOver | Person | …
//! ```
//!
//! All parcels of a night are examined in one stage, because what is handed over is sorted by
//! municipality over all of them; then everything goes out in another. Forms on paper and notices
//! to applicants leave as drops of the shop's own and go the letters' journey in the same night.

mod account;
mod acknowledged;
mod again;
mod events;
mod examine;
pub mod finalise;
mod ground;
mod hand_over;
mod lists;
mod notices;
pub mod own_drop;
mod paper;
mod parcel;
mod recount;
mod row;
mod spool;

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use ledger::report::{ApplicationsReport, Event};
use letter::{BatchId, SenderId};
use runner::{Crew, Entry, Journal, Part, SeenDrop, Stage};

use crate::config::Shop;
use crate::journey::stage_once;
use crate::out::{night_name, FileJournal, Out};
use crate::receive::Counter;
use crate::watch::Watch;
use acknowledged::Acknowledgements;
use again::Waiting;
use ground::Ground;
use row::{read_lines, End, ParcelNote, Row};

/// The sender in whose name applications leave on paper: the print centre itself.
pub const COUNTER: &str = "counter";

/// Carries the parcels of a night to their ends, and returns the drops that it made of them for the
/// letters' journey.
///
/// # Errors
/// The machine's trouble only; the next run goes on after the last stage that was done.
pub fn carry(
    counter: &Counter<'_>,
    crew: &Crew,
    journal: &mut FileJournal,
    watch: &mut Watch,
    parcels: &[&SeenDrop],
) -> Result<Vec<SeenDrop>> {
    let (out, night) = (counter.out, counter.night);
    let waiting = Waiting::before(out, night.night)?;
    let acknowledgements = Acknowledgements::before(out, &counter.shop.root, night.night)?;
    if parcels.is_empty() && waiting.is_empty() && acknowledgements.is_empty() {
        return Ok(Vec::new());
    }
    let folder = out.applications(night.night);
    let part = part_of(night.night);
    let ground = watch
        .stage("ground", None, 0, || Ground::open(&counter.shop.root, &counter.house.dictionary))?;

    // Verified, checked, assigned, converted: nothing of it depends on the other parcels.
    let known = earlier_receipts(counter)?;
    let work = || {
        stage_once(out, journal, &part, Stage::Examined, || {
            spool::examine(counter, crew, &ground, parcels, &waiting, known)
        })
    };
    watch.stage("examine", None, 0, work)?;
    let notes: Vec<ParcelNote> = read_lines(&folder.join(spool::PARCELS))?;
    for note in &notes {
        note_parcel(counter, journal, note)?;
    }

    // Handed over: sorted by municipality over all parcels.
    let rows: Vec<Row> = read_lines(&folder.join(spool::ROWS))?;
    let going = rows.len() as u64;
    let work = || {
        stage_once(out, journal, &part, Stage::HandedOver, || {
            hand_over::hand_over(counter, crew, &ground, (&notes, &rows), &acknowledgements)
        })
    };
    watch.stage("hand-over", None, going, work)?;
    read_lines(&folder.join(hand_over::DROPS))
}

/// Notes in the journal that a parcel was taken or refused.
fn note_parcel(counter: &Counter<'_>, journal: &mut FileJournal, note: &ParcelNote) -> Result<()> {
    if note.waited_since.is_some() || counter.is_settled(journal, &note.drop) {
        return Ok(());
    }
    let (drop, sha256) = (note.drop.clone(), note.sha256.clone());
    if let Some(refusal) = &note.refusal {
        return counter.refuse(journal, &drop, sha256, refusal, None, 0);
    }
    let parcel = Part {
        sender: SenderId::parse(&drop.sender).context("the inbox folder is no id")?,
        batch: BatchId::parse(&note.parcel).context("the parcel's name is no id")?,
        part: 1,
    };
    journal.append(Entry::ParcelTaken { drop, sha256, parcel, applications: note.applications })
}

/// Returns whether something has come that is no drop, and for which a night begins: a
/// municipality's acknowledgement, or revocation lists while applications wait for one.
///
/// # Errors
/// If what earlier nights have left cannot be read.
pub fn has_news(shop: &Shop, out: &Out, last_night: u32) -> Result<bool> {
    let next = last_night + 1;
    Ok(!Acknowledgements::before(out, &shop.root, next)?.is_empty()
        || Waiting::before(out, next)?.has_news(&shop.root)?)
}

/// Returns what the report says of a night's applications; nothing if there is nothing to say.
///
/// # Errors
/// If the night's rows cannot be read.
pub fn report(counter: &Counter<'_>) -> Result<Option<ApplicationsReport>> {
    let night = counter.night.night;
    let today = counter.night.now.date_jst();
    let events = events::events(counter.out, &counter.shop.root, night, today)?;
    let folder = counter.out.applications(night);
    if !folder.join(spool::ROWS).exists() {
        let said = (!events.is_empty()).then(|| account::report(&[], 0, &[], events));
        return Ok(said);
    }
    let (notes, rows) = examined(counter.out, night)?;
    let noted = acknowledged::noted_by(counter.out, night)?;
    let received = notes.iter().map(|note| u64::from(note.applications)).sum();
    let mut report = account::report(&rows, received, &noted, events);
    report.discrepancies = recount::recount(counter.out, night, &notes, &rows)?;
    Ok(Some(report))
}

/// What one night did with applications.
pub struct NightCount {
    /// The night.
    pub night: u32,
    /// Applications in the parcels that were taken.
    pub received: u64,
    /// What became of them, by stable code, in the order of the equation.
    pub ends: Vec<(&'static str, u64)>,
    /// Where the artefacts are not what the rows say.
    pub discrepancies: Vec<Event>,
}

/// Counts the applications of every night again from the artefacts.
///
/// # Errors
/// If one cannot be read.
pub fn recount_all(out: &Out, last_night: u32) -> Result<Vec<NightCount>> {
    let mut all = Vec::new();
    for night in 1..=last_night {
        if !out.applications(night).join(hand_over::DROPS).exists() {
            continue;
        }
        let (notes, rows) = examined(out, night)?;
        let count = |end: End| rows.iter().filter(|row| row.end == end).count() as u64;
        all.push(NightCount {
            night,
            received: notes.iter().map(|note| u64::from(note.applications)).sum(),
            ends: End::ALL.map(|end| (end.code(), count(end))).to_vec(),
            discrepancies: recount::recount(out, night, &notes, &rows)?,
        });
    }
    Ok(all)
}

/// Reads what a night has examined.
fn examined(out: &Out, night: u32) -> Result<(Vec<ParcelNote>, Vec<Row>)> {
    let folder = out.applications(night);
    Ok((read_lines(&folder.join(spool::PARCELS))?, read_lines(&folder.join(spool::ROWS))?))
}

/// Returns the receipt numbers of all earlier nights, by site.
fn earlier_receipts(counter: &Counter<'_>) -> Result<BTreeSet<[u8; 16]>> {
    let mut known = BTreeSet::new();
    for night in 1..counter.night.night {
        let path = counter.out.applications(night).join(spool::RECEIPTS);
        if path.exists() {
            let bytes =
                std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            let chunks = bytes.chunks_exact(16);
            known.extend(chunks.map(|key| <[u8; 16]>::try_from(key).expect("16 bytes")));
        }
    }
    Ok(known)
}

/// The part under which the journal notes the stages of a night's applications.
fn part_of(night: u32) -> Part {
    Part {
        sender: SenderId::parse(COUNTER).expect("an id"),
        batch: BatchId::parse(&night_name(night)).expect("an id"),
        part: 1,
    }
}
