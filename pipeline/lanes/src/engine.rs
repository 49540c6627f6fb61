//! The machine's ways to answer a batch, and the choice among them.

use std::sync::OnceLock;

use crate::kernel::known_answers;
use crate::kernel::lanes::LANES;
use crate::kernel::verify::{Found, Signed};
use crate::{library, Item};

/// A way to answer a batch of signatures; every way gives the same answers.
#[derive(Clone, Copy)]
pub struct Engine(Way);

#[derive(Clone, Copy)]
enum Way {
    Library,
    #[cfg(any(test, feature = "model"))]
    Model,
    #[cfg(target_arch = "x86_64")]
    Avx512(crate::kernel::avx512::Avx512),
}

impl Engine {
    /// Returns the fastest way that this machine has: lanes, or the library.
    pub fn best() -> Engine {
        Engine::lanes().unwrap_or(Engine::library())
    }

    /// Returns the vector lanes, if this machine has them and they know their known answers.
    ///
    /// The known answers are asked once, at the first call of the program.
    pub fn lanes() -> Option<Engine> {
        static LANES_HERE: OnceLock<Option<Engine>> = OnceLock::new();
        *LANES_HERE.get_or_init(|| Engine::detect().filter(|engine| engine.knows_the_answers()))
    }

    #[cfg(target_arch = "x86_64")]
    fn detect() -> Option<Engine> {
        crate::kernel::avx512::Avx512::detect().map(|leave| Engine(Way::Avx512(leave)))
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn detect() -> Option<Engine> {
        None
    }

    fn knows_the_answers(self) -> bool {
        known_answers::given_by(|signed| self.open(signed))
    }

    /// Returns the library, one signature after the other.
    pub fn library() -> Engine {
        Engine(Way::Library)
    }

    /// Returns the lanes played by plain integers: slow, for tests on any machine.
    ///
    /// The feature `model` has it, which nothing but tests asks for.
    #[cfg(any(test, feature = "model"))]
    pub fn model() -> Engine {
        Engine(Way::Model)
    }

    /// Answers for every item, in their order, whether its signature is right; see
    /// [`verify`](crate::verify()).
    pub fn verify(self, items: &[Item<'_>], answers: &mut Vec<bool>) {
        answers.clear();
        answers.resize(items.len(), false);
        let mut waiting = [0; LANES];
        let mut count = 0;
        for (index, item) in items.iter().enumerate() {
            match self.fits(item) {
                true => {
                    waiting[count] = index;
                    count += 1;
                }
                false => answers[index] = library::verify(item),
            }
            if count == LANES {
                self.answer(items, &waiting, answers);
                count = 0;
            }
        }
        self.answer(items, &waiting[..count], answers);
    }

    fn fits(self, item: &Item<'_>) -> bool {
        !matches!(self.0, Way::Library) && Signed::of(item).is_some()
    }

    /// Answers one to eight items that fit; the lanes left over repeat the first.
    fn answer(self, items: &[Item<'_>], waiting: &[usize], answers: &mut [bool]) {
        let accepted = match waiting {
            [] => return,
            [_] => 0,
            &[first, ..] => {
                let mut signed = [Signed::of(&items[first]).expect("only what fits waits"); LANES];
                for (lane, &index) in signed.iter_mut().zip(waiting) {
                    *lane = Signed::of(&items[index]).expect("only what fits waits");
                }
                self.open(&signed).map_or(0, |found| found.accepted)
            }
        };
        for (lane, &index) in waiting.iter().enumerate() {
            answers[index] = accepted & 1 << lane != 0 || library::verify(&items[index]);
        }
    }

    /// Returns what the lanes themselves find about eight items, before the library judges what
    /// they refuse; nothing if an item fits no lane, or if this way has none.
    pub fn eight(self, items: &[Item<'_>; LANES]) -> Option<Found> {
        let mut signed = [Signed::of(&items[0])?; LANES];
        for (lane, item) in signed.iter_mut().zip(items) {
            *lane = Signed::of(item)?;
        }
        self.open(&signed)
    }

    fn open(self, signed: &[Signed<'_>; LANES]) -> Option<Found> {
        match self.0 {
            Way::Library => None,
            #[cfg(any(test, feature = "model"))]
            Way::Model => Some(crate::kernel::verify::eight(crate::kernel::model::Model, signed)),
            #[cfg(target_arch = "x86_64")]
            Way::Avx512(leave) => Some(leave.eight(signed)),
        }
    }
}
