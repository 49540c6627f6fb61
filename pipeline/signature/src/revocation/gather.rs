//! Lists are taken one by one: read, verified, packed, and the newest of each scope kept.

use std::collections::BTreeMap;

use lanes::{Hash, Item};

use super::answer::{Crls, OfIssuer, Packed};
use super::list::List;
use super::listed::Listed;
use super::ocsp::{self, Responder};
use super::scanner::{Entries, Entry};
use super::store::{Allowed, Store, Trouble};
use super::Refusal;
use crate::certificate::{Algorithm, Certificate, GeneralName, PublicKey, Scheme};
use crate::der::{Malformed, Reader};
use crate::name::Name;

/// Lists and responses on their way to [`Crls`].
///
/// The bytes of a file are needed only while it is taken.
pub struct Gathering {
    signers: Vec<Box<[u8]>>,
    lists: Vec<Packed>,
    places: BTreeMap<Place, usize>,
    responses: Vec<ocsp::Response>,
}

/// What a file was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// A complete list of so many entries.
    Complete(usize),
    /// A delta list of so many entries.
    Delta(usize),
    /// A list that an accepted one of the same scope supersedes.
    Superseded,
    /// A response on so many certificates.
    Response(usize),
}

impl Gathering {
    /// Begins with the certificates whose keys may sign lists: anchors, intermediate CAs, CRL
    /// issuers. Those that cannot be read are left out.
    pub fn new<'a>(signers: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut kept: Vec<Box<[u8]>> = Vec::new();
        for der in signers {
            if Certificate::read(der).is_ok() && !kept.iter().any(|known| **known == *der) {
                kept.push(der.into());
            }
        }
        Self { signers: kept, lists: Vec::new(), places: BTreeMap::new(), responses: Vec::new() }
    }

    /// Takes a revocation list in DER.
    ///
    /// Walks the bytes twice for its digests and two or three times for its entries.
    ///
    /// # Errors
    /// Why the list is refused; nothing of it is kept then.
    pub fn take(&mut self, der: &[u8]) -> Result<Taken, Refusal> {
        let list = List::read(der)?;
        if list.number.is_none() && list.base.is_some() {
            return Err(Refusal::NoNumber);
        }
        let hash = hash(list.signature_algorithm.scheme()).ok_or(Refusal::Algorithm)?;
        let sha256 = sha256(der);
        let tbs = lanes::digest(hash, list.tbs);
        let signer = self.signer(&list, tbs.as_ref())?;
        let mut packed = Packed::of(&list, sha256, signer.0, signer.1);
        let place = packed.place();
        let known = self.places.get(&place).copied();
        if let Some(known) = known {
            if is_superseded(&packed.listed, &self.lists[known].listed)? {
                return Ok(Taken::Superseded);
            }
        }
        packed.stores = pack(&list)?;
        let entries = packed.stores.iter().map(|(_, store)| store.len()).sum();
        match known {
            Some(known) => self.lists[known] = packed,
            None => {
                self.places.insert(place, self.lists.len());
                self.lists.push(packed);
            }
        }
        Ok(if list.base.is_some() { Taken::Delta(entries) } else { Taken::Complete(entries) })
    }

    /// Takes an OCSP response in DER (RFC 6960 §4.2.1).
    ///
    /// # Errors
    /// Why the response is refused.
    pub fn take_response(&mut self, der: &[u8]) -> Result<Taken, Refusal> {
        let signers: Vec<Certificate<'_>> = self.certificates().collect();
        let responder = Responder { issuers: &signers };
        let response = responder.accept(der)?;
        let count = response.len();
        self.responses.push(response);
        Ok(Taken::Response(count))
    }

    /// Ends with what was accepted.
    pub fn finish(self) -> Crls {
        Crls::new(self.signers, self.lists, self.responses)
    }

    fn certificates(&self) -> impl Iterator<Item = Certificate<'_>> {
        self.signers.iter().filter_map(|der| Certificate::read(der).ok())
    }

    /// Returns the key that signed the list, and which certificates hold it.
    fn signer(&self, list: &List<'_>, digest: &[u8]) -> Result<(Box<[u8]>, Vec<u32>), Refusal> {
        let mut refusal = Refusal::UnknownIssuer;
        let mut found: Option<(Box<[u8]>, Vec<u32>)> = None;
        let mut answers = Vec::new();
        for (number, der) in (0..).zip(&self.signers) {
            let Ok(certificate) = Certificate::read(der) else { continue };
            if !may_sign(&certificate, list) {
                continue;
            }
            if let Some((key, holders)) = &mut found {
                if **key == *certificate.key.spki {
                    holders.push(number);
                }
                continue;
            }
            let item = item(&certificate.key, &list.signature_algorithm, digest, list.signature);
            let Some(item) = item else {
                if refusal == Refusal::UnknownIssuer {
                    refusal = Refusal::Algorithm;
                }
                continue;
            };
            lanes::verify(&[item], &mut answers);
            match answers[..] {
                [true] => found = Some((certificate.key.spki.into(), vec![number])),
                _ => refusal = Refusal::Signature,
            }
        }
        found.ok_or(refusal)
    }
}

/// Whether an accepted list of the same scope is newer: by its number, and by its date where one of
/// the two has no number or both have the same.
fn is_superseded(list: &Listed, known: &Listed) -> Result<bool, Refusal> {
    if let (Some(own), Some(met)) = (&list.number, &known.number) {
        if is_less(own, met) && list.this_update > known.this_update {
            return Err(Refusal::NumberFellBack);
        }
        if own != met {
            return Ok(is_less(own, met));
        }
    }
    Ok(list.this_update <= known.this_update)
}

/// Whether a certificate has the issuer's name and may sign lists (RFC 5280 §6.3.3 (f)), and the
/// list does not name another key.
fn may_sign(certificate: &Certificate<'_>, list: &List<'_>) -> bool {
    let allowed = certificate.extensions.key_usage.is_none_or(|usage| usage.crl_sign());
    let other_key = match (list.key_id, certificate.extensions.subject_key_id) {
        (Some(named), Some(own)) => named != own,
        _ => false,
    };
    allowed && !other_key && certificate.subject.matches(list.issuer)
}

/// Returns a signature for the verifier, if the shop verifies with such a key.
pub(super) fn item<'a>(
    key: &PublicKey<'a>,
    algorithm: &Algorithm<'_>,
    digest: &'a [u8],
    signature: &'a [u8],
) -> Option<Item<'a>> {
    let (key, hash) = key.verifies(algorithm.scheme())?;
    Some(Item { key, hash, digest, signature })
}

/// Packs the entries: of an indirect list by the issuer of each, of any other all together.
fn pack(list: &List<'_>) -> Result<Vec<OfIssuer>, Refusal> {
    let (revoked, start) = list.revoked;
    let allowed = Allowed { issuer: list.scope.indirect, removed: list.base.is_some() };
    let refusal = |trouble| match trouble {
        Trouble::Malformed => {
            let at = Entries::new(revoked).first_malformed().unwrap_or_default();
            Refusal::Entry(start + at)
        }
        other => Refusal::Trouble(other),
    };
    if !list.scope.indirect {
        let store = Store::build(Entries::new(revoked), list.this_update, allowed);
        return Ok(vec![(None, store.map_err(refusal)?)]);
    }
    let mut groups: Vec<(Vec<u8>, Vec<Entry<'_>>)> = vec![(list.issuer.raw().to_vec(), Vec::new())];
    let mut current = 0;
    for entry in Entries::new(revoked) {
        let entry = entry.map_err(|at| Refusal::Entry(start + at))?;
        let said = entry.read().ok_or_else(|| refusal(Trouble::Malformed))?;
        if let Some(names) = said.extensions.issuer {
            let issuer = directory_name(names)?.ok_or(Refusal::Trouble(Trouble::Issuer))?;
            let known = groups
                .iter()
                .position(|(name, _)| Name::from_der(name).is_ok_and(|name| name.matches(issuer)));
            current = known.unwrap_or(groups.len());
            if known.is_none() {
                groups.push((issuer.raw().to_vec(), Vec::new()));
            }
        }
        groups[current].1.push(entry);
    }
    let stores = groups.into_iter().map(|(issuer, entries)| {
        let entries = entries.iter().map(|entry| Ok(*entry));
        let store = Store::build(entries, list.this_update, allowed).map_err(refusal)?;
        Ok((Some(issuer.into_boxed_slice()), store))
    });
    stores.collect()
}

/// Returns the distinguished name among the GeneralNames of a certificateIssuer.
fn directory_name(names: &[u8]) -> Result<Option<Name<'_>>, Malformed> {
    let mut reader = Reader::new(names);
    let mut found = None;
    while !reader.is_empty() {
        if let GeneralName::Directory(name) = GeneralName::read(reader.next()?)? {
            found = found.or(Some(name));
        }
    }
    Ok(found)
}

impl Packed {
    /// Keeps everything of a list but its entries.
    fn of(list: &List<'_>, sha256: [u8; 32], signer: Box<[u8]>, holders: Vec<u32>) -> Self {
        let names = list.scope.names.map(|names| names.directory_names());
        let point = names.and_then(|names| names.into_iter().next());
        let listed = Listed {
            issuer: list.issuer.raw().into(),
            point: point.map(Vec::into_boxed_slice),
            number: list.number.map(Into::into),
            this_update: list.this_update,
            next_update: list.next_update,
            sha256,
        };
        Self {
            listed,
            signer,
            holders,
            base: list.base.map(Into::into),
            scope: list.scope_der.map(Into::into),
            stores: Vec::new(),
            delta: None,
        }
    }

    /// Returns what two lists of the same kind, issuer, key and scope have in common.
    fn place(&self) -> Place {
        let kind = vec![u8::from(self.base.is_some())].into_boxed_slice();
        let scope = self.scope.clone().unwrap_or_default();
        [kind, self.listed.issuer.clone(), self.signer.clone(), scope]
    }
}

/// Kind, issuer, key and scope of a list.
type Place = [Box<[u8]>; 4];

/// Whether a number is less than another; both big-endian without leading zeros.
pub(super) fn is_less(own: &[u8], other: &[u8]) -> bool {
    (own.len(), own) < (other.len(), other)
}

/// Returns the hash function of a scheme that the shop verifies.
pub(super) fn hash(scheme: Scheme) -> Option<Hash> {
    match scheme {
        Scheme::Rsa(Hash::Sha1) | Scheme::Ecdsa(Hash::Sha1) | Scheme::Other => None,
        Scheme::Rsa(hash) | Scheme::Ecdsa(hash) => Some(hash),
    }
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    lanes::digest(Hash::Sha256, bytes).as_ref().try_into().expect("32 bytes")
}
