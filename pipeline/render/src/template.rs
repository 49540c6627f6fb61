//! 様式 (yōshiki): a template, compiled once against fields, faces and envelope, filled millions of
//! times.

mod compile;
mod fault;
mod filter;
mod paper;
mod parse;
mod program;
mod sheet;
mod window;

use letter::page::{Len, Page, Picture, SheetSize};
use letter::record::Schema;
use letter::stock::EnvelopeProfile;
use letter::{CustomerBarcode, Date, PostalCode, Reason, RecordView};

pub(crate) use fault::Place;
pub use fault::TemplateFault;
pub(crate) use fault::SAMPLE;
use fault::TOML;
pub use filter::Filter;
pub(crate) use program::*;
use sheet::Area;
pub(crate) use sheet::{Align, Symbology};
use window::show;
pub use window::Reach;
pub(crate) use window::BARCODE_HEIGHT;

use crate::font::FontChain;
use crate::typeset::{Scratch, Setter};

/// The files of a template's folder.
#[derive(Clone, Copy, Debug)]
pub struct TemplateSource<'a> {
    /// `template.toml`.
    pub toml: &'a str,
    /// `body.txt`.
    pub body: &'a str,
    /// `stationery.pdf`, the sender's own; its pages lie under the layers.
    pub stationery: Option<&'a [u8]>,
    /// The pictures of the folder, PNG and JPEG, by name.
    pub pictures: &'a [(String, Vec<u8>)],
}

impl TemplateSource<'_> {
    /// Returns the name of the envelope profile for which the template is made.
    ///
    /// # Errors
    /// The file is no `template.toml`.
    pub fn envelope(&self) -> Result<String, TemplateFault> {
        sheet::read(self.toml).map(|sheet| sheet.envelope.into_inner())
    }

    /// Returns the size of the template's sheets.
    ///
    /// # Errors
    /// As [`TemplateSource::envelope`].
    pub fn sheet(&self) -> Result<SheetSize, TemplateFault> {
        sheet::read(self.toml).map(|sheet| sheet.paper.size())
    }
}

/// What a template may say of the sender.
#[derive(Clone, Copy, Debug)]
pub struct SenderFacts<'a> {
    /// The sender's name, `{{ sender.name }}`.
    pub name: &'a str,
    /// The lines of the sender's block, `{{ sender.office }}`.
    pub office: &'a [String],
    /// The honorific of records that give none.
    pub honorific: &'a str,
    /// 種別: the letter class of the batch, `{{ class }}`; empty where none is known.
    pub class: &'a str,
}

/// What is known of one letter beside its record.
#[derive(Clone, Copy, Debug)]
pub struct LetterFacts {
    /// 郵便番号.
    pub postal: PostalCode,
    /// The customer barcode, where the rules give one.
    pub barcode: Option<CustomerBarcode>,
    /// 差出日, `{{ posting_date }}`.
    pub posting_date: Date,
}

/// For which channel a letter is set: the pages are the same but for the customer barcode and what
/// the template chooses by `channel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// On paper, with customer barcode.
    Print,
    /// An electronic copy.
    Copy,
}

/// A template ready to be filled.
#[derive(Debug)]
pub struct Template {
    program: Program,
}

impl Template {
    /// Compiles a template against a batch's fields, the font chain, the sender and the envelope.
    ///
    /// # Errors
    /// Every fault that was found: unknown fields, filters, frames, faces; text that no face draws;
    /// frames that leave the sheet, meet the inserter's marks, or would show in the window.
    pub fn compile(
        source: &TemplateSource<'_>,
        chain: &FontChain,
        schema: &Schema,
        sender: &SenderFacts<'_>,
        envelope: &EnvelopeProfile,
    ) -> Result<Self, Vec<TemplateFault>> {
        compile::compile(source, chain, schema, sender, envelope).map(|program| Self { program })
    }

    /// Returns the template's name.
    pub fn name(&self) -> &str {
        &self.program.name
    }

    /// Returns the template's version.
    pub fn version(&self) -> u32 {
        self.program.version
    }

    /// Returns what the letter is, in the recipient's language.
    pub fn title(&self) -> &str {
        &self.program.title
    }

    /// Returns the size of its sheets.
    pub fn sheet(&self) -> SheetSize {
        self.program.sheet
    }

    /// Returns what a sheet weighs, mg, if that is no matter of its size alone: card, envelopes.
    pub fn sheet_mg(&self) -> Option<u32> {
        self.program.sheet_mg
    }

    /// Returns the static layers, which [`letter::page::Mark::Layer`] numbers: layer 0 lies under
    /// every first page, layer 1 under every other. Page 1 and 2 of the sender's `stationery.pdf`
    /// belong under them; it is not read here.
    pub fn layers(&self) -> &[Page] {
        &self.program.layers
    }

    /// Returns the pictures that layers number by [`letter::page::Mark::Picture`].
    pub fn pictures(&self) -> &[Picture] {
        &self.program.pictures
    }

    /// Returns the static parts of the running text, which [`letter::page::Mark::Part`] numbers; a
    /// part's origin is its lower left corner.
    pub fn parts(&self) -> &[Page] {
        &self.program.parts
    }

    /// Checks that the inserter's mark, as it stands on every front, keeps to a reserved area;
    /// `extent` is its left, lower, right and upper edge from the sheet's lower left corner.
    ///
    /// # Errors
    /// No reserved area of the template holds it: text could run into the mark, or the mark could
    /// show in the window.
    pub fn check_mark(&self, extent: [Len; 4]) -> Result<(), TemplateFault> {
        let [left, bottom, right, top] = extent.map(Len::to_mm);
        let mark = Area {
            left_mm: left,
            top_mm: self.program.sheet.height.to_mm() - top,
            width_mm: right - left,
            height_mm: top - bottom,
        };
        if self.program.reserved.iter().any(|reserved| reserved.holds(mark)) {
            return Ok(());
        }
        let message = format!("no [[reserved]] area holds the inserter's mark {}", show(mark));
        let fix = "reserve that area, or configure another inserter";
        Err(Place::of(TOML).fault(message, fix))
    }

    /// Returns our names of the fields and columns that the template uses, in order.
    pub fn fields_used(&self) -> &[String] {
        &self.program.fields_used
    }

    /// Returns whether letters on paper and electronic copies may be set otherwise, because the
    /// template asks for the channel: then both must be measured.
    pub fn varies_by_channel(&self) -> bool {
        self.program.varies_by_channel
    }

    /// Sets one letter for print; the pages are in [`Scratch::pages`]. Returns how many.
    ///
    /// Pure: the same record and facts give the same pages, whatever was set before.
    ///
    /// # Errors
    /// Why this record cannot be set: a glyph is missing, a text does not fit, a value is no
    /// number.
    pub fn typeset(
        &self,
        scratch: &mut Scratch,
        record: &RecordView<'_>,
        letter: &LetterFacts,
    ) -> Result<usize, Reason> {
        Setter::new(&self.program, scratch, record, letter, Form::Print).letter()
    }

    /// Sets one letter as an electronic copy: as [`Template::typeset`] without customer barcode,
    /// and with what the template has for the channel `electronic`.
    ///
    /// # Errors
    /// As [`Template::typeset`].
    pub fn typeset_copy(
        &self,
        scratch: &mut Scratch,
        record: &RecordView<'_>,
        letter: &LetterFacts,
    ) -> Result<usize, Reason> {
        Setter::new(&self.program, scratch, record, letter, Form::Copy).letter()
    }
}

#[cfg(test)]
pub(crate) mod tests;
