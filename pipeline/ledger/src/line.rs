//! The account of the enveloping line: where each printed piece stands until all are posted.
//!
//! A night ends with print files; a piece ends with the post office. Between the two stand the
//! inserter's answers, reprints (再作成), pieces pulled (引抜き) and set aside. Each is an [`Act`], kept
//! in a log; the account follows from the acts alone, so that it can be told again from them at any
//! time. It closes only when each piece has ended once.

mod act;
mod standing;
mod tally;
#[cfg(test)]
mod tests;

pub use act::{Act, Answer, Return, Said};
pub use standing::{Standing, State};
pub use tally::Tally;

use std::collections::{BTreeMap, HashSet};

use letter::piece::{FIRST_GENERATION, LAST_GENERATION};
use thiserror::Error;

/// The account of one part's printed pieces.
#[derive(Clone, Debug)]
pub struct LineAccount {
    /// By sequence, from 1.
    pieces: Vec<Standing>,
    /// The newest print generation.
    generation: u8,
    /// Rows of the inserter's logs that were noted.
    noted: HashSet<Answer>,
    returned: BTreeMap<u32, Return>,
    is_closed: bool,
}

/// What an act changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// What was new in it.
    pub new: u32,
    /// What was noted before, and is not noted twice.
    pub known: u32,
}

/// Why an act cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LineFault {
    /// No piece has that sequence.
    #[error("sequence {sequence} was not printed: there are {pieces}")]
    NoSuchPiece {
        /// The sequence.
        sequence: u32,
        /// The pieces of the part.
        pieces: u32,
    },
    /// The piece was never printed in that generation.
    #[error("sequence {sequence} was not printed in generation {generation}")]
    NoSuchGeneration {
        /// The sequence.
        sequence: u32,
        /// The generation.
        generation: u8,
    },
    /// The piece stands where the act cannot reach it.
    #[error("sequence {sequence} is {}", state.english())]
    Unfit {
        /// The sequence.
        sequence: u32,
        /// How it stands.
        state: State,
    },
    /// Nothing of the piece was to be taken out.
    #[error("sequence {sequence}, generation {generation}: nobody asked for it to be taken out")]
    NotAskedFor {
        /// The sequence.
        sequence: u32,
        /// The generation.
        generation: u8,
    },
    /// A generation is not the one after the last, or there are too many.
    #[error("print generation {found} cannot follow {last}; the last possible one is 9")]
    WrongGeneration {
        /// The generation.
        found: u8,
        /// The newest one.
        last: u8,
    },
    /// The part was closed: every piece has ended.
    #[error("the part is closed")]
    IsClosed,
    /// Not every piece has ended.
    #[error("{open} pieces have not ended, {strays} void envelopes are not taken out")]
    IsOpen {
        /// Pieces without an end.
        open: u32,
        /// Void envelopes that nobody has taken out.
        strays: u32,
    },
}

impl LineAccount {
    /// Opens the account of a part's printed pieces, sequences 1 to `pieces`.
    pub fn open(pieces: u32) -> Self {
        Self {
            pieces: vec![Standing::printed(); pieces as usize],
            generation: FIRST_GENERATION,
            noted: HashSet::new(),
            returned: BTreeMap::new(),
            is_closed: false,
        }
    }

    /// Returns how a piece stands.
    pub fn standing(&self, sequence: u32) -> Option<Standing> {
        let index = sequence.checked_sub(1)?;
        self.pieces.get(index as usize).copied()
    }

    /// Returns sequence and standing of every piece.
    pub fn standings(&self) -> impl Iterator<Item = (u32, Standing)> + '_ {
        (1..).zip(self.pieces.iter().copied())
    }

    /// Returns the newest print generation; the night's own is the first.
    pub fn generation(&self) -> u8 {
        self.generation
    }

    /// Returns whether every piece has ended.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Returns the pieces that came back (返戻), by sequence.
    pub fn returned(&self) -> &BTreeMap<u32, Return> {
        &self.returned
    }

    /// Returns the sequences that the line could not post and that are to be printed again.
    pub fn to_reprint(&self) -> Vec<u32> {
        let failed = |(_, piece): &(u32, Standing)| piece.state.asks_for_reprint();
        self.standings().filter(failed).map(|(sequence, _)| sequence).collect()
    }

    /// Counts the pieces by where they stand.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally { returned: self.returned.len() as u32, ..Tally::default() };
        self.pieces.iter().for_each(|piece| tally.count(piece));
        tally
    }

    /// Takes an act into the account: all of it or nothing.
    ///
    /// # Errors
    /// [`LineFault`]; the account is then as it was.
    pub fn act(&mut self, act: &Act) -> Result<Change, LineFault> {
        let before = match act {
            // One piece or none is touched, and checked before.
            Act::PullAsked { .. } | Act::TakenOut { .. } | Act::SetAside { .. } => None,
            Act::Returned { .. } | Act::Closed => None,
            Act::Answered { .. } | Act::Reprinted { .. } => Some(self.clone()),
        };
        let done = self.apply(act);
        if let (Err(_), Some(before)) = (&done, before) {
            *self = before;
        }
        done
    }

    fn apply(&mut self, act: &Act) -> Result<Change, LineFault> {
        if let Act::Returned { sequence, back } = act {
            return self.take_back(*sequence, back);
        }
        if self.is_closed {
            return Err(LineFault::IsClosed);
        }
        match act {
            Act::Answered { rows, .. } => {
                let mut change = Change::default();
                for row in rows {
                    match self.answer(row)? {
                        true => change.new += 1,
                        false => change.known += 1,
                    }
                }
                return Ok(change);
            }
            Act::Reprinted { generation, sequences, .. } => {
                let last = self.generation;
                if *generation != last + 1 || *generation > LAST_GENERATION {
                    return Err(LineFault::WrongGeneration { found: *generation, last });
                }
                self.generation = *generation;
                for &sequence in sequences {
                    self.reach(sequence, |piece| piece.reprint(*generation))?;
                }
                return Ok(Change { new: sequences.len() as u32, known: 0 });
            }
            Act::PullAsked { sequence, .. } => self.reach(*sequence, Standing::ask_for_pull)?,
            Act::TakenOut { sequence, generation } => {
                let fault = LineFault::NotAskedFor { sequence: *sequence, generation: *generation };
                let generation = *generation;
                if !self.piece(*sequence)?.take_out(generation) {
                    return Err(fault);
                }
            }
            Act::SetAside { sequence, .. } => self.reach(*sequence, Standing::set_aside)?,
            Act::Closed => self.close()?,
            Act::Returned { .. } => unreachable!("what came back was taken before"),
        }
        Ok(Change { new: 1, known: 0 })
    }

    /// Notes what the line said of a piece; returns whether that is news.
    fn answer(&mut self, row: &Answer) -> Result<bool, LineFault> {
        let (sequence, generation) = (row.sequence, row.generation);
        if self.noted.contains(row) {
            return Ok(false);
        }
        if !self.piece(sequence)?.answer(generation, row.said) {
            return Err(LineFault::NoSuchGeneration { sequence, generation });
        }
        self.noted.insert(*row);
        Ok(true)
    }

    fn take_back(&mut self, sequence: u32, back: &Return) -> Result<Change, LineFault> {
        let piece = *self.piece(sequence)?;
        if self.returned.contains_key(&sequence) {
            return Ok(Change { new: 0, known: 1 });
        }
        match piece.state {
            State::Good | State::Posted => {
                self.returned.insert(sequence, back.clone());
                Ok(Change { new: 1, known: 0 })
            }
            state => Err(LineFault::Unfit { sequence, state }),
        }
    }

    fn close(&mut self) -> Result<(), LineFault> {
        let tally = self.tally();
        let (open, strays) = (tally.open(), tally.strays);
        if open > 0 || strays > 0 {
            return Err(LineFault::IsOpen { open, strays });
        }
        for piece in &mut self.pieces {
            if piece.state == State::Good {
                piece.state = State::Posted;
            }
        }
        self.is_closed = true;
        Ok(())
    }

    /// Changes a piece, or says how it stands if the change cannot be.
    fn reach(
        &mut self,
        sequence: u32,
        change: impl FnOnce(&mut Standing) -> bool,
    ) -> Result<(), LineFault> {
        let piece = self.piece(sequence)?;
        match change(piece) {
            true => Ok(()),
            false => Err(LineFault::Unfit { sequence, state: piece.state }),
        }
    }

    fn piece(&mut self, sequence: u32) -> Result<&mut Standing, LineFault> {
        let pieces = self.pieces.len() as u32;
        let index = sequence.checked_sub(1).map(|index| index as usize);
        let piece = index.and_then(|index| self.pieces.get_mut(index));
        piece.ok_or(LineFault::NoSuchPiece { sequence, pieces })
    }
}
