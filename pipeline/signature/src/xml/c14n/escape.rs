//! Characters as Canonical XML writes them (§2.3), from text as the document wrote it.

use super::super::characters::reference;
use super::Sink;

/// A value as written in the document to the value as Canonical XML writes it (§2.3).
pub(super) fn written_value<S: Sink>(sink: &mut S, raw: &str) {
    let bytes = raw.as_bytes();
    let mut from = 0;
    let mut at = 0;
    while at < bytes.len() {
        if !SPECIAL_IN_VALUE[usize::from(bytes[at])] {
            at += 1;
            continue;
        }
        sink.put(&bytes[from..at]);
        at += match bytes[at] {
            b'&' => {
                let (c, len) = checked_reference(&raw[at..]);
                let mut utf8 = [0; 4];
                value(sink, c.encode_utf8(&mut utf8));
                len
            }
            b'"' => {
                sink.put(b"&quot;");
                1
            }
            b'\r' => {
                sink.put(b" ");
                line_end_len(&bytes[at..])
            }
            _ => {
                sink.put(b" ");
                1
            }
        };
        from = at;
    }
    sink.put(&bytes[from..]);
}

/// Character data as written in the document, references and line ends included.
pub(super) fn text<S: Sink>(sink: &mut S, raw: &str) {
    let bytes = raw.as_bytes();
    let mut from = 0;
    for at in memchr::memchr3_iter(b'&', b'>', b'\r', bytes) {
        if at < from {
            continue;
        }
        sink.put(&bytes[from..at]);
        from = at
            + match bytes[at] {
                b'&' => {
                    let (c, len) = checked_reference(&raw[at..]);
                    character(sink, c);
                    len
                }
                b'>' => {
                    sink.put(b"&gt;");
                    1
                }
                _ => {
                    sink.put(b"\n");
                    line_end_len(&bytes[at..])
                }
            };
    }
    sink.put(&bytes[from..]);
}

/// The inside of a CDATA section: characters that are nothing but themselves.
pub(super) fn literal<S: Sink>(sink: &mut S, inner: &str) {
    let bytes = inner.as_bytes();
    let mut from = 0;
    for at in 0..bytes.len() {
        if at < from || !matches!(bytes[at], b'&' | b'<' | b'>' | b'\r') {
            continue;
        }
        sink.put(&bytes[from..at]);
        from = at + 1;
        if bytes[at] == b'\r' {
            sink.put(b"\n");
            from = at + line_end_len(&bytes[at..]);
        } else {
            character(sink, char::from(bytes[at]));
        }
    }
    sink.put(&bytes[from..]);
}

/// One character of text, escaped (§2.3).
fn character<S: Sink>(sink: &mut S, c: char) {
    match c {
        '&' => sink.put(b"&amp;"),
        '<' => sink.put(b"&lt;"),
        '>' => sink.put(b"&gt;"),
        '\r' => sink.put(b"&#xD;"),
        c => sink.put(c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Text without references, line ends made LF.
pub(super) fn lines<S: Sink>(sink: &mut S, text: &str) {
    let bytes = text.as_bytes();
    let mut from = 0;
    for at in memchr::memchr_iter(b'\r', bytes) {
        sink.put(&bytes[from..at]);
        sink.put(b"\n");
        from = at + line_end_len(&bytes[at..]);
    }
    sink.put(&bytes[from..]);
}

/// Writes a value whose characters are what they are, escaped (§2.3).
pub(super) fn value<S: Sink>(sink: &mut S, value: &str) {
    let bytes = value.as_bytes();
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let escaped: &[u8] = match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'"' => b"&quot;",
            b'\t' => b"&#x9;",
            b'\n' => b"&#xA;",
            b'\r' => b"&#xD;",
            _ => continue,
        };
        sink.put(&bytes[from..at]);
        sink.put(escaped);
        from = at + 1;
    }
    sink.put(&bytes[from..]);
}

fn checked_reference(text: &str) -> (char, usize) {
    reference(text).expect("the reader has checked every reference")
}

/// Bytes of the line end that begins with this CR (§2.11 of XML 1.0).
fn line_end_len(bytes: &[u8]) -> usize {
    if bytes.get(1) == Some(&b'\n') {
        2
    } else {
        1
    }
}

const SPECIAL_IN_VALUE: [bool; 256] = {
    let mut special = [false; 256];
    special[b'&' as usize] = true;
    special[b'"' as usize] = true;
    special[b'\t' as usize] = true;
    special[b'\n' as usize] = true;
    special[b'\r' as usize] = true;
    special
};
