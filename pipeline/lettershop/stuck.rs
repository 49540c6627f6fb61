//! What is longer in a state than it may be: each that is not final has a limit and an owner.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::Result;
use letter::Moment;
use runner::{Entry, Journal, Part};

use crate::account::read_json;
use crate::batch::{Received, RECEIVED};
use crate::close::{Closing, ACCOUNT, CLOSING};
use crate::config::Shop;
use crate::doors::arrival::Eye;
use crate::out::{FileJournal, Out};

/// Something in a state that is not final.
#[derive(Clone, Debug, PartialEq)]
pub struct Stuck {
    /// The state, a key of `[stuck]`.
    pub state: &'static str,
    /// Whose it is to end it.
    pub owner: &'static str,
    /// What is in it, by ids.
    pub what: String,
    /// Since when.
    pub since: Moment,
    /// How long, hours.
    pub hours: f64,
    /// From how many hours on it is stuck.
    pub limit: f64,
}

impl Stuck {
    /// Returns whether it has been in its state for as long as the limit says.
    pub fn is_over(&self) -> bool {
        self.hours >= self.limit
    }
}

/// Every state that is not final, and whose it is to end it; `[stuck]` has the hours.
pub const STATES: [(&str, &str); 12] = [
    ("under-way", "sender"),
    ("waits-for-marker", "sender"),
    ("received", "night"),
    ("approved", "night"),
    ("cancelled", "night"),
    ("held-sender", "operator"),
    ("held-batch", "operator"),
    ("awaits-approval", "operator"),
    ("night-open", "operator"),
    ("refused", "sender"),
    ("rejects", "sender"),
    ("held-records", "operator"),
];

/// Returns whatever is in a state that is not final, oldest first, within its limit or not.
///
/// # Errors
/// If a door or a part cannot be read.
pub fn look(shop: &Shop, out: &Out, journal: &FileJournal, now: Moment) -> Result<Vec<Stuck>> {
    let mut found = Vec::new();
    let mut note = |state: &'static str, what: String, since: Moment| {
        let (_, owner) = STATES.iter().find(|(name, _)| *name == state).expect("a state of ours");
        let limit = shop.config.stuck.get(state).copied().unwrap_or(HOURS);
        let hours = (now.0 - since.0) as f64 / 3600.0;
        found.push(Stuck { state, owner, what, since, hours, limit });
    };
    for sender in shop.senders.values() {
        for lying in Eye::default().look(&shop.door(&sender.sender).inbox())? {
            let since = Moment(crate::doors::arrival::state(&lying.meta).1);
            let is_mended = lying.name.contains(".mended.");
            let state = if is_mended { "waits-for-marker" } else { "under-way" };
            note(state, format!("{}/{}", sender.sender, lying.name), since);
        }
    }
    if let Some(night) = journal.open_night() {
        note("night-open", format!("night {}", night.night), night.now);
    }
    let parts: Vec<Part> = journal.parts().into_iter().map(|(part, _, _)| part).collect();
    for part in &parts {
        let received: Received = read_json(out, part, RECEIVED)?;
        let closed = || written(&out.part(part).join(CLOSING)).unwrap_or(received.moment);
        let waits = || read_json::<Closing>(out, part, CLOSING).is_ok_and(|c| c.awaits_approval);
        if journal.is_closed(part) {
            if waits() {
                note("awaits-approval", part.to_string(), closed());
                continue;
            }
            let account: ledger::Account = read_json(out, part, ACCOUNT)?;
            let is_mended = |other: &Part| {
                (&other.sender, &other.batch) == (&part.sender, &part.batch)
                    && other.part > part.part
                    && !other.is_later()
            };
            if account.ends.set_aside > 0 && !parts.iter().any(is_mended) {
                note("rejects", part.to_string(), closed());
            }
            if account.ends.held > 0 {
                note("held-records", part.to_string(), closed());
            }
            continue;
        }
        let state = match () {
            () if shop.config.night.of(part.sender.as_str()).hold => "held-sender",
            () if journal.is_held(part) => "held-batch",
            () if journal.is_cancelled(part) => "cancelled",
            () if journal.is_approved(part) => "approved",
            () => "received",
        };
        note(state, part.to_string(), received.moment);
    }
    refused(journal, &mut note);
    found.sort_by_key(|stuck| stuck.since);
    Ok(found)
}

/// Notes drops that were refused, until their sender has sent the batch again.
fn refused(journal: &FileJournal, note: &mut impl FnMut(&'static str, String, Moment)) {
    let mut now = Moment(0);
    let parts: Vec<Part> = journal.parts().into_iter().map(|(part, _, _)| part).collect();
    let mut seen: Vec<(String, Moment)> = Vec::new();
    for entry in journal.entries() {
        match entry {
            Entry::NightBegan(plan) => now = plan.now,
            Entry::DropRefused { drop, part, .. } => {
                let is_again = part.as_ref().is_some_and(|part| parts.contains(part));
                if !is_again {
                    seen.push((format!("{}/{}", drop.sender, drop.name), now));
                }
            }
            Entry::DropTaken { drop, .. } => {
                let name = format!("{}/{}", drop.sender, drop.name);
                seen.retain(|(refused, _)| *refused != name);
            }
            _ => {}
        }
    }
    // Refused by day before the first night: the age is not known, and short.
    seen.retain(|(_, since)| since.0 > 0);
    seen.into_iter().for_each(|(name, since)| note("refused", name, since));
}

/// A state without a limit of its own.
const HOURS: f64 = 24.0;

fn written(path: &Path) -> Option<Moment> {
    let modified = fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Moment(i64::try_from(modified.as_secs()).ok()?))
}
