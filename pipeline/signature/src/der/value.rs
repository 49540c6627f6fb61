//! The values of single elements, each in its one DER form.

use letter::Date;

use super::{tag, Malformed, Rule, Tlv};

/// A BIT STRING's bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits<'a> {
    /// The octets; unused bits of the last one are zero.
    pub octets: &'a [u8],
    /// How many bits of the last octet are not part of the string, 0 to 7.
    pub unused: u8,
}

impl Bits<'_> {
    /// Returns whether bit `number` is set, counted from 0 at the first bit; bits beyond the end
    /// are not.
    pub fn has(&self, number: usize) -> bool {
        self.octets.get(number / 8).is_some_and(|octet| octet & (0x80 >> (number % 8)) != 0)
    }
}

impl<'a> Tlv<'a> {
    /// Returns the breach of `rule` at this element.
    #[cold]
    pub fn breaks(&self, rule: Rule) -> Malformed {
        Malformed::new(self.offset, rule)
    }

    /// Refuses the element when it breaks a rule.
    #[inline]
    fn must(&self, kept: bool, rule: Rule) -> Result<(), Malformed> {
        if kept {
            Ok(())
        } else {
            Err(self.breaks(rule))
        }
    }

    /// Returns the BOOLEAN that the content is.
    ///
    /// # Errors
    /// `BadBoolean` for anything but `00` and `FF` (X.690 §11.1).
    #[inline]
    pub fn boolean(&self) -> Result<bool, Malformed> {
        match self.content {
            [0] => Ok(false),
            [0xff] => Ok(true),
            _ => Err(self.breaks(Rule::BadBoolean)),
        }
    }

    /// Returns the INTEGER or ENUMERATED that the content is: big-endian two's complement in its
    /// shortest form.
    ///
    /// # Errors
    /// `LongInteger` (X.690 §8.3.2).
    #[inline]
    pub fn integer(&self) -> Result<&'a [u8], Malformed> {
        let minimal = match self.content {
            [] => false,
            [0x00, next, ..] => *next >= 0x80,
            [0xff, next, ..] => *next < 0x80,
            _ => true,
        };
        self.must(minimal, Rule::LongInteger)?;
        Ok(self.content)
    }

    /// Returns the non-negative INTEGER that the content is: big-endian, without the leading zero
    /// octet of its sign; zero is one octet.
    ///
    /// # Errors
    /// `LongInteger`, `NegativeInteger`.
    #[inline]
    pub fn unsigned(&self) -> Result<&'a [u8], Malformed> {
        let octets = self.integer()?;
        self.must(octets[0] < 0x80, Rule::NegativeInteger)?;
        Ok(if octets.len() > 1 && octets[0] == 0 { &octets[1..] } else { octets })
    }

    /// Returns the small non-negative INTEGER that the content is.
    ///
    /// # Errors
    /// `LongInteger`, `NegativeInteger`, `HugeInteger` above 2^64 - 1.
    pub fn small(&self) -> Result<u64, Malformed> {
        let octets = self.unsigned()?;
        self.must(octets.len() <= 8, Rule::HugeInteger)?;
        Ok(octets.iter().fold(0, |value, octet| value << 8 | u64::from(*octet)))
    }

    /// Returns the content octets of the OBJECT IDENTIFIER that the content is.
    ///
    /// # Errors
    /// `BadOid` (X.690 §8.19.2).
    #[inline]
    pub fn oid(&self) -> Result<&'a [u8], Malformed> {
        let mut starts = true;
        for octet in self.content {
            self.must(!(starts && *octet == 0x80), Rule::BadOid)?;
            starts = *octet < 0x80;
        }
        self.must(starts && !self.content.is_empty(), Rule::BadOid)?;
        Ok(self.content)
    }

    /// Returns the BIT STRING that the content is.
    ///
    /// # Errors
    /// `BadBitString` (X.690 §8.6.2, §11.2.1).
    #[inline]
    pub fn bits(&self) -> Result<Bits<'a>, Malformed> {
        let Some((&unused, octets)) = self.content.split_first() else {
            return Err(self.breaks(Rule::BadBitString));
        };
        let zero = match octets.last() {
            None => unused == 0,
            Some(last) => unused < 8 && last & ((1u16 << unused) - 1) as u8 == 0,
        };
        self.must(zero, Rule::BadBitString)?;
        Ok(Bits { octets, unused })
    }

    /// Returns the octets of the BIT STRING that the content is, where whole octets are meant.
    ///
    /// # Errors
    /// `BadBitString`, `UnusedBits`.
    pub fn bit_octets(&self) -> Result<&'a [u8], Malformed> {
        let bits = self.bits()?;
        self.must(bits.unused == 0, Rule::UnusedBits)?;
        Ok(bits.octets)
    }

    /// Returns the named bit list that the content is; it ends with a set bit (X.690 §11.2.2).
    ///
    /// # Errors
    /// `BadBitString`, `TrailingZeroBits`.
    pub fn named_bits(&self) -> Result<Bits<'a>, Malformed> {
        let bits = self.bits()?;
        let ends_set = match bits.octets.last() {
            None => true,
            Some(last) => last >> bits.unused & 1 == 1,
        };
        self.must(ends_set, Rule::TrailingZeroBits)?;
        Ok(bits)
    }

    /// Returns the UTCTime or GeneralizedTime that the element is, in seconds since 1970 in UTC.
    ///
    /// Two-digit years from 50 are of the twentieth century (RFC 5280 §4.1.2.5.1).
    ///
    /// # Errors
    /// `UnexpectedTag`, `BadTime`: seconds are written, the zone is `Z`, no fraction, no leap
    /// second.
    #[inline]
    pub fn time(&self) -> Result<i64, Malformed> {
        let digits = match (self.tag, self.content) {
            (tag::UTC_TIME, [digits @ .., b'Z']) if digits.len() == 12 => digits,
            (tag::GENERALIZED_TIME, [digits @ .., b'Z']) if digits.len() == 14 => digits,
            (tag::UTC_TIME | tag::GENERALIZED_TIME, _) => return Err(self.breaks(Rule::BadTime)),
            _ => return Err(self.breaks(Rule::UnexpectedTag)),
        };
        self.must(digits.iter().all(u8::is_ascii_digit), Rule::BadTime)?;
        let pair = |at: usize| u16::from(digits[at] - b'0') * 10 + u16::from(digits[at + 1] - b'0');
        let (year, rest) = match self.tag {
            tag::GENERALIZED_TIME => (pair(0) * 100 + pair(2), 4),
            _ if pair(0) >= 50 => (1900 + pair(0), 2),
            _ => (2000 + pair(0), 2),
        };
        let (hour, minute, second) = (pair(rest + 4), pair(rest + 6), pair(rest + 8));
        self.must(hour < 24 && minute < 60 && second < 60, Rule::BadTime)?;
        let date = Date::new(year, pair(rest) as u8, pair(rest + 2) as u8)
            .ok_or_else(|| self.breaks(Rule::BadTime))?;
        let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Ok(date.days_since_epoch() * 86_400 + seconds)
    }

    /// Refuses a NULL with content.
    ///
    /// # Errors
    /// `BadNull`.
    pub fn null(&self) -> Result<(), Malformed> {
        self.must(self.content.is_empty(), Rule::BadNull)
    }

    /// Returns the text of a UTF8String, or of any tag that stands for one.
    ///
    /// # Errors
    /// `BadText`.
    #[inline]
    pub fn utf8(&self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.content).map_err(|_| self.breaks(Rule::BadText))
    }

    /// Returns the text of an IA5String, or of any tag that stands for one.
    ///
    /// # Errors
    /// `BadText` for octets above 7F.
    #[inline]
    pub fn ascii(&self) -> Result<&'a str, Malformed> {
        self.must(self.content.is_ascii(), Rule::BadText)?;
        self.utf8()
    }
}
