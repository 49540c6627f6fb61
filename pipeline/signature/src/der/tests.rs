//! Tests of the strict reader: every form that BER allows beyond DER is refused by its rule.

use super::*;

fn rule_of<T: std::fmt::Debug>(result: Result<T, Malformed>) -> Rule {
    result.expect_err("the bytes break a rule").rule
}

#[test]
fn lengths_and_tags_have_one_form() {
    let next = |bytes: &[u8]| Reader::new(bytes).next().map(|tlv| tlv.content.len());
    let mut long = vec![0x04, 0x82, 0x01, 0x00];
    long.extend([0; 256]);
    assert_eq!(next(&long), Ok(256));
    assert_eq!(next(&[0x04, 0x00]), Ok(0));
    for (bytes, rule) in [
        (&[0x04][..], Rule::Truncated),
        (&[], Rule::Truncated),
        (&[0x04, 0x02, 0x00], Rule::Truncated),
        (&[0x04, 0x82, 0x01], Rule::Truncated),
        (&[0x30, 0x80, 0x00, 0x00], Rule::IndefiniteLength),
        (&[0x04, 0x81, 0x01, 0x00], Rule::LongLength),
        (&[0x04, 0x81, 0x7f], Rule::LongLength),
        (&[0x04, 0x82, 0x00, 0x80], Rule::LongLength),
        (&[0x04, 0x84, 0xff, 0xff, 0xff, 0xff], Rule::Truncated),
        (&[0x04, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00], Rule::HugeLength),
        (&[0x1f, 0x81, 0x01, 0x00], Rule::HighTag),
        (&[0xbf, 0x81, 0x01, 0x00], Rule::HighTag),
        (&[0x00, 0x00], Rule::TagForm),
        (&[0x24, 0x02, 0x04, 0x00], Rule::TagForm),
        (&[0x2c, 0x02, 0x0c, 0x00], Rule::TagForm),
        (&[0x10, 0x00], Rule::TagForm),
        (&[0x11, 0x00], Rule::TagForm),
    ] {
        assert_eq!(rule_of(next(bytes)), rule, "{bytes:02x?}");
    }
}

#[test]
fn values_have_one_form() {
    let tlv = |bytes: &'static [u8]| Tlv::only(bytes).expect("an element");
    assert_eq!(tlv(&[1, 1, 0xff]).boolean(), Ok(true));
    assert_eq!(rule_of(tlv(&[1, 1, 0x01]).boolean()), Rule::BadBoolean);
    assert_eq!(rule_of(tlv(&[1, 0]).boolean()), Rule::BadBoolean);
    assert_eq!(tlv(&[2, 2, 0x00, 0x80]).unsigned(), Ok(&[0x80][..]));
    assert_eq!(tlv(&[2, 1, 0x00]).small(), Ok(0));
    assert_eq!(rule_of(tlv(&[2, 0]).integer()), Rule::LongInteger);
    assert_eq!(rule_of(tlv(&[2, 2, 0x00, 0x7f]).integer()), Rule::LongInteger);
    assert_eq!(rule_of(tlv(&[2, 2, 0xff, 0x80]).integer()), Rule::LongInteger);
    assert_eq!(rule_of(tlv(&[2, 1, 0x80]).unsigned()), Rule::NegativeInteger);
    assert_eq!(rule_of(tlv(&[2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0]).small()), Rule::HugeInteger);
    assert_eq!(tlv(&[6, 3, 0x2a, 0x86, 0x48]).oid(), Ok(&[0x2a, 0x86, 0x48][..]));
    assert_eq!(rule_of(tlv(&[6, 0]).oid()), Rule::BadOid);
    assert_eq!(rule_of(tlv(&[6, 2, 0x2a, 0x86]).oid()), Rule::BadOid);
    assert_eq!(rule_of(tlv(&[6, 3, 0x2a, 0x80, 0x01]).oid()), Rule::BadOid);
    assert_eq!(rule_of(tlv(&[5, 1, 0]).null()), Rule::BadNull);
}

#[test]
fn bit_strings_keep_their_unused_bits_zero() {
    let tlv = |bytes: &'static [u8]| Tlv::only(bytes).expect("an element");
    let usage = tlv(&[3, 2, 6, 0xc0]).named_bits().expect("a key usage");
    assert!(usage.has(0) && usage.has(1) && !usage.has(2) && !usage.has(99));
    assert_eq!(tlv(&[3, 1, 0]).bit_octets(), Ok(&[][..]));
    for bytes in [&[3, 0][..], &[3, 1, 1], &[3, 2, 8, 0], &[3, 2, 1, 0x01]] {
        assert_eq!(rule_of(tlv(bytes).bits()), Rule::BadBitString, "{bytes:02x?}");
    }
    assert_eq!(rule_of(tlv(&[3, 2, 1, 0x02]).bit_octets()), Rule::UnusedBits);
    assert_eq!(rule_of(tlv(&[3, 2, 5, 0xc0]).named_bits()), Rule::TrailingZeroBits);
}

#[test]
fn times_have_seconds_and_end_in_z() {
    let read = |tag: u8, text: &str| {
        let mut bytes = vec![tag, text.len() as u8];
        bytes.extend(text.bytes());
        Reader::new(&bytes).time()
    };
    assert_eq!(read(tag::UTC_TIME, "700101000000Z"), Ok(0));
    assert_eq!(read(tag::UTC_TIME, "500101000000Z"), Ok(-631_152_000));
    assert_eq!(read(tag::UTC_TIME, "491231235959Z"), Ok(2_524_607_999));
    assert_eq!(read(tag::GENERALIZED_TIME, "20501231145959Z"), Ok(2_556_111_599));
    for (tag, text) in [
        (tag::UTC_TIME, "7001010000Z"),
        (tag::UTC_TIME, "700101000000+0900"),
        (tag::UTC_TIME, "700101000060Z"),
        (tag::UTC_TIME, "700101240000Z"),
        (tag::UTC_TIME, "700230000000Z"),
        (tag::UTC_TIME, "7a0101000000Z"),
        (tag::GENERALIZED_TIME, "20501231145959.5Z"),
        (tag::GENERALIZED_TIME, "20501231145959"),
        (tag::GENERALIZED_TIME, "700101000000Z"),
    ] {
        assert_eq!(rule_of(read(tag, text)), Rule::BadTime, "{text}");
    }
    assert_eq!(rule_of(read(tag::IA5_STRING, "700101000000Z")), Rule::UnexpectedTag);
}

#[test]
fn structures_end_where_they_end_and_write_no_default() {
    let mut outer = Reader::new(&[0x30, 3, 2, 1, 5, 0]);
    outer.sequence().expect("a sequence");
    assert_eq!(outer.finish(), Err(Malformed { offset: 5, rule: Rule::TrailingBytes }));
    assert_eq!(rule_of(Tlv::only(&[5, 0, 5, 0])), Rule::TrailingBytes);
    assert_eq!(Reader::new(&[1, 1, 0xff]).default_false(tag::BOOLEAN), Ok(true));
    assert_eq!(Reader::new(&[2, 1, 0]).default_false(tag::BOOLEAN), Ok(false));
    assert_eq!(rule_of(Reader::new(&[1, 1, 0]).default_false(tag::BOOLEAN)), Rule::ExplicitDefault);
    let nested = Reader::new(&[0x30, 5, 0x30, 3, 2, 1]).sequence();
    assert_eq!(rule_of(nested), Rule::Truncated);
    assert_eq!(
        rule_of(Reader::new(&[0x30, 0]).sequence().and_then(Reader::not_empty)),
        Rule::EmptyList
    );
}

#[test]
fn offsets_are_those_of_the_outermost_input() {
    let mut outer = Reader::new(&[0x30, 6, 0x30, 4, 2, 2, 0, 1]);
    let mut inner = outer.sequence().and_then(|mut s| s.sequence()).expect("two sequences");
    assert_eq!(inner.integer(), Err(Malformed { offset: 4, rule: Rule::LongInteger }));
}

#[test]
fn a_set_of_ascends() {
    let set = |bytes: &'static [u8]| Reader::new(bytes).set_of().map(|set| set.rest().len());
    assert_eq!(set(&[0x31, 6, 2, 1, 1, 2, 1, 2]), Ok(6));
    assert_eq!(set(&[0x31, 6, 2, 1, 1, 2, 1, 1]), Ok(6));
    assert_eq!(rule_of(set(&[0x31, 6, 2, 1, 2, 2, 1, 1])), Rule::SetOrder);
    assert_eq!(rule_of(set(&[0x31, 7, 2, 2, 1, 1, 2, 1, 1])), Rule::SetOrder);
}

#[test]
fn oids_are_written_and_built_both_ways() {
    const SHA256_WITH_RSA: [u8; 9] = oid(&[1, 2, 840, 113549, 1, 1, 11]);
    assert_eq!(SHA256_WITH_RSA, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11]);
    assert_eq!(dotted(&SHA256_WITH_RSA), "1.2.840.113549.1.1.11");
    assert_eq!(dotted(&oid::<3>(&[2, 5, 29, 15])), "2.5.29.15");
    assert_eq!(dotted(&[0x2a, 0xff]), "1.2.?");
}
