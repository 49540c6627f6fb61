//! The closing check: a part counted again from what lies on the disk, as a stranger would.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Lines};
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result};
use ledger::control::ControlLine;
use ledger::reconcile::{ListCount, PackCount, PrintFileCount, Recounted};
use letter::piece::FIRST_GENERATION;
use letter::{Disposition, PieceId};
use mailbox::{PackReader, Seal, StoredCopy};
use readback::{CopyReader, ReadAt};
use runner::{Crew, Part};

use crate::batch::Received;
use crate::line::{self, Line};
use crate::lists;
use crate::out::Out;
use crate::seals;

/// Counts a part again from print files, control file, pack and lists.
///
/// Each letter of a print file must stand in the control file with the same piece, sequence, page,
/// sheets, mark and barcode, and must show the marks that its inserter reads; each copy of the pack
/// must have its seal and be of its row. `withdrawn` are the copies that the mailboxes gave up.
///
/// # Errors
/// If an artefact cannot be read, or two of them contradict each other; the message says which.
pub fn recount(
    out: &Out,
    crew: &Crew,
    received: &Received,
    line: &Line,
    withdrawn: &BTreeSet<PieceId>,
) -> Result<Recounted> {
    let part = &received.part;
    let files = print_files(&out.print(part))?;
    let mut control = Control::open(&out.print(part).join("control.csv"))?;
    let (pack, copies) = pack(out, crew, part)?.unzip();
    let gone: BTreeSet<PieceId> =
        copies.iter().flatten().filter(|copy| withdrawn.contains(copy)).copied().collect();
    let withdrawn_beside = printed_of(out, part, &gone)?;
    let mut recounted = Recounted {
        withdrawn: gone.len() as u64 - withdrawn_beside,
        withdrawn_beside,
        packs: pack.into_iter().collect(),
        rejects: rejects(out, received)?.into_iter().collect(),
        held: list(&out.stopped(part, Disposition::Held), None)?.into_iter().collect(),
        pulled: list(&out.stopped(part, Disposition::Pulled), None)?.map_or(0, |l| l.records),
        ..Recounted::default()
    };
    crew.map_in_order(
        files.iter().map(|path| Ok((path, control.of_file(number(path).unwrap_or(0))?))),
        || (),
        |(), (path, rows)| print_file(path, part, line, FIRST_GENERATION, &rows),
        |count: Result<PrintFileCount>| {
            recounted.print_files.push(count?);
            Ok::<_, anyhow::Error>(())
        },
    )?;
    recounted.control_rows = control.finish()?;
    Ok(recounted)
}

/// Counts the pieces that stand in the part's control file, too.
fn printed_of(out: &Out, part: &Part, pieces: &BTreeSet<PieceId>) -> Result<u64> {
    if pieces.is_empty() {
        return Ok(0);
    }
    let control = line::book::Control::read(out, part, FIRST_GENERATION)?;
    Ok(control.rows()?.iter().filter(|row| pieces.contains(&row.piece)).count() as u64)
}

/// The control file of a part, read front to back, one print file's rows at a time.
struct Control {
    lines: Option<Lines<BufReader<File>>>,
    /// The first row of the next print file.
    next: Option<String>,
    rows: u64,
}

impl Control {
    /// Opens the file; without one there are no rows.
    fn open(path: &Path) -> Result<Self> {
        let mut control = Self { lines: None, next: None, rows: 0 };
        if path.exists() {
            let file = File::open(path).with_context(|| format!("reading {}", path.display()))?;
            let mut lines = BufReader::with_capacity(1 << 18, file).lines();
            lines.next().transpose()?;
            control.lines = Some(lines);
            control.next = control.row()?;
        }
        Ok(control)
    }

    fn row(&mut self) -> Result<Option<String>> {
        let next = self.lines.as_mut().and_then(Iterator::next);
        let next = next.transpose().context("reading the control file")?;
        self.rows += u64::from(next.is_some());
        Ok(next)
    }

    /// Returns the rows that stand next and are of print file `file`.
    fn of_file(&mut self, file: u32) -> Result<Vec<String>> {
        let mut rows = Vec::new();
        while let Some(row) = self.next.take() {
            let line = ControlLine::parse(&row).context("a row of the control file is damaged")?;
            if line.file != file {
                self.next = Some(row);
                break;
            }
            rows.push(row);
            self.next = self.row()?;
        }
        Ok(rows)
    }

    /// Returns the number of all rows, those of no print file included.
    fn finish(mut self) -> Result<u64> {
        while self.row()?.is_some() {}
        Ok(self.rows)
    }
}

/// Returns the print files of a part in the order of their numbers.
fn print_files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if number(&path).is_some() && path.extension().is_some_and(|extension| extension == "pdf") {
            files.push(path);
        }
    }
    files.sort_by_key(|path| number(path));
    Ok(files)
}

/// Returns the number of a print file, `tax-2026-003.pdf`: 3.
fn number(path: &Path) -> Option<u32> {
    let (_, number) = path.file_stem()?.to_str()?.rsplit_once('-')?;
    number.parse().ok()
}

/// Counts one print file, each letter against its row of the control file.
///
/// # Errors
/// If the file cannot be read, or a letter is not what its row says.
pub fn print_file(
    path: &Path,
    part: &Part,
    line: &Line,
    generation: u8,
    rows: &[String],
) -> Result<PrintFileCount> {
    let opening = || format!("reading {}", path.display());
    let reading = || format!("reading {} back", path.display());
    let source = OnDisk::open(path).with_context(opening)?;
    let due = line.marks_due();
    let read = readback::PrintFile::open_due(&source, due).with_context(reading)?;
    let mut read = read.on_sheet(line.sheet);
    if let Some(due) = line.omr_due(generation) {
        read = read.with_omr(due);
    }
    let file = number(path).expect("a print file has its number");
    let mut count = PrintFileCount { file, ..Default::default() };
    let mut rows = rows.iter().filter_map(|row| ControlLine::parse(row));
    while let Some(letter) = read.next_letter().with_context(reading)? {
        let row = rows.next().with_context(|| {
            format!("letter {} of {part} stands in no row of the control file", letter.sequence)
        })?;
        let (page, mark) = (letter.pages.start + 1, letter.mark.unwrap_or(row.mark));
        let agrees = (row.piece, row.sequence, row.page, row.sheets, row.mark, row.barcode)
            == (letter.id, letter.sequence, page, letter.sheets, mark, letter.bars.as_str())
            && (mark.sequence, mark.sheets) == (letter.sequence, letter.sheets);
        anyhow::ensure!(
            agrees,
            "letter {} of {} is not what the control file says of {}",
            letter.sequence,
            path.display(),
            row.sequence
        );
        count.letters += 1;
        count.sheets += u64::from(letter.sheets);
    }
    count.pages = u64::from(read.pages());
    Ok(count)
}

/// A file that is read at any place, a window at a time.
struct OnDisk {
    file: File,
    size: u64,
}

impl OnDisk {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }
}

impl ReadAt for OnDisk {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_exact_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(into, offset)
    }
}

/// Counts a pack's copies: each is as it was sealed, is a sound file and of the row that its label
/// names. Returns their number and the pieces.
fn pack(out: &Out, crew: &Crew, part: &Part) -> Result<Option<(PackCount, BTreeSet<PieceId>)>> {
    let path = out.pack(part, "pack");
    if !path.exists() {
        return Ok(None);
    }
    let reading = || format!("reading {}", path.display());
    let shared = fs::read(out.pack(part, "shared")).with_context(reading)?;
    let sealer = mailbox::Sealer::new(&shared);
    let mut reader =
        PackReader::open(File::open(&path).with_context(reading)?).with_context(reading)?;
    let mut stored = reader.copies().peekable();
    let blocks = std::iter::from_fn(|| {
        stored.peek()?;
        let block: Result<Vec<_>, _> = stored.by_ref().take(COPIES_PER_BLOCK).collect();
        Some(block.with_context(reading))
    });
    let mut tree = mailbox::Tree::default();
    let mut pieces = BTreeSet::new();
    crew.map_in_order(
        blocks,
        || CopyReader::new(&shared),
        |reader, copies| -> Result<Vec<(PieceId, Seal)>> {
            copies.iter().map(|copy| check_copy(&sealer, reader, copy)).collect()
        },
        |checked: Result<Vec<(PieceId, Seal)>>| {
            for (piece, seal) in checked.with_context(reading)? {
                anyhow::ensure!(pieces.insert(piece), "copy {piece} stands twice in its pack");
                tree.push(piece, &seal);
            }
            Ok(())
        },
    )?;
    seals::check(out, part, &tree)?;
    let pack = format!("{}.{}", part.sender, part.name());
    Ok(Some((PackCount { pack, copies: pieces.len() as u64 }, pieces)))
}

fn check_copy(
    sealer: &mailbox::Sealer,
    reader: &mut CopyReader<'_>,
    copy: &StoredCopy,
) -> Result<(PieceId, Seal)> {
    let StoredCopy { label, tail } = copy;
    let piece = label.piece;
    anyhow::ensure!(sealer.seal(tail) == label.seal, "copy {piece} is not as sealed");
    let head = reader.read(tail).with_context(|| format!("copy {piece}"))?;
    anyhow::ensure!(
        head.row_id.as_ref() == Some(&label.row_id),
        "copy {piece} is of another row than its label says"
    );
    Ok((piece, label.seal))
}

fn rejects(out: &Out, received: &Received) -> Result<Option<ListCount>> {
    let name = lists::report_name(&received.part);
    let path = out.outbox(received.part.sender.as_str(), &name);
    list(&path, Some(&received.member))
}

/// Counts the records of a list of faults: those of `member`, each once by its byte.
fn list(path: &Path, member: Option<&str>) -> Result<Option<ListCount>> {
    if !path.exists() {
        return Ok(None);
    }
    let reading = || format!("reading {}", path.display());
    let bytes = fs::read(path).with_context(reading)?;
    let places = ledger::rejects::places(&bytes).with_context(reading)?;
    let of_member = |place: &&(String, u64)| member.is_none_or(|member| place.0 == member);
    let records: BTreeSet<_> = places.iter().filter(of_member).collect();
    let list = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Some(ListCount { list, records: records.len() as u64 }))
}

/// Copies that a thread checks at a time.
const COPIES_PER_BLOCK: usize = 64;
