//! Stock templates compiled and filled.

mod bars;
mod card;
mod choices;
mod faults;
mod images;
mod joined;
mod language;
mod letters;
#[path = "../../../letter/tests/support/naga3.rs"]
mod naga3;
mod paper;
mod qr;
mod reading;
mod vertical;
mod wrap;

use std::borrow::Cow;
use std::path::Path;

use letter::page::{Len, Mark, A4};

use super::*;
use crate::sample::{Sample, SampleLetter};
pub(crate) use naga3::naga3;

/// Reads faces of the stock chain from the repository.
pub(crate) fn stock_faces(names: &[&str]) -> Vec<(String, Cow<'static, [u8]>)> {
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fonts");
    let read = |name: &&str| {
        let bytes = std::fs::read(fonts.join(format!("{name}.ttf"))).expect("a stock font");
        ((*name).to_owned(), Cow::Owned(bytes))
    };
    names.iter().map(read).collect()
}

/// Reads the stock chain from the repository.
pub(crate) fn chain() -> FontChain {
    FontChain::load(stock_faces(&STOCK_FACES)).expect("stock fonts load")
}

const STOCK_FACES: [&str; 4] =
    ["BIZUDPMincho-Regular", "BIZUDPGothic-Regular", "BIZUDPGothic-Bold", "NotoSerifJP-Regular"];

/// Returns the letter with another value in a field.
fn with(letter: &SampleLetter, field: &str, value: &str) -> SampleLetter {
    let mut changed = letter.clone();
    changed.fields.insert(field.to_owned(), value.to_owned());
    changed
}

/// A stock template with its sample.
pub(crate) struct Stock {
    toml: String,
    body: String,
    sample: Sample,
    schema: Schema,
}

impl Stock {
    pub(crate) fn read(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates").join(name);
        let read =
            |file: &str| std::fs::read_to_string(folder.join(file)).expect("a stock template");
        let sample = Sample::read(&read("sample.toml")).expect("a sound sample");
        let schema = sample.schema();
        Self { toml: read("template.toml"), body: read("body.txt"), sample, schema }
    }

    pub(crate) fn compile(&self, chain: &FontChain) -> Result<Template, Vec<TemplateFault>> {
        self.compile_for(chain, &naga3())
    }

    fn compile_for(
        &self,
        chain: &FontChain,
        envelope: &EnvelopeProfile,
    ) -> Result<Template, Vec<TemplateFault>> {
        Template::compile(&self.source(), chain, &self.schema, &self.sample.sender(), envelope)
    }

    fn source(&self) -> TemplateSource<'_> {
        TemplateSource { toml: &self.toml, body: &self.body, stationery: None, pictures: &[] }
    }

    fn typeset(
        &self,
        template: &Template,
        scratch: &mut Scratch,
        letter: &SampleLetter,
        form: Form,
    ) -> Result<usize, Reason> {
        let bytes = letter.record(&self.schema);
        let record = RecordView::parse(&bytes).expect("a whole record");
        let facts = LetterFacts {
            postal: letter.postal,
            barcode: CustomerBarcode::from_codes([1; letter::barcode::CODE_COUNT]),
            posting_date: letter.posting_date,
        };
        match form {
            Form::Print => template.typeset(scratch, &record, &facts),
            Form::Copy => template.typeset_copy(scratch, &record, &facts),
        }
    }
}

/// Returns a page with its parts where they stand, as it would be set without any.
fn whole(template: &Template, page: &Page) -> Page {
    let mut all = Page { passages: page.passages.clone(), ..Page::default() };
    let mut draw = |from: &Page, mark: &Mark, (right, up): (Len, Len)| {
        let mut mark = mark.clone();
        match &mut mark {
            Mark::Text { x, y, start, end, .. } => {
                (*x, *y) = (*x + right, *y + up);
                let first = all.glyphs.len() as u32;
                all.glyphs.extend_from_slice(&from.glyphs[*start as usize..*end as usize]);
                (*start, *end) = (first, all.glyphs.len() as u32);
            }
            Mark::Rule { x, y, .. } => (*x, *y) = (*x + right, *y + up),
            _ => {}
        }
        all.marks.push(mark);
    };
    for mark in &page.marks {
        match *mark {
            Mark::Part { part, x, y, .. } => {
                let part = &template.parts()[usize::from(part)];
                part.marks.iter().for_each(|mark| draw(part, mark, (x, y)));
            }
            _ => draw(page, mark, (Len(0), Len(0))),
        }
    }
    all
}

/// Returns the text of a page, a line for each run of glyphs.
fn text_of(page: &Page, chain: &FontChain) -> Vec<String> {
    let run = |mark: &letter::page::Mark| match *mark {
        letter::page::Mark::Text { face, start, end, .. } => {
            let entries = &chain.faces()[usize::from(face)].charset().entries;
            let glyphs = &page.glyphs[start as usize..end as usize];
            let entry = |glyph: &letter::page::Glyph| entries[glyph.char_index as usize];
            let chars = glyphs.iter().flat_map(|glyph| entry(glyph).text());
            Some(chars.collect::<String>())
        }
        _ => None,
    };
    page.marks.iter().filter_map(run).collect()
}
