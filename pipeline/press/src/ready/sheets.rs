//! The ready letters of a block: their forms by name, and their objects at the block's end.

use super::loose::Link;
use super::ReadyLetter;
use crate::parts::{write, write_object};
use crate::run::PrintRun;

/// Ready letters that a block has taken so far.
#[derive(Debug, Default)]
pub(crate) struct ReadySheets {
    letters: Vec<ReadyLetter>,
    /// Pages of all letters that have been painted or announced.
    pages: u32,
    /// Pages of the last letter that are still to be painted.
    due: u32,
}

impl ReadySheets {
    /// Takes a letter whose pages are painted next.
    pub(crate) fn take(&mut self, letter: ReadyLetter) {
        debug_assert_eq!(self.due, 0);
        self.due = letter.pages;
        self.pages += letter.pages;
        self.letters.push(letter);
    }

    /// Returns the name of the form of the page that is painted next, if it is a ready one.
    pub(crate) fn next_form(&mut self) -> Option<u32> {
        let due = self.due;
        self.due = due.checked_sub(1)?;
        Some(self.pages - due)
    }

    /// Returns how many objects the letters have.
    pub(crate) fn objects(&self) -> u32 {
        self.letters.iter().map(ReadyLetter::objects).sum()
    }

    /// Writes all objects from number `first` on; `shared` is the number of the first shared one.
    /// Gives the place of each.
    pub(crate) fn write(
        &self,
        first: u32,
        shared: u32,
        bytes: &mut Vec<u8>,
        mut each: impl FnMut(u32, usize),
    ) {
        let mut body = Vec::new();
        let mut own = first;
        for letter in &self.letters {
            for (number, object) in (own..).zip(&letter.objects) {
                body.clear();
                object.write(&mut body, |link| match link {
                    Link::Own(index) => own + index,
                    Link::Shared(index) => shared + index,
                });
                each(number, bytes.len());
                write_object(bytes, number, &body);
            }
            own += letter.objects();
        }
    }
}

/// Writes the resources of a block with ready letters, whose objects begin with number `first`:
/// what all pages of the file have, and a name for the form of each ready page.
pub(crate) fn write_resources(
    run: &PrintRun<'_>,
    sheets: &ReadySheets,
    first: u32,
    out: &mut Vec<u8>,
) {
    if sheets.letters.is_empty() {
        return;
    }
    let (fonts, objects) = &run.resource_entries;
    write(out, format_args!("/Resources<</Font<<{fonts}>>/XObject<<{objects}"));
    let (mut name, mut own) = (0, first);
    for letter in &sheets.letters {
        for page in 0..letter.pages {
            write(out, format_args!("/R{name} {} 0 R", own + page));
            name += 1;
        }
        own += letter.objects();
    }
    out.extend_from_slice(b">>>>");
}
