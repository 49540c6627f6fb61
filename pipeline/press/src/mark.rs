//! The inserter mark of a sheet: a DataMatrix where the inserter reads, its digits beside it.

use letter::page::{Charset, Len, SheetSize};
use letter::piece::{SheetMark, MARK_LEN};
use letter::stock::InserterProfile;

use crate::content::{number, Composer};
use crate::error::PressError;
use crate::fonts::{digit_width, mark_digits, Fonts, MarkFace};
use crate::matrix;

/// The characters that some face of the batch must hold when marks are printed.
pub const MARK_CHARACTERS: &str = "0123456789";

/// Returns left, lower, right and upper edge of the inserter mark with its digits as it stands on
/// every front of such sheets, the digits in the first of the charsets that has them all; `None` if
/// the inserter reads no mark, or no charset has the digits.
pub fn mark_extent<'c>(
    sheet: SheetSize,
    inserter: &InserterProfile,
    charsets: impl IntoIterator<Item = &'c Charset>,
) -> Option<[Len; 4]> {
    let mut charsets = charsets.into_iter();
    let width = charsets.find_map(|all| Some(digit_width(all, &mark_digits(all)?)))?;
    inserter.data_matrix.then(|| Geometry::of(sheet, inserter).extent(width))
}

/// Where the marks of a print run stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MarkPlace {
    at: Geometry,
    face: MarkFace,
}

/// Where symbol and digits stand.
#[derive(Clone, Copy, Debug)]
struct Geometry {
    /// Left edge of the symbol.
    left: Len,
    /// Lower edge of the symbol.
    bottom: Len,
    side: Len,
    /// Left end of the digits' baseline.
    digits_left: Len,
    /// Height of the digits' baseline.
    digits_y: Len,
}

impl Geometry {
    fn of(sheet: SheetSize, inserter: &InserterProfile) -> Self {
        let side = Len::from_mm(inserter.module_mm * matrix::SIDE as f64);
        let left = Len::from_mm(inserter.mark_left_mm);
        let bottom = sheet.height - Len::from_mm(inserter.mark_top_mm) - side;
        let quiet = Len::from_mm(inserter.module_mm * QUIET_MODULES);
        // Digits are about 0.7 em high.
        let digits_y = bottom + Len((side.0 - DIGITS_SIZE.0 * 7 / 10) / 2);
        Self { left, bottom, side, digits_left: left + side + quiet, digits_y }
    }

    /// Returns left, lower, right and upper edge; a digit is at most `digit_width` wide, in 1/1000
    /// of the font size.
    fn extent(&self, digit_width: i32) -> [Len; 4] {
        let digits = digit_width * MARK_LEN as i32 * DIGITS_SIZE.0 / 1000;
        [self.left, self.bottom, self.digits_left + Len(digits), self.bottom + self.side]
    }
}

impl MarkPlace {
    /// Returns where marks stand, or `None` if the inserter reads none.
    ///
    /// # Errors
    /// No face of the batch has all ten digits.
    pub(crate) fn of(
        sheet: SheetSize,
        inserter: &InserterProfile,
        fonts: &Fonts,
    ) -> Result<Option<Self>, PressError> {
        if !inserter.data_matrix {
            return Ok(None);
        }
        let face = *fonts.mark_face().ok_or(PressError::NoMarkDigits)?;
        Ok(Some(Self { at: Geometry::of(sheet, inserter), face }))
    }

    /// Returns left, lower, right and upper edge of symbol and digits.
    pub(crate) fn extent(&self) -> [Len; 4] {
        self.at.extent(self.face.digit_width)
    }

    /// Writes a sheet's mark.
    pub(crate) fn write(&self, composer: &mut Composer<'_>, mark: &SheetMark) {
        let digits = mark.text();
        let rows = matrix::encode(&digits);
        write_symbol(composer.raw(), &self.at, &rows);
        let codes = digits.bytes().map(|digit| &self.face.digits[usize::from(digit - b'0')]);
        composer.codes(self.face.face, DIGITS_SIZE, (self.at.digits_left, self.at.digits_y), codes);
    }
}

/// Writes the symbol as an image mask of one sample a module: exact, and small when compressed.
///
/// The samples are in hexadecimal because a reader that looks for the image's end by its letters
/// could find them in binary ones.
fn write_symbol(out: &mut Vec<u8>, place: &Geometry, rows: &matrix::Rows) {
    out.extend_from_slice(b"q ");
    for value in [place.side.0, 0, 0, place.side.0, place.left.0, place.bottom.0] {
        number(out, value);
        out.push(b' ');
    }
    out.extend_from_slice(b"cm\nBI/W 18/H 18/IM true/D[1 0]/F/AHx ID ");
    for row in rows {
        // Three bytes a row, the last six samples beyond the edge.
        let bits = row << 6;
        out.extend((0..6).map(|nibble| HEX[(bits >> (20 - 4 * nibble) & 15) as usize]));
    }
    out.extend_from_slice(b">\nEI Q\n");
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";
/// Size of the digits: the least that is still read by eye; 26 of them take 18 to 25 mm.
const DIGITS_SIZE: Len = Len(400);
/// Clear modules between symbol and digits; the standard asks for one on every side.
const QUIET_MODULES: f64 = 2.0;
