//! A block of letters as bytes, composed on any thread: what it holds depends on nothing else than
//! its letters and how many came before.

use letter::page::Page;
use letter::piece::SheetMark;
use letter::PieceId;

use crate::content::{Composer, Manner};
use crate::deflate::Scratch;
use crate::error::PressError;
use crate::packed::PackedObjects;
use crate::parts::{write, write_stream};
use crate::run::PrintRun;

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
}

impl BlockStart {
    /// Counts a letter of `printed` pages.
    pub fn count(&mut self, printed: u32, duplex: bool) {
        self.letters += 1;
        self.printed += printed;
        self.blank += u32::from(duplex) * (printed % 2);
    }

    /// Returns all pages before, blank backs included.
    pub fn pages(&self) -> u32 {
        self.printed + self.blank
    }

    /// Returns the number of the block's first object.
    ///
    /// Every block has three objects of its own, every letter one, every printed page two and every
    /// blank back one.
    fn first_number(&self, first_block: u32) -> u32 {
        let blocks = self.letters / LETTERS_PER_BLOCK;
        first_block + OWN_OBJECTS * blocks + self.letters + 2 * self.printed + self.blank
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

impl Block {
    /// Returns the object numbers of the block's object stream, page tree node and document part.
    pub(crate) fn own_numbers(start: BlockStart, first_block: u32) -> [u32; 3] {
        let first = start.first_number(first_block);
        [first, first + 1, first + 2]
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
}

impl<'a> PrintRun<'a> {
    /// Starts the block after `start`, which holds [`LETTERS_PER_BLOCK`] letters unless it is the
    /// last.
    pub fn block<'r>(&'r self, scratch: &'r mut Scratch, start: BlockStart) -> BlockComposer<'r> {
        debug_assert_eq!(start.letters % LETTERS_PER_BLOCK, 0);
        BlockComposer {
            run: self,
            scratch,
            number: start.first_number(self.numbers.first_block) + OWN_OBJECTS,
            block: Block {
                start,
                end: start,
                bytes: Vec::new(),
                object_stream: 0,
                table: Vec::new(),
            },
            packed: PackedObjects::default(),
            kids: Vec::new(),
            parts: Vec::new(),
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

    /// Writes the block's object stream and returns the block.
    pub fn finish(mut self) -> Block {
        let numbers = &self.run.numbers;
        let [stream, pages, part] = Block::own_numbers(self.block.start, numbers.first_block);
        let count = self.block.end.pages() - self.block.start.pages();
        self.packed.begin(pages);
        let out = &mut self.packed.bodies;
        write(out, format_args!("<</Type/Pages/Parent {} 0 R", numbers.page_root));
        write(out, format_args!("/Count {count}/Kids["));
        out.extend_from_slice(&self.kids);
        out.extend_from_slice(b"]>>");
        self.packed.begin(part);
        let out = &mut self.packed.bodies;
        write(out, format_args!("<</Type/DPart/Parent {} 0 R/DParts[[", numbers.part_top));
        out.extend_from_slice(&self.parts);
        out.extend_from_slice(b"]]>>");
        self.block.object_stream = self.block.bytes.len() as u32;
        self.packed.write(stream, self.scratch, &mut self.block.bytes);
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
        self.scratch.content.clear();
        let mut composer =
            Composer::new(run.fonts, run.layers.count(), Manner::Print, &mut self.scratch.content);
        composer.scale();
        composer.page(page)?;
        if let (Some(place), Some(mark)) = (&run.mark, &mark) {
            place.write(&mut composer, mark);
        }
        composer.finish();
        self.scratch.pack_content();
        let content = self.take_number();
        let start = self.block.bytes.len();
        write_stream(&mut self.block.bytes, content, "", &self.scratch.packed);
        self.block.table.push(PageEntry::new(self.block.bytes.len() - start, first));
        self.write_page_object(number, leaf, Some(content));
        Ok(())
    }

    fn write_page_object(&mut self, number: u32, leaf: u32, content: Option<u32>) {
        let [_, parent, _] = Block::own_numbers(self.block.start, self.run.numbers.first_block);
        self.packed.begin(number);
        let out = &mut self.packed.bodies;
        write(out, format_args!("<</Type/Page/TrimBox[0 0 595.28 841.89]/Parent {parent} 0 R"));
        write(out, format_args!("/DPart {leaf} 0 R"));
        if let Some(content) = content {
            write(out, format_args!("/Contents {content} 0 R"));
        }
        out.extend_from_slice(b">>");
        write(&mut self.kids, format_args!("{number} 0 R "));
    }

    /// Writes a letter's document part: ids only.
    fn write_leaf(&mut self, leaf: u32, first: u32, last: u32, letter: &Painted<'_>) {
        let [_, _, part] = Block::own_numbers(self.block.start, self.run.numbers.first_block);
        self.packed.begin(leaf);
        let out = &mut self.packed.bodies;
        write(out, format_args!("<</Type/DPart/Parent {part} 0 R/Start {first} 0 R"));
        if last != first {
            write(out, format_args!("/End {last} 0 R"));
        }
        write(
            out,
            format_args!(
                "/DPM<</CIP4_Root<</Type/CIP4_Root/CIP4_ExternalID/{}>>/LS_Sequence {}>>>>",
                letter.id, letter.sequence
            ),
        );
        write(&mut self.parts, format_args!("{leaf} 0 R "));
    }
}

/// Objects of a block beside its letters': object stream, page tree node, document part.
const OWN_OBJECTS: u32 = 3;
const FIRST_OF_LETTER: u32 = 1 << 31;
