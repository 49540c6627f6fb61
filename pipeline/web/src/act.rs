//! What people did at a door, as it stands in an append-only file.

use letter::{Moment, PieceId, SenderId, Wish};
use mailbox::OpenNotice;
use serde::{Deserialize, Serialize};

use crate::passcode::Number;
use crate::secret::Digest;

/// One act and its moment: a record of the log, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Moment,
    /// What.
    pub act: Act,
}

/// What somebody did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// A letter with a code was ordered, or a code is handed over at a counter.
    Ordered(Order),
    /// The code of a letter was used; the account has a password from now on.
    Admitted {
        /// The account.
        number: Number,
        /// Which letter's code.
        issue: u32,
        /// The password's hash, in PHC form.
        password: String,
    },
    /// A wrong code was typed.
    CodeFailed {
        /// The account.
        number: Number,
    },
    /// Somebody signed in.
    SessionOpened {
        /// The digest of the session's token.
        session: Digest,
        /// The account.
        number: Number,
        /// How the person was recognised.
        grade: Grade,
        /// When it ends at the latest.
        until: Moment,
    },
    /// Somebody signed out.
    SessionClosed {
        /// The digest of the session's token.
        session: Digest,
    },
    /// A copy was read for the first time.
    Opened(OpenNotice),
    /// A copy is kept at the top of the list, or no longer.
    Kept {
        /// The account.
        number: Number,
        /// The copy.
        piece: PieceId,
        /// Whether it is kept.
        kept: bool,
    },
    /// A recipient wishes paper or electronic copies from one sender; the next night follows it.
    Wished {
        /// The account.
        number: Number,
        /// The sender.
        sender: SenderId,
        /// The letter class, or `*`.
        class: String,
        /// Paper, electronic or both.
        wish: Wish,
        /// Whether the sender is selected for electronic delivery.
        selected: bool,
    },
    /// The senders of the directory that an account has been told of.
    Introduced {
        /// The account.
        number: Number,
        /// Their ids.
        senders: Vec<SenderId>,
    },
}

/// An order for a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The account.
    pub number: Number,
    /// The how many-th code of the account, from 1.
    pub issue: u32,
    /// The recipient in the registry.
    pub recipient: String,
    /// Where the code goes.
    pub to: Errand,
}

/// Where a code goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Errand {
    /// Handed over at a counter, to a person whose papers were looked at there.
    Counter,
    /// By 本人限定受取郵便 (hon'nin gentei uketori yūbin), which the post hands to that person alone.
    Letter(Addressee),
}

/// Whose letter it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// The name as it stands on the person's papers.
    pub name: String,
    /// Seven digits, with or without hyphen.
    pub postal: String,
    /// The address, without the building.
    pub address1: String,
    /// The building, or nothing.
    pub address2: String,
}

/// How well a person is known, at the moment of signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Nobody has looked.
    None,
    /// The person has received a letter that the post hands over to nobody else.
    Passcode,
    /// The person has signed with the card.
    Card,
}

impl Grade {
    /// Returns the identity level of the registry (0 none to 3 card).
    pub fn level(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Passcode => 2,
            Self::Card => 3,
        }
    }
}
