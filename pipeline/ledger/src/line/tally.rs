//! The pieces of a part counted by where they stand.

use letter::piece::FIRST_GENERATION;
use serde::{Deserialize, Serialize};

use super::standing::{Standing, State};

/// Pieces by where they stand; each is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// All of them.
    pub pieces: u32,
    /// Printed; the line has not answered.
    pub printed: u32,
    /// In an envelope, not yet handed over.
    pub good: u32,
    /// Spoiled and not yet printed again.
    pub spoiled: u32,
    /// Missing and not yet printed again.
    pub missing: u32,
    /// Seen twice and not yet printed again.
    pub double: u32,
    /// To be pulled.
    pub pull_asked: u32,
    /// Posted as the night printed them.
    pub posted: u32,
    /// Posted as they were printed again.
    pub posted_again: u32,
    /// Pulled.
    pub pulled: u32,
    /// Set aside.
    pub set_aside: u32,
    /// Void envelopes that nobody has taken out; beside the equation, as each is of a piece above.
    pub strays: u32,
    /// Pieces that came back; beside the equation, as they were posted.
    pub returned: u32,
}

impl Tally {
    /// Counts a piece.
    pub(super) fn count(&mut self, piece: &Standing) {
        self.pieces += 1;
        self.strays += u32::from(piece.strays);
        let place = match piece.state {
            State::Printed => &mut self.printed,
            State::Good => &mut self.good,
            State::Spoiled => &mut self.spoiled,
            State::Missing => &mut self.missing,
            State::Double => &mut self.double,
            State::PullAsked => &mut self.pull_asked,
            State::Pulled => &mut self.pulled,
            State::SetAside => &mut self.set_aside,
            State::Posted if piece.generation == FIRST_GENERATION => &mut self.posted,
            State::Posted => &mut self.posted_again,
        };
        *place += 1;
    }

    /// Returns the pieces that ended: posted, pulled or set aside.
    pub fn ended(&self) -> u32 {
        self.posted + self.posted_again + self.pulled + self.set_aside
    }

    /// Returns the pieces that closing does not end: all but those in envelopes.
    pub fn open(&self) -> u32 {
        self.printed + self.spoiled + self.missing + self.double + self.pull_asked
    }

    /// Returns whether pieces = open + in envelopes + ended.
    pub fn equation_holds(&self) -> bool {
        self.pieces == self.open() + self.good + self.ended()
    }
}
