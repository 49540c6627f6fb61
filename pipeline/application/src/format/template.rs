//! XML by a restricted template, one file an application, and back.
//!
//! A template is text with `{{ slots }}` and two kinds of blocks. That every slot ends where `<`
//! or a quote begins, and that no block's start can be taken for what follows it, is checked when
//! the template is read: only so can a file be read back without a guess.

mod parse;

use super::carrier::{Carrier, Uncarried, Why, Written};
use super::charset::Encoding;
use super::{sorted, Back, Filing};
use crate::cp932;
use crate::form::decode_xml;
use crate::procedure::{Procedure, Slot};

pub(super) use parse::Broken;

/// A compiled template.
#[derive(Clone, Debug)]
pub(super) struct Template {
    encoding: Encoding,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug)]
enum Segment {
    Literal(String),
    Slot(Box<Carrier>),
    /// Once for every item of the list.
    Each(usize, Vec<Segment>),
    /// Only if the field is filled.
    If(Slot, Vec<Segment>),
}

impl Template {
    /// Compiles a template.
    ///
    /// # Errors
    /// [`Broken`] at its byte.
    pub fn compile(text: &str, encoding: Encoding, rules: &Procedure) -> Result<Self, Broken> {
        let segments = parse::parse(text, rules)?;
        let template = Self { encoding, segments };
        parse::check(&template.segments, encoding)?;
        Ok(template)
    }

    pub fn convert(
        &self,
        filing: &Filing<'_>,
        written: &mut Written,
        out: &mut Vec<u8>,
    ) -> Result<(), Uncarried> {
        let mut text = String::with_capacity(2_048);
        write(&self.segments, filing, written, 0, &mut text)?;
        match self.encoding {
            Encoding::Cp932 => push_cp932(out, &text),
            Encoding::Utf8 | Encoding::Utf8Bom => out.extend_from_slice(text.as_bytes()),
        }
        Ok(())
    }

    pub fn is_styled(&self, path: &str) -> bool {
        fn any(segments: &[Segment], path: &str) -> bool {
            segments.iter().any(|segment| match segment {
                Segment::Slot(slot) => slot.path() == Some(path) && slot.date.is_some(),
                Segment::Each(_, body) | Segment::If(_, body) => any(body, path),
                Segment::Literal(_) => false,
            })
        }
        any(&self.segments, path)
    }

    pub fn read_back(&self, file: &[u8]) -> Option<Back> {
        let text = decode_xml(file)?;
        let mut reading = Reading { rest: &text, receipt: None, fields: Vec::new() };
        reading.segments(&self.segments, 0)?;
        let Reading { rest, receipt, fields } = reading;
        rest.is_empty().then(|| Back { receipt, form: sorted(fields) })
    }
}

fn write(
    segments: &[Segment],
    filing: &Filing<'_>,
    written: &mut Written,
    item: usize,
    out: &mut String,
) -> Result<(), Uncarried> {
    for segment in segments {
        match segment {
            Segment::Literal(text) => out.push_str(text),
            Segment::Slot(slot) => {
                let text = slot.text(filing, item)?;
                if !push_escaped(out, &text) {
                    return Err(slot.uncarried(item, Why::ControlCharacter));
                }
                written.note(filing, slot, item, 0);
            }
            Segment::Each(group, body) => {
                for item in 0..filing.placed.items(*group) {
                    write(body, filing, written, item, out)?;
                }
            }
            Segment::If(slot, body) => {
                if filing.placed.value(*slot, item).is_some() {
                    write(body, filing, written, item, out)?;
                }
            }
        }
    }
    Ok(())
}

/// Appends text as content or attribute value; blanks other than the space as references, which
/// attribute normalisation leaves alone (XML 1.0, 3.3.3). Returns whether XML has all characters.
fn push_escaped(out: &mut String, text: &str) -> bool {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            '\t' => out.push_str("&#x9;"),
            '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => return false,
            _ => out.push(c),
        }
    }
    true
}

/// Appends in CP932, other characters as references (XML 1.0, 4.1).
fn push_cp932(out: &mut Vec<u8>, text: &str) {
    let mut utf8 = [0; 4];
    for c in text.chars() {
        if !cp932::push(out, c.encode_utf8(&mut utf8)) {
            out.extend_from_slice(format!("&#x{:X};", c as u32).as_bytes());
        }
    }
}

struct Reading<'t> {
    rest: &'t str,
    receipt: Option<String>,
    fields: Vec<(String, String)>,
}

impl Reading<'_> {
    fn segments(&mut self, segments: &[Segment], item: usize) -> Option<()> {
        for segment in segments {
            match segment {
                Segment::Literal(text) => self.rest = self.rest.strip_prefix(text.as_str())?,
                Segment::Slot(slot) => {
                    let end = self.rest.find(['<', '"', '\''])?;
                    let (text, rest) = self.rest.split_at(end);
                    self.rest = rest;
                    self.slot(slot, &unescaped(text)?, item)?;
                }
                Segment::Each(_, body) => {
                    let mut item = 0;
                    while self.rest.starts_with(head(body)) {
                        self.segments(body, item)?;
                        item += 1;
                    }
                }
                Segment::If(_, body) => {
                    if self.rest.starts_with(head(body)) {
                        self.segments(body, item)?;
                    }
                }
            }
        }
        Some(())
    }

    fn slot(&mut self, slot: &Carrier, text: &str, item: usize) -> Option<()> {
        if slot.is_receipt() {
            self.receipt = Some(text.to_owned());
        }
        if slot.path().is_some() && !text.is_empty() {
            self.fields.push(slot.back(text, item)?);
        }
        Some(())
    }
}

/// Returns the text with which a block begins.
fn head(body: &[Segment]) -> &str {
    match body.first() {
        Some(Segment::Literal(text)) => text,
        _ => unreachable!("a block begins with text, which is checked when it is read"),
    }
}

fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (name, after) = after.split_once(';')?;
        out.push_str(before);
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => char::from_u32(u32::from_str_radix(name.strip_prefix("#x")?, 16).ok()?)?,
        });
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}
