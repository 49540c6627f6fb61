//! Measures how fast the stock templates are filled on one thread, in CPU time of that thread:
//! `cargo run --release -p render --example letters_a_second`.
//!
//! All letters are set in turns, some thousand times each; the fastest turn of each is told, which
//! is what repeats on a machine that others use too.
//!
//! It also measures what the segmenter would cost on the same paragraph, which is why variable text
//! breaks by the class table of `layout::class`.
#![allow(clippy::print_stdout, reason = "the figures are what this program is for")]

#[path = "../../letter/tests/support/naga3.rs"]
mod naga3;

use std::borrow::Cow;
use std::error::Error;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::LineSegmenter;
use letter::{CustomerBarcode, RecordView};
use naga3::naga3;
use render::{FontChain, LetterFacts, Sample, SampleLetter, Scratch, Template, TemplateSource};

/// Turns of all letters.
const TURNS: u32 = 8;
/// Times that a letter is set in a turn.
const ROUNDS: u32 = 8_000;
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
    let mut measured = Vec::new();
    for name in ["tax-notice", "annual-notice", "water-bill"] {
        measured.extend(letters(&root.join("templates").join(name), &chain)?);
    }
    for _ in 0..TURNS {
        for letter in &mut measured {
            letter.turn()?;
        }
    }
    for Letter { name, note, best, scratch, .. } in &measured {
        let micros = best.as_secs_f64() * 1e6 / f64::from(ROUNDS);
        let pages = scratch.pages();
        let glyphs: usize = pages.iter().map(|page| page.glyphs.len()).sum();
        println!("{micros:7.2} µs, {} pages, {glyphs} glyphs: {name} ({note})", pages.len());
    }
    measure_segmenter(&std::fs::read_to_string(root.join("templates/tax-notice/body.txt"))?);
    Ok(())
}

/// A letter that is measured.
struct Letter {
    name: String,
    note: String,
    template: Rc<Template>,
    record: Vec<u8>,
    facts: LetterFacts,
    scratch: Scratch,
    best: Duration,
}

fn letters(folder: &Path, chain: &FontChain) -> Result<Vec<Letter>, Box<dyn Error>> {
    let toml = std::fs::read_to_string(folder.join("template.toml"))?;
    let body = std::fs::read_to_string(folder.join("body.txt"))?;
    let sample = Sample::read(&std::fs::read_to_string(folder.join("sample.toml"))?)?;
    let schema = sample.schema();
    let source = TemplateSource { toml: &toml, body: &body, stationery: None, pictures: &[] };
    let template = Template::compile(&source, chain, &schema, &sample.sender(), &naga3())
        .map_err(|faults| faults[0].to_string())?;
    let template = Rc::new(template);
    let letter = |letter: &SampleLetter| Letter {
        name: template.name().to_owned(),
        note: letter.note.clone(),
        template: Rc::clone(&template),
        record: letter.record(&schema),
        facts: LetterFacts {
            postal: letter.postal,
            barcode: CustomerBarcode::from_codes([1; letter::barcode::CODE_COUNT]),
            posting_date: letter.posting_date,
        },
        scratch: Scratch::default(),
        best: Duration::MAX,
    };
    Ok(sample.letters.iter().map(letter).collect())
}

impl Letter {
    /// Sets the letter some thousand times.
    fn turn(&mut self) -> Result<(), Box<dyn Error>> {
        let record = RecordView::parse(&self.record).ok_or("a whole record")?;
        let started = thread_time();
        for _ in 0..ROUNDS {
            let set = self.template.typeset(&mut self.scratch, &record, &self.facts);
            set.map_err(|reason| reason.english())?;
        }
        self.best = self.best.min(thread_time() - started);
        Ok(())
    }
}

/// The CPU time of this thread; wall time where the machine does not say.
fn thread_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(
        || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        Duration::from_nanos,
    )
}

fn measure_segmenter(body: &str) {
    let paragraph = body.lines().max_by_key(|line| line.len()).unwrap_or_default();
    let segmenter = LineSegmenter::new_for_non_complex_scripts(LineBreakOptions::default());
    let started = Instant::now();
    let mut places = 0;
    for _ in 0..ROUNDS {
        places = segmenter.segment_str(paragraph).count();
    }
    let micros = started.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS);
    let characters = paragraph.chars().count();
    println!("segmenter alone: {micros:.2} µs for {characters} characters, {places} places");
}
