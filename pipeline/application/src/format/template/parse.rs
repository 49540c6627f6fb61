//! A template's text into segments, and the checks by which its files can be read back.

use super::super::carrier::{Carrier, Source};
use super::super::charset::Encoding;
use super::super::spec;
use super::Segment;
use crate::cp932;
use crate::procedure::{Procedure, Slot};

/// Why a template cannot be used, and at which byte of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::format) struct Broken {
    pub at: usize,
    pub why: String,
}

/// The longest template.
const TEMPLATE_BYTES_MAX: usize = 256 << 10;
const END: &str = "the template";

struct Reader<'t> {
    text: &'t str,
    at: usize,
    rules: &'t Procedure,
}

/// Splits a template into segments.
pub(super) fn parse(text: &str, rules: &Procedure) -> Result<Vec<Segment>, Broken> {
    if text.len() > TEMPLATE_BYTES_MAX {
        return Err(Broken { at: 0, why: "it is longer than 256 KiB".into() });
    }
    for (what, why) in [("<!", "comments, CDATA and document types"), ("]]>", "CDATA")] {
        if let Some(at) = text.find(what) {
            return Err(Broken { at, why: format!("{why} are not for templates") });
        }
    }
    let mut reader = Reader { text, at: 0, rules };
    let segments = reader.body(END, None)?;
    Ok(segments)
}

impl Reader<'_> {
    fn broken(&self, why: impl Into<String>) -> Broken {
        Broken { at: self.at, why: why.into() }
    }

    /// Reads until the end of the block.
    fn body(&mut self, block: &str, group: Option<usize>) -> Result<Vec<Segment>, Broken> {
        let mut segments = Vec::new();
        loop {
            let rest = &self.text[self.at..];
            let open = rest.find("{{");
            let literal = &rest[..open.unwrap_or(rest.len())];
            if literal.contains("}}") {
                return Err(self.broken("}} stands without {{"));
            }
            if !literal.is_empty() {
                segments.push(Segment::Literal(literal.to_owned()));
            }
            let Some(open) = open else {
                self.at = self.text.len();
                return match block {
                    END => Ok(segments),
                    _ => Err(self.broken(format!("{block} is not closed"))),
                };
            };
            self.at += open;
            let inner = &rest[open + 2..];
            let close = inner.find("}}").ok_or_else(|| self.broken("{{ is not closed"))?;
            let tag = inner[..close].trim();
            let after = self.at + 2 + close + 2;
            match tag.split_once(char::is_whitespace) {
                Some(("#each", path)) => {
                    let list = self.rules.groups.iter().position(|g| g.path == path.trim());
                    let list = list.filter(|_| group.is_none());
                    let list = list.ok_or_else(|| self.broken("#each needs a list, once"))?;
                    self.at = after;
                    let body = self.body("#each", Some(list))?;
                    segments.push(Segment::Each(list, body));
                }
                Some(("#if", path)) => {
                    let slot = self.slot_of(path.trim(), group)?.0;
                    self.at = after;
                    let body = self.body("#if", group)?;
                    segments.push(Segment::If(slot, body));
                }
                _ if tag.starts_with('/') => {
                    if block != format!("#{}", &tag[1..]) {
                        return Err(self.broken(format!("{tag} closes nothing")));
                    }
                    self.at = after;
                    return Ok(segments);
                }
                _ => {
                    let carrier = self.carrier(tag, group)?;
                    segments.push(Segment::Slot(Box::new(carrier)));
                    self.at = after;
                }
            }
        }
    }

    fn carrier(&self, tag: &str, group: Option<usize>) -> Result<Carrier, Broken> {
        let (path, style) = match tag.split_once('|') {
            Some((path, style)) => (path.trim(), Some(style.trim())),
            None => (tag, None),
        };
        let date = match style {
            None => None,
            Some(style) => {
                let style = spec::date_style(style);
                Some(style.ok_or_else(|| self.broken("the style of a day is not known"))?)
            }
        };
        let source = match path.strip_prefix("meta.") {
            Some(meta) => {
                let meta = spec::meta(meta);
                let meta = meta.ok_or_else(|| self.broken(format!("{path} is not known")))?;
                Source::Meta(meta)
            }
            None => {
                let (slot, path) = self.slot_of(path, group)?;
                Source::Field { slot, path, item: None }
            }
        };
        let values = Default::default();
        let carrier = Carrier { name: path.to_owned(), source, date, values, max: None };
        spec::check_date(&carrier, self.rules).map_err(|why| self.broken(why))?;
        Ok(carrier)
    }

    /// Resolves `applicant.name`, or within a list `.name`.
    fn slot_of(&self, path: &str, group: Option<usize>) -> Result<(Slot, String), Broken> {
        let full = match (path.strip_prefix('.'), group) {
            (Some(""), Some(group)) => format!("{}[]", self.rules.groups[group].path),
            (Some(name), Some(group)) => format!("{}[].{name}", self.rules.groups[group].path),
            (Some(_), None) => return Err(self.broken(format!("{path} stands outside #each"))),
            (None, _) if path.contains("[]") => {
                return Err(self.broken(format!("{path} belongs into #each as .name")));
            }
            (None, _) => path.to_owned(),
        };
        let rule = self.rules.field(&full);
        let rule = rule.ok_or_else(|| self.broken(format!("there is no field {full:?}")))?;
        Ok((rule.slot, full))
    }
}

/// Checks that files of the template can be read back and are well-formed.
pub(super) fn check(segments: &[Segment], encoding: Encoding) -> Result<(), Broken> {
    let broken = |why: String| Broken { at: 0, why };
    check_blocks(segments).map_err(broken)?;
    if encoding == Encoding::Cp932
        && !literals(segments, &mut |text| text.chars().all(|c| cp932::code(c).is_some()))
    {
        return Err(broken("the template itself has characters outside CP932".into()));
    }
    let mut sample = String::new();
    fill(segments, &mut sample);
    let declared = sample.lines().next().unwrap_or_default().to_ascii_lowercase();
    let sjis = declared.contains("shift_jis") || declared.contains("windows-31j");
    if sjis != (encoding == Encoding::Cp932) {
        return Err(broken("the declaration names another encoding".into()));
    }
    if sample.matches("<?").count() > 1 {
        return Err(broken("processing instructions are not for templates".into()));
    }
    match roxmltree::Document::parse(&sample) {
        Ok(_) => Ok(()),
        Err(e) => Err(broken(format!("it is not well-formed: {e}"))),
    }
}

fn check_blocks(segments: &[Segment]) -> Result<(), String> {
    for (at, segment) in segments.iter().enumerate() {
        let next = match segments.get(at + 1) {
            Some(Segment::Literal(text)) => Some(text.as_str()),
            _ => None,
        };
        match segment {
            Segment::Literal(_) => {}
            Segment::Slot(slot) => {
                if !next.is_some_and(|text| text.starts_with(['<', '"', '\''])) {
                    return Err(format!("{} is not followed by < or a quote", slot.name));
                }
            }
            Segment::Each(_, body) | Segment::If(_, body) => {
                let (Some(Segment::Literal(head)), Some(Segment::Literal(_)), Some(next)) =
                    (body.first(), body.last(), next)
                else {
                    return Err("a block begins and ends with text, and text follows it".into());
                };
                if head.starts_with(next) || next.starts_with(head.as_str()) {
                    return Err("a block begins like the text that follows it".into());
                }
                check_blocks(body)?;
            }
        }
    }
    Ok(())
}

fn literals(segments: &[Segment], is: &mut impl FnMut(&str) -> bool) -> bool {
    segments.iter().all(|segment| match segment {
        Segment::Literal(text) => is(text),
        Segment::Slot(_) => true,
        Segment::Each(_, body) | Segment::If(_, body) => literals(body, is),
    })
}

fn fill(segments: &[Segment], out: &mut String) {
    for segment in segments {
        match segment {
            Segment::Literal(text) => out.push_str(text),
            Segment::Slot(_) => out.push('x'),
            Segment::Each(_, body) | Segment::If(_, body) => fill(body, out),
        }
    }
}
