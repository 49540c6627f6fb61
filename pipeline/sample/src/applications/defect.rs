//! The defects that an application can carry, each with what the shop is expected to answer.

use crate::random::Random;

/// One way in which an application is broken or odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApplicationDefect {
    /// The form was altered after it was signed.
    AlteredDocument,
    /// One bit of the signature is another.
    BrokenSignature,
    /// The certificate was revoked before receipt, and the list at hand says so.
    Revoked,
    /// The certificate had expired before receipt.
    Expired,
    /// Signed with the certificate for authentication.
    AuthenticationCertificate,
    /// The certificate comes from an authority of the right name and a key that nobody knows.
    UnknownAuthority,
    /// The form names somebody else than the certificate.
    OtherName,
    /// The certificate has substitutes for characters of the form; nothing is wrong.
    SubstitutedCharacters,
    /// A required field is empty.
    MissingField,
    /// A required attachment is not there.
    MissingAttachment,
    /// The form names a municipality that does not exist.
    UnknownMunicipality,
    /// The list of the municipality and key has not come.
    MissingPartition,
    /// The form is not JSON, or XML, to its end.
    BrokenForm,
    /// The receipt number stood in an earlier parcel.
    RepeatedReceipt,
    /// Revoked before receipt, which only the list of the day after says.
    RevokedInLaterList,
    /// Revoked between receipt and the list of the day after; nothing is wrong.
    RevokedAfterReceipt,
}

/// What the night is expected to do with an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// It goes to its municipality on paper, with findings if there are any.
    HandedOverPaper,
    /// The same as a file.
    HandedOverElectronic,
    /// It goes onto the list of a person who looks at it.
    Person,
    /// The applicant is told why it is not taken.
    Rejected,
    /// It waits for a list.
    Waiting,
    /// It cannot be read, or has been read before; the site is told.
    SetAside,
}

impl End {
    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::HandedOverPaper => "handed-over-paper",
            Self::HandedOverElectronic => "handed-over-electronic",
            Self::Person => "person",
            Self::Rejected => "rejected",
            Self::Waiting => "waiting",
            Self::SetAside => "set-aside",
        }
    }
}

/// A verdict as it is expected: indication, and why not passed.
pub(crate) type Indication = (&'static str, Option<&'static str>);

/// Nothing speaks against it.
pub(crate) const PASSED: Indication = ("TOTAL_PASSED", None);

impl ApplicationDefect {
    /// Every defect, in the order of the documentation.
    pub const ALL: [Self; 16] = [
        Self::AlteredDocument,
        Self::BrokenSignature,
        Self::Revoked,
        Self::Expired,
        Self::AuthenticationCertificate,
        Self::UnknownAuthority,
        Self::OtherName,
        Self::SubstitutedCharacters,
        Self::MissingField,
        Self::MissingAttachment,
        Self::UnknownMunicipality,
        Self::MissingPartition,
        Self::BrokenForm,
        Self::RepeatedReceipt,
        Self::RevokedInLaterList,
        Self::RevokedAfterReceipt,
    ];

    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AlteredDocument => "altered-document",
            Self::BrokenSignature => "broken-signature",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::AuthenticationCertificate => "authentication-certificate",
            Self::UnknownAuthority => "unknown-authority",
            Self::OtherName => "other-name",
            Self::SubstitutedCharacters => "substituted-characters",
            Self::MissingField => "missing-field",
            Self::MissingAttachment => "missing-attachment",
            Self::UnknownMunicipality => "unknown-municipality",
            Self::MissingPartition => "missing-partition",
            Self::BrokenForm => "broken-form",
            Self::RepeatedReceipt => "repeated-receipt",
            Self::RevokedInLaterList => "revoked-in-later-list",
            Self::RevokedAfterReceipt => "revoked-after-receipt",
        }
    }

    /// Returns the verdict of the night; `None` where the application is set aside unverified.
    pub(crate) fn verdict(self) -> Option<Indication> {
        Some(match self {
            Self::AlteredDocument => ("TOTAL_FAILED", Some("HASH_FAILURE")),
            Self::BrokenSignature => ("TOTAL_FAILED", Some("SIG_CRYPTO_FAILURE")),
            Self::Revoked => ("TOTAL_FAILED", Some("REVOKED")),
            Self::Expired => ("TOTAL_FAILED", Some("EXPIRED")),
            Self::AuthenticationCertificate => ("INDETERMINATE", Some("CHAIN_CONSTRAINTS_FAILURE")),
            Self::UnknownAuthority => ("INDETERMINATE", Some("NO_CERTIFICATE_CHAIN_FOUND")),
            Self::MissingPartition => ("INDETERMINATE", Some("TRY_LATER")),
            Self::BrokenForm | Self::RepeatedReceipt => return None,
            _ => PASSED,
        })
    }

    /// Returns the verdict once the lists of the day after are in.
    pub(crate) fn final_verdict(self) -> Option<Indication> {
        match self {
            Self::RevokedInLaterList => Self::Revoked.verdict(),
            Self::MissingPartition => Some(PASSED),
            _ => self.verdict(),
        }
    }

    /// Returns why it does not go to its municipality; `None` if it does.
    pub fn stop(self) -> Option<End> {
        match self {
            Self::AlteredDocument
            | Self::BrokenSignature
            | Self::Revoked
            | Self::Expired
            | Self::AuthenticationCertificate
            | Self::UnknownAuthority => Some(End::Rejected),
            Self::OtherName | Self::UnknownMunicipality => Some(End::Person),
            Self::MissingPartition => Some(End::Waiting),
            Self::BrokenForm | Self::RepeatedReceipt => Some(End::SetAside),
            Self::SubstitutedCharacters
            | Self::MissingField
            | Self::MissingAttachment
            | Self::RevokedInLaterList
            | Self::RevokedAfterReceipt => None,
        }
    }

    /// Draws the next application's defect: any in `share` of all cases.
    pub(crate) fn draw(share: f64, random: &mut Random) -> Option<Self> {
        random.chance(share).then(|| *random.pick(&Self::ALL))
    }
}
