//! Why a page cannot be shown: machine's trouble only, never a letter's.

use letter::page::{CharIndex, FaceIndex};

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The resolution is nothing, or more than a picture may have.
    #[error("{dpi} dots an inch, a picture takes 1 to {max}")]
    Resolution {
        /// Dots an inch asked for.
        dpi: u32,
        /// The limit, [`crate::DPI_MAX`].
        max: u32,
    },
    /// A face cannot be read.
    #[error("face {face} cannot be read: {why}")]
    Face {
        /// The face.
        face: usize,
        /// What the reader met.
        why: String,
    },
    /// A page names a face that does not exist.
    #[error("a page names face {0}, which does not exist")]
    NoSuchFace(FaceIndex),
    /// A page names a character that its face does not draw.
    #[error("a page names character {char_index} of face {face}, which does not draw it")]
    NoSuchCharacter {
        /// The face.
        face: FaceIndex,
        /// The character.
        char_index: CharIndex,
    },
    /// A layer names a picture that does not exist.
    #[error("a layer names picture {0}, which does not exist")]
    NoSuchPicture(u16),
    /// A page names a layer that does not exist.
    #[error("a page names layer {0}, which does not exist")]
    NoSuchLayer(u16),
    /// A page names a static part that does not exist.
    #[error("a page names static part {0}, which does not exist")]
    NoSuchPart(u16),
    /// A static layer or part paints another.
    #[error("static layer or part {0} paints another")]
    LayerInLayer(u16),
    /// The picture cannot be packed.
    #[error("the picture cannot be packed: {0}")]
    Png(String),
}
