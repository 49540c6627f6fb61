//! Who sits at the desk: the caller, with name and role if signed in.

use std::convert::Infallible;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::Method;
use axum::response::Response;
use gate::secret::{Digest, Token};
use gate::Caller;

use crate::accounts::{Accounts, Role};
use crate::service::{Desk, Outcome};

/// One request's caller, signed in or not.
#[derive(Clone, Debug)]
pub struct Visitor {
    caller: Caller,
    /// Name and role.
    pub person: Option<(String, Role)>,
    /// The digest of the session's token.
    pub session: Option<Digest>,
    /// What the last act came to, shown by this page and no other.
    pub outcome: Option<Outcome>,
}

/// A caller who is signed in; whoever is not is sent to sign in.
#[derive(Clone, Debug)]
pub struct Seat {
    visitor: Visitor,
    /// The operator's id.
    pub name: String,
    /// What the person may do.
    pub role: Role,
}

impl Deref for Visitor {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Deref for Seat {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

impl FromRequestParts<Arc<Desk>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        desk: &Arc<Desk>,
    ) -> Result<Self, Self::Rejection> {
        let caller = Caller::of(parts, draw);
        let digest = caller.session_digest();
        let now = desk.now();
        let accounts = Accounts::read(&desk.plan.accounts).unwrap_or_default();
        let mut sessions = desk.sessions();
        sessions.retain(|_, session| now < session.until);
        let found = digest.and_then(|digest| sessions.get_mut(&digest));
        let found = found.filter(|one| accounts.stamp(&one.name) == Some(&one.stamp));
        let (mut person, mut outcome) = (None, None);
        if let Some(session) = found {
            person = accounts.role(&session.name).map(|role| (session.name.clone(), role));
            if parts.method == Method::GET {
                outcome = session.outcome.take();
            }
        }
        let session = digest.filter(|_| person.is_some());
        Ok(Self { caller, person, session, outcome })
    }
}

impl FromRequestParts<Arc<Desk>> for Seat {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        desk: &Arc<Desk>,
    ) -> Result<Self, Self::Rejection> {
        let Ok(visitor) = Visitor::from_request_parts(parts, desk).await;
        match visitor.person.clone() {
            Some((name, role)) => Ok(Self { visitor, name, role }),
            None => Err(gate::see("/sign-in")),
        }
    }
}

impl Seat {
    /// Returns whether the person may do what asks for a role.
    pub fn may(&self, role: Role) -> bool {
        self.role >= role
    }

    /// Returns the role in the caller's language.
    pub fn role_words(&self) -> &'static str {
        match self.tag() {
            "ja" => self.role.japanese(),
            _ => self.role.name(),
        }
    }
}

/// Draws a secret.
pub fn draw() -> Option<Token> {
    edge::random::bytes::<32>().ok().map(Token::of)
}
