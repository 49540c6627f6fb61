//! What can go wrong at the press: machine's trouble only, never a letter's.

use letter::page::{CharIndex, FaceIndex};

/// Why the press stopped.
#[derive(Debug, thiserror::Error)]
pub enum PressError {
    /// A face cannot be read or cut.
    #[error("face {face} cannot be used: {why}")]
    Face {
        /// The face's name.
        face: String,
        /// What its font file lacks.
        why: String,
    },
    /// The chain has more faces than the press has resource names.
    #[error("{found} faces, the press takes {max}")]
    TooManyFaces {
        /// Faces given.
        found: usize,
        /// The limit, [`crate::FACES_MAX`].
        max: usize,
    },
    /// A batch uses more characters of one face than there are codes.
    #[error("face {face} is used with {found} characters, there are {max} codes")]
    TooManyCharacters {
        /// The face's name.
        face: String,
        /// Characters used.
        found: usize,
        /// The limit, [`crate::CODES_MAX`].
        max: usize,
    },
    /// A page draws a character that was not announced when the fonts were built.
    #[error("a page draws character {char_index} of face {face}, which the fonts do not hold")]
    NotInFonts {
        /// The face.
        face: FaceIndex,
        /// The character.
        char_index: CharIndex,
    },
    /// No face holds all of [`crate::MARK_CHARACTERS`], which stand beside a mark.
    #[error("no face holds the digits that stand beside an inserter mark")]
    NoMarkDigits,
    /// A page names a layer that does not exist.
    #[error("a page names layer {0}, which does not exist")]
    NoSuchLayer(u16),
    /// A page names a static part that does not exist.
    #[error("a page names static part {0}, which does not exist")]
    NoSuchPart(u16),
    /// A static layer or part holds more than text and rules.
    #[error("static layer or part {0} holds more than text and rules")]
    LayerNotStatic(usize),
    /// The stationery cannot be taken over.
    #[error("the stationery cannot be used: {0}")]
    Stationery(String),
    /// A letter has no page, or more than the print file's tables hold.
    #[error("a letter of {found} pages, the press takes 1 to {max}")]
    PageCount {
        /// Pages given.
        found: usize,
        /// The limit, [`crate::PAGES_PER_LETTER_MAX`].
        max: usize,
    },
    /// A print file without letters has no document part, which PDF/VT asks for.
    #[error("a print file of no letters")]
    NoLetters,
    /// A block came to the print file out of its order, or is not full.
    #[error("block after {found} letters came when the one after {expected} was due")]
    BlockOrder {
        /// Letters that the print file holds.
        expected: u32,
        /// Letters before the block.
        found: u32,
    },
    /// A copy has more paragraphs than one object stream takes.
    #[error("a copy of {0} objects, its tables take 65,535")]
    TooManyParagraphs(u32),
    /// The print file does not hold what was announced.
    #[error(
        "the print file holds {found_letters} letters on {found_pages} pages, \
         announced were {letters} on {pages}"
    )]
    Totals {
        /// Letters announced.
        letters: u32,
        /// Pages announced.
        pages: u32,
        /// Letters written.
        found_letters: u32,
        /// Pages written.
        found_pages: u32,
    },
    /// A cross-reference table has ten digits for a place in the file.
    #[error("a print file of {0} bytes, its table reaches 10,000,000,000")]
    TooLong(u64),
    /// The writer failed.
    #[error("the print file cannot be written: {0}")]
    Write(#[from] std::io::Error),
}
