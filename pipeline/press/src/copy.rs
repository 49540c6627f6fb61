//! Electronic copies: PDF/A-2u and PDF/UA-1, of which everything that a batch shares is one common
//! beginning.

mod first_layer;

use letter::page::{Mark, Page};
use letter::{Moment, PieceId};
use pdf_writer::Name;
use sha2::{Digest, Sha256};

use self::first_layer::{FirstLayer, TAGGED};
use crate::content::Composer;
use crate::deflate::Scratch;
use crate::error::PressError;
use crate::fonts::Fonts;
use crate::icc;
use crate::layers::Layers;
use crate::packed::PackedObjects;
use crate::parts::{write, write_stream, Parts};
use crate::structure::{reference, Places, Tree};
use crate::tagged::{write_page, TAGGED_LAYER};
use crate::xmp::{self, hex_string, pdf_date, text_string};
use crate::xref::XrefRows;

/// What all copies of a batch say of themselves.
#[derive(Clone, Copy, Debug)]
pub struct CopyBatchMeta<'a> {
    /// The title that a reader shows.
    pub title: &'a str,
    /// The sender's name: the document's author.
    pub sender_name: &'a str,
    /// The sender's id of the batch.
    pub batch: &'a str,
    /// The moment of the run; the date of the copies.
    pub now: Moment,
    /// The natural language, `ja-JP`.
    pub lang: &'a str,
}

/// What one copy says of itself.
#[derive(Clone, Copy, Debug)]
pub struct CopyMeta<'a> {
    /// The piece.
    pub id: PieceId,
    /// The sender's own key of the record.
    pub row_id: &'a str,
}

/// What the copies of a batch share; any number of threads make copies from it.
pub struct CopyPress<'a> {
    fonts: &'a Fonts,
    layers: &'a Layers,
    /// Everything before the first object that a copy has for itself.
    shared: Vec<u8>,
    /// The state of SHA-256 after `shared`.
    hash: Sha256,
    /// The rows of the objects in `shared`.
    rows: XrefRows,
    /// The entries of every copy's Info that are the same.
    info: String,
    numbers: SharedNumbers,
    /// Place and number of the first layer's elements that are in the document itself.
    tops: Vec<(u32, u32)>,
}

/// The numbers of shared objects that a copy's own ones name.
#[derive(Clone, Copy, Debug)]
struct SharedNumbers {
    resources: u32,
    catalog: u32,
    /// The attributes of heads: of columns, of rows.
    scopes: [u32; 2],
    /// The array that leads from the first layer's marked content to its elements.
    parents: u32,
}

impl<'a> CopyPress<'a> {
    /// Writes what the copies of a batch share.
    pub fn build(fonts: &'a Fonts, layers: &'a Layers, meta: &CopyBatchMeta<'_>) -> Self {
        let mut own = Parts::new(layers.parts.next());
        let profile = own.packed_stream(&icc::srgb(), |stream| {
            stream.pair(Name(b"N"), 3);
        });
        let intents = own.raw(
            format!(
                "[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)\
                 /Info(sRGB IEC61966-2.1)/DestOutputProfile {profile} 0 R>>]"
            )
            .as_bytes(),
        );
        // Uncompressed, so that it is found without a PDF reader.
        let packet = xmp::copy_packet(meta.title, meta.sender_name, meta.now);
        let metadata = own.raw(
            format!(
                "<</Type/Metadata/Subtype/XML/Length {}>>\nstream\n{packet}\nendstream",
                packet.len()
            )
            .as_bytes(),
        );
        let scopes = ["Column", "Row"]
            .map(|scope| own.raw(format!("<</O/Table/Scope/{scope}>>").as_bytes()));
        let first_layer = FirstLayer::write(&mut own, fonts, layers, meta.sender_name);
        let resources = own.raw(
            format!(
                "<</Font<<{}>>/XObject<<{}{} {} 0 R>>>>",
                fonts.resource_entries(),
                layers.resource_entries(),
                str::from_utf8(TAGGED_LAYER).expect("a name in ASCII"),
                first_layer.form
            )
            .as_bytes(),
        );
        // Elements, the array and the catalog are the last shared objects.
        let first = own.next() + first_layer.tree.len() + 2;
        let (parents, tops) = first_layer.write_elements(&mut own, first, scopes);
        let catalog = own.raw(
            format!(
                "<</Type/Catalog/Pages {} 0 R/Metadata {metadata} 0 R/StructTreeRoot {} 0 R\
                 /Lang{}/MarkInfo<</Marked true>>/ViewerPreferences<</DisplayDocTitle true>>\
                 /OutputIntents {intents} 0 R>>",
                Numbers::pages(first),
                Numbers::structure(first),
                text_string(meta.lang)
            )
            .as_bytes(),
        );
        debug_assert_eq!(own.next(), first);
        let mut shared = HEADER.to_vec();
        let mut rows = XrefRows::new();
        for parts in [&fonts.parts, &layers.parts, &own] {
            parts.starts().iter().for_each(|&start| rows.at((shared.len() + start) as u64));
            shared.extend_from_slice(parts.bytes());
        }
        let info = format!(
            "/Title{}/Author{}/Creator({})/CreationDate({})/Batch{}",
            text_string(meta.title),
            text_string(meta.sender_name),
            xmp::CREATOR,
            pdf_date(meta.now),
            text_string(meta.batch)
        );
        let hash = Sha256::new_with_prefix(&shared);
        let numbers = SharedNumbers { resources, catalog, scopes, parents };
        Self { fonts, layers, shared, hash, rows, info, numbers, tops }
    }

    /// Returns the bytes with which every copy of the batch begins.
    pub fn shared(&self) -> &[u8] {
        &self.shared
    }

    /// Appends the rest of one copy to `out` and returns the SHA-256 of the whole copy, the shared
    /// bytes and this rest.
    ///
    /// # Errors
    /// A glyph that the fonts do not hold, a layer that does not exist, no page or too many, or
    /// too many elements for one object stream; `out` then holds a broken rest.
    pub fn copy(
        &self,
        scratch: &mut Scratch,
        meta: &CopyMeta<'_>,
        pages: &[Page],
        out: &mut Vec<u8>,
    ) -> Result<[u8; 32], PressError> {
        if !(1..=COPY_PAGES_MAX).contains(&pages.len()) {
            return Err(PressError::PageCount { found: pages.len(), max: COPY_PAGES_MAX });
        }
        let tree = Tree::of(pages);
        let numbers = Numbers { first: self.rows.next(), pages: pages.len() as u32 };
        let packed_count = numbers.packed_count(&tree)?;
        let start = out.len();
        let at = |out: &Vec<u8>| (self.shared.len() + out.len() - start) as u64;
        let mut contents_at = Vec::with_capacity(pages.len());
        for (index, page) in (0..).zip(pages) {
            contents_at.push(at(out));
            self.compose(scratch, &tree, index, page)?;
            write_stream(out, numbers.content(index.into()), "", &scratch.packed);
        }
        let stream_at = at(out);
        let packed = self.small_objects(&numbers, meta, pages, &tree);
        packed.write(numbers.first, scratch, out);

        let mut rows = self.rows.clone();
        rows.at(stream_at);
        let before_contents = numbers.content(0) - numbers.first - 1;
        (0..before_contents).for_each(|index| rows.within(numbers.first, index as u16));
        contents_at.iter().for_each(|&at| rows.at(at));
        (before_contents as u16..packed_count).for_each(|index| rows.within(numbers.first, index));
        let mut hash = self.hash.clone();
        hash.update(&out[start..]);
        let id: [u8; 32] = hash.clone().finalize().into();
        let id = hex_string(&id[..16]);
        let trailer = format!(
            "/Root {} 0 R/Info {} 0 R/ID[{id}{id}]",
            self.numbers.catalog,
            Numbers::info(numbers.first)
        );
        let end = rows.finish(at(out), &trailer, scratch);
        hash.update(&end);
        out.extend_from_slice(&end);
        Ok(hash.finalize().into())
    }

    /// Composes a page's content and leaves it compressed in the scratch.
    fn compose(
        &self,
        scratch: &mut Scratch,
        tree: &Tree,
        index: u16,
        page: &Page,
    ) -> Result<(), PressError> {
        scratch.content.clear();
        let layers = self.layers.count();
        let mut composer = Composer::new(self.fonts, (layers, 0), &mut scratch.content);
        composer.scale();
        let tagged = (index == 0).then_some(TAGGED);
        write_page(&mut composer, layers, page, tree.pieces(index), tagged)?;
        composer.finish();
        scratch.pack_content();
        Ok(())
    }

    /// Collects Info, page tree and structure in the order of their numbers.
    fn small_objects(
        &self,
        numbers: &Numbers,
        meta: &CopyMeta<'_>,
        pages: &[Page],
        tree: &Tree,
    ) -> PackedObjects {
        let (first, count) = (numbers.first, pages.len());
        let mut packed = PackedObjects::default();
        packed.begin(Numbers::info(first));
        write(
            &mut packed.bodies,
            format_args!(
                "<<{}/RowId{}/PieceId({})>>",
                self.info,
                text_string(meta.row_id),
                meta.id
            ),
        );
        packed.begin(Numbers::pages(first));
        write(
            &mut packed.bodies,
            format_args!(
                "<</Type/Pages/Count {count}/MediaBox[0 0 595.28 841.89]/Resources {} 0 R/Kids[",
                self.numbers.resources
            ),
        );
        for index in 0..count as u32 {
            reference(&mut packed.bodies, Numbers::page(first, index));
        }
        packed.bodies.extend_from_slice(b"]>>");
        let layer = Mark::Layer(TAGGED);
        let tops: &[(u32, u32)] = if pages[0].marks.contains(&layer) { &self.tops } else { &[] };
        self.write_root(numbers, tree, tops, &mut packed);
        for index in 0..count as u32 {
            packed.begin(Numbers::page(first, index));
            write(
                &mut packed.bodies,
                format_args!(
                    "<</Type/Page/Parent {} 0 R/StructParents {}/Tabs/S/Contents {} 0 R>>",
                    Numbers::pages(first),
                    index + 1,
                    numbers.content(index)
                ),
            );
        }
        let places = Places {
            first: numbers.element(0),
            document: Numbers::document(first),
            first_page: Numbers::page(first, 0),
            form: None,
            scopes: self.numbers.scopes,
            pages,
        };
        tree.write(&places, &mut packed);
        packed
    }

    /// Writes the root of the structure tree and the document's element, in which the first
    /// layer's elements stand among the copy's own.
    fn write_root(
        &self,
        numbers: &Numbers,
        tree: &Tree,
        tops: &[(u32, u32)],
        packed: &mut PackedObjects,
    ) {
        let (root, document) =
            (Numbers::structure(numbers.first), Numbers::document(numbers.first));
        packed.begin(root);
        let out = &mut packed.bodies;
        write(out, format_args!("<</Type/StructTreeRoot/K {document} 0 R/ParentTree<</Nums["));
        if !tops.is_empty() {
            write(out, format_args!("{LAYER_PARENTS} {} 0 R ", self.numbers.parents));
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
}

/// The numbers of a copy's own objects: the object stream, what lies in it from Info to the pages,
/// the contents, and then the elements, which lie in it too. Those that shared objects name do not
/// depend on the number of pages.
#[derive(Clone, Copy, Debug)]
struct Numbers {
    /// The object stream, the first object of a copy's own.
    first: u32,
    pages: u32,
}

impl Numbers {
    fn info(first: u32) -> u32 {
        first + 1
    }

    fn pages(first: u32) -> u32 {
        first + 2
    }

    /// The structure tree's root.
    fn structure(first: u32) -> u32 {
        first + 3
    }

    /// The document's element.
    fn document(first: u32) -> u32 {
        first + 4
    }

    /// Returns the number of page `index`, from 0.
    fn page(first: u32, index: u32) -> u32 {
        first + 5 + index
    }

    fn content(self, index: u32) -> u32 {
        Self::page(self.first, self.pages) + index
    }

    fn element(self, index: u32) -> u32 {
        self.content(self.pages) + index
    }

    /// Returns how many objects lie in the object stream.
    fn packed_count(self, tree: &Tree) -> Result<u16, PressError> {
        let count = self.content(0) - Self::info(self.first) + tree.len();
        u16::try_from(count).map_err(|_| PressError::TooManyParagraphs(count))
    }
}

/// Pages of one copy: as many as a letter on paper has.
pub const COPY_PAGES_MAX: usize = crate::block::PAGES_PER_LETTER_MAX;
/// The key of the first layer among those that lead from content to its elements; page n has n + 1.
const LAYER_PARENTS: u32 = 0;
/// The comment's four bytes above 127 are asked for by ISO 19005-2 §6.1.2.
const HEADER: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
