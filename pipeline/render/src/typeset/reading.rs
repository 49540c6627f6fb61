//! 振り仮名: collects names with their readings.

use letter::Reason;

use super::{missing_glyph, Setter};
use crate::font::FaceMap;
use crate::layout::honorific::Addressee;
use crate::layout::line::is_blank;
use crate::layout::ruby::Ruby;
use crate::layout::shape;
use crate::template::{Reading, Source};

impl<'a> Setter<'a> {
    /// Collects a name and, above it, its reading: part by part where both have as many parts
    /// between blanks, else over the whole name. An addressee's honorific, department and person in
    /// charge have none, and a part that is its own reading, in kana, needs none.
    pub(super) fn collect_reading(
        &mut self,
        reading: &'a Reading,
        map: &FaceMap,
    ) -> Result<(), Reason> {
        let first = self.scratch.sorts.len();
        self.collect_value(&reading.name, map)?;
        let text = self.text_of(reading.source).unwrap_or("").trim_matches(BLANKS);
        if text.is_empty() || self.scratch.sorts.len() == first {
            return Ok(());
        }
        let mut end = self.scratch.sorts.len();
        if reading.name.source == Source::Addressee {
            let Addressee { lines, care_of, .. } = self.addressee();
            let name = lines[usize::from(care_of)];
            end = first + name.chars().filter(|&c| !shape::is_selector(c)).count();
        }
        let words = || text.split(BLANKS).filter(|word| !word.is_empty());
        let names = self.words(first, end);
        let (count, edges) = (names.clone().count(), names.clone().next().zip(names.last()));
        if count == words().count() {
            let mut at = first;
            for word in words() {
                let Some((start, end)) = self.words(at, end).next() else { break };
                self.add_reading((start, end), &[word], reading, map)?;
                at = end;
            }
            return Ok(());
        }
        if let Some(((start, _), (_, end))) = edges {
            let words: Vec<&str> = words().collect();
            self.add_reading((start, end), &words, reading, map)?;
        }
        Ok(())
    }

    /// Returns the stretches of collected sorts between blanks.
    fn words(&self, first: usize, end: usize) -> impl Iterator<Item = (usize, usize)> + Clone + '_ {
        let sorts = &self.scratch.sorts;
        let mut at = first;
        std::iter::from_fn(move || {
            let start = (at..end).find(|&at| !is_blank(&sorts[at]))?;
            at = (start..end).find(|&at| is_blank(&sorts[at])).unwrap_or(end);
            Some((start, at))
        })
    }

    fn add_reading(
        &mut self,
        (start, end): (usize, usize),
        words: &[&str],
        reading: &Reading,
        map: &FaceMap,
    ) -> Result<(), Reason> {
        let rubies = &mut self.scratch.rubies;
        let from = rubies.sorts.len();
        for word in words {
            shape::pick(map, word, &mut rubies.sorts)
                .map_err(|missing| missing_glyph(&reading.field, missing))?;
        }
        let to = rubies.sorts.len();
        let faces = self.program.chain.faces();
        let characters = |sorts: &[crate::font::Sort]| -> Vec<char> {
            let entry = |sort: &crate::font::Sort| {
                let charset = faces[usize::from(sort.face)].charset();
                hiragana(charset.entries[sort.char_index() as usize].character)
            };
            sorts.iter().map(entry).collect()
        };
        let name = &mut self.scratch.sorts[start..end];
        if from == to || characters(name) == characters(&rubies.sorts[from..to]) {
            rubies.sorts.truncate(from);
            return Ok(());
        }
        rubies.names.push(Ruby { start, end, from, to });
        // A name that a line can hold is not parted.
        if end - start <= WHOLE_MAX {
            name[1..].iter_mut().for_each(|sort| sort.bind(true));
            for at in start + 1..end {
                shape::join_at(&mut self.scratch.sorts, at);
            }
        }
        Ok(())
    }
}

fn hiragana(c: char) -> char {
    match c {
        'ァ'..='ヶ' => char::from_u32(c as u32 - 0x60).unwrap_or(c),
        _ => c,
    }
}

const BLANKS: [char; 2] = [' ', '\u{3000}'];
/// Longer names, of companies, may be parted between lines.
const WHOLE_MAX: usize = 8;
