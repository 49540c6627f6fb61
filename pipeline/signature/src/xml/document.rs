//! A document as Canonical XML needs it: every node in document order, names and values as written.
//!
//! The tree is an array in document order over spans of the text, so canonical output is one walk
//! and mostly copies. `roxmltree` is the second opinion in the tests but not the tree here, because
//! Canonical XML needs prefixes and namespace declarations as written, and it keeps resolved names.
//! Its 0.21.2 also takes a second default declaration in one tag (`<a xmlns="x" xmlns="y"/>`, which
//! is not well-formed), takes `p:xmlns="x"` for one, keeps a CR before a character reference, and
//! copies all namespaces in scope at every element that declares one.

use std::borrow::Cow;
use std::ops::Range;

use super::characters::{attribute_value, text_value};
use super::reader;
use super::rule::Refused;

/// A well-formed document without a DTD, in document order.
#[derive(Debug)]
pub struct Document<'t> {
    pub(super) text: &'t str,
    pub(super) nodes: Vec<Node<'t>>,
    pub(super) attributes: Vec<Attribute<'t>>,
    pub(super) declarations: Vec<Declaration<'t>>,
    pub(super) prefixes: Vec<&'t str>,
}

/// The place of a node in its document; nodes are numbered in document order, the root is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Root,
    Element,
    Text,
    CharacterData,
    Comment,
    Instruction,
}

#[derive(Debug)]
pub(super) struct Node<'t> {
    pub kind: Kind,
    /// Of an element: its prefix, as an index into `prefixes`.
    pub prefix: u16,
    /// Of an element: bytes of its qualified name up to the local part.
    pub local_at: u16,
    /// The name as written, or the target of an instruction.
    pub name: &'t str,
    pub start: u32,
    pub end: u32,
    pub parent: u32,
    /// The first node after the subtree.
    pub after: u32,
    /// The declaration that gives the element its namespace, or `NO_NAMESPACE`.
    pub namespace: u32,
    pub attributes: Range<u32>,
    pub declarations: Range<u32>,
}

/// Attributes of one element lie sorted by namespace and local name, as Canonical XML writes them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'t> {
    pub name: &'t str,
    pub local: &'t str,
    pub prefix: u16,
    pub namespace: u32,
    pub raw: &'t str,
}

#[derive(Debug)]
pub(super) struct Declaration<'t> {
    pub prefix: u16,
    pub uri: Cow<'t, str>,
}

impl<'t> Document<'t> {
    /// Reads a document; the bounds are those of [`super::limit`].
    ///
    /// # Errors
    /// What is not UTF-8, not well-formed (XML 1.0, Namespaces in XML 1.0), has a DTD or exceeds a
    /// bound is refused with the place.
    pub fn read(bytes: &'t [u8]) -> Result<Self, Refused> {
        reader::read(bytes)
    }

    /// Returns the text that was read, without a byte order mark.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Returns the root of the tree, which is above the root element.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// Returns the root element.
    pub fn root_element(&self) -> NodeId {
        self.elements(self.root()).next().expect("a document has a root element")
    }

    /// Returns the bytes of the text over which a node stands, tags included.
    pub fn span(&self, node: NodeId) -> Range<usize> {
        let node = self.node(node);
        node.start as usize..node.end as usize
    }

    /// Returns the child elements in document order.
    pub fn elements(&self, parent: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(parent).filter(|child| self.node(*child).kind == Kind::Element)
    }

    /// Returns every element of the document in document order.
    pub fn all_elements(&self) -> impl Iterator<Item = NodeId> + '_ {
        let nodes = self.nodes.iter().enumerate();
        nodes.filter(|(_, node)| node.kind == Kind::Element).map(|(at, _)| NodeId(at as u32))
    }

    /// Returns whether `inner` is `outer` or stands in it.
    pub fn contains(&self, outer: NodeId, inner: NodeId) -> bool {
        outer.0 <= inner.0 && inner.0 < self.node(outer).after
    }

    /// Returns the node above, `None` for the root.
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        (node.0 != 0).then(|| NodeId(self.node(node).parent))
    }

    /// Returns namespace name (empty for none) and local name of an element.
    pub fn element_name(&self, element: NodeId) -> (&str, &'t str) {
        let node = self.node(element);
        (self.uri(node.namespace), &node.name[usize::from(node.local_at)..])
    }

    /// Returns whether an element has this namespace name and this local name.
    pub fn is(&self, element: NodeId, namespace: &str, local: &str) -> bool {
        self.node(element).kind == Kind::Element && self.element_name(element) == (namespace, local)
    }

    /// Returns the value of an attribute in no namespace.
    pub fn attribute(&self, element: NodeId, local: &str) -> Option<Cow<'t, str>> {
        let attributes = self.attributes_of(element).iter();
        let mut named = attributes.filter(|a| a.namespace == NO_NAMESPACE && a.local == local);
        named.next().map(|a| attribute_value(a.raw))
    }

    /// Returns the text of an element that holds nothing but text, `None` when it holds more:
    /// a comment within a value makes readers disagree about it.
    pub fn only_text(&self, element: NodeId) -> Option<Cow<'t, str>> {
        let node = self.node(element);
        let mut value = Cow::Borrowed("");
        for child in &self.nodes[element.0 as usize + 1..node.after as usize] {
            let piece = match child.kind {
                Kind::Text => text_value(self.slice(child)),
                Kind::CharacterData => text_value_of_character_data(self.slice(child)),
                _ => return None,
            };
            if value.is_empty() {
                value = piece;
            } else {
                value.to_mut().push_str(&piece);
            }
        }
        Some(value)
    }

    /// Returns whether no processing instruction stands before or after the root element.
    pub(super) fn has_nothing_outside_root_element(&self) -> bool {
        !self.children(self.root()).any(|child| self.node(child).kind == Kind::Instruction)
    }

    pub(super) fn children(&self, parent: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let after = self.node(parent).after;
        let mut at = parent.0 + 1;
        std::iter::from_fn(move || {
            (at < after).then(|| {
                let child = NodeId(at);
                at = self.node(child).after;
                child
            })
        })
    }

    pub(super) fn attributes_of(&self, element: NodeId) -> &[Attribute<'t>] {
        let range = &self.node(element).attributes;
        &self.attributes[range.start as usize..range.end as usize]
    }

    pub(super) fn node(&self, node: NodeId) -> &Node<'t> {
        &self.nodes[node.0 as usize]
    }

    pub(super) fn slice(&self, node: &Node<'t>) -> &'t str {
        &self.text[node.start as usize..node.end as usize]
    }

    pub(super) fn uri(&self, declaration: u32) -> &str {
        self.declarations.get(declaration as usize).map_or("", |d| &d.uri)
    }
}

/// CDATA: nothing is a reference, but line ends are made LF.
fn text_value_of_character_data(section: &str) -> Cow<'_, str> {
    let inner = &section[CDATA_OPEN.len()..section.len() - CDATA_CLOSE.len()];
    if memchr::memchr(b'\r', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    Cow::Owned(inner.replace("\r\n", "\n").replace('\r', "\n"))
}

pub(super) const CDATA_OPEN: &str = "<![CDATA[";
pub(super) const CDATA_CLOSE: &str = "]]>";

/// No declaration: the element or attribute has no namespace.
pub(super) const NO_NAMESPACE: u32 = u32::MAX;

/// The declaration that binds `xml`, and the two prefixes every document has.
pub(super) const XML_DECLARATION: u32 = 0;
pub(super) const DEFAULT_PREFIX: u16 = 0;
pub(super) const XML_PREFIX: u16 = 1;

pub(super) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
pub(super) const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";
