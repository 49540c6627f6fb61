//! 書体 (shotai): the chain of font faces, and which of them draws a character.

mod charset;
mod forms;
mod map;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use letter::page::{Charset, FaceIndex, CHARSET_MAX};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, GlyphId};

pub(crate) use map::{FaceMap, Sort};

/// The font faces of a run in order of preference; cheap to clone.
#[derive(Clone)]
pub struct FontChain(Arc<Inner>);

struct Inner {
    faces: Vec<Face>,
    /// One a face: the chain with that face put first.
    maps: Vec<FaceMap>,
    /// The same for vertical writing, made when a template asks for it.
    vertical: Vec<OnceLock<FaceMap>>,
}

/// One face of the chain.
pub struct Face {
    name: String,
    bytes: Cow<'static, [u8]>,
    charset: Charset,
    ascender: i16,
    descender: i16,
}

/// Why a font file cannot join the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FontError {
    /// There is no face at all.
    NoFaces,
    /// More faces than a [`FaceIndex`] can name.
    TooManyFaces {
        /// Faces given.
        found: usize,
    },
    /// The bytes are not a readable TrueType or OpenType file.
    NotAFont {
        /// The face.
        name: String,
        /// What the reader met.
        why: String,
    },
    /// The file's own terms (OS/2 fsType) forbid embedding.
    NotEmbeddable {
        /// The face.
        name: String,
    },
    /// More drawable characters than a [`Charset`] holds.
    TooManyCharacters {
        /// The face.
        name: String,
        /// Characters met.
        found: usize,
    },
}

impl FontChain {
    /// Reads the faces, first choice first; each is named as templates call it.
    ///
    /// # Errors
    /// [`FontError`] when a file is no font, may not be embedded, or holds too much.
    pub fn load(faces: Vec<(String, Cow<'static, [u8]>)>) -> Result<Self, FontError> {
        if faces.is_empty() {
            return Err(FontError::NoFaces);
        }
        if faces.len() >= usize::from(FaceIndex::MAX) {
            return Err(FontError::TooManyFaces { found: faces.len() });
        }
        let faces: Vec<Face> = faces
            .into_iter()
            .map(|(name, bytes)| Face::load(name, bytes))
            .collect::<Result<_, _>>()?;
        let maps = (0..faces.len()).map(|first| FaceMap::new(&faces, first, None)).collect();
        let vertical = faces.iter().map(|_| OnceLock::new()).collect();
        Ok(Self(Arc::new(Inner { faces, maps, vertical })))
    }

    /// Returns the faces in the order in which a page's marks number them.
    pub fn faces(&self) -> &[Face] {
        &self.0.faces
    }

    /// Returns the number of the face called `name`.
    pub fn face(&self, name: &str) -> Option<FaceIndex> {
        self.0.faces.iter().position(|face| face.name == name).map(|at| at as FaceIndex)
    }

    /// Returns whether some face draws the character, with its variation selector if it has one.
    pub fn draws(&self, character: char, selector: Option<char>) -> bool {
        let map = &self.0.maps[0];
        match selector {
            Some(selector) => map.pair(character, selector).is_some(),
            None => map.sort(character).is_some(),
        }
    }

    /// Returns how characters are drawn when `face` is the first choice.
    pub(crate) fn map(&self, face: FaceIndex) -> &FaceMap {
        &self.0.maps[usize::from(face)]
    }

    /// Returns how characters are drawn in vertical writing when `face` is the first choice; their
    /// advances lead downwards.
    pub(crate) fn vertical(&self, face: FaceIndex) -> &FaceMap {
        let Inner { faces, vertical, .. } = &*self.0;
        let first = usize::from(face);
        vertical[first].get_or_init(|| {
            let advances: Vec<Vec<u16>> = faces.iter().map(Face::heights).collect();
            FaceMap::new(faces, first, Some(&advances))
        })
    }
}

impl Face {
    fn load(name: String, bytes: Cow<'static, [u8]>) -> Result<Self, FontError> {
        let broken = |why: String| FontError::NotAFont { name: name.clone(), why };
        let font = FontRef::new(&bytes).map_err(|why| broken(why.to_string()))?;
        let hhea = font.hhea().map_err(|why| broken(why.to_string()))?;
        let (ascender, descender) = (hhea.ascender().to_i16(), hhea.descender().to_i16());
        let restricted = font.os2().is_ok_and(|os2| os2.fs_type() & FS_TYPE_MASK == FS_RESTRICTED);
        if restricted {
            return Err(FontError::NotEmbeddable { name });
        }
        let charset = charset::read(&font).map_err(|why| broken(why.to_string()))?;
        if charset.entries.len() > CHARSET_MAX {
            return Err(FontError::TooManyCharacters { name, found: charset.entries.len() });
        }
        Ok(Self { name, bytes, charset, ascender, descender })
    }

    /// Returns the vertical advance of each entry of the charset, in font units: an em where the
    /// font has none.
    fn heights(&self) -> Vec<u16> {
        let font = FontRef::new(&self.bytes).ok();
        let table = font.as_ref().and_then(|font| font.vmtx().ok());
        let height = |glyph: u16| {
            let height = table.as_ref().and_then(|table| table.advance(GlyphId::from(glyph)));
            height.unwrap_or(self.charset.units_per_em)
        };
        self.charset.entries.iter().map(|entry| height(entry.glyph)).collect()
    }

    /// Returns the name that templates use.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the font file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns what the face can draw.
    pub fn charset(&self) -> &Charset {
        &self.charset
    }

    /// Returns the ascender of the line, in font units.
    pub fn ascender(&self) -> i16 {
        self.ascender
    }

    /// Returns the descender of the line, in font units, negative below the baseline.
    pub fn descender(&self) -> i16 {
        self.descender
    }
}

impl fmt::Debug for FontChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.faces.iter().map(Face::name)).finish()
    }
}

impl fmt::Display for FontError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFaces => write!(f, "the font chain is empty"),
            Self::TooManyFaces { found } => write!(f, "{found} faces are more than a chain holds"),
            Self::NotAFont { name, why } => write!(f, "font {name} cannot be read: {why}"),
            Self::NotEmbeddable { name } => write!(f, "font {name} forbids embedding (fsType)"),
            Self::TooManyCharacters { name, found } => {
                write!(f, "font {name} draws {found} characters, at most {CHARSET_MAX} are held")
            }
        }
    }
}

impl std::error::Error for FontError {}

/// OS/2 fsType, bits 0-3: the licence for embedding (OpenType specification, OS/2).
const FS_TYPE_MASK: u16 = 0x000f;
/// Restricted licence embedding.
const FS_RESTRICTED: u16 = 0x0002;

#[cfg(test)]
mod shaping;
#[cfg(test)]
mod tests;
