//! What a plan obeys: the limits of bundles, trays and print files.

use std::num::NonZeroU32;

use letter::PostalCode;
use serde::{Deserialize, Serialize};

use crate::{Franking, PostDesk};

/// Everything that a plan depends on besides the pieces.
#[derive(Clone)]
pub struct Rules<'a> {
    /// Sheets, weight and postage of a piece.
    pub franking: Franking,
    /// Sizes of bundles, trays and print files.
    pub limits: Limits,
    /// The digits of the 郵便区番号 (district number) of a postal code: 3 or 5.
    ///
    /// The list is the posting office's; without one, the length of KEN_ALL's old code stands in.
    /// Asked once for each distinct code.
    pub district_len: &'a dyn Fn(PostalCode) -> u32,
    /// How the pieces are posted.
    pub posting: PostingRules<'a>,
}

/// What the postage of a batch depends on besides weight and number.
#[derive(Clone, Copy)]
pub struct PostingRules<'a> {
    /// Where the pieces are posted, and at what prices.
    pub desk: PostDesk<'a>,
    /// 送達余裕: by how many days delivery may be later.
    pub leeway_days: u32,
    /// Whether the pieces are approved advertising.
    pub is_advertising: bool,
    /// Whether a postal code lies in the posting office's own district.
    pub is_local: &'a dyn Fn(PostalCode) -> bool,
}

/// How large a bundle, a tray and a print file may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Districts with fewer pieces go into the bundles of their 2-digit area, areas with fewer
    /// left go into 雑 (mixed) bundles (facts §3.8: ten in practice). 1 mixes nothing.
    pub bundle_pieces_min: NonZeroU32,
    /// The most pieces of one bundle; the posting office or the strapping machine sets it.
    pub bundle_pieces_max: NonZeroU32,
    /// The most pieces of one tray.
    pub tray_pieces_max: NonZeroU32,
    /// The most a tray's pieces weigh, milligrams; a piece above it has a tray of its own.
    pub tray_weight_mg_max: u64,
    /// The most pieces of one print file; a tray is cut only when it alone has more.
    pub file_pieces_max: NonZeroU32,
}

impl Default for Limits {
    /// Returns what a print centre starts from; the sizes are not the post office's word
    /// (facts §3.8: not found) and so belong in configuration.
    fn default() -> Self {
        Self {
            bundle_pieces_min: const { NonZeroU32::new(10).expect("not zero") },
            bundle_pieces_max: const { NonZeroU32::new(100).expect("not zero") },
            tray_pieces_max: const { NonZeroU32::new(500).expect("not zero") },
            tray_weight_mg_max: 10_000_000,
            file_pieces_max: const { NonZeroU32::new(10_000).expect("not zero") },
        }
    }
}
