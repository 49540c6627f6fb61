//! 外部への配信 (gaibu e no haishin): copies go to a mail server or a portal, too.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::Form;
use letter::Moment;
use serde::Deserialize;

use super::sign_in::Token;
use super::{admitted, beside, nothing, see, show, show_as, too_often};
use crate::act::{Act, Elsewhere};
use crate::books::Forward;
use crate::passcode::Number;
use crate::site::{OutwardPlan, Site};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "forward.html")]
struct Page<'p> {
    v: &'p Visit,
    shop: &'p str,
    plan: &'p OutwardPlan,
    /// Where copies go, or shall go.
    place: Option<String>,
    is_confirmed: bool,
    fault: Option<&'p str>,
}

/// `GET /forward`
pub async fn page(State(site): State<Arc<Site>>, visit: Visit) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    if site.outward.is_empty() {
        return nothing(&site, &visit);
    }
    answer(&site, &visit, number, None)
}

fn answer(site: &Site, visit: &Visit, number: Number, fault: Option<&str>) -> Response {
    let forward = site.diary.books().forward(number).cloned();
    let is_live = |one: &&Forward| one.since.is_some() || one.takes_code(site.now());
    let forward = forward.as_ref().filter(is_live);
    let page = Page {
        v: visit,
        shop: &site.shop,
        plan: &site.outward,
        place: forward.map(|forward| words(&site.outward, &forward.to)),
        is_confirmed: forward.is_some_and(|forward| forward.since.is_some()),
        fault,
    };
    match fault {
        Some(_) => show_as(StatusCode::UNPROCESSABLE_ENTITY, visit, &page),
        None => show(visit, &page),
    }
}

fn words(plan: &OutwardPlan, to: &Elsewhere) -> String {
    match to {
        Elsewhere::Mail { address } => address.clone(),
        Elsewhere::Portal { portal, account } => {
            let known = plan.portals.iter().find(|(name, _)| name == portal);
            format!("{}（{account}）", known.map_or(portal.as_str(), |(_, title)| title))
        }
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Asked {
    token: String,
    /// `mail`, or a portal's name.
    place: String,
    /// The address, or what the portal calls the recipient.
    account: String,
}

/// `POST /forward`: names a place; a code goes there.
pub async fn ask(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form<Asked>) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    if let Err(refused) = admitted(&site, &visit, &sent.token) {
        return *refused;
    }
    beside(site, visit, move |site, visit| {
        let Some(to) = elsewhere(&site.outward, &sent) else {
            let words = visit.t(
                "このアドレスには配信できません。綴りと、配信できる宛先をご確認ください。",
                "Copies cannot be sent there. Check the spelling and the places offered.",
            );
            return Ok(answer(site, visit, number, Some(words)));
        };
        let now = site.now();
        let wait = site.act(|books| match books.forward(number) {
            Some(last) if now.0 - last.asked.0 < ASK_SECONDS => (Some(last.asked), Vec::new()),
            _ => (None, vec![Act::ForwardAsked { number, to }]),
        })?;
        Ok(match wait {
            Some(asked) => too_often(site, visit, ASK_SECONDS - (now.0 - asked.0)),
            None => see("/forward"),
        })
    })
    .await
}

/// Returns the place, if the operator offers it.
fn elsewhere(plan: &OutwardPlan, sent: &Asked) -> Option<Elsewhere> {
    let account = sent.account.trim();
    if sent.place == "mail" {
        let domain = mailbox::mail_domain(account)?.to_ascii_lowercase();
        let address = account.to_owned();
        return plan.domains.contains(&domain).then_some(Elsewhere::Mail { address });
    }
    let (portal, _) = plan.portals.iter().find(|(name, _)| *name == sent.place)?;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.@".contains(&b);
    let fits = (1..=ACCOUNT_LEN_MAX).contains(&account.len()) && account.bytes().all(is_plain);
    fits.then(|| Elsewhere::Portal { portal: portal.clone(), account: account.to_owned() })
}

/// What the form with the code sends.
#[derive(Deserialize)]
pub struct Returned {
    token: String,
    code: String,
}

/// `POST /forward/confirm`: the code has come back.
pub async fn confirm(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Form(sent): Form<Returned>,
) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    if let Err(refused) = admitted(&site, &visit, &sent.token) {
        return *refused;
    }
    beside(site, visit, move |site, visit| {
        let now = site.now();
        let is_right = |asked: Moment| site.key.is_forward_code(number, asked, &sent.code);
        let is_confirmed = site.act(|books| match books.forward(number) {
            Some(one) if one.takes_code(now) && is_right(one.asked) => {
                (true, vec![Act::ForwardConfirmed { number }])
            }
            _ => (false, vec![Act::ForwardFailed { number }]),
        })?;
        if is_confirmed {
            return Ok(see("/forward"));
        }
        let words = visit
            .t("確認コードが違うか、期限が切れています。", "The code is wrong, or it has expired.");
        Ok(answer(site, visit, number, Some(words)))
    })
    .await
}

/// `POST /forward/end`
pub async fn end(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form<Token>) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    if let Err(refused) = admitted(&site, &visit, &sent.token) {
        return *refused;
    }
    beside(site, visit, move |site, _| {
        site.act(|_| ((), vec![Act::ForwardEnded { number }]))?;
        Ok(see("/forward"))
    })
    .await
}

/// One code a minute: nobody fills a stranger's mailbox with them.
const ASK_SECONDS: i64 = 60;
/// Characters of what a portal calls a recipient.
const ACCOUNT_LEN_MAX: usize = 64;
