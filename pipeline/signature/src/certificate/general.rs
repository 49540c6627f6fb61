//! General names, distribution points and access descriptions (RFC 5280 §4.2.1.6, §4.2.1.13,
//! §4.2.2.1).
//!
//! A list is checked whole when it is read, so that walking it later cannot fail.

use crate::der::{tag, Bits, Malformed, Reader, Rule, Tlv};
use crate::name::{Name, Rdn};

/// A name of any kind that a certificate can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneralName<'a> {
    /// otherName: a type by the content octets of its OBJECT IDENTIFIER, and one value.
    Other {
        /// The type.
        oid: &'a [u8],
        /// The value, within its explicit tag.
        value: Tlv<'a>,
    },
    /// rfc822Name: a mailbox.
    Email(&'a str),
    /// dNSName.
    Dns(&'a str),
    /// x400Address, which nothing here reads.
    X400(&'a [u8]),
    /// directoryName.
    Directory(Name<'a>),
    /// ediPartyName, which nothing here reads.
    Edi(&'a [u8]),
    /// uniformResourceIdentifier.
    Uri(&'a str),
    /// iPAddress: 4 or 16 octets, with a mask of the same length in a name constraint.
    Ip(&'a [u8]),
    /// registeredID: the content octets of an OBJECT IDENTIFIER.
    Registered(&'a [u8]),
}

impl<'a> GeneralName<'a> {
    /// Reads the general name that `tlv` is.
    ///
    /// # Errors
    /// Those of the reader; `BadText` for characters that are not of an IA5String.
    pub fn read(tlv: Tlv<'a>) -> Result<Self, Malformed> {
        const OTHER: u8 = tag::constructed(0);
        const EMAIL: u8 = tag::context(1);
        const DNS: u8 = tag::context(2);
        const X400: u8 = tag::constructed(3);
        const EDI: u8 = tag::constructed(5);
        const URI: u8 = tag::context(6);
        const IP: u8 = tag::context(7);
        const REGISTERED: u8 = tag::context(8);
        Ok(match tlv.tag {
            OTHER => {
                let mut parts = tlv.reader();
                let oid = parts.oid()?;
                let value = only_within(parts.expect(tag::constructed(0))?)?;
                parts.finish()?;
                Self::Other { oid, value }
            }
            EMAIL => Self::Email(tlv.ascii()?),
            DNS => Self::Dns(tlv.ascii()?),
            X400 => Self::X400(tlv.raw),
            DIRECTORY_TAG => Self::Directory(Name::read(only_within(tlv)?)?),
            EDI => Self::Edi(tlv.raw),
            URI => Self::Uri(tlv.ascii()?),
            IP => Self::Ip(tlv.content),
            REGISTERED => Self::Registered(tlv.oid()?),
            _ => return Err(tlv.breaks(Rule::UnexpectedTag)),
        })
    }

    /// Reads a general name that was read before: a directory name is not checked again.
    fn read_again(tlv: Tlv<'a>) -> Result<Self, Malformed> {
        match tlv.tag {
            DIRECTORY_TAG => Ok(Self::Directory(Name::from_checked(tlv.content))),
            _ => Self::read(tlv),
        }
    }
}

/// The tag of a directoryName.
const DIRECTORY_TAG: u8 = tag::constructed(4);

/// Reads the one element within an explicit tag.
fn only_within(tlv: Tlv<'_>) -> Result<Tlv<'_>, Malformed> {
    let mut reader = tlv.reader();
    let value = reader.next()?;
    reader.finish()?;
    Ok(value)
}

/// Declares a list that is checked whole when it is read.
macro_rules! list {
    ($(#[$doc:meta])* $name:ident of $item:ty, $read:path, $again:path, $max:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'a> {
            content: &'a [u8],
            offset: usize,
        }

        impl<'a> $name<'a> {
            /// Reads the list whose elements are the content of `tlv`, whatever its tag.
            ///
            /// # Errors
            /// Those of the elements; `EmptyList`, `TooMany`.
            pub fn read(tlv: Tlv<'a>) -> Result<Self, Malformed> {
                let mut reader = tlv.reader().not_empty()?;
                let (content, offset) = (reader.rest(), reader.offset());
                let mut count = 0;
                while !reader.is_empty() {
                    count += 1;
                    if count > $max {
                        return Err(reader.breaks(Rule::TooMany));
                    }
                    $read(reader.next()?)?;
                }
                Ok(Self { content, offset })
            }

            /// Returns the elements in their order.
            pub fn iter(self) -> impl Iterator<Item = $item> {
                let mut reader = Reader::at(self.content, self.offset);
                std::iter::from_fn(move || {
                    if reader.is_empty() {
                        return None;
                    }
                    reader.next().and_then($again).ok()
                })
            }
        }
    };
}
pub(super) use list;

list! {
    /// GeneralNames.
    GeneralNames of GeneralName<'a>, GeneralName::read, GeneralName::read_again, NAMES_MAX
}

impl<'a> GeneralNames<'a> {
    /// Takes the list whose elements are the content of `tlv` and were read before.
    fn checked(tlv: Tlv<'a>) -> Self {
        let reader = tlv.reader();
        Self { content: reader.rest(), offset: reader.offset() }
    }
}

/// Where a revocation list is found and what it says (RFC 5280 §4.2.1.13).
#[derive(Clone, Copy, Debug)]
pub struct DistributionPoint<'a> {
    /// Where.
    pub name: Option<PointName<'a>>,
    /// For which reasons of revocation; all of them if absent.
    pub reasons: Option<Bits<'a>>,
    /// Who signs the list, if not the certificate's issuer.
    pub crl_issuer: Option<GeneralNames<'a>>,
}

/// The name of a distribution point.
#[derive(Clone, Copy, Debug)]
pub enum PointName<'a> {
    /// fullName: several names of one list.
    Full(GeneralNames<'a>),
    /// nameRelativeToCRLIssuer: to be joined to the CRL issuer's name.
    Relative(Rdn<'a>),
}

impl<'a> PointName<'a> {
    /// Reads the DistributionPointName within `tlv`, its explicit tag; also that of an
    /// issuingDistributionPoint (RFC 5280 §5.2.5).
    ///
    /// # Errors
    /// Those of the reader.
    pub fn read(tlv: Tlv<'a>) -> Result<Self, Malformed> {
        Self::read_by(tlv, GeneralNames::read)
    }

    fn read_by(
        tlv: Tlv<'a>,
        names: impl Fn(Tlv<'a>) -> Result<GeneralNames<'a>, Malformed>,
    ) -> Result<Self, Malformed> {
        const FULL: u8 = tag::constructed(0);
        const RELATIVE: u8 = tag::constructed(1);
        let choice = only_within(tlv)?;
        match choice.tag {
            FULL => Ok(Self::Full(names(choice)?)),
            RELATIVE => Ok(Self::Relative(Rdn::read(choice)?)),
            _ => Err(choice.breaks(Rule::UnexpectedTag)),
        }
    }
}

impl<'a> DistributionPoint<'a> {
    fn read(tlv: Tlv<'a>) -> Result<Self, Malformed> {
        Self::read_by(tlv, GeneralNames::read)
    }

    /// Reads a point that was read before: its names are not checked again.
    fn read_again(tlv: Tlv<'a>) -> Result<Self, Malformed> {
        Self::read_by(tlv, |names| Ok(GeneralNames::checked(names)))
    }

    #[inline]
    fn read_by(
        tlv: Tlv<'a>,
        names: impl Fn(Tlv<'a>) -> Result<GeneralNames<'a>, Malformed>,
    ) -> Result<Self, Malformed> {
        let mut parts = tlv.tagged(tag::SEQUENCE)?.reader();
        let name = parts.optional(tag::constructed(0))?;
        let name = name.map(|name| PointName::read_by(name, &names)).transpose()?;
        let reasons = parts.optional(tag::context(1))?.map(|t| t.named_bits()).transpose()?;
        let crl_issuer = parts.optional(tag::constructed(2))?.map(names).transpose()?;
        parts.finish()?;
        if name.is_none() && crl_issuer.is_none() {
            return Err(tlv.breaks(Rule::BadExtension));
        }
        Ok(Self { name, reasons, crl_issuer })
    }
}

list! {
    /// CRLDistributionPoints, or those of a freshestCRL.
    DistributionPoints of DistributionPoint<'a>,
    DistributionPoint::read, DistributionPoint::read_again, NAMES_MAX
}

/// Where something about the issuer is found (RFC 5280 §4.2.2.1).
#[derive(Clone, Copy, Debug)]
pub struct AccessDescription<'a> {
    /// The content octets of the method's OBJECT IDENTIFIER: [`OCSP`] or [`CA_ISSUERS`].
    pub method: &'a [u8],
    /// Where.
    pub location: GeneralName<'a>,
}

impl<'a> AccessDescription<'a> {
    fn read(tlv: Tlv<'a>) -> Result<Self, Malformed> {
        let mut parts = tlv.tagged(tag::SEQUENCE)?.reader();
        let method = parts.oid()?;
        let location = GeneralName::read(parts.next()?)?;
        parts.finish()?;
        Ok(Self { method, location })
    }
}

list! {
    /// AuthorityInfoAccessSyntax.
    AccessDescriptions of AccessDescription<'a>,
    AccessDescription::read, AccessDescription::read, NAMES_MAX
}

/// Access method: an OCSP responder.
pub const OCSP: &[u8] = &crate::der::oid::<8>(&[1, 3, 6, 1, 5, 5, 7, 48, 1]);
/// Access method: certificates of the issuer.
pub const CA_ISSUERS: &[u8] = &crate::der::oid::<8>(&[1, 3, 6, 1, 5, 5, 7, 48, 2]);

/// Server certificates of large hosts name some hundred hosts; citizens' certificates have six
/// names.
const NAMES_MAX: usize = 1024;
