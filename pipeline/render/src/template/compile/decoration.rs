//! Paints what of a sheet is no text: rules, borders and grounds of frames.

use letter::page::{Mark, Page, SheetSize};

use super::{millimetres, points, rect};
use crate::template::program::Rect;
use crate::template::sheet::{FrameSheet, Sheet};
use crate::typeset;

/// Paints rules, borders and grounds, but for frames that have a ground of their own.
pub(super) fn decorate(
    sheet: &Sheet,
    page: usize,
    own_ground: impl Fn(&str) -> bool,
    layer: &mut Page,
) {
    for (name, frame) in &sheet.frames {
        if frame.pages.has(page) && !own_ground(name) {
            ground(sheet.paper.size(), frame, layer);
        }
    }
    for rule in sheet.rules.iter().filter(|rule| rule.pages.has(page)) {
        let rect = Rect {
            left: millimetres(rule.left_mm),
            top: millimetres(rule.top_mm),
            width: millimetres(rule.width_mm),
            height: points(rule.thickness_pt).max(1),
        };
        layer.marks.push(typeset::band(sheet.paper.size(), rect, rule.tint.clamp(1, 100)));
    }
}

/// Paints a frame's border and ground.
pub(super) fn ground(sheet: SheetSize, frame: &FrameSheet, layer: &mut Page) {
    let rect = rect(frame.area());
    if frame.tint > 0 {
        layer.marks.push(typeset::band(sheet, rect, frame.tint.min(100)));
    }
    if frame.border_pt > 0.0 {
        border(sheet, rect, points(frame.border_pt).max(1), layer);
    }
}

fn border(sheet: SheetSize, rect: Rect, thickness: i32, layer: &mut Page) {
    let Rect { left, top, width, height } = rect;
    let sides = [
        Rect { height: thickness, ..rect },
        Rect { top: top + height - thickness, height: thickness, ..rect },
        Rect { width: thickness, ..rect },
        Rect { left: left + width - thickness, width: thickness, ..rect },
    ];
    let marks: [Mark; 4] = sides.map(|side| typeset::band(sheet, side, 100));
    layer.marks.extend(marks);
}
