//! A row between its quotes and delimiters, strictly after RFC 4180.
//!
//! The csv crate reads on whatever the quotes are; a letter needs to know when they are broken, so
//! the row is split here and the crate is the other opinion in the tests.

use memchr::memchr;

/// One field of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// First byte within the row, after an opening quote.
    pub start: usize,
    /// End, before a closing quote.
    pub end: usize,
    /// Whether quotes within it are doubled.
    pub doubled: bool,
}

/// How the quotes of a row stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// All are closed.
    Closed,
    /// The last field is open at the end of the text.
    Open,
    /// Text follows a closing quote.
    Stray,
}

/// Splits a row; a quote within an unquoted field is text.
pub(crate) fn split(text: &[u8], delimiter: u8, spans: &mut Vec<Span>) -> Quotes {
    spans.clear();
    let mut at = 0;
    loop {
        if text.get(at) != Some(&b'"') {
            let len = memchr(delimiter, &text[at..]);
            let end = len.map_or(text.len(), |len| at + len);
            spans.push(Span { start: at, end, doubled: false });
            if len.is_none() {
                return Quotes::Closed;
            }
            at = end + 1;
            continue;
        }
        let Some((end, doubled)) = closing_quote(text, at + 1) else { return Quotes::Open };
        spans.push(Span { start: at + 1, end, doubled });
        match text.get(end + 1) {
            None => return Quotes::Closed,
            Some(&next) if next == delimiter => at = end + 2,
            Some(_) => return Quotes::Stray,
        }
    }
}

/// Splits at every delimiter whatever the quotes, to find the key of a broken row.
pub(crate) fn split_roughly(text: &[u8], delimiter: u8, spans: &mut Vec<Span>) {
    spans.clear();
    let mut start = 0;
    for part in text.split(|&b| b == delimiter) {
        let end = start + part.len();
        let quoted = part.len() >= 2 && part.starts_with(b"\"") && part.ends_with(b"\"");
        let inner = if quoted { (start + 1, end - 1) } else { (start, end) };
        spans.push(Span { start: inner.0, end: inner.1, doubled: false });
        start = end + 1;
    }
}

/// Makes doubled quotes single.
pub(crate) fn undouble(field: &[u8], plain: &mut Vec<u8>) {
    plain.clear();
    let mut rest = field;
    while let Some(at) = memchr(b'"', rest) {
        plain.extend_from_slice(&rest[..=at]);
        rest = &rest[(at + 2).min(rest.len())..];
    }
    plain.extend_from_slice(rest);
}

/// Returns where a quoted field ends and whether quotes are doubled before.
fn closing_quote(text: &[u8], start: usize) -> Option<(usize, bool)> {
    let mut doubled = false;
    let mut at = start;
    loop {
        at += memchr(b'"', &text[at..])?;
        if text.get(at + 1) != Some(&b'"') {
            return Some((at, doubled));
        }
        doubled = true;
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Result<Vec<String>, Quotes> {
        let (mut spans, mut plain) = (Vec::new(), Vec::new());
        match split(text.as_bytes(), b',', &mut spans) {
            Quotes::Closed => {}
            other => return Err(other),
        }
        let field = |span: &Span| {
            undouble(&text.as_bytes()[span.start..span.end], &mut plain);
            let bytes = if span.doubled { &plain } else { &text.as_bytes()[span.start..span.end] };
            String::from_utf8(bytes.to_vec()).expect("UTF-8 in, UTF-8 out")
        };
        Ok(spans.iter().map(field).collect())
    }

    #[test]
    fn rows_split_as_rfc_4180_says() {
        for (text, expected) in [
            ("a,b", vec!["a", "b"]),
            ("", vec![""]),
            (",", vec!["", ""]),
            ("\"a,b\",c", vec!["a,b", "c"]),
            ("\"a\"\"b\"\"\",", vec!["a\"b\"", ""]),
            ("\"\",\"\"", vec!["", ""]),
            ("5\" pipe,x", vec!["5\" pipe", "x"]),
            ("\"two\r\nlines\",x", vec!["two\r\nlines", "x"]),
        ] {
            assert_eq!(
                fields(text),
                Ok(expected.into_iter().map(str::to_owned).collect()),
                "{text}"
            );
        }
        assert_eq!(fields("a,\"b"), Err(Quotes::Open));
        assert_eq!(fields("a,\"b\"\""), Err(Quotes::Open));
        assert_eq!(fields("\"a\" ,b"), Err(Quotes::Stray));
    }

    #[test]
    fn the_csv_crate_reads_every_sound_row_alike() {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut sound = 0;
        for _ in 0..20_000 {
            let text: String = (0..12)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    ['a', '髙', ',', ',', '"', '"', ' '][(state % 7) as usize]
                })
                .collect();
            let Ok(ours) = fields(&text) else { continue };
            sound += 1;
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(text.as_bytes());
            let theirs = reader.records().next().expect("a row").expect("UTF-8");
            assert_eq!(theirs.iter().collect::<Vec<_>>(), ours, "{text}");
        }
        assert!(sound > 5_000, "{sound}");
    }
}
