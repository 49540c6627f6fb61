//! The second opinion: the same files read with lopdf, into the same facts.
//!
//! It shares with the first reader what text means once it is decoded and what a letter's marks
//! must say, and nothing of how bytes become objects or operators. It takes several times as long,
//! and holds the whole file.

mod content;
mod font;
mod lexer;
mod parts;
mod pdf;

use crate::content::Follow;
use crate::error::ReadError;
use crate::letters::{check_order, MarksDue, Named, Seen};
use crate::lines::Lines;
use crate::print_file::{LetterFacts, PageText, PrintFileFacts, PrintFileText};
use content::ContentReader;
use parts::leaves;
use pdf::Pdf;

/// Reads a print file's letters and their marks.
///
/// # Errors
/// Those of [`read_print_file`](crate::read_print_file), as far as lopdf sees them.
pub fn read_print_file(bytes: &[u8]) -> Result<PrintFileFacts, ReadError> {
    read_print_file_due(bytes, MarksDue::EverySheet)
}

/// Reads a print file's letters and such marks as its inserter reads.
///
/// # Errors
/// Those of [`read_print_file_due`](crate::read_print_file_due), as far as lopdf sees them.
pub fn read_print_file_due(bytes: &[u8], due: MarksDue) -> Result<PrintFileFacts, ReadError> {
    read(bytes, due, Follow::PageOnly, |_, _| {}).map(|(facts, _)| facts)
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
    let (facts, forms) = read(bytes, MarksDue::EverySheet, Follow::Forms, keep)?;
    Ok((facts, PrintFileText { pages, forms }))
}

/// Reads the text of a copy: of each page, and of the forms that pages show.
///
/// # Errors
/// If lopdf cannot read the file, or its text cannot be decoded.
pub fn read_copy_text(bytes: &[u8]) -> Result<(Vec<PageText>, Vec<String>), ReadError> {
    let pdf = Pdf::load(bytes)?;
    let objects = pdf.pages()?;
    let mut reader = ContentReader::new(&pdf, Follow::Forms);
    let mut lines = Lines::default();
    let mut pages = Vec::with_capacity(objects.len());
    for (index, page) in objects.iter().enumerate() {
        let mut forms = Vec::new();
        reader.page(page, index + 1, &mut lines, &mut forms)?;
        pages.push(PageText { text: lines.as_str().to_owned(), forms });
    }
    Ok((pages, reader.into_forms()))
}

fn read(
    bytes: &[u8],
    due: MarksDue,
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
            if follow == Follow::Forms {
                keep(lines.as_str(), &shown);
            }
            seen.note(leaf.id, index as u32, &lines)?;
            if reader.ink.find_bars().is_ok() {
                seen.note_bars(reader.ink.bars());
            }
        }
        let named = Named { piece: leaf.id, sequence: leaf.sequence };
        let letter = seen.letter(due, named, leaf.pages.start as u32, leaf.pages.end as u32)?;
        check_order(letters.last().map(|before| before.sequence), &letter)?;
        letters.push(letter);
    }
    Ok((PrintFileFacts { pages: pages.len() as u32, letters }, reader.into_forms()))
}
