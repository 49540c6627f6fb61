//! Printing: the plan's files painted once, front to back, each with its part of the control file.

use std::collections::VecDeque;
use std::io::Write;

use anyhow::{Context, Result};
use ledger::control::{push_row, ControlRow};
use letter::page::{note_use, CharCounts, CharUse};
use letter::piece::{Placed, FIRST_GENERATION};
use letter::Moment;
use presort::{FileSummary, Plan};
use press::{
    Block, BlockComposer, BlockStart, FaceData, Fonts, Layers, Painted, PrintFile, PrintMeta,
    PrintRun, Statics,
};
use render::{Face, Template};
use runner::{aside, Aside, Crew, Entry, FileMark, Journal, Part, Stage};

use crate::batch::{Batch, Letters};
use crate::draft::Draft;
use crate::journey::is_done;
use crate::out::{FileJournal, Out};
use crate::spool::view;

/// Fonts and static layers of a batch, as the press serialises them once.
pub struct Forme {
    /// The faces, cut to what the batch uses.
    pub fonts: Fonts,
    /// The static layers.
    pub layers: Layers,
    /// The same with what ready letters share, for print files.
    pub ready: Option<Layers>,
}

impl Forme {
    /// Cuts the fonts and writes the layers of a batch.
    ///
    /// # Errors
    /// If a font or the stationery cannot be used.
    pub fn make(batch: &Batch<'_>, uses: &[CharUse]) -> Result<Self> {
        let mut uses = uses.to_vec();
        let (layers, parts) = (batch.template.layers(), batch.template.parts());
        layers.iter().chain(parts).for_each(|page| note_use(page, &mut uses));
        let faces = batch.house.chain.faces();
        note_digits(faces, &mut uses);
        let faces: Vec<FaceData<'_>> = faces
            .iter()
            .map(|face| FaceData {
                name: face.name(),
                bytes: face.bytes(),
                charset: face.charset(),
            })
            .collect();
        let usual = usual_characters(batch).context("reading the spool")?;
        let fonts = Fonts::build(&faces, &uses, &usual).context("cutting the fonts")?;
        let statics = statics(&batch.template, batch.stationery.as_deref());
        let layers = Layers::from_statics(&fonts, &statics).context("writing the static layers")?;
        let ready = batch.ready.as_ref().map(|ready| layers.clone().with_ready(ready.shared()));
        Ok(Self { fonts, layers, ready })
    }

    /// Returns the layers of print files, with what ready letters share.
    pub fn print_layers(&self) -> &Layers {
        self.ready.as_ref().unwrap_or(&self.layers)
    }
}

/// Returns what is the same in every letter of a template.
pub fn statics<'t>(template: &'t Template, stationery: Option<&'t [u8]>) -> Statics<'t> {
    Statics {
        sheet: template.sheet(),
        layers: template.layers(),
        parts: template.parts(),
        stationery,
        pictures: template.pictures(),
    }
}

/// Paints a letter that is set, or that came ready.
///
/// # Errors
/// What of it cannot be painted, or if a ready letter cannot be read.
pub fn paint(
    batch: &Batch<'_>,
    composer: &mut BlockComposer<'_>,
    record: u32,
    letter: Painted<'_>,
) -> Result<()> {
    let Some(ready) = &batch.ready else { return Ok(composer.letter(letter)?) };
    let (pages, cut) = ready.letter(record, letter.pages)?;
    Ok(composer.ready_letter(Painted { pages: &pages, ..letter }, cut)?)
}

/// Counts a letter that stands in a print file.
pub fn count(batch: &Batch<'_>, at: &mut BlockStart, placed: &Placed) {
    at.count(u32::from(placed.piece.pages), batch.paper.duplex);
    if let Some(ready) = &batch.ready {
        at.count_own(ready.entry(placed.piece.record).objects);
    }
}

/// Counts the characters of some of a batch's letters, taken from its whole length.
fn usual_characters(batch: &Batch<'_>) -> std::io::Result<CharCounts> {
    let mut usual = CharCounts::default();
    let (mut bytes, mut letters) = (Vec::new(), Letters::default());
    let step = batch.blocks().count().div_ceil(USUAL_BLOCKS).max(1);
    for rows in batch.blocks().step_by(step) {
        batch.spool.read_rows(rows.clone(), &mut bytes)?;
        for (_, view) in batch.spool.views(rows, &bytes) {
            let view = view?;
            // What cannot be set is reported by those who print it.
            let Ok(resolved) = batch.resolve(&mut letters.address, &view) else { continue };
            let facts = batch.facts(&resolved);
            if batch.template.typeset(&mut letters.render, &view, &facts).is_ok() {
                letters.render.pages().iter().for_each(|page| usual.note(page));
            }
        }
    }
    Ok(usual)
}

/// Blocks of letters whose characters are counted.
const USUAL_BLOCKS: usize = 4;

/// Adds the digits beside the marks to the first face that has them all.
pub fn note_digits(faces: &[Face], uses: &mut [CharUse]) {
    for (face, uses) in faces.iter().zip(uses) {
        let entries = &face.charset().entries;
        let find = |digit| {
            entries.binary_search_by_key(&(digit, None), |entry| (entry.character, entry.selector))
        };
        let found: Result<Vec<usize>, usize> = press::MARK_CHARACTERS.chars().map(find).collect();
        if let Ok(found) = found {
            found.into_iter().for_each(|index| uses.insert(index as letter::page::CharIndex));
            return;
        }
    }
}

/// What one thread keeps from block to block.
#[derive(Default)]
struct Desk {
    letters: Letters,
    press: press::Scratch,
}

/// Paints the plan's print files, each with its rows of the control file, one block after the other
/// without a pause between two files.
///
/// While a file goes to the disk the next is being painted; its entry is written when it is there.
/// Files whose entry stands in the journal are left as they are.
///
/// # Errors
/// If the spool cannot be read, a file cannot be written, or a letter no longer comes out as it was
/// measured.
pub fn print_files(
    out: &Out,
    crew: &Crew,
    journal: &mut FileJournal,
    batch: &Batch<'_>,
    forme: &Forme,
    plan: &Plan,
    now: Moment,
) -> Result<()> {
    let part = batch.part();
    let is_due = |file: &&FileSummary| !is_done(out, journal, part, &Stage::Printed(file.file));
    let due: Vec<&FileSummary> = plan.files.iter().filter(is_due).collect();
    let title = |file: &&FileSummary| format!("{part} {:03}", file.file);
    let titles: Vec<String> = due.iter().map(title).collect();
    let duplex = batch.paper.duplex;
    let layers = forme.print_layers();
    let mut sheets = Vec::with_capacity(due.len());
    for (file, title) in due.iter().zip(&titles) {
        let inserter = &batch.inserter;
        let meta = PrintMeta { title, job: batch.job, now, duplex, inserter };
        let form = batch.shop.config.print.form.into();
        let run = PrintRun::in_form(&forme.fonts, layers, meta, form);
        let run = run.context("preparing the press")?;
        let (starts, end) = block_starts(batch, plan, file);
        let totals = press::Totals { letters: end.letters, pages: end.pages() };
        sheets.push(Sheets { file, run, starts, totals });
    }
    let blocks = sheets.iter().flat_map(|of| of.starts.iter().map(move |start| (of, *start)));
    let mut on_press: Option<OnPress<'_>> = None;
    let mut leaving = Leaving { part, journal, files: VecDeque::new() };
    crew.map_in_order(
        blocks.map(Ok),
        Desk::default,
        |desk, (of, start)| (of, desk.compose(batch, &of.run, plan, of.file, start)),
        |(of, block): (&Sheets<'_>, Result<(Block, Vec<u8>)>)| {
            let (block, rows) = block?;
            if on_press.as_ref().is_none_or(|open| open.of.file.file != of.file.file) {
                on_press.take().map_or(Ok(()), |done| done.leave(out, batch, &mut leaving))?;
                on_press = Some(OnPress::begin(out, batch, of)?);
            }
            let open = on_press.as_mut().expect("a file was just begun");
            open.control.extend_from_slice(&rows);
            open.print.write_block(block)?;
            Ok::<_, anyhow::Error>(())
        },
    )?;
    on_press.map_or(Ok(()), |done| done.leave(out, batch, &mut leaving))?;
    leaving.wait_for(0)
}

/// Paints the one print file of a small plan into memory, as a proof: job 0, no rows of a control
/// file, nothing in the journal.
///
/// # Errors
/// As [`print_files`].
pub fn proof(batch: &Batch<'_>, forme: &Forme, plan: &Plan, now: Moment) -> Result<Vec<u8>> {
    let file = plan.files.first().context("a proof has a letter")?;
    let (duplex, title) = (batch.paper.duplex, format!("{} proof", batch.part()));
    let meta = PrintMeta { title: &title, job: 0, now, duplex, inserter: &batch.inserter };
    let run = PrintRun::in_form(&forme.fonts, forme.print_layers(), meta, press::FileForm::Compact);
    let run = run.context("preparing the press")?;
    let (starts, end) = block_starts(batch, plan, file);
    let totals = press::Totals { letters: end.letters, pages: end.pages() };
    let mut print = PrintFile::begin(Vec::new(), &run, totals)?;
    let mut desk = Desk::default();
    for start in starts {
        print.write_block(desk.compose(batch, &run, plan, file, start)?.0)?;
    }
    Ok(print.close()?.1)
}

/// A print file's letters in blocks.
struct Sheets<'p> {
    file: &'p FileSummary,
    run: PrintRun<'p>,
    starts: Vec<BlockStart>,
    totals: press::Totals,
}

/// A print file being painted.
struct OnPress<'p> {
    of: &'p Sheets<'p>,
    print: PrintFile<'p, Draft>,
    control: Vec<u8>,
}

impl<'p> OnPress<'p> {
    fn begin(out: &Out, batch: &Batch<'_>, of: &'p Sheets<'p>) -> Result<Self> {
        let draft = out.draft(&out.print_file(batch.part(), of.file.file))?;
        let print = PrintFile::begin(draft, &of.run, of.totals)?;
        Ok(Self { of, print, control: Vec::new() })
    }

    /// Ends the file and sends it to the disk.
    fn leave(self, out: &Out, batch: &Batch<'_>, leaving: &mut Leaving<'_>) -> Result<()> {
        let Self { of, print, control } = self;
        let printed = print.close()?.1.finish()?;
        let mut rows = out.draft(&out.part(batch.part()).join(control_name(of.file.file)))?;
        rows.write_all(&control).context("writing rows of the control file")?;
        let rows = rows.finish()?;
        let sent = aside(move || Ok(vec![printed.publish()?, rows.publish()?]))?;
        leaving.files.push_back((of.file.file, sent));
        leaving.wait_for(LEAVING_MAX)
    }
}

/// Print files on their way to the disk, in their order.
struct Leaving<'j> {
    part: &'j Part,
    journal: &'j mut FileJournal,
    files: VecDeque<(u32, Aside<Result<Vec<FileMark>>>)>,
}

impl Leaving<'_> {
    /// Notes the files that have arrived, and waits until no more than `most` are on their way.
    fn wait_for(&mut self, most: usize) -> Result<()> {
        let has_arrived = |(_, sent): &mut (u32, Aside<_>)| sent.is_done();
        loop {
            let next = match self.files.len() > most {
                true => self.files.pop_front(),
                false => self.files.pop_front_if(has_arrived),
            };
            let Some((file, sent)) = next else { return Ok(()) };
            let (part, stage) = (self.part.clone(), Stage::Printed(file));
            self.journal.append(Entry::StageDone { part, stage, files: sent.join()? })?;
        }
    }
}

/// Print files on their way to the disk at most; a cut night paints as many again, and the one
/// after them.
const LEAVING_MAX: usize = 4;

/// Returns the name of a print file's rows of the control file, in the part's folder.
pub fn control_name(file: u32) -> String {
    format!("control-{file:03}.csv")
}

/// Returns what the print file holds before each block, and at its end.
fn block_starts(
    batch: &Batch<'_>,
    plan: &Plan,
    file: &FileSummary,
) -> (Vec<BlockStart>, BlockStart) {
    let mut starts = Vec::new();
    let mut at = BlockStart::default();
    for placed in plan.placed_in(file.indices()) {
        if at.letters.is_multiple_of(press::LETTERS_PER_BLOCK) {
            starts.push(at);
        }
        count(batch, &mut at, &placed);
    }
    (starts, at)
}

impl Desk {
    fn compose(
        &mut self,
        batch: &Batch<'_>,
        run: &PrintRun<'_>,
        plan: &Plan,
        file: &FileSummary,
        start: BlockStart,
    ) -> Result<(Block, Vec<u8>)> {
        let Self { letters, press } = self;
        let mut composer = run.block(press, start);
        let mut rows = Vec::new();
        let first = file.indices().start + start.letters as usize;
        let last = file.indices().end.min(first + press::LETTERS_PER_BLOCK as usize);
        let mut at = start;
        for placed in plan.placed_in(first..last) {
            let row = set(batch, letters, &placed, at.pages() + 1, FIRST_GENERATION)?;
            let Letters { render, .. } = &*letters;
            let letter = Painted {
                id: row.piece,
                sequence: placed.sequence,
                inserts: INSERTS,
                pages: render.pages(),
            };
            paint(batch, &mut composer, placed.piece.record, letter)?;
            push_row(&mut rows, &row);
            at.count(u32::from(placed.piece.pages), batch.paper.duplex);
        }
        Ok((composer.finish(), rows))
    }
}

/// No feeder but the sheets' own: inserts come with a later agreement.
pub const INSERTS: u8 = 0;

/// Sets one letter for print, in a print generation, and returns its row of the control file.
///
/// # Errors
/// If the spool cannot be read, or the letter no longer comes out as it was measured.
pub fn set(
    batch: &Batch<'_>,
    letters: &mut Letters,
    placed: &Placed,
    page: u32,
    generation: u8,
) -> Result<ControlRow> {
    let record = placed.piece.record;
    batch.spool.read(record, &mut letters.bytes).context("reading the spool")?;
    let view = view(&letters.bytes)?;
    let again = |reason: letter::Reason| {
        anyhow::anyhow!("record {record} was measured and now fails: {}", reason.code())
    };
    let resolved = batch.resolve(&mut letters.address, &view).map_err(again)?;
    let facts = batch.facts(&resolved);
    let pages = batch.template.typeset(&mut letters.render, &view, &facts).map_err(again)?;
    let ready = batch.ready.as_ref().map(|ready| ready.entry(record).pages as usize);
    let pages = ready.unwrap_or(pages);
    anyhow::ensure!(
        pages == usize::from(placed.piece.pages),
        "record {record} was measured with {} pages and now has {pages}",
        placed.piece.pages
    );
    let mark = presort::marks(generation, batch.job, INSERTS, placed).next();
    Ok(ControlRow {
        sequence: placed.sequence,
        file: placed.file,
        page,
        tray: placed.tray,
        bundle: placed.bundle,
        piece: batch.piece(&view),
        sheets: placed.sheets,
        weight_mg: placed.weight_mg,
        postal: placed.piece.postal,
        barcode: resolved.barcode,
        mark: mark.expect("a piece has a sheet"),
    })
}
