//! A template's static layers and parts as Form XObjects, written once and painted on many pages.

use letter::page::{Mark, Page, Picture, SheetSize, A4};
use sha2::{Digest, Sha256};

use crate::content::Composer;
use crate::error::PressError;
use crate::fonts::Fonts;
use crate::parts::Parts;
use crate::pictures::{resource_entries, write_picture};
use crate::ready::{Link, ReadyShared};
use crate::stationery;

/// What is the same in every letter of a batch, before it becomes PDF objects.
#[derive(Clone, Copy, Debug)]
pub struct Statics<'a> {
    /// The size of every page.
    pub sheet: SheetSize,
    /// The static layers.
    pub layers: &'a [Page],
    /// The static parts of the running text.
    pub parts: &'a [Page],
    /// A PDF from a design program with pages of the sheet's size. Page n lies under layer n; if it
    /// has more pages than there are layers, layers are added.
    pub stationery: Option<&'a [u8]>,
    /// The pictures that layers name.
    pub pictures: &'a [Picture],
}

/// The static layers of a batch as PDF objects.
#[derive(Clone, Debug)]
pub struct Layers {
    /// The size of every page.
    pub(crate) sheet: SheetSize,
    /// Objects after those of the fonts.
    pub(crate) parts: Parts,
    /// The form of each layer.
    forms: Vec<u32>,
    /// The form of each static part.
    part_forms: Vec<u32>,
    /// What stands on the first layer, for copies, which tag it.
    pub(crate) first: Page,
    /// The form of the stationery under the first layer.
    pub(crate) under_first: Option<u32>,
    /// The number of the first object that ready letters share; without them, nobody's.
    pub(crate) ready_first: u32,
    /// The pictures that layers name.
    pub(crate) pictures: Vec<u32>,
}

impl Layers {
    /// Writes each layer and each static part of A4 letters without pictures, as
    /// [`Layers::from_statics`] does.
    ///
    /// # Errors
    /// As [`Layers::from_statics`].
    pub fn build(
        fonts: &Fonts,
        layers: &[Page],
        static_parts: &[Page],
        stationery: Option<&[u8]>,
    ) -> Result<Self, PressError> {
        let (sheet, parts, pictures) = (A4, static_parts, &[][..]);
        Self::from_statics(fonts, &Statics { sheet, layers, parts, stationery, pictures })
    }

    /// Writes each layer and each static part as a Form XObject, and the pictures that layers name;
    /// all their glyphs must be in the fonts.
    ///
    /// # Errors
    /// A glyph that the fonts do not hold, a layer or part with more than text and rules in it, a
    /// layer that names a picture which does not exist, or stationery that cannot be taken over.
    pub fn from_statics(fonts: &Fonts, statics: &Statics<'_>) -> Result<Self, PressError> {
        let Statics { sheet, layers, parts: static_parts, stationery, pictures } = *statics;
        let mut parts = Parts::new(fonts.parts.next());
        let pictures: Vec<u32> =
            pictures.iter().map(|picture| write_picture(&mut parts, picture)).collect();
        let under = match stationery {
            Some(pdf) => stationery::import(&mut parts, pdf, sheet)?,
            None => Vec::new(),
        };
        let empty = Page::default();
        let mut forms = Vec::new();
        for index in 0..layers.len().max(under.len()) {
            let layer = layers.get(index).unwrap_or(&empty);
            let content =
                static_content(fonts, index, layer, under.get(index).is_some(), pictures.len())?;
            let shown = (sheet, under.get(index), &pictures[..]);
            forms.push(write_form(&mut parts, fonts, &content, shown));
        }
        let mut part_forms = Vec::new();
        for (index, part) in static_parts.iter().enumerate() {
            let content = static_content(fonts, index, part, false, 0)?;
            part_forms.push(write_form(&mut parts, fonts, &content, (sheet, None, &[])));
        }
        let first = layers.first().cloned().unwrap_or_default();
        let (under_first, ready_first) = (under.first().copied(), 0);
        Ok(Self { sheet, parts, forms, part_forms, first, under_first, ready_first, pictures })
    }

    /// Adds what the ready letters of a print file share.
    pub fn with_ready(mut self, shared: &ReadyShared) -> Self {
        let first = self.parts.next();
        let mut body = Vec::new();
        for object in &shared.objects {
            body.clear();
            object.write(&mut body, |link| match link {
                Link::Shared(index) => first + index,
                Link::Own(_) => unreachable!("what is shared reaches nobody's own"),
            });
            self.parts.raw(&body);
        }
        self.ready_first = first;
        self
    }

    /// Returns the number of layers.
    pub fn count(&self) -> usize {
        self.forms.len()
    }

    /// Returns the numbers of layers and of static parts.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.forms.len(), self.part_forms.len())
    }

    /// Returns the entries of an XObject resource dictionary, `/L0 12 0 R/L1 13 0 R/P0 14 0 R`.
    pub(crate) fn resource_entries(&self) -> String {
        let entries = |letter: char, forms: &[u32]| -> String {
            let forms = forms.iter().enumerate();
            forms.map(|(index, form)| format!("/{letter}{index} {form} 0 R")).collect()
        };
        entries('L', &self.forms) + &entries('P', &self.part_forms)
    }
}

fn static_content(
    fonts: &Fonts,
    index: usize,
    layer: &Page,
    on_stationery: bool,
    pictures: usize,
) -> Result<Vec<u8>, PressError> {
    let is_static = |mark: &Mark| match mark {
        Mark::Text { .. } | Mark::Rule { .. } => true,
        Mark::Picture { picture, .. } => usize::from(*picture) < pictures,
        Mark::Barcode { .. } | Mark::Layer(_) | Mark::Part { .. } => false,
    };
    if !layer.marks.iter().all(is_static) {
        return Err(PressError::LayerNotStatic(index));
    }
    let mut content = Vec::new();
    if on_stationery {
        content.extend_from_slice(b"/S Do\n");
    }
    let mut composer = Composer::new(fonts, (0, 0), &mut content);
    composer.page(layer)?;
    composer.finish();
    Ok(content)
}

/// Writes a form in units of 1/100 point, the unit of the pages that paint it.
fn write_form(parts: &mut Parts, fonts: &Fonts, content: &[u8], shown: Shown<'_>) -> u32 {
    let entries = form_entries(fonts, shown) + &reuse_hints([&fonts.parts, parts], content);
    parts.raw_stream(content, &entries)
}

/// Tells a raster processor that the form comes again throughout the file, and how to know it
/// (ISO 16612-2 §6.7): its name follows from what it paints, with the fonts and the stationery.
fn reuse_hints(before: [&Parts; 2], content: &[u8]) -> String {
    let mut digest = Sha256::new();
    before.iter().for_each(|parts| digest.update(parts.bytes()));
    digest.update(content);
    let name: String = digest.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("/GTS_Scope/File/GTS_XID(urn:x-sha256:{name})")
}

/// The size of a form's page, the form of the stationery under it, and the pictures on it.
type Shown<'a> = (SheetSize, Option<&'a u32>, &'a [u32]);

/// Returns the dictionary entries of a layer's form, `/S` the form of the stationery under it.
pub(crate) fn form_entries(fonts: &Fonts, (sheet, under, pictures): Shown<'_>) -> String {
    let under = under.map(|form| format!("/S {form} 0 R")).unwrap_or_default();
    let objects = under + &resource_entries(pictures);
    let objects = match objects.is_empty() {
        true => objects,
        false => format!("/XObject<<{objects}>>"),
    };
    format!(
        "/Type/XObject/Subtype/Form/BBox[{} {} {} {}]/Resources<</Font<<{}>>{objects}>>",
        -sheet.width.0,
        -sheet.height.0,
        sheet.width.0,
        sheet.height.0,
        fonts.resource_entries()
    )
}
