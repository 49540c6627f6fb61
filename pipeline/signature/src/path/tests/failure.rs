//! Tests of the words for what is wrong with a path.

use crate::path::Failure;
use crate::profile::Breach;
use crate::verdict::{Question, SubIndication};

#[test]
fn every_failure_has_its_name_and_its_question() {
    use SubIndication::*;
    for (failure, code, sub_indication, question) in [
        (Failure::NoChain, "no-chain", NoCertificateChainFound, Question::Authority),
        (Failure::Expired { depth: 0 }, "expired", Expired, Question::Validity),
        (
            Failure::Expired { depth: 2 },
            "expired",
            CertificateChainGeneralFailure,
            Question::Validity,
        ),
        (Failure::NotYetValid { depth: 0 }, "not-yet-valid", NotYetValid, Question::Validity),
        (
            Failure::Revoked { depth: 0, date: 0, reason: 1 },
            "revoked",
            Revoked,
            Question::Revocation,
        ),
        (
            Failure::Revoked { depth: 1, date: 0, reason: 1 },
            "revoked",
            RevokedCaNoPoe,
            Question::Revocation,
        ),
        (
            Failure::RevocationUnknown { depth: 0, code: "missing-partition" },
            "missing-partition",
            TryLater,
            Question::Revocation,
        ),
        (
            Failure::Leaf(Breach::AuthenticationCertificate),
            "authentication-certificate",
            ChainConstraintsFailure,
            Question::Signer,
        ),
        (
            Failure::Crypto { depth: 1, breach: Breach::Algorithm },
            "algorithm",
            CryptoConstraintsFailure,
            Question::Authority,
        ),
        (
            Failure::Signature { depth: 0 },
            "issuer-signature",
            CertificateChainGeneralFailure,
            Question::Authority,
        ),
    ] {
        assert_eq!(failure.code(), code);
        assert_eq!(failure.sub_indication(), sub_indication, "{failure:?}");
        assert_eq!(failure.question(), question, "{failure:?}");
        assert!(!failure.words().is_empty());
    }
}

#[test]
fn words_say_how_far_above_the_signer_the_fault_is() {
    let words = Failure::Expired { depth: 2 }.words();
    assert_eq!(words, "a certificate had expired (2 above the signer's)");
    assert_eq!(Failure::Expired { depth: 0 }.words(), "a certificate had expired");
}
