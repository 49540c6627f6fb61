//! Compiles frames whose text is a barcode.

use super::{millimetres, Compiler};
use crate::template::fault::Place;
use crate::template::program::*;
use crate::template::sheet::{FrameSheet, Symbology};
use crate::typeset::LEAST_MODULE;

impl Compiler<'_> {
    /// Returns how the frame's text is painted, if it is a barcode.
    pub(super) fn bars(
        &mut self,
        frame: &FrameSheet,
        rect: Rect,
        blocks: &[Block],
        style: usize,
        place: Place,
    ) -> Option<Bars> {
        let symbology = frame.barcode?;
        let style = self.styles[style];
        let text_height = if frame.barcode_text { style.leading } else { 0 };
        let bars = Bars {
            symbology,
            style,
            module: millimetres(frame.module_mm),
            height: rect.height - text_height,
            has_text: frame.barcode_text,
        };
        if bars.module < LEAST_MODULE {
            let message = format!("the barcode's modules are {} mm wide", frame.module_mm);
            self.faults.push(place.fault(message, "write a module_mm of 0.25 or more"));
        }
        let least = match symbology {
            Symbology::Code128 => LEAST_HEIGHT_MM,
            Symbology::Qr => LEAST_SIDE_MM,
        };
        let side = match symbology {
            Symbology::Code128 => bars.height,
            Symbology::Qr => bars.height.min(rect.width),
        };
        if side < millimetres(least) {
            let message = match symbology {
                Symbology::Code128 => format!("the barcode's bars are lower than {least} mm"),
                Symbology::Qr => format!("the QR code has less than {least} mm"),
            };
            self.faults.push(place.fault(message, "make the frame larger"));
        }
        if !is_text(blocks) {
            let message = "a barcode is made of more than text";
            self.faults.push(place.fault(message, "leave only lines and {% if %} in its frame"));
        }
        Some(bars)
    }
}

/// Returns whether blocks are nothing but lines without labels, and choices between them.
pub(super) fn is_text(blocks: &[Block]) -> bool {
    blocks.iter().all(|block| match block {
        Block::Paragraph(paragraph) => paragraph.label.is_none(),
        Block::If(_, then, otherwise) => is_text(then) && is_text(otherwise),
        Block::Blank(_) => true,
        Block::Table(_) | Block::PageBreak | Block::Rows(_) => false,
    })
}

/// The least height of bars for reading by hand (ISO/IEC 15417, annex D).
const LEAST_HEIGHT_MM: f64 = 5.0;
/// The side of the smallest QR code, 21 modules and four blank ones at each end, of 0.25 mm each.
const LEAST_SIDE_MM: f64 = 7.25;
