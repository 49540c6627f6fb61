//! Which pages of which ready PDF are a record's letter, by the control file alone.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use letter::record::{field, Place};
use letter::{Reason, RecordView, Schema};
use press::PageRange;

use super::address::Address;
use crate::ready::Member;
use crate::spool::Spool;

/// A letter that a record wants.
pub(super) struct Wanted {
    pub record: u32,
    pub key: String,
    pub place: Place,
    /// The pages from 0; `None` if the file is one letter as a whole.
    pub pages: Option<PageRange>,
    pub address: Address,
}

/// Letters by file, in the order of the pages.
pub(super) type ByFile = BTreeMap<usize, Vec<Wanted>>;

/// A record that gets none.
pub(super) type Wrong = (u32, String, Place, Reason);

/// Gives every record its pages, by file and in the order of the pages. A record that names none,
/// or pages of another, gets none.
pub(super) fn assign(
    spool: &Spool,
    schema: &Schema,
    members: &[Member],
    stopped: &[u32],
) -> Result<(ByFile, Vec<Wrong>)> {
    let of = |name| schema.field(name);
    let (pdf, pages, key) = (of(field::PDF), of(field::PDF_PAGES), of(field::KEY));
    let key = key.context("no column maps to key")?;
    let mut files = ByFile::new();
    let mut wrong = Vec::new();
    spool.for_each(|record, view: RecordView<'_>| {
        let record = record as u32;
        if stopped.binary_search(&record).is_ok() {
            return Ok::<_, std::io::Error>(());
        }
        let value = |index: Option<usize>| index.map_or("", |index| view.field(index)).trim();
        let (name, range) = (value(pdf), value(pages));
        let (place, key) = (view.place(), view.field(key).to_owned());
        let range_read = read_range(range);
        match (file_of(members, name), range_read) {
            (Some(file), Ok(pages)) => {
                let address = Address::of(schema, &view);
                let wanted = Wanted { record, key, place, pages, address };
                files.entry(file).or_default().push(wanted);
            }
            (None, _) => {
                let english = "the drop has no such PDF";
                let reason = refused(name, range, "入稿に該当する PDF がありません", english);
                wrong.push((record, key, place, reason));
            }
            (_, Err(())) => {
                let english = "the range is not written as 3 or 3-4";
                let reason = refused(name, range, "ページ範囲は 3 または 3-4 の形です", english);
                wrong.push((record, key, place, reason));
            }
        }
        Ok(())
    })?;
    for (&file, letters) in &mut files {
        part(&members[file].name, letters, &mut wrong);
    }
    files.retain(|_, letters| !letters.is_empty());
    Ok((files, wrong))
}

/// Puts a file's letters in order, and takes out those that share a page with one before.
fn part(name: &str, letters: &mut Vec<Wanted>, wrong: &mut Vec<Wrong>) {
    let start = |letter: &Wanted| letter.pages.as_ref().map_or(0, |pages| pages.start);
    letters.sort_by_key(|letter| (start(letter), letter.record));
    let mut free_from = Some(0);
    letters.retain(|letter| {
        let is_free = free_from.is_some_and(|from| start(letter) >= from);
        if is_free {
            free_from = letter.pages.as_ref().map(|pages| pages.end);
            return true;
        }
        let range = letter.pages.as_ref().map(|pages| format!("{}-{}", pages.start + 1, pages.end));
        let english = "another record has these pages";
        let range = range.unwrap_or_default();
        let reason = refused(name, &range, "別のレコードのページと重なっています", english);
        wrong.push((letter.record, letter.key.clone(), letter.place, reason));
        false
    });
}

/// Returns the file of that name, or the only one.
fn file_of(members: &[Member], name: &str) -> Option<usize> {
    match (name, members) {
        ("", [_]) => Some(0),
        (name, members) => members.iter().position(|member| member.name == name),
    }
}

/// Reads `3` or `3-4`, from 1; nothing means all pages.
fn read_range(text: &str) -> Result<Option<PageRange>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let number =
        |text: &str| text.trim().parse::<u32>().ok().filter(|&n| (1..=PAGE_MAX).contains(&n));
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => Ok(Some(first - 1..last)),
        _ => Err(()),
    }
}

fn refused(name: &str, range: &str, japanese: &str, english: &str) -> Reason {
    let pages = format!("{name} {range}").trim().to_owned();
    Reason::ReadyPages { pages, japanese: japanese.to_owned(), english: english.to_owned() }
}

/// As many pages as one ready PDF may have.
const PAGE_MAX: u32 = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_they_are_agreed() {
        assert_eq!(read_range(""), Ok(None));
        assert_eq!(read_range("3"), Ok(Some(2..3)));
        assert_eq!(read_range("3-4"), Ok(Some(2..4)));
        for wrong in ["0", "4-3", "3-", "-3", "3,4", "a", "1-200000"] {
            assert_eq!(read_range(wrong), Err(()), "{wrong}");
        }
    }
}
