//! The way into Montgomery form: s becomes s·R modulo n by folding its top away, limb by limb.
//!
//! The textbook way multiplies s by R² mod n, which would have to be computed for every key first.
//! Here one number per key is enough, δ = 2^2132 modulo n, which costs a short division on its top
//! bits. A number r of 41 limbs is multiplied by 2^52 by moving its limbs up; the limb t that
//! leaves stands for t·2^2132, so t·δ is added in its place. 42 moves, the first of which pushes
//! out a zero, make s into a number congruent to s·2^2184. Two Montgomery steps of one limb each
//! divide it by 2^104: s·2^2080, s·R.
//!
//! Limbs of r are not carried out between the moves. A move adds two halves below 2^52 to a limb,
//! so a limb stays below 83 · 2^52 < 2^59. Only t must be a limb below 2^52, and almost always is:
//! it is a carried-out limb plus the upper half of t·δ's highest limb, below 2^23, plus a carry
//! below 2^7. Where it is not (2^-29 a move for random numbers), the lane is undecided.

use super::lanes::{Bytes, Lanes, Number, BLOCK, BLOCKS, LANES, LIMB_BITS, LIMB_MAX};
use super::montgomery::Modulus;

/// A modulus with δ, the number that replaces 2^2132.
pub(super) struct Key<W> {
    pub(super) modulus: Modulus<W>,
    delta: Number<W>,
}

/// Numbers in Montgomery form, but for the undecided lanes.
pub(super) struct Folded<W> {
    pub(super) number: Number<W>,
    /// Not zero in a lane whose number is wrong.
    pub(super) undecided: W,
}

/// Prepares eight moduli, which must be odd and have exactly 2048 bits.
#[inline(always)]
pub(super) fn prepare<L: Lanes>(lanes: L, moduli: [&Bytes; LANES]) -> Key<L::Word> {
    let n = lanes.load(moduli);
    let negative_inverse = negative_inverse(lanes, n.0[0][0]);
    Key { delta: delta(lanes, &n, moduli), modulus: Modulus { n, negative_inverse } }
}

/// Returns -1/n modulo 2^52 from the lowest limb of n.
///
/// Newton's step y(2 - n·y) doubles the number of correct lower bits; 3n xor 2 has five.
#[inline(always)]
fn negative_inverse<L: Lanes>(lanes: L, n: L::Word) -> L::Word {
    let zero = lanes.splat(0);
    let two = lanes.splat(2);
    let mut inverse = lanes.xor(lanes.add(n, lanes.add(n, n)), two);
    for _ in 0..4 {
        let rest = lanes.sub(two, lanes.add_low(zero, n, inverse));
        inverse = lanes.add_low(zero, inverse, rest);
    }
    lanes.sub(zero, inverse)
}

/// Returns δ = 2^2132 - c·n for an odd c close to 2^2132 / n, so that δ < 2^2051.
#[inline(always)]
fn delta<L: Lanes>(lanes: L, n: &Number<L::Word>, moduli: [&Bytes; LANES]) -> Number<L::Word> {
    let quotients = moduli.map(quotient);
    let low = lanes.gather(quotients.map(|c| c as u64 & LIMB_MAX));
    let high = lanes.gather(quotients.map(|c| (c >> LIMB_BITS) as u64));
    let limb = |k: usize| n.0[k / BLOCK][k % BLOCK];
    // δ < 2^2080, so -c·n modulo 2^2080 is all of it; and -v = !(v - 1). As c and n are odd, the
    // lowest column is not zero and can be lowered by one without a borrow.
    let mut carry = lanes.sub(lanes.splat(0), lanes.splat(1));
    let mut delta = *n;
    for k in 0..BLOCKS * BLOCK {
        let mut column = lanes.add_low(lanes.splat(0), limb(k), low);
        if k >= 1 {
            column = lanes.add_high(column, limb(k - 1), low);
            column = lanes.add_low(column, limb(k - 1), high);
        }
        if k >= 2 {
            column = lanes.add_high(column, limb(k - 2), high);
        }
        column = if k == 0 { lanes.sub(column, lanes.splat(1)) } else { lanes.add(column, carry) };
        carry = lanes.carry(column);
        let digit = lanes.and(column, lanes.splat(LIMB_MAX));
        delta.0[k / BLOCK][k % BLOCK] = lanes.xor(digit, lanes.splat(LIMB_MAX));
    }
    delta
}

/// Returns an odd c with 2^2132 - 5n < c·n < 2^2132, from the top 85 bits of n.
fn quotient(modulus: &Bytes) -> u128 {
    let (top, _) = modulus.split_first_chunk().expect("256 bytes begin with 16");
    // d·2^1963 is above n by at most 2^1963, less than n·2^-84; so 2^169 / d is below 2^2132 / n
    // by less than 2^85 · 2^-84 = 2. Rounding down and making it odd take one more each.
    let d = (u128::from_be_bytes(*top) >> 43) + 1;
    let (head, rest) = ((1 << 127) / d, (1 << 127) % d);
    let c = (head << 42) | ((rest << 42) / d);
    (c - 1) | 1
}

/// Returns numbers congruent to s·R and below n + 2^2029.
#[inline(always)]
pub(super) fn fold<L: Lanes>(lanes: L, s: &Number<L::Word>, key: &Key<L::Word>) -> Folded<L::Word> {
    let mask = lanes.splat(LIMB_MAX);
    let zero = lanes.splat(0);
    // The 41 limbs of r are `r` and, above it, `top`. Nothing is above s, so the first move adds
    // nothing.
    let mut r = *s;
    let mut top = r.0[BLOCKS - 1][BLOCK - 1];
    move_up(lanes, &mut r, &key.delta, zero);
    let mut undecided = zero;
    for _ in 0..MOVES {
        let below = r.0[BLOCKS - 1][BLOCK - 1];
        let t = lanes.add(top, lanes.carry(below));
        undecided = lanes.or(undecided, lanes.carry(t));
        top = lanes.add_high(lanes.and(below, mask), key.delta.0[BLOCKS - 1][BLOCK - 1], t);
        move_up(lanes, &mut r, &key.delta, t);
    }
    let number = step(lanes, r, top, &key.modulus);
    let number = step(lanes, number, zero, &key.modulus);
    Folded { number: settle(lanes, number), undecided }
}

/// Moves the limbs of r up by one place, where the highest leaves, and adds t·y, but for the upper
/// half of the product with y's highest limb, which belongs where that limb went.
#[inline(always)]
fn move_up<L: Lanes>(lanes: L, r: &mut Number<L::Word>, y: &Number<L::Word>, t: L::Word) {
    for b in (0..BLOCKS).rev() {
        let entering = if b > 0 { r.0[b - 1][BLOCK - 1] } else { lanes.splat(0) };
        let block = &mut r.0[b];
        let mut moved = [entering; BLOCK];
        moved[1..].copy_from_slice(&block[..BLOCK - 1]);
        for (limb, &factor) in moved.iter_mut().zip(&y.0[b]) {
            *limb = lanes.add_low(*limb, factor, t);
        }
        if b > 0 {
            moved[0] = lanes.add_high(moved[0], y.0[b - 1][BLOCK - 1], t);
        }
        for (limb, &factor) in moved[1..].iter_mut().zip(&y.0[b]) {
            *limb = lanes.add_high(*limb, factor, t);
        }
        *block = moved;
    }
}

/// Returns (r + m·n) / 2^52 for the m below 2^52 that makes the division exact; r has `top` as its
/// highest limb.
#[inline(always)]
fn step<L: Lanes>(
    lanes: L,
    mut r: Number<L::Word>,
    top: L::Word,
    modulus: &Modulus<L::Word>,
) -> Number<L::Word> {
    let n = &modulus.n;
    let m = lanes.add_low(lanes.splat(0), r.0[0][0], modulus.negative_inverse);
    let carry = lanes.carry(lanes.add_low(r.0[0][0], n.0[0][0], m));
    for b in 0..BLOCKS {
        let entering = if b + 1 < BLOCKS { r.0[b + 1][0] } else { top };
        let block = &mut r.0[b];
        let mut moved = [entering; BLOCK];
        moved[..BLOCK - 1].copy_from_slice(&block[1..]);
        for (limb, &factor) in moved.iter_mut().zip(&n.0[b][1..]) {
            *limb = lanes.add_low(*limb, factor, m);
        }
        if b + 1 < BLOCKS {
            moved[BLOCK - 1] = lanes.add_low(moved[BLOCK - 1], n.0[b + 1][0], m);
        }
        for (limb, &factor) in moved.iter_mut().zip(&n.0[b]) {
            *limb = lanes.add_high(*limb, factor, m);
        }
        *block = moved;
    }
    r.0[0][0] = lanes.add(r.0[0][0], carry);
    r
}

/// Carries every limb out into the next; nothing leaves the highest.
#[inline(always)]
fn settle<L: Lanes>(lanes: L, mut number: Number<L::Word>) -> Number<L::Word> {
    let mut carry = lanes.splat(0);
    for limb in number.0.as_flattened_mut() {
        *limb = lanes.add(*limb, carry);
        carry = lanes.carry(*limb);
    }
    number
}

/// How many moves push out a limb that may be other than zero.
const MOVES: usize = BLOCKS * BLOCK + 1;
