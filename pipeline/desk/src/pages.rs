//! Pages: what an operator sees and what a form does.

pub mod act;
pub mod batch;
pub mod look;
pub mod piece;
pub mod sign_in;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::seat::Seat;
use crate::service::Desk;

/// A page that says one thing.
#[derive(Template)]
#[template(path = "notice.html")]
struct Notice<'p> {
    v: &'p Seat,
    shop: &'p str,
    heading: &'p str,
    words: &'p str,
}

/// Says one thing under a status.
pub fn notice(
    status: StatusCode,
    desk: &Desk,
    seat: &Seat,
    heading: (&str, &str),
    words: &str,
) -> Response {
    let heading = seat.t(heading.0, heading.1);
    let page = Notice { v: seat, shop: &desk.plan.shop, heading, words };
    gate::show_as(status, seat, &page)
}

/// Says that a command had nothing to show.
pub fn no_answer(desk: &Desk, seat: &Seat, trouble: &str) -> Response {
    let heading = ("表示できるものがありません", "Nothing to show");
    notice(StatusCode::OK, desk, seat, heading, trouble)
}

/// Does work that waits for a command beside those who answer.
pub async fn beside(
    desk: Arc<Desk>,
    seat: Seat,
    work: impl FnOnce(&Desk, &Seat) -> Response + Send + 'static,
) -> Response {
    let done = tokio::task::spawn_blocking(move || work(&desk, &seat)).await;
    done.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// `GET` of anything else.
pub async fn not_found(State(desk): State<Arc<Desk>>, seat: Seat) -> Response {
    let heading = ("ページが見つかりません", "Page not found");
    notice(StatusCode::NOT_FOUND, &desk, &seat, heading, seat.path.as_str())
}

/// `GET /style.css`
pub async fn style() -> Response {
    gate::css(gate::STYLE)
}

/// `GET /desk.css`
pub async fn own_style() -> Response {
    gate::css(include_str!("../assets/desk.css"))
}
