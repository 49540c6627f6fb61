//! カスタマバーコード (the customer barcode of Japan Post): its twenty codes, its check and its 67 bars.
//!
//! Source: 郵便番号マニュアル, zipmanual p12 (structure, bars) and p21 (check digit).

use std::fmt;

/// The number of codes between start and check: 7 postal digits and 13 address-number codes.
pub const CODE_COUNT: usize = 20;
/// The number of bars: start 2, 20 codes and check of 3 each, stop 2.
pub const BAR_COUNT: usize = 67;

/// One code of the symbol by its value: 0-9 digits, 10 hyphen, 11-18 CC1-CC8.
pub type Code = u8;
/// The hyphen between numbers.
pub const HYPHEN: Code = 10;
/// CC1, before the letters A to J.
pub const CC1: Code = 11;
/// CC2, before the letters K to T.
pub const CC2: Code = 12;
/// CC3, before the letters U to Z.
pub const CC3: Code = 13;
/// CC4, which fills the unused places.
pub const CC4: Code = 14;

/// One bar: F ロングバー (full), A セミロング上 (upper), D セミロング下 (lower), T タイミングバー.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// ロングバー, six units high.
    Full,
    /// セミロングバー上, the upper four units.
    Ascender,
    /// セミロングバー下, the lower four units.
    Descender,
    /// タイミングバー, the middle two units.
    Tracker,
}

impl Bar {
    /// Returns the letter of the trade for this bar: F, A, D or T.
    pub fn letter(self) -> char {
        match self {
            Self::Full => 'F',
            Self::Ascender => 'A',
            Self::Descender => 'D',
            Self::Tracker => 'T',
        }
    }
}

/// The twenty codes of one symbol; check and bars follow from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CustomerBarcode([Code; CODE_COUNT]);

impl CustomerBarcode {
    /// Returns the symbol of these codes, or `None` if one is above 18 (CC8).
    pub fn from_codes(codes: [Code; CODE_COUNT]) -> Option<Self> {
        codes.iter().all(|&code| usize::from(code) < BARS.len()).then_some(Self(codes))
    }

    /// Returns the twenty codes.
    pub fn codes(&self) -> &[Code; CODE_COUNT] {
        &self.0
    }

    /// Returns the check code, which makes the sum a multiple of 19 (p21).
    pub fn check(&self) -> Code {
        let sum: u32 = self.0.iter().map(|&code| u32::from(code)).sum();
        ((19 - sum % 19) % 19) as Code
    }

    /// Returns the 67 bars, left to right.
    pub fn bars(&self) -> [Bar; BAR_COUNT] {
        let mut bars = [Bar::Tracker; BAR_COUNT];
        bars[0] = Bar::Full;
        bars[1] = Bar::Descender;
        for (i, &code) in self.0.iter().chain([&self.check()]).enumerate() {
            bars[2 + 3 * i..5 + 3 * i].copy_from_slice(&BARS[usize::from(code)]);
        }
        bars[BAR_COUNT - 2] = Bar::Descender;
        bars[BAR_COUNT - 1] = Bar::Full;
        bars
    }

    /// Returns the bars as 67 letters F, A, D, T.
    pub fn bar_letters(&self) -> String {
        self.bars().into_iter().map(Bar::letter).collect()
    }
}

/// Returns how the trade writes a code: `7`, `-`, `CC4`.
pub fn code_name(code: Code) -> String {
    match code {
        0..=9 => code.to_string(),
        HYPHEN => "-".to_owned(),
        _ => format!("CC{}", code - HYPHEN),
    }
}

impl fmt::Display for CustomerBarcode {
    /// Writes the codes and the check, separated by blanks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &code in &self.0 {
            write!(f, "{} ", code_name(code))?;
        }
        f.write_str(&code_name(self.check()))
    }
}

/// The bars of codes 0-9, hyphen, CC1-CC8 (p12).
const BARS: [[Bar; 3]; 19] = {
    use Bar::{Ascender as A, Descender as D, Full as F, Tracker as T};
    [
        [F, T, T],
        [F, F, T],
        [F, D, A],
        [D, F, A],
        [F, A, D],
        [F, T, F],
        [D, A, F],
        [A, F, D],
        [A, D, F],
        [T, F, F],
        [T, F, T],
        [D, A, T],
        [D, T, A],
        [A, D, T],
        [T, D, A],
        [A, T, D],
        [T, A, D],
        [T, T, F],
        [F, F, F],
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manuals_example_has_its_bars_and_check() {
        let mut codes = [CC4; CODE_COUNT];
        codes[..16].copy_from_slice(&[1, 0, 0, 0, 0, 1, 3, 1, 10, 3, 10, 2, 10, 5, 0, 3]);
        let barcode = CustomerBarcode::from_codes(codes).expect("all codes below 19");
        assert_eq!(barcode.check(), 9);
        assert_eq!(
            barcode.bar_letters(),
            "FDFFTFTTFTTFTTFTTFFTDFAFFTTFTDFATFTFDATFTFTFFTTDFATDATDATDATDATFFDF"
        );
    }

    #[test]
    fn a_code_above_cc8_is_no_symbol() {
        assert_eq!(CustomerBarcode::from_codes([19; CODE_COUNT]), None);
    }
}
