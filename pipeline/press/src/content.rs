//! A page's marks as a content stream: whole numbers of 1/100 point, strings of two-byte codes.

mod order;

use letter::page::{FaceIndex, Glyph, Len, Mark, Page};
use letter::CustomerBarcode;

use crate::bars;
use crate::error::PressError;
use crate::fonts::{resource_letter, Code, Fonts, NO_CODE};
use crate::parts::whole;
use crate::run::FileForm;

/// How a page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// For paper: marks as they are.
    Print,
    /// For an electronic copy: text tagged as paragraphs, rules as artifacts, no barcode.
    Tagged,
}

/// Writes one content stream and keeps what the stream's graphics state is.
pub(crate) struct Composer<'a> {
    fonts: &'a Fonts,
    /// Layers that exist.
    layers: usize,
    manner: Manner,
    /// How bars are drawn.
    pub(crate) form: FileForm,
    out: &'a mut Vec<u8>,
    open: Open,
    font: Option<(u8, i32)>,
    /// Character spacing in 1/1000 of 1/100 point.
    spacing: i32,
    /// Start of the current text line.
    line: (i32, i32),
    /// Per cent of black.
    tint: u8,
    /// Paragraphs and layers tagged so far.
    tagged: u32,
    last_line: Option<Line>,
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

/// Where the last line of text stood, to see whether the next one belongs to its paragraph.
#[derive(Clone, Copy)]
struct Line {
    face: FaceIndex,
    size: i32,
    y: i32,
}

impl<'a> Composer<'a> {
    /// Starts a stream whose unit is 1/100 point by the surrounding matrix.
    pub(crate) fn new(
        fonts: &'a Fonts,
        layers: usize,
        manner: Manner,
        out: &'a mut Vec<u8>,
    ) -> Self {
        Self {
            fonts,
            layers,
            manner,
            form: FileForm::default(),
            out,
            open: Open::Nothing,
            font: None,
            spacing: 0,
            line: (0, 0),
            tint: BLACK,
            tagged: 0,
            last_line: None,
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
        if self.manner == Manner::Tagged {
            return page.marks.iter().try_for_each(|mark| self.mark(page, mark));
        }
        let mut rest = &page.marks[..];
        while !rest.is_empty() {
            let (stretch, after) = rest.split_at(order::stretch(rest));
            let is_rule = |mark: &&Mark| matches!(mark, Mark::Rule { .. });
            for mark in stretch.iter().filter(is_rule) {
                self.mark(page, mark)?;
            }
            for mark in stretch.iter().filter(|mark| !is_rule(mark)) {
                self.mark(page, mark)?;
            }
            rest = after;
        }
        Ok(())
    }

    fn mark(&mut self, page: &Page, mark: &Mark) -> Result<(), PressError> {
        match *mark {
            Mark::Text { face, size, x, y, start, end } => {
                let glyphs = &page.glyphs[start as usize..end as usize];
                self.text(face, size, (x, y), glyphs)?;
            }
            Mark::Rule { x, y, width, height, tint } => {
                self.rule([x, y, width, height], tint);
            }
            Mark::Barcode { x, y, size, ref barcode } => {
                if self.manner == Manner::Print {
                    self.barcode(x, y, size, barcode);
                }
            }
            Mark::Layer(layer) => self.layer(layer)?,
        }
        Ok(())
    }

    /// Closes what is open and returns the number of tagged paragraphs.
    pub(crate) fn finish(mut self) -> u32 {
        self.close();
        self.tagged
    }

    /// Writes one run of glyphs.
    pub(crate) fn text(
        &mut self,
        face: FaceIndex,
        size: Len,
        (x, y): (Len, Len),
        glyphs: &[Glyph],
    ) -> Result<(), PressError> {
        if glyphs.is_empty() {
            return Ok(());
        }
        let codes = self.fonts.codes(face);
        self.begin_line(face, size, (x, y));
        let common = common_extra(glyphs);
        self.space(i32::from(common) * size.0);
        show(self.out, codes, face, glyphs, common)
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
        codes.for_each(|code| self.out.extend_from_slice(code));
        self.out.extend_from_slice(b")Tj\n");
    }

    /// Gives the stream for operators of another craft, with nothing open.
    pub(crate) fn raw(&mut self) -> &mut Vec<u8> {
        self.close();
        self.shade(BLACK);
        self.out
    }

    fn begin_line(&mut self, face: FaceIndex, size: Len, (x, y): (Len, Len)) {
        let line = Line { face, size: size.0, y: y.0 };
        let same_paragraph = self.last_line.is_some_and(|last| last.continues(line));
        if self.manner == Manner::Tagged && !same_paragraph {
            self.close();
        }
        self.open_text();
        self.last_line = Some(line);
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
        self.out.extend_from_slice(b")Tj\n");
    }

    fn rule(&mut self, rectangle: [Len; 4], tint: u8) {
        if self.open != Open::Rules || self.tint != tint {
            self.close();
            if self.manner == Manner::Tagged {
                self.out.extend_from_slice(b"/Artifact BMC\n");
            }
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
        if self.manner == Manner::Tagged {
            self.begin_paragraph();
        }
        self.out.extend_from_slice(b"/L");
        number(self.out, i32::from(layer));
        self.out.extend_from_slice(b" Do\n");
        if self.manner == Manner::Tagged {
            self.out.extend_from_slice(b"EMC\n");
        }
        Ok(())
    }

    fn begin_paragraph(&mut self) {
        self.out.extend_from_slice(b"/P<</MCID ");
        number(self.out, self.tagged as i32);
        self.out.extend_from_slice(b">>BDC\n");
        self.tagged += 1;
    }

    fn open_text(&mut self) {
        if self.open == Open::Text {
            return;
        }
        self.close();
        if self.manner == Manner::Tagged {
            self.begin_paragraph();
        }
        self.out.extend_from_slice(b"BT\n");
        self.line = (0, 0);
        self.open = Open::Text;
    }

    fn close(&mut self) {
        let end: &[u8] = match (self.open, self.manner) {
            (Open::Nothing, _) => b"",
            (Open::Text, Manner::Print) => b"ET\n",
            (Open::Text, Manner::Tagged) => b"ET\nEMC\n",
            (Open::Rules, Manner::Print) => b"f\n",
            (Open::Rules, Manner::Tagged) => b"f\nEMC\n",
        };
        self.out.extend_from_slice(end);
        self.open = Open::Nothing;
        self.last_line = None;
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

    fn move_to(&mut self, x: i32, y: i32) {
        number(self.out, x - self.line.0);
        self.out.push(b' ');
        number(self.out, y - self.line.1);
        self.out.extend_from_slice(b" Td");
        self.line = (x, y);
    }

    fn space(&mut self, thousandths: i32) {
        if self.spacing != thousandths {
            self.spacing = thousandths;
            self.out.push(b' ');
            decimal(self.out, thousandths);
            self.out.extend_from_slice(b" Tc");
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

impl Line {
    /// Whether `next` goes on with this line's paragraph: the same letters on the same or the next
    /// line.
    fn continues(self, next: Self) -> bool {
        let step = self.y - next.y;
        let same = self.face == next.face && self.size == next.size;
        step == 0 || same && (0..=self.size * LEADING_MAX).contains(&step)
    }
}

/// Returns the extra advance of most glyphs, if more than half of them share one (majority vote of
/// Boyer and Moore, "MJRTY", 1981); else the result is any of them.
fn common_extra(glyphs: &[Glyph]) -> i16 {
    let first = glyphs.first().map_or(0, |glyph| glyph.extra);
    if glyphs.iter().all(|glyph| glyph.extra == first) {
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

/// Writes a string, with kerns where a glyph's extra advance is not the common one.
fn show(
    out: &mut Vec<u8>,
    codes: &[Code],
    face: FaceIndex,
    glyphs: &[Glyph],
    common: i16,
) -> Result<(), PressError> {
    let (last, inner) = glyphs.split_last().expect("a run has a glyph");
    let even = inner.iter().all(|glyph| glyph.extra == common);
    if even {
        out.push(b'(');
        push_codes(out, codes, face, glyphs)?;
        out.extend_from_slice(b")Tj\n");
        return Ok(());
    }
    out.extend_from_slice(b"[(");
    // What stands before a kern, with the glyph that the kern follows.
    for part in inner.split_inclusive(|glyph| glyph.extra != common) {
        push_codes(out, codes, face, part)?;
        let extra = part[part.len() - 1].extra;
        if extra != common {
            out.push(b')');
            number(out, i32::from(common) - i32::from(extra));
            out.push(b'(');
        }
    }
    push_codes(out, codes, face, std::slice::from_ref(last))?;
    out.extend_from_slice(b")]TJ\n");
    Ok(())
}

/// Writes the codes of glyphs.
fn push_codes(
    out: &mut Vec<u8>,
    codes: &[Code],
    face: FaceIndex,
    glyphs: &[Glyph],
) -> Result<(), PressError> {
    let start = out.len();
    out.resize(start + 2 * glyphs.len(), 0);
    let mut all_known = true;
    for (place, glyph) in out[start..].chunks_exact_mut(2).zip(glyphs) {
        let code = codes.get(glyph.char_index as usize).copied().unwrap_or(NO_CODE);
        all_known &= code != NO_CODE;
        place.copy_from_slice(&code);
    }
    if all_known {
        return Ok(());
    }
    let known =
        |glyph: &&Glyph| codes.get(glyph.char_index as usize).is_some_and(|&c| c != NO_CODE);
    let unknown = glyphs.iter().find(|glyph| !known(glyph)).expect("one of them is not known");
    Err(PressError::NotInFonts { face, char_index: unknown.char_index })
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
/// Lines further apart than this many times the size are two paragraphs.
const LEADING_MAX: i32 = 2;
