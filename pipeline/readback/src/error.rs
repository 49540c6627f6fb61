//! What makes a finished file unreadable or untrue.

use letter::PieceId;

/// Why a finished file cannot be read, or does not hold what such a file must hold.
///
/// Pages count from 1 in the messages, as a viewer shows them.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The bytes could not be had.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// What stands at a byte of the file is not what the standard asks for.
    #[error("byte {offset}: {trouble}")]
    Byte {
        /// From the start of the file.
        offset: u64,
        /// What was met.
        trouble: &'static str,
    },
    /// An object is malformed, or not what its place asks for.
    #[error("object {object} at byte {at}: {trouble}")]
    Object {
        /// Its number.
        object: u32,
        /// Where it lies, or the object stream that it lies in.
        at: u64,
        /// What was met.
        trouble: String,
    },
    /// The second reader's library could not read the file in strict mode.
    #[error("the file is not a sound PDF: {0}")]
    Pdf(#[from] lopdf::Error),
    /// An object is not what ISO 32000 says it is.
    #[error("{object}: {trouble}")]
    Structure {
        /// The object, in words.
        object: String,
        /// What was met.
        trouble: String,
    },
    /// A content stream breaks the grammar of ISO 32000-2 §7.8.2.
    #[error("{place}: content stream, byte {byte}: {trouble}")]
    Content {
        /// Page or form.
        place: String,
        /// Where in the decoded stream.
        byte: usize,
        /// What was met.
        trouble: &'static str,
    },
    /// A shown code has no Unicode value in the font's own ToUnicode table.
    #[error("{place}: code {code:#06x} of font {font} has no Unicode value")]
    NoUnicode {
        /// Page or form.
        place: String,
        /// The font's PostScript name.
        font: String,
        /// The code.
        code: u16,
    },
    /// The leaves of the document parts do not cover the pages once each and in order.
    #[error("document part {leaf}: {trouble}")]
    Leaf {
        /// The leaf, from 1.
        leaf: usize,
        /// What was met.
        trouble: String,
    },
    /// The marks of a letter do not say sheet 1 to n of n with one job and sequence.
    #[error("piece {piece}, page {page}: {trouble}")]
    Mark {
        /// The letter.
        piece: PieceId,
        /// The page in the file, from 1.
        page: u32,
        /// What was met.
        trouble: String,
    },
}

impl ReadError {
    pub(crate) fn structure(object: impl Into<String>, trouble: impl Into<String>) -> Self {
        Self::Structure { object: object.into(), trouble: trouble.into() }
    }
}
