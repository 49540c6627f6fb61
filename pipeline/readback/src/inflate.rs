//! Compressed streams: zlib data and the predictors over them (ISO 32000-2 §7.4.4).

mod known;

use libdeflater::{adler32, DecompressionError, Decompressor};

use known::KnownCode;

/// The most bytes one stream may decode to; a page of text has some thousands, a font some hundred
/// thousand, an object stream of a block of pages less than a million.
pub(crate) const STREAM_LEN_MAX: usize = 64 << 20;

/// The first guess at how much longer a stream becomes; those of text become three times as long.
const GROWTH: usize = 4;
const DECODED_LEN_MIN: usize = 16 << 10;
/// Streams that begin with so many equal bytes have one code, or nearly.
const HEAD_LEN: usize = 32;

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
pub(crate) struct Inflater {
    library: Decompressor,
    /// The code that several streams had.
    known: Option<KnownCode>,
    /// How the last other stream began.
    before: [u8; HEAD_LEN],
}

impl Default for Inflater {
    fn default() -> Self {
        Self { library: Decompressor::new(), known: None, before: [0; HEAD_LEN] }
    }
}

impl Inflater {
    /// Appends what a zlib stream holds; its checksum must hold too.
    pub(crate) fn inflate(&mut self, packed: &[u8], out: &mut Buffer) -> Result<(), &'static str> {
        if self.inflate_known(packed, out).is_some() {
            return Ok(());
        }
        let free = out.bytes.len() - out.len;
        let mut guess = free.max(packed.len() * GROWTH).max(DECODED_LEN_MIN);
        loop {
            match self.library.zlib_decompress(packed, out.room(guess)) {
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

    /// Appends what a stream holds that begins with a code that others had; leaves it to the
    /// library otherwise, or if anything is wrong with it.
    fn inflate_known(&mut self, packed: &[u8], out: &mut Buffer) -> Option<()> {
        let (deflated, checksum) = packed.split_last_chunk::<4>()?;
        // Deflate, a check of the head, no dictionary (RFC 1950 §2.2).
        let (head, deflated) = deflated.split_first_chunk::<2>()?;
        if head[0] & 15 != 8 || u16::from_be_bytes(*head) % 31 != 0 || head[1] & 32 != 0 {
            return None;
        }
        if !self.known.as_ref().is_some_and(|known| known.begins(deflated)) {
            let begins = deflated.first_chunk::<HEAD_LEN>()?;
            if std::mem::replace(&mut self.before, *begins) != *begins {
                return None;
            }
            self.known = Some(KnownCode::read(deflated)?);
        }
        let known = self.known.as_ref()?;
        let room = (out.bytes.len() - out.len).max(DECODED_LEN_MIN);
        let room = out.room(room);
        let (read, written) = known.decode(deflated, room)?;
        let sound =
            read == deflated.len() && adler32(&room[..written]) == u32::from_be_bytes(*checksum);
        sound.then(|| out.len += written)
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
    let mut above = vec![0u8; columns];
    for (row, out) in predicted.chunks_exact(columns + 1).zip(plain.chunks_exact_mut(columns)) {
        let (filter, row) = (row[0], &row[1..]);
        if filter == 2 {
            above.iter_mut().zip(row).for_each(|(above, byte)| *above = above.wrapping_add(*byte));
            out.copy_from_slice(&above);
            continue;
        }
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
mod tests;
