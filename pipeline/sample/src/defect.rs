//! The defects that a sample can carry, each with the code by which the shop answers it.

use crate::random::Random;

/// One way in which a record is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Defect {
    /// The postal code has six digits.
    BadPostalCode,
    /// The postal code is not in the dictionary.
    UnknownPostalCode,
    /// The postal code belongs to another prefecture than the address.
    AddressMismatch,
    /// The name is empty.
    MissingName,
    /// A date names no day of the calendar.
    BadDate,
    /// An amount is not a number.
    BadNumber,
    /// A byte that is no text of the file's encoding.
    UndecodableBytes,
    /// A control character in the name.
    ControlCharacter,
    /// A user-defined character without an entry in the gaiji table.
    UnknownGaiji,
    /// A user-defined character whose entry says hold.
    GaijiOnHold,
    /// A character that no font of the chain draws.
    MissingGlyph,
    /// A name that no size lets fit its frame.
    DoesNotFit,
    /// A field longer than the layout allows.
    FieldTooLong,
    /// One column too many.
    ColumnCount,
    /// A row shorter than the layout's.
    RowLength,
    /// A quoted field that is never closed.
    BrokenQuote,
    /// The key of the last sound record before.
    DuplicateKey,
    /// More table rows than the shop takes.
    TooManyRows,
    /// A ready page paints where only the house may.
    ReadyMark,
    /// A ready page shows another name in the window.
    ReadyOther,
    /// A range of ready pages that ends before it begins.
    ReadyPages,
}

impl Defect {
    /// Returns the stable code of the reason with which the shop answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::BadPostalCode => "bad-postal-code",
            Self::UnknownPostalCode => "unknown-postal-code",
            Self::AddressMismatch => "address-mismatch",
            Self::MissingName => "missing-field",
            Self::BadDate => "bad-date",
            Self::BadNumber => "bad-number",
            Self::UndecodableBytes => "undecodable-bytes",
            Self::ControlCharacter => "control-character",
            Self::UnknownGaiji | Self::GaijiOnHold => "unknown-gaiji",
            Self::MissingGlyph => "missing-glyph",
            Self::DoesNotFit => "does-not-fit",
            Self::FieldTooLong => "field-too-long",
            Self::ColumnCount => "column-count",
            Self::RowLength => "row-length",
            Self::BrokenQuote => "broken-quote",
            Self::DuplicateKey => "duplicate-key",
            Self::TooManyRows => "too-many-rows",
            Self::ReadyMark => "ready-finding",
            Self::ReadyOther => "ready-address",
            Self::ReadyPages => "ready-pages",
        }
    }

    /// Returns whether the shop holds the record rather than setting it aside.
    pub fn holds(self) -> bool {
        let held = [Self::UnknownGaiji, Self::GaijiOnHold, Self::MissingGlyph, Self::DoesNotFit];
        held.contains(&self)
    }

    /// Returns whether the row is too broken for its table rows to be asked for.
    pub(crate) fn breaks_row(self) -> bool {
        [Self::ColumnCount, Self::BrokenQuote, Self::RowLength].contains(&self)
    }

    /// Draws the next record's defect: one of `of` in `share` of all cases.
    pub(crate) fn draw(of: &[Self], share: f64, random: &mut Random) -> Option<Self> {
        random.chance(share).then(|| *random.pick(of))
    }
}

/// A character that none of the stock's faces draws: U+2A6D6, the last of CJK extension B.
pub(crate) const UNDRAWABLE: char = '\u{2A6D6}';
