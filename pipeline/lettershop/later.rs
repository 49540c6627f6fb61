//! 書面切替 (shomen kirikae): copies that go on paper after all, as parts of their own: what is unread
//! when the last night before its legal date begins, and what did not get where it was to go.
//!
//! Which ones they are is settled when a night begins and laid down as a list, which that night
//! takes as a drop: whoever reads a copy afterwards has it on paper, too, and nobody twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};
use columnar::End;
use edge::Memory;
use intake::layout::Unread;
use letter::{ChannelReason, Date, Moment, PieceId};
use runner::{FileMark, Journal, NightPlan, Part, SeenDrop, Stage};
use serde::{Deserialize, Serialize};

use crate::account::read_json;
use crate::batch::{Later, Received, RECEIVED, ROWS, SPOOL};
use crate::config::Shop;
use crate::fates::RECEIVE_FAULTS;
use crate::line::book::each_row;
use crate::out::{FileJournal, Out};
use crate::outward;
use crate::posting;
use crate::ready::{self, Index};
use crate::spool::{self, Spool};

/// The records of a part that go on paper after all; what a night takes as a drop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The part that they become.
    pub part: Part,
    /// The part that they were delivered with.
    pub of: Part,
    /// Why.
    pub why: ChannelReason,
    /// The day on which they are posted.
    pub posting_date: Date,
    /// Their numbers in that part, ascending.
    pub records: Vec<u32>,
}

/// Makes the lists of the copies that go on paper in a night that is about to begin; asked again
/// for the same night, it makes them again.
///
/// # Errors
/// If a part's files or the mailboxes cannot be read, or a list not be written.
pub fn lists(
    shop: &Shop,
    out: &Out,
    journal: &FileJournal,
    memory: &Memory,
    night: u32,
    now: Moment,
) -> Result<Vec<SeenDrop>> {
    outward::give_up(shop, out, now)?;
    let lost = outward::given_up(out)?;
    let day = now.date_jst();
    let mut parts: Vec<Part> = journal.parts().into_iter().map(|(part, _, _)| part).collect();
    let delivered: Vec<Part> = parts
        .iter()
        .filter(|part| !part.is_later() && journal.is_closed(part))
        .filter(|part| journal.stage(part, &Stage::Delivered).is_some())
        .cloned()
        .collect();
    let mut drops = Vec::new();
    for of in delivered {
        let received: Received = read_json(out, &of, RECEIVED)?;
        let is_last_night = is_due(shop, &received, day);
        if !is_last_night && (lost.is_empty() || !may_go_on_paper(shop, &received)) {
            continue;
        }
        let known = on_paper(out, &parts, &of)?;
        for (why, records) in unread(out, memory, &of, &known, &lost)? {
            if why == ChannelReason::Unread && !is_last_night {
                continue;
            }
            let (of, part) = (of.clone(), next_part(&parts, &of));
            let posting_date = posting::calendar(shop).can_post(day);
            let list = List { part, of, why, posting_date, records };
            drops.push(lay_down(out, night, &list)?);
            parts.push(list.part);
        }
    }
    Ok(drops)
}

/// Returns whether the night of `day` is the last that can print what is unread of a part, if its
/// class allows that.
pub fn is_due(shop: &Shop, received: &Received, day: Date) -> bool {
    let is_last_night = |due| posting::calendar(shop).last_night(due) <= day;
    posting::due(shop, received).is_some_and(is_last_night) && may_go_on_paper(shop, received)
}

/// Returns whether the class of a part's letters allows paper afterwards.
fn may_go_on_paper(shop: &Shop, received: &Received) -> bool {
    let sender = shop.senders.get(received.part.sender.as_str());
    let class = sender.and_then(|sender| sender.classes.get(&received.class));
    class.is_some_and(|class| class.unread == Unread::Paper)
}

/// Returns the records of a part that went on paper after all before.
fn on_paper(out: &Out, parts: &[Part], of: &Part) -> Result<BTreeSet<u32>> {
    let mut known = BTreeSet::new();
    let same = |part: &&Part| part.is_later() && is_of_batch(part, of);
    for part in parts.iter().filter(same) {
        // What this night has just listed is of another part.
        let path = out.part(part).join(LIST);
        if path.exists() {
            let list: List = read_json(out, part, LIST)?;
            known.extend(list.records.into_iter().filter(|_| list.of == *of));
        }
    }
    Ok(known)
}

fn is_of_batch(part: &Part, of: &Part) -> bool {
    (&part.sender, &part.batch) == (&of.sender, &of.batch)
}

/// Returns the records of a part that were only delivered, are not `known`, and were not read:
/// those that are `lost` on their way outward, and the others.
fn unread(
    out: &Out,
    memory: &Memory,
    of: &Part,
    known: &BTreeSet<u32>,
    lost: &BTreeSet<PieceId>,
) -> Result<BTreeMap<ChannelReason, Vec<u32>>> {
    let mut records = BTreeMap::<_, Vec<u32>>::new();
    each_row(out, of, |row| {
        let is_copy = row.end == End::Delivered && !known.contains(&row.record);
        if is_copy && !is_read(memory, row.piece)? {
            let why = match lost.contains(&row.piece) {
                true => ChannelReason::Undelivered,
                false => ChannelReason::Unread,
            };
            records.entry(why).or_default().push(row.record);
        }
        Ok(())
    })?;
    Ok(records)
}

/// Returns whether a copy was read, or taken back by its sender: neither goes on paper.
fn is_read(memory: &Memory, piece: PieceId) -> Result<bool> {
    let opened = memory.mailboxes.opened(piece).context("looking for an opening")?;
    let is_withdrawn = memory.mailboxes.is_withdrawn(piece).context("looking for a pull")?;
    Ok(opened.is_some() || is_withdrawn)
}

fn next_part(parts: &[Part], of: &Part) -> Part {
    let same = parts.iter().filter(|part| is_of_batch(part, of));
    let last = same.map(|part| part.part).max().unwrap_or_default();
    Part { part: last.max(Part::LATER) + 1, ..of.clone() }
}

fn lay_down(out: &Out, night: u32, list: &List) -> Result<SeenDrop> {
    let sender = list.part.sender.to_string();
    let name = format!("{}{ENDING}", list.part.name());
    let json = serde_json::to_vec(list).expect("a list is plain data");
    out.publish_bytes(&out.own_drop(night, &sender, &name), &json)?;
    Ok(SeenDrop { sender, name, len: json.len() as u64 })
}

/// Returns whether a drop is a list of copies that go on paper: one that the shop laid down itself.
pub fn is_list(out: &Out, night: &NightPlan, drop: &SeenDrop) -> bool {
    let own = out.own_drop(night.night, &drop.sender, &drop.name);
    drop.name.ends_with(ENDING) && own.exists()
}

/// Makes a part of a list: the listed records of the part that was delivered, one behind the other.
///
/// # Errors
/// If that part's files cannot be read or the new ones not be written.
pub fn take(
    out: &Out,
    path: &Path,
    drop: &SeenDrop,
    sha256: &str,
    now: Moment,
) -> Result<(Received, Vec<FileMark>)> {
    let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let list: List = serde_json::from_slice(&bytes).context("in a list of copies")?;
    let (from, folder) = (out.part(&list.of), out.part(&list.part));
    let before: Received = read_json(out, &list.of, RECEIVED)?;
    let mut files = vec![out.publish_bytes(&folder.join(LIST), &bytes)?];
    files.extend(records(out, &from, &folder, &list.records)?);
    if before.ready {
        files.push(ready_index(out, &from, &folder, &list.records)?);
    }
    let later = Later { of: list.of, why: list.why, dated: before.posting_date };
    let received = Received {
        part: list.part,
        drop: drop.clone(),
        sha256: sha256.to_owned(),
        posting_date: list.posting_date,
        rows: list.records.len() as u32,
        orphans: Vec::new(),
        stopped: Vec::new(),
        moment: now,
        later: Some(later),
        ..before
    };
    let json = serde_json::to_vec_pretty(&received).expect("plain data");
    files.push(out.publish_bytes(&folder.join(RECEIVED), &json)?);
    Ok((received, files))
}

/// Writes the spool of some records of another; no row of it has faults.
fn records(out: &Out, from: &Path, folder: &Path, records: &[u32]) -> Result<Vec<FileMark>> {
    let source = Spool::open(&from.join(SPOOL), &from.join(ROWS)).context("the spool")?;
    let mut rows = Vec::with_capacity(records.len());
    let mut bytes = Vec::new();
    let spool = out.publish(&folder.join(SPOOL), |writer| {
        let mut offset = 0;
        for &record in records {
            source.read(record, &mut bytes).context("reading the spool")?;
            writer.write_all(&bytes)?;
            rows.push(spool::Row { offset, ..source.rows()[record as usize] });
            offset += bytes.len() as u64;
        }
        Ok(())
    })?;
    let rows = out.publish(&folder.join(ROWS), |writer| {
        Ok(spool::write_rows(&mut BufWriter::new(writer), &rows)?)
    })?;
    let faults = out.publish_bytes(&folder.join(RECEIVE_FAULTS), b"")?;
    Ok(vec![spool, rows, faults])
}

/// Writes where the ready letters of some records lie, which stay with the part that brought them.
fn ready_index(out: &Out, from: &Path, folder: &Path, records: &[u32]) -> Result<FileMark> {
    let bytes = fs::read(from.join(ready::INDEX)).context("reading the ready letters' index")?;
    let index: Index = serde_json::from_slice(&bytes).context("in the ready letters' index")?;
    let entry = |(number, record): (u32, &u32)| {
        let found = index.letters.binary_search_by_key(record, |entry| entry.record);
        let found = found.ok().context("a copy's ready letter is gone")?;
        Ok(ready::Entry { record: number, ..index.letters[found] })
    };
    let letters = (0..).zip(records).map(entry).collect::<Result<_>>()?;
    let json = serde_json::to_vec(&Index { letters, ..index }).expect("plain data");
    out.publish_bytes(&folder.join(ready::INDEX), &json)
}

/// The list, in its part's folder.
const LIST: &str = "later.json";
/// How its name ends while it is a drop.
const ENDING: &str = ".later.json";
