//! The faces of a batch, each cut to what the batch draws and serialised once.

mod codes;
mod embed;
#[cfg(test)]
pub(crate) mod outline;
pub(crate) mod sfnt;
mod shifted;

use std::cmp::Reverse;

use letter::page::{CharCounts, CharIndex, CharUse, Charset, FaceIndex};

pub(crate) use self::codes::{Code, NO_CODE};
use self::embed::embed;
pub(crate) use self::embed::subset_tag;
use crate::error::PressError;
use crate::parts::Parts;

pub use self::codes::CODES_MAX;

/// One face of the font chain as the press needs it.
#[derive(Clone, Copy, Debug)]
pub struct FaceData<'a> {
    /// What errors call it; the name in the PDF comes from the font file.
    pub name: &'a str,
    /// The OpenType file, with `glyf` or `CFF ` outlines; face 0 of a collection.
    pub bytes: &'a [u8],
    /// What the face can draw; the indices of pages point into it.
    pub charset: &'a Charset,
}

/// The fonts of a batch as PDF objects, one subset for every face that is used.
#[derive(Clone, Debug)]
pub struct Fonts {
    /// Objects from [`FIRST_OBJECT`] on.
    pub(crate) parts: Parts,
    faces: Vec<Option<Face>>,
    mark: Option<MarkFace>,
}

/// A face that is used.
#[derive(Clone, Debug)]
struct Face {
    /// The Type 0 font.
    object: u32,
    /// The code of every character; [`NO_CODE`] where it is not used.
    codes: Vec<Code>,
    /// The advance of every character in millionths of the font size, as the font's widths have it.
    advances: Vec<u32>,
}

/// The face whose digits stand beside an inserter mark.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MarkFace {
    pub(crate) face: FaceIndex,
    /// The codes of 0 to 9.
    pub(crate) digits: [Code; 10],
    /// The widest digit's advance in 1/1000 of the font size.
    pub(crate) digit_width: i32,
}

impl Fonts {
    /// Cuts every used face to its characters; `uses` has one set a face, in the same order.
    ///
    /// The characters that `usual` has most often get the shortest codes. What it counts need not
    /// be all pages: more than some hundred change the length of a file by nothing that counts.
    ///
    /// # Errors
    /// A font file that cannot be read, or more faces or characters than the press has codes for.
    pub fn build(
        faces: &[FaceData<'_>],
        uses: &[CharUse],
        usual: &CharCounts,
    ) -> Result<Self, PressError> {
        if faces.len() > FACES_MAX {
            return Err(PressError::TooManyFaces { found: faces.len(), max: FACES_MAX });
        }
        let mut fonts = Self { parts: Parts::new(FIRST_OBJECT), faces: Vec::new(), mark: None };
        for (index, (face, used)) in faces.iter().zip(uses).enumerate() {
            let mut used: Vec<CharIndex> = used.iter().collect();
            if used.is_empty() {
                fonts.faces.push(None);
                continue;
            }
            let index = index as FaceIndex;
            used.sort_by_key(|&character| (Reverse(usual.of(index, character)), character));
            let assigned = codes::assign(face, used)?;
            let object = embed(&mut fonts.parts, face, &assigned)?;
            let codes = assigned.codes;
            fonts.mark = fonts.mark.or_else(|| mark_face(index, face, &codes));
            fonts.faces.push(Some(Face { object, codes, advances: advances(face) }));
        }
        Ok(fonts)
    }

    /// Returns the codes of a face, empty if nothing of it is used.
    pub(crate) fn codes(&self, face: FaceIndex) -> &[Code] {
        match self.faces.get(usize::from(face)) {
            Some(Some(face)) => &face.codes,
            _ => &[],
        }
    }

    /// Returns the advances of a face in millionths of the font size, by character.
    pub(crate) fn advances(&self, face: FaceIndex) -> &[u32] {
        match self.faces.get(usize::from(face)) {
            Some(Some(face)) => &face.advances,
            _ => &[],
        }
    }

    /// Returns the face whose digits stand beside an inserter mark.
    pub(crate) fn mark_face(&self) -> Option<&MarkFace> {
        self.mark.as_ref()
    }

    /// Returns the entries of a font resource dictionary, `/A 5 0 R/B 9 0 R`.
    pub(crate) fn resource_entries(&self) -> String {
        let used = self.faces.iter().enumerate();
        used.filter_map(|(index, face)| {
            let face = face.as_ref()?;
            Some(format!("/{} {} 0 R", char::from(resource_letter(index)), face.object))
        })
        .collect()
    }
}

/// Returns the letter under which content streams know a face.
pub(crate) fn resource_letter(face: usize) -> u8 {
    b'A' + face as u8
}

/// Returns the advances of all characters, rounded as [`embed`] rounds them.
fn advances(face: &FaceData<'_>) -> Vec<u32> {
    let units = u64::from(face.charset.units_per_em.max(1));
    let advance = |advance: u16| ((u64::from(advance) * 1_000_000 + units / 2) / units) as u32;
    face.charset.entries.iter().map(|entry| advance(entry.advance)).collect()
}

fn mark_face(face: FaceIndex, data: &FaceData<'_>, codes: &[Code]) -> Option<MarkFace> {
    let places = mark_digits(data.charset)?;
    let digits = places.map(|index| codes[index]);
    let used = digits.iter().all(|&code| code != NO_CODE);
    used.then(|| MarkFace { face, digits, digit_width: digit_width(data.charset, &places) })
}

/// Returns where the digits of a mark stand in a charset, or `None` if one is not there.
pub(crate) fn mark_digits(charset: &Charset) -> Option<[usize; 10]> {
    let mut places = [0; 10];
    for (place, character) in places.iter_mut().zip(crate::MARK_CHARACTERS.chars()) {
        let key = (character, None);
        let entries = &charset.entries;
        *place = entries.binary_search_by_key(&key, |e| (e.character, e.selector)).ok()?;
    }
    Some(places)
}

/// Returns the widest digit's advance in 1/1000 of the font size.
pub(crate) fn digit_width(charset: &Charset, digits: &[usize; 10]) -> i32 {
    let widths = digits.iter().map(|&index| i32::from(charset.entries[index].advance));
    widths.max().expect("ten digits") * 1000 / i32::from(charset.units_per_em.max(1))
}

/// Faces of one chain: their resource names are the letters A to W; X to Z stay for the press.
pub const FACES_MAX: usize = 23;
/// The number of the first object of every file.
pub(crate) const FIRST_OBJECT: u32 = 1;
