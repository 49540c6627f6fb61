//! Which pieces may share a bundle: a district, the rest of an area, or what is left of all.

use std::fmt;

use letter::PostalCode;

/// 郵便区番号 (yūbin-ku bangō): the first three or five digits of a postal code.
///
/// Districts are ordered by their digits; a three-digit one stands before the five-digit ones
/// that begin with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct District {
    /// The digits, filled up with zeros to seven.
    first: u32,
    /// How many digits count.
    len: u8,
}

impl District {
    /// Returns the district of `postal` when its number has `len` digits, 0 to 7.
    pub fn of(postal: PostalCode, len: u32) -> Self {
        let len = len.min(POSTAL_DIGITS);
        let unit = 10u32.pow(POSTAL_DIGITS - len);
        Self { first: postal.number() / unit * unit, len: len as u8 }
    }

    /// Returns the 2-digit area in which the district lies.
    pub fn area(self) -> u8 {
        (self.first / 100_000) as u8
    }
}

impl fmt::Display for District {
    /// Writes the digits: `100`, `10012`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:07}", self.first);
        f.write_str(&digits[..usize::from(self.len)])
    }
}

/// What a bundle is tied for; one bundle never holds two groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// One district.
    District(District),
    /// The small districts of one 2-digit area, 0 to 99.
    Area(u8),
    /// 雑 (zatsu): what the areas left over.
    Mixed,
}

impl Group {
    /// Returns the group's place in print order: area by area the districts, then the area's rest,
    /// and the mixed ones at the very end.
    pub(crate) fn rank(self) -> (u8, Option<District>) {
        // A piece leaves the inserter where it stands in print order, and a bundle is tied from
        // neighbours: hence small districts move behind the large ones of their area.
        match self {
            Self::District(district) => (2 * district.area(), Some(district)),
            Self::Area(area) => (2 * area + 1, None),
            Self::Mixed => (2 * AREA_COUNT as u8, None),
        }
    }
}

impl fmt::Display for Group {
    /// Writes what stands on the slip: `100`, `10012`, `10` for an area, `雑`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::District(district) => district.fmt(f),
            Self::Area(area) => write!(f, "{area:02}"),
            Self::Mixed => f.write_str("雑"),
        }
    }
}

/// Areas are the first two digits of a postal code.
pub(crate) const AREA_COUNT: usize = 100;
const POSTAL_DIGITS: u32 = 7;

#[cfg(test)]
mod tests {
    use super::*;

    fn district(postal: u32, len: u32) -> District {
        District::of(PostalCode::from_number(postal).expect("seven digits"), len)
    }

    #[test]
    fn a_district_is_written_with_its_leading_zeros() {
        assert_eq!(district(600_906, 3).to_string(), "060");
        assert_eq!(district(600_906, 5).to_string(), "06009");
        assert_eq!(Group::Area(district(600_906, 5).area()).to_string(), "06");
    }

    #[test]
    fn groups_stand_in_the_order_of_the_trade() {
        let ordered = [
            Group::District(district(600_000, 3)),
            Group::District(district(600_000, 5)),
            Group::District(district(600_906, 5)),
            Group::Area(6),
            Group::District(district(9_999_999, 3)),
            Group::Area(99),
            Group::Mixed,
        ];
        assert!(ordered.is_sorted_by(|a, b| a.rank() < b.rank()));
    }
}
