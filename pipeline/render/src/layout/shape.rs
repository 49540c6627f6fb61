//! 文選 (bunsen): picks the sorts of a text, variation selectors honoured.
//!
//! Where lines may break: text that stands in the template is given to `icu_segmenter` once, when
//! the template is compiled, and the class table of [`super::class`] narrows what it says (amounts
//! stay whole). Values of records break by the class table alone: the segmenter would take 12 µs
//! for a paragraph of 546 characters (`examples/letters_a_second.rs`, AMD EPYC, November 2026), as
//! much as the whole letter. The table is never laxer than the segmenter: its tests compare them.

use std::str::Chars;

use icu_segmenter::options::{LineBreakOptions, LineBreakStrictness};
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};

use super::class::{between, BREAK, SOFT};
use crate::font::{FaceMap, Sort};

/// A character, or base with selector, that no face draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The character.
    pub base: char,
    /// Its variation selector.
    pub selector: Option<char>,
}

impl Missing {
    /// Names it for a message: `U+845B U+E0100 葛󠄀`.
    pub fn name(self) -> String {
        match self.selector {
            Some(selector) => {
                let (base, mark) = (self.base, selector);
                format!("U+{:04X} U+{:04X} {base}{mark}", base as u32, mark as u32)
            }
            None if self.base.is_control() => format!("U+{:04X}", self.base as u32),
            None => format!("U+{:04X} {}", self.base as u32, self.base),
        }
    }
}

/// Appends the sorts of `text`.
///
/// # Errors
/// The first character that no face of the chain draws; `sorts` then holds what came before it.
pub fn pick(map: &FaceMap, text: &str, sorts: &mut Vec<Sort>) -> Result<(), Missing> {
    sorts.reserve(text.len());
    let mut rest = text.chars();
    // From here on the text has bases that a selector could belong to.
    let mut bases = text;
    while let Some(rare) = pick_usual(map, &mut rest, sorts) {
        let before = &bases[..bases.len() - rest.as_str().len() - rare.len_utf8()];
        let base = before.chars().next_back();
        if pick_rare(map, text, rare, base, sorts)?.is_none() {
            bases = rest.as_str();
        }
    }
    Ok(())
}

/// Appends sorts up to a character that no face draws alone, and returns it.
#[inline]
fn pick_usual(map: &FaceMap, text: &mut Chars<'_>, sorts: &mut Vec<Sort>) -> Option<char> {
    let first = |text: &mut Chars<'_>| text.next().map(|first| map.sort(first).ok_or(first));
    // What may happen after a sort is known when the next one is: until then it waits here.
    let mut waiting = match sorts.pop().map(Ok).or_else(|| first(text))? {
        Ok(sort) => sort,
        Err(rare) => return Some(rare),
    };
    for character in text {
        let Some(sort) = map.sort(character) else {
            sorts.push(waiting);
            return Some(character);
        };
        waiting.set_after(between(waiting.class, sort.class));
        sorts.push(waiting);
        waiting = sort;
    }
    sorts.push(waiting);
    None
}

#[inline]
fn push_joined(sorts: &mut Vec<Sort>, sort: Sort) {
    if let Some(before) = sorts.last_mut() {
        before.set_after(between(before.class, sort.class));
    }
    sorts.push(sort);
}

/// Notes what may happen between neighbours from sort `first` on, and between it and the one
/// before.
pub fn join(sorts: &mut [Sort], first: usize) {
    for at in first.max(1)..sorts.len() {
        join_at(sorts, at);
    }
}

/// Notes what may happen between sort `at` and the one before.
pub fn join_at(sorts: &mut [Sort], at: usize) {
    let Some([before, sort]) = at.checked_sub(1).and_then(|start| sorts.get_mut(start..=at)) else {
        return;
    };
    let pair = between(before.class, sort.class);
    before.set_after(if sort.is_bound() { pair & !(BREAK | SOFT) } else { pair });
}

/// Picks a selector, which changes the sort of its base, or a base that is drawn only together with
/// its selector; returns what a selector that follows would belong to.
#[cold]
fn pick_rare(
    map: &FaceMap,
    text: &str,
    character: char,
    base: Option<char>,
    sorts: &mut Vec<Sort>,
) -> Result<Option<char>, Missing> {
    let alone = Missing { base: character, selector: None };
    if !is_selector(character) {
        if !text_has_selector(text) {
            return Err(alone);
        }
        push_joined(sorts, lone_base(map, text, alone)?);
        return Ok(Some(character));
    }
    let before = base.ok_or(alone)?;
    let missing = Missing { base: before, selector: Some(character) };
    let sort = map.pair(before, character).ok_or(missing)?;
    sorts.pop().expect("a base stands before its selector");
    push_joined(sorts, sort);
    Ok(None)
}

/// Appends the sorts of a text that stands in the template, with the segmenter's word on every
/// place inside it; on top of that the class table decides, which is stricter about numbers.
pub fn pick_static(map: &FaceMap, text: &str, sorts: &mut Vec<Sort>) -> Result<(), Missing> {
    let first = sorts.len();
    pick(map, text, sorts)?;
    let mut breaks = segmenter().segment_str(text).peekable();
    let bases = text.char_indices().filter(|&(_, c)| !is_selector(c));
    for ((at, _), sort) in bases.zip(&mut sorts[first..]).skip(1) {
        while breaks.next_if(|&place| place < at).is_some() {}
        sort.bind(breaks.peek() != Some(&at));
    }
    join(sorts, first);
    Ok(())
}

/// Returns the segmenter with strict Japanese rules.
pub fn segmenter() -> LineSegmenterBorrowed<'static> {
    let mut options = LineBreakOptions::default();
    options.strictness = Some(LineBreakStrictness::Strict);
    LineSegmenter::new_for_non_complex_scripts(options)
}

/// Returns whether a character is a variation selector.
pub fn is_selector(c: char) -> bool {
    matches!(c as u32, 0xfe00..=0xfe0f | 0xe0100..=0xe01ef)
}

fn text_has_selector(text: &str) -> bool {
    text.chars().any(is_selector)
}

/// A base that no face draws alone: fine if its selector follows and the pair is drawn.
fn lone_base(map: &FaceMap, text: &str, missing: Missing) -> Result<Sort, Missing> {
    let mut following = text.chars().skip_while(|&c| c != missing.base).skip(1);
    let selector = following.next().filter(|&c| is_selector(c)).ok_or(missing)?;
    map.pair(missing.base, selector).ok_or(Missing { selector: Some(selector), ..missing })
}
