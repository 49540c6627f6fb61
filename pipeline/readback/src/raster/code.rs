//! What 67 bars say: start, twenty codes, check, stop.

use super::bars::BAR_COUNT;

/// What a symbol says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The twenty codes and the check: `0` to `9`, `-`, `CC1` to `CC8`.
    pub codes: Vec<&'static str>,
    /// The seven digits of the postal code.
    pub postal: String,
    /// The address number: digits, hyphens and letters (a control code and a digit together),
    /// without the filling codes.
    pub number: String,
}

/// Why bars say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misread {
    /// The first two bars are not F D.
    #[error("no start bars")]
    Start,
    /// The last two bars are not D F.
    #[error("no stop bars")]
    Stop,
    /// Three bars that are no code.
    #[error("code {0} is none of the nineteen")]
    Code(usize),
    /// The values do not sum to a multiple of 19.
    #[error("the check is wrong")]
    Check,
    /// One of the first seven codes is no digit.
    #[error("the postal code is not seven digits")]
    Postal,
    /// The address number breaks the order of digits, letters and filling.
    #[error("address code {0} cannot stand where it does")]
    Number(usize),
}

/// Reads 67 bar letters.
pub(crate) fn read(letters: &str) -> Result<Reading, Misread> {
    let inner = letters.strip_prefix("FD").ok_or(Misread::Start)?;
    let inner = inner.strip_suffix("DF").ok_or(Misread::Stop)?;
    debug_assert_eq!(inner.len(), BAR_COUNT - 4);
    let mut values = Vec::with_capacity(CODE_COUNT + 1);
    for (i, bars) in inner.as_bytes().chunks(3).enumerate() {
        let value = CODES.iter().position(|(_, known)| known.as_bytes() == bars);
        values.push(value.ok_or(Misread::Code(i + 1))?);
    }
    if values.iter().sum::<usize>() % 19 != 0 {
        return Err(Misread::Check);
    }
    if values[..POSTAL_LEN].iter().any(|&value| value > 9) {
        return Err(Misread::Postal);
    }
    let codes: Vec<&'static str> = values.iter().map(|&value| CODES[value].0).collect();
    let number = number_of(&values[POSTAL_LEN..CODE_COUNT])?;
    Ok(Reading { postal: codes[..POSTAL_LEN].concat(), number, codes })
}

/// Returns the address number: letters put together, filling left out.
fn number_of(values: &[usize]) -> Result<String, Misread> {
    let mut number = String::new();
    let mut at = 0;
    while at < values.len() {
        match values[at] {
            digit @ 0..=9 => number.push(char::from(b'0' + digit as u8)),
            HYPHEN => number.push('-'),
            control @ CC1..=CC3 => {
                // A letter cut in two by the end keeps its control code alone (manual p20).
                let Some(&digit) = values.get(at + 1) else { break };
                let letter = 10 * (control - CC1) + digit;
                if digit > 9 || letter >= 26 {
                    return Err(Misread::Number(at + 2));
                }
                number.push(char::from(b'A' + letter as u8));
                at += 1;
            }
            FILLING if values[at..].iter().all(|&value| value == FILLING) => break,
            _ => return Err(Misread::Number(at + 1)),
        }
        at += 1;
    }
    Ok(number)
}

/// The codes in the order of their values, with their bars (manual p12).
const CODES: [(&str, &str); 19] = [
    ("0", "FTT"),
    ("1", "FFT"),
    ("2", "FDA"),
    ("3", "DFA"),
    ("4", "FAD"),
    ("5", "FTF"),
    ("6", "DAF"),
    ("7", "AFD"),
    ("8", "ADF"),
    ("9", "TFF"),
    ("-", "TFT"),
    ("CC1", "DAT"),
    ("CC2", "DTA"),
    ("CC3", "ADT"),
    ("CC4", "TDA"),
    ("CC5", "ATD"),
    ("CC6", "TAD"),
    ("CC7", "TTF"),
    ("CC8", "FFF"),
];
const HYPHEN: usize = 10;
const CC1: usize = 11;
const CC3: usize = 13;
const FILLING: usize = 14;
const POSTAL_LEN: usize = 7;
/// Seven postal digits and thirteen address codes.
const CODE_COUNT: usize = 20;
