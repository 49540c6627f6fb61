//! What somebody must look into: lists that could not be taken, acknowledgements that are overdue.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use application::handover;
use ledger::report::Event;
use letter::Date;

use super::acknowledged::{answer_to, hand_overs, manifest_of, name_of, settle};
use super::row::read_lines;
use super::spool;
use crate::out::Out;

/// Returns the events of a night: its own bad lists, and every hand-over of any night whose
/// acknowledgement is refused, tells of applications not taken, or is overdue.
///
/// # Errors
/// If a file cannot be read.
pub fn events(out: &Out, shop: &Path, night: u32, today: Date) -> Result<Vec<Event>> {
    let bad = out.applications(night).join(spool::BAD);
    // A night without applications has read no lists.
    let bad: Vec<String> = if bad.exists() { read_lines(&bad)? } else { Vec::new() };
    let mut events: Vec<Event> = bad
        .into_iter()
        .map(|bad| Event {
            code: "list-refused".to_owned(),
            about: bad.split(':').next().unwrap_or_default().to_owned(),
            japanese: "読み込めない失効リストまたは証明書です".to_owned(),
            english: bad,
        })
        .collect();
    for (_, folder) in hand_overs(out, night)? {
        events.extend(of_folder(&folder, shop, today)?);
    }
    Ok(events)
}

/// Returns what is to be said of one hand-over.
fn of_folder(folder: &Path, shop: &Path, today: Date) -> Result<Vec<Event>> {
    let name = name_of(folder);
    let (manifest, sha256) = manifest_of(folder)?;
    let event = |code: &str, japanese: String, english: String| Event {
        code: code.to_owned(),
        about: name.clone(),
        japanese,
        english,
    };
    let answer = answer_to(shop, folder);
    if !answer.exists() {
        let due = manifest.head.due;
        return Ok(match handover::is_overdue(due, today) {
            true => vec![event(
                "acknowledgement-overdue",
                format!("受領確認が期限（{}）までに届いていません", due.wareki()),
                format!("the acknowledgement was due on {due}"),
            )],
            false => Vec::new(),
        });
    }
    let read = fs::read(&answer).with_context(|| format!("reading {}", answer.display()))?;
    Ok(match settle(&read, &manifest, &sha256) {
        Err(no) => vec![event("acknowledgement-refused", no.japanese, no.english)],
        Ok(settled) => settled
            .refused
            .iter()
            .map(|one| {
                event(
                    "application-not-taken",
                    format!("受付番号 {} は受領されませんでした", one.receipt),
                    format!("application {} was not taken", one.receipt),
                )
            })
            .collect(),
    })
}
