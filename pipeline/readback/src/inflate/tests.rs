//! Streams packed by the library and by a small writer of our own, sound and damaged.

use super::*;

#[test]
fn a_stream_of_any_length_is_inflated_and_a_damaged_one_is_not() {
    let mut inflater = Inflater::default();
    let mut out = Buffer::default();
    for len in [0usize, 1, 5_000, 3_000_000] {
        let raw: Vec<u8> = (0..len).map(|i| (i * i / 7) as u8).collect();
        let mut packer = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
        let mut packed = vec![0; packer.zlib_compress_bound(len)];
        let packed_len = packer.zlib_compress(&raw, &mut packed).expect("room");
        packed.truncate(packed_len);
        out.clear();
        out.extend(b"before");
        inflater.inflate(&packed, &mut out).expect("sound");
        assert!(out.as_slice() == [b"before", &raw[..]].concat());
        *packed.last_mut().expect("bytes") ^= 1;
        assert!(inflater.inflate(&packed, &mut out).is_err(), "a wrong checksum");
        assert!(inflater.inflate(&packed[..packed_len / 2], &mut out).is_err(), "cut off");
    }
}

#[test]
fn every_png_filter_is_taken_back() {
    // Rows made by hand after ISO/IEC 15948 §9.2; all five mean 10 20 31 and then the same + 1.
    let predicted = [[0, 10, 20, 31], [2, 1, 1, 1], [1, 12, 10, 11], [3, 7, 5, 6], [4, 1, 10, 11]];
    let rows = unpredict(predicted.as_flattened(), 3).expect("rows");
    assert_eq!(rows[..9], [10, 20, 31, 11, 21, 32, 12, 22, 33]);
    assert_eq!(rows[9..12], [13, 22, 33]);
    assert_eq!(rows[12..], [14, 32, 44]);
    assert!(unpredict(&[5, 0, 0, 0], 3).is_err(), "no such filter");
    assert!(unpredict(&[0, 0, 0], 3).is_err(), "half a row");
}

/// Writes bits, the first in the lowest.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    count: usize,
}

impl Writer {
    fn bits(&mut self, value: usize, count: usize) {
        for at in 0..count {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().expect("a byte") |=
                ((value >> at & 1) as u8) << (self.count % 8);
            self.count += 1;
        }
    }

    /// Writes a symbol of the canonical code of these lengths, its highest bit first.
    fn symbol(&mut self, lengths: &[usize], symbol: usize) {
        let len = lengths[symbol];
        let before = |of: &(usize, &usize)| *of.1 > 0 && (*of.1, of.0) < (len, symbol);
        let space: usize =
            lengths.iter().enumerate().filter(before).map(|(_, len)| 1 << (15 - len)).sum();
        let code = space >> (15 - len);
        (0..len).rev().for_each(|bit| self.bits(code >> bit & 1, 1));
    }
}

/// A code of literals and lengths, and one of distances.
type Code = (Vec<usize>, Vec<usize>);

/// Packs a text of `tokens` literals and matches that a generator of Knuth's picks; returns the
/// stream and the text.
fn pack((literals, distances): &Code, seed: u64, tokens: usize) -> (Vec<u8>, Vec<u8>) {
    let (mut state, mut text) = (seed, Vec::new());
    let mut pick = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below
    };
    let mut writer = Writer::default();
    writer.bits(1 | 2 << 1, 3);
    writer.bits(literals.len() - 257, 5);
    writer.bits(distances.len() - 1, 5);
    // A code of lengths in which 0 to 15 have four bits.
    writer.bits(15, 4);
    (0..19).for_each(|place| writer.bits(if place < 3 { 0 } else { 4 }, 3));
    let flat = [4; 16];
    literals.iter().chain(distances).for_each(|&len| writer.symbol(&flat, len));
    let usable: Vec<usize> = (0..literals.len()).filter(|&s| literals[s] > 0 && s != 256).collect();
    for _ in 0..tokens {
        let symbol = usable[pick(usable.len())];
        let (Some(length), false) = (symbol.checked_sub(257), text.is_empty()) else {
            if symbol < 256 {
                writer.symbol(literals, symbol);
                text.push(symbol as u8);
            }
            continue;
        };
        // RFC 1951 §3.2.5: the lengths of the first eight symbols, and the longest.
        if length >= 8 && symbol != 285 {
            continue;
        }
        let len = if symbol == 285 { 258 } else { 3 + length };
        let distance = pick(4.min(distances.len()).min(text.len()));
        writer.symbol(literals, symbol);
        writer.symbol(distances, distance);
        let from = text.len() - distance - 1;
        (0..len).for_each(|at| text.push(text[from + at]));
    }
    writer.symbol(literals, 256);
    let mut packed = vec![0x78, 0x9C];
    packed.extend(writer.bytes);
    packed.extend(libdeflater::adler32(&text).to_be_bytes());
    (packed, text)
}

/// Codes of short and of long symbols.
fn codes() -> [Code; 2] {
    let mut even = vec![8; 286];
    even[226..].fill(9);
    let mut distances = vec![5; 30];
    distances[..2].fill(4);
    // Literals of 1 to 13 bits, then the end and a match of 14 and 15.
    let mut steep = vec![0; 286];
    (0..12).for_each(|at| steep[at * 20] = at + 1);
    (steep[250], steep[256], steep[258], steep[285]) = (13, 14, 15, 15);
    [(even, distances), (steep, vec![1, 1])]
}

#[test]
fn streams_with_one_code_are_inflated_by_its_tables() {
    for code in codes() {
        let mut inflater = Inflater::default();
        for (seed, tokens) in [(1, 900), (2, 1), (3, 0), (4, 5_000), (5, 700), (6, 40)] {
            let (packed, text) = pack(&code, seed, tokens);
            let mut out = Buffer::default();
            out.extend(b"before");
            inflater.inflate(&packed, &mut out).expect("sound");
            assert!(out.as_slice() == [b"before", &text[..]].concat(), "{tokens} tokens");
            if seed > 1 && text.len() < DECODED_LEN_MIN - 1000 {
                out.clear();
                assert!(inflater.inflate_known(&packed, &mut out).is_some(), "{tokens} tokens");
            }
        }
    }
}

#[test]
fn a_damaged_stream_with_a_known_code_is_what_the_library_says_it_is() {
    for code in codes() {
        let mut inflater = Inflater::default();
        let (packed, _) = pack(&code, 7, 300);
        (0..2).for_each(|_| inflater.inflate(&packed, &mut Buffer::default()).expect("sound"));
        assert!(inflater.known.is_some());
        for bit in 0..8 * packed.len() {
            let mut damaged = packed.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let [mut out, mut expected] = [Buffer::default(), Buffer::default()];
            let found = inflater.inflate(&damaged, &mut out);
            let library = Inflater::default().inflate(&damaged, &mut expected);
            assert_eq!(found, library, "bit {bit}");
            assert!(found.is_err() || out.as_slice() == expected.as_slice(), "bit {bit}");
        }
        for len in 0..packed.len() {
            assert!(inflater.inflate(&packed[..len], &mut Buffer::default()).is_err(), "{len}");
        }
    }
}
