//! The certificate recomputed: from the acts and the artefacts, without the line's account.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use anyhow::{bail, ensure, Context, Result};
use ledger::line::{Act, Answer, Said, State, Tally};
use letter::piece::FIRST_GENERATION;
use runner::Part;

use super::{Certificate, ClosedBy, Ground};
use crate::account::read_json;
use crate::line::log::{self, Noted};
use crate::line::reprint::read_back_for;
use crate::line::{Line, LINE};
use crate::out::Out;

/// What the acts say of one piece, in any order.
#[derive(Default)]
struct Told {
    /// The newest generation whose print file shows it.
    generation: u8,
    /// Rows of that generation, in the order of the logs.
    rows: Vec<Said>,
    /// Envelopes that the line ever made of it.
    envelopes: u32,
    /// Scans that took something of it out.
    scans: u32,
    is_pulled: bool,
    is_set_aside: bool,
}

/// Reads every print file of a closed part back and makes its certificate again.
///
/// # Errors
/// If the part is not closed, an artefact cannot be read or is not as it was written, or a piece
/// has no end, or two.
pub fn again(out: &Out, part: &Part, night: u32) -> Result<Certificate> {
    let mut noted = log::read(out, night, part)?;
    let closing = noted.iter().position(|noted| noted.act == Act::Closed);
    let closing = closing.with_context(|| format!("{part} is not closed"))?;
    let last = noted[closing].clone();
    let closed = ClosedBy { at: last.at, by: &last.by, audit: &last.audit };
    noted.truncate(closing);
    let ground = Ground::read(out, part, &noted)?;
    let told = told(out, part, &ground, &noted)?;
    let (mut ends, mut pieces) = (BTreeMap::new(), Tally::default());
    for (&sequence, piece) in &told {
        let end = piece.end().with_context(|| format!("sequence {sequence}"))?;
        match end {
            State::Pulled => pieces.pulled += 1,
            State::SetAside => pieces.set_aside += 1,
            _ if piece.generation == FIRST_GENERATION => pieces.posted += 1,
            _ => pieces.posted_again += 1,
        }
        pieces.pieces += 1;
        ends.insert(sequence, end);
    }
    ground.certificate(part, &noted, closed, pieces, &ends)
}

/// Gathers what print files and acts say, by sequence.
fn told(out: &Out, part: &Part, ground: &Ground, noted: &[Noted]) -> Result<BTreeMap<u32, Told>> {
    let line: Line = read_json(out, part, LINE)?;
    let mut told: BTreeMap<u32, Told> = BTreeMap::new();
    for generation in &ground.generations {
        let number = generation.generation;
        let shown = read_back_for(out, part, &line, number)?;
        ensure!(
            shown.iter().collect::<BTreeSet<_>>().len() == shown.len(),
            "generation {number} shows a piece twice"
        );
        for sequence in shown {
            let known = told.contains_key(&sequence) || number == FIRST_GENERATION;
            ensure!(known, "sequence {sequence} was only reprinted");
            told.entry(sequence).or_default().generation = number;
        }
    }
    let mut seen: HashSet<Answer> = HashSet::new();
    for noted in noted {
        match &noted.act {
            Act::Answered { rows, .. } => {
                for row in rows.iter().filter(|row| seen.insert(**row)) {
                    let piece = find(&mut told, row.sequence)?;
                    piece.envelopes += u32::from(row.said == Said::Good);
                    if row.generation == piece.generation {
                        piece.rows.push(row.said);
                    }
                }
            }
            Act::TakenOut { sequence, .. } => find(&mut told, *sequence)?.scans += 1,
            Act::PullAsked { sequence, .. } => find(&mut told, *sequence)?.is_pulled = true,
            Act::SetAside { sequence, .. } => find(&mut told, *sequence)?.is_set_aside = true,
            Act::Reprinted { .. } | Act::Returned { .. } | Act::Closed => {}
        }
    }
    Ok(told)
}

fn find(told: &mut BTreeMap<u32, Told>, sequence: u32) -> Result<&mut Told> {
    told.get_mut(&sequence).with_context(|| format!("sequence {sequence} was not printed"))
}

impl Told {
    /// Returns the one end of the piece; every envelope but the posted one was taken out.
    fn end(&self) -> Result<State> {
        let Self { rows, envelopes, scans, is_pulled, is_set_aside, .. } = self;
        let goods = rows.iter().filter(|said| **said == Said::Good).count();
        let is_in_one_envelope =
            goods == 1 && rows.last() == Some(&Said::Good) && !rows.contains(&Said::Double);
        match (is_pulled, is_set_aside) {
            (true, true) => bail!("it is pulled and set aside"),
            (true, false) if *scans > 0 && scans >= envelopes => Ok(State::Pulled),
            (true, false) => bail!("it is pulled, and nobody scanned it"),
            (false, true) if scans >= envelopes => Ok(State::SetAside),
            (false, false) if is_in_one_envelope && *envelopes == scans + 1 => Ok(State::Posted),
            _ => bail!("{envelopes} envelopes, {scans} taken out, and no end"),
        }
    }
}
