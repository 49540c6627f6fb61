//! How one printed piece stands, and what each act makes of it.

use letter::piece::FIRST_GENERATION;
use serde::{Deserialize, Serialize};

use super::act::Said;

/// Where a printed piece stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The generation that counts; all before it are void.
    pub generation: u8,
    /// What is known of that generation.
    pub state: State,
    /// Void envelopes that the line made of it and nobody has taken out yet.
    pub strays: u8,
}

/// What is known of a piece's present generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Printed; the line has not answered.
    Printed,
    /// In its envelope.
    Good,
    /// Spoiled (破損): must be printed again.
    Spoiled,
    /// Missing: must be printed again.
    Missing,
    /// Seen twice: must be printed again.
    Double,
    /// To be pulled (引抜き); nobody has scanned it yet.
    PullAsked,
    /// Pulled, confirmed by its scan: an end.
    Pulled,
    /// Set aside for a person: an end.
    SetAside,
    /// Handed to the post office: an end.
    Posted,
}

impl State {
    /// Returns whether the piece must be printed again, pulled or set aside.
    pub fn asks_for_reprint(self) -> bool {
        matches!(self, Self::Spoiled | Self::Missing | Self::Double)
    }

    /// Says it in English.
    pub fn english(self) -> &'static str {
        match self {
            Self::Printed => "printed, without an answer of the line",
            Self::Good => "in its envelope",
            Self::Spoiled => "spoiled",
            Self::Missing => "missing",
            Self::Double => "seen twice",
            Self::PullAsked => "to be pulled",
            Self::Pulled => "pulled",
            Self::SetAside => "set aside",
            Self::Posted => "posted",
        }
    }
}

impl Standing {
    /// Returns how a piece stands when the night has printed it.
    pub(super) fn printed() -> Self {
        Self { generation: FIRST_GENERATION, state: State::Printed, strays: 0 }
    }

    /// Takes an answer of the line; returns whether the piece was printed in that generation.
    pub(super) fn answer(&mut self, generation: u8, said: Said) -> bool {
        if generation > self.generation || generation < FIRST_GENERATION {
            return false;
        }
        if generation < self.generation {
            self.strays += u8::from(said == Said::Good);
            return true;
        }
        match (self.state, said) {
            // What was to leave the line came through it: somebody must take it out.
            (State::Pulled | State::SetAside, Said::Good) => self.strays += 1,
            (State::PullAsked | State::Pulled | State::SetAside | State::Posted, _) => {}
            // The same sheets cannot be in two envelopes: neither is trusted.
            (State::Good, Said::Good) => {
                self.strays += 2;
                self.state = State::Double;
            }
            // A double row diverts what it saw; the envelope before it lies in its tray.
            (State::Good, Said::Double) => {
                self.strays += 1;
                self.state = State::Double;
            }
            (State::Double, Said::Good) => self.strays += 1,
            (State::Double, _) => {}
            (_, Said::Good) => self.state = State::Good,
            (_, Said::Spoiled) => self.state = State::Spoiled,
            (_, Said::Missing) => self.state = State::Missing,
            (_, Said::Double) => self.state = State::Double,
        }
        true
    }

    /// Makes the newest generation the one that counts.
    pub(super) fn reprint(&mut self, generation: u8) -> bool {
        match self.state {
            State::PullAsked | State::Pulled | State::SetAside | State::Posted => return false,
            State::Good => self.strays += 1,
            State::Printed | State::Spoiled | State::Missing | State::Double => {}
        }
        self.generation = generation;
        self.state = State::Printed;
        true
    }

    pub(super) fn ask_for_pull(&mut self) -> bool {
        let can = !matches!(
            self.state,
            State::PullAsked | State::Pulled | State::SetAside | State::Posted
        );
        if can {
            self.state = State::PullAsked;
        }
        can
    }

    /// Notes that something of that generation was taken out.
    pub(super) fn take_out(&mut self, generation: u8) -> bool {
        if self.state == State::PullAsked && generation == self.generation {
            self.state = State::Pulled;
            return true;
        }
        let is_stray =
            self.strays > 0 && (FIRST_GENERATION..=self.generation).contains(&generation);
        self.strays -= u8::from(is_stray);
        is_stray
    }

    pub(super) fn set_aside(&mut self) -> bool {
        let can = self.state == State::Printed || self.state.asks_for_reprint();
        if can {
            self.state = State::SetAside;
        }
        can
    }
}
