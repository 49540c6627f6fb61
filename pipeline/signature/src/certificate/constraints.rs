//! The rarely used extensions with which a CA constrains the path below it.
//!
//! x509-parser is the second reader here: what it does not take as well is refused. Its numbers are
//! used; names and policies are borrowed from the walk, so that they compare as all others do.

use x509_parser::extensions::{
    InhibitAnyPolicy, NameConstraints, PolicyConstraints, PolicyMappings,
};
use x509_parser::prelude::FromDer;

use super::{Certificate, Extension, GeneralName};
use crate::der::{oid, tag, Malformed, Rule, Tlv};

/// What a CA certificate says about the certificates below it (RFC 5280 §4.2.1.5, §4.2.1.10,
/// §4.2.1.11, §4.2.1.14).
#[derive(Clone, Debug, Default)]
pub struct Constraints<'a> {
    /// policyMappings.
    pub mappings: Vec<Mapping<'a>>,
    /// requireExplicitPolicy: after how many certificates a policy must be acceptable.
    pub require_explicit_policy: Option<u32>,
    /// inhibitPolicyMapping: after how many certificates mappings no longer count.
    pub inhibit_policy_mapping: Option<u32>,
    /// inhibitAnyPolicy: after how many certificates anyPolicy no longer counts.
    pub inhibit_any_policy: Option<u32>,
    /// permittedSubtrees: names of a type that stands here lie within one of them.
    pub permitted: Vec<Subtree<'a>>,
    /// excludedSubtrees: no name lies within one of them.
    pub excluded: Vec<Subtree<'a>>,
}

/// A policy of the issuer and one of the subject that equals it, by content octets of their OBJECT
/// IDENTIFIERs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping<'a> {
    /// issuerDomainPolicy.
    pub issuer: &'a [u8],
    /// subjectDomainPolicy.
    pub subject: &'a [u8],
}

/// The base of a subtree of names; its minimum is 0 and it has no maximum.
pub type Subtree<'a> = GeneralName<'a>;

impl<'a> Constraints<'a> {
    /// Reads the constraints of a certificate; most certificates have none.
    ///
    /// # Errors
    /// `BadExtension` when x509-parser does not take a value that the walk took.
    pub fn read(certificate: &Certificate<'a>) -> Result<Self, Malformed> {
        let mut constraints = Self::default();
        if !certificate.extensions.has_constraints {
            return Ok(constraints);
        }
        for extension in certificate.extensions.iter() {
            match extension.oid {
                NAME_CONSTRAINTS => {
                    let _: NameConstraints<'a> = parsed(&extension)?;
                    constraints.permitted = subtrees(extension.element()?, 0)?;
                    constraints.excluded = subtrees(extension.element()?, 1)?;
                }
                POLICY_MAPPINGS => {
                    let _: PolicyMappings<'a> = parsed(&extension)?;
                    constraints.mappings = mappings(extension.element()?)?;
                }
                POLICY_CONSTRAINTS => {
                    let policies: PolicyConstraints = parsed(&extension)?;
                    constraints.require_explicit_policy = policies.require_explicit_policy;
                    constraints.inhibit_policy_mapping = policies.inhibit_policy_mapping;
                }
                INHIBIT_ANY_POLICY => {
                    let inhibit: InhibitAnyPolicy = parsed(&extension)?;
                    constraints.inhibit_any_policy = Some(inhibit.skip_certs);
                }
                _ => {}
            }
        }
        Ok(constraints)
    }
}

/// Has x509-parser read the value of an extension.
fn parsed<'a, T>(extension: &Extension<'a>) -> Result<T, Malformed>
where
    T: FromDer<'a, x509_parser::error::X509Error>,
{
    match T::from_der(extension.value.content) {
        Ok(([], value)) => Ok(value),
        _ => Err(extension.value.breaks(Rule::BadExtension)),
    }
}

/// Reads pairs that the walk has checked.
fn mappings(list: Tlv<'_>) -> Result<Vec<Mapping<'_>>, Malformed> {
    let mut pairs = Vec::new();
    let mut reader = list.reader();
    while !reader.is_empty() {
        let mut pair = reader.sequence()?;
        pairs.push(Mapping { issuer: pair.oid()?, subject: pair.oid()? });
    }
    Ok(pairs)
}

/// Reads one list of subtrees, by its number, that the walk has checked.
fn subtrees(list: Tlv<'_>, number: u8) -> Result<Vec<Subtree<'_>>, Malformed> {
    let mut lists = list.reader();
    let mut bases = Vec::new();
    while !lists.is_empty() {
        let trees = lists.next()?;
        if trees.tag != tag::constructed(number) {
            continue;
        }
        let mut trees = trees.reader();
        while !trees.is_empty() {
            bases.push(GeneralName::read(trees.sequence()?.next()?)?);
        }
    }
    Ok(bases)
}

const POLICY_MAPPINGS: &[u8] = &oid::<3>(&[2, 5, 29, 33]);
const NAME_CONSTRAINTS: &[u8] = &oid::<3>(&[2, 5, 29, 30]);
const POLICY_CONSTRAINTS: &[u8] = &oid::<3>(&[2, 5, 29, 36]);
const INHIBIT_ANY_POLICY: &[u8] = &oid::<3>(&[2, 5, 29, 54]);
