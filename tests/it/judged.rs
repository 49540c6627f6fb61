//! What other programs say of our output: syntax, fonts, text, barcodes, marks.

mod aloud;
mod barcode;
mod code128;
mod fonts;
mod pdf;
mod raster;
mod text;
