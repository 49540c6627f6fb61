//! Breaks paragraphs into lines, for comparing with other engines: `tests/typst/compare`.
//!
//! Each line of the input is a measure in pt, a tab and a paragraph; each line of the output is
//! that paragraph's lines, parted by tabs. The paragraph goes the whole way: through a template of
//! 10 pt and a page, once as a value of the record and once as static text, which must agree.
#![allow(clippy::print_stdout, reason = "the lines are what this program is for")]

#[path = "../../letter/tests/support/naga3.rs"]
mod naga3;

use std::borrow::Cow;
use std::error::Error;
use std::io::BufRead;
use std::path::Path;

use letter::page::{Mark, Page};
use letter::record::{Place, RecordBuilder};
use letter::{Date, PostalCode, RecordView, Schema};
use naga3::naga3;
use render::{FontChain, LetterFacts, Scratch, SenderFacts, Template, TemplateSource};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: paragraphs FACE least|in|out GAP_EM";
    let face = arguments.next().ok_or(usage)?;
    let kinsoku = arguments.next().ok_or(usage)?;
    let gap = arguments.next().ok_or(usage)?;
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fonts");
    let bytes = std::fs::read(fonts.join(format!("{face}.ttf")))?;
    let chain = FontChain::load(vec![(face.clone(), Cow::Owned(bytes))])?;
    let mut scratch = Scratch::default();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (measure, text) = line.split_once('\t').ok_or("a measure, a tab and a paragraph")?;
        let toml = sheet(&face, &kinsoku, &gap, measure.parse()?);
        let as_value = lines(&chain, &toml, "{{ text }}", text, &mut scratch)?;
        let as_static = lines(&chain, &toml, text, text, &mut scratch)?;
        if as_value != as_static {
            return Err(format!("{as_value:?} as a value, {as_static:?} as static text").into());
        }
        println!("{}", as_value.join("\t"));
    }
    Ok(())
}

fn lines(
    chain: &FontChain,
    toml: &str,
    body: &str,
    text: &str,
    scratch: &mut Scratch,
) -> Result<Vec<String>, Box<dyn Error>> {
    let fields = ["name", "address1", "text"].map(str::to_owned).to_vec();
    let schema = Schema { fields, columns: Vec::new() };
    let source = TemplateSource { toml, body, stationery: None, pictures: &[] };
    let sender = SenderFacts { name: "", office: &[], honorific: "様", class: "" };
    let template = Template::compile(&source, chain, &schema, &sender, &naga3())
        .map_err(|faults| faults[0].to_string())?;
    let mut builder = RecordBuilder::default();
    ["星見花子", "東京都", text].iter().for_each(|value| builder.push(value));
    let mut bytes = Vec::new();
    builder.finish(Place::default(), &schema, &mut bytes);
    let record = RecordView::parse(&bytes).ok_or("a whole record")?;
    let facts = LetterFacts {
        postal: PostalCode::from_number(1_000_013).ok_or("a postal code")?,
        barcode: None,
        posting_date: Date::new(2026, 11, 22).ok_or("a date")?,
    };
    template.typeset(scratch, &record, &facts).map_err(|reason| reason.english())?;
    let mut lines: Vec<(i32, String)> = Vec::new();
    for mark in &scratch.pages()[0].marks {
        let Some((height, text)) = text_of(mark, &scratch.pages()[0], chain) else { continue };
        match lines.last_mut() {
            Some((above, line)) if *above == height => line.push_str(&text),
            _ => lines.push((height, text)),
        }
    }
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

/// Returns a run of the running text with the height of its baseline.
fn text_of(mark: &Mark, page: &Page, chain: &FontChain) -> Option<(i32, String)> {
    let Mark::Text { face, y, start, end, .. } = *mark else { return None };
    let entries = &chain.faces()[usize::from(face)].charset().entries;
    let glyphs = &page.glyphs[start as usize..end as usize];
    let text = glyphs.iter().map(|glyph| entries[glyph.char_index as usize].character);
    // The address stands above.
    (y.to_mm() < 297.0 - 84.0).then(|| (y.0, text.collect()))
}

fn sheet(face: &str, kinsoku: &str, gap: &str, measure_pt: f64) -> String {
    let width_mm = measure_pt * 25.4 / 72.0;
    format!(
        r#"
name = "paragraphs"
version = 1
title = "段落"
envelope = "naga3-window"
[faces]
face = "{face}"
[styles.body]
face = "face"
size_pt = 10
leading_pt = 15
align = "justify"
gap_em = {gap}
kinsoku = "{kinsoku}"
last_line_em = 0
[address]
left_mm = 22.5
top_mm = 22.4
width_mm = 66.0
height_mm = 24.6
postal = "body"
address = "body"
address_min_pt = 8
address_lines = 3
name = "body"
name_min_pt = 8
name_lines = 3
name_gap_mm = 0.6
barcode_pt = 8
barcode_gap_mm = 2.0
[flow]
first = {{ left_mm = 20, top_mm = 84, width_mm = {width_mm}, height_mm = 188 }}
continuation = {{ left_mm = 20, top_mm = 28, width_mm = {width_mm}, height_mm = 240 }}
style = "body"
"#
    )
}
