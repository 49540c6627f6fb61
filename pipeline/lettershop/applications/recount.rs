//! The closing check of applications: what was handed over, counted again from what lies on the
//! disk.

use std::collections::BTreeMap;
use std::fs;

use ::ledger::report::Event;
use anyhow::{Context, Result};
use application::handover::{Manifest, MANIFEST};
use application::FormatKind;

use super::hand_over::by_municipality;
use super::paper::COVER_ROWS;
use super::row::{End, ParcelNote, Row};
use super::{spool, COUNTER};
use crate::commands::ledger;
use crate::out::{night_name, Out};

/// Compares the rows of a night with hand-over folders, the ledger's forms, results and lists.
///
/// # Errors
/// If an artefact cannot be read.
pub fn recount(out: &Out, night: u32, notes: &[ParcelNote], rows: &[Row]) -> Result<Vec<Event>> {
    let count = |end: End| rows.iter().filter(|row| row.end == end).count() as u64;
    let mut found = Vec::new();
    let mut compare = |about: &str, expected: u64, met: u64| {
        if expected != met {
            found.push(Event {
                code: "does-not-agree".to_owned(),
                about: about.to_owned(),
                japanese: format!("帳簿 {expected} 件、成果物 {met} 件"),
                english: format!("{expected} by the rows, {met} in the artefacts"),
            });
        }
    };
    compare("handover", count(End::HandedOverElectronic), handed_over(out, night)?);
    let forms = by_municipality(rows, |row| row.kind == Some(FormatKind::Paper));
    // Of each municipality the cover lists, the forms, and one slip.
    let pieces = |rows: &Vec<&Row>| (rows.len().div_ceil(COVER_ROWS) + rows.len() + 1) as u64;
    compare("forms", forms.values().map(pieces).sum(), forms_in_ledger(out, night)?);
    let results = notes.iter().filter(|note| note.refusal.is_none()).map(|note| {
        let path = out.outbox(&note.drop.sender, &format!("{}.results.csv", note.parcel));
        let text = fs::read_to_string(&path);
        text.with_context(|| format!("reading {}", path.display()))
    });
    let mut ends: BTreeMap<String, u64> = BTreeMap::new();
    for text in results {
        for line in text?.lines().skip(1) {
            let end = line.split("\",\"").nth(END_COLUMN).unwrap_or_default();
            *ends.entry(end.to_owned()).or_default() += 1;
        }
    }
    for end in End::ALL {
        compare(end.code(), count(end), ends.remove(end.code()).unwrap_or(0));
    }
    compare("results", 0, ends.values().sum());
    let persons = out.desk().join(format!("{}.persons.csv", night_name(night)));
    let persons =
        fs::read_to_string(&persons).with_context(|| format!("reading {}", persons.display()))?;
    let waiting = rows.iter().filter(|row| row.end.waits()).count() as u64;
    compare("persons", waiting, persons.lines().count().saturating_sub(1) as u64);
    Ok(found)
}

/// The column of the results in which the end stands, from 0.
const END_COLUMN: usize = 4;

/// Counts the applications of all hand-over folders, and checks each folder by its manifest.
fn handed_over(out: &Out, night: u32) -> Result<u64> {
    let root = out.hand_over(night, "");
    let mut count = 0;
    if !root.is_dir() {
        return Ok(0);
    }
    for entry in fs::read_dir(&root).with_context(|| format!("reading {}", root.display()))? {
        let folder = entry?.path();
        let path = folder.join(MANIFEST);
        let reading = || format!("reading {}", path.display());
        let manifest = Manifest::read(&fs::read(&path).with_context(reading)?);
        let manifest = manifest.with_context(|| format!("{} is damaged", path.display()))?;
        let mut files = BTreeMap::new();
        for file in &manifest.files {
            if let Ok(bytes) = fs::read(folder.join(&file.name)) {
                files.insert(file.name.as_str(), bytes);
            }
        }
        let broken = manifest.broken(|name| files.get(name).map(Vec::as_slice));
        anyhow::ensure!(
            broken.is_none(),
            "{} is not as it was handed over",
            folder.join(broken.unwrap_or_default()).display()
        );
        count += manifest.count;
    }
    Ok(count)
}

/// Counts the records of the forms' batch in the ledger.
fn forms_in_ledger(out: &Out, night: u32) -> Result<u64> {
    if !out.applications(night).join(spool::ROWS).exists() {
        return Ok(0);
    }
    let batch = format!("forms-{night:06}");
    let counts = ledger::read(out)?;
    let of_forms = |one: &&columnar::BatchCount| one.sender == COUNTER && one.batch == batch;
    Ok(counts.batches.iter().find(of_forms).map_or(0, columnar::BatchCount::records))
}
