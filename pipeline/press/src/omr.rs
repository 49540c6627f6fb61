//! The lines of OMR on a sheet's front, as upright black rectangles.

use letter::omr::OmrProfile;
use letter::page::{Len, SheetSize};
use letter::piece::SheetMark;

use crate::content::number;

/// Returns left, lower, right and upper edge of the lines on such a sheet, with what must stay
/// blank around them.
pub fn omr_extent(sheet: SheetSize, profile: &OmrProfile) -> [Len; 4] {
    let [left, bottom, right, top] = [
        profile.left_mm - profile.clear_mm,
        profile.top_mm + profile.height_mm() + profile.clear_mm,
        profile.left_mm + profile.length_mm + profile.clear_mm,
        profile.top_mm - profile.clear_mm,
    ]
    .map(Len::from_mm);
    [left, sheet.height - bottom, right, sheet.height - top]
}

/// Writes the lines of a sheet, in hundredths of a point.
pub(crate) fn write(
    (sheet, profile): (SheetSize, &OmrProfile),
    out: &mut Vec<u8>,
    mark: &SheetMark,
) {
    let printed = profile.printed(mark);
    let left = Len::from_mm(profile.left_mm);
    let (length, thickness) = (Len::from_mm(profile.length_mm), Len::from_mm(profile.thickness_mm));
    for place in (0..profile.lines.len()).filter(|place| printed >> place & 1 == 1) {
        let top = Len::from_mm(profile.top_mm + profile.pitch_mm * place as f64);
        for value in [left, sheet.height - top - thickness, length, thickness] {
            number(out, value.0);
            out.push(b' ');
        }
        out.extend_from_slice(b"re\n");
    }
    if printed != 0 {
        out.extend_from_slice(b"f\n");
    }
}
