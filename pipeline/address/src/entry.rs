//! One row of the dictionary on its own, as an importer makes it.

use crate::dictionary::Kind;

/// The post office's flags of a town row (KEN_ALL columns 10 to 13), all false for offices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags {
    /// 一町域が二以上の郵便番号: the town has further codes.
    pub town_has_more_codes: bool,
    /// 小字毎に番地が起番: lot numbers start anew in each 小字.
    pub lots_by_hamlet: bool,
    /// 丁目を有する: the town is divided into 丁目.
    pub has_chome: bool,
    /// 一つの郵便番号で二以上の町域: the code has further towns.
    pub code_has_more_towns: bool,
}

/// A row that stands on its own; rows are ordered by code, then kind, municipality and texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub code: u32,
    pub kind: Kind,
    pub jis_code: u32,
    pub prefecture: String,
    pub city: String,
    pub town: String,
    pub note: String,
    pub flags: Flags,
    /// Whether the old code has five digits rather than three (KEN_ALL column 2).
    pub old_code_is_long: bool,
    pub name: String,
    pub street: String,
    pub post_office: String,
}

/// The bits of a row in the file: kind in two, then four flags, then the old code's length.
pub(crate) fn traits_of(kind: Kind, flags: Flags, old_code_is_long: bool) -> u8 {
    kind as u8
        | u8::from(flags.town_has_more_codes) << 2
        | u8::from(flags.lots_by_hamlet) << 3
        | u8::from(flags.has_chome) << 4
        | u8::from(flags.code_has_more_towns) << 5
        | u8::from(old_code_is_long) << OLD_CODE_IS_LONG_BIT
}

/// Returns the kind in the lowest two bits.
pub(crate) fn kind_in(traits: u8) -> Kind {
    match traits & 3 {
        0 => Kind::Town,
        1 => Kind::Representative,
        2 => Kind::Office,
        _ => Kind::PoBox,
    }
}

/// Returns the flags in bits 2 to 5.
pub(crate) fn flags_in(traits: u8) -> Flags {
    Flags {
        town_has_more_codes: traits & 1 << 2 != 0,
        lots_by_hamlet: traits & 1 << 3 != 0,
        has_chome: traits & 1 << 4 != 0,
        code_has_more_towns: traits & 1 << 5 != 0,
    }
}

/// Returns whether the old code has five digits.
pub(crate) fn old_code_is_long_in(traits: u8) -> bool {
    traits & 1 << OLD_CODE_IS_LONG_BIT != 0
}

const OLD_CODE_IS_LONG_BIT: u8 = 6;
