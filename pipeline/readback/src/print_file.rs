//! A print file as letters: its parts, the marks on their sheets, their text.

use std::ops::Range;

use letter::barcode::BAR_COUNT;
use letter::piece::{SheetMark, MARK_LEN};
use letter::PieceId;

use crate::content::{ContentReader, Follow, Lines};
use crate::error::ReadError;
use crate::parts::{leaves, Leaf};
use crate::pdf::Pdf;

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
    /// 通番, as printed in its marks.
    pub sequence: u32,
    /// Sheets of paper, as printed in its marks and counted.
    pub sheets: u16,
    /// Its pages in the file, from 0.
    pub pages: Range<u32>,
    /// The mark of its first sheet.
    pub mark: SheetMark,
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

/// Reads a print file's letters and their marks.
///
/// # Errors
/// If the file is not a sound PDF; if the leaves of its document parts do not cover all pages once
/// and in order; if the marks of a letter do not say sheet 1 to n of n with one job and sequence,
/// on the front of each sheet; or if sequences do not rise.
pub fn read_print_file(bytes: &[u8]) -> Result<PrintFileFacts, ReadError> {
    read(bytes, Follow::PageOnly, |_, _| {}).map(|(facts, _)| facts)
}

/// Reads a print file's letters, their marks and all text.
///
/// # Errors
/// Those of [`read_print_file`], and a form whose text cannot be decoded.
pub fn read_print_file_with_text(
    bytes: &[u8],
) -> Result<(PrintFileFacts, PrintFileText), ReadError> {
    let mut pages = Vec::new();
    let keep = |text: &str, forms: &[usize]| {
        pages.push(PageText { text: text.to_owned(), forms: forms.to_vec() });
    };
    let (facts, forms) = read(bytes, Follow::Forms, keep)?;
    Ok((facts, PrintFileText { pages, forms }))
}

fn read(
    bytes: &[u8],
    follow: Follow,
    mut keep: impl FnMut(&str, &[usize]),
) -> Result<(PrintFileFacts, Vec<String>), ReadError> {
    let pdf = Pdf::load(bytes)?;
    let pages = pdf.pages()?;
    let leaves = leaves(&pdf, &pages)?;
    let mut reader = ContentReader::new(&pdf, follow);
    let mut lines = Lines::default();
    let mut shown = Vec::new();
    let mut seen = Seen::default();
    let mut letters: Vec<LetterFacts> = Vec::with_capacity(leaves.len());
    for leaf in &leaves {
        seen.clear();
        for index in leaf.pages.clone() {
            reader.page(&pages[index], index + 1, &mut lines, &mut shown)?;
            keep(lines.as_str(), &shown);
            seen.note(leaf, index, lines.as_str())?;
        }
        let letter = letter_of(leaf, &seen)?;
        if let Some(before) = letters.last().filter(|before| before.sequence >= letter.sequence) {
            let trouble = format!("sequence {} comes after {}", letter.sequence, before.sequence);
            return Err(fault(leaf, leaf.pages.start, trouble));
        }
        letters.push(letter);
    }
    Ok((PrintFileFacts { pages: pages.len() as u32, letters }, reader.into_forms()))
}

/// What the pages of one letter show beside its text.
#[derive(Default)]
struct Seen {
    /// Page index and mark.
    marks: Vec<(usize, SheetMark)>,
    bars: String,
}

impl Seen {
    fn clear(&mut self) {
        self.marks.clear();
        self.bars.clear();
    }

    /// Notes a page's mark, of which the front of a sheet has one, and the first barcode.
    fn note(&mut self, leaf: &Leaf, index: usize, text: &str) -> Result<(), ReadError> {
        let before = self.marks.len();
        for part in text.split(['\n', '\t']) {
            match part.len() {
                // A number of the letter's own fails the check.
                MARK_LEN => self.marks.extend(SheetMark::parse(part).map(|mark| (index, mark))),
                BAR_COUNT if self.bars.is_empty() && part.bytes().all(is_bar) => {
                    self.bars.push_str(part);
                }
                _ => {}
            }
        }
        if self.marks.len() - before > 1 {
            return Err(fault(leaf, index, "more than one mark".to_owned()));
        }
        Ok(())
    }
}

fn is_bar(byte: u8) -> bool {
    matches!(byte, b'F' | b'A' | b'D' | b'T')
}

/// Makes a letter of a leaf's marks: sheet 1 to n, each on a front.
fn letter_of(leaf: &Leaf, seen: &Seen) -> Result<LetterFacts, ReadError> {
    let Seen { marks, bars } = seen;
    let first_page = leaf.pages.start;
    let Some(&(_, mark)) = marks.first() else {
        return Err(fault(leaf, first_page, "no mark on any page".to_owned()));
    };
    if leaf.sequence.is_some_and(|sequence| sequence != i64::from(mark.sequence)) {
        let trouble = format!("the mark says another sequence, {}", mark.sequence);
        return Err(fault(leaf, first_page, trouble));
    }
    let sheets = usize::from(mark.sheets);
    let sides = leaf.pages.len() / sheets.max(1);
    if marks.len() != sheets || !(1..=2).contains(&sides) || sides * sheets != leaf.pages.len() {
        let (pages, found) = (leaf.pages.len(), marks.len());
        let trouble = format!("{pages} pages and {found} marks for {sheets} sheets");
        return Err(fault(leaf, first_page, trouble));
    }
    for (i, (page, found)) in marks.iter().enumerate() {
        let expected = SheetMark { sheet: i as u16 + 1, ..mark };
        if *found != expected {
            let trouble = format!("the mark says {}, not {}", found.text(), expected.text());
            return Err(fault(leaf, *page, trouble));
        }
        if *page != first_page + i * sides {
            return Err(fault(leaf, *page, "a mark that is not on the front of its sheet".into()));
        }
    }
    Ok(LetterFacts {
        id: leaf.id,
        sequence: mark.sequence,
        sheets: mark.sheets,
        pages: first_page as u32..leaf.pages.end as u32,
        mark,
        bars: bars.clone(),
    })
}

fn fault(leaf: &Leaf, index: usize, trouble: String) -> ReadError {
    ReadError::Mark { piece: leaf.id, page: index as u32 + 1, trouble }
}

#[cfg(test)]
mod tests;
