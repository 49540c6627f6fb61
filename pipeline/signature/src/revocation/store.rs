//! The revoked serials of one list, packed, each with its date and reason.
//!
//! Serials are kept as Elias and Fano did monotone numbers: the low bits of each in a packed array,
//! the high bits as a row of unary counts, one for each bucket. That takes two bits a serial more
//! than its share of the range: 10 million of 200 million take 8 MB in one list, and 22 MB when
//! they lie in 1,900 lists. Date and reason take four bytes: 28 bits of seconds before the list's
//! own date and four of reason; a date out of their reach (8.5 years) stands apart.

mod survey;

use std::cmp::Ordering;

use self::survey::{key, Key, Survey, HEAD_LEN, TAIL_LEN_MAX};
use super::scanner::{entry_extensions, seconds, Entry, NO_REASON};

/// The serials of one list.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    len: usize,
    /// The smallest head.
    min: u64,
    /// The highest bucket.
    last_bucket: u64,
    /// Low bits of a head.
    width: u32,
    /// The unary counts: a one for each serial, then a zero that ends its bucket.
    upper: Box<[u64]>,
    /// The bit at which every 64th bucket starts.
    samples: Box<[u32]>,
    /// The low bits, packed; eight bytes of padding end them.
    lows: Box<[u8]>,
    /// Seconds before `reference` and reason.
    values: Box<[u32]>,
    /// The octets of a serial after its head, where serials are longer than eight octets.
    tails: Box<[u8]>,
    /// Octets of a serial; eight when all serials fit into a head.
    stride: usize,
    /// The moment from which dates are counted back, UNIX seconds.
    reference: i64,
    /// Dates that the packed form does not reach, by serial.
    far: Box<[(Key, i64)]>,
}

/// A revoked serial's date and reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// UNIX seconds.
    pub date: i64,
    /// The code of the reason, or [`NO_REASON`].
    pub reason: u8,
}

/// Why entries do not become a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// An entry is not strict DER.
    Malformed,
    /// A serial is longer than RFC 5280 §4.1.2.2 allows.
    LongSerial,
    /// A critical extension of an entry that nobody here knows.
    UnknownCritical,
    /// An entry names a certificate issuer, in a list that is not indirect.
    Issuer,
    /// `removeFromCRL` in a list that is not a delta, where RFC 5280 §5.3.1 has no place for it.
    Removed,
    /// More entries than a store takes.
    TooMany,
}

/// What may stand in the entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    /// `certificateIssuer`; the caller has sorted the entries by it.
    pub issuer: bool,
    /// `removeFromCRL`.
    pub removed: bool,
}

impl Store {
    /// Packs entries in any order; `reference` is the date of the list, in UNIX seconds.
    ///
    /// Walks the DER twice when serials rise and three times when they do not; needs no memory
    /// beside the store in the first case and some six bytes an entry in the second.
    pub fn build<'a, I>(entries: I, reference: i64, allowed: Allowed) -> Result<Self, Trouble>
    where
        I: Iterator<Item = Result<Entry<'a>, usize>> + Clone,
    {
        let survey = Survey::of(entries.clone())?;
        let entries = entries.map_while(Result::ok);
        let mut store = Self::sized(&survey, reference);
        let mut far = Vec::new();
        if survey.sorted {
            for (index, entry) in entries.enumerate() {
                let key = store.key(entry.serial);
                store.mark((key.0 - store.min) >> store.width, index);
                store.put(index, key, &entry, allowed, &mut far)?;
            }
        } else {
            store.scatter(entries, allowed, &mut far)?;
        }
        far.sort_unstable();
        store.far = far.into_boxed_slice();
        store.sample();
        Ok(store)
    }

    fn sized(survey: &Survey, reference: i64) -> Self {
        let range = survey.max - survey.min;
        let share = range / (survey.len as u64).max(1);
        let width = share.checked_ilog2().unwrap_or(0).min(WIDTH_MAX);
        let last_bucket = range >> width;
        let bits = survey.len + last_bucket as usize + 1;
        Self {
            len: survey.len,
            min: survey.min,
            last_bucket,
            width,
            upper: vec![0; bits.div_ceil(64) + 1].into_boxed_slice(),
            samples: Box::default(),
            lows: vec![0; (survey.len * width as usize).div_ceil(8) + 8].into_boxed_slice(),
            values: vec![0; survey.len].into_boxed_slice(),
            tails: vec![0; survey.len * (survey.stride - HEAD_LEN)].into_boxed_slice(),
            stride: survey.stride,
            reference,
            far: Box::default(),
        }
    }

    /// Puts entries in any order into their buckets, then each bucket in order.
    fn scatter<'a, I>(
        &mut self,
        entries: I,
        allowed: Allowed,
        far: &mut Vec<(Key, i64)>,
    ) -> Result<(), Trouble>
    where
        I: Iterator<Item = Entry<'a>> + Clone,
    {
        let mut ends = vec![0_u32; self.last_bucket as usize + 1];
        for entry in entries.clone() {
            ends[self.bucket_of(entry.serial)] += 1;
        }
        let mut end = 0;
        for count in &mut ends {
            let start = end;
            end += *count;
            *count = start;
        }
        for entry in entries {
            let bucket = self.bucket_of(entry.serial);
            let index = ends[bucket] as usize;
            ends[bucket] += 1;
            let key = self.key(entry.serial);
            self.put(index, key, &entry, allowed, far)?;
        }
        let mut start = 0;
        let mut scratch = Vec::new();
        for (bucket, end) in ends.into_iter().enumerate() {
            let end = end as usize;
            for index in start..end {
                self.mark(bucket as u64, index);
            }
            self.order(start, end, &mut scratch);
            start = end;
        }
        Ok(())
    }

    /// Orders one bucket by serial.
    fn order(&mut self, start: usize, end: usize, scratch: &mut Vec<(Key, u32)>) {
        if end - start < 2 {
            return;
        }
        scratch.clear();
        for index in start..end {
            scratch.push(((self.low(index), self.tail(index)), self.values[index]));
        }
        if scratch.is_sorted() {
            return;
        }
        scratch.sort_unstable();
        for (index, ((low, tail), value)) in (start..end).zip(scratch.iter()) {
            self.set_low(index, *low);
            self.set_tail(index, tail);
            self.values[index] = *value;
        }
    }

    fn bucket_of(&self, serial: &[u8]) -> usize {
        ((self.key(serial).0 - self.min) >> self.width) as usize
    }

    /// Marks that the serial of this index lies in this bucket.
    #[inline]
    fn mark(&mut self, bucket: u64, index: usize) {
        let bit = bucket as usize + index;
        self.upper[bit / 64] |= 1 << (bit % 64);
    }

    #[inline]
    fn put(
        &mut self,
        index: usize,
        key: Key,
        entry: &Entry<'_>,
        allowed: Allowed,
        far: &mut Vec<(Key, i64)>,
    ) -> Result<(), Trouble> {
        let date = seconds(entry.date).ok_or(Trouble::Malformed)?;
        let read = entry_extensions(entry.extensions).ok_or(Trouble::Malformed)?;
        if read.unknown_critical {
            return Err(Trouble::UnknownCritical);
        }
        if read.issuer.is_some() && !allowed.issuer {
            return Err(Trouble::Issuer);
        }
        if read.reason == REMOVE_FROM_CRL && !allowed.removed {
            return Err(Trouble::Removed);
        }
        let before = self.reference - date;
        let packed = match u32::try_from(before) {
            Ok(before) if before < FAR => before,
            _ => {
                far.push((key, date));
                FAR
            }
        };
        self.values[index] = packed << REASON_BITS | u32::from(read.reason);
        self.set_low(index, (key.0 - self.min) & self.mask());
        self.set_tail(index, &key.1);
        Ok(())
    }

    /// Notes where every 64th bucket starts.
    fn sample(&mut self) {
        let buckets = self.last_bucket + 1;
        let mut samples = Vec::with_capacity(buckets.div_ceil(SAMPLED) as usize);
        samples.push(0);
        let (mut wanted, mut seen) = (SAMPLED, 0);
        for (at, word) in self.upper.iter().enumerate() {
            let zeros = u64::from(word.count_zeros());
            while wanted < buckets && seen + zeros >= wanted {
                let bit = at * 64 + select(!word, (wanted - seen - 1) as u32) as usize;
                samples.push(bit as u32 + 1);
                wanted += SAMPLED;
            }
            seen += zeros;
        }
        self.samples = samples.into_boxed_slice();
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns the bytes that the store takes, with itself.
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.upper.len() * 8
            + self.samples.len() * 4
            + self.lows.len()
            + self.values.len() * 4
            + self.tails.len()
            + self.far.len() * size_of::<(Key, i64)>()
    }

    /// Finds a serial, given as the content of its INTEGER; of several entries the earliest.
    #[inline]
    pub fn find(&self, serial: &[u8]) -> Option<Found> {
        let key = self.query(serial)?;
        let (bucket, low) = self.split(key.0)?;
        self.among(self.start(bucket), key, low)
    }

    /// Finds many serials; the way to each is walked in step with its neighbours', so that their
    /// waits for memory overlap.
    pub fn find_many(&self, serials: &[&[u8]], found: &mut Vec<Option<Found>>) {
        for serials in serials.chunks(ABREAST) {
            let mut sought = [None; ABREAST];
            for (sought, serial) in sought.iter_mut().zip(serials) {
                *sought = self.query(serial).and_then(|key| {
                    let (bucket, low) = self.split(key.0)?;
                    Some((key, low, self.start(bucket)))
                });
            }
            for sought in &sought[..serials.len()] {
                found.push(sought.and_then(|(key, low, bit)| self.among(bit, key, low)));
            }
        }
    }

    /// Returns the key of a serial as it may stand here.
    #[inline]
    fn query(&self, serial: &[u8]) -> Option<Key> {
        let first = *serial.first()?;
        let fits = serial.len() <= self.stride && (self.stride > HEAD_LEN || first < 0x80);
        fits.then(|| self.key(serial))
    }

    /// Returns bucket and low bits of a head, if the buckets reach it.
    #[inline]
    fn split(&self, head: u64) -> Option<(u64, u64)> {
        let past = head.checked_sub(self.min)?;
        let bucket = past >> self.width;
        (bucket <= self.last_bucket && self.len > 0).then_some((bucket, past & self.mask()))
    }

    /// Returns the bit at which a bucket starts.
    #[inline]
    fn start(&self, bucket: u64) -> (usize, usize) {
        let mut bit = self.samples[(bucket / SAMPLED) as usize] as usize;
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
        while self.upper[bit / 64] >> (bit % 64) & 1 == 1 {
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

    /// Returns a serial as it is compared; it must not be longer than the stride.
    #[inline]
    fn key(&self, serial: &[u8]) -> Key {
        key(serial, self.stride)
    }

    fn mask(&self) -> u64 {
        (1 << self.width) - 1
    }

    #[inline]
    fn low(&self, index: usize) -> u64 {
        let bit = index * self.width as usize;
        let bytes = &self.lows[bit / 8..bit / 8 + 8];
        let word = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        word >> (bit % 8) & self.mask()
    }

    fn set_low(&mut self, index: usize, low: u64) {
        let bit = index * self.width as usize;
        let mask = self.mask();
        let bytes: &mut [u8; 8] =
            (&mut self.lows[bit / 8..bit / 8 + 8]).try_into().expect("eight bytes");
        let word = u64::from_le_bytes(*bytes) & !(mask << (bit % 8));
        *bytes = (word | low << (bit % 8)).to_le_bytes();
    }

    #[inline]
    fn tail(&self, index: usize) -> [u8; TAIL_LEN_MAX] {
        let mut tail = [0; TAIL_LEN_MAX];
        let len = self.stride - HEAD_LEN;
        if len > 0 {
            tail[..len].copy_from_slice(&self.tails[index * len..(index + 1) * len]);
        }
        tail
    }

    fn set_tail(&mut self, index: usize, tail: &[u8; TAIL_LEN_MAX]) {
        let len = self.stride - HEAD_LEN;
        self.tails[index * len..(index + 1) * len].copy_from_slice(&tail[..len]);
    }
}

/// Returns the place of the one of this rank, from 0.
#[inline]
fn select(mut word: u64, rank: u32) -> u32 {
    for _ in 0..rank {
        word &= word - 1;
    }
    word.trailing_zeros()
}

/// An unaligned word of 64 bits holds this many from any bit of its first octet.
const WIDTH_MAX: u32 = 56;
/// Buckets for each sample.
const SAMPLED: u64 = 64;
/// Serials whose ways are walked in step.
const ABREAST: usize = 32;
const REASON_BITS: u32 = 4;
const REASON_MASK: u32 = (1 << REASON_BITS) - 1;
/// Stands for a date that is kept apart.
const FAR: u32 = (1 << (32 - REASON_BITS)) - 1;
/// CRLReason `removeFromCRL`.
const REMOVE_FROM_CRL: u8 = 8;
const _: () = assert!(NO_REASON as u32 <= REASON_MASK);

#[cfg(test)]
mod tests;
