//! A print file as letters: its parts, the marks on their sheets, their text.

use std::ops::Range;

use letter::page::SheetSize;
use letter::piece::SheetMark;
use letter::PieceId;

use crate::content::{ContentReader, Follow, Shown};
use crate::error::ReadError;
use crate::letters::{check_order, MarksDue, Named, OmrDue, Seen};
use crate::objects::{Kept, Objects};
use crate::pages::{Page, Pages};
use crate::parts::{Leaf, Parts};
use crate::source::ReadAt;

/// What a print file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintFileFacts {
    /// Pages in the file.
    pub pages: u32,
    /// The letters, in the order of the pages; together they have every page once.
    pub letters: Vec<LetterFacts>,
}

/// One letter of a print file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterFacts {
    /// The piece that its document part names.
    pub id: PieceId,
    /// 通番, as printed in its marks and named by its document part.
    pub sequence: u32,
    /// Sheets of paper, as printed in its marks and counted; without marks, as counted.
    pub sheets: u16,
    /// Its pages in the file, from 0.
    pub pages: Range<u32>,
    /// The mark of its first sheet, if marks are due.
    pub mark: Option<SheetMark>,
    /// Its customer barcode as 67 letters F, A, D, T; empty if it has none.
    pub bars: String,
}

/// The text of a print file.
#[derive(Clone, Debug, Default)]
pub struct PrintFileText {
    /// One for each page, in order.
    pub pages: Vec<PageText>,
    /// The text of each shared form (stationery, static layer), once a file.
    pub forms: Vec<String>,
}

/// The text of one page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageText {
    /// The page's own text in painting order: a line end between baselines, a tab between columns.
    pub text: String,
    /// Which forms it shows, indexes into [`PrintFileText::forms`].
    pub forms: Vec<usize>,
}

impl PrintFileText {
    /// Returns the pages of a letter.
    ///
    /// # Panics
    /// If the letter is of another file.
    pub fn text_of(&self, letter: &LetterFacts) -> &[PageText] {
        &self.pages[letter.pages.start as usize..letter.pages.end as usize]
    }
}

/// A print file that is read letter by letter, in memory that does not grow with the file: its
/// cross-references, eight bytes an object, and a few windows.
///
/// ```no_run
/// # fn main() -> Result<(), readback::ReadError> {
/// let bytes: &[u8] = b"%PDF-1.6 ...";
/// let mut file = readback::PrintFile::open(&bytes)?;
/// while let Some(letter) = file.next_letter()? {
///     assert!(letter.sheets > 0);
/// }
/// # Ok(())
/// # }
/// ```
pub struct PrintFile<'s> {
    objects: Objects<'s>,
    pages: Pages,
    parts: Parts,
    content: ContentReader,
    shown: Shown,
    due: MarksDue,
    omr: Option<OmrDue>,
    sheet: Option<SheetSize>,
    seen: Seen,
    sequence: Option<u32>,
    sheets: u64,
    symbols: u64,
}

impl<'s> PrintFile<'s> {
    /// Opens a file whose sheets must have marks: its end, its cross-references, the roots of its
    /// trees.
    ///
    /// # Errors
    /// If one of them is malformed, or says what this reader does not understand.
    pub fn open(source: &'s dyn ReadAt) -> Result<Self, ReadError> {
        Self::open_due(source, MarksDue::EverySheet)
    }

    /// Opens a file of an inserter that reads such marks.
    ///
    /// # Errors
    /// Those of [`PrintFile::open`].
    pub fn open_due(source: &'s dyn ReadAt, due: MarksDue) -> Result<Self, ReadError> {
        Ok(Self { due, ..Self::open_following(source, Follow::PageOnly)? })
    }

    /// Reads the lines of OMR of every sheet, too.
    pub fn with_omr(self, due: OmrDue) -> Self {
        Self { omr: Some(due), ..self }
    }

    /// Checks that every page is such a sheet.
    pub fn on_sheet(self, sheet: SheetSize) -> Self {
        Self { sheet: Some(sheet), ..self }
    }

    fn open_following(source: &'s dyn ReadAt, follow: Follow) -> Result<Self, ReadError> {
        let mut objects = Objects::open(source, Kept::default())?;
        let root = objects.root();
        let catalog = objects.load(root)?;
        let dict = catalog.dict()?;
        Ok(Self {
            pages: Pages::open(&mut objects, dict)?,
            parts: Parts::open(&mut objects, dict)?,
            objects,
            content: ContentReader::new(follow),
            shown: Shown::following(follow),
            due: MarksDue::default(),
            omr: None,
            sheet: None,
            seen: Seen::default(),
            sequence: None,
            sheets: 0,
            symbols: 0,
        })
    }

    /// Returns how many pages were read so far.
    pub fn pages(&self) -> u32 {
        u32::try_from(self.pages.found()).unwrap_or(u32::MAX)
    }

    /// Returns on how many sheets so far a DataMatrix was decoded and found to say what the digits
    /// beside it say: on all of them, or on none.
    pub fn symbols(&self) -> u64 {
        self.symbols
    }

    /// Reads the next letter; `None` after the last.
    ///
    /// # Errors
    /// If the file is not a sound PDF there; if the leaves of its document parts do not cover all
    /// pages once and in order; if the marks of a letter, where they are due, do not say sheet 1 to
    /// n of n with one job and sequence, on the front of each sheet; if it has marks where none are
    /// due; if a DataMatrix or lines of OMR say something else; if sequences do not rise; or if a
    /// page is not of the size that is due.
    pub fn next_letter(&mut self) -> Result<Option<LetterFacts>, ReadError> {
        self.next_with(|_| {})
    }

    fn next_with(
        &mut self,
        mut keep: impl FnMut(&Shown),
    ) -> Result<Option<LetterFacts>, ReadError> {
        let Some(leaf) = self.parts.next(&mut self.objects)? else {
            return match self.pages.next(&mut self.objects)? {
                None => Ok(None),
                Some(_) => {
                    let trouble = format!("no leaf has page {} or a later one", self.pages());
                    Err(self.fault(trouble))
                }
            };
        };
        let first = self.pages();
        let Leaf { piece, sequence, .. } = leaf;
        self.seen.clear();
        loop {
            let Some(page) = self.pages.next(&mut self.objects)? else {
                return Err(self.fault("the pages end before its own".to_owned()));
            };
            let number = self.pages();
            self.check_page(&leaf, &page, number, number - 1 == first)?;
            let Self { objects, content, shown, seen, omr, .. } = self;
            content.page(objects, &page, u64::from(number), shown)?;
            keep(shown);
            seen.note(piece, number - 1, &shown.lines)?;
            seen.note_bars(shown.ink.bars());
            seen.note_symbols(piece, number - 1, &shown.symbols)?;
            if let Some(due) = omr {
                seen.note_omr(piece, number - 1, &shown.ink, due)?;
            }
            if leaf.end.is_none_or(|end| end == page.id) {
                break;
            }
        }
        let letter = self.seen.letter(self.due, Named { piece, sequence }, first, self.pages())?;
        check_order(self.sequence, &letter)?;
        if let Some(due) = &self.omr {
            self.seen.check_omr(&letter, due)?;
        }
        self.sequence = Some(letter.sequence);
        self.sheets += u64::from(letter.sheets);
        self.symbols += u64::from(self.seen.symbols());
        if self.symbols != 0 && self.symbols != self.sheets {
            let trouble = "a sheet without the DataMatrix that others have".to_owned();
            return Err(ReadError::Mark { piece, page: first + 1, trouble });
        }
        Ok(Some(letter))
    }

    /// Checks that a page is the leaf's next one and knows it.
    fn check_page(
        &self,
        leaf: &Leaf,
        page: &Page,
        number: u32,
        first: bool,
    ) -> Result<(), ReadError> {
        if first && leaf.start != page.id {
            let trouble = format!("Start is not page {number}, the first that no leaf has yet");
            return Err(self.fault(trouble));
        }
        if self.sheet.is_some_and(|sheet| !self.pages.are_on(sheet)) {
            return Err(self.fault(format!("page {number} is not of the sheet's size")));
        }
        match page.part == Some(leaf.object) {
            true => Ok(()),
            false => Err(self.fault(format!("page {number} does not point back at it"))),
        }
    }

    fn fault(&self, trouble: String) -> ReadError {
        ReadError::Leaf { leaf: self.parts.found(), trouble }
    }
}

/// Reads a print file's letters and the marks of each sheet.
///
/// # Errors
/// Those of [`PrintFile::open`] and [`PrintFile::next_letter`].
pub fn read_print_file(bytes: &[u8]) -> Result<PrintFileFacts, ReadError> {
    read_print_file_due(bytes, MarksDue::EverySheet)
}

/// Reads a print file's letters and such marks as its inserter reads.
///
/// # Errors
/// Those of [`PrintFile::open`] and [`PrintFile::next_letter`].
pub fn read_print_file_due(bytes: &[u8], due: MarksDue) -> Result<PrintFileFacts, ReadError> {
    let mut file = PrintFile::open_due(&bytes, due)?;
    let mut letters = Vec::new();
    while let Some(letter) = file.next_letter()? {
        letters.push(letter);
    }
    Ok(PrintFileFacts { pages: file.pages(), letters })
}

/// Reads a print file's letters, their marks and all text.
///
/// # Errors
/// Those of [`read_print_file`], and a form whose text cannot be decoded.
pub fn read_print_file_with_text(
    bytes: &[u8],
) -> Result<(PrintFileFacts, PrintFileText), ReadError> {
    let mut file = PrintFile::open_following(&bytes, Follow::Forms)?;
    let (mut letters, mut pages) = (Vec::new(), Vec::new());
    let mut keep = |shown: &Shown| {
        let text = shown.lines.as_str().to_owned();
        pages.push(PageText { text, forms: shown.forms.clone() });
    };
    while let Some(letter) = file.next_with(&mut keep)? {
        letters.push(letter);
    }
    let forms = file.content.forms().to_vec();
    Ok((PrintFileFacts { pages: file.pages(), letters }, PrintFileText { pages, forms }))
}

#[cfg(test)]
mod tests;
