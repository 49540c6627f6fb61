//! What can happen to printed pieces, as it stands in the line's log.

use serde::{Deserialize, Serialize};

/// One act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Rows of an inserter's log.
    Answered {
        /// SHA-256 of the log, hexadecimal.
        log: String,
        /// What it says of pieces of this part, in its order.
        rows: Vec<Answer>,
    },
    /// Pieces were printed again; what there was of them is void.
    Reprinted {
        /// The print generation, one above the last.
        generation: u8,
        /// Which, ascending.
        sequences: Vec<u32>,
        /// Who approved it: another person than the one who asked.
        approved_by: String,
    },
    /// A piece is to be pulled (引抜き).
    PullAsked {
        /// Which.
        sequence: u32,
        /// A reference to the sender's request; never a name.
        note: String,
    },
    /// A mark was scanned of what was taken out: a pulled piece, or an envelope that is void.
    TakenOut {
        /// Which.
        sequence: u32,
        /// The print generation of what was scanned.
        generation: u8,
    },
    /// A piece goes no further and is kept for a person.
    SetAside {
        /// Which.
        sequence: u32,
        /// Why, a word of the centre's own.
        note: String,
    },
    /// A posted piece came back (返戻).
    Returned {
        /// Which.
        sequence: u32,
        /// Why and when.
        back: Return,
    },
    /// Every piece has ended; those in good envelopes were handed to the post office.
    Closed,
}

/// Why a piece came back, and when it was scanned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// A key of the shop's list of reasons, `unknown`.
    pub reason: String,
    /// The day, as text: `2026-12-03`.
    pub day: String,
}

/// One row of an inserter's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "(u32, u8, Said, i64)", into = "(u32, u8, Said, i64)")]
pub struct Answer {
    /// 通番.
    pub sequence: u32,
    /// The print generation, the first digit of the mark.
    pub generation: u8,
    /// What became of it.
    pub said: Said,
    /// When, seconds since 1970 UTC.
    pub at: i64,
}

/// What an inserter says of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Said {
    /// In its envelope.
    #[serde(rename = "G")]
    Good,
    /// Spoiled (破損).
    #[serde(rename = "S")]
    Spoiled,
    /// Not seen where it should have come.
    #[serde(rename = "M")]
    Missing,
    /// Seen twice, and diverted.
    #[serde(rename = "D")]
    Double,
}

impl From<(u32, u8, Said, i64)> for Answer {
    fn from((sequence, generation, said, at): (u32, u8, Said, i64)) -> Self {
        Self { sequence, generation, said, at }
    }
}

impl From<Answer> for (u32, u8, Said, i64) {
    fn from(row: Answer) -> Self {
        (row.sequence, row.generation, row.said, row.at)
    }
}
