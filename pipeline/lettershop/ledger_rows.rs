//! A part's rows of the ledger as lines of tab-separated text, from which `ledger.parquet` is made.

use std::io::{BufRead, Write};

use anyhow::{bail, Context, Result};
use columnar::{End, LedgerRow};
use letter::{Channel, Disposition, PieceId};
use runner::Part;

use crate::fates::Fate;

/// Columns of a line.
const COLUMNS: usize = 12;

/// Writes one record's line. Keys hold no tab and no line end: control characters were refused.
///
/// # Errors
/// What the writer returns.
pub fn write(
    out: &mut dyn Write,
    record: u32,
    key: &str,
    piece: PieceId,
    fate: &Fate,
    time: &str,
) -> Result<()> {
    let (channel, reason, end, also, place) = match fate {
        Fate::Printed(placed, copy) => {
            let place = format!("print {:03}/{:07}", placed.file, placed.sequence);
            (
                placed.piece.channel.name(),
                placed.piece.why.code(),
                End::Printed,
                copy.is_some(),
                place,
            )
        }
        Fate::Delivered(piece, copy) => {
            (piece.channel.name(), piece.why.code(), End::Delivered, false, format!("copy {copy}"))
        }
        Fate::Stopped(row) => {
            let line = row.faults.first().map_or(0, |fault| fault.origin.line);
            let end = match row.disposition() {
                Disposition::SetAside => End::SetAside,
                Disposition::Held => End::Held,
                Disposition::Pulled => End::Pulled,
            };
            ("", row.deciding().code(), end, false, format!("line {line}"))
        }
    };
    let (sheets, weight_mg, postage_yen) = match fate {
        Fate::Printed(placed, _) => (placed.sheets, placed.weight_mg, placed.postage_yen),
        _ => (0, 0, 0),
    };
    let end = end.name();
    let also = u8::from(also);
    writeln!(
        out,
        "{record}\t{key}\t{piece}\t{channel}\t{reason}\t{end}\t{also}\t{sheets}\t{weight_mg}\
         \t{postage_yen}\t{place}\t{time}"
    )?;
    Ok(())
}

/// Reads a part's lines back and calls `each` with every row.
///
/// # Errors
/// If a line cannot be read, or `each` fails.
pub fn read(
    mut from: impl BufRead,
    part: &Part,
    mut each: impl FnMut(&LedgerRow<'_>) -> Result<()>,
) -> Result<()> {
    let name = part.name();
    let mut line = String::new();
    while from.read_line(&mut line)? > 0 {
        let row = row(part, &name, line.trim_end_matches('\n'));
        each(&row.with_context(|| format!("a ledger row of {part} is damaged"))?)?;
        line.clear();
    }
    Ok(())
}

fn row<'a>(part: &'a Part, batch: &'a str, line: &'a str) -> Result<LedgerRow<'a>> {
    let cells: Vec<&str> = line.split('\t').collect();
    if cells.len() != COLUMNS {
        bail!("{} columns, not {COLUMNS}", cells.len());
    }
    let channels = [Channel::Paper, Channel::Electronic, Channel::Both];
    Ok(LedgerRow {
        sender: part.sender.as_str(),
        batch,
        part: part.part,
        record: cells[0].parse()?,
        key: cells[1],
        piece: PieceId(u64::from_str_radix(cells[2], 16)?),
        channel: channels.into_iter().find(|channel| channel.name() == cells[3]),
        reason: cells[4],
        end: End::parse(cells[5]).context("no such end")?,
        also_delivered: cells[6] == "1",
        sheets: cells[7].parse()?,
        weight_mg: cells[8].parse()?,
        postage_yen: cells[9].parse()?,
        place: cells[10],
        time: cells[11],
    })
}
