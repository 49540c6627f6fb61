//! Signing in and out.

use std::sync::{Arc, PoisonError};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::Form;
use gate::secret::Digest;
use gate::{see, set_cookie, SESSION_COOKIE, STRICT};
use ledger::audit::Deed;
use letter::Moment;
use serde::Deserialize;

use crate::accounts::Accounts;
use crate::seat::{draw, Seat, Visitor};
use crate::service::{Desk, Session};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page<'p> {
    v: &'p Visitor,
    shop: &'p str,
    is_wrong: bool,
    name: &'p str,
}

/// `GET /sign-in`
pub async fn form(State(desk): State<Arc<Desk>>, visitor: Visitor) -> Response {
    if visitor.person.is_some() {
        return see("/");
    }
    let page = Page { v: &visitor, shop: &desk.plan.shop, is_wrong: false, name: "" };
    gate::show(&visitor, &page)
}

/// What the form sends.
#[derive(Deserialize)]
pub struct SignIn {
    token: String,
    name: String,
    password: String,
}

/// `POST /sign-in`: one answer, in one time, for a wrong password and a name without an account.
pub async fn sign_in(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Form(sent): Form<SignIn>,
) -> Response {
    if !visitor.sent(&sent.token) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let now = desk.now();
    let tries = desk.limits.by_name.lock();
    let tried = tries.unwrap_or_else(PoisonError::into_inner).try_once(&sent.name, now);
    if tried.is_err() {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    }
    let Ok(_turn) = desk.limits.hashing.acquire().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let accounts = Accounts::read(&desk.plan.accounts).unwrap_or_default();
    let (name, password) = (sent.name.clone(), sent.password);
    let checked = tokio::task::spawn_blocking(move || {
        let is_right = accounts.is_right(&name, &password);
        accounts.stamp(&name).filter(|_| is_right).map(str::to_owned)
    });
    let Ok(Some(stamp)) = checked.await else {
        let page = Page { v: &visitor, shop: &desk.plan.shop, is_wrong: true, name: &sent.name };
        return gate::show_as(StatusCode::UNPROCESSABLE_ENTITY, &visitor, &page);
    };
    let tries = desk.limits.by_name.lock();
    tries.unwrap_or_else(PoisonError::into_inner).forget(&sent.name);
    open_session(&desk, sent.name, stamp)
}

fn open_session(desk: &Desk, name: String, stamp: String) -> Response {
    let deed = Deed { by: name.clone(), act: "sign-in".to_owned(), ..Deed::default() };
    let (Some(token), Ok(())) = (draw(), (desk.plan.note)(deed)) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let until = Moment(desk.now().0 + SESSION_SECONDS);
    let session = Session { name, stamp, until, outcome: None };
    desk.sessions().insert(Digest::of("session", token.as_str()), session);
    let mut answer = see("/");
    let value = token.as_str();
    let cookie = format!("{SESSION_COOKIE}={value}; {STRICT}; Max-Age={SESSION_SECONDS}");
    set_cookie(&mut answer, &cookie);
    answer
}

/// What a form without fields sends.
#[derive(Deserialize)]
pub struct Token {
    token: String,
}

/// `POST /sign-out`
pub async fn sign_out(
    State(desk): State<Arc<Desk>>,
    seat: Seat,
    Form(sent): Form<Token>,
) -> Response {
    if !seat.sent(&sent.token) {
        return StatusCode::FORBIDDEN.into_response();
    }
    if let Some(session) = seat.session {
        desk.sessions().remove(&session);
    }
    let mut answer = see("/sign-in");
    set_cookie(&mut answer, &format!("{SESSION_COOKIE}=; {STRICT}; Max-Age=0"));
    answer
}

/// A session's life, seconds: a shift (NIST SP 800-63B-4 §2.2.3 allows twelve hours).
const SESSION_SECONDS: i64 = 9 * 3600;
