//! A block of letters as bytes, composed on any thread: what it holds depends on nothing else than
//! its letters and how many came before.

use std::collections::VecDeque;

use letter::page::Page;
use letter::piece::SheetMark;
use letter::PieceId;

use crate::content::Composer;
use crate::deflate::Scratch;
use crate::error::PressError;
use crate::omr;
use crate::packed::PackedObjects;
use crate::parts::{whole, write, write_stream};
use crate::ready::{write_resources, ReadyLetter, ReadySheets};
use crate::run::PrintRun;
use crate::streams::Streams;

/// Letters of every block but the last of a print file.
pub const LETTERS_PER_BLOCK: u32 = 128;
/// A mark counts 99 sheets, which have two pages.
pub const PAGES_PER_LETTER_MAX: usize = 198;

/// One letter to be put into a block.
#[derive(Clone, Copy, Debug)]
pub struct Painted<'a> {
    /// The piece, which the document part names.
    pub id: PieceId,
    /// 通番, the place in print order, which the marks carry.
    pub sequence: u32,
    /// Insert bits, one a feeder, feeder 1 lowest.
    pub inserts: u8,
    /// Its pages with print on them.
    pub pages: &'a [Page],
}

/// What a print file holds before a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockStart {
    /// Letters before.
    pub letters: u32,
    /// Pages with print on them before.
    pub printed: u32,
    /// Blank backs before.
    pub blank: u32,
    /// Objects that ready letters brought before.
    pub own: u32,
}

impl BlockStart {
    /// Counts a letter of `printed` pages.
    pub fn count(&mut self, printed: u32, duplex: bool) {
        self.letters += 1;
        self.printed += printed;
        self.blank += u32::from(duplex) * (printed % 2);
    }

    /// Counts the objects that a ready letter brings.
    pub fn count_own(&mut self, objects: u32) {
        self.own += objects;
    }

    /// Returns all pages before, blank backs included.
    pub fn pages(&self) -> u32 {
        self.printed + self.blank
    }
}

/// A composed block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub(crate) start: BlockStart,
    /// What the print file holds after it.
    pub(crate) end: BlockStart,
    pub(crate) bytes: Vec<u8>,
    /// Where the object stream starts within the bytes.
    pub(crate) object_stream: u32,
    pub(crate) table: Vec<PageEntry>,
    /// Where each object starts within the bytes, by number; empty unless the file is conservative.
    pub(crate) places: Vec<u32>,
    /// Where objects of ready letters start within the bytes; empty if the file is conservative.
    pub(crate) own: Vec<u32>,
}

/// What the cross-reference table needs to know of a page, in four bytes: the length of its content
/// object, 0 for a blank back, and whether it begins a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageEntry(u32);

impl PageEntry {
    fn new(content_len: usize, first: bool) -> Self {
        let len = u32::try_from(content_len).expect("a page's content is below 2 GB");
        debug_assert!(len < FIRST_OF_LETTER);
        Self(len | if first { FIRST_OF_LETTER } else { 0 })
    }

    /// Whether the page begins a letter.
    pub(crate) fn is_first(self) -> bool {
        self.0 & FIRST_OF_LETTER != 0
    }

    /// Returns the length of the page's content object, 0 for a blank back.
    pub(crate) fn content_len(self) -> u32 {
        self.0 & !FIRST_OF_LETTER
    }
}

/// Composes one block, letter by letter.
pub struct BlockComposer<'r> {
    run: &'r PrintRun<'r>,
    scratch: &'r mut Scratch,
    block: Block,
    /// The number of the next object.
    number: u32,
    packed: PackedObjects,
    kids: Vec<u8>,
    parts: Vec<u8>,
    /// Pages whose contents are not packed yet: place in the table, number of the content.
    unpacked: VecDeque<(usize, u32)>,
    ready: ReadySheets,
}

impl<'a> PrintRun<'a> {
    /// Starts the block after `start`, which holds [`LETTERS_PER_BLOCK`] letters unless it is the
    /// last.
    pub fn block<'r>(&'r self, scratch: &'r mut Scratch, start: BlockStart) -> BlockComposer<'r> {
        debug_assert_eq!(start.letters % LETTERS_PER_BLOCK, 0);
        scratch.streams.begin();
        BlockComposer {
            run: self,
            scratch,
            number: self.numbers.of_block(start).part + 1,
            block: Block {
                start,
                end: start,
                bytes: Vec::new(),
                object_stream: 0,
                table: Vec::new(),
                places: Vec::new(),
                own: Vec::new(),
            },
            packed: PackedObjects::default(),
            kids: Vec::new(),
            parts: Vec::new(),
            unpacked: VecDeque::new(),
            ready: ReadySheets::default(),
        }
    }
}

impl BlockComposer<'_> {
    /// Writes a letter's pages, marks and document part.
    ///
    /// # Errors
    /// A glyph that the fonts do not hold, a layer that does not exist, no page or too many.
    ///
    /// # Panics
    /// If the block is full.
    pub fn letter(&mut self, letter: Painted<'_>) -> Result<(), PressError> {
        let in_block = self.block.end.letters - self.block.start.letters;
        assert!(in_block < LETTERS_PER_BLOCK, "a block has its fixed number of letters");
        let printed = letter.pages.len();
        if !(1..=PAGES_PER_LETTER_MAX).contains(&printed) {
            return Err(PressError::PageCount { found: printed, max: PAGES_PER_LETTER_MAX });
        }
        let duplex = self.run.meta.duplex;
        let sheets = if duplex { printed.div_ceil(2) } else { printed };
        let leaf = self.take_number();
        let first_page = self.number;
        let mut last_page = first_page;
        for (index, page) in letter.pages.iter().enumerate() {
            let front = !duplex || index % 2 == 0;
            let mark = front.then(|| SheetMark {
                generation: self.run.generation,
                job: self.run.meta.job,
                sequence: letter.sequence,
                sheet: (if duplex { index / 2 } else { index }) as u16 + 1,
                sheets: sheets as u16,
                inserts: letter.inserts,
            });
            last_page = self.take_number();
            self.write_page(last_page, leaf, page, mark, index == 0)?;
        }
        if duplex && printed % 2 == 1 {
            last_page = self.take_number();
            self.write_page_object(last_page, leaf, None);
            self.block.table.push(PageEntry::new(0, false));
        }
        self.write_leaf(leaf, first_page, last_page, &letter);
        self.block.end.count(printed as u32, duplex);
        Ok(())
    }

    /// Writes a ready letter: the sender's pages with what the house paints on them, its marks and
    /// document part. `letter` has as many pages as `ready`, those of the house.
    ///
    /// # Errors
    /// As [`BlockComposer::letter`], or if the numbers of pages differ.
    ///
    /// # Panics
    /// If the block is full.
    pub fn ready_letter(
        &mut self,
        letter: Painted<'_>,
        ready: ReadyLetter,
    ) -> Result<(), PressError> {
        if letter.pages.len() != ready.pages() as usize {
            let (found, max) = (letter.pages.len(), ready.pages() as usize);
            return Err(PressError::PageCount { found, max });
        }
        self.block.end.count_own(ready.objects());
        self.ready.take(ready);
        self.letter(letter)
    }

    /// Writes the block's object stream and returns the block.
    pub fn finish(mut self) -> Block {
        self.pack_contents(|streams, each| streams.finish(each));
        let own = self.run.numbers.of_block(self.block.start);
        let count = self.block.end.pages() - self.block.start.pages();
        self.packed.begin(own.pages);
        let out = &mut self.packed.bodies;
        write(out, format_args!("<</Type/Pages/Parent {} 0 R", self.run.numbers.page_root));
        write(out, format_args!("/Count {count}/Kids["));
        out.extend_from_slice(&self.kids);
        out.push(b']');
        let own_first = self.number;
        write_resources(self.run, &self.ready, own_first, out);
        out.extend_from_slice(b">>");
        self.number += self.ready.objects();
        self.packed.begin(own.part);
        let out = &mut self.packed.bodies;
        write(out, format_args!("<</Type/DPart/Parent {} 0 R/DParts[[", self.run.numbers.part_top));
        out.extend_from_slice(&self.parts);
        out.extend_from_slice(b"]]>>");
        let shared = self.run.layers.ready_first;
        let Block { bytes, places, object_stream, own: own_places, .. } = &mut self.block;
        match own.stream {
            Some(stream) => {
                *object_stream = bytes.len() as u32;
                self.packed.write(stream, self.scratch, bytes);
                self.ready.write(own_first, shared, bytes, |_, at| own_places.push(at as u32));
            }
            None => {
                places.resize((self.number - own.pages) as usize, 0);
                self.ready.write(own_first, shared, bytes, |number, at| {
                    places[(number - own.pages) as usize] = at as u32;
                });
                self.packed.write_each(bytes, |number, at| {
                    places[(number - own.pages) as usize] = at as u32;
                });
            }
        }
        self.block
    }

    fn take_number(&mut self) -> u32 {
        self.number += 1;
        self.number - 1
    }

    fn write_page(
        &mut self,
        number: u32,
        leaf: u32,
        page: &Page,
        mark: Option<SheetMark>,
        first: bool,
    ) -> Result<(), PressError> {
        let run = self.run;
        let out = &mut self.scratch.streams.raw;
        let mut composer = Composer::new(run.fonts, run.layers.counts(), out);
        composer.form = run.form;
        composer.scale();
        if let Some(form) = self.ready.next_form() {
            write(composer.raw(), format_args!("/R{form} Do\n"));
        }
        composer.page(page)?;
        if let (Some(place), Some(mark)) = (&run.mark, &mark) {
            place.write(&mut composer, mark);
        }
        if let (Some(profile), Some(mark)) = (&run.meta.inserter.omr, &mark) {
            omr::write((run.layers.sheet, profile), composer.raw(), mark);
        }
        composer.finish();
        let content = self.take_number();
        self.unpacked.push_back((self.block.table.len(), content));
        self.block.table.push(PageEntry::new(0, first));
        self.pack_contents(|streams, each| streams.end_stream(each));
        self.write_page_object(number, leaf, Some(content));
        Ok(())
    }

    /// Writes the contents that are ready after a step of packing.
    fn pack_contents(&mut self, step: impl FnOnce(&mut Streams, &mut dyn FnMut(&[u8]))) {
        let own = self.run.numbers.of_block(self.block.start);
        let Block { bytes, table, places, .. } = &mut self.block;
        let unpacked = &mut self.unpacked;
        step(&mut self.scratch.streams, &mut |packed| {
            let (place, content) = unpacked.pop_front().expect("a page a stream");
            let start = bytes.len();
            write_stream(bytes, content, "", packed);
            if own.stream.is_none() {
                let index = (content - own.pages) as usize;
                places.resize(places.len().max(index + 1), 0);
                places[index] = start as u32;
            }
            table[place] = PageEntry::new(bytes.len() - start, table[place].is_first());
        });
    }

    fn write_page_object(&mut self, number: u32, leaf: u32, content: Option<u32>) {
        let parent = self.run.numbers.of_block(self.block.start).pages;
        self.packed.begin(number);
        let out = &mut self.packed.bodies;
        entry(out, &self.run.page_head, parent);
        entry(out, "/DPart ", leaf);
        if let Some(content) = content {
            entry(out, "/Contents ", content);
        }
        out.extend_from_slice(b">>");
        entry(&mut self.kids, " ", number);
    }

    /// Writes a letter's document part: ids only.
    fn write_leaf(&mut self, leaf: u32, first: u32, last: u32, letter: &Painted<'_>) {
        let part = self.run.numbers.of_block(self.block.start).part;
        self.packed.begin(leaf);
        let out = &mut self.packed.bodies;
        entry(out, "<</Type/DPart/Parent ", part);
        entry(out, "/Start ", first);
        if last != first {
            entry(out, "/End ", last);
        }
        out.extend_from_slice(b"/DPM<</CIP4_Root<</Type/CIP4_Root/CIP4_ExternalID/");
        hexadecimal(out, letter.id.0);
        out.extend_from_slice(b">>/LS_Sequence ");
        whole(out, letter.sequence);
        out.extend_from_slice(b">>>>");
        entry(&mut self.parts, " ", leaf);
    }
}

/// Writes a dictionary's entry whose value is the object `number`.
fn entry(out: &mut Vec<u8>, key: &str, number: u32) {
    out.extend_from_slice(key.as_bytes());
    whole(out, number);
    out.extend_from_slice(b" 0 R");
}

/// Writes sixteen digits, as an id is shown.
fn hexadecimal(out: &mut Vec<u8>, value: u64) {
    out.extend(
        (0..16).rev().map(|nibble| b"0123456789abcdef"[(value >> (4 * nibble) & 15) as usize]),
    );
}

const FIRST_OF_LETTER: u32 = 1 << 31;
