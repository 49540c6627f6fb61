//! Answers that every door gives: pages, cookies, redirections.

use askama::Template;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use crate::caller::{Caller, LANGUAGE_COOKIE, VISITOR_COOKIE};

/// Shows a page; a visitor without a secret gets one.
pub fn show(caller: &Caller, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => with_visitor(caller, Html(html).into_response()),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Shows a page under another status than 200.
pub fn show_as(status: StatusCode, caller: &Caller, page: &impl Template) -> Response {
    let mut answer = show(caller, page);
    *answer.status_mut() = status;
    answer
}

fn with_visitor(caller: &Caller, mut answer: Response) -> Response {
    if caller.is_new {
        let value = caller.visitor();
        set_cookie(&mut answer, &format!("{VISITOR_COOKIE}={value}; {STRICT}"));
    }
    answer
}

/// Sets a cookie, which must be plain ASCII.
pub fn set_cookie(answer: &mut Response, cookie: &str) {
    let value = HeaderValue::from_str(cookie).expect("our cookies are plain ASCII");
    answer.headers_mut().append(SET_COOKIE, value);
}

/// Sends the browser to another page of ours, which it gets (RFC 9110 §15.4.4).
pub fn see(path: &str) -> Response {
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let value = HeaderValue::from_str(path).expect("our paths are plain ASCII");
    answer.headers_mut().insert(LOCATION, value);
    answer
}

/// `GET /language/ja` and `/language/en`: keeps the choice and goes home.
pub async fn language(Path(tag): Path<String>) -> Response {
    let tag = if tag == "en" { "en" } else { "ja" };
    let mut answer = see("/");
    set_cookie(
        &mut answer,
        &format!("{LANGUAGE_COOKIE}={tag}; Path=/; Max-Age=31536000; SameSite=Lax; Secure"),
    );
    answer
}

/// Answers with a style sheet.
pub fn css(sheet: &'static str) -> Response {
    let mut answer = sheet.into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    answer
}

/// The style that all doors share.
pub const STYLE: &str = include_str!("../assets/style.css");

/// The attributes of a cookie that only this site's own pages send.
pub const STRICT: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";
