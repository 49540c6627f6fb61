//! Electronic copies of ready letters: PDF/A-2b, the sender's pages with what the house adds.
//!
//! A copy has for itself all that its pages reach, so that nobody's copy holds a part of another's
//! letter; what the batch shares at the front is the house's own.

use letter::page::Page;
use pdf_writer::Name;

use super::loose::Link;
use super::{ReadyLetter, ReadyShared};
use crate::content::Composer;
use crate::copy::prefix::{Prefix, Roots};
use crate::copy::{CopyBatchMeta, CopyMeta, MadeCopy};
use crate::deflate::Scratch;
use crate::error::PressError;
use crate::fonts::Fonts;
use crate::icc;
use crate::layers::Layers;
use crate::parts::{sheet_box, whole, write, write_object, write_stream, Parts};
use crate::xmp::{self, pdf_date, text_string};
use crate::xref::XrefRows;

/// What the copies of a batch of ready letters share; any number of threads make copies from it.
pub struct ReadyCopyPress<'a> {
    fonts: &'a Fonts,
    layers: &'a Layers,
    /// Objects of the sender's that letters have in common.
    theirs: &'a ReadyShared,
    prefix: Prefix,
    /// The entries of every copy's Info that are the same.
    info: String,
    catalog: u32,
}

impl<'a> ReadyCopyPress<'a> {
    /// Writes what the copies of a batch share.
    pub fn build(
        fonts: &'a Fonts,
        layers: &'a Layers,
        theirs: &'a ReadyShared,
        meta: &CopyBatchMeta<'_>,
    ) -> Self {
        let mut own = Parts::new(layers.parts.next());
        let profile = own.packed_stream(&icc::srgb(), |stream| {
            stream.pair(Name(b"N"), 3);
        });
        let packet = xmp::ready_copy_packet(meta.title, meta.sender_name, meta.now);
        let metadata = own.raw(
            format!(
                "<</Type/Metadata/Subtype/XML/Length {}>>\nstream\n{packet}\nendstream",
                packet.len()
            )
            .as_bytes(),
        );
        // The catalog is the last shared object; the page tree is a copy's second own one.
        let pages = own.next() + 2;
        let catalog = own.raw(
            format!(
                "<</Type/Catalog/Pages {pages} 0 R/Metadata {metadata} 0 R/Lang{}\
                 /ViewerPreferences<</DisplayDocTitle true>>/OutputIntents[<</Type/OutputIntent\
                 /S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB IEC61966-2.1)\
                 /DestOutputProfile {profile} 0 R>>]>>",
                text_string(meta.lang)
            )
            .as_bytes(),
        );
        let prefix = Prefix::of(&[&fonts.parts, &layers.parts, &own]);
        debug_assert_eq!(prefix.rows.next() + 1, pages);
        let info = info(meta);
        Self { fonts, layers, theirs, prefix, info, catalog }
    }

    /// Returns the bytes with which every copy of the batch begins.
    pub fn shared(&self) -> &[u8] {
        &self.prefix.bytes
    }

    /// Appends the rest of one copy to `out`; `pages` are what the house adds to each of the
    /// letter's pages.
    ///
    /// # Errors
    /// A glyph that the fonts do not hold, a layer that does not exist, or another number of pages
    /// than the letter has.
    pub fn copy(
        &self,
        scratch: &mut Scratch,
        meta: &CopyMeta<'_>,
        pages: &[Page],
        letter: &ReadyLetter,
        out: &mut Vec<u8>,
    ) -> Result<MadeCopy, PressError> {
        if pages.len() != letter.pages as usize {
            let (found, max) = (pages.len(), letter.pages as usize);
            return Err(PressError::PageCount { found, max });
        }
        let start = out.len();
        let mut rows = self.prefix.rows.clone();
        let begin = |rows: &mut XrefRows, out: &Vec<u8>| {
            let number = rows.next();
            rows.at(self.prefix.end(&out[start..]));
            number
        };
        let reached = self.theirs.reached(letter);
        let (first_page, count) = (rows.next() + 2, letter.pages);
        let first_own = first_page + 2 * count;
        let first_common = first_own + letter.objects();
        let number = |link: Link| match link {
            Link::Own(index) => first_own + index,
            Link::Shared(index) => {
                let at = reached.binary_search(&index).expect("all that is reached is there");
                first_common + at as u32
            }
        };
        let info = begin(&mut rows, out);
        let mut body = Vec::new();
        self.write_info(meta, &mut body);
        write_object(out, info, &body);
        let tree = begin(&mut rows, out);
        body.clear();
        self.write_page_tree(first_page, count, &mut body);
        write_object(out, tree, &body);
        for page in 0..count {
            let number = begin(&mut rows, out);
            body.clear();
            self.write_page_object(tree, first_page + count + page, first_own + page, &mut body);
            write_object(out, number, &body);
        }
        for page in pages {
            let number = begin(&mut rows, out);
            self.compose(scratch, page)?;
            scratch.pack_content(None);
            write_stream(out, number, "", &scratch.packed);
        }
        let common = reached.iter().map(|&index| &self.theirs.objects[index as usize]);
        for object in letter.objects.iter().chain(common) {
            let own = begin(&mut rows, out);
            body.clear();
            object.write(&mut body, number);
            write_object(out, own, &body);
        }
        let roots = Roots { catalog: self.catalog, info };
        let digest = self.prefix.seal(rows, roots, None, scratch, (out, start));
        Ok(MadeCopy { digest, alike: 0 })
    }

    /// Composes a page's content, the sender's page below, and leaves it in the scratch.
    fn compose(&self, scratch: &mut Scratch, page: &Page) -> Result<(), PressError> {
        scratch.content.clear();
        let counts = self.layers.counts();
        let mut composer = Composer::new(self.fonts, counts, &mut scratch.content);
        composer.scale();
        composer.raw().extend_from_slice(b"/R Do\n");
        composer.page(page)?;
        composer.finish();
        Ok(())
    }

    fn write_info(&self, meta: &CopyMeta<'_>, out: &mut Vec<u8>) {
        let row = text_string(meta.row_id);
        write(out, format_args!("<<{}/RowId{row}/PieceId({})>>", self.info, meta.id));
    }

    fn write_page_tree(&self, first: u32, count: u32, out: &mut Vec<u8>) {
        let media_box = sheet_box(self.layers.sheet);
        write(out, format_args!("<</Type/Pages/Count {count}/MediaBox{media_box}/Kids["));
        for page in 0..count {
            whole(out, first + page);
            out.extend_from_slice(b" 0 R ");
        }
        out.extend_from_slice(b"]>>");
    }

    fn write_page_object(&self, tree: u32, content: u32, form: u32, out: &mut Vec<u8>) {
        write(
            out,
            format_args!(
                "<</Type/Page/Parent {tree} 0 R/Contents {content} 0 R\
                 /Resources<</Font<<{}>>/XObject<<{}/R {form} 0 R>>>>>>",
                self.fonts.resource_entries(),
                self.layers.resource_entries()
            ),
        );
    }
}

/// Returns the entries of Info that are the batch's.
fn info(meta: &CopyBatchMeta<'_>) -> String {
    format!(
        "/Title{}/Author{}/Creator({})/CreationDate({})/Batch{}",
        text_string(meta.title),
        text_string(meta.sender_name),
        xmp::CREATOR,
        pdf_date(meta.now),
        text_string(meta.batch)
    )
}
