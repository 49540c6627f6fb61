//! `manifest.json`: the list of a parcel's applications, as far as each can be read.

use letter::Refusal;

use super::{APPLICATIONS_MAX, ATTACHMENTS_MAX, MANIFEST};
use crate::form::{index_in, read_json, Field, Kind, Limits};
use crate::refusal;

/// Ten thousand applications of some 500 bytes and a dozen keys each, with room for attachments.
const MANIFEST_LIMITS: Limits =
    Limits { bytes: 16 << 20, depth: 5, fields: 400_000, value_bytes: 1_024, path_bytes: 128 };
/// The list's key.
const LIST: &str = "applications";

/// The manifest with its applications as they are written.
pub(super) struct Manifest {
    pub site: String,
    pub parcel: String,
    pub entries: Vec<Entry>,
}

/// One application as its manifest names it; what is missing is found out later.
#[derive(Default)]
pub(super) struct Entry {
    /// `applications[3].`, or empty for a parcel of one.
    pub prefix: String,
    pub receipt: Option<String>,
    pub received_at: Option<String>,
    pub procedure: Option<String>,
    pub recipient: Option<String>,
    pub form: Option<String>,
    /// Members and their titles.
    pub attachments: Vec<(String, String)>,
    pub signature_kind: Option<String>,
    pub signature_file: Option<String>,
    pub signature_content: Option<String>,
    /// Whether every member must lie in the folder of the receipt number.
    pub in_folder: bool,
    /// The first key that broke a rule, and the rule.
    pub broken: Option<(String, Refusal)>,
}

impl Manifest {
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let form = read_json(bytes, &MANIFEST_LIMITS).map_err(|e| {
            let refusal = refusal::bad_manifest(&e.rule.japanese(), &e.rule.english());
            refusal::at(refusal, MANIFEST, e.line, e.column.to_string())
        })?;
        let place = |refusal: Refusal, key: &str| refusal::at(refusal, MANIFEST, 0, key.into());
        let (mut site, mut parcel) = (None, None);
        let (mut single, mut entries) = (None::<Entry>, Vec::new());
        for field in form.fields() {
            match field.path {
                "site" => site = text(field),
                "parcel" => parcel = text(field),
                path => match index_in(path, LIST) {
                    Some((index, key)) => {
                        if index >= APPLICATIONS_MAX {
                            let refusal = refusal::too_many_applications(APPLICATIONS_MAX);
                            return Err(place(refusal, LIST));
                        }
                        while entries.len() <= index {
                            entries.push(Entry::at(format!("{LIST}[{}].", entries.len())));
                        }
                        if !(key.is_empty() && field.kind == Kind::Nothing) {
                            entries[index].put(key, field);
                        }
                    }
                    None => {
                        let single = single.get_or_insert_with(|| Entry::at(String::new()));
                        single.put(path, field);
                        // A misspelt `applications` must not become one application.
                        if single.is_unknown() {
                            return Err(place(refusal::unknown_key(), ""));
                        }
                    }
                },
            }
        }
        match (single, entries.is_empty()) {
            (Some(single), true) => entries.push(single),
            (Some(_), false) => return Err(place(refusal::unknown_key(), "")),
            (None, true) => return Err(place(refusal::no_applications(), LIST)),
            (None, false) => {}
        }
        let site = site.ok_or_else(|| place(refusal::missing_key("site"), "site"))?;
        let parcel = parcel.ok_or_else(|| place(refusal::missing_key("parcel"), "parcel"))?;
        Ok(Self { site, parcel, entries })
    }
}

impl Entry {
    pub fn at(prefix: String) -> Self {
        Self { prefix, in_folder: true, ..Self::default() }
    }

    /// Returns the key's place in the manifest, `applications[3].receipt`.
    pub fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// Returns every member that the entry names.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        let one = [&self.form, &self.signature_file, &self.signature_content];
        let attachments = self.attachments.iter().map(|(member, _)| member.as_str());
        one.into_iter().filter_map(Option::as_deref).chain(attachments)
    }

    fn put(&mut self, key: &str, field: Field<'_>) {
        let value = text(field);
        if value.is_none() {
            self.broke(key, refusal::missing_key(key));
        }
        match key {
            "receipt" => self.receipt = value,
            "received_at" => self.received_at = value,
            "procedure" => self.procedure = value,
            "recipient" => self.recipient = value,
            "form" => self.form = value,
            "signature.kind" => self.signature_kind = value,
            "signature.file" => self.signature_file = value,
            "signature.content" => self.signature_content = value,
            _ => match index_in(key, "attachments") {
                Some((index, "")) if index == self.attachments.len().min(ATTACHMENTS_MAX) => {
                    self.attachments.push((value.unwrap_or_default(), String::new()));
                }
                // Beyond the limit one more is kept, by which the excess is told.
                Some((_, "")) if self.attachments.len() > ATTACHMENTS_MAX => {}
                Some((_, "")) => self.broke(key, refusal::missing_key("attachments")),
                // The gravest: told even where another key was broken before.
                _ => self.broken = Some((String::new(), refusal::unknown_key())),
            },
        }
    }

    fn is_unknown(&self) -> bool {
        self.broken.as_ref().is_some_and(|(key, _)| key.is_empty())
    }

    fn broke(&mut self, key: &str, refusal: Refusal) {
        if self.broken.is_none() {
            self.broken = Some((key.to_owned(), refusal));
        }
    }
}

fn text(field: Field<'_>) -> Option<String> {
    (field.kind == Kind::Text).then(|| field.value.to_owned())
}
