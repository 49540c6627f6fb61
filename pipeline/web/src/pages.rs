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
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::site::{OpenError, Site};
use crate::visit::Visit;

pub(crate) use gate::{language, see, set_cookie, show, show_as, STRICT};

/// A page that says one thing: not found, too often, not possible now.
#[derive(Template)]
#[template(path = "notice.html")]
struct Notice<'p> {
    v: &'p Visit,
    shop: &'p str,
    heading: &'p str,
    words: &'p str,
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

/// `GET /style.css`
pub(crate) async fn style() -> Response {
    gate::css(gate::STYLE)
}
