//! Fonts of a finished file: how a shown string becomes text and width.

use lopdf::{Dictionary, Object};

use super::pdf::Pdf;
use crate::cmap::{CodeSpace, Encoding, ToUnicode};
use crate::error::ReadError;

/// A font as far as reading back needs it.
#[derive(Debug)]
pub(crate) struct Font {
    pub(crate) name: String,
    pub(crate) encoding: Encoding,
    unicode: Unicode,
    /// Advance of each CID, in text space units for size 1.
    advances: Vec<f32>,
    default_advance: f32,
}

/// What a font says of its codes' text.
#[derive(Debug)]
enum Unicode {
    Table(Box<ToUnicode>),
    /// A Type 3 font without a table: its glyphs are pictures (bars, modules), not text.
    Pictures,
    /// A font for text without a usable table, as foreign stationery may have it.
    Missing,
}

impl Font {
    /// Reads a font dictionary.
    ///
    /// # Errors
    /// If the dictionary or its ToUnicode table is malformed.
    pub(crate) fn read(pdf: &Pdf, dict: &Dictionary) -> Result<Self, ReadError> {
        let subtype = dict.get(b"Subtype").and_then(Object::as_name)?;
        let name = match dict.get(b"BaseFont").or_else(|_| dict.get(b"Name")) {
            Ok(name) => String::from_utf8_lossy(name.as_name()?).into_owned(),
            Err(_) => "without a name".to_owned(),
        };
        let unicode = match pdf.get(dict, b"ToUnicode")? {
            None => None,
            Some(object) => {
                let mut bytes = Vec::new();
                pdf.decode(object.as_stream()?, &mut bytes)?;
                Some(ToUnicode::parse(&bytes, &name)?)
            }
        };
        match subtype {
            b"Type0" => Self::composite(pdf, dict, name, unicode),
            _ => Self::simple(pdf, dict, name, unicode, subtype == b"Type3"),
        }
    }

    fn composite(
        pdf: &Pdf,
        dict: &Dictionary,
        name: String,
        unicode: Option<ToUnicode>,
    ) -> Result<Self, ReadError> {
        let trouble = |what: &str| ReadError::structure(format!("font {name}"), what);
        let encoding = match pdf.get(dict, b"Encoding")? {
            Some(Object::Stream(stream)) => {
                let mut bytes = Vec::new();
                pdf.decode(stream, &mut bytes)?;
                Encoding::parse(&bytes)
            }
            Some(Object::Name(name)) if name == b"Identity-H" => Some(Encoding::IDENTITY),
            _ => None,
        };
        let unicode = match (unicode, &encoding) {
            (Some(table), Some(encoding)) if encoding.has_codes_of(&table) => {
                Unicode::Table(Box::new(table))
            }
            _ => Unicode::Missing,
        };
        let encoding = encoding.unwrap_or(Encoding::IDENTITY);
        let descendants = pdf.get(dict, b"DescendantFonts")?;
        let [descendant] = descendants.map(Object::as_array).transpose()?.map_or(&[][..], |d| d)
        else {
            return Err(trouble("not exactly one descendant font"));
        };
        let descendant = pdf.resolve(descendant)?.as_dict()?;
        let default_width = pdf.get(descendant, b"DW")?.map_or(Ok(1000.0), Object::as_float)?;
        let mut advances = Vec::new();
        if let Some(widths) = pdf.get(descendant, b"W")? {
            read_cid_widths(pdf, widths.as_array()?, default_width / 1000.0, &mut advances)
                .ok_or_else(|| trouble("W is malformed"))?;
        }
        let default_advance = default_width / 1000.0;
        Ok(Self { name, encoding, unicode, advances, default_advance })
    }

    fn simple(
        pdf: &Pdf,
        dict: &Dictionary,
        name: String,
        unicode: Option<ToUnicode>,
        type3: bool,
    ) -> Result<Self, ReadError> {
        let unicode = match unicode {
            Some(table) => Unicode::Table(Box::new(table)),
            None if type3 => Unicode::Pictures,
            None => Unicode::Missing,
        };
        let scale = match pdf.get(dict, b"FontMatrix")? {
            Some(matrix) if type3 => matrix.as_array()?.first().map_or(Ok(0.001), number)?,
            _ => 0.001,
        };
        let first = pdf.get(dict, b"FirstChar")?.map_or(Ok(0), Object::as_i64)?;
        let mut advances = vec![0.0; usize::try_from(first).unwrap_or(0).min(255)];
        if let Some(widths) = pdf.get(dict, b"Widths")? {
            for width in widths.as_array()? {
                advances.push(number(pdf.resolve(width)?)? * scale);
            }
        }
        let encoding = Encoding { space: CodeSpace::ONE, ..Encoding::IDENTITY };
        Ok(Self { name, encoding, unicode, advances, default_advance: 0.0 })
    }

    /// Returns the text of a code, empty for a picture; `None` if it has none but should.
    pub(crate) fn text(&self, code: u16) -> Option<&str> {
        match &self.unicode {
            Unicode::Table(table) => Some(table.text(code)).filter(|text| !text.is_empty()),
            Unicode::Pictures => Some(""),
            Unicode::Missing => None,
        }
    }

    /// Returns the advance of a code for size 1.
    pub(crate) fn advance(&self, code: u16) -> f32 {
        let cid = usize::from(self.encoding.cid(code));
        self.advances.get(cid).copied().unwrap_or(self.default_advance)
    }
}

/// Reads `c [w …]` and `first last w` (ISO 32000-2 §9.7.4.3).
fn read_cid_widths(
    pdf: &Pdf,
    widths: &[Object],
    default: f32,
    advances: &mut Vec<f32>,
) -> Option<()> {
    let mut set = |cid: i64, advance: f32| {
        let cid = usize::from(u16::try_from(cid).ok()?);
        if advances.len() <= cid {
            advances.resize(cid + 1, default);
        }
        advances[cid] = advance;
        Some(())
    };
    let mut rest = widths.iter();
    while let Some(first) = rest.next() {
        let first = first.as_i64().ok()?;
        match pdf.resolve(rest.next()?).ok()? {
            Object::Array(each) => {
                for (cid, width) in (first..).zip(each) {
                    set(cid, number(width).ok()? / 1000.0)?;
                }
            }
            last => {
                let width = number(rest.next()?).ok()? / 1000.0;
                let last = last.as_i64().ok()?;
                // A span beyond the 65,536 CIDs fails at its first CID too high.
                for cid in first..=last {
                    set(cid, width)?;
                }
            }
        }
    }
    Some(())
}

fn number(object: &Object) -> Result<f32, lopdf::Error> {
    object.as_float()
}
