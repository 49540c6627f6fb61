//! DER as it is written for samples: one function a type.
//!
//! Source: ITU-T X.690 (02/2021), clauses 8 and 10.

use letter::{Date, Moment};

/// Writes a tag, the shortest length and the content.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 6);
    out.push(tag);
    push_len(content.len(), &mut out);
    out.extend_from_slice(content);
    out
}

fn push_len(len: usize, out: &mut Vec<u8>) {
    match len {
        0..=0x7F => out.push(len as u8),
        0x80..=0xFF => out.extend([0x81, len as u8]),
        0x100..=0xFFFF => out.extend([0x82, (len >> 8) as u8, len as u8]),
        _ => {
            let bytes = (len as u32).to_be_bytes();
            out.push(0x84 - u8::from(bytes[0] == 0));
            out.extend_from_slice(&bytes[usize::from(bytes[0] == 0)..]);
        }
    }
}

/// Writes SEQUENCE of parts that are encoded already.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// Writes SET OF: the elements in ascending order of their encodings (X.690, 11.6).
pub(crate) fn set_of(mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort();
    tlv(0x31, &elements.concat())
}

/// Writes OBJECT IDENTIFIER from its arcs.
pub(crate) fn oid(arcs: &[u32]) -> Vec<u8> {
    let mut content = Vec::with_capacity(arcs.len() * 2);
    push_base_128(arcs[0] * 40 + arcs[1], &mut content);
    arcs[2..].iter().for_each(|&arc| push_base_128(arc, &mut content));
    tlv(0x06, &content)
}

fn push_base_128(number: u32, out: &mut Vec<u8>) {
    for shift in [28, 21, 14, 7] {
        if number >> shift != 0 {
            out.push(0x80 | (number >> shift & 0x7F) as u8);
        }
    }
    out.push((number & 0x7F) as u8);
}

/// Writes INTEGER from an unsigned number.
pub(crate) fn integer(number: u64) -> Vec<u8> {
    unsigned(&number.to_be_bytes())
}

/// Writes INTEGER from the bytes of an unsigned number, big end first.
pub(crate) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
    let bytes = &bytes[zeros.min(bytes.len() - 1)..];
    match bytes[0] {
        0x80.. => tlv(0x02, &[&[0], bytes].concat()),
        _ => tlv(0x02, bytes),
    }
}

/// Writes BIT STRING of whole bytes.
pub(crate) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    tlv(0x03, &[&[0], bytes].concat())
}

/// Writes OCTET STRING.
pub(crate) fn octet_string(bytes: &[u8]) -> Vec<u8> {
    tlv(0x04, bytes)
}

/// Writes UTF8String.
pub(crate) fn utf8(text: &str) -> Vec<u8> {
    tlv(0x0C, text.as_bytes())
}

/// Writes PrintableString.
pub(crate) fn printable(text: &str) -> Vec<u8> {
    tlv(0x13, text.as_bytes())
}

/// Writes IA5String.
pub(crate) fn ia5(text: &str) -> Vec<u8> {
    tlv(0x16, text.as_bytes())
}

/// Writes UTCTime, for the years 1950 to 2049 (RFC 5280, 4.1.2.5.1).
pub(crate) fn utc_time(moment: Moment) -> Vec<u8> {
    let date = Date::from_days_since_epoch(moment.0.div_euclid(86_400)).expect("a year of ours");
    debug_assert!((1950..2050).contains(&date.year()));
    let second = moment.0.rem_euclid(86_400);
    let text = format!(
        "{:02}{:02}{:02}{:02}{:02}{:02}Z",
        date.year() % 100,
        date.month(),
        date.day(),
        second / 3600,
        second / 60 % 60,
        second % 60
    );
    tlv(0x17, text.as_bytes())
}

/// Writes `[number]` around an encoding.
pub(crate) fn explicit(number: u8, encoded: &[u8]) -> Vec<u8> {
    tlv(0xA0 | number, encoded)
}

/// Writes `[number] IMPLICIT` of bytes.
pub(crate) fn implicit(number: u8, bytes: &[u8]) -> Vec<u8> {
    tlv(0x80 | number, bytes)
}

/// TRUE.
pub(crate) const TRUE: [u8; 3] = [0x01, 0x01, 0xFF];
/// NULL.
pub(crate) const NULL: [u8; 2] = [0x05, 0x00];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_the_shortest() {
        for (len, head) in [
            (0x7F, vec![0x7F]),
            (0x80, vec![0x81, 0x80]),
            (0x100, vec![0x82, 1, 0]),
            (0x1_0000, vec![0x83, 1, 0, 0]),
            (0x0100_0000, vec![0x84, 1, 0, 0, 0]),
        ] {
            let written = octet_string(&vec![0; len]);
            assert_eq!(&written[1..1 + head.len()], head);
            assert_eq!(written.len(), 1 + head.len() + len);
        }
    }

    #[test]
    fn integers_are_minimal_and_never_negative() {
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(127), [2, 1, 127]);
        assert_eq!(integer(128), [2, 2, 0, 128]);
        assert_eq!(integer(65_537), [2, 3, 1, 0, 1]);
        assert_eq!(unsigned(&[0, 0, 0]), [2, 1, 0]);
    }

    #[test]
    fn identifiers_and_times_are_those_of_the_card() {
        let policy = oid(&[1, 2, 392, 200_149, 8, 5, 1, 1, 20]);
        let jpki = [6, 11, 0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 8, 5, 1, 1, 20];
        assert_eq!(policy, jpki);
        let last = Moment::parse_rfc3339("2026-11-30T23:59:59+09:00").expect("a moment");
        assert_eq!(&utc_time(last)[2..], b"261130145959Z");
    }
}
