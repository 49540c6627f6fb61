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
    /// In how many digits the sum stands; higher ones are dropped, as in the entry hash of a Nacha
    /// file control record (Nacha Operating Rules, Appendix Three).
    pub hash_digits: Option<u32>,
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
        self.check_in(records, hash_total, None)
    }

    /// Compares with a promised count and the lowest `digits` of a sum.
    fn check_in(&self, records: u64, hash_total: u64, digits: Option<u32>) -> Result<(), Refusal> {
        let placed = |refusal| Refusal { origin: self.last.clone(), ..refusal };
        if self.rows != records {
            return Err(placed(refusal::wrong_count(self.rows, records)));
        }
        let unknown = self.unreadable_postals.saturating_mul(POSTAL_MAX);
        let is_possible = match digits.and_then(|digits| 10u64.checked_pow(digits)) {
            // By how much the lowest digits have grown, once around at most.
            Some(round) => {
                (hash_total % round + round - self.hash_total % round) % round <= unknown
            }
            None => hash_total.checked_sub(self.hash_total).is_some_and(|more| more <= unknown),
        };
        if !is_possible {
            return Err(placed(refusal::wrong_hash_total(self.hash_total, hash_total)));
        }
        Ok(())
    }

    /// Compares with the trailer, if there is one.
    pub(super) fn check_trailer(&self) -> Result<(), Refusal> {
        let Some(trailer) = self.trailer else { return Ok(()) };
        let TrailerFigures { count, hash_total, hash_digits } = trailer;
        self.check_in(count, hash_total.unwrap_or(self.hash_total), hash_digits)
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

    #[test]
    fn a_sum_that_outgrows_its_digits_is_known_by_the_lowest() {
        let mut totals = Totals::default();
        (0..3).for_each(|_| totals.add(Some("999-9999")));
        let in_digits = |hash_total, digits| totals.check_in(3, hash_total, Some(digits)).is_ok();
        assert!(in_digits(29_999_997, 8) && in_digits(9_999_997, 7) && in_digits(7, 1));
        assert!(!in_digits(9_999_998, 7) && !in_digits(9_999_997, 8) && !in_digits(8, 1));
        totals.add(None);
        let in_digits = |hash_total| totals.check_in(4, hash_total, Some(8)).is_ok();
        assert!(in_digits(29_999_997) && in_digits(39_999_996));
        assert!(!in_digits(29_999_996) && !in_digits(39_999_997));
    }
}
