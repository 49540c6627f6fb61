//! 受領確認 (juryō kakunin): what the municipality sends back, and when it is due.

use std::collections::BTreeSet;

use letter::cell::BOM;
use letter::{Date, Moment, Refusal};
use serde::{Deserialize, Serialize};

use super::{Manifest, ACKNOWLEDGEMENT};
use crate::municipality::{Count, Due, JisCode};
use crate::refusal;

/// One refused application of a hand-over needs some 100 bytes; ten thousand of them a megabyte.
const BYTES_MAX: usize = 4 << 20;

/// `acknowledgement.json`: the form goes out with the hand-over and comes back filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// Who acknowledges.
    pub municipality: JisCode,
    /// Which night's hand-over.
    pub night: Date,
    /// Which of that night.
    pub sequence: u32,
    /// SHA-256 of the `manifest.json` that arrived.
    pub manifest_sha256: String,
    /// When it arrived, RFC 3339; empty in the form that goes out.
    pub received_at: String,
    /// How many applications were taken; in the form that goes out, all of them.
    pub accepted: u64,
    /// Those that were not.
    #[serde(default)]
    pub refused: Vec<Refused>,
}

/// An application that the municipality does not take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Its receipt number.
    pub receipt: String,
    /// Why, in the municipality's words.
    pub reason: String,
}

/// An acknowledgement that agrees with its hand-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// When the hand-over arrived.
    pub received_at: Moment,
    /// Receipt numbers of the applications taken, in the manifest's order.
    pub accepted: Vec<String>,
    /// Those that were not.
    pub refused: Vec<Refused>,
    /// Whether it arrived after the day on which it was due.
    pub late: bool,
}

impl Acknowledgement {
    /// Returns the form for the municipality to fill in.
    pub(super) fn form(manifest: &Manifest, manifest_sha256: &str) -> Self {
        Self {
            municipality: manifest.head.municipality,
            night: manifest.head.night,
            sequence: manifest.head.sequence,
            manifest_sha256: manifest_sha256.to_owned(),
            received_at: String::new(),
            accepted: manifest.count,
            refused: Vec::new(),
        }
    }

    /// Reads an acknowledgement that came back.
    ///
    /// # Errors
    /// `bad-acknowledgement` with line and column.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let bad = |line: usize, column: usize, why: &str| {
            let refusal = refusal::bad_acknowledgement(why);
            refusal::at(refusal, ACKNOWLEDGEMENT, line as u64, column.to_string())
        };
        if bytes.len() > BYTES_MAX {
            return Err(bad(0, 0, "it is longer than 4 MiB"));
        }
        let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
        serde_json::from_slice(bytes).map_err(|e| {
            let why = match e.classify() {
                serde_json::error::Category::Data => "a key is missing, unknown or of another type",
                _ => "it is not JSON",
            };
            bad(e.line(), e.column(), why)
        })
    }

    /// Compares the acknowledgement with the hand-over that it names.
    ///
    /// # Errors
    /// `wrong-manifest`, `bad-acknowledgement` without a moment, `unknown-receipt`,
    /// `wrong-count`; each placed at its key.
    pub fn settle(&self, manifest: &Manifest, manifest_sha256: &str) -> Result<Settled, Refusal> {
        let place =
            |key: &str, refusal| Err(refusal::at(refusal, ACKNOWLEDGEMENT, 0, key.to_owned()));
        let head = &manifest.head;
        let names_it = self.municipality == head.municipality
            && (self.night, self.sequence) == (head.night, head.sequence);
        if !names_it || !self.manifest_sha256.eq_ignore_ascii_case(manifest_sha256) {
            return place("manifest_sha256", refusal::wrong_manifest());
        }
        let Some(received_at) = Moment::parse_rfc3339(&self.received_at) else {
            let why = "received_at is not a moment of RFC 3339";
            return place("received_at", refusal::bad_acknowledgement(why));
        };
        let known: BTreeSet<&str> = manifest.receipts.iter().map(String::as_str).collect();
        let mut refused = BTreeSet::new();
        for (at, one) in self.refused.iter().enumerate() {
            let receipt = one.receipt.as_str();
            if !known.contains(receipt) || !refused.insert(receipt) {
                return place(&format!("refused[{at}]"), refusal::unknown_receipt(receipt));
            }
        }
        let left = manifest.count - refused.len() as u64;
        if self.accepted != left {
            return place("accepted", refusal::wrong_count(self.accepted, left));
        }
        let taken = manifest.receipts.iter().filter(|receipt| !refused.contains(receipt.as_str()));
        Ok(Settled {
            received_at,
            accepted: taken.cloned().collect(),
            refused: self.refused.clone(),
            late: is_overdue(head.due, received_at.date_jst()),
        })
    }
}

impl Due {
    /// Returns the last day on which an acknowledgement of the night's hand-over is in time.
    pub fn after(&self, night: Date) -> Date {
        let (mut day, mut left) = (night.days_since_epoch(), self.days);
        while left > 0 {
            day += 1;
            left -= u16::from(self.counts(day));
        }
        Date::from_days_since_epoch(day).expect("92 days after a night are within year 9999")
    }

    fn counts(&self, days: i64) -> bool {
        match self.count {
            Count::Calendar => true,
            Count::Working => {
                // 1970-01-01 was a Thursday.
                let weekday = (days + 3).rem_euclid(7);
                let is_holiday = |day: Date| self.holidays.contains(&day);
                weekday < 5 && !Date::from_days_since_epoch(days).is_some_and(is_holiday)
            }
        }
    }
}

/// Whether the day lies after the one on which the acknowledgement was due: an event for the
/// operator.
pub fn is_overdue(due: Date, today: Date) -> bool {
    today > due
}
