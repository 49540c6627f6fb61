//! Parcels: what a site sends in one ZIP, with its manifest.

use intake::write::zip_drop;
use serde_json::{json, Value};

use super::attachment::Document;
use super::defect::ApplicationDefect;
use super::draft::{repeated, Container, Draft};
use super::expected::Expected;
use super::form::{Form, Writing};
use super::signer::{break_binary, break_text, Card, File};
use super::xml::{self, Management};
use super::Maker;
use crate::register::pseudonym;
use letter::Moment;

/// What one step of a [`Maker`] gives: files of the shop, and what is expected of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MadeParcel {
    /// ZIPs: path within the shop and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// Their applications.
    pub applications: Vec<Expected>,
}

/// Returns the portal's pseudonymous id of an applicant, whom every second time it knows.
pub(crate) fn known_as(number: u64) -> Option<String> {
    number.is_multiple_of(2).then(|| pseudonym('K', number))
}

/// The site that sends parcels with a manifest.
pub(crate) const PORTAL: &str = "kurashi-portal";
/// The site that sends packages of the e-Gov shape.
pub(crate) const DESK: &str = "denshi-madoguchi";

impl Maker<'_> {
    /// Makes parcel `number`, and the packages of the e-Gov shape that came with it.
    pub fn parcel(&self, number: u64) -> MadeParcel {
        let size = self.order.parcel_applications.max(1);
        let (first, last) = (number * size, ((number + 1) * size).min(self.order.applications));
        let parcel = format!("p-20261121-{:05}", number + 1);
        let mut made = MadeParcel::default();
        let (mut members, mut entries) = (Vec::new(), Vec::new());
        for number in first..last {
            let draft = Draft::draw(&self.order, &self.towns, number);
            match draft.container {
                Container::EGov => self.add_package(draft, &mut made),
                _ => {
                    let receipt = self.receipt(&draft);
                    let municipality = self.towns.all[draft.home].code;
                    made.applications.push(Expected::of(&draft, &receipt, &parcel, municipality));
                    entries.push(self.add_application(draft, &receipt, &mut members));
                }
            }
        }
        if !entries.is_empty() {
            let manifest = json!({ "site": PORTAL, "parcel": parcel, "applications": entries });
            let manifest = ("manifest.json".to_owned(), format!("{manifest:#}\n").into_bytes());
            made.files.push((format!("inbox/{PORTAL}/{parcel}.zip"), zip(&manifest, &members)));
        }
        made
    }

    /// Returns the receipt number; a repeated one stood in the parcel before.
    fn receipt(&self, draft: &Draft) -> String {
        let number = match draft.defect {
            Some(ApplicationDefect::RepeatedReceipt) => repeated(&self.order, draft.number),
            _ => None,
        };
        let number = number.unwrap_or(draft.number);
        format!("K-20261121-{number:08}")
    }

    fn add_application(
        &self,
        mut draft: Draft,
        receipt: &str,
        members: &mut Vec<(String, Vec<u8>)>,
    ) -> Value {
        let mut written = self.written(&mut draft);
        let folder = |file: &str| format!("{receipt}/{file}");
        let form = folder(written.writing.file());
        let card = self.card(&draft);
        let signing_time = Moment(draft.received.0 - 5 - draft.random.below(300) as i64);
        let file = File { name: &form, signed: &written.signed, sent: &written.sent };
        let (kind, name, mut signature) = match draft.container {
            Container::CmsDetached => ("cms", "signature.p7s", card.cms(file, false, signing_time)),
            Container::CmsAttached => ("cms", "signature.p7s", card.cms(file, true, signing_time)),
            Container::Digests => {
                let names: Vec<String> =
                    written.attachments.iter().map(|document| folder(&document.file)).collect();
                let attached = written.attachments.iter().zip(&names).map(|(document, name)| {
                    File { name, signed: &document.bytes, sent: &document.bytes }
                });
                let files: Vec<File<'_>> = std::iter::once(file).chain(attached).collect();
                ("digests", "signature.json", card.digests(&files))
            }
            Container::Xml | Container::EGov => {
                let form = (written.writing.file(), written.signed.as_slice());
                let files: Vec<_> = std::iter::once(form).chain(written.attached()).collect();
                let random = &mut draft.random;
                let signature = xml::sign(card.key, &card.certificate, &files, random);
                ("xml", "signature.xml", signature)
            }
            Container::XmlEnveloped => {
                let attached: Vec<_> = written.attached().collect();
                let (signed, random) = (&written.signed, &mut draft.random);
                let signature =
                    xml::sign_enveloped(card.key, &card.certificate, signed, &attached, random);
                ("xml", written.writing.file(), signature)
            }
        };
        if draft.defect == Some(ApplicationDefect::BrokenSignature) {
            match kind {
                "cms" => break_binary(&mut signature, &mut draft.random),
                "xml" => break_text(&mut signature, "<SignatureValue>", &mut draft.random),
                _ => break_text(&mut signature, "\"signature\": \"", &mut draft.random),
            }
        }
        let mut entry = json!({
            "receipt": receipt,
            "received_at": draft.received.rfc3339_jst(),
            "procedure": draft.procedure.code(),
            "form": form,
            "attachments": [],
            "signature": { "kind": kind, "file": folder(name) },
        });
        if let Some(recipient) = known_as(draft.number) {
            entry["recipient"] = recipient.into();
        }
        if kind == "cms" {
            entry["signature"]["content"] = form.clone().into();
        }
        match draft.container {
            Container::XmlEnveloped => written.sent = xml::envelop(&written.sent, &signature),
            _ => members.push((folder(name), signature)),
        }
        members.push((form, written.sent));
        let attached: Vec<Value> = written
            .attachments
            .into_iter()
            .map(|document| {
                let name = folder(&document.file);
                members.push((name.clone(), document.bytes));
                name.into()
            })
            .collect();
        entry["attachments"] = attached.into();
        entry
    }

    /// Makes a ZIP of the e-Gov shape.
    fn add_package(&self, mut draft: Draft, made: &mut MadeParcel) {
        let parcel = format!("g-20261121-{:08}", draft.number);
        let receipt = format!("G-20261121-{:08}", draft.number);
        let municipality = self.towns.all[draft.home].code;
        made.applications.push(Expected::of(&draft, &receipt, &parcel, municipality));
        let written = self.written(&mut draft);
        let card = self.card(&draft);
        let form = format!("{}_01.xml", draft.procedure.code());
        let attachments: Vec<_> = written.attached().collect();
        let management = Management {
            receipt: &receipt,
            procedure: draft.procedure.code(),
            form: (&form, &written.signed),
            attachments: &attachments,
        };
        let kousei = xml::kousei(card.key, &card.certificate, management);
        let mut members = vec![(form, written.sent)];
        members.extend(written.attachments.into_iter().map(|one| (one.file, one.bytes)));
        let zip = zip(&("kousei.xml".to_owned(), kousei), &members);
        made.files.push((format!("inbox/{DESK}/{parcel}.zip"), zip));
    }

    fn card(&self, draft: &Draft) -> Card<'_> {
        let home = &self.towns.all[draft.home];
        Card::issue(draft, home, &self.authorities, &self.keys[draft.key])
    }

    /// Fills in the form and adds the attachments, with the defect that is theirs.
    fn written(&self, draft: &mut Draft) -> Written {
        let home = &self.towns.all[draft.home];
        let mut random = draft.random.clone();
        let writing = match draft.container {
            Container::Xml | Container::XmlEnveloped | Container::EGov => Writing::Xml,
            _ => *random.pick(&WRITINGS),
        };
        let mut form = Form::fill(draft, home, writing, &mut random);
        match draft.defect {
            Some(ApplicationDefect::OtherName) => {
                let other = other_name(form.applicant("name"));
                form.set_applicant("name", &other);
            }
            Some(ApplicationDefect::MissingField) => form.set_applicant("phone", ""),
            Some(ApplicationDefect::MissingAttachment) => {
                form.attachments.retain(|name| *name != "account");
            }
            Some(ApplicationDefect::UnknownMunicipality) => {
                let nowhere = home.code / 1_000 * 1_000 + UNKNOWN_MUNICIPALITY;
                form.fields["municipality"] = format!("{nowhere:05}").into();
            }
            _ => {}
        }
        let mut signed = form.write(writing);
        if draft.defect == Some(ApplicationDefect::BrokenForm) {
            signed.truncate(signed.len() * 2 / 3);
        }
        let mut sent = signed.clone();
        if draft.defect == Some(ApplicationDefect::AlteredDocument) {
            let phone = other_digit(form.applicant("phone"));
            form.set_applicant("phone", &phone);
            sent = form.write(writing);
        }
        let attachments =
            form.attachments.iter().map(|name| Document::make(name, &mut random)).collect();
        draft.random = random;
        Written { writing, signed, sent, attachments }
    }
}

/// Forms that are not signed as XML are mostly JSON.
const WRITINGS: [Writing; 8] = [
    Writing::Json,
    Writing::Json,
    Writing::Json,
    Writing::JsonAscii,
    Writing::JsonAscii,
    Writing::JsonAscii,
    Writing::JsonAscii,
    Writing::Xml,
];

/// No prefecture has a municipality of this number.
const UNKNOWN_MUNICIPALITY: u32 = 999;

/// What an applicant hands in.
struct Written {
    writing: Writing,
    /// The form as it was signed.
    signed: Vec<u8>,
    /// The form as it was sent.
    sent: Vec<u8>,
    attachments: Vec<Document>,
}

impl Written {
    /// Returns the attachments by file name.
    fn attached(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.attachments.iter().map(|document| (document.file.as_str(), &*document.bytes))
    }
}

/// Returns a name of another family.
fn other_name(name: &str) -> String {
    let given = name.split('　').nth(1).unwrap_or_default();
    let family = if name.starts_with("佐藤") { "鈴木" } else { "佐藤" };
    format!("{family}　{given}")
}

/// Returns a telephone number with another last digit.
fn other_digit(phone: &str) -> String {
    let (head, last) = phone.split_at(phone.len() - 1);
    format!("{head}{}", if last == "0" { "1" } else { "0" })
}

fn zip(manifest: &(String, Vec<u8>), members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let all = std::iter::once(manifest).chain(members);
    let all: Vec<(&str, &[u8])> = all.map(|(name, bytes)| (name.as_str(), &**bytes)).collect();
    zip_drop(&all)
}
