//! 外部配信 (gaibu haishin): the outbox of what goes to mail servers, portals and senders' webhooks.
//!
//! What is to be sent follows from the mailboxes and the recipients' choices; kept is what became
//! of it, one record an attempt, durable before the next is made. A cut run sends again what it
//! does not know to have arrived, under the same name, and the receiver knows it by that.

mod parcel;
mod webhooks;

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context, Result};
use edge::durable::{AppendLog, LogError, Tail};
use edge::lmtp::{self, Answer, Server};
use edge::post::{post, Post};
use letter::{Moment, PieceId, SenderId};
use mailbox::{RetryRule, WebhookKey};
use serde::{Deserialize, Serialize};
use web::act::Elsewhere;
use web::outward::{Dispatch, Key, Outward, Parcel};
use web::{Number, PasscodeKey};

use crate::config::{PortalKeys, PushKeys, Shop};
use crate::out::Out;
use crate::postbox;
use webhooks::{Announced, News};

/// What became of a dispatch; a record of `state/outward.log`, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    at: Moment,
    of: Name,
    what: Outcome,
}

/// By what a dispatch is known, whenever it is tried.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Name {
    /// The code for a place, by account and when that named it.
    Code(Number, Moment),
    /// A copy.
    Copy(PieceId),
    /// What lies in a sender's outbox, up to a number.
    Outbox(SenderId, u64),
}

impl From<Key> for Name {
    fn from(key: Key) -> Self {
        match key {
            Key::Code(number, asked) => Self::Code(number, asked),
            Key::Copy(piece) => Self::Copy(piece),
        }
    }
}

impl std::fmt::Display for Name {
    /// Writes the name by which the other side knows a repeat.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(number, asked) => write!(f, "code-{}-{}", number.get(), asked.0),
            Self::Copy(piece) => write!(f, "letter-{piece}"),
            Self::Outbox(sender, sequence) => write!(f, "outbox-{sender}-{sequence}"),
        }
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The other side has it.
    Arrived,
    /// Not this time; 0 where there was no answer.
    Failed(u16),
    /// Never: it was refused for good, or the time is over. It is not sent afterwards.
    GivenUp(u16),
}

/// What the log says of a dispatch.
#[derive(Clone, Copy, Debug)]
struct Known {
    failures: u32,
    last: Moment,
    /// Whether it is arrived or given up.
    is_done: bool,
}

/// What a round came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Dispatches that arrived.
    pub arrived: u64,
    /// Dispatches that failed this time.
    pub failed: u64,
    /// Dispatches that were given up.
    pub given_up: u64,
    /// Dispatches that wait for their next attempt.
    pub waiting: u64,
}

impl Round {
    /// Returns the attempts that were made or given up.
    pub fn sent(&self) -> u64 {
        self.arrived + self.failed + self.given_up
    }
}

/// The outbox, open for sending; one process at a time has it.
pub struct Outbox<'s> {
    shop: &'s Shop,
    key: PasscodeKey,
    outward: Outward,
    log: AppendLog,
    known: HashMap<Name, Known>,
    senders: Announced,
}

impl<'s> Outbox<'s> {
    /// Opens the outbox; nothing while another process has it.
    ///
    /// # Errors
    /// If a log cannot be read.
    pub fn open(shop: &'s Shop, out: &Out) -> Result<Option<Self>> {
        let mut known = HashMap::new();
        let log = AppendLog::open(&path(out), |record| {
            note(&mut known, &serde_json::from_slice(record).map_err(std::io::Error::other)?);
            Ok(())
        });
        let log = match log {
            Err(LogError::InUse { .. }) => return Ok(None),
            log => log.context("opening the outbox")?,
        };
        let outward = Outward::open(&postbox::files(out)).context("reading the door's logs")?;
        let senders = Announced::new(out);
        Ok(Some(Self { shop, key: postbox::key(out)?, outward, log, known, senders }))
    }

    /// Sends what is due, and gives up what is too late.
    ///
    /// # Errors
    /// The machine's trouble; that of the other side is an outcome.
    pub fn round(&mut self, now: Moment) -> Result<Round> {
        self.outward.refresh().context("reading the door's logs")?;
        let mut round = Round::default();
        for dispatch in self.dispatches(now)? {
            let name = Name::from(dispatch.key());
            let is_too_late = self.is_too_late(&dispatch, now);
            self.attempt(&mut round, now, name, is_too_late, |outbox| outbox.send(&dispatch, now))?;
        }
        for news in self.senders.news(self.shop)? {
            let name = Name::Outbox(news.sender.clone(), news.sequence);
            if self.known.get(&name).is_some_and(|known| known.is_done) {
                continue;
            }
            let is_too_late = self.is_over(news.at, now);
            self.attempt(&mut round, now, name, is_too_late, |outbox| outbox.tell(&news, now))?;
        }
        Ok(round)
    }

    /// Makes an attempt that is due, and notes how it ended.
    fn attempt(
        &mut self,
        round: &mut Round,
        now: Moment,
        name: Name,
        is_too_late: bool,
        send: impl FnOnce(&Self) -> Result<Outcome>,
    ) -> Result<()> {
        let known = self.known.get(&name).copied();
        let outcome = if is_too_late {
            Outcome::GivenUp(0)
        } else if known.is_some_and(|known| !is_due(known, now)) {
            round.waiting += 1;
            return Ok(());
        } else {
            send(self)?
        };
        match outcome {
            Outcome::Arrived => round.arrived += 1,
            Outcome::Failed(_) => round.failed += 1,
            Outcome::GivenUp(_) => round.given_up += 1,
        }
        self.enter(now, name, outcome)
    }

    /// Gives up what could not be sent in time, without sending anything.
    ///
    /// # Errors
    /// As [`Outbox::round`].
    pub fn give_up(&mut self, now: Moment) -> Result<()> {
        for dispatch in self.dispatches(now)? {
            if self.is_too_late(&dispatch, now) {
                self.enter(now, dispatch.key().into(), Outcome::GivenUp(0))?;
            }
        }
        Ok(())
    }

    fn dispatches(&self, now: Moment) -> Result<Vec<Dispatch>> {
        let is_done = |key: &Key| self.known.get(&Name::from(*key)).is_some_and(|of| of.is_done);
        self.outward.dispatches(now, is_done).context("looking for what is to be sent")
    }

    fn is_too_late(&self, dispatch: &Dispatch, now: Moment) -> bool {
        matches!(dispatch.what, Parcel::Copy(_)) && self.is_over(dispatch.since, now)
    }

    fn is_over(&self, since: Moment, now: Moment) -> bool {
        now.0 >= since.0 + i64::from(self.shop.config.push.give_up_hours) * 3600
    }

    fn enter(&mut self, at: Moment, of: Name, what: Outcome) -> Result<()> {
        let entry = Entry { at, of, what };
        self.log.append(&serde_json::to_vec(&entry)?).context("writing the outbox")?;
        self.log.sync().context("writing the outbox")?;
        note(&mut self.known, &entry);
        Ok(())
    }

    /// Sends one dispatch to where its recipient wants it, if the operator still offers that place.
    fn send(&self, dispatch: &Dispatch, now: Moment) -> Result<Outcome> {
        let keys = &self.shop.config.push;
        match &dispatch.to {
            Elsewhere::Mail { address } => self.mail(keys, dispatch, address),
            Elsewhere::Portal { portal, account } => match keys.portals.get(portal) {
                Some(portal) => self.push(portal, dispatch, account, now),
                None => Ok(Outcome::Failed(0)),
            },
        }
    }

    fn mail(&self, keys: &PushKeys, dispatch: &Dispatch, address: &str) -> Result<Outcome> {
        let Some(server) = Server::parse(&keys.mail.server) else { return Ok(Outcome::Failed(0)) };
        let own_name = mailbox::mail_domain(&keys.mail.from).context("[push.mail] from")?;
        let message = parcel::message(self.shop, &self.key, dispatch, address)?;
        let envelope = lmtp::Envelope { own_name, from: &keys.mail.from, to: address };
        Ok(match lmtp::deliver(&server, envelope, &message) {
            Ok(Answer::Taken) => Outcome::Arrived,
            Ok(Answer::NotNow(code)) => Outcome::Failed(code),
            Ok(Answer::Never(code)) => Outcome::GivenUp(code),
            Err(_) => Outcome::Failed(0),
        })
    }

    fn push(
        &self,
        portal: &PortalKeys,
        dispatch: &Dispatch,
        account: &str,
        now: Moment,
    ) -> Result<Outcome> {
        let body = parcel::payload(self.shop, &self.key, dispatch, account)?;
        posted(self.shop, portal, &Name::from(dispatch.key()), now, &body)
    }

    /// Tells a sender that something lies in its outbox.
    fn tell(&self, news: &News, now: Moment) -> Result<Outcome> {
        let News { sender, sequence, .. } = news;
        let Some(place) = self.shop.config.doors.webhooks.get(sender.as_str()) else {
            return Ok(Outcome::Failed(0));
        };
        let name = Name::Outbox(sender.clone(), *sequence);
        posted(self.shop, place, &name, now, &news.payload()?)
    }
}

/// Posts a body, signed, to a place that the operator has named.
fn posted(
    shop: &Shop,
    place: &PortalKeys,
    name: &Name,
    now: Moment,
    body: &[u8],
) -> Result<Outcome> {
    let id = name.to_string();
    let path = shop.root.join(&place.secret);
    let reading = || format!("reading {}", path.display());
    let secret = std::fs::read_to_string(&path).with_context(reading)?;
    let key = WebhookKey::parse(&secret).context("no secret of the form whsec_…");
    let signed = key.with_context(reading)?.headers(&id, now, body);
    let mut headers = vec![("content-type", "application/json"), ("idempotency-key", &*id)];
    headers.extend(signed.iter().map(|(name, value)| (*name, value.as_str())));
    Ok(match post(Post { url: &place.url, headers: &headers, body }) {
        Ok(200..=299) => Outcome::Arrived,
        // "410 Gone": the receiver wants no more (Standard Webhooks, "Response").
        Ok(410) => Outcome::GivenUp(410),
        Ok(status) => Outcome::Failed(status),
        Err(_) => Outcome::Failed(0),
    })
}

/// Gives up what could not be sent in time, for a night that is about to begin; whoever sends at
/// the moment does so itself.
///
/// # Errors
/// If a log cannot be read or written.
pub fn give_up(shop: &Shop, out: &Out, now: Moment) -> Result<()> {
    let is_asked = web::outward::is_asked(&postbox::files(out));
    if !is_asked.context("reading the door's logs")? {
        return Ok(());
    }
    let outbox = Outbox::open(shop, out)?;
    outbox.map_or(Ok(()), |mut outbox| outbox.give_up(now))
}

/// Returns the copies that were given up, as the log says it.
///
/// # Errors
/// If it cannot be read.
pub fn given_up(out: &Out) -> Result<BTreeSet<PieceId>> {
    let mut pieces = BTreeSet::new();
    Tail::new(&path(out)).follow(|record| {
        let entry: Entry = serde_json::from_slice(record).map_err(std::io::Error::other)?;
        match (entry.of, entry.what) {
            (Name::Copy(piece), Outcome::GivenUp(_)) => pieces.insert(piece),
            _ => false,
        };
        Ok(())
    })?;
    Ok(pieces)
}

fn note(known: &mut HashMap<Name, Known>, entry: &Entry) {
    let first = Known { failures: 0, last: entry.at, is_done: false };
    let known = known.entry(entry.of.clone()).or_insert(first);
    known.last = entry.at;
    match entry.what {
        Outcome::Failed(_) => known.failures += 1,
        Outcome::Arrived | Outcome::GivenUp(_) => known.is_done = true,
    }
}

/// Returns whether a dispatch that failed is tried again now.
fn is_due(known: Known, now: Moment) -> bool {
    let wait = RULE.wait_seconds(known.failures).unwrap_or(RULE.wait_seconds_max);
    now.0 >= known.last.0 + wait as i64
}

/// Waits of half a minute to an hour, until the time is over.
const RULE: RetryRule =
    RetryRule { attempts_max: u32::MAX, first_wait_seconds: 30, factor: 3, wait_seconds_max: 3600 };

fn path(out: &Out) -> std::path::PathBuf {
    out.state().join("outward.log")
}
