//! カード (kādo): signing in with the card, and making a card the key of an account.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Multipart, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::sign_in::open_session;
use super::{admitted, beside, nothing, show, show_as};
use crate::act::{Act, Grade};
use crate::challenge;
use crate::news::Told;
use crate::passcode::Number;
use crate::secret::{hex, Digest};
use crate::site::{draw, OpenError, Site};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "card.html")]
struct Page<'p> {
    v: &'p Visit,
    shop: &'p str,
    is_wrong: bool,
}

/// `GET /card`
pub async fn form(State(site): State<Arc<Site>>, visit: Visit) -> Response {
    if site.card.is_none() {
        return nothing(&site, &visit);
    }
    show(&visit, &Page { v: &visit, shop: &site.shop, is_wrong: false })
}

/// `GET /card/challenge.txt`: the file that the card's program signs.
pub async fn challenge(State(site): State<Arc<Site>>, visit: Visit) -> Response {
    let Ok(nonce) = draw() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    if site.card.is_none() || visit.is_new {
        return nothing(&site, &visit);
    }
    let text = challenge::challenge(&site.key, visit.visitor(), nonce.as_str(), site.now());
    let mut answer = text.into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    let name = HeaderValue::from_static("attachment; filename=\"challenge.txt\"");
    headers.insert(CONTENT_DISPOSITION, name);
    answer
}

/// What the form sends: two files and a token.
#[derive(Default)]
struct Sent {
    token: String,
    challenge: Vec<u8>,
    signature: Vec<u8>,
}

/// `POST /card`: makes the card a key of the account, or signs in who is not signed in yet.
pub async fn answer(State(site): State<Arc<Site>>, visit: Visit, form: Multipart) -> Response {
    let Some(sent) = read(form).await else { return super::stale(&site, &visit) };
    if let Err(refused) = admitted(&site, &visit, &sent.token) {
        return *refused;
    }
    beside(site, visit, move |site, visit| match recognised(site, visit, &sent)? {
        Some(number) => open_session(site, number, Grade::Card),
        None => {
            let page = Page { v: visit, shop: &site.shop, is_wrong: true };
            Ok(show_as(StatusCode::UNPROCESSABLE_ENTITY, visit, &page))
        }
    })
    .await
}

async fn read(mut form: Multipart) -> Option<Sent> {
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await.ok()? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.ok()?.to_vec();
        match name.as_str() {
            "token" => sent.token = String::from_utf8(bytes).ok()?,
            "challenge" => sent.challenge = bytes,
            "signature" => sent.signature = bytes,
            _ => return None,
        }
    }
    Some(sent)
}

/// Returns the account that the card opens; one answer for a bad signature, an old challenge and a
/// card that no account has.
fn recognised(site: &Site, visit: &Visit, sent: &Sent) -> Result<Option<Number>, OpenError> {
    let (now, Some(reader)) = (site.now(), &site.card) else { return Ok(None) };
    let text = std::str::from_utf8(&sent.challenge).unwrap_or_default();
    if !challenge::is_ours(&site.key, visit.visitor(), text, now) {
        return Ok(None);
    }
    let Some(certificate) = reader(&sent.challenge, &sent.signature, now) else { return Ok(None) };
    let card = Digest::of("card", &hex(&certificate));
    let used = Digest::of("challenge", text);
    let signed_in = visit.number();
    let (number, recipient) = site.act(|books| {
        if books.was_answered(&used) {
            return ((None, None), Vec::new());
        }
        let mut acts = vec![Act::ChallengeUsed { challenge: used }];
        let known = books.number_of_card(&card);
        // A card that is another account's key does not become this one's.
        let number = signed_in.filter(|number| known.is_none_or(|known| known == *number));
        if let Some(number) = number {
            acts.push(Act::CardBound { number, card });
        }
        let number = if signed_in.is_some() { number } else { known };
        let account = number.and_then(|number| books.account(number));
        ((number, account.map(|account| account.recipient.clone())), acts)
    })?;
    if let Some(recipient) = recipient {
        site.tell(&Told::Known { recipient, grade: Grade::Card });
    }
    Ok(number)
}
