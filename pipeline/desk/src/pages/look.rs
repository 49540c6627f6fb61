//! Pages that only show: tonight, nights, batches, the line, what is stuck, senders, registry, log.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{beside, no_answer};
use crate::asks::Asks;
use crate::seat::Seat;
use crate::service::{Desk, SenderLine};
use crate::views::{
    AllStuck, History, Line, Log, Night, Registry, Standing, Status, Stuck, Verified,
};

#[derive(Template)]
#[template(path = "tonight.html")]
struct Tonight<'p> {
    v: &'p Seat,
    shop: &'p str,
    status: Option<&'p Status>,
    trouble: &'p str,
    last: Option<&'p Night>,
    stuck: usize,
    asks: usize,
}

/// `GET /`
pub async fn tonight(State(desk): State<Arc<Desk>>, seat: Seat) -> Response {
    beside(desk, seat, |desk, seat| {
        let [_, out] = desk.places();
        let status = desk.look::<Status>(&["status", &out, "--json"]);
        let history = desk.look::<History>(&["status", &out, "--history", "--json"]);
        let nights = history.map(|history| history.nights).unwrap_or_default();
        let page = Tonight {
            v: seat,
            shop: &desk.plan.shop,
            status: status.as_ref().ok(),
            trouble: status.as_ref().err().map_or("", String::as_str),
            last: nights.iter().rev().find(|night| night.night > 0),
            stuck: all_stuck(desk).map_or(0, |stuck| stuck.len()),
            asks: Asks::read(&desk.plan.asks).map_or(0, |asks| asks.waiting.len()),
        };
        gate::show(seat, &page)
    })
    .await
}

impl Tonight<'_> {
    /// Returns the batches that wait for a person, and the rest.
    fn waiting(&self) -> Vec<&Standing> {
        self.batches().into_iter().filter(|batch| batch.waits()).collect()
    }

    fn batches(&self) -> Vec<&Standing> {
        self.status.map_or(Vec::new(), |status| status.batches.iter().rev().collect())
    }

    /// Returns the batches that no night has ended yet.
    fn under_way(&self) -> Vec<&Standing> {
        let ended = |batch: &Standing| {
            batch.waits() || ["closed", "cancelled"].contains(&batch.stands.as_str())
        };
        self.batches().into_iter().filter(|batch| !ended(batch)).collect()
    }
}

fn all_stuck(desk: &Desk) -> Result<Vec<Stuck>, String> {
    let [root, out] = desk.places();
    let all = desk.look::<AllStuck>(&["status", &out, "--shop", &root, "--stuck", "--json"])?;
    Ok(all.stuck)
}

#[derive(Template)]
#[template(path = "nights.html")]
struct NightsPage<'p> {
    v: &'p Seat,
    shop: &'p str,
    nights: &'p [Night],
}

/// `GET /nights`
pub async fn nights(State(desk): State<Arc<Desk>>, seat: Seat) -> Response {
    beside(desk, seat, |desk, seat| {
        let [_, out] = desk.places();
        match desk.look::<History>(&["status", &out, "--history", "--json"]) {
            Ok(mut history) => {
                history.nights.reverse();
                let page = NightsPage { v: seat, shop: &desk.plan.shop, nights: &history.nights };
                gate::show(seat, &page)
            }
            Err(trouble) => no_answer(desk, seat, &trouble),
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "batches.html")]
struct BatchesPage<'p> {
    v: &'p Seat,
    shop: &'p str,
    status: &'p Status,
}

/// `GET /batches`
pub async fn batches(State(desk): State<Arc<Desk>>, seat: Seat) -> Response {
    beside(desk, seat, |desk, seat| {
        let [_, out] = desk.places();
        match desk.look::<Status>(&["status", &out, "--json"]) {
            Ok(mut status) => {
                status.batches.reverse();
                gate::show(seat, &BatchesPage { v: seat, shop: &desk.plan.shop, status: &status })
            }
            Err(trouble) => no_answer(desk, seat, &trouble),
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "line.html")]
struct LinePage<'p> {
    v: &'p Seat,
    shop: &'p str,
    line: &'p Line,
}

/// `GET /line`
pub async fn line(State(desk): State<Arc<Desk>>, seat: Seat) -> Response {
    beside(desk, seat, |desk, seat| {
        let [_, out] = desk.places();
        match desk.look::<Line>(&["line-status", &out, "--json"]) {
            Ok(line) => gate::show(seat, &LinePage { v: seat, shop: &desk.plan.shop, line: &line }),
            Err(trouble) => no_answer(desk, seat, &trouble),
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "stuck.html")]
struct StuckPage<'p> {
    v: &'p Seat,
    shop: &'p str,
    stuck: &'p [Stuck],
}

/// `GET /stuck`
pub async fn stuck(State(desk): State<Arc<Desk>>, seat: Seat) -> Response {
    beside(desk, seat, |desk, seat| match all_stuck(desk) {
        Ok(stuck) => gate::show(seat, &StuckPage { v: seat, shop: &desk.plan.shop, stuck: &stuck }),
        Err(trouble) => no_answer(desk, seat, &trouble),
    })
    .await
}

#[derive(Template)]
#[template(path = "senders.html")]
struct SendersPage<'p> {
    v: &'p Seat,
    shop: &'p str,
    senders: &'p [SenderLine],
}

/// `GET /senders`
pub async fn senders(State(desk): State<Arc<Desk>>, seat: Seat) -> Response {
    let senders = &desk.plan.senders;
    gate::show(&seat, &SendersPage { v: &seat, shop: &desk.plan.shop, senders })
}

#[derive(Template)]
#[template(path = "registry.html")]
struct RegistryPage<'p> {
    v: &'p Seat,
    shop: &'p str,
    registry: &'p Registry,
}

/// `GET /registry`
pub async fn registry(State(desk): State<Arc<Desk>>, seat: Seat) -> Response {
    beside(desk, seat, |desk, seat| {
        let [_, out] = desk.places();
        match desk.look::<Registry>(&["registry", "show", &out, "--json"]) {
            Ok(registry) => {
                let registry = &registry;
                gate::show(seat, &RegistryPage { v: seat, shop: &desk.plan.shop, registry })
            }
            Err(trouble) => no_answer(desk, seat, &trouble),
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage<'p> {
    v: &'p Seat,
    shop: &'p str,
    log: &'p Log,
    verified: &'p Verified,
}

/// `GET /audit`
pub async fn audit(State(desk): State<Arc<Desk>>, seat: Seat) -> Response {
    beside(desk, seat, |desk, seat| {
        let [_, out] = desk.places();
        let log = desk.look::<Log>(&["desk", "log", &out, "--json"]);
        let verified = desk.look::<Verified>(&["verify", "audit", &out, "--json"]);
        match (log, verified) {
            (Ok(mut log), Ok(verified)) => {
                log.entries.reverse();
                let (log, verified) = (&log, &verified);
                gate::show(seat, &AuditPage { v: seat, shop: &desk.plan.shop, log, verified })
            }
            (Err(trouble), _) | (_, Err(trouble)) => no_answer(desk, seat, &trouble),
        }
    })
    .await
}
