//! Whom something at the line touches: pieces by print file, tray, sheet, stretch or span of time.

use std::collections::BTreeSet;

use anyhow::{bail, Context, Result};
use ledger::line::Act;
use ledger::ControlLine;
use letter::piece::{SheetMark, FIRST_GENERATION};
use letter::{Moment, PieceId};
use runner::Part;

use super::book::{entered, Book, Control};
use super::log;
use crate::out::Out;
use crate::Unusable;

/// What is looked for.
#[derive(Clone, Debug)]
pub enum Place {
    /// A print file of the night.
    File(u32),
    /// A tray.
    Tray(u32),
    /// A bundle within its tray.
    Bundle(u32, u32),
    /// Sequences, both ends included.
    Range(u32, u32),
    /// What the line answered from the first moment on, up to the second.
    Span(Moment, Moment),
}

/// One piece that is touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Whose.
    pub part: Part,
    /// 通番.
    pub sequence: u32,
    /// The piece.
    pub piece: PieceId,
    /// The sender's key of the record.
    pub key: String,
    /// Print file, tray, bundle.
    pub place: [u32; 3],
    /// Sheets.
    pub sheets: u16,
}

/// Returns the pieces of a part at a place, in print order.
///
/// # Errors
/// If the part's files cannot be read.
pub fn touched(out: &Out, book: &Book, part: &Part, place: &Place) -> Result<Vec<Touched>> {
    let control = Control::read(out, part, FIRST_GENERATION)?;
    let spanned = match place {
        Place::Span(from, to) => answered(out, book, part, *from, *to)?,
        _ => BTreeSet::new(),
    };
    let is_there = |row: &ControlLine<'_>| match place {
        Place::File(file) => row.file == *file,
        Place::Tray(tray) => row.tray == *tray,
        Place::Bundle(tray, bundle) => (row.tray, row.bundle) == (*tray, *bundle),
        Place::Range(first, last) => (*first..=*last).contains(&row.sequence),
        Place::Span(..) => spanned.contains(&row.sequence),
    };
    let rows = control.rows()?;
    let mut found = rows.iter().filter(|row| is_there(row)).peekable();
    if found.peek().is_none() {
        return Ok(Vec::new());
    }
    let entered = entered(out, part)?;
    let touched = |row: &ControlLine<'_>| {
        let entered = entered.get(&row.sequence);
        let entered = entered.with_context(|| format!("no ledger row {}", row.sequence))?;
        Ok(Touched {
            part: part.clone(),
            sequence: row.sequence,
            piece: row.piece,
            key: entered.key.clone(),
            place: [row.file, row.tray, row.bundle],
            sheets: row.sheets,
        })
    };
    found.map(touched).collect()
}

/// Returns the sequences of which the line spoke in a span of time.
fn answered(
    out: &Out,
    book: &Book,
    part: &Part,
    from: Moment,
    to: Moment,
) -> Result<BTreeSet<u32>> {
    let mut found = BTreeSet::new();
    for noted in log::read(out, book.night(part), part)? {
        if let Act::Answered { rows, .. } = noted.act {
            let within = rows.iter().filter(|row| (from.0..to.0).contains(&row.at));
            found.extend(within.map(|row| row.sequence));
        }
    }
    Ok(found)
}

/// Returns the piece that a mark names: part, sequence and print generation.
///
/// # Errors
/// If it is no mark, or of no part that was printed here.
pub fn named(book: &Book, text: &str) -> Result<(Part, SheetMark)> {
    let digits: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let mark = SheetMark::parse(&digits).with_context(|| format!("{text:?} is no mark"));
    let mark = mark.context(Unusable)?;
    Ok((book.of_job(mark.job).context(Unusable)?.clone(), mark))
}

/// Reads `400-499`, or one number.
///
/// # Errors
/// If it is neither.
pub fn range(text: &str) -> Result<(u32, u32)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok((first, last)),
        _ => bail!(anyhow::anyhow!("{text:?} is no range like 400-499").context(Unusable)),
    }
}
