//! The closing certificate of a part: what became of every printed piece, from log and artefacts.

mod again;

pub use again::again;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use ledger::line::{Act, LineAccount, State, Tally};
use ledger::Account;
use letter::piece::FIRST_GENERATION;
use letter::{Date, Moment, PieceId};
use paperwork::{ClosingEnd, ClosingGeneration, ClosingSheet};
use runner::{FileMark, Part};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::book::{entered, folder, Control};
use super::log::Noted;
use crate::account::read_json;
use crate::batch::{Received, RECEIVED};
use crate::close::ACCOUNT;
use crate::jobs;
use crate::out::{hex, sha256_of, Out};
use crate::stock;

/// The certificate, `closing.json` beside the print files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The part, as `sender/batch`.
    pub part: String,
    /// The number in its marks.
    pub job: u32,
    /// 差出日.
    pub posting_date: Date,
    /// When it was closed.
    pub closed: Moment,
    /// Who closed it.
    pub closed_by: String,
    /// Records that came in, and where the night ended them.
    pub records: ledger::Ends,
    /// The printed ones, by where they ended.
    pub pieces: Tally,
    /// What was printed, the night's own first.
    pub generations: Vec<Generation>,
    /// The pieces that were neither posted nor set aside by the night, by sequence.
    pub taken_out: Vec<TakenOut>,
    /// Sheets of the posted pieces.
    pub sheets_posted: u64,
    /// Postage as it was planned, yen.
    pub postage_planned_yen: u64,
    /// The posted pieces' share of it, yen.
    pub postage_posted_yen: u64,
    /// SHA-256 over what the line's log says of the part, one JSON line an act.
    pub acts_sha256: String,
    /// The head of the audit log when it was closed; empty where there was none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub audit: String,
}

/// Who closed a part, when, and how far the audit log was then.
#[derive(Clone, Copy, Debug)]
pub struct ClosedBy<'c> {
    /// When.
    pub at: Moment,
    /// Who.
    pub by: &'c str,
    /// The head of the audit log.
    pub audit: &'c str,
}

/// One print generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// From 1.
    pub generation: u8,
    /// Pieces in it.
    pub pieces: u32,
    /// Who asked for a reprint.
    pub by: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// Its control file.
    pub control: FileMark,
}

/// A printed piece that was not posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOut {
    /// 通番.
    pub sequence: u32,
    /// The piece.
    pub piece: PieceId,
    /// `pulled` or `set-aside`.
    pub end: State,
    /// The reference or the reason.
    pub note: String,
    /// Who asked for it, or set it aside.
    pub by: String,
}

/// What a certificate stands on, beside the line's account.
pub(super) struct Ground {
    account: Account,
    received: Received,
    /// The job of its marks; none where nothing was printed.
    job: Option<u32>,
    pub(super) generations: Vec<Generation>,
    /// Piece and sheets by sequence.
    pub(super) printed: BTreeMap<u32, (PieceId, u16)>,
    /// Postage by sequence, yen.
    pub(super) postage: BTreeMap<u32, u32>,
}

impl Ground {
    /// Reads the artefacts of a part; `noted` is what the line's log says of it.
    pub(super) fn read(out: &Out, part: &Part, noted: &[Noted]) -> Result<Self> {
        let mut generations = Vec::new();
        let reprints = noted.iter().filter_map(|noted| match &noted.act {
            Act::Reprinted { generation, approved_by, .. } => {
                Some((*generation, Some(noted.by.clone()), Some(approved_by.clone())))
            }
            _ => None,
        });
        for (generation, by, approved_by) in
            std::iter::once((FIRST_GENERATION, None, None)).chain(reprints)
        {
            let path = folder(out, part, generation).join("control.csv");
            let pieces = Control::read(out, part, generation)?.lines().count() as u32;
            let control = mark_of(out, &path)?;
            generations.push(Generation { generation, pieces, by, approved_by, control });
        }
        let control = Control::read(out, part, FIRST_GENERATION)?;
        let rows = control.rows()?;
        let job = rows.first().map(|row| row.mark.job);
        let printed = rows.iter().map(|row| (row.sequence, (row.piece, row.sheets))).collect();
        let postage = entered(out, part)?.into_iter();
        Ok(Self {
            account: read_json(out, part, ACCOUNT)?,
            received: read_json(out, part, RECEIVED)?,
            job,
            generations,
            printed,
            postage: postage.map(|(sequence, entered)| (sequence, entered.postage_yen)).collect(),
        })
    }

    /// Makes the certificate from how each piece ended.
    pub(super) fn certificate(
        &self,
        part: &Part,
        noted: &[Noted],
        closed: ClosedBy<'_>,
        pieces: Tally,
        ends: &BTreeMap<u32, State>,
    ) -> Result<Certificate> {
        let posted = |sequence: &u32| ends.get(sequence) == Some(&State::Posted);
        let sheets = self.printed.iter().filter(|(sequence, _)| posted(sequence));
        let postage = self.postage.iter().filter(|(sequence, _)| posted(sequence));
        let taken_out = ends.iter().filter(|(_, end)| **end != State::Posted);
        Ok(Certificate {
            part: part.to_string(),
            job: self.job.unwrap_or_else(|| jobs::by_name(part)),
            posting_date: self.received.posting_date,
            closed: closed.at,
            closed_by: closed.by.to_owned(),
            records: self.account.ends,
            pieces,
            generations: self.generations.clone(),
            taken_out: taken_out
                .map(|(&sequence, &end)| self.taken_out(noted, sequence, end))
                .collect::<Result<_>>()?,
            sheets_posted: sheets.map(|(_, (_, sheets))| u64::from(*sheets)).sum(),
            postage_planned_yen: self.postage.values().map(|yen| u64::from(*yen)).sum(),
            postage_posted_yen: postage.map(|(_, yen)| u64::from(*yen)).sum(),
            acts_sha256: acts_sha256(noted),
            audit: closed.audit.to_owned(),
        })
    }

    fn taken_out(&self, noted: &[Noted], sequence: u32, end: State) -> Result<TakenOut> {
        let asked = noted.iter().rev().find_map(|noted| match &noted.act {
            Act::PullAsked { sequence: of, note } | Act::SetAside { sequence: of, note }
                if *of == sequence =>
            {
                Some((note.clone(), noted.by.clone()))
            }
            _ => None,
        });
        let (note, by) = asked.with_context(|| format!("nobody took sequence {sequence} out"))?;
        let (piece, _) = self.printed.get(&sequence).context("it was not printed")?;
        Ok(TakenOut { sequence, piece: *piece, end, note, by })
    }
}

/// Makes the certificate of a part whose account has just been closed.
///
/// # Errors
/// If an artefact cannot be read.
pub fn certificate(
    out: &Out,
    part: &Part,
    noted: &[Noted],
    account: &LineAccount,
    closed: ClosedBy<'_>,
) -> Result<Certificate> {
    let ground = Ground::read(out, part, noted)?;
    let ends = account.standings().map(|(sequence, piece)| (sequence, piece.state)).collect();
    // What comes back later is no part of the certificate.
    let tally = Tally { returned: 0, ..account.tally() };
    ground.certificate(part, noted, closed, tally, &ends)
}

/// The certificate's file beside the print files.
pub const CERTIFICATE: &str = "closing.json";
/// The same for people.
pub const CERTIFICATE_PDF: &str = "closing.pdf";

/// Returns a certificate as JSON and as PDF.
///
/// # Errors
/// If the PDF cannot be made.
pub fn written(certificate: &Certificate) -> Result<[Vec<u8>; 2]> {
    let mut json = serde_json::to_vec_pretty(certificate).expect("a certificate is plain data");
    json.push(b'\n');
    let font = stock::face(stock::PAPERWORK_FACE).expect("the stock has the papers' face");
    let pdf = paperwork::closing_sheet(&sheet(certificate), font).context("the certificate")?;
    Ok([json, pdf])
}

fn sheet(certificate: &Certificate) -> ClosingSheet {
    let Certificate { records, pieces, .. } = certificate;
    let generation = |one: &Generation| ClosingGeneration {
        generation: one.generation,
        pieces: one.pieces,
        by: one.by.clone().unwrap_or_default(),
        approved_by: one.approved_by.clone().unwrap_or_default(),
    };
    let end = |one: &TakenOut| ClosingEnd {
        sequence: one.sequence,
        piece: one.piece.to_string(),
        is_pulled: one.end == State::Pulled,
        note: one.note.clone(),
        by: one.by.clone(),
    };
    ClosingSheet {
        part: certificate.part.clone(),
        job: certificate.job,
        posting_date: certificate.posting_date,
        closed: certificate.closed,
        closed_by: certificate.closed_by.clone(),
        records: [
            records.records_in,
            records.printed,
            records.delivered,
            records.set_aside,
            records.held,
            records.pulled,
        ],
        pieces: [pieces.posted, pieces.posted_again, pieces.pulled, pieces.set_aside],
        generations: certificate.generations.iter().map(generation).collect(),
        taken_out: certificate.taken_out.iter().map(end).collect(),
        sheets_posted: certificate.sheets_posted,
        postage_planned_yen: certificate.postage_planned_yen,
        postage_posted_yen: certificate.postage_posted_yen,
        acts_sha256: certificate.acts_sha256.clone(),
    }
}

fn acts_sha256(noted: &[Noted]) -> String {
    let mut digest = Sha256::new();
    for noted in noted {
        digest.update(serde_json::to_vec(noted).expect("an act is plain data"));
        digest.update(b"\n");
    }
    hex(&digest.finalize())
}

fn mark_of(out: &Out, path: &std::path::Path) -> Result<FileMark> {
    let reading = || format!("reading {}", path.display());
    let len = std::fs::metadata(path).with_context(reading)?.len();
    let below = path.strip_prefix(out.root()).unwrap_or(path).to_string_lossy().into_owned();
    Ok(FileMark { path: below, len, sha256: sha256_of(path).with_context(reading)? })
}
