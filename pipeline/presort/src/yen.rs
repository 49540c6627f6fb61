//! Yen and their fractions: discounts are exact in ten-thousandths, bills are whole.

use serde::{Deserialize, Serialize};

/// Ten-thousandths of a yen: a whole price times a percentage in hundredths is exact.
pub type Myriadths = u64;

/// The ten-thousandths of one yen.
pub const YEN: Myriadths = 10_000;

/// Where fractions of a yen end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    /// What is rounded.
    pub of: RoundingOf,
    /// Which way.
    pub to: RoundingTo,
}

/// The amount that is made whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoundingOf {
    /// The price of one piece.
    Piece,
    /// The sum of a line of the 内訳票.
    Line,
    /// The sum of a posting.
    Posting,
}

/// The direction of rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoundingTo {
    /// 切り捨て.
    Down,
    /// 切り上げ.
    Up,
    /// 四捨五入.
    HalfUp,
}

impl Rounding {
    /// Returns the price of a piece as it is reckoned with.
    pub(crate) fn piece(self, price: Myriadths) -> Myriadths {
        match self.of {
            RoundingOf::Piece => self.to.yen(price) * YEN,
            RoundingOf::Line | RoundingOf::Posting => price,
        }
    }

    /// Returns the sum of a line as it is reckoned with.
    pub(crate) fn line(self, sum: Myriadths) -> Myriadths {
        match self.of {
            RoundingOf::Line => self.to.yen(sum) * YEN,
            RoundingOf::Piece | RoundingOf::Posting => sum,
        }
    }
}

impl RoundingTo {
    /// Returns whole yen.
    pub(crate) fn yen(self, amount: Myriadths) -> u64 {
        match self {
            Self::Down => amount / YEN,
            Self::Up => amount.div_ceil(YEN),
            Self::HalfUp => (amount + YEN / 2) / YEN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_end_where_the_tariff_says() {
        let [down, up, half] = [RoundingTo::Down, RoundingTo::Up, RoundingTo::HalfUp];
        assert_eq!([down, up, half].map(|to| to.yen(1_067_000)), [106, 107, 107]);
        assert_eq!([down, up, half].map(|to| to.yen(1_064_000)), [106, 107, 106]);
        assert_eq!([down, up, half].map(|to| to.yen(1_060_000)), [106; 3]);
        let by = |of| Rounding { of, to: RoundingTo::Up };
        assert_eq!(by(RoundingOf::Piece).piece(1_067_000), 1_070_000);
        assert_eq!(by(RoundingOf::Line).piece(1_067_000), 1_067_000);
        assert_eq!(by(RoundingOf::Line).line(1_067_000), 1_070_000);
        assert_eq!(by(RoundingOf::Posting).line(1_067_000), 1_067_000);
    }
}
