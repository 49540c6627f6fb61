//! The forms in which municipalities take applications: CSV, XML by template, JSON, or paper.
//!
//! Nothing is lost silently. Every filled field is carried, or the municipality's file says that it
//! is not wanted, or the application goes to a person. What was written is read back by the
//! inverse of each format, [`Format::read_back`], and gives [`Format::canonical`] again.

mod carrier;
mod charset;
mod csv;
mod json;
mod spec;
mod template;

use std::collections::BTreeSet;

use letter::{Date, Moment};

pub use carrier::{Carried, Uncarried, Why};
pub(crate) use spec::FormatSpec;

use crate::form::Form;
use crate::municipality::JisCode;
use crate::procedure::{FieldRule, FieldType, Placed, Procedure};
use carrier::Written;

/// What is converted: one application with what the shop knows of it.
#[derive(Clone, Copy, Debug)]
pub struct Filing<'a> {
    /// The rules by which its fields are known.
    pub procedure: &'a Procedure,
    /// Its values.
    pub placed: &'a Placed<'a>,
    /// 受付番号.
    pub receipt: &'a str,
    /// When the site took it.
    pub received_at: Moment,
    /// Where it goes.
    pub municipality: JisCode,
    /// The verdict's indication, `TOTAL_PASSED`.
    pub verdict: &'a str,
    /// The day of the night's run.
    pub night: Date,
}

/// One dated format of a procedure.
#[derive(Clone, Debug)]
pub struct Version {
    /// The procedure's code, or `*` for those that have none of their own.
    pub procedure: String,
    /// The first day on which it is in force.
    pub valid_from: Date,
    /// The format.
    pub format: Format,
}

/// A compiled format; it belongs to the procedure with which it was compiled.
#[derive(Clone, Debug)]
pub struct Format {
    kind: Kind,
    omit: BTreeSet<String>,
}

#[derive(Clone, Debug)]
enum Kind {
    Paper,
    Csv(csv::Csv),
    Xml(template::Template),
    Json(json::Json),
}

/// The format of a municipality that says nothing.
pub static PAPER: Format = Format::PAPER;

/// The way of a format.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum FormatKind {
    /// Typeset and posted.
    Paper,
    /// One file a night, one row an application.
    Csv,
    /// One file an application.
    Xml,
    /// One file an application.
    Json,
}

impl FormatKind {
    /// Returns the name in the municipality's file, which is also the files' ending.
    pub fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Csv => "csv",
            Self::Xml => "xml",
            Self::Json => "json",
        }
    }
}

/// One application read back from a file that was handed over.
#[derive(Clone, Debug, PartialEq)]
pub struct Back {
    /// The receipt number, if the format carries it.
    pub receipt: Option<String>,
    /// The fields by their rules' paths, in byte order; days as `2026-11-22`.
    pub form: Form,
}

impl Format {
    const PAPER: Self = Self { kind: Kind::Paper, omit: BTreeSet::new() };

    /// Returns the way.
    pub fn kind(&self) -> FormatKind {
        match self.kind {
            Kind::Paper => FormatKind::Paper,
            Kind::Csv(_) => FormatKind::Csv,
            Kind::Xml(_) => FormatKind::Xml,
            Kind::Json(_) => FormatKind::Json,
        }
    }

    /// Appends what stands before the first application of a file: a byte order mark, a head row.
    pub fn begin(&self, out: &mut Vec<u8>) {
        if let Kind::Csv(csv) = &self.kind {
            csv.begin(out);
        }
    }

    /// Appends one application; paper appends nothing, it is typeset.
    ///
    /// Returns which fields had characters that were substituted, as the format declares.
    ///
    /// # Errors
    /// [`Uncarried`] if a value cannot be carried whole; `out` is as it was.
    pub fn convert(&self, filing: &Filing<'_>, out: &mut Vec<u8>) -> Result<Carried, Uncarried> {
        let before = out.len();
        let mut written = Written::new(filing);
        let converted = match &self.kind {
            Kind::Paper => return Ok(Carried::default()),
            Kind::Csv(csv) => csv.convert(filing, &mut written, out),
            Kind::Xml(template) => template.convert(filing, &mut written, out),
            Kind::Json(json) => json.convert(filing, &mut written, out),
        };
        let checked = converted.and_then(|()| written.check(filing, &self.omit));
        if checked.is_err() {
            out.truncate(before);
        }
        checked.map(|()| written.carried)
    }

    /// Returns the fields as a file of this format gives them back: filled ones that are not
    /// omitted, by their rules' paths in byte order, days and numbers in one writing.
    pub fn canonical(&self, filing: &Filing<'_>) -> Form {
        let mut fields = Vec::new();
        for rule in filing.procedure.fields() {
            if self.omit.contains(&rule.path) {
                continue;
            }
            let items = rule.slot.group().map_or(1, |group| filing.placed.items(group));
            for item in 0..items {
                if let Some(value) = filing.placed.value(rule.slot, item) {
                    fields.push((rule.path_of(item), self.canonical_value(rule, value)));
                }
            }
        }
        sorted(fields)
    }

    fn canonical_value(&self, rule: &FieldRule, value: &str) -> String {
        use crate::completeness::value::{day, number};
        let styled = match &self.kind {
            Kind::Paper => false,
            Kind::Csv(csv) => csv.is_styled(&rule.path),
            Kind::Xml(template) => template.is_styled(&rule.path),
            Kind::Json(json) => json.is_styled(&rule.path),
        };
        let canonical = match &rule.kind {
            FieldType::Day { .. } if styled => day(value).map(|day| day.to_string()),
            FieldType::Number { .. } if styled => number(value).map(|number| number.to_string()),
            _ => None,
        };
        canonical.unwrap_or_else(|| value.to_owned())
    }

    /// Reads a file of this format back; `None` if it is none, or for paper.
    pub fn read_back(&self, file: &[u8]) -> Option<Vec<Back>> {
        match &self.kind {
            Kind::Paper => None,
            Kind::Csv(csv) => csv.read_back(file),
            Kind::Xml(template) => template.read_back(file).map(|back| vec![back]),
            Kind::Json(json) => json.read_back(file).map(|back| vec![back]),
        }
    }
}

/// Returns a form of fields in the byte order of their paths.
fn sorted(mut fields: Vec<(String, String)>) -> Form {
    fields.sort();
    Form::of(fields.iter().map(|(path, value)| (path.as_str(), value.as_str())))
}

#[cfg(test)]
mod tests;
