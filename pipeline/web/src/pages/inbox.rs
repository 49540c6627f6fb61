//! 受信箱 (jushinbako): the letters of whoever is signed in.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use edge::mailboxes::Listed;
use letter::{Moment, PieceId};
use mailbox::MailboxId;
use serde::Deserialize;

use super::{beside, see, show};
use crate::passcode::Number;
use crate::site::{OpenError, Site};
use crate::visit::Visit;

/// One line of the list.
pub(super) struct Line {
    pub piece: String,
    pub sender: String,
    pub title: String,
    /// `2026-11-22`, for machines.
    pub date: String,
    /// The same for readers.
    pub date_words: String,
    pub is_unread: bool,
    pub is_kept: bool,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct Page<'p> {
    v: &'p Visit,
    shop: &'p str,
    lines: &'p [Line],
    show: &'p str,
    search: &'p str,
    unread: usize,
    kept: usize,
    all: usize,
    page: usize,
    pages: usize,
    used_words: String,
    used_percent: u64,
    new_senders: &'p [String],
}

/// `GET /`: the inbox, or the way in.
pub async fn home(visit: Visit) -> Response {
    see(if visit.session.is_some() { "/letters" } else { "/sign-in" })
}

/// What is asked of the list.
#[derive(Deserialize)]
pub struct Asked {
    /// `unread`, `kept`, or all.
    #[serde(default)]
    show: String,
    /// Words to look for.
    #[serde(default)]
    q: String,
    /// The page, from 1.
    #[serde(default)]
    page: usize,
}

/// `GET /letters`
pub async fn inbox(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(number) = visit.number() else { return see("/sign-in") };
    beside(site, visit, move |site, visit| {
        let (listed, used) = letters(site, visit, number)?;
        let unread = listed.iter().filter(|line| line.is_unread).count();
        let kept = listed.iter().filter(|line| line.is_kept).count();
        let all = listed.len();
        let words: Vec<String> = asked.q.split_whitespace().map(folded).collect();
        let is_wanted = |line: &Line| {
            let of_list = match asked.show.as_str() {
                "unread" => line.is_unread,
                "kept" => line.is_kept,
                _ => true,
            };
            let text = folded(&format!("{} {} {}", line.title, line.sender, line.date_words));
            of_list && words.iter().all(|word| text.contains(word))
        };
        let found: Vec<Line> = listed.into_iter().filter(is_wanted).collect();
        let pages = found.len().div_ceil(LINES_A_PAGE).max(1);
        let page = asked.page.clamp(1, pages);
        let start = (page - 1) * LINES_A_PAGE;
        let lines = &found[start..found.len().min(start + LINES_A_PAGE)];
        let new_senders = super::senders::new_to(site, number);
        let page = Page {
            v: visit,
            shop: &site.shop,
            lines,
            show: &asked.show,
            search: &asked.q,
            unread,
            kept,
            all,
            page,
            pages,
            used_words: bytes_words(used),
            used_percent: (used * 100 / QUOTA_BYTES).min(100),
            new_senders: &new_senders,
        };
        Ok(show(visit, &page))
    })
    .await
}

/// Returns an account's mailbox.
pub(super) fn mailbox_of(site: &Site, number: Number) -> Option<MailboxId> {
    let books = site.diary.books();
    let recipient = &books.account(number)?.recipient;
    Some(MailboxId(site.people().recipient(recipient)?.mailbox))
}

/// Returns when a copy was first read, here or at another door.
pub(super) fn opened(site: &Site, piece: PieceId) -> Option<Moment> {
    let here = site.diary.books().opened(piece);
    here.or_else(|| site.room().opened(piece))
}

/// Returns a recipient's letters, the latest first, and the bytes that they take.
fn letters(site: &Site, visit: &Visit, number: Number) -> Result<(Vec<Line>, u64), OpenError> {
    let Some(mailbox) = mailbox_of(site, number) else { return Ok((Vec::new(), 0)) };
    let places = site.room().of_mailbox(mailbox);
    let mut used = 0;
    let mut listed = Vec::with_capacity(places.len());
    for place in places {
        let one = place.listed(opened(site, place.piece()))?;
        used += u64::from(one.label.tail_len);
        listed.push(one);
    }
    listed.sort_by_key(|one| (std::cmp::Reverse(one.label.received), one.label.piece));
    let books = site.diary.books();
    let is_kept = |piece| books.keeps(number, piece);
    let lines = listed.iter().map(|one| line(site, visit, one, is_kept(one.label.piece)));
    Ok((lines.collect(), used))
}

/// Returns the line of one copy.
pub(super) fn line(site: &Site, visit: &Visit, one: &Listed, is_kept: bool) -> Line {
    let day = one.label.received.date_jst();
    Line {
        piece: one.label.piece.to_string(),
        sender: sender_name(site, one),
        title: one.label.title.clone(),
        date: day.to_string(),
        date_words: match visit.tag() {
            "en" => day.to_string(),
            _ => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        },
        is_unread: one.opened.is_none(),
        is_kept,
    }
}

fn sender_name(site: &Site, one: &Listed) -> String {
    site.sender(&one.sender).map_or_else(|| one.sender.to_string(), |card| card.name.clone())
}

/// Returns a text as it is compared: full-width letters and digits as their plain ones.
fn folded(text: &str) -> String {
    let narrow = |c: char| match c {
        '！'..='～' => char::from_u32(c as u32 - '！' as u32 + '!' as u32).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(narrow).flat_map(char::to_lowercase).collect()
}

fn bytes_words(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    if megabytes < 0.1 {
        format!("{} KB", bytes.div_ceil(1000))
    } else {
        format!("{megabytes:.1} MB")
    }
}

/// Letters on one page of the list.
const LINES_A_PAGE: usize = 30;
/// What a mailbox holds, bytes: some fifteen thousand letters.
pub(super) const QUOTA_BYTES: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_however_wide_they_were_typed() {
        assert!(folded("２０２６年　納税通知書 ABC").contains(&folded("2026年")));
        assert!(folded("Tax Notice").contains(&folded("ｔａｘ")));
    }

    #[test]
    fn sizes_are_told_in_round_numbers() {
        assert_eq!(bytes_words(0), "0 KB");
        assert_eq!(bytes_words(12_345), "13 KB");
        assert_eq!(bytes_words(1_234_567), "1.2 MB");
    }
}
