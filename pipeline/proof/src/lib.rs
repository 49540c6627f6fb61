//! 校正刷り (kōsei-zuri): pages become pictures, to be looked at without a PDF reader.
//!
//! Floor 1: pages in, PNG out. A picture shows what a page's marks paint: text, rules, the customer
//! barcode and the static layers. What the press adds to them, it does not show: the inserter's
//! DataMatrix, and a sender's stationery, which is a PDF. The same page gives the same bytes.

mod bars;
mod error;
mod outline;
mod painter;
mod sheet;
mod slip;

use letter::page::{Charset, Page, Picture, SheetSize, A4};

pub use error::ProofError;
pub use slip::window_slips;

use painter::Painter;
use sheet::Sheet;

/// One face of the font chain; the indices of pages point into its charset.
#[derive(Clone, Copy, Debug)]
pub struct FaceData<'a> {
    /// The OpenType file, with `glyf` or `CFF ` outlines.
    pub bytes: &'a [u8],
    /// What the face can draw.
    pub charset: &'a Charset,
}

/// Paints one A4 page with `dpi` pixels an inch and returns it as PNG, eight bits of grey a pixel.
///
/// `layers`, `parts` and `faces` are those that the page's marks number.
///
/// # Errors
/// A face that cannot be read, or a mark that names a face, character, layer or part that does
/// not exist.
///
/// # Panics
/// If a text mark names glyphs beyond those of its page.
pub fn picture(
    page: &Page,
    layers: &[Page],
    parts: &[Page],
    faces: &[FaceData<'_>],
    dpi: u32,
) -> Result<Vec<u8>, ProofError> {
    picture_with(A4, page, (layers, parts, &[]), faces, dpi)
}

/// Paints a page of another size as [`picture`] does, with the pictures that its layers number.
///
/// # Errors
/// As [`picture`], or a layer that names a picture which does not exist.
///
/// # Panics
/// As [`picture`].
pub fn picture_with(
    sheet: SheetSize,
    page: &Page,
    statics: (&[Page], &[Page], &[Picture]),
    faces: &[FaceData<'_>],
    dpi: u32,
) -> Result<Vec<u8>, ProofError> {
    painted(sheet, page, statics, faces, dpi)?.png()
}

/// Paints a page on a sheet of its own.
fn painted(
    sheet: SheetSize,
    page: &Page,
    statics: (&[Page], &[Page], &[Picture]),
    faces: &[FaceData<'_>],
    dpi: u32,
) -> Result<Sheet, ProofError> {
    if !(1..=DPI_MAX).contains(&dpi) {
        return Err(ProofError::Resolution { dpi, max: DPI_MAX });
    }
    let mut sheet = Sheet::new(dpi, sheet);
    Painter::new(statics, faces, &mut sheet)?.page(page)?;
    Ok(sheet)
}

/// At 1,200 dots an inch, as fine as print engines are, a page takes 140 MB.
pub const DPI_MAX: u32 = 1200;

#[cfg(test)]
mod tests;
