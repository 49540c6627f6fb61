//! The entries of a revocation list, read straight from its DER.

/// One entry of `revokedCertificates` (RFC 5280 §5.1.2.6), in place; so far only its serial is
/// read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// The content of the INTEGER: minimal, big-endian, two's complement.
    pub serial: &'a [u8],
    /// The last eight octets of the serial.
    pub head: u64,
    /// What follows the serial.
    rest: &'a [u8],
}

/// What an entry says of its serial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Said<'a> {
    /// The revocation date, UNIX seconds.
    pub date: i64,
    /// What its extensions say.
    pub extensions: EntryExtensions<'a>,
}

impl<'a> Entry<'a> {
    /// Reads date and reason of an entry of the form that nearly all have: a UTCTime, and a
    /// reasonCode alone or nothing. `None` says nothing; [`Entry::read`] decides then.
    #[inline(always)]
    pub fn usual(&self) -> Option<(i64, u8)> {
        let (date, after) = self.rest.split_first_chunk::<DATE_LEN_MIN>()?;
        let [UTC_TIME, 13, date @ ..] = date else { return None };
        let reason = match <&[u8; REASON_LEN]>::try_from(after) {
            Ok([SEQUENCE, 12, extension @ .., code]) => {
                (*extension == REASON_ONLY && is_reason(*code)).then_some(*code)?
            }
            Err(_) if after.is_empty() => NO_REASON,
            _ => return None,
        };
        Some((utc_seconds(date)?, reason))
    }

    /// Reads what stands after the serial; `None` when it is not strict DER.
    #[inline]
    pub fn read(&self) -> Option<Said<'a>> {
        let date_len = match self.rest {
            [UTC_TIME, 13, ..] => 15,
            [GENERALIZED_TIME, 15, ..] => 17,
            _ => return None,
        };
        let (date, after) = self.rest.split_at_checked(date_len)?;
        let extensions = match after {
            [] => after,
            _ => {
                let (extensions, nothing) = tlv(after, SEQUENCE)?;
                if extensions.is_empty() || !nothing.is_empty() {
                    return None;
                }
                extensions
            }
        };
        Some(Said { date: seconds(date)?, extensions: entry_extensions(extensions)? })
    }
}

/// What the extensions of an entry say (RFC 5280 §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryExtensions<'a> {
    /// The code of `reasonCode`, or [`NO_REASON`].
    pub reason: u8,
    /// The GeneralNames of `certificateIssuer`, without the SEQUENCE around them.
    pub issuer: Option<&'a [u8]>,
    /// Whether a critical extension stands there that nobody here knows.
    pub unknown_critical: bool,
}

/// The reason of an entry that gives none; four bits hold it.
pub(crate) const NO_REASON: u8 = 15;

/// Walks `revokedCertificates`; yields the byte at which an entry is not strict DER, then ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entries<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Entries<'a> {
    /// Walks the content of the SEQUENCE OF.
    pub fn new(all: &'a [u8]) -> Self {
        Self { all, at: 0 }
    }

    /// Returns the byte at which the first entry starts that is not strict DER.
    pub fn first_malformed(mut self) -> Option<usize> {
        loop {
            let at = self.at;
            match self.next()? {
                Ok(entry) if entry.read().is_some() => {}
                _ => return Some(at),
            }
        }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, usize>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.all.get(self.at..).filter(|rest| !rest.is_empty())?;
        match entry(rest) {
            Some((entry, len)) => {
                self.at += len;
                Some(Ok(entry))
            }
            None => {
                let at = self.at;
                self.at = self.all.len();
                Some(Err(at))
            }
        }
    }
}

#[inline(always)]
fn entry(bytes: &[u8]) -> Option<(Entry<'_>, usize)> {
    let (body, after) = tlv(bytes, SEQUENCE)?;
    let (serial, rest) = tlv(body, INTEGER)?;
    let minimal = match serial {
        [] => false,
        [0x00, second, ..] => second & 0x80 != 0,
        [0xff, second, ..] => second & 0x80 == 0,
        _ => true,
    };
    if !minimal || rest.len() < DATE_LEN_MIN {
        return None;
    }
    let start = serial.len().saturating_sub(8);
    let octets = body[2 + start..].first_chunk()?;
    let head = u64::from_be_bytes(*octets) >> (64 - 8 * (serial.len() - start));
    Some((Entry { serial, head, rest }, bytes.len() - after.len()))
}

/// Splits off the content of a TLV with this tag and a minimal definite length.
#[inline(always)]
fn tlv(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let [found, len, rest @ ..] = bytes else { return None };
    if *found != tag {
        return None;
    }
    if *len < 0x80 {
        return rest.split_at_checked(*len as usize);
    }
    long_tlv(*len, rest)
}

#[cold]
fn long_tlv(len: u8, rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let count = usize::from(len & 0x7f);
    let (digits, rest) = rest.split_at_checked(count)?;
    if count == 0 || count > 4 || digits[0] == 0 {
        return None;
    }
    let len = digits.iter().fold(0_usize, |len, digit| len << 8 | usize::from(*digit));
    if len < 0x80 {
        return None;
    }
    rest.split_at_checked(len)
}

/// Reads the extensions of an entry; `None` when they are not strict DER, stand twice, or name a
/// reason that RFC 5280 §5.3.1 does not have.
#[inline]
fn entry_extensions(bytes: &[u8]) -> Option<EntryExtensions<'_>> {
    let none = EntryExtensions { reason: NO_REASON, issuer: None, unknown_critical: false };
    if bytes.is_empty() {
        return Some(none);
    }
    match bytes.strip_prefix(&REASON_ONLY) {
        Some([code]) if is_reason(*code) => Some(EntryExtensions { reason: *code, ..none }),
        _ => many_extensions(bytes, none),
    }
}

#[cold]
fn many_extensions<'a>(
    mut bytes: &'a [u8],
    mut read: EntryExtensions<'a>,
) -> Option<EntryExtensions<'a>> {
    let whole = bytes;
    while !bytes.is_empty() {
        let start = bytes;
        let (extension, rest) = tlv(bytes, SEQUENCE)?;
        bytes = rest;
        let (oid, after) = tlv(extension, OID)?;
        let (critical, after) = match after {
            [BOOLEAN, 1, 0xff, after @ ..] => (true, after),
            _ => (false, after),
        };
        let (value, nothing) = tlv(after, OCTET_STRING)?;
        if !nothing.is_empty() || stands_before(whole, start, oid)? {
            return None;
        }
        match oid {
            REASON_CODE => {
                let [ENUMERATED, 1, code] = value else { return None };
                if !is_reason(*code) {
                    return None;
                }
                read.reason = *code;
            }
            CERTIFICATE_ISSUER => {
                let (names, nothing) = tlv(value, SEQUENCE)?;
                if names.is_empty() || !nothing.is_empty() {
                    return None;
                }
                read.issuer = Some(names);
            }
            INVALIDITY_DATE => {
                let [GENERALIZED_TIME, 15, ..] = value else { return None };
                seconds(value)?;
            }
            _ => read.unknown_critical |= critical,
        }
    }
    Some(read)
}

/// Whether an extension of this kind stands before the one that starts at `start`.
fn stands_before(whole: &[u8], start: &[u8], oid: &[u8]) -> Option<bool> {
    let mut earlier = &whole[..whole.len() - start.len()];
    while !earlier.is_empty() {
        let (extension, rest) = tlv(earlier, SEQUENCE)?;
        if tlv(extension, OID)?.0 == oid {
            return Some(true);
        }
        earlier = rest;
    }
    Some(false)
}

/// Whether RFC 5280 §5.3.1 has this CRLReason.
fn is_reason(code: u8) -> bool {
    code <= 10 && code != 7
}

/// Reads a UTCTime or GeneralizedTime, with tag and length, as RFC 5280 §4.1.2.5 writes it: to the
/// second, in Greenwich, `Z`. Returns UNIX seconds.
#[inline]
pub(crate) fn seconds(tlv: &[u8]) -> Option<i64> {
    match tlv {
        [UTC_TIME, 13, rest @ ..] => utc_seconds(rest.try_into().ok()?),
        [GENERALIZED_TIME, 15, a, b, rest @ ..] => {
            let century = two(*a, *b)?;
            seconds_in(|year| u32::from(century) * 100 + u32::from(year), rest.try_into().ok()?)
        }
        _ => None,
    }
}

/// Reads the content of a UTCTime; years from 50 are of the twentieth century (RFC 5280
/// §4.1.2.5.1).
#[inline(always)]
fn utc_seconds(content: &[u8; 13]) -> Option<i64> {
    seconds_in(|year| if year >= 50 { 1900 } else { 2000 } + u32::from(year), content)
}

/// Reads `YYMMDDhhmmssZ`, given which year the first two digits mean.
#[inline(always)]
fn seconds_in(year_of: impl Fn(u8) -> u32, content: &[u8; 13]) -> Option<i64> {
    let [to_the_hour @ .., e, f, g, h, b'Z'] = *content else { return None };
    let [year, month, day, hour] = four_pairs(to_the_hour)?;
    let [minute, second, ..] = four_pairs([e, f, g, h, b'0', b'0', b'0', b'0'])?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_since_1970(year_of(year), month, day)?;
    Some(days * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second))
}

/// Reads eight digits as four numbers of two, all at once.
#[inline(always)]
fn four_pairs(digits: [u8; 8]) -> Option<[u8; 4]> {
    const HIGH: u64 = 0xf0f0_f0f0_f0f0_f0f0;
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    const TO_SIXTEEN: u64 = 0x0606_0606_0606_0606;
    let octets = u64::from_le_bytes(digits);
    // 0x30 to 0x39: the upper half is that of a digit, and still is when six are added.
    let is_digits = octets & HIGH == ZEROS && octets.wrapping_add(TO_SIXTEEN) & HIGH == ZEROS;
    let ones = octets.wrapping_sub(ZEROS);
    let [first, _, second, _, third, _, fourth, _] =
        ones.wrapping_mul(10).wrapping_add(ones >> 8).to_le_bytes();
    is_digits.then_some([first, second, third, fourth])
}

/// Returns the day's number, that of the first of January 1970 being 0.
#[inline(always)]
fn days_since_1970(year: u32, month: u8, day: u8) -> Option<i64> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (before, days) = *MONTHS[usize::from(leap)].get(usize::from(month))?;
    if day == 0 || day > days {
        return None;
    }
    let leaps = i64::from(year.div_ceil(4) + year.div_ceil(400) - year.div_ceil(100));
    let past = i64::from(before) + i64::from(day) - 1;
    Some(i64::from(year) * 365 + leaps + past - DAYS_TO_1970)
}

#[inline]
fn two(tens: u8, ones: u8) -> Option<u8> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| tens * 10 + ones)
}

/// A UTCTime with its tag and length.
const DATE_LEN_MIN: usize = 15;
/// Extensions that are a reasonCode alone, with their tag and length.
const REASON_LEN: usize = 14;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BOOLEAN: u8 = 0x01;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const ENUMERATED: u8 = 0x0a;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// id-ce-cRLReasons, 2.5.29.21.
const REASON_CODE: &[u8] = &[0x55, 0x1d, 0x15];
/// id-ce-invalidityDate, 2.5.29.24.
const INVALIDITY_DATE: &[u8] = &[0x55, 0x1d, 0x18];
/// id-ce-certificateIssuer, 2.5.29.29.
const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 0x1d];
/// An uncritical reasonCode alone, but for its code: what nearly every entry has.
const REASON_ONLY: [u8; 11] =
    [SEQUENCE, 10, OID, 3, 0x55, 0x1d, 0x15, OCTET_STRING, 3, ENUMERATED, 1];

/// For each month, of common years and of leap years: the days of the year before it, and its own.
/// There is no month 0.
const MONTHS: [[(u16, u8); 13]; 2] = [months(28), months(29)];

const fn months(of_february: u8) -> [(u16, u8); 13] {
    let own = [0, 31, of_february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut months = [(0, 0); 13];
    let (mut month, mut before) = (1, 0);
    while month < 13 {
        months[month] = (before, own[month]);
        before += own[month] as u16;
        month += 1;
    }
    months
}

/// Days from the first of January of the year 0 to that of 1970.
const DAYS_TO_1970: i64 = 719_528;

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Vec<u8> {
        [&[UTC_TIME, text.len() as u8], text.as_bytes()].concat()
    }

    fn generalized(text: &str) -> Vec<u8> {
        [&[GENERALIZED_TIME, text.len() as u8], text.as_bytes()].concat()
    }

    #[test]
    fn dates_are_seconds_since_1970() {
        for (text, expected) in [
            ("700101000000Z", 0),
            ("500101000000Z", -631_152_000),
            ("491231235959Z", 2_524_607_999),
            ("000229120000Z", 951_825_600),
            ("240301000000Z", 1_709_251_200),
            ("261122041408Z", 1_795_320_848),
        ] {
            assert_eq!(seconds(&utc(text)), Some(expected), "{text}");
        }
        for (text, expected) in [
            ("19700101000000Z", 0),
            ("00000101000000Z", -62_167_219_200),
            ("00000301000000Z", -62_162_035_200),
            ("21000301000000Z", 4_107_542_400),
            ("99991231235959Z", 253_402_300_799),
        ] {
            assert_eq!(seconds(&generalized(text)), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_date_that_is_none_is_refused() {
        for text in [
            "230229000000Z",
            "231301000000Z",
            "230001000000Z",
            "230100000000Z",
            "230431000000Z",
            "230101240000Z",
            "230101006000Z",
            "230101000060Z",
            "23010100000 Z",
            "2301010000000",
            "2301010000Z00",
        ] {
            assert_eq!(seconds(&utc(text)), None, "{text}");
        }
        assert_eq!(seconds(&generalized("19000229000000Z")), None);
        assert_eq!(seconds(&utc("2301010000Z")), None, "no seconds");
        assert_eq!(seconds(&utc("230101000000+0900")), None, "an offset");
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut last = None;
        for days in -30_000..60_000_i64 {
            let date = letter::Date::from_days_since_epoch(days).expect("within the calendar");
            let (year, month, day) = (date.year(), date.month(), date.day());
            let text = format!("{year:04}{month:02}{day:02}120000Z");
            let found = seconds(&generalized(&text)).expect("a real day");
            assert_eq!(found, days * 86_400 + 43_200, "{text}");
            assert!(last.is_none_or(|last| last + 86_400 == found));
            last = Some(found);
        }
    }

    #[test]
    fn an_entry_that_is_not_strict_der_is_named_by_its_offset() {
        let good = [&[0x30, 18, 2, 1, 5][..], &utc("260101000000Z")].concat();
        assert_eq!(Entries::new(&good).first_malformed(), None);
        let mut two = good.clone();
        for (why, bad) in [
            ("a padded serial", [&[0x30, 19, 2, 2, 0, 5][..], &utc("260101000000Z")].concat()),
            ("a long form of a short length", {
                [&[0x30, 0x81, 18, 2, 1, 5][..], &utc("260101000000Z")].concat()
            }),
            ("empty extensions", {
                [&[0x30, 20, 2, 1, 5][..], &utc("260101000000Z"), &[0x30, 0]].concat()
            }),
            ("no serial", [&[0x30, 17, 2, 0][..], &utc("260101000000Z")].concat()),
            ("cut off", good[..good.len() - 1].to_vec()),
        ] {
            two.truncate(good.len());
            two.extend_from_slice(&bad);
            assert_eq!(Entries::new(&two).first_malformed(), Some(good.len()), "{why}");
        }
    }

    #[test]
    fn extensions_of_an_entry_are_read_or_refused() {
        let reason = |code: u8| [&REASON_ONLY[..], &[code]].concat();
        assert_eq!(entry_extensions(&reason(4)).map(|read| read.reason), Some(4));
        assert_eq!(entry_extensions(&reason(7)), None, "RFC 5280 has no reason 7");
        assert_eq!(entry_extensions(&reason(11)), None);
        assert_eq!(entry_extensions(&[reason(4), reason(4)].concat()), None, "twice the same");
        let strange = [0x30, 9, OID, 2, 0x2a, 3, OCTET_STRING, 3, 4, 1, 9];
        let both = [&strange[..], &reason(1)].concat();
        let read = entry_extensions(&both).expect("strict DER");
        assert_eq!((read.reason, read.unknown_critical), (1, false));
        let critical = [0x30, 12, OID, 2, 0x2a, 3, BOOLEAN, 1, 0xff, OCTET_STRING, 3, 4, 1, 9];
        let read = entry_extensions(&critical).expect("strict DER");
        assert!(read.unknown_critical);
        let issuer = [
            0x30,
            18,
            OID,
            3,
            0x55,
            0x1d,
            0x1d,
            BOOLEAN,
            1,
            0xff,
            OCTET_STRING,
            6,
            0x30,
            4,
            0xa4,
            2,
            0x30,
            0,
        ];
        let mut issuer = issuer.to_vec();
        issuer[1] = issuer.len() as u8 - 2;
        let read = entry_extensions(&issuer).expect("strict DER");
        assert_eq!(read.issuer, Some(&[0xa4, 2, 0x30, 0][..]));
        assert!(!read.unknown_critical);
    }
}
