//! A print file: PDF/X-4 and PDF/VT-1, written front to back; four bytes of memory a page,
//! and four for each object in a conservative file.

use std::io::Write;

use sha2::{Digest, Sha256};

use crate::block::{Block, BlockStart, PageEntry, LETTERS_PER_BLOCK};
use crate::deflate::Scratch;
use crate::error::PressError;
use crate::parts::{sheet_box, Parts};
use crate::run::{BlockNumbers, FileForm, PrintRun};
use crate::xmp::{self, hex_string, pdf_date, text_string};
use crate::xref::{table, XrefRows};

/// How much a print file will hold, known before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Letters.
    pub letters: u32,
    /// Pages, blank backs included.
    pub pages: u32,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Pages, blank backs included.
    pub pages: u32,
    /// Letters.
    pub letters: u32,
    /// Length of the file.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
}

/// A print file being written.
pub struct PrintFile<'r, W: Write> {
    out: Counted<W>,
    run: &'r PrintRun<'r>,
    totals: Totals,
    /// What the file holds so far.
    end: BlockStart,
    shared_starts: Vec<u64>,
    blocks: Vec<WrittenBlock>,
}

/// What the file's end needs to know of a block.
struct WrittenBlock {
    start: BlockStart,
    pages: u32,
    at: u64,
    object_stream_at: u64,
    table: Vec<PageEntry>,
    places: Vec<u32>,
    own: Vec<u32>,
}

impl<'r, W: Write> PrintFile<'r, W> {
    /// Writes the head and the shared objects.
    ///
    /// # Errors
    /// No letters are announced; or the writer's.
    pub fn begin(writer: W, run: &'r PrintRun<'r>, totals: Totals) -> Result<Self, PressError> {
        if totals.letters == 0 {
            return Err(PressError::NoLetters);
        }
        let mut out = Counted { writer, at: 0, hash: Sha256::new() };
        out.write(HEADER)?;
        let mut shared_starts = Vec::new();
        for parts in run.shared() {
            shared_starts.extend(parts.starts().iter().map(|&start| out.at + start as u64));
            out.write(parts.bytes())?;
        }
        let end = BlockStart::default();
        Ok(Self { out, run, totals, end, shared_starts, blocks: Vec::new() })
    }

    /// Writes the next block.
    ///
    /// # Errors
    /// The block is not the next one, or the one before was not full; or the writer's.
    pub fn write_block(&mut self, block: Block) -> Result<(), PressError> {
        let full = self.end.letters.is_multiple_of(LETTERS_PER_BLOCK);
        if block.start != self.end || !full {
            return Err(PressError::BlockOrder {
                expected: self.end.letters,
                found: block.start.letters,
            });
        }
        self.blocks.push(WrittenBlock {
            start: block.start,
            pages: block.end.pages() - block.start.pages(),
            at: self.out.at,
            object_stream_at: self.out.at + u64::from(block.object_stream),
            table: block.table,
            places: block.places,
            own: block.own,
        });
        self.out.write(&block.bytes)?;
        self.end = block.end;
        Ok(())
    }

    /// Writes the trees, the metadata and the cross-reference stream.
    ///
    /// # Errors
    /// The file does not hold what was announced; or the writer's.
    pub fn finish(self) -> Result<Summary, PressError> {
        self.close().map(|(summary, _)| summary)
    }

    /// Ends the file as [`PrintFile::finish`] does, and gives the writer back.
    ///
    /// # Errors
    /// As [`PrintFile::finish`].
    pub fn close(mut self) -> Result<(Summary, W), PressError> {
        let found = Totals { letters: self.end.letters, pages: self.end.pages() };
        if found != self.totals {
            return Err(PressError::Totals {
                letters: self.totals.letters,
                pages: self.totals.pages,
                found_letters: found.letters,
                found_pages: found.pages,
            });
        }
        let id = self.out.content_id();
        let tail = self.tail(id);
        let tail_at = self.out.at;
        self.out.write(tail.bytes())?;
        let id = hex_string(&id);
        let numbers = &self.run.numbers;
        let trailer =
            format!("/Root {} 0 R/Info {} 0 R/ID[{id}{id}]", numbers.catalog, numbers.info);
        let end = match self.run.form {
            FileForm::Compact => {
                let rows = self.rows(&tail, tail_at);
                rows.finish(self.out.at, &trailer, None, &mut Scratch::default())
            }
            FileForm::Conservative => table(self.places(&tail, tail_at), self.out.at, &trailer)?,
        };
        self.out.write(&end)?;
        self.out.writer.flush()?;
        let summary = Summary {
            pages: found.pages,
            letters: found.letters,
            bytes: self.out.at,
            sha256: self.out.hash.finalize().into(),
        };
        Ok((summary, self.out.writer))
    }

    /// Returns the objects whose numbers the blocks already know, in the order of [`Numbers`].
    ///
    /// [`Numbers`]: crate::run::Numbers
    fn tail(&self, id: [u8; 16]) -> Parts {
        let numbers = &self.run.numbers;
        let meta = &self.run.meta;
        let mut tail = Parts::new(numbers.page_root);
        let kids = self.own_references(|own| own.pages);
        tail.raw(
            format!(
                "<</Type/Pages/Count {}/MediaBox{}/Resources {} 0 R/Kids[{kids}]>>",
                self.end.pages(),
                sheet_box(self.run.layers.sheet),
                numbers.resources
            )
            .as_bytes(),
        );
        let parts = self.own_references(|own| own.part);
        tail.raw(
            format!(
                "<</Type/DPart/Parent {} 0 R/DPM<</CIP4_Root<</Type/CIP4_Root\
                 /CIP4_ExternalID/{:08}>>>>/DParts[[{parts}]]>>",
                numbers.part_root, meta.job
            )
            .as_bytes(),
        );
        tail.raw(
            format!(
                "<</Type/DPartRoot/DPartRootNode {} 0 R/RecordLevel 2\
                 /NodeNameList[/File/Block/Letter]>>",
                numbers.part_top
            )
            .as_bytes(),
        );
        tail.raw(self.catalog().as_bytes());
        let date = pdf_date(meta.now);
        tail.raw(
            format!(
                "<</Title{}/Creator({})/Producer({})/CreationDate({date})/ModDate({date})\
                 /Trapped/False/GTS_PDFXVersion({})>>",
                text_string(meta.title),
                xmp::CREATOR,
                xmp::PRODUCER,
                xmp::PDFX
            )
            .as_bytes(),
        );
        let packet = xmp::print_packet(&xmp::Packet { title: meta.title, now: meta.now, id });
        tail.object(|chunk, number| {
            let mut stream = chunk.stream(number, packet.as_bytes());
            stream.pair(pdf_writer::Name(b"Type"), pdf_writer::Name(b"Metadata"));
            stream.pair(pdf_writer::Name(b"Subtype"), pdf_writer::Name(b"XML"));
        });
        debug_assert_eq!(tail.next(), numbers.first_block);
        tail
    }

    fn catalog(&self) -> String {
        let numbers = &self.run.numbers;
        format!(
            "<</Type/Catalog/Pages {} 0 R/Metadata {} 0 R/DPartRoot {} 0 R\
             /OutputIntents[<</Type/OutputIntent/S/GTS_PDFX/OutputConditionIdentifier(Custom)\
             /OutputCondition(Black on white paper)/Info(Lettershop black on white)\
             /DestOutputProfile {} 0 R>>]>>",
            numbers.page_root, numbers.metadata, numbers.part_root, numbers.profile
        )
    }

    /// Returns references to one of every block's own objects.
    fn own_references(&self, which: impl Fn(BlockNumbers) -> u32) -> String {
        let blocks = self.blocks.iter();
        blocks
            .map(|block| format!("{} 0 R ", which(self.run.numbers.of_block(block.start))))
            .collect()
    }

    fn rows(&self, tail: &Parts, tail_at: u64) -> XrefRows {
        let mut rows = XrefRows::new();
        self.shared_starts.iter().for_each(|&at| rows.at(at));
        tail.starts().iter().for_each(|&start| rows.at(tail_at + start as u64));
        for block in &self.blocks {
            block.add_rows(&mut rows);
        }
        rows
    }

    /// Returns where every object starts, by number from 1 on.
    fn places<'t>(&'t self, tail: &'t Parts, tail_at: u64) -> impl Iterator<Item = u64> + 't {
        let tail = tail.starts().iter().map(move |&start| tail_at + start as u64);
        let blocks = self
            .blocks
            .iter()
            .flat_map(|block| block.places.iter().map(move |&place| block.at + u64::from(place)));
        self.shared_starts.iter().copied().chain(tail).chain(blocks)
    }
}

impl WrittenBlock {
    fn add_rows(&self, rows: &mut XrefRows) {
        let stream = rows.next();
        let letters = self.table.iter().filter(|page| page.is_first()).count() as u16;
        // The block's own two objects are the last of its object stream.
        let own = letters + self.pages as u16;
        rows.at(self.object_stream_at);
        rows.within(stream, own);
        rows.within(stream, own + 1);
        let mut content_at = self.at;
        let mut letter_index = 0;
        for letter in self.table.chunk_by(|_, next| !next.is_first()) {
            // The object stream has a letter's pages first, then its document part.
            let leaf_index = letter_index + letter.len() as u16;
            rows.within(stream, leaf_index);
            for (page, index) in letter.iter().zip(letter_index..) {
                rows.within(stream, index);
                if page.content_len() > 0 {
                    rows.at(content_at);
                    content_at += u64::from(page.content_len());
                }
            }
            letter_index = leaf_index + 1;
        }
        self.own.iter().for_each(|&place| rows.at(self.at + u64::from(place)));
    }
}

/// A writer that counts and hashes.
struct Counted<W> {
    writer: W,
    at: u64,
    hash: Sha256,
}

impl<W: Write> Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.writer.write_all(bytes)?;
        self.hash.update(bytes);
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Returns an id that follows from all that was written.
    fn content_id(&self) -> [u8; 16] {
        let digest: [u8; 32] = self.hash.clone().finalize().into();
        digest[..16].try_into().expect("sixteen of thirty-two bytes")
    }
}

/// The comment's four bytes above 127 tell programs that the file is binary.
const HEADER: &[u8] = b"%PDF-1.6\n%\xE2\xE3\xCF\xD3\n";
