//! One letter: unopened, opened, as PDF, as text.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use axum::Form;
use edge::reading_room::Place;
use letter::{Moment, PieceId};
use mailbox::OpenNotice;
use serde::Deserialize;

use super::inbox::{line, mailbox_of, opened, Line};
use super::sign_in::Token;
use super::{beside, nothing, see, show, stale};
use crate::act::Act;
use crate::passcode::Number;
use crate::site::{OpenError, Site};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "letter.html")]
struct Page<'p> {
    v: &'p Visit,
    shop: &'p str,
    line: &'p Line,
    /// When it was first read; `None`: it is not.
    opened: Option<String>,
    /// The text, page by page, paragraph by paragraph; `None` if the copy holds none.
    text: Option<Vec<Vec<String>>>,
    size: String,
    seal: String,
}

/// `GET /letters/{piece}`: the letter, or, as long as nobody has opened it, the way to open it.
pub async fn letter(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(piece): Path<String>,
) -> Response {
    of_visitor(site, visit, piece, |site, visit, number, place| {
        let moment = opened(site, place.piece());
        let one = place.listed(moment)?;
        let is_kept = site.diary.books().keeps(number, place.piece());
        let line = line(site, visit, &one, is_kept);
        let (text, size) = match moment {
            None => (None, 0),
            Some(_) => {
                let (_, bytes) = place.copy()?;
                (text_of(&bytes), bytes.len())
            }
        };
        let page = Page {
            v: visit,
            shop: &site.shop,
            line: &line,
            opened: moment.map(|moment| moment_words(visit, moment)),
            text,
            size: format!("{} KB", size.div_ceil(1000)),
            seal: one.label.seal.to_string(),
        };
        Ok(show(visit, &page))
    })
    .await
}

/// Returns the text of a copy for whoever cannot see a PDF.
fn text_of(copy: &[u8]) -> Option<Vec<Vec<String>>> {
    let facts = readback::read_copy(copy).ok()?;
    let paragraphs = |page: &readback::PageText| {
        let forms = page.forms.iter().flat_map(|&form| facts.forms[form].lines());
        let lines = forms.chain(page.text.lines()).map(|line| line.trim_end().to_owned());
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>()
    };
    Some(facts.pages.iter().map(paragraphs).collect())
}

/// `POST /letters/{piece}/open`: the first time is the opening of which the sender is told.
pub async fn open(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(piece): Path<String>,
    Form(sent): Form<Token>,
) -> Response {
    if !visit.sent(&sent.token) {
        return stale(&site, &visit);
    }
    of_visitor(site, visit, piece, |site, visit, _, place| {
        // What cannot be handed out is not opened.
        let (label, _) = place.copy()?;
        let piece = place.piece();
        if site.room().opened(piece).is_none() {
            let now = site.now();
            let notice = OpenNotice {
                piece,
                row_id: label.row_id,
                sender: place.sender().clone(),
                batch: place.batch().clone(),
                opened: now,
            };
            site.act(|books| match books.opened(piece) {
                Some(_) => ((), Vec::new()),
                None => ((), vec![Act::Opened(notice)]),
            })?;
            // Noted first, then looked at again: whoever withdraws a copy does it the other way
            // round, so that nobody reads what was withdrawn unread.
            site.refresh()?;
            if site.room().is_withdrawn(piece) {
                return Ok(nothing(site, visit));
            }
        }
        Ok(see(&format!("/letters/{piece}")))
    })
    .await
}

/// What the form about keeping sends.
#[derive(Deserialize)]
pub struct Keep {
    token: String,
    keep: bool,
}

/// `POST /letters/{piece}/keep`
pub async fn keep(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(piece): Path<String>,
    Form(sent): Form<Keep>,
) -> Response {
    if !visit.sent(&sent.token) {
        return stale(&site, &visit);
    }
    of_visitor(site, visit, piece, move |site, _, number, place| {
        let (piece, kept) = (place.piece(), sent.keep);
        site.act(|books| match books.keeps(number, piece) == kept {
            true => ((), Vec::new()),
            false => ((), vec![Act::Kept { number, piece, kept }]),
        })?;
        Ok(see(&format!("/letters/{piece}")))
    })
    .await
}

/// `GET /letters/{piece}/pdf`: the copy as it was sealed, once it is opened.
pub async fn pdf(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(piece): Path<String>,
) -> Response {
    of_visitor(site, visit, piece, |site, _, _, place| {
        let piece = place.piece();
        if opened(site, piece).is_none() {
            return Ok(see(&format!("/letters/{piece}")));
        }
        let (_, bytes) = place.copy()?;
        let mut answer = bytes.into_response();
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
        let name = format!("inline; filename=\"{piece}.pdf\"");
        let name = HeaderValue::from_str(&name).expect("a piece's name is plain ASCII");
        headers.insert(CONTENT_DISPOSITION, name);
        // The browser's own viewer brings its own styles.
        let alone = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.insert(CONTENT_SECURITY_POLICY, alone);
        Ok(answer)
    })
    .await
}

type Answered = Result<Response, OpenError>;

/// Does something with a letter of whoever is signed in; another's is not there.
async fn of_visitor(
    site: Arc<Site>,
    visit: Visit,
    piece: String,
    work: impl FnOnce(&Site, &Visit, Number, &Place) -> Answered + Send + 'static,
) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    beside(site, visit, move |site, visit| {
        let id = u64::from_str_radix(&piece, 16).ok().filter(|_| piece.len() == 16);
        let place = id.zip(mailbox_of(site, number)).and_then(|(id, mailbox)| {
            let room = site.room();
            room.place(mailbox, PieceId(id))
        });
        match place {
            Some(place) => work(site, visit, number, &place),
            None => Ok(nothing(site, visit)),
        }
    })
    .await
}

/// Writes a moment as a reader writes it.
pub(super) fn moment_words(visit: &Visit, moment: Moment) -> String {
    let (day, text) = (moment.date_jst(), moment.rfc3339_jst());
    let (hour, minute) = (&text[11..13], &text[14..16]);
    match visit.tag() {
        "en" => format!("{day} {hour}:{minute} JST"),
        _ => format!("{}年{}月{}日 {hour}時{minute}分", day.year(), day.month(), day.day()),
    }
}
