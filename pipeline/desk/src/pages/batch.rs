//! One batch: where it stands, what came of its records, its files, and what can be done about it.

use std::path::{Component, Path as FilePath};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{beside, no_answer};
use crate::seat::Seat;
use crate::service::Desk;
use crate::tasks::{task, Task};
use crate::views::Batch;

#[derive(Template)]
#[template(path = "batch.html")]
struct BatchPage<'p> {
    v: &'p Seat,
    shop: &'p str,
    batch: &'p Batch,
    forms: Vec<&'static Task>,
}

/// `GET /batches/{sender}/{batch}`
pub async fn batch(
    State(desk): State<Arc<Desk>>,
    seat: Seat,
    Path((sender, batch)): Path<(String, String)>,
) -> Response {
    beside(desk, seat, move |desk, seat| match read(desk, &sender, &batch) {
        Ok(batch) => {
            let forms = forms(&batch, seat);
            gate::show(seat, &BatchPage { v: seat, shop: &desk.plan.shop, batch: &batch, forms })
        }
        Err(trouble) => no_answer(desk, seat, &trouble),
    })
    .await
}

fn read(desk: &Desk, sender: &str, batch: &str) -> Result<Batch, String> {
    let [_, out] = desk.places();
    desk.look(&["batch", "--json", "--", &out, sender, batch])
}

/// Returns what can be done about a batch where it stands, by whom it may be done.
fn forms(batch: &Batch, seat: &Seat) -> Vec<&'static Task> {
    let is_printed = batch.stands == "closed";
    let names: &[&str] = match batch.stands.as_str() {
        "closed" => &["pull", "set-aside", "reprint", "close"],
        "cancelled" => &[],
        "awaits approval" if batch.held => &["approve", "release", "cancel", "pull"],
        "awaits approval" => &["approve", "hold", "cancel", "pull"],
        _ if batch.held => &["release", "cancel", "rank", "pull"],
        _ => &["hold", "cancel", "rank", "pull"],
    };
    debug_assert!(!is_printed || !names.contains(&"cancel"), "what is printed stays printed");
    let tasks = names.iter().filter_map(|name| task(name));
    tasks.filter(|task| seat.may(task.role)).collect()
}

impl BatchPage<'_> {
    /// Returns the ends of the records with their words, without those that none came to.
    fn ends(&self) -> Vec<(&'static str, &'static str, u64)> {
        let words = [
            ("records_in", "受付", "in"),
            ("printed", "印刷", "printed"),
            ("delivered", "電子交付", "delivered"),
            ("also_delivered", "うち電子も交付", "of them also delivered"),
            ("set_aside", "エラー分", "set aside"),
            ("held", "保留", "held"),
            ("pulled", "引抜き", "pulled"),
        ];
        let Some(ends) = &self.batch.ends else { return Vec::new() };
        let count = |end: &str| ends.get(end).copied().unwrap_or(0);
        let all = words.into_iter().map(|(end, ja, en)| (ja, en, count(end)));
        all.filter(|(.., count)| *count > 0).collect()
    }

    /// Returns the stages with whether each is done.
    fn stages(&self) -> Vec<(&'static str, &'static str, usize)> {
        let words = [
            ("received", "受付", "Received"),
            ("measured", "組版・計測", "Measured"),
            ("printed", "印刷ファイル", "Print files"),
            ("delivered", "電子交付", "Delivered"),
            ("closed", "締め", "Closed"),
        ];
        let done = |name: &str| self.batch.stages.iter().filter(|one| one.stage == name).count();
        words.into_iter().map(|(name, ja, en)| (ja, en, done(name))).collect()
    }
}

/// `GET /batches/{sender}/{batch}/files/{number}`: a file that the batch's page lists.
pub async fn file(
    State(desk): State<Arc<Desk>>,
    seat: Seat,
    Path((sender, batch, number)): Path<(String, String, usize)>,
) -> Response {
    beside(desk, seat, move |desk, seat| {
        let found = match read(desk, &sender, &batch) {
            Ok(batch) => batch.files.into_iter().nth(number),
            Err(trouble) => return no_answer(desk, seat, &trouble),
        };
        let Some(listed) = found else { return StatusCode::NOT_FOUND.into_response() };
        let below = FilePath::new(&listed.path);
        if !below.components().all(|part| matches!(part, Component::Normal(_))) {
            return StatusCode::NOT_FOUND.into_response();
        }
        match edge::durable::read_if_there(&desk.plan.out.join(below)) {
            Ok(Some(bytes)) => sent(listed.name(), bytes),
            Ok(None) => StatusCode::NOT_FOUND.into_response(),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    })
    .await
}

/// Sends a file: PDF to be looked at, everything else to be kept.
fn sent(name: &str, bytes: Vec<u8>) -> Response {
    let (kind, how) = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("pdf") => ("application/pdf", "inline"),
        Some("csv") => ("text/csv; charset=utf-8", "attachment"),
        Some("json") => ("application/json", "attachment"),
        _ => ("application/octet-stream", "attachment"),
    };
    let plain: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect();
    let how = HeaderValue::from_str(&format!("{how}; filename=\"{plain}\""));
    let mut answer = bytes.into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_DISPOSITION, how.expect("the name is plain ASCII"));
    answer
}
