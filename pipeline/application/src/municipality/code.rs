//! 全国地方公共団体コード: the code of a municipality with its check digit.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The weights of the five digits (総務省「全国地方公共団体コード」検査数字).
const WEIGHTS: [u32; 5] = [6, 5, 4, 3, 2];
/// The highest prefecture, Okinawa.
const PREFECTURE_MAX: u32 = 47;

/// A municipality's five-digit code: prefecture 01 to 47 and three digits above 000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JisCode(u32);

impl JisCode {
    /// Returns the code of five digits as a number, if there can be such a municipality.
    pub fn new(number: u32) -> Option<Self> {
        let (prefecture, place) = (number / 1_000, number % 1_000);
        ((1..=PREFECTURE_MAX).contains(&prefecture) && place > 0).then_some(Self(number))
    }

    /// Parses five digits, or six of which the last is the check digit; full-width ones as well.
    ///
    /// Whether there is such a municipality is a question for the shop's files.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut number, mut digits) = (0u32, 0);
        for c in text.trim().chars() {
            let digit = match c {
                '0'..='9' => c as u32 - '0' as u32,
                '０'..='９' => c as u32 - '０' as u32,
                _ => return None,
            };
            digits += 1;
            if digits > 6 {
                return None;
            }
            number = number * 10 + digit;
        }
        match digits {
            5 => Self::new(number),
            6 => Self::new(number / 10).filter(|code| code.check_digit() == number % 10),
            _ => None,
        }
    }

    /// Returns the five digits as a number.
    pub fn number(self) -> u32 {
        self.0
    }

    /// Returns the check digit: 11 less the weighted sum modulo 11, last digit of it; 11 less the
    /// sum if that is below 11.
    pub fn check_digit(self) -> u32 {
        let digits = (0..5).map(|place| self.0 / 10u32.pow(4 - place) % 10);
        let sum: u32 = digits.zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
        (11 - sum % 11) % 10
    }

    /// Writes all six digits, `131016`.
    pub fn six_digits(self) -> String {
        format!("{self}{}", self.check_digit())
    }
}

impl fmt::Display for JisCode {
    /// Writes five digits, `13101`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:05}", self.0)
    }
}

impl From<JisCode> for String {
    fn from(code: JisCode) -> Self {
        code.to_string()
    }
}

impl TryFrom<String> for JisCode {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a municipality's code"))
    }
}
