//! The journey of a night, from the senders' drops to the closed ledger: the page to read first.

use std::collections::HashMap;

use anyhow::{Context, Result};
use columnar::Snapshot;
use edge::Memory;
use intake::refusal;
use letter::page::CharUse;
use letter::piece::Measured;
use letter::{Disposition, Moment, Reason};
use mailbox::MailboxId;
use presort::Posting;
use route::Lookup;
use runner::{both, Crew, Entry, Journal, NightPlan, Part, SeenDrop, Stage};

use crate::account::{self, NightResult};
use crate::alarm;
use crate::applications;
use crate::audit;
use crate::batch::{Batch, House};
use crate::close::{self, Standing};
use crate::commands::night::read_clock;
use crate::config::Shop;
use crate::deliver::deliver;
use crate::fates::fault_stream;
use crate::first_proof;
use crate::jobs::Jobs;
use crate::later;
use crate::measure::{measure, MeasuredBatch};
use crate::out::{sha256_of, FileJournal, Out};
use crate::plan::plan_as;
use crate::postage;
use crate::postbox;
use crate::print::{print_files, Forme};
use crate::receive::{is_known, Counter, Orphans};
use crate::registry_import as registry;
use crate::split::{split, Split};
use crate::watch::Watch;

/// The moment of a night that begins now, and whether the clock was read for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The moment.
    pub now: Moment,
    /// Whether it was given: a replay, whose outputs carry no times.
    pub is_given: bool,
    /// No part is begun after this moment; the clock is read for it.
    pub until: Option<Moment>,
}

/// Runs a night over the drops in the shop's inbox, or ends the one that was cut off.
///
/// # Errors
/// The machine's trouble only; the same call then goes on where this one stopped.
pub fn night(
    shop: &Shop,
    out: &Out,
    crew: &Crew,
    clock: Clock,
    watch: &mut Watch,
) -> Result<NightResult> {
    let mut journal = out.journal()?;
    let house = watch.stage("open", None, 0, || House::open(shop))?;
    let mut memory = registry::open_memory(out, &journal)?;
    let begun =
        watch.stage("begin", None, 0, || begin(shop, out, &mut journal, &mut memory, clock))?;
    let Some((night, snapshot)) = begun else {
        registry::send_opens(out, &memory)?;
        let left = open_parts(&journal);
        return Ok(NightResult { report: None, night: 0, left });
    };
    let counter = Counter { shop, house: &house, out, night: &night };
    // Applications first: what of them goes on paper, and the notices, are letters of this night.
    let is_parcel = |drop: &&SeenDrop| {
        shop.sites.contains_key(&drop.sender) && !later::is_list(out, &night, drop)
    };
    let (parcels, mut left): (Vec<&SeenDrop>, Vec<&SeenDrop>) =
        night.drops.iter().partition(is_parcel);
    let own = applications::carry(&counter, crew, &mut journal, watch, &parcels)?;
    left.extend(&own);
    let mut orphans = Orphans::Wait;
    loop {
        // A drop that continues a batch of this very night is received when that is closed.
        let before = left.len();
        let mut later = Vec::new();
        let mut rest = &left[..];
        while !rest.is_empty() {
            let (drops, after) = rest.split_at(of_different_senders(rest));
            later.extend(watch.stage("receive", None, 0, || {
                counter.receive(crew, &mut journal, &mut memory, drops, orphans)
            })?);
            rest = after;
        }
        for parts in postage::together(&counter, due_parts(shop, &journal))? {
            if clock.until.is_some_and(|until| read_clock() >= until) {
                break;
            }
            let mut desk =
                Desk { counter: &counter, crew, journal: &mut journal, memory: &mut memory };
            carry_together(&mut desk, watch, &parts, &snapshot)?;
        }
        if later.is_empty() {
            break;
        }
        if later.len() == before {
            orphans = Orphans::Refuse;
        }
        left = later;
    }
    account::end_night(&counter, crew, &mut journal, &memory, clock, watch)
}

/// Begins a night, or takes up the one that did not end: its moment, its drops, its snapshot.
fn begin(
    shop: &Shop,
    out: &Out,
    journal: &mut FileJournal,
    memory: &mut Memory,
    clock: Clock,
) -> Result<Option<(NightPlan, Snapshot)>> {
    if let Some(open) = journal.open_night() {
        let open = open.clone();
        let snapshot = registry::read_snapshot(out, &open.snapshot)?;
        return Ok(Some((open, snapshot)));
    }
    let mut drops = new_drops(shop, journal, clock)?;
    let next = journal.last_night() + 1;
    let day = clock.now.date_jst();
    drops.extend(postbox::code_letters(shop, out, next, day)?);
    drops.extend(later::lists(shop, out, journal, memory, next, clock.now)?);
    let is_idle = drops.is_empty() && due_parts(shop, journal).is_empty();
    if is_idle && !applications::has_news(shop, out, journal.last_night())? {
        return Ok(None);
    }
    registry::import_changed(shop, out, memory, clock.now.date_jst())?;
    let snapshot = registry::freeze(out, memory)?;
    let night = NightPlan {
        night: journal.last_night() + 1,
        now: clock.now,
        drops,
        snapshot: snapshot.id().to_string(),
        audit: audit::sealed(out)?,
    };
    journal.append(Entry::NightBegan(night.clone()))?;
    Ok(Some((night, snapshot)))
}

/// Returns the drops of the inbox that were not taken or refused before, by sender and name.
///
/// # Errors
/// If the inbox cannot be read.
pub fn new_drops(shop: &Shop, journal: &FileJournal, clock: Clock) -> Result<Vec<SeenDrop>> {
    let inbox = shop.inbox();
    let found = edge::directory::scan(&inbox, clock.now, 0).context("reading the inbox")?.found;
    let mut drops = Vec::new();
    for found in found {
        let sender = found.sender.to_string();
        let drop = SeenDrop { sender, name: found.name, len: found.len };
        let sha256 = sha256_of(&found.path)
            .with_context(|| format!("reading the drop {}", found.path.display()))?;
        if !is_known(journal, &drop, &sha256) {
            drops.push(drop);
        }
    }
    Ok(drops)
}

/// Returns how many drops from the first on have each a sender of its own: what becomes of one does
/// not depend on the others.
pub fn of_different_senders(drops: &[&SeenDrop]) -> usize {
    let is_new = |&at: &usize| drops[..at].iter().all(|drop| drop.sender != drops[at].sender);
    (0..drops.len().min(RECEIVED_TOGETHER)).take_while(is_new).count()
}

/// Drops whose entries are written together: a cut night decodes them again.
const RECEIVED_TOGETHER: usize = 16;

/// Returns the parts that are taken and not closed, in the order of taking.
pub fn open_parts(journal: &FileJournal) -> Vec<Part> {
    let parts = journal.parts().into_iter().map(|(part, _, _)| part);
    parts.filter(|part| !journal.is_closed(part)).collect()
}

/// Returns the open parts that are not held, nor their senders, those of the first rank first.
pub fn due_parts(shop: &Shop, journal: &FileJournal) -> Vec<Part> {
    let mut parts = open_parts(journal);
    let of = |part: &Part| shop.config.night.of(part.sender.as_str());
    parts.retain(|part| !of(part).hold && !journal.is_held(part));
    let rank = |part: &Part| journal.rank(part).unwrap_or(of(part).priority);
    parts.sort_by_key(|part| std::cmp::Reverse(rank(part)));
    parts
}

/// What every part of a night is processed with.
struct Desk<'n> {
    counter: &'n Counter<'n>,
    crew: &'n Crew,
    journal: &'n mut FileJournal,
    memory: &'n mut Memory,
}

/// Takes parts that are posted together from their spools to their receipts: all are measured
/// before the first is planned.
fn carry_together(
    desk: &mut Desk<'_>,
    watch: &mut Watch,
    parts: &[Part],
    snapshot: &Snapshot,
) -> Result<()> {
    let Counter { shop, house, out, .. } = *desk.counter;
    let mut ready = Vec::new();
    for part in parts {
        let mut batch =
            Batch::open(out, shop, house, part).with_context(|| format!("opening {part}"))?;
        batch.job = Jobs::of(desk.journal.entries()).job(part);
        if let Some(keys) = measured_keys(desk, watch, &batch, snapshot)? {
            ready.push((batch, keys));
        }
    }
    let set: Vec<(&Batch<'_>, &[Measured])> =
        ready.iter().map(|(batch, keys)| (batch, &keys.pieces[..])).collect();
    let postings = postage::decide(desk.counter, &set)?;
    for ((batch, keys), postings) in ready.into_iter().zip(postings) {
        carry(desk, watch, &batch, keys, postings)?;
    }
    Ok(())
}

/// What a part is planned from.
struct Keys {
    mailboxes: Vec<MailboxId>,
    /// The pieces that go on.
    pieces: Vec<Measured>,
    uses: Vec<CharUse>,
    stopped: HashMap<u32, Reason>,
    awaits: Option<Reason>,
}

/// Resolves, routes and measures a part; nothing if it is refused.
fn measured_keys(
    desk: &mut Desk<'_>,
    watch: &mut Watch,
    batch: &Batch<'_>,
    snapshot: &Snapshot,
) -> Result<Option<Keys>> {
    let Desk { counter, crew, journal, .. } = desk;
    let (out, part) = (counter.out, batch.part());
    let rows = u64::from(batch.received.rows);

    // Resolved, routed, measured: every record becomes a small key or a fault.
    let Split { lookups, mailboxes } =
        watch.stage("split", Some(part), rows, || split(batch, snapshot))?;
    let measured = watch
        .stage("measure", Some(part), rows, || measured(counter, crew, journal, batch, &lookups))?;
    drop(lookups);

    // A bad record never stops a batch; a bad ratio does.
    let judgement = judge(out, journal, batch, &measured)?;
    if let Judgement::Refused { faults } = judgement {
        let refusal = refusal::too_many_faults(faults, rows);
        let Received { drop, sha256 } = received(journal, part);
        counter.refuse(journal, &drop, sha256, &refusal, Some(part), rows)?;
        return Ok(None);
    }
    let awaits = match judgement {
        Judgement::Stops(reason) => Some(reason),
        _ => None,
    };
    let stopped = pulled(journal, batch)?;
    let MeasuredBatch { mut pieces, uses } = measured;
    pieces.retain(|piece| awaits.is_none() && !stopped.contains_key(&piece.record));
    Ok(Some(Keys { mailboxes, pieces, uses, stopped, awaits }))
}

/// Takes a measured part to its receipt; `postings` if they are a share of several parts'.
fn carry(
    desk: &mut Desk<'_>,
    watch: &mut Watch,
    batch: &Batch<'_>,
    keys: Keys,
    postings: Option<Vec<Posting>>,
) -> Result<()> {
    let Desk { counter, crew, journal, memory } = desk;
    let (out, night, part) = (counter.out, counter.night, batch.part());
    let rows = u64::from(batch.received.rows);
    let Keys { mailboxes, pieces, uses, stopped, awaits } = keys;

    // Planned: the only barrier. Keys only, never pages.
    let going = pieces.len() as u64;
    let plan =
        watch.stage("plan", Some(part), going, || plan_as(counter, batch, &pieces, postings));
    let mut copies = pieces;
    copies.retain(|piece| piece.channel.in_mailbox());
    copies.shrink_to_fit();

    // Printed and delivered: painted once, front to back.
    let forme = watch.stage("forme", Some(part), 0, || Forme::make(batch, &uses))?;
    if !plan.is_empty() {
        let on_paper = plan.files.iter().map(|file| u64::from(file.pieces)).sum();
        watch.stage("print", Some(part), on_paper, || {
            print_files(out, crew, journal, batch, &forme, &plan, night.now)
        })?;
    }
    if !copies.is_empty() {
        let work = || {
            stage_once(out, journal, part, Stage::Delivered, || {
                deliver(counter, crew, batch, &forme, &copies, &mailboxes)
            })
        };
        watch.stage("deliver", Some(part), copies.len() as u64, work)?;
    }

    // Closed: account, lists, papers, receipt; only then is the part done.
    let standing = Standing { plan: &plan, copies: &copies, stopped, awaits };
    // Meanwhile the pack reaches the mailboxes; after a cut it is delivered again.
    let (delivered, files) = watch.stage("close", Some(part), rows, || {
        let deliver = || match copies.is_empty() {
            true => Ok(()),
            false => registry::deliver_pack(memory, part),
        };
        both(deliver, || close::close(out, crew, journal, batch, night, standing))
    });
    delivered?;
    let files = files?;
    journal.append(Entry::StageDone { part: part.clone(), stage: Stage::Closed, files })
}

/// Measures a part, or reads what an earlier run has measured.
fn measured(
    counter: &Counter<'_>,
    crew: &Crew,
    journal: &mut FileJournal,
    batch: &Batch<'_>,
    lookups: &[Lookup],
) -> Result<MeasuredBatch> {
    let (out, part) = (counter.out, batch.part());
    let day = counter.night.now.date_jst();
    stage_once(out, journal, part, Stage::Measured, || measure(out, crew, batch, lookups, day))?;
    MeasuredBatch::read(&out.part(part))
}

/// Does a stage unless its entry stands in the journal and its files are there.
///
/// # Errors
/// Those of `work`, or if the journal cannot be written.
pub fn stage_once(
    out: &Out,
    journal: &mut FileJournal,
    part: &Part,
    stage: Stage,
    work: impl FnOnce() -> Result<Vec<runner::FileMark>>,
) -> Result<()> {
    if is_done(out, journal, part, &stage) {
        return Ok(());
    }
    let files = work()?;
    journal.append(Entry::StageDone { part: part.clone(), stage, files })
}

/// Returns whether a stage's entry stands in the journal and its files are there.
pub fn is_done(out: &Out, journal: &FileJournal, part: &Part, stage: &Stage) -> bool {
    journal.stage(part, stage).is_some_and(|files| out.holds(files))
}

/// What the share of records set aside says of a part.
pub enum Judgement {
    /// Nothing.
    GoesOn,
    /// Nothing of it goes on: it waits, or the sender took it back.
    Stops(Reason),
    /// It is refused.
    Refused {
        /// Records set aside.
        faults: u64,
    },
}

/// Compares the share of records set aside with the sender's two thresholds.
///
/// # Errors
/// If the part's faults cannot be read.
pub fn judge(
    out: &Out,
    journal: &FileJournal,
    batch: &Batch<'_>,
    measured: &MeasuredBatch,
) -> Result<Judgement> {
    if journal.is_cancelled(batch.part()) {
        return Ok(Judgement::Stops(Reason::PulledByOperator { note: CANCELLED.to_owned() }));
    }
    let mut set_aside = 0u64;
    for row in fault_stream(&out.part(batch.part()))? {
        set_aside += u64::from(row?.disposition() == Disposition::SetAside);
    }
    let approved = journal.is_approved(batch.part());
    if let Some(reason) = alarm::raised(out, journal, batch)?.filter(|_| !approved) {
        return Ok(Judgement::Stops(reason));
    }
    if let Some(reason) = first_proof::awaited(out, journal, batch)?.filter(|_| !approved) {
        return Ok(Judgement::Stops(reason));
    }
    let records = u64::from(batch.received.rows);
    let share = set_aside as f64 / records.max(1) as f64;
    debug_assert!(measured.pieces.len() as u64 + set_aside <= records);
    // Rows that come back mended are few and were judged with their batch.
    if batch.part().part > 1 {
        return Ok(Judgement::GoesOn);
    }
    if share > batch.sender.refuse_above && set_aside >= RATIO_FLOOR {
        return Ok(Judgement::Refused { faults: set_aside });
    }
    if share > batch.sender.approve_above && set_aside >= RATIO_FLOOR && !approved {
        let (set_aside, records) = (set_aside as usize, records as usize);
        return Ok(Judgement::Stops(Reason::AwaitsApproval { set_aside, records }));
    }
    Ok(Judgement::GoesOn)
}

/// The note of records whose batch the sender took back.
const CANCELLED: &str = "cancelled";
/// Records set aside below which no ratio is judged: a few broken rows of a small batch are none.
const RATIO_FLOOR: u64 = 3;

/// Returns the records that were pulled.
///
/// # Errors
/// If the spool cannot be read.
pub fn pulled(journal: &FileJournal, batch: &Batch<'_>) -> Result<HashMap<u32, Reason>> {
    let notes: HashMap<&str, String> = journal
        .entries()
        .iter()
        .filter_map(|entry| match entry {
            Entry::Pulled { part, key, note, by, at } if part == batch.part() => {
                let when = at.map(|at| format!(" by {by} {}", at.rfc3339_jst()));
                Some((key.as_str(), format!("{note}{}", when.unwrap_or_default())))
            }
            _ => None,
        })
        .collect();
    let mut pulled = HashMap::new();
    if notes.is_empty() {
        return Ok(pulled);
    }
    batch.spool.for_each(|record, view| {
        if let Some(note) = notes.get(batch.key(&view)) {
            let reason = Reason::PulledByOperator { note: note.clone() };
            pulled.insert(record as u32, reason);
        }
        Ok::<_, std::io::Error>(())
    })?;
    Ok(pulled)
}

/// The drop in which a part came.
struct Received {
    drop: SeenDrop,
    sha256: String,
}

fn received(journal: &FileJournal, wanted: &Part) -> Received {
    let parts = journal.parts();
    let (_, drop, sha256) =
        parts.into_iter().find(|(part, _, _)| part == wanted).expect("a part in work was taken");
    Received { drop: drop.clone(), sha256: sha256.to_owned() }
}
