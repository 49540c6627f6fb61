//! 郵便区番号 (yūbin-ku bangō) by the posting office's own list.

use std::collections::BTreeSet;
use std::fmt;

use letter::PostalCode;

/// The numbers of a list, each the first digits of the postal codes that it stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Districts(BTreeSet<(u32, u32)>);

/// Why a list is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistrictFault {
    /// The line, from 1.
    pub line: usize,
    /// What stands there.
    pub found: String,
}

impl Districts {
    /// Reads a list: one number a line, 3 to 7 digits, what follows a comma is a remark; `#` begins
    /// a line that says nothing.
    ///
    /// # Errors
    /// The first line that is otherwise, or that repeats a number.
    pub fn parse(text: &str) -> Result<Self, DistrictFault> {
        let mut districts = Self::default();
        for (line, row) in (1..).zip(text.lines()) {
            let number = row.split(',').next().unwrap_or_default().trim();
            if number.is_empty() || number.starts_with('#') {
                continue;
            }
            let fault = || DistrictFault { line, found: row.to_owned() };
            let len = number.len() as u32;
            let is_number = LENGTHS.contains(&len) && number.bytes().all(|b| b.is_ascii_digit());
            let value = number.parse().ok().filter(|_| is_number).ok_or_else(fault)?;
            if !districts.0.insert((len, value)) {
                return Err(fault());
            }
        }
        Ok(districts)
    }

    /// Returns how many digits of a postal code are its number, the longest of the list that fits;
    /// none where the list has none.
    pub fn len_of(&self, postal: PostalCode) -> Option<u32> {
        LENGTHS.rev().find(|len| self.0.contains(&(*len, postal.prefix(*len))))
    }
}

impl fmt::Display for DistrictFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, found } = self;
        write!(f, "line {line}: {found:?} is no new number of 3 to 7 digits")
    }
}

impl std::error::Error for DistrictFault {}

/// The digits of a number.
const LENGTHS: std::ops::RangeInclusive<u32> = 3..=7;

#[cfg(test)]
mod tests {
    use super::*;

    fn len_of(list: &str, postal: u32) -> Option<u32> {
        let postal = PostalCode::from_number(postal).expect("seven digits");
        Districts::parse(list).expect("a list").len_of(postal)
    }

    #[test]
    fn the_longest_number_of_the_list_decides() {
        let list = "# 郵便区番号\n100\n10012,丸の内\n\n0600906\n";
        assert_eq!(len_of(list, 1_000_013), Some(3));
        assert_eq!(len_of(list, 1_001_234), Some(5));
        assert_eq!(len_of(list, 600_906), Some(7));
        assert_eq!(len_of(list, 1_010_001), None);
        assert_eq!(len_of("", 1_000_013), None);
    }

    #[test]
    fn a_line_that_is_no_number_is_refused_with_its_place() {
        for (list, line) in [("100\n10\n", 2), ("１００", 1), ("100\n\n100,again", 3), ("abc", 1)]
        {
            assert_eq!(Districts::parse(list).map_err(|fault| fault.line), Err(line), "{list}");
        }
    }
}
