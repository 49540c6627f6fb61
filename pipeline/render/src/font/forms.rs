//! Reads from a font file which glyphs Japanese text has in place of those that cmap names: lookups
//! of single substitution (OpenType specification, GSUB lookup type 1).

use std::collections::BTreeMap;

use skrifa::raw::tables::gsub::{Gsub, SingleSubst, SubstitutionSubtables};
use skrifa::raw::types::Tag;
use skrifa::raw::{ReadError, TableProvider};
use skrifa::FontRef;

/// Glyphs and those in their place.
pub(super) type Forms = BTreeMap<u16, u16>;

/// Returns what a feature puts in place of single glyphs in Japanese text: that of the language
/// system JAN of the script `hani`, or of its default where there is none. Nothing for a font
/// without the feature.
///
/// # Errors
/// The font's GSUB table is broken.
pub(super) fn single(font: &FontRef<'_>, feature: &[u8; 4]) -> Result<Forms, ReadError> {
    let mut forms = Forms::new();
    let Ok(gsub) = font.gsub() else { return Ok(forms) };
    for lookup in lookups(&gsub, Tag::new(feature))? {
        let subtables = gsub.lookup_list()?.lookups().get(usize::from(lookup))?.subtables()?;
        let SubstitutionSubtables::Single(subtables) = subtables else { continue };
        // Of the subtables the first that covers a glyph decides; later lookups see what earlier
        // ones have put.
        let mut step = Forms::new();
        for subtable in subtables.iter() {
            for (from, to) in pairs(&subtable?)? {
                step.entry(from).or_insert(to);
            }
        }
        for to in forms.values_mut() {
            *to = step.get(to).copied().unwrap_or(*to);
        }
        for (from, to) in step {
            forms.entry(from).or_insert(to);
        }
    }
    Ok(forms)
}

/// Returns the feature's lookups, ascending, which is their order.
fn lookups(gsub: &Gsub<'_>, feature: Tag) -> Result<Vec<u16>, ReadError> {
    let scripts = gsub.script_list()?;
    let Some(script) = scripts.select(&[Tag::new(b"hani"), Tag::new(b"kana")]) else {
        return Ok(Vec::new());
    };
    let script = scripts.get(script.index)?.element;
    let language = match script.lang_sys_index_for_tag(Tag::new(b"JAN ")) {
        Some(index) => Some(script.lang_sys(index)?.element),
        None => script.default_lang_sys().transpose()?,
    };
    let features = gsub.feature_list()?;
    let Some(language) = language else { return Ok(Vec::new()) };
    let Some(index) = language.feature_index_for_tag(&features, feature) else {
        return Ok(Vec::new());
    };
    let feature = features.get(index)?.element;
    let mut lookups: Vec<u16> =
        feature.lookup_list_indices().iter().map(|index| index.get()).collect();
    lookups.sort_unstable();
    Ok(lookups)
}

fn pairs(subtable: &SingleSubst<'_>) -> Result<Vec<(u16, u16)>, ReadError> {
    Ok(match subtable {
        SingleSubst::Format1(table) => {
            let delta = table.delta_glyph_id();
            let covered = table.coverage()?;
            let glyphs = covered.iter().filter_map(|glyph| u16::try_from(glyph.to_u32()).ok());
            glyphs.map(|glyph| (glyph, glyph.wrapping_add_signed(delta))).collect()
        }
        SingleSubst::Format2(table) => {
            let covered = table.coverage()?;
            let glyphs = covered.iter().filter_map(|glyph| u16::try_from(glyph.to_u32()).ok());
            let others = table.substitute_glyph_ids().iter().map(|glyph| glyph.get().to_u16());
            glyphs.zip(others).collect()
        }
        // Glyphs beyond 65,535, which a charset does not hold.
        SingleSubst::Format3(_) | SingleSubst::Format4(_) => Vec::new(),
    })
}
