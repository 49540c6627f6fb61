//! 完成原稿 (kansei genkō): a sender's ready PDF cut into letters, each taken over as forms.
//!
//! Every object that letters reach is taken over once. What more than one letter of a file reaches
//! (fonts, a logo) is [`ReadyShared`], what only one reaches is in its [`ReadyLetter`]; their
//! numbers are open until a print file or a copy gives them. Resources that a page's content does
//! not name stay behind, so that no letter takes along another's. Ready letters are A4.

mod copy;
mod loose;
mod sheets;

use std::collections::BTreeMap;
use std::ops::Range;

use letter::page::A4;
use pdf_writer::Name;

pub use self::copy::ReadyCopyPress;
pub(crate) use self::loose::Link;
use self::loose::Loose;
pub use self::loose::{ReadyLetter, ReadyShared};
pub(crate) use self::sheets::{write_resources, ReadySheets};
use crate::error::PressError;
use crate::icc;
use crate::parts::Parts;
use crate::stationery::{fault, load, Import, OBJECTS_MAX};

/// Pages of a letter of a ready PDF, the first page of the file being 0.
pub type PageRange = Range<u32>;

/// Cuts a ready PDF into letters, and adds what they share to `shared`.
///
/// A letter that cannot be taken over says why and leaves the others alone.
///
/// # Errors
/// [`PressError::Stationery`]: the file as a whole cannot be read.
pub fn cut_ready(
    pdf: &[u8],
    letters: &[PageRange],
    shared: &mut ReadyShared,
) -> Result<Vec<Result<ReadyLetter, String>>, PressError> {
    let document = load(pdf)?;
    let pages: Vec<_> = document.page_iter().collect();
    let mut import = Import::of(&document, A4, 0, DEFAULT_RGB).with_objects_max(OBJECTS_ALL_MAX);
    import.prunes = true;
    let mut begun = Vec::new();
    for range in letters {
        begun.push(forms(&mut import, &pages, range));
    }
    let mut met = Vec::new();
    while let Some(&id) = import.queue.get(met.len()) {
        let mut body = Vec::new();
        let encoded = import.encode_shared(id, &mut body).map_err(why);
        met.push(encoded.map(|()| (body, import.links.clone())));
    }
    let reaches: Vec<Option<Result<Vec<u32>, String>>> =
        begun.iter().map(|forms| forms.as_ref().ok().map(|forms| reach(forms, &met))).collect();
    let places = shared.take(&met, reaches.iter().flatten().flatten());
    let cut = begun.into_iter().zip(reaches).map(|(forms, reach)| {
        let forms = forms?;
        let reach = reach.expect("a letter with forms was looked through")?;
        letter(forms, reach, &met, &places)
    });
    Ok(cut.collect())
}

/// A body with the places of its numbers.
type Numbered = (Vec<u8>, Vec<(Range<usize>, u32)>);

/// Encodes a letter's pages as forms.
fn forms(
    import: &mut Import<'_>,
    pages: &[lopdf::ObjectId],
    range: &PageRange,
) -> Result<Vec<Numbered>, String> {
    let found = pages.get(range.start as usize..range.end as usize);
    let found = found.filter(|found| !found.is_empty());
    let found = found.ok_or_else(|| format!("it has {} pages", pages.len()))?;
    let form = |&page| Ok((import.form(page).map_err(why)?, import.links.clone()));
    found.iter().map(form).collect()
}

/// Returns the numbers of all objects that forms reach, ascending.
fn reach(forms: &[Numbered], met: &[Result<Numbered, String>]) -> Result<Vec<u32>, String> {
    let mut found: BTreeMap<u32, ()> = BTreeMap::new();
    let mut left: Vec<u32> = forms.iter().flat_map(numbers).collect();
    while let Some(number) = left.pop() {
        if number == DEFAULT_RGB || found.insert(number, ()).is_some() {
            continue;
        }
        left.extend(numbers(met[number as usize].as_ref().map_err(Clone::clone)?));
    }
    if found.len() > OBJECTS_MAX {
        return Err(format!("a letter has more than {OBJECTS_MAX} objects"));
    }
    Ok(found.into_keys().collect())
}

fn numbers(body: &Numbered) -> impl Iterator<Item = u32> + '_ {
    body.1.iter().map(|(_, number)| *number)
}

/// Gives a letter what only it reaches.
fn letter(
    forms: Vec<Numbered>,
    reach: Vec<u32>,
    met: &[Result<Numbered, String>],
    places: &BTreeMap<u32, u32>,
) -> Result<ReadyLetter, String> {
    let pages = forms.len() as u32;
    let own: Vec<u32> = reach.into_iter().filter(|number| !places.contains_key(number)).collect();
    let own_at: BTreeMap<u32, u32> = own.iter().copied().zip(pages..).collect();
    let link = |number: u32| match (number, places.get(&number)) {
        (DEFAULT_RGB, _) => Link::Shared(ReadyShared::DEFAULT_RGB),
        (_, Some(&place)) => Link::Shared(place),
        (number, None) => Link::Own(own_at[&number]),
    };
    let mut objects = Vec::with_capacity(forms.len() + own.len());
    for form in &forms {
        objects.push(Loose::of(&form.0, &form.1, link));
    }
    for number in own {
        let (body, links) = met[number as usize].as_ref().map_err(Clone::clone)?;
        objects.push(Loose::of(body, links, link));
    }
    Ok(ReadyLetter { pages, objects })
}

impl ReadyShared {
    /// What every resource dictionary names as its `DefaultRGB`.
    pub(crate) const DEFAULT_RGB: u32 = 1;

    /// Begins with sRGB and the colour space of it.
    pub fn begin() -> Self {
        let mut parts = Parts::new(1);
        parts.packed_stream(&icc::srgb(), |stream| {
            stream.pair(Name(b"N"), 3);
        });
        // An object of its own: "1 0 obj\n", the body, "\nendobj\n".
        let body = &parts.bytes()[b"1 0 obj\n".len()..parts.bytes().len() - b"\nendobj\n".len()];
        let space = b"[/ICCBased 0 0 R]";
        let link = |_| Link::Shared(0);
        let objects = vec![
            Loose::of(body, &[], link),
            Loose::of(space, &[(b"[/ICCBased ".len()..b"[/ICCBased 0".len(), 0)], link),
        ];
        Self { objects }
    }

    /// Takes what more than one letter reaches, and returns where it stands by its number.
    fn take<'l>(
        &mut self,
        met: &[Result<Numbered, String>],
        letters: impl Iterator<Item = &'l Vec<u32>>,
    ) -> BTreeMap<u32, u32> {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for number in letters.flatten() {
            *counts.entry(*number).or_default() += 1;
        }
        let common = counts.into_iter().filter(|(_, letters)| *letters > 1);
        let first = self.objects.len() as u32;
        let places: BTreeMap<u32, u32> = common.map(|(number, _)| number).zip(first..).collect();
        for &number in places.keys() {
            let (body, links) = met[number as usize].as_ref().expect("a letter reaches it");
            let link = |number: u32| match number {
                DEFAULT_RGB => Link::Shared(Self::DEFAULT_RGB),
                number => Link::Shared(places[&number]),
            };
            self.objects.push(Loose::of(body, links, link));
        }
        places
    }
}

fn why(error: PressError) -> String {
    match error {
        PressError::Stationery(why) => why,
        other => other.to_string(),
    }
}

/// Returns the number of pages of a ready PDF.
///
/// # Errors
/// [`PressError::Stationery`]: it cannot be read.
pub fn ready_pages(pdf: &[u8]) -> Result<u32, PressError> {
    let count = load(pdf)?.page_iter().count();
    u32::try_from(count).or_else(|_| fault("it has too many pages".to_owned()))
}

/// Stands for the colour space that the shop adds.
const DEFAULT_RGB: u32 = u32::MAX;
/// Objects that all letters of a file together reach: a letter of two pages has some twenty.
const OBJECTS_ALL_MAX: usize = 4_000_000;
