//! Reads from a font file which characters it draws: cmap formats 4, 12 and 14, hmtx, and the
//! forms of GSUB `locl`, `vert` and `vrt2`.

use letter::page::{Charset, CharsetEntry, TABULAR, VERTICAL};
use skrifa::charmap::{Charmap, MapVariant};
use skrifa::raw::tables::hmtx::Hmtx;
use skrifa::raw::{ReadError, TableProvider};
use skrifa::{FontRef, GlyphId};

use super::forms::{self, Forms};

/// Returns every character and every base with selector that the face draws, ascending.
pub(super) fn read(font: &FontRef<'_>) -> Result<Charset, ReadError> {
    let hmtx = font.hmtx()?;
    let charmap = Charmap::new(font);
    let local = forms::single(font, b"locl")?;
    let mut entries: Vec<CharsetEntry> = charmap
        .mappings()
        .filter_map(|(code, glyph)| entry(&hmtx, &local, code, None, glyph))
        .filter(|entry| is_plain(entry.character))
        .collect();
    for (code, selector, variant) in charmap.variant_mappings() {
        let glyph = match variant {
            MapVariant::Variant(glyph) => glyph,
            MapVariant::UseDefault => charmap.map(code).unwrap_or_default(),
        };
        let selector = char::from_u32(selector);
        entries.extend(entry(&hmtx, &local, code, selector, glyph));
    }
    let forms = vertical(font)?;
    let upright: Vec<CharsetEntry> = entries
        .iter()
        .filter(|entry| entry.selector.is_none())
        .filter_map(|entry| {
            let &glyph = forms.get(&entry.glyph)?;
            let advance = hmtx.advance(GlyphId::from(glyph))?;
            Some(CharsetEntry { selector: Some(VERTICAL), glyph, advance, ..*entry })
        })
        .collect();
    entries.extend(upright);
    entries.extend(tabular(font, &entries));
    entries.sort_unstable_by_key(|entry| (entry.character, entry.selector));
    entries.dedup_by_key(|entry| (entry.character, entry.selector));
    Ok(Charset { entries, units_per_em: font.head()?.units_per_em() })
}

/// Returns the forms of vertical writing: `vrt2`, which lays Latin on its side, where the font has
/// it, else `vert`.
fn vertical(font: &FontRef<'_>) -> Result<Forms, ReadError> {
    let mut forms = forms::single(font, b"vert")?;
    forms.extend(forms::single(font, b"vrt2")?);
    Ok(forms)
}

fn entry(
    hmtx: &Hmtx<'_>,
    local: &Forms,
    code: u32,
    selector: Option<char>,
    glyph: GlyphId,
) -> Option<CharsetEntry> {
    let character = char::from_u32(code)?;
    let glyph = u16::try_from(glyph.to_u32()).ok().filter(|&glyph| glyph != 0)?;
    let glyph = local.get(&glyph).copied().unwrap_or(glyph);
    let advance = hmtx.advance(GlyphId::from(glyph))?;
    Some(CharsetEntry { character, selector, glyph, advance, shift: 0 })
}

/// Returns the digits that are narrower than a 0, in the middle of its width; none of a font whose
/// outlines are not TrueType's, of which the press cannot shift one.
fn tabular(font: &FontRef<'_>, entries: &[CharsetEntry]) -> Vec<CharsetEntry> {
    let digits = entries.iter().filter(|e| e.character.is_ascii_digit() && e.selector.is_none());
    let zero = digits.clone().find(|entry| entry.character == '0').map_or(0, |zero| zero.advance);
    if font.glyf().is_err() {
        return Vec::new();
    }
    let narrow = digits.filter(|entry| entry.advance < zero);
    narrow
        .map(|entry| {
            let shift = ((zero - entry.advance) / 2) as i16;
            CharsetEntry { selector: Some(TABULAR), advance: zero, shift, ..*entry }
        })
        .collect()
}

/// Returns whether a character can be set by its advance alone: control characters, combining
/// marks, selectors and scripts that need shaping cannot, and their letters are held.
fn is_plain(c: char) -> bool {
    !matches!(c as u32,
        0x00..=0x1f | 0x7f..=0x9f | 0xad
        | 0x0300..=0x036f | 0x0483..=0x0489 | 0x0590..=0x10ff | 0x1100..=0x11ff
        | 0x1700..=0x1cff | 0x1dc0..=0x1dff | 0x200b..=0x200f | 0x2028..=0x202e
        | 0x2060..=0x206f | 0x20d0..=0x20ff | 0x302a..=0x302f | 0x3099..=0x309a
        | 0xfb1d..=0xfdff | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f | 0xfe70..=0xfeff
        | 0xfff0..=0xfffb | 0xe0000..=0xe0fff)
}
