//! バーコード: paints a frame's text as the bars of Code 128 or the modules of a QR code.

use letter::Reason;
use qrcodegen::{QrCode, QrCodeEcc};

use super::{band, baseline, Setter};
use crate::code128::{self, Unencodable, QUIET_MODULES};
use crate::layout::line::{self, mils, scaled};
use crate::layout::paint::{paint, Pen};
use crate::template::{Align, Bars, Block, Frame, Piece, Rect, Symbology};

impl<'a> Setter<'a> {
    /// Sets a frame whose text is a barcode; an empty text has none.
    pub(super) fn bars(
        &mut self,
        frame: &'a Frame,
        bars: &Bars,
        page: usize,
    ) -> Result<(), Reason> {
        self.scratch.sorts.clear();
        self.collect_lines(&frame.blocks, bars)?;
        if self.scratch.sorts.is_empty() {
            return Ok(());
        }
        self.write_collected();
        let start = self.mark_count(page);
        let kind = match bars.symbology {
            Symbology::Code128 => {
                self.code_128(frame, bars, page)?;
                BARCODE
            }
            Symbology::Qr => {
                self.qr(frame, bars, page)?;
                QR_CODE
            }
        };
        let text = std::mem::take(&mut self.scratch.texts[0]);
        self.note_figure(page, start, &[kind, &text]);
        self.scratch.texts[0] = text;
        Ok(())
    }

    fn code_128(&mut self, frame: &'a Frame, bars: &Bars, page: usize) -> Result<(), Reason> {
        self.encode(frame)?;
        let modules: i32 = code128::widths(&self.scratch.codes).sum();
        let whole = modules + 2 * QUIET_MODULES;
        let module = bars.module.min(frame.rect.width / whole);
        if module < LEAST_MODULE {
            return Err(Reason::DoesNotFit { frame: frame.name.clone(), lines: 2, max: 1 });
        }
        let slack = frame.rect.width - whole * module;
        let offset = match bars.style.align {
            Align::Left | Align::Justify => 0,
            Align::Right => slack,
            Align::Center => slack / 2,
        };
        let left = frame.rect.left + offset + QUIET_MODULES * module;
        let symbol = Rect { left, width: modules * module, height: bars.height, ..frame.rect };
        self.paint_bars(symbol, module, page);
        if bars.has_text {
            self.paint_text(symbol, frame.rect.width, bars, page);
        }
        Ok(())
    }

    /// Collects the sorts of all chosen lines, one after the other.
    fn collect_lines(&mut self, blocks: &'a [Block], bars: &Bars) -> Result<(), Reason> {
        let map = self.program.chain.map(bars.style.face);
        for block in blocks {
            match block {
                Block::Paragraph(paragraph) => self.collect(&paragraph.pieces, map)?,
                Block::If(cond, then, otherwise) => {
                    let chosen = if self.holds(cond)? { then } else { otherwise };
                    self.collect_lines(chosen, bars)?;
                }
                Block::Blank(_) | Block::Table(_) | Block::PageBreak | Block::Rows(_) => {}
            }
        }
        Ok(())
    }

    /// Writes the characters of the collected sorts into the first text.
    fn write_collected(&mut self) {
        let faces = self.program.chain.faces();
        let text = &mut self.scratch.texts[0];
        text.clear();
        for sort in &self.scratch.sorts {
            let entry = faces[usize::from(sort.face)].charset().entries[sort.char_index() as usize];
            text.push(entry.character);
            text.extend(entry.selector);
        }
    }

    /// Sets the collected text as a QR code of as few modules as hold it at error correction M,
    /// or at the highest level that takes no more. This is the one mark whose making allocates.
    fn qr(&mut self, frame: &Frame, bars: &Bars, page: usize) -> Result<(), Reason> {
        let too_long = || Reason::DoesNotFit { frame: frame.name.clone(), lines: 2, max: 1 };
        let code = QrCode::encode_text(&self.scratch.texts[0], QrCodeEcc::Medium);
        let code = code.map_err(|_| too_long())?;
        let whole = code.size() + 2 * QR_QUIET_MODULES;
        let module = bars.module.min(frame.rect.width.min(bars.height) / whole);
        if module < LEAST_MODULE {
            return Err(too_long());
        }
        let slack = frame.rect.width - whole * module;
        let offset = match bars.style.align {
            Align::Left | Align::Justify => 0,
            Align::Right => slack,
            Align::Center => slack / 2,
        };
        let quiet = QR_QUIET_MODULES * module;
        let (left, top) = (frame.rect.left + offset + quiet, frame.rect.top + quiet);
        for row in 0..code.size() {
            let mut column = 0;
            while column < code.size() {
                let dark = (column..code.size()).take_while(|&x| code.get_module(x, row)).count();
                if dark > 0 {
                    let (left, top) = (left + column * module, top + row * module);
                    let run = Rect { left, top, width: dark as i32 * module, height: module };
                    self.scratch.pages[page].marks.push(band(self.program.sheet, run, 100));
                }
                column += dark as i32 + 1;
            }
        }
        if bars.has_text {
            let (width, height) = (code.size() * module, whole * module);
            let symbol = Rect { left, top: frame.rect.top, width, height };
            self.paint_text(symbol, frame.rect.width, bars, page);
        }
        Ok(())
    }

    /// Encodes the written text.
    fn encode(&mut self, frame: &Frame) -> Result<(), Reason> {
        let text = &self.scratch.texts[0];
        code128::encode(text, &mut self.scratch.codes).map_err(|Unencodable(character)| {
            let field = value_name(&frame.blocks).unwrap_or(&frame.name).to_owned();
            let why = format!("U+{:04X} has no place in Code 128", character as u32);
            Reason::TemplateValue { field, why }
        })
    }

    fn paint_bars(&mut self, symbol: Rect, module: i32, page: usize) {
        let marks = &mut self.scratch.pages[page].marks;
        let mut left = symbol.left;
        for (at, modules) in code128::widths(&self.scratch.codes).enumerate() {
            let width = modules * module;
            if at % 2 == 0 {
                marks.push(band(self.program.sheet, Rect { left, width, ..symbol }, 100));
            }
            left += width;
        }
    }

    /// Sets the text under the middle of the bars, smaller where it is wider than the frame.
    fn paint_text(&mut self, symbol: Rect, room: i32, bars: &Bars, page: usize) {
        let sorts = &self.scratch.sorts;
        let natural = line::width(sorts, 0);
        let size = bars.style.size.min(mils(room, natural));
        let x = symbol.left + (symbol.width - scaled(natural, size)) / 2;
        let y = baseline(self.program.sheet, symbol.bottom(), bars.style.leading, size);
        let pen = Pen { x, y, size, gap: 0 };
        paint(&mut self.scratch.pages[page], sorts, pen);
    }
}

/// Returns the name of the first value in blocks.
fn value_name(blocks: &[Block]) -> Option<&str> {
    blocks.iter().find_map(|block| match block {
        Block::Paragraph(paragraph) => paragraph.pieces.iter().find_map(|piece| match piece {
            Piece::Value(value) => Some(value.name.as_str()),
            Piece::Reading(reading) => Some(reading.name.name.as_str()),
            Piece::Static(..) | Piece::If(..) => None,
        }),
        Block::If(_, then, otherwise) => value_name(then).or_else(|| value_name(otherwise)),
        _ => None,
    })
}

/// The quiet zone of a QR code (ISO/IEC 18004, 9.1).
const QR_QUIET_MODULES: i32 = 4;

/// What is said before the text of a code that is read aloud.
const BARCODE: &str = "バーコード\u{3000}";
/// As [`BARCODE`].
const QR_CODE: &str = "QRコード\u{3000}";
/// The least width of a module, 0.25 mm: the X dimension that office laser printers and hand
/// scanners are sure of.
pub(crate) const LEAST_MODULE: i32 = 71;
