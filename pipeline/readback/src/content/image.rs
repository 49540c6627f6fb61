//! Inline images: their dictionary, and where their data end (ISO 32000-2 §8.9.7).

use crate::syntax::{is_blank, nibble, Fault, Scanner, Value};

/// An inline image.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Image<'a> {
    width: usize,
    height: usize,
    /// A stencil of one bit a sample.
    mask: bool,
    /// Whether a sample of 1 is painted.
    ones_paint: bool,
    bits: usize,
    colors: usize,
    hexadecimal: bool,
    data: &'a [u8],
}

/// The sides of the samples of a stencil, up to 32 each way.
pub(crate) struct Stencil {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// From the top; the leftmost sample of a row is its highest of `width` bits; 1 is painted.
    pub(crate) rows: [u32; SIDE_MAX],
}

/// The largest side of a stencil that is looked at: the largest symbol of one region has 26.
pub(crate) const SIDE_MAX: usize = 32;

impl<'a> Image<'a> {
    /// Reads from after BI to after EI.
    ///
    /// # Errors
    /// If an entry or a filter is not known here, or the data have another length than they should.
    pub(crate) fn read(scanner: &mut Scanner<'a>) -> Result<Self, Fault> {
        let mut image = Self { bits: 8, colors: 1, ..Self::default() };
        loop {
            scanner.skip_blanks();
            let start = scanner.at;
            if scanner.peek() != Some(b'/') {
                break;
            }
            let key = scanner.name()?;
            let value = scanner.value()?;
            let known = image.note(&key.decoded(), value);
            known.ok_or(Fault { at: start, trouble: "an entry of an image is not known here" })?;
        }
        scanner.keyword(b"ID", "an image without ID")?;
        if !scanner.peek().is_some_and(is_blank) {
            return Err(scanner.fault("no blank after ID"));
        }
        scanner.at += 1;
        let rest = &scanner.bytes[scanner.at..];
        let row_bits =
            if image.mask { image.width } else { image.width * image.bits * image.colors };
        let len = if image.hexadecimal {
            rest.iter().position(|&byte| byte == b'>')
        } else {
            row_bits.div_ceil(8).checked_mul(image.height).filter(|&len| len < rest.len())
        };
        let len = len.ok_or(scanner.fault("an image without an end"))?;
        image.data = &rest[..len];
        scanner.at += len + usize::from(image.hexadecimal);
        scanner.keyword(b"EI", "no EI after an image's data")?;
        Ok(image)
    }

    /// Notes an entry by its short or long name; `None` if it is not known (table 91).
    fn note(&mut self, key: &[u8], value: Value<'_>) -> Option<()> {
        let size = |value: Value<'_>| {
            value.int().and_then(|int| usize::try_from(int).ok()).filter(|size| *size < 1 << 16)
        };
        match key {
            b"W" | b"Width" => self.width = size(value)?,
            b"H" | b"Height" => self.height = size(value)?,
            b"BPC" | b"BitsPerComponent" => {
                self.bits = size(value).filter(|bits| matches!(bits, 1 | 2 | 4 | 8 | 16))?;
            }
            b"IM" | b"ImageMask" => match value {
                Value::Bool(mask) => self.mask = mask,
                _ => return None,
            },
            b"CS" | b"ColorSpace" => {
                self.colors = match &*value.name()?.decoded() {
                    b"G" | b"DeviceGray" => 1,
                    b"RGB" | b"DeviceRGB" => 3,
                    b"CMYK" | b"DeviceCMYK" => 4,
                    _ => return None,
                }
            }
            b"D" | b"Decode" => {
                let mut values = value.array()?.values();
                self.ones_paint = values.next().and_then(Value::number) == Some(1.0);
            }
            b"F" | b"Filter" => {
                let name = match value {
                    Value::Array(names) => {
                        let mut names = names.values();
                        names.next().filter(|_| names.next().is_none())?.name()?
                    }
                    value => value.name()?,
                };
                self.hexadecimal = name.is(b"AHx") || name.is(b"ASCIIHexDecode");
                return self.hexadecimal.then_some(());
            }
            b"I" | b"Interpolate" => {}
            _ => return None,
        }
        Some(())
    }

    /// Returns the samples of a small stencil; `None` if it is none.
    ///
    /// # Errors
    /// If the data are not the samples that its size asks for.
    pub(crate) fn stencil(&self) -> Result<Option<Stencil>, &'static str> {
        let Self { width, height, .. } = *self;
        if !self.mask || width > SIDE_MAX || height > SIDE_MAX || width == 0 {
            return Ok(None);
        }
        let row_len = width.div_ceil(8);
        let mut packed = [0; SIDE_MAX * SIDE_MAX / 8];
        if self.hexadecimal {
            let mut digits = self.data.iter().copied().filter(|&byte| !is_blank(byte));
            for byte in &mut packed[..row_len * height] {
                let mut digit = || digits.next().and_then(nibble);
                let (Some(high), Some(low)) = (digit(), digit()) else {
                    return Err("an image of too few samples");
                };
                *byte = high << 4 | low;
            }
            if digits.next().is_some() {
                return Err("an image of too many samples");
            }
        } else {
            packed[..row_len * height].copy_from_slice(self.data);
        }
        let mut stencil = Stencil { width, height, rows: [0; SIDE_MAX] };
        for (row, bytes) in stencil.rows.iter_mut().zip(packed.chunks_exact(row_len)).take(height) {
            let bits = bytes.iter().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte));
            let bits = bits >> (row_len * 8 - width);
            *row = if self.ones_paint { bits } else { !bits & (u32::MAX >> (32 - width)) };
        }
        Ok(Some(stencil))
    }
}
