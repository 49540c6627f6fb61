//! The revoked serials of one list, packed, each with its date and reason.
//!
//! Serials are kept as Elias and Fano did monotone numbers: the low bits of each in a packed array,
//! the high bits as a row of unary counts, one for each bucket. That takes two bits a serial more
//! than its share of the range: 10 million of 200 million take 8 MB in one list, and 22 MB when
//! they lie in 1,900 lists. Date and reason take four bytes: 28 bits of seconds before the list's
//! own date and four of reason; a date out of their reach (8.5 years) stands apart.

mod find;
mod survey;

use std::fmt;
use std::ops::RangeInclusive;

use self::survey::{key, sign, Key, Survey, HEAD_LEN, TAIL_LEN_MAX};
use super::scanner::{Entries, Entry, NO_REASON};

/// The serials of one list.
#[derive(Clone, Debug)]
pub struct Store {
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
    /// In a large list: a bit for each quarter of a bucket's range, set where a serial lies. Most
    /// serials that are asked for are not revoked, and most of them end here.
    front: Box<[u64]>,
    /// Low bits of a head that `front` does not tell apart.
    front_shift: Option<u32>,
    /// The moment from which dates are counted back, UNIX seconds.
    reference: i64,
    /// Dates that the packed form does not reach, by serial.
    far: Box<[(Key, i64)]>,
}

/// A revoked serial's date and reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// UNIX seconds.
    pub date: i64,
    /// The code of the reason, or 15 without one.
    pub reason: u8,
}

/// Why entries do not become a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
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

impl Trouble {
    /// Returns the stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed-entry",
            Self::LongSerial => "long-serial",
            Self::UnknownCritical => "unknown-critical-entry",
            Self::Issuer => "entry-of-another-issuer",
            Self::Removed => "removed-in-complete-list",
            Self::TooMany => "too-many-entries",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "an entry is not strict DER",
            Self::LongSerial => "a serial has more than 20 octets",
            Self::UnknownCritical => "a critical extension of an entry is not known",
            Self::Issuer => "an entry is of another issuer, and the list is not indirect",
            Self::Removed => "an entry of a complete list is removeFromCRL",
            Self::TooMany => "the list has too many entries",
        })
    }
}

/// What may stand in the entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// `certificateIssuer`; the caller has sorted the entries by it.
    pub issuer: bool,
    /// `removeFromCRL`.
    pub removed: bool,
}

impl Store {
    /// Packs the content of `revokedCertificates` of a complete list.
    ///
    /// # Errors
    /// When an entry is not strict DER or may not stand in a complete list.
    pub fn read(revoked: &[u8], reference: i64) -> Result<Self, Trouble> {
        let allowed = Allowed { issuer: false, removed: false };
        Self::build(Entries::new(revoked), reference, allowed)
    }

    /// Packs entries in any order; `reference` is the date of the list, in UNIX seconds.
    ///
    /// Walks the DER twice. When serials rise it needs no memory beside the store; when they do
    /// not, sixteen bytes an entry, and 24 where serials lie further apart than 32 bits tell.
    pub(crate) fn build<'a, I>(
        entries: I,
        reference: i64,
        allowed: Allowed,
    ) -> Result<Self, Trouble>
    where
        I: Iterator<Item = Result<Entry<'a>, usize>> + Clone,
    {
        let survey = Survey::of(entries.clone())?;
        let entries = entries.map_while(Result::ok);
        let mut store = Self::sized(&survey, reference);
        let mut far = Vec::new();
        let mut place = Place::default();
        if survey.sorted {
            for entry in entries {
                let value = store.value(&entry, allowed, &mut far)?;
                store.place(&mut place, entry.head - store.min, value);
            }
        } else if store.stride == HEAD_LEN && survey.max - survey.min <= u64::from(u32::MAX) {
            let mut order = Vec::with_capacity(survey.len);
            for entry in entries {
                let value = store.value(&entry, allowed, &mut far)?;
                order.push((entry.head - store.min) << 32 | u64::from(value));
            }
            for both in sorted_by_head(order, survey.max - survey.min) {
                store.place(&mut place, both >> 32, both as u32);
            }
        } else {
            let mut order = Vec::with_capacity(survey.len);
            for entry in entries {
                let value = store.value(&entry, allowed, &mut far)?;
                order.push((store.key(entry.serial), value));
            }
            order.sort_unstable();
            for (index, ((head, tail), value)) in order.into_iter().enumerate() {
                store.place(&mut place, head - store.min, value);
                store.set_tail(index, &tail);
            }
        }
        store.end(&place);
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
        let large = survey.len >= FRONT_LEN_MIN && FRONT_WIDTHS.contains(&width);
        let front_shift = large.then(|| width - 2);
        let front_len = front_shift.map_or(0, |shift| (range >> shift) as usize / 64 + 1);
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
            front: vec![0; front_len].into_boxed_slice(),
            front_shift,
            reference,
            far: Box::default(),
        }
    }

    /// Returns date and reason of an entry as they are packed.
    #[inline(always)]
    fn value(
        &self,
        entry: &Entry<'_>,
        allowed: Allowed,
        far: &mut Vec<(Key, i64)>,
    ) -> Result<u32, Trouble> {
        if let Some((date, reason)) = entry.usual().filter(|(_, reason)| *reason != REMOVE_FROM_CRL)
        {
            let before = self.reference - date;
            if (0..i64::from(FAR)).contains(&before) {
                return Ok((before as u32) << REASON_BITS | u32::from(reason));
            }
        }
        self.rare_value(entry, allowed, far)
    }

    /// Returns date and reason of an entry of any form.
    #[cold]
    fn rare_value(
        &self,
        entry: &Entry<'_>,
        allowed: Allowed,
        far: &mut Vec<(Key, i64)>,
    ) -> Result<u32, Trouble> {
        let said = entry.read().ok_or(Trouble::Malformed)?;
        let (date, read) = (said.date, said.extensions);
        if read.unknown_critical {
            return Err(Trouble::UnknownCritical);
        }
        if read.issuer.is_some() && !allowed.issuer {
            return Err(Trouble::Issuer);
        }
        if read.reason == REMOVE_FROM_CRL && !allowed.removed {
            return Err(Trouble::Removed);
        }
        let packed = match u32::try_from(self.reference - date) {
            Ok(before) if before < FAR => before,
            _ => {
                far.push((self.key(entry.serial), date));
                FAR
            }
        };
        Ok(packed << REASON_BITS | u32::from(read.reason))
    }

    /// Places the next serial in rising order, given how far its head lies above the smallest.
    #[inline]
    fn place(&mut self, place: &mut Place, past: u64, value: u32) {
        let index = place.index;
        place.index += 1;
        self.values[index] = value;
        let bit = (past >> self.width) + index as u64;
        place.upper.set(bit, &mut self.upper);
        if let Some(shift) = self.front_shift {
            place.front.set(past >> shift, &mut self.front);
        }
        let low = past & self.mask();
        place.lows |= low << place.lows_len;
        place.lows_len += self.width;
        if place.lows_len >= u64::BITS {
            self.lows[place.lows_at..place.lows_at + 8].copy_from_slice(&place.lows.to_le_bytes());
            place.lows_at += 8;
            place.lows_len -= u64::BITS;
            // What did not fit; of a width of zero nothing is ever left.
            place.lows = low.checked_shr(self.width - place.lows_len).unwrap_or_default();
        }
    }

    /// Writes what the last serials left unwritten.
    fn end(&mut self, place: &Place) {
        place.upper.write(&mut self.upper);
        if self.front_shift.is_some() {
            place.front.write(&mut self.front);
        }
        let rest = place.lows_len.div_ceil(8) as usize;
        self.lows[place.lows_at..place.lows_at + rest]
            .copy_from_slice(&place.lows.to_le_bytes()[..rest]);
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

    /// Returns whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the bytes that the store takes, with itself.
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.upper.len() * 8
            + self.samples.len() * 4
            + self.lows.len()
            + self.values.len() * 4
            + self.tails.len()
            + self.front.len() * 8
            + self.far.len() * size_of::<(Key, i64)>()
    }

    /// Returns a serial as it is compared; it must not be longer than the stride.
    #[inline]
    fn key(&self, serial: &[u8]) -> Key {
        key(serial, self.stride, sign(serial))
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

/// Sorts by the upper halves, of which the largest is `span`: digit by digit from the lowest, in as
/// many steps for each entry as there are digits (Knuth, The Art of Computer Programming, §5.2.5,
/// algorithm R).
fn sorted_by_head(mut order: Vec<u64>, span: u64) -> Vec<u64> {
    let digit = if order.len() < FRONT_LEN_MIN { 8 } else { 11 };
    let bits = u64::BITS - span.leading_zeros();
    let mut sorted = vec![0; order.len()];
    for shift in (32..32 + bits).step_by(digit) {
        let digit_of = |both: u64| (both >> shift) as usize & ((1 << digit) - 1);
        let mut starts = vec![0; 1 << digit];
        for both in &order {
            starts[digit_of(*both)] += 1;
        }
        let mut start = 0;
        for place in &mut starts {
            start += std::mem::replace(place, start);
        }
        for both in &order {
            let place = &mut starts[digit_of(*both)];
            sorted[*place] = *both;
            *place += 1;
        }
        std::mem::swap(&mut order, &mut sorted);
    }
    order
}

/// How far serials are placed, with what is not yet written: in rising order every row of bits is
/// written from its start to its end, a word once.
#[derive(Default)]
struct Place {
    index: usize,
    upper: Row,
    front: Row,
    /// Low bits that do not fill a word yet, and how many they are.
    lows: u64,
    lows_len: u32,
    /// The octet at which they start.
    lows_at: usize,
}

/// The word of a row of bits in which bits are being set.
#[derive(Default)]
struct Row {
    at: usize,
    word: u64,
}

impl Row {
    #[inline]
    fn set(&mut self, bit: u64, words: &mut [u64]) {
        let at = (bit / 64) as usize;
        if at != self.at {
            self.write(words);
            *self = Self { at, word: 0 };
        }
        self.word |= 1 << (bit % 64);
    }

    fn write(&self, words: &mut [u64]) {
        words[self.at] = self.word;
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
const SAMPLED: u64 = 1 << SAMPLED_LOG;
const SAMPLED_LOG: u32 = 6;
/// Smaller lists lie in the caches as they are.
const FRONT_LEN_MIN: usize = 1 << 16;
/// Widths for which the front takes a byte a serial at most and the budget has room for it.
const FRONT_WIDTHS: RangeInclusive<u32> = 2..=8;
const REASON_BITS: u32 = 4;
const REASON_MASK: u32 = (1 << REASON_BITS) - 1;
/// Stands for a date that is kept apart.
const FAR: u32 = (1 << (32 - REASON_BITS)) - 1;
/// CRLReason `removeFromCRL`.
const REMOVE_FROM_CRL: u8 = 8;
const _: () = assert!(NO_REASON as u32 <= REASON_MASK);

#[cfg(test)]
mod tests;
