//! What the marks of a letter must say: sheet 1 to n of n, each on a front.

use letter::barcode::BAR_COUNT;
use letter::omr::OmrProfile;
use letter::page::SheetSize;
use letter::piece::{SheetMark, MARK_LEN};
use letter::PieceId;

use crate::error::ReadError;
use crate::ink::Ink;
use crate::lines::Lines;
use crate::print_file::LetterFacts;

/// Where a print file must show marks: what the shop's inserter reads, never what the file says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MarksDue {
    /// On the front of every sheet.
    #[default]
    EverySheet,
    /// Nowhere: the line counts by the control file alone, and a mark is one too many.
    Nowhere {
        /// Sides of a sheet that have a page each, 1 or 2.
        sides: u8,
    },
}

/// The lines of OMR that every sheet's front must show, and nothing else may.
#[derive(Clone, Debug, PartialEq)]
pub struct OmrDue {
    /// On what they stand.
    pub sheet: SheetSize,
    /// Where they stand and what they say.
    pub profile: OmrProfile,
    /// Sides of a sheet that have a page each, 1 or 2.
    pub sides: u8,
    /// What the feeders put in, feeder 1 lowest.
    pub inserts: u8,
    /// The print generation.
    pub generation: u8,
}

/// What a document part says of its letter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) piece: PieceId,
    /// 通番, if the metadata name it.
    pub(crate) sequence: Option<i64>,
}

/// What the pages of one letter show beside its text.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Page index and mark.
    marks: Vec<(u32, SheetMark)>,
    /// By the characters of a font of bars.
    bars: String,
    /// By the rectangles on the page.
    drawn: String,
    /// The lines of OMR of each page.
    lines: Vec<u32>,
    symbols: u32,
}

impl Seen {
    pub(crate) fn clear(&mut self) {
        self.marks.clear();
        self.bars.clear();
        self.drawn.clear();
        self.lines.clear();
        self.symbols = 0;
    }

    /// Returns how many sheets had a DataMatrix that says what their mark says.
    pub(crate) fn symbols(&self) -> u32 {
        self.symbols
    }

    /// Notes a page's mark, of which the front of a sheet has one, and the first barcode.
    ///
    /// # Errors
    /// If it has several marks.
    pub(crate) fn note(
        &mut self,
        piece: PieceId,
        index: u32,
        lines: &Lines,
    ) -> Result<(), ReadError> {
        let before = self.marks.len();
        for part in lines.parts() {
            match part.len() {
                // A number of the letter's own fails the check.
                MARK_LEN => {
                    let mark = std::str::from_utf8(part).ok().and_then(SheetMark::parse);
                    self.marks.extend(mark.map(|mark| (index, mark)));
                }
                BAR_COUNT if self.bars.is_empty() && part.iter().copied().all(is_bar) => {
                    self.bars.extend(part.iter().map(|&bar| char::from(bar)));
                }
                _ => {}
            }
        }
        if self.marks.len() - before > 1 {
            return Err(fault(piece, index, "more than one mark".to_owned()));
        }
        Ok(())
    }

    /// Notes the bars that a page shows, if no page before had any.
    pub(crate) fn note_bars(&mut self, drawn: &str) {
        if self.drawn.is_empty() {
            self.drawn.push_str(drawn);
        }
    }

    /// Notes a page's symbols: no page has one without a mark, and it says what the mark says.
    ///
    /// # Errors
    /// If it says something else, or there are several.
    pub(crate) fn note_symbols(
        &mut self,
        piece: PieceId,
        index: u32,
        symbols: &[String],
    ) -> Result<(), ReadError> {
        let mark = self.marks.last().filter(|(page, _)| *page == index);
        match (symbols, mark) {
            ([], _) => Ok(()),
            ([symbol], Some((_, mark))) if SheetMark::parse(symbol) == Some(*mark) => {
                self.symbols += 1;
                Ok(())
            }
            ([_], _) => Err(fault(piece, index, "a DataMatrix that says another thing".to_owned())),
            _ => Err(fault(piece, index, "more than one DataMatrix".to_owned())),
        }
    }

    /// Notes the lines of OMR that a page shows.
    ///
    /// # Errors
    /// If other ink stands among them.
    pub(crate) fn note_omr(
        &mut self,
        piece: PieceId,
        index: u32,
        ink: &Ink,
        due: &OmrDue,
    ) -> Result<(), ReadError> {
        let lines = ink.omr(due.sheet, &due.profile);
        self.lines.push(lines.map_err(|trouble| fault(piece, index, trouble.to_owned()))?);
        Ok(())
    }

    /// Checks that the lines of OMR say what every sheet of the letter is: all on fronts.
    ///
    /// # Errors
    /// If a line is missing or one too many.
    pub(crate) fn check_omr(&self, letter: &LetterFacts, due: &OmrDue) -> Result<(), ReadError> {
        for (page, lines) in (0u32..).zip(&self.lines) {
            let (sheet, side) = (page / u32::from(due.sides), page % u32::from(due.sides));
            let expected = due.profile.printed(&SheetMark {
                generation: due.generation,
                job: 0,
                sequence: letter.sequence,
                sheet: sheet as u16 + 1,
                sheets: letter.sheets,
                inserts: due.inserts,
            });
            let expected = if side == 0 { expected } else { 0 };
            if *lines != expected {
                let trouble = format!("OMR lines {lines:b}, not {expected:b}");
                return Err(fault(letter.id, letter.pages.start + page, trouble));
            }
        }
        Ok(())
    }

    /// Makes the letter of pages `first` up to before `end`.
    ///
    /// # Errors
    /// If its bars contradict each other; if marks are due and do not say sheet 1 to n of n with
    /// one job and sequence, on the front of each sheet; if they are not and it has one, or its
    /// document part does not name its sequence.
    pub(crate) fn letter(
        &self,
        due: MarksDue,
        named: Named,
        first: u32,
        end: u32,
    ) -> Result<LetterFacts, ReadError> {
        let Self { bars, drawn, .. } = self;
        if !bars.is_empty() && !drawn.is_empty() && bars != drawn {
            let trouble = "bars that are not what their characters say".to_owned();
            return Err(fault(named.piece, first, trouble));
        }
        let (sequence, sheets, mark) = match due {
            MarksDue::EverySheet => {
                let mark = self.marked(named, first, end)?;
                (mark.sequence, mark.sheets, Some(mark))
            }
            MarksDue::Nowhere { sides } => {
                let (sequence, sheets) = self.unmarked(named, first, end, u32::from(sides))?;
                (sequence, sheets, None)
            }
        };
        let bars = if drawn.is_empty() { bars } else { drawn }.clone();
        Ok(LetterFacts { id: named.piece, sequence, sheets, pages: first..end, mark, bars })
    }

    /// Returns sequence and sheets of a letter that has no marks.
    fn unmarked(
        &self,
        named: Named,
        first: u32,
        end: u32,
        sides: u32,
    ) -> Result<(u32, u16), ReadError> {
        let Named { piece, sequence } = named;
        if let Some((page, _)) = self.marks.first() {
            return Err(fault(piece, *page, "a mark where none is due".to_owned()));
        }
        let Some(sequence) = sequence.and_then(|sequence| u32::try_from(sequence).ok()) else {
            return Err(fault(
                piece,
                first,
                "neither a mark nor a part with its sequence".to_owned(),
            ));
        };
        let pages = end - first;
        match u16::try_from(pages / sides.max(1)) {
            Ok(sheets) if u32::from(sheets) * sides == pages => Ok((sequence, sheets)),
            _ => Err(fault(piece, first, format!("{pages} pages on sheets of {sides} sides"))),
        }
    }

    /// Returns the first mark of a letter whose marks are sound.
    fn marked(&self, named: Named, first: u32, end: u32) -> Result<SheetMark, ReadError> {
        let Self { marks, .. } = self;
        let Named { piece, sequence } = named;
        let Some(&(_, mark)) = marks.first() else {
            return Err(fault(piece, first, "no mark on any page".to_owned()));
        };
        if sequence.is_some_and(|sequence| sequence != i64::from(mark.sequence)) {
            let trouble = format!("the mark says another sequence, {}", mark.sequence);
            return Err(fault(piece, first, trouble));
        }
        let (pages, sheets) = (end - first, u32::from(mark.sheets));
        let sides = pages / sheets.max(1);
        let found = marks.len();
        if found != sheets as usize || !(1..=2).contains(&sides) || sides * sheets != pages {
            let trouble = format!("{pages} pages and {found} marks for {sheets} sheets");
            return Err(fault(piece, first, trouble));
        }
        for (i, (page, found)) in (0u32..).zip(marks) {
            let expected = SheetMark { sheet: i as u16 + 1, ..mark };
            if *found != expected {
                let trouble = format!("the mark says {}, not {}", found.text(), expected.text());
                return Err(fault(piece, *page, trouble));
            }
            if *page != first + i * sides {
                let trouble = "a mark that is not on the front of its sheet".to_owned();
                return Err(fault(piece, *page, trouble));
            }
        }
        Ok(mark)
    }
}

/// Returns an error unless `letter` comes after the sequence before.
pub(crate) fn check_order(before: Option<u32>, letter: &LetterFacts) -> Result<(), ReadError> {
    match before.filter(|before| *before >= letter.sequence) {
        None => Ok(()),
        Some(before) => {
            let trouble = format!("sequence {} comes after {before}", letter.sequence);
            Err(fault(letter.id, letter.pages.start, trouble))
        }
    }
}

fn is_bar(byte: u8) -> bool {
    matches!(byte, b'F' | b'A' | b'D' | b'T')
}

fn fault(piece: PieceId, index: u32, trouble: String) -> ReadError {
    ReadError::Mark { piece, page: index + 1, trouble }
}
