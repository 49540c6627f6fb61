//! Makes `postcodes.bin` of the post office's files: MONTH OUT FILE...
//!
//! `cargo run -p address --example import_postcodes -- 2026-10 config/postcodes/postcodes.bin
//! utf_ken_all.csv JIGYOSYO.CSV`

#![allow(clippy::print_stdout, reason = "an example speaks to its caller")]

use std::error::Error;

use address::Import;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(month), Some(out)) = (args.next(), args.next()) else {
        return Err("usage: import_postcodes MONTH OUT FILE...".into());
    };
    let mut import = Import::new(&month)?;
    for file in args {
        let format = import.add(&std::fs::read(&file)?)?;
        println!("{file}: {format:?}");
    }
    let dictionary = import.finish(None)?;
    let bytes = dictionary.write();
    std::fs::write(&out, &bytes)?;
    println!("{out}: {} codes, {} places", dictionary.len(), dictionary.place_count());
    println!("{} bytes", bytes.len());
    Ok(())
}
