//! JSON into the flat list of fields, bounded and without double keys.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::Deserializer;

use super::{is_key, Form, Kind, Limits, Rule, Unreadable};

/// Beyond this a floating number has digits that JSON's readers disagree about (2^53).
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// Reads a JSON object (RFC 8259) in UTF-8, with or without a byte order mark.
///
/// A `null` is no field, an empty object or list has none; as an item of a list each of them is a
/// field without a value, so that the item counts. Numbers keep their value, not their spelling:
/// `1.50` becomes `1.5`.
///
/// # Errors
/// [`Unreadable`] with line and column where the rule was broken.
pub fn read_json(bytes: &[u8], limits: &Limits) -> Result<Form, Unreadable> {
    if bytes.len() > limits.bytes {
        return Err(Unreadable { line: 0, column: 0, rule: Rule::Bytes(limits.bytes) });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|e| not_utf8(bytes, e.valid_up_to()))?;
    let mut reading = Reading {
        form: Form { text: String::with_capacity(bytes.len()), spans: Vec::with_capacity(32) },
        path: String::with_capacity(64),
        depth: 0,
        limits,
    };
    let broken = RefCell::new(None);
    let mut json = serde_json::Deserializer::from_str(text);
    let node = Node { reading: &mut reading, broken: &broken };
    let read = node.deserialize(&mut json).and_then(|()| json.end());
    match read {
        Ok(()) => Ok(reading.form),
        Err(e) => {
            let rule = broken.take().unwrap_or(Rule::NotJson);
            Err(Unreadable { line: e.line() as u64, column: e.column() as u64, rule })
        }
    }
}

fn not_utf8(bytes: &[u8], at: usize) -> Unreadable {
    let line_start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1);
    let line = 1 + bytes[..at].iter().filter(|b| **b == b'\n').count() as u64;
    Unreadable { line, column: (at - line_start + 1) as u64, rule: Rule::Encoding }
}

struct Reading<'l> {
    form: Form,
    path: String,
    depth: usize,
    limits: &'l Limits,
}

/// Objects of forms have fewer keys than this; they are compared one by one.
const FEW: usize = 32;

/// The keys of one object.
#[derive(Default)]
struct Keys {
    few: Vec<Box<str>>,
    many: BTreeSet<Box<str>>,
}

impl Keys {
    fn len(&self) -> usize {
        self.few.len() + self.many.len()
    }

    /// Returns whether the key is new.
    fn insert(&mut self, key: Box<str>) -> bool {
        if self.many.is_empty() && self.few.len() < FEW {
            let is_new = !self.few.contains(&key);
            self.few.push(key);
            return is_new;
        }
        self.many.extend(self.few.drain(..));
        self.many.insert(key)
    }
}

/// One value, whose fields go to the form under the path reached.
struct Node<'r, 'l> {
    reading: &'r mut Reading<'l>,
    broken: &'r RefCell<Option<Rule>>,
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl Node<'_, '_> {
    fn refuse<E: Error>(&self, rule: Rule) -> E {
        let error = E::custom(rule.english());
        self.broken.replace(Some(rule));
        error
    }

    fn leaf<E: Error>(self, value: &str, kind: Kind) -> Result<(), E> {
        let (path, limits) = (&self.reading.path, self.reading.limits);
        if path.is_empty() {
            return Err(self.refuse(Rule::NotAnObject));
        }
        if path.len() > limits.path_bytes {
            return Err(self.refuse(Rule::PathBytes(limits.path_bytes)));
        }
        if value.len() > limits.value_bytes {
            return Err(self.refuse(Rule::ValueBytes(limits.value_bytes)));
        }
        if self.reading.form.len() == limits.fields {
            return Err(self.refuse(Rule::Fields(limits.fields)));
        }
        let path = std::mem::take(&mut self.reading.path);
        self.reading.form.push(&path, value, kind);
        self.reading.path = path;
        Ok(())
    }

    /// Keeps the place of an item that has no field.
    fn nothing<E: Error>(self) -> Result<(), E> {
        match self.reading.path.ends_with(']') {
            true => self.leaf("", Kind::Nothing),
            false => Ok(()),
        }
    }

    fn enter<E: Error>(&mut self) -> Result<(), E> {
        if self.reading.depth == self.reading.limits.depth {
            return Err(self.refuse(Rule::Depth(self.reading.limits.depth)));
        }
        self.reading.depth += 1;
        Ok(())
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.leaf(text, Kind::Text)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<(), E> {
        self.leaf(if flag { "true" } else { "false" }, Kind::Flag)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.leaf(itoa::Buffer::new().format(number), Kind::Number)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.leaf(itoa::Buffer::new().format(number), Kind::Number)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        if number.abs() >= EXACT_MAX {
            return Err(self.refuse(Rule::Number));
        }
        self.leaf(&number.to_string(), Kind::Number)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.reading.path.is_empty() {
            return Err(self.refuse(Rule::NotAnObject));
        }
        self.nothing()
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        if self.reading.path.is_empty() {
            return Err(self.refuse(Rule::NotAnObject));
        }
        self.enter()?;
        let path_len = self.reading.path.len();
        let mut len = 0;
        loop {
            self.reading.path.push('[');
            self.reading.path.push_str(itoa::Buffer::new().format(len));
            self.reading.path.push(']');
            let item = Node { reading: self.reading, broken: self.broken };
            let more = list.next_element_seed(item)?;
            self.reading.path.truncate(path_len);
            if more.is_none() {
                break;
            }
            len += 1;
        }
        self.reading.depth -= 1;
        match len {
            0 => self.nothing(),
            _ => Ok(()),
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        self.enter()?;
        let path_len = self.reading.path.len();
        let mut keys = Keys::default();
        while let Some(key) = object.next_key::<std::borrow::Cow<'de, str>>()? {
            if !is_key(&key) {
                return Err(self.refuse(Rule::Key));
            }
            if keys.len() == self.reading.limits.fields {
                return Err(self.refuse(Rule::Fields(self.reading.limits.fields)));
            }
            if path_len > 0 {
                self.reading.path.push('.');
            }
            self.reading.path.push_str(&key);
            if !keys.insert(key.into()) {
                return Err(self.refuse(Rule::DuplicateKey));
            }
            object.next_value_seed(Node { reading: self.reading, broken: self.broken })?;
            self.reading.path.truncate(path_len);
        }
        self.reading.depth -= 1;
        match keys.len() {
            0 => self.nothing(),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::FORM_LIMITS;
    use super::*;

    fn rule(text: &str) -> Rule {
        read_json(text.as_bytes(), &FORM_LIMITS).expect_err("it breaks a rule").rule
    }

    #[test]
    fn objects_and_lists_become_dotted_paths_in_order() {
        let text = r#"{"b":{"c":"x","d":[{"e":1},{"e":true},null]},"a":-1.50,"n":null,"z":[]}"#;
        let form = read_json(text.as_bytes(), &FORM_LIMITS).expect("a form");
        let fields: Vec<_> = form.fields().map(|f| (f.path, f.value, f.kind)).collect();
        assert_eq!(
            fields,
            [
                ("b.c", "x", Kind::Text),
                ("b.d[0].e", "1", Kind::Number),
                ("b.d[1].e", "true", Kind::Flag),
                ("b.d[2]", "", Kind::Nothing),
                ("a", "-1.5", Kind::Number),
            ]
        );
        let escaped = read_json(b"\xef\xbb\xbf{\"a\":\"\\u6f22\\n\"}", &FORM_LIMITS);
        assert_eq!(escaped.expect("a form").get("a"), Some("漢\n"));
    }

    #[test]
    fn every_hostile_json_is_refused_by_its_rule() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let many = format!("{{\"a\":[{}1]}}", "1,".repeat(5_000));
        let nulls = format!("{{\"a\":[{}null]}}", "null,".repeat(5_000));
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(40_000));
        let huge = format!("{{\"a\":\"{}\"}}", "x".repeat(2_000_000));
        let path = format!("{{\"{}\":1}}", "k".repeat(300));
        let late: String = (0..1_000).map(|i| format!("\"k{i}\":1,")).collect();
        let late = format!("{{{late}\"k500\":1}}");
        for (text, expected) in [
            (deep.as_str(), Rule::Depth(12)),
            (&many, Rule::Fields(2_000)),
            (&nulls, Rule::Fields(2_000)),
            (&long, Rule::ValueBytes(32 << 10)),
            (&huge, Rule::Bytes(1 << 20)),
            (&path, Rule::PathBytes(256)),
            ("{\"a\":1,\"a\":2}", Rule::DuplicateKey),
            (&late, Rule::DuplicateKey),
            ("{\"a\":{\"b\":1},\"a\":{\"c\":2}}", Rule::DuplicateKey),
            ("{\"a.b\":1}", Rule::Key),
            ("{\"\":1}", Rule::Key),
            ("{\"a[0]\":1}", Rule::Key),
            ("{\"a\":1e300}", Rule::Number),
            ("[1]", Rule::NotAnObject),
            ("\"x\"", Rule::NotAnObject),
            ("null", Rule::NotAnObject),
            ("{\"a\":1}{}", Rule::NotJson),
            ("{\"a\":NaN}", Rule::NotJson),
            ("{'a':1}", Rule::NotJson),
            ("", Rule::NotJson),
        ] {
            assert_eq!(rule(text), expected, "{}", &text[..text.len().min(40)]);
        }
    }

    #[test]
    fn trouble_has_line_and_column() {
        let at = |bytes: &[u8]| {
            let e = read_json(bytes, &FORM_LIMITS).expect_err("broken");
            (e.line, e.column, e.rule)
        };
        assert_eq!(at(b"{\n \"a\": x}"), (2, 7, Rule::NotJson));
        assert_eq!(at(b"{\n\"a\": \"\xff\"}"), (2, 7, Rule::Encoding));
    }
}
