//! A procedure's rule file, compiled: which fields, attachments and conditions it asks for.
//!
//! Every key is explained in `config/procedures/child-allowance.toml`.

mod compile;
mod expression;
mod placed;
mod spec;

use std::collections::BTreeMap;

use letter::Date;

pub(crate) use expression::{Expression, Facts};
pub use placed::Placed;
pub(crate) use placed::Slot;

use crate::setting::Unusable;
use spec::Spec;

/// Whether a finding stops the applicant's matter or only informs.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// 不備: the applicant has to act.
    Incomplete,
    /// 注意: the applicant should know.
    Advice,
}

/// Which characters a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repertoire {
    /// Every character of Unicode that is no control character.
    Any,
    /// What CP932 holds and gives back unchanged.
    Cp932,
    /// JIS X 0208 (levels 1 and 2) and ASCII.
    #[serde(rename = "jis-x-0208")]
    JisX0208,
}

/// What may stand in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Text of at most so many characters and lines.
    Text {
        /// Most characters.
        max: usize,
        /// Most lines.
        lines: usize,
        /// Which characters.
        repertoire: Repertoire,
    },
    /// Katakana of at most so many characters.
    Kana {
        /// Most characters.
        max: usize,
    },
    /// A day, western or in the Japanese calendar.
    Day {
        /// Whether it must not lie after the day of receipt.
        past: bool,
        /// The earliest day.
        not_before: Option<Date>,
        /// The latest day.
        not_after: Option<Date>,
    },
    /// A whole number.
    Number {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// 郵便番号 of seven digits.
    PostalCode,
    /// A telephone number, Japanese or E.164.
    Phone,
    /// An e-mail address.
    Email,
    /// One of these values, with their labels.
    Choice(BTreeMap<String, String>),
    /// 全国地方公共団体コード.
    Municipality,
}

/// When something has to be there.
#[derive(Clone, Debug)]
pub(crate) enum Required {
    Always,
    Never,
    If(Expression),
}

/// One field's rule.
#[derive(Clone, Debug)]
pub struct FieldRule {
    /// Where it stands: `applicant.name`; `children[].name` for every item of a list.
    pub path: String,
    /// What the form calls it.
    pub label: String,
    /// The same in English.
    pub label_en: String,
    /// What may stand there.
    pub kind: FieldType,
    /// How grave a finding at this field is.
    pub severity: Severity,
    pub(crate) required: Required,
    pub(crate) slot: Slot,
}

/// A list's rule.
#[derive(Clone, Debug)]
pub(crate) struct GroupRule {
    pub path: String,
    pub label: String,
    pub label_en: String,
    pub min: usize,
    pub max: usize,
}

/// The kinds of file that an attachment may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileType {
    /// `%PDF-` within the first 1,024 bytes (ISO 32000-1, annex H.3.4.1).
    Pdf,
    /// Starts with FF D8 FF (ITU-T T.81).
    Jpeg,
    /// Starts with the signature of PNG (ISO/IEC 15948, 5.2).
    Png,
}

/// An attachment's rule.
#[derive(Clone, Debug)]
pub(crate) struct AttachmentRule {
    pub name: String,
    pub label: String,
    pub label_en: String,
    pub also: Vec<String>,
    pub types: Vec<FileType>,
    pub max_bytes: usize,
    pub required: Required,
    pub severity: Severity,
}

/// A condition across fields.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub code: String,
    pub when: Option<Expression>,
    pub must: Expression,
    /// The field at which the finding is put.
    pub field: usize,
    /// The list whose items are checked one by one.
    pub group: Option<usize>,
    pub text: String,
    pub text_en: String,
    pub severity: Severity,
}

/// Which fields the shop itself needs, by their paths in the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// 提出先市区町村コード.
    pub municipality: Option<String>,
    /// 氏名.
    pub name: Option<String>,
    /// 生年月日.
    pub birth: Option<String>,
    /// 性別.
    pub sex: Option<String>,
    /// 住所.
    pub address: Option<String>,
    /// 郵便番号.
    pub postal: Option<String>,
}

/// 手続 (tetsuzuki): a procedure with its rules.
#[derive(Clone, Debug)]
pub struct Procedure {
    /// The code, which is also its file's name.
    pub code: String,
    /// Its name in Japanese.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// The version of the rules.
    pub version: String,
    /// Other codes under which it comes: the 手続ID of e-Gov.
    pub also: Vec<String>,
    /// Which fields the shop itself needs.
    pub roles: Roles,
    pub(crate) fields: Vec<FieldRule>,
    pub(crate) groups: Vec<GroupRule>,
    pub(crate) attachments: Vec<AttachmentRule>,
    pub(crate) conditions: Vec<Condition>,
    /// Where each path of a form goes, sorted by path.
    pub(crate) places: Vec<(String, usize)>,
    /// How many fields each list has in the rules.
    pub(crate) widths: Vec<usize>,
    /// How many fields stand outside lists.
    pub(crate) plain: usize,
}

impl Procedure {
    /// Reads and compiles a rule file.
    ///
    /// # Errors
    /// [`Unusable`] with line and key: unknown keys, paths that stand twice or are no path,
    /// expressions that do not parse or whose types do not agree.
    pub fn parse(text: &str) -> Result<Self, Unusable> {
        compile::compile(text, crate::setting::read::<Spec>(text)?)
    }

    /// Returns the rules of the fields, in the order of the file.
    pub fn fields(&self) -> &[FieldRule] {
        &self.fields
    }

    /// Returns a field's rule by its path.
    pub fn field(&self, path: &str) -> Option<&FieldRule> {
        self.fields.iter().find(|field| field.path == path)
    }

    /// Puts a form's values to the rules' fields, other names of a field included.
    pub fn place<'f>(&self, form: &'f crate::form::Form) -> Placed<'f> {
        Placed::new(self, form)
    }

    /// Returns whether `code` is the procedure's code or one of its other codes.
    pub fn is_called(&self, code: &str) -> bool {
        self.code == code || self.also.iter().any(|also| also == code)
    }

    /// Returns what the form calls the place of a finding, `児童の氏名（2）` for `children[1].name`,
    /// or the label of an attachment; `None` for what the rules do not name.
    pub fn label_at(&self, place: &str) -> Option<String> {
        if let Some(name) = place.strip_prefix("attachment:") {
            let rule = self.attachments.iter().find(|rule| rule.name == name)?;
            return Some(rule.label.clone());
        }
        if let Some(group) = self.groups.iter().find(|group| group.path == place) {
            return Some(group.label.clone());
        }
        let Some((list, rest)) = place.split_once('[') else {
            let rule = self.fields.iter().find(|rule| rule.path == place)?;
            return Some(rule.label.clone());
        };
        let (item, field) = rest.split_once(']')?;
        let path = format!("{list}[]{field}");
        let rule = self.fields.iter().find(|rule| rule.path == path)?;
        Some(format!("{}（{}）", rule.label, item.parse::<usize>().ok()? + 1))
    }

    /// Returns the form for a person's eyes: labels and values in the order of the rules, days as
    /// written and in the Japanese calendar, choices by their labels, and what has no rule under
    /// its path at the end.
    pub fn lines(&self, form: &crate::form::Form) -> Vec<(String, String)> {
        let placed = self.place(form);
        let mut lines = Vec::new();
        let mut groups_told = std::collections::BTreeSet::new();
        for rule in &self.fields {
            match rule.slot {
                Slot::Plain(_) => {
                    if let Some(value) = placed.value(rule.slot, 0) {
                        lines.push((rule.label.clone(), rule.shown(value)));
                    }
                }
                Slot::Item { group, .. } if groups_told.insert(group) => {
                    self.item_lines(&placed, group, &mut lines);
                }
                Slot::Item { .. } => {}
            }
        }
        let unknown = placed.unknown().iter().filter(|field| !field.value.trim().is_empty());
        lines.extend(unknown.map(|field| (field.path.to_owned(), field.value.to_owned())));
        lines
    }

    fn item_lines(&self, placed: &Placed<'_>, group: usize, lines: &mut Vec<(String, String)>) {
        for item in 0..placed.items(group) {
            for rule in self.fields.iter().filter(|rule| rule.slot.group() == Some(group)) {
                if let Some(value) = placed.value(rule.slot, item) {
                    lines.push((format!("{}（{}）", rule.label, item + 1), rule.shown(value)));
                }
            }
        }
    }
}

impl FieldRule {
    /// Returns the value as a person reads it: a choice by its label, a western day with the
    /// Japanese one behind it.
    pub fn shown(&self, value: &str) -> String {
        match &self.kind {
            FieldType::Day { .. } => match Date::parse(value.trim()) {
                Some(day) => format!("{}（{}）", value.trim(), day.wareki()),
                None => value.to_owned(),
            },
            FieldType::Choice(choices) => choices.get(value).map_or(value, String::as_str).into(),
            _ => value.to_owned(),
        }
    }

    /// Returns the field's path in a form, `children[2].name` for item 2.
    pub fn path_of(&self, item: usize) -> String {
        self.path.replacen("[]", &format!("[{item}]"), 1)
    }
}

/// The procedures of a shop, by code and other codes.
#[derive(Clone, Debug, Default)]
pub struct Procedures(Vec<Procedure>);

impl Procedures {
    /// Collects procedures in the order of their codes.
    ///
    /// # Errors
    /// [`Unusable`] if two of them have one code.
    pub fn new(mut procedures: Vec<Procedure>) -> Result<Self, Unusable> {
        procedures.sort_by(|a, b| a.code.cmp(&b.code));
        let mut codes = std::collections::BTreeSet::new();
        for procedure in &procedures {
            for code in std::iter::once(&procedure.code).chain(&procedure.also) {
                if !codes.insert(code) {
                    let why = format!("code {code:?} stands in two procedures");
                    return Err(Unusable { line: 0, key: "code".into(), why });
                }
            }
        }
        Ok(Self(procedures))
    }

    /// Returns the procedure of a code.
    pub fn get(&self, code: &str) -> Option<&Procedure> {
        self.0.iter().find(|procedure| procedure.is_called(code))
    }

    /// Returns all, in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = &Procedure> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests;
