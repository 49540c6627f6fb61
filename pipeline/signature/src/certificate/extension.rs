//! The extensions of a certificate (RFC 5280 §4.2), each checked whole when it is read.

use std::borrow::Cow;

use super::general::{list, AccessDescriptions, DistributionPoints, GeneralName, GeneralNames};
use crate::der::{oid, tag, Bits, Malformed, Reader, Rule, Tlv};
use crate::name::string;

/// An extension as it stands in the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// The content octets of its OBJECT IDENTIFIER.
    pub oid: &'a [u8],
    /// Whether a reader that does not know it must refuse the certificate.
    pub critical: bool,
    /// The octets within its OCTET STRING.
    pub value: Tlv<'a>,
}

impl<'a> Extension<'a> {
    /// Reads the next extension, of a certificate or of a revocation list.
    ///
    /// # Errors
    /// Those of the reader; `ExplicitDefault` for a written FALSE.
    #[inline]
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let mut parts = reader.sequence()?;
        let oid = parts.oid()?;
        let critical = parts.default_false(tag::BOOLEAN)?;
        let value = parts.expect(tag::OCTET_STRING)?;
        parts.finish()?;
        Ok(Self { oid, critical, value })
    }

    /// Returns the one element that the value is.
    ///
    /// # Errors
    /// Those of the reader; `TrailingBytes`.
    #[inline]
    pub fn element(&self) -> Result<Tlv<'a>, Malformed> {
        let mut reader = self.value.reader();
        let tlv = reader.next()?;
        reader.finish()?;
        Ok(tlv)
    }
}

/// keyUsage (RFC 5280 §4.2.1.3).
#[derive(Clone, Copy, Debug)]
pub struct KeyUsage<'a>(Bits<'a>);

impl KeyUsage<'_> {
    /// digitalSignature.
    pub fn digital_signature(self) -> bool {
        self.0.has(0)
    }

    /// nonRepudiation, also called contentCommitment.
    pub fn non_repudiation(self) -> bool {
        self.0.has(1)
    }

    /// keyCertSign: the key signs certificates.
    pub fn key_cert_sign(self) -> bool {
        self.0.has(5)
    }

    /// cRLSign: the key signs revocation lists.
    pub fn crl_sign(self) -> bool {
        self.0.has(6)
    }
}

/// basicConstraints (RFC 5280 §4.2.1.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether the subject is a CA.
    pub ca: bool,
    /// How many further CA certificates may follow in a path.
    pub path_len: Option<u64>,
}

/// authorityKeyIdentifier (RFC 5280 §4.2.1.1).
#[derive(Clone, Copy, Debug)]
pub struct AuthorityKeyId<'a> {
    /// The identifier of the issuer's key.
    pub key: Option<&'a [u8]>,
    /// The issuer of the issuer's certificate; with it stands the serial number.
    pub issuer: Option<GeneralNames<'a>>,
    /// The serial number of the issuer's certificate, without the octet of its sign.
    pub serial: Option<&'a [u8]>,
}

/// A certificate policy with its qualifiers (RFC 5280 §4.2.1.4).
#[derive(Clone, Copy, Debug)]
pub struct Policy<'a> {
    /// The content octets of its OBJECT IDENTIFIER.
    pub oid: &'a [u8],
    /// The elements of its qualifiers, one PolicyQualifierInfo after the other; empty if none.
    pub qualifiers: &'a [u8],
}

impl<'a> Policy<'a> {
    fn read(tlv: Tlv<'a>) -> Result<Self, Malformed> {
        let mut parts = tlv.tagged(tag::SEQUENCE)?.reader();
        let oid = parts.oid()?;
        let mut qualifiers: &[u8] = &[];
        if let Some(list) = parts.optional(tag::SEQUENCE)? {
            let mut reader = list.reader().not_empty()?;
            qualifiers = list.content;
            while !reader.is_empty() {
                let mut qualifier = reader.sequence()?;
                qualifier.oid()?;
                qualifier.next()?;
                qualifier.finish()?;
            }
        }
        parts.finish()?;
        Ok(Self { oid, qualifiers })
    }
}

impl Policy<'_> {
    /// Returns the texts of its user notices (RFC 5280 §4.2.1.4), as far as they can be read.
    pub fn notices(self) -> Vec<String> {
        let mut reader = Reader::new(self.qualifiers);
        let mut texts = Vec::new();
        while let Ok(mut qualifier) = reader.sequence() {
            let (Ok(USER_NOTICE), Ok(mut notice)) = (qualifier.oid(), qualifier.sequence()) else {
                continue;
            };
            // A reference to a numbered notice comes first, the text last; both are optional.
            let mut text = None;
            while let Ok(tlv) = notice.next() {
                text = Some(tlv).filter(|tlv| tlv.tag != tag::SEQUENCE);
            }
            texts.extend(text.and_then(string).map(Cow::into_owned));
        }
        texts
    }
}

list! {
    /// certificatePolicies.
    Policies of Policy<'a>, Policy::read, Policy::read, POLICIES_MAX
}

/// An OBJECT IDENTIFIER in a list.
fn read_oid(tlv: Tlv<'_>) -> Result<&[u8], Malformed> {
    tlv.tagged(tag::OID)?.oid()
}

list! {
    /// extKeyUsage (RFC 5280 §4.2.1.12): content octets of OBJECT IDENTIFIERs.
    ExtendedKeyUsage of &'a [u8], read_oid, read_oid, POLICIES_MAX
}

/// What the extensions of a certificate say; absent ones are `None`.
#[derive(Clone, Debug, Default)]
pub struct Extensions<'a> {
    list: &'a [u8],
    offset: usize,
    /// keyUsage.
    pub key_usage: Option<KeyUsage<'a>>,
    /// basicConstraints.
    pub basic_constraints: Option<BasicConstraints>,
    /// subjectKeyIdentifier.
    pub subject_key_id: Option<&'a [u8]>,
    /// authorityKeyIdentifier.
    pub authority_key_id: Option<AuthorityKeyId<'a>>,
    /// certificatePolicies.
    pub policies: Option<Policies<'a>>,
    /// subjectAltName.
    pub subject_alt_names: Option<GeneralNames<'a>>,
    /// issuerAltName.
    pub issuer_alt_names: Option<GeneralNames<'a>>,
    /// extKeyUsage.
    pub extended_key_usage: Option<ExtendedKeyUsage<'a>>,
    /// cRLDistributionPoints.
    pub distribution_points: Option<DistributionPoints<'a>>,
    /// freshestCRL: where the delta lists are.
    pub freshest_crl: Option<DistributionPoints<'a>>,
    /// authorityInfoAccess.
    pub authority_info: Option<AccessDescriptions<'a>>,
    /// Whether the certificate has policyMappings, policyConstraints, inhibitAnyPolicy or
    /// nameConstraints, whose values [`super::Constraints`] gives.
    pub has_constraints: bool,
    /// The first critical extension that is not known here.
    pub unknown_critical: Option<Extension<'a>>,
}

impl<'a> Extensions<'a> {
    /// Returns every extension as it stands, known or not.
    pub fn iter(&self) -> impl Iterator<Item = Extension<'a>> {
        let mut reader = Reader::at(self.list, self.offset);
        std::iter::from_fn(move || {
            if reader.is_empty() {
                return None;
            }
            Extension::read(&mut reader).ok()
        })
    }

    /// Returns the extension with these content octets of its OBJECT IDENTIFIER.
    pub fn get(&self, oid: &[u8]) -> Option<Extension<'a>> {
        self.iter().find(|extension| extension.oid == oid)
    }

    /// Reads the extensions within `tlv`, the explicit tag of the certificate.
    pub(super) fn read(tlv: Tlv<'a>) -> Result<Self, Malformed> {
        let mut outer = tlv.reader();
        let mut reader = outer.sequence()?.not_empty()?;
        outer.finish()?;
        let mut found = Self { list: reader.rest(), offset: reader.offset(), ..Self::default() };
        let (mut known, mut count) = (0u64, 0);
        while !reader.is_empty() {
            count += 1;
            if count > EXTENSIONS_MAX {
                return Err(reader.breaks(Rule::TooMany));
            }
            let start = reader.offset();
            let extension = Extension::read(&mut reader)?;
            let duplicate = match found.take(&extension)? {
                Some(bit) => {
                    let met = known >> bit & 1 == 1;
                    known |= 1 << bit;
                    met
                }
                None => found.iter().take(count - 1).any(|e| e.oid == extension.oid),
            };
            if duplicate {
                return Err(Malformed::new(start, Rule::DuplicateExtension));
            }
        }
        Ok(found)
    }

    /// Keeps what a known extension says and returns its number; returns `None` for others.
    #[inline]
    fn take(&mut self, extension: &Extension<'a>) -> Result<Option<u8>, Malformed> {
        let number = match *extension.oid {
            [0x55, 0x1d, number] if number < 64 => number,
            _ if extension.oid == AUTHORITY_INFO_ACCESS => {
                self.authority_info = Some(AccessDescriptions::read(sequence(extension)?)?);
                return Ok(Some(0));
            }
            _ if extension.oid == SUBJECT_INFO_ACCESS => {
                AccessDescriptions::read(sequence(extension)?)?;
                return Ok(Some(1));
            }
            _ => {
                self.note_unknown(extension);
                return Ok(None);
            }
        };
        let element = extension.element()?;
        match number {
            14 => self.subject_key_id = Some(element.tagged(tag::OCTET_STRING)?.content),
            15 => self.key_usage = Some(KeyUsage(element.tagged(tag::BIT_STRING)?.named_bits()?)),
            17 => self.subject_alt_names = Some(GeneralNames::read(sequence(extension)?)?),
            18 => self.issuer_alt_names = Some(GeneralNames::read(sequence(extension)?)?),
            19 => self.basic_constraints = Some(read_basic_constraints(element)?),
            30 => check_name_constraints(element)?,
            31 => self.distribution_points = Some(DistributionPoints::read(sequence(extension)?)?),
            32 => self.policies = Some(Policies::read(sequence(extension)?)?),
            33 => check_policy_mappings(element)?,
            35 => self.authority_key_id = Some(read_authority_key_id(element)?),
            36 => check_policy_constraints(element)?,
            37 => self.extended_key_usage = Some(ExtendedKeyUsage::read(sequence(extension)?)?),
            46 => self.freshest_crl = Some(DistributionPoints::read(sequence(extension)?)?),
            54 => element.tagged(tag::INTEGER)?.small().map(drop)?,
            _ => {
                self.note_unknown(extension);
                return Ok(None);
            }
        }
        self.has_constraints |= matches!(number, 30 | 33 | 36 | 54);
        Ok(Some(number))
    }

    fn note_unknown(&mut self, extension: &Extension<'a>) {
        if extension.critical && self.unknown_critical.is_none() {
            self.unknown_critical = Some(*extension);
        }
    }
}

fn sequence<'a>(extension: &Extension<'a>) -> Result<Tlv<'a>, Malformed> {
    extension.element()?.tagged(tag::SEQUENCE)
}

fn read_basic_constraints(element: Tlv<'_>) -> Result<BasicConstraints, Malformed> {
    let mut parts = element.tagged(tag::SEQUENCE)?.reader();
    let ca = parts.default_false(tag::BOOLEAN)?;
    let path_len = parts.optional(tag::INTEGER)?.map(|tlv| tlv.small()).transpose()?;
    parts.finish()?;
    Ok(BasicConstraints { ca, path_len })
}

fn read_authority_key_id(element: Tlv<'_>) -> Result<AuthorityKeyId<'_>, Malformed> {
    let mut parts = element.tagged(tag::SEQUENCE)?.reader();
    let key = parts.optional(tag::context(0))?.map(|tlv| tlv.content);
    let issuer = parts.optional(tag::constructed(1))?.map(GeneralNames::read).transpose()?;
    let serial = parts.optional(tag::context(2))?.map(|tlv| tlv.unsigned()).transpose()?;
    parts.finish()?;
    if issuer.is_some() != serial.is_some() {
        return Err(element.breaks(Rule::BadExtension));
    }
    Ok(AuthorityKeyId { key, issuer, serial })
}

/// RFC 5280 §4.2.1.10: at least one list; minimum is zero and so is not written, maximum is absent.
fn check_name_constraints(element: Tlv<'_>) -> Result<(), Malformed> {
    let mut parts = element.tagged(tag::SEQUENCE)?.reader().not_empty()?;
    for number in [0, 1] {
        let Some(trees) = parts.optional(tag::constructed(number))? else { continue };
        let mut trees = trees.reader().not_empty()?;
        while !trees.is_empty() {
            let mut tree = trees.sequence()?;
            GeneralName::read(tree.next()?)?;
            if !tree.is_empty() {
                return Err(tree.breaks(Rule::BadExtension));
            }
        }
    }
    parts.finish()
}

fn check_policy_mappings(element: Tlv<'_>) -> Result<(), Malformed> {
    let mut mappings = element.tagged(tag::SEQUENCE)?.reader().not_empty()?;
    let mut count = 0;
    while !mappings.is_empty() {
        count += 1;
        if count > POLICIES_MAX {
            return Err(mappings.breaks(Rule::TooMany));
        }
        let mut mapping = mappings.sequence()?;
        mapping.oid()?;
        mapping.oid()?;
        mapping.finish()?;
    }
    Ok(())
}

/// RFC 5280 §4.2.1.11: not an empty sequence.
fn check_policy_constraints(element: Tlv<'_>) -> Result<(), Malformed> {
    let mut parts = element.tagged(tag::SEQUENCE)?.reader().not_empty()?;
    for number in [0, 1] {
        if let Some(skip) = parts.optional(tag::context(number))? {
            skip.small()?;
        }
    }
    parts.finish()
}

/// Real certificates have about ten extensions.
const EXTENSIONS_MAX: usize = 64;
/// Real certificates have at most a dozen policies or purposes; the bound keeps the policy tree
/// small.
const POLICIES_MAX: usize = 64;

const USER_NOTICE: &[u8] = &oid::<8>(&[1, 3, 6, 1, 5, 5, 7, 2, 2]);
const AUTHORITY_INFO_ACCESS: &[u8] = &oid::<8>(&[1, 3, 6, 1, 5, 5, 7, 1, 1]);
const SUBJECT_INFO_ACCESS: &[u8] = &oid::<8>(&[1, 3, 6, 1, 5, 5, 7, 1, 11]);
