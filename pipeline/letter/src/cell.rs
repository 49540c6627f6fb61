//! Cells of a CSV file that a spreadsheet opens as text, whatever somebody wrote into them.
//!
//! Source of the rule: OWASP, "CSV Injection" (the leading characters, the quote before them); the
//! full-width forms because Japanese spreadsheets fold them.

/// UTF-8's byte order mark, by which spreadsheets recognise the encoding.
pub const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Characters that start a formula, full-width forms included.
const FORMULA_STARTS: &[char] =
    &['=', '+', '-', '@', '＝', '＋', '－', '＠', '−', '﹦', '﹢', '﹣', '﹫'];

/// Appends `text` as one quoted cell.
///
/// A control character becomes its picture (U+2400 block), so that a cell stays on one line; a cell
/// that a spreadsheet could take for a formula gets an apostrophe in front.
pub fn push_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    if is_formula(text) {
        out.push(b'\'');
    }
    let mut utf8 = [0; 4];
    for c in text.chars() {
        match c {
            '"' => out.extend_from_slice(b"\"\""),
            _ => out.extend_from_slice(picture(c).encode_utf8(&mut utf8).as_bytes()),
        }
    }
    out.push(b'"');
}

/// Returns whether a spreadsheet could take the cell for a formula: it starts with `= + - @`, a TAB
/// or a line end, or does so after quotes and blanks.
pub fn is_formula(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let inner = text.trim_start_matches(|c: char| {
        c.is_whitespace() || c.is_control() || is_invisible(c) || is_quote(c)
    });
    first.is_control() || inner.starts_with(FORMULA_STARTS)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’' | '＂' | '＇')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}')
}

/// Returns the picture of a control character, and every other character itself.
fn picture(c: char) -> char {
    match c as u32 {
        code @ 0..=0x1F => char::from_u32(0x2400 + code).expect("U+2400 to U+241F are pictures"),
        0x7F => '\u{2421}',
        0x80..=0x9F | 0x2028 | 0x2029 => '\u{FFFD}',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut out = Vec::new();
        push_text(&mut out, text);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn a_cell_that_could_be_a_formula_gets_an_apostrophe() {
        for text in [
            "=1+1",
            "+81",
            "-1",
            "@SUM(A1)",
            "＝cmd",
            "＋1",
            "－1",
            "＠x",
            "\"=1",
            "'=1",
            "“=1",
            " =1",
            "\u{3000}＝1",
            "\u{200B}=1",
            "−5",
        ] {
            assert!(cell(text).starts_with("\"'"), "{text:?} became {}", cell(text));
        }
        for (text, safe) in [("\t=1", "\"'␉=1\""), ("\r\n=1", "\"'␍␊=1\""), ("\tx", "\"'␉x\"")]
        {
            assert_eq!(cell(text), safe);
        }
    }

    #[test]
    fn a_plain_cell_stays_as_it_is() {
        for text in ["", "氏名", "a=b", "3-30-8", "1,234", "「=」"] {
            assert_eq!(cell(text), format!("\"{text}\""));
        }
    }

    #[test]
    fn a_quote_is_doubled_and_a_line_end_cannot_start_a_row() {
        assert_eq!(cell("a\"b"), "\"a\"\"b\"");
        assert_eq!(cell("a\n=b"), "\"a␊=b\"");
    }
}
