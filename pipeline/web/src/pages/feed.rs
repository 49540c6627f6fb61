//! 新着の通知先 (shinchaku no tsūchisaki): a portal learns that something has come, and nothing else.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Form;
use edge::reading_room::Place;
use letter::PieceId;
use serde::Serialize;

use super::inbox::{mailbox_of, opened};
use super::sign_in::Token;
use super::{admitted, beside, nothing, see, show};
use crate::act::Act;
use crate::secret::{same_text, Digest};
use crate::site::{draw, Site};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "portal.html")]
struct Page<'p> {
    v: &'p Visit,
    shop: &'p str,
    address: Option<String>,
    has_feed: bool,
}

/// What a portal gets.
#[derive(Serialize)]
struct Feed {
    version: u32,
    arrivals: Vec<Arrival>,
}

/// One letter that nobody has opened.
#[derive(Serialize)]
struct Arrival {
    /// The same letter has the same id in this feed and another one in every other.
    id: String,
    arrived: String,
    /// Leads to the letter, for whoever can sign in, once.
    link: String,
}

/// `GET /portal`
pub async fn page(State(site): State<Arc<Site>>, visit: Visit) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    let has_feed = site.diary.books().feed_of(number).is_some();
    show(&visit, &Page { v: &visit, shop: &site.shop, address: None, has_feed })
}

/// `POST /portal`: makes an address, shown once.
pub async fn make(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Form(sent): Form<Token>,
) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    if let Err(refused) = admitted(&site, &visit, &sent.token) {
        return *refused;
    }
    beside(site, visit, move |site, visit| {
        let secret = draw()?;
        let feed = Digest::of("feed", secret.as_str());
        site.act(|_| ((), vec![Act::FeedMade { number, feed }]))?;
        let address = Some(format!("/feed/{}", secret.as_str()));
        Ok(show(visit, &Page { v: visit, shop: &site.shop, address, has_feed: true }))
    })
    .await
}

/// `GET /feed/{secret}`: what has come since the address was made and is not opened.
pub async fn feed(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(secret): Path<String>,
) -> Response {
    beside(site, visit, move |site, visit| {
        let feed = Digest::of("feed", &secret);
        let Some((number, _)) = site.diary.books().feed(&feed) else {
            return Ok(nothing(site, visit));
        };
        let places = mailbox_of(site, number).map(|mailbox| site.room().of_mailbox(mailbox));
        let mut arrivals = Vec::new();
        for place in places.unwrap_or_default() {
            let piece = place.piece();
            let link = link(&feed, piece);
            if opened(site, piece).is_some() || site.diary.books().was_followed(&used(&link)) {
                continue;
            }
            arrivals.push(Arrival {
                id: Digest::of("arrival", &link).to_string(),
                arrived: place.listed(None)?.label.received.date_jst().to_string(),
                link: format!("/go/{link}"),
            });
        }
        let feed = Feed { version: 1, arrivals };
        let json = serde_json::to_vec(&feed).expect("a feed is plain data");
        let mut answer = json.into_response();
        let kind = HeaderValue::from_static("application/json");
        answer.headers_mut().insert(CONTENT_TYPE, kind);
        Ok(answer)
    })
    .await
}

/// Returns the link to a piece: sixteen digits of it, and what only this feed can have said.
fn link(feed: &Digest, piece: PieceId) -> String {
    format!("{piece}{}", Digest::of("link", &format!("{feed} {piece}")))
}

fn used(link: &str) -> Digest {
    Digest::of("used link", link)
}

/// `GET /go/{link}`: the letter, once, for the person whose feed it was.
pub async fn follow(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(link): Path<String>,
) -> Response {
    // Before signing in a link is not used up: whoever follows it comes back.
    if visit.session.is_none() {
        return see("/sign-in");
    }
    beside(site, visit, move |site, visit| {
        let piece = link.get(..16).and_then(|hex| u64::from_str_radix(hex, 16).ok()).map(PieceId);
        let own = visit.number().and_then(|number| mailbox_of(site, number));
        let place = piece.zip(own).and_then(|(piece, own)| site.room().place(own, piece));
        let feed = visit.number().and_then(|number| site.diary.books().feed_of(number));
        let is_of = |place: &Place| {
            feed.is_some_and(|feed| same_text(&self::link(&feed, place.piece()), &link))
        };
        let Some(place) = place.filter(is_of) else {
            return Ok(nothing(site, visit));
        };
        let link = used(&link);
        let is_first = site.act(|books| match books.was_followed(&link) {
            true => (false, Vec::new()),
            false => (true, vec![Act::LinkUsed { link }]),
        })?;
        match is_first {
            true => Ok(see(&format!("/letters/{}", place.piece()))),
            false => Ok(StatusCode::GONE.into_response()),
        }
    })
    .await
}
