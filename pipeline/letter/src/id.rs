//! Names of things: sender, batch and piece ids.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest id in bytes; ids become file names.
pub const ID_LEN_MAX: usize = 64;

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses an id: 1 to 64 of `a-z A-Z 0-9 . _ -`, not starting with a dot or hyphen.
            pub fn parse(text: &str) -> Option<Self> {
                is_id(text).then(|| Self(text.to_owned()))
            }

            /// Returns the id as text; it is safe as a file name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or_else(|| format!("{text:?} is not an id"))
            }
        }
    };
}

name_id! {
    /// 差出人 (sashidashinin): who drops the batch and whose letters these are.
    SenderId
}
name_id! {
    /// ロット, 案件: one drop's records under the sender's own name for them.
    BatchId
}

/// 通 (tsū): one record's way through the shop, `f(sender, batch, record)`.
///
/// The number is the first 64 bits of SHA-256 over `sender NUL batch NUL record key`; it names the
/// piece in every effect, so that a repeat is recognised as the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PieceId(pub u64);

impl fmt::Display for PieceId {
    /// Writes sixteen hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

fn is_id(text: &str) -> bool {
    let fits = (1..=ID_LEN_MAX).contains(&text.len());
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    fits && plain && !text.starts_with(['.', '-'])
}

#[cfg(test)]
mod tests {
    use super::BatchId;

    #[test]
    fn an_id_is_safe_as_a_file_name() {
        for good in ["tax-2026.part2", "A_1", "2026-11"] {
            assert!(BatchId::parse(good).is_some(), "{good}");
        }
        for bad in ["", "..", ".a", "-a", "a/b", "a b", "税", &"x".repeat(65)] {
            assert!(BatchId::parse(bad).is_none(), "{bad}");
        }
    }
}
