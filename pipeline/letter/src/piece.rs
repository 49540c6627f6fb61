//! 通 (tsū): what is known of a piece between the stages, small enough for ten million in memory.

use crate::channel::{Channel, ChannelReason};
use crate::postal::PostalCode;

/// A measured piece: the key from which `presort` makes the print order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The record's number within the batch, from 0, in the sender's order.
    pub record: u32,
    /// 郵便番号.
    pub postal: PostalCode,
    /// The address numbers in walking order, most significant first, 16 bits each
    /// (3丁目30-8-403 is 3, 30, 8, 403); 0 where there is none.
    pub walk: u64,
    /// Pages with print on them.
    pub pages: u16,
    /// Whether it carries the customer barcode.
    pub has_barcode: bool,
    /// How it goes.
    pub channel: Channel,
    /// Why it goes so.
    pub why: ChannelReason,
}

/// A placed piece: where it lies in print files, trays and bundles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// What was placed.
    pub piece: Measured,
    /// 通番, the place in print order over the whole batch, from 1.
    pub sequence: u32,
    /// Print file, from 1.
    pub file: u32,
    /// トレー, from 1.
    pub tray: u32,
    /// 把束, from 1 within its tray.
    pub bundle: u32,
    /// Sheets of paper.
    pub sheets: u16,
    /// Weight with envelope, in milligrams.
    pub weight_mg: u32,
    /// Postage, in yen: the piece's share of what its posting costs.
    pub postage_yen: u32,
}

/// What one piece's mark says on one sheet (facts: post_and_print §4.2); the payload of the
/// DataMatrix and the text beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SheetMark {
    /// The print generation, 1 digit: 1 for the night's own print, the next for each reprint
    /// (再作成), which makes those before it void.
    pub generation: u8,
    /// The job, 8 digits, the same on every sheet of a print run.
    pub job: u32,
    /// 通番, 7 digits.
    pub sequence: u32,
    /// Sheet i of n, from 1.
    pub sheet: u16,
    /// The n.
    pub sheets: u16,
    /// Insert bits, one a feeder, feeder 1 lowest.
    pub inserts: u8,
}

/// The print generation of the night itself.
pub const FIRST_GENERATION: u8 = 1;
/// The last print generation that a mark has a digit for.
pub const LAST_GENERATION: u8 = 9;
/// The length of a mark's text.
pub const MARK_LEN: usize = 26;

impl SheetMark {
    /// Returns the 26 digits: generation 1, job 8, sequence 7, sheet 2, of 2, end of set 1,
    /// inserts 3 (decimal), check 2 (97 - number mod 97, which any single wrong digit or swap
    /// breaks).
    pub fn text(&self) -> String {
        let end_of_set = u8::from(self.sheet == self.sheets);
        let body = format!(
            "{}{:08}{:07}{:02}{:02}{end_of_set}{:03}",
            self.generation % 10,
            self.job % 100_000_000,
            self.sequence % 10_000_000,
            self.sheet % 100,
            self.sheets % 100,
            self.inserts
        );
        let check = 97 - mod97(&body);
        format!("{body}{check:02}")
    }

    /// Reads a mark's text back.
    ///
    /// Returns `None` if it is not 26 digits of a generation with a true check.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == MARK_LEN && text.bytes().all(|b| b.is_ascii_digit());
        let generation = text.bytes().next().map(|first| first.wrapping_sub(b'0'))?;
        if !digits || !(FIRST_GENERATION..=LAST_GENERATION).contains(&generation) {
            return None;
        }
        let mark = Self {
            generation,
            job: text[1..9].parse().ok()?,
            sequence: text[9..16].parse().ok()?,
            sheet: text[16..18].parse().ok()?,
            sheets: text[18..20].parse().ok()?,
            inserts: text[21..24].parse().ok()?,
        };
        (mark.text() == text).then_some(mark)
    }
}

fn mod97(digits: &str) -> u32 {
    digits.bytes().fold(0, |rest, b| (rest * 10 + u32::from(b - b'0')) % 97)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: SheetMark = SheetMark {
        generation: FIRST_GENERATION,
        job: 20_261_122,
        sequence: 42,
        sheet: 2,
        sheets: 2,
        inserts: 5,
    };

    #[test]
    fn a_mark_reads_back() {
        let text = MARK.text();
        assert_eq!(text.len(), MARK_LEN);
        assert_eq!(SheetMark::parse(&text), Some(MARK));
    }

    #[test]
    fn a_reprint_says_its_generation() {
        for generation in FIRST_GENERATION..=LAST_GENERATION {
            let mark = SheetMark { generation, ..MARK };
            assert_eq!(SheetMark::parse(&mark.text()), Some(mark));
        }
        let text = SheetMark { generation: 0, ..MARK }.text();
        assert_eq!(SheetMark::parse(&text), None, "there is no generation before the first");
    }

    #[test]
    fn any_single_wrong_digit_breaks_the_check() {
        let text = MARK.text();
        for at in 0..MARK_LEN {
            for digit in b'0'..=b'9' {
                let mut wrong = text.clone().into_bytes();
                if wrong[at] == digit {
                    continue;
                }
                wrong[at] = digit;
                let wrong = String::from_utf8(wrong).expect("digits");
                assert_eq!(SheetMark::parse(&wrong), None, "{wrong}");
            }
        }
    }
}
