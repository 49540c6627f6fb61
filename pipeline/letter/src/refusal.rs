//! Refusals: why something that came in is not taken, by stable codes with words and remedies.

use serde::{Deserialize, Serialize};

use crate::Origin;

/// Why a whole drop or parcel is refused, or one application of it set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Where, as far as it has a place.
    pub origin: Origin,
    /// The stable code, `bad-hash`.
    pub code: String,
    /// What was met, in Japanese.
    pub japanese: String,
    /// What was met, in English.
    pub english: String,
    /// How to mend it, in Japanese.
    pub fix_japanese: String,
    /// How to mend it, in English.
    pub fix_english: String,
}

/// Declares one constructor a code, and `CODES` with all of them in the order of the table; the
/// place is filled in by whoever knows it.
///
/// ```
/// letter::refusals! {
///     /// The file ends too early.
///     half_file(len: u64) => "half-file",
///         "ファイルが途中で切れています（{len} バイト）", "the file ends after {len} bytes",
///         "再送してください", "send the file again";
/// }
///
/// fn main() {
///     assert_eq!(half_file(7).english, "the file ends after 7 bytes");
///     assert_eq!(CODES, ["half-file"]);
/// }
/// ```
#[macro_export]
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident($($arg:ident : $ty:ty),*) =>
        $code:literal, $ja:literal, $en:literal, $fix_ja:literal, $fix_en:literal;)*) => {
        /// Every stable code, in the order of the table.
        pub const CODES: &[&str] = &[$($code),*];

        $($(#[$doc])*
        pub fn $name($($arg: $ty),*) -> $crate::Refusal {
            $crate::Refusal {
                origin: $crate::Origin::default(),
                code: $code.to_owned(),
                japanese: format!($ja),
                english: format!($en),
                fix_japanese: $fix_ja.to_owned(),
                fix_english: $fix_en.to_owned(),
            }
        })*
    };
}
