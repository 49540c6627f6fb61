//! Repeats of a small stream, found greedily through a hash of four bytes (RFC 1951 §4).

/// Literals, then a repeat; the repeat after the last literals has the length 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sequence {
    pub(super) literals: u32,
    /// Bytes that the repeat has, 4 to 258, or 0.
    pub(super) len: u16,
    /// Distance less 1.
    pub(super) back: u16,
}

/// Sequences that are being noted.
pub(super) struct Notes<'a> {
    sequences: &'a mut Vec<Sequence>,
    literals: u32,
}

impl<'a> Notes<'a> {
    /// Notes behind what stands already.
    pub(super) fn behind(sequences: &'a mut Vec<Sequence>) -> Self {
        Self { sequences, literals: 0 }
    }

    /// Notes the last literals.
    pub(super) fn finish(self) {
        self.sequences.push(Sequence { literals: self.literals, ..Sequence::default() });
    }
}

impl Tokens for Notes<'_> {
    #[inline]
    fn literal(&mut self, _: u8) {
        self.literals += 1;
    }

    #[inline]
    fn repeat(&mut self, len: u16, back: u16) {
        let literals = std::mem::take(&mut self.literals);
        self.sequences.push(Sequence { literals, len, back });
    }
}

/// The positions where four bytes were seen last.
pub(super) struct Repeats {
    seen: Box<[u16; SLOTS]>,
}

impl Default for Repeats {
    fn default() -> Self {
        Self { seen: Box::new([0; SLOTS]) }
    }
}

/// What a stream is made of is told to, in order.
pub(super) trait Tokens {
    /// Takes the next byte as it is.
    fn literal(&mut self, byte: u8);

    /// Takes a repeat of `len` bytes, 4 to 258, at a distance less 1.
    fn repeat(&mut self, len: u16, back: u16);
}

impl Repeats {
    /// Tells what `bytes` are made of.
    #[inline]
    pub(super) fn find(&mut self, bytes: &[u8], tokens: &mut impl Tokens) {
        bytes.chunks(WINDOW).for_each(|window| self.find_in_window(window, tokens));
    }

    /// Tells what up to a window of bytes is made of.
    #[inline]
    fn find_in_window(&mut self, bytes: &[u8], tokens: &mut impl Tokens) {
        // A slot that was not written leads to position 0, which is as good as any: what stands
        // there is compared.
        self.seen.fill(0);
        let [first, ..] = *bytes else { return };
        tokens.literal(first);
        let mut at = 1;
        while let Some(four) = four_at(bytes, at) {
            let slot = &mut self.seen[slot_of(four)];
            let earlier = usize::from(*slot);
            *slot = at as u16;
            if four_at(bytes, earlier) != Some(four) {
                tokens.literal(four as u8);
                at += 1;
                continue;
            }
            let len = 4 + common(&bytes[earlier + 4..], &bytes[at + 4..]);
            tokens.repeat(len as u16, (at - earlier - 1) as u16);
            at += len;
            for inner in [at - 2, at - 1] {
                if let Some(four) = four_at(bytes, inner) {
                    self.seen[slot_of(four)] = inner as u16;
                }
            }
        }
        bytes[at..].iter().for_each(|&byte| tokens.literal(byte));
    }
}

/// Returns how many bytes both begin with, at most as many as a repeat may have beyond four.
#[inline]
fn common(a: &[u8], b: &[u8]) -> usize {
    let end = a.len().min(b.len()).min(LEN_MAX - 4);
    let (a, b) = (&a[..end], &b[..end]);
    let mut at = 0;
    while let (Some(x), Some(y)) = (eight_at(a, at), eight_at(b, at)) {
        if x != y {
            return at + ((x ^ y).trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    at + a[at..].iter().zip(&b[at..]).take_while(|(x, y)| x == y).count()
}

#[inline]
fn four_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes(four.try_into().expect("four bytes")))
}

#[inline]
fn eight_at(bytes: &[u8], at: usize) -> Option<u64> {
    let eight = bytes.get(at..at + 8)?;
    Some(u64::from_le_bytes(eight.try_into().expect("eight bytes")))
}

#[inline]
fn slot_of(four: u32) -> usize {
    (four.wrapping_mul(GOLDEN) >> (32 - SLOT_BITS)) as usize
}

/// The longest repeat (RFC 1951 §3.2.5).
const LEN_MAX: usize = 258;
/// The farthest that a repeat reaches back (RFC 1951 §3.2.5); longer streams start anew.
const WINDOW: usize = 32_768;
/// A stream of 2 to 3 KB has some thousand positions; 8 KB are cleared in 0.2 µs.
const SLOT_BITS: u32 = 12;
const SLOTS: usize = 1 << SLOT_BITS;
/// 2³² divided by the golden ratio (Knuth, "The Art of Computer Programming" 3, §6.4).
const GOLDEN: u32 = 0x9E37_79B1;
