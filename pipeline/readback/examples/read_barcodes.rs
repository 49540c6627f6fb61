//! Reads the customer barcodes of PGM files and prints one JSON line for each.
//!
//! ```text
//! pdftoppm -gray -r 300 letters.pdf page
//! cargo run -p readback --example read_barcodes -- page-*.pgm
//! ```
#![allow(clippy::print_stdout, reason = "what it reads is what it prints")]

use std::process::ExitCode;

use readback::raster::{find_barcodes, GreyImage};

fn main() -> ExitCode {
    let mut sound = true;
    for path in std::env::args().skip(1) {
        match std::fs::read(&path).map(|bytes| GreyImage::from_pgm(&bytes)) {
            Ok(Ok(image)) => sound &= print_found(&path, &image),
            Ok(Err(error)) => sound = print_error(&path, &error.to_string()),
            Err(error) => sound = print_error(&path, &error.to_string()),
        }
    }
    if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn print_found(path: &str, image: &GreyImage) -> bool {
    let mut sound = true;
    for found in find_barcodes(image) {
        let place =
            format!(r#"{{"file":{path:?},"x":{},"y":{},"bars":"{}""#, found.x, found.y, found.bars);
        match &found.reading {
            Ok(reading) => println!(
                r#"{place},"postal":"{}","number":"{}","codes":{:?}}}"#,
                reading.postal, reading.number, reading.codes
            ),
            Err(misread) => {
                println!(r#"{place},"misread":"{misread}"}}"#);
                sound = false;
            }
        }
    }
    sound
}

fn print_error(path: &str, error: &str) -> bool {
    println!(r#"{{"file":{path:?},"error":{error:?}}}"#);
    false
}
