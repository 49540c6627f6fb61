//! Sets and writes so many standard letters into nowhere: what benches/instructions.sh counts.
//!
//! `cargo run --release --no-default-features --bin render-letters COUNT`

use press::FileForm;

use standard_letter::engine::{self, Engine};
use standard_letter::recipients;

fn main() {
    let count = std::env::args().nth(1).and_then(|word| word.parse().ok());
    let count: u32 = count.expect("a number of letters");
    let engine = Engine::load();
    // Fonts are cut to the same characters for any count: twice the letters cost nothing else.
    let recipients = recipients::recipients(2_560);
    let forme = engine.forme(&recipients);
    let run = engine::run(&engine, &forme, FileForm::Compact);
    let summary = engine.print_round(&run, &recipients, count, std::io::sink());
    let characters: usize = forme.uses.iter().map(|uses| uses.iter().count()).sum();
    println!("{count} letters, {} bytes, {characters} characters", summary.bytes);
}
