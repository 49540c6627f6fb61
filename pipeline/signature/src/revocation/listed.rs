//! What is kept of an accepted list or a response beside its answers.

use crate::name::Name;

/// An accepted list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The DER of the issuer's name.
    pub issuer: Box<[u8]>,
    /// The DER of the distribution point's name; `None` for a list of everything.
    pub point: Option<Box<[u8]>>,
    /// The number, big-endian without leading zeros.
    pub number: Option<Box<[u8]>>,
    /// When it was issued, UNIX seconds.
    pub this_update: i64,
    /// When the next one is due at the latest, UNIX seconds.
    pub next_update: i64,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

/// An OCSP response that was consulted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responded {
    /// When it was made, UNIX seconds.
    pub produced_at: i64,
    /// The moment at which its answer was known to be right, UNIX seconds.
    pub this_update: i64,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

impl Listed {
    /// Returns the issuer's name.
    pub fn issuer(&self) -> Name<'_> {
        Name::from_der(&self.issuer).expect("a name that was read before")
    }

    /// Returns the name of the distribution point.
    pub fn point(&self) -> Option<Name<'_>> {
        let point = self.point.as_ref()?;
        Some(Name::from_der(point).expect("a name that was read before"))
    }
}
