//! The way from a distribution point's name to its list.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;

use super::answer::Packed;
use super::scope::{Names, ALL_REASONS};
use crate::der::tag;
use crate::name::Name;

/// The lists by issuer's key and distribution point, as far as that is one distinguished name.
///
/// What is compared lies close together, away from the lists: a batch asks for many of them.
#[derive(Default)]
pub(super) struct Index {
    keys: Vec<Box<[u8]>>,
    /// Names of issuers, each once.
    issuers: Vec<Box<[u8]>>,
    /// Names of points, one after the other.
    names: Vec<u8>,
    /// Ascending by hash, then by list.
    entries: Vec<Entry>,
    fingerprints: Vec<Option<u64>>,
    has_others: bool,
}

/// A list that is found by its point.
struct Entry {
    /// Of the key's number and the point's name.
    hash: u64,
    list: u32,
    key: u32,
    issuer: u32,
    /// Where the point's name starts and how long it is.
    name: (u32, u32),
}

impl Index {
    /// Indexes complete lists of all reasons that speak of end entities.
    pub fn of(lists: &[Packed]) -> Self {
        let mut index = Self::default();
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
                index.has_others |= list.base.is_none();
                continue;
            };
            let key = number_of(&list.signer, &mut index.keys);
            let issuer = number_of(&list.listed.issuer, &mut index.issuers);
            let start = index.names.len() as u32;
            index.names.extend_from_slice(name);
            let name_at = (start, name.len() as u32);
            let hash = hash(key, name);
            index.entries.push(Entry { hash, list: number, key, issuer, name: name_at });
        }
        index.entries.sort_unstable_by_key(|entry| (entry.hash, entry.list));
        index
    }

    /// Finds the list by an issuer's key, the DER of its point's name and that of its issuer's.
    #[inline]
    pub fn find(&self, key: &[u8], name: &[u8], issuer: &[u8]) -> Option<u32> {
        let key = self.keys.iter().position(|known| **known == *key)? as u32;
        let hash = hash(key, name);
        let start = self.entries.partition_point(|entry| entry.hash < hash);
        let same = self.entries[start..].iter().take_while(|entry| entry.hash == hash);
        let is_meant = |entry: &&Entry| {
            let (start, len) = (entry.name.0 as usize, entry.name.1 as usize);
            entry.key == key
                && self.names[start..start + len] == *name
                && *self.issuers[entry.issuer as usize] == *issuer
        };
        same.into_iter().find(is_meant).map(|entry| entry.list)
    }

    /// Whether every complete list is found by [`Self::find`].
    pub fn is_whole(&self) -> bool {
        !self.has_others
    }

    /// Whether the names of a list certainly differ from those with this fingerprint.
    pub fn differs(&self, list: u32, fingerprint: Option<u64>) -> bool {
        match (self.fingerprints[list as usize], fingerprint) {
            (Some(own), Some(met)) => own != met,
            _ => false,
        }
    }
}

/// Returns the number of a key or a name among those that are known, and makes it known.
fn number_of(octets: &[u8], known: &mut Vec<Box<[u8]>>) -> u32 {
    let number = known.iter().position(|other| **other == *octets).unwrap_or_else(|| {
        known.push(octets.into());
        known.len() - 1
    });
    number as u32
}

/// Spreads names; nobody but an accepted issuer chooses what is in the table.
#[inline]
fn hash(key: u32, name: &[u8]) -> u64 {
    let mut hash = u64::from(key) ^ name.len() as u64;
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
