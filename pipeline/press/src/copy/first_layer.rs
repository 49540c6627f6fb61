//! The layer under first pages as copies have it: its text is tagged, once for a batch.

use letter::page::{Mark, Page, Passage, Role, SheetSize};

use super::{Numbers, LAYER_PARENTS};
use crate::content::Composer;
use crate::fonts::Fonts;
use crate::layers::{form_entries, Layers};
use crate::parts::Parts;
use crate::structure::{Places, Tree};
use crate::tagged::write_page;

/// The form, whose elements follow once it is known what they name.
pub(super) struct FirstLayer {
    page: [Page; 1],
    sheet: SheetSize,
    pub(super) form: u32,
    pub(super) tree: Tree,
}

impl FirstLayer {
    /// Writes the form.
    pub(super) fn write(
        own: &mut Parts,
        fonts: &Fonts,
        layers: &Layers,
        sender_name: &str,
    ) -> Self {
        let mut page = layers.first.clone();
        if layers.under_first.is_some() {
            note_stationery(&mut page, sender_name);
        }
        let page = [page];
        let tree = Tree::of(&page);
        let mut content = Vec::new();
        let mut composer = Composer::new(fonts, (0, 0), &mut content);
        let mut pieces = tree.pieces(0);
        if layers.under_first.is_some() {
            pieces.next();
            composer.raw().extend_from_slice(b"/Figure<</MCID 0>>BDC\n/S Do\nEMC\n");
        }
        write_page(&mut composer, 0, &page[0], pieces, None)
            .expect("the layer was composed for print before");
        composer.finish();
        let mut entries =
            form_entries(fonts, (layers.sheet, layers.under_first.as_ref(), &layers.pictures));
        entries += &format!("/StructParents {LAYER_PARENTS}");
        let form = own.raw_stream(&content, &entries);
        Self { page, sheet: layers.sheet, form, tree }
    }

    /// Writes the elements and what leads to them; `first` is a copy's own first object. Returns
    /// the number of the latter, and place and number of the elements in the document itself.
    pub(super) fn write_elements(
        &self,
        own: &mut Parts,
        first: u32,
        scopes: [u32; 2],
    ) -> (u32, Vec<(u32, u32)>) {
        let first_element = own.next();
        let places = Places {
            first: first_element,
            document: Numbers::document(first),
            first_page: Numbers::page(first, 0),
            form: Some(self.form),
            scopes,
            sheet: self.sheet,
            pages: &self.page,
        };
        for at in 0..self.tree.len() {
            let mut body = Vec::new();
            self.tree.write_element(at as usize, &places, &mut body);
            own.raw(&body);
        }
        let mut parents = Vec::new();
        self.tree.write_parents(0, first_element, &mut parents);
        (own.raw(&parents), self.tree.tops(first_element).collect())
    }
}

/// Notes stationery as one figure, the first of all that is read: nobody knows which of its text
/// the letter lacks.
fn note_stationery(page: &mut Page, sender_name: &str) {
    let first_word = page.alternatives.len() as u32;
    page.alternatives.push_str(sender_name);
    page.alternatives.push_str(STATIONERY);
    let role = Role::Figure { start: first_word, end: page.alternatives.len() as u32 };
    let start = page.marks.len() as u32;
    page.marks.push(Mark::Layer(TAGGED));
    page.passages.push(Passage { place: 0, role, start, end: start + 1 });
    debug_assert!(page.passages.iter().rev().skip(1).all(|passage| passage.place > 0));
}

/// The layer under first pages.
pub(super) const TAGGED: u16 = 0;
/// What is read after the sender's name where its paper is seen.
const STATIONERY: &str = "の用紙";
