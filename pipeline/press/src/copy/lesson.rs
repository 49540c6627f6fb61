//! The codes in which a batch's copies are packed, made of some of its letters.

use letter::page::Page;

use super::CopyPress;
use crate::deflate::Scratch;
use crate::error::PressError;
use crate::streams::{Lesson, SharedCode};

/// One code for each kind of a copy's own streams; any number of threads pack with them.
///
/// A copy's bytes depend on the codes, so all copies of a batch are packed with the same.
#[derive(Default)]
pub struct CopyCodes {
    /// Contents of first pages, and of those after them.
    contents: [Option<SharedCode>; 2],
    /// Cross-references.
    rows: Option<SharedCode>,
}

/// Learns the codes from letters, each as the copies will have it.
pub struct CopyLesson<'p> {
    press: &'p CopyPress<'p>,
    scratch: Scratch,
    contents: [Lesson; 2],
    rows: Lesson,
}

impl<'p> CopyLesson<'p> {
    /// Starts to learn how copies are best packed.
    pub fn begin(press: &'p CopyPress<'p>) -> Self {
        Self {
            press,
            scratch: Scratch::default(),
            contents: Default::default(),
            rows: Lesson::default(),
        }
    }

    /// Takes a letter's pages for an example.
    ///
    /// # Errors
    /// As [`CopyPress::copy`].
    pub fn letter(&mut self, pages: &[Page]) -> Result<(), PressError> {
        let shape = self.scratch.shapes.shape_of(self.press, pages)?;
        for (index, page) in (0..).zip(pages) {
            self.press.compose(&mut self.scratch, &shape.tree, index, page)?;
            self.contents[kind(index)].add(&self.scratch.content);
        }
        let mut rows = self.press.prefix.rows.clone();
        (0..shape.count).for_each(|index| rows.within(rows.next(), index));
        self.rows.add(rows.predicted());
        Ok(())
    }

    /// Returns what was learned.
    pub fn codes(self) -> CopyCodes {
        CopyCodes { contents: self.contents.map(Lesson::code), rows: self.rows.code() }
    }
}

impl CopyCodes {
    /// Returns the code for the content of page `index`, from 0.
    pub(super) fn content(&self, index: u16) -> Option<&SharedCode> {
        self.contents[kind(index)].as_ref()
    }

    /// Returns the code for cross-references.
    pub(super) fn rows(&self) -> Option<&SharedCode> {
        self.rows.as_ref()
    }
}

/// Returns the kind of a page's content: first pages have the address, further ones tables.
fn kind(index: u16) -> usize {
    usize::from(index > 0)
}
