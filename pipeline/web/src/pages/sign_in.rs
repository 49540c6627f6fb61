//! Signing in and out.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::Form;
use gate::SESSION_COOKIE;
use letter::Moment;
use serde::Deserialize;

use super::{admitted, beside, see, set_cookie, show, show_as, stale, too_often, STRICT};
use crate::act::{Act, Grade};
use crate::passcode::Number;
use crate::password;
use crate::secret::Digest;
use crate::site::{draw, OpenError, Site};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page<'p> {
    v: &'p Visit,
    shop: &'p str,
    is_wrong: bool,
    number: &'p str,
}

/// `GET /sign-in`
pub async fn form(State(site): State<Arc<Site>>, visit: Visit) -> Response {
    if visit.session.is_some() {
        return see("/letters");
    }
    show(&visit, &Page { v: &visit, shop: &site.shop, is_wrong: false, number: "" })
}

/// What the form sends.
#[derive(Deserialize)]
pub struct SignIn {
    token: String,
    number: String,
    password: String,
}

/// `POST /sign-in`: one answer, in one time, for a wrong password, a number without an account and
/// one that was never used.
pub async fn sign_in(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Form(sent): Form<SignIn>,
) -> Response {
    if let Err(refused) = admitted(&site, &visit, &sent.token) {
        return *refused;
    }
    let number = Number::parse(&sent.number);
    let tried = number.map_or(0, Number::get);
    if let Err(seconds) = count_try(&site, tried) {
        return too_often(&site, &visit, seconds);
    }
    let Ok(turn) = site.limits.hashing.acquire().await else { return stale(&site, &visit) };
    let hashing = Arc::clone(&site);
    let answer = beside(hashing, visit, move |site, visit| {
        let books = site.diary.books();
        let account = number.and_then(|number| books.account(number));
        let kept = account.and_then(|account| account.password.clone());
        drop(books);
        let is_right = password::is_of(&sent.password, kept.as_deref());
        match number.filter(|_| is_right) {
            Some(number) => {
                lock(&site.limits.by_number).forget(&tried);
                open_session(site, number, Grade::Passcode)
            }
            None => {
                let shop = &site.shop;
                let page = Page { v: visit, shop, is_wrong: true, number: &sent.number };
                Ok(show_as(StatusCode::UNPROCESSABLE_ENTITY, visit, &page))
            }
        }
    });
    let answer = answer.await;
    drop(turn);
    answer
}

fn count_try(site: &Site, number: u64) -> Result<(), i64> {
    // What is no number at all is not counted together.
    match number {
        0 => Ok(()),
        number => lock(&site.limits.by_number).try_once(&number, site.now()),
    }
}

fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Opens a session and goes to the inbox.
///
/// # Errors
/// [`OpenError`] if it cannot be made durable.
pub(super) fn open_session(
    site: &Site,
    number: Number,
    grade: Grade,
) -> Result<Response, OpenError> {
    let token = draw()?;
    let session = Digest::of("session", token.as_str());
    let until = Moment(site.now().0 + SESSION_SECONDS);
    site.act(|_| ((), vec![Act::SessionOpened { session, number, grade, until }]))?;
    let mut answer = see("/letters");
    let value = token.as_str();
    let cookie = format!("{SESSION_COOKIE}={value}; {STRICT}; Max-Age={SESSION_SECONDS}");
    set_cookie(&mut answer, &cookie);
    Ok(answer)
}

/// What a form without fields sends.
#[derive(Deserialize)]
pub struct Token {
    /// The form's token.
    pub token: String,
}

/// `POST /sign-out`
pub async fn sign_out(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Form(sent): Form<Token>,
) -> Response {
    if !visit.sent(&sent.token) {
        return stale(&site, &visit);
    }
    beside(site, visit, |site, visit| {
        if let Some(session) = visit.session_digest {
            site.act(|_| ((), vec![Act::SessionClosed { session }]))?;
        }
        let mut answer = see("/sign-in");
        set_cookie(&mut answer, &format!("{SESSION_COOKIE}=; {STRICT}; Max-Age=0"));
        Ok(answer)
    })
    .await
}

/// A session's life, seconds: an evening at the kitchen table, not a day (NIST SP 800-63B-4 §2.2.3
/// allows twelve hours).
const SESSION_SECONDS: i64 = 2 * 3600;
