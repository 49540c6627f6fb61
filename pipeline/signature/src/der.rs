//! Strict DER, read in place.
//!
//! One scan without allocation: every element is a slice of the input. Whatever ITU-T X.690 allows
//! in BER but not in DER is refused, with the rule and the byte. A structure is read by asking for
//! its elements in order and ends with [`Reader::finish`]:
//!
//! ```
//! use signature::der::Reader;
//!
//! let mut outer = Reader::new(&[0x30, 0x03, 0x02, 0x01, 0x05]);
//! let mut sequence = outer.sequence()?;
//! outer.finish()?;
//! assert_eq!(sequence.small()?, 5);
//! sequence.finish()?;
//! # Ok::<(), signature::der::Malformed>(())
//! ```

mod rule;
mod value;

pub use rule::{Malformed, Rule};
pub use value::Bits;

/// Tag octets of the universal types, and of the context tags by their number.
pub mod tag {
    /// BOOLEAN.
    pub const BOOLEAN: u8 = 0x01;
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// BIT STRING.
    pub const BIT_STRING: u8 = 0x03;
    /// OCTET STRING.
    pub const OCTET_STRING: u8 = 0x04;
    /// NULL.
    pub const NULL: u8 = 0x05;
    /// OBJECT IDENTIFIER.
    pub const OID: u8 = 0x06;
    /// ENUMERATED.
    pub const ENUMERATED: u8 = 0x0a;
    /// UTF8String.
    pub const UTF8_STRING: u8 = 0x0c;
    /// NumericString.
    pub const NUMERIC_STRING: u8 = 0x12;
    /// PrintableString.
    pub const PRINTABLE_STRING: u8 = 0x13;
    /// TeletexString.
    pub const TELETEX_STRING: u8 = 0x14;
    /// IA5String.
    pub const IA5_STRING: u8 = 0x16;
    /// UTCTime.
    pub const UTC_TIME: u8 = 0x17;
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: u8 = 0x18;
    /// VisibleString.
    pub const VISIBLE_STRING: u8 = 0x1a;
    /// UniversalString.
    pub const UNIVERSAL_STRING: u8 = 0x1c;
    /// BMPString.
    pub const BMP_STRING: u8 = 0x1e;
    /// SEQUENCE and SEQUENCE OF.
    pub const SEQUENCE: u8 = 0x30;
    /// SET and SET OF.
    pub const SET: u8 = 0x31;

    /// Returns the octet of context tag `[number]` on a primitive element.
    pub const fn context(number: u8) -> u8 {
        0x80 | number
    }

    /// Returns the octet of context tag `[number]` on a constructed element.
    pub const fn constructed(number: u8) -> u8 {
        0xa0 | number
    }
}

/// One element: tag, length and content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// The tag octet with its class and form bits.
    pub tag: u8,
    /// The whole element.
    pub raw: &'a [u8],
    /// The content octets.
    pub content: &'a [u8],
    /// The byte at which the element starts in the outermost input.
    pub offset: usize,
}

impl<'a> Tlv<'a> {
    /// Reads the one element that `input` is.
    ///
    /// # Errors
    /// As [`Reader::next`]; `TrailingBytes` when more follows.
    pub fn only(input: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(input);
        let tlv = reader.next()?;
        reader.finish()?;
        Ok(tlv)
    }

    /// Returns a reader of the elements within this one.
    #[inline]
    pub fn reader(&self) -> Reader<'a> {
        Reader::at(self.content, self.offset + self.raw.len() - self.content.len())
    }

    /// Refuses another tag than `tag`.
    ///
    /// # Errors
    /// `UnexpectedTag`.
    pub fn tagged(self, tag: u8) -> Result<Self, Malformed> {
        if self.tag == tag {
            Ok(self)
        } else {
            Err(self.breaks(Rule::UnexpectedTag))
        }
    }
}

/// Reads elements one after the other.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// Returns a reader of `input`, whose first byte has offset 0.
    pub fn new(input: &'a [u8]) -> Self {
        Self::at(input, 0)
    }

    /// Returns a reader of `input`, whose first byte has the given offset in the outermost input.
    pub fn at(input: &'a [u8], offset: usize) -> Self {
        Self { rest: input, offset }
    }

    /// Returns the bytes that are not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Returns the offset of the next element.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Passes over octets that were found to be whole elements.
    #[inline]
    pub(crate) fn skip(&mut self, len: usize) {
        self.rest = &self.rest[len..];
        self.offset += len;
    }

    /// Returns whether everything is read.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Returns the tag of the next element, if there is one.
    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Returns the breach of `rule` at the next element.
    #[cold]
    pub fn breaks(&self, rule: Rule) -> Malformed {
        Malformed::new(self.offset, rule)
    }

    /// Reads the next element.
    ///
    /// # Errors
    /// `Truncated`, and the rules of tags and lengths (X.690 §8.1, §10.1, §10.2).
    #[inline(always)]
    #[expect(clippy::should_implement_trait, reason = "an iterator would end at the first error")]
    pub fn next(&mut self) -> Result<Tlv<'a>, Malformed> {
        let [tag, first, ..] = *self.rest else {
            return Err(self.breaks(Rule::Truncated));
        };
        if !is_der_tag(tag) {
            let rule = if tag & 0x1f == 0x1f { Rule::HighTag } else { Rule::TagForm };
            return Err(self.breaks(rule));
        }
        let (head, len) = if first < 0x80 { (2, usize::from(first)) } else { self.long(first)? };
        if self.rest.len() - head < len {
            return Err(self.breaks(Rule::Truncated));
        }
        let (raw, rest) = self.rest.split_at(head + len);
        let tlv = Tlv { tag, raw, content: &raw[head..], offset: self.offset };
        self.rest = rest;
        self.offset += raw.len();
        Ok(tlv)
    }

    /// Reads a length in the long form, whose first octet is `first`; returns the octets of the
    /// head and the length.
    #[inline]
    fn long(&self, first: u8) -> Result<(usize, usize), Malformed> {
        let count = usize::from(first & 0x7f);
        match count {
            0 => return Err(self.breaks(Rule::IndefiniteLength)),
            1..=4 => {}
            _ => return Err(self.breaks(Rule::HugeLength)),
        }
        let Some(octets) = self.rest.get(2..2 + count) else {
            return Err(self.breaks(Rule::Truncated));
        };
        let len = octets.iter().fold(0, |len, octet| len << 8 | usize::from(*octet));
        if octets[0] == 0 || len < 0x80 {
            return Err(self.breaks(Rule::LongLength));
        }
        Ok((2 + count, len))
    }

    /// Reads the next element, which has tag `tag`.
    ///
    /// # Errors
    /// As [`Reader::next`]; `UnexpectedTag`.
    #[inline(always)]
    pub fn expect(&mut self, tag: u8) -> Result<Tlv<'a>, Malformed> {
        match self.peek() {
            Some(met) if met == tag => self.next(),
            Some(_) => Err(self.breaks(Rule::UnexpectedTag)),
            None => Err(self.breaks(Rule::Truncated)),
        }
    }

    /// Reads the next element if it has tag `tag`.
    ///
    /// # Errors
    /// As [`Reader::next`].
    #[inline(always)]
    pub fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, Malformed> {
        if self.peek() == Some(tag) {
            self.next().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Refuses bytes that are not read.
    ///
    /// # Errors
    /// `TrailingBytes`.
    #[inline]
    pub fn finish(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.breaks(Rule::TrailingBytes))
        }
    }

    /// Refuses an empty list where the type has at least one element.
    ///
    /// # Errors
    /// `EmptyList`.
    #[inline]
    pub fn not_empty(self) -> Result<Self, Malformed> {
        if self.rest.is_empty() {
            return Err(self.breaks(Rule::EmptyList));
        }
        Ok(self)
    }

    /// Reads a SEQUENCE and returns the reader of its elements.
    ///
    /// # Errors
    /// As [`Reader::expect`].
    #[inline]
    pub fn sequence(&mut self) -> Result<Reader<'a>, Malformed> {
        Ok(self.expect(tag::SEQUENCE)?.reader())
    }

    /// Reads a SET OF, refuses descending order, and returns the reader of its elements.
    ///
    /// # Errors
    /// As [`Reader::expect`]; those of [`Reader::ascending`].
    pub fn set_of(&mut self) -> Result<Reader<'a>, Malformed> {
        let elements = self.expect(tag::SET)?.reader();
        elements.ascending()?;
        Ok(elements)
    }

    /// Refuses elements that are not in the ascending order of a SET OF; equal ones may stand.
    ///
    /// # Errors
    /// As [`Reader::next`]; `SetOrder` (X.690 §11.6).
    pub fn ascending(&self) -> Result<(), Malformed> {
        let mut elements = self.clone();
        let mut last: &[u8] = &[];
        while !elements.is_empty() {
            let tlv = elements.next()?;
            // No element is the start of another one, so that padding with zeros changes nothing.
            if tlv.raw < last {
                return Err(tlv.breaks(Rule::SetOrder));
            }
            last = tlv.raw;
        }
        Ok(())
    }

    /// Reads an INTEGER; see [`Tlv::integer`].
    ///
    /// # Errors
    /// As [`Reader::expect`] and [`Tlv::integer`].
    pub fn integer(&mut self) -> Result<&'a [u8], Malformed> {
        self.expect(tag::INTEGER)?.integer()
    }

    /// Reads a non-negative INTEGER without its sign octet; see [`Tlv::unsigned`].
    ///
    /// # Errors
    /// As [`Reader::expect`] and [`Tlv::unsigned`].
    pub fn unsigned(&mut self) -> Result<&'a [u8], Malformed> {
        self.expect(tag::INTEGER)?.unsigned()
    }

    /// Reads a small non-negative INTEGER.
    ///
    /// # Errors
    /// As [`Reader::expect`] and [`Tlv::small`].
    pub fn small(&mut self) -> Result<u64, Malformed> {
        self.expect(tag::INTEGER)?.small()
    }

    /// Reads a BOOLEAN.
    ///
    /// # Errors
    /// As [`Reader::expect`] and [`Tlv::boolean`].
    pub fn boolean(&mut self) -> Result<bool, Malformed> {
        self.expect(tag::BOOLEAN)?.boolean()
    }

    /// Reads a BOOLEAN DEFAULT FALSE under tag `tag`; FALSE that is written is refused.
    ///
    /// # Errors
    /// As [`Tlv::boolean`]; `ExplicitDefault` (X.690 §11.5).
    #[inline(always)]
    pub fn default_false(&mut self, tag: u8) -> Result<bool, Malformed> {
        match self.optional(tag)? {
            None => Ok(false),
            Some(tlv) if tlv.boolean()? => Ok(true),
            Some(tlv) => Err(tlv.breaks(Rule::ExplicitDefault)),
        }
    }

    /// Reads an OBJECT IDENTIFIER and returns its content octets.
    ///
    /// # Errors
    /// As [`Reader::expect`] and [`Tlv::oid`].
    #[inline(always)]
    pub fn oid(&mut self) -> Result<&'a [u8], Malformed> {
        self.expect(tag::OID)?.oid()
    }

    /// Reads a BIT STRING of any length in bits.
    ///
    /// # Errors
    /// As [`Reader::expect`] and [`Tlv::bits`].
    pub fn bit_string(&mut self) -> Result<Bits<'a>, Malformed> {
        self.expect(tag::BIT_STRING)?.bits()
    }

    /// Reads a BIT STRING of whole octets: a key or a signature.
    ///
    /// # Errors
    /// As [`Reader::expect`] and [`Tlv::bit_octets`].
    pub fn bit_octets(&mut self) -> Result<&'a [u8], Malformed> {
        self.expect(tag::BIT_STRING)?.bit_octets()
    }

    /// Reads an OCTET STRING.
    ///
    /// # Errors
    /// As [`Reader::expect`].
    #[inline(always)]
    pub fn octet_string(&mut self) -> Result<&'a [u8], Malformed> {
        Ok(self.expect(tag::OCTET_STRING)?.content)
    }

    /// Reads a UTCTime or GeneralizedTime, in seconds since 1970 in UTC.
    ///
    /// # Errors
    /// As [`Reader::next`] and [`Tlv::time`].
    pub fn time(&mut self) -> Result<i64, Malformed> {
        self.next()?.time()
    }

    /// Reads a NULL.
    ///
    /// # Errors
    /// As [`Reader::expect`] and [`Tlv::null`].
    pub fn null(&mut self) -> Result<(), Malformed> {
        self.expect(tag::NULL)?.null()
    }
}

/// Whether DER allows the tag octet: universal strings and numbers are primitive, SEQUENCE, SET,
/// EXTERNAL and EMBEDDED PDV are constructed, and there is no end-of-contents.
#[inline(always)]
fn is_der_tag(tag: u8) -> bool {
    let number = tag & 0x1f;
    let constructed = tag & 0x20 != 0;
    match tag >> 6 {
        _ if number == 0x1f => false,
        0 => number != 0 && constructed == matches!(number, 8 | 11 | 16 | 17),
        _ => true,
    }
}

/// Returns the content octets of the OBJECT IDENTIFIER with these arcs, for tables of constants.
///
/// # Panics
/// When the arcs do not fit `N` octets exactly or fewer than two are given; in a constant this is
/// an error of the build.
pub const fn oid<const N: usize>(arcs: &[u32]) -> [u8; N] {
    let mut octets = [0; N];
    let (mut at, mut index) = (0, 1);
    while index < arcs.len() {
        let arc = if index == 1 { arcs[0] * 40 + arcs[1] } else { arcs[index] };
        let mut shift = 28;
        while shift > 0 {
            if arc >> shift != 0 {
                octets[at] = 0x80 | (arc >> shift & 0x7f) as u8;
                at += 1;
            }
            shift -= 7;
        }
        octets[at] = (arc & 0x7f) as u8;
        at += 1;
        index += 1;
    }
    assert!(at == N, "the arcs fill the octets");
    octets
}

/// Writes content octets of an OBJECT IDENTIFIER as `1.2.840.113549`.
///
/// An arc that is cut off or has more than 63 bits comes out as `?`.
pub fn dotted(oid: &[u8]) -> String {
    let mut arcs: Vec<String> = Vec::new();
    for octets in oid.split_inclusive(|octet| *octet < 0x80) {
        let ends = octets.last().is_some_and(|octet| *octet < 0x80) && octets.len() <= 9;
        let arc = octets.iter().fold(0, |arc: u64, octet| arc << 7 | u64::from(octet & 0x7f));
        match (ends, arcs.is_empty()) {
            (false, _) => arcs.push("?".to_owned()),
            (true, true) => {
                let root = (arc / 40).min(2);
                arcs.push(format!("{root}.{}", arc - root * 40));
            }
            (true, false) => arcs.push(arc.to_string()),
        }
    }
    arcs.join(".")
}

#[cfg(test)]
mod tests;
