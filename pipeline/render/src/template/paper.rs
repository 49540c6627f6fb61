//! 用紙 (yōshi): the paper that a template declares, by name or by its sides.

use letter::page::{SheetSize, A4};
use serde::Deserialize;

/// The paper of a template.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(
    untagged,
    expecting = "paper is A4, postcard, naga3, yonaga3, kaku2 or { width_mm = …, height_mm = … }"
)]
pub enum Paper {
    /// By its name in the trade.
    Named(NamedPaper),
    /// By its size.
    Sized(SizedPaper),
}

/// Papers that have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum NamedPaper {
    /// 210 × 297 mm, upright.
    A4,
    /// はがき: a card of 100 × 148 mm, upright.
    #[serde(rename = "postcard")]
    Postcard,
    /// 長形3号 (naga 3), 120 × 235 mm, upright: the envelope itself is printed.
    #[serde(rename = "naga3")]
    Naga3,
    /// 洋長形3号 (yō-naga 3), 235 × 120 mm, lying.
    #[serde(rename = "yonaga3")]
    Yonaga3,
    /// 角形2号 (kaku 2), 240 × 332 mm, upright.
    #[serde(rename = "kaku2")]
    Kaku2,
}

/// A paper of any size, as it is read.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizedPaper {
    /// Width, mm.
    pub width_mm: f64,
    /// Height, mm.
    pub height_mm: f64,
}

impl Default for Paper {
    fn default() -> Self {
        Self::Named(NamedPaper::A4)
    }
}

impl Paper {
    /// Returns its size.
    pub fn size(self) -> SheetSize {
        let (width_mm, height_mm) = match self {
            Self::Named(NamedPaper::A4) => return A4,
            Self::Named(NamedPaper::Postcard) => (100.0, 148.0),
            Self::Named(NamedPaper::Naga3) => (120.0, 235.0),
            Self::Named(NamedPaper::Yonaga3) => (235.0, 120.0),
            Self::Named(NamedPaper::Kaku2) => (240.0, 332.0),
            Self::Sized(SizedPaper { width_mm, height_mm }) => (width_mm, height_mm),
        };
        SheetSize::from_mm(width_mm, height_mm)
    }
}
