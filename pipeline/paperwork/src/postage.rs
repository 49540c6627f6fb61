//! What papers say of postage: postings, their lines and prices, in the post office's words.

use serde::{Deserialize, Serialize};

use crate::labels::grouped;

/// 差出し: pieces that are handed in together under one discount or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostingSheet {
    /// 区分郵便物, 通常郵便物.
    pub name: String,
    /// The fewest pieces of its tier, 0 without one.
    pub from: u32,
    /// The days of leeway that are accepted.
    pub leeway_days: u32,
    /// Pieces.
    pub pieces: u64,
    /// What is paid, yen.
    pub yen: u64,
    /// What it would cost without discounts, yen.
    pub plain_yen: u64,
    /// Its lines.
    pub lines: Vec<PostingRow>,
}

/// 内訳: the pieces of one weight class that pay the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostingRow {
    /// Size class, a key of the tariff: `teikei`, `kikakunai`.
    pub size_class: String,
    /// The heaviest piece of the class, grams.
    pub up_to_g: u32,
    /// Whether they carry the customer barcode.
    pub has_barcode: bool,
    /// The full price of one, yen.
    pub plain_yen: u32,
    /// The price of one, ten-thousandths of a yen.
    pub price: u64,
    /// Pieces.
    pub pieces: u64,
    /// Their price together, ten-thousandths of a yen.
    pub sum: u64,
}

/// What a few pieces more would bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostageTip {
    /// The discount's name.
    pub name: String,
    /// The pieces of its next tier.
    pub from: u32,
    /// How many are missing.
    pub missing: u64,
    /// What the pieces that are there would cost less, yen.
    pub saves_yen: u64,
}

impl PostingRow {
    /// Returns what the post office calls the pieces: `定形・バーコード付`.
    pub(crate) fn kind(&self) -> String {
        let size = size_class(&self.size_class, self.up_to_g);
        let barcode = if self.has_barcode { "・バーコード付" } else { "" };
        format!("{size}{barcode}")
    }
}

impl PostageTip {
    /// Returns the tip as the post desk reads it.
    pub(crate) fn sentence(&self) -> String {
        format!(
            "あと {} 通で {}（{}通以上）：いまの分が {} 円安くなります。",
            grouped(self.missing),
            self.name,
            grouped(self.from.into()),
            grouped(self.saves_yen)
        )
    }
}

/// Returns ten-thousandths of a yen as yen: `103.40`, `110`.
pub(crate) fn price(amount: u64) -> String {
    let (yen, rest) = (grouped(amount / YEN), amount % YEN);
    match (rest, rest % 100) {
        (0, _) => yen,
        (_, 0) => format!("{yen}.{:02}", rest / 100),
        _ => format!("{yen}.{rest:04}"),
    }
}

/// The ten-thousandths of one yen.
const YEN: u64 = 10_000;

/// Returns what the post office calls a size class; the key itself when it is none of its.
///
/// An envelope of 定形 size is charged as 定形外規格内 above 50 g.
fn size_class(key: &str, up_to_g: u32) -> &str {
    match key {
        "teikei" if up_to_g <= 50 => "定形",
        "teikei" | "kikakunai" => "定形外（規格内）",
        "kikakugai" => "定形外（規格外）",
        "hagaki" => "通常はがき",
        "ofuku-hagaki" => "往復はがき",
        _ => key,
    }
}
