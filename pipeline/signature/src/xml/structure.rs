//! The shape of elements and values in a signature, read strictly.

use std::borrow::Cow;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;

use super::document::{Document, Kind, NodeId};
use super::rule::{Refused, Rule};

pub(super) type Read<T> = Result<T, Refused>;

/// The namespace of XML Signature.
pub(super) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Returns the refusal of a node.
pub(super) fn refused(document: &Document<'_>, node: NodeId, rule: Rule) -> Refused {
    Refused { offset: document.span(node).start, rule }
}

/// Returns the child elements of an element that has no text of its own but white space.
pub(super) fn children(document: &Document<'_>, parent: NodeId) -> Read<Vec<NodeId>> {
    let mut elements = Vec::new();
    for child in document.children(parent) {
        let node = document.node(child);
        match node.kind {
            Kind::Element => elements.push(child),
            Kind::Text if document.slice(node).bytes().all(|b| b.is_ascii_whitespace()) => {}
            Kind::Text | Kind::CharacterData => {
                return Err(refused(document, child, Rule::Structure));
            }
            Kind::Comment | Kind::Instruction | Kind::Root => {}
        }
    }
    Ok(elements)
}

/// Refuses an element that is not of XML Signature or has another name.
pub(super) fn must_be(document: &Document<'_>, element: NodeId, local: &str) -> Read<()> {
    if document.is(element, DSIG, local) {
        Ok(())
    } else {
        Err(refused(document, element, Rule::Structure))
    }
}

/// Returns the value of an attribute that must be there.
pub(super) fn required_attribute<'t>(
    document: &Document<'t>,
    element: NodeId,
    local: &str,
) -> Read<Cow<'t, str>> {
    document.attribute(element, local).ok_or(refused(document, element, Rule::Structure))
}

/// Returns the bytes of an element that holds base64 and nothing else (XML Schema base64Binary:
/// white space anywhere, canonical padding).
pub(super) fn base64_value(document: &Document<'_>, element: NodeId) -> Read<Vec<u8>> {
    let text = document.only_text(element).ok_or(refused(document, element, Rule::MixedValue))?;
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    STANDARD.decode(digits).map_err(|_| refused(document, element, Rule::Base64))
}
