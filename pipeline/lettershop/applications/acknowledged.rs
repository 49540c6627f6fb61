//! Acknowledgements that came back from municipalities: each is noted by one night, which tells
//! the applicants of what was accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use application::handover::{self, Acknowledgement, Head, Manifest, ACKNOWLEDGEMENT, MANIFEST};
use letter::Refusal;
use serde::{Deserialize, Serialize};

use super::hand_over::{electronic, first_sequence, rounds, PayloadFile, DROPS};
use super::row::{read_lines, Applicant, ParcelNote, Row};
use super::spool;
use crate::out::Out;

/// The acknowledgements that a night has noted, [`Noted`] a line.
pub const ACKNOWLEDGED: &str = "acknowledged.jsonl";

/// An acknowledgement as a night has noted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// The night that handed over.
    pub night: u32,
    /// The hand-over's folder.
    pub folder: String,
    /// SHA-256 of the acknowledgement, hexadecimal; a corrected one is another.
    pub sha256: String,
    /// Applications taken; none if the acknowledgement does not agree with its hand-over.
    pub accepted: u64,
    /// Applications that the municipality did not take.
    pub refused: u64,
    /// Receipt numbers of those whose applicants were told.
    pub told: Vec<String>,
}

/// An application that was accepted, and whom to tell.
pub struct Accepted {
    /// The site.
    pub site: String,
    /// The application, as the night of its hand-over knew it.
    pub row: Row,
    /// The applicant.
    pub applicant: Applicant,
}

/// The acknowledgements that no night before has noted.
pub struct Acknowledgements {
    new: Vec<New>,
    /// Receipt numbers that were told of before, by night and folder.
    told: BTreeMap<(u32, String), BTreeSet<String>>,
}

/// One that has just come.
struct New {
    night: u32,
    hand_over: PathBuf,
    bytes: Vec<u8>,
    sha256: String,
}

impl Acknowledgements {
    /// Reads what came back for the hand-overs of the nights before `night`, and was not noted yet.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn before(out: &Out, shop: &Path, night: u32) -> Result<Self> {
        let mut told: BTreeMap<(u32, String), BTreeSet<String>> = BTreeMap::new();
        let mut noted: BTreeSet<(u32, String, String)> = BTreeSet::new();
        for night in 1..night {
            for one in noted_by(out, night)? {
                told.entry((one.night, one.folder.clone())).or_default().extend(one.told);
                noted.insert((one.night, one.folder, one.sha256));
            }
        }
        let mut new = Vec::new();
        for (night, hand_over) in hand_overs(out, night.saturating_sub(1))? {
            let path = answer_to(shop, &hand_over);
            if !path.exists() {
                continue;
            }
            let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            let sha256 = handover::sha256_hex(&bytes);
            if !noted.contains(&(night, name_of(&hand_over), sha256.clone())) {
                new.push(New { night, hand_over, bytes, sha256 });
            }
        }
        Ok(Self { new, told })
    }

    /// Returns whether nothing new has come.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty()
    }

    /// Compares what has come with its hand-overs; returns what is to be noted of each, and whom
    /// to tell, in the order of nights, folders and their applications.
    ///
    /// # Errors
    /// If a manifest or the rows of an earlier night cannot be read.
    pub fn settle(&self, out: &Out) -> Result<(Vec<Noted>, Vec<Accepted>)> {
        let (mut noted, mut all) = (Vec::new(), Vec::new());
        for of_night in self.new.chunk_by(|a, b| a.night == b.night) {
            let number = of_night[0].night;
            let folder = out.applications(number);
            let notes: Vec<ParcelNote> = read_lines(&folder.join(spool::PARCELS))?;
            let rows: Vec<Row> = read_lines(&folder.join(spool::ROWS))?;
            let mut payload = PayloadFile::open(out, number)?;
            let groups = electronic(&rows);
            for new in of_night {
                let folder = name_of(&new.hand_over);
                let mut one = Noted {
                    night: new.night,
                    folder: folder.clone(),
                    sha256: new.sha256.clone(),
                    accepted: 0,
                    refused: 0,
                    told: Vec::new(),
                };
                let (manifest, sha256) = manifest_of(&new.hand_over)?;
                // One that does not agree is an event of the report.
                if let Ok(settled) = settle(&new.bytes, &manifest, &sha256) {
                    one.accepted = settled.accepted.len() as u64;
                    one.refused = settled.refused.len() as u64;
                    let told = self.told.get(&(new.night, folder));
                    let mut untold: BTreeSet<&str> =
                        settled.accepted.iter().map(String::as_str).collect();
                    untold.retain(|receipt| !told.is_some_and(|told| told.contains(*receipt)));
                    let Head { municipality, night: day, sequence, .. } = manifest.head;
                    let first = first_sequence(out, number, municipality, day);
                    let round = sequence.saturating_sub(first);
                    let group = groups.get(&municipality).cloned().unwrap_or_default();
                    let rows = rounds(group).into_iter().nth(round as usize).unwrap_or_default();
                    let accepted = accepted(&notes, &rows, &untold, &mut payload)?;
                    one.told = accepted.iter().map(|one| one.row.receipt.clone()).collect();
                    all.extend(accepted);
                }
                noted.push(one);
            }
        }
        Ok((noted, all))
    }
}

/// Returns what a night has noted: nothing if it was cut off before, or is of an older version.
///
/// # Errors
/// If the list cannot be read.
pub fn noted_by(out: &Out, night: u32) -> Result<Vec<Noted>> {
    let folder = out.applications(night);
    let path = folder.join(ACKNOWLEDGED);
    match folder.join(DROPS).exists() && path.exists() {
        true => read_lines(&path),
        false => Ok(Vec::new()),
    }
}

/// Returns those of a hand-over's applications that are among `receipts` and whose site asked that
/// the applicant be told.
fn accepted(
    notes: &[ParcelNote],
    rows: &[&Row],
    receipts: &BTreeSet<&str>,
    payload: &mut PayloadFile,
) -> Result<Vec<Accepted>> {
    let is_meant = |row: &&&Row| row.tells_accepted && receipts.contains(row.receipt.as_str());
    let mut accepted = Vec::new();
    for row in rows.iter().filter(is_meant) {
        let applicant = payload.read(&row.applicant)?;
        accepted.push(Accepted {
            site: notes[row.parcel as usize].drop.sender.clone(),
            row: (*row).clone(),
            applicant: serde_json::from_slice(&applicant).context("an applicant")?,
        });
    }
    Ok(accepted)
}

/// Returns the folders that the nights up to `last` have handed over, by night and name.
///
/// # Errors
/// If a directory cannot be read.
pub fn hand_overs(out: &Out, last: u32) -> Result<Vec<(u32, PathBuf)>> {
    let mut all = Vec::new();
    for night in 1..=last {
        let root = out.hand_over(night, "");
        if !root.is_dir() {
            continue;
        }
        let reading = || format!("reading {}", root.display());
        let mut folders = Vec::new();
        for entry in fs::read_dir(&root).with_context(reading)? {
            folders.push((night, entry.with_context(reading)?.path()));
        }
        folders.sort();
        all.extend(folders);
    }
    Ok(all)
}

/// Returns where a municipality's acknowledgement of a hand-over lies:
/// `acknowledgements/<name of the hand-over's folder>/acknowledgement.json` of the shop.
pub fn answer_to(shop: &Path, hand_over: &Path) -> PathBuf {
    shop.join("acknowledgements").join(name_of(hand_over)).join(ACKNOWLEDGEMENT)
}

/// Returns the manifest of a hand-over and the SHA-256 of its file.
///
/// # Errors
/// If it cannot be read.
pub fn manifest_of(hand_over: &Path) -> Result<(Manifest, String)> {
    let path = hand_over.join(MANIFEST);
    let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let manifest = Manifest::read(&bytes);
    let manifest = manifest.with_context(|| format!("{} is damaged", path.display()))?;
    Ok((manifest, handover::sha256_hex(&bytes)))
}

/// Reads an acknowledgement and compares it with the manifest of its hand-over.
///
/// # Errors
/// Why it does not stand.
pub fn settle(
    acknowledgement: &[u8],
    manifest: &Manifest,
    sha256: &str,
) -> Result<handover::Settled, Box<Refusal>> {
    Ok(Acknowledgement::read(acknowledgement)?.settle(manifest, sha256)?)
}

/// Returns the name of a hand-over's folder.
pub fn name_of(hand_over: &Path) -> String {
    hand_over.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
