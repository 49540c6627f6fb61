//! The structure of copies that look alike, written and packed once.

use std::collections::HashMap;
use std::sync::Arc;

use letter::page::{Cell, Mark, Page, Passage, Role};

use super::first_layer::TAGGED;
use super::{CopyPress, Numbers, COPY_PAGES_MAX, LAYER_PARENTS};
use crate::deflate::{Deflater, LIVE_LEVEL};
use crate::error::PressError;
use crate::packed::PackedObjects;
use crate::parts::write;
use crate::structure::{reference, Places, Tree};

/// What a copy's structure says, which is nothing of whom the copy is for.
pub(super) struct Shape {
    pub(super) tree: Tree,
    /// Objects in the stream: root, document, elements.
    pub(super) count: u16,
    /// The object stream, the first of a copy's own objects.
    pub(super) object: Vec<u8>,
}

/// The shapes that a worker has met in the copies of one batch.
///
/// A shape follows from its key, so nothing depends on which were met before.
pub(crate) struct Shapes {
    /// The batch, by what its copies begin with.
    batch: [u8; 32],
    known: HashMap<Box<[u32]>, Arc<Shape>>,
    key: Vec<u32>,
    /// For shapes that serve many copies, and for those that serve one.
    deflaters: [Deflater; 2],
}

impl Default for Shapes {
    fn default() -> Self {
        Self {
            batch: [0; 32],
            known: HashMap::new(),
            key: Vec::new(),
            deflaters: [SHAPE_LEVEL, LIVE_LEVEL].map(Deflater::new),
        }
    }
}

impl Shapes {
    /// Returns the shape of some pages.
    ///
    /// # Errors
    /// No page or too many, or too many elements for one object stream.
    pub(super) fn shape_of(
        &mut self,
        press: &CopyPress<'_>,
        pages: &[Page],
    ) -> Result<Arc<Shape>, PressError> {
        if !(1..=COPY_PAGES_MAX).contains(&pages.len()) {
            return Err(PressError::PageCount { found: pages.len(), max: COPY_PAGES_MAX });
        }
        if self.batch != press.batch {
            self.known.clear();
            self.batch = press.batch;
        }
        let [many, one] = &mut self.deflaters;
        if !write_key(pages, &mut self.key) {
            return Ok(Arc::new(Shape::make(press, pages, one)?));
        }
        if let Some(shape) = self.known.get(&self.key[..]) {
            return Ok(Arc::clone(shape));
        }
        if self.known.len() == SHAPES_MAX {
            self.known.clear();
        }
        let shape = Arc::new(Shape::make(press, pages, many)?);
        self.known.insert(self.key[..].into(), Arc::clone(&shape));
        Ok(shape)
    }
}

impl Shape {
    fn make(
        press: &CopyPress<'_>,
        pages: &[Page],
        deflater: &mut Deflater,
    ) -> Result<Self, PressError> {
        let tree = Tree::of(pages);
        let count = u32::from(BESIDE_ELEMENTS) + tree.len();
        let count = u16::try_from(count).map_err(|_| PressError::TooManyParagraphs(count))?;
        let numbers = Numbers { first: press.prefix.rows.next(), pages: pages.len() as u32 };
        let mut packed = PackedObjects::default();
        let layer = Mark::Layer(TAGGED);
        let tops: &[(u32, u32)] = if pages[0].marks.contains(&layer) { &press.tops } else { &[] };
        write_root(press, numbers, &tree, tops, &mut packed);
        let places = Places {
            first: numbers.element(0),
            document: Numbers::document(numbers.first),
            first_page: Numbers::page(numbers.first, 0),
            form: None,
            scopes: press.numbers.scopes,
            sheet: press.layers.sheet,
            pages,
        };
        tree.write(&places, &mut packed);
        let (mut object, mut bytes) = (Vec::new(), Vec::new());
        packed.write_packed(numbers.first, &mut object, |raw| {
            deflater.zlib(raw, &mut bytes);
            &bytes
        });
        Ok(Self { tree, count, object })
    }
}

/// Writes the root of the structure tree and the document's element, in which the first layer's
/// elements stand among the copy's own.
fn write_root(
    press: &CopyPress<'_>,
    numbers: Numbers,
    tree: &Tree,
    tops: &[(u32, u32)],
    packed: &mut PackedObjects,
) {
    let (root, document) = (Numbers::structure(numbers.first), Numbers::document(numbers.first));
    packed.begin(root);
    let out = &mut packed.bodies;
    write(out, format_args!("<</Type/StructTreeRoot/K {document} 0 R/ParentTree<</Nums["));
    if !tops.is_empty() {
        write(out, format_args!("{LAYER_PARENTS} {} 0 R ", press.numbers.parents));
    }
    for index in 0..numbers.pages {
        write(out, format_args!("{}", index + 1));
        tree.write_parents(index as u16, numbers.element(0), out);
    }
    write(out, format_args!("]>>/ParentTreeNextKey {}>>", numbers.pages + 1));
    packed.begin(document);
    let out = &mut packed.bodies;
    write(out, format_args!("<</S/Document/P {root} 0 R/K["));
    let mut shared = tops.iter().peekable();
    for (place, number) in tree.tops(numbers.element(0)) {
        while let Some((_, number)) = shared.next_if(|(before, _)| *before < place) {
            reference(out, *number);
        }
        reference(out, number);
    }
    shared.for_each(|(_, number)| reference(out, *number));
    out.extend_from_slice(b"]>>");
}

/// Writes all that a shape follows from; returns whether it follows from nothing else. The words
/// and edges of a figure are a letter's own.
fn write_key(pages: &[Page], key: &mut Vec<u32>) -> bool {
    key.clear();
    key.push(u32::from(pages[0].marks.contains(&Mark::Layer(TAGGED))));
    for page in pages {
        key.push(page.passages.len() as u32);
        for &Passage { place, role, start, end } in &page.passages {
            let pair = |first: u16, second: u16| u32::from(first) << 16 | u32::from(second);
            let (kind, ids) = match role {
                Role::Heading(level) => (1, u32::from(level)),
                Role::Paragraph => (2, 0),
                Role::Label(item) => (3, pair(item.list, item.item)),
                Role::ItemText(item) => (4, pair(item.list, item.item)),
                Role::Cell(Cell { table, row, scope, over: [columns, rows] }) => {
                    let over = u32::from(columns) << 8 | u32::from(rows) << 16;
                    ((5 + scope as u32) | over, pair(table, row))
                }
                Role::Figure { .. } => return false,
            };
            key.extend([place, kind << 1 | u32::from(end > start), ids]);
        }
    }
    true
}

/// Root and document come before the elements.
pub(super) const BESIDE_ELEMENTS: u16 = 2;
/// Shapes that a worker keeps, some 2 KB each; a batch of tables has some hundreds.
const SHAPES_MAX: usize = 4_096;
/// A shape is packed once for many copies.
const SHAPE_LEVEL: i32 = 6;
