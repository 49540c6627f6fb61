//! 明細 (meisai): a record as one span of bytes, read in place and never copied into objects.
//!
//! A decoded drop is a sequence of records in the encoding below; a stage sees each one as a
//! [`RecordView`]. All numbers are little-endian.
//!
//! ```text
//! line u64 | byte u64 | raw_len u32 | fields u16 | columns u16 | rows u32
//! ends u32 × (fields + rows × columns) | text (UTF-8, fields then table cells, no separators)
//! ```

use serde::{Deserialize, Serialize};

/// The names of a batch's fields and of the columns of its table rows, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Our names of the record's fields; the key and the address fields of [`field`] among them.
    pub fields: Vec<String>,
    /// Our names of the columns of its table rows; empty without a table.
    pub columns: Vec<String>,
}

/// Our fixed names of fields that rooms other than the template know.
pub mod field {
    /// The sender's own key of the record; required, unique within the batch.
    pub const KEY: &str = "key";
    /// 郵便番号; required.
    pub const POSTAL: &str = "postal";
    /// The address as the sender wrote it, first part (prefecture, city, town, number); required.
    pub const ADDRESS1: &str = "address1";
    /// The address, second part (building, room); may be empty.
    pub const ADDRESS2: &str = "address2";
    /// The addressee's name; required.
    pub const NAME: &str = "name";
    /// Second line of the name: department, person in charge, 様方; may be empty.
    pub const NAME2: &str = "name2";
    /// Honorific when the sender gives one: 様, 御中, 殿; empty means the template's own.
    pub const HONORIFIC: &str = "honorific";
    /// The sender's pseudonymous recipient key; empty when the recipient has none.
    pub const RECIPIENT: &str = "recipient";
    /// 完成原稿: the member of the drop with the letter's ready pages, `letters.pdf`; may be left
    /// out where the drop has one.
    pub const PDF: &str = "pdf";
    /// The letter's pages in that member, `3-4` or `3`, from 1; without them, all.
    pub const PDF_PAGES: &str = "pdf_pages";

    /// The fields of every letter, whatever its template asks for besides.
    pub const OF_EVERY_LETTER: [&str; 8] =
        [KEY, POSTAL, ADDRESS1, ADDRESS2, NAME, NAME2, HONORIFIC, RECIPIENT];
}

impl Schema {
    /// Returns the index of a field by our name.
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f == name)
    }

    /// Returns the index of a table column by our name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }
}

/// The bytes before the ends.
const HEAD_LEN: usize = 8 + 8 + 4 + 2 + 2 + 4;

/// Collects one record's fields and table rows and appends its encoding to a buffer.
///
/// Order matters: all fields, then the cells of the rows, row by row.
#[derive(Debug, Default)]
pub struct RecordBuilder {
    ends: Vec<u32>,
    text: String,
}

impl RecordBuilder {
    /// Appends the next field or cell.
    pub fn push(&mut self, value: &str) {
        self.text.push_str(value);
        self.ends.push(self.text.len() as u32);
    }

    /// Returns the field or cell pushed as number `index`.
    pub fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.text[start..self.ends[index] as usize]
    }

    /// Forgets what was pushed and keeps the memory.
    pub fn clear(&mut self) {
        self.ends.clear();
        self.text.clear();
    }

    /// Appends the record to `out`, clears the builder and returns the encoded length.
    ///
    /// # Panics
    /// If the number of pushed values is not `fields` plus a multiple of `columns`.
    pub fn finish(&mut self, place: Place, schema: &Schema, out: &mut Vec<u8>) -> usize {
        let start = out.len();
        let fields = schema.fields.len();
        let columns = schema.columns.len();
        let cells = self.ends.len().checked_sub(fields).expect("every field is pushed");
        let rows = cells.checked_div(columns).unwrap_or(0);
        assert_eq!(cells, rows * columns, "table rows are whole");
        out.extend_from_slice(&place.line.to_le_bytes());
        out.extend_from_slice(&place.byte.to_le_bytes());
        out.extend_from_slice(&place.raw_len.to_le_bytes());
        out.extend_from_slice(&(fields as u16).to_le_bytes());
        out.extend_from_slice(&(columns as u16).to_le_bytes());
        out.extend_from_slice(&(rows as u32).to_le_bytes());
        for end in &self.ends {
            out.extend_from_slice(&end.to_le_bytes());
        }
        out.extend_from_slice(self.text.as_bytes());
        self.clear();
        out.len() - start
    }
}

/// Where the sender's own row of a record lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Physical line, from 1.
    pub line: u64,
    /// First byte of the row in the member, from 0.
    pub byte: u64,
    /// Bytes of the row without its line end.
    pub raw_len: u32,
}

/// One record, read in place.
#[derive(Clone, Copy, Debug)]
pub struct RecordView<'a> {
    place: Place,
    fields: usize,
    columns: usize,
    rows: usize,
    ends: &'a [u8],
    text: &'a str,
}

impl<'a> RecordView<'a> {
    /// Reads one record's encoding, which must be `bytes` as a whole.
    ///
    /// Returns `None` if the bytes are not one whole record (a damaged spool).
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let head = bytes.get(..HEAD_LEN)?;
        let u16_at = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        let u32_at = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().expect("4 bytes"));
        let u64_at = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().expect("8 bytes"));
        let place = Place { line: u64_at(0), byte: u64_at(8), raw_len: u32_at(16) };
        let (fields, columns) = (usize::from(u16_at(20)), usize::from(u16_at(22)));
        let rows = u32_at(24) as usize;
        let count = rows.checked_mul(columns)?.checked_add(fields)?;
        let ends_len = count.checked_mul(4)?;
        let ends = bytes.get(HEAD_LEN..HEAD_LEN.checked_add(ends_len)?)?;
        let text = simdutf8::basic::from_utf8(&bytes[HEAD_LEN + ends_len..]).ok()?;
        let view = Self { place, fields, columns, rows, ends, text };
        view.is_sound(count).then_some(view)
    }

    /// Returns where the sender's own row lies.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Returns the number of fields.
    pub fn field_count(&self) -> usize {
        self.fields
    }

    /// Returns the number of table rows.
    pub fn row_count(&self) -> usize {
        self.rows
    }

    /// Returns field number `index` of the schema.
    ///
    /// # Panics
    /// If there is no such field.
    pub fn field(&self, index: usize) -> &'a str {
        assert!(index < self.fields, "the schema has this field");
        self.value(index)
    }

    /// Returns the cell of table row `row` under `column`.
    ///
    /// # Panics
    /// If there is no such cell.
    pub fn cell(&self, row: usize, column: usize) -> &'a str {
        assert!(row < self.rows && column < self.columns, "the table has this cell");
        self.value(self.fields + row * self.columns + column)
    }

    fn value(&self, index: usize) -> &'a str {
        let start = if index == 0 { 0 } else { self.end(index - 1) };
        &self.text[start..self.end(index)]
    }

    fn end(&self, index: usize) -> usize {
        let at = 4 * index;
        u32::from_le_bytes(self.ends[at..at + 4].try_into().expect("4 bytes")) as usize
    }

    fn is_sound(&self, count: usize) -> bool {
        let mut previous = 0;
        for index in 0..count {
            let end = self.end(index);
            if end < previous || !self.text.is_char_boundary(end) {
                return false;
            }
            previous = end;
        }
        previous == self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Schema, Vec<u8>) {
        let schema = Schema {
            fields: vec!["key".into(), "name".into()],
            columns: vec!["due".into(), "amount".into()],
        };
        let mut builder = RecordBuilder::default();
        for value in ["0001", "髙橋 花子", "2026-06-30", "12,000", "2026-08-31", ""] {
            builder.push(value);
        }
        let mut bytes = Vec::new();
        builder.finish(Place { line: 2, byte: 57, raw_len: 44 }, &schema, &mut bytes);
        (schema, bytes)
    }

    #[test]
    fn a_record_reads_back_as_it_was_built() {
        let (schema, bytes) = sample();
        let view = RecordView::parse(&bytes).expect("a whole record");
        let name = schema.field("name").expect("a field");
        assert_eq!(view.field(name), "髙橋 花子");
        assert_eq!((view.row_count(), view.cell(0, 1), view.cell(1, 1)), (2, "12,000", ""));
        assert_eq!(view.place(), Place { line: 2, byte: 57, raw_len: 44 });
    }

    #[test]
    fn a_damaged_record_is_recognised_wherever_it_is_cut() {
        let (_, bytes) = sample();
        for cut in 0..bytes.len() {
            assert!(RecordView::parse(&bytes[..cut]).is_none(), "cut at {cut}");
        }
    }
}
