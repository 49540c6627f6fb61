//! Notes that a sender lays into its inbox: `BATCH.approve`, `BATCH.cancel`, `BATCH.pull.csv`.
//!
//! They are heeded until the batch's night begins; a list of pulls also after it, when pieces are
//! taken out at the line and unread copies withdrawn. Each is answered in the outbox by
//! `<note>.answer.json` and then removed.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use intake::layout::Layout;
use letter::record::field;
use letter::SenderId;
use runner::{Entry, Journal, Part};
use serde_json::json;

use super::arrival::{age_seconds, Eye, Lying};
use crate::account::read_json;
use crate::batch::{Received, RECEIVED, ROWS, SPOOL};
use crate::close::{Closing, CLOSING};
use crate::commands::night::read_clock;
use crate::config::Shop;
use crate::line::pulls::{self, Asking, Request};
use crate::out::{FileJournal, Out};
use crate::spool::Spool;

/// What a note asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Approve,
    Cancel,
    Pull,
}

/// What became of a note.
#[derive(Debug, Default)]
struct Answer {
    done: bool,
    why: &'static str,
    /// Keys that no record of the batch has.
    unknown: Vec<String>,
    pulled: usize,
    /// Keys of pieces that can no longer be pulled, each with where it stands.
    late: Vec<(String, String)>,
}

/// Heeds every note that is whole; what it asks for stands in the journal before it is answered.
///
/// # Errors
/// If a note cannot be read, the journal not be written, or an answer not be given.
pub fn heed(shop: &Shop, out: &Out, journal: &mut FileJournal) -> Result<()> {
    for sender in shop.senders.values() {
        let inbox = shop.door(&sender.sender).inbox();
        if !inbox.is_dir() {
            continue;
        }
        let lying = Eye::default().look(&inbox).context("looking into an inbox")?;
        for note in lying.iter().filter(|lying| super::is_note(&lying.name)) {
            if let Some(answer) = answer(shop, out, journal, &sender.sender, note)? {
                reply(out, &sender.sender, note, &answer)?;
                let marker = format!("{}{}", note.name, edge::directory::MARK);
                remove(&note.path)?;
                remove(&note.path.with_file_name(marker))?;
            }
        }
    }
    Ok(())
}

/// Returns what a note and its name ask for, and of which batch.
fn asked(name: &str) -> Option<(Asked, &str)> {
    let endings =
        [(".approve", Asked::Approve), (".cancel", Asked::Cancel), (".pull.csv", Asked::Pull)];
    endings.into_iter().find_map(|(ending, asked)| Some((asked, name.strip_suffix(ending)?)))
}

/// Does what a note asks for; nothing while it may be under way, or its batch.
fn answer(
    shop: &Shop,
    out: &Out,
    journal: &mut FileJournal,
    sender: &SenderId,
    note: &Lying,
) -> Result<Option<Answer>> {
    let Some((asked, batch)) = asked(&note.name) else { return Ok(None) };
    let age = age_seconds(&note.meta);
    let of_batch = |part: &Part| part.sender == *sender && names(part, batch);
    let parts: Vec<Part> = journal.parts().into_iter().map(|(part, _, _)| part).collect();
    let parts: Vec<Part> = parts.into_iter().filter(of_batch).collect();
    let refused = |why| Ok(Some(Answer { why, ..Answer::default() }));
    if parts.is_empty() {
        return match age < shop.config.doors.abandoned_seconds {
            true => Ok(None),
            false => refused("there is no batch of this name"),
        };
    }
    let waits = |part: &Part| {
        read_json::<Closing>(out, part, CLOSING).is_ok_and(|closing| closing.awaits_approval)
    };
    let (open, printed): (Vec<Part>, Vec<Part>) =
        parts.into_iter().partition(|part| !journal.is_closed(part) || waits(part));
    if open.is_empty() && asked != Asked::Pull {
        return refused("it is too late: the batch is printed; please call the centre");
    }
    let mut answer = Answer { done: true, ..Answer::default() };
    match asked {
        Asked::Approve => {
            for part in open {
                if !journal.is_cancelled(&part) && !journal.is_approved(&part) {
                    journal.append(Entry::Approved { part })?;
                }
            }
        }
        Asked::Cancel => {
            for part in open {
                if !journal.is_cancelled(&part) {
                    journal.append(Entry::Cancelled { part })?;
                }
            }
        }
        Asked::Pull => {
            let Some(keys) = keys(note, age, shop.config.doors.quiet_seconds)? else {
                return Ok(None);
            };
            let keys = pull(shop, out, journal, &open, keys, &mut answer)?;
            let keys = take_out(out, journal, &printed, keys, &mut answer)?;
            answer.unknown = keys.into_iter().collect();
            answer.done = answer.unknown.is_empty() && answer.late.is_empty();
            answer.why = match (answer.unknown.is_empty(), answer.late.is_empty()) {
                (false, _) => "some keys are not in the batch",
                (true, false) => "some pieces can no longer be pulled",
                (true, true) => "",
            };
        }
    }
    Ok(Some(answer))
}

/// Returns whether a note speaks of a part: by the batch's name, or by the part's own.
fn names(part: &Part, batch: &str) -> bool {
    part.batch.as_str() == batch || part.name() == batch
}

/// Reads the keys of a pull list; nothing while it may be under way. A list that does not end with
/// a line end may end amid a key, which would be another's.
fn keys(note: &Lying, age: u64, quiet_seconds: u64) -> Result<Option<BTreeSet<String>>> {
    let reading = || format!("reading {}", note.path.display());
    let marker = note.path.with_file_name(format!("{}{}", note.name, edge::directory::MARK));
    if age < quiet_seconds && !marker.exists() {
        return Ok(None);
    }
    let mut text = Vec::new();
    let file = edge::directory::open_plain(&note.path).with_context(reading)?;
    file.take(LIST_BYTES_MAX).read_to_end(&mut text).with_context(reading)?;
    if text.last() != Some(&b'\n') {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&text);
    let lines = text.trim_start_matches('\u{FEFF}').lines().skip(1);
    let key =
        |line: &str| line.split(',').next().unwrap_or_default().trim().trim_matches('"').to_owned();
    Ok(Some(lines.map(key).filter(|key| !key.is_empty()).collect()))
}

/// A million keys of sixty characters.
const LIST_BYTES_MAX: u64 = 64 << 20;

fn pull(
    shop: &Shop,
    out: &Out,
    journal: &mut FileJournal,
    parts: &[Part],
    mut keys: BTreeSet<String>,
    answer: &mut Answer,
) -> Result<BTreeSet<String>> {
    for part in parts {
        let folder = out.part(part);
        let spool = Spool::open(&folder.join(SPOOL), &folder.join(ROWS)).context("the spool")?;
        let at = key_place(shop, out, part)?;
        let mut found = Vec::new();
        spool.for_each(|_, view| {
            if keys.remove(view.field(at)) {
                found.push(view.field(at).to_owned());
            }
            Ok::<_, std::io::Error>(())
        })?;
        answer.pulled += found.len();
        for key in found {
            let (part, note, by) = (part.clone(), NOTE.to_owned(), BY.to_owned());
            journal.append(Entry::Pulled { part, key, note, by, at: Some(read_clock()) })?;
        }
    }
    Ok(keys)
}

/// Pulls records of printed parts at the line and in the mailboxes; returns the keys that none has.
fn take_out(
    out: &Out,
    journal: &mut FileJournal,
    parts: &[Part],
    mut keys: BTreeSet<String>,
    answer: &mut Answer,
) -> Result<BTreeSet<String>> {
    for part in parts {
        let request =
            |key: &String| Request { batch: part.name(), key: key.clone(), note: NOTE.to_owned() };
        let requests: Vec<Request> = keys.iter().map(request).collect();
        let asking = Asking { sender: part.sender.as_str(), by: BY, at: read_clock() };
        let answers = pulls::pull(out, Some(journal), asking, &requests)?;
        for (Request { key, .. }, told) in requests.into_iter().zip(answers) {
            match told {
                pulls::Answer::Unknown => continue,
                pulls::Answer::TooLate(_) => answer.late.push((key.clone(), told.words())),
                _ => answer.pulled += 1,
            }
            keys.remove(&key);
        }
    }
    Ok(keys)
}

/// Returns where the key lies in a part's records.
fn key_place(shop: &Shop, out: &Out, part: &Part) -> Result<usize> {
    let received: Received = read_json(out, part, RECEIVED)?;
    let sender = shop.senders.get(part.sender.as_str()).context("the sender is gone")?;
    let layout = Layout::compile(sender, &received.template).context("the sender's layout")?;
    layout.schema().field(field::KEY).context("no column maps to the key")
}

/// The note of records that the sender pulled by a list.
const NOTE: &str = "by list";
/// Who pulls by such a list.
const BY: &str = "sender";

fn reply(out: &Out, sender: &SenderId, note: &Lying, answer: &Answer) -> Result<()> {
    let Answer { done, why, unknown, pulled, late } = answer;
    let json = json!({
        "note": note.name, "done": done, "why": why, "pulled": pulled, "unknown_keys": unknown,
        "too_late": late,
    });
    let path = out.outbox(sender.as_str(), &format!("{}.answer.json", note.name));
    out.publish_bytes(&path, format!("{json:#}\n").as_bytes())?;
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.with_context(|| format!("removing {}", path.display())),
    }
}
