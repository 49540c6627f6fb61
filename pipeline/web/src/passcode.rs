//! 利用者番号 (riyōsha bangō) and 開設コード (kaisetsu kōdo): the number of an account and the code of
//! the letter that opens it.
//!
//! A code follows from the shop's key, the number and how often a code was issued for it, so that a
//! night that is run again writes the same letter and nothing that opens an account lies in a log.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use letter::Moment;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::secret::same_text;

/// 利用者番号: ten digits, the last one a check digit, so that a slip of the finger is told at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(u64);

/// The key from which all codes of a shop follow.
#[derive(Clone)]
pub struct PasscodeKey(pub [u8; 32]);

impl Number {
    /// Returns a number made of random bits.
    pub fn of(random: u64) -> Self {
        let digits = FIRST + random % (FIRST * 9);
        Self(digits * 10 + check_digit(digits))
    }

    /// Parses ten digits, also full-width and with hyphens or blanks; the check digit must hold.
    pub fn parse(text: &str) -> Option<Self> {
        let text = plain(text);
        if text.len() != 10 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number: u64 = text.parse().ok()?;
        (number / 10 >= FIRST && check_digit(number / 10) == number % 10).then_some(Self(number))
    }

    /// Returns the number itself.
    pub fn get(self) -> u64 {
        self.0
    }
}

/// The least number without its check digit: numbers do not begin with 0.
const FIRST: u64 = 100_000_000;

impl fmt::Display for Number {
    /// Writes `1234-5678-97`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        write!(f, "{}-{}-{}", &digits[..4], &digits[4..8], &digits[8..])
    }
}

impl PasscodeKey {
    /// Returns the code of an account's letter number `issue`: three groups of four
    /// characters of five bits each.
    pub fn code(&self, number: Number, issue: u32) -> String {
        self.letters(b"passcode", number, &issue.to_be_bytes())
    }

    /// Returns the code that is sent to a place outside, to see whether the account's owner reads
    /// there; `asked` is when the place was named.
    pub fn forward_code(&self, number: Number, asked: Moment) -> String {
        self.letters(b"forward", number, &asked.0.to_be_bytes())
    }

    fn letters(&self, purpose: &[u8], number: Number, turn: &[u8]) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes any key");
        let mac = mac.chain_update(purpose).chain_update(number.0.to_be_bytes());
        let bytes = mac.chain_update(turn).finalize().into_bytes();
        let mut code = String::new();
        for (at, byte) in bytes.iter().take(CODE_LEN).enumerate() {
            if at > 0 && at % 4 == 0 {
                code.push('-');
            }
            code.push(char::from(ALPHABET[usize::from(byte & 31)]));
        }
        code
    }

    /// Returns whether a typed text is that code, in a time that says nothing of it.
    pub fn is_code(&self, number: Number, issue: u32, typed: &str) -> bool {
        is_typed(&self.code(number, issue), typed)
    }

    /// Returns whether a typed text is the code that was sent to a place outside.
    pub fn is_forward_code(&self, number: Number, asked: Moment, typed: &str) -> bool {
        is_typed(&self.forward_code(number, asked), typed)
    }
}

impl fmt::Debug for PasscodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasscodeKey(..)")
    }
}

fn is_typed(code: &str, typed: &str) -> bool {
    let typed: String = plain(typed).to_ascii_uppercase().chars().map(look_alike).collect();
    same_text(&plain(code), &typed)
}

/// Characters of a code: five bits each, twelve of them; whoever guesses has five tries.
const CODE_LEN: usize = 12;
/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Reads what only looks like a character of the alphabet as that character.
fn look_alike(c: char) -> char {
    match c {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

/// Returns what was typed without hyphens and blanks, full-width characters as their plain ones.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '！'..='～' => char::from_u32(c as u32 - '！' as u32 + '!' as u32).unwrap_or(c),
        other => other,
    };
    let is_filler = |c: &char| c.is_whitespace() || "-‐‑‒–—―−ー".contains(*c);
    text.chars().map(narrow).filter(|c| !is_filler(c)).collect()
}

/// Returns the check digit by ISO/IEC 7812-1 annex B (Luhn): finds every single wrong digit and
/// nearly every swap of neighbours.
fn check_digit(digits: u64) -> u64 {
    let mut rest = digits;
    let mut sum = 0;
    let mut is_doubled = true;
    while rest > 0 {
        let digit = rest % 10;
        let weighted = if is_doubled { digit * 2 } else { digit };
        sum += weighted / 10 + weighted % 10;
        is_doubled = !is_doubled;
        rest /= 10;
    }
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_back_however_it_is_typed_and_no_digit_may_be_wrong() {
        // Luhn's own example is 7992739871 with check digit 3; here of nine digits.
        assert_eq!(check_digit(7_992_739_871), 3);
        for random in [0, 1, 899_999_999, u64::MAX] {
            let number = Number::of(random);
            let shown = number.to_string();
            assert_eq!(Number::parse(&shown), Some(number), "{shown}");
            let wide: String = number.0.to_string().chars().map(wide).collect();
            assert_eq!(Number::parse(&wide), Some(number), "{wide}");
            let digits = number.0.to_string();
            for at in 0..10 {
                let mut wrong = digits.clone().into_bytes();
                wrong[at] = b'0' + (wrong[at] - b'0' + 1) % 10;
                assert_eq!(Number::parse(&String::from_utf8(wrong).expect("digits")), None);
            }
        }
        for text in ["", "123", "12345678901", "abcdefghij", "0000000000"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    fn wide(c: char) -> char {
        char::from_u32(c as u32 - '0' as u32 + '０' as u32).expect("a digit")
    }

    #[test]
    fn a_code_is_of_its_account_and_its_letter_alone() {
        let key = PasscodeKey([3; 32]);
        let (one, other) = (Number::of(1), Number::of(2));
        let code = key.code(one, 1);
        assert_eq!(code.len(), 14, "{code}");
        assert!(key.is_code(one, 1, &code));
        assert!(key.is_code(one, 1, &code.to_lowercase().replace('-', " ")));
        assert!(!key.is_code(one, 2, &code), "the next letter has another one");
        assert!(!key.is_code(other, 1, &code));
        assert!(!PasscodeKey([4; 32]).is_code(one, 1, &code));
        assert!(!key.is_code(one, 1, ""));
    }

    #[test]
    fn what_looks_alike_is_read_as_one() {
        let key = PasscodeKey([0; 32]);
        let with_digits = (0..).map(Number::of).find(|&n| key.code(n, 1).contains(['0', '1']));
        let number = with_digits.expect("some code has such a digit");
        let typed = key.code(number, 1).replace('0', "O").replace('1', "l");
        assert!(key.is_code(number, 1, &typed), "{typed}");
    }
}
