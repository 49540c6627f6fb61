//! A template compiled and tried with the letters of its `sample.toml`.

use std::collections::BTreeMap;

use address::Dictionary;
use anyhow::{Context, Result};
use letter::page::Page;
use letter::record::field;
use letter::stock::{EnvelopeProfile, InserterProfile, Paper};
use letter::{Reason, RecordView, Schema};
use presort::{Franking, TariffBook};
use render::{
    FontChain, LetterFacts, Sample, SampleLetter, Template, TemplateFault, TemplateSource,
};
use serde::Deserialize;

use crate::batch::{with_room_for_marks, Letters};
use crate::commands::address::dictionary;
use crate::config::{Config, TemplateFiles};
use crate::stock;

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
    tariffs: TariffBook,
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
            paper: config.print.paper(),
            envelope: config.print.envelope,
            envelopes: profiles(stock::ENVELOPES)?,
            tariffs: toml::from_str(stock::TARIFFS).context("the built-in tariffs")?,
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
    /// The inserter, as it reads the template's sheets.
    pub inserter: InserterProfile,
    /// The template's paper.
    pub paper: Paper,
    /// The sender's stationery.
    pub stationery: Option<Vec<u8>>,
    franking: Franking,
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
        let TemplateFiles { toml, body, stationery, pictures, sample } = files;
        let sample = sample.as_deref().map_or_else(|| Err(no_sample()), Sample::read);
        let sample = sample.map_err(|fault| vec![fault])?;
        let schema = sample.schema();
        let envelope = workshop.envelope(&toml).clone();
        let source = TemplateSource {
            toml: &toml,
            body: &body,
            stationery: stationery.as_deref(),
            pictures: &pictures,
        };
        let sender = sample.sender();
        let inserter = workshop.inserter.reading(&envelope);
        let template = Template::compile(&source, &workshop.chain, &schema, &sender, &envelope)
            .and_then(|all| with_room_for_marks(all, &workshop.chain, &inserter))?;
        let paper = workshop.paper.cut(template.sheet(), template.sheet_mg());
        let tariff = workshop.tariffs.tariffs.last().expect("the stock has a tariff");
        let franking = Franking::new(&envelope, paper, tariff, &[]);
        let franking = franking.expect("no services, no fault");
        Ok(Self {
            workshop,
            template,
            sample,
            schema,
            envelope,
            inserter,
            paper,
            stationery,
            franking,
        })
    }

    /// Sets one letter for print; its pages are in `letters`. Where the electronic copy may be
    /// another, it is set before.
    ///
    /// # Errors
    /// Why either cannot be set, or why no envelope takes it.
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
        if self.template.varies_by_channel() {
            self.template.typeset_copy(render, &view, &facts)?;
        }
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
        for (at, letter) in self.sample.letters.iter().enumerate() {
            if let Err(reason) = self.set(&mut letters, letter) {
                let (number, note) = (at + 1, &letter.note);
                let (code, what) = (reason.code(), reason.english());
                let message = format!("letter {number} ({note}) cannot be set, {code}: {what}");
                faults.push(self.sample.fault(at, message, reason.fix_english()));
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }
}

fn no_sample() -> TemplateFault {
    TemplateFault {
        file: "sample.toml",
        line: 0,
        column: 0,
        message: "there is no sample.toml, which names the fields".to_owned(),
        fix: "write one as the built-in templates have it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_mark_outside_every_reserved_area_is_a_fault() {
        let mut workshop = Workshop::open().expect("the built-in stock is sound");
        workshop.inserter.mark_top_mm = 150.0;
        let files = TemplateFiles::stock("tax-notice").expect("a built-in template");
        let faults = Trial::compile(&workshop, files).map(|_| ()).expect_err("amid the text");
        assert_eq!(faults.len(), 1);
        assert!(faults[0].message.contains("inserter's mark x 8.0-"), "{}", faults[0]);
        workshop.inserter.data_matrix = false;
        let files = TemplateFiles::stock("tax-notice").expect("a built-in template");
        assert!(Trial::compile(&workshop, files).is_ok(), "no mark needs no room");
    }
}
