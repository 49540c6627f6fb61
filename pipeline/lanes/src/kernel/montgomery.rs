//! Squares and products modulo n in Montgomery form, by columns of 8 × 8-limb tiles.
//!
//! The Montgomery product of x and y is (x·y + m·n) / R, where m is the one number below R that
//! makes the division exact. Both products are summed together, column by column: limb i times
//! limb j adds its lower half to column i + j and its upper half to column i + j + 1.
//!
//! Blocks of eight limbs keep the sums in registers. The tiles of block I and block J with
//! I + J = d touch the sixteen columns from 8d; sixteen accumulators hold these, eight more
//! registers hold a block of one factor, and the other factor is read limb by limb. After the last
//! tile of diagonal d its lower eight columns are complete: for d < 5 they decide the next eight
//! limbs of m, which clear them; from there on they are a block of the result. The upper eight
//! columns go on to the next diagonal.

use super::lanes::{Lanes, Number, BLOCK, BLOCKS, LIMB_MAX};

/// A modulus with what the reduction by it needs.
pub(super) struct Modulus<W> {
    /// n, in limbs below 2^52.
    pub(super) n: Number<W>,
    /// -1/n modulo 2^52.
    pub(super) negative_inverse: W,
}

/// The sums of sixteen neighbouring columns.
type Columns<W> = [W; 2 * BLOCK];

/// Makes x the Montgomery product of x and x.
///
/// Products of different limbs occur twice: they are summed once and doubled, then the squares of
/// single limbs come on top. x is overwritten block by block: block d - 5 of the result is complete
/// on diagonal d, whose tiles and all later ones take the blocks of x from d - 4 on.
#[inline(always)]
pub(super) fn square<L: Lanes>(lanes: L, x: &mut Number<L::Word>, modulus: &Modulus<L::Word>) {
    let mut m = Number([[lanes.splat(0); BLOCK]; BLOCKS]);
    let mut carried = [lanes.splat(0); BLOCK];
    for d in 0..DIAGONALS {
        let mut columns = [lanes.splat(0); 2 * BLOCK];
        for i in d.saturating_sub(BLOCKS - 1)..d.div_ceil(2) {
            tile(lanes, &mut columns, &x.0[i], &x.0[d - i]);
        }
        if d % 2 == 0 {
            triangle(lanes, &mut columns, &x.0[d / 2]);
        }
        for column in &mut columns {
            *column = lanes.add(*column, *column);
        }
        if d % 2 == 0 {
            squares(lanes, &mut columns, &x.0[d / 2]);
        }
        add_carried(lanes, &mut columns, &carried);
        reduce(lanes, d, &mut columns, &mut m, modulus);
        if d >= BLOCKS {
            x.0[d - BLOCKS] = settle(lanes, &mut columns);
        }
        carried = upper(&columns);
    }
    x.0[BLOCKS - 1] = settle_last(lanes, carried);
}

/// Returns the Montgomery product of x and y.
#[inline(always)]
pub(super) fn multiply<L: Lanes>(
    lanes: L,
    x: &Number<L::Word>,
    y: &Number<L::Word>,
    modulus: &Modulus<L::Word>,
) -> Number<L::Word> {
    let mut m = Number([[lanes.splat(0); BLOCK]; BLOCKS]);
    let mut product = m;
    let mut carried = [lanes.splat(0); BLOCK];
    for d in 0..DIAGONALS {
        let mut columns = [lanes.splat(0); 2 * BLOCK];
        for i in d.saturating_sub(BLOCKS - 1)..=d.min(BLOCKS - 1) {
            tile(lanes, &mut columns, &x.0[i], &y.0[d - i]);
        }
        add_carried(lanes, &mut columns, &carried);
        reduce(lanes, d, &mut columns, &mut m, modulus);
        if d >= BLOCKS {
            product.0[d - BLOCKS] = settle(lanes, &mut columns);
        }
        carried = upper(&columns);
    }
    product.0[BLOCKS - 1] = settle_last(lanes, carried);
    product
}

/// Adds the tiles of m·n on diagonal d, of which the first five also decide m's block d.
#[inline(always)]
fn reduce<L: Lanes>(
    lanes: L,
    d: usize,
    columns: &mut Columns<L::Word>,
    m: &mut Number<L::Word>,
    modulus: &Modulus<L::Word>,
) {
    for i in d.saturating_sub(BLOCKS - 1)..d.min(BLOCKS) {
        tile(lanes, columns, &modulus.n.0[d - i], &m.0[i]);
    }
    if d < BLOCKS {
        m.0[d] = solve(lanes, columns, &modulus.n.0[0], modulus.negative_inverse);
    }
}

/// Adds the products of every limb of block a with every limb of block b.
#[inline(always)]
fn tile<L: Lanes>(
    lanes: L,
    columns: &mut Columns<L::Word>,
    a: &[L::Word; BLOCK],
    b: &[L::Word; BLOCK],
) {
    row::<L, 0, BLOCK>(lanes, columns, a, b[0]);
    row::<L, 1, BLOCK>(lanes, columns, a, b[1]);
    row::<L, 2, BLOCK>(lanes, columns, a, b[2]);
    row::<L, 3, BLOCK>(lanes, columns, a, b[3]);
    row::<L, 4, BLOCK>(lanes, columns, a, b[4]);
    row::<L, 5, BLOCK>(lanes, columns, a, b[5]);
    row::<L, 6, BLOCK>(lanes, columns, a, b[6]);
    row::<L, 7, BLOCK>(lanes, columns, a, b[7]);
}

/// Adds the products of every limb of block a with every higher limb of the same block.
#[inline(always)]
fn triangle<L: Lanes>(lanes: L, columns: &mut Columns<L::Word>, a: &[L::Word; BLOCK]) {
    row::<L, 1, 1>(lanes, columns, a, a[1]);
    row::<L, 2, 2>(lanes, columns, a, a[2]);
    row::<L, 3, 3>(lanes, columns, a, a[3]);
    row::<L, 4, 4>(lanes, columns, a, a[4]);
    row::<L, 5, 5>(lanes, columns, a, a[5]);
    row::<L, 6, 6>(lanes, columns, a, a[6]);
    row::<L, 7, 7>(lanes, columns, a, a[7]);
}

/// Adds the products of the first `COUNT` limbs of block a with limb `J` of another.
///
/// All lower halves come before all upper ones, so that two additions to one column are as far
/// apart as the multiplier takes to deliver.
#[inline(always)]
fn row<L: Lanes, const J: usize, const COUNT: usize>(
    lanes: L,
    columns: &mut Columns<L::Word>,
    a: &[L::Word; BLOCK],
    b: L::Word,
) {
    for i in 0..COUNT {
        columns[i + J] = lanes.add_low(columns[i + J], a[i], b);
    }
    for i in 0..COUNT {
        columns[i + J + 1] = lanes.add_high(columns[i + J + 1], a[i], b);
    }
}

/// Adds the square of every limb of a block.
#[inline(always)]
fn squares<L: Lanes>(lanes: L, columns: &mut Columns<L::Word>, a: &[L::Word; BLOCK]) {
    for i in 0..BLOCK {
        columns[2 * i] = lanes.add_low(columns[2 * i], a[i], a[i]);
    }
    for i in 0..BLOCK {
        columns[2 * i + 1] = lanes.add_high(columns[2 * i + 1], a[i], a[i]);
    }
}

/// Returns the block of m that makes the lower eight columns vanish, and adds its products with
/// the lowest block of n; what the columns carry is handed up.
#[inline(always)]
fn solve<L: Lanes>(
    lanes: L,
    columns: &mut Columns<L::Word>,
    n: &[L::Word; BLOCK],
    negative_inverse: L::Word,
) -> [L::Word; BLOCK] {
    [
        clear::<L, 0>(lanes, columns, n, negative_inverse),
        clear::<L, 1>(lanes, columns, n, negative_inverse),
        clear::<L, 2>(lanes, columns, n, negative_inverse),
        clear::<L, 3>(lanes, columns, n, negative_inverse),
        clear::<L, 4>(lanes, columns, n, negative_inverse),
        clear::<L, 5>(lanes, columns, n, negative_inverse),
        clear::<L, 6>(lanes, columns, n, negative_inverse),
        clear::<L, 7>(lanes, columns, n, negative_inverse),
    ]
}

/// Returns the limb of m that makes the lower 52 bits of column `I` vanish.
///
/// The lower half of that limb times n's lowest limb is the column's complement to 2^52, or nothing
/// if the column's lower bits are zero already. Either way the carry is (column + 2^52 - 1) >> 52,
/// and the product itself need not be computed. The next limb of m waits for the next column only,
/// so the three parts that column still misses are made side by side.
#[inline(always)]
fn clear<L: Lanes, const I: usize>(
    lanes: L,
    columns: &mut Columns<L::Word>,
    n: &[L::Word; BLOCK],
    negative_inverse: L::Word,
) -> L::Word {
    let zero = lanes.splat(0);
    let m = lanes.add_low(zero, columns[I], negative_inverse);
    let carry = lanes.carry(lanes.add(columns[I], lanes.splat(LIMB_MAX)));
    let high = lanes.add_high(carry, n[0], m);
    for j in 1..BLOCK {
        columns[I + j] = lanes.add_low(columns[I + j], n[j], m);
    }
    columns[I + 1] = lanes.add(columns[I + 1], high);
    for j in 1..BLOCK {
        columns[I + j + 1] = lanes.add_high(columns[I + j + 1], n[j], m);
    }
    m
}

/// Adds what the diagonal before has left to the lower eight columns.
#[inline(always)]
fn add_carried<L: Lanes>(lanes: L, columns: &mut Columns<L::Word>, carried: &[L::Word; BLOCK]) {
    for i in 0..BLOCK {
        columns[i] = lanes.add(columns[i], carried[i]);
    }
}

/// Carries the lower eight columns out into the ninth, and returns them as limbs.
///
/// The lower 52 bits of the limbs are the number; above them stands what was carried out.
#[inline(always)]
fn settle<L: Lanes>(lanes: L, columns: &mut Columns<L::Word>) -> [L::Word; BLOCK] {
    for i in 0..BLOCK {
        columns[i + 1] = lanes.add(columns[i + 1], lanes.carry(columns[i]));
    }
    lower(columns)
}

/// Carries the last eight columns out; nothing leaves the last one, as a product is below R.
#[inline(always)]
fn settle_last<L: Lanes>(lanes: L, mut limbs: [L::Word; BLOCK]) -> [L::Word; BLOCK] {
    for i in 1..BLOCK {
        limbs[i] = lanes.add(limbs[i], lanes.carry(limbs[i - 1]));
    }
    limbs
}

#[inline(always)]
fn lower<W: Copy>(columns: &Columns<W>) -> [W; BLOCK] {
    std::array::from_fn(|i| columns[i])
}

#[inline(always)]
fn upper<W: Copy>(columns: &Columns<W>) -> [W; BLOCK] {
    std::array::from_fn(|i| columns[BLOCK + i])
}

/// How many diagonals the 5 × 5 tiles of a product have.
const DIAGONALS: usize = 2 * BLOCKS - 1;
