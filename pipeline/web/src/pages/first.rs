//! はじめての方 (hajimete no kata): the letter's code is used, the account gets its password.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::Form;
use serde::Deserialize;

use super::sign_in::open_session;
use super::{admitted, beside, show, show_as, stale};
use crate::act::{Act, Grade};
use crate::news::Told;
use crate::passcode::Number;
use crate::password::{self, Weakness};
use crate::site::Site;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "first.html")]
struct Page<'p> {
    v: &'p Visit,
    shop: &'p str,
    number: &'p str,
    is_wrong: bool,
    weakness: Option<&'p str>,
    len_min: usize,
}

/// `GET /first`
pub async fn form(State(site): State<Arc<Site>>, visit: Visit) -> Response {
    show(&visit, &page(&site, &visit, ""))
}

fn page<'p>(site: &'p Site, v: &'p Visit, number: &'p str) -> Page<'p> {
    let len_min = password::LEN_MIN;
    Page { v, shop: &site.shop, number, is_wrong: false, weakness: None, len_min }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct First {
    token: String,
    number: String,
    code: String,
    password: String,
    again: String,
}

/// `POST /first`: a wrong number, a wrong code, a used one and an old one have one answer.
pub async fn admit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Form(sent): Form<First>,
) -> Response {
    if let Err(refused) = admitted(&site, &visit, &sent.token) {
        return *refused;
    }
    let number = Number::parse(&sent.number);
    let digits = number.map(|number| number.get().to_string()).unwrap_or_default();
    if let Err(weakness) = password::check(&sent.password, &sent.again, &digits) {
        let weakness = Some(words(weakness, &visit));
        let page = Page { weakness, ..page(&site, &visit, &sent.number) };
        return show_as(StatusCode::UNPROCESSABLE_ENTITY, &visit, &page);
    }
    let Ok(turn) = site.limits.hashing.acquire().await else { return stale(&site, &visit) };
    let hashing = Arc::clone(&site);
    let answer = beside(hashing, visit, move |site, visit| {
        // Hashed before the code is looked at: right and wrong take the same time.
        let hash = password::hash(&sent.password, edge::random::bytes()?);
        if let Some(number) = number {
            if let Some(recipient) = redeem(site, number, &sent.code, hash)? {
                site.tell(&Told::Known { recipient, grade: Grade::Passcode });
                return open_session(site, number, Grade::Passcode);
            }
        }
        let page = Page { is_wrong: true, ..page(site, visit, &sent.number) };
        Ok(show_as(StatusCode::UNPROCESSABLE_ENTITY, visit, &page))
    });
    let answer = answer.await;
    drop(turn);
    answer
}

/// Uses a code up; returns the account's recipient if it was right.
fn redeem(
    site: &Site,
    number: Number,
    code: &str,
    password: String,
) -> Result<Option<String>, crate::site::OpenError> {
    let now = site.now();
    site.act(|books| {
        // Written down for a number without an account, too: the disk's time says nothing either.
        let failed = (None, vec![Act::CodeFailed { number }]);
        let Some(account) = books.account(number).filter(|account| account.takes_code(now)) else {
            return failed;
        };
        let issue = account.issue;
        if !site.key.is_code(number, issue, code) {
            return failed;
        }
        (Some(account.recipient.clone()), vec![Act::Admitted { number, issue, password }])
    })
}

fn words(weakness: Weakness, visit: &Visit) -> &'static str {
    let (japanese, english) = match weakness {
        Weakness::Short => {
            ("パスワードは15文字以上にしてください。", "The password needs 15 characters or more.")
        }
        Weakness::Long => {
            ("パスワードは128文字までにしてください。", "The password may have 128 characters.")
        }
        Weakness::Guessable => (
            "同じ文字の繰り返しや利用者番号を含むパスワードは使えません。",
            "The password may not repeat one character or contain your user number.",
        ),
        Weakness::Differs => {
            ("2回のパスワードが一致していません。", "The two passwords are not the same.")
        }
    };
    visit.t(japanese, english)
}
