//! XML into the flat list of fields, without document types and without a guess.

use std::borrow::Cow;

use encoding_rs::SHIFT_JIS;
use roxmltree::{Document, Node, ParsingOptions};

use super::{is_key, Form, Kind, Limits, Rule, Unreadable};

/// The namespace of an enveloped signature, which is no field (XMLDSig 1.1, clause 1.3).
const XMLDSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Forms have a handful of attributes in one element.
const ATTRIBUTES_MAX: usize = 64;
/// Forms declare a handful of namespaces.
const NAMESPACES_MAX: usize = 256;

/// Reads an XML document: every element below the root that has only text is a field.
///
/// Paths are the elements' local names without the root; an element that comes more than once
/// among its siblings gets its index, `児童[0].氏名`. An attribute is a field of its own,
/// `氏名.@kind`, unless it is of a namespace (`xsi:type`). Elements of an enveloped signature are
/// left out. UTF-8, or Shift_JIS if the
/// declaration says so; a document type declaration is refused, so no entity is ever expanded.
///
/// # Errors
/// [`Unreadable`] with line and column where the rule was broken.
pub fn read_xml(bytes: &[u8], limits: &Limits) -> Result<Form, Unreadable> {
    let nowhere = |rule| Unreadable { line: 0, column: 0, rule };
    if bytes.len() > limits.bytes {
        return Err(nowhere(Rule::Bytes(limits.bytes)));
    }
    let text = decode(bytes).ok_or(nowhere(Rule::Encoding))?;
    check_attributes(&text).map_err(nowhere)?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: u32::try_from(limits.fields.saturating_mul(8)).unwrap_or(u32::MAX),
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(&text, options).map_err(|e| {
        let rule = match e {
            roxmltree::Error::DtdDetected => Rule::DocumentType,
            roxmltree::Error::NodesLimitReached => Rule::Fields(limits.fields),
            roxmltree::Error::DuplicatedAttribute(..) => Rule::DuplicateKey,
            _ => Rule::NotXml,
        };
        let at = e.pos();
        Unreadable { line: u64::from(at.row), column: u64::from(at.col), rule }
    })?;
    let mut reading = Reading {
        form: Form { text: String::with_capacity(bytes.len()), spans: Vec::with_capacity(32) },
        path: String::with_capacity(64),
        depth: 0,
        limits,
    };
    let root = document.root_element();
    reading.walk(root).map_err(|(rule, node)| {
        let at = document.text_pos_at(node.range().start);
        Unreadable { line: u64::from(at.row), column: u64::from(at.col), rule }
    })?;
    Ok(reading.form)
}

/// Decodes by the declaration's encoding; UTF-8 without one (XML 1.0, 4.3.3).
pub(crate) fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let head = &bytes[..bytes.len().min(120)];
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let declared = head.split("?>").next().filter(|head| head.starts_with("<?xml"));
    let is_sjis = |d: &str| ["shift_jis", "windows-31j"].iter().any(|name| d.contains(name));
    if declared.is_some_and(is_sjis) {
        return SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).ok().map(Cow::Borrowed)
}

/// Bounds the attributes before the parser, which compares each with all others of its element and
/// hands every namespace down: 80,000 in one element take it minutes.
fn check_attributes(text: &str) -> Result<(), Rule> {
    if text.matches("xmlns").take(NAMESPACES_MAX + 1).count() > NAMESPACES_MAX {
        return Err(Rule::Attributes(NAMESPACES_MAX));
    }
    let mut rest = text;
    while let Some((_, tag)) = rest.split_once('<') {
        let skipped = [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>"), ("!", ">")]
            .into_iter()
            .find(|(open, _)| tag.starts_with(open));
        // What is never closed is the parser's to refuse.
        let next = match skipped {
            Some((_, close)) => tag.split_once(close).map(|(_, next)| next),
            None => after_tag(tag)?,
        };
        let Some(next) = next else { return Ok(()) };
        rest = next;
    }
    Ok(())
}

/// Returns what follows a tag, if it ends and has not too many attributes.
fn after_tag(tag: &str) -> Result<Option<&str>, Rule> {
    let (mut quote, mut attributes) = (None, 0);
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Ok(Some(&tag[at + 1..])),
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'=') => attributes += 1,
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        if attributes > ATTRIBUTES_MAX {
            return Err(Rule::Attributes(ATTRIBUTES_MAX));
        }
    }
    Ok(None)
}

struct Reading<'l> {
    form: Form,
    path: String,
    depth: usize,
    limits: &'l Limits,
}

type Broken<'d> = (Rule, Node<'d, 'd>);

impl Reading<'_> {
    /// Reads the children of an element whose path is reached.
    fn walk<'d>(&mut self, element: Node<'d, 'd>) -> Result<(), Broken<'d>> {
        let path_len = self.path.len();
        if self.depth > self.limits.depth {
            return Err((Rule::Depth(self.limits.depth), element));
        }
        for attribute in element.attributes().filter(|a| a.namespace().is_none()) {
            self.path.push_str(if path_len > 0 { ".@" } else { "@" });
            self.path.push_str(attribute.name());
            self.leaf(element, attribute.value())?;
            self.path.truncate(path_len);
        }
        let is_field = |child: &Node<'d, 'd>| {
            child.is_element() && child.tag_name().namespace() != Some(XMLDSIG)
        };
        let children: Vec<Node<'d, 'd>> = element.children().filter(is_field).collect();
        if children.is_empty() {
            return self.text(element);
        }
        let loose = |child: &Node<'d, 'd>| {
            child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty())
        };
        if let Some(text) = element.children().find(loose) {
            return Err((Rule::MixedContent, text));
        }
        let indices = indices(&children);
        for (child, index) in children.iter().zip(indices) {
            let name = child.tag_name().name();
            if !is_key(name) {
                return Err((Rule::Key, *child));
            }
            if path_len > 0 {
                self.path.push('.');
            }
            self.path.push_str(name);
            if let Some(index) = index {
                self.path.push('[');
                self.path.push_str(itoa::Buffer::new().format(index));
                self.path.push(']');
            }
            self.depth += 1;
            self.walk(*child)?;
            self.depth -= 1;
            self.path.truncate(path_len);
        }
        Ok(())
    }

    fn text<'d>(&mut self, element: Node<'d, 'd>) -> Result<(), Broken<'d>> {
        if self.path.is_empty() {
            return match element.text().is_some_and(|text| !text.trim().is_empty()) {
                true => Err((Rule::NotAnObject, element)),
                false => Ok(()),
            };
        }
        // Comments and CDATA split the text of one element into several nodes.
        let texts = element.children().filter(|child| child.is_text());
        let mut texts = texts.map(|child| child.text().unwrap_or_default());
        let first = texts.next().unwrap_or_default();
        match texts.next() {
            None => self.leaf(element, first),
            Some(second) => {
                let joined: String = [first, second].into_iter().chain(texts).collect();
                self.leaf(element, &joined)
            }
        }
    }

    fn leaf<'d>(&mut self, element: Node<'d, 'd>, value: &str) -> Result<(), Broken<'d>> {
        if self.path.len() > self.limits.path_bytes {
            return Err((Rule::PathBytes(self.limits.path_bytes), element));
        }
        if value.len() > self.limits.value_bytes {
            return Err((Rule::ValueBytes(self.limits.value_bytes), element));
        }
        if self.form.len() == self.limits.fields {
            return Err((Rule::Fields(self.limits.fields), element));
        }
        let path = std::mem::take(&mut self.path);
        self.form.push(&path, value, Kind::Text);
        self.path = path;
        Ok(())
    }
}

/// Returns every child's index among those of its name, or `None` for the only one.
fn indices(children: &[Node<'_, '_>]) -> Vec<Option<usize>> {
    let mut by_name: std::collections::BTreeMap<&str, (usize, usize)> = Default::default();
    for child in children {
        by_name.entry(child.tag_name().name()).or_default().0 += 1;
    }
    let mut index = |child: &Node<'_, '_>| {
        let (count, next) = by_name.get_mut(child.tag_name().name()).expect("counted above");
        *next += 1;
        (*count > 1).then(|| *next - 1)
    };
    children.iter().map(&mut index).collect()
}

#[cfg(test)]
mod tests {
    use super::super::FORM_LIMITS;
    use super::*;

    fn rule(text: &str) -> Rule {
        read_xml(text.as_bytes(), &FORM_LIMITS).expect_err("it breaks a rule").rule
    }

    #[test]
    fn elements_become_dotted_paths_and_repeated_ones_get_their_index() {
        let text = "<?xml version=\"1.0\"?><申請 版=\"1\"><氏名>星 <!-- c -->花子</氏名>\
            <児童><名>一</名></児童><児童><名><![CDATA[<二>]]></名></児童><空/>\
            <Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X>1</X></Signature></申請>";
        let form = read_xml(text.as_bytes(), &FORM_LIMITS).expect("a form");
        let fields: Vec<_> = form.fields().map(|f| (f.path, f.value)).collect();
        assert_eq!(
            fields,
            [
                ("@版", "1"),
                ("氏名", "星 花子"),
                ("児童[0].名", "一"),
                ("児童[1].名", "<二>"),
                ("空", ""),
            ]
        );
    }

    #[test]
    fn a_form_in_shift_jis_is_read_and_a_broken_one_is_not() {
        let (bytes, ..) =
            SHIFT_JIS.encode("<?xml version='1.0' encoding='Shift_JIS'?><a><b>髙</b></a>");
        assert_eq!(read_xml(&bytes, &FORM_LIMITS).expect("a form").get("b"), Some("髙"));
        let broken = b"<?xml version='1.0' encoding='Shift_JIS'?><a><b>\x81</b></a>";
        assert_eq!(read_xml(broken, &FORM_LIMITS).map_err(|e| e.rule), Err(Rule::Encoding));
    }

    #[test]
    fn every_hostile_xml_is_refused_by_its_rule() {
        let deep = format!("<r>{}{}</r>", "<a>".repeat(500), "</a>".repeat(500));
        let deeper = format!("<r>{}{}</r>", "<a>".repeat(50_000), "</a>".repeat(50_000));
        let wide = format!("<r {}/>", (0..80_000).map(|i| format!("a{i}='' ")).collect::<String>());
        let spaces = format!("<r>{}</r>", "<a xmlns:x='u'>".repeat(3_000));
        let many = format!("<r>{}</r>", "<a>1</a>".repeat(20_000));
        let long = format!("<r><a>{}</a></r>", "x".repeat(40_000));
        let bomb = "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><r><x>&b;</x></r>";
        let outside = "<!DOCTYPE r SYSTEM \"file:///etc/hosts\"><r><x>1</x></r>";
        for (text, expected) in [
            (deep.as_str(), Rule::Depth(12)),
            (&deeper, Rule::Fields(2_000)),
            (&wide, Rule::Attributes(64)),
            (&spaces, Rule::Attributes(256)),
            ("<!-- <a b='", Rule::NotXml),
            (&many, Rule::Fields(2_000)),
            (&long, Rule::ValueBytes(32 << 10)),
            (bomb, Rule::DocumentType),
            (outside, Rule::DocumentType),
            ("<r><x>&undefined;</x></r>", Rule::NotXml),
            ("<r>text<x>1</x></r>", Rule::MixedContent),
            ("<r>text</r>", Rule::NotAnObject),
            ("<r><x a='1' a='2'/></r>", Rule::DuplicateKey),
            ("<r><x>1</y></r>", Rule::NotXml),
            ("<r><x.y>1</x.y></r>", Rule::Key),
            ("", Rule::NotXml),
        ] {
            assert_eq!(rule(text), expected, "{}", &text[..text.len().min(40)]);
        }
    }
}
