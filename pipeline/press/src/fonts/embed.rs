//! A cut face as PDF objects: program, descriptor, code tables, CIDFont and Type 0 font.

use letter::page::{CharIndex, CharsetEntry};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Name, Rect, Str};
use sha2::{Digest, Sha256};
use skrifa::instance::{LocationRef, Size};
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider};
use subsetter::GlyphRemapper;

use super::codes::{Assigned, Code};
use super::shifted::{self, Shifted};
use super::FaceData;
use crate::error::PressError;
use crate::parts::{reference, Parts};

/// Writes the objects of one face and returns the number of its Type 0 font.
pub(super) fn embed(
    parts: &mut Parts,
    face: &FaceData<'_>,
    assigned: &Assigned,
) -> Result<u32, PressError> {
    let cut = Cut::of(face, assigned)?;
    let program = cut.write_program(parts);
    let descriptor = cut.write_descriptor(parts, face, program)?;
    let to_unicode = parts.packed_stream(cut.to_unicode(face).as_bytes(), |_| ());
    let encoding = cut.write_encoding(parts);
    let cid_font = cut.write_cid_font(parts, descriptor);
    Ok(cut.write_type0(parts, encoding, cid_font, to_unicode))
}

/// A face cut to its used characters.
struct Cut<'a> {
    name: String,
    program: Vec<u8>,
    outlines: Outlines,
    /// In the order of their codes.
    characters: Vec<Character>,
    leads: &'a [u8],
}

/// How the font program draws, which decides what a CID is.
#[derive(Clone, Copy, PartialEq)]
enum Outlines {
    /// CIDFontType2: a CID is its code, the CIDToGIDMap finds the glyph.
    TrueType,
    /// CIDFontType0: a CID is its glyph.
    Cff,
}

/// One used character.
struct Character {
    index: CharIndex,
    code: Code,
    /// The glyph in the cut program.
    glyph: u16,
    /// Advance in 1/1000 of the font size, as exact as the font program has it.
    width: f32,
}

impl Character {
    fn cid(&self, outlines: Outlines) -> u16 {
        match outlines {
            Outlines::TrueType => self.code.number(),
            Outlines::Cff => self.glyph,
        }
    }
}

impl<'a> Cut<'a> {
    fn of(face: &FaceData<'_>, assigned: &'a Assigned) -> Result<Self, PressError> {
        let mut remapper = GlyphRemapper::new();
        let units = f32::from(face.charset.units_per_em.max(1));
        let character = |&index: &CharIndex| {
            let entry = face.charset.entries[index as usize];
            Character {
                index,
                code: assigned.codes[index as usize],
                glyph: remapper.remap(entry.glyph),
                width: thousandth(f32::from(entry.advance) * 1000.0 / units),
            }
        };
        let mut characters: Vec<Character> = assigned.order.iter().map(character).collect();
        let fault = |why: String| PressError::Face { face: face.name.to_owned(), why };
        let font = subsetter::subset(face.bytes, 0, &remapper).map_err(|e| fault(e.to_string()))?;
        let cff = FontRef::new(&font)
            .map_err(|e| fault(e.to_string()))?
            .table_data(skrifa::Tag::new(b"CFF "));
        let (outlines, program) = match cff {
            Some(cff) => (Outlines::Cff, cff.as_bytes().to_vec()),
            None => (Outlines::TrueType, with_shifted(font, face, &mut characters)?),
        };
        let name = format!("{}+{}", subset_tag(&program), postscript_name(face));
        Ok(Self { name, program, outlines, characters, leads: &assigned.leads })
    }

    fn write_program(&self, parts: &mut Parts) -> u32 {
        parts.packed_stream(&self.program, |stream| {
            match self.outlines {
                Outlines::TrueType => {
                    stream.pair(Name(b"Length1"), self.program.len() as i32);
                }
                Outlines::Cff => {
                    stream.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
                }
            };
        })
    }

    fn write_descriptor(
        &self,
        parts: &mut Parts,
        face: &FaceData<'_>,
        program: u32,
    ) -> Result<u32, PressError> {
        let font = FontRef::new(face.bytes)
            .map_err(|e| PressError::Face { face: face.name.to_owned(), why: e.to_string() })?;
        let metrics = font.metrics(Size::unscaled(), LocationRef::default());
        let scale = 1000.0 / f32::from(metrics.units_per_em.max(1));
        let bounds = metrics.bounds.unwrap_or_default();
        let bbox = Rect::new(
            (bounds.x_min * scale).floor(),
            (bounds.y_min * scale).floor(),
            (bounds.x_max * scale).ceil(),
            (bounds.y_max * scale).ceil(),
        );
        let ascent = (metrics.ascent * scale).round();
        let cap_height = metrics.cap_height.map_or(ascent, |height| (height * scale).round());
        Ok(parts.object(|chunk, id| {
            let mut descriptor = chunk.font_descriptor(id);
            descriptor
                .name(Name(self.name.as_bytes()))
                .flags(FontFlags::SYMBOLIC)
                .bbox(bbox)
                .italic_angle(metrics.italic_angle)
                .ascent(ascent)
                .descent((metrics.descent * scale).round())
                .cap_height(cap_height)
                .stem_v(STEM_V);
            match self.outlines {
                Outlines::TrueType => descriptor.font_file2(reference(program)),
                Outlines::Cff => descriptor.font_file3(reference(program)),
            };
        }))
    }

    /// Returns the table that leads from a code to its text.
    fn to_unicode(&self, face: &FaceData<'_>) -> String {
        let lines = self.characters.iter().map(|character| {
            let entry = face.charset.entries[character.index as usize];
            let mut line = format!("<{}> <", hexadecimal(character.code));
            for part in entry.text() {
                for unit in part.encode_utf16(&mut [0; 2]) {
                    line += &format!("{unit:04X}");
                }
            }
            line + ">\n"
        });
        self.cmap(&TO_UNICODE, "bfchar", lines.collect())
    }

    /// Writes the table that leads from a code to its CID.
    fn write_encoding(&self, parts: &mut Parts) -> u32 {
        let mut characters: Vec<&Character> = self.characters.iter().collect();
        characters.sort_by_key(|character| character.code.number());
        let lines = characters.chunk_by(|a, b| self.follows(a, b)).map(|run| {
            let [low, high] = [run[0], run[run.len() - 1]].map(|c| hexadecimal(c.code));
            format!("<{low}> <{high}> {}\n", run[0].cid(self.outlines))
        });
        let cmap = self.cmap(&ENCODING, "cidrange", lines.collect());
        parts.packed_stream(cmap.as_bytes(), |stream| {
            stream.pair(Name(b"Type"), Name(b"CMap"));
            stream.pair(Name(b"CMapName"), Name(ENCODING.name.as_bytes()));
            stream.pair(Name(b"WMode"), 0);
            let mut info = stream.insert(Name(b"CIDSystemInfo")).dict();
            info.pair(Name(b"Registry"), IDENTITY.registry);
            info.pair(Name(b"Ordering"), IDENTITY.ordering);
            info.pair(Name(b"Supplement"), IDENTITY.supplement);
        })
    }

    /// Returns a CMap of this face's codes (ISO 32000-1 §9.7.5.4).
    fn cmap(&self, kind: &CMapKind, section: &str, lines: Vec<String>) -> String {
        let (name, ordering, number) = (kind.name, kind.ordering, kind.number);
        let mut text = format!(
            "%!PS-Adobe-3.0 Resource-CMap\n%%DocumentNeededResources: ProcSet (CIDInit)\n\
             %%IncludeResource: ProcSet (CIDInit)\n%%BeginResource: CMap ({name})\n\
             %%Title: ({name} Adobe {ordering} 0)\n%%Version: 1\n%%EndComments\n\
             /CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
             /CIDSystemInfo 3 dict dup begin\n/Registry (Adobe) def\n\
             /Ordering ({ordering}) def\n/Supplement 0 def\nend def\n\
             /CMapName /{name} def\n/CMapVersion 1 def\n/CMapType {number} def\n\
             /WMode 0 def\n"
        );
        let spaces = self.code_spaces();
        text += &format!("{} begincodespacerange\n{}", spaces.len(), spaces.concat());
        text += "endcodespacerange\n";
        for lines in lines.chunks(CMAP_LINES_MAX) {
            text += &format!("{} begin{section}\n{}end{section}\n", lines.len(), lines.concat());
        }
        text + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n\
                %%EndResource\n%%EOF\n"
    }

    /// Whether `b` continues a CMap range with `a`: the next code under the same first byte, the
    /// next CID.
    fn follows(&self, a: &Character, b: &Character) -> bool {
        let same_first = a.code.len() == 1 || a.code.number() >> 8 == b.code.number() >> 8;
        let next = a.code.len() == b.code.len() && a.code.number() + 1 == b.code.number();
        same_first && next && a.cid(self.outlines) + 1 == b.cid(self.outlines)
    }

    /// Returns the glyph of every CID, two bytes each.
    fn cid_to_gid(&self) -> Vec<u8> {
        let numbers = self.characters.iter().map(|c| c.code.number());
        let mut map = vec![0; 2 * (usize::from(numbers.max().unwrap_or(0)) + 1)];
        for character in &self.characters {
            let at = 2 * usize::from(character.code.number());
            map[at..at + 2].copy_from_slice(&character.glyph.to_be_bytes());
        }
        map
    }

    /// Returns which bytes are codes alone and which begin codes of two: a line for every range.
    fn code_spaces(&self) -> Vec<String> {
        let bytes: Vec<u8> = (0..=u8::MAX).collect();
        let begins_two = |byte: &u8| self.leads.contains(byte);
        let ranges = bytes.chunk_by(|a, b| begins_two(a) == begins_two(b));
        ranges
            .map(|range| match (range[0], range[range.len() - 1]) {
                (low, high) if begins_two(&low) => format!("<{low:02X}00> <{high:02X}FF>\n"),
                (low, high) => format!("<{low:02X}> <{high:02X}>\n"),
            })
            .collect()
    }

    fn write_cid_font(&self, parts: &mut Parts, descriptor: u32) -> u32 {
        let map = match self.outlines {
            Outlines::TrueType => Some(parts.packed_stream(&self.cid_to_gid(), |_| ())),
            Outlines::Cff => None,
        };
        let mut widths: Vec<(u16, f32)> =
            self.characters.iter().map(|c| (c.cid(self.outlines), c.width)).collect();
        widths.sort_by_key(|&(cid, _)| cid);
        widths.dedup_by_key(|&mut (cid, _)| cid);
        widths.retain(|&(_, width)| width != DEFAULT_WIDTH);
        parts.object(|chunk, id| {
            let mut font = chunk.cid_font(id);
            font.base_font(Name(self.name.as_bytes()))
                .system_info(IDENTITY)
                .font_descriptor(reference(descriptor))
                .default_width(DEFAULT_WIDTH);
            match map {
                Some(map) => font.subtype(CidFontType::Type2).cid_to_gid_map_stream(reference(map)),
                None => font.subtype(CidFontType::Type0),
            };
            let mut array = font.widths();
            for run in widths.chunk_by(|a, b| b.0 == a.0 + 1) {
                array.consecutive(run[0].0, run.iter().map(|&(_, width)| width));
            }
        })
    }

    fn write_type0(&self, parts: &mut Parts, encoding: u32, cid_font: u32, unicode: u32) -> u32 {
        parts.object(|chunk, id| {
            let mut font = chunk.type0_font(id);
            font.base_font(Name(self.name.as_bytes()))
                .descendant_font(reference(cid_font))
                .encoding_cmap(reference(encoding))
                .to_unicode(reference(unicode));
        })
    }
}

/// Adds the glyphs that do not stand at their own places to a program.
fn with_shifted(
    program: Vec<u8>,
    face: &FaceData<'_>,
    characters: &mut [Character],
) -> Result<Vec<u8>, PressError> {
    let entry = |character: &Character| face.charset.entries[character.index as usize];
    let mut moved: Vec<&mut Character> =
        characters.iter_mut().filter(|character| entry(character).shift != 0).collect();
    if moved.is_empty() {
        return Ok(program);
    }
    let shifted: Vec<Shifted> = moved
        .iter()
        .map(|character| {
            let CharsetEntry { shift: right, advance, .. } = entry(character);
            Shifted { glyph: character.glyph, right, advance }
        })
        .collect();
    let (program, first) = shifted::add(&program, &shifted).ok_or_else(|| PressError::Face {
        face: face.name.to_owned(),
        why: "a glyph cannot be shifted".to_owned(),
    })?;
    moved.iter_mut().zip(first..).for_each(|(character, glyph)| character.glyph = glyph);
    Ok(program)
}

fn hexadecimal(code: Code) -> String {
    code.bytes().map(|byte| format!("{byte:02X}")).collect()
}

fn thousandth(width: f32) -> f32 {
    (width * 1000.0).round() / 1000.0
}

/// Returns six capital letters that follow from the cut program.
pub(crate) fn subset_tag(program: &[u8]) -> String {
    Sha256::digest(program)[..6].iter().map(|byte| char::from(b'A' + byte % 26)).collect()
}

/// Returns the font's PostScript name, or its name in the chain, in characters of a PDF name.
fn postscript_name(face: &FaceData<'_>) -> String {
    let own = FontRef::new(face.bytes).ok().and_then(|font| {
        let name = font.localized_strings(StringId::POSTSCRIPT_NAME).english_or_first()?;
        Some(name.chars().collect::<String>())
    });
    let name = own.unwrap_or_else(|| face.name.to_owned());
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let name: String = name.chars().filter(plain).take(NAME_LEN_MAX).collect();
    if name.is_empty() {
        "Face".to_owned()
    } else {
        name
    }
}

/// The system of CIDs that mean nothing outside their font.
const IDENTITY: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// The full width, which most characters have and which needs no entry.
const DEFAULT_WIDTH: f32 = 1000.0;
/// OpenType has no stem width; readers use it only to imitate a font that is not embedded.
const STEM_V: f32 = 80.0;
/// A PostScript name has at most 63 characters (OpenType, name id 6).
const NAME_LEN_MAX: usize = 63;
/// Lines of one section of a CMap (ISO 32000-1 §9.7.5.4).
const CMAP_LINES_MAX: usize = 100;

/// What tells one kind of CMap from another.
struct CMapKind {
    name: &'static str,
    ordering: &'static str,
    /// CMapType: 1 leads to CIDs, 2 to Unicode.
    number: u8,
}

const ENCODING: CMapKind =
    CMapKind { name: "Lettershop-Identity-H", ordering: "Identity", number: 1 };
const TO_UNICODE: CMapKind = CMapKind { name: "Adobe-Identity-UCS", ordering: "UCS", number: 2 };
