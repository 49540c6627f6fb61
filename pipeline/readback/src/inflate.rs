//! Compressed streams: zlib data and the predictors over them (ISO 32000-2 §7.4.4).

use libdeflater::{DecompressionError, Decompressor};

/// The most bytes one stream may decode to; a page of text has some thousands, a font some hundred
/// thousand, an object stream of a block of pages less than a million.
pub(crate) const STREAM_LEN_MAX: usize = 64 << 20;

/// The first guess at how much longer a stream becomes; those of text become three times as long.
const GROWTH: usize = 4;
const DECODED_LEN_MIN: usize = 16 << 10;

/// Decoded bytes; the memory is kept from stream to stream.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    len: usize,
}

impl Buffer {
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    pub(crate) fn into_vec(mut self) -> Vec<u8> {
        self.bytes.truncate(self.len);
        self.bytes
    }

    pub(crate) fn extend(&mut self, more: &[u8]) {
        self.room(more.len()).copy_from_slice(more);
        self.len += more.len();
    }

    /// Returns room for `len` more bytes.
    fn room(&mut self, len: usize) -> &mut [u8] {
        if self.bytes.len() - self.len < len {
            self.bytes.resize(self.len + len, 0);
        }
        &mut self.bytes[self.len..self.len + len]
    }
}

/// The decompressor with its tables.
pub(crate) struct Inflater(Decompressor);

impl Default for Inflater {
    fn default() -> Self {
        Self(Decompressor::new())
    }
}

impl Inflater {
    /// Appends what a zlib stream holds; its checksum must hold too.
    pub(crate) fn inflate(&mut self, packed: &[u8], out: &mut Buffer) -> Result<(), &'static str> {
        let free = out.bytes.len() - out.len;
        let mut guess = free.max(packed.len() * GROWTH).max(DECODED_LEN_MIN);
        loop {
            match self.0.zlib_decompress(packed, out.room(guess)) {
                Ok(len) if len > STREAM_LEN_MAX => return Err("it inflates beyond all need"),
                Ok(len) => {
                    out.len += len;
                    return Ok(());
                }
                Err(DecompressionError::InsufficientSpace) if guess > STREAM_LEN_MAX => {
                    return Err("it inflates beyond all need");
                }
                Err(DecompressionError::InsufficientSpace) => guess *= 4,
                Err(DecompressionError::BadData) => {
                    return Err("its compressed data are damaged or end early");
                }
            }
        }
    }
}

/// Takes back PNG prediction of one-byte samples: rows of a filter byte and `columns` bytes
/// (ISO 32000-2 §7.4.4.4; the filters are those of ISO/IEC 15948 §9).
///
/// Returns the rows one after the other, without filter bytes.
pub(crate) fn unpredict(predicted: &[u8], columns: usize) -> Result<Vec<u8>, &'static str> {
    if columns == 0 || !predicted.len().is_multiple_of(columns + 1) {
        return Err("predicted rows of a wrong length");
    }
    let rows = predicted.len() / (columns + 1);
    let mut plain = vec![0; rows * columns];
    let mut above = vec![0; columns];
    for (row, out) in predicted.chunks_exact(columns + 1).zip(plain.chunks_exact_mut(columns)) {
        let (filter, row) = (row[0], &row[1..]);
        for i in 0..columns {
            let left = if i > 0 { out[i - 1] } else { 0 };
            let corner = if i > 0 { above[i - 1] } else { 0 };
            let guess = match filter {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => ((u16::from(left) + u16::from(above[i])) / 2) as u8,
                4 => paeth(left, above[i], corner),
                _ => return Err("an unknown row filter"),
            };
            out[i] = row[i].wrapping_add(guess);
        }
        above.copy_from_slice(out);
    }
    Ok(plain)
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(above) - i16::from(corner);
    let far = |sample: u8| (estimate - i16::from(sample)).abs();
    match (far(left), far(above), far(corner)) {
        (l, a, c) if l <= a && l <= c => left,
        (_, a, c) if a <= c => above,
        _ => corner,
    }
}

#[cfg(test)]
mod tests {
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
        let predicted =
            [[0, 10, 20, 31], [2, 1, 1, 1], [1, 12, 10, 11], [3, 7, 5, 6], [4, 1, 10, 11]];
        let rows = unpredict(predicted.as_flattened(), 3).expect("rows");
        assert_eq!(rows[..9], [10, 20, 31, 11, 21, 32, 12, 22, 33]);
        assert_eq!(rows[9..12], [13, 22, 33]);
        assert_eq!(rows[12..], [14, 32, 44]);
        assert!(unpredict(&[5, 0, 0, 0], 3).is_err(), "no such filter");
        assert!(unpredict(&[0, 0, 0], 3).is_err(), "half a row");
    }
}
