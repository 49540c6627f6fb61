//! What somebody must look into: lists that could not be taken, acknowledgements that are overdue.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use application::handover::{self, Acknowledgement, Manifest, ACKNOWLEDGEMENT, MANIFEST};
use ledger::report::Event;
use letter::Date;

use super::row::read_lines;
use super::spool;
use crate::out::Out;

/// Returns the events of a night: its own bad lists, and every hand-over of any night whose
/// acknowledgement is refused, tells of applications not taken, or is overdue.
///
/// A municipality's acknowledgement lies as `acknowledgement.json` in
/// `acknowledgements/<name of the hand-over's folder>/` of the shop.
///
/// # Errors
/// If a file cannot be read.
pub fn events(out: &Out, shop: &Path, night: u32, today: Date) -> Result<Vec<Event>> {
    let bad: Vec<String> = read_lines(&out.applications(night).join(spool::BAD))?;
    let mut events: Vec<Event> = bad
        .into_iter()
        .map(|bad| Event {
            code: "list-refused".to_owned(),
            about: bad.split(':').next().unwrap_or_default().to_owned(),
            japanese: "読み込めない失効リストまたは証明書です".to_owned(),
            english: bad,
        })
        .collect();
    for night in 1..=night {
        let root = out.hand_over(night, "");
        if !root.is_dir() {
            continue;
        }
        let mut folders = Vec::new();
        for entry in fs::read_dir(&root).with_context(|| format!("reading {}", root.display()))? {
            folders.push(entry?.path());
        }
        folders.sort();
        for folder in folders {
            events.extend(of_folder(&folder, &shop.join("acknowledgements"), today)?);
        }
    }
    Ok(events)
}

/// Returns what is to be said of one hand-over.
fn of_folder(folder: &Path, acknowledgements: &Path, today: Date) -> Result<Vec<Event>> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let path = folder.join(MANIFEST);
    let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let manifest = Manifest::read(&bytes);
    let manifest = manifest.with_context(|| format!("{} is damaged", path.display()))?;
    let event = |code: &str, japanese: String, english: String| Event {
        code: code.to_owned(),
        about: name.clone(),
        japanese,
        english,
    };
    let answer = acknowledgements.join(&name).join(ACKNOWLEDGEMENT);
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
    let sha256 = handover::sha256_hex(&bytes);
    let acknowledgement = match Acknowledgement::read(&read) {
        Ok(acknowledgement) => acknowledgement,
        Err(no) => return Ok(vec![event("acknowledgement-refused", no.japanese, no.english)]),
    };
    Ok(match acknowledgement.settle(&manifest, &sha256) {
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
