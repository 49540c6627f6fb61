//! Paper or electronic, and why.

use serde::{Deserialize, Serialize};

/// How a piece reaches its recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Channel {
    /// A printed letter.
    Paper = 0,
    /// A copy in the recipient's mailbox.
    Electronic = 1,
    /// A printed letter and a copy; the equation counts it once, as printed.
    Both = 2,
}

impl Channel {
    /// Returns the stable name: `paper`, `electronic` or `both`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Electronic => "electronic",
            Self::Both => "both",
        }
    }

    /// Returns whether a letter is printed.
    pub fn on_paper(self) -> bool {
        matches!(self, Self::Paper | Self::Both)
    }

    /// Returns whether a copy goes into a mailbox.
    pub fn in_mailbox(self) -> bool {
        matches!(self, Self::Electronic | Self::Both)
    }
}

/// What a recipient wishes for one sender, or for one letter class of that sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Wish {
    /// A printed letter.
    Paper = 0,
    /// A copy in the mailbox.
    Electronic = 1,
    /// A printed letter and a copy.
    Both = 2,
}

impl Wish {
    /// All wishes, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Paper, Self::Electronic, Self::Both];

    /// Returns the stable name: `paper`, `electronic` or `both`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Electronic => "electronic",
            Self::Both => "both",
        }
    }

    /// Parses the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.name() == text)
    }
}

/// Why a piece took its channel, in the order in which the rule asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ChannelReason {
    /// The letter class of the batch allows paper only.
    ClassIsPaperOnly = 0,
    /// The record carries no recipient key.
    NoRecipientKey = 1,
    /// The key is linked to no recipient of the registry.
    NotRegistered = 2,
    /// The recipient has not selected this sender.
    SenderNotSelected = 3,
    /// The recipient's identity level is below what the class demands.
    BelowIdentityLevel = 4,
    /// The recipient's mailbox is closed.
    MailboxClosed = 5,
    /// The recipient wishes paper for this sender and class.
    PrefersPaper = 6,
    /// The electronic copy would exceed the size that the class allows.
    TooLarge = 7,
    /// The recipient wishes electronic delivery.
    PrefersElectronic = 8,
    /// The recipient wishes both.
    PrefersBoth = 9,
    /// The copy could not be read in time before the legal date: it came in the last night.
    NoTimeToRead = 10,
    /// The copy was not read in time before the legal date.
    Unread = 11,
    /// The copy did not reach the place outside to which the recipient has it pushed.
    Undelivered = 12,
}

impl ChannelReason {
    /// All reasons by their numbers: those of the rule, then those for which a copy goes on paper,
    /// too.
    pub const ALL: [Self; 13] = [
        Self::ClassIsPaperOnly,
        Self::NoRecipientKey,
        Self::NotRegistered,
        Self::SenderNotSelected,
        Self::BelowIdentityLevel,
        Self::MailboxClosed,
        Self::PrefersPaper,
        Self::TooLarge,
        Self::PrefersElectronic,
        Self::PrefersBoth,
        Self::NoTimeToRead,
        Self::Unread,
        Self::Undelivered,
    ];

    /// Returns whether the rule itself asks for the reason, and not what became of the copy.
    pub fn is_of_rule(self) -> bool {
        self <= Self::PrefersBoth
    }

    /// Returns the stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::ClassIsPaperOnly => "class-is-paper-only",
            Self::NoRecipientKey => "no-recipient-key",
            Self::NotRegistered => "not-registered",
            Self::SenderNotSelected => "sender-not-selected",
            Self::BelowIdentityLevel => "below-identity-level",
            Self::MailboxClosed => "mailbox-closed",
            Self::PrefersPaper => "prefers-paper",
            Self::TooLarge => "too-large",
            Self::PrefersElectronic => "prefers-electronic",
            Self::PrefersBoth => "prefers-both",
            Self::NoTimeToRead => "no-time-to-read",
            Self::Unread => "unread",
            Self::Undelivered => "undelivered",
        }
    }

    /// Returns the reason in Japanese, for receipts and reports.
    pub fn japanese(self) -> &'static str {
        match self {
            Self::ClassIsPaperOnly => "書面のみの種別",
            Self::NoRecipientKey => "受取人キーなし",
            Self::NotRegistered => "未登録の受取人",
            Self::SenderNotSelected => "差出人を選択していない",
            Self::BelowIdentityLevel => "本人確認レベル不足",
            Self::MailboxClosed => "メールボックス閉鎖",
            Self::PrefersPaper => "書面を希望",
            Self::TooLarge => "電子データの上限超過",
            Self::PrefersElectronic => "電子を希望",
            Self::PrefersBoth => "書面と電子の両方を希望",
            Self::NoTimeToRead => "閲覧の猶予なし",
            Self::Unread => "期限までに未読",
            Self::Undelivered => "外部への配信不能",
        }
    }
}
