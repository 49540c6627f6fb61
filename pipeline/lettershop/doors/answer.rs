//! Answers by day: a drop that was just taken is received, measured and planned, and its sender
//! gets receipt, rejects, cost and a proof; the night prints it.
//!
//! Receiving is for good and stands in the journal. Measuring and planning are not: the night does
//! them again with the preferences of the night.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};
use edge::durable::LogError;
use intake::refusal;
use ledger::receipt::Receipt;
use letter::piece::Measured;
use letter::record::field;
use letter::Channel;
use runner::{Crew, Entry, Journal, NightPlan, Part, SeenDrop};
use serde::{Deserialize, Serialize};

use super::taking::{self, Taken, Waiting};
use super::{notes, outbox};
use crate::alarm;
use crate::audit;
use crate::batch::{Batch, House};
use crate::close;
use crate::commands::night::read_clock;
use crate::config::Shop;
use crate::fates::Fates;
use crate::journey::{self, judge, Judgement};
use crate::lists;
use crate::measure::{measure, MeasuredBatch};
use crate::out::{FileJournal, Out};
use crate::plan;
use crate::print::{proof, Forme};
use crate::receive::{is_known, Counter, Orphans};
use crate::registry_import as registry;
use crate::split::split;

/// The shop by day.
pub struct Day<'s> {
    /// The shop.
    pub shop: &'s Shop,
    /// Where nights write.
    pub out: &'s Out,
    /// Dictionary and fonts.
    pub house: &'s House,
    /// The threads.
    pub crew: &'s Crew,
}

/// What a part's last answer spoke of; `answered.json` in its folder.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Answered {
    /// Entries of the journal that concern the part.
    entries: usize,
}

const ANSWERED: &str = "answered.json";

impl Day<'_> {
    /// Heeds the senders' notes, answers every drop that was not answered yet, and fills the
    /// outboxes; returns the parts that were answered. Nothing, if a night is at work or was cut
    /// off.
    ///
    /// # Errors
    /// The machine's trouble.
    pub fn round(&self, waiting: &[Waiting]) -> Result<Option<Vec<Part>>> {
        let Some(mut journal) = free_journal(self.out)? else { return Ok(None) };
        if journal.open_night().is_some() {
            return Ok(None);
        }
        notes::heed(self.shop, self.out, &mut journal)?;
        let answered = self.answer_all(&mut journal)?;
        outbox::send(self.shop, self.out, &journal, waiting, read_clock())?;
        Ok(Some(answered))
    }

    fn answer_all(&self, journal: &mut FileJournal) -> Result<Vec<Part>> {
        let drops = self.drops(journal)?;
        let due = |journal: &FileJournal| -> Vec<Part> {
            let open = journey::open_parts(journal).into_iter();
            open.filter(|part| self.is_due(journal, part)).collect()
        };
        if drops.is_empty() && due(journal).is_empty() {
            return Ok(Vec::new());
        }
        let mut memory = registry::open_memory(self.out, journal)?;
        registry::import_changed(self.shop, self.out, &mut memory, read_clock().date_jst())?;
        let snapshot = registry::freeze(self.out, &memory)?;
        let night = NightPlan {
            night: 0,
            now: read_clock(),
            drops: drops.clone(),
            snapshot: snapshot.id().to_string(),
            audit: audit::sealed(self.out)?,
        };
        let Self { shop, house, out, crew } = *self;
        let counter = Counter { shop, house, out, night: &night };
        let drops: Vec<&SeenDrop> = drops.iter().collect();
        let mut rest = &drops[..];
        while !rest.is_empty() {
            let (some, after) = rest.split_at(journey::of_different_senders(rest));
            // What continues a batch that is not printed yet waits for the night.
            counter.receive(crew, journal, &mut memory, some, Orphans::Wait)?;
            rest = after;
        }
        let parts = due(journal);
        for part in &parts {
            let batch =
                Batch::open(out, shop, house, part).with_context(|| format!("opening {part}"))?;
            self.answer(&counter, journal, &batch, &snapshot)?;
        }
        Ok(parts)
    }

    /// Returns the drops that came through a door and that the journal does not know.
    fn drops(&self, journal: &FileJournal) -> Result<Vec<SeenDrop>> {
        let mut drops: Vec<SeenDrop> = Vec::new();
        for Taken { sender, name, len, sha256, .. } in taking::taken(self.out)? {
            let drop = SeenDrop { sender, name, len };
            let path = self.shop.inbox().join(&drop.sender).join(&drop.name);
            let is_there = fs::metadata(path).is_ok_and(|meta| meta.len() == drop.len);
            let is_new = is_there && !is_known(journal, &drop, &sha256);
            if is_new && !self.shop.sites.contains_key(&drop.sender) && !drops.contains(&drop) {
                drops.push(drop);
            }
        }
        Ok(drops)
    }

    fn is_due(&self, journal: &FileJournal, part: &Part) -> bool {
        let bytes = fs::read(self.out.part(part).join(ANSWERED)).unwrap_or_default();
        let before: Option<Answered> = serde_json::from_slice(&bytes).ok();
        before.as_ref() != Some(&answered(journal, part))
    }

    fn answer(
        &self,
        counter: &Counter<'_>,
        journal: &mut FileJournal,
        batch: &Batch<'_>,
        snapshot: &columnar::Snapshot,
    ) -> Result<()> {
        let (out, part, night) = (self.out, batch.part(), counter.night);
        let found = split(batch, snapshot)?;
        measure(out, self.crew, batch, &found.lookups, night.now.date_jst())?;
        let measured = MeasuredBatch::read(&out.part(part))?;
        let stops = match judge(out, journal, batch, &measured)? {
            Judgement::GoesOn => None,
            Judgement::Stops(reason) => Some(reason),
            Judgement::Refused { faults } => {
                let rows = u64::from(batch.received.rows);
                let refusal = refusal::too_many_faults(faults, rows);
                let (drop, sha256) = (batch.received.drop.clone(), batch.received.sha256.clone());
                return counter.refuse(journal, &drop, sha256, &refusal, Some(part), rows);
            }
        };
        let stopped = journey::pulled(journal, batch)?;
        let MeasuredBatch { mut pieces, uses } = measured;
        pieces.retain(|piece| stops.is_none() && !stopped.contains_key(&piece.record));
        let plan = plan::plan(counter, batch, &pieces);
        let copies: Vec<Measured> =
            pieces.iter().copied().filter(|piece| piece.channel.in_mailbox()).collect();
        let rows = batch.spool.rows().len();
        let waits = stops.as_ref().is_some_and(alarm::awaits);
        let fates = Fates::new(rows, &plan, &copies, stopped, stops);
        let (account, set_aside) = close::count(out, batch, &fates)?;
        lists::write_rejects(out, batch, &set_aside)?;
        let extremes = extremes(batch, &pieces)?;
        if !extremes.is_empty() {
            let forme = Forme::make(batch, &uses)?;
            let plan = plan::plan(counter, batch, &extremes);
            let pdf = proof(batch, &forme, &plan, night.now)?;
            let name = format!("{}.proof.pdf", part.name());
            out.publish_bytes(&out.outbox(part.sender.as_str(), &name), &pdf)?;
        }
        let head = close::head(batch, night);
        let receipt = match waits {
            true => Receipt::awaiting_approval(head, &account),
            false => Receipt::examined(head, &account),
        };
        close::write_receipt(out, part.sender.as_str(), &part.name(), &receipt)?;
        let json = serde_json::to_vec(&answered(journal, part)).expect("plain data");
        out.publish_bytes(&out.part(part).join(ANSWERED), &json)?;
        Ok(())
    }
}

fn answered(journal: &FileJournal, part: &Part) -> Answered {
    let concerns = |entry: &&Entry| match entry {
        Entry::DropTaken { part: of, .. }
        | Entry::Approved { part: of }
        | Entry::Cancelled { part: of }
        | Entry::Pulled { part: of, .. } => of == part,
        _ => false,
    };
    Answered { entries: journal.entries().iter().filter(concerns).count() }
}

/// Opens the journal; nothing while somebody else is at work with it.
///
/// # Errors
/// If it cannot be read.
pub fn free_journal(out: &Out) -> Result<Option<FileJournal>> {
    match out.journal() {
        Ok(journal) => Ok(Some(journal)),
        Err(error) if matches!(error.downcast_ref(), Some(LogError::InUse { .. })) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the pieces that show most of a batch, as if all went on paper: the first, the longest
/// name, the longest address, the most pages, the fewest, and the one with most fields empty.
fn extremes(batch: &Batch<'_>, pieces: &[Measured]) -> Result<Vec<Measured>> {
    let schema = batch.layout.schema();
    let at = |name: &str| schema.field(name);
    let (name, first, second) = (at(field::NAME), at(field::ADDRESS1), at(field::ADDRESS2));
    let going: BTreeSet<u32> = pieces.iter().map(|piece| piece.record).collect();
    // Greatest so far of each: how much, and whose.
    let mut most = [(0usize, None::<u32>); 3];
    batch.spool.for_each(|record, view| {
        let record = record as u32;
        if going.contains(&record) {
            let length = |at: Option<usize>| at.map_or(0, |at| view.field(at).chars().count());
            let empty = (0..view.field_count()).filter(|at| view.field(*at).is_empty()).count();
            let found = [length(name), length(first) + length(second), empty];
            for (most, found) in most.iter_mut().zip(found) {
                if most.1.is_none() || found > most.0 {
                    *most = (found, Some(record));
                }
            }
        }
        Ok::<_, std::io::Error>(())
    })?;
    let by_pages = |piece: &&Measured| piece.pages;
    let chosen: BTreeSet<u32> = most
        .iter()
        .filter_map(|(_, record)| *record)
        .chain(pieces.first().map(|piece| piece.record))
        .chain(pieces.iter().rev().max_by_key(by_pages).map(|piece| piece.record))
        .chain(pieces.iter().min_by_key(by_pages).map(|piece| piece.record))
        .collect();
    let chosen = pieces.iter().filter(|piece| chosen.contains(&piece.record));
    Ok(chosen.map(|piece| Measured { channel: Channel::Paper, ..*piece }).collect())
}
