//! The way from a distribution point's name to its list.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;

use super::answer::Packed;
use super::scope::{Names, ALL_REASONS};
use crate::der::tag;
use crate::name::Name;

/// The lists by issuer's key and distribution point, as far as that is one distinguished name.
pub(super) struct Index {
    keys: Vec<Box<[u8]>>,
    /// (hash of key's number and name, list), ascending.
    lists: Vec<(u64, u32)>,
    fingerprints: Vec<Option<u64>>,
    is_whole: bool,
}

impl Index {
    /// Indexes complete lists of all reasons that speak of end entities.
    pub fn of(lists: &[Packed]) -> Self {
        let mut index =
            Self { keys: Vec::new(), lists: Vec::new(), fingerprints: Vec::new(), is_whole: true };
        for (number, list) in (0..).zip(lists) {
            let scope = list.scope();
            index.fingerprints.push(scope.names.and_then(|names| fingerprint(&names)));
            let whole = !scope.indirect
                && !scope.only_ca
                && !scope.only_attribute
                && scope.reasons == ALL_REASONS
                && list.base.is_none();
            let name = scope.names.and_then(|names| names.only_directory_name());
            let (true, Some(name)) = (whole, name) else {
                index.is_whole &= list.base.is_some();
                continue;
            };
            let key = index.key(&list.signer).unwrap_or_else(|| {
                index.keys.push(list.signer.clone());
                index.keys.len() - 1
            });
            index.lists.push((hash(key, name), number));
        }
        index.lists.sort_unstable();
        index
    }

    /// Finds the list by an issuer's key and the DER of its point's name.
    #[inline]
    pub fn find(&self, key: &[u8], name: &[u8], lists: &[Packed]) -> Option<u32> {
        let hash = hash(self.key(key)?, name);
        let start = self.lists.partition_point(|(other, _)| *other < hash);
        let same = self.lists[start..].iter().take_while(|(other, _)| *other == hash);
        let mut same = same.map(|(_, number)| *number);
        same.find(|number| {
            let list = &lists[*number as usize];
            *list.signer == *key && list.listed.point.as_deref() == Some(name)
        })
    }

    /// Whether every complete list is found by [`Self::find`].
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether the names of a list certainly differ from those with this fingerprint.
    pub fn differs(&self, list: u32, fingerprint: Option<u64>) -> bool {
        match (self.fingerprints[list as usize], fingerprint) {
            (Some(own), Some(met)) => own != met,
            _ => false,
        }
    }

    #[inline]
    fn key(&self, key: &[u8]) -> Option<usize> {
        self.keys.iter().position(|known| **known == *key)
    }
}

/// Spreads names; nobody but an accepted issuer chooses what is in the table.
#[inline]
fn hash(key: usize, name: &[u8]) -> u64 {
    let mut hash = key as u64 ^ name.len() as u64;
    let mut chunks = name.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().expect("eight octets"));
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(SPREAD);
    }
    for octet in chunks.remainder() {
        hash = (hash.rotate_left(5) ^ u64::from(*octet)).wrapping_mul(SPREAD);
    }
    hash
}

/// Returns a number that is the same for names that match, where they are one distinguished name
/// of plain letters; comparing it is quicker than comparing names as RFC 5280 §7.1 says.
pub(super) fn fingerprint(names: &Names<'_>) -> Option<u64> {
    let name = Name::from_der(names.only_directory_name()?).ok()?;
    let mut hasher = DefaultHasher::new();
    for rdn in name.rdns() {
        let mut attributes = rdn.attributes();
        let (attribute, None) = (attributes.next()?, attributes.next()) else { return None };
        let plain = matches!(
            attribute.value.tag,
            tag::PRINTABLE_STRING | tag::UTF8_STRING | tag::IA5_STRING
        );
        if !plain || !attribute.value.content.is_ascii() {
            return None;
        }
        hasher.write(attribute.oid);
        let letters = attribute.value.content.iter().filter(|octet| octet.is_ascii_alphanumeric());
        letters.for_each(|octet| hasher.write_u8(octet.to_ascii_lowercase()));
        hasher.write_u8(0);
    }
    Some(hasher.finish())
}

/// The odd multiplier of FxHash: pi's digits without a pattern.
const SPREAD: u64 = 0x517c_c1b7_2722_0a95;
