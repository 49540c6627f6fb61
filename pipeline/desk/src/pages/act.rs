//! What forms do: tasks at once, or, where two people are asked for, through a second one.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::Form;
use gate::see;
use ledger::audit::Deed;

use super::{beside, notice};
use crate::accounts::Role;
use crate::asks::{Asked, Asks};
use crate::seat::Seat;
use crate::service::{Desk, Outcome};
use crate::tasks::{task, Task};
use crate::views::minutes;

type Fields = BTreeMap<String, String>;

/// `POST /acts/{task}`
pub async fn act(
    State(desk): State<Arc<Desk>>,
    seat: Seat,
    Path(name): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    beside(desk, seat, move |desk, seat| {
        if let Err(refused) = admitted(desk, seat, &fields) {
            return *refused;
        }
        let Some(task) = task(&name) else { return StatusCode::NOT_FOUND.into_response() };
        if !seat.may(task.role) {
            return not_allowed(desk, seat);
        }
        let [root, out] = desk.places();
        let Some(command) = task.command([&root, &out], &seat.name, &fields) else {
            let heading = ("入力が足りません", "Something is missing");
            let words = seat.t("必要な欄を入力してください。", "Please fill in every field.");
            return notice(StatusCode::UNPROCESSABLE_ENTITY, desk, seat, heading, words);
        };
        let outcome = match desk.needs_second(task) {
            true => ask(desk, seat, task, command, &fields),
            false => run(desk, command),
        };
        keep(desk, seat, outcome);
        see(back(&fields))
    })
    .await
}

/// Checks that a form is ours and not one of too many.
fn admitted(desk: &Desk, seat: &Seat, fields: &Fields) -> Result<(), Box<Response>> {
    let mut tries = desk.limits.by_network.lock().unwrap_or_else(PoisonError::into_inner);
    if tries.try_once(&seat.network, desk.now()).is_err() {
        return Err(Box::new(StatusCode::TOO_MANY_REQUESTS.into_response()));
    }
    drop(tries);
    match fields.get("token").is_some_and(|token| seat.sent(token)) {
        true => Ok(()),
        false => {
            let heading = ("もう一度お試しください", "Please try again");
            let words = seat.t("画面の有効期限が切れました。", "The form has expired.");
            Err(Box::new(notice(StatusCode::FORBIDDEN, desk, seat, heading, words)))
        }
    }
}

fn not_allowed(desk: &Desk, seat: &Seat) -> Response {
    let heading = ("権限がありません", "Not allowed");
    let words = seat.t("この操作はあなたの役割ではできません。", "Your role may not do this.");
    notice(StatusCode::FORBIDDEN, desk, seat, heading, words)
}

/// Runs a command and says what came of it.
fn run(desk: &Desk, command: Vec<String>) -> Outcome {
    let typed = format!("lettershop {}", command.join(" "));
    match (desk.plan.ask)(&command) {
        Ok(said) => {
            let words = if said.text.is_empty() { said.trouble } else { said.text };
            Outcome { is_done: said.code == 0, words, command: typed }
        }
        Err(error) => Outcome { is_done: false, words: error.to_string(), command: typed },
    }
}

/// Puts an act before a second person.
fn ask(desk: &Desk, seat: &Seat, task: &Task, command: Vec<String>, fields: &Fields) -> Outcome {
    let (subject, by) = (task.subject(fields), seat.name.clone());
    let note = fields.get("note").cloned().unwrap_or_default();
    let typed = format!("lettershop {}", command.join(" "));
    let deed = Deed {
        by: by.clone(),
        act: format!("ask-{}", task.name),
        subject: subject.clone(),
        note: note.clone(),
        ..Deed::default()
    };
    let task = task.name.to_owned();
    let asked = Asked { id: 0, at: desk.now(), by, task, subject, note, command };
    let _turn = desk.asks.lock().unwrap_or_else(PoisonError::into_inner);
    let added = (desk.plan.note)(deed).and_then(|()| {
        let mut asks = Asks::read(&desk.plan.asks)?;
        asks.add(asked);
        asks.write(&desk.plan.asks)
    });
    match added {
        Ok(()) => {
            let words = seat.t(
                "申請しました。別の承認者が承認すると実行されます。",
                "It is done when another person, an approver, agrees.",
            );
            Outcome { is_done: true, words: words.to_owned(), command: typed }
        }
        Err(error) => Outcome { is_done: false, words: error.to_string(), command: typed },
    }
}

/// Keeps what an act came to for the next page.
fn keep(desk: &Desk, seat: &Seat, outcome: Outcome) {
    let mut sessions = desk.sessions();
    if let Some(session) = seat.session.and_then(|digest| sessions.get_mut(&digest)) {
        session.outcome = Some(outcome);
    }
}

/// Returns the page that the form was on, if it says one of ours.
fn back(fields: &Fields) -> &str {
    let path = fields.get("back").map_or("/", String::as_str);
    let ours = path.starts_with('/') && !path.starts_with("//");
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if ours && plain {
        path
    } else {
        "/"
    }
}

#[derive(Template)]
#[template(path = "asks.html")]
struct AsksPage<'p> {
    v: &'p Seat,
    shop: &'p str,
    asks: &'p [Asked],
}

impl AsksPage<'_> {
    /// Returns what a task is called in the reader's language.
    fn task_words(&self, name: &str) -> String {
        task(name).map_or(name, |task| self.v.t(task.ja, task.en)).to_owned()
    }

    /// Whether the reader may decide: an approver, and not about an act of their own.
    fn may_decide(&self, asked: &Asked) -> bool {
        self.v.may(Role::Approver) && asked.by != self.v.name
    }

    fn asked_minutes(&self, asked: &Asked) -> String {
        minutes(&asked.at.rfc3339_jst())
    }
}

/// `GET /asks`
pub async fn asks(State(desk): State<Arc<Desk>>, seat: Seat) -> Response {
    let asks = Asks::read(&desk.plan.asks).unwrap_or_default();
    gate::show(&seat, &AsksPage { v: &seat, shop: &desk.plan.shop, asks: &asks.waiting })
}

/// `POST /asks/{id}`: a second person agrees or declines.
pub async fn decide(
    State(desk): State<Arc<Desk>>,
    seat: Seat,
    Path(id): Path<u64>,
    Form(fields): Form<Fields>,
) -> Response {
    beside(desk, seat, move |desk, seat| {
        if let Err(refused) = admitted(desk, seat, &fields) {
            return *refused;
        }
        let _turn = desk.asks.lock().unwrap_or_else(PoisonError::into_inner);
        let mut asks = Asks::read(&desk.plan.asks).unwrap_or_default();
        let Some(asked) = asks.take(id) else { return see("/asks") };
        if !seat.may(Role::Approver) || asked.by == seat.name {
            return not_allowed(desk, seat);
        }
        let outcome = match fields.get("agree").is_some_and(|agree| agree == "yes") {
            true => {
                let mut command = asked.command;
                command.insert(1, format!("--approved-by={}", seat.name));
                run(desk, command)
            }
            false => declined(desk, seat, &asked),
        };
        if asks.write(&desk.plan.asks).is_err() {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        keep(desk, seat, outcome);
        see("/asks")
    })
    .await
}

fn declined(desk: &Desk, seat: &Seat, asked: &Asked) -> Outcome {
    let deed = Deed {
        by: seat.name.clone(),
        act: format!("decline-{}", asked.task),
        subject: asked.subject.clone(),
        ..Deed::default()
    };
    let noted = (desk.plan.note)(deed);
    let words = match &noted {
        Ok(()) => seat.t("却下しました。", "It was declined.").to_owned(),
        Err(error) => error.to_string(),
    };
    Outcome { is_done: noted.is_ok(), words, command: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_our_own_pages_alone() {
        for (path, leads) in [
            ("/batches/a/b", "/batches/a/b"),
            ("//elsewhere.example", "/"),
            ("/\\elsewhere.example", "/"),
            ("https://elsewhere.example", "/"),
            ("/a\nb", "/"),
        ] {
            let fields = Fields::from([("back".to_owned(), path.to_owned())]);
            assert_eq!(back(&fields), leads, "{path}");
        }
    }
}
