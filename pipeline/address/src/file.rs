//! The dictionary's file: a head and one compressed block of columns.
//!
//! All numbers are little-endian; rows are sorted by code.
//!
//! ```text
//! magic "POSTCODE" | version u8 = 1 | month 7 bytes "2026-10" | cities u32 | rows u32
//! payload length u32 | CRC-32 of the payload u32 | payload as one raw deflate stream
//!
//! payload:
//!   codes      rows × LEB128, each the difference from the code before (the first from 0)
//!   traits     rows × u8: kind 2 bits (0 town, 1 representative, 2 office, 3 PO box),
//!              then KEN_ALL columns 10 to 13 one bit each, then 1 if the old code has five digits
//!   city       rows × u16, index of the city
//!   cities     cities × line "13101<tab>東京都<tab>千代田区\n", by JIS code
//!   town       rows × line "霞が関\n"
//!   note       rows × line, name rows × line, street rows × line, post office rows × line
//! ```

use libdeflater::{CompressionLvl, Compressor, Decompressor};

use crate::dictionary::{City, Dictionary, Texts, TEXT_COLUMNS};

/// Why bytes are not a dictionary; the machine's trouble, not a record's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DictionaryError {
    /// The bytes begin otherwise.
    #[error("not a postcode dictionary: the file does not begin with POSTCODE")]
    NotADictionary,
    /// The version is another one than this program's.
    #[error("postcode dictionary has version {found}, this program reads {VERSION}")]
    Version {
        /// The version met.
        found: u8,
    },
    /// The file is cut off or its compressed block is damaged.
    #[error("postcode dictionary is cut off or damaged in its {part}")]
    Damaged {
        /// The part that cannot be read.
        part: &'static str,
    },
    /// The uncompressed block is larger than a dictionary can be.
    #[error("postcode dictionary claims {found} bytes, the limit is {PAYLOAD_LEN_MAX}")]
    TooLarge {
        /// The length claimed.
        found: usize,
    },
}

impl Dictionary {
    /// Reads the bytes that [`Dictionary::write`] made.
    ///
    /// # Errors
    /// If the bytes are no dictionary of this version or are damaged.
    pub fn read(bytes: &[u8]) -> Result<Self, DictionaryError> {
        let head = Head::read(bytes)?;
        let payload = head.inflate(&bytes[HEAD_LEN..])?;
        let mut rest = Cursor { bytes: &payload };
        let codes = rest.codes(head.rows)?;
        let traits = rest.take(head.rows, "traits")?.to_vec();
        let city_of = rest.take(2 * head.rows, "cities of rows")?;
        let city_of: Vec<u16> =
            city_of.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
        let cities = rest.cities(head.cities)?;
        if city_of.iter().any(|&city| usize::from(city) >= cities.len()) {
            return Err(DictionaryError::Damaged { part: "cities of rows" });
        }
        let mut texts: [Texts; TEXT_COLUMNS] = Default::default();
        for column in &mut texts {
            *column = rest.lines(head.rows, "texts")?;
        }
        Ok(Self::from_columns(head.month, cities, codes, traits, city_of, texts))
    }

    /// Writes the dictionary; the same rows give the same bytes.
    pub fn write(&self) -> Vec<u8> {
        let payload = self.payload();
        let mut out = Vec::new();
        out.extend_from_slice(MAGIC);
        out.push(VERSION);
        out.extend_from_slice(self.month.as_bytes());
        out.extend_from_slice(&(self.cities.len() as u32).to_le_bytes());
        out.extend_from_slice(&(self.codes.len() as u32).to_le_bytes());
        out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        out.extend_from_slice(&libdeflater::crc32(&payload).to_le_bytes());
        let mut compressor = Compressor::new(CompressionLvl::best());
        let mut packed = vec![0; compressor.deflate_compress_bound(payload.len())];
        let len = compressor
            .deflate_compress(&payload, &mut packed)
            .expect("the bound leaves room for the stream");
        out.extend_from_slice(&packed[..len]);
        out
    }

    fn payload(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut previous = 0;
        for &code in &self.codes {
            push_leb128(&mut out, code - previous);
            previous = code;
        }
        out.extend_from_slice(&self.traits);
        out.extend(self.city_of.iter().flat_map(|city| city.to_le_bytes()));
        for city in &self.cities {
            let line = format!("{:05}\t{}\t{}\n", city.jis_code, city.prefecture, city.name);
            out.extend_from_slice(line.as_bytes());
        }
        for column in &self.texts {
            out.extend_from_slice(column.lines().as_bytes());
        }
        out
    }
}

/// The head of a file.
struct Head {
    month: String,
    cities: usize,
    rows: usize,
    payload_len: usize,
    crc: u32,
}

impl Head {
    fn read(bytes: &[u8]) -> Result<Self, DictionaryError> {
        if !bytes.starts_with(MAGIC) {
            return Err(DictionaryError::NotADictionary);
        }
        let damaged = DictionaryError::Damaged { part: "head" };
        let head = bytes.get(..HEAD_LEN).ok_or(damaged.clone())?;
        let version = head[MAGIC.len()];
        if version != VERSION {
            return Err(DictionaryError::Version { found: version });
        }
        let number =
            |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().expect("four bytes"));
        let month = std::str::from_utf8(&head[9..16]).map_err(|_| damaged)?.to_owned();
        let payload_len = number(24) as usize;
        if payload_len > PAYLOAD_LEN_MAX {
            return Err(DictionaryError::TooLarge { found: payload_len });
        }
        let (cities, rows) = (number(16) as usize, number(20) as usize);
        Ok(Self { month, cities, rows, payload_len, crc: number(28) })
    }

    fn inflate(&self, packed: &[u8]) -> Result<Vec<u8>, DictionaryError> {
        let mut payload = vec![0; self.payload_len];
        let inflated = Decompressor::new().deflate_decompress(packed, &mut payload);
        if inflated != Ok(self.payload_len) || libdeflater::crc32(&payload) != self.crc {
            return Err(DictionaryError::Damaged { part: "compressed block" });
        }
        Ok(payload)
    }
}

/// What is left of the payload.
struct Cursor<'a> {
    bytes: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, len: usize, part: &'static str) -> Result<&'a [u8], DictionaryError> {
        let (taken, rest) =
            self.bytes.split_at_checked(len).ok_or(DictionaryError::Damaged { part })?;
        self.bytes = rest;
        Ok(taken)
    }

    fn codes(&mut self, count: usize) -> Result<Vec<u32>, DictionaryError> {
        let damaged = DictionaryError::Damaged { part: "codes" };
        let mut codes = Vec::with_capacity(count.min(self.bytes.len()));
        let mut code = 0u32;
        for _ in 0..count {
            let mut delta = 0u32;
            for shift in (0..28).step_by(7) {
                let (&byte, rest) = self.bytes.split_first().ok_or(damaged.clone())?;
                self.bytes = rest;
                delta |= u32::from(byte & 0x7F) << shift;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            code += delta;
            if code > CODE_MAX {
                return Err(damaged);
            }
            codes.push(code);
        }
        Ok(codes)
    }

    fn cities(&mut self, count: usize) -> Result<Vec<City>, DictionaryError> {
        let damaged = DictionaryError::Damaged { part: "cities" };
        let lines = self.lines(count, "cities")?;
        let mut cities = Vec::with_capacity(count);
        for row in 0..count {
            let mut cells = lines.get(row).split('\t');
            let (jis, prefecture, name) = (cells.next(), cells.next(), cells.next());
            let jis_code = jis.and_then(|jis| jis.parse().ok()).ok_or(damaged.clone())?;
            let (Some(prefecture), Some(name)) = (prefecture, name) else {
                return Err(damaged);
            };
            cities.push(City::new(jis_code, prefecture, name));
        }
        Ok(cities)
    }

    fn lines(&mut self, count: usize, part: &'static str) -> Result<Texts, DictionaryError> {
        let lines = Texts::of_lines(self.bytes, count);
        let (texts, len) = lines.ok_or(DictionaryError::Damaged { part })?;
        self.bytes = &self.bytes[len..];
        Ok(texts)
    }
}

fn push_leb128(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

const MAGIC: &[u8; 8] = b"POSTCODE";
const VERSION: u8 = 1;
/// Magic 8, version 1, month 7 and four numbers of 4.
const HEAD_LEN: usize = 32;
/// Ten times the data of 2026-10, which has 4.1 MB.
const PAYLOAD_LEN_MAX: usize = 41_000_000;
/// A postal code has seven digits.
const CODE_MAX: u32 = 9_999_999;
