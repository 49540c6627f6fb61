//! What a file adds up to, against what its trailer or its manifest promises.

use letter::{Origin, PostalCode, Refusal};

use super::table::Orphans;
use crate::refusal;

/// What was decoded in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rows that are records, sound or not; head, trailer and blank lines aside.
    pub rows: u64,
    /// The sum of the seven-digit postal codes; a code of another form counts 0.
    pub hash_total: u64,
    /// Rows so broken that their postal code cannot be found; each may be missing in the sum.
    pub unreadable_postals: u64,
    /// Rows of `lines.csv` that were given to records.
    pub table_rows: u64,
    /// Rows of `lines.csv` that belong to no record.
    pub orphans: Orphans,
    /// What the trailer says, if the layout has one.
    pub trailer: Option<TrailerFigures>,
    /// The place of the last row.
    pub last: Origin,
}

/// The figures of a trailer record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrailerFigures {
    /// The record count.
    pub count: u64,
    /// The sum of the postal codes, if the trailer has it.
    pub hash_total: Option<u64>,
}

impl Totals {
    /// Compares with a promised count and sum.
    ///
    /// A row whose postal code cannot be found counts as any code from 0 to 9999999: one broken
    /// row must not refuse the batch.
    ///
    /// # Errors
    /// `wrong-count` or `wrong-hash-total`, placed at the last row.
    pub fn check(&self, records: u64, hash_total: u64) -> Result<(), Refusal> {
        let placed = |refusal| Refusal { origin: self.last.clone(), ..refusal };
        if self.rows != records {
            return Err(placed(refusal::wrong_count(self.rows, records)));
        }
        let unknown = self.unreadable_postals.saturating_mul(POSTAL_MAX);
        let possible = self.hash_total..=self.hash_total.saturating_add(unknown);
        if !possible.contains(&hash_total) {
            return Err(placed(refusal::wrong_hash_total(self.hash_total, hash_total)));
        }
        Ok(())
    }

    /// Compares with the trailer, if there is one.
    pub(super) fn check_trailer(&self) -> Result<(), Refusal> {
        let Some(trailer) = self.trailer else { return Ok(()) };
        self.check(trailer.count, trailer.hash_total.unwrap_or(self.hash_total))
    }

    /// Counts one record's postal code, if the row let it be found.
    pub(super) fn add(&mut self, postal: Option<&str>) {
        self.rows += 1;
        match postal {
            Some(text) => {
                let code = PostalCode::parse(text).map_or(0, PostalCode::number);
                self.hash_total += u64::from(code);
            }
            None => self.unreadable_postals += 1,
        }
    }
}

/// The highest postal code as a number.
const POSTAL_MAX: u64 = 9_999_999;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_row_may_be_missing_in_the_sum_and_no_more() {
        let mut totals = Totals::default();
        totals.add(Some("100-0013"));
        totals.add(Some("not a code"));
        assert_eq!(totals.check(2, 1_000_013), Ok(()));
        assert_eq!(totals.check(2, 1_000_014).map_err(|r| r.code), Err("wrong-hash-total".into()));
        assert_eq!(totals.check(3, 1_000_013).map_err(|r| r.code), Err("wrong-count".into()));
        totals.add(None);
        assert_eq!(totals.check(3, 1_000_013), Ok(()));
        assert_eq!(totals.check(3, 1_000_013 + POSTAL_MAX), Ok(()));
        assert!(totals.check(3, 1_000_014 + POSTAL_MAX).is_err());
        assert!(totals.check(3, 1_000_012).is_err());
    }
}
