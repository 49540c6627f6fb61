//! Text: where each run reaches on the sheet (ISO 32000-1 9.4).

use std::rc::Rc;

use lopdf::{Dictionary, Object};

use super::{numbers, resource, wrong_operands, Walk, Walked, TOO_LARGE};
use crate::area::Area;
use crate::finding;
use crate::font::{Font, Setting};
use crate::shape::Matrix;
use crate::tokens::Operand;

impl Walk<'_, '_> {
    pub(super) fn text_operator(
        &mut self,
        operator: &[u8],
        operands: &[Operand],
        resources: &Dictionary,
    ) -> Walked {
        let one = || numbers::<1>(operator, operands).map(|[number]| number);
        match operator {
            b"BT" => (self.text, self.line) = (Matrix::SAME, Matrix::SAME),
            b"ET" => {}
            b"Tc" => self.state.text.spacing = one()?,
            b"Tw" => self.state.text.word_spacing = one()?,
            b"Tz" => self.state.text.scale = one()? / 100.0,
            b"TL" => self.state.text.leading = one()?,
            b"Ts" => self.state.text.rise = one()?,
            b"Tr" => match one()? {
                mode @ 0.0..=7.0 => self.state.text.mode = mode as u8,
                _ => return Err(wrong_operands(operator)),
            },
            b"Tf" => {
                let [Operand::Name(font), Operand::Number(size)] = operands else {
                    return Err(wrong_operands(operator));
                };
                let font = resource(self.document, resources, b"Font", font)?;
                let font = font.as_dict().map_err(|_| "a font is no dictionary")?;
                self.state.text.font = Some(self.font(font));
                self.state.text.size = *size;
            }
            b"Td" => self.next_line(numbers(operator, operands)?)?,
            b"TD" => {
                let [x, y] = numbers(operator, operands)?;
                self.state.text.leading = -y;
                self.next_line([x, y])?;
            }
            b"T*" => self.next_line([0.0, -self.state.text.leading])?,
            b"Tm" => {
                let matrix = Matrix(numbers(operator, operands)?);
                (self.text, self.line) = (matrix, matrix);
            }
            b"Tj" => match operands {
                [Operand::Text(text)] => self.show(text)?,
                _ => return Err(wrong_operands(operator)),
            },
            b"'" => match operands {
                [Operand::Text(text)] => {
                    self.next_line([0.0, -self.state.text.leading])?;
                    self.show(text)?;
                }
                _ => return Err(wrong_operands(operator)),
            },
            b"\"" => match operands {
                [Operand::Number(word), Operand::Number(spacing), Operand::Text(text)] => {
                    self.state.text.word_spacing = *word;
                    self.state.text.spacing = *spacing;
                    self.next_line([0.0, -self.state.text.leading])?;
                    self.show(text)?;
                }
                _ => return Err(wrong_operands(operator)),
            },
            _ => self.show_array(operands)?,
        }
        Ok(())
    }

    /// Reads a font once, and notes what is wrong with it on every page that has it.
    pub(super) fn font(&mut self, dict: &Dictionary) -> Rc<Font> {
        // Dictionaries do not move while the document stands.
        let address = std::ptr::from_ref(dict) as usize;
        let (document, reads) = (self.document, self.gather.reads_text());
        let (font, findings) = self.fonts.by_address.entry(address).or_insert_with(|| {
            let (mut font, findings) = Font::read(document, dict);
            if reads {
                font.read_characters(document, dict);
            }
            (Rc::new(font), findings)
        });
        findings.iter().for_each(|finding| self.gather.note(finding.clone()));
        font.clone()
    }

    fn next_line(&mut self, [x, y]: [f64; 2]) -> Walked {
        let shift = Matrix([1.0, 0.0, 0.0, 1.0, x, y]);
        self.line = shift.then(self.line).ok_or(TOO_LARGE)?;
        self.text = self.line;
        Ok(())
    }

    fn show_array(&mut self, operands: &[Operand]) -> Walked {
        let [Operand::Array(items)] = operands else { return Err(wrong_operands(b"TJ")) };
        for item in items {
            match item {
                Operand::Text(text) => self.show(text)?,
                Operand::Number(thousandths) => {
                    let font = self.state.text.font.clone().ok_or(NO_FONT)?;
                    self.advance(font.shift(*thousandths, self.setting()))?;
                }
                _ => return Err(wrong_operands(b"TJ")),
            }
        }
        Ok(())
    }

    fn show(&mut self, text: &[u8]) -> Walked {
        let font = self.state.text.font.clone().ok_or(NO_FONT)?;
        if text.is_empty() {
            return Ok(());
        }
        let reach = font.reach(text, self.setting());
        let placed = self.text.then(self.state.ctm).ok_or(TOO_LARGE)?;
        let extent = Area::around(placed.corners(reach.extent));
        let clip = self.state.clip;
        let seen = self.state.shows_text() && !clip.shared(extent).is_nothing();
        // Blanks of a font with one byte a code draw nothing.
        if !(font.is_simple() && text.iter().all(|&byte| byte == b' ')) {
            self.gather.text(extent, seen);
        }
        if seen && self.gather.reads(extent) {
            match font.characters(text) {
                Some(text) => self.gather.read(extent, text),
                None => self.gather.note(finding::window_unread(font.name())),
            }
        }
        self.advance(reach.advance)
    }

    fn advance(&mut self, [x, y]: [f64; 2]) -> Walked {
        self.text = Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(self.text).ok_or(TOO_LARGE)?;
        Ok(())
    }

    fn setting(&self) -> Setting {
        let text = &self.state.text;
        Setting {
            size: text.size,
            spacing: text.spacing,
            word_spacing: text.word_spacing,
            scale: text.scale,
            rise: text.rise,
        }
    }

    /// Looks at the fonts that resources name, used or not: the press embeds them all.
    pub(super) fn fonts(&mut self, resources: &Dictionary) {
        let document = self.document;
        let fonts = resources.get_deref(b"Font", document).and_then(Object::as_dict);
        let Ok(fonts) = fonts else { return };
        for (_, font) in fonts.iter() {
            let font = document.dereference(font).map(|(_, font)| font.as_dict());
            if let Ok(Ok(font)) = font {
                self.font(font);
            }
        }
    }
}

const NO_FONT: &str = "text is shown without a font";
