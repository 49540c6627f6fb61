//! Glyphs as strings of codes, alone or in an array with kerns.

use letter::page::{CharIndex, Glyph};

use super::number;
use crate::fonts::{Code, NO_CODE};

/// The strings of one face.
#[derive(Clone, Copy)]
pub(super) struct Strings<'a> {
    /// By character.
    pub(super) codes: &'a [Code],
    /// By character, in millionths of the size.
    pub(super) advances: &'a [u32],
}

impl Strings<'_> {
    /// Writes the codes of glyphs.
    ///
    /// # Errors
    /// The first character that has no code.
    pub(super) fn plain(self, out: &mut Vec<u8>, glyphs: &[Glyph]) -> Result<(), CharIndex> {
        let mut all_known = true;
        let mut push = |some: &[Glyph]| {
            let mut codes = Codes::default();
            some.iter().for_each(|glyph| all_known &= codes.push(self.code(glyph)));
            codes.write(out);
        };
        let (fours, rest) = glyphs.as_chunks::<4>();
        fours.iter().for_each(|four| push(four));
        push(rest);
        self.check(all_known, glyphs)
    }

    /// Writes the strings of an array, whose first parenthesis stands, with a kern where a glyph's
    /// extra advance is not the `common` one. If it is `MEASURED`, it returns how far the pen went
    /// without the character spacing after the last glyph, in millionths of the size.
    ///
    /// # Errors
    /// The first character that has no code.
    #[inline]
    pub(super) fn kerned<const MEASURED: bool>(
        self,
        out: &mut Vec<u8>,
        glyphs: &[Glyph],
        common: i16,
    ) -> Result<i64, CharIndex> {
        let (last, inner) = glyphs.split_last().expect("a run has a glyph");
        let (mut all_known, mut codes) = (true, Codes::default());
        let (mut advances, mut extras) = (0, 0);
        for glyph in inner {
            all_known &= codes.push(self.code(glyph));
            if MEASURED {
                advances += self.advance(glyph);
                extras += i64::from(glyph.extra);
            }
            if glyph.extra != common {
                codes.write(out);
                out.push(b')');
                number(out, i32::from(common) - i32::from(glyph.extra));
                out.push(b'(');
                codes = Codes::default();
            } else if codes.is_full() {
                codes.write(out);
                codes = Codes::default();
            }
        }
        all_known &= codes.push(self.code(last));
        if MEASURED {
            advances += self.advance(last);
        }
        codes.write(out);
        out.push(b')');
        self.check(all_known, glyphs)?;
        Ok(advances + 1000 * extras)
    }

    #[inline]
    fn code(self, glyph: &Glyph) -> Code {
        self.codes.get(glyph.char_index as usize).copied().unwrap_or(NO_CODE)
    }

    #[inline]
    fn advance(self, glyph: &Glyph) -> i64 {
        i64::from(self.advances.get(glyph.char_index as usize).copied().unwrap_or(0))
    }

    fn check(self, all_known: bool, glyphs: &[Glyph]) -> Result<(), CharIndex> {
        let unknown = || glyphs.iter().find(|glyph| self.code(glyph) == NO_CODE);
        match all_known {
            true => Ok(()),
            false => Err(unknown().map_or(0, |glyph| glyph.char_index)),
        }
    }
}

/// Up to four codes, eight bytes at most, that are written at once.
#[derive(Clone, Copy, Default)]
struct Codes {
    bytes: u64,
    bits: u32,
}

impl Codes {
    /// Adds a code and returns whether it is one.
    #[inline]
    fn push(&mut self, code: Code) -> bool {
        self.bytes |= code.low_bytes() << (self.bits & 63);
        self.bits += code.bits();
        code.bits() > 0
    }

    /// Returns whether there may be no room for one more.
    #[inline]
    fn is_full(self) -> bool {
        self.bits > 48
    }

    #[inline]
    fn write(self, out: &mut Vec<u8>) {
        let end = out.len() + self.bits as usize / 8;
        out.extend_from_slice(&self.bytes.to_le_bytes());
        out.truncate(end);
    }
}
