//! The rule file as it is written.

use std::collections::BTreeMap;

use letter::Date;
use serde::Deserialize;
use toml::Spanned;

use super::{FileType, Repertoire, Roles, Severity};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spec {
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub version: String,
    #[serde(default)]
    pub also: Vec<String>,
    #[serde(default)]
    pub roles: Roles,
    #[serde(default, rename = "field")]
    pub fields: Vec<FieldSpec>,
    #[serde(default, rename = "group")]
    pub groups: Vec<GroupSpec>,
    #[serde(default, rename = "attachment")]
    pub attachments: Vec<AttachmentSpec>,
    #[serde(default, rename = "condition")]
    pub conditions: Vec<ConditionSpec>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum TypeName {
    Text,
    Kana,
    Date,
    Number,
    PostalCode,
    Phone,
    Email,
    Choice,
    Municipality,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum RequiredSpec {
    Plain(bool),
    If(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldSpec {
    pub path: Spanned<String>,
    pub label: String,
    pub label_en: String,
    #[serde(rename = "type")]
    pub kind: TypeName,
    pub required: Option<Spanned<RequiredSpec>>,
    #[serde(default)]
    pub also: Vec<String>,
    #[serde(default = "incomplete")]
    pub severity: Severity,
    pub max: Option<usize>,
    pub lines: Option<usize>,
    pub repertoire: Option<Repertoire>,
    pub past: Option<bool>,
    pub not_before: Option<Date>,
    pub not_after: Option<Date>,
    pub min: Option<i64>,
    pub max_value: Option<i64>,
    pub choices: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupSpec {
    pub path: Spanned<String>,
    pub label: String,
    pub label_en: String,
    #[serde(default)]
    pub min: usize,
    pub max: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttachmentSpec {
    pub name: Spanned<String>,
    pub label: String,
    pub label_en: String,
    #[serde(default)]
    pub also: Vec<String>,
    pub required: Option<Spanned<RequiredSpec>>,
    pub types: Vec<FileType>,
    pub max_bytes: Option<usize>,
    #[serde(default = "incomplete")]
    pub severity: Severity,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionSpec {
    pub code: Spanned<String>,
    pub when: Option<Spanned<String>>,
    pub must: Spanned<String>,
    pub field: Spanned<String>,
    pub text: String,
    pub text_en: String,
    #[serde(default = "incomplete")]
    pub severity: Severity,
}

fn incomplete() -> Severity {
    Severity::Incomplete
}
