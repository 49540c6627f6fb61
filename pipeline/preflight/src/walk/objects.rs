//! What stands elsewhere and is painted by name: forms, images, shadings, graphics states.

use lopdf::{Dictionary, Object, Stream};

use super::{of_corners, resource, Stop, Walk, Walked, TOO_LARGE};
use crate::finding::{self, MarkKind};
use crate::page;
use crate::shape::{Inside, Matrix, Outline};
use crate::tokens::{Operand, Token, Tokens};

impl Walk<'_, '_> {
    /// Looks at what resources hold whether it is used or not: fonts, and those of patterns.
    pub(super) fn resources(&mut self, resources: &Dictionary) -> Walked {
        self.fonts(resources);
        let document = self.document;
        let patterns = resources.get_deref(b"Pattern", document).and_then(Object::as_dict);
        let Ok(patterns) = patterns else { return Ok(()) };
        for (_, pattern) in patterns.iter() {
            let Ok((_, Object::Stream(pattern))) = document.dereference(pattern) else { continue };
            self.go_deeper()?;
            self.spend_operators(FORM_COST)?;
            if let Some(own) = page::resources(document, &pattern.dict) {
                self.resources(own)?;
            }
            self.depth -= 1;
        }
        Ok(())
    }

    fn go_deeper(&mut self) -> Walked {
        if self.depth == DEPTH_MAX {
            return Err(Stop::TooMuch("nested forms", DEPTH_MAX as usize));
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn graphics_state(&mut self, name: &[u8], resources: &Dictionary) -> Walked {
        let document = self.document;
        let state = resource(document, resources, b"ExtGState", name)?;
        let state = state.as_dict().map_err(|_| "a graphics state is no dictionary")?;
        for (key, value) in state.iter() {
            let value = document.dereference(value).map_or(&Object::Null, |(_, value)| value);
            match (&key[..], value) {
                (b"BM", mode) => self.blend_mode(mode),
                (b"SMask", Object::Name(name)) if name == b"None" => {}
                (b"SMask", Object::Null) => {}
                (b"SMask", _) => self.gather.note(finding::soft_mask()),
                (b"LW", width) => {
                    self.state.line_width = page::number(document, width).unwrap_or(1.0).abs();
                }
                (b"ca", alpha) => {
                    self.state.fill.alpha = page::number(document, alpha).unwrap_or(1.0);
                }
                (b"CA", alpha) => {
                    self.state.stroke.alpha = page::number(document, alpha).unwrap_or(1.0);
                }
                (b"Font", Object::Array(items)) => {
                    let font = items.first().and_then(|font| document.dereference(font).ok());
                    let font = font.and_then(|(_, font)| font.as_dict().ok());
                    let size = items.get(1).and_then(|size| page::number(document, size));
                    let (font, size) = font.zip(size).ok_or("a graphics state's font")?;
                    self.state.text.font = Some(self.font(font));
                    self.state.text.size = size;
                }
                (b"Font", _) => return Err("a graphics state's font is no array".into()),
                _ => {}
            }
        }
        Ok(())
    }

    fn blend_mode(&mut self, mode: &Object) {
        // Of several modes a reader takes the first that it knows.
        let mode = match mode {
            Object::Array(modes) => modes.first().unwrap_or(&Object::Null),
            mode => mode,
        };
        match mode.as_name() {
            Ok(b"Normal" | b"Compatible") => {}
            Ok(name) => {
                let name: String = name.escape_ascii().take(24).map(char::from).collect();
                self.gather.note(finding::blend_mode(&name));
            }
            Err(_) => self.gather.note(finding::blend_mode("unreadable")),
        }
    }

    /// Paints an XObject.
    pub(super) fn object(&mut self, name: &[u8], resources: &Dictionary) -> Walked {
        let object = resource(self.document, resources, b"XObject", name)?;
        let stream = object.as_stream().map_err(|_| "an XObject is no stream")?;
        let kind = stream.dict.get_deref(b"Subtype", self.document).and_then(Object::as_name);
        match kind {
            Ok(b"Form") => self.form(stream, resources),
            Ok(b"Image") => {
                self.image_mask(stream);
                self.image();
                Ok(())
            }
            Ok(b"PS") => Ok(()),
            _ => Err("an XObject is neither form nor image".into()),
        }
    }

    fn form(&mut self, form: &Stream, outer: &Dictionary) -> Walked {
        let document = self.document;
        self.go_deeper()?;
        self.spend_operators(FORM_COST)?;
        let content = page::decoded(form, &mut self.budget.bytes)?;
        let matrix = match form.dict.get_deref(b"Matrix", document) {
            Ok(matrix) => Matrix(sides(document, matrix).ok_or("a form's matrix is not one")?),
            Err(_) => Matrix::SAME,
        };
        let bounds = form.dict.get_deref(b"BBox", document).ok();
        let bounds: [f64; 4] =
            bounds.and_then(|b| sides(document, b)).ok_or("a form has no bounds")?;
        let before = self.state.clone();
        let (text, line) = (self.text, self.line);
        self.state.ctm = matrix.then(self.state.ctm).ok_or(TOO_LARGE)?;
        let extent = of_corners(self.state.ctm.corners(bounds));
        self.state.clip = self.state.clip.shared(extent);
        let own = page::resources(document, &form.dict);
        if let Some(own) = own {
            self.resources(own)?;
        }
        self.stream(&content, own.unwrap_or(outer))?;
        self.path = Outline::default();
        self.clips = None;
        (self.text, self.line) = (text, line);
        self.state = before;
        self.depth -= 1;
        Ok(())
    }

    /// Finds an image that is painted through a mask of its own.
    fn image_mask(&mut self, image: &Stream) {
        let soft = image.dict.get_deref(b"SMask", self.document);
        let inner = image.dict.get_deref(b"SMaskInData", self.document).and_then(Object::as_i64);
        if soft.is_ok_and(|mask| !mask.is_null()) || inner.is_ok_and(|inner| inner != 0) {
            self.gather.note(finding::soft_mask());
        }
    }

    /// Paints the unit square.
    fn image(&mut self) {
        let corners = self.state.ctm.corners([0.0, 0.0, 1.0, 1.0]);
        let extent = of_corners(corners).shared(self.state.clip);
        let outline = Outline { lines: vec![corners.to_vec()] };
        self.gather
            .painting(MarkKind::Image, extent, |area| outline.fill_touches(Inside::NonZero, area));
    }

    /// Paints an image whose data stand in the content.
    pub(super) fn inline_image(&mut self, tokens: &mut Tokens<'_>, _: &Dictionary) -> Walked {
        let mut entries = Vec::new();
        loop {
            match tokens.next()? {
                Token::Operand(operand) if entries.len() < ENTRIES_MAX => entries.push(operand),
                Token::Operator(b"ID") => break,
                _ => return Err("an inline image's dictionary cannot be read".into()),
            }
        }
        tokens.skip_image(plain_len(&entries))?;
        self.image();
        Ok(())
    }

    /// Paints a shading over all that the clip leaves.
    pub(super) fn shading(&mut self, name: &[u8], resources: &Dictionary) -> Walked {
        resource(self.document, resources, b"Shading", name)?;
        self.gather.painting(MarkKind::Painting, self.state.clip, |_| true);
        Ok(())
    }
}

/// Returns the bytes of an inline image's samples as far as they are certain: those of a bitmap
/// that no filter packs.
fn plain_len(entries: &[Operand]) -> usize {
    let entry = |short: &[u8], long: &[u8]| {
        entries.chunks_exact(2).find_map(|pair| match &pair[0] {
            Operand::Name(key) if key == short || key == long => Some(&pair[1]),
            _ => None,
        })
    };
    let number = |short: &[u8], long: &[u8]| match entry(short, long) {
        Some(Operand::Number(number)) if (0.0..1e6).contains(number) => *number as usize,
        _ => 0,
    };
    if entry(b"F", b"Filter").is_some() {
        return 0;
    }
    // At least one component of at least one bit.
    number(b"W", b"Width").div_ceil(8) * number(b"H", b"Height")
}

/// Returns the numbers of an array of exactly so many.
fn sides<const N: usize>(document: &lopdf::Document, array: &Object) -> Option<[f64; N]> {
    let array = array.as_array().ok()?;
    let numbers: Option<Vec<f64>> = array.iter().map(|side| page::number(document, side)).collect();
    let numbers: [f64; N] = numbers?.try_into().ok()?;
    numbers.iter().all(|number| number.abs() < 1e10).then_some(numbers)
}

/// Forms and patterns within one another.
const DEPTH_MAX: u32 = 16;
/// Operators that entering a form or pattern is worth.
const FORM_COST: usize = 100;
/// Keys and values of an inline image.
const ENTRIES_MAX: usize = 64;
