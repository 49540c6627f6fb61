//! Reprints (再作成): pieces painted again under the next print generation, in their tray order.

use std::collections::BTreeMap;

use anyhow::{ensure, Context, Result};
use ledger::control::{push_row, CONTROL_COLUMNS};
use letter::piece::{Measured, Placed};
use letter::Moment;
use press::{BlockStart, Painted, PrintFile, PrintMeta, PrintRun, Totals};
use runner::FileMark;

use super::book::{entered, folder, Control};
use super::Line;
use crate::batch::{Batch, Letters};
use crate::measure::MeasuredBatch;
use crate::out::Out;
use crate::print::{self, set, Forme, INSERTS};
use crate::recount;

/// Paints pieces again: print files and their control file in `reprint-<generation>/`, each letter
/// with its own sequence, tray and bundle.
///
/// The files are read back before this returns.
///
/// # Errors
/// If the part's files cannot be read, a letter no longer comes out as it was measured, or a print
/// file does not read back as its control file says.
pub fn paint(
    out: &Out,
    batch: &Batch<'_>,
    generation: u8,
    sequences: &[u32],
    now: Moment,
) -> Result<Vec<FileMark>> {
    let part = batch.part();
    let placed = placed(out, batch, sequences)?;
    let measured = MeasuredBatch::read(&out.part(part))?;
    let forme = Forme::make(batch, &measured.uses)?;
    let home = folder(out, part, generation);
    let most = batch.shop.config.print.file_pieces_max.get() as usize;
    let mut files = Vec::new();
    let mut rows = format!("{CONTROL_COLUMNS}\r\n").into_bytes();
    for (number, pieces) in (1..).zip(placed.chunks(most)) {
        let name = format!("{}-r{generation}-{number:03}", part.name());
        let mut own = Vec::new();
        let mut draft = out.draft(&home.join(format!("{name}.pdf")))?;
        let job = batch.job;
        let (paper, inserter) = (batch.paper, &batch.inserter);
        let title = format!("{part} {name}");
        let meta = PrintMeta { title: &title, job, now, duplex: paper.duplex, inserter };
        let form = batch.shop.config.print.form.into();
        let run = PrintRun::in_form(&forme.fonts, forme.print_layers(), meta, form);
        let run = run.context("preparing the press")?.in_generation(generation);
        let sides = u32::from(paper.duplex) + 1;
        let pages = pieces.iter().map(|placed| u32::from(placed.sheets) * sides).sum();
        let totals = Totals { letters: pieces.len() as u32, pages };
        let mut print = PrintFile::begin(&mut draft, &run, totals)?;
        let mut desk = Desk { batch, run: &run, generation, number };
        for block in desk.blocks(pieces, &mut own)? {
            print.write_block(block)?;
        }
        print.close()?;
        files.push(draft.finish()?.publish()?);
        rows.extend_from_slice(&own);
    }
    files.push(out.publish(&home.join("control.csv"), |writer| Ok(writer.write_all(&rows)?))?);
    read_back(out, batch, generation)?;
    Ok(files)
}

/// What the letters of one print file are painted with.
struct Desk<'d> {
    batch: &'d Batch<'d>,
    run: &'d PrintRun<'d>,
    generation: u8,
    number: u32,
}

impl Desk<'_> {
    /// Composes the letters block by block and writes their rows of the control file.
    fn blocks(&mut self, pieces: &[Placed], rows: &mut Vec<u8>) -> Result<Vec<press::Block>> {
        let (mut letters, mut scratch) = (Letters::default(), press::Scratch::default());
        let (mut at, mut blocks) = (BlockStart::default(), Vec::new());
        for pieces in pieces.chunks(press::LETTERS_PER_BLOCK as usize) {
            let mut composer = self.run.block(&mut scratch, at);
            for placed in pieces {
                let placed = Placed { file: self.number, ..*placed };
                let page = at.pages() + 1;
                let row = set(self.batch, &mut letters, &placed, page, self.generation)?;
                let letter = Painted {
                    id: row.piece,
                    sequence: placed.sequence,
                    inserts: INSERTS,
                    pages: letters.render.pages(),
                };
                print::paint(self.batch, &mut composer, placed.piece.record, letter)?;
                push_row(rows, &row);
                print::count(self.batch, &mut at, &placed);
            }
            blocks.push(composer.finish());
        }
        Ok(blocks)
    }
}

/// Returns where the pieces lay when the night printed them, in print order.
fn placed(out: &Out, batch: &Batch<'_>, sequences: &[u32]) -> Result<Vec<Placed>> {
    let part = batch.part();
    let measured = MeasuredBatch::read(&out.part(part))?;
    let by_record: BTreeMap<u32, Measured> =
        measured.pieces.iter().map(|piece| (piece.record, *piece)).collect();
    let entered = entered(out, part)?;
    let control = Control::read(out, part, letter::piece::FIRST_GENERATION)?;
    let rows = control.rows()?;
    let place = |&sequence: &u32| {
        let row = rows.get(sequence as usize - 1).filter(|row| row.sequence == sequence);
        let row = row.with_context(|| format!("the control file has no sequence {sequence}"))?;
        let entered = entered.get(&sequence);
        let entered = entered.with_context(|| format!("the ledger has no sequence {sequence}"))?;
        let piece = by_record.get(&entered.record).context("a printed piece was not measured")?;
        Ok(Placed {
            piece: *piece,
            sequence,
            file: row.file,
            tray: row.tray,
            bundle: row.bundle,
            sheets: row.sheets,
            weight_mg: row.weight_mg,
            postage_yen: entered.postage_yen,
        })
    };
    sequences.iter().map(place).collect()
}

/// Reads a reprint back as a stranger would: each letter as its row says, in its generation.
///
/// # Errors
/// If a file cannot be read or is not as its control file says.
pub fn read_back(out: &Out, batch: &Batch<'_>, generation: u8) -> Result<()> {
    let line = Line::of(batch);
    read_back_for(out, batch.part(), &line, generation).map(|_| ())
}

/// Reads back the print files of a generation for the line they were printed for; returns their
/// letters by sequence.
///
/// # Errors
/// If a file cannot be read or is not as its control file says.
pub fn read_back_for(
    out: &Out,
    part: &runner::Part,
    line: &Line,
    generation: u8,
) -> Result<Vec<u32>> {
    let control = Control::read(out, part, generation)?;
    let rows = control.rows()?;
    let home = folder(out, part, generation);
    let mut sequences = Vec::with_capacity(rows.len());
    for number in 1..=rows.last().map_or(0, |row| row.file) {
        let name = match generation {
            letter::piece::FIRST_GENERATION => format!("{}-{number:03}.pdf", part.name()),
            later => format!("{}-r{later}-{number:03}.pdf", part.name()),
        };
        let of_file = |(_, row): &(&str, &ledger::ControlLine<'_>)| row.file == number;
        let own: Vec<(&str, _)> = control.lines().zip(&rows).filter(of_file).collect();
        for (_, row) in &own {
            ensure!(row.mark.generation == generation, "{name} has a row of another generation");
            sequences.push(row.sequence);
        }
        let texts: Vec<String> = own.iter().map(|(line, _)| (*line).to_owned()).collect();
        let found = recount::print_file(&home.join(&name), part, line, generation, &texts)?;
        ensure!(found.letters == own.len() as u64, "{name} has {} letters", found.letters);
    }
    Ok(sequences)
}
