//! A page's marks as a content stream: whole numbers of 1/100 point, strings of codes.

mod order;
mod strings;

use letter::page::{FaceIndex, Glyph, Len, Mark, Page};
use letter::CustomerBarcode;

use self::strings::Strings;
use crate::bars;
use crate::error::PressError;
use crate::fonts::{resource_letter, Code, Fonts};
use crate::parts::whole;
use crate::run::FileForm;

/// Writes one content stream and keeps what the stream's graphics state is.
pub(crate) struct Composer<'a> {
    fonts: &'a Fonts,
    /// Layers that exist.
    layers: usize,
    /// Parts that exist.
    parts: usize,
    /// How bars are drawn.
    pub(crate) form: FileForm,
    out: &'a mut Vec<u8>,
    open: Open,
    font: Option<(u8, i32)>,
    /// Character spacing in 1/1000 of 1/100 point.
    spacing: i32,
    /// Start of the current text line.
    line: (i32, i32),
    /// How far T* and ' move down.
    leading: i32,
    /// Whether the string that comes next starts the line below.
    below: bool,
    /// Where the pen is after an array of strings that is not closed yet, in millionths of 1/100
    /// point.
    array: Option<i64>,
    /// Per cent of black.
    tint: u8,
}

/// What the stream is in the middle of.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Nothing,
    /// Between BT and ET.
    Text,
    /// Rectangles without their painting operator.
    Rules,
}

impl<'a> Composer<'a> {
    /// Starts a stream whose unit is 1/100 point by the surrounding matrix.
    pub(crate) fn new(
        fonts: &'a Fonts,
        (layers, parts): (usize, usize),
        out: &'a mut Vec<u8>,
    ) -> Self {
        Self {
            fonts,
            layers,
            parts,
            form: FileForm::default(),
            out,
            open: Open::Nothing,
            font: None,
            spacing: 0,
            line: (0, 0),
            leading: 0,
            below: false,
            array: None,
            tint: BLACK,
        }
    }

    /// Sets the unit to 1/100 point.
    pub(crate) fn scale(&mut self) {
        self.out.extend_from_slice(b".01 0 0 .01 0 0 cm\n");
    }

    /// Writes all marks of a page.
    ///
    /// # Errors
    /// A character that the fonts do not hold, or a layer that does not exist.
    pub(crate) fn page(&mut self, page: &Page) -> Result<(), PressError> {
        let mut rest = &page.marks[..];
        while !rest.is_empty() {
            let (stretch, after) = rest.split_at(order::stretch(rest));
            rest = after;
            for kind in 0..order::LAST_KIND {
                for mark in stretch.iter().filter(|mark| order::kind(mark) == kind) {
                    self.mark(page, mark, false)?;
                }
            }
            let mut texts = stretch.iter().filter(|mark| order::kind(mark) == order::LAST_KIND);
            let Some(mut mark) = texts.next() else { continue };
            for next in texts {
                self.mark(page, mark, continues(mark, next))?;
                mark = next;
            }
            self.mark(page, mark, false)?;
        }
        Ok(())
    }

    /// Writes a mark; `goes_on` if it is text and the next one stands beside it.
    fn mark(&mut self, page: &Page, mark: &Mark, goes_on: bool) -> Result<(), PressError> {
        match *mark {
            Mark::Text { face, size, x, y, start, end } => {
                let glyphs = &page.glyphs[start as usize..end as usize];
                self.text((face, size), (x, y), glyphs, goes_on)?;
            }
            Mark::Rule { x, y, width, height, tint } => {
                self.rule([x, y, width, height], tint);
            }
            Mark::Barcode { x, y, size, ref barcode } => {
                self.barcode(x, y, size, barcode);
            }
            Mark::Picture { .. } => crate::pictures::paint(self.raw(), mark),
            Mark::Layer(layer) => self.layer(layer)?,
            Mark::Part { part, x, y, .. } => self.part(part, (x, y))?,
        }
        Ok(())
    }

    /// Closes what is open.
    pub(crate) fn finish(mut self) {
        self.close();
    }

    /// Writes one run of glyphs. If it `goes_on`, the next one has the same face, size and height:
    /// both then stand in one array, with the way between them as a kern.
    pub(crate) fn text(
        &mut self,
        (face, size): (FaceIndex, Len),
        (x, y): (Len, Len),
        glyphs: &[Glyph],
        goes_on: bool,
    ) -> Result<(), PressError> {
        let Some((_, inner)) = glyphs.split_last() else { return Ok(()) };
        let strings = self.strings(face);
        let start = i64::from(x.0) * MILLION;
        let pen = match self.array.take() {
            Some(pen) => {
                let kern = div_round(pen - start, 1000 * i64::from(size.0));
                number(self.out, kern as i32);
                self.out.push(b'(');
                pen - kern * 1000 * i64::from(size.0)
            }
            None => {
                self.begin_line(face, size, (x, y));
                let common = if goes_on { 0 } else { common_extra(glyphs) };
                self.space(i32::from(common) * size.0);
                let even = inner.iter().fold(0, |uneven, g| uneven | (g.extra ^ common)) == 0;
                if even && !goes_on {
                    self.out.push(b'(');
                    let shown = strings.plain(self.out, glyphs);
                    shown.map_err(|char_index| PressError::NotInFonts { face, char_index })?;
                    self.end_string();
                    return Ok(());
                }
                self.begin_array();
                start
            }
        };
        let common = (self.spacing / size.0.max(1)) as i16;
        if !goes_on {
            let shown = strings.kerned::<false>(self.out, glyphs, common);
            shown.map_err(|char_index| PressError::NotInFonts { face, char_index })?;
            self.out.extend_from_slice(b"]TJ\n");
            return Ok(());
        }
        let shown = strings.kerned::<true>(self.out, glyphs, common);
        let width = shown.map_err(|char_index| PressError::NotInFonts { face, char_index })?;
        // The spacing follows the last glyph too.
        self.array = Some(pen + (width + 1000 * i64::from(common)) * i64::from(size.0));
        Ok(())
    }

    fn strings(&self, face: FaceIndex) -> Strings<'a> {
        Strings { codes: self.fonts.codes(face), advances: self.fonts.advances(face) }
    }

    /// Writes a run of ready codes without extra space.
    pub(crate) fn codes<'c>(
        &mut self,
        face: FaceIndex,
        size: Len,
        at: (Len, Len),
        codes: impl Iterator<Item = &'c Code>,
    ) {
        self.begin_line(face, size, at);
        self.space(0);
        self.out.push(b'(');
        codes.for_each(|code| self.out.extend(code.bytes()));
        self.end_string();
    }

    /// Gives the stream for operators of another craft, with nothing open.
    pub(crate) fn raw(&mut self) -> &mut Vec<u8> {
        self.close();
        self.shade(BLACK);
        self.out
    }

    /// Gives the stream within a text object, for marked content.
    pub(crate) fn in_text(&mut self) -> &mut Vec<u8> {
        self.open_text();
        self.out
    }

    fn begin_line(&mut self, face: FaceIndex, size: Len, (x, y): (Len, Len)) {
        self.open_text();
        self.shade(BLACK);
        self.select(resource_letter(usize::from(face)), size.0);
        self.move_to(x.0, y.0);
    }

    fn barcode(&mut self, x: Len, y: Len, size: Len, barcode: &CustomerBarcode) {
        if self.form == FileForm::Conservative {
            bars::rectangles(x, y, size, barcode).for_each(|bar| self.rule(bar, BLACK));
            return;
        }
        self.open_text();
        self.shade(BLACK);
        self.select(bars::RESOURCE, size.0);
        self.move_to(x.0, y.0);
        self.space(0);
        self.out.push(b'(');
        self.out.extend(barcode.bars().into_iter().map(|bar| bar.letter() as u8));
        self.end_string();
    }

    fn rule(&mut self, rectangle: [Len; 4], tint: u8) {
        if self.open != Open::Rules || self.tint != tint {
            self.close();
            self.shade(tint);
            self.open = Open::Rules;
        }
        for length in rectangle {
            number(self.out, length.0);
            self.out.push(b' ');
        }
        self.out.extend_from_slice(b"re\n");
    }

    fn layer(&mut self, layer: u16) -> Result<(), PressError> {
        if usize::from(layer) >= self.layers {
            return Err(PressError::NoSuchLayer(layer));
        }
        self.close();
        self.shade(BLACK);
        self.space(0);
        self.end_word();
        self.out.extend_from_slice(b"/L");
        number(self.out, i32::from(layer));
        self.out.extend_from_slice(b" Do\n");
        Ok(())
    }

    /// Paints a part, which as a layer takes black and no spacing for granted.
    fn part(&mut self, part: u16, (x, y): (Len, Len)) -> Result<(), PressError> {
        if usize::from(part) >= self.parts {
            return Err(PressError::NoSuchPart(part));
        }
        self.close();
        self.shade(BLACK);
        self.space(0);
        self.end_word();
        self.out.extend_from_slice(b"q 1 0 0 1 ");
        for length in [x, y] {
            number(self.out, length.0);
            self.out.push(b' ');
        }
        self.out.extend_from_slice(b"cm/P");
        number(self.out, i32::from(part));
        self.out.extend_from_slice(b" Do Q\n");
        Ok(())
    }

    fn open_text(&mut self) {
        if self.open == Open::Text {
            return;
        }
        self.close();
        self.out.extend_from_slice(b"BT\n");
        self.line = (0, 0);
        self.open = Open::Text;
    }

    fn close(&mut self) {
        let end: &[u8] = match self.open {
            Open::Nothing => b"",
            Open::Text => b"ET\n",
            Open::Rules => b"f\n",
        };
        self.out.extend_from_slice(end);
        self.open = Open::Nothing;
    }

    fn select(&mut self, letter: u8, size: i32) {
        if self.font == Some((letter, size)) {
            return;
        }
        self.font = Some((letter, size));
        self.out.extend_from_slice(&[b'/', letter, b' ']);
        number(self.out, size);
        self.out.extend_from_slice(b" Tf\n");
    }

    /// Moves to the start of a line. The line below as far as the last two were apart needs no
    /// operator of its own, and moving down sets how far that is (ISO 32000-1 §9.4.2).
    fn move_to(&mut self, x: i32, y: i32) {
        let (right, down) = (x - self.line.0, self.line.1 - y);
        let first = self.line == (0, 0);
        self.line = (x, y);
        if right == 0 && down == self.leading && down != 0 {
            self.below = true;
            return;
        }
        number(self.out, right);
        self.out.push(b' ');
        number(self.out, -down);
        if first || down == 0 || down == self.leading {
            self.out.extend_from_slice(b" Td");
        } else {
            self.leading = down;
            self.out.extend_from_slice(b" TD");
        }
    }

    /// Begins an array of strings and its first string.
    fn begin_array(&mut self) {
        if std::mem::take(&mut self.below) {
            self.end_word();
            self.out.extend_from_slice(b"T*");
        }
        self.out.extend_from_slice(b"[(");
    }

    /// Ends a string that was begun with a parenthesis, and shows it.
    fn end_string(&mut self) {
        let below = std::mem::take(&mut self.below);
        self.out.extend_from_slice(shown(below));
    }

    fn space(&mut self, thousandths: i32) {
        if self.spacing != thousandths {
            self.spacing = thousandths;
            self.out.push(b' ');
            decimal(self.out, thousandths);
            self.out.extend_from_slice(b" Tc");
        }
    }

    /// Parts an operator that was just written from the next.
    fn end_word(&mut self) {
        if self.out.last().is_some_and(|last| !last.is_ascii_whitespace()) {
            self.out.push(b'\n');
        }
    }

    fn shade(&mut self, tint: u8) {
        if self.tint != tint {
            self.tint = tint;
            decimal(self.out, 10 * (100 - i32::from(tint.min(100))));
            self.out.extend_from_slice(b" g\n");
        }
    }
}

/// Whether a mark is text beside the text of another.
fn continues(mark: &Mark, next: &Mark) -> bool {
    match (mark, next) {
        (
            Mark::Text { face, size, y, start, end, .. },
            Mark::Text {
                face: next_face, size: next_size, y: next_y, start: from, end: to, ..
            },
        ) => (face, size, y) == (next_face, next_size, next_y) && start < end && from < to,
        _ => false,
    }
}

/// Returns the quotient that is nearest.
fn div_round(a: i64, b: i64) -> i64 {
    (a + b / 2).div_euclid(b)
}

/// Returns the extra advance of most glyphs, if more than half of them share one (majority vote of
/// Boyer and Moore, "MJRTY", 1981); else the result is any of them.
fn common_extra(glyphs: &[Glyph]) -> i16 {
    let first = glyphs.first().map_or(0, |glyph| glyph.extra);
    if glyphs.iter().fold(0, |uneven, glyph| uneven | (glyph.extra ^ first)) == 0 {
        return first;
    }
    let (mut candidate, mut lead) = (0, 0);
    for glyph in glyphs {
        if lead == 0 {
            candidate = glyph.extra;
        }
        lead += if glyph.extra == candidate { 1 } else { -1 };
    }
    candidate
}

/// Returns what ends a string and shows it, `below` on the next line.
fn shown(below: bool) -> &'static [u8] {
    if below {
        b")'\n"
    } else {
        b")Tj\n"
    }
}

/// Writes a whole number.
pub(crate) fn number(out: &mut Vec<u8>, value: i32) {
    if value < 0 {
        out.push(b'-');
    }
    whole(out, value.unsigned_abs());
}

/// Writes a number given in thousandths, without needless zeros.
pub(crate) fn decimal(out: &mut Vec<u8>, thousandths: i32) {
    if thousandths < 0 {
        out.push(b'-');
    }
    let (whole, mut rest) = (thousandths.unsigned_abs() / 1000, thousandths.unsigned_abs() % 1000);
    if whole > 0 || rest == 0 {
        number(out, whole as i32);
    }
    if rest > 0 {
        out.push(b'.');
        let mut place = 100;
        while rest > 0 {
            out.push(b'0' + (rest / place) as u8);
            rest %= place;
            place /= 10;
        }
    }
}

const BLACK: u8 = 100;
const MILLION: i64 = 1_000_000;

#[cfg(test)]
mod tests;
