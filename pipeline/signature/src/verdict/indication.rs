//! The indications of ETSI EN 319 102-1, by the names and URNs of ETSI TS 119 102-2.

use serde::{Deserialize, Serialize};

/// The main status indication, EN 319 102-1 V1.3.1 table 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Indication {
    /// Every check passed.
    #[serde(rename = "TOTAL_PASSED")]
    TotalPassed,
    /// It is proved that the signature is not valid.
    #[serde(rename = "TOTAL_FAILED")]
    TotalFailed,
    /// What is at hand proves neither.
    #[serde(rename = "INDETERMINATE")]
    Indeterminate,
}

impl Indication {
    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::TotalPassed => "TOTAL_PASSED",
            Self::TotalFailed => "TOTAL_FAILED",
            Self::Indeterminate => "INDETERMINATE",
        }
    }

    /// Returns the URN of TS 119 102-2.
    pub fn urn(self) -> &'static str {
        match self {
            Self::TotalPassed => "urn:etsi:019102:mainindication:total-passed",
            Self::TotalFailed => "urn:etsi:019102:mainindication:total-failed",
            Self::Indeterminate => "urn:etsi:019102:mainindication:indeterminate",
        }
    }

    /// Returns the exit code of `lettershop verify`: 0 passed, 1 failed, 2 indeterminate.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::TotalPassed => 0,
            Self::TotalFailed => 1,
            Self::Indeterminate => 2,
        }
    }
}

/// Declares the sub-indications in one place: name, indication and whether it is a breach.
macro_rules! sub_indications {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $indication:ident;)*) => {
        /// Why a signature did not pass, EN 319 102-1 V1.3.1 table 6.
        ///
        /// With a proof of existence at the receipt time (which the shop always has) the same
        /// sub-indication always goes with the same indication.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum SubIndication {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl SubIndication {
            /// Every sub-indication, in the order of the standard.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Returns the indication with which it goes.
            pub fn indication(self) -> Indication {
                match self { $(Self::$variant => Indication::$indication,)* }
            }
        }
    };
}

sub_indications! {
    /// The bytes are not a signature of the declared form.
    FormatFailure = "FORMAT_FAILURE", TotalFailed;
    /// A signed file has another digest than the signature says.
    HashFailure = "HASH_FAILURE", TotalFailed;
    /// The signature value does not verify under the certificate's key.
    SigCryptoFailure = "SIG_CRYPTO_FAILURE", TotalFailed;
    /// The certificate was revoked at the reference time.
    Revoked = "REVOKED", TotalFailed;
    /// The certificate had expired at the reference time.
    Expired = "EXPIRED", TotalFailed;
    /// The certificate was not yet valid at the reference time.
    NotYetValid = "NOT_YET_VALID", TotalFailed;
    /// The signature breaks a constraint on signatures (attributes, certificate used).
    SigConstraintsFailure = "SIG_CONSTRAINTS_FAILURE", Indeterminate;
    /// The path breaks a constraint of the profile.
    ChainConstraintsFailure = "CHAIN_CONSTRAINTS_FAILURE", Indeterminate;
    /// The path fails for another reason.
    CertificateChainGeneralFailure = "CERTIFICATE_CHAIN_GENERAL_FAILURE", Indeterminate;
    /// An algorithm or key size is no longer, or not, trusted.
    CryptoConstraintsFailure = "CRYPTO_CONSTRAINTS_FAILURE", Indeterminate;
    /// The policy could not be applied.
    PolicyProcessingError = "POLICY_PROCESSING_ERROR", Indeterminate;
    /// The policy that the signature names is not at hand.
    SignaturePolicyNotAvailable = "SIGNATURE_POLICY_NOT_AVAILABLE", Indeterminate;
    /// Time-stamps contradict each other.
    TimestampOrderFailure = "TIMESTAMP_ORDER_FAILURE", Indeterminate;
    /// The signer's certificate is not there.
    NoSigningCertificateFound = "NO_SIGNING_CERTIFICATE_FOUND", Indeterminate;
    /// No path leads to an anchor.
    NoCertificateChainFound = "NO_CERTIFICATE_CHAIN_FOUND", Indeterminate;
    /// No path leads to an anchor, and nothing proves that one did.
    NoCertificateChainFoundNoPoe = "NO_CERTIFICATE_CHAIN_FOUND_NO_POE", Indeterminate;
    /// The certificate is revoked and nothing proves that the signature is older.
    RevokedNoPoe = "REVOKED_NO_POE", Indeterminate;
    /// An authority of the path is revoked and nothing proves that the signature is older.
    RevokedCaNoPoe = "REVOKED_CA_NO_POE", Indeterminate;
    /// Outside its validity, though known not to be revoked.
    OutOfBoundsNotRevoked = "OUT_OF_BOUNDS_NOT_REVOKED", Indeterminate;
    /// Outside its validity, and nothing proves that the signature is older.
    OutOfBoundsNoPoe = "OUT_OF_BOUNDS_NO_POE", Indeterminate;
    /// The revocation answer is out of its time.
    RevocationOutOfBoundsNoPoe = "REVOCATION_OUT_OF_BOUNDS_NO_POE", Indeterminate;
    /// An algorithm is no longer trusted and nothing proves that the signature is older.
    CryptoConstraintsFailureNoPoe = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", Indeterminate;
    /// Nothing proves when the signature existed.
    NoPoe = "NO_POE", Indeterminate;
    /// A list that will come can settle it.
    TryLater = "TRY_LATER", Indeterminate;
    /// The signed content is not there.
    SignedDataNotFound = "SIGNED_DATA_NOT_FOUND", Indeterminate;
}

impl SubIndication {
    /// Returns the URN of TS 119 102-2.
    pub fn urn(self) -> String {
        format!("urn:etsi:019102:subindication:{}", self.name())
    }

    /// Whether the question is answered with no although the indication is INDETERMINATE: a
    /// constraint is broken and waiting mends nothing.
    pub fn is_breach(self) -> bool {
        use SubIndication::*;
        matches!(
            self,
            SigConstraintsFailure
                | ChainConstraintsFailure
                | CertificateChainGeneralFailure
                | CryptoConstraintsFailure
                | RevokedCaNoPoe
                | RevokedNoPoe
                | OutOfBoundsNoPoe
                | OutOfBoundsNotRevoked
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sub_indication_has_a_name_of_its_own_in_capitals() {
        let mut names: Vec<&str> = SubIndication::ALL.iter().map(|sub| sub.name()).collect();
        assert!(names.iter().all(|n| n.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 25);
    }

    #[test]
    fn only_the_six_of_the_standard_are_total_failures() {
        let failed =
            SubIndication::ALL.iter().filter(|s| s.indication() != Indication::Indeterminate);
        let names: Vec<&str> = failed.map(|sub| sub.name()).collect();
        assert_eq!(
            names,
            [
                "FORMAT_FAILURE",
                "HASH_FAILURE",
                "SIG_CRYPTO_FAILURE",
                "REVOKED",
                "EXPIRED",
                "NOT_YET_VALID"
            ]
        );
    }
}
