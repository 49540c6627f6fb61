//! What lists and responses say to a path (RFC 5280 §6.3).

use super::{Answer, Crls, Query, Status};
use crate::certificate::Certificate;
use crate::path::{build_and_check, Link, Revocation, Settings, Standing};

impl Revocation for Crls {
    /// Answers by lists of the issuer's key and by those of other keys under the name of the list's
    /// issuer, as long as a path leads from them to the same anchors and is not revoked itself.
    fn standing(&self, link: &Link<'_, '_>) -> Standing {
        Nested::of(self).standing(link)
    }
}

impl Crls {
    /// Answers in full what [`Revocation::standing`] says in a word: with the lists on which the
    /// answer stands.
    pub(crate) fn answer_link(&self, link: &Link<'_, '_>) -> Answer {
        Nested::of(self).answer(link)
    }
}

/// Lists, asked about the signer of a list, of which they were asked.
struct Nested<'c> {
    crls: &'c Crls,
    level: usize,
    /// The signer of lists whose path is being checked.
    vetted: Option<&'c [u8]>,
}

impl<'c> Nested<'c> {
    fn of(crls: &'c Crls) -> Self {
        Self { crls, level: 0, vetted: None }
    }

    fn answer(&self, link: &Link<'_, '_>) -> Answer {
        let query =
            Query { certificate: link.certificate, issuer_key: link.issuer.key.spki, at: link.at };
        let accepts = |signer: &Certificate<'_>| {
            if self.vetted == Some(signer.raw) {
                // Its certificate says that it issues the list on which it stands itself.
                return true;
            }
            let level = self.level + 1;
            let nested = Nested { crls: self.crls, level, vetted: Some(signer.raw) };
            let settings = Settings::at(link.at);
            let (anchors, at_hand) = (link.anchors, link.intermediates);
            // A path that holds wholly is asked for: a revoked signer of lists signs nothing.
            self.level < LEVEL_MAX
                && build_and_check(anchors, at_hand, &settings, Some(&nested), signer)
                    .is_ok_and(|path| path.failure().is_none())
        };
        self.crls.answer_with(query, &accepts)
    }
}

impl Revocation for Nested<'_> {
    fn standing(&self, link: &Link<'_, '_>) -> Standing {
        match self.answer(link).status {
            Status::Good => Standing::Good,
            Status::Revoked(revoked) => {
                let reason = revoked.reason.map_or(0, super::Reason::code);
                Standing::Revoked { date: revoked.date, reason }
            }
            Status::Unknown(missing) => Standing::Unknown { code: missing.code() },
        }
    }
}

/// A signer of lists whose own list is signed by yet another one, and no further.
const LEVEL_MAX: usize = 2;
