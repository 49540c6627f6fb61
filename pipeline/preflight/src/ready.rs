//! A ready PDF, letter by letter: what is found on the pages of each, and what its window says.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::document::{annotations, load, of_the_file};
use crate::finding::{self, Finding, Weight};
use crate::gather::Gather;
use crate::page;
use crate::rules::Rules;
use crate::walk::{Budget, Fonts, Walk};
use crate::Sketch;

/// What was found in a ready PDF.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReadySurvey {
    /// Findings of the whole file; they are findings of each of its letters.
    pub findings: Vec<Finding>,
    /// Whether the file could be read: what cannot be read has no letters.
    pub is_read: bool,
    /// Its pages.
    pub pages: u32,
    /// One for each letter that was asked for.
    pub letters: Vec<ReadyFound>,
}

/// What was found in one letter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReadyFound {
    /// Its findings, at most ten; pages are those of the file, from 1.
    pub findings: Vec<Finding>,
    /// The text in the window of its first page, line by line, where it is read.
    pub window: String,
    /// Pages with something to look at, at most twenty in a file.
    pub sketches: Vec<(u32, Sketch)>,
}

impl ReadyFound {
    /// Whether nothing found sets the letter aside.
    pub fn is_fine(&self) -> bool {
        self.findings.iter().all(|finding| finding.weight == Weight::Note)
    }
}

/// Examines the letters of a ready PDF; a letter's pages are counted from 0.
pub fn survey_ready(pdf: &[u8], rules: &Rules, letters: &[Range<u32>]) -> ReadySurvey {
    let document = match load(pdf) {
        Ok(document) => document,
        Err(finding) => return ReadySurvey { findings: vec![*finding], ..Default::default() },
    };
    let pages: Vec<_> = document.page_iter().take(READY_PAGES_MAX + 1).collect();
    let mut survey = ReadySurvey { is_read: true, ..Default::default() };
    survey.pages = pages.len() as u32;
    survey.findings = of_the_file(&document);
    survey.findings.truncate(crate::FINDINGS_MAX);
    let mut fonts = Fonts::default();
    let mut sketches_left = SKETCHES_MAX;
    for letter in letters {
        let mut found = ReadyFound::default();
        let ids = pages.get(letter.start as usize..letter.end as usize).unwrap_or_default();
        if ids.is_empty() {
            found.findings.push(finding::page_count(pages.len(), READY_PAGES_MAX));
        }
        for (of_letter, &id) in (1..).zip(ids) {
            let number = letter.start + of_letter;
            let mut gather = Gather::of_letter(rules, number, of_letter);
            annotations(&document, id, &mut gather);
            // Each page has its own budget: what a file may take is bounded from outside.
            let mut budget = Budget::default();
            if let Some(placed) = page::placed(&document, id, &mut gather) {
                Walk::new(&document, &mut gather, &mut budget, &mut fonts).page(id, placed);
            }
            if of_letter == 1 {
                found.window = gather.window_text();
            }
            let (findings, sketch) = gather.finish();
            let is_shown = !sketch.offending.is_empty() && sketches_left > 0;
            if is_shown {
                sketches_left -= 1;
                found.sketches.push((number, sketch));
            }
            found.findings.extend(findings);
        }
        found.findings.truncate(LETTER_FINDINGS_MAX);
        survey.letters.push(found);
    }
    survey
}

/// Letters of a file by the first and the last page of each, so that they fit an argument.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageSet {
    /// Hexadecimal digits, four pages each, the first page in the highest bit.
    first: String,
    last: String,
}

impl PageSet {
    /// Notes letters, which share no page; pages are counted from 0.
    pub fn of(letters: &[Range<u32>]) -> Self {
        let digits = |pages: &mut dyn Iterator<Item = u32>| {
            let mut digits: Vec<u8> = Vec::new();
            for page in pages {
                let at = page as usize / 4;
                digits.resize(digits.len().max(at + 1), 0);
                digits[at] |= 8 >> (page % 4);
            }
            digits.iter().map(|&digit| char::from(b"0123456789abcdef"[digit as usize])).collect()
        };
        Self {
            first: digits(&mut letters.iter().map(|letter| letter.start)),
            last: digits(&mut letters.iter().map(|letter| letter.end - 1)),
        }
    }

    /// Returns the letters in the order of their pages.
    pub fn letters(&self) -> Vec<Range<u32>> {
        let pages = |digits: &str| -> Vec<u32> {
            let digits = (0..).zip(digits.chars().map(|digit| digit.to_digit(16).unwrap_or(0)));
            let of_digit = |(at, digit): (u32, u32)| {
                (0..4).filter(move |bit| digit & 8 >> bit != 0).map(move |bit| 4 * at + bit)
            };
            digits.flat_map(of_digit).collect()
        };
        let lasts = pages(&self.last);
        pages(&self.first).into_iter().zip(lasts).map(|(first, last)| first..last + 1).collect()
    }
}

/// Findings of a letter that are told.
pub const LETTER_FINDINGS_MAX: usize = 10;
/// Pages of a file of which a picture can be drawn.
pub const SKETCHES_MAX: usize = 20;
/// Pages of one ready PDF: two bits each have to fit the argument of a program, 128 KiB.
const READY_PAGES_MAX: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_told_by_their_first_and_last_pages() {
        let letters = [0..1, 1..4, 7..8, 9..17, 17..18];
        assert_eq!(PageSet::of(&letters).letters(), letters);
        assert_eq!(PageSet::of(&[]).letters(), []);
        let many: Vec<Range<u32>> = (0..50_000).map(|at| 2 * at..2 * at + 2).collect();
        let set = PageSet::of(&many);
        assert_eq!(set.letters(), many);
        assert!(set.first.len() + set.last.len() < 60_000);
    }
}
