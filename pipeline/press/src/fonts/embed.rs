//! A cut face as PDF objects: program, descriptor, code tables, CIDFont and Type 0 font.

use letter::page::CharIndex;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Name, Rect, Str};
use sha2::{Digest, Sha256};
use skrifa::instance::{LocationRef, Size};
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider};
use subsetter::GlyphRemapper;

use super::{Code, FaceData};
use crate::error::PressError;
use crate::parts::{reference, Parts};

/// Writes the objects of one face and returns the number of its Type 0 font.
pub(super) fn embed(
    parts: &mut Parts,
    face: &FaceData<'_>,
    used: &[CharIndex],
    codes: &[Code],
) -> Result<u32, PressError> {
    let cut = Cut::of(face, used, codes)?;
    let program = cut.write_program(parts);
    let descriptor = cut.write_descriptor(parts, face, program)?;
    let to_unicode = cut.write_to_unicode(parts, face);
    let encoding = cut.write_encoding(parts);
    let cid_font = cut.write_cid_font(parts, descriptor);
    Ok(cut.write_type0(parts, encoding, cid_font, to_unicode))
}

/// A face cut to its used characters.
struct Cut {
    name: String,
    program: Vec<u8>,
    outlines: Outlines,
    /// By ascending code.
    characters: Vec<Character>,
}

/// How the font program draws, which decides how codes find their glyphs.
#[derive(Clone, Copy, PartialEq)]
enum Outlines {
    /// CIDFontType2: a code is its CID, the CIDToGIDMap finds the glyph.
    TrueType,
    /// CIDFontType0: a CID is its glyph, an embedded CMap finds the CID.
    Cff,
}

/// One used character.
struct Character {
    index: CharIndex,
    code: u16,
    /// The glyph in the cut program.
    glyph: u16,
    /// Advance in 1/1000 of the font size, as exact as the font program has it.
    width: f32,
}

impl Character {
    fn cid(&self, outlines: Outlines) -> u16 {
        match outlines {
            Outlines::TrueType => self.code,
            Outlines::Cff => self.glyph,
        }
    }
}

impl Cut {
    fn of(face: &FaceData<'_>, used: &[CharIndex], codes: &[Code]) -> Result<Self, PressError> {
        let mut remapper = GlyphRemapper::new();
        let units = f32::from(face.charset.units_per_em.max(1));
        let characters: Vec<Character> = used
            .iter()
            .map(|&index| {
                let entry = face.charset.entries[index as usize];
                Character {
                    index,
                    code: u16::from_be_bytes(codes[index as usize]),
                    glyph: remapper.remap(entry.glyph),
                    width: thousandth(f32::from(entry.advance) * 1000.0 / units),
                }
            })
            .collect();
        let fault = |why: String| PressError::Face { face: face.name.to_owned(), why };
        let font = subsetter::subset(face.bytes, 0, &remapper).map_err(|e| fault(e.to_string()))?;
        let cff = FontRef::new(&font)
            .map_err(|e| fault(e.to_string()))?
            .table_data(skrifa::Tag::new(b"CFF "));
        let (outlines, program) = match cff {
            Some(cff) => (Outlines::Cff, cff.as_bytes().to_vec()),
            None => (Outlines::TrueType, font),
        };
        let name = format!("{}+{}", subset_tag(&program), postscript_name(face));
        Ok(Self { name, program, outlines, characters })
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

    fn write_to_unicode(&self, parts: &mut Parts, face: &FaceData<'_>) -> u32 {
        let mut cmap = UnicodeCmap::<u16>::new(Name(b"Adobe-Identity-UCS"), UCS);
        for character in &self.characters {
            let entry = face.charset.entries[character.index as usize];
            let text = [entry.character].into_iter().chain(entry.selector);
            cmap.pair_with_multiple(character.code, text);
        }
        parts.packed_stream(cmap.finish().as_slice(), |_| ())
    }

    /// Writes what leads from a code to its glyph: a CIDToGIDMap or an embedded CMap.
    fn write_encoding(&self, parts: &mut Parts) -> u32 {
        match self.outlines {
            Outlines::TrueType => parts.packed_stream(&self.cid_to_gid(), |_| ()),
            Outlines::Cff => parts.packed_stream(self.code_to_cid().as_bytes(), |stream| {
                stream.pair(Name(b"Type"), Name(b"CMap"));
                stream.pair(Name(b"CMapName"), Name(CMAP_NAME.as_bytes()));
                stream.pair(Name(b"WMode"), 0);
                let mut info = stream.insert(Name(b"CIDSystemInfo")).dict();
                info.pair(Name(b"Registry"), IDENTITY.registry);
                info.pair(Name(b"Ordering"), IDENTITY.ordering);
                info.pair(Name(b"Supplement"), IDENTITY.supplement);
            }),
        }
    }

    fn cid_to_gid(&self) -> Vec<u8> {
        let last = self.characters.last().map_or(0, |character| usize::from(character.code));
        let mut map = vec![0; 2 * (last + 1)];
        for character in &self.characters {
            let at = 2 * usize::from(character.code);
            map[at..at + 2].copy_from_slice(&character.glyph.to_be_bytes());
        }
        map
    }

    fn code_to_cid(&self) -> String {
        let mut lines = Vec::new();
        for run in self.characters.chunk_by(follows) {
            let (first, last) = (&run[0], &run[run.len() - 1]);
            lines.push(format!("<{:04X}> <{:04X}> {}\n", first.code, last.code, first.glyph));
        }
        let mut text = CMAP_HEAD.to_owned();
        for lines in lines.chunks(CMAP_LINES_MAX) {
            text += &format!("{} begincidrange\n{}endcidrange\n", lines.len(), lines.concat());
        }
        text + CMAP_FOOT
    }

    fn write_cid_font(&self, parts: &mut Parts, descriptor: u32) -> u32 {
        // The map was written just before.
        let map = parts.next() - 1;
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
            match self.outlines {
                Outlines::TrueType => {
                    font.subtype(CidFontType::Type2).cid_to_gid_map_stream(reference(map))
                }
                Outlines::Cff => font.subtype(CidFontType::Type0),
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
                .to_unicode(reference(unicode));
            match self.outlines {
                Outlines::TrueType => font.encoding_predefined(Name(b"Identity-H")),
                Outlines::Cff => font.encoding_cmap(reference(encoding)),
            };
        })
    }
}

/// Whether `b` continues a CMap range with `a`: the next code under the same first byte, the next
/// glyph.
fn follows(a: &Character, b: &Character) -> bool {
    b.code >> 8 == a.code >> 8 && b.code == a.code + 1 && b.glyph == a.glyph + 1
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
/// The system that ToUnicode tables name.
const UCS: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"UCS"), supplement: 0 };
/// The full width, which most characters have and which needs no entry.
const DEFAULT_WIDTH: f32 = 1000.0;
/// OpenType has no stem width; readers use it only to imitate a font that is not embedded.
const STEM_V: f32 = 80.0;
/// A PostScript name has at most 63 characters (OpenType, name id 6).
const NAME_LEN_MAX: usize = 63;
/// Lines of one section of a CMap (ISO 32000-1 §9.7.5.4).
const CMAP_LINES_MAX: usize = 100;
const CMAP_NAME: &str = "Lettershop-Identity-H";
const CMAP_HEAD: &str = "%!PS-Adobe-3.0 Resource-CMap
%%DocumentNeededResources: ProcSet (CIDInit)
%%IncludeResource: ProcSet (CIDInit)
%%BeginResource: CMap (Lettershop-Identity-H)
%%Title: (Lettershop-Identity-H Adobe Identity 0)
%%Version: 1
%%EndComments
/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo 3 dict dup begin
/Registry (Adobe) def
/Ordering (Identity) def
/Supplement 0 def
end def
/CMapName /Lettershop-Identity-H def
/CMapVersion 1 def
/CMapType 1 def
/WMode 0 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
";
const CMAP_FOOT: &str = "endcmap
CMapName currentdict /CMap defineresource pop
end
end
%%EndResource
%%EOF
";
