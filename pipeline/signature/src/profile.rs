//! The profile of the JPKI certificates.
//!
//! Two authorities, one below the other in nothing: one issues signing certificates (署名用), the
//! other authentication certificates (利用者証明用). What a certificate may be used for is said by
//! its policy; certificatePolicies is critical, so that it must be understood here. LGPKI, the
//! commercial registry and accredited authorities come under the generic purpose, where RFC 5280
//! alone decides and only the leaf is looked at here.

use crate::basic_four::Certified;
use crate::certificate::{Certificate, GeneralName, GeneralNames, PointName, Scheme};
use crate::der::{oid, tag};
use crate::name::Name;
use crate::verdict::{Purpose, Question, SubIndication};
use lanes::Hash;

/// Declares the breaches in one place: variant, code, sub-indication and words.
macro_rules! breaches {
    ($($(#[$doc:meta])* $name:ident => $code:literal, $sub:ident, $words:literal;)*) => {
        /// Why a certificate may not have signed under a purpose; one variant a rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Breach { $($(#[$doc])* $name,)* }

        impl Breach {
            /// Every breach, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the stable code, which outside scripts may rely on.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns ETSI's name for it.
            pub fn sub_indication(self) -> SubIndication {
                match self { $(Self::$name => SubIndication::$sub,)* }
            }

            /// Says what was met.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

breaches! {
    /// The authentication certificate (利用者証明用) proves who logs in and signs no document.
    AuthenticationCertificate => "authentication-certificate", ChainConstraintsFailure,
        "the certificate is one for authentication, which signs no documents";
    /// A signing certificate where one for authentication is asked.
    SigningCertificate => "signing-certificate", ChainConstraintsFailure,
        "the certificate is one for signing where one for authentication is asked";
    /// A certificate of the test environment in production.
    TestCertificate => "test-certificate", ChainConstraintsFailure,
        "the certificate is one of the test environment";
    /// A certificate of production in the test environment.
    ProductionCertificate => "production-certificate", ChainConstraintsFailure,
        "the certificate is one of production, not of the test environment";
    /// None of the policies is one of JPKI.
    ForeignPolicy => "foreign-policy", ChainConstraintsFailure,
        "the certificate has no policy of this profile";
    /// RFC 5280 §4.2: a critical extension that is not understood.
    UnknownCritical => "unknown-critical-extension", ChainConstraintsFailure,
        "the certificate has a critical extension that is not known";
    /// keyUsage lacks what the purpose asks.
    KeyUsage => "key-usage", ChainConstraintsFailure,
        "the certificate's key may not be used for this";
    /// A CA's key signs certificates, not documents.
    CaCertificate => "ca-certificate", ChainConstraintsFailure,
        "the certificate is one of a CA";
    /// authorityKeyIdentifier has no key: generations of one name cannot be told apart.
    NoAuthorityKey => "no-authority-key", ChainConstraintsFailure,
        "the certificate does not name its issuer's key";
    /// cRLDistributionPoints has no directoryName: its revocation list cannot be found.
    NoPartition => "no-partition", ChainConstraintsFailure,
        "the certificate does not name its revocation list by a directory name";
    /// SHA-1 or an algorithm that the shop does not verify.
    Algorithm => "algorithm", CryptoConstraintsFailure,
        "the certificate is signed with an algorithm that is not trusted";
    /// Another key than RSA of 2048 to 4096 bits with exponent 65537, P-256 or P-384.
    Key => "key", CryptoConstraintsFailure,
        "the certificate's key is not of a type and size that is trusted";
}

impl Breach {
    /// Returns which question of the verdict it answers: what the key may be used for is the
    /// signer's, all else the authority's.
    pub fn question(self) -> Question {
        match self {
            Self::AuthenticationCertificate
            | Self::SigningCertificate
            | Self::KeyUsage
            | Self::CaCertificate => Question::Signer,
            _ => Question::Authority,
        }
    }
}

/// Checks what the purpose asks of the signer's certificate itself; its path is another matter.
///
/// # Errors
/// The first breach.
#[inline]
pub fn check(purpose: Purpose, leaf: &Certificate<'_>) -> Result<(), Breach> {
    check_crypto(leaf)?;
    let extensions = &leaf.extensions;
    if extensions.unknown_critical.is_some() {
        return Err(Breach::UnknownCritical);
    }
    if leaf.is_ca() {
        return Err(Breach::CaCertificate);
    }
    if purpose == Purpose::Generic {
        let usage = extensions.key_usage;
        let signs = usage.is_none_or(|usage| usage.digital_signature() || usage.non_repudiation());
        return if signs { Ok(()) } else { Err(Breach::KeyUsage) };
    }
    check_policy(purpose, leaf)?;
    let Some(usage) = extensions.key_usage else { return Err(Breach::KeyUsage) };
    let signs_documents = usage.digital_signature() && usage.non_repudiation();
    let authenticates = usage.digital_signature() && !usage.non_repudiation();
    if !(if purpose == Purpose::JpkiAuth { authenticates } else { signs_documents }) {
        return Err(Breach::KeyUsage);
    }
    if extensions.authority_key_id.is_none_or(|id| id.key.is_none()) {
        return Err(Breach::NoAuthorityKey);
    }
    partition(leaf).map(drop).ok_or(Breach::NoPartition)
}

/// Refuses algorithms and keys that are not trusted at all, whatever the purpose.
///
/// # Errors
/// `Algorithm`, `Key`.
#[inline]
pub fn check_crypto(certificate: &Certificate<'_>) -> Result<(), Breach> {
    match certificate.signature_algorithm.scheme() {
        Scheme::Rsa(Hash::Sha1) | Scheme::Ecdsa(Hash::Sha1) | Scheme::Other => {
            Err(Breach::Algorithm)
        }
        _ if certificate.key.verifiable().is_none() => Err(Breach::Key),
        _ => Ok(()),
    }
}

fn check_policy(purpose: Purpose, leaf: &Certificate<'_>) -> Result<(), Breach> {
    let wanted = match purpose {
        Purpose::JpkiSign => SIGN,
        Purpose::JpkiSignTest => SIGN_TEST,
        Purpose::JpkiAuth => AUTHENTICATION,
        Purpose::Generic => return Ok(()),
    };
    let has = |oid: &[u8]| {
        leaf.extensions.policies.is_some_and(|policies| policies.iter().any(|p| p.oid == oid))
    };
    if has(wanted) {
        // A certificate for both would be neither; there is none.
        let also_authenticates = purpose != Purpose::JpkiAuth && has(AUTHENTICATION);
        return if also_authenticates { Err(Breach::AuthenticationCertificate) } else { Ok(()) };
    }
    Err(if has(AUTHENTICATION) {
        Breach::AuthenticationCertificate
    } else if purpose == Purpose::JpkiAuth && (has(SIGN) || has(SIGN_TEST)) {
        Breach::SigningCertificate
    } else if has(SIGN_TEST) {
        Breach::TestCertificate
    } else if has(SIGN) {
        Breach::ProductionCertificate
    } else {
        Breach::ForeignPolicy
    })
}

/// Returns the directory name of the first distribution point: the partition of the revocation
/// list, one a municipality, in which the certificate would stand.
#[inline]
pub fn partition<'a>(certificate: &Certificate<'a>) -> Option<Name<'a>> {
    certificate.extensions.distribution_points?.iter().find_map(|point| match point.name {
        Some(PointName::Full(names)) => names.iter().find_map(|name| match name {
            GeneralName::Directory(name) => Some(name),
            _ => None,
        }),
        _ => None,
    })
}

/// Which of the two authorities a CA's name says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// 署名用CA.
    Signing,
    /// 利用者証明用CA.
    Authentication,
    /// Not of JPKI.
    Other,
}

impl Authority {
    /// Reads it from the CA's name: `O=JPKI` and the organisational unit.
    pub fn of(name: Name<'_>) -> Self {
        let has = |oid: &[u8], value: &str| {
            name.attributes().any(|a| a.oid == oid && a.text().is_some_and(|text| text == value))
        };
        if !has(ORGANIZATION, "JPKI") {
            Self::Other
        } else if has(ORGANIZATIONAL_UNIT, "JPKI for digital signature") {
            Self::Signing
        } else if has(ORGANIZATIONAL_UNIT, "JPKI for user authentication") {
            Self::Authentication
        } else {
            Self::Other
        }
    }

    /// Returns whether this authority issues certificates of a purpose. Only the name of a test
    /// environment's authority is free, as long as it is not the other one's.
    pub fn issues_for(self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::JpkiSign => self == Self::Signing,
            Purpose::JpkiSignTest => self != Self::Authentication,
            Purpose::JpkiAuth => self == Self::Authentication,
            Purpose::Generic => true,
        }
    }
}

/// Who a signing certificate says its holder is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder<'a> {
    /// The basic four with the masks of substituted characters.
    pub four: Certified<'a>,
    /// otherName entries of JPKI that are not known here (a kana name, an old surname): the content
    /// octets of their OBJECT IDENTIFIERs and their texts.
    pub unknown: Vec<(&'a [u8], &'a str)>,
    /// What is odd about them, each once.
    pub oddities: Vec<Oddity>,
}

/// Something odd about the holder's entries; it changes no answer and deserves a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// An entry stands twice; the first one counts.
    Repeated,
    /// An entry's value is not a UTF8String; it does not count.
    NotText,
    /// The mask of the name has another length than the name.
    NameMaskLength,
    /// The mask of the address has another length than the address.
    AddressMaskLength,
    /// An entry below JPKI's arc is not known.
    UnknownEntry,
}

impl Oddity {
    /// Returns the stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Repeated => "holder-entry-repeated",
            Self::NotText => "holder-entry-not-text",
            Self::NameMaskLength => "name-mask-length",
            Self::AddressMaskLength => "address-mask-length",
            Self::UnknownEntry => "holder-entry-unknown",
        }
    }
}

/// Reads the holder from the six otherName entries of subjectAltName; `None` if the certificate has
/// none of them. Absent entries are `None`.
pub fn holder<'a>(certificate: &Certificate<'a>) -> Option<Holder<'a>> {
    let mut holder = Holder::default();
    let mut met = false;
    for (oid, value) in other_names(certificate.extensions.subject_alt_names?) {
        let [rest @ .., number] = oid else { continue };
        if rest != HOLDER_ARC {
            continue;
        }
        met = true;
        let Some(text) = value else {
            holder.note(Oddity::NotText);
            continue;
        };
        let four = &mut holder.four;
        let slot = match number {
            1 => &mut four.name,
            2 => &mut four.name_mask,
            3 => &mut four.sex,
            4 => &mut four.birth,
            5 => &mut four.address,
            6 => &mut four.address_mask,
            _ => {
                holder.unknown.push((oid, text));
                holder.note(Oddity::UnknownEntry);
                continue;
            }
        };
        if slot.is_none() {
            *slot = Some(text);
        } else {
            holder.note(Oddity::Repeated);
        }
    }
    let four = holder.four;
    if lengths_differ(four.name, four.name_mask) {
        holder.note(Oddity::NameMaskLength);
    }
    if lengths_differ(four.address, four.address_mask) {
        holder.note(Oddity::AddressMaskLength);
    }
    met.then_some(holder)
}

impl Holder<'_> {
    fn note(&mut self, oddity: Oddity) {
        if !self.oddities.contains(&oddity) {
            self.oddities.push(oddity);
        }
    }
}

/// Returns the otherName entries: type, and text if the value is a UTF8String.
fn other_names<'a>(names: GeneralNames<'a>) -> impl Iterator<Item = (&'a [u8], Option<&'a str>)> {
    names.iter().filter_map(|name| match name {
        GeneralName::Other { oid, value } => {
            Some((oid, value.tagged(tag::UTF8_STRING).and_then(|tlv| tlv.utf8()).ok()))
        }
        _ => None,
    })
}

fn lengths_differ(text: Option<&str>, mask: Option<&str>) -> bool {
    match (text, mask) {
        (Some(text), Some(mask)) => text.chars().count() != mask.chars().count(),
        _ => false,
    }
}

/// Policy of the signing certificate (署名用), production.
pub const SIGN: &[u8] = &oid::<11>(&[1, 2, 392, 200149, 8, 5, 1, 1, 20]);
/// Policy of the signing certificate, test environment.
pub const SIGN_TEST: &[u8] = &oid::<11>(&[1, 2, 392, 200149, 8, 5, 1, 0, 20]);
/// Policy of the authentication certificate (利用者証明用).
pub const AUTHENTICATION: &[u8] = &oid::<11>(&[1, 2, 392, 200149, 8, 5, 1, 3, 30]);
/// The arc below which the entries of subjectAltName stand.
const HOLDER_ARC: &[u8] = &oid::<9>(&[1, 2, 392, 200149, 8, 5, 5]);
const ORGANIZATION: &[u8] = &oid::<3>(&[2, 5, 4, 10]);
const ORGANIZATIONAL_UNIT: &[u8] = &oid::<3>(&[2, 5, 4, 11]);

#[cfg(test)]
mod tests;
