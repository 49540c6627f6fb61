//! Pages become PDF: streaming print files and sealed electronic copies.

mod bars;
mod block;
mod content;
mod copy;
mod deflate;
mod error;
mod file;
mod fonts;
mod icc;
mod layers;
mod mark;
mod matrix;
mod omr;
mod packed;
mod parts;
mod pictures;
mod ready;
mod run;
mod stationery;
mod streams;
mod structure;
mod tagged;
mod xmp;
mod xref;

pub use block::{
    Block, BlockComposer, BlockStart, Painted, LETTERS_PER_BLOCK, PAGES_PER_LETTER_MAX,
};
pub use copy::{
    CopyBatchMeta, CopyCodes, CopyLesson, CopyMeta, CopyPress, MadeCopy, COPY_PAGES_MAX,
};
pub use deflate::Scratch;
pub use error::PressError;
pub use file::{PrintFile, Summary, Totals};
pub use fonts::{FaceData, Fonts, CODES_MAX, FACES_MAX};
pub use layers::{Layers, Statics};
pub use mark::{mark_extent, MARK_CHARACTERS};
pub use omr::omr_extent;
pub use ready::{cut_ready, ready_pages, PageRange, ReadyCopyPress, ReadyLetter, ReadyShared};
pub use run::{FileForm, PrintMeta, PrintRun};
pub use stationery::check_stationery;
pub use streams::Streams;
