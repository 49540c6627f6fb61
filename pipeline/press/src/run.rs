//! What the print files of one run share: fonts, layers, marks and the numbers of their objects.

use letter::page::Len;
use letter::piece::FIRST_GENERATION;
use letter::stock::InserterProfile;
use letter::Moment;
use pdf_writer::Name;

use crate::bars;
use crate::block::{BlockStart, LETTERS_PER_BLOCK};
use crate::error::PressError;
use crate::fonts::{Fonts, FIRST_OBJECT};
use crate::icc;
use crate::layers::Layers;
use crate::mark::MarkPlace;
use crate::parts::{sheet_box, Parts};

/// What a print file is called and how it is printed.
#[derive(Clone, Copy, Debug)]
pub struct PrintMeta<'a> {
    /// Title of the print file; ids only, no names.
    pub title: &'a str,
    /// The job number in the marks, at most 8 digits.
    pub job: u32,
    /// The moment of the run; all dates of the file.
    pub now: Moment,
    /// Whether both sides are printed; an odd page count then gets a blank back.
    pub duplex: bool,
    /// Where the inserter reads its mark.
    pub inserter: &'a InserterProfile,
}

/// How a print file keeps its objects and draws its bars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileForm {
    /// Small objects in object streams, a cross-reference stream (ISO 32000-1 §7.5.7, §7.5.8), bars
    /// as glyphs of a font of four: the shortest file.
    #[default]
    Compact,
    /// Every object by itself, a cross-reference table (§7.5.4), bars as rectangles: for workflows
    /// that read no streams of objects or redraw small fonts. [`crate::PressError::TooLong`] beyond
    /// 10 GB.
    Conservative,
}

/// A print file's shared parts; any number of threads compose blocks from it.
#[derive(Debug)]
pub struct PrintRun<'a> {
    pub(crate) fonts: &'a Fonts,
    pub(crate) layers: &'a Layers,
    pub(crate) meta: PrintMeta<'a>,
    pub(crate) form: FileForm,
    pub(crate) mark: Option<MarkPlace>,
    pub(crate) generation: u8,
    /// Barcode font, profile and resources.
    pub(crate) parts: Parts,
    pub(crate) numbers: Numbers,
    /// The entries of the resources' fonts and XObjects.
    pub(crate) resource_entries: (String, String),
    /// How every page's object begins.
    pub(crate) page_head: String,
}

/// Object numbers that every block knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    pub(crate) profile: u32,
    pub(crate) resources: u32,
    /// The objects of the tail.
    pub(crate) page_root: u32,
    pub(crate) part_top: u32,
    pub(crate) part_root: u32,
    pub(crate) catalog: u32,
    pub(crate) info: u32,
    pub(crate) metadata: u32,
    /// The first object of the first block.
    pub(crate) first_block: u32,
    /// Whether a block has an object stream.
    object_streams: bool,
}

/// The objects that a block has beside its letters'.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockNumbers {
    /// The object stream, the block's first object.
    pub(crate) stream: Option<u32>,
    /// The page tree node, the first object without an object stream.
    pub(crate) pages: u32,
    /// The document part, the last of the block's own.
    pub(crate) part: u32,
}

impl Numbers {
    /// Returns the own objects of the block after `start`.
    ///
    /// Every letter has one object, every printed page two and every blank back one; ready letters
    /// have as many more as they bring.
    pub(crate) fn of_block(&self, start: BlockStart) -> BlockNumbers {
        let own = 2 + u32::from(self.object_streams);
        let blocks = start.letters / LETTERS_PER_BLOCK;
        let before = own * blocks + start.letters + 2 * start.printed + start.blank + start.own;
        let first = self.first_block + before;
        let pages = first + u32::from(self.object_streams);
        BlockNumbers { stream: self.object_streams.then_some(first), pages, part: pages + 1 }
    }
}

impl<'a> PrintRun<'a> {
    /// Makes the shared parts of a print file.
    ///
    /// # Errors
    /// Marks are to be printed but no face of `fonts` holds the digits.
    pub fn new(
        fonts: &'a Fonts,
        layers: &'a Layers,
        meta: PrintMeta<'a>,
    ) -> Result<Self, PressError> {
        Self::in_form(fonts, layers, meta, FileForm::default())
    }

    /// Makes the shared parts of a print file of a form.
    ///
    /// # Errors
    /// As [`PrintRun::new`].
    pub fn in_form(
        fonts: &'a Fonts,
        layers: &'a Layers,
        meta: PrintMeta<'a>,
        form: FileForm,
    ) -> Result<Self, PressError> {
        let mark = MarkPlace::of(layers.sheet, meta.inserter, fonts)?;
        let mut parts = Parts::new(layers.parts.next());
        let barcode = match form {
            FileForm::Compact => {
                let font = bars::write_font(&mut parts);
                format!("/{} {font} 0 R", char::from(bars::RESOURCE))
            }
            FileForm::Conservative => String::new(),
        };
        let profile = parts.packed_stream(&icc::gray_printer(), |stream| {
            stream.pair(Name(b"N"), 1);
        });
        let entries = (fonts.resource_entries() + &barcode, layers.resource_entries());
        let resources =
            parts.raw(format!("<</Font<<{}>>/XObject<<{}>>>>", entries.0, entries.1).as_bytes());
        let tail = parts.next();
        let numbers = Numbers {
            profile,
            resources,
            page_root: tail,
            part_top: tail + 1,
            part_root: tail + 2,
            catalog: tail + 3,
            info: tail + 4,
            metadata: tail + 5,
            first_block: tail + 6,
            object_streams: form == FileForm::Compact,
        };
        let page_head = format!("<</Type/Page/TrimBox{}/Parent ", sheet_box(layers.sheet));
        Ok(Self {
            fonts,
            layers,
            meta,
            form,
            mark,
            generation: FIRST_GENERATION,
            parts,
            numbers,
            resource_entries: entries,
            page_head,
        })
    }

    /// Makes it a reprint (再作成): its marks say this print generation.
    pub fn in_generation(self, generation: u8) -> Self {
        Self { generation, ..self }
    }

    /// Returns left, lower, right and upper edge of the inserter mark with its digits, as it stands
    /// on every front; `None` if the inserter reads none. The envelope's window must not show it.
    pub fn mark_extent(&self) -> Option<[Len; 4]> {
        self.mark.as_ref().map(MarkPlace::extent)
    }

    /// Returns the shared objects in the order of their numbers, from [`FIRST_OBJECT`] on.
    pub(crate) fn shared(&self) -> [&Parts; 3] {
        debug_assert_eq!(FIRST_OBJECT, 1);
        [&self.fonts.parts, &self.layers.parts, &self.parts]
    }
}
