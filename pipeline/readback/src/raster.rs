//! Reads customer barcodes from a grey image, apart from the encoder and from any PDF.
//!
//! Written from the manual's tables alone (facts: post_and_print §1.1 and §1.2) and on purpose
//! sharing nothing with the crate that forms and draws the bars, so that a wrong table there is not
//! repeated here. Stripe of a symbol: 67 bars of one width and pitch; a scan line through their
//! middle crosses all of them, and their ends above and below tell the four kinds apart.

mod bars;
mod code;
mod image;

pub use code::{Misread, Reading};
pub use image::{GreyImage, ImageError};

/// A row of 67 evenly spaced bars on the image, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Left edge of the first bar, pixels from the left edge of the image.
    pub x: u32,
    /// Upper edge of the long bars, pixels from the upper edge of the image.
    pub y: u32,
    /// Width over all bars, pixels.
    pub width: u32,
    /// Height of the long bars, pixels.
    pub height: u32,
    /// The 67 bars as letters F, A, D, T, left to right.
    pub bars: String,
    /// What they say, or why they say nothing.
    pub reading: Result<Reading, Misread>,
}

/// Finds and reads all upright customer barcodes of an image, from top to bottom.
///
/// Bars may lean by a fifth of their pitch over the whole symbol, as a page from a rasteriser never
/// does; a skewed scan must be straightened first.
pub fn find_barcodes(image: &GreyImage) -> Vec<Found> {
    bars::rows(image)
        .into_iter()
        .map(|row| Found {
            x: row.x,
            y: row.y,
            width: row.width,
            height: row.height,
            reading: code::read(&row.letters),
            bars: row.letters,
        })
        .collect()
}

#[cfg(test)]
mod tests;
