//! Glyphs that stand elsewhere in another width: copies of those of a TrueType program, added to it
//! as composites of one part (OpenType 1.9: glyf, loca, hmtx, maxp).

use super::sfnt::{self, push, word};

/// A glyph that is shown elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shifted {
    /// The glyph whose outline it has.
    pub(super) glyph: u16,
    /// How far right of its own place, in font units.
    pub(super) right: i16,
    /// Its advance width.
    pub(super) advance: u16,
}

/// Adds glyphs, and returns the program and the first one's number; `None` if the program has
/// another shape than OpenType says.
pub(super) fn add(program: &[u8], shifted: &[Shifted]) -> Option<(Vec<u8>, u16)> {
    let mut tables = sfnt::read(program)?;
    let mut take = |tag: &[u8; 4]| {
        let table = tables.iter_mut().find(|(found, _)| found == tag)?;
        Some(std::mem::take(&mut table.1))
    };
    let (mut glyf, mut loca, mut hmtx) = (take(b"glyf")?, take(b"loca")?, take(b"hmtx")?);
    let (head, mut hhea, mut maxp) = (take(b"head")?, take(b"hhea")?, take(b"maxp")?);
    let is_long = word(&head, 50)? == 1;
    let count = word(&maxp, 4)?;
    // The new glyphs begin at a whole word of four bytes; blanks before them are the last one's.
    glyf.resize(glyf.len().next_multiple_of(4), 0);
    loca.truncate(loca.len().checked_sub(if is_long { 4 } else { 2 })?);
    push_offset(&mut loca, is_long, glyf.len())?;
    widen_metrics(&mut hmtx, usize::from(word(&hhea, 34)?), usize::from(count))?;
    for &Shifted { glyph, right, advance } in shifted {
        let outline = glyf.get(outline_at(&loca, is_long, glyph)?..)?;
        let mut bounds = [2, 4, 6, 8].map(|at| word(outline, at).unwrap_or(0) as i16);
        bounds[0] = bounds[0].checked_add(right)?;
        bounds[2] = bounds[2].checked_add(right)?;
        push(&mut glyf, &[COMPOSITE]);
        push(&mut glyf, &bounds.map(|bound| bound as u16));
        push(&mut glyf, &[WORDS | OFFSETS, glyph, right as u16, 0]);
        glyf.resize(glyf.len().next_multiple_of(4), 0);
        push_offset(&mut loca, is_long, glyf.len())?;
        push(&mut hmtx, &[advance, bounds[0] as u16]);
    }
    let total = count.checked_add(shifted.len() as u16)?;
    set(&mut maxp, 4, total);
    set(&mut hhea, 34, total);
    // Points, contours: a composite has no more than the greatest glyph. Parts, depth.
    for (at, least) in [(10, word(&maxp, 6)?), (12, word(&maxp, 8)?), (28, 1)] {
        let now = word(&maxp, at)?;
        set(&mut maxp, at, now.max(least));
    }
    let depth = word(&maxp, 30)?;
    set(&mut maxp, 30, depth + 1);
    let mut put = |tag: &[u8; 4], bytes: Vec<u8>| {
        tables
            .iter_mut()
            .filter(|(found, _)| found == tag)
            .for_each(|table| table.1 = bytes.clone());
    };
    put(b"glyf", glyf);
    put(b"loca", loca);
    put(b"hmtx", hmtx);
    put(b"head", head);
    put(b"hhea", hhea);
    put(b"maxp", maxp);
    Some((sfnt::write(&tables), count))
}

/// Notes where an outline ends and the next one starts.
fn push_offset(loca: &mut Vec<u8>, is_long: bool, at: usize) -> Option<()> {
    match is_long {
        true => loca.extend(u32::try_from(at).ok()?.to_be_bytes()),
        false => push(loca, &[u16::try_from(at / 2).ok()?]),
    }
    Some(())
}

/// Gives every glyph an advance of its own; the last ones may share one.
fn widen_metrics(hmtx: &mut Vec<u8>, long: usize, count: usize) -> Option<()> {
    let last = word(hmtx, 4 * long.checked_sub(1)?)?;
    let bearings = hmtx.split_off(4 * long);
    for at in 0..count.checked_sub(long)? {
        push(hmtx, &[last, word(&bearings, 2 * at)?]);
    }
    Some(())
}

/// Returns where a glyph's outline starts; `None` if it has none.
fn outline_at(loca: &[u8], is_long: bool, glyph: u16) -> Option<usize> {
    let offset = |at: usize| match is_long {
        true => Some(usize::from(word(loca, 4 * at)?) << 16 | usize::from(word(loca, 4 * at + 2)?)),
        false => Some(2 * usize::from(word(loca, 2 * at)?)),
    };
    let (start, end) = (offset(glyph.into())?, offset(usize::from(glyph) + 1)?);
    (start < end).then_some(start)
}

fn set(table: &mut [u8], at: usize, value: u16) {
    if let Some(place) = table.get_mut(at..at + 2) {
        place.copy_from_slice(&value.to_be_bytes());
    }
}

/// Instead of a number of contours.
const COMPOSITE: u16 = 0xFFFF;
/// Flags of a part: its place in two words, as an offset.
const WORDS: u16 = 0x0001;
const OFFSETS: u16 = 0x0002;

#[cfg(test)]
mod tests {
    use letter::page::{CharsetEntry, TABULAR};
    use skrifa::instance::{LocationRef, Size};
    use skrifa::{FontRef, GlyphId, MetadataProvider};

    use super::super::outline::points;
    use super::*;

    /// With each of the stock's faces, whole and cut to an odd number of glyphs.
    #[test]
    fn a_shifted_glyph_is_the_same_outline_elsewhere_and_the_others_stay() {
        for name in ["BIZUDPMincho-Regular", "BIZUDPGothic-Bold", "NotoSerifJP-Regular"] {
            let path = format!("{}/../../fonts/{name}.ttf", env!("CARGO_MANIFEST_DIR"));
            let whole = std::fs::read(path).expect("a stock font");
            let font = FontRef::new(&whole).expect("a font");
            let glyphs = ['0', '1', '漢'].map(|c| font.charmap().map(c).expect("drawn").to_u32());
            let [zero, one, kanji] = glyphs.map(|glyph| glyph as u16);
            let mut remapper = subsetter::GlyphRemapper::new();
            let [zero, one, kanji] = [zero, one, kanji].map(|glyph| remapper.remap(glyph));
            let cut = subsetter::subset(&whole, 0, &remapper).expect("cut");
            let wide = [(one, 77, 1500), (zero, -20, 900)];
            let wide = wide.map(|(glyph, right, advance)| Shifted { glyph, right, advance });
            let (program, first) = add(&cut, &wide).expect("added");
            let [before, after] =
                [&cut, &program].map(|bytes| FontRef::new(bytes).expect("a font"));
            for glyph in [zero, one, kanji] {
                assert_eq!(points(&before, glyph), points(&after, glyph), "{name}");
            }
            for (at, shifted) in (first..).zip(wide) {
                let right = f32::from(shifted.right);
                let own = points(&before, shifted.glyph);
                let expected: Vec<_> = own.into_iter().map(|(x, y)| (x + right, y)).collect();
                assert_eq!(points(&after, at), expected, "{name}");
                let metrics = after.glyph_metrics(Size::unscaled(), LocationRef::default());
                let advance = metrics.advance_width(GlyphId::from(at));
                assert_eq!(advance, Some(f32::from(shifted.advance)), "{name}");
            }
        }
    }

    #[test]
    fn what_is_no_font_is_refused() {
        assert!(add(b"OTTO", &[]).is_none());
        assert!(add(&[0; 200], &[]).is_none());
        let entry = CharsetEntry {
            character: '1',
            selector: Some(TABULAR),
            glyph: 1,
            advance: 9,
            shift: 2,
        };
        assert_eq!(entry.text().collect::<String>(), "1");
    }
}
