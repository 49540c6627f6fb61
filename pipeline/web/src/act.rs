//! What people did at a door, as it stands in an append-only file.

use letter::{Moment, PieceId, SenderId, Wish};
use mailbox::{OpenNotice, Seal};
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
    /// A card's authentication certificate belongs to an account from now on.
    CardBound {
        /// The account.
        number: Number,
        /// The digest of the certificate.
        card: Digest,
    },
    /// A challenge was answered, and is answered by nobody again.
    ChallengeUsed {
        /// The digest of the challenge.
        challenge: Digest,
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
    /// A portal may ask for new arrivals by a new address; the one before is void.
    FeedMade {
        /// The account.
        number: Number,
        /// The digest of the address's secret.
        feed: Digest,
    },
    /// A link of a feed was followed, and leads nowhere again.
    LinkUsed {
        /// The digest of the link.
        link: Digest,
    },
    /// A paper was laid down; its file lies in the papers' folder.
    PaperKept {
        /// The account.
        number: Number,
        /// The paper.
        paper: Paper,
    },
    /// A paper was thrown away.
    PaperRemoved {
        /// The account.
        number: Number,
        /// The paper's SHA-256.
        seal: Seal,
    },
    /// Copies are to go elsewhere, too, as soon as the code that is sent there comes back.
    ForwardAsked {
        /// The account.
        number: Number,
        /// Where to.
        to: Elsewhere,
    },
    /// A wrong code came back.
    ForwardFailed {
        /// The account.
        number: Number,
    },
    /// The code came back: whoever has the account reads what is sent there.
    ForwardConfirmed {
        /// The account.
        number: Number,
    },
    /// Copies go nowhere else from now on.
    ForwardEnded {
        /// The account.
        number: Number,
    },
    /// The senders of the directory that an account has been told of.
    Introduced {
        /// The account.
        number: Number,
        /// Their ids.
        senders: Vec<SenderId>,
    },
}

/// A place outside to which a recipient has copies pushed, besides the mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Elsewhere {
    /// An address of the shop's mail server.
    Mail {
        /// The address, [`mailbox::mail_domain`].
        address: String,
    },
    /// A portal that the shop has named.
    Portal {
        /// The shop's name for it.
        portal: String,
        /// What the portal calls the recipient.
        account: String,
    },
}

/// One paper of a recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// SHA-256 of its bytes.
    pub seal: Seal,
    /// What the recipient calls it.
    pub name: String,
    /// What it is.
    pub kind: PaperKind,
    /// Its length, bytes.
    pub len: u64,
}

/// What a paper is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaperKind {
    /// PDF
    Pdf,
    /// PNG
    Png,
    /// JPEG
    Jpeg,
}

impl PaperKind {
    /// Returns what a file is, whatever it is called.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            _ => None,
        }
    }

    /// Returns the media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
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
