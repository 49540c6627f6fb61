//! Objects that are written once for a batch, numbered in a row, with their places.

use letter::page::SheetSize;
use pdf_writer::{Chunk, Filter, Ref, Settings};

use crate::deflate::pack_static;

/// A row of indirect objects with consecutive numbers.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    first: u32,
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl Parts {
    /// Starts a row whose first object gets the number `first`.
    pub(crate) fn new(first: u32) -> Self {
        Self { first, bytes: Vec::new(), starts: Vec::new() }
    }

    /// Returns the number that the next object gets.
    pub(crate) fn next(&self) -> u32 {
        self.first + self.starts.len() as u32
    }

    /// Returns the objects' bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns where each object starts within the bytes, by number.
    pub(crate) fn starts(&self) -> &[usize] {
        &self.starts
    }

    /// Writes one object with pdf-writer and returns its number.
    pub(crate) fn object(&mut self, write: impl FnOnce(&mut Chunk, Ref)) -> u32 {
        let number = self.next();
        let mut chunk = Chunk::with_settings(Settings { pretty: false });
        write(&mut chunk, reference(number));
        self.starts.push(self.bytes.len());
        self.bytes.extend_from_slice(chunk.as_bytes());
        number
    }

    /// Writes one compressed stream and returns its number.
    pub(crate) fn packed_stream(
        &mut self,
        raw: &[u8],
        entries: impl FnOnce(&mut pdf_writer::Stream<'_>),
    ) -> u32 {
        let packed = pack_static(raw);
        self.object(|chunk, id| {
            let mut stream = chunk.stream(id, &packed);
            stream.filter(Filter::FlateDecode);
            entries(&mut stream);
        })
    }

    /// Writes one compressed stream with further dictionary entries and returns its number.
    pub(crate) fn raw_stream(&mut self, raw: &[u8], entries: &str) -> u32 {
        let packed = pack_static(raw);
        let number = self.next();
        self.starts.push(self.bytes.len());
        write_stream(&mut self.bytes, number, entries, &packed);
        number
    }

    /// Writes one object whose body is ready and returns its number.
    pub(crate) fn raw(&mut self, body: &[u8]) -> u32 {
        let number = self.next();
        self.starts.push(self.bytes.len());
        write_object(&mut self.bytes, number, body);
        number
    }
}

/// Writes an object whose body is ready.
pub(crate) fn write_object(out: &mut Vec<u8>, number: u32, body: &[u8]) {
    whole(out, number);
    out.extend_from_slice(b" 0 obj\n");
    out.extend_from_slice(body);
    out.extend_from_slice(b"\nendobj\n");
}

/// Writes a compressed stream object.
pub(crate) fn write_stream(out: &mut Vec<u8>, number: u32, entries: &str, packed: &[u8]) {
    whole(out, number);
    out.extend_from_slice(b" 0 obj\n<<");
    out.extend_from_slice(entries.as_bytes());
    out.extend_from_slice(b"/Filter/FlateDecode/Length ");
    whole(out, packed.len() as u32);
    out.extend_from_slice(b">>\nstream\n");
    out.extend_from_slice(packed);
    out.extend_from_slice(b"\nendstream\nendobj\n");
}

/// Writes a whole number.
pub(crate) fn whole(out: &mut Vec<u8>, number: u32) {
    // The last digits move up as those before them come. Sixteen bytes are copied faster than a few
    // whose number is not known before.
    let (mut digits, mut len, mut rest) = (0u128, 0, number);
    while rest >= 10 {
        digits = digits << 16 | u128::from(PAIRS[(rest % 100) as usize]);
        len += 2;
        rest /= 100;
    }
    if rest > 0 || len == 0 {
        digits = digits << 8 | u128::from(b'0' + rest as u8);
        len += 1;
    }
    let end = out.len() + len;
    out.extend_from_slice(&digits.to_le_bytes());
    out.truncate(end);
}

/// Writes formatted text.
pub(crate) fn write(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    std::io::Write::write_fmt(out, text).expect("a vector takes every byte");
}

/// Returns the reference to an object number.
pub(crate) fn reference(number: u32) -> Ref {
    Ref::new(i32::try_from(number).expect("a file has fewer than 2^31 objects"))
}

/// Two digits each, the tens in the lower byte.
const PAIRS: [u16; 100] = {
    let mut pairs = [0; 100];
    let mut at = 0;
    while at < 100 {
        pairs[at] = u16::from_le_bytes([b'0' + (at / 10) as u8, b'0' + (at % 10) as u8]);
        at += 1;
    }
    pairs
};

/// Returns the box of a sheet in points, `[0 0 595.28 841.89]`.
pub(crate) fn sheet_box(sheet: SheetSize) -> String {
    let [width, height] = [sheet.width, sheet.height].map(|length| f64::from(length.0) / 100.0);
    format!("[0 0 {width} {height}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_written_as_they_are_shown() {
        let powers = (0..10).map(|exponent| 10u32.pow(exponent));
        let near = powers.flat_map(|power| [power - 1, power, power + 1, power + power / 9]);
        for number in near.chain(0..2_000).chain([u32::MAX - 1, u32::MAX]) {
            let mut out = b"n ".to_vec();
            whole(&mut out, number);
            assert_eq!(out, format!("n {number}").into_bytes());
        }
    }
}
