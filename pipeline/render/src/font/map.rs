//! 活字 (katsuji): from a character to the sort that prints it, by flat tables.

use letter::page::{CharIndex, FaceIndex};

use super::Face;
use crate::layout::class::Class;

/// One sort: which face draws it, as what, how wide, and how it behaves in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Advance width in 1/1000 em, rounded to the nearest.
    pub advance: u16,
    /// The character within its face.
    pub char_index: CharIndex,
    /// The face; [`NO_FACE`] where no face draws the character.
    pub face: FaceIndex,
    /// Its [`Class`] as a number.
    pub class: u8,
    /// Whether a line may not break before it, whatever the classes say.
    pub bound: bool,
    /// What may happen between it and the next, once they are joined: see
    /// [`between`](crate::layout::class::between).
    pub after: u8,
}

/// Marks a character that no face draws.
pub const NO_FACE: FaceIndex = FaceIndex::MAX;

const MISSING: Sort =
    Sort { advance: 0, char_index: 0, face: NO_FACE, class: 0, bound: false, after: 0 };
const BMP_LEN: usize = 0x1_0000;

/// The chain seen with one face put first.
pub struct FaceMap {
    /// The Basic Multilingual Plane, one sort a character.
    bmp: Box<[Sort]>,
    /// Characters beyond it, ascending.
    astral: Vec<(char, Sort)>,
    /// Bases with variation selector, ascending.
    pairs: Vec<((char, char), Sort)>,
}

impl FaceMap {
    /// Lays the faces over each other, `first` above all others and these in their order.
    pub(super) fn new(faces: &[Face], first: usize) -> Self {
        let mut bmp = vec![MISSING; BMP_LEN].into_boxed_slice();
        let (mut astral, mut pairs) = (Vec::new(), Vec::new());
        let order = std::iter::once(first).chain((0..faces.len()).filter(|&at| at != first));
        for at in order {
            let charset = &faces[at].charset;
            for (index, entry) in charset.entries.iter().enumerate() {
                let sort = Sort {
                    advance: mils(entry.advance, charset.units_per_em),
                    char_index: index as CharIndex,
                    face: at as FaceIndex,
                    class: Class::of(entry.character) as u8,
                    bound: false,
                    after: 0,
                };
                match (entry.selector, bmp.get_mut(entry.character as usize)) {
                    (Some(selector), _) => pairs.push(((entry.character, selector), sort)),
                    (None, Some(place)) if place.face == NO_FACE => *place = sort,
                    (None, Some(_)) => {}
                    (None, None) => astral.push((entry.character, sort)),
                }
            }
        }
        // Stable sorts keep the faces' order among equals; the first stays.
        astral.sort_by_key(|&(character, _)| character);
        astral.dedup_by_key(|&mut (character, _)| character);
        pairs.sort_by_key(|&(pair, _)| pair);
        pairs.dedup_by_key(|&mut (pair, _)| pair);
        Self { bmp, astral, pairs }
    }

    /// Returns the sort of a character, or `None` if no face draws it.
    #[inline]
    pub fn sort(&self, character: char) -> Option<Sort> {
        match self.bmp.get(character as usize) {
            Some(sort) => (sort.face != NO_FACE).then_some(*sort),
            None => find(&self.astral, character),
        }
    }

    /// Returns the sort of a base with its variation selector, or `None` if no face has the pair.
    pub fn pair(&self, base: char, selector: char) -> Option<Sort> {
        find(&self.pairs, (base, selector))
    }
}

fn find<K: Ord + Copy>(sorted: &[(K, Sort)], key: K) -> Option<Sort> {
    sorted.binary_search_by_key(&key, |&(key, _)| key).ok().map(|at| sorted[at].1)
}

fn mils(advance: u16, units_per_em: u16) -> u16 {
    let em = u32::from(units_per_em.max(1));
    ((u32::from(advance) * 1000 + em / 2) / em) as u16
}
