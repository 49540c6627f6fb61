//! The policy under which a verdict is given: profile, reference time, grace.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// What a signature must be to pass.
///
/// The reference time is always the receipt time, never the signing time that the signer claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Policy {
    /// Which certificates may have signed.
    pub purpose: Purpose,
    /// A verdict is final once a list has come whose thisUpdate is later than receipt by more than
    /// this many seconds (EN 319 102-1 clause 5.2.5, revocation freshness).
    pub grace_seconds: u32,
}

impl Policy {
    /// Returns the policy of a purpose without grace.
    pub const fn of(purpose: Purpose) -> Self {
        Self { purpose, grace_seconds: 0 }
    }

    /// Returns the stable id: `lettershop:jpki-sign:receipt:1`, with the grace where there is one.
    ///
    /// The last number is raised whenever a rule changes that can change a verdict.
    pub fn id(&self) -> Cow<'static, str> {
        let id = match self.purpose {
            Purpose::JpkiSign => "lettershop:jpki-sign:receipt:1",
            Purpose::JpkiSignTest => "lettershop:jpki-sign-test:receipt:1",
            Purpose::JpkiAuth => "lettershop:jpki-auth:receipt:1",
            Purpose::Generic => "lettershop:generic:receipt:1",
        };
        match self.grace_seconds {
            0 => Cow::Borrowed(id),
            grace => Cow::Owned(format!("{id}:grace={grace}")),
        }
    }

    /// Reads a policy back from its id.
    pub fn from_id(id: &str) -> Option<Self> {
        let (id, grace_seconds) = match id.split_once(":grace=") {
            Some((id, grace)) => (id, grace.parse().ok()?),
            None => (id, 0),
        };
        let purpose = Purpose::ALL.into_iter().find(|purpose| Self::of(*purpose).id() == id)?;
        let policy = Self { purpose, grace_seconds };
        Some(policy)
    }
}

/// Which certificates may have made a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// 署名用電子証明書: the signing certificate of a My Number card.
    JpkiSign,
    /// The same of the test environment.
    JpkiSignTest,
    /// 利用者証明用電子証明書: the authentication certificate; never for documents.
    JpkiAuth,
    /// Any certificate that RFC 5280 leads to an anchor and that may sign documents.
    Generic,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 4] = [Self::JpkiSign, Self::JpkiSignTest, Self::JpkiAuth, Self::Generic];

    /// Returns the stable name, `jpki-sign`.
    pub fn name(self) -> &'static str {
        match self {
            Self::JpkiSign => "jpki-sign",
            Self::JpkiSignTest => "jpki-sign-test",
            Self::JpkiAuth => "jpki-auth",
            Self::Generic => "generic",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_known_by_its_id_again() {
        for purpose in Purpose::ALL {
            for grace_seconds in [0, 1, 86_400] {
                let policy = Policy { purpose, grace_seconds };
                assert_eq!(Policy::from_id(&policy.id()), Some(policy));
            }
            assert_eq!(Purpose::parse(purpose.name()), Some(purpose));
        }
        assert_eq!(Policy::from_id("lettershop:jpki-sign:receipt:0"), None);
    }
}
