//! What a recipient agreed to, and what the shop's own people and a sender's files have asked.
//!
//! `consents.csv`: `recipient`, `sender`, `at` (RFC 3339), `consent` (given or withdrawn). The
//! latest stands; the ones before are kept.

use std::cmp::Ordering;

use letter::{Date, Moment, SenderId};

use crate::import::{key, sender, Entry, Order};

/// 同意 (dōi): a recipient agrees that a sender knows them under a pseudonym, or no longer does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The recipient's id.
    pub recipient: Box<str>,
    /// The sender.
    pub sender: SenderId,
    /// When it was given or withdrawn.
    pub at: Moment,
    /// Whether it was given.
    pub is_given: bool,
}

/// What two people of the print centre have decided of a row that no rule could link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whose row it is.
    pub sender: SenderId,
    /// The row: a MAC over its four texts, so that the log holds none of them.
    pub case: Box<str>,
    /// The recipient; `None` if the row is nobody's.
    pub recipient: Option<Box<str>>,
    /// Who decided.
    pub by: Box<str>,
    /// Who looked a second time.
    pub approved_by: Box<str>,
    /// When.
    pub at: Moment,
}

/// A sender's file whose rows were compared on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inquiry {
    /// The sender.
    pub sender: SenderId,
    /// The day.
    pub day: Date,
    /// SHA-256 of the file, hexadecimal.
    pub file: Box<str>,
    /// Rows in it.
    pub rows: u32,
}

impl Entry for Consent {
    const COLUMNS: &'static [&'static str] = &["recipient", "sender", "at", "consent"];

    fn parse(cells: &[&str]) -> Result<Self, (&'static str, String)> {
        let is_given = match cells[3] {
            "given" => true,
            "withdrawn" => false,
            other => return Err(("consent", format!("{other:?} is neither given nor withdrawn"))),
        };
        let at = Moment::parse_rfc3339(cells[2]).filter(|at| at.0 >= 0);
        Ok(Self {
            recipient: key("recipient", cells[0])?,
            sender: sender(cells[1])?,
            at: at.ok_or_else(|| ("at", format!("{:?} is no moment since 1970", cells[2])))?,
            is_given,
        })
    }

    const UNIQUE: &'static [(&'static str, Order<Self>)] = &[("at", Self::merge_order)];

    fn merge_order(&self, other: &Self) -> Ordering {
        (&self.recipient, &self.sender, self.at).cmp(&(&other.recipient, &other.sender, other.at))
    }
}
