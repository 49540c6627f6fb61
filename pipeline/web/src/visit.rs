//! Who asks at the mailbox's door: the caller, and the session if somebody is signed in.

use std::convert::Infallible;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use gate::Caller;

use crate::books::Session;
use crate::passcode::Number;
use crate::secret::Digest;
use crate::site::Site;

/// One request's visitor.
#[derive(Clone, Debug)]
pub struct Visit {
    caller: Caller,
    /// The session, if somebody is signed in.
    pub session: Option<Session>,
    /// The digest of its token.
    pub session_digest: Option<Digest>,
    /// Whether cards are read here.
    pub has_cards: bool,
    /// Whether copies may go elsewhere, too.
    pub has_places: bool,
}

impl Deref for Visit {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Visit {
    /// Returns the account that is signed in.
    pub fn number(&self) -> Option<Number> {
        self.session.map(|session| session.number)
    }
}

impl FromRequestParts<Arc<Site>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        site: &Arc<Site>,
    ) -> Result<Self, Self::Rejection> {
        let caller = Caller::of(parts, || crate::site::draw().ok());
        let digest = caller.session_digest();
        let session = digest.and_then(|d| site.diary.books().session(&d, site.now()));
        let session_digest = digest.filter(|_| session.is_some());
        let (has_cards, has_places) = (site.card.is_some(), !site.outward.is_empty());
        Ok(Self { caller, session, session_digest, has_cards, has_places })
    }
}
