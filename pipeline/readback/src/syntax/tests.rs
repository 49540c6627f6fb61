//! Objects in every writing, and what is none.

use super::*;

fn value(bytes: &[u8]) -> Result<Value<'_>, &'static str> {
    let mut scanner = Scanner::new(bytes);
    let value = scanner.value().map_err(|fault| fault.trouble)?;
    scanner.skip_blanks();
    assert_eq!(scanner.at, bytes.len(), "all is read of {}", String::from_utf8_lossy(bytes));
    Ok(value)
}

#[test]
fn numbers_names_and_references_are_read() {
    let id = Id { number: 12, generation: 3 };
    for (written, expected) in [
        (&b"+17"[..], Value::Int(17)),
        (b"-98", Value::Int(-98)),
        (b"-.002", Value::Real(-0.002)),
        (b"4.", Value::Real(4.0)),
        (b"34.5", Value::Real(34.5)),
        (b"12 3 R", Value::Reference(id)),
        (b"12%a comment\n3\r\nR", Value::Reference(id)),
        (b"null", Value::Null),
        (b"true ", Value::Bool(true)),
        (b"/A#20b", Value::Name(Name(b"A#20b"))),
    ] {
        assert_eq!(value(written), Ok(expected), "{}", String::from_utf8_lossy(written));
    }
    assert!(Name(b"A#20b").is(b"A b") && Name(b"Ab").is(b"Ab") && !Name(b"A#20b").is(b"A"));
}

#[test]
fn strings_mean_what_the_standard_says() {
    for (written, expected) in [
        (&b"(a(b)c)"[..], &b"a(b)c"[..]),
        (b"(a\\)\\\\\\n\\053\\53x\\0)", b"a)\\\n++x\0"),
        (b"(a\r\nb\rc\\\r\nd\\\ne)", b"a\nb\ncde"),
        (b"<901FA >", b"\x90\x1f\xa0"),
        (b"()", b""),
    ] {
        let Ok(Value::Text(text)) = value(written) else { panic!("a string") };
        assert_eq!(text.decode(&mut Vec::new()), expected, "{}", String::from_utf8_lossy(written));
    }
}

#[test]
fn nested_objects_are_found_by_key_and_place() {
    let bytes = b"<</A[1 2 0 R(x)]/B<</C/D>>/N null/E 5>>";
    let dict = value(bytes).expect("sound").dict().expect("a dictionary");
    let array = dict.get(b"A").and_then(Value::array).expect("an array");
    assert_eq!(array.values().count(), 3);
    assert!(dict.get(b"B").and_then(Value::dict).and_then(|b| b.get(b"C")).is_some());
    assert_eq!((dict.get(b"N"), dict.get(b"E")), (None, Some(Value::Int(5))));
    assert_eq!(dict.entries().count(), 4);
}

#[test]
fn what_is_no_object_is_refused() {
    for written in [
        &b"<</A 1/A 2>>"[..],
        b"<</A 1/#41 2>>",
        b"<</A>>",
        b"<<1 2>>",
        b"[1 2",
        b"(abc",
        b"<4g>",
        b"/A#2",
        b"1-2",
        b"--1",
        b".",
        b"1.2.3",
        b"123456789012345678901",
        b"nil",
        b"}",
        b"",
    ] {
        assert!(value(written).is_err(), "{}", String::from_utf8_lossy(written));
    }
    let deep = b"[".repeat(40);
    assert!(value(&deep).is_err(), "forty brackets");
}
