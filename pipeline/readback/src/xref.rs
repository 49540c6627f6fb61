//! Where every object lies: cross-reference tables and streams (ISO 32000-2 §7.5.4, §7.5.8).

use crate::error::ReadError;
use crate::syntax::{Dict, Fault, Id, Scanner, Value};

/// Where one object lies, in eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry(u64);

/// An entry taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// No section has named the object yet.
    Unknown,
    /// The object was deleted or never used.
    Free,
    /// At a byte of the file.
    At { offset: u64, generation: u16 },
    /// The `index`th object of an object stream.
    Within { stream: u32, index: u32 },
}

impl Entry {
    const UNKNOWN: Self = Self(0);
    const FREE: Self = Self(1);

    fn at(offset: u64, generation: u16) -> Option<Self> {
        (offset < OFFSET_END).then_some(Self(offset << 18 | u64::from(generation) << 2 | AT))
    }

    fn within(stream: u64, index: u64) -> Option<Self> {
        let fits = stream < u64::from(NUMBER_END) && index < u64::from(NUMBER_END);
        fits.then_some(Self(stream << 33 | index << 2 | WITHIN))
    }

    pub(crate) fn place(self) -> Place {
        match self.0 & 3 {
            AT => Place::At { offset: self.0 >> 18, generation: (self.0 >> 2) as u16 },
            WITHIN => Place::Within {
                stream: (self.0 >> 33) as u32,
                index: (self.0 >> 2) as u32 & (NUMBER_END - 1),
            },
            _ if self == Self::FREE => Place::Free,
            _ => Place::Unknown,
        }
    }
}

/// All entries of a file, by object number.
#[derive(Debug, Default)]
pub(crate) struct Xref {
    entries: Vec<Entry>,
    /// More numbers than the file can have objects.
    end: u64,
}

/// What a section's dictionary says beside its entries.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trailer {
    pub(crate) root: Option<Id>,
    pub(crate) info: Option<Id>,
    pub(crate) previous: Option<u64>,
    pub(crate) size: u32,
}

impl Xref {
    /// Begins a file of `file_len` bytes.
    pub(crate) fn begin(&mut self, file_len: u64) {
        self.entries.clear();
        self.end = file_len / OBJECT_LEN_MIN + OBJECTS_ALWAYS;
    }

    pub(crate) fn place(&self, number: u32) -> Place {
        self.entry(number).map_or(Place::Unknown, Entry::place)
    }

    pub(crate) fn entry(&self, number: u32) -> Option<Entry> {
        self.entries.get(number as usize).copied()
    }

    /// Returns the number of object numbers.
    pub(crate) fn size(&self) -> usize {
        self.entries.len()
    }

    /// Notes an entry, unless a later section of the file has said otherwise.
    fn note(&mut self, number: u64, entry: Entry) -> Result<(), &'static str> {
        let number = usize::try_from(number).map_err(|_| "an object number too high")?;
        let slot = self.entries.get_mut(number).ok_or("an object number beyond Size")?;
        if *slot == Entry::UNKNOWN {
            *slot = entry;
        }
        Ok(())
    }

    fn grow(&mut self, size: u32) -> Result<(), &'static str> {
        if u64::from(size) > self.end {
            return Err("more objects than the file has room for");
        }
        if self.entries.len() < size as usize {
            self.entries.resize(size as usize, Entry::UNKNOWN);
        }
        Ok(())
    }

    /// Reads the rows of a cross-reference stream.
    ///
    /// # Errors
    /// If the dictionary does not say how rows are made, or rows and dictionary disagree.
    pub(crate) fn read_rows(
        &mut self,
        dict: Dict<'_>,
        trailer: &Trailer,
        rows: &[u8],
    ) -> Result<(), &'static str> {
        let mut widths = [0; 3];
        let listed = dict.get(b"W").and_then(Value::array).ok_or("no W")?;
        let mut listed = listed.values().map(|width| width.int().filter(|w| (0..=8).contains(w)));
        for width in &mut widths {
            *width = listed.next().flatten().ok_or("W is malformed")? as usize;
        }
        let row_len: usize = widths.iter().sum();
        if listed.next().is_some() || row_len == 0 {
            return Err("W is malformed");
        }
        self.grow(trailer.size)?;
        let whole = [0, i64::from(trailer.size)];
        let index: Vec<i64> = match dict.get(b"Index") {
            None => whole.to_vec(),
            Some(index) => {
                let index = index.array().ok_or("Index is malformed")?;
                let index = index.values().map(Value::int).collect::<Option<_>>();
                index.ok_or("Index is malformed")?
            }
        };
        let mut rows = rows.chunks_exact(row_len);
        for span in index.chunks(2) {
            let &[first, count] = span else { return Err("Index is malformed") };
            let first = u64::try_from(first).map_err(|_| "Index is malformed")?;
            for number in first..first + u64::try_from(count).map_err(|_| "Index is malformed")? {
                let row = rows.next().ok_or("fewer rows than Index or Size says")?;
                self.note(number, entry_of(row, widths)?)?;
            }
        }
        match rows.next().is_none() && rows.remainder().is_empty() {
            true => Ok(()),
            false => Err("more rows than Index or Size says"),
        }
    }

    /// Reads a table from after `xref` to before `trailer`: `bytes` is the file from there on.
    ///
    /// The scanner then stands at the trailer's dictionary.
    ///
    /// # Errors
    /// If a row is not the twenty bytes of the standard.
    pub(crate) fn read_table(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Fault> {
        let mut found = Vec::new();
        loop {
            scanner.skip_blanks();
            if scanner.peek() == Some(b't') {
                break;
            }
            let (first, count) = (scanner.unsigned()?, scanner.unsigned()?);
            scanner.skip_blanks();
            for number in first..first.saturating_add(count) {
                let row = scanner.bytes.get(scanner.at..scanner.at + ROW_LEN);
                let row = row.ok_or(scanner.fault("the table ends too early"))?;
                let entry = table_entry(row).ok_or(scanner.fault("a malformed row"))?;
                found.push((number, entry));
                scanner.at += ROW_LEN;
            }
        }
        scanner.keyword(b"trailer", "no trailer after the table")?;
        let highest = found.iter().map(|(number, _)| *number).max().unwrap_or(0);
        let size = u32::try_from(highest + 1).ok().filter(|size| *size <= NUMBER_END);
        let size = size.ok_or(scanner.fault("an object number too high"))?;
        self.grow(size).map_err(|trouble| scanner.fault(trouble))?;
        for (number, entry) in found {
            self.note(number, entry).map_err(|trouble| scanner.fault(trouble))?;
        }
        Ok(())
    }
}

impl Trailer {
    /// Reads a trailer's entries.
    ///
    /// # Errors
    /// If the file is encrypted, of the hybrid kind that means one thing to old readers and another
    /// to new ones, or an entry is malformed.
    pub(crate) fn read(dict: Dict<'_>) -> Result<Self, &'static str> {
        let mut trailer = Self::default();
        for (key, value) in dict.entries() {
            match &*key.decoded() {
                b"Root" => trailer.root = Some(value.reference().ok_or("Root is no reference")?),
                b"Info" => trailer.info = value.reference(),
                b"Prev" => {
                    let previous = value.int().and_then(|int| u64::try_from(int).ok());
                    trailer.previous = Some(previous.ok_or("Prev is no offset")?);
                }
                b"Size" => {
                    let size = value.int().and_then(|int| u32::try_from(int).ok());
                    trailer.size = size.filter(|s| *s <= NUMBER_END).ok_or("Size is malformed")?;
                }
                b"Encrypt" => return Err("the file is encrypted"),
                b"XRefStm" => return Err("a file with two kinds of cross-references"),
                _ => {}
            }
        }
        if trailer.size == 0 {
            return Err("no Size");
        }
        Ok(trailer)
    }
}

/// Reads one row of a cross-reference stream (table 18).
fn entry_of(row: &[u8], widths: [usize; 3]) -> Result<Entry, &'static str> {
    let field = |bytes: &[u8]| bytes.iter().fold(0u64, |value, &b| value << 8 | u64::from(b));
    let (kind, second, third) = match (<[u8; 8]>::try_from(row), widths) {
        (Ok(row), [1, 4..=6, _]) => {
            // The usual row is one word.
            let word = u64::from_be_bytes(row);
            let third = 8 * widths[2];
            (word >> 56, (word << 8) >> (8 + third), word & ((1 << third) - 1))
        }
        _ => {
            let (kind, rest) = row.split_at(widths[0]);
            let (second, third) = rest.split_at(widths[1]);
            (if kind.is_empty() { 1 } else { field(kind) }, field(second), field(third))
        }
    };
    let entry = match kind {
        0 => Some(Entry::FREE),
        1 => u16::try_from(third).ok().and_then(|generation| Entry::at(second, generation)),
        2 => Entry::within(second, third),
        _ => return Err("a row of an unknown type"),
    };
    entry.ok_or("a row with a number too high")
}

/// Reads `nnnnnnnnnn ggggg n` with its two-byte line end.
fn table_entry(row: &[u8]) -> Option<Entry> {
    let digits = |bytes: &[u8]| {
        bytes
            .iter()
            .try_fold(0u64, |value, b| b.is_ascii_digit().then(|| value * 10 + u64::from(b - b'0')))
    };
    let ends = matches!(row[18..], [b' ', b'\r' | b'\n'] | [b'\r', b'\n']);
    if row[10] != b' ' || row[16] != b' ' || !ends {
        return None;
    }
    let (offset, generation) = (digits(&row[..10])?, digits(&row[11..16])?);
    match row[17] {
        b'f' => Some(Entry::FREE),
        b'n' => Entry::at(offset, u16::try_from(generation).ok()?),
        _ => None,
    }
}

/// Finds the offset after the file's last `startxref`; `end` is the end of the file.
pub(crate) fn start_of(end: &[u8], offset: u64) -> Result<u64, ReadError> {
    let fault = |trouble| ReadError::Byte { offset, trouble };
    let found = end.windows(KEYWORD.len()).rposition(|window| window == KEYWORD);
    let found = found.ok_or(fault("no startxref at the end of the file"))?;
    let mut scanner = Scanner::at(end, found + KEYWORD.len());
    let start = scanner.unsigned().map_err(|_| fault("no offset after startxref"))?;
    let rest = end[scanner.at..].trim_ascii();
    match rest == b"%%EOF" {
        true => Ok(start),
        false => Err(fault("the file does not end with %%EOF after startxref")),
    }
}

const KEYWORD: &[u8] = b"startxref";
/// Bytes of a table's row.
const ROW_LEN: usize = 20;
const AT: u64 = 2;
const WITHIN: u64 = 3;
/// An offset has 46 bits here: files of 70 TB.
const OFFSET_END: u64 = 1 << 46;
/// An object number has 31 bits.
const NUMBER_END: u32 = 1 << 31;
/// A file has at most one object in so many bytes: a blank page takes some ten when compressed.
const OBJECT_LEN_MIN: u64 = 4;
/// Object numbers that a file of any length may have.
const OBJECTS_ALWAYS: u64 = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn new() -> Xref {
        let mut xref = Xref::default();
        xref.begin(1000);
        xref
    }

    #[test]
    fn entries_keep_their_numbers() {
        for (offset, generation) in [(0, 0), (OFFSET_END - 1, u16::MAX), (123_456, 1)] {
            let entry = Entry::at(offset, generation).expect("it fits");
            assert_eq!(entry.place(), Place::At { offset, generation });
        }
        for (stream, index) in [(0, 0), (NUMBER_END - 1, NUMBER_END - 1), (7, 255)] {
            let entry = Entry::within(stream.into(), index.into()).expect("it fits");
            assert_eq!(entry.place(), Place::Within { stream, index });
        }
        assert_eq!(Entry::at(OFFSET_END, 0), None);
        assert_eq!((Entry::FREE.place(), Entry::UNKNOWN.place()), (Place::Free, Place::Unknown));
    }

    #[test]
    fn a_table_is_read_and_the_first_word_on_an_object_counts() {
        let table = b"0 2\n0000000000 65535 f \n0000000017 00000 n\r\n4 1\n0000000300 00002 n \n\
                      trailer<</Size 5>>";
        let mut xref = new();
        let mut scanner = Scanner::new(table);
        xref.read_table(&mut scanner).expect("a sound table");
        assert_eq!(&table[scanner.at..], b"<</Size 5>>");
        assert_eq!(xref.place(0), Place::Free);
        assert_eq!(xref.place(1), Place::At { offset: 17, generation: 0 });
        assert_eq!(xref.place(3), Place::Unknown);
        assert_eq!(xref.place(4), Place::At { offset: 300, generation: 2 });
        assert_eq!(xref.place(5), Place::Unknown);
        let older = b"0 2\n0000000000 65535 f \n0000000099 00000 n \ntrailer<<>>";
        xref.read_table(&mut Scanner::new(older)).expect("a sound table");
        assert_eq!(xref.place(1), Place::At { offset: 17, generation: 0 });
    }

    #[test]
    fn a_malformed_table_is_refused() {
        for table in [
            &b"0 1\n0000000000 65535 f\ntrailer"[..],
            b"0 1\n000000000 65535 f \ntrailer",
            b"0 1\n0000000000 65535 x \ntrailer",
            b"0 2\n0000000000 65535 f \ntrailer",
            b"0 1\n0000000000 65535 f \ntail",
        ] {
            let found = new().read_table(&mut Scanner::new(table));
            assert!(found.is_err(), "{}", String::from_utf8_lossy(table));
        }
    }

    #[test]
    fn the_last_startxref_counts() {
        let end = b"startxref\n5\n%%EOF\nstartxref\n77\n%%EOF\n";
        assert_eq!(start_of(end, 0).expect("an end"), 77);
        for end in [&b"%%EOF"[..], b"startxref\n%%EOF", b"startxref 5 %%EOF junk", b"startxref 5"] {
            assert!(start_of(end, 0).is_err());
        }
    }
}
