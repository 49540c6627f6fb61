//! Electronic copies: PDF/A-2u and PDF/UA-1, of which everything that a batch shares is one common
//! beginning.

mod first_layer;
mod lesson;
pub(crate) mod prefix;
mod shape;

use letter::page::Page;
use letter::{Moment, PieceId};
use pdf_writer::Name;

use self::first_layer::{FirstLayer, TAGGED};
use self::prefix::{Prefix, Roots};
use crate::content::Composer;
use crate::deflate::Scratch;
use crate::error::PressError;
use crate::fonts::Fonts;
use crate::icc;
use crate::layers::Layers;
use crate::parts::{sheet_box, whole, write, write_stream, Parts};
use crate::structure::{reference, Tree};
use crate::tagged::{write_page, TAGGED_LAYER};
use crate::xmp::{self, pdf_date, text_string};

pub use lesson::{CopyCodes, CopyLesson};
pub(crate) use shape::Shapes;

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

/// A copy that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeCopy {
    /// SHA-256 of the whole copy, the shared bytes and the rest.
    pub digest: [u8; 32],
    /// With how many bytes the rest begins that other copies of the batch begin with as well: the
    /// structure of all that look like this one. They need to be kept but once.
    pub alike: usize,
}

/// What the copies of a batch share; any number of threads make copies from it.
pub struct CopyPress<'a> {
    fonts: &'a Fonts,
    layers: &'a Layers,
    prefix: Prefix,
    /// SHA-256 of the prefix, by which the batch is known.
    batch: [u8; 32],
    /// The entries of every copy's Info that are the same.
    info: String,
    numbers: SharedNumbers,
    /// How a copy's own streams are packed; without them each has a code of its own.
    codes: CopyCodes,
    /// Place and number of the first layer's elements that are in the document itself.
    tops: Vec<(u32, u32)>,
    /// The size of every page.
    media_box: String,
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
        let info = write_info(&mut own, meta);
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
        let prefix = Prefix::of(&[&fonts.parts, &layers.parts, &own]);
        let batch = prefix.digest();
        let numbers = SharedNumbers { resources, catalog, scopes, parents };
        let codes = CopyCodes::default();
        let media_box = sheet_box(layers.sheet);
        Self { fonts, layers, prefix, batch, info, numbers, codes, tops, media_box }
    }

    /// Takes the codes in which the copies' own streams are packed from now on.
    pub fn with_codes(self, codes: CopyCodes) -> Self {
        Self { codes, ..self }
    }

    /// Returns the bytes with which every copy of the batch begins.
    pub fn shared(&self) -> &[u8] {
        &self.prefix.bytes
    }

    /// Appends the rest of one copy to `out`, what comes after the shared bytes.
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
    ) -> Result<MadeCopy, PressError> {
        let numbers = Numbers { first: self.prefix.rows.next(), pages: pages.len() as u32 };
        let shape = scratch.shapes.shape_of(self, pages)?;
        let start = out.len();
        let at = |out: &Vec<u8>| self.prefix.end(&out[start..]);
        out.extend_from_slice(&shape.object);
        let mut contents_at = Vec::with_capacity(pages.len());
        for (index, page) in (0..).zip(pages) {
            self.compose(scratch, &shape.tree, index, page)?;
            contents_at.push(at(out));
            scratch.pack_content(self.codes.content(index));
            write_stream(out, numbers.content(index.into()), "", &scratch.packed);
        }
        let info_at = at(out);
        self.write_info(numbers, meta, out);
        let pages_at = at(out);
        self.write_page_tree(numbers, out);
        let mut page_at = Vec::with_capacity(pages.len());
        for index in 0..numbers.pages {
            page_at.push(at(out));
            write_page_object(numbers, index, out);
        }

        let mut rows = self.prefix.rows.clone();
        [self.prefix.end(&[]), info_at, pages_at].iter().for_each(|&at| rows.at(at));
        (0..shape::BESIDE_ELEMENTS).for_each(|index| rows.within(numbers.first, index));
        page_at.iter().chain(&contents_at).for_each(|&at| rows.at(at));
        (shape::BESIDE_ELEMENTS..shape.count).for_each(|index| rows.within(numbers.first, index));
        let info = Numbers::info(numbers.first);
        let roots = Roots { catalog: self.numbers.catalog, info };
        let digest = self.prefix.seal(rows, roots, self.codes.rows(), scratch, (out, start));
        Ok(MadeCopy { digest, alike: shape.object.len() })
    }

    /// Composes a page's content and leaves it in the scratch.
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
        Ok(())
    }

    /// Writes Info: what the batch says, by reference, and whose row it was.
    fn write_info(&self, numbers: Numbers, meta: &CopyMeta<'_>, out: &mut Vec<u8>) {
        begin_object(out, Numbers::info(numbers.first));
        out.extend_from_slice(self.info.as_bytes());
        out.extend_from_slice(b"/RowId");
        out.extend_from_slice(text_string(meta.row_id).as_bytes());
        write(out, format_args!("/PieceId({})", meta.id));
        end_object(out);
    }

    fn write_page_tree(&self, numbers: Numbers, out: &mut Vec<u8>) {
        begin_object(out, Numbers::pages(numbers.first));
        out.extend_from_slice(b"/Type/Pages/Count ");
        whole(out, numbers.pages);
        out.extend_from_slice(b"/MediaBox");
        out.extend_from_slice(self.media_box.as_bytes());
        out.extend_from_slice(b"/Resources ");
        whole(out, self.numbers.resources);
        out.extend_from_slice(b" 0 R/Kids[");
        for index in 0..numbers.pages {
            reference(out, Numbers::page(numbers.first, index));
        }
        out.push(b']');
        end_object(out);
    }
}

fn write_page_object(numbers: Numbers, index: u32, out: &mut Vec<u8>) {
    begin_object(out, Numbers::page(numbers.first, index));
    out.extend_from_slice(b"/Type/Page/Parent ");
    reference(out, Numbers::pages(numbers.first));
    out.extend_from_slice(b"/StructParents ");
    whole(out, index + 1);
    out.extend_from_slice(b"/Tabs/S/Contents ");
    reference(out, numbers.content(index));
    end_object(out);
}

/// Writes the strings of Info that are the batch's, and returns the entries that name them.
fn write_info(own: &mut Parts, meta: &CopyBatchMeta<'_>) -> String {
    let entries = [
        ("Title", text_string(meta.title)),
        ("Author", text_string(meta.sender_name)),
        ("Creator", format!("({})", xmp::CREATOR)),
        ("CreationDate", format!("({})", pdf_date(meta.now))),
        ("Batch", text_string(meta.batch)),
    ];
    entries.map(|(key, text)| format!("/{key} {} 0 R", own.raw(text.as_bytes()))).concat()
}

/// Starts an object that is a dictionary.
fn begin_object(out: &mut Vec<u8>, number: u32) {
    whole(out, number);
    out.extend_from_slice(b" 0 obj\n<<");
}

fn end_object(out: &mut Vec<u8>) {
    out.extend_from_slice(b">>\nendobj\n");
}

/// The numbers of a copy's own objects: the object stream, Info, the page tree, root and document
/// of the structure, which lie in the stream, pages, contents, and then the elements, which lie in
/// it too. Those that shared objects name do not depend on the number of pages.
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
}

/// Pages of one copy: as many as a letter on paper has.
pub const COPY_PAGES_MAX: usize = crate::block::PAGES_PER_LETTER_MAX;
/// The key of the first layer among those that lead from content to its elements; page n has n + 1.
const LAYER_PARENTS: u32 = 0;
