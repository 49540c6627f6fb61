//! 外字表 (gaiji): what a sender's user-defined characters stand for.

use std::collections::BTreeMap;

use super::sender::Trouble;

/// The user-defined cells of CP932, 0xF040 to 0xF9FC (facts: post_and_print §6.1).
pub const GAIJI_CELLS: usize = 1_880;
/// The code point of the first cell.
const FIRST: u32 = 0xE000;

/// What one user-defined character stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GaijiEntry {
    /// A Unicode sequence, base and variation selector for instance.
    Text(String),
    /// Known, and not to be printed: the record is held.
    Hold,
}

/// A sender's table of user-defined characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaiji(BTreeMap<u16, GaijiEntry>);

impl Gaiji {
    /// Reads the table of a sender file, `"E000" = "葛\U000E0100"`.
    pub(super) fn compile(table: &BTreeMap<String, String>) -> Result<Self, Trouble> {
        let mut entries = BTreeMap::new();
        for (code, text) in table {
            let point = u32::from_str_radix(code, 16).ok().filter(|_| code.len() == 4);
            let Some(cell) = point.and_then(cell) else {
                let why = format!("gaiji code {code:?} is not within E000 to E757");
                return Err(Trouble::new(code, &why));
            };
            let entry = match text.as_str() {
                "hold" => GaijiEntry::Hold,
                text if text.is_empty() || text.chars().any(is_user_defined) => {
                    let why = format!("gaiji {code:?} stands for nothing or for another gaiji");
                    return Err(Trouble::new(code, &why));
                }
                text => GaijiEntry::Text(text.to_owned()),
            };
            if entries.insert(cell, entry).is_some() {
                return Err(Trouble::new(code, &format!("gaiji code {code:?} stands twice")));
            }
        }
        Ok(Self(entries))
    }

    /// Returns what a user-defined character stands for.
    pub fn get(&self, c: char) -> Option<&GaijiEntry> {
        self.0.get(&cell(c as u32)?)
    }

    /// Returns the cell and length of the longest entry that `text` begins with.
    pub(crate) fn longest_prefix(&self, text: &str) -> Option<(u16, usize)> {
        let texts = self.0.iter().filter_map(|(&cell, entry)| match entry {
            GaijiEntry::Text(entry) if text.starts_with(entry.as_str()) => {
                Some((cell, entry.len()))
            }
            _ => None,
        });
        texts.max_by_key(|&(_, len)| len)
    }

    /// Returns whether the table is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Returns whether a character is a user-defined cell, U+E000 to U+E757.
pub(crate) fn is_user_defined(c: char) -> bool {
    cell(c as u32).is_some()
}

/// Returns the number of the cell, from 0.
pub(crate) fn cell(point: u32) -> Option<u16> {
    let cell = point.checked_sub(FIRST)?;
    (cell < GAIJI_CELLS as u32).then_some(cell as u16)
}
