//! A package of the e-Gov shape: `kousei.xml` with its signatures, and the files beside it.
//!
//! `DataRoot/構成情報[@ID]` (kōsei jōhō, what the package is made of) is signed by an id that is
//! percent-encoded in the reference, with inclusive canonical form; forms and attachments are
//! signed as files. Nothing obliges the sender to refer to every file, so each one is reported as
//! covered or not.

use std::borrow::Cow;

use super::document::{Document, NodeId};
use super::rule::{Refused, Rule};
use super::signature::{open, signatures, Covers, NamedIn, Opened};
use super::structure::refused;

/// The name of the document that makes a ZIP a package of this shape.
pub const COMPOSITION_FILE: &str = "kousei.xml";

/// A package whose signatures are opened.
#[derive(Debug)]
pub struct Package<'t> {
    /// `kousei.xml`.
    pub document: Document<'t>,
    /// 構成情報: the element that every signature covers.
    pub composition: NodeId,
    /// The files that 構成情報 names, in its order.
    pub listed: Vec<Listed<'t>>,
    /// The signatures in 署名情報, in document order; at least one.
    pub signatures: Vec<Opened>,
}

/// A file that 構成情報 names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<'t> {
    /// Its name.
    pub name: Cow<'t, str>,
    /// What it is.
    pub role: Role,
}

/// What a file of a package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// 申請書 (shinseisho), a form.
    Form,
    /// 添付書類 (tenpu shorui), an attachment.
    Attachment,
}

/// How a file stands to the signatures and to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileState {
    /// Whether every signature refers to it.
    pub covered: bool,
    /// Whether 構成情報 names it.
    pub listed: bool,
}

/// Opens `kousei.xml`; `files` are the names of the other files that lie beside it.
///
/// # Errors
/// [`Rule::PackageShape`] if it is of another shape; [`Rule::Wrapped`] if a signature does not
/// cover the very 構成情報 that is read, whatever else it covers; else what [`open`] says.
pub fn open_package<'t>(kousei: &'t [u8], files: &[&str]) -> Result<Package<'t>, Refused> {
    let document = Document::read(kousei)?;
    let root = document.root_element();
    let composition = only_child(&document, root, "構成情報")?;
    let place = only_child(&document, root, "署名情報")?;
    let all = signatures(&document)?;
    if document.element_name(root) != ("", "DataRoot") || all.is_empty() {
        return Err(refused(&document, root, Rule::PackageShape));
    }
    let mut opened = Vec::with_capacity(all.len());
    for signature in all {
        if document.parent(signature) != Some(place) {
            return Err(refused(&document, signature, Rule::Wrapped));
        }
        let one = open(&document, signature, files)?;
        if !one.parts.iter().any(|part| covers_all_of(&part.covers, part.named_in, composition)) {
            return Err(refused(&document, signature, Rule::Wrapped));
        }
        opened.push(one);
    }
    let listed = listed(&document, composition);
    Ok(Package { document, composition, listed, signatures: opened })
}

impl Package<'_> {
    /// Returns the octets of 構成情報 that were digested: what is to be read of it.
    pub fn composition_octets(&self) -> &[u8] {
        let parts = self.signatures.iter().flat_map(|one| one.parts.iter().map(move |p| (one, p)));
        let mut of_composition =
            parts.filter(|(_, part)| covers_all_of(&part.covers, part.named_in, self.composition));
        let octets = of_composition.next().and_then(|(one, part)| one.octets(part));
        octets.expect("every signature of a package covers 構成情報")
    }

    /// Returns the state of every file, in the order of the names that [`open_package`] was given.
    pub fn file_states(&self, files: &[&str]) -> Vec<FileState> {
        let covered: Vec<Vec<usize>> = self.signatures.iter().map(Opened::covered_files).collect();
        let state = |(index, name): (usize, &&str)| FileState {
            covered: covered.iter().all(|files| files.binary_search(&index).is_ok()),
            listed: self.listed.iter().any(|listed| listed.name == **name),
        };
        files.iter().enumerate().map(state).collect()
    }

    /// Returns the names that 構成情報 lists and the package lacks.
    pub fn missing<'a>(&'a self, files: &'a [&str]) -> impl Iterator<Item = &'a str> {
        let names = self.listed.iter().map(|listed| listed.name.as_ref());
        names.filter(|name| !files.contains(name))
    }
}

/// Whether a part of SignedInfo covers exactly this element, whole.
fn covers_all_of(covers: &Covers, named_in: NamedIn, element: NodeId) -> bool {
    match covers {
        Covers::Subtree { apex, without: None, .. } => {
            *apex == element && named_in == NamedIn::SignedInfo
        }
        _ => false,
    }
}

fn only_child(document: &Document<'_>, parent: NodeId, local: &str) -> Result<NodeId, Refused> {
    let mut children = document.elements(parent).filter(|e| document.is(*e, "", local));
    match (children.next(), children.next()) {
        (Some(child), None) => Ok(child),
        _ => Err(refused(document, parent, Rule::PackageShape)),
    }
}

/// 申請書属性情報/申請書ファイル名称 and 添付書類属性情報/添付書類ファイル名称.
fn listed<'t>(document: &Document<'t>, composition: NodeId) -> Vec<Listed<'t>> {
    let mut listed = Vec::new();
    for attributes in document.elements(composition) {
        let (role, name_element) = match document.element_name(attributes) {
            ("", "申請書属性情報") => (Role::Form, "申請書ファイル名称"),
            ("", "添付書類属性情報") => (Role::Attachment, "添付書類ファイル名称"),
            _ => continue,
        };
        for name in document.elements(attributes).filter(|e| document.is(*e, "", name_element)) {
            match document.only_text(name) {
                Some(text) if !text.trim().is_empty() => listed.push(Listed { name: text, role }),
                _ => {}
            }
        }
    }
    listed
}
