//! The revocation lists of a sample: of today, and of the day after.

use std::collections::BTreeMap;

use letter::Moment;

use super::authority::{serial_of, Authority};
use super::crl::{list, Cause, Issue, Revoked};
use super::draft::{lists_of_the_day, lists_of_the_day_after, Draft, Towns, SERIAL_STEP};
use super::name::Use;
use crate::random::Random;

/// Revoked certificates by municipality and generation, and whether only the later lists have them.
#[derive(Debug, Default)]
pub(crate) struct Registers {
    entries: BTreeMap<(usize, usize), Vec<(Revoked, bool)>>,
}

/// Certificates in each list that nobody of the sample holds.
const STRANGERS: u64 = 40;
/// Serial numbers of strangers lie this far behind those of applications.
const STRANGER_OFFSET: u64 = 9;
/// Streams of random numbers that are the strangers'.
const STREAMS: u64 = 6 << 56;

impl Registers {
    /// Takes the revocation of a draft, if it has one.
    pub fn note(&mut self, draft: &Draft) {
        if let Some(revocation) = draft.revoked {
            let entries = self.entries.entry((draft.home, draft.generation)).or_default();
            entries.push((revocation.entry, revocation.only_later));
        }
    }

    /// Writes every list of one day: its name and bytes.
    ///
    /// The lists of the second generation that have not come are there on the day after.
    pub fn lists<'r>(
        &'r self,
        authorities: &'r [Authority],
        towns: &'r Towns<'_>,
        seed: u64,
        day: Day,
    ) -> impl Iterator<Item = (String, Vec<u8>)> + 'r {
        let homes = (0..towns.all.len()).flat_map(|home| [(home, 2), (home, 3)]);
        let come = move |(home, generation): &(usize, usize)| {
            day == Day::After || *generation == 3 || !towns.lacks_list(*home)
        };
        homes.filter(come).map(move |(home, generation)| {
            let town = &towns.all[home];
            let name = format!("{:05}-{generation}.crl", town.code);
            let revoked = self.revoked(home, generation, seed, day);
            let point = town.distribution_point(Use::Signature);
            (name, list(&authorities[generation - 1], &point, day.issue(), &revoked))
        })
    }

    fn revoked(&self, home: usize, generation: usize, seed: u64, day: Day) -> Vec<Revoked> {
        let ours = self.entries.get(&(home, generation)).map_or(&[][..], Vec::as_slice);
        let ours = ours.iter().filter(|(_, only_later)| day == Day::After || !only_later);
        let mut revoked: Vec<Revoked> = ours.map(|(entry, _)| *entry).collect();
        let stream = STREAMS + (home * 4 + generation) as u64;
        let mut random = Random::new(seed, stream);
        revoked.extend((0..STRANGERS).map(|_| stranger(generation, &mut random)));
        revoked.sort();
        revoked.dedup_by_key(|entry| entry.serial);
        revoked
    }
}

fn stranger(generation: usize, random: &mut Random) -> Revoked {
    let numbers = random.below(1 << 20);
    let serial = serial_of(Use::Signature, generation) + SERIAL_STEP * numbers + STRANGER_OFFSET;
    let since = Moment(lists_of_the_day().made.0 - random.between(1, 3 * 365 * 86_400) as i64);
    Revoked { serial, since, reason: *random.pick(&Cause::COMMON) }
}

/// Which lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Day {
    /// Those that lie in the shop at night.
    OfReceipt,
    /// Those that come after the night.
    After,
}

impl Day {
    fn issue(self) -> Issue {
        match self {
            Self::OfReceipt => lists_of_the_day(),
            Self::After => lists_of_the_day_after(),
        }
    }
}
