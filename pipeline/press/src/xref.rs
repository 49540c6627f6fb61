//! Cross-references: the stream, whose rows of eight bytes are predicted from the row above, or the
//! table of old.

use crate::deflate::Scratch;
use crate::error::PressError;
use crate::parts::write;
use crate::streams::SharedCode;

/// Rows in the order of object numbers, from object 0 on.
#[derive(Clone, Debug)]
pub(crate) struct XrefRows {
    /// Each row as PNG filter byte and the differences to the row above.
    predicted: Vec<u8>,
    above: [u8; ROW],
    count: u32,
}

impl XrefRows {
    /// Starts with object 0, the head of the empty list of free objects.
    pub(crate) fn new() -> Self {
        let mut rows = Self { predicted: Vec::new(), above: [0; ROW], count: 0 };
        rows.push(FREE, 0, u16::MAX);
        rows
    }

    /// Notes that the next object starts at byte `offset` of the file.
    pub(crate) fn at(&mut self, offset: u64) {
        self.push(PLAIN, offset, 0);
    }

    /// Notes that the next object is number `index` of object stream `stream`.
    pub(crate) fn within(&mut self, stream: u32, index: u16) {
        self.push(PACKED, u64::from(stream), index);
    }

    /// Returns the number of the next object.
    pub(crate) fn next(&self) -> u32 {
        self.count
    }

    fn push(&mut self, kind: u8, middle: u64, last: u16) {
        let mut row = [0; ROW];
        row[0] = kind;
        row[1..6].copy_from_slice(&middle.to_be_bytes()[3..]);
        row[6..].copy_from_slice(&last.to_be_bytes());
        self.predicted.push(PNG_UP);
        let differences = row.iter().zip(&self.above).map(|(new, old)| new.wrapping_sub(*old));
        self.predicted.extend(differences);
        self.above = row;
        self.count += 1;
    }

    /// Returns the rows as they are before compression.
    pub(crate) fn predicted(&self) -> &[u8] {
        &self.predicted
    }

    /// Writes the stream as the next object, at byte `offset`, and the end of the file; packs it by
    /// the code if there is one.
    ///
    /// `trailer` holds the entries /Root, /Info and /ID.
    pub(crate) fn finish(
        mut self,
        offset: u64,
        trailer: &str,
        code: Option<&SharedCode>,
        scratch: &mut Scratch,
    ) -> Vec<u8> {
        let number = self.next();
        self.at(offset);
        scratch.pack(&self.predicted, code);
        let packed = &scratch.packed;
        let mut out = format!(
            "{number} 0 obj\n<</Type/XRef/Size {}/W[1 5 2]\
             /DecodeParms<</Predictor 12/Columns {ROW}>>\
             /Filter/FlateDecode/Length {}{trailer}>>\nstream\n",
            self.count,
            packed.len()
        )
        .into_bytes();
        out.extend_from_slice(packed);
        out.extend_from_slice(
            format!("\nendstream\nendobj\nstartxref\n{offset}\n%%EOF\n").as_bytes(),
        );
        out
    }
}

/// Returns a cross-reference table of the objects from number 1 on, to stand at byte `offset`, and
/// the end of the file (ISO 32000-1 §7.5.4, §7.5.5).
///
/// # Errors
/// The table stands where ten digits do not reach.
pub(crate) fn table(
    places: impl Iterator<Item = u64>,
    offset: u64,
    trailer: &str,
) -> Result<Vec<u8>, PressError> {
    if offset > TABLE_PLACE_MAX {
        return Err(PressError::TooLong(offset));
    }
    let (mut rows, mut count) = (Vec::new(), 1);
    for place in places {
        write(&mut rows, format_args!("{place:010} 00000 n \n"));
        count += 1;
    }
    let mut out = format!("xref\n0 {count}\n0000000000 65535 f \n").into_bytes();
    out.append(&mut rows);
    let end = format_args!("trailer\n<</Size {count}{trailer}>>\nstartxref\n{offset}\n%%EOF\n");
    write(&mut out, end);
    Ok(out)
}

/// The greatest place in ten digits.
const TABLE_PLACE_MAX: u64 = 9_999_999_999;
/// Bytes of a row: kind, offset or object stream (5 bytes, so files may pass 4 GB), index.
const ROW: usize = 8;
const FREE: u8 = 0;
const PLAIN: u8 = 1;
const PACKED: u8 = 2;
/// Filter type 2 of PNG: the difference to the byte above.
const PNG_UP: u8 = 2;
