//! The typeface: which characters it draws, how wide they are, and its cut for one document.

use std::collections::{BTreeMap, BTreeSet};

use printpdf::ParsedFont;
use skrifa::instance::{LocationRef, Size};
use skrifa::string::StringId;
use skrifa::{FontRef, GlyphId, MetadataProvider};
use subsetter::GlyphRemapper;

use crate::PaperworkError;

/// Points per millimetre.
pub const PT_PER_MM: f32 = 72.0 / 25.4;

/// A font file, read in place.
pub struct Face<'a> {
    bytes: &'a [u8],
    font: FontRef<'a>,
}

impl<'a> Face<'a> {
    /// Reads a font file with one face.
    ///
    /// # Errors
    /// [`PaperworkError::Font`] if it is none, [`PaperworkError::NoLatin`] if it cannot name a
    /// missing character.
    pub fn read(bytes: &'a [u8]) -> Result<Self, PaperworkError> {
        let font = FontRef::new(bytes).map_err(|error| PaperworkError::Font(error.to_string()))?;
        let face = Self { bytes, font };
        match NAMING.chars().find(|c| face.glyph(*c).is_none()) {
            Some(c) => Err(PaperworkError::NoLatin(c as u32)),
            None => Ok(face),
        }
    }

    /// Returns `text` with each character that the font lacks named by its code point.
    pub fn drawable(&self, text: &str) -> String {
        let mut drawable = String::with_capacity(text.len());
        for c in text.chars() {
            match self.glyph(c) {
                Some(_) => drawable.push(c),
                None => drawable.push_str(&format!("[U+{:04X}]", c as u32)),
            }
        }
        drawable
    }

    /// Returns the width of a [drawable](Self::drawable) text at `size_pt`, in millimetres.
    pub fn width_mm(&self, text: &str, size_pt: f32) -> f32 {
        let metrics = self.font.glyph_metrics(Size::new(size_pt), LocationRef::default());
        let advances = text.chars().filter_map(|c| metrics.advance_width(self.glyph(c)?));
        advances.sum::<f32>() / PT_PER_MM
    }

    /// Cuts the font to these characters and returns it ready for printpdf, which without its
    /// feature `text_layout` embeds the bytes as they are.
    ///
    /// # Errors
    /// [`PaperworkError::Cut`].
    pub fn cut(&self, characters: &BTreeSet<char>) -> Result<ParsedFont, PaperworkError> {
        let mut mapper = GlyphRemapper::new();
        let mut codepoint_to_glyph = BTreeMap::new();
        for c in characters {
            let Some(glyph) = self.glyph(*c) else { continue };
            let old = u16::try_from(glyph.to_u32())
                .map_err(|_| PaperworkError::Cut("more than 65,535 glyphs".to_owned()))?;
            codepoint_to_glyph.insert(*c as u32, mapper.remap(old));
        }
        let cut = subsetter::subset(self.bytes, 0, &mapper)
            .map_err(|error| PaperworkError::Cut(error.to_string()))?;
        let mut font = ParsedFont::from_bytes(&cut, 0, &mut Vec::new())
            .ok_or_else(|| PaperworkError::Cut("printpdf cannot read the cut font".to_owned()))?;
        font.codepoint_to_glyph = codepoint_to_glyph;
        font.font_name = Some(format!("{}+{}", tag(characters), self.postscript_name()));
        Ok(font)
    }

    fn glyph(&self, c: char) -> Option<GlyphId> {
        self.font.charmap().map(c)
    }

    fn postscript_name(&self) -> String {
        let name = self.font.localized_strings(StringId::POSTSCRIPT_NAME).english_or_first();
        let name: String = name.map(|name| name.chars().collect()).unwrap_or_default();
        name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
    }
}

/// The characters by which a missing one is named.
const NAMING: &str = "[U+0123456789ABCDEF]";

/// Returns the six capital letters that mark a subset (ISO 32000-1, 9.6.4), from what it holds.
fn tag(characters: &BTreeSet<char>) -> String {
    // FNV-1a, 64 bits: the tag only has to differ between the cuts of one file.
    let hash = characters.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, c| {
        (hash ^ u64::from(*c as u32)).wrapping_mul(0x0100_0000_01b3)
    });
    (0..6).map(|place| char::from(b'A' + ((hash >> (8 * place)) % 26) as u8)).collect()
}
