//! The algorithms that a signature may name, and no others.

use lanes::Hash;

use super::c14n::{Comments, Method, Namespaces};
use super::document::{Document, NodeId};
use super::rule::Rule;
use super::structure::{children, must_be, refused, required_attribute, Read};

/// What kind of key made a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    Rsa,
    /// ECDSA (FIPS 186-5 §6); its value is r and s of one width (XML Signature 1.1 §6.4.3).
    Ecdsa,
}

/// A signature method of the allow-list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Algorithm {
    /// The kind of key.
    pub family: Family,
    /// The hash of SignedInfo; SHA-1 for naming legacy signatures, which are never right.
    pub hash: Hash,
}

/// Reads SignatureMethod (XML Signature 1.1 §4.4.2).
pub(super) fn signature_method(document: &Document<'_>, method: NodeId) -> Read<Algorithm> {
    let name = required_attribute(document, method, "Algorithm")?;
    let known = SIGNATURE_METHODS.iter().find(|(known, ..)| *known == name);
    let Some((_, family, hash)) = known else {
        let hmac = name.contains("#hmac-");
        let rule = if hmac { Rule::Hmac } else { Rule::SignatureMethod };
        return Err(refused(document, method, rule));
    };
    if let Some(child) = children(document, method)?.first() {
        // HMACOutputLength and parameters belong to methods that are not on the list.
        return Err(refused(document, *child, Rule::SignatureMethod));
    }
    Ok(Algorithm { family: *family, hash: *hash })
}

/// Reads DigestMethod (XML Signature 1.1 §4.4.3.5).
pub(super) fn digest_method(document: &Document<'_>, method: NodeId) -> Read<Hash> {
    let name = required_attribute(document, method, "Algorithm")?;
    let known = DIGEST_METHODS.iter().find(|(known, _)| *known == name);
    let (_, hash) = known.ok_or(refused(document, method, Rule::DigestMethod))?;
    if !children(document, method)?.is_empty() {
        return Err(refused(document, method, Rule::DigestMethod));
    }
    Ok(*hash)
}

/// Reads CanonicalizationMethod (XML Signature 1.1 §4.4.1), one of the four of C14N 1.0.
pub(super) fn canonicalization_method(document: &Document<'_>, method: NodeId) -> Read<Method> {
    let name = required_attribute(document, method, "Algorithm")?;
    canonicalization(document, method, &name)?.ok_or(refused(
        document,
        method,
        Rule::CanonicalizationMethod,
    ))
}

/// What the transforms of a reference come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Transforms {
    /// Whether the signature is taken out of what it stands in.
    pub enveloped: bool,
    /// The canonicalization at the end, if one is named.
    pub canonical: Option<Method>,
}

/// Reads Transforms (XML Signature 1.1 §4.4.3.4): enveloped-signature at most once, then one
/// canonicalization at most.
pub(super) fn transforms(document: &Document<'_>, transforms: NodeId) -> Read<Transforms> {
    let mut read = Transforms { enveloped: false, canonical: None };
    let all = children(document, transforms)?;
    if all.is_empty() {
        return Err(refused(document, transforms, Rule::Structure));
    }
    for transform in all {
        must_be(document, transform, "Transform")?;
        let name = required_attribute(document, transform, "Algorithm")?;
        if name == ENVELOPED {
            if read.enveloped || read.canonical.is_some() {
                return Err(refused(document, transform, Rule::TransformOrder));
            }
            if !children(document, transform)?.is_empty() {
                return Err(refused(document, transform, Rule::Structure));
            }
            read.enveloped = true;
        } else if let Some(method) = canonicalization(document, transform, &name)? {
            if read.canonical.is_some() {
                return Err(refused(document, transform, Rule::TransformOrder));
            }
            read.canonical = Some(method);
        } else {
            let known = REFUSED_TRANSFORMS.iter().find(|(known, _)| *known == name);
            let rule = known.map_or(Rule::Transform, |(_, rule)| *rule);
            return Err(refused(document, transform, rule));
        }
    }
    Ok(read)
}

/// One of the four, with its PrefixList (Exclusive XML Canonicalization 1.0 §4).
fn canonicalization(document: &Document<'_>, element: NodeId, name: &str) -> Read<Option<Method>> {
    let (name, comments) = match name.split_once('#') {
        Some((name, "WithComments")) => (name, Comments::Kept),
        Some((name, "")) if name == EXCLUSIVE => (name, Comments::Dropped),
        None if name == INCLUSIVE => (name, Comments::Dropped),
        _ => return Ok(None),
    };
    let children = children(document, element)?;
    let namespaces = match (name, children.as_slice()) {
        (INCLUSIVE, []) => Namespaces::Inclusive,
        (EXCLUSIVE, []) => Namespaces::Exclusive { listed: Vec::new() },
        (EXCLUSIVE, [list]) if document.element_name(*list) == EXCLUSIVE_LIST => {
            let prefixes = required_attribute(document, *list, "PrefixList")?;
            let listed = prefixes.split_ascii_whitespace().map(str::to_string).collect();
            Namespaces::Exclusive { listed }
        }
        (INCLUSIVE | EXCLUSIVE, _) => return Err(refused(document, element, Rule::Structure)),
        _ => return Ok(None),
    };
    Ok(Some(Method { namespaces, comments }))
}

const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n";
const EXCLUSIVE_LIST: (&str, &str) =
    ("http://www.w3.org/2001/10/xml-exc-c14n#", "InclusiveNamespaces");
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

const REFUSED_TRANSFORMS: &[(&str, Rule)] = &[
    ("http://www.w3.org/TR/1999/REC-xslt-19991116", Rule::Xslt),
    ("http://www.w3.org/TR/1999/REC-xpath-19991116", Rule::Xpath),
    ("http://www.w3.org/2002/06/xmldsig-filter2", Rule::Xpath),
    ("http://www.w3.org/2000/09/xmldsig#base64", Rule::Base64Transform),
];

/// XML Signature 1.1 §6.4 and RFC 9231 §2.3.
const SIGNATURE_METHODS: &[(&str, Family, Hash)] = &[
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", Family::Rsa, Hash::Sha256),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", Family::Rsa, Hash::Sha384),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", Family::Rsa, Hash::Sha512),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", Family::Ecdsa, Hash::Sha256),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", Family::Ecdsa, Hash::Sha384),
    ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", Family::Rsa, Hash::Sha1),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", Family::Ecdsa, Hash::Sha1),
];

/// XML Signature 1.1 §6.2 and RFC 9231 §2.1.
const DIGEST_METHODS: &[(&str, Hash)] = &[
    ("http://www.w3.org/2001/04/xmlenc#sha256", Hash::Sha256),
    ("http://www.w3.org/2001/04/xmldsig-more#sha384", Hash::Sha384),
    ("http://www.w3.org/2001/04/xmlenc#sha512", Hash::Sha512),
    ("http://www.w3.org/2000/09/xmldsig#sha1", Hash::Sha1),
];
