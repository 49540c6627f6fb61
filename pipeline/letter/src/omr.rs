//! OMR (光学マーク): the lines at a sheet's edge by which an inserter reads what the sheet is.
//!
//! Which lines there are, in which order and what each says is a setting of the machine (facts of
//! the trade: a fixed first line, end of set or its contrary, feeders, a wrap-around sequence,
//! parity); so all of it is data.

use serde::{Deserialize, Serialize};

use crate::piece::SheetMark;

/// Where the lines stand, and what each says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OmrProfile {
    /// Left end of every line from the left edge of the sheet, mm.
    pub left_mm: f64,
    /// Upper edge of the first line from the upper edge of the sheet, mm.
    pub top_mm: f64,
    /// Length of a line, mm.
    pub length_mm: f64,
    /// Thickness of a line, mm.
    pub thickness_mm: f64,
    /// From one line to the next, mm.
    pub pitch_mm: f64,
    /// What must stay blank around the lines, mm.
    pub clear_mm: f64,
    /// The lines from the top, at most [`OMR_LINES_MAX`].
    pub lines: Vec<OmrLine>,
}

/// The most lines of a code (Pitney Bowes D1600: 24 positions).
pub const OMR_LINES_MAX: usize = 24;

/// What a line says by being there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OmrLine {
    /// Always there: benchmark, safety, re-timing.
    Always,
    /// The last sheet of its piece.
    EndOfSet,
    /// Not the last sheet.
    NotEndOfSet,
    /// The first sheet of its piece.
    BeginOfSet,
    /// Not the first sheet.
    NotBeginOfSet,
    /// There if the number of all lines is even with it.
    EvenParity,
    /// There if the number of all lines is odd with it.
    OddParity,
    /// Lowest bit of the wrap-around sequence of pieces.
    #[serde(rename = "sequence-1")]
    Sequence1,
    /// Its second bit.
    #[serde(rename = "sequence-2")]
    Sequence2,
    /// Its third bit.
    #[serde(rename = "sequence-4")]
    Sequence4,
    /// Its fourth bit.
    #[serde(rename = "sequence-8")]
    Sequence8,
    /// Feeder 1 puts in.
    #[serde(rename = "feed-1")]
    Feed1,
    /// Feeder 2 puts in.
    #[serde(rename = "feed-2")]
    Feed2,
    /// Feeder 3 puts in.
    #[serde(rename = "feed-3")]
    Feed3,
    /// Feeder 4 puts in.
    #[serde(rename = "feed-4")]
    Feed4,
    /// A reprint.
    Reprint,
}

impl OmrProfile {
    /// Says what makes the profile unusable.
    ///
    /// # Errors
    /// The trouble in words: too many lines, two of parity, lines that touch.
    pub fn check(&self) -> Result<(), String> {
        let is_parity = |line: &&OmrLine| matches!(line, OmrLine::EvenParity | OmrLine::OddParity);
        let (lines, parities) = (self.lines.len(), self.lines.iter().filter(is_parity).count());
        if !(1..=OMR_LINES_MAX).contains(&lines) {
            return Err(format!("{lines} lines; a code has 1 to {OMR_LINES_MAX}"));
        }
        if parities > 1 {
            return Err(format!("{parities} lines of parity; a code has one"));
        }
        let lengths = [self.length_mm, self.thickness_mm, self.pitch_mm];
        if lengths.iter().any(|length| *length <= 0.0) || self.pitch_mm < 2.0 * self.thickness_mm {
            return Err("lines that have no thickness or length, or touch each other".to_owned());
        }
        if self.lines[0] != OmrLine::Always {
            return Err("the first line must always be there: the machine begins by it".to_owned());
        }
        Ok(())
    }

    /// Returns which lines a sheet has, the first one lowest.
    pub fn printed(&self, mark: &SheetMark) -> u32 {
        let mut lines = 0;
        for (place, line) in self.lines.iter().enumerate() {
            lines |= u32::from(line.is_there(mark)) << place;
        }
        for (place, line) in self.lines.iter().enumerate() {
            let even = lines.count_ones() % 2 == 0;
            let is_there = match line {
                OmrLine::EvenParity => !even,
                OmrLine::OddParity => even,
                _ => continue,
            };
            lines |= u32::from(is_there) << place;
        }
        lines
    }

    /// Returns the height of the code from the first line's upper edge to the last one's lower
    /// edge, mm.
    pub fn height_mm(&self) -> f64 {
        self.pitch_mm * (self.lines.len() as f64 - 1.0) + self.thickness_mm
    }
}

impl OmrLine {
    /// Returns whether a line is there that does not depend on others.
    fn is_there(self, mark: &SheetMark) -> bool {
        let bit = |bits: u32, place: u32| bits >> place & 1 == 1;
        let feeds = u32::from(mark.inserts);
        match self {
            Self::Always => true,
            Self::EndOfSet => mark.sheet == mark.sheets,
            Self::NotEndOfSet => mark.sheet != mark.sheets,
            Self::BeginOfSet => mark.sheet == 1,
            Self::NotBeginOfSet => mark.sheet != 1,
            Self::EvenParity | Self::OddParity => false,
            Self::Sequence1 => bit(mark.sequence, 0),
            Self::Sequence2 => bit(mark.sequence, 1),
            Self::Sequence4 => bit(mark.sequence, 2),
            Self::Sequence8 => bit(mark.sequence, 3),
            Self::Feed1 => bit(feeds, 0),
            Self::Feed2 => bit(feeds, 1),
            Self::Feed3 => bit(feeds, 2),
            Self::Feed4 => bit(feeds, 3),
            Self::Reprint => mark.generation > crate::piece::FIRST_GENERATION,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(lines: &[OmrLine]) -> OmrProfile {
        OmrProfile {
            left_mm: 5.0,
            top_mm: 110.0,
            length_mm: 12.0,
            thickness_mm: 0.5,
            pitch_mm: 4.0,
            clear_mm: 3.0,
            lines: lines.to_vec(),
        }
    }

    fn mark(sequence: u32, sheet: u16, sheets: u16, inserts: u8) -> SheetMark {
        SheetMark { generation: 1, job: 1, sequence, sheet, sheets, inserts }
    }

    #[test]
    fn every_line_says_what_it_is_for() {
        use OmrLine::{
            Always, BeginOfSet, EndOfSet, Feed2, NotBeginOfSet, NotEndOfSet, Reprint, Sequence1,
            Sequence4,
        };
        let lines = [Always, EndOfSet, NotEndOfSet, BeginOfSet, NotBeginOfSet];
        let one = profile(&lines);
        assert_eq!(one.printed(&mark(1, 1, 1, 0)), 0b01011);
        assert_eq!(one.printed(&mark(1, 1, 3, 0)), 0b01101);
        assert_eq!(one.printed(&mark(1, 2, 3, 0)), 0b10101);
        assert_eq!(one.printed(&mark(1, 3, 3, 0)), 0b10011);
        let other = profile(&[Always, Sequence1, Sequence4, Feed2, Reprint]);
        assert_eq!(other.printed(&mark(13, 1, 1, 2)), 0b01111, "13 is 8 + 4 + 1");
        assert_eq!(other.printed(&SheetMark { generation: 2, ..mark(8, 1, 1, 1) }), 0b10001);
    }

    #[test]
    fn parity_makes_the_number_of_lines_even_or_odd() {
        use OmrLine::{Always, EvenParity, OddParity, Sequence1, Sequence2};
        for (parity, rest) in [(EvenParity, 0), (OddParity, 1)] {
            let profile = profile(&[Always, parity, Sequence1, Sequence2]);
            for sequence in 0..4 {
                let lines = profile.printed(&mark(sequence, 1, 1, 0));
                assert_eq!(lines.count_ones() % 2, rest, "{lines:b}");
            }
        }
    }

    #[test]
    fn a_profile_that_no_machine_could_read_is_refused() {
        use OmrLine::{Always, EndOfSet, EvenParity, OddParity};
        assert_eq!(profile(&[Always, EndOfSet]).check(), Ok(()));
        for lines in [&[][..], &[EndOfSet], &[Always; 25], &[Always, EvenParity, OddParity]] {
            assert!(profile(lines).check().is_err(), "{lines:?}");
        }
        assert!(OmrProfile { pitch_mm: 0.9, ..profile(&[Always]) }.check().is_err());
    }
}
