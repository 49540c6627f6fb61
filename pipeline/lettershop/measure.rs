//! Every record resolved, routed and typeset once: what is left of it is a small key or a fault.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use address::Finding;
use anyhow::{Context, Result};
use letter::page::{note_use, CharUse, Mark, Page};
use letter::piece::Measured;
use letter::{Channel, ChannelReason, Date, PostalCode, Reason, RecordView};
use route::Lookup;
use runner::{Crew, FileMark};

use crate::addresses::Notes;
use crate::batch::{Batch, Letters};
use crate::faults::{self, RowFaults};
use crate::later;
use crate::out::Out;

/// The pieces and the characters they use.
const MEASURED: &str = "measured";
/// What measuring found wrong.
pub const FAULTS: &str = "measure-faults.jsonl";

/// All pieces of a part in the sender's order, and which characters their pages use.
#[derive(Debug, Default)]
pub struct MeasuredBatch {
    /// The keys of the pieces that go on.
    pub pieces: Vec<Measured>,
    /// The characters used, one set a face.
    pub uses: Vec<CharUse>,
}

/// What one thread keeps from block to block.
struct Desk<'b> {
    ways: Ways<'b>,
    bytes: Vec<u8>,
    letters: Letters,
    uses: Vec<CharUse>,
}

/// How the records of a part go in the night that measures it.
#[derive(Clone, Copy)]
struct Ways<'b> {
    batch: &'b Batch<'b>,
    /// Whether no later night can print what is not read.
    is_last_night: bool,
}

impl Ways<'_> {
    /// Returns how a record goes whose copy has at most so many bytes, and why.
    fn way(self, lookup: Lookup, copy_bytes: u64) -> (Channel, ChannelReason) {
        if let Some(later) = &self.batch.received.later {
            return (Channel::Paper, later.why);
        }
        match route::route(&self.batch.class, lookup, Some(copy_bytes)) {
            (Channel::Electronic, _) if self.is_last_night => {
                (Channel::Both, ChannelReason::NoTimeToRead)
            }
            way => way,
        }
    }
}

/// What one block comes to.
struct Block {
    pieces: Vec<Measured>,
    faults: Vec<RowFaults>,
    uses: Vec<CharUse>,
    addresses: Notes,
}

/// Resolves, routes and typesets every record of the part for the night of `day` and writes
/// `measured`, `measure-faults.jsonl`, and what is found about the addresses.
///
/// # Errors
/// If the spool cannot be read or a file cannot be written.
pub fn measure(
    out: &Out,
    crew: &Crew,
    batch: &Batch<'_>,
    lookups: &[Lookup],
    day: Date,
) -> Result<Vec<FileMark>> {
    let folder = out.part(batch.part());
    let is_last_night = later::is_due(batch.shop, &batch.received, day);
    let mut all = MeasuredBatch { uses: batch.no_uses(), ..MeasuredBatch::default() };
    let mut addresses = Notes::default();
    let faults = out.publish(&folder.join(FAULTS), |file| {
        crew.map_in_order(
            batch.blocks().map(Ok),
            || Desk {
                ways: Ways { batch, is_last_night },
                bytes: Vec::new(),
                letters: Letters::default(),
                uses: batch.no_uses(),
            },
            |desk, rows| desk.measure(rows, lookups),
            |block: io::Result<Block>| {
                let block = block.context("reading the spool")?;
                for (all, more) in all.uses.iter_mut().zip(&block.uses) {
                    all.union(more);
                }
                all.pieces.extend(block.pieces);
                addresses.append(block.addresses);
                faults::write(file, &block.faults).context("writing faults")
            },
        )
    })?;
    let measured = out.publish(&folder.join(MEASURED), |file| Ok(write(file, &all)?))?;
    let mut files = vec![measured, faults];
    files.extend(addresses.write(out, batch)?);
    Ok(files)
}

impl Desk<'_> {
    fn measure(&mut self, rows: std::ops::Range<usize>, lookups: &[Lookup]) -> io::Result<Block> {
        let Ways { batch, .. } = self.ways;
        batch.spool.read_rows(rows.clone(), &mut self.bytes)?;
        let mut block = Block {
            pieces: Vec::with_capacity(rows.len()),
            faults: Vec::new(),
            uses: Vec::new(),
            addresses: Notes::default(),
        };
        for (record, view) in batch.spool.views(rows, &self.bytes) {
            let (record, view) = (record as u32, view?);
            if batch.is_stopped(record) {
                continue;
            }
            let lookup = lookups[record as usize];
            let mut whole = None;
            let measured = measure_one(
                self.ways,
                &mut self.letters,
                &mut self.uses,
                record,
                &view,
                lookup,
                &mut whole,
            );
            match measured {
                Ok(piece) => block.pieces.push(piece),
                Err(reason) => block.faults.push(batch.fault(record, &view, reason)),
            }
            block.addresses.take(batch, &mut self.letters.address, record, &view, whole)?;
        }
        block.uses = std::mem::replace(&mut self.uses, batch.no_uses());
        Ok(block)
    }
}

fn measure_one(
    ways: Ways<'_>,
    letters: &mut Letters,
    uses: &mut [CharUse],
    record: u32,
    view: &RecordView<'_>,
    lookup: Lookup,
    whole: &mut Option<Finding>,
) -> Result<Measured, Reason> {
    let Ways { batch, .. } = ways;
    let resolved = batch.resolve(&mut letters.address, view)?;
    *whole = Finding::of_grade(resolved.grade);
    let (postal, walk) = (resolved.postal, resolved.walk);
    let facts = batch.facts(&resolved);
    let mut count = batch.template.typeset(&mut letters.render, view, &facts)?;
    let on_paper = count;
    if batch.template.varies_by_channel() {
        letters.render.pages().iter().for_each(|page| note_use(page, uses));
        count = batch.template.typeset_copy(&mut letters.render, view, &facts)?;
    }
    let pages = letters.render.pages();
    let mut bound = copy_bytes_bound(pages, batch.template.parts());
    let mut on_paper = on_paper;
    if let Some(ready) = &batch.ready {
        let letter = ready.entry(record);
        (on_paper, count) = (letter.pages as usize, letter.pages as usize);
        bound += letter.copy_len;
    }
    let (channel, why) = ways.way(lookup, bound);
    let count = if channel.on_paper() { on_paper } else { count };
    let count = u16::try_from(count).unwrap_or(u16::MAX);
    if channel.on_paper() {
        batch.franking.weigh(count)?;
    }
    pages.iter().for_each(|page| note_use(page, uses));
    let has_barcode = resolved.barcode.is_some();
    Ok(Measured { record, postal, walk, pages: count, has_barcode, channel, why })
}

/// Bounds the bytes of a copy's own content: two bytes a glyph, escapes and operands, its objects.
///
/// Fonts and static layers are the batch's, not the copy's, and do not count. A copy has the marks
/// of static parts where the pages name these.
fn copy_bytes_bound(pages: &[Page], parts: &[Page]) -> u64 {
    let own = |page: &Page| page.glyphs.len() * 12 + page.marks.len() * 64;
    let part = |mark: &Mark| match mark {
        Mark::Part { part, .. } => parts.get(usize::from(*part)).map_or(0, own),
        _ => 0,
    };
    let whole = |page: &Page| own(page) + page.marks.iter().map(part).sum::<usize>() + 1024;
    4096 + pages.iter().map(whole).sum::<usize>() as u64
}

/// Bytes of one piece in the file.
const PIECE_LEN: usize = 4 + 4 + 8 + 2 + 1 + 1;
/// The bit of the channel's byte that says whether the piece has a barcode.
const BARCODE_BIT: u32 = 7;

/// Writes pieces and uses: counts, then 20 bytes a piece, then 8 KiB a face.
fn write(out: &mut dyn Write, all: &MeasuredBatch) -> io::Result<()> {
    out.write_all(&(all.pieces.len() as u64).to_le_bytes())?;
    out.write_all(&(all.uses.len() as u64).to_le_bytes())?;
    for piece in &all.pieces {
        let mut bytes = [0; PIECE_LEN];
        bytes[..4].copy_from_slice(&piece.record.to_le_bytes());
        bytes[4..8].copy_from_slice(&piece.postal.number().to_le_bytes());
        bytes[8..16].copy_from_slice(&piece.walk.to_le_bytes());
        bytes[16..18].copy_from_slice(&piece.pages.to_le_bytes());
        bytes[18] = piece.channel as u8 | u8::from(piece.has_barcode) << BARCODE_BIT;
        bytes[19] = piece.why as u8;
        out.write_all(&bytes)?;
    }
    for face in &all.uses {
        out.write_all(&face.to_bytes())?;
    }
    Ok(())
}

impl MeasuredBatch {
    /// Reads back what [`measure`] wrote for a part.
    ///
    /// # Errors
    /// If the file cannot be read or is damaged.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(MEASURED);
        read(BufReader::new(File::open(&path).with_context(|| path.display().to_string())?))
            .with_context(|| format!("reading {}", path.display()))
    }
}

fn read(mut from: impl Read) -> io::Result<MeasuredBatch> {
    let mut number = || {
        let mut bytes = [0; 8];
        from.read_exact(&mut bytes)?;
        usize::try_from(u64::from_le_bytes(bytes)).map_err(io::Error::other)
    };
    let (pieces, faces) = (number()?, number()?);
    let mut all = MeasuredBatch::default();
    let mut bytes = [0; PIECE_LEN];
    for _ in 0..pieces {
        from.read_exact(&mut bytes)?;
        all.pieces.push(piece(&bytes).ok_or_else(damaged)?);
    }
    for _ in 0..faces {
        let mut bytes = vec![0; CharUse::BYTES];
        from.read_exact(&mut bytes)?;
        all.uses.push(CharUse::from_bytes(&bytes).ok_or_else(damaged)?);
    }
    Ok(all)
}

fn piece(bytes: &[u8; PIECE_LEN]) -> Option<Measured> {
    let channels = [Channel::Paper, Channel::Electronic, Channel::Both];
    Some(Measured {
        record: u32::from_le_bytes(bytes[..4].try_into().ok()?),
        postal: PostalCode::from_number(u32::from_le_bytes(bytes[4..8].try_into().ok()?))?,
        walk: u64::from_le_bytes(bytes[8..16].try_into().ok()?),
        pages: u16::from_le_bytes(bytes[16..18].try_into().ok()?),
        has_barcode: bytes[18] >> BARCODE_BIT == 1,
        channel: *channels.get(usize::from(bytes[18] & !(1 << BARCODE_BIT)))?,
        why: *ChannelReason::ALL.get(usize::from(bytes[19]))?,
    })
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the measured pieces are damaged")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_and_uses_read_back() {
        let mut uses = vec![CharUse::default(); 2];
        uses[1].insert(40_000);
        let piece = Measured {
            record: 7,
            postal: PostalCode::from_number(1_000_013).expect("seven digits"),
            walk: 1 << 50,
            pages: 3,
            has_barcode: true,
            channel: Channel::Both,
            why: ChannelReason::PrefersBoth,
        };
        let all = MeasuredBatch { pieces: vec![piece], uses };
        let mut bytes = Vec::new();
        write(&mut bytes, &all).expect("memory");
        let back = read(bytes.as_slice()).expect("whole");
        assert_eq!((back.pieces, back.uses), (all.pieces, all.uses));
        assert!(read(&bytes[..bytes.len() - 1]).is_err());
    }
}
