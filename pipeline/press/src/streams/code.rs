//! The code that a group of streams shares, and a stream written in it (RFC 1951 §3.2.7).

use super::even::evened;
use super::lengths::{code_lengths, codes};
use super::repeats::{Sequence, Tokens};

/// How often each symbol occurs in a group of streams.
pub(super) struct Counts {
    /// Literals, the end of a stream, lengths of repeats.
    literals: [u32; LITERALS],
    /// Distances.
    backs: [u32; BACKS],
}

impl Default for Counts {
    fn default() -> Self {
        Self { literals: [0; LITERALS], backs: [0; BACKS] }
    }
}

impl Counts {
    /// Counts a stream.
    pub(super) fn add(&mut self, bytes: &[u8], sequences: &[Sequence]) {
        let mut rest = bytes;
        for sequence in sequences {
            let (literals, after) = rest.split_at(sequence.literals as usize);
            for &byte in literals {
                self.literals[usize::from(byte)] += 1;
            }
            if sequence.len > 0 {
                self.literals[usize::from(len_symbol(sequence.len).0)] += 1;
                self.backs[usize::from(back_symbol(sequence.back).0)] += 1;
            }
            rest = &after[usize::from(sequence.len)..];
        }
        self.literals[END] += 1;
    }

    /// Counts every symbol once more, so that the code has all of them.
    pub(super) fn add_each(&mut self) {
        self.literals.iter_mut().chain(&mut self.backs).for_each(|count| *count += 1);
    }
}

/// A code for all that was counted. An entry has its bits from the lowest on and their number in
/// the highest byte.
pub(super) struct Code {
    /// Literals, the end of a stream, lengths of repeats without extra bits.
    literals: [u32; LITERALS],
    /// By length less 4, with the extra bits.
    lens: Box<[u32; LENS]>,
    backs: [u32; BACKS],
    /// What every stream begins with: the heads of the zlib stream and of its one block.
    head: Vec<u8>,
    /// The last bits of the head.
    head_rest: u32,
}

impl Code {
    /// Returns the code that is the shortest for what was counted.
    pub(super) fn of(counts: &Counts) -> Self {
        let streams = counts.literals[END];
        let literal_lengths = code_lengths(&evened(&counts.literals, streams), LITERAL_BITS_MAX);
        let back_lengths = code_lengths(&evened(&counts.backs, streams), CODE_BITS_MAX);
        let literals = entries(&literal_lengths);
        let backs = entries(&back_lengths);
        let lens = std::array::from_fn(|index| {
            let (symbol, extra) = len_symbol(index as u16 + LEN_MIN);
            join(literals[usize::from(symbol)], extra)
        });
        let mut head = vec![0; HEAD_MAX];
        let mut bits = Bits { out: &mut head, state: State::default() };
        write_head(&mut bits, &literal_lengths, &back_lengths);
        let State { at: len, bits, count } = bits.state;
        let head_rest = entry(bits as u32, count);
        head.truncate(len);
        Self {
            literals: literals.try_into().expect("as many literals"),
            lens: Box::new(lens),
            backs: backs.try_into().expect("as many distances"),
            head,
            head_rest,
        }
    }

    /// Starts a stream of `len` bytes in a buffer, which grows as needed and is never cleared.
    #[inline]
    pub(super) fn begin<'a>(&'a self, len: usize, buffer: &'a mut Vec<u8>) -> Encoder<'a> {
        let bound = self.head.len() + 2 * len + TAIL_MAX;
        if buffer.len() < bound {
            buffer.resize(bound, 0);
        }
        buffer[..self.head.len()].copy_from_slice(&self.head);
        let state = State { at: self.head.len(), ..State::default() };
        let mut bits = Bits { out: buffer, state };
        bits.put(self.head_rest);
        Encoder { code: self, bits }
    }
}

/// A stream being written.
pub(super) struct Encoder<'a> {
    code: &'a Code,
    bits: Bits<'a>,
}

impl Tokens for Encoder<'_> {
    #[inline]
    fn literal(&mut self, byte: u8) {
        self.bits.put(self.code.literals[usize::from(byte)]);
        if self.bits.state.count > ROOM_FOR_LITERAL {
            self.bits.flush();
        }
    }

    #[inline]
    fn repeat(&mut self, len: u16, back: u16) {
        self.bits.flush();
        self.bits.put(self.code.lens[usize::from(len - LEN_MIN)]);
        let (symbol, extra) = back_symbol(back);
        self.bits.put(self.code.backs[usize::from(symbol)]);
        self.bits.put(extra);
        self.bits.flush();
    }
}

impl Encoder<'_> {
    /// Writes what was noted of `bytes`.
    pub(super) fn sequences(&mut self, bytes: &[u8], sequences: &[Sequence]) {
        let mut from = 0;
        for &Sequence { literals, len, back } in sequences {
            let to = from + literals as usize;
            bytes[from..to].iter().for_each(|&byte| self.literal(byte));
            if len > 0 {
                self.repeat(len, back);
            }
            from = to + usize::from(len);
        }
    }

    /// Ends the stream with the checksum of its bytes (RFC 1950 §2.2) and returns its length.
    #[inline]
    pub(super) fn finish(mut self, adler: u32) -> usize {
        self.bits.flush();
        self.bits.put(self.code.literals[END]);
        self.bits.state.count = self.bits.state.count.next_multiple_of(8);
        self.bits.flush();
        let at = self.bits.state.at;
        let end = at + 4;
        self.bits.out[at..end].copy_from_slice(&adler.to_be_bytes());
        end
    }
}

/// Writes bits, the lowest first.
struct Bits<'a> {
    out: &'a mut [u8],
    state: State,
}

/// Where the next bits go.
#[derive(Clone, Copy, Default)]
struct State {
    at: usize,
    bits: u64,
    count: u32,
}

impl Bits<'_> {
    #[inline]
    fn put(&mut self, entry: u32) {
        self.state.put(entry);
    }

    #[inline]
    fn flush(&mut self) {
        self.state.flush(self.out);
    }
}

impl State {
    /// Adds the bits of an entry; at most 56 between two calls of [`State::flush`].
    #[inline]
    fn put(&mut self, entry: u32) {
        self.bits |= u64::from(entry & ENTRY_BITS) << self.count;
        self.count += entry >> ENTRY_SHIFT;
    }

    /// Moves whole bytes out; fewer than 8 bits stay.
    #[inline]
    fn flush(&mut self, out: &mut [u8]) {
        out[self.at..self.at + 8].copy_from_slice(&self.bits.to_le_bytes());
        self.at += (self.count / 8) as usize;
        self.bits >>= self.count & !7;
        self.count &= 7;
    }
}

/// Writes the heads of a zlib stream and of a last block with its own code.
fn write_head(head: &mut Bits<'_>, literal_lengths: &[u8], back_lengths: &[u8]) {
    for byte in ZLIB_HEAD {
        head.put(entry(byte, 8));
    }
    let literal_count = trimmed(literal_lengths, 257);
    let back_count = trimmed(back_lengths, 1);
    let lengths = [&literal_lengths[..literal_count], &back_lengths[..back_count]].concat();
    let runs = runs(&lengths);
    let mut counts = [0; RUN_ORDER.len()];
    runs.iter().for_each(|run| counts[usize::from(run.symbol)] += 1);
    let run_lengths = code_lengths(&counts, RUN_BITS_MAX);
    let run_entries = entries(&run_lengths);
    let ordered = RUN_ORDER.map(|symbol| run_lengths[usize::from(symbol)]);
    let run_count = trimmed(&ordered, 4);
    // The last block; with dynamic codes.
    head.put(entry(0b1, 1));
    head.put(entry(0b10, 2));
    head.put(entry(literal_count as u32 - 257, 5));
    head.put(entry(back_count as u32 - 1, 5));
    head.put(entry(run_count as u32 - 4, 4));
    head.flush();
    for &length in &ordered[..run_count] {
        head.put(entry(u32::from(length), 3));
        head.flush();
    }
    for run in runs {
        head.put(run_entries[usize::from(run.symbol)]);
        head.put(run.extra);
        head.flush();
    }
}

/// A symbol of the code in which code lengths are written.
struct Run {
    symbol: u8,
    /// As an entry.
    extra: u32,
}

/// Returns code lengths as symbols: lengths, repeats of the last one, runs of zeros.
fn runs(lengths: &[u8]) -> Vec<Run> {
    let mut runs = Vec::new();
    for run in lengths.chunk_by(|a, b| a == b) {
        let (length, mut left) = (run[0], run.len() as u32);
        let plain = Run { symbol: length, extra: 0 };
        if length > 0 {
            runs.push(plain);
            left -= 1;
        }
        while left >= 3 {
            let (symbol, extra_bits, most, least) = match length {
                0 if left >= 11 => (18, 7, 138, 11),
                0 => (17, 3, 10, 3),
                _ => (16, 2, 6, 3),
            };
            let taken = left.min(most);
            runs.push(Run { symbol, extra: entry(taken - least, extra_bits) });
            left -= taken;
        }
        runs.extend((0..left).map(|_| Run { symbol: length, extra: 0 }));
    }
    runs
}

/// Returns how many lengths are left without the zeros at the end, but at least `least`.
fn trimmed(lengths: &[u8], least: usize) -> usize {
    lengths.iter().rposition(|&length| length > 0).map_or(least, |last| least.max(last + 1))
}

fn entries(lengths: &[u8]) -> Vec<u32> {
    let codes = codes(lengths);
    codes.into_iter().zip(lengths).map(|(code, &length)| entry(code, u32::from(length))).collect()
}

#[inline]
const fn entry(bits: u32, count: u32) -> u32 {
    bits | count << ENTRY_SHIFT
}

/// Returns both entries as one.
fn join(first: u32, then: u32) -> u32 {
    let count = first >> ENTRY_SHIFT;
    let bits = first & ENTRY_BITS | (then & ENTRY_BITS) << count;
    entry(bits, count + (then >> ENTRY_SHIFT))
}

/// Returns the symbol of a repeat's length and the entry of its extra bits.
#[inline]
fn len_symbol(len: u16) -> (u16, u32) {
    match len {
        258 => (285, 0),
        0..=10 => (254 + len, 0),
        _ => {
            let over = u32::from(len) - 3;
            let extra = over.ilog2() - 2;
            let symbol = 257 + 4 * extra + (over >> extra);
            (symbol as u16, entry(over & ((1 << extra) - 1), extra))
        }
    }
}

/// Returns the symbol of a distance less 1 and the entry of its extra bits.
#[inline]
fn back_symbol(back: u16) -> (u16, u32) {
    if back < 4 {
        return (back, 0);
    }
    let extra = u32::from(back).ilog2() - 1;
    let symbol = 2 * extra + (u32::from(back) >> extra);
    (symbol as u16, entry(u32::from(back) & ((1 << extra) - 1), extra))
}

/// Symbols: 256 literals, the end, 29 lengths.
const LITERALS: usize = 286;
const END: usize = 256;
const BACKS: usize = 30;
/// The least length of a repeat that is looked for.
const LEN_MIN: u16 = 4;
const LENS: usize = 255;
const LITERAL_BITS_MAX: u8 = 14;
/// Another literal fits into 63 bits as long as not more than this are taken.
const ROOM_FOR_LITERAL: u32 = 63 - LITERAL_BITS_MAX as u32;
/// The longest code of RFC 1951 §3.2.7.
const CODE_BITS_MAX: u8 = 15;
const RUN_BITS_MAX: u8 = 7;
/// The order of RFC 1951 §3.2.7.
const RUN_ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// Deflate with a window of 32 KB, compressed fast (RFC 1950 §2.2); a multiple of 31.
const ZLIB_HEAD: [u32; 2] = [0x78, 0x01];
/// Lengths of all codes at 14 bits each, and what stands before them.
const HEAD_MAX: usize = 600;
/// The end's code, the last flush of 8 bytes, the checksum.
const TAIL_MAX: usize = 24;
const ENTRY_SHIFT: u32 = 24;
const ENTRY_BITS: u32 = (1 << ENTRY_SHIFT) - 1;
