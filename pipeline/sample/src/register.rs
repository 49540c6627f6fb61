//! The registry of a sample: who of the citizens is registered, with which senders, and as what.
//!
//! The same citizen is known to each sender under another pseudonym.

use std::io::Write;

use letter::{ChannelReason, Wish};

use crate::random::Random;

/// How a record's recipient stands with its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The record carries no recipient key.
    NoKey,
    /// It carries a key that the registry does not know.
    NotRegistered,
    /// The recipient is registered.
    Registered {
        /// Whether the recipient has selected the sender.
        selected: bool,
        /// What the recipient wishes from the sender.
        wish: Wish,
    },
}

/// Shares of a sender's recipients, each of those left over by the one before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// Records with a recipient key.
    pub with_key: f64,
    /// Keys that nobody knows.
    pub unknown: f64,
    /// Recipients who have not selected the sender.
    pub unselected: f64,
    /// Recipients who wish paper.
    pub paper: f64,
    /// Recipients who wish both.
    pub both: f64,
}

impl Standing {
    /// Registered, with the sender selected, wishing electronic delivery.
    pub const ELECTRONIC: Self = Self::Registered { selected: true, wish: Wish::Electronic };

    /// Draws a standing.
    pub fn draw(habits: &Habits, random: &mut Random) -> Self {
        if !random.chance(habits.with_key) {
            return Self::NoKey;
        }
        if random.chance(habits.unknown) {
            return Self::NotRegistered;
        }
        let selected = !random.chance(habits.unselected);
        let wish = match (random.chance(habits.paper), random.chance(habits.both)) {
            (true, _) => Wish::Paper,
            (false, true) => Wish::Both,
            (false, false) => Wish::Electronic,
        };
        Self::Registered { selected, wish }
    }

    /// Returns why a sound record of ordinary size takes its channel.
    pub fn reason(self, citizen: u64, class: Class) -> ChannelReason {
        let Self::Registered { selected, wish } = self else {
            return match self {
                _ if class.paper_only => ChannelReason::ClassIsPaperOnly,
                Self::NoKey => ChannelReason::NoRecipientKey,
                _ => ChannelReason::NotRegistered,
            };
        };
        if class.paper_only {
            ChannelReason::ClassIsPaperOnly
        } else if !selected {
            ChannelReason::SenderNotSelected
        } else if identity_level(citizen) < class.identity_level {
            ChannelReason::BelowIdentityLevel
        } else if is_closed(citizen) {
            ChannelReason::MailboxClosed
        } else {
            match wish {
                Wish::Paper => ChannelReason::PrefersPaper,
                Wish::Electronic => ChannelReason::PrefersElectronic,
                Wish::Both => ChannelReason::PrefersBoth,
            }
        }
    }
}

/// A letter class of a sender file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Class {
    /// Its name.
    pub name: &'static str,
    /// Whether it never goes electronically.
    pub paper_only: bool,
    /// The least identity level.
    pub identity_level: u8,
}

/// Citizens in so many are poorly identified, and as many have closed their mailbox.
const SELDOM: u64 = 250;
/// The first citizen who is poorly identified.
pub(crate) const POORLY_IDENTIFIED: u64 = 101;
/// The first citizen whose mailbox is closed.
pub(crate) const CLOSED: u64 = 202;

fn identity_level(citizen: u64) -> u8 {
    match citizen % SELDOM {
        POORLY_IDENTIFIED => 0,
        rest => 2 + (rest % 3 == 0) as u8,
    }
}

fn is_closed(citizen: u64) -> bool {
    citizen % SELDOM == CLOSED
}

/// The rows of the registry's three files.
#[derive(Debug, Default)]
pub(crate) struct Register {
    /// Whether each citizen has a link.
    linked: Vec<bool>,
    links: Vec<u8>,
    preferences: Vec<u8>,
}

impl Register {
    /// Notes how a citizen stands with a sender; returns the sender's pseudonym, empty without one.
    pub fn note(
        &mut self,
        citizen: u64,
        standing: Standing,
        sender: &str,
        prefix: char,
        class: &str,
    ) -> String {
        let pseudonym = pseudonym(prefix, citizen);
        match standing {
            Standing::NoKey => return String::new(),
            Standing::NotRegistered => return pseudonym,
            Standing::Registered { selected, wish } => {
                let at = citizen as usize;
                self.linked.resize(self.linked.len().max(at + 1), false);
                self.linked[at] = true;
                let recipient = recipient(citizen);
                let write = "memory takes all bytes";
                writeln!(self.links, "{sender},{pseudonym},{recipient}\r").expect(write);
                if !selected && citizen.is_multiple_of(2) {
                    // No preference at all: not selected either.
                    return pseudonym;
                }
                let mut prefer = |class: &str, wish: Wish| {
                    let wish = wish.name();
                    writeln!(self.preferences, "{recipient},{sender},{class},{wish},{selected}\r")
                        .expect(write);
                };
                match (wish, citizen % 4) {
                    (Wish::Paper, 0) => {
                        // The class's own wish goes before the wish for all classes.
                        prefer("*", Wish::Electronic);
                        prefer(class, wish);
                    }
                    (_, 1) => prefer(class, wish),
                    _ => prefer("*", wish),
                }
            }
        }
        pseudonym
    }

    /// Returns the files: name and bytes.
    pub fn files(self) -> [(&'static str, Vec<u8>); 3] {
        let mut recipients = b"recipient,identity_level,mailbox,mailbox_id\r\n".to_vec();
        let citizens = self.linked.iter().zip(0..).filter(|(linked, _)| **linked);
        for (_, citizen) in citizens {
            let (level, id) = (identity_level(citizen), recipient(citizen));
            let mailbox = if is_closed(citizen) { "closed" } else { "open" };
            let number = mailbox_number(citizen);
            writeln!(recipients, "{id},{level},{mailbox},{number}\r").expect("memory");
        }
        let links = [b"sender,pseudonym,recipient\r\n".as_slice(), &self.links].concat();
        let head = b"recipient,sender,class,wish,selected\r\n".as_slice();
        [
            ("recipients.csv", recipients),
            ("links.csv", links),
            ("preferences.csv", [head, &self.preferences].concat()),
        ]
    }
}

pub(crate) fn recipient(citizen: u64) -> String {
    format!("r-{:08}", citizen + 1)
}

/// Returns another number for each citizen and sender, from which the citizen's cannot be guessed
/// at a glance: multiplied by a number that has no factor in common with 10¹⁰.
pub(crate) fn pseudonym(prefix: char, citizen: u64) -> String {
    const NUMBERS: u128 = 10_000_000_000;
    let number = u128::from(citizen + 1) * 7_368_787_019 + prefix as u128 * 604_189;
    format!("{prefix}-{:010}", number % NUMBERS)
}

/// Odd, so that no two citizens share a mailbox.
pub(crate) fn mailbox_number(citizen: u64) -> u64 {
    (citizen + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_are_different_for_every_citizen_and_sender() {
        let mut all: Vec<String> = (0..2_000)
            .flat_map(|citizen| ['C', 'M', 'W'].map(|prefix| pseudonym(prefix, citizen)))
            .collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 6_000);
        assert!(all.iter().all(|pseudonym| pseudonym.len() == 12));
    }

    #[test]
    fn the_first_question_of_the_rule_that_fails_names_the_reason() {
        let tax = Class { name: "tax", paper_only: false, identity_level: 2 };
        let paper = Class { paper_only: true, ..tax };
        let electronic = Standing::ELECTRONIC;
        assert_eq!(electronic.reason(1, tax), ChannelReason::PrefersElectronic);
        assert_eq!(electronic.reason(1, paper), ChannelReason::ClassIsPaperOnly);
        assert_eq!(electronic.reason(CLOSED, tax), ChannelReason::MailboxClosed);
        let poor = electronic.reason(POORLY_IDENTIFIED, tax);
        assert_eq!(poor, ChannelReason::BelowIdentityLevel);
        let unselected = Standing::Registered { selected: false, wish: Wish::Both };
        assert_eq!(unselected.reason(CLOSED, tax), ChannelReason::SenderNotSelected);
    }
}
