//! Settling: verdicts that were provisional at night become final when newer lists are in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use anyhow::{Context, Result};
use letter::cell::{push_text, BOM};
use runner::{Entry, Journal, Stage};
use serde::Serialize;
use signature::evidence::{Again, Kind, Pack, Writer};
use signature::verdict::Verdict;

use super::row::{read_lines, write_lines, ParcelNote, Row, Said};
use super::{part_of, spool};
use crate::commands::verify::folder;
use crate::out::{night_name, FileJournal, Out};

/// Applications that are verified again together.
const BATCH_LEN: usize = 512;
/// One read fetches some thirty applications.
const BUFFER_LEN: usize = 1 << 18;

/// One application whose verdict was given again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// The night that gave the first verdict.
    pub night: u32,
    /// The site.
    pub site: String,
    /// 受付番号.
    pub receipt: String,
    /// Where it went, if it was handed over.
    pub municipality: Option<String>,
    /// What had become of it, by its stable code.
    pub end: &'static str,
    /// The verdict of the night.
    pub before: String,
    /// The verdict now.
    pub after: String,
    /// Whether a list newer than receipt is still missing.
    pub provisional: bool,
}

impl Settled {
    /// Returns whether the verdict is another now.
    pub fn is_changed(&self) -> bool {
        self.before != self.after
    }
}

/// Gives every provisional verdict of every night again, with the lists in `crl` beside those of
/// the night; writes what came of it and adds the lists to the night's evidence pack.
///
/// # Errors
/// If a pack or a list cannot be read, or a file not be written.
pub fn finalise(out: &Out, crl: &Path) -> Result<Vec<Settled>> {
    let mut journal = out.journal()?;
    let newer = folder::files(crl)?;
    let newer: Vec<Vec<u8>> =
        newer.iter().flat_map(|(_, bytes)| folder::all_der(bytes, "X509 CRL")).collect();
    let mut all = Vec::new();
    for night in 1..=journal.last_night() {
        if out.applications(night).join(spool::ROWS).exists() {
            all.extend(settle(out, &mut journal, night, &newer)?);
        }
    }
    Ok(all)
}

fn settle(
    out: &Out,
    journal: &mut FileJournal,
    night: u32,
    newer: &[Vec<u8>],
) -> Result<Vec<Settled>> {
    let folder = out.applications(night);
    let rows: Vec<Row> = read_lines(&folder.join(spool::ROWS))?;
    let notes: Vec<ParcelNote> = read_lines(&folder.join(spool::PARCELS))?;
    let by_index: BTreeMap<usize, &Row> =
        rows.iter().filter_map(|row| Some((row.evidence? as usize, row))).collect();

    let evidence = out.evidence(night);
    let reading = || format!("reading {}", evidence.display());
    let open = || -> Result<_> {
        Ok(BufReader::with_capacity(BUFFER_LEN, File::open(&evidence).with_context(reading)?))
    };
    let mut source = open()?;
    let pack = Pack::open(&mut source).with_context(reading)?;
    let known: BTreeSet<&[u8]> = pack.lists.iter().chain(&pack.ocsp).map(Vec::as_slice).collect();
    let fresh: Vec<&[u8]> =
        newer.iter().map(Vec::as_slice).filter(|list| !known.contains(list)).collect();
    let again = Again::new(&pack, &fresh);
    let mut settled = Vec::new();
    for from in (0..pack.len()).step_by(BATCH_LEN) {
        let range = from..(from + BATCH_LEN).min(pack.len());
        let verdicts = again.verdicts(&mut source, range).with_context(reading)?;
        for (index, (receipt, verdict)) in (from..).zip(verdicts) {
            let Some(row) = by_index.get(&index) else { continue };
            let note = &notes[row.parcel as usize];
            settled.push(one(night, note, row, receipt, &verdict));
        }
    }
    let mut marks = vec![
        out.publish(&folder.join(SETTLED), |to| write_lines(to, &settled))?,
        out.publish_bytes(
            &out.desk().join(format!("{}.settled.csv", night_name(night))),
            &list(&settled),
        )?,
    ];
    if !fresh.is_empty() {
        // The lists go into a segment of their own behind the night's: nothing is rewritten.
        marks.push(out.publish(&evidence, |to| {
            io::copy(&mut open()?, to)?;
            let mut segment = Writer::begin(to)?;
            for list in &fresh {
                let kind = if folder::is_response(list) { Kind::Ocsp } else { Kind::List };
                segment.share(kind, list)?;
            }
            segment.finish()?;
            Ok(())
        })?);
    }
    let part = part_of(night);
    journal.append(Entry::StageDone { part, stage: Stage::Settled, files: marks })?;
    Ok(settled)
}

fn one(night: u32, note: &ParcelNote, row: &Row, receipt: String, verdict: &Verdict) -> Settled {
    let said = Said::of(verdict);
    Settled {
        night,
        site: note.drop.sender.clone(),
        receipt,
        municipality: row.municipality.clone().filter(|_| row.is_handed_over()),
        end: row.end.code(),
        before: row.said.map(|said| said.words()).unwrap_or_default(),
        after: said.words(),
        provisional: said.provisional,
    }
}

/// Writes what changed, for the desk: UTF-8 with byte order mark, safe to open in a spreadsheet.
fn list(settled: &[Settled]) -> Vec<u8> {
    let head = ["サイト", "受付番号", "引渡し先", "行き先", "夜間の結果", "確定結果"];
    let mut out = BOM.to_vec();
    let mut push = |cells: [&str; 6]| {
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            push_text(&mut out, cell);
        }
        out.extend_from_slice(b"\r\n");
    };
    push(head);
    for one in settled.iter().filter(|one| one.is_changed()) {
        let municipality = one.municipality.as_deref().unwrap_or_default();
        push([&one.site, &one.receipt, municipality, one.end, &one.before, &one.after]);
    }
    out
}

/// What came of settling, [`Settled`] a line.
const SETTLED: &str = "settled.jsonl";
