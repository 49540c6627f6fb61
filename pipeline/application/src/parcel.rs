//! A parcel: the applications that a procedure site hands over together, each read or set aside.
//!
//! A bad manifest refuses the whole parcel; everything else concerns one application, which is
//! set aside with its position while the others go on.
//!
//! ```text
//! manifest.json      {"site","parcel","applications":[{
//!                      "receipt":"A-1","received_at":"2026-11-21T10:00:00+09:00",
//!                      "procedure":"move-out","form":"A-1/form.json",
//!                      "attachments":["A-1/identity.pdf"],
//!                      "signature":{"kind":"cms","file":"A-1/signature.p7s",
//!                                   "content":"A-1/form.json"}}]}
//! <receipt>/…        every member of an application lies in the folder of its receipt number
//! ```
//!
//! A parcel of one application may carry these keys at the top level instead of `applications`.

mod egov;
mod manifest;

use std::collections::{BTreeMap, BTreeSet};

use letter::{Moment, Refusal, SenderId};

use crate::form::{read_json, read_xml, Form, Unreadable, FORM_LIMITS};
use crate::refusal;
use crate::site::Site;
use manifest::{Entry, Manifest};

pub use egov::{Arrival, KOUSEI};

/// The manifest's name.
pub const MANIFEST: &str = "manifest.json";
/// Sites send every few minutes; ten thousand are a large site's whole day.
pub const APPLICATIONS_MAX: usize = 10_000;
/// Procedures ask for some ten documents; e-Gov takes up to 99.
pub const ATTACHMENTS_MAX: usize = 99;
/// The longest receipt number.
pub const RECEIPT_LEN_MAX: usize = 40;

/// The members of a parcel's ZIP, unpacked.
pub trait Members {
    /// Returns the bytes of a member.
    fn get(&self, name: &str) -> Option<&[u8]>;
    /// Returns every member's name, in byte order.
    fn names(&self) -> Vec<&str>;
}

impl Members for BTreeMap<String, Vec<u8>> {
    fn get(&self, name: &str) -> Option<&[u8]> {
        BTreeMap::get(self, name).map(Vec::as_slice)
    }

    fn names(&self) -> Vec<&str> {
        self.keys().map(String::as_str).collect()
    }
}

/// What came in one ZIP.
#[derive(Clone, Debug, PartialEq)]
pub struct Parcel<'a> {
    /// The site.
    pub site: String,
    /// The site's name for the parcel, safe as a file name.
    pub parcel: String,
    /// The applications that were read, in the manifest's order.
    pub applications: Vec<Application<'a>>,
    /// Those that were not, in the manifest's order.
    pub set_aside: Vec<SetAside>,
    /// Members that no application of the parcel names.
    pub unlisted: Vec<String>,
}

/// 申請 (shinsei): one applicant's application to one procedure.
#[derive(Clone, Debug, PartialEq)]
pub struct Application<'a> {
    /// 受付番号: 1 to 40 of letters, digits and hyphens; safe as a file name.
    pub receipt: String,
    /// When the site took it: the reference time of its signature.
    pub received_at: Moment,
    /// The procedure's code.
    pub procedure: String,
    /// 仮名ID: the site's pseudonymous id of the applicant, `recipient` in the manifest, by which
    /// notices go in the form that the applicant has chosen; empty without one.
    pub recipient: String,
    /// The member that holds the form.
    pub form_member: String,
    /// The form's bytes as they were signed.
    pub form_bytes: &'a [u8],
    /// The form, read.
    pub form: Form,
    /// 添付書類, in the manifest's order.
    pub attachments: Vec<Attachment<'a>>,
    /// The signature, unread.
    pub signature: SignatureFile<'a>,
}

/// 添付書類 (tenpu shorui): a document that the applicant added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment<'a> {
    /// The member, `A-1/identity.pdf`.
    pub member: String,
    /// The document's own name as the site gives it; empty in a `manifest.json`.
    pub title: String,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl Attachment<'_> {
    /// Returns the file name without folder and ending, `identity`.
    pub fn stem(&self) -> &str {
        let file = self.member.rsplit('/').next().unwrap_or_default();
        file.rsplit_once('.').map_or(file, |(stem, _)| stem)
    }
}

/// How an application is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignatureKind {
    /// CMS SignedData (RFC 5652), detached over `content` or attached.
    Cms,
    /// Raw signatures over digests with the certificate, as JSON.
    Digests,
    /// XMLDSig; references name members.
    Xml,
}

impl SignatureKind {
    /// Returns the name in the manifest, `cms`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cms => "cms",
            Self::Digests => "digests",
            Self::Xml => "xml",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Cms, Self::Digests, Self::Xml].into_iter().find(|kind| kind.name() == name)
    }
}

/// The file that holds the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureFile<'a> {
    /// How it is signed.
    pub kind: SignatureKind,
    /// The member.
    pub member: String,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What a detached CMS signature is over: the member and its bytes.
    pub content: Option<(String, &'a [u8])>,
}

impl<'a> Application<'a> {
    /// Returns the form and the attachments with their bytes: what a signature ought to cover.
    pub fn files(&self) -> impl Iterator<Item = (&str, &'a [u8])> {
        let form = (self.form_member.as_str(), self.form_bytes);
        std::iter::once(form).chain(self.attachments.iter().map(|a| (a.member.as_str(), a.bytes)))
    }
}

/// An application that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Which of the manifest, from 0.
    pub index: usize,
    /// The receipt number, if it has one.
    pub receipt: Option<String>,
    /// The procedure's code, if the site may send it.
    pub procedure: Option<String>,
    /// Why, with position and remedy.
    pub refusal: Refusal,
}

impl<'a> Parcel<'a> {
    /// Reads a parcel with a `manifest.json`.
    ///
    /// # Errors
    /// What refuses the parcel whole: `bad-manifest`, `unknown-site`, `bad-parcel-name`,
    /// `no-applications`, `too-many-applications`, `unknown-key`, `missing-key`, `double-receipt`.
    pub fn read(site: &Site, manifest: &[u8], members: &'a dyn Members) -> Result<Self, Refusal> {
        let manifest = Manifest::parse(manifest)?;
        Self::of_manifest(site, manifest, members, MANIFEST)
    }

    /// Reads a parcel, whichever manifest it has.
    ///
    /// # Errors
    /// As [`Parcel::read`] and [`Parcel::read_egov`]; `no-manifest`.
    pub fn open(
        site: &Site,
        arrival: &Arrival<'_>,
        members: &'a dyn Members,
    ) -> Result<Self, Refusal> {
        match (members.get(MANIFEST), members.get(KOUSEI)) {
            (Some(manifest), None) => Self::read(site, manifest, members),
            (None, Some(kousei)) => Self::read_egov(site, arrival, kousei, members),
            _ => Err(refusal::no_manifest()),
        }
    }

    fn of_manifest(
        site: &Site,
        manifest: Manifest,
        members: &'a dyn Members,
        file: &str,
    ) -> Result<Self, Refusal> {
        let place = |refusal: Refusal, column: &str| refusal::at(refusal, file, 0, column.into());
        if manifest.site != site.site {
            let refusal = refusal::unknown_site(&manifest.site, &site.site);
            return Err(place(refusal, "site"));
        }
        if SenderId::parse(&manifest.parcel).is_none() {
            return Err(place(refusal::bad_parcel_name(), "parcel"));
        }
        let mut receipts = BTreeSet::new();
        for entry in &manifest.entries {
            if let Some(receipt) = entry.receipt.as_deref().filter(|r| !receipts.insert(*r)) {
                let column = entry.key("receipt");
                return Err(place(refusal::double_receipt(receipt), &column));
            }
        }
        let mut parcel = Self {
            site: manifest.site,
            parcel: manifest.parcel,
            applications: Vec::with_capacity(manifest.entries.len()),
            set_aside: Vec::new(),
            unlisted: Vec::new(),
        };
        let mut listed = BTreeSet::from([MANIFEST.to_owned(), KOUSEI.to_owned()]);
        for (index, entry) in manifest.entries.into_iter().enumerate() {
            listed.extend(entry.members().map(str::to_owned));
            let receipt = entry.receipt.clone();
            let known = |code: &String| site.procedures.contains(code);
            let procedure = entry.procedure.clone().filter(known);
            match application(site, entry, members, file) {
                Ok(application) => parcel.applications.push(application),
                Err(refusal) => {
                    parcel.set_aside.push(SetAside { index, receipt, procedure, refusal });
                }
            }
        }
        let unlisted = members.names().into_iter().filter(|name| !listed.contains(*name));
        parcel.unlisted = unlisted.map(str::to_owned).collect();
        Ok(parcel)
    }
}

fn application<'a>(
    site: &Site,
    entry: Entry,
    members: &'a dyn Members,
    file: &str,
) -> Result<Application<'a>, Refusal> {
    let place = |key: &str, refusal: Refusal| refusal::at(refusal, file, 0, entry.key(key));
    if let Some((key, refusal)) = &entry.broken {
        return Err(place(key, refusal.clone()));
    }
    let text = |key: &str, value: &Option<String>| {
        value.clone().ok_or_else(|| place(key, refusal::missing_key(key)))
    };
    let receipt = text("receipt", &entry.receipt)?;
    if !is_receipt(&receipt) {
        return Err(place("receipt", refusal::bad_receipt()));
    }
    let received_at = text("received_at", &entry.received_at)?;
    let received_at = Moment::parse_rfc3339(&received_at)
        .ok_or_else(|| place("received_at", refusal::bad_received_at()))?;
    let procedure = text("procedure", &entry.procedure)?;
    if !site.procedures.contains(&procedure) {
        return Err(place("procedure", refusal::unknown_procedure(&procedure)));
    }
    let form_member = text("form", &entry.form)?;
    let kind = text("signature.kind", &entry.signature_kind);
    let Ok(kind) = kind else { return Err(place("signature", refusal::missing_signature())) };
    let kind = SignatureKind::parse(&kind)
        .ok_or_else(|| place("signature.kind", refusal::unknown_signature_kind()))?;
    let signature_member = text("signature.file", &entry.signature_file)?;
    if entry.attachments.len() > ATTACHMENTS_MAX {
        return Err(place("attachments", refusal::too_many_attachments(ATTACHMENTS_MAX)));
    }
    let mut named = BTreeSet::new();
    let folder = entry.in_folder.then(|| format!("{receipt}/"));
    let member = |key: &str, name: &str| {
        if folder.as_ref().is_some_and(|folder| !name.starts_with(folder)) {
            return Err(place(key, refusal::foreign_member(name)));
        }
        members.get(name).ok_or_else(|| place(key, refusal::missing_member(name)))
    };
    let form_bytes = member("form", &form_member)?;
    named.insert(form_member.clone());
    let mut attachments = Vec::with_capacity(entry.attachments.len());
    for (i, (name, title)) in entry.attachments.iter().enumerate() {
        let key = format!("attachments[{i}]");
        let bytes = member(&key, name)?;
        if !named.insert(name.clone()) {
            return Err(place(&key, refusal::double_member(name)));
        }
        attachments.push(Attachment { member: name.clone(), title: title.clone(), bytes });
    }
    let bytes = member("signature.file", &signature_member)?;
    let content = match &entry.signature_content {
        Some(name) => Some((name.clone(), member("signature.content", name)?)),
        None => None,
    };
    let signature = SignatureFile { kind, member: signature_member, bytes, content };
    let form = read_form(&form_member, form_bytes)?;
    Ok(Application {
        receipt,
        received_at,
        procedure,
        recipient: entry.recipient.clone().unwrap_or_default(),
        form_member,
        form_bytes,
        form,
        attachments,
        signature,
    })
}

/// Reads a form by the ending of its member's name, `.json` or `.xml`.
///
/// # Errors
/// `unknown-form`, `bad-form` with line and column, `empty-form`.
pub fn read_form(name: &str, bytes: &[u8]) -> Result<Form, Refusal> {
    let lower = name.to_ascii_lowercase();
    let read = match lower.rsplit_once('.').map(|(_, ending)| ending) {
        Some("json") => read_json(bytes, &FORM_LIMITS),
        Some("xml") => read_xml(bytes, &FORM_LIMITS),
        _ => return Err(refusal::at(refusal::unknown_form(name), name, 0, String::new())),
    };
    match read {
        Ok(form) if form.is_empty() => {
            Err(refusal::at(refusal::empty_form(), name, 0, String::new()))
        }
        Ok(form) => Ok(form),
        Err(Unreadable { line, column, rule }) => {
            let refusal = refusal::bad_form(&rule.japanese(), &rule.english());
            Err(refusal::at(refusal, name, line, column.to_string()))
        }
    }
}

/// Whether a receipt number is 1 to 40 letters, digits and hyphens.
pub fn is_receipt(text: &str) -> bool {
    (1..=RECEIPT_LEN_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests;
