//! Reads finished PDF files back as a stranger would: pages, marks, text, and bars on a raster.
//!
//! The closing check counts letters from the artefacts, not from the program's own counters. What
//! it counts with must not share a mistake with what made them: this room shares no code with the
//! press, decodes text only through each file's own ToUnicode tables, and finds the letters only
//! through the file's own document parts. It goes by the standard and not by what the press happens
//! to write, and what it does not understand it refuses: the message says the place and the reason.
//!
//! The reader takes a file in windows, so that its memory does not grow with it. A second one, with
//! lopdf, gives a [`second`] opinion in tests and on samples.

mod cmap;
mod content;
mod copy;
mod datamatrix;
mod error;
mod font;
mod inflate;
mod ink;
mod letters;
mod lines;
mod matrix;
mod objects;
mod outlines;
mod pages;
mod parts;
mod print_file;
pub mod raster;
pub mod second;
mod source;
mod syntax;
mod xref;

pub use copy::{read_copy, CopyFacts, CopyHead, CopyReader};
pub use error::ReadError;
pub use letters::{MarksDue, OmrDue};
pub use print_file::{
    read_print_file, read_print_file_due, read_print_file_with_text, LetterFacts, PageText,
    PrintFile, PrintFileFacts, PrintFileText,
};
pub use source::ReadAt;
