//! The names of all towns and offices in normal form, made once.

use crate::dictionary::Dictionary;
use crate::normal::Normal;

/// One column of names in normal form, a name a row.
#[derive(Debug, Default)]
pub(crate) struct Names {
    chars: Vec<char>,
    /// The character after each row's name.
    ends: Vec<u32>,
}

/// The names by which a row is found in an address.
#[derive(Debug, Default)]
pub(crate) struct RowNames {
    /// 町域; a row of several has them between `、`.
    pub towns: Names,
    /// Offices, empty for towns.
    pub offices: Names,
}

impl RowNames {
    /// Forms the names of all rows.
    pub fn new(dictionary: &Dictionary) -> Self {
        let mut names = Self::default();
        let mut normal = Normal::default();
        for row in 0..dictionary.place_count() {
            names.towns.push(&mut normal, dictionary.town(row));
            names.offices.push(&mut normal, dictionary.name(row));
        }
        names
    }
}

impl Names {
    fn push(&mut self, normal: &mut Normal, name: &str) {
        normal.set(name);
        self.chars.extend_from_slice(normal.chars());
        self.ends.push(self.chars.len() as u32);
    }

    /// Returns the name of a row.
    #[inline]
    pub fn of(&self, row: usize) -> &[char] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.chars[start..self.ends[row] as usize]
    }
}
