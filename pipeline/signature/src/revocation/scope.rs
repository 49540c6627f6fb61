//! Which certificates a list speaks of, and whether a certificate is one of them.

use crate::certificate::{DistributionPoint, GeneralName, GeneralNames, PointName};
use crate::der::{tag, Malformed, Tlv};
use crate::name::Name;

/// An issuingDistributionPoint (RFC 5280 §5.2.5); without one a list speaks of all certificates.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The names of the distribution point.
    pub names: Option<Names<'a>>,
    /// onlyContainsUserCerts.
    pub only_user: bool,
    /// onlyContainsCACerts.
    pub only_ca: bool,
    /// onlyContainsAttributeCerts.
    pub only_attribute: bool,
    /// onlySomeReasons; [`ALL_REASONS`] without it.
    pub reasons: u16,
    /// indirectCRL: entries may be of other issuers than the list's.
    pub indirect: bool,
}

/// The names of a distribution point, wherever it stands.
#[derive(Clone, Copy, Debug)]
pub enum Names<'a> {
    /// fullName, or the names of a CRL issuer.
    Full(GeneralNames<'a>),
    /// nameRelativeToCRLIssuer, with the name that it is joined to.
    Relative(Name<'a>, crate::name::Rdn<'a>),
    /// The name of an issuer, where a certificate names no point (RFC 5280 §6.3.3).
    Issuer(Name<'a>),
}

impl Default for Scope<'_> {
    fn default() -> Self {
        Self {
            names: None,
            only_user: false,
            only_ca: false,
            only_attribute: false,
            reasons: ALL_REASONS,
            indirect: false,
        }
    }
}

impl<'a> Scope<'a> {
    /// Reads the issuingDistributionPoint of a list of this issuer.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn read(element: Tlv<'a>, issuer: Name<'a>) -> Result<Self, Malformed> {
        let mut parts = element.tagged(tag::SEQUENCE)?.reader();
        let name = parts.optional(tag::constructed(0))?.map(PointName::read).transpose()?;
        let only_user = parts.default_false(tag::context(1))?;
        let only_ca = parts.default_false(tag::context(2))?;
        let reasons = parts.optional(tag::context(3))?.map(|tlv| tlv.named_bits()).transpose()?;
        let indirect = parts.default_false(tag::context(4))?;
        let only_attribute = parts.default_false(tag::context(5))?;
        parts.finish()?;
        let names = name.map(|name| Names::of(name, issuer));
        let reasons = reasons.map_or(ALL_REASONS, |bits| mask(bits.octets));
        Ok(Self { names, only_user, only_ca, only_attribute, reasons, indirect })
    }

    /// Whether the list speaks of a certificate with this point (RFC 5280 §6.3.3 (b)(2)).
    pub fn covers(&self, point: &Point<'_>, is_ca: bool) -> bool {
        let named = match &self.names {
            None => true,
            Some(own) => point.names.is_some_and(|names| own.meets(&names)),
        };
        let of_other_kind = if is_ca { self.only_user } else { self.only_ca };
        named && !self.only_attribute && !of_other_kind
    }
}

impl<'a> Names<'a> {
    /// Returns the names of a point below this issuer.
    pub fn of(name: PointName<'a>, issuer: Name<'a>) -> Self {
        match name {
            PointName::Full(names) => Self::Full(names),
            PointName::Relative(rdn) => Self::Relative(issuer, rdn),
        }
    }

    /// Whether one of the names is one of the other's.
    pub fn meets(&self, other: &Names<'_>) -> bool {
        match (self, other) {
            (Self::Full(own), Names::Full(met)) => {
                own.iter().any(|own| met.iter().any(|met| same(&own, &met)))
            }
            _ => {
                let (own, met) = (self.directory_names(), other.directory_names());
                own.iter().any(|own| {
                    let own = Name::from_der(own);
                    met.iter().any(|met| match (own, Name::from_der(met)) {
                        (Ok(own), Ok(met)) => own.matches(met),
                        _ => false,
                    })
                })
            }
        }
    }

    /// Returns the DER of the distinguished names among them.
    pub fn directory_names(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Full(names) => names
                .iter()
                .filter_map(|name| match name {
                    GeneralName::Directory(name) => Some(name.raw().to_vec()),
                    _ => None,
                })
                .collect(),
            Self::Relative(issuer, rdn) => vec![issuer.joined(*rdn)],
            Self::Issuer(name) => vec![name.raw().to_vec()],
        }
    }

    /// Returns the one distinguished name, if that is all there is.
    #[inline]
    pub fn only_directory_name(&self) -> Option<&'a [u8]> {
        let Self::Full(names) = self else { return None };
        let mut names = names.iter();
        match (names.next(), names.next()) {
            (Some(GeneralName::Directory(name)), None) => Some(name.raw()),
            _ => None,
        }
    }
}

/// Whether two general names are one.
fn same(own: &GeneralName<'_>, met: &GeneralName<'_>) -> bool {
    match (own, met) {
        (GeneralName::Directory(own), GeneralName::Directory(met)) => own.matches(*met),
        (GeneralName::Other { oid, value }, GeneralName::Other { oid: kind, value: met }) => {
            oid == kind && value.raw == met.raw
        }
        (GeneralName::X400(_) | GeneralName::Edi(_), _) => false,
        _ => own == met,
    }
}

/// A distribution point of a certificate as the processing of RFC 5280 §6.3.3 takes it.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a> {
    /// Its names, or those of its CRL issuer if it has none of its own.
    pub names: Option<Names<'a>>,
    /// The reasons that it has lists for.
    pub reasons: u16,
    /// The name of the CRL issuer, if it is not the certificate's issuer.
    pub crl_issuer: Option<Name<'a>>,
}

impl<'a> Point<'a> {
    /// Returns the point of a certificate of this issuer.
    pub fn of(point: &DistributionPoint<'a>, issuer: Name<'a>) -> Self {
        let crl_issuer = point.crl_issuer.and_then(|names| {
            names.iter().find_map(|name| match name {
                GeneralName::Directory(name) => Some(name),
                _ => None,
            })
        });
        let base = crl_issuer.unwrap_or(issuer);
        let names = match (point.name, point.crl_issuer) {
            (Some(name), _) => Some(Names::of(name, base)),
            (None, issuers) => issuers.map(Names::Full),
        };
        let reasons = point.reasons.map_or(ALL_REASONS, |bits| mask(bits.octets));
        Self { names, reasons, crl_issuer }
    }

    /// Returns the point of a certificate that names none: its issuer.
    pub fn of_issuer(issuer: Name<'a>) -> Self {
        Self { names: Some(Names::Issuer(issuer)), reasons: ALL_REASONS, crl_issuer: None }
    }
}

/// Returns ReasonFlags as a mask; bit 0, unused, is left out.
fn mask(octets: &[u8]) -> u16 {
    let first = octets.first().copied().unwrap_or(0);
    let second = octets.get(1).copied().unwrap_or(0);
    u16::from_be_bytes([first, second]) & ALL_REASONS
}

/// All ReasonFlags but the unused one (RFC 5280 §4.2.1.13), the first bit uppermost.
pub const ALL_REASONS: u16 = 0x7f80;
