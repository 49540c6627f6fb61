//! A page's marks as the content of a copy: what is read is tagged, in reading order; all else is
//! an artifact (ISO 14289-1 §7.1).

use letter::page::{Mark, Page, Passage};

use crate::content::{decimal, number, Composer};
use crate::error::PressError;
use crate::pictures;
use crate::structure::{tag_name, Piece};

/// Writes the marks of a page into a stream whose unit is 1/100 point: what belongs to no passage
/// first, so that grounds lie under text, then passage by passage.
///
/// `tagged_layer` is the layer that holds tagged content itself, where it may be painted.
///
/// # Errors
/// A glyph that the fonts do not hold, or a layer that does not exist.
pub(crate) fn write_page<'p>(
    composer: &mut Composer<'_>,
    layers: usize,
    page: &Page,
    pieces: impl Iterator<Item = &'p Piece>,
    tagged_layer: Option<u16>,
) -> Result<(), PressError> {
    write_layers(composer, layers, page, tagged_layer)?;
    write_artifacts(composer, page)?;
    for piece in pieces {
        let passage = &page.passages[piece.passage as usize];
        let Some(content) = piece.content else { continue };
        let marks = &page.marks[passage.start as usize..passage.end as usize];
        let is_text = marks.iter().all(|mark| matches!(mark, Mark::Text { .. }));
        // Marked content lies within a text object, or has whole ones in it.
        let out = if is_text { composer.in_text() } else { composer.raw() };
        out.push(b'/');
        out.extend_from_slice(tag_name(passage.role).as_bytes());
        out.extend_from_slice(b"<</MCID ");
        number(out, content as i32);
        out.extend_from_slice(b">>BDC\n");
        write_rules(composer, marks.iter());
        write_pictures(composer, marks.iter());
        write_texts(composer, page, marks.iter())?;
        let out = if is_text { composer.in_text() } else { composer.raw() };
        out.extend_from_slice(b"EMC\n");
    }
    Ok(())
}

/// Paints the layers; one that is seen again and again is a page's furniture, an artifact.
fn write_layers(
    composer: &mut Composer<'_>,
    layers: usize,
    page: &Page,
    mut tagged_layer: Option<u16>,
) -> Result<(), PressError> {
    for mark in outside(page) {
        let Mark::Layer(layer) = *mark else { continue };
        if usize::from(layer) >= layers {
            return Err(PressError::NoSuchLayer(layer));
        }
        let out = composer.raw();
        if tagged_layer == Some(layer) {
            // Its marked content is an element's once, so it is painted once.
            tagged_layer = None;
            out.extend_from_slice(TAGGED_LAYER);
            out.extend_from_slice(b" Do\n");
            continue;
        }
        out.extend_from_slice(b"/Artifact BMC\n/L");
        number(out, i32::from(layer));
        out.extend_from_slice(b" Do\nEMC\n");
    }
    Ok(())
}

fn write_artifacts(composer: &mut Composer<'_>, page: &Page) -> Result<(), PressError> {
    let is_drawn =
        |mark: &&Mark| matches!(mark, Mark::Text { .. } | Mark::Rule { .. } | Mark::Picture { .. });
    if outside(page).any(|mark| is_drawn(&mark)) {
        composer.raw().extend_from_slice(b"/Artifact BMC\n");
        write_rules(composer, outside(page));
        write_pictures(composer, outside(page));
        write_texts(composer, page, outside(page))?;
        composer.raw().extend_from_slice(b"EMC\n");
    }
    Ok(())
}

/// Returns the marks that no passage holds; passages stand in the order of their marks.
fn outside(page: &Page) -> impl Iterator<Item = &Mark> {
    let ends = page.passages.iter().map(|&Passage { start, end, .. }| (start, end));
    let mut from = 0;
    ends.chain([(page.marks.len() as u32, 0)]).flat_map(move |(start, end)| {
        let between = &page.marks[from as usize..start.max(from) as usize];
        from = from.max(end);
        between
    })
}

fn write_texts<'p>(
    composer: &mut Composer<'_>,
    page: &Page,
    marks: impl Iterator<Item = &'p Mark>,
) -> Result<(), PressError> {
    for mark in marks {
        if let Mark::Text { face, size, x, y, start, end } = *mark {
            let glyphs = &page.glyphs[start as usize..end as usize];
            composer.text((face, size), (x, y), glyphs, false)?;
        }
    }
    Ok(())
}

fn write_pictures<'p>(composer: &mut Composer<'_>, marks: impl Iterator<Item = &'p Mark>) {
    for mark in marks.filter(|mark| matches!(mark, Mark::Picture { .. })) {
        pictures::paint(composer.raw(), mark);
    }
}

fn write_rules<'p>(composer: &mut Composer<'_>, marks: impl Iterator<Item = &'p Mark>) {
    let mut shade = None;
    for mark in marks {
        let Mark::Rule { x, y, width, height, tint } = *mark else { continue };
        let out = composer.raw();
        if shade != Some(tint) {
            if shade.is_some() {
                out.extend_from_slice(b"f\n");
            }
            write_shade(out, tint);
            shade = Some(tint);
        }
        for length in [x, y, width, height] {
            number(out, length.0);
            out.push(b' ');
        }
        out.extend_from_slice(b"re\n");
    }
    if let Some(tint) = shade {
        let out = composer.raw();
        out.extend_from_slice(b"f\n");
        if tint != BLACK {
            write_shade(out, BLACK);
        }
    }
}

fn write_shade(out: &mut Vec<u8>, tint: u8) {
    decimal(out, 10 * i32::from(BLACK - tint.min(BLACK)));
    out.extend_from_slice(b" g\n");
}

/// The resource name of the layer that holds tagged content.
pub(crate) const TAGGED_LAYER: &[u8] = b"/T0";
/// Per cent; what the composer takes for granted.
const BLACK: u8 = 100;
