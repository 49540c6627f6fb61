//! A template compiled and tried with the letters of its `sample.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use address::Dictionary;
use anyhow::{Context, Result};
use letter::page::Page;
use letter::record::{field, Place};
use letter::stock::{EnvelopeProfile, InserterProfile, Paper, TariffStep};
use letter::{Date, PostalCode, Reason, RecordBuilder, RecordView, Schema};
use presort::Franking;
use render::{FontChain, LetterFacts, SenderFacts, Template, TemplateFault, TemplateSource};
use serde::Deserialize;
use toml::Spanned;

use crate::batch::Letters;
use crate::commands::address::dictionary;
use crate::config::{Config, TemplateFiles};
use crate::stock;

/// `sample.toml`: the sender and the letters that a template is tried with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// `[sender]`
    pub sender: SampleSender,
    /// `[[letters]]`
    pub letters: Vec<Spanned<SampleLetter>>,
}

/// `[sender]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleSender {
    /// The sender's name.
    pub name: String,
    /// The lines of the sender's block.
    pub office: Vec<String>,
    /// The honorific of letters that give none.
    pub honorific: String,
}

/// `[[letters]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleLetter {
    /// What is odd in it.
    #[serde(default)]
    pub note: String,
    /// 郵便番号.
    pub postal: PostalCode,
    /// 差出日.
    pub posting_date: Date,
    /// The fields by our names; one that is not there is empty.
    pub fields: BTreeMap<String, String>,
    /// The table rows by our names of the columns.
    #[serde(default)]
    pub rows: Vec<BTreeMap<String, String>>,
}

impl Sample {
    fn parse(text: &str) -> Result<Self, TemplateFault> {
        let sample: Self = toml::from_str(text).map_err(|error| {
            let message = error.message().trim().replace('\n', "; ");
            fault(text, error.span(), message, "write it as the built-in templates do")
        })?;
        if sample.letters.is_empty() {
            return Err(fault(text, None, "there is no letter".to_owned(), "add [[letters]]"));
        }
        Ok(sample)
    }

    /// Returns the letters.
    pub fn letters(&self) -> impl Iterator<Item = &SampleLetter> {
        self.letters.iter().map(Spanned::get_ref)
    }

    /// Returns every field and column that some letter has, in the order of their names.
    fn schema(&self) -> Schema {
        let fields: BTreeSet<_> = self.letters().flat_map(|letter| letter.fields.keys()).collect();
        let rows = self.letters().flat_map(|letter| &letter.rows);
        let columns: BTreeSet<_> = rows.flat_map(BTreeMap::keys).collect();
        Schema {
            fields: fields.into_iter().cloned().collect(),
            columns: columns.into_iter().cloned().collect(),
        }
    }
}

impl SampleLetter {
    /// Returns a field, empty if the letter has none.
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    fn record(&self, schema: &Schema) -> Vec<u8> {
        let mut builder = RecordBuilder::default();
        schema.fields.iter().for_each(|field| builder.push(self.field(field)));
        for row in &self.rows {
            for column in &schema.columns {
                builder.push(row.get(column).map_or("", String::as_str));
            }
        }
        let mut bytes = Vec::new();
        builder.finish(Place::default(), schema, &mut bytes);
        bytes
    }
}

/// What templates are tried with: the defaults of the configuration and the built-in stock.
pub struct Workshop {
    /// The faces, in the order of search.
    pub chain: FontChain,
    /// The inserter, which prints its mark.
    pub inserter: InserterProfile,
    /// The paper.
    pub paper: Paper,
    envelope: String,
    envelopes: Vec<EnvelopeProfile>,
    tariffs: Vec<TariffStep>,
    dictionary: Dictionary,
}

impl Workshop {
    /// Opens the built-in stock.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn open() -> Result<Self> {
        let config: Config = toml::from_str(stock::CONFIG).context("the built-in configuration")?;
        let faces = config.fonts.faces.iter().map(|name| {
            let bytes = stock::face(name).with_context(|| format!("no face {name}"))?;
            Ok((name.clone(), bytes.into()))
        });
        let faces = faces.collect::<Result<_>>().context("the built-in faces")?;
        let inserters: Vec<InserterProfile> = profiles(stock::INSERTERS)?;
        let mut inserters = inserters.into_iter();
        Ok(Self {
            chain: FontChain::load(faces).context("the font chain")?,
            inserter: inserters
                .find(|inserter| inserter.name == config.print.inserter)
                .context("the built-in inserter")?,
            paper: Paper { sheet_mg: config.print.sheet_mg, duplex: config.print.duplex },
            envelope: config.print.envelope,
            envelopes: profiles(stock::ENVELOPES)?,
            tariffs: profiles(stock::TARIFFS)?,
            dictionary: dictionary(None)?,
        })
    }

    /// Returns the envelope that a template names, or the default one if there is no such envelope.
    fn envelope(&self, template_toml: &str) -> &EnvelopeProfile {
        #[derive(Deserialize)]
        struct Head {
            envelope: String,
        }
        let head = toml::from_str::<Head>(template_toml);
        let named = |name: &str| self.envelopes.iter().find(|envelope| envelope.name == name);
        let found = head.ok().and_then(|head| named(&head.envelope));
        found.or_else(|| named(&self.envelope)).expect("the default envelope is of the stock")
    }
}

/// Reads a file of the stock, which is one list.
fn profiles<T: serde::de::DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    let lists: BTreeMap<String, Vec<T>> = toml::from_str(text).context("the built-in stock")?;
    Ok(lists.into_values().flatten().collect())
}

/// A template that compiles, with its sample.
pub struct Trial<'w> {
    /// What it is tried with.
    pub workshop: &'w Workshop,
    /// The template.
    pub template: Template,
    /// The sample.
    pub sample: Sample,
    /// The fields and columns of the sample.
    pub schema: Schema,
    /// The envelope that it is made for.
    pub envelope: EnvelopeProfile,
    /// The sender's stationery.
    pub stationery: Option<Vec<u8>>,
    franking: Franking,
    sample_toml: String,
}

impl<'w> Trial<'w> {
    /// Compiles a template against the fields of its sample.
    ///
    /// # Errors
    /// Every fault of the sample, or else of the template.
    pub fn compile(
        workshop: &'w Workshop,
        files: TemplateFiles,
    ) -> Result<Self, Vec<TemplateFault>> {
        let TemplateFiles { toml, body, stationery, sample } = files;
        let sample_toml = sample.ok_or_else(|| {
            let message = "there is no sample.toml, which names the fields".to_owned();
            vec![fault("", None, message, "write one as the built-in templates have it")]
        })?;
        let sample = Sample::parse(&sample_toml).map_err(|fault| vec![fault])?;
        let schema = sample.schema();
        let envelope = workshop.envelope(&toml).clone();
        let source = TemplateSource { toml: &toml, body: &body, stationery: stationery.as_deref() };
        let SampleSender { name, office, honorific } = &sample.sender;
        let sender = SenderFacts { name, office, honorific };
        let template = Template::compile(&source, &workshop.chain, &schema, &sender, &envelope)?;
        let franking = Franking::new(&envelope, workshop.paper, &workshop.tariffs);
        Ok(Self { workshop, template, sample, schema, envelope, stationery, franking, sample_toml })
    }

    /// Sets one letter for print; its pages are in `letters`.
    ///
    /// # Errors
    /// Why it cannot be set, or why no envelope takes it.
    pub fn set<'l>(
        &self,
        letters: &'l mut Letters,
        letter: &SampleLetter,
    ) -> Result<&'l [Page], Reason> {
        let Letters { address, render, .. } = letters;
        let postal = letter.postal.to_string();
        let [first, second] = [field::ADDRESS1, field::ADDRESS2].map(|name| letter.field(name));
        let found = address::resolve(&self.workshop.dictionary, address, &postal, first, second);
        let facts = LetterFacts {
            postal: letter.postal,
            barcode: found.ok().and_then(|found| found.barcode),
            posting_date: letter.posting_date,
        };
        let record = letter.record(&self.schema);
        let view = RecordView::parse(&record).expect("a record that was just built is whole");
        let pages = self.template.typeset(render, &view, &facts)?;
        self.franking.weigh(u16::try_from(pages).unwrap_or(u16::MAX))?;
        Ok(render.pages())
    }

    /// Sets all letters of the sample.
    ///
    /// # Errors
    /// A fault for each letter that cannot be set.
    pub fn set_all(&self) -> Result<(), Vec<TemplateFault>> {
        let mut letters = Letters::default();
        let mut faults = Vec::new();
        for (number, letter) in (1..).zip(&self.sample.letters) {
            if let Err(reason) = self.set(&mut letters, letter.get_ref()) {
                let note = &letter.get_ref().note;
                let (code, what) = (reason.code(), reason.english());
                let message = format!("letter {number} ({note}) cannot be set, {code}: {what}");
                faults.push(fault(
                    &self.sample_toml,
                    Some(letter.span()),
                    message,
                    reason.fix_english(),
                ));
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }
}

/// Returns a fault of `sample.toml` at the start of a span.
fn fault(text: &str, span: Option<Range<usize>>, message: String, fix: &str) -> TemplateFault {
    let (mut line, mut column) = (0, 0);
    if let Some(span) = span {
        let before = &text[..text.floor_char_boundary(span.start)];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        line = before.matches('\n').count() as u32 + 1;
        column = before[start..].chars().count() as u32 + 1;
    }
    TemplateFault { file: "sample.toml", line, column, message, fix: fix.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_that_cannot_be_read_is_a_fault_at_its_place() {
        let (_, _, _, sound) = stock::TEMPLATES[0];
        assert!(Sample::parse(sound).is_ok());
        let wrong = sound.replacen("\"1000013\"", "\"100001\"", 1);
        let line = 1 + wrong.lines().position(|line| line.contains("\"100001\"")).expect("there");
        let fault = Sample::parse(&wrong).expect_err("six digits are no postal code");
        assert_eq!((fault.file, fault.line as usize), ("sample.toml", line));
        let unknown = Sample::parse("[sender]\nname = \"x\"\nfax = 1").expect_err("an unknown key");
        assert_eq!((unknown.line, unknown.column), (3, 1));
    }

    #[test]
    fn a_letter_that_cannot_be_set_is_a_fault_where_it_stands() {
        let workshop = Workshop::open().expect("the built-in stock is sound");
        let mut files = TemplateFiles::stock("tax-notice").expect("a built-in template");
        let sample = files.sample.take().expect("a sample");
        let at = sample.rfind("[[letters]]").expect("letters");
        let head = &sample[..at];
        files.sample = Some(format!("{head}{}", sample[at..].replacen("900", "九百", 1)));
        let trial = Trial::compile(&workshop, files).map_err(|f| format!("{f:?}")).expect("sound");
        let faults = trial.set_all().expect_err("a number in words");
        assert_eq!(faults.len(), 1);
        assert!(faults[0].message.contains("template-value"), "{}", faults[0]);
        assert_eq!(faults[0].line as usize, head.matches('\n').count() + 1);
    }

    #[test]
    fn a_template_is_tried_with_the_envelope_that_it_names() {
        let workshop = Workshop::open().expect("the built-in stock is sound");
        assert_eq!(workshop.envelope("envelope = \"kaku2-window\"").name, "kaku2-window");
        assert_eq!(workshop.envelope("envelope = \"none\"").name, workshop.envelope);
    }
}
