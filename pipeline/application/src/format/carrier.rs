//! What carries one value into a file and back: its source, its writing, and what was carried.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use letter::Date;
use serde::{Deserialize, Serialize};

use super::Filing;
use crate::completeness::value::{day, number};
use crate::day::DateStyle;
use crate::procedure::Slot;

/// Why a value cannot be carried whole; the application goes to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The format has no place for a filled field.
    NoPlace,
    /// A character is outside the encoding.
    OutsideEncoding,
    /// A control character has no place in the format.
    ControlCharacter,
    /// The value stands for nothing in the format's list of values.
    UnknownValue,
    /// The value is longer than the format's column.
    TooLong,
    /// A day is wanted and the value is none that can be written so.
    NotADay,
    /// A number is wanted and the value is none.
    NotANumber,
    /// `true` or `false` is wanted and the value is neither.
    NotAFlag,
}

impl Why {
    /// Returns the stable code, `no-place`.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoPlace => "no-place",
            Self::OutsideEncoding => "outside-encoding",
            Self::ControlCharacter => "control-character",
            Self::UnknownValue => "unknown-value",
            Self::TooLong => "too-long-for-column",
            Self::NotADay => "not-a-day",
            Self::NotANumber => "not-a-number",
            Self::NotAFlag => "not-a-flag",
        }
    }

    /// Says in Japanese what was met.
    pub fn japanese(self) -> &'static str {
        match self {
            Self::NoPlace => "提出先の形式にこの項目を入れる場所がありません",
            Self::OutsideEncoding => "提出先の文字コードで表せない文字があります",
            Self::ControlCharacter => "制御文字があり提出先の形式に入りません",
            Self::UnknownValue => "提出先の形式の値の一覧にない値です",
            Self::TooLong => "提出先の形式の文字数を超えています",
            Self::NotADay => "提出先の形式で日付として書けません",
            Self::NotANumber => "提出先の形式で数値として書けません",
            Self::NotAFlag => "提出先の形式で真偽値として書けません",
        }
    }

    /// Says in English what was met.
    pub fn english(self) -> &'static str {
        match self {
            Self::NoPlace => "the municipality's format has no place for the field",
            Self::OutsideEncoding => "a character is outside the format's encoding",
            Self::ControlCharacter => "a control character has no place in the format",
            Self::UnknownValue => "the value is not in the format's list",
            Self::TooLong => "the value is longer than the format's column",
            Self::NotADay => "the value cannot be written as the format's day",
            Self::NotANumber => "the value cannot be written as a number",
            Self::NotAFlag => "the value is neither true nor false",
        }
    }
}

/// The field that could not be carried, and why; never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncarried {
    /// The field, `children[1].name`.
    pub field: String,
    /// Why.
    pub why: Why,
}

/// What the municipality has to know of a file's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// Fields with substituted characters and how many of them.
    pub substituted: Vec<(String, usize)>,
}

/// What the shop itself puts into a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Meta {
    Receipt,
    ReceivedAt,
    ReceivedDate,
    Procedure,
    Municipality,
    Verdict,
    Night,
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A field: its place, its path in the rules, and for a list's field with an index the item.
    Field {
        slot: Slot,
        path: String,
        item: Option<usize>,
    },
    Meta(Meta),
    Text(String),
}

/// A source with its writing.
#[derive(Clone, Debug)]
pub(super) struct Carrier {
    pub name: String,
    pub source: Source,
    pub date: Option<DateStyle>,
    pub values: BTreeMap<String, String>,
    pub max: Option<usize>,
}

impl Carrier {
    /// Returns the item that the carrier speaks of, when `item` is that of the list around it.
    pub fn item(&self, item: usize) -> usize {
        match &self.source {
            Source::Field { item: Some(own), .. } => *own,
            _ => item,
        }
    }

    /// Returns the value as the format writes it, empty if there is none.
    pub fn text<'v>(&'v self, filing: &Filing<'v>, item: usize) -> Result<Cow<'v, str>, Uncarried> {
        match &self.source {
            Source::Text(text) => Ok(Cow::Borrowed(text)),
            Source::Meta(meta) => Ok(self.meta(*meta, filing)),
            Source::Field { slot, .. } => {
                let Some(value) = filing.placed.value(*slot, self.item(item)) else {
                    return Ok(Cow::Borrowed(""));
                };
                self.written(value).map_err(|why| self.uncarried(item, why))
            }
        }
    }

    fn written<'v>(&'v self, value: &'v str) -> Result<Cow<'v, str>, Why> {
        let text = match self.date {
            Some(style) => {
                let text = day(value).and_then(|day| style.write(day));
                Cow::Owned(text.ok_or(Why::NotADay)?)
            }
            None if self.values.is_empty() => Cow::Borrowed(value),
            None => Cow::Borrowed(self.values.get(value).ok_or(Why::UnknownValue)?.as_str()),
        };
        match self.max {
            Some(max) if text.chars().count() > max => Err(Why::TooLong),
            _ => Ok(text),
        }
    }

    fn meta<'v>(&self, meta: Meta, filing: &Filing<'v>) -> Cow<'v, str> {
        let day = |day: Date| {
            let style = self.date.unwrap_or(DateStyle::Hyphen);
            Cow::Owned(style.write(day).unwrap_or_else(|| day.to_string()))
        };
        match meta {
            Meta::Receipt => Cow::Borrowed(filing.receipt),
            Meta::ReceivedAt => Cow::Owned(filing.received_at.rfc3339_jst()),
            Meta::ReceivedDate => day(filing.received_at.date_jst()),
            Meta::Procedure => Cow::Borrowed(&filing.procedure.code),
            Meta::Municipality => Cow::Owned(filing.municipality.to_string()),
            Meta::Verdict => Cow::Borrowed(filing.verdict),
            Meta::Night => day(filing.night),
        }
    }

    /// Returns the field that a written value came from: its path and its canonical value.
    pub fn back(&self, text: &str, item: usize) -> Option<(String, String)> {
        let Source::Field { path, .. } = &self.source else { return None };
        let path = path.replacen("[]", &format!("[{}]", self.item(item)), 1);
        let value = match self.date {
            Some(_) => day(text)?.to_string(),
            None if self.values.is_empty() => text.to_owned(),
            None => self.values.iter().find(|(_, written)| *written == text)?.0.clone(),
        };
        Some((path, value))
    }

    pub fn is_receipt(&self) -> bool {
        matches!(self.source, Source::Meta(Meta::Receipt))
    }

    pub fn path(&self) -> Option<&str> {
        match &self.source {
            Source::Field { path, .. } => Some(path),
            _ => None,
        }
    }

    pub fn uncarried(&self, item: usize, why: Why) -> Uncarried {
        let path = self.path().unwrap_or(&self.name);
        Uncarried { field: path.replacen("[]", &format!("[{}]", self.item(item)), 1), why }
    }
}

/// Returns a number in one writing, `-12`.
pub(super) fn plain_number(text: &str) -> Option<String> {
    number(text).map(|number| number.to_string())
}

/// Which fields of an application have been written.
pub(super) struct Written {
    plain: Vec<bool>,
    lists: Vec<Vec<bool>>,
    pub carried: Carried,
}

impl Written {
    pub fn new(filing: &Filing<'_>) -> Self {
        let widths = filing.procedure.widths.iter().enumerate();
        let list =
            |(group, width): (usize, &usize)| vec![false; filing.placed.items(group) * width];
        Self {
            plain: vec![false; filing.procedure.plain],
            lists: widths.map(list).collect(),
            carried: Carried::default(),
        }
    }

    /// Notes that a carrier was written, and how many characters were substituted in it.
    pub fn note(&mut self, filing: &Filing<'_>, carrier: &Carrier, item: usize, lost: usize) {
        let Source::Field { slot, .. } = &carrier.source else { return };
        if lost > 0 {
            let field = carrier.uncarried(item, Why::OutsideEncoding).field;
            self.carried.substituted.push((field, lost));
        }
        if let Some(cell) = self.cell(filing, *slot, carrier.item(item)) {
            *cell = true;
        }
    }

    fn cell(&mut self, filing: &Filing<'_>, slot: Slot, item: usize) -> Option<&mut bool> {
        match slot {
            Slot::Plain(at) => self.plain.get_mut(at),
            Slot::Item { group, column } => {
                self.lists[group].get_mut(item * filing.procedure.widths[group] + column)
            }
        }
    }

    /// Checks that every filled field was written or is not wanted.
    pub fn check(&mut self, filing: &Filing<'_>, omit: &BTreeSet<String>) -> Result<(), Uncarried> {
        for rule in filing.procedure.fields() {
            let items = rule.slot.group().map_or(1, |group| filing.placed.items(group));
            for item in 0..items {
                let is_written = self.cell(filing, rule.slot, item).is_some_and(|cell| *cell);
                let is_filled = filing.placed.value(rule.slot, item).is_some();
                if is_filled && !is_written && !omit.contains(&rule.path) {
                    return Err(Uncarried { field: rule.path_of(item), why: Why::NoPlace });
                }
            }
        }
        let lost = filing
            .placed
            .unknown()
            .iter()
            .find(|field| !field.value.trim().is_empty() && !omit.contains(field.path));
        match lost {
            Some(field) => Err(Uncarried { field: field.path.to_owned(), why: Why::NoPlace }),
            None => Ok(()),
        }
    }
}
