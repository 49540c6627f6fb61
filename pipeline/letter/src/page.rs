//! 面 (men): a typeset page as a list of marks on paper, before it becomes PDF.
//!
//! Lengths on the page are whole numbers of 1/100 point ([`Len`]), origin at the lower left corner
//! of the sheet, so that no floating-point number ever reaches a print file.

use serde::{Deserialize, Serialize};

use crate::barcode::CustomerBarcode;

/// A length on paper, in 1/100 point (1 pt = 1/72 inch, so 1 unit = 3.53 µm).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Len(pub i32);

impl Len {
    /// Returns the length nearest to `mm` millimetres.
    pub fn from_mm(mm: f64) -> Self {
        Self((mm * 7200.0 / 25.4).round() as i32)
    }

    /// Returns the length nearest to `pt` points.
    pub fn from_pt(pt: f64) -> Self {
        Self((pt * 100.0).round() as i32)
    }

    /// Returns the length in millimetres.
    pub fn to_mm(self) -> f64 {
        f64::from(self.0) * 25.4 / 7200.0
    }
}

impl std::ops::Add for Len {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Len {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

/// 判型 (hankei): the size of a sheet as it is printed and read, A4 unless something else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SheetSize {
    /// From the left to the right edge.
    pub width: Len,
    /// From the lower to the upper edge.
    pub height: Len,
}

/// A4 portrait, 210 × 297 mm.
pub const A4: SheetSize = SheetSize { width: Len(59_528), height: Len(84_189) };

impl Default for SheetSize {
    fn default() -> Self {
        A4
    }
}

impl SheetSize {
    /// Returns the size nearest to so many millimetres.
    pub fn from_mm(width_mm: f64, height_mm: f64) -> Self {
        Self { width: Len::from_mm(width_mm), height: Len::from_mm(height_mm) }
    }

    /// Returns width and height to a hundredth of a millimetre.
    pub fn to_mm(self) -> [f64; 2] {
        [self.width, self.height].map(|length| (length.to_mm() * 100.0).round() / 100.0)
    }
}

/// Which face of the font chain; an index into the chain's faces.
pub type FaceIndex = u8;

/// A drawable character of a face: an index into its [`Charset`], less than [`CHARSET_MAX`].
pub type CharIndex = u32;

/// The most entries of a charset. IPAmj Mincho, the widest face in use, has 66,012: its characters
/// and its registered pairs of base and variation selector.
pub const CHARSET_MAX: usize = 1 << 17;

/// What one face can draw: every character, and every base with variation selector, that its cmap
/// maps. Sorted by (character, selector), so that an index means the same on every machine.
#[derive(Clone, Debug, Default)]
pub struct Charset {
    /// The entries, ascending by `(character, selector)`, at most [`CHARSET_MAX`].
    pub entries: Vec<CharsetEntry>,
    /// Units per em of the font file.
    pub units_per_em: u16,
}

/// Stands in a charset for a selector: the entry is the character's form in vertical writing. It is
/// no character of any text (Unicode §23.7, noncharacters).
pub const VERTICAL: char = '\u{10FFFF}';

/// Stands in a charset for a selector: the entry is the character at the width of a 0, for columns
/// of figures. It is no character of any text (Unicode §23.7, noncharacters).
pub const TABULAR: char = '\u{10FFFE}';

/// One drawable character of a face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CharsetEntry {
    /// The character.
    pub character: char,
    /// The variation selector that follows it, if any.
    pub selector: Option<char>,
    /// The glyph in the font file.
    pub glyph: u16,
    /// The advance width, in font units.
    pub advance: u16,
    /// How far right of its own place the glyph stands, in font units.
    pub shift: i16,
}

impl CharsetEntry {
    /// Returns what the entry says: its character, and its selector if it has one.
    pub fn text(self) -> impl Iterator<Item = char> {
        let selector = self.selector.filter(|selector| ![VERTICAL, TABULAR].contains(selector));
        [Some(self.character), selector].into_iter().flatten()
    }
}

/// One glyph of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// What is drawn.
    pub char_index: CharIndex,
    /// Extra advance after it, in 1/1000 of the font size (justification, mixed-script gaps).
    pub extra: i16,
}

/// One mark on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A run of glyphs of one face and size on one baseline: a range of [`Page::glyphs`].
    Text {
        /// The face.
        face: FaceIndex,
        /// Font size.
        size: Len,
        /// Left end of the baseline.
        x: Len,
        /// Height of the baseline.
        y: Len,
        /// First glyph.
        start: u32,
        /// One past the last glyph.
        end: u32,
    },
    /// A filled rectangle: a table rule, a frame's side, a tinted band.
    Rule {
        /// Left edge.
        x: Len,
        /// Lower edge.
        y: Len,
        /// Width, positive.
        width: Len,
        /// Height, positive.
        height: Len,
        /// Per cent of black, 1 to 100.
        tint: u8,
    },
    /// The customer barcode; `x`, `y` are the lower left corner of its first bar.
    Barcode {
        /// Left edge of the first bar.
        x: Len,
        /// Lower edge of the long bars.
        y: Len,
        /// Size a (8 to 11.5 pt; all dimensions scale with it).
        size: Len,
        /// What it says.
        barcode: CustomerBarcode,
    },
    /// A picture, upright, on a static layer; an index into the template's pictures.
    Picture {
        /// Which one.
        picture: u16,
        /// Left edge.
        x: Len,
        /// Lower edge.
        y: Len,
        /// Width, positive.
        width: Len,
        /// Height, positive.
        height: Len,
    },
    /// A static layer, painted under what follows; an index into the template's layers.
    Layer(u16),
    /// What stands the same in every letter, but not always at the same place: a paragraph without
    /// values, the heads of a table. Its marks have their own origin, its lower left corner.
    Part {
        /// An index into the template's parts.
        part: u16,
        /// Left edge.
        x: Len,
        /// Lower edge.
        y: Len,
        /// How high it stands, positive.
        height: Len,
    },
}

/// A picture in grey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Samples in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// A byte a sample, row by row from the top, 0 black and 255 white.
    pub grey: Vec<u8>,
    /// The JPEG that it came as, if that has nothing but these samples.
    pub jpeg: Option<Vec<u8>>,
}

/// One page: its marks and the glyphs that they refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The marks, in painting order.
    pub marks: Vec<Mark>,
    /// The glyphs of all text marks.
    pub glyphs: Vec<Glyph>,
    /// What the marks are to a reader who does not see them; filled for electronic copies only. A
    /// mark of no passage is ornament, or belongs to the page rather than to the letter.
    pub passages: Vec<Passage>,
    /// The words that stand for figures, one after the other.
    pub alternatives: String,
}

/// A stretch of a page's marks with a role in the letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Place in the letter's reading order, over all pages. Passages of different pages with the
    /// same place are one element that goes on over the page's end.
    pub place: u32,
    /// What it is.
    pub role: Role,
    /// First mark.
    pub start: u32,
    /// One past the last mark; a cell may have none.
    pub end: u32,
}

/// What a passage is to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// 見出し (midashi): a heading; level 1 is the letter's title.
    Heading(u8),
    /// A paragraph.
    Paragraph,
    /// The label of an item of a list.
    Label(Item),
    /// The text of an item of a list.
    ItemText(Item),
    /// A cell of a table; all cells of a row follow one another, and all rows of a table. Where a
    /// cell reaches from elsewhere there is none.
    Cell(Cell),
    /// A code or a picture; its words are a stretch of [`Page::alternatives`], in bytes.
    Figure {
        /// First byte.
        start: u32,
        /// One past the last byte.
        end: u32,
    },
}

/// An item of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    /// The list, counted through a letter.
    pub list: u16,
    /// The item in its list.
    pub item: u16,
}

/// A cell of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// The table, counted through a letter.
    pub table: u16,
    /// The row in its table.
    pub row: u16,
    /// For what it is a head, if for anything.
    pub scope: Scope,
    /// Over how many columns and rows it reaches, from its own on.
    pub over: [u8; 2],
}

/// For what a cell of a table is a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// For nothing: it holds a figure or a text.
    Own,
    /// For the cells below.
    Column,
    /// For the cells beside.
    Row,
}

impl Page {
    /// Empties the page and keeps its memory.
    pub fn clear(&mut self) {
        self.marks.clear();
        self.glyphs.clear();
        self.passages.clear();
        self.alternatives.clear();
    }
}

/// Which characters of one face a batch uses: a set that grows in any order to the same value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharUse {
    words: Vec<u64>,
}

impl Default for CharUse {
    fn default() -> Self {
        Self { words: vec![0; CHARSET_MAX / 64] }
    }
}

impl CharUse {
    /// Adds a character.
    pub fn insert(&mut self, index: CharIndex) {
        self.words[index as usize / 64] |= 1 << (index % 64);
    }

    /// Returns whether the set has a character.
    pub fn contains(&self, index: CharIndex) -> bool {
        self.words[index as usize / 64] >> (index % 64) & 1 == 1
    }

    /// Adds all characters of another set.
    pub fn union(&mut self, other: &Self) {
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Returns the characters, ascending.
    pub fn iter(&self) -> impl Iterator<Item = CharIndex> + '_ {
        (0..).zip(&self.words).flat_map(|(at, &word)| {
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit)
        })
    }

    /// The length of [`CharUse::to_bytes`].
    pub const BYTES: usize = CHARSET_MAX / 8;

    /// Returns the set as one bit a character.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// Reads what [`CharUse::to_bytes`] returned; `None` if the length is another.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let words = bytes.chunks_exact(8);
        let words = words.map(|word| u64::from_le_bytes(word.try_into().expect("8 bytes")));
        (bytes.len() == Self::BYTES).then(|| Self { words: words.collect() })
    }

    /// Returns whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }
}

/// How often the characters of each face occur on some pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CharCounts {
    /// By character, as long as the greatest index that was met.
    faces: Vec<Vec<u32>>,
}

impl CharCounts {
    /// Counts the glyphs of a page.
    pub fn note(&mut self, page: &Page) {
        for mark in &page.marks {
            if let Mark::Text { face, start, end, .. } = mark {
                let face = usize::from(*face);
                if self.faces.len() <= face {
                    self.faces.resize(face + 1, Vec::new());
                }
                let counts = &mut self.faces[face];
                for glyph in &page.glyphs[*start as usize..*end as usize] {
                    let index = glyph.char_index as usize;
                    if counts.len() <= index {
                        counts.resize(index + 1, 0);
                    }
                    counts[index] += 1;
                }
            }
        }
    }

    /// Returns how often a character occurred.
    pub fn of(&self, face: FaceIndex, index: CharIndex) -> u32 {
        let counts = self.faces.get(usize::from(face));
        counts.and_then(|counts| counts.get(index as usize)).copied().unwrap_or(0)
    }
}

/// Adds every glyph of `page` to the sets, one set a face.
///
/// # Panics
/// If a mark names a face beyond `uses`.
pub fn note_use(page: &Page, uses: &mut [CharUse]) {
    for mark in &page.marks {
        if let Mark::Text { face, start, end, .. } = mark {
            for glyph in &page.glyphs[*start as usize..*end as usize] {
                uses[usize::from(*face)].insert(glyph.char_index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn millimetres_survive_within_a_hundredth() {
        for mm in [0.6, 1.2, 3.6, 210.0, 297.0] {
            assert!((Len::from_mm(mm).to_mm() - mm).abs() < 0.002, "{mm}");
        }
        assert_eq!((SheetSize::from_mm(210.0, 297.0), A4.to_mm()), (A4, [210.0, 297.0]));
    }

    #[test]
    fn a_union_holds_both_sets() {
        let (mut a, mut b) = (CharUse::default(), CharUse::default());
        a.insert(3);
        b.insert(131_071);
        a.union(&b);
        assert_eq!(a.iter().collect::<Vec<_>>(), [3, 131_071]);
        assert_eq!(CharUse::from_bytes(&a.to_bytes()), Some(a));
    }
}
