//! The Merkle tree over the copies of a batch (RFC 9162 §2.1).
//!
//! One number of 32 octets, the root, stands for all copies in their order; some twenty hashes
//! prove of one copy that it was among them, whatever the others are.

use letter::PieceId;
use sha2::{Digest, Sha256};

use crate::Seal;

/// Takes copies one after the other and keeps one hash for each power of two among them.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Whole subtrees, largest first: how many leaves, and their hash.
    whole: Vec<(u64, Seal)>,
    count: u64,
}

/// The way from one copy to the root: what its neighbours are, from the leaf up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The copy's place among all, from 0.
    pub index: u64,
    /// How many copies there are.
    pub count: u64,
    /// The hash of each neighbour.
    pub neighbours: Vec<Seal>,
}

impl Tree {
    /// Adds the next copy.
    pub fn push(&mut self, piece: PieceId, seal: &Seal) {
        self.count += 1;
        let mut last = (1, leaf(piece, seal));
        while let Some((count, left)) = self.whole.pop_if(|(count, _)| *count == last.0) {
            last = (count * 2, node(&left, &last.1));
        }
        self.whole.push(last);
    }

    /// Returns how many copies were added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the root; that of no copy at all is the hash of nothing.
    pub fn root(&self) -> Seal {
        let hashes = self.whole.iter().rev().map(|(_, hash)| *hash);
        hashes.reduce(|right, left| node(&left, &right)).unwrap_or_else(|| Seal::of(&[]))
    }
}

impl Path {
    /// Returns the way of the copy at `index` among `copies`; `None` if there is no such copy.
    pub fn of(copies: &[(PieceId, Seal)], index: u64) -> Option<Self> {
        let place = usize::try_from(index).ok().filter(|place| *place < copies.len())?;
        let mut neighbours = Vec::new();
        let (mut copies_here, mut place) = (copies, place);
        while copies_here.len() > 1 {
            let (left, right) = copies_here.split_at(largest_power_below(copies_here.len()));
            let other = if place < left.len() { right } else { left };
            neighbours.push(root_of(other));
            (copies_here, place) = match place.checked_sub(left.len()) {
                Some(place) => (right, place),
                None => (left, place),
            };
        }
        neighbours.reverse();
        Some(Self { index, count: copies.len() as u64, neighbours })
    }

    /// Returns the root to which the way leads from a copy (RFC 9162 §2.1.3.2); `None` if it has
    /// more or fewer neighbours than such a place has.
    pub fn root(&self, piece: PieceId, seal: &Seal) -> Option<Seal> {
        let mut last = self.count.checked_sub(1)?;
        let mut place = self.index;
        if place > last {
            return None;
        }
        let mut hash = leaf(piece, seal);
        for neighbour in &self.neighbours {
            if last == 0 {
                return None;
            }
            if place & 1 == 1 || place == last {
                hash = node(neighbour, &hash);
                while place & 1 == 0 && place != 0 {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                hash = node(&hash, neighbour);
            }
            place >>= 1;
            last >>= 1;
        }
        (last == 0).then_some(hash)
    }
}

/// Returns the root of the tree over these copies.
fn root_of(copies: &[(PieceId, Seal)]) -> Seal {
    let mut tree = Tree::default();
    copies.iter().for_each(|(piece, seal)| tree.push(*piece, seal));
    tree.root()
}

/// Returns the largest power of two below `count`, which is at least 2.
fn largest_power_below(count: usize) -> usize {
    1 << (count - 1).ilog2()
}

/// Returns the hash of a leaf: the octet 0, the piece in eight octets, the copy's seal.
fn leaf(piece: PieceId, seal: &Seal) -> Seal {
    let hash = Sha256::new().chain_update([0]).chain_update(piece.0.to_be_bytes());
    Seal(hash.chain_update(seal.0).finalize().into())
}

/// Returns the hash of a node: the octet 1, its left half, its right half.
fn node(left: &Seal, right: &Seal) -> Seal {
    Seal(
        Sha256::new()
            .chain_update([1])
            .chain_update(left.0)
            .chain_update(right.0)
            .finalize()
            .into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copies(count: u64) -> Vec<(PieceId, Seal)> {
        (0..count).map(|n| (PieceId(n * 7 + 1), Seal::of(&n.to_le_bytes()))).collect()
    }

    /// The definition of RFC 9162 §2.1.1, word for word.
    fn defined(copies: &[(PieceId, Seal)]) -> Seal {
        match copies {
            [] => Seal::of(&[]),
            [(piece, seal)] => leaf(*piece, seal),
            _ => {
                let (left, right) = copies.split_at(largest_power_below(copies.len()));
                node(&defined(left), &defined(right))
            }
        }
    }

    #[test]
    fn the_root_is_that_of_the_definition_for_any_number_of_copies() {
        for count in 0..70 {
            assert_eq!(root_of(&copies(count)), defined(&copies(count)), "{count} copies");
        }
    }

    #[test]
    fn every_copy_has_a_way_to_the_root_and_no_other_copy_has() {
        for count in [1, 2, 3, 4, 5, 8, 13, 64, 65] {
            let copies = copies(count);
            let root = root_of(&copies);
            for (index, (piece, seal)) in (0..).zip(&copies) {
                let path = Path::of(&copies, index).expect("the copy is there");
                assert_eq!(path.root(*piece, seal), Some(root), "{index} of {count}");
                assert_ne!(path.root(PieceId(piece.0 + 1), seal), Some(root));
                assert_ne!(path.root(*piece, &Seal::of(b"another")), Some(root));
                let moved = Path { index: index + 1, ..path.clone() };
                assert_ne!(moved.root(*piece, seal), Some(root), "{index} of {count}, moved");
                let mut longer = path.clone();
                longer.neighbours.push(root);
                assert_eq!(longer.root(*piece, seal), None);
                let mut shorter = path;
                if shorter.neighbours.pop().is_some() {
                    assert_eq!(shorter.root(*piece, seal), None);
                }
            }
            assert_eq!(Path::of(&copies, count), None);
        }
    }
}
