//! Reads finished PDF files back as a stranger would: pages, marks, text, and bars on a raster.
//!
//! The closing check counts letters from the artefacts, not from the program's own counters. What
//! it counts with must not share a mistake with what made them: this room shares no code with the
//! press, decodes text only through each file's own ToUnicode tables, and finds the letters only
//! through the file's own document parts.

mod cmap;
mod content;
mod copy;
mod error;
mod font;
mod parts;
mod pdf;
mod print_file;
pub mod raster;

pub use copy::{read_copy, CopyFacts};
pub use error::ReadError;
pub use print_file::{
    read_print_file, read_print_file_with_text, LetterFacts, PageText, PrintFileFacts,
    PrintFileText,
};
