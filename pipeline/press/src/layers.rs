//! A template's static layers as Form XObjects, written once and painted on every page.

use letter::page::{Mark, Page, A4};

use crate::content::{Composer, Manner};
use crate::error::PressError;
use crate::fonts::Fonts;
use crate::parts::Parts;

/// The static layers of a batch as PDF objects.
#[derive(Clone, Debug)]
pub struct Layers {
    /// Objects after those of the fonts.
    pub(crate) parts: Parts,
    /// The form of each layer.
    forms: Vec<u32>,
}

impl Layers {
    /// Writes each layer as a Form XObject; all their glyphs must be in the fonts.
    ///
    /// Page n of `stationery`, a PDF from a design program, lies under layer n; if it has more pages
    /// than there are layers, layers are added.
    ///
    /// # Errors
    /// A glyph that the fonts do not hold, a layer with a barcode or another layer in it, or
    /// stationery that cannot be taken over.
    pub fn build(
        fonts: &Fonts,
        layers: &[Page],
        stationery: Option<&[u8]>,
    ) -> Result<Self, PressError> {
        let mut parts = Parts::new(fonts.parts.next());
        let _ = stationery;
        let mut forms = Vec::new();
        for (index, layer) in layers.iter().enumerate() {
            let content = static_content(fonts, index, layer)?;
            forms.push(write_form(&mut parts, fonts, &content));
        }
        Ok(Self { parts, forms })
    }

    /// Returns the number of layers.
    pub fn count(&self) -> usize {
        self.forms.len()
    }

    /// Returns the entries of an XObject resource dictionary, `/L0 12 0 R/L1 13 0 R`.
    pub(crate) fn resource_entries(&self) -> String {
        let forms = self.forms.iter().enumerate();
        forms.map(|(index, form)| format!("/L{index} {form} 0 R")).collect()
    }
}

fn static_content(fonts: &Fonts, index: usize, layer: &Page) -> Result<Vec<u8>, PressError> {
    let is_static = |mark: &Mark| matches!(mark, Mark::Text { .. } | Mark::Rule { .. });
    if !layer.marks.iter().all(is_static) {
        return Err(PressError::LayerNotStatic(index));
    }
    let mut content = Vec::new();
    let mut composer = Composer::new(fonts, 0, Manner::Print, &mut content);
    composer.page(layer)?;
    composer.finish();
    Ok(content)
}

/// Writes a form in units of 1/100 point, the unit of the pages that paint it.
fn write_form(parts: &mut Parts, fonts: &Fonts, content: &[u8]) -> u32 {
    let entries = format!(
        "/Type/XObject/Subtype/Form/BBox[0 0 {} {}]/Resources<</Font<<{}>>>>",
        A4.0 .0,
        A4.1 .0,
        fonts.resource_entries()
    );
    parts.raw_stream(content, &entries)
}
