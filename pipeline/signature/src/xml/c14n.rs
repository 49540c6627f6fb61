//! Canonical XML 1.0 and Exclusive XML Canonicalization 1.0, of a document or one subtree of it.
//!
//! <https://www.w3.org/TR/2001/REC-xml-c14n-20010315>, <https://www.w3.org/TR/xml-exc-c14n/>.

mod escape;

use super::document::{
    Attribute, Document, Kind, Node, NodeId, CDATA_CLOSE, CDATA_OPEN, DEFAULT_PREFIX, NO_NAMESPACE,
    XML_DECLARATION, XML_PREFIX,
};
use super::rule::{Refused, Rule};

/// Which of the four methods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// Inclusive or exclusive.
    pub namespaces: Namespaces,
    /// With or without comments.
    pub comments: Comments,
}

/// Which namespace declarations a subtree takes along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Namespaces {
    /// Canonical XML 1.0: all that are in scope, and the `xml:` attributes of the ancestors.
    Inclusive,
    /// Exclusive: those that are used, and those whose prefixes the PrefixList of
    /// InclusiveNamespaces has (`#default` for none).
    Exclusive {
        /// The PrefixList, one prefix an entry.
        listed: Vec<String>,
    },
}

/// What becomes of comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comments {
    /// Left out.
    Dropped,
    /// Written.
    Kept,
}

impl Method {
    /// Canonical XML 1.0 without comments, which holds where a signature names none.
    pub const INCLUSIVE: Method =
        Method { namespaces: Namespaces::Inclusive, comments: Comments::Dropped };

    /// Exclusive canonicalization without comments and without a list.
    pub const EXCLUSIVE: Method = Method {
        namespaces: Namespaces::Exclusive { listed: Vec::new() },
        comments: Comments::Dropped,
    };
}

/// What takes the octets of a canonical form as they come: a `Vec`, or a digest that is being fed.
pub trait Sink {
    /// Takes the next octets.
    fn put(&mut self, octets: &[u8]);
    /// Returns the number of octets taken so far.
    fn taken(&self) -> usize;
}

impl Sink for Vec<u8> {
    #[inline]
    fn put(&mut self, octets: &[u8]) {
        self.extend_from_slice(octets);
    }

    #[inline]
    fn taken(&self) -> usize {
        self.len()
    }
}

/// A sink that passes the octets on to a function and counts them.
pub struct Fed<F: FnMut(&[u8])> {
    feed: F,
    taken: usize,
}

impl<F: FnMut(&[u8])> Fed<F> {
    /// Returns a sink that calls `feed` with pieces of the canonical form in their order.
    pub fn new(feed: F) -> Self {
        Fed { feed, taken: 0 }
    }
}

impl<F: FnMut(&[u8])> Sink for Fed<F> {
    fn put(&mut self, octets: &[u8]) {
        (self.feed)(octets);
        self.taken += octets.len();
    }

    fn taken(&self) -> usize {
        self.taken
    }
}

/// What of a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subset {
    /// The root of the document, or the element whose subtree is written.
    pub apex: NodeId,
    /// The element that is left out with all that is in it (the enveloped signature).
    pub left_out: Option<NodeId>,
}

/// Writes the canonical form of `subset` to `sink`, until that has taken `max` octets or all.
///
/// # Errors
/// A namespace name that is a relative reference ([`Rule::RelativeNamespace`]; Canonical XML §1.3
/// demands that it fails) and a form longer than `max` ([`Rule::CanonicalSize`]; exclusive forms
/// can be as long as the square of the document). `sink` then has taken part of the form.
pub fn write<S: Sink>(
    document: &Document<'_>,
    subset: Subset,
    method: &Method,
    max: usize,
    sink: &mut S,
) -> Result<(), Refused> {
    Writer::new(document, method, max, sink).subset(subset)
}

/// Returns the canonical form; a shorthand for [`write()`] with a `Vec`.
///
/// # Errors
/// As [`write()`].
pub fn canonical(
    document: &Document<'_>,
    subset: Subset,
    method: &Method,
    max: usize,
) -> Result<Vec<u8>, Refused> {
    let mut octets = Vec::new();
    write(document, subset, method, max, &mut octets)?;
    Ok(octets)
}

struct Writer<'a, 't, S> {
    document: &'a Document<'t>,
    exclusive: bool,
    comments: Comments,
    max: usize,
    sink: &'a mut S,
    root_element: NodeId,
    /// Per prefix: the declaration in scope, and the one last written.
    scope: Vec<u32>,
    written: Vec<u32>,
    /// Per prefix: whether it is on the PrefixList.
    listed: Vec<bool>,
    open: Vec<Open>,
    scope_before: Vec<(u16, u32)>,
    written_before: Vec<(u16, u32)>,
    /// The declarations of the tag being written; kept for its memory.
    tag: Vec<(u16, u32)>,
}

/// An element whose end tag is still to come, and how much was to be undone when it began.
struct Open {
    node: u32,
    scope_len: u32,
    written_len: u32,
}

impl<'a, 't, S: Sink> Writer<'a, 't, S> {
    fn new(document: &'a Document<'t>, method: &Method, max: usize, sink: &'a mut S) -> Self {
        let prefixes = document.prefixes.len();
        let mut scope = vec![NO_NAMESPACE; prefixes];
        scope[usize::from(XML_PREFIX)] = XML_DECLARATION;
        let mut listed = vec![false; prefixes];
        if let Namespaces::Exclusive { listed: names } = &method.namespaces {
            for (prefix, listed) in document.prefixes.iter().zip(&mut listed) {
                let name = if prefix.is_empty() { "#default" } else { prefix };
                *listed = names.iter().any(|n| n == name);
            }
        }
        Writer {
            document,
            exclusive: method.namespaces != Namespaces::Inclusive,
            comments: method.comments,
            max,
            sink,
            root_element: document.root_element(),
            written: scope.clone(),
            scope,
            listed,
            open: Vec::new(),
            scope_before: Vec::new(),
            written_before: Vec::new(),
            tag: Vec::new(),
        }
    }

    fn subset(&mut self, subset: Subset) -> Result<(), Refused> {
        let Subset { apex, left_out } = subset;
        let after = self.document.node(apex).after;
        let mut at = apex.0;
        if self.document.node(apex).kind == Kind::Element {
            self.inherit_scope(apex);
        } else {
            at += 1;
        }
        while at < after {
            self.close_up_to(at);
            if left_out.is_some_and(|left_out| left_out.0 == at) {
                at = self.document.nodes[at as usize].after;
                continue;
            }
            let node = &self.document.nodes[at as usize];
            match node.kind {
                Kind::Text => escape::text(self.sink, self.document.slice(node)),
                Kind::Element => self.start_tag(at, at == apex.0)?,
                Kind::CharacterData => {
                    let section = self.document.slice(node);
                    let inner = &section[CDATA_OPEN.len()..section.len() - CDATA_CLOSE.len()];
                    escape::literal(self.sink, inner);
                }
                Kind::Comment if self.comments == Comments::Dropped => {}
                Kind::Comment | Kind::Instruction => self.aside(at, node),
                Kind::Root => unreachable!("the root is the first node only"),
            }
            if self.sink.taken() > self.max {
                return Err(self.refused(at, Rule::CanonicalSize));
            }
            at += 1;
        }
        self.close_up_to(after);
        Ok(())
    }

    /// Puts into scope what the ancestors of the apex declare.
    fn inherit_scope(&mut self, apex: NodeId) {
        let mut ancestors = Vec::new();
        let mut above = self.document.parent(apex);
        while let Some(ancestor) = above {
            ancestors.push(ancestor);
            above = self.document.parent(ancestor);
        }
        for ancestor in ancestors.into_iter().rev() {
            for declaration in self.document.node(ancestor).declarations.clone() {
                let prefix = self.document.declarations[declaration as usize].prefix;
                self.scope[usize::from(prefix)] = declaration;
            }
        }
    }

    /// Writes the end tags of the elements that end before node `at`.
    fn close_up_to(&mut self, at: u32) {
        while let Some(open) = self.open.last() {
            let node = &self.document.nodes[open.node as usize];
            if node.after > at {
                break;
            }
            self.sink.put(b"</");
            self.sink.put(node.name.as_bytes());
            self.sink.put(b">");
            for (prefix, before) in self.scope_before.drain(open.scope_len as usize..).rev() {
                self.scope[usize::from(prefix)] = before;
            }
            for (prefix, before) in self.written_before.drain(open.written_len as usize..).rev() {
                self.written[usize::from(prefix)] = before;
            }
            self.open.pop();
        }
    }

    fn start_tag(&mut self, at: u32, is_apex: bool) -> Result<(), Refused> {
        let node = &self.document.nodes[at as usize];
        let scope_len = self.scope_before.len() as u32;
        let written_len = self.written_before.len() as u32;
        self.open.push(Open { node: at, scope_len, written_len });
        self.sink.put(b"<");
        self.sink.put(node.name.as_bytes());
        self.declarations(at, node, is_apex)?;
        let attributes = self.document.attributes_of(NodeId(at));
        if is_apex && !self.exclusive {
            self.attributes_with_inherited(NodeId(at))?;
        } else {
            for attribute in attributes {
                self.attribute(attribute);
            }
        }
        self.sink.put(b">");
        Ok(())
    }

    /// The namespace axis of an element: what differs from what its output ancestors wrote.
    fn declarations(&mut self, at: u32, node: &Node<'_>, is_apex: bool) -> Result<(), Refused> {
        self.tag.clear();
        for declaration in node.declarations.clone() {
            let prefix = self.document.declarations[declaration as usize].prefix;
            let scope = &mut self.scope[usize::from(prefix)];
            self.scope_before.push((prefix, std::mem::replace(scope, declaration)));
            if !self.exclusive || self.listed[usize::from(prefix)] {
                self.declare(prefix);
            }
        }
        if is_apex {
            for prefix in 0..self.scope.len() as u16 {
                if !self.exclusive || self.listed[usize::from(prefix)] {
                    self.declare(prefix);
                }
            }
        }
        if self.exclusive {
            self.declare(node.prefix);
            for attribute in self.document.attributes_of(NodeId(at)) {
                if attribute.prefix != DEFAULT_PREFIX {
                    self.declare(attribute.prefix);
                }
            }
        }
        if self.tag.len() > 1 {
            let prefixes = &self.document.prefixes;
            self.tag.sort_unstable_by_key(|(prefix, _)| prefixes[usize::from(*prefix)]);
        }
        let document = self.document;
        for (prefix, declaration) in &self.tag {
            let uri = document.uri(*declaration);
            if !uri.is_empty() && !is_absolute(uri) {
                return Err(self.refused(at, Rule::RelativeNamespace));
            }
            self.sink.put(if *prefix == DEFAULT_PREFIX { b" xmlns" } else { b" xmlns:" });
            self.sink.put(document.prefixes[usize::from(*prefix)].as_bytes());
            self.sink.put(b"=\"");
            escape::value(self.sink, uri);
            self.sink.put(b"\"");
        }
        Ok(())
    }

    /// Notes that a prefix is to be declared in this tag, unless the output has it so already.
    fn declare(&mut self, prefix: u16) {
        let (scope, written) = (self.scope[usize::from(prefix)], self.written[usize::from(prefix)]);
        if prefix == XML_PREFIX || scope == written {
            return;
        }
        if self.document.uri(scope) != self.document.uri(written) {
            self.tag.push((prefix, scope));
        }
        self.written_before.push((prefix, written));
        self.written[usize::from(prefix)] = scope;
    }

    /// The attributes of an inclusive apex: its own, and the nearest `xml:` ones of its ancestors
    /// (Canonical XML §2.4), in their common order.
    fn attributes_with_inherited(&mut self, apex: NodeId) -> Result<(), Refused> {
        let mut attributes: Vec<&Attribute<'_>> =
            self.document.attributes_of(apex).iter().collect();
        let mut above = self.document.parent(apex);
        let own = attributes.len();
        while let Some(ancestor) = above {
            for attribute in self.document.attributes_of(ancestor) {
                let known = |a: &&Attribute<'_>| {
                    a.namespace == XML_DECLARATION && a.local == attribute.local
                };
                if attribute.prefix != XML_PREFIX || attributes.iter().any(known) {
                    continue;
                }
                if attributes.len() == own + MAX_INHERITED {
                    return Err(self.refused(ancestor.0, Rule::Limit));
                }
                attributes.push(attribute);
            }
            above = self.document.parent(ancestor);
        }
        let key = |a: &&Attribute<'t>| (self.document.uri(a.namespace), a.local);
        attributes.sort_by(|a, b| key(a).cmp(&key(b)));
        for attribute in attributes {
            self.attribute(attribute);
        }
        Ok(())
    }

    fn attribute(&mut self, attribute: &Attribute<'_>) {
        self.sink.put(b" ");
        self.sink.put(attribute.name.as_bytes());
        self.sink.put(b"=\"");
        escape::written_value(self.sink, attribute.raw);
        self.sink.put(b"\"");
    }

    /// A comment or instruction; outside the root element it has a line of its own (§2.3).
    fn aside(&mut self, at: u32, node: &Node<'_>) {
        let outside = node.parent == 0;
        let before_root = outside && at < self.root_element.0;
        if outside && !before_root {
            self.sink.put(b"\n");
        }
        let written = self.document.slice(node);
        if node.kind == Kind::Comment {
            escape::lines(self.sink, written);
        } else {
            let data = &written[2 + node.name.len()..written.len() - 2];
            let data = data.trim_start_matches([' ', '\t', '\n', '\r']);
            self.sink.put(b"<?");
            self.sink.put(node.name.as_bytes());
            if !data.is_empty() {
                self.sink.put(b" ");
                escape::lines(self.sink, data);
            }
            self.sink.put(b"?>");
        }
        if before_root {
            self.sink.put(b"\n");
        }
    }

    fn refused(&self, at: u32, rule: Rule) -> Refused {
        Refused { offset: self.document.nodes[at as usize].start as usize, rule }
    }
}

/// Returns whether a namespace name has a scheme (RFC 3986 §3.1).
fn is_absolute(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}

/// How many `xml:` attributes an apex takes from its ancestors; XML defines four.
const MAX_INHERITED: usize = 64;
