//! Why no path leads from a certificate to an anchor.

use crate::der::Malformed;
use crate::profile::Breach;
use crate::verdict::{Question, SubIndication};

/// What is wrong with a path; `depth` counts its certificates from the leaf, which is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No certificate at hand, and no anchor, is the issuer.
    NoChain,
    /// The anchor is not the authority that issues for the purpose.
    WrongAuthority,
    /// The leaf may not have signed under the purpose.
    Leaf(Breach),
    /// A certificate is not signed with its issuer's key.
    Signature {
        /// Which certificate.
        depth: usize,
    },
    /// A certificate's algorithm or its issuer's key is not trusted.
    Crypto {
        /// Which certificate.
        depth: usize,
        /// What of it.
        breach: Breach,
    },
    /// A certificate, or the anchor, was not yet valid at the reference time.
    NotYetValid {
        /// Which certificate.
        depth: usize,
    },
    /// A certificate, or the anchor, had expired at the reference time.
    Expired {
        /// Which certificate.
        depth: usize,
    },
    /// A certificate that issued another is not one of a CA (RFC 5280 §6.1.4 k).
    NotCa {
        /// Which certificate.
        depth: usize,
    },
    /// A CA's key may not sign certificates (RFC 5280 §6.1.4 n).
    KeyUsage {
        /// Which certificate.
        depth: usize,
    },
    /// More CAs follow than one above allows (RFC 5280 §6.1.4 l, m).
    PathLen {
        /// The certificate that is one too many.
        depth: usize,
    },
    /// The path has more certificates than the shop follows.
    TooLong,
    /// A name lies outside the permitted or inside the excluded names (RFC 5280 §6.1.3 b, c).
    Names {
        /// Whose name.
        depth: usize,
    },
    /// Names of a kind that is constrained above cannot be compared (RFC 5280 §4.2.1.10).
    UnknownNames {
        /// Whose name.
        depth: usize,
    },
    /// A critical extension is not known (RFC 5280 §6.1.4 o, §6.1.5 f).
    UnknownCritical {
        /// Which certificate.
        depth: usize,
    },
    /// No policy is acceptable though one must be (RFC 5280 §6.1.3 f, §6.1.5 g).
    NoPolicy {
        /// The certificate at which the last one was lost.
        depth: usize,
    },
    /// The value of an extension cannot be used.
    Malformed {
        /// Which certificate.
        depth: usize,
        /// Why.
        malformed: Malformed,
    },
    /// A certificate was revoked at the reference time.
    Revoked {
        /// Which certificate.
        depth: usize,
        /// Since when, in seconds since 1970 in UTC.
        date: i64,
        /// CRLReason (RFC 5280 §5.3.1).
        reason: u8,
    },
    /// Nobody knows whether a certificate was revoked.
    RevocationUnknown {
        /// Which certificate.
        depth: usize,
        /// The stable code of the cause, `missing-partition`.
        code: &'static str,
    },
    /// So many certificates could be issuers that the search was given up.
    TooMuchWork,
}

impl Failure {
    /// Returns the stable code, which outside scripts may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoChain => "no-chain",
            Self::WrongAuthority => "wrong-authority",
            Self::Leaf(breach) | Self::Crypto { breach, .. } => breach.code(),
            Self::Signature { .. } => "issuer-signature",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::Expired { .. } => "expired",
            Self::NotCa { .. } => "not-a-ca",
            Self::KeyUsage { .. } => "ca-key-usage",
            Self::PathLen { .. } => "path-length",
            Self::TooLong => "path-too-long",
            Self::Names { .. } => "name-constraints",
            Self::UnknownNames { .. } => "name-constraints-unknown",
            Self::UnknownCritical { .. } => "unknown-critical-extension",
            Self::NoPolicy { .. } => "no-policy",
            Self::Malformed { malformed, .. } => malformed.rule.code(),
            Self::Revoked { .. } => "revoked",
            Self::RevocationUnknown { code, .. } => code,
            Self::TooMuchWork => "path-search-given-up",
        }
    }

    /// Returns ETSI's name for it (EN 319 102-1 clauses 5.2.6.4 and 5.3.4): a fault of the leaf's
    /// own validity or revocation has its own name, that of a CA above it has another.
    pub fn sub_indication(&self) -> SubIndication {
        match self {
            Self::NoChain | Self::TooMuchWork => SubIndication::NoCertificateChainFound,
            Self::Leaf(breach) => breach.sub_indication(),
            Self::Crypto { .. } => SubIndication::CryptoConstraintsFailure,
            Self::NotYetValid { depth: 0 } => SubIndication::NotYetValid,
            Self::Expired { depth: 0 } => SubIndication::Expired,
            Self::Revoked { depth: 0, .. } => SubIndication::Revoked,
            Self::Revoked { .. } => SubIndication::RevokedCaNoPoe,
            Self::RevocationUnknown { .. } => SubIndication::TryLater,
            Self::WrongAuthority
            | Self::NotCa { .. }
            | Self::KeyUsage { .. }
            | Self::PathLen { .. }
            | Self::TooLong
            | Self::Names { .. }
            | Self::UnknownNames { .. }
            | Self::UnknownCritical { .. }
            | Self::NoPolicy { .. } => SubIndication::ChainConstraintsFailure,
            Self::Signature { .. }
            | Self::NotYetValid { .. }
            | Self::Expired { .. }
            | Self::Malformed { .. } => SubIndication::CertificateChainGeneralFailure,
        }
    }

    /// Returns which question of the verdict it answers.
    pub fn question(&self) -> Question {
        match self {
            Self::NotYetValid { .. } | Self::Expired { .. } => Question::Validity,
            Self::Revoked { .. } | Self::RevocationUnknown { .. } => Question::Revocation,
            Self::Leaf(breach) => breach.question(),
            _ => Question::Authority,
        }
    }

    /// Says what was met, without anybody's name.
    pub fn words(&self) -> String {
        let what = match self {
            Self::NoChain => "no issuer of the certificate is at hand".to_owned(),
            Self::WrongAuthority => "the anchor is not the authority for this purpose".to_owned(),
            Self::Leaf(breach) | Self::Crypto { breach, .. } => breach.words().to_owned(),
            Self::Signature { .. } => {
                "a certificate is not signed with its issuer's key".to_owned()
            }
            Self::NotYetValid { .. } => "a certificate was not yet valid".to_owned(),
            Self::Expired { .. } => "a certificate had expired".to_owned(),
            Self::NotCa { .. } => "a certificate that is not one of a CA issued another".to_owned(),
            Self::KeyUsage { .. } => "a CA's key may not sign certificates".to_owned(),
            Self::PathLen { .. } => "more CAs follow than one of them allows".to_owned(),
            Self::TooLong => "the path has too many certificates".to_owned(),
            Self::Names { .. } => "a name lies outside the names of its CA".to_owned(),
            Self::UnknownNames { .. } => "a constrained name cannot be compared".to_owned(),
            Self::UnknownCritical { .. } => "a critical extension is not known".to_owned(),
            Self::NoPolicy { .. } => "no policy is acceptable along the path".to_owned(),
            Self::Malformed { malformed, .. } => malformed.to_string(),
            Self::Revoked { reason, .. } => format!("the certificate was revoked, reason {reason}"),
            Self::RevocationUnknown { code, .. } => format!("revocation is not known: {code}"),
            Self::TooMuchWork => "the search for a path was given up".to_owned(),
        };
        match self.depth() {
            Some(depth) if depth > 0 => format!("{what} ({depth} above the signer's)"),
            _ => what,
        }
    }

    /// Returns which certificate it is about, counted from the leaf, if it is about one.
    pub fn depth(&self) -> Option<usize> {
        match self {
            Self::NoChain | Self::WrongAuthority | Self::TooLong | Self::TooMuchWork => None,
            Self::Leaf(_) => Some(0),
            Self::Signature { depth }
            | Self::Crypto { depth, .. }
            | Self::NotYetValid { depth }
            | Self::Expired { depth }
            | Self::NotCa { depth }
            | Self::KeyUsage { depth }
            | Self::PathLen { depth }
            | Self::Names { depth }
            | Self::UnknownNames { depth }
            | Self::UnknownCritical { depth }
            | Self::NoPolicy { depth }
            | Self::Malformed { depth, .. }
            | Self::Revoked { depth, .. }
            | Self::RevocationUnknown { depth, .. } => Some(*depth),
        }
    }
}
