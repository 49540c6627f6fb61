//! A piece by its mark: what a hand scanner finds.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{beside, no_answer};
use crate::accounts::Role;
use crate::seat::Seat;
use crate::service::Desk;
use crate::views::Piece;

#[derive(Template)]
#[template(path = "piece.html")]
struct PiecePage<'p> {
    v: &'p Seat,
    shop: &'p str,
    mark: &'p str,
    piece: &'p Piece,
    may_act: bool,
}

/// What the scanner's field sends.
#[derive(Deserialize)]
pub struct Scanned {
    mark: String,
}

/// `GET /piece?mark=…`
pub async fn piece(
    State(desk): State<Arc<Desk>>,
    seat: Seat,
    Query(scanned): Query<Scanned>,
) -> Response {
    beside(desk, seat, move |desk, seat| {
        let mark: String = scanned.mark.chars().filter(char::is_ascii_digit).collect();
        if mark.is_empty() {
            let words = seat.t("数字のマークを読み取ってください。", "Scan a mark of digits.");
            return no_answer(desk, seat, words);
        }
        let [_, out] = desk.places();
        let option = format!("--mark={mark}");
        match desk.look::<Piece>(&["incident", &option, "--json", "--", &out]) {
            Ok(piece) => {
                let (shop, may_act) = (desk.plan.shop.as_str(), seat.may(Role::Operator));
                let page = PiecePage { v: seat, shop, mark: &mark, piece: &piece, may_act };
                gate::show(seat, &page)
            }
            Err(trouble) => no_answer(desk, seat, &trouble),
        }
    })
    .await
}
