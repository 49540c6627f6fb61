//! What a signature refers to: the whole document, an element by its id, a file by its name.

use std::borrow::Cow;

use lanes::Hash;

use super::algorithm::{digest_method, transforms, Transforms};
use super::document::{Document, Kind, NodeId, NO_NAMESPACE, XML_DECLARATION};
use super::rule::{Refused, Rule};
use super::structure::{base64_value, children, must_be, refused, Read};

/// A Reference as it stands in SignedInfo or a Manifest, its target not yet looked for.
#[derive(Debug)]
pub(super) struct Reference<'t> {
    pub element: NodeId,
    pub target: Target<'t>,
    pub claims_manifest: bool,
    pub transforms: Transforms,
    pub hash: Hash,
    pub digest: Vec<u8>,
}

/// What a URI leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target<'t> {
    /// `URI=""`: the document without its comments.
    Document,
    /// `URI="#id"`: the element that bears the id, without its comments.
    Id(Cow<'t, str>),
    /// `URI="name"`: the bytes of the file with this name.
    File(Cow<'t, str>),
}

/// Reads a Reference (XML Signature 1.1 §4.4.3).
pub(super) fn reference<'t>(document: &Document<'t>, element: NodeId) -> Read<Reference<'t>> {
    must_be(document, element, "Reference")?;
    let all = children(document, element)?;
    let (transforms, method, value) = match all.as_slice() {
        [named, method, value] => {
            must_be(document, *named, "Transforms")?;
            (transforms(document, *named)?, *method, *value)
        }
        [method, value] => (Transforms { enveloped: false, canonical: None }, *method, *value),
        _ => return Err(refused(document, element, Rule::Structure)),
    };
    must_be(document, method, "DigestMethod")?;
    must_be(document, value, "DigestValue")?;
    let uri = document.attribute(element, "URI").ok_or(refused(document, element, Rule::NoUri))?;
    let target = target(uri).map_err(|rule| refused(document, element, rule))?;
    if matches!(target, Target::File(_)) && (transforms.enveloped || transforms.canonical.is_some())
    {
        // A file is signed as the bytes that it is.
        return Err(refused(document, element, Rule::Transform));
    }
    let hash = digest_method(document, method)?;
    let digest = base64_value(document, value)?;
    if digest.len() != hash.digest_len() {
        return Err(refused(document, value, Rule::DigestValue));
    }
    let claims_manifest = document.attribute(element, "Type").as_deref() == Some(MANIFEST);
    Ok(Reference { element, target, claims_manifest, transforms, hash, digest })
}

/// Reads a URI: nothing leaves the document but a bare file name.
fn target(uri: Cow<'_, str>) -> Result<Target<'_>, Rule> {
    if uri.is_empty() {
        return Ok(Target::Document);
    }
    if let Some(fragment) = uri.strip_prefix('#') {
        if fragment.starts_with("xpointer(") {
            return Err(Rule::Xpointer);
        }
        let id = percent_decoded(fragment)?;
        return if id.is_empty() { Err(Rule::BadUri) } else { Ok(Target::Id(id.into())) };
    }
    if uri.contains(['/', '\\', ':', '?', '#']) {
        return Err(Rule::ExternalUri);
    }
    let name = percent_decoded(&uri)?;
    let leads_away = name.contains(['/', '\\', ':']) || name == "." || name == "..";
    if leads_away || name.chars().any(char::is_control) {
        return Err(Rule::ExternalUri);
    }
    Ok(Target::File(name.into()))
}

/// Undoes percent-encoding of UTF-8 (RFC 3986 §2.1, RFC 3987 §3.2).
fn percent_decoded(text: &str) -> Result<String, Rule> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digit = |at: usize| {
            let byte = after.get(at).ok_or(Rule::BadUri)?;
            char::from(*byte).to_digit(16).ok_or(Rule::BadUri)
        };
        bytes.push((digit(0)? * 16 + digit(1)?) as u8);
        rest = &after[2..];
    }
    String::from_utf8(bytes).map_err(|_| Rule::BadUri)
}

/// Finds the elements that bear the ids of `references`, in their order, in one walk; `None` for a
/// reference that names no id.
///
/// An id stands in an attribute `Id`, `ID` or `id` without namespace or in `xml:id`: without a DTD
/// no attribute has the type ID. One that stands twice is refused, whichever elements bear it.
pub(super) fn resolve_ids(
    document: &Document<'_>,
    references: &[Reference<'_>],
) -> Read<Vec<Option<NodeId>>> {
    let mut wanted: Vec<(&str, Option<NodeId>)> = Vec::new();
    for reference in references {
        if let Target::Id(id) = &reference.target {
            wanted.push((id, None));
        }
    }
    wanted.sort_unstable();
    wanted.dedup();
    if !wanted.is_empty() {
        find(document, &mut wanted)?;
    }
    let found = references.iter().map(|reference| match &reference.target {
        Target::Id(id) => {
            let at = wanted.binary_search_by(|(known, _)| (*known).cmp(id.as_ref()));
            let (_, element) = wanted[at.expect("every id of a reference is wanted")];
            element.map(Some).ok_or(refused(document, reference.element, Rule::UnknownId))
        }
        Target::Document | Target::File(_) => Ok(None),
    });
    found.collect()
}

fn find(document: &Document<'_>, wanted: &mut [(&str, Option<NodeId>)]) -> Result<(), Refused> {
    for (at, node) in document.nodes.iter().enumerate() {
        if node.kind != Kind::Element {
            continue;
        }
        let element = NodeId(at as u32);
        for attribute in document.attributes_of(element) {
            let is_id = match attribute.namespace {
                NO_NAMESPACE => matches!(attribute.local, "Id" | "ID" | "id"),
                namespace => {
                    attribute.local == "id"
                        && document.uri(namespace) == document.uri(XML_DECLARATION)
                }
            };
            if !is_id {
                continue;
            }
            let value = super::characters::attribute_value(attribute.raw);
            let Ok(place) = wanted.binary_search_by(|(id, _)| (*id).cmp(value.as_ref())) else {
                continue;
            };
            if wanted[place].1.replace(element).is_some() {
                return Err(refused(document, element, Rule::DuplicateId));
            }
        }
    }
    Ok(())
}

/// The Type of a reference to a Manifest (XML Signature 1.1 §5.1).
const MANIFEST: &str = "http://www.w3.org/2000/09/xmldsig#Manifest";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_names_the_document_an_id_or_a_bare_file() {
        for (uri, expected) in [
            ("", Ok(Target::Document)),
            ("#a", Ok(Target::Id("a".into()))),
            ("#%E6%A7%8B%E6%88%90", Ok(Target::Id("構成".into()))),
            ("#構成", Ok(Target::Id("構成".into()))),
            ("%E7%94%B3%E8%AB%8B.xml", Ok(Target::File("申請.xml".into()))),
            ("a%20b.pdf", Ok(Target::File("a b.pdf".into()))),
            ("#", Err(Rule::BadUri)),
            ("#%E6%A7", Err(Rule::BadUri)),
            ("a%2", Err(Rule::BadUri)),
            ("a%zz", Err(Rule::BadUri)),
            ("#xpointer(/)", Err(Rule::Xpointer)),
            ("#xpointer(id('a'))", Err(Rule::Xpointer)),
            ("http://example.org/a", Err(Rule::ExternalUri)),
            ("file:a", Err(Rule::ExternalUri)),
            ("/etc/passwd", Err(Rule::ExternalUri)),
            ("../a", Err(Rule::ExternalUri)),
            ("..", Err(Rule::ExternalUri)),
            ("%2E%2E", Err(Rule::ExternalUri)),
            ("a%2Fb", Err(Rule::ExternalUri)),
            ("a%5Cb", Err(Rule::ExternalUri)),
            ("a%00", Err(Rule::ExternalUri)),
            ("a.xml#b", Err(Rule::ExternalUri)),
            ("a?b", Err(Rule::ExternalUri)),
        ] {
            assert_eq!(target(uri.into()), expected, "{uri}");
        }
    }
}
