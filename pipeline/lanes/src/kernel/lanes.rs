//! What the kernel asks of a machine: vectors of eight words and a 52-bit multiplier.

/// How many lanes a vector has, and so how many signatures the kernel takes at once.
pub(crate) const LANES: usize = 8;

/// The width of a limb, in bits.
pub(crate) const LIMB_BITS: u32 = 52;

/// The greatest limb.
pub(crate) const LIMB_MAX: u64 = (1 << LIMB_BITS) - 1;

/// How many limbs are read and multiplied as one block.
pub(crate) const BLOCK: usize = 8;

/// How many blocks a number has: forty limbs, 2080 bits.
pub(crate) const BLOCKS: usize = 5;

/// Eight numbers of forty limbs, the lowest block and limb first; lane i of every word belongs to
/// number i.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Number<W>(pub(crate) [[W; BLOCK]; BLOCKS]);

/// The bytes of a number of 2048 bits, big-endian.
pub(crate) type Bytes = [u8; 256];

/// A machine that works on eight lanes in step.
///
/// A value of the type is the leave to use the machine: where instructions may be missing, it is
/// made by their detection only.
pub(crate) trait Lanes: Copy {
    /// A vector of eight 64-bit words, one a lane.
    type Word: Copy;

    /// Returns the same word in every lane.
    fn splat(self, word: u64) -> Self::Word;

    /// Returns the words of an array, word i in lane i.
    fn gather(self, words: [u64; LANES]) -> Self::Word;

    /// Returns `a + b` in every lane.
    fn add(self, a: Self::Word, b: Self::Word) -> Self::Word;

    /// Returns `a - b` modulo 2^64 in every lane.
    fn sub(self, a: Self::Word, b: Self::Word) -> Self::Word;

    /// Returns the bits of `a` that are also in `b`.
    fn and(self, a: Self::Word, b: Self::Word) -> Self::Word;

    /// Returns the bits of `a` and those of `b`.
    fn or(self, a: Self::Word, b: Self::Word) -> Self::Word;

    /// Returns the bits in which `a` and `b` differ.
    fn xor(self, a: Self::Word, b: Self::Word) -> Self::Word;

    /// Returns what stands above the lower 52 bits: the carry into the next limb.
    fn carry(self, a: Self::Word) -> Self::Word;

    /// Returns `sum` plus the lower 52 bits of the product of the lower 52 bits of `a` and `b`.
    fn add_low(self, sum: Self::Word, a: Self::Word, b: Self::Word) -> Self::Word;

    /// Returns `sum` plus the upper 52 bits of the product of the lower 52 bits of `a` and `b`.
    fn add_high(self, sum: Self::Word, a: Self::Word, b: Self::Word) -> Self::Word;

    /// Returns a bit for every lane, set where the word is not zero.
    fn nonzero(self, a: Self::Word) -> u8;

    /// Reads eight numbers into limbs below 2^52.
    fn load(self, numbers: [&Bytes; LANES]) -> Number<Self::Word>;

    /// Returns the words of all lanes.
    #[cfg(test)]
    fn words(self, a: Self::Word) -> [u64; LANES];
}
