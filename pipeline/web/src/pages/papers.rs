//! 自分の書類 (jibun no shorui): papers that a recipient lays down, which no sender sees.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Multipart, Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Form;
use mailbox::Seal;

use super::sign_in::Token;
use super::{admitted, beside, nothing, see, show, show_as, stale};
use crate::act::{Act, Paper, PaperKind};
use crate::passcode::Number;
use crate::site::Site;
use crate::visit::Visit;

/// One paper of the list.
struct Line {
    seal: String,
    name: String,
    size: String,
    kept: String,
}

#[derive(Template)]
#[template(path = "papers.html")]
struct Page<'p> {
    v: &'p Visit,
    shop: &'p str,
    lines: &'p [Line],
    fault: Option<&'p str>,
}

/// `GET /papers`
pub async fn list(State(site): State<Arc<Site>>, visit: Visit) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    let lines = lines(&site, &visit, number);
    show(&visit, &Page { v: &visit, shop: &site.shop, lines: &lines, fault: None })
}

fn lines(site: &Site, visit: &Visit, number: Number) -> Vec<Line> {
    let books = site.diary.books();
    let line = |(at, paper): &(letter::Moment, Paper)| Line {
        seal: paper.seal.to_string(),
        name: paper.name.clone(),
        size: format!("{} KB", paper.len.div_ceil(1000)),
        kept: super::letter::moment_words(visit, *at),
    };
    books.papers(number).iter().rev().map(line).collect()
}

/// `POST /papers`
pub async fn keep(State(site): State<Arc<Site>>, visit: Visit, form: Multipart) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    let Some((token, name, bytes)) = read(form).await else {
        return refused(&site, &visit, number, Fault::Large);
    };
    if let Err(refused) = admitted(&site, &visit, &token) {
        return *refused;
    }
    let Some(kind) = PaperKind::of(&bytes) else {
        return refused(&site, &visit, number, Fault::Kind);
    };
    let len = bytes.len() as u64;
    let used: u64 = site.diary.books().papers(number).iter().map(|(_, paper)| paper.len).sum();
    if bytes.len() > PAPER_BYTES_MAX {
        return refused(&site, &visit, number, Fault::Large);
    }
    if used + len > PAPERS_BYTES_MAX {
        return refused(&site, &visit, number, Fault::Full);
    }
    beside(site, visit, move |site, _| {
        // The file first: what the list names is there.
        let seal = site.papers.keep(number.get(), &bytes)?;
        let paper = Paper { seal, name, kind, len };
        site.act(|_| ((), vec![Act::PaperKept { number, paper }]))?;
        Ok(see("/papers"))
    })
    .await
}

async fn read(mut form: Multipart) -> Option<(String, String, Vec<u8>)> {
    let (mut token, mut name, mut paper) = (None, String::new(), None);
    while let Some(field) = form.next_field().await.ok()? {
        match field.name() {
            Some("token") => token = Some(field.text().await.ok()?),
            Some("paper") => {
                name = plain_name(field.file_name().unwrap_or_default());
                paper = Some(field.bytes().await.ok()?.to_vec());
            }
            _ => return None,
        }
    }
    Some((token?, name, paper?))
}

/// Returns what a file may be called on a page: no folders, no control characters, not too long.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    if plain.trim().is_empty() {
        "書類".to_owned()
    } else {
        plain
    }
}

/// Why a paper is not taken.
#[derive(Clone, Copy)]
enum Fault {
    Kind,
    Large,
    Full,
}

fn refused(site: &Site, visit: &Visit, number: Number, fault: Fault) -> Response {
    let words = match fault {
        Fault::Kind => visit.t(
            "PDF、JPEG、PNGのファイルだけをお預かりできます。",
            "Only PDF, JPEG and PNG files can be kept.",
        ),
        Fault::Large => visit.t("1つの書類は10MBまでです。", "A paper may have ten megabytes."),
        Fault::Full => visit.t(
            "お預かりできるのは合わせて100MBまでです。不要な書類を削除してください。",
            "All papers together may have a hundred megabytes. Please delete some.",
        ),
    };
    let lines = lines(site, visit, number);
    let page = Page { v: visit, shop: &site.shop, lines: &lines, fault: Some(words) };
    show_as(StatusCode::UNPROCESSABLE_ENTITY, visit, &page)
}

/// `GET /papers/{seal}`: the paper as it came, to be saved and never shown as part of a page.
pub async fn paper(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(seal): Path<String>,
) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    beside(site, visit, move |site, visit| {
        let Some(paper) = known(site, number, &seal) else { return Ok(nothing(site, visit)) };
        let mut answer = site.papers.read(number.get(), &paper.seal)?.into_response();
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(paper.kind.media_type()));
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
        Ok(answer)
    })
    .await
}

fn known(site: &Site, number: Number, seal: &str) -> Option<Paper> {
    let seal = Seal::parse(seal)?;
    let books = site.diary.books();
    let found = books.papers(number).iter().find(|(_, paper)| paper.seal == seal);
    found.map(|(_, paper)| paper.clone())
}

/// `POST /papers/{seal}/remove`
pub async fn remove(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(seal): Path<String>,
    Form(sent): Form<Token>,
) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    if !visit.sent(&sent.token) {
        return stale(&site, &visit);
    }
    beside(site, visit, move |site, visit| {
        let Some(Paper { seal, .. }) = known(site, number, &seal) else {
            return Ok(nothing(site, visit));
        };
        site.act(|_| ((), vec![Act::PaperRemoved { number, seal }]))?;
        site.papers.remove(number.get(), &seal)?;
        Ok(see("/papers"))
    })
    .await
}

/// One paper, bytes.
pub const PAPER_BYTES_MAX: usize = 10_000_000;
/// All papers of an account, bytes.
const PAPERS_BYTES_MAX: u64 = 100_000_000;
/// Characters of a name that are shown.
const NAME_CHARS_MAX: usize = 80;
