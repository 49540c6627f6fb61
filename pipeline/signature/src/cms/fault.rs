//! Why a message or one of its signers is refused before any digest.

use crate::der::Malformed;

/// Why a message or a signer is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is not strict DER or not of the structure.
    #[error("{0}")]
    Malformed(#[from] Malformed),
    /// The message is of another type than SignedData.
    #[error("the message is not SignedData")]
    NotSignedData,
    /// Nobody signed.
    #[error("the message has no signer")]
    NoSigner,
    /// The content is not in the message and was not given.
    #[error("the signed content is not there")]
    NoContent,
    /// The content in the message is not the file that was given.
    #[error("the content in the message is not the file that came with it")]
    OtherContent,
    /// A hash function or a signature algorithm that the shop does not verify.
    #[error("the algorithm is not verified here")]
    Algorithm,
    /// The hash function of the signature is not that of the content (RFC 5652 §5.3).
    #[error("the signature's hash function is not the content's")]
    HashMismatch,
    /// RFC 5652 §5.3: content of another type than id-data needs signed attributes, and so does
    /// everything under a policy that says so.
    #[error("there are no signed attributes")]
    NoAttributes,
    /// RFC 5652 §5.3: an attribute stands twice.
    #[error("an attribute stands twice")]
    RepeatedAttribute,
    /// RFC 5652 §11: an attribute has another number of values than one.
    #[error("an attribute has more than one value, or none")]
    ManyValues,
    /// RFC 5652 §11.1: contentType is missing.
    #[error("the signed attributes do not name the content's type")]
    NoContentType,
    /// RFC 5652 §11.1: contentType is not the content's type.
    #[error("the signed attributes name another type of content")]
    OtherContentType,
    /// RFC 5652 §11.2: messageDigest is missing.
    #[error("the signed attributes do not have the content's digest")]
    NoMessageDigest,
    /// RFC 5652 §11.2: messageDigest is not as long as the hash function's digests.
    #[error("the digest in the signed attributes has another length than the hash function's")]
    DigestLength,
    /// The content could pass for somebody's signed attributes: the signature may have been made
    /// over attributes whose bytes are now given out as content.
    #[error("the content has the form of signed attributes")]
    AmbiguousContent,
}

impl Fault {
    /// Returns the stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed(malformed) => malformed.rule.code(),
            Self::NotSignedData => "not-signed-data",
            Self::NoSigner => "no-signer",
            Self::NoContent => "no-content",
            Self::OtherContent => "other-content",
            Self::Algorithm => "algorithm",
            Self::HashMismatch => "hash-mismatch",
            Self::NoAttributes => "no-attributes",
            Self::RepeatedAttribute => "repeated-attribute",
            Self::ManyValues => "many-values",
            Self::NoContentType => "no-content-type",
            Self::OtherContentType => "other-content-type",
            Self::NoMessageDigest => "no-message-digest",
            Self::DigestLength => "digest-length",
            Self::AmbiguousContent => "ambiguous-content",
        }
    }
}
