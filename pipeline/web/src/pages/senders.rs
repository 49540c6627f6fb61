//! 差出人の選択 (sashidashinin no sentaku): from whom, and how, letters come.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::Form;
use letter::{SenderId, Wish};
use registry::{Preference, ANY_CLASS};
use serde::Deserialize;

use super::{beside, nothing, see, show, stale};
use crate::act::Act;
use crate::news::Told;
use crate::passcode::Number;
use crate::site::{Class, SenderCard, Site};
use crate::visit::Visit;

/// One sender with what the visitor has chosen.
struct Choice {
    id: String,
    name: String,
    is_new: bool,
    classes: Vec<ClassChoice>,
}

/// One letter class of a sender.
struct ClassChoice {
    name: String,
    /// What the class is called on the page.
    words: String,
    paper_only: bool,
    /// What the visitor still has to do for electronic copies.
    lacks: Option<&'static str>,
    wish: &'static str,
}

#[derive(Template)]
#[template(path = "senders.html")]
struct Page<'p> {
    v: &'p Visit,
    shop: &'p str,
    choices: &'p [Choice],
    is_saved: bool,
}

/// What is asked of the page.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    saved: bool,
}

/// `GET /senders`: the directory; whoever has seen it knows its senders.
pub async fn directory(
    State(site): State<Arc<Site>>,
    visit: Visit,
    axum::extract::Query(asked): axum::extract::Query<Asked>,
) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    beside(site, visit, move |site, visit| {
        let new = new_ids(site, number);
        let choices: Vec<Choice> =
            site.senders.iter().map(|card| choice(site, visit, number, card, &new)).collect();
        let page = Page { v: visit, shop: &site.shop, choices: &choices, is_saved: asked.saved };
        let answer = show(visit, &page);
        if !new.is_empty() {
            site.act(|_| ((), vec![Act::Introduced { number, senders: new }]))?;
        }
        Ok(answer)
    })
    .await
}

/// Returns the names of senders that came into the directory since the visitor has last seen it;
/// none before the first time.
pub(super) fn new_to(site: &Site, number: Number) -> Vec<String> {
    let books = site.diary.books();
    let known = books.account(number).and_then(|account| account.introduced.as_ref());
    let Some(known) = known else { return Vec::new() };
    let new = site.senders.iter().filter(|card| !known.contains(&card.id));
    new.map(|card| card.name.clone()).collect()
}

fn new_ids(site: &Site, number: Number) -> Vec<SenderId> {
    let books = site.diary.books();
    let known = books.account(number).and_then(|account| account.introduced.as_ref());
    let is_new = |card: &&SenderCard| known.is_none_or(|known| !known.contains(&card.id));
    site.senders.iter().filter(is_new).map(|card| card.id.clone()).collect()
}

fn choice(
    site: &Site,
    visit: &Visit,
    number: Number,
    card: &SenderCard,
    new: &[SenderId],
) -> Choice {
    let books = site.diary.books();
    let account = books.account(number);
    let is_first_look = account.is_none_or(|account| account.introduced.is_none());
    let recipient = account.map(|account| account.recipient.clone()).unwrap_or_default();
    let people = site.people();
    let level = people.recipient(&recipient).map_or(0, |recipient| recipient.identity_level);
    let classes = card.classes.iter().map(|class| {
        let wished = people
            .wish(&recipient, &card.id, &class.name)
            .or_else(|| people.wish(&recipient, &card.id, ANY_CLASS));
        let is_electronic = !class.paper_only && wished.is_some_and(|wished| wished.selected);
        ClassChoice {
            name: class.name.clone(),
            words: class_words(visit, &class.name),
            paper_only: class.paper_only,
            lacks: lacks(visit, class, level),
            wish: if is_electronic { wished.map_or("paper", |w| w.wish.name()) } else { "paper" },
        }
    });
    Choice {
        id: card.id.to_string(),
        name: card.name.clone(),
        is_new: !is_first_look && new.contains(&card.id),
        classes: classes.collect(),
    }
}

/// Says what a person still has to do before copies of a class are delivered.
fn lacks(visit: &Visit, class: &Class, level: u8) -> Option<&'static str> {
    if class.paper_only || level >= class.identity_level {
        return None;
    }
    Some(match class.identity_level {
        3 => visit.t(
            "マイナンバーカードでの本人確認が必要です。",
            "Requires identification with a My Number card.",
        ),
        _ => visit.t("郵便での本人確認が必要です。", "Requires identification by post."),
    })
}

/// Returns what a class is called; the shop's own classes have their own names.
fn class_words(visit: &Visit, class: &str) -> String {
    let (japanese, english) = match class {
        "tax" => ("税の通知", "Tax notices"),
        "reminder" => ("督促状", "Reminders"),
        "bill" | "invoice" => ("請求書・料金のお知らせ", "Bills"),
        "notice" => ("お知らせ", "Notices"),
        "annual-notice" | "annual" => ("年に一度のご案内", "Annual statements"),
        other => return other.to_owned(),
    };
    visit.t(japanese, english).to_owned()
}

/// What a form about one class sends.
#[derive(Deserialize)]
pub struct Chosen {
    token: String,
    sender: String,
    class: String,
    wish: String,
}

/// `POST /senders`: the registry follows with the next night.
pub async fn choose(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Form(sent): Form<Chosen>,
) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    if !visit.sent(&sent.token) {
        return stale(&site, &visit);
    }
    beside(site, visit, move |site, visit| {
        let Some((sender, wish)) = known_choice(site, &sent) else {
            return Ok(nothing(site, visit));
        };
        let (class, selected) = (sent.class, wish != Wish::Paper);
        let recipient = site.act(|books| {
            let recipient = books.account(number).map(|account| account.recipient.clone());
            let (sender, class) = (sender.clone(), class.clone());
            (recipient, vec![Act::Wished { number, sender, class, wish, selected }])
        })?;
        if let Some(recipient) = recipient {
            let (recipient, class) = (recipient.into(), class.into());
            site.tell(&Told::Wish(Preference { recipient, sender, class, wish, selected }));
        }
        Ok(see("/senders?saved=true"))
    })
    .await
}

/// Returns the choice if the directory offers it.
fn known_choice(site: &Site, sent: &Chosen) -> Option<(SenderId, Wish)> {
    let card = site.sender(&SenderId::parse(&sent.sender)?)?;
    let class = card.classes.iter().find(|class| class.name == sent.class)?;
    let wish = Wish::parse(&sent.wish)?;
    (wish == Wish::Paper || !class.paper_only).then(|| (card.id.clone(), wish))
}
