//! `sample.toml`: the letters that show a template, the extremes among them.

use std::collections::{BTreeMap, BTreeSet};

use letter::record::{self, RecordBuilder};
use letter::{Date, PostalCode, Schema};
use serde::Deserialize;
use toml::Spanned;

use crate::template::{Place, SenderFacts, TemplateFault, SAMPLE};

/// A template's sample: a sender and some letters of synthetic people.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Who sends them.
    pub sender: SampleSender,
    /// The letters, the ordinary one first; there is at least one.
    pub letters: Vec<SampleLetter>,
    /// Where each letter begins in the file.
    places: Vec<Place>,
}

/// `sample.toml` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sender: SampleSender,
    letters: Vec<Spanned<SampleLetter>>,
}

/// The sender of a sample.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleSender {
    /// `{{ sender.name }}`.
    pub name: String,
    /// `{{ sender.office }}`.
    pub office: Vec<String>,
    /// The honorific of records that give none.
    pub honorific: String,
    /// The letter class, `{{ class }}`.
    #[serde(default)]
    pub class: String,
}

/// One letter of a sample.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleLetter {
    /// What it shows: longest name, most rows, optional fields missing.
    #[serde(default)]
    pub note: String,
    /// 郵便番号.
    pub postal: PostalCode,
    /// 差出日.
    pub posting_date: Date,
    /// The record's fields by our names; absent ones are empty.
    pub fields: BTreeMap<String, String>,
    /// The record's table rows.
    #[serde(default)]
    pub rows: Vec<BTreeMap<String, String>>,
}

impl Sample {
    /// Reads a `sample.toml`.
    ///
    /// # Errors
    /// What the file has too much, too little or wrong, with its place.
    pub fn read(text: &str) -> Result<Self, TemplateFault> {
        let File { sender, letters } = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let message = error.message().trim().replace('\n', " ");
            TemplateFault::at(SAMPLE, text, at, message, "see the samples of the stock templates")
        })?;
        if letters.is_empty() {
            return Err(Place::of(SAMPLE).fault("there is no letter", "add [[letters]]"));
        }
        let places = letters.iter().map(|letter| Place::at(SAMPLE, text, letter.span().start));
        let places = places.collect();
        let letters = letters.into_iter().map(Spanned::into_inner).collect();
        Ok(Self { sender, letters, places })
    }

    /// Returns a fault where a letter begins.
    ///
    /// # Panics
    /// There is no letter of that index.
    pub fn fault(&self, letter: usize, message: String, fix: &str) -> TemplateFault {
        self.places[letter].fault(message, fix)
    }

    /// Returns the fields and columns that some letter has, in alphabetical order.
    pub fn schema(&self) -> Schema {
        let names = |maps: &mut dyn Iterator<Item = &BTreeMap<String, String>>| {
            let names: BTreeSet<&String> = maps.flat_map(BTreeMap::keys).collect();
            names.into_iter().cloned().collect()
        };
        Schema {
            fields: names(&mut self.letters.iter().map(|letter| &letter.fields)),
            columns: names(&mut self.letters.iter().flat_map(|letter| &letter.rows)),
        }
    }

    /// Returns what a template may say of the sender.
    pub fn sender(&self) -> SenderFacts<'_> {
        let SampleSender { name, office, honorific, class } = &self.sender;
        SenderFacts { name, office, honorific, class }
    }
}

impl SampleLetter {
    /// Returns a field, empty if the letter has none.
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// Returns the letter's record, encoded as [`letter::RecordView`] reads it.
    pub fn record(&self, schema: &Schema) -> Vec<u8> {
        let mut builder = RecordBuilder::default();
        schema.fields.iter().for_each(|field| builder.push(self.field(field)));
        for row in &self.rows {
            for column in &schema.columns {
                builder.push(row.get(column).map_or("", String::as_str));
            }
        }
        let mut bytes = Vec::new();
        builder.finish(record::Place::default(), schema, &mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use letter::RecordView;

    use super::*;

    const TEXT: &str = r#"
        sender = { name = "星見市", office = [], honorific = "様" }
        [[letters]]
        note = "一通"
        postal = "1000013"
        posting_date = "2026-05-01"
        fields = { name = "髙橋 花子", key = "1" }
        rows = [{ term = "第１期" }]
        [[letters]]
        note = "項目なし"
        postal = "1000013"
        posting_date = "2026-05-01"
        fields = { key = "2" }
    "#;

    #[test]
    fn a_sample_becomes_records_of_one_schema() {
        let sample = Sample::read(TEXT).expect("sound");
        let schema = sample.schema();
        assert_eq!(
            (schema.fields.join(" "), schema.columns.join(" ")),
            ("key name".into(), "term".into())
        );
        let bytes: Vec<Vec<u8>> =
            sample.letters.iter().map(|letter| letter.record(&schema)).collect();
        let records: Vec<RecordView<'_>> =
            bytes.iter().map(|bytes| RecordView::parse(bytes).expect("whole")).collect();
        assert_eq!((records[0].field(1), records[0].cell(0, 0)), ("髙橋 花子", "第１期"));
        assert_eq!((records[1].field(1), records[1].row_count()), ("", 0));
    }

    #[test]
    fn a_day_that_is_none_is_shown_where_it_stands() {
        let fault =
            Sample::read(&TEXT.replacen("2026-05-01", "2026-05-32", 1)).expect_err("no day");
        assert_eq!((fault.file, fault.line), ("sample.toml", 6));
    }
}
