//! Deflate streams that begin with the same code, decoded by one pair of tables (RFC 1951 §3.2.7).
//!
//! A page is so short that making tables of its code takes a good part of inflating it. Where
//! streams share a code, the tables are made once, and it pays to make larger ones: an entry has
//! two literals where both fit. Whatever is unusual (another code, stored or further blocks,
//! damage) is none of this module's: it gives up, and the library reads the stream and says what is
//! wrong.

/// The code that the streams before began with.
#[derive(Debug)]
pub(super) struct KnownCode {
    /// The first bits of such a stream, after the two bytes of zlib: block type and code.
    head: Vec<u8>,
    head_bits: usize,
    literals: Vec<u32>,
    distances: Vec<u32>,
}

impl KnownCode {
    /// Reads the code with which a stream begins; `None` unless it is one last block with a code of
    /// its own.
    pub(super) fn read(deflated: &[u8]) -> Option<Self> {
        let mut bits = Bits { bytes: deflated, at: 0 };
        let (last, kind) = (bits.take(1)?, bits.take(2)?);
        if (last, kind) != (1, 2) {
            return None;
        }
        let (literals, distances) = (bits.take(5)? as usize + 257, bits.take(5)? as usize + 1);
        let mut lengths = [0; 19];
        for &place in &ORDER[..bits.take(4)? as usize + 4] {
            lengths[place] = bits.take(3)? as u8;
        }
        let code = table(&lengths, CODE_BITS, |symbol| Some((symbol as u32) << 8))?;
        let mut lengths = Vec::with_capacity(literals + distances);
        while lengths.len() < literals + distances {
            let entry = code[bits.peek(CODE_BITS)? as usize];
            bits.take(entry & 0xFF)?;
            let (value, count) = match entry >> 8 {
                length @ 0..=15 if entry != 0 => (length as u8, 1),
                16 => (*lengths.last()?, 3 + bits.take(2)?),
                17 => (0, 3 + bits.take(3)?),
                18 => (0, 11 + bits.take(7)?),
                _ => return None,
            };
            lengths.extend(std::iter::repeat_n(value, count as usize));
        }
        if lengths.len() != literals + distances || lengths[256] == 0 {
            return None;
        }
        let (literal_lengths, distance_lengths) = lengths.split_at(literals);
        let mut literals = table(literal_lengths, LITERAL_BITS, literal)?;
        join_literals(&mut literals);
        let distances = table(distance_lengths, DISTANCE_BITS, distance)?;
        let head_bits = bits.at;
        let head = deflated[..head_bits.div_ceil(8)].to_vec();
        Some(Self { head, head_bits, literals, distances })
    }

    /// Whether a stream begins with this code.
    pub(super) fn begins(&self, deflated: &[u8]) -> bool {
        let whole = self.head_bits / 8;
        let rest = (1u8 << (self.head_bits % 8)) - 1;
        deflated.len() > whole
            && self.head[..whole] == deflated[..whole]
            && (rest == 0 || (self.head[whole] ^ deflated[whole]) & rest == 0)
    }

    /// Decodes a stream that begins with this code into `out`; returns how many bytes it has read
    /// and written, or `None` if it gives up.
    pub(super) fn decode(&self, deflated: &[u8], out: &mut [u8]) -> Option<(usize, usize)> {
        let literals: &[u32; 1 << LITERAL_BITS] =
            self.literals.first_chunk().expect("a table has an entry for every bit pattern");
        let mut input = Input { bytes: deflated, at: self.head_bits / 8, bits: 0, count: 0 };
        input.fill();
        input.drop(self.head_bits as u32 % 8);
        let mut at = 0;
        // The longest match, and what is written beyond it.
        let end = out.len().checked_sub(ROOM)?;
        loop {
            if at > end {
                return None;
            }
            input.fill();
            let mut entry = literals[input.peek(LITERAL_BITS)];
            // Four times the bits of an entry are in any case there.
            for _ in 0..3 {
                if entry & LITERAL == 0 {
                    break;
                }
                out[at..at + 2].copy_from_slice(&[(entry >> 8) as u8, (entry >> 16) as u8]);
                at += (entry >> 24 & 3) as usize;
                input.drop(entry & 0xFF);
                entry = literals[input.peek(LITERAL_BITS)];
            }
            if entry & LITERAL != 0 {
                out[at..at + 2].copy_from_slice(&[(entry >> 8) as u8, (entry >> 16) as u8]);
                at += (entry >> 24 & 3) as usize;
                input.drop(entry & 0xFF);
                continue;
            }
            if entry & LONG != 0 {
                input.fill();
                entry = further(&self.literals, entry, &mut input)?;
                if entry & LITERAL != 0 {
                    out[at] = (entry >> 8) as u8;
                    at += 1;
                    input.drop(entry & 0xFF);
                    continue;
                }
            }
            if entry & VALUE == 0 {
                input.drop(entry & 0xFF);
                return (entry & END != 0).then(|| Some((input.end()?, at)))?;
            }
            let len = input.value(entry);
            input.fill();
            let mut entry = self.distances[input.peek(DISTANCE_BITS)];
            if entry & LONG != 0 {
                entry = further(&self.distances, entry, &mut input)?;
            }
            if entry & VALUE == 0 {
                return None;
            }
            let distance = input.value(entry);
            let from = at.checked_sub(distance)?;
            copy(out, from, at, len);
            at += len;
        }
    }
}

/// Copies `len` bytes forward, which may be bytes that were just copied; up to seven bytes beyond
/// them are overwritten.
#[inline]
fn copy(out: &mut [u8], mut from: usize, mut to: usize, len: usize) {
    let end = to + len;
    if to - from >= 8 {
        while to < end {
            let eight: [u8; 8] = out[from..from + 8].try_into().expect("eight bytes");
            out[to..to + 8].copy_from_slice(&eight);
            (from, to) = (from + 8, to + 8);
        }
        return;
    }
    while to < end {
        out[to] = out[from];
        (from, to) = (from + 1, to + 1);
    }
}

/// Returns the entry of a code that is longer than a table's bits.
#[inline]
fn further(table: &[u32], entry: u32, input: &mut Input<'_>) -> Option<u32> {
    input.drop(entry & 0xFF);
    let place = (entry >> 8 & 0xFFFF) as usize + input.peek(entry >> 24 & 0xF);
    table.get(place).copied()
}

/// Bits in the order of the stream, up to 63 in a register.
struct Input<'d> {
    bytes: &'d [u8],
    /// The next byte that is not in the register.
    at: usize,
    bits: u64,
    count: u32,
}

impl Input<'_> {
    /// Fills the register up to 56 bits or more; after the stream come zeros.
    #[inline(always)]
    fn fill(&mut self) {
        let next = match self.bytes.get(self.at..self.at + 8) {
            Some(eight) => u64::from_le_bytes(eight.try_into().expect("eight bytes")),
            None => self.last(),
        };
        self.bits |= next << self.count;
        self.at += ((63 - self.count) >> 3) as usize;
        self.count |= 56;
    }

    #[cold]
    fn last(&self) -> u64 {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        rest.iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte))
    }

    #[inline(always)]
    fn peek(&self, count: u32) -> usize {
        (self.bits & ((1 << count) - 1)) as usize
    }

    #[inline(always)]
    fn drop(&mut self, count: u32) {
        self.bits >>= count & 63;
        self.count -= count;
    }

    /// Takes the code of an entry with a value, and the value's further bits.
    #[inline(always)]
    fn value(&mut self, entry: u32) -> usize {
        self.drop(entry & 0xFF);
        let extra = entry >> 24 & 0xF;
        let value = (entry >> 8 & 0xFFFF) as usize + self.peek(extra);
        self.drop(extra);
        value
    }

    /// Returns the byte after the one in which the last bit lies, if the stream has it.
    fn end(&self) -> Option<usize> {
        let end = self.at.checked_sub((self.count / 8) as usize)?;
        (end <= self.bytes.len()).then_some(end)
    }
}

/// Bits read one field at a time, where speed does not matter.
struct Bits<'d> {
    bytes: &'d [u8],
    at: usize,
}

impl Bits<'_> {
    /// Returns the next bits; after the stream come zeros.
    fn peek(&self, count: u32) -> Option<u32> {
        let rest = self.bytes.get(self.at / 8..)?;
        let bits = rest.iter().take(4).rev().fold(0, |bits, &byte| bits << 8 | u32::from(byte));
        Some(bits >> (self.at % 8) & ((1 << count) - 1))
    }

    fn take(&mut self, count: u32) -> Option<u32> {
        let bits = self.peek(count)?;
        self.at += count as usize;
        (self.at <= 8 * self.bytes.len()).then_some(bits)
    }
}

/// Makes a table of a code: by the next `bits` bits, and behind that by the further bits of each
/// longer code. The lowest byte of an entry is the bits to drop.
///
/// Returns `None` if the code is not complete, unless it is one of a single symbol.
fn table(lengths: &[u8], bits: u32, entry: impl Fn(usize) -> Option<u32>) -> Option<Vec<u32>> {
    let mut counts = [0u32; 16];
    lengths.iter().filter(|len| **len > 0).for_each(|&len| counts[usize::from(len)] += 1);
    let space: u32 = (1..16).map(|len| counts[len] << (15 - len)).sum();
    let single = counts[1] == 1 && space == 1 << 14;
    if space != 1 << 15 && !single {
        return None;
    }
    let mut next = [0u32; 16];
    for len in 1..16 {
        next[len] = (next[len - 1] + counts[len - 1]) << 1;
    }
    let mut table = vec![0; 1 << bits];
    // Symbols in the order of their lengths, so that a longer code finds its first bits' entry.
    for len in 1..16u32 {
        for (symbol, _) in lengths.iter().enumerate().filter(|(_, of)| u32::from(**of) == len) {
            let code = next[len as usize].reverse_bits() >> (32 - len);
            next[len as usize] += 1;
            let entry = entry(symbol)?;
            if len <= bits {
                for place in (code as usize..1 << bits).step_by(1 << len) {
                    table[place] = entry | len;
                }
                continue;
            }
            let first = (code & ((1 << bits) - 1)) as usize;
            if table[first] == 0 {
                // All longer codes have the longest's further bits.
                table[first] = LONG | (15 - bits) << 24 | (table.len() as u32) << 8 | bits;
                table.resize(table.len() + (1 << (15 - bits)), 0);
            }
            let start = (table[first] >> 8 & 0xFFFF) as usize;
            for place in (code as usize >> bits..1 << (15 - bits)).step_by(1 << (len - bits)) {
                table[start + place] = entry | (len - bits);
            }
        }
    }
    Some(table)
}

/// Puts two literals into one entry where the bits of both fit.
fn join_literals(table: &mut [u32]) {
    for place in (0..1usize << LITERAL_BITS).rev() {
        let first = table[place];
        if first & LITERAL == 0 {
            continue;
        }
        let bits = first & 0xFF;
        // The rows below are not joined yet, and the bits above are those that come next.
        let second = table[place >> bits];
        if second & LITERAL != 0 && second >> 24 & 3 == 1 && bits + (second & 0xFF) <= LITERAL_BITS
        {
            let both = (first & 0xFF00) | (second & 0xFF00) << 8 | 2 << 24;
            table[place] = LITERAL | both | (bits + (second & 0xFF));
        }
    }
}

/// The entry of a literal, the end of a block or a length (§3.2.5).
fn literal(symbol: usize) -> Option<u32> {
    const BASES: [u32; 29] = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
        131, 163, 195, 227, 258,
    ];
    match symbol {
        0..=255 => Some(LITERAL | 1 << 24 | (symbol as u32) << 8),
        256 => Some(END),
        257..=284 => {
            let extra = (symbol as u32 - 257).saturating_sub(4) / 4;
            Some(VALUE | extra << 24 | BASES[symbol - 257] << 8)
        }
        285 => Some(VALUE | 258 << 8),
        _ => None,
    }
}

/// The entry of a distance.
fn distance(symbol: usize) -> Option<u32> {
    let symbol = symbol as u32;
    match symbol {
        0..=3 => Some(VALUE | (symbol + 1) << 8),
        4..=29 => {
            let extra = symbol / 2 - 1;
            Some(VALUE | extra << 24 | (((2 + symbol % 2) << extra) + 1) << 8)
        }
        _ => None,
    }
}

/// A table of 16 KB: with those of the fonts it stays in the nearest cache.
const LITERAL_BITS: u32 = 12;
const DISTANCE_BITS: u32 = 10;
const CODE_BITS: u32 = 7;

/// An entry has one or two literals.
const LITERAL: u32 = 1 << 31;
/// It has a length or a distance: base, and how many further bits.
const VALUE: u32 = 1 << 30;
/// The code goes on in another part of the table.
const LONG: u32 = 1 << 29;
/// The end of the block.
const END: u32 = 1 << 28;
/// The longest match is 258 bytes; copies go up to seven bytes beyond.
const ROOM: usize = 258 + 16;
/// The order in which the lengths of the code of lengths stand.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
