//! Electronic copies: PDF/A-2u, of which everything that a batch shares is one common beginning.

use letter::page::Page;
use letter::{Moment, PieceId};
use pdf_writer::Name;
use sha2::{Digest, Sha256};

use crate::content::{Composer, Manner};
use crate::deflate::Scratch;
use crate::error::PressError;
use crate::fonts::Fonts;
use crate::icc;
use crate::layers::Layers;
use crate::packed::PackedObjects;
use crate::parts::{write, write_stream, Parts};
use crate::structure::Structure;
use crate::xmp::{self, hex_string, pdf_date, text_string, CopyPacket};
use crate::xref::XrefRows;

/// What all copies of a batch say of themselves.
#[derive(Clone, Copy, Debug)]
pub struct CopyBatchMeta<'a> {
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
    /// The title that a reader shows.
    pub title: &'a str,
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
    packet: CopyPacket,
    /// The entries of every copy's Info and catalog that are the same.
    info: String,
    catalog: String,
    resources: u32,
}

impl<'a> CopyPress<'a> {
    /// Writes what the copies of a batch share.
    pub fn build(fonts: &'a Fonts, layers: &'a Layers, meta: &CopyBatchMeta<'_>) -> Self {
        let mut own = Parts::new(layers.parts.next());
        let profile = own.packed_stream(&icc::srgb(), |stream| {
            stream.pair(Name(b"N"), 3);
        });
        let resources = own.raw(
            format!(
                "<</Font<<{}>>/XObject<<{}>>>>",
                fonts.resource_entries(),
                layers.resource_entries()
            )
            .as_bytes(),
        );
        let intents = own.raw(
            format!(
                "[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)\
                 /Info(sRGB IEC61966-2.1)/DestOutputProfile {profile} 0 R>>]"
            )
            .as_bytes(),
        );
        let mut shared = HEADER.to_vec();
        let mut rows = XrefRows::new();
        for parts in [&fonts.parts, &layers.parts, &own] {
            parts.starts().iter().for_each(|&start| rows.at((shared.len() + start) as u64));
            shared.extend_from_slice(parts.bytes());
        }
        let info = format!(
            "/Author{}/Creator({})/CreationDate({})/Batch{}",
            text_string(meta.sender_name),
            xmp::CREATOR,
            pdf_date(meta.now),
            text_string(meta.batch)
        );
        let catalog = format!(
            "/Lang{}/MarkInfo<</Marked true>>/ViewerPreferences<</DisplayDocTitle true>>\
             /OutputIntents {intents} 0 R",
            text_string(meta.lang)
        );
        let packet = CopyPacket::new(meta.sender_name, meta.now);
        let hash = Sha256::new_with_prefix(&shared);
        Self { fonts, layers, shared, hash, rows, packet, info, catalog, resources }
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
    /// too many paragraphs for one object stream; `out` then holds a broken rest.
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
        let numbers = Numbers::after(self.rows.next(), pages.len() as u32);
        let start = out.len();
        let at = |out: &Vec<u8>| (self.shared.len() + out.len() - start) as u64;
        let metadata_at = at(out);
        self.write_metadata(numbers.metadata, meta, out);
        let mut structure = Structure::new(&numbers);
        let mut contents_at = Vec::with_capacity(pages.len());
        for (index, page) in pages.iter().enumerate() {
            contents_at.push(at(out));
            let content = numbers.content(index as u32);
            let paragraphs = self.write_content(scratch, page, content, out)?;
            structure.add_page(paragraphs);
        }
        let stream_at = at(out);
        let packed = self.small_objects(&numbers, meta, pages.len() as u32, &structure);
        packed.write(numbers.object_stream, scratch, out);

        let mut rows = self.rows.clone();
        rows.at(metadata_at);
        rows.at(stream_at);
        contents_at.iter().for_each(|&at| rows.at(at));
        for index in 0..numbers.packed_count(&structure)? {
            rows.within(numbers.object_stream, index);
        }
        let mut hash = self.hash.clone();
        hash.update(&out[start..]);
        let id: [u8; 32] = hash.clone().finalize().into();
        let id = hex_string(&id[..16]);
        let trailer =
            format!("/Root {} 0 R/Info {} 0 R/ID[{id}{id}]", numbers.catalog, numbers.info);
        let end = rows.finish(at(out), &trailer, scratch);
        hash.update(&end);
        out.extend_from_slice(&end);
        Ok(hash.finalize().into())
    }

    /// Writes the packet uncompressed, so that it is found without a PDF reader.
    fn write_metadata(&self, number: u32, meta: &CopyMeta<'_>, out: &mut Vec<u8>) {
        let mut packet = Vec::with_capacity(PACKET_LEN_USUAL);
        self.packet.write(meta.title, meta.row_id, &mut packet);
        let len = packet.len();
        write(
            out,
            format_args!("{number} 0 obj\n<</Type/Metadata/Subtype/XML/Length {len}>>\nstream\n"),
        );
        out.extend_from_slice(&packet);
        out.extend_from_slice(b"\nendstream\nendobj\n");
    }

    /// Writes a page's content and returns its number of paragraphs.
    fn write_content(
        &self,
        scratch: &mut Scratch,
        page: &Page,
        number: u32,
        out: &mut Vec<u8>,
    ) -> Result<u32, PressError> {
        scratch.content.clear();
        let layers = self.layers.count();
        let mut composer = Composer::new(self.fonts, layers, Manner::Tagged, &mut scratch.content);
        composer.scale();
        composer.page(page)?;
        let paragraphs = composer.finish();
        scratch.pack_content();
        write_stream(out, number, "", &scratch.packed);
        Ok(paragraphs)
    }

    /// Collects catalog, Info, page tree and structure in the order of [`Numbers`].
    fn small_objects(
        &self,
        numbers: &Numbers,
        meta: &CopyMeta<'_>,
        pages: u32,
        structure: &Structure,
    ) -> PackedObjects {
        let mut packed = PackedObjects::default();
        packed.begin(numbers.catalog);
        write(
            &mut packed.bodies,
            format_args!(
                "<</Type/Catalog/Pages {} 0 R/Metadata {} 0 R/StructTreeRoot {} 0 R{}>>",
                numbers.pages, numbers.metadata, numbers.structure, self.catalog
            ),
        );
        packed.begin(numbers.info);
        write(
            &mut packed.bodies,
            format_args!(
                "<</Title{}{}/RowId{}/PieceId({})>>",
                text_string(meta.title),
                self.info,
                text_string(meta.row_id),
                meta.id
            ),
        );
        packed.begin(numbers.pages);
        write(
            &mut packed.bodies,
            format_args!(
                "<</Type/Pages/Count {pages}/MediaBox[0 0 595.28 841.89]/Resources {} 0 R/Kids[",
                self.resources
            ),
        );
        for index in 0..pages {
            write(&mut packed.bodies, format_args!("{} 0 R ", numbers.page(index)));
        }
        packed.bodies.extend_from_slice(b"]>>");
        for index in 0..pages {
            packed.begin(numbers.page(index));
            write(
                &mut packed.bodies,
                format_args!(
                    "<</Type/Page/Parent {} 0 R/StructParents {index}/Tabs/S/Contents {} 0 R>>",
                    numbers.pages,
                    numbers.content(index)
                ),
            );
        }
        structure.write(&mut packed);
        packed
    }
}

/// The numbers of a copy's own objects: metadata, object stream and contents first, then those that
/// lie in the object stream, in its order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    metadata: u32,
    object_stream: u32,
    first_content: u32,
    catalog: u32,
    info: u32,
    pages: u32,
    first_page: u32,
    /// The structure tree's root, then the document element, then its paragraphs.
    pub(crate) structure: u32,
}

impl Numbers {
    fn after(first: u32, pages: u32) -> Self {
        let catalog = first + 2 + pages;
        Self {
            metadata: first,
            object_stream: first + 1,
            first_content: first + 2,
            catalog,
            info: catalog + 1,
            pages: catalog + 2,
            first_page: catalog + 3,
            structure: catalog + 3 + pages,
        }
    }

    fn content(&self, index: u32) -> u32 {
        self.first_content + index
    }

    /// Returns the number of page `index`, from 0.
    pub(crate) fn page(&self, index: u32) -> u32 {
        self.first_page + index
    }

    /// Returns how many objects lie in the object stream.
    fn packed_count(&self, structure: &Structure) -> Result<u16, PressError> {
        let count = self.structure + structure.object_count() - self.catalog;
        u16::try_from(count).map_err(|_| PressError::TooManyParagraphs(count))
    }
}

/// Pages of one copy: as many as a letter on paper has.
pub const COPY_PAGES_MAX: usize = crate::block::PAGES_PER_LETTER_MAX;
/// The comment's four bytes above 127 are asked for by ISO 19005-2 §6.1.2.
const HEADER: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
const PACKET_LEN_USUAL: usize = 1024;
