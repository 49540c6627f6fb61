//! 郵便番号 (yūbin bangō): the seven-digit postal code.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A seven-digit Japanese postal code, 0000000 to 9999999.
///
/// Whether the code exists is a question for the dictionary of room `address`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PostalCode(u32);

impl PostalCode {
    /// Parses `1000013`, `100-0013`, `〒100-0013` and their full-width forms.
    ///
    /// Returns `None` unless exactly seven digits remain after one `〒`, blanks and hyphens.
    pub fn parse(text: &str) -> Option<Self> {
        let mut value = 0u32;
        let mut digits = 0;
        for c in text.trim().trim_start_matches('〒').trim().chars() {
            let digit = match c {
                '0'..='9' => c as u32 - '0' as u32,
                '０'..='９' => c as u32 - '０' as u32,
                '-' | '－' | '‐' | '−' | 'ー' | '―' | ' ' | '\u{3000}' => continue,
                _ => return None,
            };
            digits += 1;
            if digits > 7 {
                return None;
            }
            value = value * 10 + digit;
        }
        (digits == 7).then_some(Self(value))
    }

    /// Returns the code whose number is `value`, if it has at most seven digits.
    pub fn from_number(value: u32) -> Option<Self> {
        (value <= 9_999_999).then_some(Self(value))
    }

    /// Returns the code as a number; leading zeros are implied.
    pub fn number(self) -> u32 {
        self.0
    }

    /// Returns the seven digits as values 0 to 9, first to last.
    pub fn digits(self) -> [u8; 7] {
        let mut rest = self.0;
        let mut digits = [0; 7];
        for place in digits.iter_mut().rev() {
            *place = (rest % 10) as u8;
            rest /= 10;
        }
        digits
    }

    /// Returns the first `len` digits as a number (郵便区番号 has 3 or 5 of them).
    pub fn prefix(self, len: u32) -> u32 {
        self.0 / 10u32.pow(7 - len.min(7))
    }
}

impl fmt::Display for PostalCode {
    /// Writes `100-0013`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}-{:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

impl From<PostalCode> for String {
    fn from(code: PostalCode) -> Self {
        format!("{:07}", code.0)
    }
}

impl TryFrom<String> for PostalCode {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a seven-digit postal code"))
    }
}

#[cfg(test)]
mod tests {
    use super::PostalCode;

    #[test]
    fn every_usual_writing_parses_and_nothing_else_does() {
        for text in ["1000013", "100-0013", "〒100-0013", "１００－００１３", " 〒 100 0013 "]
        {
            assert_eq!(PostalCode::parse(text).map(PostalCode::number), Some(1_000_013), "{text}");
        }
        for text in ["", "100-001", "100-00130", "1OO-0013", "100_0013"] {
            assert_eq!(PostalCode::parse(text), None, "{text}");
        }
    }

    #[test]
    fn leading_zeros_survive() {
        let code = PostalCode::parse("060-0906").expect("seven digits");
        assert_eq!(code.to_string(), "060-0906");
        assert_eq!(code.digits(), [0, 6, 0, 0, 9, 0, 6]);
        assert_eq!(code.prefix(3), 60);
    }
}
