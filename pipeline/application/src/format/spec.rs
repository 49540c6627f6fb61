//! A format as the municipality's file writes it, and its compilation against a procedure.

use std::collections::{BTreeMap, BTreeSet};

use letter::Date;
use serde::de::value::StrDeserializer;
use serde::de::IntoDeserializer;
use serde::Deserialize;
use toml::Spanned;

use super::carrier::{Carrier, Meta, Source};
use super::charset::{Charset, Encoding};
use super::csv::{Csv, Formulas, Quote};
use super::json::{As, Json, Key};
use super::template::Template;
use super::{Format, FormatKind, Kind, Version};
use crate::day::DateStyle;
use crate::procedure::{FieldType, Procedure, Procedures};
use crate::setting::Unusable;

/// Spreadsheets end at 16,384 columns; forms have some three hundred fields.
const COLUMNS_MAX: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormatSpec {
    pub procedure: Spanned<String>,
    valid_from: Date,
    kind: FormatKind,
    encoding: Option<Encoding>,
    outside: Option<String>,
    substitutes: Option<BTreeMap<char, String>>,
    line_end: Option<LineEnd>,
    quote: Option<Quote>,
    formulas: Option<Formulas>,
    delimiter: Option<char>,
    header: Option<bool>,
    #[serde(default)]
    omit: Vec<String>,
    template: Option<Spanned<String>>,
    #[serde(default, rename = "column")]
    columns: Vec<ColumnSpec>,
    #[serde(default, rename = "key")]
    keys: Vec<ColumnSpec>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LineEnd {
    Crlf,
    Lf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnSpec {
    name: Spanned<String>,
    field: Option<String>,
    meta: Option<Meta>,
    text: Option<String>,
    date: Option<DateStyle>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    max: Option<usize>,
    #[serde(rename = "as")]
    kind: Option<As>,
}

type Result<T> = std::result::Result<T, Unusable>;

/// Reads the name of a style, `wareki-short`.
pub(super) fn date_style(name: &str) -> Option<DateStyle> {
    let name: StrDeserializer<'_, serde::de::value::Error> = name.into_deserializer();
    DateStyle::deserialize(name).ok()
}

/// Reads the name of what the shop itself puts into a file, `receipt`.
pub(super) fn meta(name: &str) -> Option<Meta> {
    let name: StrDeserializer<'_, serde::de::value::Error> = name.into_deserializer();
    Meta::deserialize(name).ok()
}

/// Checks that a style stands with a day.
pub(super) fn check_date(carrier: &Carrier, rules: &Procedure) -> std::result::Result<(), String> {
    let is_day = match &carrier.source {
        Source::Field { path, .. } => {
            rules.field(path).is_some_and(|rule| matches!(rule.kind, FieldType::Day { .. }))
        }
        Source::Meta(meta) => matches!(meta, Meta::ReceivedDate | Meta::Night),
        Source::Text(_) => false,
    };
    match carrier.date.is_some() && !is_day {
        true => Err(format!("{} is no day", carrier.name)),
        false => Ok(()),
    }
}

impl FormatSpec {
    /// Compiles the format against its procedure.
    ///
    /// # Errors
    /// [`Unusable`] with line and key.
    pub(crate) fn compile(self, text: &str, procedures: &Procedures) -> Result<Version> {
        let at = self.procedure.span().start;
        let procedure = self.procedure.get_ref().clone();
        let fault = |key: &str, why: String| Unusable::new(text, at, &format!("format.{key}"), why);
        self.check_keys().map_err(|key| {
            fault(key, format!("a format of kind {} has no {key}", self.kind.name()))
        })?;
        let (valid_from, kind) = (self.valid_from, self.kind);
        let version = |format| Version { procedure: procedure.clone(), valid_from, format };
        if kind == FormatKind::Paper {
            return match procedure == "*" || procedures.get(&procedure).is_some() {
                true => Ok(version(Format::PAPER)),
                false => Err(fault("procedure", format!("{procedure:?} is not known"))),
            };
        }
        let rules = procedures.get(&procedure).filter(|rules| rules.code == procedure);
        let Some(rules) = rules else {
            return Err(fault(
                "procedure",
                format!("{procedure:?} is not known; only paper is for *"),
            ));
        };
        let omit: BTreeSet<String> = self.omit.iter().cloned().collect();
        let kind = match kind {
            FormatKind::Paper => Kind::Paper,
            FormatKind::Csv => Kind::Csv(self.csv(text, rules, at)?),
            FormatKind::Json => Kind::Json(self.json(text, rules, at)?),
            FormatKind::Xml => Kind::Xml(self.xml(text, rules, at)?),
        };
        Ok(version(Format { kind, omit }))
    }

    /// Refuses keys of another kind of format, by name.
    fn check_keys(&self) -> std::result::Result<(), &'static str> {
        use FormatKind::{Csv, Json, Xml};
        let given = [
            ("encoding", self.encoding.is_some(), &[Csv, Xml][..]),
            ("outside", self.outside.is_some(), &[Csv]),
            ("substitutes", self.substitutes.is_some(), &[Csv]),
            ("line_end", self.line_end.is_some(), &[Csv]),
            ("quote", self.quote.is_some(), &[Csv]),
            ("formulas", self.formulas.is_some(), &[Csv]),
            ("delimiter", self.delimiter.is_some(), &[Csv]),
            ("header", self.header.is_some(), &[Csv]),
            ("omit", !self.omit.is_empty(), &[Csv, Xml, Json]),
            ("template", self.template.is_some(), &[Xml]),
            ("column", !self.columns.is_empty(), &[Csv]),
            ("key", !self.keys.is_empty(), &[Json]),
        ];
        match given.iter().find(|(_, is_given, kinds)| *is_given && !kinds.contains(&self.kind)) {
            Some((key, ..)) => Err(key),
            None => Ok(()),
        }
    }

    fn csv(&self, text: &str, rules: &Procedure, at: usize) -> Result<Csv> {
        let fault = |key: &str, why: &str| Unusable::new(text, at, &format!("format.{key}"), why);
        let encoding = self.encoding.unwrap_or(Encoding::Cp932);
        let outside = self.outside.as_deref().filter(|outside| *outside != "person");
        let substitutes = self.substitutes.clone().unwrap_or_default();
        let declared = outside.is_some() || !substitutes.is_empty();
        if declared && encoding != Encoding::Cp932 {
            return Err(fault("outside", "every character is inside UTF-8"));
        }
        let charset = Charset { encoding, substitutes, outside: outside.map(str::to_owned) };
        let strict = Charset { encoding, substitutes: BTreeMap::new(), outside: None };
        let fits = |text: &str| strict.fit(text).is_some() && !text.contains(char::is_control);
        if !charset.substitutes.values().chain(&charset.outside).all(|text| fits(text)) {
            return Err(fault("outside", "a substitute is outside CP932 itself"));
        }
        let delimiter = self.delimiter.unwrap_or(',');
        if !matches!(delimiter, ',' | '\t' | ';' | '|') {
            return Err(fault("delimiter", "it is none of , ; | and TAB"));
        }
        if self.columns.is_empty() || self.columns.len() > COLUMNS_MAX {
            return Err(fault("column", "there are no columns or more than 1,000"));
        }
        let mut columns = Vec::with_capacity(self.columns.len());
        for spec in &self.columns {
            let carrier = spec.carrier(text, rules)?;
            let fault = |key: &str, why: &str| spec.fault(text, &format!("column.{key}"), why);
            if spec.kind.is_some() {
                return Err(fault("as", "a column of CSV is always text"));
            }
            if !fits(&carrier.name) {
                return Err(fault("name", "it is outside the encoding"));
            }
            let mut fixed = spec.text.iter().chain(spec.values.values());
            if !fixed.all(|text| fits(text)) {
                return Err(fault("values", "a text or value is outside the encoding"));
            }
            if matches!(&carrier.source, Source::Field { path, item: None, .. } if path.contains("[]"))
            {
                return Err(fault("field", "a list's field needs its index, children[0].name"));
            }
            columns.push(carrier);
        }
        Ok(Csv {
            charset,
            line_end: match self.line_end.unwrap_or(LineEnd::Crlf) {
                LineEnd::Crlf => "\r\n",
                LineEnd::Lf => "\n",
            },
            quote: self.quote.unwrap_or(Quote::Needed),
            formulas: self.formulas.unwrap_or(Formulas::Apostrophe),
            delimiter,
            header: self.header.unwrap_or(true),
            columns,
        })
    }

    fn json(&self, text: &str, rules: &Procedure, at: usize) -> Result<Json> {
        if self.keys.is_empty() || self.keys.len() > COLUMNS_MAX {
            let why = "there are no keys or more than 1,000";
            return Err(Unusable::new(text, at, "format.key", why));
        }
        let mut keys = Vec::with_capacity(self.keys.len());
        for spec in &self.keys {
            let carrier = spec.carrier(text, rules)?;
            if matches!(carrier.source, Source::Field { item: Some(_), .. }) {
                return Err(spec.fault(
                    text,
                    "key.field",
                    "in JSON a list's field has [] and no index",
                ));
            }
            let is_number = |path| {
                rules.field(path).is_some_and(|rule| matches!(rule.kind, FieldType::Number { .. }))
            };
            if spec.kind == Some(As::Number) && !carrier.path().is_some_and(is_number) {
                return Err(spec.fault(text, "key.as", "only a field of type number is a number"));
            }
            keys.push(Key { carrier, kind: spec.kind.unwrap_or_default() });
        }
        Json::new(keys).map_err(|(name, why)| {
            let spec = self.keys.iter().find(|key| *key.name.get_ref() == name);
            let at = spec.map_or(at, |spec| spec.name.span().start);
            Unusable::new(text, at, "key.name", why)
        })
    }

    fn xml(&self, text: &str, rules: &Procedure, at: usize) -> Result<Template> {
        let Some(template) = &self.template else {
            return Err(Unusable::new(text, at, "format.template", "it is missing"));
        };
        let encoding = self.encoding.unwrap_or(Encoding::Utf8);
        if encoding == Encoding::Utf8Bom {
            let why = "XML is written in utf-8 or cp932";
            return Err(Unusable::new(text, at, "format.encoding", why));
        }
        let source = template.get_ref().trim_start();
        Template::compile(source, encoding, rules).map_err(|e| {
            let line = source[..e.at.min(source.len())].matches('\n').count();
            // The template's first line follows the quotes.
            let first = Unusable::new(text, template.span().start, "format.template", e.why);
            Unusable { line: first.line + 1 + line, ..first }
        })
    }
}

impl ColumnSpec {
    fn fault(&self, text: &str, key: &str, why: &str) -> Unusable {
        Unusable::new(text, self.name.span().start, key, why)
    }

    fn carrier(&self, text: &str, rules: &Procedure) -> Result<Carrier> {
        let fault = |key: &str, why: &str| self.fault(text, key, why);
        let source = match (&self.field, self.meta, &self.text) {
            (Some(path), None, None) => {
                field(path, rules).ok_or_else(|| fault("field", "there is no such field"))?
            }
            (None, Some(meta), None) => Source::Meta(meta),
            (None, None, Some(text)) => Source::Text(text.clone()),
            _ => return Err(fault("field", "it has not exactly one of field, meta and text")),
        };
        let is_field = matches!(source, Source::Field { .. });
        if !self.values.is_empty() && (!is_field || self.date.is_some()) {
            return Err(fault("values", "values stand with a field that is no day"));
        }
        let written: BTreeSet<&String> = self.values.values().collect();
        if written.len() != self.values.len() || self.values.values().any(String::is_empty) {
            return Err(fault("values", "two values are written alike, or one as nothing"));
        }
        let carrier = Carrier {
            name: self.name.get_ref().clone(),
            source,
            date: self.date,
            values: self.values.clone(),
            max: self.max,
        };
        check_date(&carrier, rules).map_err(|why| fault("date", &why))?;
        Ok(carrier)
    }
}

/// Resolves `applicant.name`, `children[].name` and `children[0].name`.
fn field(path: &str, rules: &Procedure) -> Option<Source> {
    if let Some(rule) = rules.field(path) {
        return Some(Source::Field { slot: rule.slot, path: path.to_owned(), item: None });
    }
    let (list, rest) = path.split_once('[')?;
    let (index, rest) = rest.split_once(']')?;
    let path = format!("{list}[]{rest}");
    let rule = rules.field(&path)?;
    Some(Source::Field { slot: rule.slot, path, item: Some(index.parse().ok()?) })
}
