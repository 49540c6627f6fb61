//! Fonts of a finished file: how a shown string becomes text, width and rectangles.

use crate::cmap::{CodeSpace, Encoding, ToUnicode};
use crate::error::ReadError;
use crate::lines::SHORT;
use crate::objects::Objects;
use crate::outlines::{Rectangles, PROGRAM_LEN_MAX};
use crate::syntax::{Array, Dict, Value};

/// A font as far as reading back needs it.
#[derive(Debug)]
pub(crate) struct Font {
    pub(crate) name: String,
    /// How many bytes a code has.
    pub(crate) space: CodeSpace,
    /// A font without a ToUnicode table whose glyphs are pictures (bars, modules) and not text: of
    /// Type 3, or of rectangles.
    pictures: bool,
    /// What the glyphs paint, if that is nothing but rectangles.
    rectangles: Option<Rectangles>,
    codes: Vec<Code>,
    /// What is enough to know of each code where text is not wanted.
    briefs: Vec<Brief>,
    /// The same by the first byte.
    firsts: Box<[Brief; 256]>,
    /// Texts of more than eight bytes.
    long: Vec<String>,
    /// Of a code that is not listed.
    default_advance: i32,
}

/// What one code stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code {
    /// In text space units for size 1, times [`ADVANCE_UNIT`].
    pub(crate) advance: i32,
    pub(crate) text: [u8; SHORT],
    /// Bytes of the text; 0 if it has none, [`LONG`] if `text` begins with an index into the long.
    pub(crate) len: u8,
}

/// Advances are added up as whole numbers: an em has so many units, and may be a thousand times as
/// wide.
pub(crate) const ADVANCE_UNIT: f32 = (1 << 20) as f32;

/// A code in four bytes: its advance in units of 2⁻¹⁶ em, and two flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Brief(pub(crate) u32);

impl Brief {
    /// The code has a text of which no mark is made.
    pub(crate) const TEXT: u32 = 1 << 31;
    /// The code has no text, or a long one, or a strange advance: [`Code`] says more.
    pub(crate) const UNUSUAL: u32 = 1 << 30;
    pub(crate) const ADVANCE: u32 = (1 << 24) - 1;
    /// The code has a second byte.
    pub(crate) const TWO: Self = Self(1 << 29);
    pub(crate) const UNIT: f32 = (1 << 16) as f32;

    fn of(code: &Code) -> Self {
        // Units of Code are 16 times as small.
        let advance = u32::try_from(code.advance / 16).ok().filter(|units| *units < 1 << 24);
        let (Some(advance), 1..=SHORT_MAX) = (advance, code.len) else {
            return Self(Self::UNUSUAL);
        };
        // Marks are digits, and bars by their letters.
        let marks =
            code.len == 1 && (code.text[0].is_ascii_digit() || b"FADT".contains(&code.text[0]));
        Self(advance | if marks { 0 } else { Self::TEXT })
    }
}

const SHORT_MAX: u8 = SHORT as u8;

/// Marks a code with a text of more than eight bytes.
pub(crate) const LONG: u8 = u8::MAX;

impl Font {
    /// Reads a font dictionary.
    ///
    /// # Errors
    /// If the dictionary or its ToUnicode table is malformed.
    pub(crate) fn read(objects: &mut Objects<'_>, dict: Dict<'_>) -> Result<Self, ReadError> {
        let subtype = dict.get(b"Subtype").and_then(Value::name);
        let subtype = subtype.ok_or_else(|| ReadError::structure("a font", "no Subtype"))?;
        let name = match dict.get(b"BaseFont").or_else(|| dict.get(b"Name")) {
            Some(Value::Name(name)) => String::from_utf8_lossy(&name.decoded()).into_owned(),
            Some(_) => return Err(ReadError::structure("a font", "BaseFont is no name")),
            None => "without a name".to_owned(),
        };
        let unicode = match dict.get(b"ToUnicode") {
            None => None,
            Some(Value::Reference(id)) => {
                let body = objects.load(id)?;
                Some(ToUnicode::parse(&objects.decoded(&body)?, &name)?)
            }
            Some(_) => {
                let trouble = "ToUnicode is not a stream";
                return Err(ReadError::structure(format!("font {name}"), trouble));
            }
        };
        if subtype.is(b"Type0") {
            Self::composite(objects, dict, name, unicode)
        } else {
            Self::simple(objects, dict, name, unicode, subtype.is(b"Type3"))
        }
    }

    fn composite(
        objects: &mut Objects<'_>,
        dict: Dict<'_>,
        name: String,
        unicode: Option<ToUnicode>,
    ) -> Result<Self, ReadError> {
        let trouble = |what: &str| ReadError::structure(format!("font {name}"), what);
        let encoding = match dict.get(b"Encoding") {
            Some(Value::Reference(id)) => {
                let body = objects.load(id)?;
                Encoding::parse(&objects.decoded(&body)?)
            }
            Some(name) => name.is_name(b"Identity-H").then_some(Encoding::IDENTITY),
            None => return Err(trouble("no Encoding")),
        };
        // Without an understood encoding no code has a text, as in foreign stationery.
        let pictures = unicode.is_none() && encoding.is_some();
        let unicode =
            unicode.filter(|table| encoding.as_ref().is_some_and(|e| e.has_codes_of(table)));
        let encoding = encoding.unwrap_or(Encoding::IDENTITY);
        let (mut slot, mut inner, mut width_slot) = (None, None, None);
        let fonts = dict.get(b"DescendantFonts");
        let fonts = fonts.ok_or_else(|| trouble("no DescendantFonts"))?;
        let fonts = objects.resolve(fonts, &mut slot)?.array();
        let one = fonts.and_then(|fonts| {
            let mut fonts = fonts.values();
            fonts.next().filter(|_| fonts.next().is_none())
        });
        let one = one.ok_or_else(|| trouble("not exactly one descendant font"))?;
        let one = objects.resolve(one, &mut inner)?.dict();
        let one = one.ok_or_else(|| trouble("the descendant is no dictionary"))?;
        let default_advance = match one.get(b"DW") {
            None => 1.0,
            Some(width) => width.number().ok_or_else(|| trouble("DW is malformed"))? / 1000.0,
        };
        let mut advances = Vec::new();
        if let Some(widths) = one.get(b"W") {
            let widths = objects.resolve(widths, &mut width_slot)?.array();
            let widths = widths.ok_or_else(|| trouble("W is malformed"))?;
            read_cid_widths(objects, widths, default_advance, &mut advances)?
                .ok_or_else(|| trouble("W is malformed"))?;
        }
        let whole = one.get(b"CIDToGIDMap").is_none_or(|map| map.is_name(b"Identity"));
        let rectangles = if whole { read_rectangles(objects, one)? } else { None };
        let rectangles = rectangles.map(|all| all.with_glyphs(|code| encoding.cid(code)));
        let pictures = pictures && rectangles.is_some();
        let font = Self::new(name, encoding, unicode.as_ref(), &advances, default_advance);
        Ok(Self { pictures, rectangles, ..font })
    }

    fn simple(
        objects: &mut Objects<'_>,
        dict: Dict<'_>,
        name: String,
        unicode: Option<ToUnicode>,
        type3: bool,
    ) -> Result<Self, ReadError> {
        let trouble = |what: &str| ReadError::structure(format!("font {name}"), what);
        let (mut slot, mut other) = (None, None);
        let scale = match dict.get(b"FontMatrix") {
            Some(matrix) if type3 => {
                let matrix = objects.resolve(matrix, &mut other)?.array();
                let first = matrix.and_then(|matrix| matrix.values().next()?.number());
                first.ok_or_else(|| trouble("FontMatrix is malformed"))?
            }
            _ => 0.001,
        };
        let first = dict.get(b"FirstChar").map_or(Some(0), Value::int);
        let first = first.and_then(|first| usize::try_from(first).ok()).filter(|f| *f < 256);
        let mut advances = vec![0.0; first.ok_or_else(|| trouble("FirstChar is malformed"))?];
        if let Some(widths) = dict.get(b"Widths") {
            let widths = objects.resolve(widths, &mut slot)?.array();
            for width in widths.ok_or_else(|| trouble("Widths is no array"))?.values() {
                let mut slot = None;
                let width = objects.resolve(width, &mut slot)?.number();
                advances.push(width.ok_or_else(|| trouble("Widths has no number"))? * scale);
            }
        }
        // With an encoding, glyphs go by names, which no font of bars needs.
        let symbols = !type3 && dict.get(b"Encoding").is_none();
        let rectangles = if symbols { read_rectangles(objects, dict)? } else { None };
        let pictures = unicode.is_none() && (type3 || rectangles.is_some());
        let encoding = Encoding { space: CodeSpace::ONE, ..Encoding::IDENTITY };
        let font = Self::new(name, encoding, unicode.as_ref(), &advances, 0.0);
        Ok(Self { pictures, rectangles, ..font })
    }

    fn new(
        name: String,
        encoding: Encoding,
        unicode: Option<&ToUnicode>,
        advances: &[f32],
        default_advance: f32,
    ) -> Self {
        let count = unicode.map_or(0, ToUnicode::end).max(encoding.end(advances.len()));
        let mut long = Vec::new();
        let default_advance = whole(default_advance);
        let code = |code: usize| {
            let text = unicode.map_or("", |table| table.text(code as u16)).as_bytes();
            let (mut short, mut len) = ([0; SHORT], text.len() as u8);
            match short.get_mut(..text.len()) {
                Some(short) => short.copy_from_slice(text),
                None => {
                    len = LONG;
                    short[..4].copy_from_slice(&(long.len() as u32).to_be_bytes());
                    long.push(String::from_utf8_lossy(text).into_owned());
                }
            }
            let cid = usize::from(encoding.cid(code as u16));
            let advance = advances.get(cid).map_or(default_advance, |advance| whole(*advance));
            Code { advance, text: short, len }
        };
        let codes: Vec<Code> = (0..count).map(code).collect();
        let briefs: Vec<Brief> = codes.iter().map(Brief::of).collect();
        let space = encoding.space;
        let firsts = std::array::from_fn(|first| match space.begins_two(first as u8) {
            true => Brief::TWO,
            false => briefs.get(first).copied().unwrap_or(Brief(Brief::UNUSUAL)),
        });
        let firsts = Box::new(firsts);
        let (pictures, rectangles) = (false, None);
        Self { name, space, pictures, rectangles, codes, briefs, firsts, long, default_advance }
    }

    /// Returns what the codes that are listed stand for.
    #[inline]
    pub(crate) fn codes(&self) -> &[Code] {
        &self.codes
    }

    /// Returns the same in brief: by first byte, and by code.
    #[inline]
    pub(crate) fn briefs(&self) -> (&[Brief; 256], &[Brief]) {
        (&self.firsts, &self.briefs)
    }

    /// Reads the next code of a string; an error is half a code.
    #[inline]
    pub(crate) fn next_code(
        &self,
        bytes: &mut std::slice::Iter<'_, u8>,
    ) -> Option<Result<u16, ()>> {
        let &first = bytes.next()?;
        if !self.space.begins_two(first) {
            return Some(Ok(first.into()));
        }
        Some(bytes.next().map(|&second| u16::from_be_bytes([first, second])).ok_or(()))
    }

    /// Returns what a code stands for that is not listed.
    pub(crate) fn unlisted(&self) -> Code {
        Code { advance: self.default_advance, text: [0; SHORT], len: 0 }
    }

    /// Returns a long text.
    pub(crate) fn long(&self, code: Code) -> &str {
        let [a, b, c, d, ..] = code.text;
        self.long.get(u32::from_be_bytes([a, b, c, d]) as usize).map_or("", String::as_str)
    }

    /// Whether the glyphs are rectangles.
    pub(crate) fn is_rectangles(&self) -> bool {
        self.rectangles.is_some()
    }

    /// Returns the rectangles that a code paints: left, lower, right and upper edges in parts of
    /// the em.
    pub(crate) fn rectangles(&self, code: u16) -> &[[f32; 4]] {
        self.rectangles.as_ref().map_or(&[], |all| all.of_code(code))
    }

    /// Whether a code without a text is a picture.
    pub(crate) fn is_pictures(&self) -> bool {
        self.pictures
    }
}

/// Returns an advance in whole units; what is wider than a thousand ems is no wider.
fn whole(advance: f32) -> i32 {
    (advance * ADVANCE_UNIT).round() as i32
}

/// Reads the embedded program of a font if it is small and paints nothing but rectangles.
fn read_rectangles(
    objects: &mut Objects<'_>,
    font: Dict<'_>,
) -> Result<Option<Rectangles>, ReadError> {
    let mut slot = None;
    let Some(descriptor) = font.get(b"FontDescriptor") else { return Ok(None) };
    let descriptor = objects.resolve(descriptor, &mut slot)?.dict();
    let file = descriptor.and_then(|descriptor| descriptor.get(b"FontFile2"));
    let Some(file) = file.and_then(Value::reference) else { return Ok(None) };
    let file = objects.load(file)?;
    let len = file.dict()?.get(b"Length1").and_then(Value::int);
    if !len.is_some_and(|len| (0..=PROGRAM_LEN_MAX as i64).contains(&len)) {
        return Ok(None);
    }
    // A program that is packed in another way is none of ours.
    Ok(objects.decoded(&file).ok().and_then(|program| Rectangles::read(&program)))
}

/// Reads `c [w …]` and `first last w` (ISO 32000-2 §9.7.4.3).
fn read_cid_widths(
    objects: &mut Objects<'_>,
    widths: Array<'_>,
    default: f32,
    advances: &mut Vec<f32>,
) -> Result<Option<()>, ReadError> {
    let mut set = |cid: i64, width: Option<f32>| {
        let cid = usize::from(u16::try_from(cid).ok()?);
        if advances.len() <= cid {
            advances.resize(cid + 1, default);
        }
        advances[cid] = width? / 1000.0;
        Some(())
    };
    let mut rest = widths.values();
    while let Some(first) = rest.next() {
        let (Some(first), Some(second)) = (first.int(), rest.next()) else { return Ok(None) };
        let mut slot = None;
        match objects.resolve(second, &mut slot)? {
            Value::Array(each) => {
                for (cid, width) in (first..).zip(each.values()) {
                    if set(cid, width.number()).is_none() {
                        return Ok(None);
                    }
                }
            }
            last => {
                let (Some(last), Some(width)) = (last.int(), rest.next()) else { return Ok(None) };
                // A span beyond the 65,536 CIDs fails at its first CID too high.
                for cid in first..=last {
                    if set(cid, width.number()).is_none() {
                        return Ok(None);
                    }
                }
            }
        }
    }
    Ok(Some(()))
}
