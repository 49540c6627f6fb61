//! The customer barcode's bars as rectangles.
//!
//! Geometry: 郵便番号マニュアル p12 (facts: post_and_print §1.2). At size a = 10 points a bar is
//! 0.6 mm wide and the pitch is 1.2 mm; everything scales with a.

use letter::barcode::Bar;
use letter::page::Len;
use letter::CustomerBarcode;

use crate::sheet::Rect;

/// Returns the bars of a barcode whose lower left corner is at `x`, `y`, in 1/100 point.
pub fn rectangles(
    x: Len,
    y: Len,
    size: Len,
    barcode: &CustomerBarcode,
) -> impl Iterator<Item = Rect> {
    let unit = f64::from(size.0) * UNIT_OF_SIZE;
    barcode.bars().into_iter().enumerate().map(move |(index, bar)| {
        let (low, high) = span(bar);
        Rect {
            x: f64::from(x.0) + index as f64 * PITCH * unit,
            y: f64::from(y.0) + low * unit,
            width: unit,
            height: (high - low) * unit,
        }
    })
}

/// Returns the lower and upper end of a bar in units.
fn span(bar: Bar) -> (f64, f64) {
    match bar {
        Bar::Full => (0.0, 6.0),
        Bar::Ascender => (2.0, 6.0),
        Bar::Descender => (0.0, 4.0),
        Bar::Tracker => (2.0, 4.0),
    }
}

/// From bar to bar, in units of a bar's width.
const PITCH: f64 = 2.0;
/// A bar's width at size 1: 0.06 mm a point.
const UNIT_OF_SIZE: f64 = 0.06 * 72.0 / 25.4;
