//! Distinguished names and how they compare.
//!
//! Two names are the same when their bytes are; only where they are not, RFC 5280 §7.1 is asked:
//! the same relative names in the same order, strings compared without regard to their type, to
//! case and to insignificant spaces (RFC 4518, X.520 §7).

use std::borrow::Cow;
use std::fmt;

use crate::der::{dotted, oid, tag, Malformed, Reader, Rule, Tlv};

/// A name: a sequence of relative names, borrowed from the certificate.
///
/// `==` compares bytes; [`Name::matches`] compares as RFC 5280 §7.1 says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name<'a> {
    raw: &'a [u8],
}

/// A relative name: a set of attributes.
#[derive(Clone, Copy, Debug)]
pub struct Rdn<'a> {
    content: &'a [u8],
}

/// An attribute of a name.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'a> {
    /// The content octets of the attribute's type.
    pub oid: &'a [u8],
    /// The value.
    pub value: Tlv<'a>,
}

impl<'a> Name<'a> {
    /// Reads the name that `tlv` is; its attributes are checked down to their characters.
    ///
    /// # Errors
    /// Those of the reader; `EmptyList` for an empty relative name, `BadText`, `TooMany`.
    pub fn read(tlv: Tlv<'a>) -> Result<Self, Malformed> {
        let mut rdns = tlv.tagged(tag::SEQUENCE)?.reader();
        let mut count = 0;
        while !rdns.is_empty() {
            count += 1;
            if count > RDNS_MAX {
                return Err(rdns.breaks(Rule::TooMany));
            }
            match usual_rdn(rdns.rest()) {
                Some(len) => rdns.skip(len),
                None => check_rdn(rdns.expect(tag::SET)?)?,
            }
        }
        Ok(Self { raw: tlv.raw })
    }

    /// Reads the name whose DER is `der`.
    ///
    /// # Errors
    /// As [`Name::read`]; `TrailingBytes`.
    pub fn from_der(der: &'a [u8]) -> Result<Self, Malformed> {
        Self::read(Tlv::only(der)?)
    }

    /// Returns the name whose DER was read before.
    pub(crate) fn from_checked(raw: &'a [u8]) -> Self {
        Self { raw }
    }

    /// Returns the DER of the name.
    pub fn raw(self) -> &'a [u8] {
        self.raw
    }

    /// Returns whether the name has no relative name.
    pub fn is_empty(self) -> bool {
        self.raw.len() <= 2
    }

    /// Returns the relative names in their order.
    pub fn rdns(self) -> impl Iterator<Item = Rdn<'a>> {
        let content = Tlv::only(self.raw).map(|tlv| tlv.content).unwrap_or_default();
        elements(content).map(|tlv| Rdn { content: tlv.content })
    }

    /// Returns the attributes in their order.
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'a>> {
        self.rdns().flat_map(Rdn::attributes)
    }

    /// Returns the value of the first attribute of the type with these content octets.
    pub fn attribute(self, oid: &[u8]) -> Option<Attribute<'a>> {
        self.attributes().find(|attribute| attribute.oid == oid)
    }

    /// Returns whether both are one name by RFC 5280 §7.1; equal bytes always are.
    #[inline]
    pub fn matches(self, other: Name<'_>) -> bool {
        self.raw == other.raw || self.matches_slowly(other)
    }

    #[cold]
    fn matches_slowly(self, other: Name<'_>) -> bool {
        self.rdns().count() == other.rdns().count() && self.is_within(other)
    }

    /// Returns whether the name lies in the subtree of `base`: its first relative names are those
    /// of `base` (RFC 5280 §4.2.1.10). A name lies within itself.
    pub fn is_within(self, base: Name<'_>) -> bool {
        let mut mine = self.rdns();
        base.rdns().all(|rdn| mine.next().is_some_and(|own| own.matches(rdn)))
    }

    /// Returns the DER of this name with one relative name more, given by the content of its set:
    /// the full name of a distribution point below its CRL issuer (RFC 5280 §4.2.1.13).
    pub fn joined(self, rdn: Rdn<'_>) -> Vec<u8> {
        let mut content: Vec<u8> =
            Tlv::only(self.raw).map(|tlv| tlv.content.to_vec()).unwrap_or_default();
        write_tlv(tag::SET, rdn.content, &mut content);
        let mut der = Vec::with_capacity(content.len() + 4);
        write_tlv(tag::SEQUENCE, &content, &mut der);
        der
    }
}

impl fmt::Display for Name<'_> {
    /// Writes the attributes in the order of the certificate: `C=JP, O=JPKI, CN=…`.
    ///
    /// Within a value `,`, `+`, `\` and control characters are escaped by a backslash, as RFC 4514
    /// does; the attributes of one relative name are joined by `+`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, rdn) in self.rdns().enumerate() {
            f.write_str(if index > 0 { ", " } else { "" })?;
            for (index, attribute) in rdn.attributes().enumerate() {
                f.write_str(if index > 0 { "+" } else { "" })?;
                write!(f, "{}=", short_name(attribute.oid))?;
                write_escaped(f, &attribute)?;
            }
        }
        Ok(())
    }
}

impl<'a> Rdn<'a> {
    /// Reads the relative name whose set, under whatever tag, is `tlv`.
    ///
    /// # Errors
    /// As [`Name::read`].
    pub fn read(tlv: Tlv<'a>) -> Result<Self, Malformed> {
        check_rdn(tlv)?;
        Ok(Self { content: tlv.content })
    }

    /// Returns the attributes in their order.
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'a>> {
        elements(self.content).filter_map(|tlv| {
            let mut parts = tlv.reader();
            Some(Attribute { oid: parts.oid().ok()?, value: parts.next().ok()? })
        })
    }

    /// Returns whether both sets have the same attributes, whatever their order.
    fn matches(self, other: Rdn<'_>) -> bool {
        self.content == other.content
            || (self.attributes().count() == other.attributes().count()
                && self.attributes().all(|own| other.attributes().any(|met| own.matches(met)))
                && other.attributes().all(|met| self.attributes().any(|own| own.matches(met))))
    }
}

impl<'a> Attribute<'a> {
    /// Returns the value as text, or `None` if it is not of a string type whose characters are
    /// known (a TeletexString's are not).
    pub fn text(&self) -> Option<Cow<'a, str>> {
        string(self.value)
    }

    fn matches(self, other: Attribute<'_>) -> bool {
        if self.oid != other.oid {
            return false;
        }
        if self.value.raw == other.value.raw {
            return true;
        }
        match (self.text(), other.text()) {
            (Some(own), Some(met)) => same_text(&own, &met),
            _ => false,
        }
    }
}

/// Returns the text of a string of any type whose characters are known.
pub(crate) fn string(value: Tlv<'_>) -> Option<Cow<'_, str>> {
    let content = value.content;
    match value.tag {
        tag::BMP_STRING => {
            let units = content.chunks_exact(2).map(|c| u16::from_be_bytes([c[0], c[1]]));
            char::decode_utf16(units).collect::<Result<String, _>>().ok().map(Cow::Owned)
        }
        tag::UNIVERSAL_STRING => {
            let points = content.chunks_exact(4);
            let chars = points.map(|c| u32::from_be_bytes([c[0], c[1], c[2], c[3]]));
            chars.map(char::from_u32).collect::<Option<String>>().map(Cow::Owned)
        }
        tag if is_ascii_string(tag) || tag == tag::UTF8_STRING => {
            std::str::from_utf8(content).ok().map(Cow::Borrowed)
        }
        _ => None,
    }
}

/// Returns whether two texts are the same without regard to case and insignificant spaces.
fn same_text(own: &str, met: &str) -> bool {
    let prepared = |text: &str| {
        // The first pass folds case, the second one normalises (RFC 4518 §2.2, §2.3).
        let folded = stringprep::x520prep(text, true).ok()?;
        let text = stringprep::x520prep(&folded, false).ok()?;
        Some(text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
    };
    match (prepared(own), prepared(met)) {
        (Some(own), Some(met)) => own == met,
        _ => false,
    }
}

/// Returns the octets of the relative name at the start of `rest` if it is a usual one that
/// [`check_rdn`] takes: one attribute of X.520 (2.5.4), a UTF8String or a PrintableString, lengths
/// of one octet.
#[inline]
fn usual_rdn(rest: &[u8]) -> Option<usize> {
    let (head, rest) = rest.split_first_chunk::<11>()?;
    let [tag::SET, set, tag::SEQUENCE, pair, tag::OID, 3, 0x55, 4, arc, kind, len] = *head else {
        return None;
    };
    let fits = len < 0x80 - 9 && pair == len + 7 && set == len + 9 && arc < 0x80;
    let text = rest.get(..usize::from(len))?;
    let is_text = match kind {
        tag::PRINTABLE_STRING => text.is_ascii(),
        tag::UTF8_STRING => text.is_ascii() || std::str::from_utf8(text).is_ok(),
        _ => false,
    };
    (fits && is_text).then_some(11 + text.len())
}

/// Refuses a relative name that is not a non-empty, ascending set of attributes.
fn check_rdn(set: Tlv<'_>) -> Result<(), Malformed> {
    let mut attributes = set.reader().not_empty()?;
    let mut count = 0;
    while !attributes.is_empty() {
        count += 1;
        let mut parts = attributes.sequence()?;
        parts.oid()?;
        check_text(parts.next()?)?;
        parts.finish()?;
    }
    match count {
        1 => Ok(()),
        2..=RDN_ATTRIBUTES_MAX => set.reader().ascending(),
        _ => Err(set.breaks(Rule::TooMany)),
    }
}

/// Refuses octets that are not characters of the string's type, as far as the type says so.
fn check_text(value: Tlv<'_>) -> Result<(), Malformed> {
    let text = match value.tag {
        tag::UTF8_STRING => return value.utf8().map(drop),
        tag::BMP_STRING => value.content.len().is_multiple_of(2),
        tag::UNIVERSAL_STRING => value.content.len().is_multiple_of(4),
        tag if is_ascii_string(tag) => value.content.is_ascii(),
        _ => true,
    };
    if text {
        Ok(())
    } else {
        Err(value.breaks(Rule::BadText))
    }
}

fn is_ascii_string(tag: u8) -> bool {
    matches!(
        tag,
        tag::PRINTABLE_STRING | tag::IA5_STRING | tag::NUMERIC_STRING | tag::VISIBLE_STRING
    )
}

/// Returns the elements of content that was checked when it was read.
fn elements<'a>(content: &'a [u8]) -> impl Iterator<Item = Tlv<'a>> {
    let mut reader = Reader::new(content);
    std::iter::from_fn(move || if reader.is_empty() { None } else { reader.next().ok() })
}

fn write_escaped(f: &mut fmt::Formatter<'_>, attribute: &Attribute<'_>) -> fmt::Result {
    let Some(text) = attribute.text() else {
        f.write_str("#")?;
        return attribute.value.raw.iter().try_for_each(|octet| write!(f, "{octet:02x}"));
    };
    for c in text.chars() {
        match c {
            ',' | '+' | '\\' => write!(f, "\\{c}")?,
            _ if c.is_control() => write!(f, "\\{:02x}", u32::from(c))?,
            _ => write!(f, "{c}")?,
        }
    }
    Ok(())
}

/// Appends one element in DER.
///
/// # Panics
/// When the content has 2^32 octets or more.
fn write_tlv(tag: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    let len = u32::try_from(content.len()).expect("names are shorter than 2^32 octets");
    if len < 0x80 {
        out.push(len as u8);
    } else {
        let octets = len.to_be_bytes();
        let skip = len.leading_zeros() as usize / 8;
        out.push(0x80 | (4 - skip) as u8);
        out.extend(&octets[skip..]);
    }
    out.extend(content);
}

fn short_name(oid: &[u8]) -> Cow<'static, str> {
    match SHORT_NAMES.iter().find(|(known, _)| *known == oid) {
        Some((_, name)) => Cow::Borrowed(name),
        None => Cow::Owned(dotted(oid)),
    }
}

/// Real names have about six relative names.
const RDNS_MAX: usize = 64;
/// Real relative names have one or two attributes.
const RDN_ATTRIBUTES_MAX: usize = 16;

/// The attribute commonName.
pub const COMMON_NAME: &[u8] = &oid::<3>(&[2, 5, 4, 3]);
/// The attribute emailAddress (PKCS #9), which stands for a mailbox in old names.
pub const EMAIL_ADDRESS: &[u8] = &oid::<9>(&[1, 2, 840, 113549, 1, 9, 1]);

const SHORT_NAMES: [(&[u8], &str); 12] = [
    (COMMON_NAME, "CN"),
    (&oid::<3>(&[2, 5, 4, 4]), "SN"),
    (&oid::<3>(&[2, 5, 4, 5]), "serialNumber"),
    (&oid::<3>(&[2, 5, 4, 6]), "C"),
    (&oid::<3>(&[2, 5, 4, 7]), "L"),
    (&oid::<3>(&[2, 5, 4, 8]), "ST"),
    (&oid::<3>(&[2, 5, 4, 10]), "O"),
    (&oid::<3>(&[2, 5, 4, 11]), "OU"),
    (&oid::<3>(&[2, 5, 4, 12]), "title"),
    (&oid::<3>(&[2, 5, 4, 42]), "GN"),
    (&oid::<10>(&[0, 9, 2342, 19200300, 100, 1, 25]), "DC"),
    (EMAIL_ADDRESS, "emailAddress"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a name of relative names, each of attributes (type, tag, value).
    fn name(rdns: &[&[(&[u8], u8, &str)]]) -> Vec<u8> {
        let mut content = Vec::new();
        for rdn in rdns {
            let mut attributes: Vec<Vec<u8>> = rdn
                .iter()
                .map(|(oid, tag, value)| {
                    let (mut parts, mut attribute) = (Vec::new(), Vec::new());
                    write_tlv(tag::OID, oid, &mut parts);
                    write_tlv(*tag, value.as_bytes(), &mut parts);
                    write_tlv(tag::SEQUENCE, &parts, &mut attribute);
                    attribute
                })
                .collect();
            attributes.sort();
            write_tlv(tag::SET, &attributes.concat(), &mut content);
        }
        let mut der = Vec::new();
        write_tlv(tag::SEQUENCE, &content, &mut der);
        der
    }

    fn read(der: &[u8]) -> Name<'_> {
        Name::from_der(der).expect("a name")
    }

    const C: &[u8] = &oid::<3>(&[2, 5, 4, 6]);
    const OU: &[u8] = &oid::<3>(&[2, 5, 4, 11]);
    const P: u8 = tag::PRINTABLE_STRING;
    const U: u8 = tag::UTF8_STRING;

    #[test]
    fn names_compare_without_regard_to_type_case_and_spaces() {
        let base = name(&[&[(C, P, "JP")], &[(OU, P, "JPKI for digital signature")]]);
        for (other, same) in [
            (name(&[&[(C, U, "jp")], &[(OU, U, " JPKI  FOR digital signature ")]]), true),
            (name(&[&[(C, P, "JP")], &[(OU, P, "JPKI fordigital signature")]]), false),
            (name(&[&[(OU, P, "JPKI for digital signature")], &[(C, P, "JP")]]), false),
            (name(&[&[(C, P, "JP")]]), false),
            (name(&[&[(C, P, "JP")], &[(COMMON_NAME, P, "JPKI for digital signature")]]), false),
        ] {
            assert_eq!(read(&base).matches(read(&other)), same, "{}", read(&other));
            assert_eq!(read(&other).matches(read(&base)), same, "{}", read(&other));
        }
        let (full, half) =
            (name(&[&[(C, U, "ＪＰ"), (OU, P, "x")]]), name(&[&[(C, P, "jp"), (OU, U, "X")]]));
        assert!(read(&full).matches(read(&half)));
    }

    #[test]
    fn a_subtree_holds_the_names_that_begin_with_its_base() {
        let base = name(&[&[(C, P, "JP")]]);
        let below = name(&[&[(C, U, "jp")], &[(OU, P, "a")]]);
        assert!(read(&below).is_within(read(&base)));
        assert!(read(&base).is_within(read(&base)));
        assert!(!read(&base).is_within(read(&below)));
        assert!(read(&base).is_within(read(&[0x30, 0])));
    }

    #[test]
    fn a_name_is_written_in_the_order_of_the_certificate() {
        let der = name(&[&[(C, P, "JP")], &[(OU, U, "a, b"), (COMMON_NAME, U, "山田\n")]]);
        let text = read(&der).to_string();
        assert_eq!(text, "C=JP, OU=a\\, b+CN=山田\\0a");
    }

    #[test]
    fn a_relative_name_is_joined_to_its_issuer() {
        let (base, long) = (name(&[&[(C, P, "JP")]]), "x".repeat(130));
        let whole = name(&[&[(C, P, "JP")], &[(COMMON_NAME, P, &long)]]);
        let rdn = read(&whole).rdns().last().expect("two");
        assert_eq!(read(&base).joined(rdn), whole);
    }

    #[test]
    fn the_quick_look_takes_no_relative_name_that_the_slow_one_refuses() {
        let (mut taken, mut left) = (0, 0);
        for usual in [name(&[&[(C, P, "JP")]]), name(&[&[(OU, U, "地方公共団体")]])] {
            let usual = &usual[2..];
            assert_eq!(usual_rdn(usual), Some(usual.len()));
            for (at, octet) in (0..usual.len()).flat_map(|at| (0..=255).map(move |o| (at, o))) {
                let mut other = usual.to_vec();
                other[at] = octet;
                let slow = Reader::new(&other).next().and_then(|set| {
                    check_rdn(set.tagged(tag::SET)?)?;
                    Ok(set.raw.len())
                });
                match usual_rdn(&other) {
                    Some(len) => assert_eq!(slow, Ok(len), "octet {at} is {octet}"),
                    None => left += usize::from(slow.is_err()),
                }
                taken += usize::from(usual_rdn(&other).is_some());
            }
        }
        assert!(taken > 1_000 && left > 1_000, "{taken} taken, {left} refused");
    }

    #[test]
    fn broken_names_are_refused() {
        let rule = |der: &[u8]| Name::from_der(der).expect_err("a broken name").rule;
        assert_eq!(rule(&[0x30, 2, 0x31, 0]), Rule::EmptyList);
        assert_eq!(rule(&name(&[&[(C, P, "é")]])), Rule::BadText);
        assert_eq!(rule(&name(&[&[(C, tag::BMP_STRING, "abc")]])), Rule::BadText);
        assert_eq!(rule(&name(&[&[(C, P, "JP")][..]; 65])), Rule::TooMany);
        let mut swapped = name(&[&[(C, P, "JP"), (OU, P, "JP")]]);
        swapped[10] = 99;
        assert_eq!(rule(&swapped), Rule::SetOrder);
    }
}
