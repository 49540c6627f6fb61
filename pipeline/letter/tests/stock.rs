//! Sheets other than A4: how they lie in an envelope and what they weigh.

#[path = "support/naga3.rs"]
mod naga3;

use letter::page::{SheetSize, A4};
use letter::stock::Paper;
use naga3::naga3;

#[test]
fn what_goes_in_unfolded_has_less_play_than_what_is_folded() {
    let envelope = naga3();
    assert_eq!(envelope.play_mm(A4), [21.0, 18.0]);
    assert_eq!(envelope.play_mm(SheetSize::from_mm(210.0, 99.0)), [21.0, 18.0]);
    assert_eq!(envelope.play_mm(SheetSize::from_mm(210.0, 110.0)), [21.0, 7.0]);
    assert_eq!(envelope.play_mm(SheetSize::from_mm(240.0, 90.0)), [0.0, 27.0]);
}

#[test]
fn a_sheet_weighs_by_its_area_unless_its_template_says() {
    let paper = Paper { sheet_mg: 3_990, duplex: true, sheet_um: 90 };
    assert_eq!(paper.cut(A4, None), paper);
    assert_eq!(paper.cut(SheetSize::from_mm(100.0, 148.0), None).sheet_mg, 947);
    assert_eq!(paper.cut(A4, Some(2_900)), Paper { sheet_mg: 2_900, duplex: true, sheet_um: 90 });
}
