//! Fonts: whether their program is in the file, and how far a shown string reaches.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object};

use crate::characters::Characters;
use crate::finding::{self, Finding};

/// A font as far as the places of its text need it; lengths in text space for size 1.
#[derive(Clone, Debug, Default)]
pub struct Font {
    /// Bytes of a code, 1 or 2.
    code_len: usize,
    widths: BTreeMap<u32, f64>,
    default_width: f64,
    ascent: f64,
    descent: f64,
    /// Whether it is written downwards.
    is_vertical: bool,
    name: String,
    characters: Characters,
}

/// Where a string reaches, in text space with the pen at the origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// Left, lower, right, upper.
    pub extent: [f64; 4],
    /// How far the pen moves.
    pub advance: [f64; 2],
}

/// How a string is set; ISO 32000-1 9.3.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub size: f64,
    pub spacing: f64,
    pub word_spacing: f64,
    pub scale: f64,
    pub rise: f64,
}

impl Font {
    /// Reads a font; findings say why it cannot be printed, or its text not be placed.
    pub fn read(document: &Document, dict: &Dictionary) -> (Self, Vec<Finding>) {
        let name = printable_name(document, dict);
        let mut findings = Vec::new();
        let font = match name_of(document, dict, b"Subtype") {
            b"Type0" => composite(document, dict, &name, &mut findings),
            b"Type3" => {
                findings.push(finding::font_type3(&name));
                Self::simple(document, dict)
            }
            b"Type1" | b"MMType1" | b"TrueType" => {
                check_program(document, dict, &name, &mut findings);
                Self::simple(document, dict)
            }
            _ => {
                findings.push(finding::font_unmeasured(&name, "its type is unknown"));
                Self::simple(document, dict)
            }
        };
        (Self { name, ..font }, findings)
    }

    /// Reads what its codes say.
    pub fn read_characters(&mut self, document: &Document, dict: &Dictionary) {
        self.characters = Characters::read(document, dict, self.code_len);
    }

    /// Returns what a string says; `None` if one of its codes says nothing.
    pub fn characters(&self, text: &[u8]) -> Option<String> {
        let code = |code: &[u8]| code.iter().fold(0, |code, &byte| code << 8 | u32::from(byte));
        text.chunks(self.code_len).map(|chunk| self.characters.of(code(chunk))).collect()
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn simple(document: &Document, dict: &Dictionary) -> Self {
        let descriptor = sub(document, dict, b"FontDescriptor");
        let missing = descriptor.and_then(|d| number(document, d, b"MissingWidth"));
        let has_widths = dict.has(b"Widths");
        // The fourteen standard fonts may stand without widths; an em is more than they have.
        let default_width = if has_widths { missing.unwrap_or(0.0) / 1000.0 } else { 1.0 };
        let first = number(document, dict, b"FirstChar").unwrap_or(0.0) as u32;
        let widths = dict.get_deref(b"Widths", document).and_then(Object::as_array);
        let widths = widths.map(Vec::as_slice).unwrap_or_default().iter().take(256);
        let widths = widths.map(|width| float(document, width).unwrap_or(0.0) / 1000.0);
        let (ascent, descent) = heights(document, descriptor);
        Self {
            code_len: 1,
            widths: (first..).zip(widths).collect(),
            default_width,
            ascent,
            descent,
            is_vertical: false,
            ..Self::default()
        }
    }

    /// Whether its codes have one byte, so that 32 is the blank.
    pub fn is_simple(&self) -> bool {
        self.code_len == 1
    }

    /// Returns where a string reaches.
    pub fn reach(&self, text: &[u8], set: Setting) -> Reach {
        let (mut pen, mut low, mut high) = (0.0f64, 0.0f64, 0.0f64);
        let mut widest = LEAST_GLYPH;
        for code in text.chunks(self.code_len) {
            let code_number = code.iter().fold(0, |code, &byte| code << 8 | u32::from(byte));
            let width = self.widths.get(&code_number).copied().unwrap_or(self.default_width);
            let word = if code == [b' '] { set.word_spacing } else { 0.0 };
            let drawn = width.abs().max(LEAST_GLYPH);
            widest = widest.max(drawn);
            let (glyph, advance) = match self.is_vertical {
                true => (-1.0, -set.size + set.spacing + word),
                false => {
                    (width.signum() * drawn, (width * set.size + set.spacing + word) * set.scale)
                }
            };
            let scale = if self.is_vertical { 1.0 } else { set.scale };
            let end = pen + glyph * set.size * scale;
            low = low.min(pen.min(end));
            high = high.max(pen.max(end));
            pen += advance;
        }
        match self.is_vertical {
            true => {
                // Glyphs hang centred from a point 0.88 em above their origin (9.7.4.3).
                let half = widest / 2.0 * set.size.abs() * set.scale.abs();
                Reach {
                    extent: [-half, low + set.rise, half, high + set.rise],
                    advance: [0.0, pen],
                }
            }
            false => {
                let (foot, head) = (self.descent * set.size, self.ascent * set.size);
                Reach { extent: [low, foot + set.rise, high, head + set.rise], advance: [pen, 0.0] }
            }
        }
    }

    /// Returns how far a number of a `TJ` array moves the pen.
    pub fn shift(&self, thousandths: f64, set: Setting) -> [f64; 2] {
        let shift = -thousandths / 1000.0 * set.size;
        if self.is_vertical {
            [0.0, shift]
        } else {
            [shift * set.scale, 0.0]
        }
    }
}

fn composite(
    document: &Document,
    dict: &Dictionary,
    name: &str,
    findings: &mut Vec<Finding>,
) -> Font {
    let mut unmeasured = |why| findings.push(finding::font_unmeasured(name, why));
    let encoding = dict.get_deref(b"Encoding", document).and_then(Object::as_name);
    let is_vertical = match encoding {
        Ok(b"Identity-H") => false,
        Ok(b"Identity-V") => true,
        _ => {
            unmeasured("its encoding is not Identity-H or Identity-V");
            false
        }
    };
    let descendants = dict.get_deref(b"DescendantFonts", document).and_then(Object::as_array);
    let descendant = match descendants.map(Vec::as_slice) {
        Ok([one]) => document.dereference(one).ok().and_then(|(_, font)| font.as_dict().ok()),
        _ => None,
    };
    let Some(descendant) = descendant else {
        unmeasured("it has not exactly one descendant");
        return Font { code_len: 2, default_width: 1.0, ascent: 1.0, ..Font::default() };
    };
    if is_vertical && (descendant.has(b"W2") || descendant.has(b"DW2")) {
        unmeasured("it has vertical advances of its own");
    }
    check_program(document, descendant, name, findings);
    let default = number(document, descendant, b"DW").unwrap_or(1000.0);
    let widths = descendant.get_deref(b"W", document).and_then(Object::as_array);
    let widths =
        widths.map(|items| cid_widths(document, items)).unwrap_or_else(|_| Some(BTreeMap::new()));
    let widths = widths.unwrap_or_else(|| {
        findings.push(finding::font_unmeasured(name, "its widths cannot be read"));
        BTreeMap::new()
    });
    let (ascent, descent) = heights(document, sub(document, descendant, b"FontDescriptor"));
    let default_width = default / 1000.0;
    Font { code_len: 2, widths, default_width, ascent, descent, is_vertical, ..Font::default() }
}

/// Reads `c [w w w]` and `first last w` (9.7.4.3); `None` if the array is neither.
fn cid_widths(document: &Document, items: &[Object]) -> Option<BTreeMap<u32, f64>> {
    let mut widths = BTreeMap::new();
    let mut items = items.iter().map(|item| document.dereference(item).map(|(_, item)| item));
    let mut read = 0;
    while let Some(first) = items.next() {
        let first = cid(first.ok()?)?;
        match items.next()?.ok()? {
            Object::Array(run) => {
                for (code, width) in (first..=0xffff).zip(run) {
                    widths.insert(code, float(document, width)? / 1000.0);
                }
                read += run.len();
            }
            last => {
                let last = cid(last)?;
                let width = float(document, items.next()?.ok()?)? / 1000.0;
                widths.extend((first..=last).map(|code| (code, width)));
                read += (first..=last).count();
            }
        }
        if read > WIDTHS_MAX {
            return None;
        }
    }
    Some(widths)
}

fn cid(object: &Object) -> Option<u32> {
    object.as_i64().ok().and_then(|cid| u16::try_from(cid).ok()).map(u32::from)
}

/// Finds a font without its program.
fn check_program(document: &Document, font: &Dictionary, name: &str, findings: &mut Vec<Finding>) {
    let programs: [&[u8]; 3] = [b"FontFile", b"FontFile2", b"FontFile3"];
    let descriptor = sub(document, font, b"FontDescriptor");
    let is_embedded = descriptor.is_some_and(|descriptor| {
        programs.iter().any(|program| {
            let stream = descriptor.get_deref(program, document).and_then(Object::as_stream);
            stream.is_ok_and(|stream| !stream.content.is_empty())
        })
    });
    if !is_embedded {
        findings.push(finding::font_not_embedded(name));
    }
}

/// Returns how far glyphs reach above and below the baseline, never less than text usually does.
fn heights(document: &Document, descriptor: Option<&Dictionary>) -> (f64, f64) {
    let entry = |key| descriptor.and_then(|d| number(document, d, key)).unwrap_or(0.0) / 1000.0;
    let (ascent, descent) = (entry(b"Ascent"), entry(b"Descent"));
    // Some programs write a positive descent.
    (ascent.clamp(0.75, 1.2), (-descent.abs()).clamp(-0.5, -0.12))
}

fn printable_name(document: &Document, dict: &Dictionary) -> String {
    let name = String::from_utf8_lossy(name_of(document, dict, b"BaseFont")).into_owned();
    let name: String = name.chars().filter(|c| c.is_ascii_graphic()).take(NAME_LEN_MAX).collect();
    if name.is_empty() {
        "without a name".to_owned()
    } else {
        name
    }
}

fn name_of<'d>(document: &'d Document, dict: &'d Dictionary, key: &[u8]) -> &'d [u8] {
    dict.get_deref(key, document).and_then(Object::as_name).unwrap_or_default()
}

fn sub<'d>(document: &'d Document, dict: &'d Dictionary, key: &[u8]) -> Option<&'d Dictionary> {
    dict.get_deref(key, document).and_then(Object::as_dict).ok()
}

fn number(document: &Document, dict: &Dictionary, key: &[u8]) -> Option<f64> {
    dict.get(key).ok().and_then(|object| float(document, object))
}

fn float(document: &Document, object: &Object) -> Option<f64> {
    let (_, object) = document.dereference(object).ok()?;
    let number = f64::from(object.as_float().ok()?);
    (number.abs() <= WIDTH_MAX).then_some(number)
}

/// The least a glyph is taken to be wide, em: one may be drawn wider than it advances.
const LEAST_GLYPH: f64 = 0.3;
/// Glyphs wider than a hundred em are no glyphs.
const WIDTH_MAX: f64 = 100_000.0;
/// Each of the 65,536 glyphs once, and as many again for what is written twice.
const WIDTHS_MAX: usize = 1 << 17;
const NAME_LEN_MAX: usize = 64;
