//! The night's examination of all parcels, and the files in which its results lie.

use std::collections::BTreeSet;
use std::io::Write;
use std::ops::Range;

use anyhow::{Context, Result};
use runner::{Crew, FileMark, SeenDrop};
use sha2::{Digest, Sha256};
use signature::evidence::{Kind, Writer};

use super::again::Waiting;
use super::examine::{Bench, Examined, One};
use super::ground::{lists_of, Ground};
use super::row::{write_lines, End, ParcelNote, Row, Why};
use crate::commands::verify::folder;
use crate::receive::Counter;

/// The parcels, [`ParcelNote`] a line.
pub const PARCELS: &str = "parcels.jsonl";
/// The applications, [`Row`] a line, in the order of parcels and their manifests.
pub const ROWS: &str = "rows.jsonl";
/// Verdicts and converted forms, where the rows say.
pub const PAYLOAD: &str = "payload";
/// What of anchors and lists could not be taken, a line each.
pub const BAD: &str = "bad.jsonl";
/// What stands for the revocation lists that the verdicts stand on.
pub const LISTS: &str = "lists";
/// Receipt numbers with their sites, 16 bytes of a digest each, sorted.
pub const RECEIPTS: &str = "receipts";

/// Examines all parcels of a night: rows and payload go into the night's folder, what the verdicts
/// stand on into one evidence pack.
///
/// # Errors
/// If a parcel's file cannot be read, or a file not be written.
pub fn examine(
    counter: &Counter<'_>,
    crew: &Crew,
    ground: &Ground<'_>,
    parcels: &[&SeenDrop],
    waiting: &Waiting,
    known: BTreeSet<[u8; 16]>,
) -> Result<Vec<FileMark>> {
    let (out, night) = (counter.out, counter.night);
    let folder = out.applications(night.night);
    let bench = Bench { ground, keys: &counter.shop.config.drop, now: night.now };
    let mut gathered = Gathered { known, ..Gathered::default() };
    let mut payload_mark = None;
    let evidence = out.publish(&out.evidence(night.night), |pack| {
        let mut pack = Writer::begin(pack)?;
        for anchor in ground.anchors.iter() {
            pack.share(Kind::Anchor, anchor.der())?;
        }
        for path in &ground.list_files {
            for list in lists_of(path)? {
                let kind = if folder::is_response(&list) { Kind::Ocsp } else { Kind::List };
                pack.share(kind, &list)?;
            }
        }
        let payload = out.publish(&folder.join(PAYLOAD), |payload| {
            crew.map_in_order(
                parcels.iter().map(Ok),
                || (),
                |(), drop| {
                    let site = &counter.shop.sites[&drop.sender];
                    bench.examine(site, drop, &counter.place_of(drop))
                },
                |examined: Result<Examined>| {
                    gathered.take(examined?, &mut pack, payload)?;
                    Ok::<_, anyhow::Error>(())
                },
            )?;
            for examined in waiting.examine(counter, &bench)? {
                gathered.take(examined, &mut pack, payload)?;
            }
            Ok(())
        })?;
        payload_mark = Some(payload);
        pack.finish()?;
        Ok(())
    })?;
    let Gathered { notes, rows, receipts, .. } = gathered;
    let receipts: Vec<u8> = receipts.into_iter().flatten().collect();
    Ok(vec![
        evidence,
        payload_mark.context("the payload was written within the pack")?,
        out.publish(&folder.join(PARCELS), |to| write_lines(to, &notes))?,
        out.publish(&folder.join(ROWS), |to| write_lines(to, &rows))?,
        out.publish(&folder.join(BAD), |to| write_lines(to, &ground.bad))?,
        out.publish_bytes(&folder.join(LISTS), ground.lists_seal.as_bytes())?,
        out.publish_bytes(&folder.join(RECEIPTS), &receipts)?,
    ])
}

/// What the parcels have come to so far, in their order.
#[derive(Default)]
struct Gathered {
    notes: Vec<ParcelNote>,
    rows: Vec<Row>,
    /// Receipt numbers of earlier nights.
    known: BTreeSet<[u8; 16]>,
    /// Receipt numbers of this night.
    receipts: BTreeSet<[u8; 16]>,
    /// Applications in the evidence pack.
    packed: u32,
    /// Bytes of the payload.
    len: u64,
}

impl Gathered {
    /// Takes a parcel: gives its rows their places and writes what belongs to them.
    fn take(
        &mut self,
        examined: Examined,
        pack: &mut Writer<&mut dyn Write>,
        payload: &mut dyn Write,
    ) -> Result<()> {
        let Examined { note, all } = examined;
        let parcel = self.notes.len() as u32;
        for One { mut row, block, verdict, converted, applicant } in all {
            row.parcel = parcel;
            let key = receipt_key(&note.drop.sender, &row.receipt);
            let is_new = match note.waited_since {
                Some(_) => true,
                None => !self.known.contains(&key) && self.receipts.insert(key),
            };
            if !row.receipt.is_empty() && !is_new && row.end != End::SetAside {
                row.end = End::SetAside;
                row.why = Some(repeated());
                row.notice = None;
                row.tells_accepted = false;
            }
            if row.end != End::SetAside {
                if let Some(block) = block {
                    pack.push(&block)?;
                    row.evidence = Some(self.packed);
                    self.packed += 1;
                }
                row.verdict = self.write(payload, &verdict)?;
            }
            if row.is_handed_over() {
                row.converted = self.write(payload, &converted)?;
            }
            if row.tells() {
                row.applicant = self.write(payload, &applicant)?;
            }
            self.rows.push(row);
        }
        self.notes.push(note);
        Ok(())
    }

    fn write(&mut self, payload: &mut dyn Write, bytes: &[u8]) -> Result<Range<u64>> {
        payload.write_all(bytes)?;
        let start = self.len;
        self.len += bytes.len() as u64;
        Ok(start..self.len)
    }
}

/// Returns what stands for a receipt number of a site.
fn receipt_key(site: &str, receipt: &str) -> [u8; 16] {
    let digest = Sha256::digest(format!("{site}\n{receipt}"));
    digest[..16].try_into().expect("16 of 32 bytes")
}

fn repeated() -> Why {
    Why {
        code: "repeated-receipt".to_owned(),
        japanese: "同じ受付番号の申請を既に受け付けています".to_owned(),
        english: "an application of this receipt number was taken before".to_owned(),
    }
}
