//! Reads well-formed XML 1.0 with namespaces and without a DTD, in one pass.

use memchr::{memchr, memchr3, memmem};

use super::characters::{attribute_value, first_forbidden, ncname_len, reference};
use super::document::{
    Attribute, Declaration, Document, Kind, Node, NodeId, CDATA_CLOSE, CDATA_OPEN, DEFAULT_PREFIX,
    NO_NAMESPACE, XMLNS_NAMESPACE, XML_DECLARATION, XML_NAMESPACE, XML_PREFIX,
};
use super::limit::{
    MAX_ALL_ATTRIBUTES, MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH, MAX_NAME_LEN, MAX_NODES, MAX_PREFIXES,
};
use super::rule::{Refused, Rule};

type Read<T> = Result<T, Refused>;

/// Reads the whole document.
pub(super) fn read(bytes: &[u8]) -> Read<Document<'_>> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if bytes.len() > MAX_BYTES {
        return Err(Refused { offset: MAX_BYTES, rule: Rule::Limit });
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Refused { offset: error.valid_up_to(), rule: Rule::Encoding })?;
    if let Some(offset) = first_forbidden(text) {
        return Err(Refused { offset, rule: Rule::Character });
    }
    let mut reader = Reader::new(text);
    reader.declaration()?;
    reader.content()?;
    Ok(reader.document)
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    document: Document<'t>,
    /// Per prefix the declaration in scope.
    bound: Vec<u32>,
    open: Vec<Open>,
    /// What `bound` was before the declarations of the elements that are open.
    shadowed: Vec<(u16, u32)>,
}

struct Open {
    node: u32,
    shadowed_len: u32,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let xml = Declaration { prefix: XML_PREFIX, uri: XML_NAMESPACE.into() };
        let tags = memchr::memchr_iter(b'<', text.as_bytes()).count().min(MAX_NODES);
        let mut nodes = Vec::with_capacity((tags + tags / 2 + 2).min(MAX_NODES));
        nodes.push(Node {
            kind: Kind::Root,
            prefix: 0,
            local_at: 0,
            name: "",
            start: 0,
            end: text.len() as u32,
            parent: 0,
            after: 0,
            namespace: NO_NAMESPACE,
            attributes: 0..0,
            declarations: 0..0,
        });
        let document = Document {
            text,
            nodes,
            attributes: Vec::new(),
            declarations: vec![xml],
            prefixes: vec!["", "xml"],
        };
        Reader {
            text,
            bytes: text.as_bytes(),
            at: 0,
            document,
            bound: vec![NO_NAMESPACE, XML_DECLARATION],
            open: Vec::new(),
            shadowed: Vec::new(),
        }
    }

    /// XMLDecl (§2.8): version 1.0, the encodings that UTF-8 bytes may be called.
    fn declaration(&mut self) -> Read<()> {
        let starts = self.bytes.starts_with(b"<?xml") && self.bytes.get(5).is_some_and(is_space);
        if !starts {
            return Ok(());
        }
        let end = memmem::find(self.bytes, b"?>").ok_or(self.refused(Rule::Unclosed))?;
        let mut rest = &self.text[5..end];
        let version = pseudo_attribute(&mut rest, "version");
        let encoding = pseudo_attribute(&mut rest, "encoding");
        let standalone = pseudo_attribute(&mut rest, "standalone");
        if version != Some("1.0")
            || !matches!(standalone, None | Some("yes" | "no"))
            || !rest.trim_matches(SPACES).is_empty()
        {
            return Err(self.refused(Rule::Declaration));
        }
        let named = |name: &str| encoding.is_some_and(|e| e.eq_ignore_ascii_case(name));
        if !(encoding.is_none() || named("utf-8") || (named("us-ascii") && self.text.is_ascii())) {
            return Err(self.refused(Rule::Encoding));
        }
        self.at = end + 2;
        Ok(())
    }

    fn content(&mut self) -> Read<()> {
        while self.at < self.bytes.len() {
            if self.bytes[self.at] != b'<' {
                self.text()?;
                continue;
            }
            match self.bytes.get(self.at + 1) {
                Some(b'/') => self.end_tag()?,
                Some(b'!') => self.markup()?,
                Some(b'?') => self.instruction()?,
                Some(_) => self.start_tag()?,
                None => return Err(self.refused(Rule::Unclosed)),
            }
        }
        if !self.open.is_empty() || !self.has_root_element() {
            return Err(self.refused(Rule::Unclosed));
        }
        self.document.nodes[0].after = self.document.nodes.len() as u32;
        Ok(())
    }

    /// Character data up to the next tag (§2.4).
    fn text(&mut self) -> Read<()> {
        let start = self.at;
        if self.open.is_empty() {
            let rest = &self.bytes[start..];
            self.at = start + rest.iter().position(|b| !is_space(b)).unwrap_or(rest.len());
            let next = self.bytes.get(self.at);
            return if next.is_none_or(|b| *b == b'<') {
                Ok(())
            } else {
                Err(self.refused(Rule::OutsideRoot))
            };
        }
        loop {
            let Some(found) = memchr3(b'<', b'&', b'>', &self.bytes[self.at..]) else {
                self.at = self.bytes.len();
                return Err(self.refused(Rule::Unclosed));
            };
            self.at += found;
            match self.bytes[self.at] {
                b'<' => break,
                b'&' => self.reference()?,
                _ if self.bytes[start..self.at].ends_with(b"]]") => {
                    return Err(self.refused(Rule::CharacterData));
                }
                _ => self.at += 1,
            }
        }
        self.append(Kind::Text, start, "")?;
        Ok(())
    }

    fn reference(&mut self) -> Read<()> {
        let (_, len) = reference(&self.text[self.at..]).ok_or(self.refused(Rule::Entity))?;
        self.at += len;
        Ok(())
    }

    /// `<!`: a comment, a CDATA section, or a document type declaration, which is refused.
    fn markup(&mut self) -> Read<()> {
        let start = self.at;
        let rest = &self.bytes[start..];
        if rest.starts_with(b"<!--") {
            let dashes = self.find(start + 4, b"--")?;
            if self.bytes.get(dashes + 2) != Some(&b'>') {
                return Err(Refused { offset: dashes, rule: Rule::Comment });
            }
            self.at = dashes + 3;
            self.append(Kind::Comment, start, "")?;
        } else if rest.starts_with(CDATA_OPEN.as_bytes()) && !self.open.is_empty() {
            self.at = self.find(start + CDATA_OPEN.len(), CDATA_CLOSE.as_bytes())? + 3;
            self.append(Kind::CharacterData, start, "")?;
        } else if rest.starts_with(b"<!DOCTYPE") {
            return Err(self.refused(Rule::Doctype));
        } else {
            return Err(self.refused(Rule::Tag));
        }
        Ok(())
    }

    /// `<?` (§2.6); its target has no colon (Namespaces §7) and is not `xml`.
    fn instruction(&mut self) -> Read<()> {
        let start = self.at;
        let len = ncname_len(self.bytes, self.text, start + 2);
        let target = &self.text[start + 2..start + 2 + len];
        let then = start + 2 + len;
        let end = self.find(then, b"?>")?;
        let separate = then == end || is_space(&self.bytes[then]);
        if len == 0 || len > MAX_NAME_LEN || target.eq_ignore_ascii_case("xml") || !separate {
            return Err(self.refused(Rule::Instruction));
        }
        self.at = end + 2;
        self.append(Kind::Instruction, start, target)?;
        Ok(())
    }

    fn start_tag(&mut self) -> Read<()> {
        let start = self.at;
        if self.open.is_empty() && self.has_root_element() {
            return Err(self.refused(Rule::OutsideRoot));
        }
        self.at += 1;
        let (name, prefix_len) = self.qualified_name()?;
        let first_attribute = self.document.attributes.len();
        let first_declaration = self.document.declarations.len();
        let shadowed_len = self.shadowed.len() as u32;
        let empty = loop {
            let spaces = self.skip_spaces();
            match self.bytes.get(self.at) {
                Some(b'>') => break false,
                Some(b'/') => break true,
                None => return Err(self.refused(Rule::Unclosed)),
                Some(_) if spaces == 0 => return Err(self.refused(Rule::Tag)),
                Some(_) => self.attribute(first_attribute, first_declaration)?,
            }
        };
        self.at += if empty { 2 } else { 1 };
        if empty && self.bytes.get(self.at - 1) != Some(&b'>') {
            return Err(self.refused(Rule::Tag));
        }
        self.resolve_attributes(first_attribute, start)?;
        let prefix = self.prefix(&name[..prefix_len])?;
        let namespace = self.namespace(prefix, start)?;
        let attributes = first_attribute as u32..self.document.attributes.len() as u32;
        let declarations = first_declaration as u32..self.document.declarations.len() as u32;
        let id = self.append(Kind::Element, start, name)?;
        let node = &mut self.document.nodes[id.0 as usize];
        node.prefix = prefix;
        node.local_at = if prefix_len == 0 { 0 } else { prefix_len as u16 + 1 };
        node.namespace = namespace;
        node.attributes = attributes;
        node.declarations = declarations;
        if self.open.len() == MAX_DEPTH {
            return Err(self.refused(Rule::Limit));
        }
        self.open.push(Open { node: id.0, shadowed_len });
        if empty {
            self.close();
        }
        Ok(())
    }

    fn end_tag(&mut self) -> Read<()> {
        let Some(open) = self.open.last() else {
            return Err(self.refused(Rule::OutsideRoot));
        };
        let name = self.document.nodes[open.node as usize].name;
        let tag = &self.bytes[self.at + 2..];
        if !begins_with(tag, name) {
            return Err(self.refused(Rule::Mismatch));
        }
        let spaces = tag[name.len()..].iter().take_while(|b| is_space(b)).count();
        match tag.get(name.len() + spaces) {
            Some(b'>') => {}
            None => return Err(self.refused(Rule::Unclosed)),
            Some(_) => return Err(self.refused(Rule::Mismatch)),
        }
        self.at += 2 + name.len() + spaces + 1;
        self.close();
        Ok(())
    }

    /// Ends the innermost open element at the present place.
    fn close(&mut self) {
        let open = self.open.pop().expect("the caller has an open element");
        let after = self.document.nodes.len() as u32;
        let node = &mut self.document.nodes[open.node as usize];
        node.end = self.at as u32;
        node.after = after;
        for (prefix, before) in self.shadowed.drain(open.shadowed_len as usize..).rev() {
            self.bound[usize::from(prefix)] = before;
        }
    }

    /// One attribute or namespace declaration (§3.1, Namespaces §3).
    fn attribute(&mut self, first_attribute: usize, first_declaration: usize) -> Read<()> {
        let start = self.at;
        let (name, prefix_len) = self.qualified_name()?;
        self.skip_spaces();
        if self.bytes.get(self.at) != Some(&b'=') {
            return Err(self.refused(Rule::Tag));
        }
        self.at += 1;
        self.skip_spaces();
        let quote = match self.bytes.get(self.at) {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => return Err(self.refused(Rule::Tag)),
        };
        let value_at = self.at + 1;
        let len = memchr(quote, &self.bytes[value_at..]).ok_or(self.refused(Rule::Unclosed))?;
        let raw = &self.text[value_at..value_at + len];
        self.at = value_at;
        while let Some(found) = memchr::memchr2(b'<', b'&', &self.bytes[self.at..value_at + len]) {
            self.at += found;
            if self.bytes[self.at] == b'<' {
                return Err(self.refused(Rule::CharacterData));
            }
            self.reference()?;
        }
        self.at = value_at + len + 1;

        let (prefix, local) = match prefix_len {
            0 => ("", name),
            len => (&name[..len], &name[len + 1..]),
        };
        let of_tag = (self.document.attributes.len() - first_attribute)
            + (self.document.declarations.len() - first_declaration);
        if of_tag == MAX_ATTRIBUTES || self.document.attributes.len() == MAX_ALL_ATTRIBUTES {
            return Err(Refused { offset: start, rule: Rule::Limit });
        }
        match (prefix, local) {
            ("", "xmlns") => self.declare("", raw, first_declaration, start),
            ("xmlns", _) => self.declare(local, raw, first_declaration, start),
            _ => {
                let prefix = self.prefix(prefix)?;
                let namespace = NO_NAMESPACE;
                self.document.attributes.push(Attribute { name, local, prefix, namespace, raw });
                Ok(())
            }
        }
    }

    /// Binds a prefix for the element whose tag is being read (Namespaces §3, §5).
    fn declare(&mut self, prefix: &'t str, raw: &'t str, first: usize, at: usize) -> Read<()> {
        let uri = attribute_value(raw);
        let reserved = uri == XMLNS_NAMESPACE || (prefix != "xml") == (uri == XML_NAMESPACE);
        if prefix == "xmlns" || reserved || (uri.is_empty() && !prefix.is_empty()) {
            return Err(Refused { offset: at, rule: Rule::Namespace });
        }
        let prefix = self.prefix(prefix)?;
        // `first` is how many declarations stood before this tag: those from it on are its own.
        let before = self.bound[usize::from(prefix)];
        if before != NO_NAMESPACE && before as usize >= first {
            return Err(Refused { offset: at, rule: Rule::DuplicateAttribute });
        }
        self.bound[usize::from(prefix)] = self.document.declarations.len() as u32;
        self.shadowed.push((prefix, before));
        self.document.declarations.push(Declaration { prefix, uri });
        Ok(())
    }

    /// Gives the attributes of a tag their namespaces and their canonical order.
    fn resolve_attributes(&mut self, first: usize, tag: usize) -> Read<()> {
        for at in first..self.document.attributes.len() {
            let prefix = self.document.attributes[at].prefix;
            if prefix != DEFAULT_PREFIX {
                self.document.attributes[at].namespace = self.namespace(prefix, tag)?;
            }
        }
        let Document { attributes, declarations, .. } = &mut self.document;
        let of_tag = &mut attributes[first..];
        if of_tag.len() < 2 {
            return Ok(());
        }
        let uri = |a: &Attribute| declarations.get(a.namespace as usize).map_or("", |d| &d.uri);
        of_tag.sort_unstable_by(|a, b| uri(a).cmp(uri(b)).then_with(|| a.local.cmp(b.local)));
        if of_tag.windows(2).any(|two| two[0].local == two[1].local && uri(&two[0]) == uri(&two[1]))
        {
            return Err(Refused { offset: tag, rule: Rule::DuplicateAttribute });
        }
        Ok(())
    }

    fn namespace(&self, prefix: u16, at: usize) -> Read<u32> {
        let declaration = self.bound[usize::from(prefix)];
        if declaration == NO_NAMESPACE && prefix != DEFAULT_PREFIX {
            return Err(Refused { offset: at, rule: Rule::UnboundPrefix });
        }
        Ok(declaration)
    }

    /// Returns the number of a prefix; there are few, so they are looked for one by one.
    fn prefix(&mut self, prefix: &'t str) -> Read<u16> {
        if prefix.is_empty() {
            return Ok(DEFAULT_PREFIX);
        }
        let prefixes = &mut self.document.prefixes;
        if let Some(at) = prefixes
            .iter()
            .position(|known| begins_with(known.as_bytes(), prefix) && known.len() == prefix.len())
        {
            return Ok(at as u16);
        }
        if prefixes.len() == MAX_PREFIXES {
            return Err(self.refused(Rule::Limit));
        }
        prefixes.push(prefix);
        self.bound.push(NO_NAMESPACE);
        Ok(prefixes.len() as u16 - 1)
    }

    /// QName (Namespaces §4); returns it and the length of its prefix, 0 for none.
    fn qualified_name(&mut self) -> Read<(&'t str, usize)> {
        let start = self.at;
        let len = ncname_len(self.bytes, self.text, start);
        let colon = self.bytes.get(start + len) == Some(&b':');
        let more = if colon { ncname_len(self.bytes, self.text, start + len + 1) } else { 0 };
        let whole = if colon { len + 1 + more } else { len };
        if len == 0 || (colon && more == 0) || whole > MAX_NAME_LEN {
            return Err(self.refused(Rule::Name));
        }
        self.at += whole;
        Ok((&self.text[start..self.at], if colon { len } else { 0 }))
    }

    fn skip_spaces(&mut self) -> usize {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(is_space) {
            self.at += 1;
        }
        self.at - start
    }

    fn find(&self, from: usize, what: &[u8]) -> Read<usize> {
        let found = self.bytes.get(from..).and_then(|rest| memmem::find(rest, what));
        found.map(|at| from + at).ok_or(self.refused(Rule::Unclosed))
    }

    /// Appends a node that reaches from `start` to the present place.
    fn append(&mut self, kind: Kind, start: usize, name: &'t str) -> Read<NodeId> {
        let id = self.document.nodes.len() as u32;
        if id as usize == MAX_NODES {
            return Err(self.refused(Rule::Limit));
        }
        self.document.nodes.push(Node {
            kind,
            prefix: DEFAULT_PREFIX,
            local_at: 0,
            name,
            start: start as u32,
            end: self.at as u32,
            parent: self.open.last().map_or(0, |open| open.node),
            after: id + 1,
            namespace: NO_NAMESPACE,
            attributes: 0..0,
            declarations: 0..0,
        });
        Ok(NodeId(id))
    }

    fn has_root_element(&self) -> bool {
        self.document.nodes.iter().skip(1).any(|node| node.kind == Kind::Element)
    }

    fn refused(&self, rule: Rule) -> Refused {
        Refused { offset: self.at, rule }
    }
}

/// `starts_with` for names, which are too short for a call of the C library.
fn begins_with(bytes: &[u8], name: &str) -> bool {
    bytes.len() >= name.len() && bytes.iter().zip(name.as_bytes()).all(|(a, b)| a == b)
}

fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Takes ` name="value"` off the front of the XML declaration, if it stands there.
fn pseudo_attribute<'t>(rest: &mut &'t str, name: &str) -> Option<&'t str> {
    let spaced = rest.trim_start_matches(SPACES);
    if spaced.len() == rest.len() {
        return None;
    }
    let value = spaced.strip_prefix(name)?.trim_start_matches(SPACES).strip_prefix('=')?;
    let value = value.trim_start_matches(SPACES);
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, after) = value[1..].split_once(quote)?;
    *rest = after;
    Some(value)
}

const SPACES: [char; 4] = [' ', '\t', '\n', '\r'];
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
