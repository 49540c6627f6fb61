//! 活字 (katsuji): from a character to the sort that prints it, by flat tables.

use letter::page::{CharIndex, FaceIndex, CHARSET_MAX, TABULAR, VERTICAL};

use super::Face;
use crate::layout::class::Class;

/// One sort: which face draws it, as what, how wide, and how it behaves in a line.
///
/// Eight bytes, so that a plane of them stays small and a paragraph of them near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Advance width in 1/1000 em, rounded to the nearest.
    pub advance: u16,
    /// The face; [`NO_FACE`] where no face draws the character.
    pub face: FaceIndex,
    /// Its [`Class`] as a number.
    pub class: u8,
    /// The character within its face in the low bits, then [`BOUND`], then what may happen after.
    bits: u32,
}

/// Bits of a character's index; [`CHARSET_MAX`] entries fit.
const INDEX_BITS: u32 = 17;
const INDEX: u32 = (1 << INDEX_BITS) - 1;
const _: () = assert!(CHARSET_MAX <= 1 << INDEX_BITS);
/// A line may not break before the sort, whatever the classes say.
const BOUND: u32 = 1 << 23;
const AFTER_SHIFT: u32 = 24;

impl Sort {
    /// Returns a sort that is not joined with a neighbour.
    pub fn new(advance: u16, char_index: CharIndex, face: FaceIndex, class: Class) -> Self {
        debug_assert!(char_index <= INDEX);
        Self { advance, face, class: class as u8, bits: char_index }
    }

    /// Returns the character within its face.
    #[inline]
    pub fn char_index(self) -> CharIndex {
        self.bits & INDEX
    }

    /// Returns whether a line may not break before it, whatever the classes say.
    #[inline]
    pub fn is_bound(self) -> bool {
        self.bits & BOUND != 0
    }

    /// Says whether a line may not break before it, whatever the classes say.
    pub fn bind(&mut self, bound: bool) {
        self.bits = self.bits & !BOUND | if bound { BOUND } else { 0 };
    }

    /// Returns what may happen between it and the next, once they are joined: see
    /// [`between`](crate::layout::class::between).
    #[inline]
    pub fn after(self) -> u8 {
        (self.bits >> AFTER_SHIFT) as u8
    }

    /// Notes what may happen between it and the next.
    #[inline]
    pub fn set_after(&mut self, after: u8) {
        self.bits = self.bits & !(0xff << AFTER_SHIFT) | u32::from(after) << AFTER_SHIFT;
    }
}

/// Marks a character that no face draws.
pub const NO_FACE: FaceIndex = FaceIndex::MAX;

const MISSING: Sort = Sort { advance: 0, face: NO_FACE, class: 0, bits: 0 };
const BMP_LEN: usize = 0x1_0000;

/// The chain seen with one face put first.
pub struct FaceMap {
    /// The Basic Multilingual Plane, one sort a character.
    bmp: Box<[Sort; BMP_LEN]>,
    /// Characters beyond it, ascending.
    astral: Vec<(char, Sort)>,
    /// Bases with variation selector, ascending.
    pairs: Vec<((char, char), Sort)>,
    /// Digits that are narrower than a 0, each with the sort that is as wide.
    tabular: Vec<(Sort, Sort)>,
}

impl FaceMap {
    /// Lays the faces over each other, `first` above all others and these in their order.
    ///
    /// With `heights`, the vertical advances of each face's entries, the map is that of vertical
    /// writing.
    pub(super) fn new(faces: &[Face], first: usize, heights: Option<&[Vec<u16>]>) -> Self {
        let mut bmp = whole_plane();
        let (mut astral, mut pairs) = (Vec::new(), Vec::new());
        let order = std::iter::once(first).chain((0..faces.len()).filter(|&at| at != first));
        for at in order {
            let charset = &faces[at].charset;
            for (index, entry) in charset.entries.iter().enumerate() {
                let is_vertical = entry.selector == Some(VERTICAL);
                if is_vertical && heights.is_none() {
                    continue;
                }
                let advance = heights.map_or(entry.advance, |heights| heights[at][index]);
                let advance = mils(advance, charset.units_per_em);
                let class = Class::of(entry.character);
                let sort = Sort::new(advance, index as CharIndex, at as FaceIndex, class);
                match (entry.selector, bmp.get_mut(entry.character as usize)) {
                    // The form of vertical writing follows its character and takes its place.
                    (Some(VERTICAL), Some(place)) if place.face == at as FaceIndex => *place = sort,
                    (Some(VERTICAL), _) => {}
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
        let mut map = Self { bmp, astral, pairs, tabular: Vec::new() };
        map.tabular = ('0'..='9').filter_map(|digit| map.wide_digit(digit)).collect();
        map
    }

    fn wide_digit(&self, digit: char) -> Option<(Sort, Sort)> {
        let (sort, wide) = (self.sort(digit)?, self.pair(digit, TABULAR)?);
        (sort.face == wide.face).then_some((sort, wide))
    }

    /// Makes all digits as wide as a 0 that are narrower and whose face allows it.
    pub fn widen(&self, sorts: &mut [Sort]) {
        if self.tabular.is_empty() {
            return;
        }
        for sort in sorts.iter_mut().filter(|sort| sort.class == Class::Digit as u8) {
            let is_it = |digit: &&(Sort, Sort)| {
                (digit.0.char_index(), digit.0.face) == (sort.char_index(), sort.face)
            };
            if let Some((_, wide)) = self.tabular.iter().find(is_it) {
                let (after, bound) = (sort.after(), sort.is_bound());
                *sort = *wide;
                sort.set_after(after);
                sort.bind(bound);
            }
        }
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

fn whole_plane() -> Box<[Sort; BMP_LEN]> {
    let plane = vec![MISSING; BMP_LEN].into_boxed_slice();
    plane.try_into().expect("the plane has its length")
}

fn find<K: Ord + Copy>(sorted: &[(K, Sort)], key: K) -> Option<Sort> {
    sorted.binary_search_by_key(&key, |&(key, _)| key).ok().map(|at| sorted[at].1)
}

fn mils(advance: u16, units_per_em: u16) -> u16 {
    let em = u32::from(units_per_em.max(1));
    ((u32::from(advance) * 1000 + em / 2) / em) as u16
}
