//! What other programs say of our output: syntax, fonts, text, barcodes, marks.

mod barcode;
mod pdf;
mod raster;
mod text;
