//! DataMatrix ECC 200 symbols of one region, read without a fault or not at all.
//!
//! Source: ISO/IEC 16022:2006 — §5.2 encodation, §5.7 and Annex E error correction, Annex F
//! placement (its program). What was printed from vectors has no damaged module, so nothing is
//! corrected: a symbol whose check words do not fit was drawn wrong.

use crate::content::Stencil;

/// Data and check words of the square symbols of one region, by modules on a side (table 7).
const SIZES: [(usize, usize, usize); 9] = [
    (10, 3, 5),
    (12, 5, 7),
    (14, 8, 10),
    (16, 12, 12),
    (18, 18, 14),
    (20, 22, 18),
    (22, 30, 20),
    (24, 36, 24),
    (26, 44, 28),
];

/// Returns the modules on a side of each size, the smallest first.
pub(crate) fn sides() -> impl Iterator<Item = usize> {
    SIZES.iter().map(|(side, _, _)| *side)
}

/// Reads symbols; what depends on the size is kept from symbol to symbol.
#[derive(Debug, Default)]
pub(crate) struct SymbolReader {
    /// Of the size read last.
    layout: Option<Layout>,
    words: Vec<u8>,
    text: String,
}

/// Where the bits of a size lie.
#[derive(Debug)]
struct Layout {
    side: usize,
    data: usize,
    check: usize,
    /// Row and column within the region of each word's bits, highest first.
    places: Vec<[(u8, u8); 8]>,
}

impl SymbolReader {
    /// Returns what a symbol says; `None` if the stencil has not the finder pattern of one.
    ///
    /// # Errors
    /// If a module is wrong, or the encodation is not digits and ASCII.
    pub(crate) fn read(&mut self, stencil: &Stencil) -> Result<Option<&str>, &'static str> {
        let side = stencil.width;
        let size = SIZES.iter().find(|(modules, _, _)| *modules == side);
        let Some(&(_, data, check)) = size.filter(|_| stencil.height == side) else {
            return Ok(None);
        };
        if !has_finder(stencil) {
            return Ok(None);
        }
        if self.layout.as_ref().is_none_or(|layout| layout.side != side) {
            let places = places(side - 2);
            self.layout = Some(Layout { side, data, check, places });
        }
        let layout = self.layout.as_ref().expect("it was made above");
        self.words.clear();
        for bits in &layout.places[..data + check] {
            let word = bits.iter().fold(0, |word, &(row, column)| {
                let module = stencil.rows[usize::from(row) + 1] >> (side - 2 - usize::from(column));
                word << 1 | (module & 1) as u8
            });
            self.words.push(word);
        }
        if !is_whole(&self.words, layout.check) {
            return Err("a DataMatrix whose check words do not fit");
        }
        self.text.clear();
        read_ascii(&self.words[..layout.data], &mut self.text)?;
        Ok(Some(&self.text))
    }
}

/// Whether left and lower edge are solid, upper and right edge broken (§5.1).
fn has_finder(stencil: &Stencil) -> bool {
    let side = stencil.width;
    let top: u32 = (0..side).step_by(2).fold(0, |row, column| row | 1 << (side - 1 - column));
    let rows = &stencil.rows[..side];
    let right = rows.iter().enumerate().all(|(i, row)| (row & 1 == 1) == (i % 2 == 1));
    let left = rows.iter().all(|row| row >> (side - 1) & 1 == 1);
    rows[0] == top && rows[side - 1] == u32::MAX >> (32 - side) && left && right
}

/// Whether all syndromes are 0: the words as a polynomial have the roots 2¹ to 2ⁿ.
fn is_whole(words: &[u8], check: usize) -> bool {
    ROOTS[..check]
        .iter()
        .all(|times| words.iter().fold(0u8, |sum, word| times[usize::from(sum)] ^ word) == 0)
}

/// Reads ASCII encodation: characters, pairs of digits, and the padding after them (§5.2.3).
fn read_ascii(data: &[u8], text: &mut String) -> Result<(), &'static str> {
    for (at, &word) in data.iter().enumerate() {
        match word {
            1..=128 => text.push(char::from(word - 1)),
            PAD => {
                let disguised = |at: usize| {
                    let sum = usize::from(PAD) + (149 * (at + 1)) % 253 + 1;
                    (if sum > 254 { sum - 254 } else { sum }) as u8
                };
                let rest = data.iter().enumerate().skip(at + 1);
                let padded = rest.into_iter().all(|(at, &word)| word == disguised(at));
                return padded.then_some(()).ok_or("a DataMatrix with wrong padding");
            }
            130..=229 => {
                text.push(char::from(b'0' + (word - 130) / 10));
                text.push(char::from(b'0' + (word - 130) % 10));
            }
            _ => return Err("a DataMatrix of an encodation that is not known here"),
        }
    }
    Ok(())
}

/// The program of Annex F for a region of `side` modules each way.
fn places(side: usize) -> Vec<[(u8, u8); 8]> {
    let n = side as i32;
    let mut taken = vec![false; side * side];
    let mut places = Vec::new();
    let mut put = |corners: [(i32, i32); 8], taken: &mut Vec<bool>| {
        places.push(corners.map(|(mut row, mut column)| {
            if row < 0 {
                (row, column) = (row + n, column + 4 - (n + 4) % 8);
            }
            if column < 0 {
                (row, column) = (row + 4 - (n + 4) % 8, column + n);
            }
            taken[(row * n + column) as usize] = true;
            (row as u8, column as u8)
        }));
    };
    let utah = |r: i32, c: i32| {
        [
            (r - 2, c - 2),
            (r - 2, c - 1),
            (r - 1, c - 2),
            (r - 1, c - 1),
            (r - 1, c),
            (r, c - 2),
            (r, c - 1),
            (r, c),
        ]
    };
    let (mut row, mut column) = (4, 0);
    while row < n || column < n {
        if let Some(corner) = corner(n, row, column) {
            put(corner, &mut taken);
        }
        loop {
            if row < n && column >= 0 && !taken[(row * n + column) as usize] {
                put(utah(row, column), &mut taken);
            }
            (row, column) = (row - 2, column + 2);
            if row < 0 || column >= n {
                break;
            }
        }
        (row, column) = (row + 1, column + 3);
        loop {
            if row >= 0 && column < n && !taken[(row * n + column) as usize] {
                put(utah(row, column), &mut taken);
            }
            (row, column) = (row + 2, column - 2);
            if row >= n || column < 0 {
                break;
            }
        }
        (row, column) = (row + 3, column + 1);
    }
    places
}

/// The four shapes at corners.
fn corner(n: i32, row: i32, column: i32) -> Option<[(i32, i32); 8]> {
    let (a, b, c, d) = (n - 1, n - 2, n - 3, n - 4);
    if (row, column) == (n, 0) {
        Some([(a, 0), (a, 1), (a, 2), (0, b), (0, a), (1, a), (2, a), (3, a)])
    } else if (row, column) == (n - 2, 0) && n % 4 != 0 {
        Some([(c, 0), (b, 0), (a, 0), (0, d), (0, c), (0, b), (0, a), (1, a)])
    } else if (row, column) == (n - 2, 0) && n % 8 == 4 {
        Some([(c, 0), (b, 0), (a, 0), (0, b), (0, a), (1, a), (2, a), (3, a)])
    } else if (row, column) == (n + 4, 2) && n % 8 == 0 {
        Some([(a, 0), (a, a), (0, c), (0, b), (0, a), (1, c), (1, b), (1, a)])
    } else {
        None
    }
}

const PAD: u8 = 129;
const CHECK_MAX: usize = 28;

/// Products with 2¹, 2², … in GF(256) over x⁸+x⁵+x³+x²+1 (301).
const ROOTS: [[u8; 256]; CHECK_MAX] = {
    let mut roots = [[0; 256]; CHECK_MAX];
    let (mut power, mut i) = (1u8, 0);
    while i < CHECK_MAX {
        power = times(power, 2);
        let mut factor = 0;
        while factor < 256 {
            roots[i][factor] = times(factor as u8, power);
            factor += 1;
        }
        i += 1;
    }
    roots
};

const fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b > 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        let carry = a & 0x80 != 0;
        a <<= 1;
        if carry {
            a ^= (301 - 256) as u8;
        }
        b >>= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::SIDE_MAX;

    /// Draws a symbol with the encoder of another hand.
    fn draw(text: &str) -> Stencil {
        let builder = datamatrix::DataMatrixBuilder::new();
        let builder = builder.with_symbol_list(datamatrix::SymbolList::default().enforce_square());
        let builder = builder.with_encodation_types(datamatrix::data::EncodationType::Ascii);
        let bitmap = builder.encode(text.as_bytes()).expect("it fits").bitmap();
        let mut stencil =
            Stencil { width: bitmap.width(), height: bitmap.height(), rows: [0; SIDE_MAX] };
        for (x, y) in bitmap.pixels() {
            stencil.rows[y] |= 1 << (stencil.width - 1 - x);
        }
        stencil
    }

    #[test]
    fn symbols_of_every_size_are_read() {
        let mut reader = SymbolReader::default();
        for len in 1..=80 {
            let text: String = (0..len).map(|i| char::from(b'0' + (i * 7 % 10) as u8)).collect();
            let read = reader.read(&draw(&text)).expect("a sound symbol");
            assert_eq!(read, Some(&*text));
        }
        let read = reader.read(&draw("Ab-12/x")).expect("a sound symbol");
        assert_eq!(read, Some("Ab-12/x"));
    }

    #[test]
    fn one_wrong_module_is_found_wherever_it_is() {
        let mut reader = SymbolReader::default();
        let drawn = draw("12026112200000420101000530");
        assert_eq!(drawn.width, 18);
        for row in 0..18 {
            for column in 0..18 {
                let mut wrong = Stencil { rows: drawn.rows, ..drawn };
                wrong.rows[row] ^= 1 << column;
                // On the edge it is no symbol any more, within it is a wrong one.
                let edge = row % 17 == 0 || column % 17 == 0;
                let read = reader.read(&wrong);
                assert!(if edge { read == Ok(None) } else { read.is_err() }, "{row} {column}");
            }
        }
    }
}
