//! Who asks: language, session token, form token, network address.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::http::HeaderMap;

use crate::secret::{same_text, Digest, Token};

/// One request's caller, whoever that is.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Japanese or English.
    pub language: Language,
    /// The token of the session that the caller claims.
    pub session_token: Option<String>,
    /// What every form carries: a page of another site cannot know it.
    pub form_token: String,
    /// The caller's own secret, from which the form token follows.
    visitor: String,
    /// Whether the caller has no secret yet and gets this one.
    pub is_new: bool,
    /// The network, as limits count it.
    pub network: u64,
    /// The path asked for, to come back to it in the other language.
    pub path: String,
}

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// 日本語
    Japanese,
    /// English
    English,
}

/// The cookie of a session: this host alone, by HTTPS alone, unseen by scripts.
pub const SESSION_COOKIE: &str = "__Host-session";
/// The cookie of a visitor's secret.
pub const VISITOR_COOKIE: &str = "__Host-visitor";
/// The cookie of the language.
pub const LANGUAGE_COOKIE: &str = "lang";

impl Caller {
    /// Reads a request; `draw` makes the secret of a caller who has none. Without one the caller's
    /// forms are not taken.
    pub fn of(parts: &Parts, draw: impl FnOnce() -> Option<Token>) -> Self {
        let token = cookie(&parts.headers, SESSION_COOKIE).filter(|token| token.len() == 64);
        let known = cookie(&parts.headers, VISITOR_COOKIE).filter(|secret| secret.len() == 64);
        let drawn = || draw().map_or(String::new(), |token| token.as_str().to_owned());
        let visitor = known.map_or_else(drawn, str::to_owned);
        let bound = format!("{visitor} {}", token.unwrap_or_default());
        Self {
            language: language(&parts.headers),
            session_token: token.map(str::to_owned),
            form_token: Digest::of("form", &bound).to_string(),
            is_new: known.is_none(),
            visitor,
            network: network(parts),
            path: parts.uri.path().to_owned(),
        }
    }

    /// Returns the digest by which the claimed session is known, if one is claimed.
    pub fn session_digest(&self) -> Option<Digest> {
        self.session_token.as_deref().map(|token| Digest::of("session", token))
    }

    /// Returns the text in the caller's language.
    pub fn t<'t>(&self, japanese: &'t str, english: &'t str) -> &'t str {
        match self.language {
            Language::Japanese => japanese,
            Language::English => english,
        }
    }

    /// Returns the language's tag.
    pub fn tag(&self) -> &'static str {
        match self.language {
            Language::Japanese => "ja",
            Language::English => "en",
        }
    }

    /// Returns whether a form was sent from a page of ours to this caller.
    pub fn sent(&self, token: &str) -> bool {
        !self.is_new && same_text(token, &self.form_token)
    }

    /// Returns the caller's secret, for the cookie.
    pub fn visitor(&self) -> &str {
        &self.visitor
    }
}

/// Returns the value of a cookie.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(found, _)| found.trim() == name).map(|(_, value)| value.trim())
}

fn language(headers: &HeaderMap) -> Language {
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|line| line.to_str().ok());
    match cookie(headers, LANGUAGE_COOKIE) {
        Some("en") => Language::English,
        Some("ja") => Language::Japanese,
        _ if accepted.is_some_and(prefers_english) => Language::English,
        _ => Language::Japanese,
    }
}

/// Whether English is asked for before Japanese (RFC 9110 §12.5.4, lists in their usual order).
fn prefers_english(accepted: &str) -> bool {
    let mut tags = accepted.split(',').map(|tag| tag.trim().get(..2).unwrap_or_default());
    tags.find(|tag| ["ja", "en"].contains(tag)) == Some("en")
}

/// Returns the network of the caller as limits count it: an address, of IPv6 the first 64 bits.
///
/// Behind a proxy on the same machine that is what the proxy says last in X-Forwarded-For.
fn network(parts: &Parts) -> u64 {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let forwarded = || {
        let line = parts.headers.get("x-forwarded-for")?.to_str().ok()?;
        line.rsplit(',').next()?.trim().parse().ok()
    };
    let address = match peer {
        Some(peer) if peer.is_loopback() => forwarded().unwrap_or(peer),
        Some(peer) => peer,
        None => return 0,
    };
    match address {
        IpAddr::V4(v4) => u64::from(u32::from(v4)),
        IpAddr::V6(v6) => (u128::from(v6) >> 64) as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "x__Host-session=1; __Host-session=2".parse().expect("a header"));
        headers.append(COOKIE, "lang=en".parse().expect("a header"));
        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("2"));
        assert_eq!(cookie(&headers, VISITOR_COOKIE), None);
        assert_eq!(language(&headers), Language::English);
    }

    #[test]
    fn japanese_is_the_language_of_whoever_asks_for_neither() {
        for (accepted, english) in [
            ("en-US,en;q=0.9", true),
            ("ja,en;q=0.5", false),
            ("fr, en;q=0.5", true),
            ("fr", false),
            ("", false),
        ] {
            assert_eq!(prefers_english(accepted), english, "{accepted}");
        }
    }
}
