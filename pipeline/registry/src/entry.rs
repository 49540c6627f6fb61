//! The three nouns of the registry: a recipient, a link to a sender, a preference.

use letter::{SenderId, Wish};

/// The class of a preference that holds for every letter class without one of its own.
pub const ANY_CLASS: &str = "*";

/// The highest identity level: 0 none, 1 self-declared, 2 verified by post, 3 My Number card.
pub const IDENTITY_LEVEL_MAX: u8 = 3;

/// The longest recipient id, pseudonym or class, bytes; its length fits one byte of a change.
pub const KEY_LEN_MAX: usize = 128;

/// 受取人 (uketorinin): a person or body who can have a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The registry's own id; never leaves this room.
    pub id: Box<str>,
    /// How well the recipient is identified, 0 to [`IDENTITY_LEVEL_MAX`].
    pub identity_level: u8,
    /// Whether the mailbox takes copies.
    pub mailbox_open: bool,
    /// The mailbox; no two recipients share one, and no sender ever sees it.
    pub mailbox: u64,
}

/// The pseudonymous id under which one sender knows a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The sender.
    pub sender: SenderId,
    /// 仮名ID: the sender's recipient key, the field `recipient` of a record.
    pub pseudonym: Box<str>,
    /// The recipient's id.
    pub recipient: Box<str>,
}

/// What a recipient wishes from one sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preference {
    /// The recipient's id.
    pub recipient: Box<str>,
    /// The sender.
    pub sender: SenderId,
    /// The letter class, or [`ANY_CLASS`].
    pub class: Box<str>,
    /// Paper, electronic or both.
    pub wish: Wish,
    /// Whether the recipient has selected the sender for electronic delivery.
    pub selected: bool,
}

/// Parses an id, pseudonym or class: 1 to [`KEY_LEN_MAX`] bytes without control characters and
/// without blanks at its ends.
pub fn parse_key(text: &str) -> Option<Box<str>> {
    let fits = (1..=KEY_LEN_MAX).contains(&text.len());
    let plain = !text.chars().any(char::is_control) && text.trim() == text;
    (fits && plain).then(|| text.into())
}
