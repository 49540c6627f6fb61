//! Pages: what a visitor sees and what a form does.

pub mod card;
pub mod feed;
pub mod first;
pub mod forward;
pub mod inbox;
pub mod letter;
pub mod papers;
pub mod senders;
pub mod sign_in;

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use crate::site::{OpenError, Site};
use crate::visit::{Visit, LANGUAGE_COOKIE, VISITOR_COOKIE};

/// A page that says one thing: not found, too often, not possible now.
#[derive(Template)]
#[template(path = "notice.html")]
struct Notice<'p> {
    v: &'p Visit,
    shop: &'p str,
    heading: &'p str,
    words: &'p str,
}

/// Shows a page; a visitor without a secret gets one.
pub(crate) fn show(visit: &Visit, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => with_visitor(visit, Html(html).into_response()),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Shows a page under another status than 200.
pub(crate) fn show_as(status: StatusCode, visit: &Visit, page: &impl Template) -> Response {
    let mut answer = show(visit, page);
    *answer.status_mut() = status;
    answer
}

fn with_visitor(visit: &Visit, mut answer: Response) -> Response {
    if visit.is_new {
        let value = visit.visitor();
        set_cookie(&mut answer, &format!("{VISITOR_COOKIE}={value}; {STRICT}"));
    }
    answer
}

/// Sets a cookie, which must be plain ASCII.
pub(crate) fn set_cookie(answer: &mut Response, cookie: &str) {
    let value = HeaderValue::from_str(cookie).expect("our cookies are plain ASCII");
    answer.headers_mut().append(SET_COOKIE, value);
}

/// Sends the browser to another page of ours, which it gets (RFC 9110 §15.4.4).
pub(crate) fn see(path: &str) -> Response {
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let value = HeaderValue::from_str(path).expect("our paths are plain ASCII");
    answer.headers_mut().insert(LOCATION, value);
    answer
}

/// Does work that waits for the disk beside those who answer.
pub(crate) async fn beside(
    site: Arc<Site>,
    visit: Visit,
    work: impl FnOnce(&Site, &Visit) -> Result<Response, OpenError> + Send + 'static,
) -> Response {
    let done = tokio::task::spawn_blocking(move || match work(&site, &visit) {
        Ok(answer) => answer,
        Err(_) => trouble(&site, &visit),
    });
    done.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Says that the shop has trouble, without saying which.
fn trouble(site: &Site, visit: &Visit) -> Response {
    let page = Notice {
        v: visit,
        shop: &site.shop,
        heading: visit.t("ただいまご利用いただけません", "Not available at the moment"),
        words: visit.t(
            "お手数ですが、しばらくしてからもう一度お試しください。",
            "Please try again in a little while.",
        ),
    };
    show_as(StatusCode::SERVICE_UNAVAILABLE, visit, &page)
}

/// Says that a form is too old, or not ours.
pub(crate) fn stale(site: &Site, visit: &Visit) -> Response {
    let page = Notice {
        v: visit,
        shop: &site.shop,
        heading: visit.t("もう一度お試しください", "Please try again"),
        words: visit.t(
            "画面の有効期限が切れました。前の画面を開き直して、もう一度入力してください。",
            "The form has expired. Open the page again and fill it in once more.",
        ),
    };
    show_as(StatusCode::FORBIDDEN, visit, &page)
}

/// Says that somebody has tried too often.
pub(crate) fn too_often(site: &Site, visit: &Visit, seconds: i64) -> Response {
    let page = Notice {
        v: visit,
        shop: &site.shop,
        heading: visit.t("しばらくお待ちください", "Please wait a while"),
        words: visit.t(
            "短い間に何度も試されたため、いまは受け付けられません。15分ほどおいてからお試しください。",
            "There were too many attempts. Please try again in about fifteen minutes.",
        ),
    };
    let mut answer = show_as(StatusCode::TOO_MANY_REQUESTS, visit, &page);
    let wait = HeaderValue::from(seconds.max(1));
    answer.headers_mut().insert("retry-after", wait);
    answer
}

/// Says that there is nothing under this address for this person.
pub(crate) fn nothing(site: &Site, visit: &Visit) -> Response {
    let page = Notice {
        v: visit,
        shop: &site.shop,
        heading: visit.t("ページが見つかりません", "Page not found"),
        words: visit.t(
            "アドレスが正しいかご確認ください。受信箱からもう一度お選びいただけます。",
            "Please check the address, or choose again from your inbox.",
        ),
    };
    show_as(StatusCode::NOT_FOUND, visit, &page)
}

/// Counts a form against the limit of its network.
///
/// # Errors
/// The answer, if the form is not ours or there were too many.
pub(crate) fn admitted(site: &Site, visit: &Visit, token: &str) -> Result<(), Box<Response>> {
    let mut tries = site.limits.by_address.lock().unwrap_or_else(|p| p.into_inner());
    if let Err(seconds) = tries.try_once(&visit.network, site.now()) {
        return Err(Box::new(too_often(site, visit, seconds)));
    }
    match visit.sent(token) {
        true => Ok(()),
        false => Err(Box::new(stale(site, visit))),
    }
}

/// `GET` of anything else.
pub(crate) async fn not_found(
    axum::extract::State(site): axum::extract::State<Arc<Site>>,
    visit: Visit,
) -> Response {
    nothing(&site, &visit)
}

/// `GET /language/ja` and `/language/en`: keeps the choice and goes home.
pub(crate) async fn language(Path(tag): Path<String>) -> Response {
    let tag = if tag == "en" { "en" } else { "ja" };
    let mut answer = see("/");
    set_cookie(
        &mut answer,
        &format!("{LANGUAGE_COOKIE}={tag}; Path=/; Max-Age=31536000; SameSite=Lax; Secure"),
    );
    answer
}

/// `GET /style.css`
pub(crate) async fn style() -> Response {
    let mut answer = include_str!("../assets/style.css").into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    answer
}

/// The attributes of a cookie that only this site's own pages send.
pub(crate) const STRICT: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";
