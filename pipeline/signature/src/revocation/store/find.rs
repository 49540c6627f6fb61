//! The way from a serial to its entry.

use std::cmp::Ordering;
use std::hint::black_box;

use super::survey::{key, Key};
use super::{select, Found, Store, FAR, REASON_BITS, REASON_MASK, SAMPLED, SAMPLED_LOG};

impl Store {
    /// Finds a serial, given big-endian without the octet of its sign; of several entries the
    /// earliest.
    #[inline]
    pub fn find(&self, serial: &[u8]) -> Option<Found> {
        let key = self.query(serial)?;
        let past = self.past(key.0)?;
        self.may_have(past).then(|| self.search(key, past))?
    }

    /// Finds many serials, each in its store. The way to each is walked in step with its
    /// neighbours', so that their waits for memory overlap: every loop below loads for all of them
    /// what the next one looks at.
    pub fn find_many(asked: &[(&Self, &[u8])], found: &mut Vec<Option<Found>>) {
        for asked in asked.chunks(ABREAST) {
            let mut sought: [Option<(Key, u64)>; ABREAST] = [None; ABREAST];
            for ((store, serial), sought) in asked.iter().zip(&mut sought) {
                *sought = store.query(serial).and_then(|key| Some((key, store.past(key.0)?)));
                black_box(sought.map(|(_, past)| store.first_word(past)));
            }
            for ((store, _), sought) in asked.iter().zip(&mut sought) {
                *sought = sought.filter(|(_, past)| store.may_have(*past));
                black_box(sought.map(|(_, past)| store.first_of_upper(past)));
            }
            let mut starts = [(0, 0); ABREAST];
            for (((store, _), sought), start) in asked.iter().zip(&sought).zip(&mut starts) {
                if let Some((_, past)) = sought {
                    *start = store.start(past >> store.width);
                    black_box(store.first_of_entry(start.1));
                }
            }
            let answers = asked.iter().zip(&sought).zip(&starts);
            found.extend(answers.map(|(((store, _), sought), start)| {
                let (key, past) = (*sought)?;
                store.among(*start, key, past & store.mask())
            }));
        }
    }

    /// Loads the word that a search looks at first.
    #[inline]
    fn first_word(&self, past: u64) -> u64 {
        match self.front_shift {
            Some(shift) => self.front[(past >> shift) as usize / 64],
            None => u64::from(self.samples[(past >> self.width >> SAMPLED_LOG) as usize]),
        }
    }

    /// Loads the first of the unary counts that lead to a head's bucket.
    #[inline]
    fn first_of_upper(&self, past: u64) -> u64 {
        let bit = self.samples[(past >> self.width >> SAMPLED_LOG) as usize] as usize;
        self.upper[bit / 64]
    }

    /// Loads what is kept of the entry with this index, if there is one.
    #[inline]
    fn first_of_entry(&self, index: usize) -> u32 {
        let value = self.values.get(index).copied().unwrap_or_default();
        value ^ u32::from(self.lows[index * self.width as usize / 8])
    }

    /// Whether a head may stand here; a no is certain.
    #[inline]
    fn may_have(&self, past: u64) -> bool {
        let Some(shift) = self.front_shift else { return true };
        let bit = (past >> shift) as usize;
        self.front[bit / 64] >> (bit % 64) & 1 == 1
    }

    #[inline]
    fn search(&self, key: Key, past: u64) -> Option<Found> {
        self.among(self.start(past >> self.width), key, past & self.mask())
    }

    /// Returns the key of a serial as it may stand here.
    #[inline]
    fn query(&self, serial: &[u8]) -> Option<Key> {
        let sign = usize::from(*serial.first()? >= 0x80);
        let fits = serial.len() + sign <= self.stride;
        fits.then(|| key(serial, self.stride, 0))
    }

    /// Returns how far a head lies above the smallest, if the buckets reach it.
    #[inline]
    fn past(&self, head: u64) -> Option<u64> {
        let past = head.checked_sub(self.min)?;
        (past >> self.width <= self.last_bucket && self.len > 0).then_some(past)
    }

    /// Returns the bit at which a bucket starts.
    #[inline]
    fn start(&self, bucket: u64) -> (usize, usize) {
        let mut bit = self.samples[(bucket >> SAMPLED_LOG) as usize] as usize;
        let mut skip = (bucket % SAMPLED) as u32;
        if skip > 0 {
            let mut at = bit / 64;
            let mut zeros = !self.upper[at] & (!0 << (bit % 64));
            while zeros.count_ones() < skip {
                skip -= zeros.count_ones();
                at += 1;
                zeros = !self.upper[at];
            }
            bit = at * 64 + select(zeros, skip - 1) as usize + 1;
        }
        (bit, bit - bucket as usize)
    }

    /// Looks for a serial in the bucket that starts at this bit, with this index.
    #[inline]
    fn among(&self, (mut bit, mut index): (usize, usize), key: Key, low: u64) -> Option<Found> {
        let mut steps = 0;
        while self.upper[bit / 64] >> (bit % 64) & 1 == 1 {
            if steps == LINEAR_MAX {
                let skipped = self.skip(bit, index, key, low);
                bit += skipped;
                index += skipped;
            }
            steps += 1;
            match self.low(index).cmp(&low).then_with(|| self.tail(index).cmp(&key.1)) {
                Ordering::Less => {}
                Ordering::Equal => return Some(self.earliest((bit, index), key, low)),
                Ordering::Greater => return None,
            }
            bit += 1;
            index += 1;
        }
        None
    }

    /// Returns how many serials of the bucket, from this bit and index on, are too small; at most
    /// one less than are there, so that the walk goes on within the bucket.
    #[cold]
    fn skip(&self, bit: usize, index: usize, key: Key, low: u64) -> usize {
        let mut at = bit / 64;
        let mut zeros = !self.upper[at] & (!0 << (bit % 64));
        while zeros == 0 {
            at += 1;
            zeros = !self.upper[at];
        }
        let (mut below, mut above) = (0, at * 64 + zeros.trailing_zeros() as usize - bit);
        while below < above {
            let middle = (below + above) / 2;
            match (self.low(index + middle), self.tail(index + middle)) < (low, key.1) {
                true => below = middle + 1,
                false => above = middle,
            }
        }
        below.saturating_sub(1)
    }

    /// Returns the earliest of the entries of one serial.
    fn earliest(&self, (mut bit, mut index): (usize, usize), key: Key, low: u64) -> Found {
        let mut earliest = self.found(index, key);
        loop {
            bit += 1;
            index += 1;
            if self.upper[bit / 64] >> (bit % 64) & 1 == 0
                || (self.low(index), self.tail(index)) != (low, key.1)
            {
                return earliest;
            }
            let other = self.found(index, key);
            if other.date < earliest.date {
                earliest = other;
            }
        }
    }

    fn found(&self, index: usize, key: Key) -> Found {
        let value = self.values[index];
        let reason = (value & REASON_MASK) as u8;
        let before = value >> REASON_BITS;
        if before < FAR {
            return Found { date: self.reference - i64::from(before), reason };
        }
        let at = self.far.partition_point(|(other, _)| *other < key);
        Found { date: self.far[at].1, reason }
    }
}

/// Serials of a bucket that are compared one by one before it is halved; most have one or two.
const LINEAR_MAX: u32 = 16;
/// Serials whose ways are walked in step.
const ABREAST: usize = 32;
