//! JSON (RFC 8259) by a mapping of keys, one file an application, and back.

use super::carrier::{plain_number, Carrier, Source, Uncarried, Why, Written};
use super::{sorted, Back, Filing};
use crate::form::{is_key, read_json, FORM_LIMITS};
use crate::procedure::Slot;

/// How a value stands in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum As {
    #[default]
    Text,
    Number,
    Flag,
}

#[derive(Clone, Debug)]
pub(super) struct Key {
    pub carrier: Carrier,
    pub kind: As,
}

#[derive(Clone, Debug)]
pub(super) struct Json {
    root: Vec<(String, Node)>,
}

#[derive(Clone, Debug)]
enum Node {
    Leaf(Key),
    Object(Vec<(String, Node)>),
    /// A list of objects.
    Items(usize, Vec<(String, Node)>),
    /// A list of values.
    Values(usize, Key),
}

impl Json {
    /// Builds the tree of the keys.
    ///
    /// # Errors
    /// The name of the key and what is wrong with it.
    pub fn new(keys: Vec<Key>) -> Result<Self, (String, String)> {
        let mut root = Vec::new();
        for key in keys {
            let name = key.carrier.name.clone();
            let parts: Vec<&str> = name.split('.').collect();
            plant(&mut root, &parts, key).map_err(|why| (name.clone(), why))?;
        }
        Ok(Self { root })
    }

    pub fn convert(
        &self,
        filing: &Filing<'_>,
        written: &mut Written,
        out: &mut Vec<u8>,
    ) -> Result<(), Uncarried> {
        let mut writer = Writer { filing, written, out };
        writer.object(&self.root, 0)?;
        writer.out.push(b'\n');
        Ok(())
    }

    pub fn is_styled(&self, path: &str) -> bool {
        self.any(|key| {
            key.carrier.path() == Some(path)
                && (key.carrier.date.is_some() || key.kind == As::Number)
        })
    }

    fn any(&self, is: impl Fn(&Key) -> bool) -> bool {
        let mut found = false;
        walk(&self.root, &mut |key| found |= is(key));
        found
    }

    pub fn read_back(&self, file: &[u8]) -> Option<Back> {
        let found = read_json(file, &FORM_LIMITS).ok()?;
        let mut keys = std::collections::BTreeMap::new();
        walk(&self.root, &mut |key| {
            keys.insert(key.carrier.name.as_str(), key);
        });
        let (mut receipt, mut fields) = (None, Vec::new());
        for field in found.fields().filter(|field| field.kind != crate::form::Kind::Nothing) {
            let (name, item) = match field.path.split_once('[') {
                Some((before, rest)) => {
                    let (index, after) = rest.split_once(']')?;
                    (format!("{before}[]{after}"), index.parse().ok()?)
                }
                None => (field.path.to_owned(), 0),
            };
            let carrier = &keys.get(name.as_str())?.carrier;
            if carrier.is_receipt() {
                receipt = Some(field.value.to_owned());
            }
            if carrier.path().is_some() {
                fields.push(carrier.back(field.value, item)?);
            }
        }
        Some(Back { receipt, form: sorted(fields) })
    }
}

fn walk<'k>(nodes: &'k [(String, Node)], see: &mut impl FnMut(&'k Key)) {
    for (_, node) in nodes {
        match node {
            Node::Leaf(key) | Node::Values(_, key) => see(key),
            Node::Object(nodes) | Node::Items(_, nodes) => walk(nodes, see),
        }
    }
}

fn plant(nodes: &mut Vec<(String, Node)>, parts: &[&str], key: Key) -> Result<(), String> {
    let (first, rest) = parts.split_first().ok_or("the name is empty")?;
    let (name, is_list) = match first.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (*first, false),
    };
    if !is_key(name) {
        return Err("the name is not a path".into());
    }
    let list = match &key.carrier.source {
        Source::Field { slot: Slot::Item { group, .. }, item: None, .. } => Some(*group),
        _ => None,
    };
    let group = match (is_list, list) {
        (true, Some(group)) => group,
        (true, None) => return Err("only a list's field has [] in its name".into()),
        (false, Some(_)) if rest.is_empty() => {
            return Err("a list's field needs [] in its name".into());
        }
        (false, _) => 0,
    };
    let at = nodes.iter().position(|(earlier, _)| earlier == name);
    let Some(at) = at else {
        let node = match (rest.is_empty(), is_list) {
            (true, false) => Node::Leaf(key),
            (true, true) => Node::Values(group, key),
            (false, _) => {
                let mut inner = Vec::new();
                // Below the list the field is no list's any more.
                plant_below(&mut inner, rest, key, is_list)?;
                if is_list {
                    Node::Items(group, inner)
                } else {
                    Node::Object(inner)
                }
            }
        };
        nodes.push((name.to_owned(), node));
        return Ok(());
    };
    match (&mut nodes[at].1, rest.is_empty()) {
        (Node::Object(inner), false) if !is_list => plant(inner, rest, key),
        (Node::Items(known, inner), false) if is_list && *known == group => {
            plant_below(inner, rest, key, true)
        }
        _ => Err("the name stands twice or for two things".into()),
    }
}

fn plant_below(
    nodes: &mut Vec<(String, Node)>,
    parts: &[&str],
    key: Key,
    in_list: bool,
) -> Result<(), String> {
    if !in_list {
        return plant(nodes, parts, key);
    }
    let [name] = parts else { return Err("below a list there is one name".into()) };
    if !is_key(name) || nodes.iter().any(|(earlier, _)| earlier == name) {
        return Err("the name is no path or stands twice".into());
    }
    nodes.push(((*name).to_owned(), Node::Leaf(key)));
    Ok(())
}

struct Writer<'w, 'a> {
    filing: &'w Filing<'a>,
    written: &'w mut Written,
    out: &'w mut Vec<u8>,
}

impl Writer<'_, '_> {
    fn object(&mut self, nodes: &[(String, Node)], item: usize) -> Result<(), Uncarried> {
        self.out.push(b'{');
        let mut first = true;
        for (name, node) in nodes {
            let before = self.out.len();
            if !first {
                self.out.push(b',');
            }
            self.text(name);
            self.out.push(b':');
            match self.node(node, item)? {
                true => first = false,
                // An empty value has no key.
                false => self.out.truncate(before),
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn node(&mut self, node: &Node, item: usize) -> Result<bool, Uncarried> {
        match node {
            Node::Leaf(key) => self.value(key, item),
            Node::Object(nodes) => self.object(nodes, item).map(|()| true),
            Node::Items(group, nodes) => {
                self.list(*group, |writer, item| writer.object(nodes, item))
            }
            Node::Values(group, key) => self.list(*group, |writer, item| {
                if !writer.value(key, item)? {
                    writer.out.extend_from_slice(b"null");
                }
                Ok(())
            }),
        }
    }

    fn list(
        &mut self,
        group: usize,
        mut write: impl FnMut(&mut Self, usize) -> Result<(), Uncarried>,
    ) -> Result<bool, Uncarried> {
        self.out.push(b'[');
        for item in 0..self.filing.placed.items(group) {
            if item > 0 {
                self.out.push(b',');
            }
            write(self, item)?;
        }
        self.out.push(b']');
        Ok(true)
    }

    fn value(&mut self, key: &Key, item: usize) -> Result<bool, Uncarried> {
        let text = key.carrier.text(self.filing, item)?;
        self.written.note(self.filing, &key.carrier, item, 0);
        if text.is_empty() {
            return Ok(false);
        }
        match key.kind {
            As::Text => self.text(&text),
            As::Number => {
                let number = plain_number(&text);
                let number = number.ok_or_else(|| key.carrier.uncarried(item, Why::NotANumber))?;
                self.out.extend_from_slice(number.as_bytes());
            }
            As::Flag if matches!(&*text, "true" | "false") => {
                self.out.extend_from_slice(text.as_bytes());
            }
            As::Flag => return Err(key.carrier.uncarried(item, Why::NotAFlag)),
        }
        Ok(true)
    }

    fn text(&mut self, text: &str) {
        serde_json::to_writer(&mut *self.out, text).expect("a vector takes every text");
    }
}
