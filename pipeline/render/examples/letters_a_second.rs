//! Measures how fast the stock templates are filled on one thread:
//! `cargo run --release -p render --example letters_a_second`.
//!
//! It also measures what the segmenter would cost on the same paragraph, which is why variable text
//! breaks by the class table of `layout::class`.
#![allow(clippy::print_stdout, reason = "the figures are what this program is for")]

use std::borrow::Cow;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::LineSegmenter;
use letter::stock::{EnvelopeProfile, Window};
use letter::{CustomerBarcode, RecordView};
use render::{FontChain, LetterFacts, Sample, Scratch, Template, TemplateSource};

const ROUNDS: u32 = 20_000;
const FACES: [&str; 4] =
    ["BIZUDPMincho-Regular", "BIZUDPGothic-Regular", "BIZUDPGothic-Bold", "NotoSerifJP-Regular"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut faces = Vec::new();
    for name in FACES {
        let bytes = std::fs::read(root.join("fonts").join(format!("{name}.ttf")))?;
        faces.push((name.to_owned(), Cow::Owned(bytes)));
    }
    let started = Instant::now();
    let chain = FontChain::load(faces)?;
    println!("font chain loaded in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
    for name in ["tax-notice", "annual-notice", "water-bill"] {
        measure(&root.join("templates").join(name), &chain)?;
    }
    measure_segmenter(&std::fs::read_to_string(root.join("templates/tax-notice/body.txt"))?);
    Ok(())
}

fn measure(folder: &Path, chain: &FontChain) -> Result<(), Box<dyn Error>> {
    let toml = std::fs::read_to_string(folder.join("template.toml"))?;
    let body = std::fs::read_to_string(folder.join("body.txt"))?;
    let sample = Sample::read(&std::fs::read_to_string(folder.join("sample.toml"))?)?;
    let schema = sample.schema();
    let source = TemplateSource { toml: &toml, body: &body, stationery: None };
    let template = Template::compile(&source, chain, &schema, &sample.sender(), &naga3())
        .map_err(|faults| faults[0].to_string())?;
    let mut scratch = Scratch::default();
    for letter in &sample.letters {
        let bytes = letter.record(&schema);
        let record = RecordView::parse(&bytes).ok_or("a whole record")?;
        let facts = LetterFacts {
            postal: letter.postal,
            barcode: CustomerBarcode::from_codes([1; letter::barcode::CODE_COUNT]),
            posting_date: letter.posting_date,
        };
        let started = Instant::now();
        let mut pages = 0;
        for _ in 0..ROUNDS {
            pages = template.typeset(&mut scratch, &record, &facts).map_err(|r| r.english())?;
        }
        let micros = started.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS);
        let glyphs: usize = scratch.pages().iter().map(|page| page.glyphs.len()).sum();
        println!(
            "{} ({}): {micros:.2} µs, {pages} pages, {glyphs} glyphs",
            template.name(),
            letter.note
        );
    }
    Ok(())
}

fn measure_segmenter(body: &str) {
    let paragraph = body.lines().max_by_key(|line| line.len()).unwrap_or_default();
    let segmenter = LineSegmenter::new_for_non_complex_scripts(LineBreakOptions::default());
    let started = Instant::now();
    let mut places = 0;
    for _ in 0..ROUNDS / 10 {
        places = segmenter.segment_str(paragraph).count();
    }
    let micros = started.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS / 10);
    let characters = paragraph.chars().count();
    println!("segmenter alone: {micros:.2} µs for {characters} characters, {places} places");
}

/// The figures of `naga3-window` in `config/envelopes.toml`.
fn naga3() -> EnvelopeProfile {
    EnvelopeProfile {
        name: "naga3-window".to_owned(),
        width_mm: 235.0,
        height_mm: 120.0,
        inner_width_mm: 231.0,
        inner_height_mm: 117.0,
        folded_height_mm: 99.0,
        window: Window { left_mm: 20.0, top_mm: 22.0, width_mm: 90.0, height_mm: 45.0 },
        weight_mg: 5500,
        sheets_max: 8,
        size_class: "teikei".to_owned(),
    }
}
