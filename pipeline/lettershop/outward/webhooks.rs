//! お知らせ先 (oshirasesaki): a sender's program is told that something lies in its outbox, never what.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use edge::durable::Tail;
use letter::{Moment, SenderId};
use serde_json::json;

use crate::config::Shop;
use crate::doors::outbox::Sent;
use crate::out::Out;

/// The log of what was laid into the outboxes, followed.
pub struct Announced {
    log: Tail,
    last: BTreeMap<SenderId, News>,
}

/// The last that was laid into a sender's outbox.
#[derive(Clone, Debug)]
pub struct News {
    /// Whose outbox.
    pub sender: SenderId,
    /// Its number, as in `status.json`.
    pub sequence: u64,
    /// When it was laid there.
    pub at: Moment,
}

impl Announced {
    /// Returns the log from its beginning.
    pub fn new(out: &Out) -> Self {
        Self { log: Tail::new(&out.state().join("outbox.log")), last: BTreeMap::new() }
    }

    /// Returns the last of each sender that has a webhook; several files are one piece of news.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub fn news(&mut self, shop: &Shop) -> Result<Vec<News>> {
        let last = &mut self.last;
        let followed = self.log.follow(|record| {
            let sent: Sent = serde_json::from_slice(record).map_err(std::io::Error::other)?;
            let Sent { sender, sequence, at, .. } = sent;
            last.insert(sender.clone(), News { sender, sequence, at });
            Ok(())
        });
        followed.context("reading outbox.log")?;
        let hooks = &shop.config.doors.webhooks;
        let news = self.last.values().filter(|news| hooks.contains_key(news.sender.as_str()));
        Ok(news.cloned().collect())
    }
}

impl News {
    /// Returns the body of the push: whose outbox, and up to which number.
    ///
    /// # Errors
    /// None; it is plain data.
    pub fn payload(&self) -> Result<Vec<u8>> {
        let Self { sender, sequence, at } = self;
        let payload = json!({
            "type": "outbox.changed", "timestamp": at.rfc3339_jst(),
            "data": {"sender": sender, "sequence": sequence},
        });
        Ok(serde_json::to_vec(&payload)?)
    }
}
