//! Paper or electronic, and why.
//!
//! One question per reason, asked in the order of [`ChannelReason`]; the first that settles the
//! piece names it. Everything that stands in the way of a copy leads to paper: a letter that could
//! be printed never fails to be sent. The truth table stands in the tests.

use letter::{Channel, ChannelReason, Wish};
use serde::{Deserialize, Serialize};

/// What the sender's contract says of one letter class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRule {
    /// Whether letters of this class are never delivered electronically.
    #[serde(default)]
    pub paper_only: bool,
    /// The least identity level of the recipient for electronic delivery, 0 (none) to 3.
    #[serde(default)]
    pub identity_level: u8,
    /// The largest electronic copy, bytes; a larger one goes on paper.
    #[serde(default = "unbounded")]
    pub copy_bytes_max: u64,
}

/// What the frozen registry says of a recipient for one sender and letter class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Whether the recipient has selected this sender for electronic delivery.
    pub selected: bool,
    /// How well the recipient is identified, 0 (not at all) to 3.
    pub identity_level: u8,
    /// Whether the recipient's mailbox takes copies.
    pub mailbox_open: bool,
    /// What the recipient wishes for this class.
    pub wish: Wish,
}

/// What was found under the recipient key of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lookup {
    /// The record carries no key.
    NoKey,
    /// The key is linked to nobody.
    NotRegistered,
    /// The key is linked to a recipient who stands so.
    Known(Standing),
}

/// Returns how a piece goes and why.
///
/// `copy_bytes` is the size of the electronic copy, or a bound of it; `None` (not measured) counts
/// as small enough.
pub fn route(
    class: &ClassRule,
    known: Lookup,
    copy_bytes: Option<u64>,
) -> (Channel, ChannelReason) {
    use ChannelReason as Why;
    let paper = |why| (Channel::Paper, why);
    if class.paper_only {
        return paper(Why::ClassIsPaperOnly);
    }
    let standing = match known {
        Lookup::NoKey => return paper(Why::NoRecipientKey),
        Lookup::NotRegistered => return paper(Why::NotRegistered),
        Lookup::Known(standing) => standing,
    };
    if !standing.selected {
        return paper(Why::SenderNotSelected);
    }
    if standing.identity_level < class.identity_level {
        return paper(Why::BelowIdentityLevel);
    }
    if !standing.mailbox_open {
        return paper(Why::MailboxClosed);
    }
    let too_large = copy_bytes.is_some_and(|bytes| bytes > class.copy_bytes_max);
    match (standing.wish, too_large) {
        (Wish::Paper, _) => paper(Why::PrefersPaper),
        (Wish::Electronic | Wish::Both, true) => paper(Why::TooLarge),
        (Wish::Electronic, false) => (Channel::Electronic, Why::PrefersElectronic),
        (Wish::Both, false) => (Channel::Both, Why::PrefersBoth),
    }
}

fn unbounded() -> u64 {
    u64::MAX
}

#[cfg(test)]
mod tests;
