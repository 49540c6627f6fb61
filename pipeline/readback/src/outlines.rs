//! Which rectangles the glyphs of a small TrueType program are, for fonts whose glyphs are bars or
//! modules and not letters (OpenType 1.9: glyf, loca, head, cmap).

/// The glyphs of a font that paints nothing but rectangles.
#[derive(Debug)]
pub(crate) struct Rectangles {
    /// Of each glyph: left, lower, right and upper edges, in parts of the em.
    glyphs: Vec<Vec<[f32; 4]>>,
    /// The glyphs of the first codes.
    by_code: Vec<u16>,
}

/// The longest program that is looked through: a font of bars has half a thousand bytes, one of
/// runs of modules some thousands; a font of letters of this length is none of rectangles.
pub(crate) const PROGRAM_LEN_MAX: usize = 64 << 10;

impl Rectangles {
    /// Reads a program; `None` if it is not understood, or paints something else.
    pub(crate) fn read(program: &[u8]) -> Option<Self> {
        let tables = Tables(program);
        let head = tables.table(b"head")?;
        let units = f32::from(unsigned(head, 18)?);
        let long_offsets = match unsigned(head, 50)? {
            0 => false,
            1 => true,
            _ => return None,
        };
        let count = unsigned(tables.table(b"maxp")?, 4)?;
        let (loca, glyf) = (tables.table(b"loca")?, tables.table(b"glyf")?);
        let offset = |glyph: usize| match long_offsets {
            true => Some(
                usize::from(unsigned(loca, 4 * glyph)?) << 16
                    | usize::from(unsigned(loca, 4 * glyph + 2)?),
            ),
            false => Some(2 * usize::from(unsigned(loca, 2 * glyph)?)),
        };
        // Glyph 0 stands for what the font has not, and is never shown here.
        let mut glyphs = vec![Vec::new()];
        for glyph in 1..usize::from(count) {
            let outline = glyf.get(offset(glyph)?..offset(glyph + 1)?)?;
            let rects = match outline.is_empty() {
                true => Vec::new(),
                false => rectangles(outline)?,
            };
            glyphs.push(rects.iter().map(|rect| rect.map(|at| f32::from(at) / units)).collect());
        }
        if units == 0.0 || glyphs.iter().all(Vec::is_empty) {
            return None;
        }
        let by_code = tables.table(b"cmap").and_then(by_code).unwrap_or_default();
        Some(Self { glyphs, by_code })
    }

    /// Takes glyphs by the CIDs of codes instead of the program's own table.
    pub(crate) fn with_glyphs(mut self, cid: impl Fn(u16) -> u16) -> Self {
        self.by_code = (0..=u16::MAX).map(cid).collect();
        self
    }

    /// Returns the rectangles of a code: left, lower, right and upper edges in parts of the em.
    pub(crate) fn of_code(&self, code: u16) -> &[[f32; 4]] {
        let glyph = self.by_code.get(usize::from(code)).copied().unwrap_or(0);
        self.glyphs.get(usize::from(glyph)).map_or(&[], Vec::as_slice)
    }
}

/// A font file.
struct Tables<'f>(&'f [u8]);

impl<'f> Tables<'f> {
    fn table(&self, tag: &[u8; 4]) -> Option<&'f [u8]> {
        let count = usize::from(unsigned(self.0, 4)?);
        let mut entries = self.0.get(12..)?.chunks_exact(16).take(count);
        let entry = entries.find(|entry| entry.starts_with(tag))?;
        let long = |at: usize| {
            Some(usize::from(unsigned(entry, at)?) << 16 | usize::from(unsigned(entry, at + 2)?))
        };
        let (start, len) = (long(8)?, long(12)?);
        self.0.get(start..start.checked_add(len)?)
    }
}

/// Reads an outline of one or several upright rectangles, all drawn the same way round, so that
/// none of them is a hole in another.
fn rectangles(outline: &[u8]) -> Option<Vec<[i16; 4]>> {
    let contours = usize::try_from(signed(outline, 0)?).ok()?;
    // Four points each, one after the other.
    for contour in 0..contours {
        if usize::from(unsigned(outline, 10 + 2 * contour)?) != 4 * contour + 3 {
            return None;
        }
    }
    let points = 4 * contours;
    let instructions = 10 + 2 * contours;
    let mut at = instructions + 2 + usize::from(unsigned(outline, instructions)?);
    let mut flags = Vec::with_capacity(points);
    while flags.len() < points {
        let flag = *outline.get(at)?;
        at += 1;
        flags.push(flag);
        if flag & REPEAT != 0 {
            flags.extend(std::iter::repeat_n(flag, usize::from(*outline.get(at)?)));
            at += 1;
        }
    }
    if flags.len() != points || flags.iter().any(|flag| flag & ON_CURVE == 0) {
        return None;
    }
    let mut axis = |short: u8, same: u8| {
        let mut value = 0i16;
        let mut values = Vec::with_capacity(points);
        for flag in &flags {
            let step = match (flag & short != 0, flag & same != 0) {
                (true, positive) => {
                    let step = i16::from(*outline.get(at)?);
                    at += 1;
                    if positive {
                        step
                    } else {
                        -step
                    }
                }
                (false, true) => 0,
                (false, false) => {
                    let step = signed(outline, at)?;
                    at += 2;
                    step
                }
            };
            value = value.checked_add(step)?;
            values.push(value);
        }
        Some(values)
    };
    let xs = axis(SHORT_X, SAME_X)?;
    let ys = axis(SHORT_Y, SAME_Y)?;
    let mut turn = None;
    let mut found = Vec::with_capacity(contours);
    for (xs, ys) in xs.chunks_exact(4).zip(ys.chunks_exact(4)) {
        let upright = xs[0] == xs[1] && ys[1] == ys[2] && xs[2] == xs[3] && ys[3] == ys[0];
        let lying = ys[0] == ys[1] && xs[1] == xs[2] && ys[2] == ys[3] && xs[3] == xs[0];
        let (wide, high) =
            (i32::from(xs[2]) - i32::from(xs[0]), i32::from(ys[2]) - i32::from(ys[0]));
        // Up or down first goes round the other way than right or left first.
        let round = (wide > 0) == (high > 0);
        let clockwise = round == upright;
        if !(upright || lying)
            || wide == 0
            || high == 0
            || *turn.get_or_insert(clockwise) != clockwise
        {
            return None;
        }
        found.push([xs[0].min(xs[2]), ys[0].min(ys[2]), xs[0].max(xs[2]), ys[0].max(ys[2])]);
    }
    Some(found)
}

/// Reads the glyphs of the 256 codes of a symbolic font (ISO 32000-2 §9.6.5.4): by the table for
/// Windows symbols, codes as they are or from U+F000 on, else by that for Macintosh Roman.
fn by_code(cmap: &[u8]) -> Option<Vec<u16>> {
    let records = cmap.get(4..)?.chunks_exact(8).take(usize::from(unsigned(cmap, 2)?));
    let found = |platform, encoding| {
        let is_it = |record: &&[u8]| {
            unsigned(record, 0) == Some(platform) && unsigned(record, 2) == Some(encoding)
        };
        let record = records.clone().find(is_it)?;
        let offset = usize::from(unsigned(record, 4)?) << 16 | usize::from(unsigned(record, 6)?);
        cmap.get(offset..)
    };
    let glyph = |table: &[u8], code: u16| match unsigned(table, 0)? {
        0 => table.get(6 + usize::from(code)).map(|&glyph| u16::from(glyph)),
        4 => segment(table, code),
        6 => {
            let first = unsigned(table, 6)?;
            let at = code.checked_sub(first).filter(|at| Some(*at) < unsigned(table, 8))?;
            unsigned(table, 10 + 2 * usize::from(at))
        }
        _ => None,
    };
    let of = |table: &[u8], base: u16| -> Vec<u16> {
        (0..256).map(|code| glyph(table, base + code).unwrap_or(0)).collect()
    };
    if let Some(table) = found(3, 0) {
        let glyphs = [0xF000, 0].map(|base| of(table, base));
        return glyphs.into_iter().find(|glyphs| glyphs.iter().any(|&glyph| glyph != 0));
    }
    found(1, 0).map(|table| of(table, 0))
}

/// Looks a code up in a table of segments (format 4).
fn segment(table: &[u8], code: u16) -> Option<u16> {
    let doubled = usize::from(unsigned(table, 6)?);
    for at in (0..doubled).step_by(2) {
        if unsigned(table, 14 + at)? < code {
            continue;
        }
        let start = unsigned(table, 16 + doubled + at)?;
        let delta = unsigned(table, 16 + 2 * doubled + at)?;
        let range_at = 16 + 3 * doubled + at;
        let range = usize::from(unsigned(table, range_at)?);
        let offset = code.checked_sub(start)?;
        return match range {
            0 => Some(code.wrapping_add(delta)),
            _ => match unsigned(table, range_at + range + 2 * usize::from(offset))? {
                0 => None,
                glyph => Some(glyph.wrapping_add(delta)),
            },
        };
    }
    None
}

fn unsigned(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn signed(bytes: &[u8], at: usize) -> Option<i16> {
    unsigned(bytes, at).map(|value| value as i16)
}

const ON_CURVE: u8 = 0x01;
const SHORT_X: u8 = 0x02;
const SHORT_Y: u8 = 0x04;
const REPEAT: u8 = 0x08;
const SAME_X: u8 = 0x10;
const SAME_Y: u8 = 0x20;
