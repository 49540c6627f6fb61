//! DataMatrix ECC 200 of the 26 digits of an inserter mark: always the square of 18 modules.
//!
//! Source: ISO/IEC 16022:2006 — §5.2.4 digits in pairs, Annex E Reed-Solomon over GF(256) with the
//! polynomial 301, Annex F placement. The general encoder of crate `datamatrix` gives the same
//! symbol (test) in many times the time; this one is on every sheet.

use std::sync::OnceLock;

use letter::piece::MARK_LEN;

/// Modules on a side, finder pattern included.
pub(crate) const SIDE: usize = 18;

/// The rows of a symbol from the top, leftmost module in bit 17; a set bit is black.
pub(crate) type Rows = [u32; SIDE];

/// Returns the symbol of a mark's digits.
///
/// Check words are sums of what each data word adds to them, and so are modules (addition without
/// carry): a symbol is the sum of one for each pair of digits.
///
/// # Panics
/// If `digits` are not 26 ASCII digits.
pub(crate) fn encode(digits: &str) -> Rows {
    assert!(digits.len() == MARK_LEN && digits.bytes().all(|b| b.is_ascii_digit()));
    let Shares { blank, pairs } = SHARES.get_or_init(Shares::new);
    let mut rows = *blank;
    for (share, pair) in pairs.iter().zip(digits.as_bytes().chunks_exact(2)) {
        let share = &share[usize::from(10 * (pair[0] - b'0') + (pair[1] - b'0'))];
        rows.iter_mut().zip(share).for_each(|(row, share)| *row ^= share);
    }
    rows
}

/// What each pair of digits changes in the symbol of all zeros.
struct Shares {
    blank: Rows,
    /// By place of the pair, then by its value.
    pairs: Vec<[Rows; 100]>,
}

static SHARES: OnceLock<Shares> = OnceLock::new();

impl Shares {
    fn new() -> Self {
        let zeros = [0; MARK_LEN / 2];
        let blank = symbol(zeros);
        let share = |place: usize, value: u8| {
            let mut pairs = zeros;
            pairs[place] = value;
            let mut rows = symbol(pairs);
            rows.iter_mut().zip(&blank).for_each(|(row, blank)| *row ^= blank);
            rows
        };
        let of_place = |place| std::array::from_fn(|value| share(place, value as u8));
        Self { blank, pairs: (0..zeros.len()).map(of_place).collect() }
    }
}

/// Returns the symbol of pairs of digits.
fn symbol(pairs: [u8; MARK_LEN / 2]) -> Rows {
    let mut words = [0; DATA + CHECK];
    words.iter_mut().zip(pairs).for_each(|(word, pair)| *word = 130 + pair);
    pad(&mut words[..DATA], MARK_LEN / 2);
    add_check(&mut words);
    let mut rows = FINDER;
    for (word, modules) in words.iter().zip(&PLACES) {
        for (bit, &(row, column)) in modules.iter().enumerate() {
            let black = u32::from(word >> (7 - bit) & 1);
            rows[usize::from(row) + 1] |= black << (SIDE - 2 - usize::from(column));
        }
    }
    rows
}

/// Fills the data words from `used` on (§5.2.3): 129 first, then 129 in the 253-state disguise.
fn pad(data: &mut [u8], used: usize) {
    data[used] = PAD;
    for (at, word) in data.iter_mut().enumerate().skip(used + 1) {
        let disguise = (149 * (at + 1)) % 253 + 1;
        let sum = usize::from(PAD) + disguise;
        *word = (if sum <= 254 { sum } else { sum - 254 }) as u8;
    }
}

/// Computes the check words: the rest of the data's division by the generator.
fn add_check(words: &mut [u8; DATA + CHECK]) {
    let mut rest = [0u8; CHECK];
    for &word in &words[..DATA] {
        let lead = word ^ rest[0];
        rest.copy_within(1.., 0);
        rest[CHECK - 1] = 0;
        for (r, g) in rest.iter_mut().zip(&GENERATOR) {
            *r ^= times(lead, *g);
        }
    }
    words[DATA..].copy_from_slice(&rest);
}

const fn times(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    FIELD.0[(FIELD.1[a as usize] as usize + FIELD.1[b as usize] as usize) % 255]
}

/// Powers and logarithms of GF(256) with x⁸+x⁵+x³+x²+1 (301).
const FIELD: ([u8; 256], [u8; 256]) = {
    let (mut powers, mut logs) = ([0; 256], [0; 256]);
    let (mut value, mut exponent) = (1u16, 0);
    while exponent < 255 {
        powers[exponent] = value as u8;
        logs[value as usize] = exponent as u8;
        value <<= 1;
        if value > 255 {
            value ^= 301;
        }
        exponent += 1;
    }
    (powers, logs)
};

/// The generator (x - 2)(x - 2²)…(x - 2¹⁴) without its leading 1, highest power first.
const GENERATOR: [u8; CHECK] = {
    let mut product = [0u8; CHECK + 1];
    product[CHECK] = 1;
    let mut root = 1;
    while root <= CHECK {
        let mut at = 0;
        while at <= CHECK {
            let shifted = if at < CHECK { product[at + 1] } else { 0 };
            product[at] = shifted ^ times(product[at], FIELD.0[root]);
            at += 1;
        }
        root += 1;
    }
    let mut generator = [0; CHECK];
    let mut at = 0;
    while at < CHECK {
        generator[at] = product[at + 1];
        at += 1;
    }
    generator
};

/// Where the eight bits of each word lie in the 16 × 16 region, most significant first (Annex F).
const PLACES: [[(u8, u8); 8]; DATA + CHECK] = {
    let mut places = [[(0, 0); 8]; DATA + CHECK];
    let mut taken = [[false; REGION as usize]; REGION as usize];
    let (mut word, mut row, mut column) = (0, 4i8, 0i8);
    while row < REGION || column < REGION {
        // Up and to the right. A region of 16 has none of the four corner cases.
        loop {
            let free = row < REGION && column >= 0 && !taken[row as usize][column as usize];
            if free {
                places[word] = shape(row, column);
                mark(&mut taken, &places[word]);
                word += 1;
            }
            row -= 2;
            column += 2;
            if row < 0 || column >= REGION {
                break;
            }
        }
        row += 1;
        column += 3;
        // Down and to the left.
        loop {
            let free = row >= 0 && column < REGION && !taken[row as usize][column as usize];
            if free {
                places[word] = shape(row, column);
                mark(&mut taken, &places[word]);
                word += 1;
            }
            row += 2;
            column -= 2;
            if row >= REGION || column < 0 {
                break;
            }
        }
        row += 3;
        column += 1;
    }
    places
};

/// The utah shape whose last bit lies at `row`, `column`.
const fn shape(row: i8, column: i8) -> [(u8, u8); 8] {
    [
        module(row - 2, column - 2),
        module(row - 2, column - 1),
        module(row - 1, column - 2),
        module(row - 1, column - 1),
        module(row - 1, column),
        module(row, column - 2),
        module(row, column - 1),
        module(row, column),
    ]
}

/// Folds a place beyond the upper or left edge back in.
const fn module(mut row: i8, mut column: i8) -> (u8, u8) {
    if row < 0 {
        row += REGION;
        column += 4 - (REGION + 4) % 8;
    }
    if column < 0 {
        column += REGION;
        row += 4 - (REGION + 4) % 8;
    }
    (row as u8, column as u8)
}

const fn mark(taken: &mut [[bool; REGION as usize]; REGION as usize], places: &[(u8, u8); 8]) {
    let mut bit = 0;
    while bit < 8 {
        taken[places[bit].0 as usize][places[bit].1 as usize] = true;
        bit += 1;
    }
}

/// Left and lower edge black, upper and right edge alternating (§5.1).
const FINDER: Rows = {
    let mut rows = [0; SIDE];
    let mut row = 0;
    while row < SIDE {
        rows[row] = 1 << (SIDE - 1) | (row % 2) as u32;
        row += 1;
    }
    rows[0] = 0b10_1010_1010_1010_1010;
    rows[SIDE - 1] = 0b11_1111_1111_1111_1111;
    rows
};

/// Data words of the symbol.
const DATA: usize = 18;
/// Check words of the symbol.
const CHECK: usize = 14;
/// Modules on a side of the data region.
const REGION: i8 = 16;
const PAD: u8 = 129;

#[cfg(test)]
mod tests {
    use datamatrix::{DataMatrix, SymbolSize};
    use letter::piece::SheetMark;

    use super::*;

    fn check(digits: &str) {
        let reference =
            DataMatrix::encode(digits.as_bytes(), SymbolSize::Square18).expect("fits the square");
        let bitmap = reference.bitmap();
        let expected: Vec<bool> = bitmap.bits().to_vec();
        let found: Vec<bool> = encode(digits)
            .iter()
            .flat_map(|row| (0..SIDE).map(move |column| row >> (SIDE - 1 - column) & 1 == 1))
            .collect();
        assert_eq!(found, expected, "{digits}");
    }

    #[test]
    fn every_symbol_is_the_one_of_the_general_encoder() {
        for sequence in (0..10_000_000u32).step_by(4_999) {
            let sheets = (sequence % 99 + 1) as u16;
            let mark = SheetMark {
                generation: (sequence % 9) as u8 + 1,
                job: sequence.wrapping_mul(97),
                sequence,
                sheet: sheets.div_ceil(2),
                sheets,
                inserts: (sequence % 256) as u8,
            };
            check(&mark.text());
        }
        check("00000000000000000000000000");
        check("99999999999999999999999999");
    }
}
